"""The contracts of this room: objective, noise, and the instance they make together."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

import torch
from torch import Tensor

from ...optimizers.batched import ShapeError
from ..exact import Exact


class Objective(Protocol):
    """A function f on R^d with certified constants.

    They are exact and satisfy, for every x and y:

        (A0) f(x) >= f_star
        (A1) ||grad f(x) - grad f(y)||_2 <= L ||x - y||_2
    """

    @property
    def name(self) -> str:
        """What this is, in a few words, with the parameters that determine it."""

    @property
    def dimension(self) -> int:
        """D."""

    @property
    def L(self) -> Fraction:  # noqa: N802 - its name in the field
        """A Lipschitz constant of the gradient in the Euclidean norm."""

    @property
    def f_star(self) -> Fraction:
        """A lower bound of f."""

    def value(self, x: Tensor) -> Tensor:
        """F at each row of x [B, d]: [B]."""

    def gradient(self, x: Tensor) -> Tensor:
        """Grad f at each row of x [B, d]: [B, d]."""

    def value_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Both, at about the price of one."""

    def exact_value(self, point: Sequence[Exact]) -> Exact:
        """F at one point, exact or enclosed at the current precision of ``flint.ctx``."""

    def exact_gradient(self, point: Sequence[Exact]) -> list[Exact]:
        """Grad f at one point, likewise."""


class BoundedObjective(Objective, Protocol):
    """An objective whose gradient is bounded: what its norms satisfy at every point whatever.

    A bound on ||grad f|| says something only where it is below these.
    """

    @property
    def gradient_l1_bound(self) -> Fraction:
        """A bound of ||grad f(x)||_1 over all x."""

    @property
    def gradient_l2_squared_bound(self) -> Fraction:
        """A bound of ||grad f(x)||_2^2 over all x."""


class FiniteSum(Objective, Protocol):
    """An objective f = (1/n) sum_n l_n whose summands can be drawn."""

    @property
    def size(self) -> int:
        """n, the number of summands."""

    @property
    def second_moments(self) -> tuple[Fraction, ...]:
        """For each coordinate i, a bound of (1/n) sum_n (d_i l_n(x))^2 over all x."""

    def sample_gradient(self, x: Tensor, drawn: Tensor) -> Tensor:
        """At row b of x [B, d] the mean gradient of the summands ``drawn[b]`` (int64 [B, m])."""


class Noise(Protocol):
    """How a stochastic gradient deviates from the gradient, a function of (seed, instance, step).

    (A2) E[g^k | F_{k-1}] = grad f(x^k)       up to what the docstring of the noise states
    (A3) E[(g_i^k - grad_i f(x^k))^2 | F_{k-1}] <= sigma2[i]
    """

    @property
    def name(self) -> str:
        """What this is, in a few words."""

    @property
    def dimension(self) -> int:
        """D."""

    @property
    def sigma2(self) -> tuple[Fraction, ...]:
        """For each coordinate, a bound of the conditional variance of its stochastic gradient."""

    def fits(self, objective: Objective) -> None:
        """Raise ``ValueError`` if this cannot be the noise of ``objective``."""

    def stochastic_gradient(
        self,
        objective: Objective,
        x: Tensor,
        step: int,
        seeds: Sequence[int],
        instances: Sequence[int] | None = None,
    ) -> Tensor:
        """g^step of ``objective`` at each row of x [B, d], the shapes being right."""


class Instance(Protocol):
    """An objective f on R^d with a stochastic gradient, a start, and certified constants.

    The constants are those of ``Objective`` and ``Noise``, and

        (A0) f(start) - f_star <= Delta
        (A3) sigma_s2 = sum_i sigma2[i]
    """

    @property
    def name(self) -> str:
        """What this is, in a few words, with the parameters that determine it."""

    @property
    def dimension(self) -> int:
        """D."""

    @property
    def L(self) -> Fraction:  # noqa: N802 - its name in the field
        """A Lipschitz constant of the gradient in the Euclidean norm."""

    @property
    def f_star(self) -> Fraction:
        """A lower bound of f."""

    @property
    def Delta(self) -> Fraction:  # noqa: N802 - its name in the field
        """An upper bound of f(start) - f_star."""

    @property
    def sigma2(self) -> tuple[Fraction, ...]:
        """For each coordinate, a bound of the conditional variance of its stochastic gradient."""

    @property
    def sigma_s2(self) -> Fraction:
        """The sum of ``sigma2``."""

    def start(
        self,
        rows: int,
        dtype: torch.dtype = torch.float64,
        device: torch.device | str = "cpu",
    ) -> Tensor:
        """The start x^1 that ``Delta`` speaks of, [rows, d]."""

    def value(self, x: Tensor) -> Tensor:
        """F at each row of x [B, d]: [B]."""

    def gradient(self, x: Tensor) -> Tensor:
        """Grad f at each row of x [B, d]: [B, d]."""

    def value_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Both, at about the price of one."""

    def stochastic_gradient(
        self, x: Tensor, step: int, seeds: Sequence[int], instances: Sequence[int] | None = None
    ) -> Tensor:
        """g^step at each row of x [B, d], the noise being a function of (seed, instance, step)."""

    def exact_value(self, point: Sequence[Exact]) -> Exact:
        """F at one point, exact or enclosed at the current precision of ``flint.ctx``."""

    def exact_gradient(self, point: Sequence[Exact]) -> list[Exact]:
        """Grad f at one point, likewise."""


class BoundedInstance(Instance, Protocol):
    """An instance whose gradient is bounded, as ``BoundedObjective`` says."""

    @property
    def gradient_l1_bound(self) -> Fraction:
        """A bound of ||grad f(x)||_1 over all x."""

    @property
    def gradient_l2_squared_bound(self) -> Fraction:
        """A bound of ||grad f(x)||_2^2 over all x."""


def check_points(x: Tensor, d: int, name: str) -> None:
    """Raise ``ShapeError`` unless ``x`` is a batch of points [B, d] of floats."""
    if x.ndim != 2 or x.shape[1] != d or not x.is_floating_point():
        raise ShapeError(f"{name}: points must be floats [B, {d}], not {x.dtype} {list(x.shape)}")


def check_point(point: Sequence[Exact], d: int, name: str) -> None:
    """Raise ``ShapeError`` unless ``point`` has d coordinates."""
    if len(point) != d:
        raise ShapeError(f"{name}: a point has {d} coordinates, not {len(point)}")
