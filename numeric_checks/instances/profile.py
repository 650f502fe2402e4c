"""Separable functions given by a curvature profile, exactly and as differentiable batches.

Coordinate i has knots t_1 < ... < t_{M-1} and curvatures c_1, ..., c_M: f_i'' = c_j on the j-th
cell (the outer cells are unbounded), f_i(0) = 0 and f_i'(0) = s_i. So f_i' is continuous and
piecewise linear. With c_0 the curvature of the cell that ends at or holds 0, h_j = c_{j+1} - c_j
the jump at a knot, e_j = 1 if t_j >= 0 and -1 otherwise, and u_j(y) = max(e_j (y - t_j), 0),

    f_i'(y) = s_i + c_0 y + sum_j h_j u_j(y),
    f_i(y)  = s_i y + c_0 y^2/2 + sum_j e_j h_j u_j(y)^2/2 :

a knot contributes beyond itself only, seen from 0, so that nothing large cancels near 0. Up to the
resolution of the knots, this is every one-dimensional function with |f''| <= L.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import torch
from flint import arb
from torch import Tensor

from ...optimizers.batched import ShapeError
from ..exact import Exact, from_fraction, sign
from .model import check_point, check_points

Rows = tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True)
class Profile:
    """One separable function with rational profile: an exact objective on R^d.

    Why the constants are valid. f_i' is continuous and piecewise linear with slopes c_j, so
    L = max |c_j| is its best Lipschitz constant, and that of grad f. f = sum_i f_i is bounded below
    iff each f_i is; that is so iff f_i does not fall along its outer cells. f_i is C^1, hence its
    minimum is attained where f_i' = 0: at the vertex of a cell with c_j > 0 or, where f_i is flat,
    at a knot (or at 0, without knots).

    Attributes:
        knots: for each coordinate the knots, increasing; none are allowed.
        curvatures: for each coordinate the curvatures, one more than knots.
        slope: f_i'(0) for each coordinate; by default 0.

    Raises:
        ValueError: lengths differ, knots do not increase, or a number is no exact rational.
    """

    knots: Rows
    curvatures: Rows
    slope: tuple[Fraction, ...] = ()

    def __post_init__(self) -> None:
        d = len(self.curvatures)
        object.__setattr__(self, "knots", _rationals(self.knots, "knots"))
        object.__setattr__(self, "curvatures", _rationals(self.curvatures, "curvatures"))
        (slope,) = _rationals((self.slope or (Fraction(0),) * d,), "slope")
        object.__setattr__(self, "slope", slope)
        if not d or len(self.knots) != d or len(slope) != d:
            raise ValueError(
                f"curvatures of {d} coordinates, knots of {len(self.knots)}, {len(slope)} slopes"
            )
        for i, (knots, curvatures) in enumerate(zip(self.knots, self.curvatures, strict=True), 1):
            if len(curvatures) != len(knots) + 1:
                raise ValueError(
                    f"coordinate {i}: {len(knots)} knots make {len(knots) + 1} cells, not "
                    f"{len(curvatures)}"
                )
            if any(left >= right for left, right in pairwise(knots)):
                raise ValueError(f"coordinate {i}: the knots do not increase")

    @property
    def name(self) -> str:
        cells = max(len(row) for row in self.curvatures)
        return f"curvature profile, d = {self.dimension}, cells = {cells}, L = {self.L}"

    @property
    def dimension(self) -> int:
        return len(self.curvatures)

    @cached_property
    def L(self) -> Fraction:  # noqa: N802 - its name in the field
        """The best Lipschitz constant of the gradient."""
        return max(abs(c) for row in self.curvatures for c in row)

    @cached_property
    def minimum(self) -> Fraction | None:
        """Min f, exactly; None if f is not bounded below."""
        at = self.minimiser
        if at is None:
            return None
        return sum((self._value_at(i, y) for i, y in enumerate(at)), Fraction(0))

    @cached_property
    def minimiser(self) -> tuple[Fraction, ...] | None:
        """A point where f is least, exactly; 0 if that is one. None if f is not bounded below."""
        found = [self._coordinate_minimiser(i) for i in range(self.dimension)]
        known = tuple(y for y in found if y is not None)
        return known if len(known) == self.dimension else None

    @cached_property
    def mu(self) -> Fraction:
        """The least curvature: f is convex iff it is not negative, and then mu-strongly convex."""
        return min(c for row in self.curvatures for c in row)

    @property
    def f_star(self) -> Fraction:
        """Min f, exactly.

        Raises:
            ValueError: f is not bounded below.
        """
        if self.minimum is None:
            raise ValueError(f"{self.name} is not bounded below: no f_star")
        return self.minimum

    def _coordinate_minimiser(self, i: int) -> Fraction | None:
        knots, curvatures = self.knots[i], self.curvatures[i]
        # Beyond the outermost knots, and beyond 0 where there are none.
        ends = ((knots or (Fraction(0),))[0], -1, curvatures[0]), (
            (knots or (Fraction(0),))[-1], 1, curvatures[-1],
        )  # fmt: skip
        candidates = [Fraction(0), *knots]
        for end, outwards, curvature in ends:
            slope = self._slope_at(i, end) * outwards
            if curvature < 0 or (curvature == 0 and slope < 0):
                return None
        bounds = [None, *knots, None]
        for (low, high), curvature in zip(pairwise(bounds), curvatures, strict=True):
            if curvature > 0:
                base = low if low is not None else high if high is not None else Fraction(0)
                vertex = base - self._slope_at(i, base) / curvature
                if (low is None or low <= vertex) and (high is None or vertex <= high):
                    candidates.append(vertex)
        return min(candidates, key=lambda y: self._value_at(i, y))

    def _cell_at_0(self, i: int) -> Fraction:
        return self.curvatures[i][sum(t < 0 for t in self.knots[i])]

    def _jumps(self, i: int) -> list[tuple[Fraction, int, Fraction]]:
        jumps = (after - before for before, after in pairwise(self.curvatures[i]))
        return [(t, 1 if t >= 0 else -1, h) for t, h in zip(self.knots[i], jumps, strict=True)]

    def _slope_at(self, i: int, y: Fraction) -> Fraction:
        total = self.slope[i] + self._cell_at_0(i) * y
        return total + sum((h * max(e * (y - t), Fraction(0)) for t, e, h in self._jumps(i)))

    def _value_at(self, i: int, y: Fraction) -> Fraction:
        total = self.slope[i] * y + self._cell_at_0(i) * y * y / 2
        return total + sum(
            (e * h * max(e * (y - t), Fraction(0)) ** 2 / 2 for t, e, h in self._jumps(i))
        )

    @cached_property
    def _batch(self) -> ProfileBatch:
        return ProfileBatch.of((self,))

    def value(self, x: Tensor) -> Tensor:
        """F at each row of x [B, d]: [B], in x's dtype."""
        check_points(x, self.dimension, self.name)
        return self._batch.to(x).value(x[None])[0]

    def gradient(self, x: Tensor) -> Tensor:
        """Grad f at each row of x [B, d]: [B, d]."""
        check_points(x, self.dimension, self.name)
        return self._batch.to(x).gradient(x[None])[0]

    def value_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Both."""
        return self.value(x), self.gradient(x)

    def exact_value(self, point: Sequence[Exact]) -> Exact:
        """F at one point of rationals or balls; a ball that holds a knot is enclosed."""
        check_point(point, self.dimension, self.name)
        total: Exact = from_fraction(0)
        for i, y in enumerate(point):
            total = total + from_fraction(self.slope[i]) * y
            total = total + from_fraction(self._cell_at_0(i) / 2) * y * y
            for t, e, h in self._jumps(i):
                beyond = _positive_part(e * (y - from_fraction(t)))
                total = total + from_fraction(e * h / 2) * beyond * beyond
        return total

    def exact_gradient(self, point: Sequence[Exact]) -> list[Exact]:
        """Grad f at one point, likewise."""
        check_point(point, self.dimension, self.name)
        result: list[Exact] = []
        for i, y in enumerate(point):
            total: Exact = from_fraction(self.slope[i]) + from_fraction(self._cell_at_0(i)) * y
            for t, e, h in self._jumps(i):
                total = total + from_fraction(h) * _positive_part(e * (y - from_fraction(t)))
            result.append(total)
        return result


def _rationals(rows: object, what: str) -> Rows:
    """Tuples of ``Fraction``; refuses floats, which are no exact rationals here."""
    if not isinstance(rows, tuple) or not all(isinstance(row, tuple) for row in rows):
        raise ValueError(f"{what}: tuples of exact rationals, not {rows!r}")
    for value in (value for row in rows for value in row):
        if isinstance(value, bool) or not isinstance(value, int | Fraction):
            raise ValueError(f"{what} must be exact rationals, not {value!r}")
    return tuple(tuple(Fraction(value) for value in row) for row in rows)


def _positive_part(value: Exact) -> Exact:
    """``max(value, 0)``; of a ball around 0, the ball from 0 to its upper end."""
    direction = sign(value)
    if isinstance(value, arb) and direction is None:
        return arb(0).union(value.upper())
    return value if direction == 1 else from_fraction(0)


@dataclass(frozen=True)
class ProfileBatch:
    """B separable functions with M cells a coordinate, as torch parameters.

    ``value`` and ``gradient`` are differentiable almost everywhere in the points and in the
    parameters; ``gradient`` is the formula's, not autograd's. Nothing is validated but shapes: the
    knots are expected to increase along the last dimension.

    Attributes:
        knots: [B, d, M-1], increasing along the last dimension.
        curvatures: [B, d, M].
        slope: f_i'(0), [B, d].

    Raises:
        ShapeError: the shapes do not fit.
    """

    knots: Tensor
    curvatures: Tensor
    slope: Tensor

    def __post_init__(self) -> None:
        rows, d = self.slope.shape if self.slope.ndim == 2 else (-1, -1)
        cells = self.curvatures.shape[-1]
        if self.curvatures.shape != (rows, d, cells) or self.knots.shape != (rows, d, cells - 1):
            raise ShapeError(
                f"slope {list(self.slope.shape)}, curvatures {list(self.curvatures.shape)} and "
                f"knots {list(self.knots.shape)} must be [B, d], [B, d, M] and [B, d, M-1]"
            )

    @classmethod
    def of(cls, profiles: Sequence[Profile], dtype: torch.dtype = torch.float64) -> ProfileBatch:
        """Exact profiles as one batch, each number rounded to nearest.

        Coordinates with fewer knots get more beyond the last one, where nothing changes.

        Raises:
            ShapeError: no profile, or profiles of different dimensions.
        """
        if len({p.dimension for p in profiles}) != 1:
            raise ShapeError("a batch needs profiles of one dimension")
        cells = max(len(row) for p in profiles for row in p.curvatures)

        def knots(row: tuple[Fraction, ...]) -> list[float]:
            last = float(row[-1]) if row else 0.0
            return [*map(float, row), *(last + n + 1 for n in range(cells - 1 - len(row)))]

        def curvatures(row: tuple[Fraction, ...]) -> list[float]:
            return [*map(float, row), *[float(row[-1])] * (cells - len(row))]

        table = [[knots(row) for row in p.knots] for p in profiles]
        return cls(
            torch.tensor(table, dtype=dtype).reshape(
                len(profiles), profiles[0].dimension, cells - 1
            ),
            torch.tensor(
                [[curvatures(row) for row in p.curvatures] for p in profiles], dtype=dtype
            ),
            torch.tensor([[float(s) for s in p.slope] for p in profiles], dtype=dtype),
        )

    def to(self, like: Tensor) -> ProfileBatch:
        """The batch in the dtype and on the device of ``like``."""
        return ProfileBatch(self.knots.to(like), self.curvatures.to(like), self.slope.to(like))

    def value(self, x: Tensor) -> Tensor:
        """F of world b at the points x[b]: [B, N, d] to [B, N]."""
        return self._each(x).sum(-1)

    def gradient(self, x: Tensor) -> Tensor:
        """Grad f of world b at the points x[b]: [B, N, d] to [B, N, d]."""
        center, parts = self._parts(x)
        total = self.slope[:, None] + center * x
        for _, jump, beyond in parts:
            total = total + jump * beyond
        return total

    def _parts(self, x: Tensor) -> tuple[Tensor, list[tuple[Tensor, Tensor, Tensor]]]:
        """c_0 [B, 1, d], and for each knot e, h [B, 1, d] and u(x) [B, N, d]."""
        if x.ndim != 3 or x.shape[0] != self.slope.shape[0] or x.shape[2] != self.slope.shape[1]:
            raise ShapeError(
                f"points must be [B, N, d] with [B, d] = {list(self.slope.shape)}, "
                f"not {list(x.shape)}"
            )
        negative = self.knots < 0
        center = self.curvatures.gather(-1, negative.sum(-1, keepdim=True)).squeeze(-1)[:, None]
        parts = []
        for j in range(self.knots.shape[-1]):
            side = torch.where(negative[..., j], -1.0, 1.0).to(x)[:, None]
            jump = (self.curvatures[..., j + 1] - self.curvatures[..., j])[:, None]
            beyond = (side * (x - self.knots[:, None, :, j])).clamp(min=0)
            parts.append((side, jump, beyond))
        return center, parts

    def minimum(self) -> Tensor:
        """F* of each world, [B]; -inf where f is not bounded below.

        The minimiser is found without gradients, and f taken there: by the envelope theorem the
        gradient in the parameters is right, for f_i' = 0 at the minimiser.
        """
        with torch.no_grad():
            at, bounded = self._minimisers()
        rows, d = self.slope.shape
        values = self.value(at.view(rows, 1, d)).view(rows)
        return torch.where(bounded, values, -torch.inf)

    def _minimisers(self) -> tuple[Tensor, Tensor]:
        """A minimiser in each coordinate, [B, d], and where f is bounded below, [B]."""
        zero = torch.zeros_like(self.slope)[..., None]
        ends = self.knots if self.knots.shape[-1] else zero
        slopes = self.gradient(ends.mT).mT
        low, high = self.curvatures[..., 0], self.curvatures[..., -1]
        falls = (low < 0) | ((low == 0) & (slopes[..., 0] > 0))
        falls |= (high < 0) | ((high == 0) & (slopes[..., -1] < 0))
        # The vertex of the cell right of each knot, and of the cell left of the first.
        base = torch.cat((ends[..., :1], self.knots), -1)
        slope = torch.cat((slopes[..., :1], slopes[..., : self.knots.shape[-1]]), -1)
        convex = self.curvatures > 0
        vertex = base - torch.where(convex, slope / torch.where(convex, self.curvatures, 1.0), 0.0)
        if self.knots.shape[-1]:
            infinite = torch.full_like(zero, torch.inf)
            vertex = vertex.maximum(torch.cat((-infinite, self.knots), -1))
            vertex = vertex.minimum(torch.cat((self.knots, infinite), -1))
        candidates = torch.cat((vertex, self.knots, zero), -1)
        values = self._each(candidates.mT).mT
        best = values.argmin(-1, keepdim=True)
        return candidates.gather(-1, best).squeeze(-1), ~falls.any(-1)

    def _each(self, x: Tensor) -> Tensor:
        """f_i(x_i), [B, N, d]."""
        center, parts = self._parts(x)
        total = self.slope[:, None] * x + center * x * x / 2
        for side, jump, beyond in parts:
            total = total + (side * jump / 2) * beyond * beyond
        return total
