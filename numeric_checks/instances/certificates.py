"""Exact certificates for an instance's constants: floats propose, integers decide."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import fmpz_mat

Matrix = Sequence[Sequence[int]]

_ATTEMPTS = 4
_BY_MINORS = 30
"""Up to this size the exact LDL^T is fast: of the digits' 64 x 64 matrix it takes a second."""
_SLACK = 2.0**-30
"""tau/b: far above the rounding errors of a float factorisation, far below what is asked for."""


def leading_minors(matrix: Matrix) -> tuple[int, ...]:
    """The leading principal minors D_1, D_2, ... of a symmetric matrix, up to the first <= 0.

    Fraction-free LDL^T (Bareiss): every intermediate number is an integer, every division exact.
    The pivots of LDL^T are D_k / D_{k-1}. The matrix is positive definite iff all minors are
    there and positive (Sylvester).

    >>> leading_minors([[2, -1], [-1, 2]])
    (2, 3)
    >>> leading_minors([[1, 2], [2, 1]])
    (1, -3)

    Raises:
        ValueError: the matrix is not square, not symmetric, or holds something else than ints.
    """
    n = len(matrix)
    rows = [list(row) for row in matrix]
    if not n or any(len(row) != n for row in rows):
        raise ValueError("not a square matrix")
    if any(type(value) is not int for row in rows for value in row):
        raise ValueError("the entries must be Python integers")
    if any(rows[i][j] != rows[j][i] for i in range(n) for j in range(i)):
        raise ValueError("the matrix is not symmetric")
    minors: list[int] = []
    before = 1
    for k in range(n):
        pivot = rows[k][k]
        minors.append(pivot)
        if pivot <= 0:
            break
        for i in range(k + 1, n):
            factor, row = rows[i][k], rows[i]
            for j in range(i, n):
                row[j] = (row[j] * pivot - factor * rows[k][j]) // before
            for j in range(i, n):
                rows[j][i] = row[j]
        before = pivot
    return tuple(minors)


def is_eigenvalue_bound(matrix: Matrix, bound: Fraction) -> bool:
    """Is every eigenvalue of the symmetric integer ``matrix`` below ``bound``? Exact.

    With ``bound = p/q``: is ``p I - q matrix`` positive definite?
    """
    p, q = bound.numerator, bound.denominator
    n = len(matrix)
    shifted = [[(p if i == j else 0) - q * matrix[i][j] for j in range(n)] for i in range(n)]
    minors = leading_minors(shifted)
    return len(minors) == n and minors[-1] > 0


def is_bound_by_residual(matrix: npt.NDArray[np.int64], bound: Fraction) -> bool:
    """Are all eigenvalues of the symmetric integer ``matrix`` certainly below ``bound``?

    ``False`` may mean that the floats were not good enough. Let A = b I - M with b the floor of
    ``bound``. For any integer matrix C and any S > 0, with R = S^2 A - C C^T,

        S^2 lambda_min(A) >= lambda_min(C C^T) + lambda_min(R) >= lambda_min(R),

    and that of R is positive if its Gershgorin discs lie right of 0: R_ii > sum_(j != i) |R_ij|. C
    is S times a float Cholesky factor of A - tau I, rounded, so that R is nearly S^2 tau I. R is
    computed in integers, at the price of one product of matrices whatever the number of digits of
    the minors: those of a matrix of MNIST's size have tens of thousands.

    Raises:
        ValueError: the matrix is not square or not symmetric.
    """
    if matrix.ndim != 2 or not np.array_equal(matrix, matrix.T):
        raise ValueError("the matrix is not square and symmetric")
    n, b = len(matrix), math.floor(bound)
    proposal = -matrix.astype(np.float64)
    proposal[np.diag_indices(n)] += float(b) * (1 - _SLACK)
    try:
        factor = np.linalg.cholesky(proposal)
    except np.linalg.LinAlgError:
        return False
    # Entries of the factor are at most b^(1/2): times 2^shift they stay below 2^53.
    shift = max(0, 52 - (b.bit_length() + 1) // 2)
    rounded = np.rint(np.ldexp(factor, shift)).astype(np.int64)
    c = fmpz_mat(n, n, rounded.ravel().tolist())
    a = fmpz_mat(n, n, (-matrix).ravel().tolist())
    residual = (a * 4**shift - c * c.transpose()).tolist()
    for i, row in enumerate(residual):
        centre = row[i] + 4**shift * b
        if centre <= sum(map(abs, row)) - abs(row[i]):
            return False
    return True


def gram(data: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """X^T X of an integer matrix X, exactly.

    In floats, through the BLAS, where no partial sum can exceed 2^53, so that all are exact.
    """
    if len(data) * int(abs(data).max()) ** 2 < 2**53:
        floats = data.astype(np.float64)
        return (floats.T @ floats).astype(np.int64)
    return data.T @ data


def largest_eigenvalue_above(
    matrix: Matrix | npt.NDArray[np.int64], unit: Fraction = Fraction(1), decimals: int = 4
) -> Fraction:
    """A certified bound, in units of ``unit``: a rational b with ``lambda_max(matrix) < b unit``.

    The float eigenvalue over ``unit``, rounded up to ``decimals`` decimals, is only a proposal;
    ``is_eigenvalue_bound`` decides, or ``is_bound_by_residual`` for a large matrix.

    >>> largest_eigenvalue_above([[2, 1], [1, 2]])
    Fraction(30001, 10000)

    Raises:
        ValueError: ``unit`` is not positive, or ``matrix`` no symmetric integer matrix.
        ArithmeticError: no proposal near the float eigenvalue could be certified.
    """
    if unit <= 0:
        raise ValueError(f"the unit must be positive, not {unit}")
    array = np.array(matrix)
    largest = float(np.linalg.eigvalsh(array.astype(np.float64))[-1])
    scale = 10**decimals
    ceiling = math.ceil(Fraction(largest) / unit * scale)
    for attempt in range(_ATTEMPTS):
        bound = Fraction(ceiling + attempt, scale)
        if _certified(array, bound * unit):
            return bound
    raise ArithmeticError(f"no bound near {largest} could be certified")


def _certified(matrix: npt.NDArray[np.int64], bound: Fraction) -> bool:
    if len(matrix) <= _BY_MINORS:
        return is_eigenvalue_bound(matrix.tolist(), bound)
    return is_bound_by_residual(matrix, bound)
