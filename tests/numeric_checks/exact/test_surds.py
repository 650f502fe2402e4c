"""Sums of square roots: exact, and equal where balls cannot tell."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from ratecert.numeric_checks.exact import (
    Surd,
    absolute,
    as_float,
    enclosure,
    from_fraction,
    power,
    roots_kept,
    sign,
    working_precision,
)
from ratecert.numeric_checks.exact.surds import MAX_BITS, MAX_TERMS, root
from ratecert.numeric_checks.instances.profile import Profile

HALF = Fraction(1, 2)
rationals = st.fractions(-5, 5, max_denominator=12)
numbers = st.lists(st.tuples(rationals, st.integers(1, 40)), max_size=3).map(
    lambda parts: sum((root(fmpq(n)) * from_fraction(c) for c, n in parts), fmpq(0))
)


def ball(value: object) -> arb:
    return value.ball() if isinstance(value, Surd) else arb(value)


@settings(max_examples=60, deadline=None)
@given(numbers, numbers)
def test_arithmetic_encloses_what_balls_say(a: Surd, b: Surd) -> None:
    x, y = ball(a), ball(b)
    for exact, near in ((a + b, x + y), (a - b, x - y), (a * b, x * y), (-a, -x), (1 - b, 1 - y)):
        assert ball(exact).overlaps(near)
    assert a + b == b + a or sign(a + b - (b + a)) == 0
    assert sign((a + b) * (a - b) - (a * a - b * b)) == 0
    if sign(b):
        assert ball(1 / b).overlaps(1 / y) and ball(a / b).overlaps(x / y)


def test_equal_numbers_are_the_same() -> None:
    two, eight, third = root(fmpq(2)), root(fmpq(8)), root(fmpq(1, 3))
    assert eight - 2 * two == 0 and sign(eight - 2 * two) == 0
    assert (two + third) * (two - third) == fmpq(5, 3)
    assert (1 / (two + third)) * (two + third) == 1
    assert two * third - root(fmpq(2, 3)) == 0
    assert isinstance(two, Surd) and sign(two - 1) == 1 and sign(two - fmpq(3, 2)) == -1
    near = fmpq(*math.isqrt(2 * 10**400).as_integer_ratio()) / 10**200
    assert sign(two - near) == 1  # by balls of more than 600 bits
    assert as_float(two) == math.sqrt(2) and absolute(-two) - two == 0


def test_what_is_too_large_becomes_a_ball() -> None:
    many = sum((root(fmpq(p)) for p in (2, 3, 5, 7, 11, 13, 17)), fmpq(0))
    assert isinstance(many, Surd) and len(many.terms) < MAX_TERMS
    assert isinstance(many + root(fmpq(19)) + root(fmpq(23)), arb)
    assert isinstance(root(fmpq(2**MAX_BITS + 1)), arb)
    assert isinstance(1 / (root(fmpq(2)) + root(fmpq(3)) + 1), arb)
    assert isinstance(root(fmpq(2)) + arb(1), arb) and isinstance(arb(1) * root(fmpq(2)), arb)


def test_roots_are_kept_only_where_that_is_asked_for() -> None:
    assert isinstance(power(fmpq(2), HALF), arb)
    with roots_kept():
        two = power(fmpq(2), HALF)
        assert isinstance(two, Surd)
        assert power(two, Fraction(2)) == 2 and power(two, Fraction(-2)) == fmpq(1, 2)
        assert power(fmpq(2), Fraction(3, 2)) - 2 * two == 0
        assert power(-two, HALF) == 0 and isinstance(power(two, HALF), arb)
        assert isinstance(power(fmpq(2), Fraction(1, 3)), arb)
    assert isinstance(power(fmpq(2), HALF), arb)


def test_an_enclosure_holds_the_number() -> None:
    with working_precision(200):
        found = enclosure(root(fmpq(2)))
    assert found is not None and not found.is_exact
    assert found.low**2 < 2 < found.high**2 and found.high - found.low < Fraction(1, 10**50)
    assert enclosure(arb("nan")) is None
    assert str(enclosure(fmpq(1, 3))) == "1/3" and str(found) == "1.4142135623730951"


@pytest.mark.parametrize("at", [fmpq(1, 2), root(fmpq(2)), root(fmpq(2)) - 1, -root(fmpq(2))])
def test_a_profile_takes_surds(at: Surd) -> None:
    f = Profile(((Fraction(0), Fraction(1)),), ((HALF, Fraction(1), -HALF),))
    for exact, near in (
        (f.exact_value([at]), f.exact_value([ball(at)])),
        (f.exact_gradient([at])[0], f.exact_gradient([ball(at)])[0]),
    ):
        assert not isinstance(exact, arb) and ball(exact).overlaps(ball(near))
