"""What separable objectives with two-point noise share: everything but the function itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import torch
from torch import Tensor

from .model import check_points, round_down
from .philox import signs

_LARGEST: Fraction = Fraction(torch.finfo(torch.float32).max)


@dataclass(frozen=True)
class Separable(ABC):
    """f(x) = sum_i f_i(x_i) with g_i = f_i'(x_i) + s_i sigma_i, s_i = -1 or +1, fair.

    A subclass gives ``value``, ``gradient``, their exact counterparts and ``Delta``; its
    ``curvature`` a_i must be a Lipschitz constant of f_i', and 0 a lower bound of f. Then

    * (A1) ||grad f(x) - grad f(y)||_2^2 = sum_i (f_i'(x_i) - f_i'(y_i))^2
      <= sum_i a_i^2 (x_i - y_i)^2: L = max a_i is valid.
    * (A2) The signs of ``philox.signs`` are fair, and a function of (seed, instance, coordinate,
      step): independent of everything before. The sum of gradient and noise is rounded to the
      floats once, to nearest.
    * (A3) The variance of coordinate i is sigma_i^2; a sigma_i that is no float is rounded down.

    Attributes:
        curvature: a, one rational >= 0 a coordinate, not all zero.
        noise: sigma, one rational >= 0 a coordinate (by default 0).
        origin: x^1, one rational a coordinate (by default 1).

    Raises:
        ValueError: lengths differ, or a curvature or sigma is negative, no exact rational (NaN and
            infinities are none), or beyond the range of float32.
    """

    curvature: tuple[Fraction, ...]
    noise: tuple[Fraction, ...] = ()
    origin: tuple[Fraction, ...] = ()
    _rows: dict[tuple[str, torch.dtype, str], Tensor] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    kind = "separable"

    def __post_init__(self) -> None:
        d = len(self.curvature)
        object.__setattr__(self, "noise", self.noise or (Fraction(0),) * d)
        object.__setattr__(self, "origin", self.origin or (Fraction(1),) * d)
        for what in ("curvature", "noise", "origin"):
            values = tuple(getattr(self, what))
            object.__setattr__(self, what, values)
            if len(values) != d or not d:
                raise ValueError(f"{what} has {len(values)} coordinates, curvature has {d}")
            for value in values:
                if isinstance(value, bool) or not isinstance(value, int | Fraction):
                    raise ValueError(f"{what} must be exact rationals, not {value!r}")
                if what != "origin" and value < 0:
                    raise ValueError(f"{what} must not be negative: {value}")
                if not -_LARGEST <= value <= _LARGEST:
                    raise ValueError(f"{what} exceeds the range of floats")
        if not any(self.curvature):
            raise ValueError("all curvatures are zero: L would be 0")

    @property
    def name(self) -> str:
        return f"{self.kind}, d = {self.dimension}, L = {self.L}"

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
    def sigma2(self) -> tuple[Fraction, ...]:
        """The variance of each coordinate, exactly if sigma_i is a float."""
        return tuple(Fraction(s) ** 2 for s in self.noise)

    @cached_property
    def sigma_s2(self) -> Fraction:
        return sum(self.sigma2, Fraction(0))

    def start(
        self,
        rows: int,
        dtype: torch.dtype = torch.float64,
        device: torch.device | str = "cpu",
    ) -> Tensor:
        """x^1 [rows, d], rounded to ``dtype``."""
        return self._row("origin", torch.empty(0, dtype=dtype, device=device)).expand(rows, -1)

    @abstractmethod
    def gradient(self, x: Tensor) -> Tensor:
        """Grad f at each row of x [B, d]: [B, d]."""

    def stochastic_gradient(
        self, x: Tensor, step: int, seeds: Sequence[int], instances: Sequence[int] | None = None
    ) -> Tensor:
        """The gradient plus sigma times the signs of ``philox.signs``.

        Raises:
            ShapeError: x is not [B, d].
            ValueError: not one seed a row, or one out of range.
        """
        check_points(x, self.dimension, self.name)
        if len(seeds) != x.shape[0]:
            raise ValueError(f"{len(seeds)} seeds for {x.shape[0]} rows")
        drawn = signs(self.dimension, step, seeds, instances, x.device)
        return self.gradient(x) + drawn.to(x.dtype) * self._row("noise", x)

    def _row(self, what: str, like: Tensor) -> Tensor:
        """``curvature``, ``noise`` or ``origin`` as floats [d]; sigma is rounded down."""
        key = (what, like.dtype, str(like.device))
        if key not in self._rows:
            values = [Fraction(v) for v in getattr(self, what)]
            floats = [round_down(v, like.dtype) if what == "noise" else float(v) for v in values]
            self._rows[key] = torch.tensor(floats, dtype=like.dtype, device=like.device)
        return self._rows[key]
