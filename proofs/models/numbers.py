"""Exact rationals, square roots of rationals, and enclosures of the numbers that are neither.

A number is a pair ``low <= value <= high`` of rationals; it is rational, and exact, if they are
equal. A ``Surd`` is a pair that is exact although they differ: the root of a rational, or minus it,
known by its signed square x |x|, which orders the numbers as x does. Products and powers of exact
numbers are exact, so is a square root of a rational, so are a sum of rationals and one of surds
whose ratio is rational; all else is rounded outwards. Equality is decided for exact numbers only,
an order also for disjoint pairs.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from math import isqrt

from .errors import Undecided

Interval = tuple[Fraction, Fraction]
BITS = 120
MAX_BITS = 4000
MAX_EXPONENT = 64
_ZERO = Fraction(0)


class Surd(Interval):
    """An irrational number whose square is rational, between two rationals."""

    signed_square: Fraction


def exact(value: int | Fraction) -> Interval:
    """The number itself."""
    number = Fraction(value)
    return number, number


def is_exact(number: Interval) -> bool:
    """Is the number known to be one rational?"""
    return number[0] is number[1] or number[0] == number[1]


def _signed_square(number: Interval) -> Fraction | None:
    """The square with the sign of the number, if it is rational and known."""
    if isinstance(number, Surd):
        return number.signed_square
    return number[0] * abs(number[0]) if is_exact(number) else None


def _with_signed_square(square: Fraction) -> Interval:
    """The number x with x |x| = ``square``."""
    low, high = _root(abs(square), 2)
    if square < 0:
        low, high = -high, -low
    size = max(square.numerator.bit_length(), square.denominator.bit_length())
    if low == high or size > MAX_BITS:
        return low, high
    number = Surd((low, high))
    number.signed_square = square
    return number


def _limited(value: Fraction) -> Interval:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        raise Undecided("a number exceeds the size limit")
    return value, value


def _outward(low: Fraction, high: Fraction) -> Interval:
    if low == high:
        return _limited(low)
    size = 1 << (2 * BITS)
    down = low.numerator * size // low.denominator
    up = -(-high.numerator * size // high.denominator)
    return Fraction(down, size), Fraction(up, size)


def plus(p: Interval, q: Interval) -> Interval:
    """``p + q``."""
    if is_exact(p) and is_exact(q):
        return _limited(p[0] + q[0])
    if is_exact(p) and not p[0]:
        return q
    if is_exact(q) and not q[0]:
        return p
    if isinstance(p, Surd) and isinstance(q, Surd):
        ratio = raised(exact(abs(q.signed_square / p.signed_square)), Fraction(1, 2))
        if is_exact(ratio):  # p + q = p (1 + q/p)
            same = (p.signed_square > 0) == (q.signed_square > 0)
            return times(p, exact(1 + ratio[0] if same else 1 - ratio[0]))
    return _outward(p[0] + q[0], p[1] + q[1])


def times(p: Interval, q: Interval) -> Interval:
    """``p q``."""
    if is_exact(p) and is_exact(q):
        return _limited(p[0] * q[0])
    if isinstance(p, Surd) or isinstance(q, Surd):
        one, two = _signed_square(p), _signed_square(q)
        if one is not None and two is not None:
            return _with_signed_square(one * two)
    products = [one * other for one in p for other in q]
    return _outward(min(products), max(products))


def absolute(p: Interval) -> Interval:
    """``|p|``."""
    if is_exact(p):
        return exact(abs(p[0]))
    if isinstance(p, Surd):
        return _with_signed_square(abs(p.signed_square))
    return max(p[0], -p[1], _ZERO), max(-p[0], p[1])


def raised(base: Interval, e: Fraction) -> Interval:
    """``base^e`` with 1/0 = 0, t^0 = 1, and max(base, 0) under a fractional exponent."""
    if e == 0:
        return exact(1)
    if is_exact(base) and e.denominator == 1 and abs(e.numerator) <= MAX_EXPONENT:
        return _limited(base[0] ** e.numerator if base[0] or e > 0 else _ZERO)
    if abs(e.numerator) <= MAX_EXPONENT:
        if isinstance(base, Surd) and e.denominator == 1:
            power = abs(base.signed_square) ** e.numerator
            negative = base.signed_square < 0 and e.numerator % 2
            return _with_signed_square(-power if negative else power)
        if is_exact(base) and base[0] > 0 and e.denominator == 2:
            return _with_signed_square(base[0] ** e.numerator)
    low, high = base
    if e.denominator > 1:
        low, high = max(low, _ZERO), max(high, _ZERO)
    if e < 0:
        if low == high == 0:
            return exact(0)
        if low <= 0 <= high:
            raise Undecided("a denominator that is not known to be other than 0")
        low, high = 1 / high, 1 / low
    if abs(e.numerator) > MAX_EXPONENT:
        raise Undecided(f"the exponent {e} exceeds the size limit")
    result = exact(1)
    for _ in range(abs(e.numerator)):
        result = times(result, (low, high))
    if e.denominator > 1:
        bottom, top = (max(end, _ZERO) for end in result)
        result = _root(bottom, e.denominator)[0], _root(top, e.denominator)[1]
    return _outward(*result)


def _integer_root(n: int, q: int) -> int:
    """The largest r with ``r^q <= n``, by bisection."""
    if q == 2:
        return isqrt(n)
    low, high = 0, 1 << (n.bit_length() // q + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**q <= n else (low, middle - 1)
    return low


def _root(value: Fraction, q: int) -> Interval:
    top, bottom = (_integer_root(n, q) for n in value.as_integer_ratio())
    if Fraction(top, bottom) ** q == value:
        return exact(Fraction(top, bottom))
    floor = _integer_root((value.numerator << (BITS * q)) // value.denominator, q)
    return Fraction(floor, 1 << BITS), Fraction(floor + 1, 1 << BITS)


def compared(left: Interval, op: str, right: Interval) -> bool | None:
    """Is ``left op right``? None if the enclosures do not tell."""
    one, two = _signed_square(left), _signed_square(right)
    if one is not None and two is not None and not (is_exact(left) and is_exact(right)):
        return one == two if op == "=" else one < two or (op == "<=" and one == two)
    if op == "=":
        if left[1] < right[0] or right[1] < left[0]:
            return False
        return True if left[0] == left[1] == right[0] == right[1] else None
    if left[1] < right[0] or (op == "<=" and left[1] == right[0]):
        return True
    if right[1] < left[0] or (op == "<" and right[1] == left[0]):
        return False
    return None


def shown(number: Interval) -> str:
    """The rational, or ten digits of what is none."""
    if is_exact(number):
        return str(number[0])
    with localcontext() as context:
        context.prec = 10
        return f"{Decimal(number[0].numerator) / Decimal(number[0].denominator)}..."
