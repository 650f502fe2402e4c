"""Exact certificates: they accept what is true, and refuse what is false by a hair."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy

from ratecert.numeric_checks.instances import (
    certificates,
    digits,
    largest_eigenvalue_above,
    leading_minors,
)
from ratecert.numeric_checks.instances.certificates import (
    gram,
    is_bound_by_residual,
    is_eigenvalue_bound,
)


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
    instance = digits().objective
    matrix = gram(instance.pixels)
    unit = 2 * instance.size * instance.scale**2
    assert Fraction(52277, 10000) == instance.L
    assert is_eigenvalue_bound(matrix.tolist(), instance.L * unit)
    assert not is_eigenvalue_bound(matrix.tolist(), Fraction(52276, 10000) * unit)
    assert not is_eigenvalue_bound(matrix.tolist(), instance.L * unit / 2)
    assert is_bound_by_residual(matrix, instance.L * unit)
    assert not is_bound_by_residual(matrix, Fraction(52276, 10000) * unit)


def _spread(n: int) -> np.ndarray:
    """A symmetric matrix whose largest eigenvalue is far from the others."""
    data = np.random.default_rng(n).integers(0, 256, (3 * n, n))
    return gram(data)


class TestByResidual:
    def test_it_certifies_what_is_true_by_little(self) -> None:
        matrix = _spread(120)
        top = np.linalg.eigvalsh(matrix.astype(float))[-1]
        assert is_bound_by_residual(matrix, Fraction(top * (1 + 1e-8)))
        for false in (1 - 1e-12, 1 - 1e-6, 0.5):
            assert not is_bound_by_residual(matrix, Fraction(top * false))
        assert not is_bound_by_residual(matrix, Fraction(-1))

    def test_it_agrees_with_the_minors(self) -> None:
        matrix = np.array([[5, 2, 1], [2, 6, 3], [1, 3, 4]])
        for bound in range(4, 16):
            exact = is_eigenvalue_bound(matrix.tolist(), Fraction(bound))
            assert is_bound_by_residual(matrix, Fraction(bound)) == exact

    def test_floats_are_not_believed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A wrong factor proves nothing: the residual is computed in integers."""
        matrix = np.array([[2, 1], [1, 2]])
        monkeypatch.setattr(np.linalg, "cholesky", lambda a: np.eye(len(a)))
        assert not is_bound_by_residual(matrix, Fraction(2))
        # R = b I - M - I has the discs b - 3 +- 1.
        assert not is_bound_by_residual(matrix, Fraction(4))
        assert is_bound_by_residual(matrix, Fraction(5))

    def test_no_symmetric_matrix(self) -> None:
        for matrix in (np.array([[1, 2], [3, 4]]), np.array([1, 2])):
            with pytest.raises(ValueError, match="not square and symmetric"):
                is_bound_by_residual(matrix, Fraction(10))

    def test_large_matrices_go_this_way(self, monkeypatch: pytest.MonkeyPatch) -> None:
        matrix = _spread(40)
        monkeypatch.setattr(certificates, "is_eigenvalue_bound", None)
        bound = largest_eigenvalue_above(matrix, Fraction(1000), decimals=2) * 1000
        top = np.linalg.eigvalsh(matrix.astype(float))[-1]
        assert top < bound < top + 20
        monkeypatch.setattr(certificates, "is_bound_by_residual", lambda *_: False)
        with pytest.raises(ArithmeticError, match="no bound near"):
            largest_eigenvalue_above(matrix)


def test_gram_is_exact_on_both_ways() -> None:
    small = np.random.default_rng(1).integers(-9, 10, (7, 4))
    assert np.array_equal(gram(small), small.T @ small)
    large = small * 10**8 + 1  # squares beyond 2^53
    assert gram(large).tolist() == (large.astype(object).T @ large.astype(object)).tolist()
