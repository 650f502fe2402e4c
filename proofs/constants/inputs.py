"""Numbers as they are typed, read exactly: decimals, exponents, fractions; ranges for sweeps."""

from __future__ import annotations

import re
from fractions import Fraction

MAX_EXPONENT = 1000
MAX_LENGTH = 400
MAX_ROWS = 1000
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


class InputError(ValueError):
    """A text is no number of the kind asked for; the message says what would be."""


def number(text: str) -> Fraction:
    """A rational number, exactly.

    Raises:
        InputError: it is none, is not finite, or is a list.

    >>> number("1e5"), number("0.1"), number("-1/3"), number("2.5e-1")
    (Fraction(100000, 1), Fraction(1, 10), Fraction(-1, 3), Fraction(1, 4))
    """
    parts = text.strip().split("/")
    if len(text) > MAX_LENGTH or len(parts) > 2:
        raise InputError(f"{_short(text)} is no number (write 0.1, 1e5 or 1/3)")
    if any(separator in text.strip() for separator in ", ;["):
        raise InputError(f"{_short(text)} is a list, where one number is meant")
    if text.strip().lower().lstrip("+-") in ("nan", "inf", "infinity"):
        raise InputError(f"{text} is no number that a hypothesis can hold for")
    for part in parts:
        found = _DECIMAL.fullmatch(part.strip())
        if found is None:
            raise InputError(f"{_short(text)} is no number (write 0.1, 1e5 or 1/3)")
        if abs(int((found[3] or "e0")[1:])) > MAX_EXPONENT:
            raise InputError(f"{_short(text)}: exponents go up to {MAX_EXPONENT}")
    values = [Fraction(part.strip()) for part in parts]
    if len(values) == 2 and not values[1]:
        raise InputError(f"{text} divides by 0")
    return values[0] if len(values) == 1 else values[0] / values[1]


def numbers(text: str) -> list[Fraction] | None:
    """The numbers of a list such as ``0.1,0.2``; None if it is none."""
    parts = [part for part in re.split(r"[\s,;\[\]()]+", text) if part]
    try:
        return [number(part) for part in parts] if len(parts) > 1 else None
    except InputError:
        return None


def whole(text: str) -> int:
    """An integer, which may be written ``1e7``; whether it is large enough is for the claim.

    Raises:
        InputError: it is none.
    """
    value = number(text)
    if value.denominator != 1:
        raise InputError(f"{text} is no integer")
    return int(value)


def series(text: str) -> list[int] | None:
    """The integers of a sweep ``low:high`` or ``low:high:count``; None if it is none.

    Without a count, 1, 2 and 5 times the powers of ten, and the ends; with one, so many, each about
    the same factor above the one before.

    Raises:
        InputError: an end is no positive integer, they are out of order, or the rows too many.

    >>> series("1e3:1e4"), series("1:1000:4"), series("10")
    ([1000, 2000, 5000, 10000], [1, 10, 100, 1000], None)
    """
    parts = text.split(":")
    if len(parts) == 1:
        return None
    if len(parts) > 3:
        raise InputError(f"{_short(text)} is no range (write 1e3:1e9 or 1e3:1e9:13)")
    low, high, *counts = (whole(part) for part in parts)
    count = counts[0] if counts else None
    if not 1 <= low <= high:
        raise InputError(f"{_short(text)} must go from at least 1 upwards")
    if count is not None and not 2 <= count <= MAX_ROWS:
        raise InputError(f"a sweep has 2 to {MAX_ROWS} values, not {count}")
    found = {low, high}
    if count is None:
        place = 1
        while place <= high:
            found |= {n for n in (place, 2 * place, 5 * place) if low <= n <= high}
            place *= 10
    else:
        found |= {_between(low, high, n, count - 1) for n in range(count)}
    if len(found) > MAX_ROWS:
        raise InputError(f"{_short(text)} makes {len(found)} rows; give a count")
    return sorted(found)


def _between(low: int, high: int, n: int, of: int) -> int:
    """The greatest integer that is not above ``low (high/low)^(n/of)``."""
    target = low ** (of - n) * high**n
    below, above = low, high + 1
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (middle, above) if middle**of <= target else (below, middle)
    return below


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")
