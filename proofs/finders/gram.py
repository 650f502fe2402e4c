"""Sums of squares as Gram matrices, exactly: from a float solution to a rational certificate.

Wanted: psd matrices Q_k, seeds s_j >= 0 that add up to 1, and free numbers c_l with

    sum_k w_k (b_k^T Q_k b_k)  +  sum_j s_j p_j  +  sum_l c_l f_l  =  0

for polynomials w_k (a product of facts), b_k (a vector), p_j (strict products) and f_l (multiples
of equations). A float solution is rounded to dyadic rationals, moved back to the affine space
exactly, and decomposed as Q = L D L^T in rationals (Peyrl & Parrilo, Theor. Comput. Sci. 409
(2008)). Where all solutions are singular, as they are whenever equality is attained, the
near-kernel is rationalised, b is restricted to its complement, and all starts again (facial
reduction). If equality is attained at irrational points, that finds a solution only if their
conjugates are such points as well.

Nothing here is trusted: what comes out is a certificate that the kernel checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from .numeric import Array
from .ring import Mpoly, Ring
from .semidefinite import Shape, Solution, solve

MAX_BLOCK = 36
MAX_ENTRIES = 3000
MAX_ROWS = 600
MAX_ROUNDS = 10
MAX_WORK = 4_000_000
"""Of the squares of the numbers of entries, over the rounds."""
BITS = (8, 12, 16, 20, 24, 32)
LIMIT = 64
INFEASIBLE = -1e-4
KERNEL = (1e-6, 1e-5, 1e-4, 1e-3)
"""An eigenvalue below this, relative to the largest (or 1), may be a zero."""
CLOSE = 1e-2
SMALL = 1e-6
PRIME = 2**61 - 1
Column = dict[Any, Any]
Vector = tuple[Any, ...]


@dataclass(frozen=True)
class Block:
    """``weight * b^T Q b`` with Q psd and b the ``basis``."""

    weight: Mpoly
    basis: tuple[Mpoly, ...]


@dataclass(frozen=True)
class Squares:
    """What was found: for each block (d, q) with ``weight d q^2``, the seeds, the free numbers."""

    blocks: list[list[tuple[Fraction, Mpoly]]]
    seeds: list[Fraction]
    free: list[Fraction]


@dataclass(frozen=True)
class Gram:
    """The unknowns; a seed that must be 0 is None."""

    ring: Ring
    blocks: tuple[Block, ...]
    seeds: tuple[Mpoly | None, ...]
    free: tuple[Mpoly, ...] = ()

    def columns(self) -> list[Column]:
        """Entries (i <= j) of each block, seeds, free numbers: what each multiplies."""
        found = []
        for block in self.blocks:
            for i, j in _pairs(len(block.basis)):
                times = 1 if i == j else 2
                product = self.ring.reduce(block.basis[i] * block.basis[j] * block.weight)
                found.append((product * times).to_dict())
        found += [{} if p is None else p.to_dict() for p in self.seeds]
        return [*found, *(f.to_dict() for f in self.free)]

    @property
    def entries(self) -> int:
        """The number of entries of all blocks."""
        return sum(_triangle(len(b.basis)) for b in self.blocks)

    def affordable(self) -> bool:
        """Is it small enough to be tried?"""
        return self.entries <= MAX_ENTRIES and all(len(b.basis) <= MAX_BLOCK for b in self.blocks)

    def pruned(self, columns: list[Column]) -> Gram | None:
        """Without what must be 0: diagonal entries and seeds of one sign, alone in their row.

        None if nothing is to be dropped.
        """
        diagonal: dict[int, tuple[int, int]] = {}
        at = 0
        for k, block in enumerate(self.blocks):
            for i, j in _pairs(len(block.basis)):
                if i == j:
                    diagonal[at] = k, i
                at += 1
        rows: dict[Any, tuple[list[int], set[int]]] = {}
        for number, column in enumerate(columns):
            signed = number in diagonal or at <= number < at + len(self.seeds)
            for row, c in column.items():
                members, signs = rows.setdefault(row, ([], set()))
                members.append(number)
                signs.add((1 if c > 0 else -1) if signed else 0)
        zero = {n for members, signs in rows.values() if signs in ({1}, {-1}) for n in members}
        if not zero:
            return None
        gone = {diagonal[n] for n in zero if n in diagonal}
        blocks = tuple(
            replace(b, basis=tuple(p for i, p in enumerate(b.basis) if (k, i) not in gone))
            for k, b in enumerate(self.blocks)
        )
        seeds = tuple(None if at + j in zero else p for j, p in enumerate(self.seeds))
        return replace(self, blocks=blocks, seeds=seeds)

    def restricted(self, solution: Solution, tolerance: float) -> Gram | None:
        """On the complement of the near-kernels; None if there are none that are rational."""
        blocks, changed = [], False
        for block, q in zip(self.blocks, solution.blocks, strict=True):
            basis = _restricted(block.basis, q, tolerance) if block.basis else block.basis
            changed = changed or len(basis) < len(block.basis)
            blocks.append(replace(block, basis=basis))
        seeds = tuple(
            None if p is None or s < tolerance else p
            for p, s in zip(self.seeds, solution.seeds, strict=True)
        )
        changed = changed or seeds != self.seeds
        return replace(self, blocks=tuple(blocks), seeds=seeds) if changed else None


def certificate(gram: Gram) -> Squares | None:
    """An exact solution, or None."""
    waiting, work = [gram], 0
    for _ in range(MAX_ROUNDS):
        if not waiting or work > MAX_WORK:
            return None
        problem = waiting.pop()
        work += problem.entries**2
        found = _round(problem)
        if isinstance(found, Squares):
            return found
        waiting += reversed(found)
    return None


def _round(gram: Gram) -> Squares | list[Gram]:
    """An exact solution, or restrictions of the problem that may have one, the widest first."""
    if not gram.affordable():
        return []
    columns = gram.columns()
    while (smaller := gram.pruned(columns)) is not None:
        gram = smaller
        columns = gram.columns()
    rows = {row: n for n, row in enumerate(dict.fromkeys(r for c in columns for r in c))}
    if len(rows) > MAX_ROWS or all(p is None for p in gram.seeds):
        return []
    shape = Shape(
        tuple(len(b.basis) for b in gram.blocks),
        tuple(p is not None for p in gram.seeds),
        len(gram.free),
    )
    solution = solve(shape, columns, _independent(columns, rows))
    if solution is None or solution.margin < INFEASIBLE:
        return []
    found = _exact(gram, columns, rows, solution)
    if found is not None:
        return found
    smaller_ones: dict[tuple[int, ...], Gram] = {}
    for tolerance in KERNEL:
        restricted = gram.restricted(solution, tolerance)
        if restricted is not None:
            key = tuple(len(b.basis) for b in restricted.blocks)
            smaller_ones.setdefault(key, restricted)
    return [*smaller_ones.values()]


# --- rounding -------------------------------------------------------------------------------------


def _exact(
    gram: Gram, columns: list[Column], rows: dict[Any, int], solution: Solution
) -> Squares | None:
    """The float solution rounded, moved to the affine space, and decomposed."""
    values = [x for q in solution.blocks for x in (q[i, j] for i, j in _pairs(len(q)))]
    seeds = [0.0 if s < SMALL else s for s in solution.seeds]
    values = [float(v) for v in (*values, *seeds, *solution.free)]
    if not all(np.isfinite(values)) or max(map(abs, values), default=0.0) > 1e9:
        return None
    first, alive = gram.entries, [bool(c) for c in columns]
    for j, s in enumerate(seeds):
        alive[first + j] = s > 0
    height = len(rows) + 1
    table = [
        {rows[r]: c for r, c in column.items()} if live else {}
        for column, live in zip(columns, alive, strict=True)
    ]
    for j in range(len(seeds)):
        if alive[first + j]:
            table[first + j][height - 1] = flint.fmpq(1)
    order = sorted(range(len(seeds)), key=lambda j: -seeds[j])
    turn = [*range(first), *(first + j for j in order), *range(first + len(seeds), len(table))]
    pivots = _pivots([table[n] for n in turn], height)
    if pivots is None:
        return None
    chosen, kept = [turn[p] for p in pivots[0]], pivots[1]
    rounded = [[_dyadic(v, k) if table[n] else flint.fmpq(0) for n, v in enumerate(values)]
               for k in BITS]  # fmt: skip
    residuals = [_residual(table, vector, height) for vector in rounded]
    square = flint.fmpq_mat(len(kept), len(chosen), [
        table[n].get(r, flint.fmpq(0)) for r in kept for n in chosen
    ])  # fmt: skip
    right = flint.fmpq_mat(len(kept), len(BITS), [res[r] for r in kept for res in residuals])
    try:
        shift = square.solve(right)
    except ZeroDivisionError:
        return None
    for number, vector in enumerate(rounded):
        for i, n in enumerate(chosen):
            vector[n] += shift[i, number]
        if any(_residual(table, vector, height)):
            continue
        found = _decomposed(gram, vector)
        if found is not None:
            return found
    return None


def _independent(columns: list[Column], rows: dict[Any, int]) -> dict[Any, int]:
    """Rows that imply the others: after a restriction some depend, and the solver stumbles."""
    residues = _residues([{rows[r]: c for r, c in column.items()} for column in columns])
    if residues is None:
        return rows
    flat = [0] * (len(columns) * len(rows))
    for n, column in enumerate(residues):
        for r, c in column.items():
            flat[n * len(rows) + r] = c
    kept = set(_rank_profile(len(columns), len(rows), flat))
    left = [row for row, n in rows.items() if n in kept]
    return {row: n for n, row in enumerate(left)}


def _pivots(columns: list[Column], height: int) -> tuple[list[int], list[int]] | None:
    """Columns and as many rows that form an invertible matrix; columns that come first first."""
    residues = _residues(columns)
    if residues is None:
        return None
    width = len(columns)
    flat = [0] * (height * width)
    for n, column in enumerate(residues):
        for r, c in column.items():
            flat[r * width + n] = c
    chosen = _rank_profile(height, width, flat)
    part = [residues[n].get(r, 0) for n in chosen for r in range(height)]
    return chosen, _rank_profile(len(chosen), height, part)


def _residues(columns: list[Column]) -> list[dict[int, int]] | None:
    """The columns modulo a prime, where ranks are computed fast (and are only proposals)."""
    if any(int(c.q) % PRIME == 0 for column in columns for c in column.values()):
        return None
    return [
        {r: int(c.p) * pow(int(c.q), -1, PRIME) % PRIME for r, c in column.items()}
        for column in columns
    ]


def _rank_profile(height: int, width: int, flat: list[int]) -> list[int]:
    """The first columns that span all columns."""
    reduced, rank = flint.nmod_mat(height, width, flat, PRIME).rref()
    found, at = [], 0
    for i in range(rank):
        while int(reduced[i, at]) == 0:
            at += 1
        found.append(at)
        at += 1
    return found


def _residual(columns: list[Column], vector: list[Any], height: int) -> list[Any]:
    """What the rows lack: 0 for each monomial, 1 for the seeds."""
    left = [flint.fmpq(0)] * (height - 1) + [flint.fmpq(1)]
    for column, v in zip(columns, vector, strict=True):
        if v != 0:
            for r, c in column.items():
                left[r] -= c * v
    return left


def _dyadic(value: float, bits: int) -> Any:
    return flint.fmpq(round(value * 2**bits), 2**bits)


def _decomposed(gram: Gram, vector: list[Any]) -> Squares | None:
    """The squares, if all matrices are psd and all seeds are >= 0."""
    blocks, at = [], 0
    for block in gram.blocks:
        size = len(block.basis)
        parts = ldl(size, vector[at : at + _triangle(size)])
        if parts is None:
            return None
        at += _triangle(size)
        squares = []
        for d, row in parts:
            q = gram.ring.zero
            for c, p in zip(row, block.basis, strict=True):
                q = q + p * c
            squares.append((_fraction(d), q))
        blocks.append(squares)
    rest = [_fraction(v) for v in vector[at:]]
    seeds, free = rest[: len(gram.seeds)], rest[len(gram.seeds) :]
    return Squares(blocks, seeds, free) if min(seeds) >= 0 else None


def ldl(size: int, triangle: Sequence[Any]) -> list[tuple[Any, Vector]] | None:
    """Q = sum of d l l^T with d > 0, or None if Q is not psd; exact.

    ``triangle``: the entries (i, j), i <= j, ordered by j, then i. A pivot 0 is passed over if what
    is left of its column is 0.
    """
    a = [[flint.fmpq(0)] * size for _ in range(size)]
    for (i, j), v in zip(_pairs(size), triangle, strict=True):
        a[i][j] = a[j][i] = v
    found: list[tuple[Any, Vector]] = []
    for k in range(size):
        d = a[k][k]
        if d < 0 or (d == 0 and any(a[k][j] != 0 for j in range(k, size))):
            return None
        if d == 0:
            continue
        row = [flint.fmpq(0)] * k + [a[k][j] / d for j in range(k, size)]
        found.append((d, tuple(row)))
        for i in range(k + 1, size):
            if row[i] != 0:
                c = row[i] * d
                for j in range(i, size):
                    a[i][j] -= c * row[j]
                    a[j][i] = a[i][j]
    return found


# --- facial reduction -----------------------------------------------------------------------------


def _restricted(basis: tuple[Mpoly, ...], q: Array, tolerance: float) -> tuple[Mpoly, ...]:
    """The basis on the complement of the near-kernel of ``q``, if that has a rational basis.

    The kernel is brought to the form (1; R) by elimination with pivots, R is rounded to rationals
    with small denominators, and z_j - sum_i R_ji z_(pivot i) is what is left.
    """
    values, vectors = np.linalg.eigh(q)
    top = max(float(values[-1]), 1.0)
    kernel = vectors[:, values < tolerance * top]
    if not kernel.shape[1]:
        return basis
    work, pivots = kernel.T.copy(), []
    for k in range(len(work)):
        rest = np.abs(work[k:, :])
        i, j = np.unravel_index(int(np.argmax(rest)), rest.shape)
        if rest[i, j] < 1e-6:
            return basis
        work[[k, k + int(i)]] = work[[k + int(i), k]]
        work[k] /= work[k, j]
        for other in range(len(work)):
            if other != k:
                work[other] -= work[other, j] * work[k]
        pivots.append(int(j))
    rounded = [[Fraction(float(x)).limit_denominator(LIMIT) for x in row] for row in work]
    if any(
        abs(float(r) - x) > CLOSE for row, line in zip(rounded, work, strict=True)
        for r, x in zip(row, line, strict=True)
    ):  # fmt: skip
        return basis
    left = []
    for column, z in enumerate(basis):
        if column in pivots:
            continue
        for row, p in zip(rounded, pivots, strict=True):
            if row[column]:
                z = z - basis[p] * flint.fmpq(row[column].numerator, row[column].denominator)
        left.append(z)
    return tuple(left)


def _pairs(size: int) -> list[tuple[int, int]]:
    """The upper triangle, column by column."""
    return [(i, j) for j in range(size) for i in range(j + 1)]


def _triangle(size: int) -> int:
    return size * (size + 1) // 2


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))
