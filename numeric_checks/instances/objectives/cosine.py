"""Separable cosines: not convex, and every constant is known."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import arb
from torch import Tensor

from ...exact import Exact, from_fraction
from .separable import BoundedSeparable


@dataclass(frozen=True)
class Cosine(BoundedSeparable):
    """f(x) = sum_i a_i (1 - cos x_i).

    Why the constants are valid. f_i'' = a_i cos lies in [-a_i, a_i], and a_i is attained at 0: so
    L = max a_i is the best Lipschitz constant of the gradient a_i sin x_i. f >= 0 = f_star,
    attained at 0. The gradient is bounded, |a_i sin| <= a_i.

    1 - cos x is computed as 2 sin^2(x/2), which does not cancel near 0.

    >>> waves = Cosine((Fraction(1), Fraction(1, 2)))
    >>> waves.L, waves.gradient_l1_bound
    (Fraction(1, 1), Fraction(3, 2))
    """

    kind = "cosine"

    @property
    def slope_bounds(self) -> tuple[Fraction, ...]:
        return self.curvature

    def _values(self, x: Tensor) -> Tensor:
        return 2 * self._row("curvature", x) * (x / 2).sin().square()

    def _slopes(self, x: Tensor) -> Tensor:
        return self._row("curvature", x) * x.sin()

    def _exact_value(self, i: int, x: Exact) -> Exact:
        sine = (arb(x) / 2).sin()
        return arb(from_fraction(2 * self.curvature[i])) * sine * sine

    def _exact_slope(self, i: int, x: Exact) -> Exact:
        return arb(from_fraction(self.curvature[i])) * arb(x).sin()
