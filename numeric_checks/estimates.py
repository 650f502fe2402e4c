"""Verdicts on estimated expectations: only by an interval, and only by a bound that is known.

The mean over n independent runs of a statistic with values in [0, T] exceeds its expectation, or
falls short of it, by T (log(1/alpha)/(2n))^{1/2} with probability at most alpha each (Hoeffding
1963, Theorem 2), whatever its distribution. The normal approximation would be narrower, and
is not valid for few runs of a skewed statistic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from .evaluate import Check


@dataclass(frozen=True)
class Ranged:
    """That the left side of a statement is the expectation of a statistic in [0, ``top``].

    Attributes:
        top: the end of the range, rounded up.
        source: why, as a formula: "||grad f||_1 <= 9 everywhere".
        alpha: the error probability granted to this statement: to several, a share each.
    """

    top: float
    source: str
    alpha: float

    def half_width(self, runs: int) -> float:
        """The half width of the interval around a mean over ``runs`` independent runs."""
        return self.top * math.sqrt(math.log(1 / self.alpha) / (2 * runs))

    def runs_needed(self, gap: float) -> int:
        """How many runs make the half width at most ``gap``."""
        return math.ceil(math.log(1 / self.alpha) / 2 * (self.top / gap) ** 2)


def judged(check: Check, runs: int, ranged: Ranged) -> Check:
    """An estimated ``check`` with the verdict its interval allows.

    * The range decides if all of it lies below the bound: the statement then holds on this
      instance whatever the algorithm does, which the evidence says.
    * ``holds``, ``violated``: the interval lies below, or above, the bound.
    * ``undecided`` otherwise, with the number of runs that would decide.
    """
    if not check.estimated or not check.checked:
        return check
    left, right, half = check.left, check.right, ranged.half_width(runs)
    if ranged.top <= right:
        return replace(
            check,
            verdict="holds",
            evidence=f"vacuously: {ranged.source}, and the bound is above that",
        )
    interval = (
        f"mean of {runs} runs, {left:.6g} -{min(half, left):.3g} +{half:.3g} "
        f"(Hoeffding, error {ranged.alpha:.2g}, {ranged.source})"
    )
    if left + half <= right:
        return replace(check, verdict="holds", evidence=f"{interval}: below the bound")
    if left - half > right:
        return replace(check, verdict="violated", evidence=f"{interval}: above the bound")
    needed = f"; {ranged.runs_needed(abs(right - left))} runs would decide" if left != right else ""
    return replace(check, verdict="undecided", evidence=f"{interval}: not clear{needed}")
