"""Noise that is added to the gradient and knows nothing of the point."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import ClassVar

import torch
from torch import Tensor

from ..model import Objective
from ..philox import Words, coordinate_words
from ..rounding import Rows, rationals


@dataclass(frozen=True)
class Additive(ABC):
    """g^k = grad f(x^k) + xi^k, the coordinates of xi^k independent of each other and of the past.

    A subclass gives ``from_words``: floats whose law has mean zero exactly, and in coordinate i a
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

    purpose: ClassVar[int]
    """Of the counters it draws from (``philox``)."""
    period: ClassVar[int]
    """How many consecutive steps share the words of a counter."""

    @abstractmethod
    def from_words(
        self, words: Words, phase: int | Tensor, dtype: torch.dtype = torch.float64
    ) -> Tensor:
        """What the words of a counter give, a function of each coordinate's words alone: [B, d].

        Args:
            words: w0 .. w3 at the positions 0 .. d-1, int64 [B, d].
            phase: the step modulo ``period``.
            dtype: of the result; a type shorter than float64 is rounded to toward zero.
        """

    def draw(
        self,
        step: int,
        seeds: Sequence[int],
        instances: Sequence[int] | None = None,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float64,
    ) -> Tensor:
        """xi^step for each stream, [B, d]: by default in float64, else rounded toward zero.

        Raises:
            ValueError: a seed, instance or step is out of range.
        """
        words = coordinate_words(
            self.dimension, step, self.period, self.purpose, seeds, instances, device
        )
        return self.from_words(words, step % self.period, dtype)

    def stochastic_gradient(
        self,
        objective: Objective,
        x: Tensor,
        step: int,
        seeds: Sequence[int],
        instances: Sequence[int] | None = None,
    ) -> Tensor:
        return objective.gradient(x) + self.draw(step, seeds, instances, x.device, x.dtype)
