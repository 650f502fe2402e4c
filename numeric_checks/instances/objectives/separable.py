"""What separable objectives share: everything but the function itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from torch import Tensor

from ....optimizers.batched import require_finite
from ...exact import Exact
from ..model import check_point, check_points
from ..rounding import Rows, rationals


@dataclass(frozen=True)
class Separable(ABC):
    """f(x) = sum_i f_i(x_i), each f_i of curvature at most a_i and with the minimum 0.

    A subclass gives the f_i and f_i'; a_i must be a Lipschitz constant of f_i', and 0 the infimum
    of f_i. Then

    * (A0) f >= 0 = f_star, and no larger number is a lower bound.
    * (A1) ||grad f(x) - grad f(y)||_2^2 = sum_i (f_i'(x_i) - f_i'(y_i))^2
      <= sum_i a_i^2 (x_i - y_i)^2: L = max a_i is valid.

    Attributes:
        curvature: a, one rational >= 0 a coordinate, not all zero.

    Raises:
        ValueError: a curvature is negative, no exact rational (NaN and infinities are none), or
            beyond the range of float32.
    """

    curvature: tuple[Fraction, ...]
    _rows: Rows = field(default_factory=Rows, init=False, repr=False, compare=False)

    kind = "separable"

    def __post_init__(self) -> None:
        curvature = rationals("curvature", self.curvature, positive=False)
        if not any(curvature):
            raise ValueError("all curvatures are zero: L would be 0")
        object.__setattr__(self, "curvature", curvature)

    @property
    def name(self) -> str:
        return f"{self.kind}, d = {self.dimension}, L = {self.L}"

    @property
    def dimension(self) -> int:
        return len(self.curvature)

    @property
    def L(self) -> Fraction:  # noqa: N802 - its name in the field
        return max(self.curvature)

    @property
    def f_star(self) -> Fraction:
        return Fraction(0)

    def value(self, x: Tensor) -> Tensor:
        """F at each row of x [B, d]: [B].

        Raises:
            ShapeError: x is not [B, d].
        """
        self._check(x)
        return self._values(x).sum(-1)

    def gradient(self, x: Tensor) -> Tensor:
        """Grad f at each row of x: [B, d]; errors as for ``value``."""
        self._check(x)
        return self._slopes(x)

    def slopes(self, x: Tensor) -> Tensor:
        """f_i'(x_i) [B, d] without any check: what compiled engines trace."""
        return self._slopes(x)

    def value_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.value(x), self.gradient(x)

    def exact_value(self, point: Sequence[Exact]) -> Exact:
        """F at ``point`` (d rationals or balls), exact or enclosed at the current precision."""
        check_point(point, self.dimension, self.name)
        first, *rest = (self._exact_value(i, x) for i, x in enumerate(point))
        for value in rest:
            first = first + value
        return first

    def exact_gradient(self, point: Sequence[Exact]) -> list[Exact]:
        """Grad f at ``point``, likewise."""
        check_point(point, self.dimension, self.name)
        return [self._exact_slope(i, x) for i, x in enumerate(point)]

    @abstractmethod
    def _values(self, x: Tensor) -> Tensor:
        """f_i(x_i), [B, d]."""

    @abstractmethod
    def _slopes(self, x: Tensor) -> Tensor:
        """f_i'(x_i), [B, d]."""

    @abstractmethod
    def _exact_value(self, i: int, x: Exact) -> Exact:
        """f_i(x)."""

    @abstractmethod
    def _exact_slope(self, i: int, x: Exact) -> Exact:
        """f_i'(x)."""

    def _check(self, x: Tensor) -> None:
        check_points(x, self.dimension, self.name)

    def _row(self, what: str, like: Tensor) -> Tensor:
        """A field as floats [d]."""
        return self._rows.get(what, getattr(self, what), like.dtype, like.device)


class BoundedSeparable(Separable):
    """A separable objective whose f_i' are bounded, so that nothing grows visibly at infinity.

    ``value`` and ``gradient`` therefore refuse points that are not finite.
    """

    @property
    @abstractmethod
    def slope_bounds(self) -> tuple[Fraction, ...]:
        """For each i a bound of |f_i'|."""

    @cached_property
    def gradient_l1_bound(self) -> Fraction:
        """The trivial bound ``||grad f||_1 <= sum_i sup |f_i'|``, anywhere."""
        return sum(self.slope_bounds, Fraction(0))

    @cached_property
    def gradient_l2_squared_bound(self) -> Fraction:
        """The trivial bound ``||grad f||_2^2 <= sum_i sup |f_i'|^2``, anywhere."""
        return sum((b * b for b in self.slope_bounds), Fraction(0))

    def _check(self, x: Tensor) -> None:
        super()._check(x)
        require_finite(x, f"{self.name}: x")


@dataclass(frozen=True)
class Widened(BoundedSeparable):
    """Separable objectives f_i(x) = a_i w_i^2 phi(x/w_i): phi'' <= 1 gives f_i'' <= a_i.

    If |phi'| <= 1 then |f_i'| <= a_i w_i.

    Attributes:
        width: w, one rational > 0 a coordinate (by default 1).

    Raises:
        ValueError: as for ``Separable``; or a width is not positive or of another number.
    """

    width: tuple[Fraction, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        width = rationals("width", self.width or (Fraction(1),) * self.dimension, positive=True)
        if len(width) != self.dimension:
            raise ValueError(f"width has {len(width)} coordinates, curvature has {self.dimension}")
        object.__setattr__(self, "width", width)

    @property
    def slope_bounds(self) -> tuple[Fraction, ...]:
        return tuple(a * w for a, w in zip(self.curvature, self.width, strict=True))
