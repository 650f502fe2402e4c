"""Log-cosh: quadratic near its minimum, linear far away, smooth between."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from flint import arb
from torch import Tensor

from ...exact import Exact, from_fraction
from .separable import Widened


@dataclass(frozen=True)
class LogCosh(Widened):
    """f(x) = sum_i a_i w_i^2 log cosh(x_i/w_i), w = ``width``.

    Why the constants are valid. phi = log cosh has phi' = tanh in (-1, 1) and phi'' = 1/cosh^2 in
    (0, 1], with 1 at 0 only: L = max a_i is the best constant, f is convex and not strongly so.
    cosh >= 1 gives f >= 0 = f_star, attained at 0. |f_i'| <= a_i w_i.

    log cosh x is computed as log(1 + 2 sinh^2(x/2)) for |x| <= 1, which does not cancel near 0,
    and as |x| + log(1 + exp(-2|x|)) - log 2 beyond, which does not overflow.

    >>> from fractions import Fraction
    >>> LogCosh((Fraction(2),), (Fraction(1, 4),)).gradient_l1_bound
    Fraction(1, 2)
    """

    kind = "log-cosh"

    def _values(self, x: Tensor) -> Tensor:
        width = self._row("width", x)
        y = (x / width).abs()
        near = (2 * (y.clamp(max=1) / 2).sinh().square()).log1p()
        far = y + (-2 * y).exp().log1p() - math.log(2)
        return self._row("curvature", x) * width * width * torch.where(y <= 1, near, far)

    def _slopes(self, x: Tensor) -> Tensor:
        width = self._row("width", x)
        return self._row("curvature", x) * width * (x / width).tanh()

    def _exact_value(self, i: int, x: Exact) -> Exact:
        width = from_fraction(self.width[i])
        sine = (arb(x / width) / 2).sinh()
        return arb(from_fraction(self.curvature[i]) * width * width) * (2 * sine * sine).log1p()

    def _exact_slope(self, i: int, x: Exact) -> Exact:
        width = from_fraction(self.width[i])
        return arb(from_fraction(self.curvature[i]) * width) * arb(x / width).tanh()
