"""Separable cosines with two-point noise: not convex, and every constant is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import torch
from flint import arb
from torch import Tensor

from ...optimizers.batched import require_finite
from ..exact import Exact, from_fraction, working_precision
from .model import check_point, check_points
from .separable import Separable

_DECIMALS = 12
_DTYPES = (torch.float64, torch.float32)


@dataclass(frozen=True)
class Cosine(Separable):
    """f(x) = sum_i a_i (1 - cos x_i) with the noise of ``Separable``.

    Why the constants are valid. f_i'' = a_i cos lies in [-a_i, a_i], and a_i is attained at 0: so
    L = max a_i is the best Lipschitz constant of the gradient a_i sin x_i. f >= 0 = f_star,
    attained at 0. A2 and A3 are ``Separable``'s. The gradient is bounded, |a_i sin| <= a_i, so that
    a trivial bound stands beside every rate.

    1 - cos x is computed as 2 sin^2(x/2), which does not cancel near 0.

    >>> from fractions import Fraction
    >>> waves = Cosine((Fraction(1), Fraction(1, 2)), origin=(Fraction(1), Fraction(3)))
    >>> waves.L, float(waves.Delta), waves.gradient_l1_bound
    (Fraction(1, 1), 1.454693942433, Fraction(3, 2))
    """

    kind = "cosine"

    @cached_property
    def Delta(self) -> Fraction:  # noqa: N802 - its name in the field
        """A rational above f(start), within about 10^-12, by rigorous enclosures.

        The maximum over x^1 itself and its roundings to float64 and float32, as a run starts there.
        """
        starts = [
            [Fraction(v) for v in self.origin],
            *([Fraction(v) for v in self.start(1, t)[0].tolist()] for t in _DTYPES),
        ]
        with working_precision(128):
            scale = 10**_DECIMALS
            above = []
            for start in dict.fromkeys(map(tuple, starts)):
                value = self.exact_value([from_fraction(v) for v in start])
                above.append(int((value * scale).upper().ceil().unique_fmpz()))
        return Fraction(max(above), scale)

    @cached_property
    def gradient_l1_bound(self) -> Fraction:
        """The trivial bound ``||grad f||_1 <= sum_i a_i``, anywhere."""
        return sum((Fraction(a) for a in self.curvature), Fraction(0))

    @cached_property
    def gradient_l2_squared_bound(self) -> Fraction:
        """The trivial bound ``||grad f||_2^2 <= sum_i a_i^2``, anywhere."""
        return sum((Fraction(a) ** 2 for a in self.curvature), Fraction(0))

    def value(self, x: Tensor) -> Tensor:
        """F at each row of x [B, d]: [B].

        Raises:
            ShapeError: x is not [B, d].
            NonFiniteError: x holds NaN or an infinity.
        """
        self._check(x)
        return 2 * (self._row("curvature", x) * (x / 2).sin().square()).sum(-1)

    def gradient(self, x: Tensor) -> Tensor:
        """Grad f at each row of x: [B, d]; errors as for ``value``."""
        self._check(x)
        return self._row("curvature", x) * x.sin()

    def value_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.value(x), self.gradient(x)

    def _check(self, x: Tensor) -> None:
        check_points(x, self.dimension, self.name)
        require_finite(x, f"{self.name}: x")

    def exact_value(self, point: Sequence[Exact]) -> Exact:
        """An enclosure of f at ``point`` (d rationals or balls) at the current precision."""
        check_point(point, self.dimension, self.name)
        total = arb(0)
        for a, x in zip(self.curvature, point, strict=True):
            sine = (arb(x) / 2).sin()
            total += arb(from_fraction(2 * a)) * sine * sine
        return total

    def exact_gradient(self, point: Sequence[Exact]) -> list[Exact]:
        """An enclosure of grad f at ``point``."""
        check_point(point, self.dimension, self.name)
        pairs = zip(self.curvature, point, strict=True)
        return [arb(from_fraction(a)) * arb(x).sin() for a, x in pairs]
