"""Roots of rationals are computed exactly: against SymPy, and where they cannot be kept."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ratecert.proofs.models.numbers import (
    Surd,
    absolute,
    compared,
    exact,
    is_exact,
    plus,
    raised,
    shown,
    times,
)

HALF = Fraction(1, 2)
fractions = st.fractions(min_value=-20, max_value=20, max_denominator=12)
numbers = st.tuples(fractions, st.fractions(min_value=0, max_value=20, max_denominator=12))


def surd(c, q):
    """``c q^(1/2)``, computed."""
    return times(exact(c), raised(exact(q), HALF))


def symbolic(c, q):
    return sympy.Rational(c.numerator, c.denominator) * sympy.sqrt(
        sympy.Rational(q.numerator, q.denominator)
    )


def signed(x):
    return x * abs(x)


def says(number, value):
    """``number`` encloses the SymPy number ``value``, the root of a rational, and is exactly it."""
    square = sympy.expand(signed(value))
    assert square.is_Rational
    square = Fraction(int(square.p), int(square.q))
    low, high = number
    assert signed(low) <= square <= signed(high)
    assert high - low < Fraction(1, 10**30)
    if isinstance(number, Surd):
        assert number.signed_square == square and low < high
    else:
        assert low == high


@settings(max_examples=80)
@given(numbers, numbers)
def test_products_quotients_and_sizes(one, two):
    p, q = surd(*one), surd(*two)
    a, b = symbolic(*one), symbolic(*two)
    says(p, a)
    says(times(p, q), a * b)
    says(absolute(p), abs(a))
    if b != 0:
        says(times(p, raised(q, Fraction(-1))), a / b)
    says(raised(p, Fraction(3)), a**3)
    says(raised(p, Fraction(2)), a**2)


@settings(max_examples=80)
@given(fractions, fractions, st.integers(1, 20))
def test_sums_of_multiples_of_one_root(a, b, q):
    p = plus(surd(a, Fraction(q)), surd(b, Fraction(q)))
    says(p, symbolic(a + b, Fraction(q)))
    assert compared(p, "=", surd(a + b, Fraction(q))) is True


@settings(max_examples=80)
@given(numbers, numbers)
def test_the_order_is_exact(one, two):
    p, q, a, b = surd(*one), surd(*two), symbolic(*one), symbolic(*two)
    assert compared(p, "<", q) is bool(a < b)
    assert compared(p, "<=", q) is bool(a <= b)
    assert compared(p, "=", q) is bool(sympy.Eq(a, b))


@settings(max_examples=100)
@given(st.fractions(min_value=0, max_value=20, max_denominator=12), st.integers(-3, 3))
def test_half_integer_powers(value, n):
    assume(value > 0)
    power = raised(exact(value), Fraction(2 * n + 1, 2))
    says(power, sympy.Rational(value.numerator, value.denominator) ** sympy.Rational(2 * n + 1, 2))


def test_a_sum_of_different_roots_is_enclosed_and_never_equal():
    total = plus(surd(1, Fraction(2)), surd(1, Fraction(3)))
    assert not is_exact(total) and not isinstance(total, Surd)
    assert compared(total, "=", total) is None
    assert compared(total, "<", surd(1, Fraction(10))) is True


def test_a_surd_is_not_one_rational():
    """Probabilities must be rational."""
    assert not is_exact(surd(1, Fraction(2)))
    assert is_exact(times(surd(1, Fraction(2)), surd(1, Fraction(2))))
    assert shown(surd(1, Fraction(2))).startswith("1.41421356")


def test_negative_radicands_are_zero():
    assert raised(surd(-1, Fraction(2)), HALF) == exact(0)
    assert raised(exact(-2), HALF) == exact(0)


@pytest.mark.parametrize("bits", [3000, 5000])
def test_what_is_too_large_is_enclosed(bits):
    square = times(raised(exact((1 << bits) + 1), HALF), raised(exact(3), HALF))
    assert isinstance(square, Surd) == (bits < 4000)
    assert square[0] < square[1]
