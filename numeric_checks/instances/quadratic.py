"""Separable quadratics with two-point noise: everything about them is rational."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import torch
from torch import Tensor

from ..exact import Exact, from_fraction
from .model import check_point, check_points
from .philox import signs


@dataclass(frozen=True)
class Quadratic:
    """f(x) = (1/2) sum_i a_i x_i^2 with g_i = a_i x_i + s_i sigma_i, s_i = -1 or +1, fair.

    Why the constants are valid. The gradient a_i x_i is linear with the diagonal matrix diag(a),
    a >= 0, so L = max a_i is its best Lipschitz constant, and f >= 0 = f_star, attained at 0.
    The signs are independent of everything before and fair: (A2) holds exactly, and the variance
    of coordinate i is sigma_i^2 exactly. Delta = f(start) exactly.

    With equal a_i the descent inequality of L-smoothness is an equality: floats raise false alarms
    there, and any smaller constant is wrong.

    Attributes:
        curvature: a, one rational >= 0 a coordinate, not all zero.
        noise: sigma, one rational >= 0 a coordinate (by default 0).
        origin: x^1, one rational a coordinate (by default 1).

    Raises:
        ValueError: lengths differ, or a curvature or sigma is negative or no exact rational.
    """

    curvature: tuple[Fraction, ...]
    noise: tuple[Fraction, ...] = ()
    origin: tuple[Fraction, ...] = ()

    def __post_init__(self) -> None:
        d = len(self.curvature)
        object.__setattr__(self, "noise", self.noise or (Fraction(0),) * d)
        object.__setattr__(self, "origin", self.origin or (Fraction(1),) * d)
        for what in ("curvature", "noise", "origin"):
            values = getattr(self, what)
            if len(values) != d or not d:
                raise ValueError(f"{what} has {len(values)} coordinates, curvature has {d}")
            for value in values:
                if isinstance(value, bool) or not isinstance(value, int | Fraction):
                    raise ValueError(f"{what} must be exact rationals, not {value!r}")
                if what != "origin" and value < 0:
                    raise ValueError(f"{what} must not be negative: {value}")
        if not any(self.curvature):
            raise ValueError("all curvatures are zero: L would be 0")

    @property
    def name(self) -> str:
        return f"quadratic, d = {self.dimension}, L = {self.L}"

    @property
    def dimension(self) -> int:
        return len(self.curvature)

    @property
    def L(self) -> Fraction:  # noqa: N802 - its name in the field
        return Fraction(max(self.curvature))

    @property
    def f_star(self) -> Fraction:
        return Fraction(0)

    @cached_property
    def Delta(self) -> Fraction:  # noqa: N802 - its name in the field
        """f(start), exactly."""
        pairs = zip(self.curvature, self.origin, strict=True)
        return Fraction(sum((a * x * x for a, x in pairs), Fraction(0))) / 2

    @cached_property
    def sigma2(self) -> tuple[Fraction, ...]:
        """The variance of each coordinate, exactly."""
        return tuple(Fraction(s) ** 2 for s in self.noise)

    @property
    def sigma_s2(self) -> Fraction:
        return sum(self.sigma2, Fraction(0))

    def start(
        self,
        rows: int,
        dtype: torch.dtype = torch.float64,
        device: torch.device | str = "cpu",
    ) -> Tensor:
        """x^1 [rows, d], rounded to ``dtype``."""
        return _row(self.origin, torch.empty(0, dtype=dtype, device=device)).expand(rows, -1)

    def value(self, x: Tensor) -> Tensor:
        check_points(x, self.dimension, self.name)
        return (_row(self.curvature, x) * x * x).sum(-1) / 2

    def gradient(self, x: Tensor) -> Tensor:
        check_points(x, self.dimension, self.name)
        return _row(self.curvature, x) * x

    def value_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.value(x), self.gradient(x)

    def stochastic_gradient(
        self, x: Tensor, step: int, seeds: Sequence[int], instances: Sequence[int] | None = None
    ) -> Tensor:
        """The gradient plus sigma times the signs of ``philox.signs``.

        Raises:
            ShapeError: x is not [B, d].
            ValueError: not one seed a row, or one out of range.
        """
        if len(seeds) != x.shape[0]:
            raise ValueError(f"{len(seeds)} seeds for {x.shape[0]} rows")
        drawn = signs(self.dimension, step, seeds, instances, x.device)
        return self.gradient(x) + drawn.to(x.dtype) * _row(self.noise, x)

    def exact_value(self, point: Sequence[Exact]) -> Exact:
        gradient = self.exact_gradient(point)
        total: Exact = from_fraction(0)
        for value, slope in zip(point, gradient, strict=True):
            total = total + value * slope
        return total / 2

    def exact_gradient(self, point: Sequence[Exact]) -> list[Exact]:
        check_point(point, self.dimension, self.name)
        return [from_fraction(a) * x for a, x in zip(self.curvature, point, strict=True)]


def _row(values: Sequence[Fraction], like: Tensor) -> Tensor:
    return torch.tensor([float(v) for v in values], dtype=like.dtype, device=like.device)
