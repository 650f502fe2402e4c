"""Gaussian noise, by Box and Muller, with its discretisation and rounding accounted for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import torch
from torch import Tensor

from ..philox import GAUSSIAN, Words
from ..rounding import round_down, toward_zero
from .additive import Additive

_HIGH = 0xFFFFF
_STEP = 2.0**-52
MARGIN = Fraction(1, 2**40)


@dataclass(frozen=True)
class Gaussian(Additive):
    """xi_i = s_i S R cos(phi), S = -1 or 1 fair, R = (-2 log u)^(1/2), all three independent.

    With N = 2^52, u = (a + 1/2)/N and phi = (pi/2) (b + 1/2)/N, where a and b are uniform in
    {0, ..., N-1}: a = w0 + 2^32 (w1 mod 2^20), b = w2 + 2^32 (w3 mod 2^20), and S is the highest
    bit of w1. One value a counter: the sine would be uncorrelated, yet not independent.

    Why the constants are valid.

    * (A2) S is fair and independent of the modulus, whatever the floats make of that: the mean is
      zero exactly.
    * (A3) In real arithmetic. E cos^2(phi) = 1/2 exactly: b and N-1-b give cos^2 and sin^2 of one
      angle. E R^2 = -(2/N) sum_a log((a + 1/2)/N) < 2, since the midpoint rule underestimates the
      integral of the convex function -log, which is 1 over (0, 1]. (The sum is
      log((2N)!/(4^N N! N^N)), by Stirling's formula -N + (log 2)/2 + O(1/N): so E R^2 is within
      2^-52 of 2.) The variance of S R cos(phi) is below 1.
    * In floats. u and the argument b + 1/2 are exact; log, square root, cosine and three products
      are rounded. If together they err by at most 2^-44 R (torch's functions are within a few units
      of 2^-53 of the true ones: this is believed, a test samples it), the second moment of what is
      drawn is below s_i^2 (1 + 2^(1/2) 2^-44)^2 < s_i^2 (1 + 2^-42). As s_i is
      sigma_i (1 - 2^-40) rounded down, that is below sigma_i^2; and it is above
      sigma_i^2 (1 - 2^-38) unless sigma_i is subnormal.

    |xi_i| is at most 8.6 s_i, as R^2 <= 2 log(2 N). The law is Gaussian up to its 2^-52 grid and
    that end of its tail; a statement on Gaussian expectations is one on this law within that.

    Source: G. Box, M. Muller, "A note on the generation of random normal deviates", 1958.
    """

    @property
    def name(self) -> str:
        return "Gaussian noise"

    @cached_property
    def scale(self) -> tuple[Fraction, ...]:
        """s, one float a coordinate."""
        return tuple(Fraction(round_down(s * (1 - MARGIN))) for s in self.sigma)

    purpose = GAUSSIAN
    period = 1

    def from_words(
        self, words: Words, phase: int | Tensor, dtype: torch.dtype = torch.float64
    ) -> Tensor:
        uniform, fraction = (_midpoint(low, high) for low, high in (words[:2], words[2:]))
        radius = (-2 * uniform.log()).sqrt()
        sign = (words[1] >> 31) * 2 - 1
        scale = self._rows.get("scale", self.scale, torch.float64, sign.device)
        return toward_zero(scale * sign * (radius * (math.pi / 2 * fraction).cos()), dtype)


def _midpoint(low: Tensor, high: Tensor) -> Tensor:
    """(a + 1/2)/2^52 in (0, 1), exactly: 53 bits."""
    whole = low + ((high & _HIGH) << 32)
    return (whole.to(torch.float64) + 0.5) * _STEP
