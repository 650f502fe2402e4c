"""Where the facts hold: which quantities are free, within which ranges, and what the rest is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ..kernel.errors import KernelError
from ..kernel.indices import entails
from ..kernel.normal import Normaliser
from ..kernel.polynomials import ATOM, POS, Exponent, Mono, Number, Poly, factor, to_term
from ..kernel.terms import (
    Abs,
    Ix,
    IxVal,
    Le,
    Mul,
    Node,
    Pow,
    Rel,
    Term,
    Var,
    sub,
    subterms,
    transform,
)
from .numeric import Array, free_quantities, values
from .ring import Ring

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
        shape = at[self.coordinates[0].atom].shape if self.coordinates else (1,)
        for atom, t in self.dependent:
            at[atom] = np.broadcast_to(values(t, at), shape)
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
    coordinates = [Coordinate(a, *ranges[a], isinstance(a, IxVal), roots.get(a, 1)) for a in free]
    return Region([*facts], coordinates, dependent)


def rooted_region(n: Normaliser, facts: Sequence[Rel], goal: Rel) -> Region | None:
    """The region in coordinates in which roots are free and rational; None if there are none."""
    polys = [n.poly(sub(f.right, f.left)) for f in (*facts, goal)]
    equations = [p for p, f in zip(polys, facts, strict=False) if f.op == "="]
    ring = Ring(n, polys, equations, liberal=True)
    if not ring.plan.freed:
        return None
    named: dict[Node, Term] = {}
    for (key, kind), i in ring.index.items():
        if kind == POS and key in ring.plan.freed:
            named[ring.gen_terms[i]] = Var(f"root'{i}", "det")
    dependent: dict[Term, Term] = {}
    for key in ring.plan.eliminated:
        atom = ring.factors[key, ATOM][2]
        value = ring.fraction_term(ring.value({((factor(ATOM, atom), 1),): Fraction(1)}))
        dependent[atom] = transform(value, lambda t, _: named.get(t))
    atoms = [a for a in free_quantities([*facts, goal]) if a not in dependent]
    ranges = _ranges(n, facts, atoms)
    coordinates = [Coordinate(a, *ranges[a], isinstance(a, IxVal)) for a in atoms]
    coordinates += [Coordinate(v, 0.0, np.inf) for v in named.values()]
    return Region([*facts], coordinates, _ordered(dependent))


def _solved(n: Normaliser, equations: list[Rel], atoms: list[Term]) -> list[tuple[Term, Term]]:
    """Quantities determined by an equation in which they are linear, in order of evaluation."""
    found: dict[Term, Term] = {}
    for rel in equations:
        p = n.poly(sub(rel.right, rel.left))
        best: list[tuple[int, int, str, Term, Term]] = []
        for atom in atoms:
            if atom in found or isinstance(atom, IxVal):
                continue
            t = _solution(p, atom)
            if t is None or _reaches(t, atom, found):
                continue
            roots = sum(isinstance(s, Pow) and s.exponent.denominator > 1 for s, _ in subterms(t))
            best.append((roots, len(t.key), atom.key, atom, t))
        if best:
            found[min(best)[3]] = min(best)[4]
    return _ordered(found)


def _ordered(found: dict[Term, Term]) -> list[tuple[Term, Term]]:
    """Definitions in an order of evaluation."""
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


def _solution(p: Poly, atom: Term) -> Term | None:
    """Solve p = c x^e + rest = 0 for x with e = 1 or 2 (then x >= 0), if x is nowhere else."""
    c: Poly = {}
    rest: Poly = {}
    exponents: set[Exponent] = set()
    for m, v in p.items():
        mine = [e for f, e in m if f[2] == atom and f[1] == ATOM]
        others = tuple((f, e) for f, e in m if not (f[2] == atom and f[1] == ATOM))
        if any(s == atom for f, _ in others for s, _ in subterms(f[2])):
            return None
        exponents |= set(mine)
        if mine:
            c[others] = v
        else:
            rest[m] = -v
    if exponents not in ({1}, {2}):
        return None
    t = Mul((to_term(rest), Pow(to_term(c), Fraction(-1))))
    return t if exponents == {1} else Pow(t, Fraction(1, 2))


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
    ranges: dict[Term, Range] = dict.fromkeys(free, (-np.inf, np.inf))
    for atom in free:
        if isinstance(atom, IxVal):
            known = (
                k for k in (1, 0) if entails(n.ambient, Le(Ix(None, k), atom.index)) is not None
            )
            ranges[atom] = (float(next(known, -3)), np.inf)
        elif isinstance(atom, Abs):
            ranges[atom] = (0.0, np.inf)
    polys = [n.poly(sub(f.right, f.left)) for f in facts if f.op != "="]
    for _ in range(3):
        for p in polys:
            for m, c in p.items():
                if len(m) == 1 and m[0][0][1] in (ATOM, POS) and m[0][0][2] in ranges:
                    _tighten(ranges, p, m, c)
    return ranges


def _tighten(ranges: dict[Term, Range], p: Poly, m: Mono, c: Number) -> None:
    """From ``c x^e + rest >= 0``: a bound of x."""
    (((_, kind, atom), e),) = m
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
