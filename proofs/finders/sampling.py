"""Points that satisfy the facts: sampled in floats, and pushed towards a violation of the goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ..kernel.errors import KernelError
from ..kernel.indices import entails
from ..kernel.normal import Normaliser
from ..kernel.polynomials import ATOM, POS, Mono, Poly, to_term
from ..kernel.terms import Abs, Add, Ix, IxVal, Le, Mul, Pow, Rat, Rel, Term, Var, sub, subterms
from .numeric import Array, free_quantities, values

SAMPLES = 2048
KEPT = 96
TOLERANCE = 1e-12
Range = tuple[float, float]


@dataclass(frozen=True)
class Coordinate:
    """A free quantity: its range, whether it is an integer, and q if x^(1/q) occurs."""

    atom: Term
    low: float
    high: float
    integer: bool = False
    root: int = 1


@dataclass
class Region:
    """Where the facts hold. Quantities that an equation determines are ``dependent``."""

    constraints: list[Rel]
    coordinates: list[Coordinate]
    dependent: list[tuple[Term, Term]]

    def complete(self, at: dict[Term, Array]) -> dict[Term, Array]:
        """Values of the dependent quantities as well."""
        for atom, t in self.dependent:
            at[atom] = np.broadcast_to(values(t, at), at[self.coordinates[0].atom].shape)
        return at

    def violation(self, at: dict[Term, Array]) -> Array:
        """How much the facts are violated, relative to the size of their sides; 0 if they hold."""
        total: Array = np.zeros(())
        for rel in self.constraints:
            gap = relative_gap(rel, at)
            if rel.op == "=":
                gap = np.abs(gap)
            slack = gap + (TOLERANCE if rel.op == "<" else -TOLERANCE)
            total = total + np.maximum(slack, 0.0)
        return np.nan_to_num(total, nan=1e9, posinf=1e9)


def relative_gap(rel: Rel, at: dict[Term, Array]) -> Array:
    """``(left - right)`` relative to the size of the sides: positive where ``<=`` fails."""
    left, right = values(rel.left, at), values(rel.right, at)
    gap: Array = (left - right) / (np.abs(left) + np.abs(right) + 1e-300)
    return gap


def region(n: Normaliser, facts: Sequence[Rel], goal: Rel | None) -> Region:
    """The region of the facts, for the quantities of facts and goal."""
    named = [*facts] if goal is None else [*facts, goal]
    atoms = free_quantities([*named])
    dependent = _solved(n, [f for f in facts if f.op == "="], atoms)
    fixed = {atom for atom, _ in dependent}
    roots = _single_roots(n, named)
    free = [a for a in atoms if a not in fixed]
    ranges = _ranges(n, facts, free)
    coordinates = [
        Coordinate(a, *ranges[a], isinstance(a, IxVal), roots.get(a, 1)) for a in free
    ]
    return Region([*facts], coordinates, dependent)


def _solved(n: Normaliser, equations: list[Rel], atoms: list[Term]) -> list[tuple[Term, Term]]:
    """Quantities determined by an equation in which they are linear, in order of evaluation."""
    found: dict[Term, Term] = {}
    for rel in equations:
        p = n.poly(sub(rel.right, rel.left))
        best: list[tuple[int, int, str, Term, Term]] = []
        for atom in atoms:
            if atom in found or isinstance(atom, IxVal):
                continue
            t = _linear_solution(p, atom)
            if t is None or _reaches(t, atom, found):
                continue
            roots = sum(isinstance(s, Pow) and s.exponent.denominator > 1 for s, _ in subterms(t))
            best.append((roots, len(t.key), atom.key, atom, t))
        if best:
            found[min(best)[3]] = min(best)[4]
    ordered: list[tuple[Term, Term]] = []

    def place(atom: Term) -> None:
        if atom in found and all(atom != a for a, _ in ordered):
            for other in free_quantities([found[atom]]):
                place(other)
            ordered.append((atom, found[atom]))

    for atom in found:
        place(atom)
    return ordered


def _reaches(t: Term, atom: Term, found: dict[Term, Term]) -> bool:
    return any(
        a == atom or (a in found and _reaches(found[a], atom, found)) for a in free_quantities([t])
    )


def _linear_solution(p: Poly, atom: Term) -> Term | None:
    """x = -rest/c if p = c x + rest and x occurs nowhere else."""
    c: Poly = {}
    rest: Poly = {}
    for m, v in p.items():
        mine = [(f, e) for f, e in m if f[2] == atom and f[1] == ATOM]
        others = tuple((f, e) for f, e in m if not (f[2] == atom and f[1] == ATOM))
        if any(s == atom for f, _ in others for s, _ in subterms(f[2])):
            return None
        if not mine:
            rest[m] = -v
        elif mine[0][1] == 1:
            c[others] = v
        else:
            return None
    if not c:
        return None
    return Mul((to_term(rest), Pow(to_term(c), Fraction(-1))))


def _single_roots(n: Normaliser, rels: Sequence[Rel]) -> dict[Term, int]:
    roots: dict[Term, int] = {}
    for rel in rels:
        for t in (rel.left, rel.right):
            try:
                p = n.poly(t)
            except KernelError:
                continue
            for m in p:
                for (_, kind, inside), e in m:
                    if kind == POS:
                        q = Fraction(e).denominator
                        roots[inside] = max(roots.get(inside, 1), q)
    return roots


def _ranges(n: Normaliser, facts: Sequence[Rel], free: Sequence[Term]) -> dict[Term, Range]:
    """Bounds of each quantity, propagated through the facts a few times."""
    ranges: dict[Term, Range] = {a: (-np.inf, np.inf) for a in free}
    for atom in free:
        if isinstance(atom, IxVal):
            starts = (k for k in (1, 0) if entails(n.ambient, Le(Ix(None, k), atom.index)) is not None)
            ranges[atom] = (float(next(starts, -3)), np.inf)
        elif isinstance(atom, Abs):
            ranges[atom] = (0.0, np.inf)
    polys = [n.poly(sub(f.right, f.left)) for f in facts if f.op != "="]
    for _ in range(3):
        for p in polys:
            for m, c in p.items():
                if len(m) == 1 and m[0][0][1] in (ATOM, POS) and m[0][0][2] in ranges:
                    _tighten(ranges, p, m, c)
    return ranges


def _tighten(ranges: dict[Term, Range], p: Poly, m: Mono, c: Fraction) -> None:
    """From ``c x^e + rest >= 0``: a bound of x."""
    ((_, kind, atom), e), = m
    if kind == ATOM and e != 1:
        return
    rest = sum(float(v) * _upper(ranges, o, v > 0) for o, v in p.items() if o != m)
    if not np.isfinite(rest):
        return
    low, high = ranges[atom]
    bound = -rest / float(c)
    if kind == POS:
        bound = max(bound, 0.0) ** (1.0 / float(e))
    if c < 0:
        ranges[atom] = (low, max(low, min(high, bound)))
    elif kind == ATOM or bound > 0:
        ranges[atom] = (min(high, max(low, bound)), high)


def _upper(ranges: dict[Term, Range], m: Mono, upper: bool) -> float:
    """The largest (or smallest) value of a monomial over the ranges, if it is easily bounded."""
    low, high = 1.0, 1.0
    for (_, kind, t), e in m:
        a, b = ranges.get(t, (-np.inf, np.inf))
        if kind == POS:
            a, b = max(a, 0.0), max(b, 0.0)
        elif kind != ATOM:
            return np.inf if upper else -np.inf
        if a < 0.0:
            return np.inf if upper else -np.inf
        low, high = low * a ** float(e), high * b ** float(e)
    return high if upper else low


# --- sampling ---------------------------------------------------------------------------------


def draw(region: Region, rng: np.random.Generator, count: int = SAMPLES) -> dict[Term, Array]:
    """Random values of all quantities: many scales, ends of ranges, small integers, ties."""
    at: dict[Term, Array] = {}
    for c in region.coordinates:
        at[c.atom] = _draw(c, rng, count)
    return region.complete(at) if region.coordinates else at


def _draw(c: Coordinate, rng: np.random.Generator, count: int) -> Array:
    kind = rng.random(count)
    wide = 10.0 ** rng.normal(0.0, 1.0, count)
    if c.integer:
        return np.floor(c.low + np.where(kind < 0.3, 0.0, wide))
    if np.isfinite(c.low) and np.isfinite(c.high):
        u = rng.random(count)
        near = 10.0 ** (-3.0 * rng.random(count))
        u = np.where(kind < 0.2, near, np.where(kind < 0.4, 1.0 - near, u))
        x = c.low + (c.high - c.low) * u
        return np.where(kind > 0.97, c.high, np.where(kind > 0.94, c.low, x))
    if np.isfinite(c.low) or np.isfinite(c.high):
        end, sign = (c.low, 1.0) if np.isfinite(c.low) else (c.high, -1.0)
        x = end + sign * np.where(kind < 0.5, wide, rng.random(count))
        return np.where(kind > 0.94, end, np.where(kind > 0.85, end + sign, x))
    x = wide * rng.choice([-1.0, 1.0], count)
    return np.where(kind > 0.95, 0.0, np.where(kind > 0.85, rng.integers(-3, 4, count), x))


def score(region: Region, goal: Rel, at: dict[Term, Array]) -> Array:
    """Positive where the facts hold and the goal fails; below -1 where a fact fails."""
    gap = relative_gap(goal, at)
    if goal.op == "=":
        gap = np.abs(gap)
    gap = np.nan_to_num(gap, nan=-1.0, posinf=-1.0, neginf=-1.0)
    violation = region.violation(at)
    result: Array = np.where(violation > 0.0, -1.0 - violation, gap)
    return result


def climb(
    region: Region, goal: Rel, rng: np.random.Generator, rounds: int, start: Array | None = None
) -> tuple[Array, Array]:
    """The best points found, one row each, and their scores: random, then differential evolution."""
    atoms = [c.atom for c in region.coordinates]
    if not atoms:
        return np.zeros((1, 0)), score(region, goal, _at(region, np.zeros((1, 0))))
    drawn = draw(region, rng)
    best = np.stack([drawn[a] for a in atoms], axis=1)
    if start is not None:
        best = np.concatenate([best, start])
    scores = np.broadcast_to(score(region, goal, _at(region, best)), (len(best),))
    best, scores = _top(best, scores)
    integer = np.array([c.integer for c in region.coordinates])
    for turn in range(rounds):
        size = 10.0 ** rng.uniform(-4.0, 0.0, (len(best) * 4, 1))
        parents = best[rng.integers(0, len(best), len(best) * 4)]
        others = best[rng.integers(0, len(best), (2, len(best) * 4))]
        mask = rng.random(parents.shape) < (0.5 if turn % 2 else 0.25)
        noise = size * rng.normal(0.0, 1.0, parents.shape) * (np.abs(parents) + 1e-3)
        step = np.where(rng.random((len(parents), 1)) < 0.5, noise, 0.7 * (others[0] - others[1]))
        moved = parents + np.where(mask, step, 0.0)
        moved = np.where(integer, np.round(moved), moved)
        fresh = np.broadcast_to(score(region, goal, _at(region, moved)), (len(moved),))
        best, scores = _top(np.concatenate([best, moved]), np.concatenate([scores, fresh]))
    return best, scores


def _top(points: Array, scores: Array) -> tuple[Array, Array]:
    order = np.argsort(-scores, kind="stable")[:KEPT]
    return points[order], scores[order]


def _at(region: Region, points: Array) -> dict[Term, Array]:
    at = {c.atom: points[:, i] for i, c in enumerate(region.coordinates)}
    return region.complete(at) if at else at


__all__ = [
    "Add",
    "Coordinate",
    "Rat",
    "Region",
    "Var",
    "climb",
    "draw",
    "region",
    "relative_gap",
    "score",
]
