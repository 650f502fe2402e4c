"""Separable quadratics with two-point noise: everything about them is rational."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from torch import Tensor

from ..exact import Exact, from_fraction
from .model import check_point, check_points
from .separable import Separable


@dataclass(frozen=True)
class Quadratic(Separable):
    """f(x) = (1/2) sum_i a_i x_i^2 with the noise of ``Separable``.

    Why the constants are valid. The gradient a_i x_i is linear with the diagonal matrix diag(a),
    a >= 0, so L = max a_i is its best Lipschitz constant, and f >= 0 = f_star, attained at 0.
    A2 and A3 are ``Separable``'s. Delta = f(start) exactly.

    With equal a_i the descent inequality of L-smoothness is an equality: floats raise false alarms
    there, and any smaller constant is wrong.
    """

    kind = "quadratic"

    @cached_property
    def Delta(self) -> Fraction:  # noqa: N802 - its name in the field
        """f(start), exactly."""
        pairs = zip(self.curvature, self.origin, strict=True)
        return Fraction(sum((a * x * x for a, x in pairs), Fraction(0))) / 2

    def value(self, x: Tensor) -> Tensor:
        check_points(x, self.dimension, self.name)
        return (self._row("curvature", x) * x * x).sum(-1) / 2

    def gradient(self, x: Tensor) -> Tensor:
        check_points(x, self.dimension, self.name)
        return self._row("curvature", x) * x

    def value_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.value(x), self.gradient(x)

    def exact_value(self, point: Sequence[Exact]) -> Exact:
        gradient = self.exact_gradient(point)
        total: Exact = from_fraction(0)
        for value, slope in zip(point, gradient, strict=True):
            total = total + value * slope
        return total / 2

    def exact_gradient(self, point: Sequence[Exact]) -> list[Exact]:
        check_point(point, self.dimension, self.name)
        return [from_fraction(a) * x for a, x in zip(self.curvature, point, strict=True)]
