"""What is known of a statistic before it is sampled, and why it is known."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

_ROUNDING = 2.0**-40
"""What the rounding of floats may change of a sample, relative to the largest absolute value."""


class BoundError(ValueError):
    """A bound that is none, or that the samples contradict."""


@dataclass(frozen=True)
class Range:
    """The statistic lies in [``low``, ``top``] on every path.

    Attributes:
        low, top: finite, ``low`` rounded down and ``top`` rounded up if they are no floats.
        source: why, as a formula: "||grad f||_1 <= 9 everywhere".

    >>> Range(0.0, 9.0, "||grad f||_1 <= 9 everywhere").width
    9.0

    Raises:
        BoundError: the range is empty or not finite, or no source is named.
    """

    low: float
    top: float
    source: str

    def __post_init__(self) -> None:
        _check_source(self.source)
        if not (math.isfinite(self.low) and math.isfinite(self.top) and self.low <= self.top):
            raise BoundError(f"no range: [{self.low}, {self.top}]")

    @property
    def width(self) -> float:
        """``top - low``."""
        return self.top - self.low

    def admitted(self, samples: Tensor) -> Tensor:
        """The samples, with what rounding put outside the range put back.

        Raises:
            BoundError: a sample lies outside by more than rounding explains: the bound is false.
        """
        _check_finite(samples)
        margin = _ROUNDING * max(abs(self.low), abs(self.top))
        outside = (samples < self.low - margin) | (samples > self.top + margin)
        if bool(outside.any()):
            raise BoundError(
                f"the sample {float(samples[outside][0])!r} contradicts {self.source}: "
                f"outside [{self.low}, {self.top}]"
            )
        return samples.clamp(self.low, self.top)


@dataclass(frozen=True)
class Variance:
    """The statistic has a variance of at most ``variance``; it need not be bounded.

    A bound of the second moment will do: Var X <= E X^2.

    Raises:
        BoundError: it is not positive and finite (a variance of 0: ``Support`` of one value).
    """

    variance: float
    source: str

    def __post_init__(self) -> None:
        _check_source(self.source)
        if not (math.isfinite(self.variance) and self.variance > 0):
            raise BoundError(f"no bound of a variance: {self.variance}")

    def admitted(self, samples: Tensor) -> Tensor:
        """The samples: any finite ones are possible."""
        _check_finite(samples)
        return samples


@dataclass(frozen=True)
class Support:
    """The statistic takes no other value than these.

    Attributes:
        values: in increasing order; empty if it is one value that the samples show: a statistic
            whose variance is proved to be 0.

    Raises:
        BoundError: the values do not increase or are not finite.
    """

    values: tuple[float, ...]
    source: str

    def __post_init__(self) -> None:
        _check_source(self.source)
        rising = all(a < b for a, b in zip(self.values, self.values[1:], strict=False))
        if not rising or not all(map(math.isfinite, self.values)):
            raise BoundError(f"no support in increasing order: {self.values}")

    @property
    def range(self) -> Range | None:
        """From the least value to the greatest; None if the one value is not known beforehand."""
        if not self.values:
            return None
        return Range(self.values[0], self.values[-1], self.source)

    def admitted(self, samples: Tensor) -> Tensor:
        """The samples, each replaced by the value it differs from by rounding.

        Raises:
            BoundError: a sample is none of the values; or they differ where there is but one.
        """
        _check_finite(samples)
        values = torch.tensor(self.values or (float(samples.flatten()[0]),), dtype=samples.dtype)
        values = values.to(samples.device)
        nearest = values[(samples[..., None] - values).abs().argmin(-1)]
        margin = _ROUNDING * float(values.abs().max())
        outside = (samples - nearest).abs() > margin
        if bool(outside.any()):
            raise BoundError(
                f"the sample {float(samples[outside][0])!r} contradicts {self.source}: "
                f"none of {', '.join(f'{v:.6g}' for v in values.tolist())}"
            )
        return nearest


@dataclass(frozen=True)
class Unknown:
    """Nothing is known: no interval is valid, and the verdict is ``undecided``.

    A statistic with finite variance of unknown size may hide any mean in an event too rare for the
    runs at hand (Bahadur and Savage 1956): no number of samples replaces a bound.
    """

    reason: str

    def __post_init__(self) -> None:
        _check_source(self.reason)


Bound = Range | Variance | Support | Unknown


def rounding_room(bound: Bound, samples: Tensor) -> float:
    """How much an interval is widened on each side, as its samples are floats."""
    if isinstance(bound, Range):
        return _ROUNDING * max(abs(bound.low), abs(bound.top))
    return _ROUNDING * float(samples.abs().max())


def _check_source(source: str) -> None:
    if not source.strip():
        raise BoundError("a bound says where it comes from")


def _check_finite(samples: Tensor) -> None:
    if samples.numel() == 0:
        raise BoundError("there are no samples")
    if not bool(torch.isfinite(samples).all()):
        raise BoundError("a sample is not finite: the runs diverged, or the statistic is undefined")
