"""Huber's function: a quadratic that goes on as its tangents; all its values are rational."""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, fmpq
from torch import Tensor

from ...exact import Exact, from_fraction
from .separable import Widened


@dataclass(frozen=True)
class Huber(Widened):
    """f(x) = sum_i a_i h_i(x_i), h(x) = x^2/2 for |x| <= w, else w (|x| - w/2); w = ``width``.

    Why the constants are valid. With c = min(max(x, -w), w) both cases read h(x) = c x - c^2/2 and
    h'(x) = c, which is continuous, and Lipschitz with constant 1 (attained between the knots):
    L = max a_i is the best constant. h >= 0 = f_star, attained at 0. |f_i'| <= a_i w_i.

    f'' jumps: no theorem that needs a second derivative applies.

    Source: P. Huber, "Robust estimation of a location parameter", Ann. Math. Stat. 35 (1964).

    >>> from fractions import Fraction
    >>> rule = Huber((Fraction(1), Fraction(1)), (Fraction(1, 2), Fraction(2)))
    >>> rule.exact_value([fmpq(1), fmpq(1)]), rule.exact_gradient([fmpq(1), fmpq(1)])
    (7/8, [1/2, 1])
    """

    kind = "Huber"

    def _values(self, x: Tensor) -> Tensor:
        clipped = self._clipped(x)
        return self._row("curvature", x) * clipped * (x - clipped / 2)

    def _slopes(self, x: Tensor) -> Tensor:
        return self._row("curvature", x) * self._clipped(x)

    def _clipped(self, x: Tensor) -> Tensor:
        width = self._row("width", x)
        return x.clamp(-width, width)

    def _exact_value(self, i: int, x: Exact) -> Exact:
        clipped = self._exact_clipped(i, x)
        return from_fraction(self.curvature[i]) * (clipped * (x - clipped / 2))

    def _exact_slope(self, i: int, x: Exact) -> Exact:
        return from_fraction(self.curvature[i]) * self._exact_clipped(i, x)

    def _exact_clipped(self, i: int, x: Exact) -> Exact:
        width = from_fraction(self.width[i])
        if isinstance(x, fmpq):
            return min(max(x, -width), width)
        return x.max(arb(-width)).min(arb(width))
