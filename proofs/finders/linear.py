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
    alive = _prune(columns)
    if not any(columns[j].strict for j in alive):
        return None
    for support in _supports(columns, alive):
        exact = _exact([columns[j] for j in support]) if support else None
        if exact is not None:
            return [(support[i], c) for i, c in exact if c]
    return None


def _prune(columns: Sequence[Column]) -> list[int]:
    """Drop columns whose coefficient in some row nothing can cancel."""
    alive = set(range(len(columns)))
    positive: dict[Row, set[int]] = {}
    negative: dict[Row, set[int]] = {}
    for j, column in enumerate(columns):
        for row, c in column.entries.items():
            if c > 0 or column.free:
                positive.setdefault(row, set()).add(j)
            if c < 0 or column.free:
                negative.setdefault(row, set()).add(j)
    rows = set(positive) | set(negative)
    work = list(rows)
    nothing: set[int] = set()
    while work:
        row = work.pop()
        up, down = positive.get(row, nothing), negative.get(row, nothing)
        if up and down and (len(up) > 1 or up != down):
            continue
        for j in [*(up | down)]:
            alive.discard(j)
            for other in columns[j].entries:
                if j in positive.get(other, nothing):
                    positive[other].discard(j)
                    work.append(other)
                if j in negative.get(other, nothing):
                    negative[other].discard(j)
                    work.append(other)
    return sorted(alive)


def _supports(columns: Sequence[Column], alive: list[int]) -> Iterator[list[int]]:
    """Supports of solutions: by non-negative least squares if small, else by the simplex method."""
    from scipy.optimize import linprog, nnls
    from scipy.sparse import csc_array

    number: dict[Row, int] = {}
    data: list[float] = []
    where: list[int] = []
    starts = [0]
    for j in alive:
        entries = columns[j].entries
        values = [float(c.p) / float(c.q) for c in entries.values()]
        top = max((abs(v) for v in values), default=1.0)
        data += [v / top for v in values]
        where += [number.setdefault(row, len(number) + 1) for row in entries]
        if columns[j].strict:
            data.append(1.0)
            where.append(0)
        starts.append(len(data))
    matrix = csc_array((data, where, starts), shape=(len(number) + 1, len(alive)))
    right = np.zeros(len(number) + 1)
    right[0] = 1.0
    free = [i for i, j in enumerate(alive) if columns[j].free]
    if len(alive) <= SMALL:
        dense = matrix.toarray()
        try:
            x, distance = nnls(np.hstack([dense, -dense[:, free]]), right)
        except RuntimeError:
            x, distance = None, 1.0
        if distance > 1e-6:
            if x is not None:
                return
        else:
            x[free] -= x[len(alive) :]
            yield [j for j, v in zip(alive, x, strict=False) if abs(v) > 1e-9]
    bounds = [(None if columns[j].free else 0.0, None) for j in alive]
    costs = [0.0 if columns[j].free else columns[j].cost for j in alive]
    answer = linprog(costs, A_eq=matrix, b_eq=right, bounds=bounds, method="highs-ds")
    if answer.x is not None:
        for tolerance in (1e-8, 1e-5):
            yield [j for j, x in zip(alive, answer.x, strict=True) if abs(x) > tolerance]


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
