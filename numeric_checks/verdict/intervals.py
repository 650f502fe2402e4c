"""The interval that a bound allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .betting import betting_interval
from .bounds import Bound, BoundError, Range, Support, Unknown, rounding_room
from .catoni import catoni_interval
from .exact import clopper_pearson


@dataclass(frozen=True)
class Interval:
    """Where an expectation lies. Each end fails with probability at most ``alpha``.

    A statement "E X <= c" is one-sided: it is wrongly said to hold only if the upper end fails, and
    wrongly to be violated only if the lower one does, and only one of both can be wrong. So a
    verdict is wrong with probability at most ``alpha``, and the interval with at most 2 ``alpha``.

    Attributes:
        low, high: the ends; infinite where nothing is excluded. (``low > high``: every mean is.)
        mean: of the samples; what an interval by ``catoni`` contains is not always their mean.
        runs: how many samples; ``alpha``: the error probability of each end.
        method: ``betting``, ``Catoni``, ``Clopper-Pearson``, ``Hoeffding`` or ``constant``.
    """

    low: float
    high: float
    mean: float
    runs: int
    alpha: float
    method: str


def interval(
    samples: Tensor, bound: Bound, alpha: float, horizons: Sequence[int] = ()
) -> Interval | None:
    """The interval for the expectation of a statistic; None if nothing is known of it.

    Args:
        samples: [n], the values of independent runs, in an order fixed before they were drawn.
        bound: what is known of the statistic: ``Range`` is used by betting, ``Variance`` by
            Catoni's estimator, ``Support`` of two values by Clopper and Pearson, of one exactly.
        alpha: the error probability of each end.
        horizons: the numbers of runs that betting and Catoni's scale are tuned to, fixed before the
            first run; needed if one may stop before the last. By default n, which is then fixed.

    Raises:
        BoundError: the samples contradict the bound, or are none.
        ValueError: ``alpha`` is not in (0, 1), or the samples are no vector.

    >>> runs = torch.tensor([0.2, 0.3, 0.25, 0.2], dtype=torch.float64)
    >>> found = interval(runs, Range(0.0, 1.0, "a probability"), 0.05)
    >>> found.method, round(found.high, 3)
    ('betting', 0.691)
    """
    _check(samples, alpha)
    if isinstance(bound, Unknown):
        return None
    values = bound.admitted(samples)
    if isinstance(bound, Support):
        span = bound.range
        if span is None or span.width == 0:
            spread = float((samples - samples[0]).abs().max())
            return _made(values, float(values[0]) - spread, float(values[0]) + spread,
                         bound, alpha, "constant")  # fmt: skip
        if len(bound.values) == 2:
            ends = clopper_pearson(int((values == span.top).sum()), len(values), alpha)
            return _made(values, *_affine(span, *ends), span, alpha, "Clopper-Pearson")
        bound = span
    if isinstance(bound, Range):
        if bound.width == 0:
            return _made(values, bound.low, bound.top, bound, alpha, "constant")
        parts = betting_interval((values - bound.low) / bound.width, alpha, horizons)
        low, high = _affine(bound, float(parts[0]), float(parts[1]))
        return _made(values, low, high, bound, alpha, "betting")
    found = catoni_interval(values, bound.variance, alpha, horizons)
    return _made(values, float(found[0]), float(found[1]), bound, alpha, "Catoni")


def _made(
    values: Tensor, low: float, high: float, bound: Bound, alpha: float, method: str
) -> Interval:
    """With room for rounding on both sides, but never beyond a known range."""
    room = rounding_room(bound, values)
    low, high = low - room, high + room
    if isinstance(bound, Range):
        low, high = max(low, bound.low), min(high, bound.top)
    return Interval(low, high, float(values.mean()), len(values), alpha, method)


def hoeffding(samples: Tensor, bound: Range, alpha: float) -> Interval:
    """The interval by range alone, (top - low)(log(1/alpha)/(2n))^{1/2} around the mean.

    Betting is narrower but on the widest distributions; the width of this one is known beforehand.
    Source: Hoeffding, J. Amer. Statist. Assoc. 58 (1963), Theorem 2.

    Raises:
        BoundError, ValueError: as ``interval``.
    """
    _check(samples, alpha)
    values = bound.admitted(samples)
    mean, half = float(values.mean()), hoeffding_half_width(bound, alpha, len(values))
    return _made(values, mean - half, mean + half, bound, alpha, "Hoeffding")


def hoeffding_half_width(bound: Range, alpha: float, runs: int) -> float:
    """Half the width of Hoeffding's interval, before any run."""
    return bound.width * math.sqrt(math.log(1 / alpha) / (2 * runs))


def _affine(span: Range, low: float, high: float) -> tuple[float, float]:
    """From parts of the range to its units."""
    return span.low + span.width * low, span.low + span.width * high


def _check(samples: Tensor, alpha: float) -> None:
    if not 0 < alpha < 1:
        raise ValueError(f"an error probability is in (0, 1), not {alpha}")
    if samples.ndim != 1 or samples.dtype != torch.float64:
        raise ValueError(f"samples are a vector of float64, not {samples.dtype} {samples.shape}")
    if not len(samples):
        raise BoundError("there are no samples")
