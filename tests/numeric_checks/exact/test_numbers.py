"""Exact numbers against the kernel's semantics and against mpmath."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from flint import arb, fmpq

from ratecert.numeric_checks.exact import (
    ExactArithmetic,
    IndeterminateError,
    as_float,
    from_float,
    from_fraction,
    power,
    sign,
    working_precision,
)


@pytest.mark.parametrize(
    ("base", "exponent", "value"),
    [
        ("0", "0", "1"),
        ("-3", "0", "1"),
        ("0", "-1", "0"),
        ("0", "-1/2", "0"),
        ("-4", "1/2", "0"),
        ("-8", "1/3", "0"),
        ("-2", "3", "-8"),
        ("-2", "-3", "-1/8"),
        ("4/9", "-1/2", "3/2"),
        ("8/27", "2/3", "4/9"),
    ],
)
def test_total_powers_stay_rational(base: str, exponent: str, value: str) -> None:
    result = power(from_fraction(Fraction(base)), Fraction(exponent))
    assert isinstance(result, fmpq)
    assert result == from_fraction(Fraction(value))


@pytest.mark.parametrize("exponent", ["1/2", "-3/2", "5/3", "7", "100"])
@pytest.mark.parametrize("base", ["2", "1/3", "123456789/1000"])
def test_powers_enclose_what_mpmath_finds(base: str, exponent: str) -> None:
    p, q = Fraction(base), Fraction(exponent)
    with working_precision(200), mpmath.workdps(50):
        ball = arb(power(from_fraction(p), q))
        peer = mpmath.power(
            mpmath.mpf(p.numerator) / p.denominator, mpmath.mpf(q.numerator) / q.denominator
        )
        middle = mpmath.mpf(str(ball.mid().str(55, radius=False)))
        assert abs(middle - peer) <= abs(peer) * mpmath.mpf(10) ** -45
        assert float(ball.rad()) <= abs(float(peer)) * 2.0**-190


def test_a_ball_around_zero() -> None:
    wide = arb(0, 1)
    with pytest.raises(IndeterminateError, match="denominator may be zero"):
        power(wide, Fraction(-1))
    root = power(wide, Fraction(1, 2))
    assert root.contains(arb(0))
    assert root.contains(arb(1))
    square = power(wide, Fraction(2))
    assert square.contains(arb(0))
    assert square.contains(arb(1))
    assert power(arb(-1, 0.5), Fraction(1, 2)) == 0


def test_signs_have_three_answers() -> None:
    root = power(fmpq(2), Fraction(1, 2))
    assert sign(root - fmpq(3, 2)) == -1
    assert sign(root * root - 2) is None
    assert sign(fmpq(0)) == 0
    assert sign(arb("nan")) is None


def test_precision_tells_close_numbers_apart() -> None:
    def gap() -> int | None:
        root = power(fmpq(2), Fraction(1, 2))
        return sign(root - from_fraction(Fraction(665857, 470832)))  # a convergent, 1.6e-12 above

    with working_precision(20):
        assert gap() is None
    with working_precision(60):
        assert gap() == -1
    with pytest.raises(ValueError, match="at least 2 bits"), working_precision(1):
        pass


def test_floats_are_the_dyadic_numbers_they_are() -> None:
    assert from_float(0.1) == fmpq(3602879701896397, 36028797018963968)
    assert as_float(from_float(-5e-324)) == -5e-324
    assert as_float(fmpq(10) ** 400) == float("inf")
    for bad in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="not a finite float"):
            from_float(bad)


def test_division_is_total() -> None:
    assert ExactArithmetic().divide(fmpq(3), fmpq(0)) == 0
