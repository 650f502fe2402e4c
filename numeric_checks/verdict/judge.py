"""From samples to a verdict, with its evidence in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from . import betting, catoni
from .bounds import Bound, Range, Support, Unknown, Variance, rounding_room
from .exact import binomial_tail
from .intervals import Interval, interval

Verdict = Literal["holds", "violated", "undecided"]
FARTHEST = 2**14
"""Runs up to which it is predicted how many would decide."""


@dataclass(frozen=True)
class Claim:
    """``E X op right``. An equation can be violated, and is never shown to hold by sampling."""

    op: Literal["<", "<=", "="]
    right: float

    def __str__(self) -> str:
        return f"E X {self.op} {self.right:.6g}"

    def share(self, alpha: float) -> float:
        """The error probability of each end: of an equation, both may wrongly say "violated"."""
        return alpha / 2 if self.op == "=" else alpha

    def decided(self, low: float, high: float) -> Verdict:
        """What follows from ``low <= E X <= high``."""
        if self.op == "=":
            return "undecided" if low <= self.right <= high else "violated"
        if high < self.right or (high == self.right and self.op == "<="):
            return "holds"
        above = low > self.right or (low == self.right and self.op == "<")
        return "violated" if above else "undecided"


@dataclass(frozen=True)
class Judgement:
    """A verdict on an expectation.

    Attributes:
        verdict: one that is not ``undecided`` is wrong with probability at most ``alpha``.
        evidence: the reason, one sentence: runs, interval, error probability, bound and source.
        bound: what was known of the statistic.
        interval: None if no run was needed, or none could help.
        vacuous: the bound alone decides, whatever the algorithm does.
        needed: how many runs in all would likely decide, if the further ones are like these; None
            if it is decided, or more than ``FARTHEST`` are needed.
    """

    verdict: Verdict
    evidence: str
    bound: Bound
    alpha: float
    interval: Interval | None = None
    vacuous: bool = False
    needed: int | None = None


def judge(
    samples: Tensor, bound: Bound, claim: Claim, alpha: float, horizons: tuple[int, ...] = ()
) -> Judgement:
    """The verdict that n independent runs allow.

    Args:
        samples: [n], the statistic on each run, in an order fixed beforehand.
        bound: what is known of it, and why.
        claim: what is said of its expectation.
        alpha: the error probability of the verdict.
        horizons: as in ``interval``.

    Raises:
        BoundError: the samples contradict the bound: one of the two is wrong.

    >>> import torch
    >>> runs = torch.full((50,), 0.5, dtype=torch.float64)
    >>> judge(runs, Range(0.0, 2.0, "g <= 2 everywhere"), Claim("<=", 1.0), 0.05).verdict
    'holds'
    """
    found = interval(samples, bound, claim.share(alpha), horizons)
    known = at_once(bound, claim, alpha)
    if known is not None or found is None:
        return known or without_bound(bound, alpha)
    return judged(found, samples, bound, claim, alpha, horizons)


def without_bound(bound: Bound, alpha: float) -> Judgement:
    """Undecided: nothing is known of the statistic."""
    reason = bound.reason if isinstance(bound, Unknown) else bound.source
    return Judgement("undecided", f"no interval is valid: {reason}", bound, alpha)


def at_once(bound: Bound, claim: Claim, alpha: float) -> Judgement | None:
    """What needs no run: no bound, or one that decides by itself; None otherwise."""
    if isinstance(bound, Unknown):
        return without_bound(bound, alpha)
    span = bound.range if isinstance(bound, Support) else bound
    if not isinstance(span, Range):
        return None
    verdict = claim.decided(span.low, span.top)
    if verdict == "holds":
        text = f"vacuously: {bound.source}, and the bound is above that"
        return Judgement("holds", text, bound, alpha, vacuous=True)
    if verdict == "violated":
        text = f"whatever the runs: {bound.source}, and the claim is beyond that"
        return Judgement("violated", text, bound, alpha, vacuous=True)
    return None


def judged(
    found: Interval,
    samples: Tensor,
    bound: Bound,
    claim: Claim,
    alpha: float,
    horizons: tuple[int, ...] = (),
) -> Judgement:
    """The verdict of an interval for the expectation of a statistic with these samples."""
    text = describe(found, bound)
    if found.low > found.high:
        text = f"{text}: the ends exclude each other, as if runs or bound were not what they should"
        return Judgement("undecided", text, bound, alpha, found)
    verdict = claim.decided(found.low, found.high)
    if verdict != "undecided":
        side = "below" if found.high <= claim.right else "above"
        return Judgement(verdict, f"{text}: {side} the bound", bound, alpha, found)
    if claim.op == "=":
        text = f"{text}: contains {claim.right:.6g}, and no sampling shows an equation to hold"
        return Judgement("undecided", text, bound, alpha, found)
    needed = runs_needed(samples, bound, claim, alpha, horizons)
    likely = f"; {needed} runs would likely decide" if needed is not None else ""
    return Judgement("undecided", f"{text}: not clear{likely}", bound, alpha, found, needed=needed)


def describe(found: Interval, bound: Bound) -> str:
    """Runs, mean, interval, method, error probability, and the source of the bound."""
    source = bound.reason if isinstance(bound, Unknown) else bound.source
    runs = f"{found.runs} run" + "s" * (found.runs != 1)
    ends = f"mean of {runs} {found.mean:.6g} in [{found.low:.6g}, {found.high:.6g}]"
    if found.method == "constant":
        return f"{ends} ({source})"
    return f"{ends} ({found.method}, error {found.alpha:.2g}, {source})"


def runs_needed(
    samples: Tensor, bound: Bound, claim: Claim, alpha: float, horizons: tuple[int, ...] = ()
) -> int | None:
    """How many runs decide if these samples repeat; to about a tenth, at most ``FARTHEST``.

    A prediction, no guarantee: of rare values that have not occurred it knows nothing. Bets are
    tuned to ``horizons``, by default to the number that is predicted.
    """
    n = len(samples)

    def decides(runs: int) -> bool:
        repeated = samples.repeat(-(-runs // n))[:runs]
        tuned = horizons or (runs,)
        return any(t is not None for t in first_decisions(repeated, bound, claim, alpha, tuned))

    low, high = n, 2 * n
    while not decides(high):
        if high >= FARTHEST:
            return None
        low, high = high, 2 * high
    while high - low > max(1, high // 10):
        middle = (low + high) // 2
        low, high = (low, middle) if decides(middle) else (middle, high)
    return high


def first_decisions(
    samples: Tensor, bound: Bound, claim: Claim, alpha: float, horizons: tuple[int, ...]
) -> tuple[int | None, int | None]:
    """After how many runs the mean is certainly above the claim's right side, and below it.

    Certain: but for ``claim.share(alpha)`` each. None: not within these runs. Betting's and
    Catoni's answers are valid at every number of runs at once; where the support is known, only
    the whole of two-valued samples is looked at, and others are left to ``interval``.
    """
    values, right, share = bound_values(samples, bound), claim.right, claim.share(alpha)
    room = rounding_room(bound, values)
    if isinstance(bound, Variance):
        variance = bound.variance
        above, _ = catoni.first_rejection(values, right + room, variance, share, horizons)
        _, below = catoni.first_rejection(values, right - room, variance, share, horizons)
        return above, below
    if isinstance(bound, Range) and bound.width > 0:
        x = (values - bound.low) / bound.width
        up, down = ((right + r - bound.low) / bound.width for r in (room, -room))
        above = below = None  # at an end of the range there is nothing to bet on
        if 0 < up < 1:
            above, _ = betting.first_rejection(x, up, share, horizons)
        if 0 < down < 1:
            _, below = betting.first_rejection(x, down, share, horizons)
        return above, below
    if not isinstance(bound, Support) or len(bound.values) != 2:
        return None, None
    low, high = bound.values
    n, p = len(samples), (right - low) / (high - low)
    if not 0 < p < 1:
        return None, None
    count = int((values == high).sum())
    above = binomial_tail(count, n, p)[1] <= share
    below = binomial_tail(n - count, n, 1 - p)[1] <= share
    return (n if above else None), (n if below else None)


def bound_values(samples: Tensor, bound: Bound) -> Tensor:
    """The samples as the bound admits them.

    Raises:
        BoundError: it does not.
    """
    return samples if isinstance(bound, Unknown) else bound.admitted(samples)
