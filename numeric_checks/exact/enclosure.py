"""An exact number as a pair of rationals around it, for reports and files."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from .numbers import Exact, to_fraction
from .surds import Surd


@dataclass(frozen=True)
class Enclosure:
    """``low <= value <= high``; the number itself if the two are equal."""

    low: Fraction
    high: Fraction

    @property
    def is_exact(self) -> bool:
        """Is the number known?"""
        return self.low == self.high

    @property
    def middle(self) -> float:
        """A float near it, infinite beyond the range of floats."""
        try:
            return float((self.low + self.high) / 2)
        except OverflowError:
            return math.copysign(math.inf, self.low)

    def __str__(self) -> str:
        if self.is_exact and len(str(self.low)) <= 40:
            return str(self.low)
        return f"{self.middle:.17g}"


def enclosure(value: Exact) -> Enclosure | None:
    """The rationals around a number; None if a ball is unbounded or no number."""
    if isinstance(value, Surd):
        value = value.ball()
    if not isinstance(value, arb):
        exact = to_fraction(value)
        return Enclosure(exact, exact)
    if not value.is_finite():
        return None
    low, high = (_dyadic(end) for end in (value.lower(), value.upper()))
    return Enclosure(low, high)


def _dyadic(value: arb) -> Fraction:
    digits, exponent = (int(part) for part in value.man_exp())
    return Fraction(digits) * Fraction(2) ** exponent
