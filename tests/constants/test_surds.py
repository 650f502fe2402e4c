"""Exact simplification: never another value, and equal sums of roots become one term."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecert.proofs.constants.surds import Surd, multiplied, power, simplified
from ratecert.proofs.kernel import terms as k
from ratecert.proofs.kernel.exact import PrecisionError, evaluate

numbers = st.fractions(min_value=-9, max_value=9, max_denominator=9)
exponents = st.sampled_from(
    [Fraction(*e) for e in ((1, 2), (1, 4), (1, 3), (-1, 2), (3, 2), (2, 1), (-1, 1), (0, 1))]
)
closed = st.recursive(
    numbers.map(k.rat) | st.just(k.Var("x", "det")),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda t: k.Add(tuple(t))),
        st.lists(inner, min_size=1, max_size=3).map(lambda t: k.Mul(tuple(t))),
        st.builds(k.Pow, inner, exponents),
        inner.map(k.Abs),
    ),
    max_leaves=6,
)


@given(closed, numbers)
def test_the_value_stays_the_same(term: k.Term, x: Fraction) -> None:
    at = {k.Var("x", "det"): x}
    try:
        before, after = (evaluate(t, at, 256) for t in (term, simplified(term)))
    except PrecisionError:  # a denominator that is 0, but not seen to be
        return
    assert before[0] <= after[1] and after[0] <= before[1]
    assert after[1] - after[0] <= Fraction(1, 10**30) * max(1, abs(after[0]))


@given(st.lists(st.tuples(numbers, st.integers(1, 60), st.sampled_from([1, 2, 3, 4])), max_size=5))
def test_a_sum_and_its_negative_cancel(parts: list[tuple[Fraction, int, int]]) -> None:
    """However it is written: each term once as c r^(1/q), once as -(c^2q r^2)^(1/2q)."""
    here = [k.mul(k.rat(c), k.power(k.rat(r), Fraction(1, q))) for c, r, q in parts]
    there = [
        k.mul(k.rat((c < 0) - (c > 0)), k.power(k.rat(c ** (2 * q) * r**2), Fraction(1, 2 * q)))
        for c, r, q in parts
    ]
    total = k.Add((k.rat(0), *here, *there))
    assert simplified(total) is k.rat(0)


@pytest.mark.parametrize(
    ("base", "exponent", "value"),
    [(-4, Fraction(1, 2), 0), (-8, Fraction(1, 3), 0), (-2, Fraction(3), -8), (0, Fraction(-1), 0),
     (0, Fraction(0), 1), (Fraction(4, 9), Fraction(-3, 2), Fraction(27, 8))],
)  # fmt: skip
def test_total_powers(base: int, exponent: Fraction, value: int) -> None:
    assert simplified(k.Pow(k.rat(Fraction(base)), exponent)) is k.rat(Fraction(value))


def test_the_index_is_as_small_as_it_can_be() -> None:
    assert power(Surd.of(Fraction(4)), Fraction(1, 4)) == Surd(1, Fraction(2), 2)
    assert multiplied(Surd(1, Fraction(2), 2), Surd(-1, Fraction(2), 4)) == Surd(-1, Fraction(8), 4)
    assert multiplied(Surd(1, Fraction(2), 2), Surd(1, Fraction(8), 2)) == Surd.of(Fraction(4))


def test_what_is_too_large_is_left_alone() -> None:
    huge = k.Pow(k.rat(3), Fraction(10**6))
    assert simplified(huge) is huge
    root = k.Pow(k.rat(Fraction(3**9000)), Fraction(1, 2))
    product = k.Mul((root, k.Pow(k.rat(2), Fraction(1, 7))))
    low, high = evaluate(simplified(product), {}, 64)
    assert low < high


def test_symbols_stay() -> None:
    x = k.Var("x", "det")
    assert simplified(k.Mul((k.rat(0), x))) is k.rat(0)
    assert simplified(k.Add((x, k.rat(0)))) is x
    assert simplified(k.Rel(k.Mul((k.rat(1), x)), "<=", k.Add((k.rat(1), k.rat(1))))) is k.Rel(
        x, "<=", k.rat(2)
    )
