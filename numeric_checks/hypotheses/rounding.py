"""Simple rationals near floats, at which hypotheses hold exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

from flint import arb, fmpq

from ...proofs.kernel.terms import ZERO, Rat, Rel, Term
from ..exact import (
    IndeterminateError,
    closed_value,
    from_fraction,
    sign,
    to_fraction,
    working_precision,
)
from ..simulate.run import ConstantValue
from .elimination import Elimination, Stage
from .exactly import World, decided, settled
from .polynomials import root

if TYPE_CHECKING:
    from .region import Region

_BITS = 400
CLOSENESS = (Fraction(1, 2**20), Fraction(1, 2**33), Fraction(1, 2**46))
"""How near, in relative terms, rationals are looked for; the coarse come first."""


class RegionError(ValueError):
    """No rationals near the values satisfy the hypotheses; the message says of which constant."""


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The fraction of least denominator in [low, high] (of these, the nearest to 0).

    >>> simplest(Fraction(314, 100), Fraction(315, 100))
    Fraction(22, 7)
    """
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest(-high, -low)
    whole = floor(low)
    if whole == low:
        return Fraction(whole)
    if whole + 1 <= high:
        return Fraction(whole + 1)
    return whole + 1 / simplest(1 / (high - whole), 1 / (low - whole))


def rounded(
    region: Region, values: Mapping[str, float], base: Mapping[str, ConstantValue]
) -> dict[str, Fraction]:
    """Rationals near the values of ``region.names``, such that every hypothesis holds exactly.

    One constant after the other, in the order of the region, within the interval that exact
    arithmetic leaves it. A value within 2^-20 of an end that is rational and admitted becomes that
    end. With ``solve`` they determine all constants.

    Args:
        region: whose constants they are.
        values: floats, such as one row of what ``region.constants`` gives.
        base: the world's constants, exactly.

    Raises:
        RegionError: none is found.
        MissingError, EvaluationError: ``base`` lacks what a hypothesis speaks of.
    """
    missing = sorted(set(region.names) - values.keys())
    if missing:
        raise RegionError(f"no value for {', '.join(missing)}")
    failure: RegionError | None = None
    for close in CLOSENESS:
        try:
            return _Rounding(region, values, base, close).run()
        except RegionError as error:
            failure = error
    raise failure or RegionError("no closeness was tried")


class _Rounding:
    def __init__(
        self,
        region: Region,
        values: Mapping[str, float],
        base: Mapping[str, ConstantValue],
        close: Fraction,
    ) -> None:
        self.region, self.floats, self.close = region, values, close
        self.world = World(base, region.K, region.d, region.setting.unfold)

    def run(self) -> dict[str, Fraction]:
        chosen: dict[str, Fraction] = {}
        plan = self.region.elimination
        for stage in plan.stages:
            for candidate in self._candidates(stage):
                if self._admitted(stage, candidate):
                    break
            else:
                near = self.floats[stage.name]
                raise RegionError(
                    f"{self.region.claim.label}: no rational {stage.name} near {near:.6g} satisfies"
                    " the hypotheses"
                )
            chosen[stage.name] = self.world.values[stage.name] = candidate
        self._rest(plan)
        return chosen

    def _rest(self, plan: Elimination) -> None:
        """What no interval ensures: what equations leave, penalties, and what the base must be."""
        for name, term in plan.defined.items():
            value = settled(self.world.closed(term))
            self.world.values[name] = value.value if isinstance(value, Rat) else value
        setting = self.region.setting
        for relation in (*setting.about_base, *setting.equations, *setting.inequalities):
            if decided(relation, self.world) is not True:
                raise RegionError(f"{self.region.claim.label}: not {self.region.show(relation)}")

    # --- intervals -----------------------------------------------------------------------------

    def _admitted(self, stage: Stage, candidate: Fraction) -> bool:
        """Do the inequalities of the stage hold, exactly?

        Of one that only follows from hypotheses it is enough that it is not seen to fail.
        """
        trial = {stage.name: candidate}
        for bound in stage.asked:
            gap = Rel(ZERO, bound.relation.op, self.world.closed(bound.gap, trial))
            answer = decided(gap, self.world)
            if answer is False or (answer is None and not bound.derived):
                return False
        return True

    def _candidates(self, stage: Stage) -> Iterator[Fraction]:
        near = Fraction(self.floats[stage.name])
        lows, highs = self._ends(stage)
        rational = {end for end in (*lows, *highs) if isinstance(end, Fraction)}
        for end in sorted(rational, key=lambda e: (abs(e - near), e)):
            if abs(end - near) <= self.close * (1 + abs(end)):
                yield end
        low = max((_beyond(end, 1) for end in lows), default=None)
        high = min((_beyond(end, -1) for end in highs), default=None)
        if low is not None and high is not None and low > high:
            return
        # Where terms cancel, the float may be off, even on the wrong side of an end.
        near = near if low is None else max(near, low)
        near = near if high is None else min(near, high)
        room = self.close * abs(near) if near else self.close
        low = near - room if low is None else max(low, near - room)
        high = near + room if high is None else min(high, near + room)
        yield simplest(low, high)
        # An end that is not admitted, or the other part of what a quadratic inequality leaves.
        quarter = (high - low) / 4
        yield simplest(low + quarter, high - quarter)
        yield near

    def _ends(self, stage: Stage) -> tuple[list[Fraction | arb], list[Fraction | arb]]:
        """Lower and upper ends, as far as they are known: rationals where they are, else balls."""
        lows: list[Fraction | arb] = []
        highs: list[Fraction | arb] = []
        for bound in stage.bounds:
            _, b, c = bound.coefficients
            lows += [Fraction(0)] if bound.positive else []
            rising = self._sign(b if c is ZERO else c)
            sides = {1: [(lows, 1)], -1: [(highs, 1)]}
            if c is not ZERO:
                sides[-1] = [(lows, -1), (highs, 1)]
            for side, of_two in sides.get(rising or 0, []):
                end = self._number(root(bound, of_two))
                side += [] if end is None else [end]
        return lows, highs

    def _sign(self, term: Term) -> int | None:
        value = self._number(term)
        if value is None:
            return None
        return sign(from_fraction(value) if isinstance(value, Fraction) else value)

    def _number(self, term: Term) -> Fraction | arb | None:
        with working_precision(_BITS):
            try:
                value = closed_value(settled(self.world.closed(term)))
            except IndeterminateError:
                return None
        if isinstance(value, fmpq):
            return to_fraction(value)
        return value if value.is_finite() else None


def _beyond(end: Fraction | arb, side: int) -> Fraction:
    """A rational at the end, or just beyond what a ball encloses: above for 1, below for -1."""
    if isinstance(end, Fraction):
        return end
    with working_precision(_BITS):
        mantissa, exponent = (end.upper() if side > 0 else end.lower()).man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
