"""What the hypotheses of a claim admit for one constant, the others being given.

A relation in which the constant occurs once is solved for it from outside in: what is added is
subtracted, factors of known sign are divided by, powers undone. So ``lam^2 X^2 <= a s`` gives
``lam <= (a s/X^2)^{1/2}``. Even powers are undone for non-negative bases, as all constants here
are; what comes out is only proposed, and hypotheses are decided at the values taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from ..kernel import terms as k
from ..kernel.exact import Interval
from .atoms import occurs
from .values import Point, UnvaluedError, decimal_down, decimal_nearest, decimal_up, enclose

Side = Literal["low", "high", "value"]
_OPPOSITE: dict[Side, Side] = {"low": "high", "high": "low", "value": "value"}
DIGITS, MAX_DIGITS = 20, 600


@dataclass(frozen=True)
class Limit:
    """``constant >= term`` (``low``), ``<= term`` (``high``) or ``= term`` (``value``)."""

    side: Side
    term: k.Term
    strict: bool = False


def limit(relation: k.Rel, atom: k.Term, point: Point) -> Limit | None:
    """The relation solved for ``atom``; None if it occurs not once, or where no rule undoes it."""
    if not occurs(atom, relation):
        return None
    for here, there, side in (
        (relation.left, relation.right, "high"),
        (relation.right, relation.left, "low"),
    ):
        if sum(inner is atom for inner, _ in k.subterms(here)) == 1 and not occurs(atom, there):
            start: Side = "value" if relation.op == "=" else side  # type: ignore[assignment]
            found = _solved(here, there, start, atom, point)
            if found is not None:
                return Limit(*found, relation.op == "<")
    return None


def _solved(
    here: k.Term, there: k.Term, side: Side, atom: k.Term, point: Point
) -> tuple[Side, k.Term] | None:
    """``here`` related to ``there`` as ``side`` says, until ``here`` is the atom."""
    while here is not atom:
        if isinstance(here, k.Add | k.Mul):
            (inside,) = (t for t in here.terms if occurs(atom, t))
            rest = [t for t in here.terms if not occurs(atom, t)]
            if isinstance(here, k.Add):
                there = k.Add((there, *(k.neg(t) for t in rest)))
            else:
                factor = k.mul(*rest)
                sign = _sign(factor, point)
                if not sign:
                    return None
                there = k.div(there, factor)
                side = side if sign > 0 else _OPPOSITE[side]
            here = inside
        elif isinstance(here, k.Pow) and here.exponent != 0:
            if (_sign(there, point) or 0) < 0:
                return None
            side = side if here.exponent > 0 else _OPPOSITE[side]
            there = k.Pow(there, 1 / here.exponent)
            here = here.base
        else:
            return None
    return side, there


def _sign(term: k.Term, point: Point) -> int | None:
    """The sign of a number; None if it is not known."""
    try:
        low, high = enclose(term, point, 1)
    except UnvaluedError:
        return None
    return 1 if low > 0 else -1 if high < 0 else 0 if low == high == 0 else None


@dataclass(frozen=True)
class Range:
    """The values that a set of hypotheses admits for a constant; an end may be absent."""

    low: Limit | None
    high: Limit | None
    point: Point

    def down_from_high(self, digits: int = DIGITS) -> Fraction | None:
        """The greatest decimal of so many digits that is not above the upper end."""
        if self.high is None:
            return None
        end = sharp(self.high.term, self.point, digits)[0]
        return Fraction(decimal_down(end, figures(end, digits)))

    def up_from_low(self, digits: int = DIGITS) -> Fraction | None:
        """The least decimal of so many digits that is not below the lower end."""
        if self.low is None:
            return None
        end = sharp(self.low.term, self.point, digits)[1]
        return Fraction(decimal_up(end, figures(end, digits)))

    @property
    def value(self) -> k.Term | None:
        """The one value admitted, where an equation says so."""
        is_one = self.low is not None and self.low.side == "value"
        return self.low.term if self.low is not None and is_one else None

    def nearest(self, value: Fraction) -> Fraction | None:
        """The decimal nearest to ``value`` that is admitted; of an equation, a rounding.

        None if there is none, or no nearest one, as of what must be above 0.
        """
        if self.value is not None:
            low, high = sharp(self.value, self.point, DIGITS)
            middle = (low + high) / 2
            return Fraction(decimal_nearest(middle, figures(middle, DIGITS)))
        low_end, high_end = self.up_from_low(), self.down_from_high()
        if low_end is not None and high_end is not None and low_end > high_end:
            return None
        for end, decimal, beyond in ((self.low, low_end, -1), (self.high, high_end, 1)):
            if end is not None and decimal is not None and (value - decimal) * beyond >= 0:
                return None if end.strict else decimal
        return value


def sharp(term: k.Term, point: Point, digits: int) -> Interval:
    """An enclosure to ``digits`` significant digits, of the value and of 1 minus it."""
    asked = digits + 2
    while True:
        low, high = enclose(term, point, asked)
        needed = max(figures(end, digits) for end in (low, high)) + 2
        if needed <= asked or low == high or asked > MAX_DIGITS:
            return low, high
        asked = needed


def figures(value: Fraction, digits: int) -> int:
    """Significant digits such that ``1 - value`` has ``digits`` of them too."""
    gap = abs(1 - value)
    if not 0 < gap < 1:
        return digits
    nines = 0
    while gap * 10 ** (nines + 1) < 1:
        nines += 1
    return digits + nines


def admissible(relations: Iterable[k.Formula], atom: k.Term, point: Point) -> Range:
    """The intersection of what the relations admit; those that are not solved do not count."""
    ends: dict[Side, Limit] = {}
    for relation in relations:
        if not isinstance(relation, k.Rel):
            continue
        found = limit(relation, atom, point)
        if found is None:
            continue
        if found.side == "value":
            return Range(found, found, point)
        known = ends.get(found.side)
        try:
            if known is None or _tighter(found, known, point):
                ends[found.side] = found
        except UnvaluedError:
            continue
    return Range(ends.get("low"), ends.get("high"), point)


def _tighter(new: Limit, old: Limit, point: Point) -> bool:
    a, b = (enclose(end.term, point, DIGITS)[0] for end in (new, old))
    if a == b:
        return new.strict and not old.strict
    return a < b if new.side == "high" else a > b
