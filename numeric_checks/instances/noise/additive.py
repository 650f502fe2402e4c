"""Noise that is added to the gradient and knows nothing of the point."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import torch
from torch import Tensor

from ..model import Objective
from ..rounding import Rows, rationals, toward_zero


@dataclass(frozen=True)
class Additive(ABC):
    """g^k = grad f(x^k) + xi^k, the coordinates of xi^k independent of each other and of the past.

    A subclass gives ``draw``: floats whose law has mean zero exactly, and in coordinate i a
    variance of at most sigma_i^2. In float64 they are added as they are. In a shorter type they
    are first rounded toward zero: no square grows, so A3 holds; where the law is symmetric its mean
    stays zero, else A2 holds up to one unit in the last place of xi. The sum of gradient and
    noise is rounded to the floats once, to nearest.

    Independence of the past is that of Philox's words at different counters.

    Attributes:
        sigma: one rational >= 0 a coordinate.

    Raises:
        ValueError: a sigma is negative, no exact rational (NaN and infinities are none), or beyond
            the range of float32.
    """

    sigma: tuple[Fraction, ...]
    _rows: Rows = field(default_factory=Rows, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sigma", rationals("sigma", self.sigma, positive=False))

    @property
    @abstractmethod
    def name(self) -> str:
        """What this is, in a few words."""

    @property
    def dimension(self) -> int:
        return len(self.sigma)

    @cached_property
    def sigma2(self) -> tuple[Fraction, ...]:
        """sigma_i^2: what was asked for, a bound of the variance of what is drawn."""
        return tuple(s * s for s in self.sigma)

    def fits(self, objective: Objective) -> None:
        if self.dimension != objective.dimension:
            raise ValueError(
                f"the noise has {self.dimension} coordinates, the objective {objective.dimension}"
            )

    @abstractmethod
    def draw(
        self,
        step: int,
        seeds: Sequence[int],
        instances: Sequence[int] | None = None,
        device: torch.device | str = "cpu",
    ) -> Tensor:
        """xi^step for each stream, float64 [B, d].

        Raises:
            ValueError: a seed, instance or step is out of range.
        """

    def stochastic_gradient(
        self,
        objective: Objective,
        x: Tensor,
        step: int,
        seeds: Sequence[int],
        instances: Sequence[int] | None = None,
    ) -> Tensor:
        drawn = self.draw(step, seeds, instances, x.device)
        return objective.gradient(x) + toward_zero(drawn, x.dtype)
