"""Exact certificates for an instance's constants: floats propose, integers decide."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

Matrix = Sequence[Sequence[int]]

_ATTEMPTS = 4


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


def largest_eigenvalue_above(
    matrix: Matrix, unit: Fraction = Fraction(1), decimals: int = 4
) -> Fraction:
    """A certified bound, in units of ``unit``: a rational b with ``lambda_max(matrix) < b unit``.

    The float eigenvalue over ``unit``, rounded up to ``decimals`` decimals, is only a proposal;
    ``is_eigenvalue_bound`` decides.

    >>> largest_eigenvalue_above([[2, 1], [1, 2]])
    Fraction(30001, 10000)

    Raises:
        ValueError: ``unit`` is not positive, or ``matrix`` no symmetric integer matrix.
        ArithmeticError: no proposal near the float eigenvalue could be certified.
    """
    if unit <= 0:
        raise ValueError(f"the unit must be positive, not {unit}")
    largest = float(np.linalg.eigvalsh(np.asarray(matrix, dtype=np.float64))[-1])
    scale = 10**decimals
    ceiling = math.ceil(Fraction(largest) / unit * scale)
    for attempt in range(_ATTEMPTS):
        bound = Fraction(ceiling + attempt, scale)
        if is_eigenvalue_bound(matrix, bound * unit):
            return bound
    raise ArithmeticError(f"no bound near {largest} could be certified")


def log_above(value: int, decimals: int = 6) -> Fraction:
    """A certified rational upper bound of log(value), within about 10^-decimals.

    ``q >= log(value)`` is certified by ``sum_{m <= M} q^m / m! >= value``, as the partial sums of
    the exponential series at q > 0 lie below ``exp(q)``.

    >>> log_above(10)
    Fraction(1151293, 500000)

    Raises:
        ValueError: ``value`` is no integer >= 2.
        ArithmeticError: no proposal near the float logarithm could be certified.
    """
    if type(value) is not int or value < 2:
        raise ValueError(f"log_above takes an integer >= 2, not {value!r}")
    scale = 10**decimals
    for attempt in range(_ATTEMPTS):
        bound = Fraction(math.ceil(math.log(value) * scale) + attempt, scale)
        if exp_below(bound) >= value:
            return bound
    raise ArithmeticError(f"no bound near log({value}) could be certified")


def exp_below(exponent: Fraction, terms: int = 80) -> Fraction:
    """A partial sum of the exponential series: a lower bound of ``exp(exponent)`` if it is >= 0."""
    if exponent < 0:
        raise ValueError(f"the partial sums are lower bounds for exponents >= 0, not {exponent}")
    total = term = Fraction(1)
    for m in range(1, terms):
        term *= exponent / m
        total += term
    return total
