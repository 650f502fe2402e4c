"""The interval that inequalities leave to a constant, in each of B worlds, differentiable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import torch
from torch import Tensor

from .floats import power
from .polynomials import Isolated

TINY = 1e-300
ROUNDING = 1e-13
"""Relative to what was added up: differences below it are rounding errors."""


@dataclass(frozen=True)
class Interval:
    """Ends [B], of which only those count that ``has_low`` and ``has_high`` [B] say are there.

    ``strict_low``, ``strict_high`` [B]: does the end not belong to it? ``lack`` [B]: how far the
    inequalities are from being satisfied by any value, in relative terms; 0 if some value may.
    """

    low: Tensor
    has_low: Tensor
    strict_low: Tensor
    high: Tensor
    has_high: Tensor
    strict_high: Tensor
    lack: Tensor

    def meet(self, other: Interval) -> Interval:
        """What both leave."""
        raised = other.has_low & (~self.has_low | (other.low > self.low))
        lowered = other.has_high & (~self.has_high | (other.high < self.high))
        same_low = other.has_low & self.has_low & (other.low == self.low)
        same_high = other.has_high & self.has_high & (other.high == self.high)
        return Interval(
            torch.where(raised, other.low, self.low),
            self.has_low | other.has_low,
            torch.where(raised, other.strict_low, self.strict_low) | (same_low & other.strict_low),
            torch.where(lowered, other.high, self.high),
            self.has_high | other.has_high,
            torch.where(lowered, other.strict_high, self.strict_high)
            | (same_high & other.strict_high),
            self.lack + other.lack,
        )


def everything(like: Tensor) -> Interval:
    """The real line, in each world of ``like`` [B]."""
    zero, no = torch.zeros_like(like), torch.zeros_like(like, dtype=torch.bool)
    return Interval(zero, no, no, zero, no, no, zero)


def meeting(intervals: Iterable[Interval], like: Tensor) -> Interval:
    """What all of them leave."""
    result = everything(like)
    for interval in intervals:
        result = result.meet(interval)
    return result


def interval(found: Isolated, a: Tensor, b: Tensor, c: Tensor | None) -> Interval:
    """Where ``a + b z + c z^2 >= 0`` for z = y^p, as an interval of y.

    With c > 0 and two roots, it is what lies beyond the larger one: of a set in two parts, one is
    kept.

    Args:
        found: what the inequality asks of y; ``c`` is None if it is affine in z.
        a, b, c: the values of its coefficients [B].
    """
    if c is None:
        z = -a * power(b, Fraction(-1))
        low, has_low, high, has_high = z, b > 0, z, b < 0
        lack = torch.where(b == 0, (-a).clamp(min=0), 0.0)
        lack = lack / (1 + lack)
    else:
        low, has_low, high, has_high, lack = _quadratic(a, b, c)
    if found.exponent != 1:
        beyond = torch.where(has_high, (-high).clamp(min=0), 0.0)
        lack = lack + beyond / (1 + beyond)
        low, high = (power(z.clamp(min=0), 1 / found.exponent) for z in (low, high))
    strict = torch.full_like(has_low, found.strict)
    strict_low = strict
    if found.positive:
        at_zero = ~has_low | (low <= 0)
        low = torch.where(at_zero, 0.0, low)
        strict_low, has_low = strict | at_zero, torch.ones_like(has_low)
    return Interval(low, has_low, strict_low, high, has_high, strict, lack)


def _quadratic(a: Tensor, b: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    discriminant = b * b - 4 * a * c
    real = discriminant >= -ROUNDING * (a * a + b * b + c * c)
    # Neither root is a difference of nearly equal numbers.
    q = -(b + torch.where(b < 0, -1.0, 1.0) * power(discriminant, Fraction(1, 2))) / 2
    first, second = q * power(c, Fraction(-1)), a * power(q, Fraction(-1))
    larger, smaller = torch.maximum(first, second), torch.minimum(first, second)
    flat = c == 0
    z = -a * power(b, Fraction(-1))
    low = torch.where(flat, z, torch.where(c > 0, larger, smaller))
    has_low = torch.where(flat, b > 0, (c < 0) | real)
    high = torch.where(flat, z, larger)
    has_high = torch.where(flat, b < 0, c < 0)
    never = ((c < 0) & ~real) | (flat & (b == 0) & (a < 0))
    size = b * b + 4 * (a * c).abs() + a.abs() + TINY
    short = torch.where(flat, -a, -discriminant).clamp(min=0) / size
    return low, has_low, high, has_high, torch.where(never, short, 0.0)
