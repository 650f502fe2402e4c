"""Rationals and balls with the kernel's total semantics (``1/0 = 0``, even root of negative = 0).

Contract: every function takes and returns ``fmpq`` (exact) or ``arb`` (an enclosure of the true
real number at the current precision), and within ``roots_kept`` also ``Surd`` (exact).
Where a ball is too wide to tell which case of the semantics
applies, ``IndeterminateError`` asks the caller to repeat at a higher precision.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

from flint import arb, ctx, fmpq, fmpz

from .surds import Surd, are_roots_kept, root

Exact = fmpq | arb
"""Within ``roots_kept`` also ``Surd``: not listed, as only ``scenarios`` asks for it, and everybody
else may rely on what is no rational being a ball."""

ZERO, ONE = fmpq(0), fmpq(1)
_LARGEST_EXACT_POWER = 64


class IndeterminateError(ArithmeticError):
    """A ball straddles a point where the semantics change; a higher precision may decide."""


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Balls made inside carry ``bits`` binary digits (200 bits are 60 decimal digits)."""
    if bits < 2:
        raise ValueError(f"precision must be at least 2 bits, not {bits}")
    with ctx.workprec(bits):
        yield


def from_fraction(value: Fraction | int) -> fmpq:
    """The rational ``value``."""
    fraction = Fraction(value)
    return fmpq(fraction.numerator, fraction.denominator)


def to_fraction(value: fmpq) -> Fraction:
    """The rational ``value`` as Python's own."""
    return Fraction(int(value.p), int(value.q))


def from_float(value: float) -> fmpq:
    """A float as the dyadic rational that it is.

    >>> from_float(0.1)
    3602879701896397/36028797018963968

    Raises:
        ValueError: ``value`` is NaN or infinite.
    """
    if not math.isfinite(value):
        raise ValueError(f"not a finite float: {value}")
    return fmpq(*value.as_integer_ratio())


def as_float(value: Exact) -> float:
    """A float near ``value``, for printing."""
    if isinstance(value, Surd):
        with working_precision(128):  # the default would not give every digit of a float
            value = value.ball()
    if isinstance(value, arb):
        return float(value)
    try:
        return float(to_fraction(value))
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def sign(value: Exact) -> int | None:
    """-1, 0 or 1 if that is certain, otherwise None."""
    if isinstance(value, fmpq):
        return int(value > 0) - int(value < 0)
    if isinstance(value, Surd):
        return value.sign()
    if value.is_zero():
        return 0
    if value > 0:
        return 1
    return -1 if value < 0 else None


def absolute(value: Exact) -> Exact:
    """``|value|``."""
    return value.__abs__()


def power(base: Exact, exponent: Fraction) -> Exact:
    """``base ** exponent`` with the kernel's total semantics.

    ``t^0 = 1``; ``0^q = 0`` for q < 0; ``max(t, 0)^q`` for a q that is no integer. Roots of
    rationals stay rational where they are.

    >>> power(fmpq(4, 9), Fraction(-1, 2)), power(fmpq(0), Fraction(-1))
    (3/2, 0)

    Raises:
        IndeterminateError: ``base`` is a ball that holds 0, and 0 is a special case.
    """
    if exponent == 0:
        return ONE
    if exponent < 0:
        return _reciprocal(power(base, -exponent) if exponent != -1 else base)
    whole = exponent.denominator == 1
    if isinstance(base, fmpq):
        if base == 0 or (base < 0 and not whole):
            return ZERO
        exact = base if whole else _rational_root(base, exponent.denominator)
        if exact is not None and exponent.numerator <= _LARGEST_EXACT_POWER:
            return exact ** int(exponent.numerator)
        if are_roots_kept() and exponent.denominator == 2:
            return _whole_power(root(base), exponent.numerator)
        base = arb(base)
    if isinstance(base, Surd):
        if whole:
            return _whole_power(base, int(exponent))
        base = base.ball() if base.sign() > 0 else arb(0)
    if whole:
        return _whole_power(base, int(exponent))
    if base < 0:
        return ZERO
    if base > 0:
        return _positive_power(base, exponent)
    # t -> max(t, 0)^q is continuous and monotone: the image of a ball around 0 is [0, upper^q].
    upper = base.upper()
    return arb(0).union(_positive_power(upper, exponent)) if upper > 0 else ZERO


def _whole_power(base: Exact, exponent: int) -> Exact:
    """By squaring: ``arb.__pow__`` goes through the logarithm and is NaN on a ball around 0."""
    result: Exact = ONE
    square = base
    while exponent:
        if exponent & 1:
            result = result * square
        exponent >>= 1
        if exponent:
            square = square * square
    return result


def _positive_power(base: arb, exponent: Fraction) -> arb:
    if exponent == Fraction(1, 2):
        return base.sqrt()
    return base ** arb(from_fraction(exponent))


def _rational_root(base: fmpq, degree: int) -> fmpq | None:
    top, bottom = (fmpz(part).root(degree) for part in (base.p, base.q))
    return fmpq(top, bottom) if top**degree == base.p and bottom**degree == base.q else None


def _reciprocal(value: Exact) -> Exact:
    direction = sign(value)
    if direction is None:
        raise IndeterminateError("a denominator may be zero at this precision")
    return ZERO if direction == 0 else 1 / value


class ExactArithmetic:
    """The arithmetic of ``optimizers.batched.compile_expression`` on exact numbers."""

    def rational(self, value: Fraction) -> Exact:
        """``value``."""
        return from_fraction(value)

    def add(self, left: Exact, right: Exact) -> Exact:
        """``left + right``."""
        return left + right

    def subtract(self, left: Exact, right: Exact) -> Exact:
        """``left - right``."""
        return left - right

    def multiply(self, left: Exact, right: Exact) -> Exact:
        """``left * right``."""
        return left * right

    def divide(self, left: Exact, right: Exact) -> Exact:
        """``left / right``, 0 where ``right`` is 0."""
        return left * _reciprocal(right)

    def power(self, base: Exact, exponent: Fraction) -> Exact:
        """``base ** exponent``."""
        return power(base, exponent)

    def absolute(self, value: Exact) -> Exact:
        """``|value|``."""
        return absolute(value)
