"""A linear program in floats proposes which columns to use; rationals decide.

The question: non-negative multiples (of any sign, for free columns) of given polynomials that sum
to zero, some strict column among them. The answer is exact, or there is none.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import numpy as np

Row = Hashable
"""Whatever names a monomial."""
SMALL = 120


@dataclass(frozen=True, slots=True)
class Column:
    """One polynomial; ``strict``: counts as a contradiction; ``free``: may be subtracted."""

    entries: Mapping[Any, Any]
    strict: bool
    free: bool = False
    cost: float = 1.0


def combination(columns: Sequence[Column]) -> list[tuple[int, Fraction]] | None:
    """Which columns to add up, each with its rational coefficient; None if none is found."""
    table = _Table(columns)
    table.prune()
    if not any(columns[int(j)].strict for j in table.alive):
        return None
    for support in table.supports():
        exact = _exact([columns[j] for j in support]) if support else None
        if exact is not None:
            return [(support[i], c) for i, c in exact if c]
    return None


class _Table:
    """The entries of the columns as arrays: one float for each, scaled column by column."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        number: dict[Row, int] = {}
        rows: list[int] = []
        owners: list[int] = []
        values: list[float] = []
        for j, column in enumerate(columns):
            found = [float(c.p) / float(c.q) for c in column.entries.values()]
            top = max((abs(v) for v in found), default=1.0)
            values += [v / top for v in found]
            rows += [number.setdefault(row, len(number)) for row in column.entries]
            owners += [j] * len(found)
        self.height = len(number)
        self.rows = np.array(rows, dtype=np.int64)
        self.owners = np.array(owners, dtype=np.int64)
        self.values = np.array(values, dtype=np.float64)
        self.free = np.array([c.free for c in columns], dtype=bool)
        self.alive = np.arange(len(columns))

    def prune(self) -> None:
        """Drop columns with an entry that nothing can cancel, until there are none."""
        keep = np.ones(len(self.columns), dtype=bool)
        rows, owners, values = self.rows, self.owners, self.values
        while len(rows):
            either = self.free[owners]
            up = np.bincount(rows[(values > 0) | either], minlength=self.height)
            down = np.bincount(rows[(values < 0) | either], minlength=self.height)
            total = np.bincount(rows, minlength=self.height)
            lonely = (up == 0) | (down == 0) | (total < 2)
            bad = np.unique(owners[lonely[rows]])
            if not len(bad):
                break
            keep[bad] = False
            left = keep[owners]
            rows, owners, values = rows[left], owners[left], values[left]
        self.rows, self.owners, self.values = rows, owners, values
        self.alive = np.flatnonzero(keep)

    def supports(self) -> Iterator[list[int]]:
        """Supports of solutions: by least squares if small, else by the simplex method."""
        from scipy.optimize import linprog, nnls
        from scipy.sparse import csc_array

        used, rows = np.unique(self.rows, return_inverse=True)
        place = np.full(len(self.columns), -1)
        place[self.alive] = np.arange(len(self.alive))
        strict = [i for i, j in enumerate(self.alive) if self.columns[int(j)].strict]
        matrix = csc_array(
            (
                np.concatenate([self.values, np.ones(len(strict))]),
                (
                    np.concatenate([rows + 1, np.zeros(len(strict), dtype=np.int64)]),
                    np.concatenate([place[self.owners], np.array(strict, dtype=np.int64)]),
                ),
            ),
            shape=(len(used) + 1, len(self.alive)),
        )
        right = np.zeros(len(used) + 1)
        right[0] = 1.0
        free = self.free[self.alive]
        if len(self.alive) <= SMALL:
            dense = matrix.toarray()
            try:
                x, distance = nnls(np.hstack([dense, -dense[:, free]]), right)
                if distance > 1e-6:
                    return
                x[: len(free)][free] -= x[len(free) :]
                yield [int(j) for j, v in zip(self.alive, x, strict=False) if abs(v) > 1e-9]
            except RuntimeError:  # too many iterations: ask the simplex method
                pass
        bounds = [(None if f else 0.0, None) for f in free]
        costs = [
            0.0 if f else self.columns[int(j)].cost for j, f in zip(self.alive, free, strict=True)
        ]
        answer = linprog(costs, A_eq=matrix, b_eq=right, bounds=bounds, method="highs-ds")
        if answer.x is not None:
            for tolerance in (1e-8, 1e-5):
                found = zip(self.alive, answer.x, strict=True)
                yield [int(j) for j, x in found if abs(x) > tolerance]


def _exact(columns: Sequence[Column]) -> list[tuple[int, Fraction]] | None:
    """The exact solution on a support, if it is non-negative where it must be."""
    rows: dict[Row, int] = {}
    for column in columns:
        for row in column.entries:
            rows.setdefault(row, len(rows) + 1)
    width = len(columns) + 1
    flat = [flint.fmpq(0)] * (width * (len(rows) + 1))
    for j, column in enumerate(columns):
        if column.strict:
            flat[j] = flint.fmpq(1)
        for row, c in column.entries.items():
            flat[rows[row] * width + j] = c
    flat[width - 1] = flint.fmpq(1)
    reduced, rank = flint.fmpq_mat(len(rows) + 1, width, flat).rref()
    solution: dict[int, Fraction] = {}
    for i in range(rank):
        pivot = next(j for j in range(width) if reduced[i, j] != 0)
        if pivot == width - 1:
            return None
        value = reduced[i, width - 1]
        solution[pivot] = Fraction(int(value.p), int(value.q))
    if any(c < 0 and not columns[j].free for j, c in solution.items()):
        return None
    if not any(c > 0 and columns[j].strict for j, c in solution.items()):
        return None
    return sorted(solution.items())
