"""Exact certificates: they accept what is true, and refuse what is false by a hair."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy

from ratecert.numeric_checks.instances import (
    digits,
    largest_eigenvalue_above,
    leading_minors,
    log_above,
)
from ratecert.numeric_checks.instances.certificates import exp_below, is_eigenvalue_bound


def test_minors_are_determinants() -> None:
    base = sympy.Matrix(5, 5, lambda r, c: (7 * r * r + 3 * c + r * c) % 11 - 5)
    gram = base.T * base + sympy.eye(5)
    rows = [[int(v) for v in gram.row(r)] for r in range(5)]
    expected = tuple(int(gram[:n, :n].det()) for n in range(1, 6))
    assert leading_minors(rows) == expected


def test_minors_stop_at_the_first_that_is_not_positive() -> None:
    assert leading_minors([[1, 1, 0], [1, 1, 0], [0, 0, 1]]) == (1, 0)
    assert leading_minors([[1, 2, 0], [2, 1, 0], [0, 0, 1]]) == (1, -3)


@pytest.mark.parametrize(
    ("matrix", "reason"),
    [
        ([], "not a square"),
        ([[1, 2]], "not a square"),
        ([[1, 2], [3, 1]], "not symmetric"),
        ([[1.0]], "Python integers"),
    ],
)
def test_no_matrix_of_integers(matrix: list[list[int]], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        leading_minors(matrix)


def test_an_eigenvalue_bound_is_strict_and_sharp() -> None:
    matrix = [[2, 1], [1, 2]]  # eigenvalues 1 and 3
    assert is_eigenvalue_bound(matrix, 3 + Fraction(1, 10**30))
    assert not is_eigenvalue_bound(matrix, Fraction(3))
    assert not is_eigenvalue_bound(matrix, 3 - Fraction(1, 10**30))
    assert largest_eigenvalue_above(matrix, Fraction(1, 7), decimals=2) == Fraction(2101, 100)
    with pytest.raises(ValueError, match="unit must be positive"):
        largest_eigenvalue_above(matrix, Fraction(0))


def test_planted_smoothness_constants_of_the_digits_are_refused() -> None:
    """L = 5.22764984...: the rounded-down value, and the binary case's 1/4, are not certified."""
    instance = digits()
    gram = [[int(v) for v in row] for row in instance.pixels.T @ instance.pixels]
    unit = 2 * instance.size * instance.scale**2
    assert Fraction(52277, 10000) == instance.L
    assert is_eigenvalue_bound(gram, instance.L * unit)
    assert not is_eigenvalue_bound(gram, Fraction(52276, 10000) * unit)
    assert not is_eigenvalue_bound(gram, instance.L * unit / 2)


@pytest.mark.parametrize("value", [2, 3, 10, 1000])
def test_log_above(value: int) -> None:
    bound = log_above(value, decimals=6)
    with mpmath.workdps(40):
        excess = mpmath.mpf(bound.numerator) / bound.denominator - mpmath.log(value)
        assert 0 < excess <= 2e-6


def test_exp_below_is_below() -> None:
    with mpmath.workdps(60):
        assert exp_below(Fraction(2), terms=5) == 7
        assert mpmath.mpf(7) < mpmath.exp(2)
    with pytest.raises(ValueError, match="lower bounds for exponents >= 0"):
        exp_below(Fraction(-1))
    for bad in (1, 2.5, True):
        with pytest.raises(ValueError, match="integer >= 2"):
            log_above(bad)  # type: ignore[arg-type]
