"""Separable quadratics: everything about them is rational."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ...exact import Exact, from_fraction
from .separable import Separable


@dataclass(frozen=True)
class Quadratic(Separable):
    """f(x) = (1/2) sum_i a_i x_i^2.

    Why the constants are valid. The gradient a_i x_i is linear with the diagonal matrix diag(a),
    a >= 0, so L = max a_i is its best Lipschitz constant, and f >= 0 = f_star, attained at 0.

    With equal a_i the descent inequality of L-smoothness is an equality: floats raise false alarms
    there, and any smaller constant is wrong.
    """

    kind = "quadratic"

    def _values(self, x: Tensor) -> Tensor:
        return self._slopes(x) * x / 2

    def _slopes(self, x: Tensor) -> Tensor:
        return self._row("curvature", x) * x

    def _exact_value(self, i: int, x: Exact) -> Exact:
        return self._exact_slope(i, x) * x / 2

    def _exact_slope(self, i: int, x: Exact) -> Exact:
        return from_fraction(self.curvature[i]) * x
