"""Optional: semidefinite programs in floats, by Clarabel, if it is installed (extra ``[sdp]``)."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .numeric import Array

MAX_ITERATIONS = 60
SECONDS = 20.0
"""Only for the machine that is very slow: what is tried is bounded by size and iterations."""


@dataclass(frozen=True)
class Shape:
    """The sizes of the matrices, which seeds may be positive, how many numbers are free."""

    sizes: tuple[int, ...]
    seeds: tuple[bool, ...]
    free: int


@dataclass(frozen=True)
class Solution:
    """Matrices with all eigenvalues at least ``margin``, up to the solver's errors."""

    blocks: list[Array]
    seeds: list[float]
    free: list[float]
    margin: float


def available() -> bool:
    """Is Clarabel installed?"""
    return importlib.util.find_spec("clarabel") is not None


def solve(
    shape: Shape, columns: Sequence[Mapping[Any, Any]], rows: Mapping[Any, int]
) -> Solution | None:
    """Maximise m <= 1 with Q_k - m I psd, seeds >= 0 with sum 1, and all rows 0.

    ``columns``: what each entry (i <= j, column by column), seed and free number contributes to a
    row. The solver's status is ignored: what it returns is only a proposal.
    """
    import clarabel
    from scipy.sparse import coo_matrix, csc_matrix

    entries = sum(n * (n + 1) // 2 for n in shape.sizes)
    width, margin = len(columns) + 1, len(columns)
    first = entries + len(shape.seeds)
    line: list[int] = []
    at: list[int] = []
    value: list[float] = []
    right: list[float] = []

    def put(i: int, j: int, v: float) -> None:
        line.append(i)
        at.append(j)
        value.append(v)

    for j, column in enumerate(columns):
        for row, c in column.items():
            if row in rows:
                put(rows[row], j, float(c.p) / float(c.q))
    right += [0.0] * len(rows) + [1.0]
    for j, may in enumerate(shape.seeds):
        if may:
            put(len(rows), entries + j, 1.0)
    cones: list[Any] = [clarabel.ZeroConeT(len(right))]
    for j in range(len(shape.seeds)):
        put(len(right), entries + j, -1.0)
        right.append(0.0)
    put(len(right), margin, 1.0)
    right.append(1.0)
    cones.append(clarabel.NonnegativeConeT(len(shape.seeds) + 1))
    number = 0
    for size in shape.sizes:
        if not size:
            continue
        for j in range(size):
            for i in range(j + 1):
                put(len(right), number, -1.0 if i == j else -np.sqrt(2.0))
                if i == j:
                    put(len(right), margin, 1.0)
                right.append(0.0)
                number += 1
        cones.append(clarabel.PSDTriangleConeT(size))
    matrix = csc_matrix(coo_matrix((value, (line, at)), shape=(len(right), width)))
    cost = np.zeros(width)
    cost[margin] = -1.0
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_iter = MAX_ITERATIONS
    settings.time_limit = SECONDS
    settings.max_threads = 1
    answer = clarabel.DefaultSolver(
        csc_matrix((width, width)), cost, matrix, np.array(right), cones, settings
    ).solve()
    x = np.array(answer.x)
    if x.shape != (width,) or not np.isfinite(x).all():
        return None
    blocks, number = [], 0
    for size in shape.sizes:
        q = np.zeros((size, size))
        for j in range(size):
            for i in range(j + 1):
                q[i, j] = q[j, i] = x[number]
                number += 1
        blocks.append(q)
    seeds = [float(v) if may else 0.0 for v, may in zip(x[entries:first], shape.seeds, strict=True)]
    return Solution(blocks, seeds, list(x[first:margin]), float(x[margin]))
