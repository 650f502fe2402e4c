"""From rationals to floats, each on its side of the inequality."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from ratecert.numeric_checks.exact import working_precision
from ratecert.numeric_checks.instances import round_down
from ratecert.numeric_checks.instances.rounding import (
    above,
    below,
    rationals,
    root_below,
    toward_zero,
)

POSITIVE = st.fractions(min_value=Fraction(1, 10**12), max_value=10**12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("value", ["1/3", "2/3", "1", "1/10", "-1/3"])
def test_round_down(value: str, dtype: torch.dtype) -> None:
    target = Fraction(value)
    result = round_down(target, dtype)
    above = torch.nextafter(torch.tensor(result, dtype=dtype), torch.tensor(torch.inf, dtype=dtype))
    assert Fraction(result) <= target < Fraction(float(above))
    with pytest.raises(ValueError, match="beyond the range"):
        round_down(Fraction(10**400), dtype)


@given(POSITIVE, st.integers(1, 53))
def test_root_below_is_the_largest_such_float(square: Fraction, bits: int) -> None:
    root = root_below(square, bits)
    assert root**2 <= square and Fraction(float(root)) == root
    mantissa = root.numerator // (root.numerator & -root.numerator)
    assert mantissa.bit_length() <= bits
    step = Fraction(2) ** (root.numerator.bit_length() - root.denominator.bit_length() + 2 - bits)
    assert (root + step) ** 2 > square


def test_root_below_at_the_ends() -> None:
    assert root_below(Fraction(0), 53) == 0
    assert root_below(Fraction(9, 4), 2) == Fraction(3, 2)
    assert root_below(Fraction(1, 9), 53) == Fraction(round_down(Fraction(1, 3)))
    tiny = root_below(Fraction(1, 2**2146), 53)
    assert tiny == Fraction(1, 2**1073) == Fraction(float(tiny))
    assert root_below(Fraction(1, 2**2150), 53) == 0  # below the smallest float
    for square, bits in ((Fraction(-1), 53), (Fraction(1), 0)):
        with pytest.raises(ValueError, match="no root of"):
            root_below(square, bits)


@given(st.floats(-1e30, 1e30))
def test_toward_zero_lengthens_nothing(value: float) -> None:
    given_ = torch.tensor([value, -value], dtype=torch.float64)
    short = toward_zero(given_, torch.float32)
    assert short.dtype == torch.float32
    assert float(short[0]) == -float(short[1])
    assert abs(float(short[0])) <= abs(value)
    after = torch.nextafter(short[0].abs(), torch.tensor(torch.inf))
    assert float(after) > abs(value)
    assert toward_zero(given_, torch.float64) is given_


def test_above_and_below() -> None:
    assert above(fmpq(1, 3)) == below(fmpq(1, 3)) == Fraction(1, 3)
    with working_precision(128):
        pi = arb.pi()
        assert (above(pi, 3), below(pi, 3)) == (Fraction(3142, 1000), Fraction(3141, 1000))
        wide = arb(1, 0.25)
        assert above(wide, 2) >= Fraction(5, 4) and below(wide, 2) <= Fraction(3, 4)


@pytest.mark.parametrize(
    ("values", "positive", "reason"),
    [
        ((), None, "w has 0 coordinates"),
        ((0.5,), None, "exact rationals, not 0.5"),
        ((True,), None, "exact rationals, not True"),
        ((-1,), False, "must not be negative: -1"),
        ((0,), True, "must be positive, not 0"),
        ((10**39,), None, "range of floats"),
        ((-(10**39),), None, "range of floats"),
    ],
)
def test_rationals_refuse(values: tuple[int, ...], positive: bool | None, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        rationals("w", values, positive=positive)
    assert rationals("w", (0, Fraction(-1, 2))) == (0, Fraction(-1, 2))
