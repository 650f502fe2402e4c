"""An objective, a noise and a start: an instance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Generic, TypeVar

import torch
from torch import Tensor

from ..exact import Exact, from_fraction, working_precision
from .model import BoundedObjective, Noise, Objective, check_points
from .rounding import Rows, above, rationals

F = TypeVar("F", bound=Objective)
B = TypeVar("B", bound=BoundedObjective)
_DTYPES = (torch.float64, torch.float32)


@dataclass(frozen=True, eq=False)
class Problem(Generic[F]):
    """The stochastic gradient of ``objective`` under ``noise``, from the start ``origin``.

    A0 and A1 are the objective's, A2 and A3 the noise's, as their docstrings prove; what is proved
    here is ``Delta``. A gradient that the noise is added to is rounded to the floats, and so is the
    sum, once each.

    Attributes:
        objective, noise: of the same dimension d.
        origin: x^1, one rational a coordinate (by default 1).

    Raises:
        ValueError: the noise does not fit the objective, or ``origin`` has another number of
            coordinates, no exact rationals, or values beyond the range of float32.

    >>> from ratecert.numeric_checks.instances import LogCosh, Spikes
    >>> a, sigma = (Fraction(1), Fraction(1, 2)), (Fraction(1, 4),) * 2
    >>> rare = Problem(LogCosh(a), Spikes(sigma, Fraction(1, 1000)))
    >>> rare.name, float(rare.Delta), rare.sigma_s2
    ('log-cosh, d = 2, L = 1, spikes of probability 0.001', 0.650671245725, Fraction(1, 8))
    """

    objective: F
    noise: Noise
    origin: tuple[Fraction, ...] = ()
    _rows: Rows = field(default_factory=Rows, init=False, repr=False)

    def __post_init__(self) -> None:
        d = self.objective.dimension
        origin = rationals("origin", self.origin or (Fraction(1),) * d)
        if len(origin) != d:
            raise ValueError(f"origin has {len(origin)} coordinates, the objective {d}")
        object.__setattr__(self, "origin", origin)
        self.noise.fits(self.objective)

    @property
    def name(self) -> str:
        return ", ".join(part for part in (self.objective.name, self.noise.name) if part)

    @property
    def dimension(self) -> int:
        return self.objective.dimension

    @property
    def L(self) -> Fraction:  # noqa: N802 - its name in the field
        return self.objective.L

    @property
    def f_star(self) -> Fraction:
        return self.objective.f_star

    @cached_property
    def Delta(self) -> Fraction:  # noqa: N802 - its name in the field
        """f(x^1) - f_star if f(x^1) is rational, else a rational at most about 10^-12 above it.

        The maximum over x^1 itself and its roundings to float64 and float32, as a run starts there;
        by exact arithmetic or rigorous enclosures.
        """
        starts = [self.origin]
        for dtype in _DTYPES:
            starts.append(tuple(Fraction(v) for v in self.start(1, dtype)[0].tolist()))
        with working_precision(128):
            values = [
                above(self.objective.exact_value([from_fraction(v) for v in start]))
                for start in dict.fromkeys(starts)
            ]
        return max(values) - self.f_star

    @property
    def sigma2(self) -> tuple[Fraction, ...]:
        return self.noise.sigma2

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
        return self._rows.get("origin", self.origin, dtype, device).expand(rows, -1)

    def value(self, x: Tensor) -> Tensor:
        return self.objective.value(x)

    def gradient(self, x: Tensor) -> Tensor:
        return self.objective.gradient(x)

    def value_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.objective.value_and_gradient(x)

    def stochastic_gradient(
        self, x: Tensor, step: int, seeds: Sequence[int], instances: Sequence[int] | None = None
    ) -> Tensor:
        """g^step at each row of x, [B, d].

        Args:
            x: a point a row, [B, d].
            step: k, from 1.
            seeds, instances: one of each a row; instances default to 0.

        Raises:
            ShapeError: x is not [B, d].
            ValueError: not one seed a row, or one out of range.
        """
        check_points(x, self.dimension, self.name)
        if len(seeds) != x.shape[0]:
            raise ValueError(f"{len(seeds)} seeds for {x.shape[0]} rows")
        return self.noise.stochastic_gradient(self.objective, x, step, seeds, instances)

    def exact_value(self, point: Sequence[Exact]) -> Exact:
        return self.objective.exact_value(point)

    def exact_gradient(self, point: Sequence[Exact]) -> list[Exact]:
        return self.objective.exact_gradient(point)


@dataclass(frozen=True, eq=False)
class BoundedProblem(Problem[B]):
    """A problem whose objective's gradient is bounded: a trivial bound stands beside every rate."""

    @property
    def gradient_l1_bound(self) -> Fraction:
        """The trivial bound of ||grad f||_1, anywhere."""
        return self.objective.gradient_l1_bound

    @property
    def gradient_l2_squared_bound(self) -> Fraction:
        """The trivial bound of ||grad f||_2^2, anywhere."""
        return self.objective.gradient_l2_squared_bound
