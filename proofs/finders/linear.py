"""A linear program in floats proposes which columns to use; rationals decide.

The question: non-negative multiples (of any sign, for free columns) of given polynomials that sum
to zero, some strict column among them. The answer is exact, or there is none.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import flint
import numpy as np

Row = Hashable
"""Whatever names a monomial."""
SMALL = 120
"""The number of columns up to which simplifying a program costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Column:
    """One polynomial; ``strict``: counts as a contradiction; ``free``: may be subtracted.

    ``entries``: its rational coefficients (ints, Fractions or fmpqs), by monomial.
    """

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
            found = [float(c) for c in column.entries.values()]
            top = max(map(abs, found), default=1.0)
            values += found if top == 1.0 else [v / top for v in found]
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
        """Supports of cheap solutions, by the simplex method."""
        from highspy import HighsLp, MatrixFormat, kHighsInf

        width = len(self.alive)
        place = np.full(len(self.columns), -1)
        place[self.alive] = np.arange(width)
        strict = np.array([self.columns[int(j)].strict for j in self.alive], dtype=bool)
        used, rows = np.unique(self.rows, return_inverse=True)
        columns = np.concatenate([place[self.owners], np.flatnonzero(strict)])
        rows = np.concatenate([rows + 1, np.zeros(int(strict.sum()), dtype=np.int64)])
        values = np.concatenate([self.values, np.ones(int(strict.sum()))])
        order = np.argsort(columns, kind="stable")
        free = self.free[self.alive]
        program = HighsLp()
        program.num_col_, program.num_row_ = width, len(used) + 1
        program.col_cost_ = np.array(
            [0.0 if f else self.columns[int(j)].cost for j, f in zip(self.alive, free, strict=True)]
        )
        program.col_lower_ = np.where(free, -kHighsInf, 0.0)
        program.col_upper_ = np.full(width, kHighsInf)
        program.row_lower_ = program.row_upper_ = np.eye(1, len(used) + 1)[0]
        matrix = program.a_matrix_
        matrix.format_ = MatrixFormat.kColwise
        starts = np.cumsum(np.bincount(columns, minlength=width))
        matrix.start_ = np.concatenate([[0], starts]).astype(np.int32)
        matrix.index_ = rows[order].astype(np.int32)
        matrix.value_ = values[order]
        x = _simplex(program)
        for tolerance in (1e-8, 1e-5) if x is not None else ():
            yield [int(j) for j, v in zip(self.alive, x, strict=True) if abs(v) > tolerance]


def _simplex(program: Any) -> Any:
    """A cheapest solution of a linear program, or None."""
    solver = _solver(program.num_col_ > SMALL)
    solver.passModel(program)
    solver.run()
    solution = solver.getSolution()
    optimal = solver.getModelStatus().name == "kOptimal"
    return np.array(solution.col_value) if optimal and solution.value_valid else None


@lru_cache(maxsize=2)
def _solver(simplify: bool) -> Any:
    import highspy

    make: Any = highspy.Highs
    solver = make()
    solver.silent()
    solver.setOptionValue("solver", "simplex")
    solver.setOptionValue("parallel", "off")
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("presolve", "on" if simplify else "off")
    return solver


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
            flat[rows[row] * width + j] = flint.fmpq(c.numerator, c.denominator)
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
