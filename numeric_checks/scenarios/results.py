"""What an examination finds: a verdict, the worst place, and the ratio there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from ..exact import Enclosure
from .scenario import Scenario

Outcome = Literal["violated", "holds", "outside", "undecided"]


@dataclass(frozen=True)
class Place:
    """Both sides at one value of the free indices and one history.

    Attributes:
        indices, node: where; the node is the shortest history that knows enough, () the root.
        left, right: the two sides.
        upper, lower: positive terms on the left plus negated negative ones on the right, and the
            rest: ``left <= right`` iff ``upper <= lower``.
        ratio: ``upper / lower``, of an equation or its inverse if that is larger; None if it is
            0/0, infinite, or not enclosed.
        fails: is the conclusion false here? None if that is not decided.
        exact: are both sides known exactly?
    """

    indices: Mapping[str, int]
    node: tuple[int, ...]
    left: Enclosure | None
    right: Enclosure | None
    upper: Enclosure | None
    lower: Enclosure | None
    ratio: Enclosure | None
    fails: bool | None
    exact: bool = False

    @property
    def log_ratio(self) -> float:
        """log(upper/lower); infinite if only ``lower`` is 0, NaN if there is no ratio."""
        if self.ratio is not None:
            return _log(self.ratio)
        if self.lower == _ZERO and self.upper not in (_ZERO, None):
            return math.inf
        return math.nan

    def __str__(self) -> str:
        parts = [f"{name} = {value}" for name, value in sorted(self.indices.items())]
        parts += [f"after the outcomes {', '.join(map(str, self.node))}"] if self.node else []
        return ", ".join(parts) or "everywhere"


_ZERO = Enclosure(Fraction(0), Fraction(0))


@dataclass(frozen=True)
class Examination:
    """What exact arithmetic says of a claim in a scenario.

    Attributes:
        scenario: as examined.
        outcome: ``violated``: the claim is false at ``worst``, where axioms and hypotheses hold;
            ``holds``: it is true at every place within its hypotheses; ``outside``: an axiom or a
            hypothesis fails, see ``failing``; ``undecided``: enclosures do not tell.
        worst: the place of the largest ratio, among those that fail if there are any.
        checked: at how many places both sides were compared; ``excluded``: at how many a
            hypothesis fails.
        failing: axioms and hypotheses that fail.
        broken: those that fail and were dropped by ``without``.
        method: how it was decided, or why it was not.
    """

    scenario: Scenario
    outcome: Outcome
    worst: Place | None = None
    checked: int = 0
    excluded: int = 0
    failing: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    method: str = ""

    @property
    def ratio(self) -> Enclosure | None:
        """The largest ratio, enclosed."""
        return None if self.worst is None else self.worst.ratio

    @property
    def log_ratio(self) -> float:
        """Its logarithm; infinite if the right side is 0 and the left is not."""
        return math.nan if self.worst is None else self.worst.log_ratio

    @property
    def located(self) -> Scenario:
        """The scenario with the place of the largest ratio filled in."""
        return self.scenario if self.worst is None else replace(
            self.scenario, indices=self.worst.indices
        )  # fmt: skip

    def __str__(self) -> str:
        claim = self.scenario.claim
        if self.outcome == "outside":
            return f"{claim}: outside, {'; '.join(self.failing)}"
        where = "" if self.worst is None else (
            f" at {self.worst}: left {self.worst.left}, right {self.worst.right}, "
            f"ratio {math.exp(self.log_ratio):.8g}"
        )  # fmt: skip
        return f"{claim}: {self.outcome}{where} ({self.method})"


def _log(value: Enclosure) -> float:
    if value.low <= 0:
        return -math.inf if value.high <= 0 else math.log(value.middle)
    middle = (value.low + value.high) / 2
    return math.log(middle.numerator) - math.log(middle.denominator)


def largest(places: Sequence[Place]) -> Place | None:
    """The place of the largest ratio; one without any only if all are."""

    def rank(place: Place) -> float:
        return -math.inf if math.isnan(place.log_ratio) else place.log_ratio

    return max(places, key=rank, default=None)
