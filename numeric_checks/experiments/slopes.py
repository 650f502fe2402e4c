"""Slopes of log ratio on log d within a family, and what an interval of them says.

Slopes are what Theta(sqrt(d)) is confronted with: were ``||g||_1`` as d^(1/2 + s) ``||g||_2``
within a family, then log ratio would have slope s in log d. It is 0 if ``||g||_1`` is as sqrt(d)
``||g||_2``, and -1/2 if it is as ``||g||_2``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from .analysis import GRADIENTS, MEASURES, PHASES, middle, of_run
from .records import Record, Series

LEAST_SIZES, LEAST_COVERAGE, LEAST_SPAN = 3, 0.9, 10.0
"""Slopes of fewer sizes, intervals less certain, or sizes less far apart, decide nothing."""
FALLING, KEEPING = ("half", "between", "steeper"), ("level", "rising")
"""Conclusions about slopes below 0, and others: see ``conclude``."""


@dataclass(frozen=True)
class Slope:
    """The slope of log ratio on log d in a family, one number for each seed.

    Attributes:
        sizes: the d's.
        seeds: how many seeds have all sizes and learning rates; ``left_out``: how many have not.
        low, mid, high: the least, the median and the largest slope over seeds. Seeds being drawn
            independently, [low, high] contains the median of the distribution of slopes with
            probability ``coverage`` = 1 - 2^(1 - seeds) at least, whatever that distribution is.
        by_rate: at each learning rate alone: median slope, and conclusion.
        conclusion: see ``conclude``.
        unless: the sizes without which the conclusion would be another.
    """

    family: str
    gradient: str
    phase: str
    measure: str
    sizes: tuple[int, ...]
    seeds: int
    left_out: int
    low: float | None
    mid: float | None
    high: float | None
    coverage: float
    by_rate: tuple[tuple[str, float, str], ...]
    conclusion: str
    unless: tuple[int, ...]

    @property
    def factor(self) -> float | None:
        """By how much the ratio is multiplied from the smallest to the largest size, by ``mid``."""
        return None if self.mid is None else (self.sizes[-1] / self.sizes[0]) ** self.mid

    @property
    def mixed(self) -> bool:
        """Is the ratio falling at one learning rate, and level or rising at another?"""
        found = {conclusion for *_, conclusion in self.by_rate}
        return not found.isdisjoint(FALLING) and not found.isdisjoint(KEEPING)


def conclude(low: float, high: float, sizes: Sequence[int], coverage: float) -> str:
    """What an interval of slopes says.

    ``few``: there are too few sizes or seeds, or sizes too near each other, to say anything;
    ``open``: it contains 0 and -1/2; ``level``: 0 and not -1/2; ``half``: -1/2 and not 0; else
    ``rising`` above 0, ``between`` 0 and -1/2, or ``steeper`` than -1/2.

    >>> conclude(-0.02, 0.01, (100, 1000, 10000), 0.97), conclude(-0.3, -0.1, (10, 20, 30), 0.97)
    ('level', 'few')
    """
    if (
        len(sizes) < LEAST_SIZES or coverage < LEAST_COVERAGE
        or max(sizes) < LEAST_SPAN * min(sizes)
    ):  # fmt: skip
        return "few"
    zero, half = low <= 0 <= high, low <= -0.5 <= high
    if zero or half:
        return "open" if zero and half else "level" if zero else "half"
    return "rising" if low > 0 else "steeper" if high < -0.5 else "between"


WINDOW = 5
"""Recorded steps over which losses and ratios of minibatches are smoothed, by their median."""


def matched(records: Sequence[Record]) -> dict[tuple[int, int, str], float]:
    """Ratios of stochastic gradients at one loss, by seed, d and learning rate.

    For each learning rate, the lowest loss that all its runs reach, in medians over ``WINDOW``
    recorded steps; a run's ratio is the median over the first window that is as low. So sizes are
    compared that have come equally far.
    """
    found = dict[tuple[int, int, str], float]()
    for rate in dict.fromkeys(r.rate for r in records):
        own = {(r.seed, r.d): _windows(r.stochastic) for r in records if r.rate == rate}
        if not all(own.values()):
            continue
        level = max(min(loss for loss, _ in windows) for windows in own.values())
        for (seed, d), windows in own.items():
            value = next(value for loss, value in windows if loss <= level)
            if value is not None:
                found[seed, d, rate] = value
    return found


def _windows(series: Series) -> list[tuple[float, float | None]]:
    """Median loss and median ratio of each window."""
    places = (range(n, n + WINDOW) for n in range(len(series.steps) - WINDOW + 1))
    return [
        (median(series.loss[m] for m in window), middle(series.ratio[m] for m in window))
        for window in places
    ]


def slopes(records: Sequence[Record]) -> Iterator[Slope]:
    """The slopes of every family, kind of gradient, phase and measure.

    The phase ``matched``, of stochastic gradients, is at one loss for all sizes: see ``matched``.
    """
    for family in dict.fromkeys(r.family for r in records):
        own = [r for r in records if r.family == family]
        for measure in MEASURES:
            for gradient in GRADIENTS:
                for phase in PHASES:
                    yield _slope(own, gradient, phase, measure)
            if measure == "ratio":
                yield _slope(own, "stochastic", "matched", measure)


def _slope(records: Sequence[Record], gradient: str, phase: str, measure: str) -> Slope:
    if phase == "matched":
        found_at = {key: value for key, value in matched(records).items() if value}
    else:
        measured = {(r.seed, r.d, r.rate): of_run(r, gradient, phase, measure) for r in records}
        found_at = {key: value for key, value in measured.items() if value}  # 0 has no logarithm
    values = {key: math.log(value) for key, value in found_at.items()}
    sizes = tuple(sorted({r.d for r in records}))
    rates = tuple(dict.fromkeys(r.rate for r in sorted(records, key=lambda r: float(r.rate))))
    every = sorted({r.seed for r in records})
    seeds = [s for s in every if all((s, d, e) in values for d in sizes for e in rates)]
    coverage = 1 - 2.0 ** (1 - len(seeds)) if seeds else 0.0

    def of(sizes: Sequence[int], rates: Sequence[str]) -> list[float]:
        x = [math.log(d) for d in sizes]
        return [
            least_squares(x, [sum(values[s, d, e] for e in rates) / len(rates) for d in sizes])
            for s in seeds
        ]

    name = (records[0].family, gradient, phase, measure, sizes, len(seeds), len(every) - len(seeds))
    if len(sizes) < 2 or not seeds:
        return Slope(*name, None, None, None, coverage, (), "few", ())
    found = of(sizes, rates)
    conclusion = conclude(min(found), max(found), sizes, coverage)
    unless = list[int]()
    if conclusion != "few":
        for left in sizes:
            rest = [d for d in sizes if d != left]
            less = of(rest, rates)
            if conclude(min(less), max(less), rest, coverage) not in (conclusion, "few"):
                unless.append(left)
    by_rate = list[tuple[str, float, str]]()
    for rate in rates:
        less = of(sizes, [rate])
        told = conclude(min(less), max(less), sizes, coverage)
        by_rate.append((rate, median(less), told))
    return Slope(
        *name, min(found), median(found), max(found), coverage, tuple(by_rate), conclusion,
        tuple(unless),
    )  # fmt: skip


def least_squares(x: Sequence[float], y: Sequence[float]) -> float:
    """The slope of the line of least squares; x holds two different numbers.

    >>> least_squares([0.0, 1.0, 2.0], [5.0, 4.5, 4.0])
    -0.5
    """
    mean = sum(x) / len(x)
    above = sum((a - mean) * b for a, b in zip(x, y, strict=True))
    return above / sum((a - mean) ** 2 for a in x)
