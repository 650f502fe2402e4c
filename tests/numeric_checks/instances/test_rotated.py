"""Rotations: exactly orthogonal, and nothing else is admitted."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from ratecert.numeric_checks.exact import from_float
from ratecert.numeric_checks.instances import (
    BoundedRotated,
    Cosine,
    Quadratic,
    Rotated,
    cayley,
    givens,
    product,
)

SMALL = st.fractions(-3, 3, max_denominator=6)


def _skew(entries: list[Fraction], d: int) -> tuple[tuple[Fraction, ...], ...]:
    rows = [[Fraction(0)] * d for _ in range(d)]
    places = [(i, j) for i in range(d) for j in range(i)]
    for (i, j), value in zip(places, entries, strict=True):
        rows[i][j], rows[j][i] = value, -value
    return tuple(map(tuple, rows))


@settings(max_examples=30)
@given(st.lists(SMALL, min_size=6, max_size=6), st.integers(1, 6), st.integers(0, 6))
def test_products_of_cayley_and_givens_are_orthogonal(
    entries: list[Fraction], m: int, n: int
) -> None:
    matrix = product(cayley(_skew(entries, 4)), givens(4, 0, 3, m, n))
    objective = Quadratic((Fraction(2), Fraction(1), Fraction(1, 2), Fraction(0)))
    turned = Rotated(objective, matrix)  # refuses all others
    for i in range(4):
        for j in range(4):
            assert sum(matrix[i][k] * matrix[j][k] for k in range(4)) == int(i == j)
    point = [fmpq(1), fmpq(-2), fmpq(1, 3), fmpq(0)]
    inner = [sum((fmpq(a.numerator, a.denominator) * x for a, x in zip(row, point, strict=True)),
                 fmpq(0)) for row in matrix]  # fmt: skip
    assert turned.exact_value(point) == objective.exact_value(inner)


def test_the_gradient_is_turned_back() -> None:
    turned = Rotated(Quadratic((Fraction(1), Fraction(3))), givens(2, 0, 1, 2, 1))
    x = torch.tensor([[0.25, -1.5]], dtype=torch.float64)
    # Q^T diag(1, 3) Q by hand, Q = [[3, -4], [4, 3]]/5.
    hessian = torch.tensor([[57.0, 24.0], [24.0, 43.0]], dtype=torch.float64) / 25
    assert torch.allclose(turned.gradient(x), x @ hessian, rtol=1e-14)
    exact = turned.exact_gradient([from_float(v) for v in x[0].tolist()])
    assert exact == [
        fmpq(57, 25) * fmpq(1, 4) - fmpq(24, 25) * fmpq(3, 2),
        fmpq(24, 25) * fmpq(1, 4) - fmpq(43, 25) * fmpq(3, 2),
    ]
    assert (turned.L, turned.f_star) == (3, 0)
    assert turned.name == "rotated quadratic, d = 2, L = 3"


def test_bounds() -> None:
    turned = BoundedRotated(Cosine((Fraction(1), Fraction(2))), givens(2, 0, 1, 2, 1))
    assert turned.gradient_l1_bound == 3 * Fraction(7, 5)
    assert turned.gradient_l2_squared_bound == 5


@pytest.mark.parametrize(
    ("matrix", "reason"),
    [
        (((1, 0),), "not 2 x 2"),
        (((1, 0), (0,)), "not 2 x 2"),
        (((1, 0), (0, 2)), "not orthogonal"),
        (((Fraction(3, 5), Fraction(4, 5)), (Fraction(4, 5), Fraction(3, 5))), "not orthogonal"),
        (((Fraction(0.6), Fraction(-0.8)), (Fraction(0.8), Fraction(0.6))), "not orthogonal"),
    ],
)
def test_other_matrices_are_refused(matrix: tuple[tuple[Fraction, ...], ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Rotated(Quadratic((Fraction(1), Fraction(1))), matrix)


def test_refusals_of_the_constructors() -> None:
    for arguments in ((2, 0, 0, 2, 1), (2, 0, 2, 2, 1), (2, -1, 0, 2, 1), (2, 0, 1, 0, 0)):
        with pytest.raises(ValueError, match="no rotation of coordinates"):
            givens(*arguments)
    one, zero = Fraction(1), Fraction(0)
    for skew in (((zero, one), (one, zero)), ((one,),), ((zero, one),)):
        with pytest.raises(ValueError, match="not skew-symmetric"):
            cayley(skew)
