"""Objectives in other coordinates: curvature that no coordinate-wise method can see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, reduce

import torch
from flint import fmpq, fmpq_mat
from torch import Tensor

from ...exact import Exact, from_fraction
from ..model import BoundedObjective, Objective, check_point, check_points

Matrix = tuple[tuple[Fraction, ...], ...]


def givens(d: int, i: int, j: int, m: int, n: int) -> Matrix:
    """The rotation of coordinates i and j (from 0) by a Pythagorean angle, d x d.

    Its cosine is (m^2 - n^2)/(m^2 + n^2), its sine 2mn/(m^2 + n^2).

    >>> givens(2, 0, 1, 2, 1)[0]
    (Fraction(3, 5), Fraction(-4, 5))

    Raises:
        ValueError: i = j, or one is out of range, or m = n = 0.
    """
    if i == j or not (0 <= i < d and 0 <= j < d) or not m * m + n * n:
        raise ValueError(f"no rotation of coordinates {i}, {j} of {d} by ({m}, {n})")
    below = m * m + n * n
    cosine, sine = Fraction(m * m - n * n, below), Fraction(2 * m * n, below)
    rows = [[Fraction(int(r == c)) for c in range(d)] for r in range(d)]
    rows[i][i] = rows[j][j] = cosine
    rows[i][j], rows[j][i] = -sine, sine
    return tuple(map(tuple, rows))


def product(*factors: Matrix) -> Matrix:
    """The product of square matrices of one size, exactly."""
    return _fractions(reduce(lambda a, b: a * b, map(_flint, factors)))


def cayley(skew: Matrix) -> Matrix:
    """(I - A)^-1 (I + A) for a skew-symmetric A: orthogonal, dense, without the eigenvalue -1.

    I - A is invertible, as the eigenvalues of A are imaginary; and (I + A)(I - A) = (I - A)(I + A)
    gives Q Q^T = I.

    >>> cayley(((Fraction(0), Fraction(-1, 2)), (Fraction(1, 2), Fraction(0))))[0]
    (Fraction(3, 5), Fraction(-4, 5))

    Raises:
        ValueError: ``skew`` is not square and skew-symmetric.
    """
    d = len(skew)
    if any(len(row) != d for row in skew) or any(
        skew[i][j] != -skew[j][i] for i in range(d) for j in range(i + 1)
    ):
        raise ValueError("the matrix is not skew-symmetric")
    one = fmpq_mat(d, d, [int(i == j) for i in range(d) for j in range(d)])
    a = _flint(skew)
    return _fractions((one - a).solve(one + a))


@dataclass(frozen=True, eq=False)
class Rotated:
    """f(x) = f_0(Q x) with a rational orthogonal Q: the same L, the same f_star.

    Why the constants are valid. Q Q^T = I exactly, checked in rationals. The gradient is
    Q^T grad f_0(Q x), and neither Q nor Q^T changes a Euclidean norm: a Lipschitz constant of one
    gradient is one of the other. x -> Q x is onto, so the infima are equal. The floats of Q
    are the nearest ones: what they evaluate is f up to rounding, as ever.

    Attributes:
        base: f_0.
        matrix: Q, d rows.

    Raises:
        ValueError: ``matrix`` is not d x d, or not orthogonal.

    >>> from ratecert.numeric_checks.instances import Quadratic
    >>> tilted = Rotated(Quadratic((Fraction(1), Fraction(3))), givens(2, 0, 1, 2, 1))
    >>> tilted.L, tilted.exact_gradient([fmpq(1), fmpq(0)])
    (Fraction(3, 1), [57/25, 24/25])
    """

    base: Objective
    matrix: Matrix
    _floats: dict[tuple[torch.dtype, str], Tensor] = field(
        default_factory=dict, init=False, repr=False
    )

    def __post_init__(self) -> None:
        d = self.base.dimension
        object.__setattr__(self, "matrix", tuple(map(tuple, self.matrix)))
        if len(self.matrix) != d or any(len(row) != d for row in self.matrix):
            raise ValueError(f"the matrix is not {d} x {d}")
        one = fmpq_mat(d, d, [int(i == j) for i in range(d) for j in range(d)])
        exact = _flint(self.matrix)
        if exact * exact.transpose() != one:
            raise ValueError("the matrix is not orthogonal")

    @property
    def name(self) -> str:
        return f"rotated {self.base.name}"

    @property
    def dimension(self) -> int:
        return self.base.dimension

    @property
    def L(self) -> Fraction:  # noqa: N802 - its name in the field
        return self.base.L

    @property
    def f_star(self) -> Fraction:
        return self.base.f_star

    def value(self, x: Tensor) -> Tensor:
        """F at each row of x [B, d]: [B].

        Raises:
            ShapeError: x is not [B, d].
        """
        return self.base.value(self._turned(x))

    def gradient(self, x: Tensor) -> Tensor:
        return self.base.gradient(self._turned(x)) @ self._matrix(x)

    def value_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        value, gradient = self.base.value_and_gradient(self._turned(x))
        return value, gradient @ self._matrix(x)

    def exact_value(self, point: Sequence[Exact]) -> Exact:
        return self.base.exact_value(self._exactly_turned(point))

    def exact_gradient(self, point: Sequence[Exact]) -> list[Exact]:
        inner = self.base.exact_gradient(self._exactly_turned(point))
        return [_dot(column, inner) for column in zip(*self._exact, strict=True)]

    def _turned(self, x: Tensor) -> Tensor:
        check_points(x, self.dimension, self.name)
        return x @ self._matrix(x).T

    def _matrix(self, like: Tensor) -> Tensor:
        key = (like.dtype, str(like.device))
        if key not in self._floats:
            rows = [[float(v) for v in row] for row in self.matrix]
            self._floats[key] = torch.tensor(rows, dtype=like.dtype, device=like.device)
        return self._floats[key]

    def _exactly_turned(self, point: Sequence[Exact]) -> list[Exact]:
        check_point(point, self.dimension, self.name)
        return [_dot(row, point) for row in self._exact]

    @cached_property
    def _exact(self) -> tuple[tuple[fmpq, ...], ...]:
        return tuple(tuple(from_fraction(v) for v in row) for row in self.matrix)


@dataclass(frozen=True, eq=False)
class BoundedRotated(Rotated):
    """A rotated objective whose gradient is bounded."""

    base: BoundedObjective

    @cached_property
    def gradient_l1_bound(self) -> Fraction:
        """||Q^T u||_1 <= sum_i |u_i| ||row_i||_1 <= max_i ||row_i||_1 ||u||_1."""
        return self.base.gradient_l1_bound * max(sum(map(abs, row)) for row in self.matrix)

    @property
    def gradient_l2_squared_bound(self) -> Fraction:
        """The base's: a rotation changes no length."""
        return self.base.gradient_l2_squared_bound


def _dot(row: Sequence[fmpq], vector: Sequence[Exact]) -> Exact:
    total: Exact = fmpq(0)
    for a, x in zip(row, vector, strict=True):
        if a != 0:  # rotations of few coordinates are sparse
            total = total + a * x
    return total


def _flint(matrix: Matrix) -> fmpq_mat:
    entries = [from_fraction(v) for row in matrix for v in row]
    return fmpq_mat(len(matrix), len(matrix), entries)


def _fractions(matrix: fmpq_mat) -> Matrix:
    return tuple(tuple(Fraction(int(v.p), int(v.q)) for v in row) for row in matrix.tolist())
