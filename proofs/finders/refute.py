"""Counterexamples: proposed in floats, rounded to rationals, decided exactly by the kernel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from ..kernel.errors import KernelError
from ..kernel.exact import evaluate, holds
from ..kernel.judgment import Theorem
from ..kernel.polynomials import to_term
from ..kernel.terms import (
    Add,
    IxVal,
    Le,
    Node,
    Rat,
    Rel,
    Term,
    Var,
    transform,
)
from .context import Context
from .numeric import Array, free_quantities, values
from .region import Region, region, relative_gap, rooted_region
from .results import Counterexample, show
from .sampling import climb, draw, draw_simple, feasible, scores_at
from .smt import ask

DENOMINATORS = (1, 2, 4, 8, 16, 64, 256, 2**12, 2**20, 2**30)
MAX_EXACT = 60
MAX_SIMPLE = 5
MAX_SAMPLES = 150
FEW = 8
KEEP = 24
SEED = 20250510


class Refuter:
    """The facts and the goal as statements about free quantities."""

    def __init__(self, context: Context, facts: Sequence[Theorem], goal: Rel) -> None:
        self.context = context
        rels = [f.conclusion for f in facts if isinstance(f.conclusion, Rel)]
        rels += [h for f in facts for h in f.hypotheses if isinstance(h, Rel)]
        ranges = [*context.ambient, *(h for f in facts for h in f.hypotheses if isinstance(h, Le))]
        rels += [Rel(IxVal(le.left), "<=", IxVal(le.right)) for le in ranges]
        self.facts: list[Rel] = [*dict.fromkeys(rels)]
        self.goal = goal
        atoms = free_quantities([*self.facts, goal])
        if context.unfold or not all(isinstance(a, Var | IxVal) for a in atoms):
            self.facts = [self._canonical(f) for f in self.facts]
            self.goal = self._canonical(goal)
        self._standins()
        with np.errstate(all="ignore"):
            self.region = region(context.n, self.facts, self.goal)
        self._rooted: list[Region | None] = []
        self._feasible: dict[Term, Array] | None = None

    def _canonical(self, rel: Rel) -> Rel:
        left, right = (to_term(self.context.poly(t)) for t in (rel.left, rel.right))
        return Rel(left, rel.op, right)

    def _standins(self) -> None:
        """Replace everything that is no plain variable by a variable."""
        self.atoms = free_quantities([*self.facts, self.goal])
        self.standin: dict[Term, Term] = {
            a: Var(f"quantity'{i}", "any")
            for i, a in enumerate(self.atoms)
            if not isinstance(a, Var | IxVal)
        }

    def _abstract(self, t: Node) -> Node:
        """``t`` with variables for quantities and index values."""

        def visit(node: Node, _depth: int) -> Node | None:
            if isinstance(node, IxVal) and node.index.base is not None:
                name = Var(f"index'{node.index.base}", "det")
                return Add((name, Rat(Fraction(node.index.offset))))
            return self.standin.get(node) if isinstance(node, Term) else None

        return transform(t, visit)

    # --- samples ------------------------------------------------------------------------------

    def sample(self, t: Term) -> Array | None:
        """The values of ``t`` at sampled points that satisfy the facts; None if there are none."""
        with np.errstate(all="ignore"):
            if self._feasible is None:
                self._feasible = self._sample()
            if not self._feasible:
                return None
            try:
                v = values(t, self._feasible)
            except KeyError:
                return None
            return np.broadcast_to(v, next(iter(self._feasible.values())).shape)

    def _sample(self) -> dict[Term, Array]:
        if not self.region.coordinates:
            return {}
        drawn = draw(self.region, np.random.default_rng(SEED))
        good = np.broadcast_to(
            self.region.violation(drawn) <= 0.0, drawn[self.region.coordinates[0].atom].shape
        )
        if int(good.sum()) < FEW:
            found = feasible(self.region, np.random.default_rng(SEED))
            return found if len(next(iter(found.values()))) >= FEW else {}
        return {a: x[good][:MAX_SAMPLES] for a, x in drawn.items()}

    # --- the search ---------------------------------------------------------------------------

    def search(self, rounds: int, seed: int = 0, rooted: bool = False) -> Counterexample | None:
        """Sample (and climb for some rounds); None if nothing was confirmed exactly.

        ``rooted``: in coordinates in which the roots are rational.
        """
        where = self._in_roots() if rooted else self.region
        if where is None:
            return None
        with np.errstate(all="ignore"):
            rng = np.random.default_rng(SEED + seed)
            simple = draw_simple(where, rng)
            violated = simple[scores_at(where, self.goal, simple) > 0.0]
            for row in violated[:MAX_SIMPLE]:
                exact = (Fraction(float(x)).limit_denominator(DENOMINATORS[-1]) for x in row)
                atoms = (c.atom for c in where.coordinates)
                found = self.confirm(where, dict(zip(atoms, exact, strict=True)))
                if found is not None:
                    return found
            points, scores = climb(where, self.goal, rng, rounds)
            for n, candidate in enumerate(_rounded(where, self.goal, points[scores > 0.0][:KEEP])):
                found = self.confirm(where, candidate)
                if found is not None or n >= MAX_EXACT:
                    return found
        return None

    def ask_solver(self) -> Counterexample | bool | None:
        """What an SMT solver proposes, confirmed; True if it finds the goal true; else None."""
        named = {self._name(a): a for a in self.atoms}
        try:
            opinion = ask([self._rel(f) for f in self.facts], self._rel(self.goal), [*named])
        except ValueError:
            return None
        if opinion is None or opinion.true:
            return None if opinion is None else True
        point = {named[q]: v for q, v in opinion.values.items()}
        exact = {c.atom: point.get(c.atom, Fraction(0)) for c in self.region.coordinates}
        row = np.array([[float(v) for v in exact.values()]])
        with np.errstate(all="ignore"):
            for candidate in (exact, *_rounded(self.region, self.goal, row)):
                found = self.confirm(self.region, candidate)
                if found is not None:
                    return found
        return None

    def _in_roots(self) -> Region | None:
        if not self._rooted:
            with np.errstate(all="ignore"):
                self._rooted.append(rooted_region(self.context.n, self.facts, self.goal))
        return self._rooted[0]

    # --- the exact decision -------------------------------------------------------------------

    def confirm(self, where: Region, point: dict[Term, Fraction]) -> Counterexample | None:
        """Complete the point, then decide every fact and the goal exactly."""
        env: dict[Term, Fraction] = {}
        for atom, value in point.items():
            env[self._name(atom)] = value
        full = dict(point)
        try:
            for atom, t in where.dependent:
                if atom in full:
                    continue
                low, high = evaluate(self._term(t), env)
                if low != high:
                    return None
                env[self._name(atom)] = full[atom] = low
            if holds(self._rel(self.goal), env) is not False:
                return None
            if not all(holds(self._rel(f), env) for f in self.facts):
                return None
            sides = [evaluate(self._term(s), env) for s in (self.goal.left, self.goal.right)]
        except KernelError:
            return None
        return self._counterexample(full, [(float(a) + float(b)) / 2 for a, b in sides])

    def _name(self, atom: Term) -> Term:
        if isinstance(atom, IxVal):
            return Var(f"index'{atom.index.base}", "det")
        return self.standin.get(atom, atom)

    def _term(self, t: Term) -> Term:
        made = self._abstract(t)
        return made if isinstance(made, Term) else t

    def _rel(self, rel: Rel) -> Rel:
        return Rel(self._term(rel.left), rel.op, self._term(rel.right))

    def _counterexample(self, point: dict[Term, Fraction], sides: list[float]) -> Counterexample:
        point = {a: v for a, v in point.items() if a in self.atoms}
        listed = ", ".join(f"{show(a)} = {v}" for a, v in point.items())
        text = f"false at {listed or 'every point'}: "
        text += f"the sides are {sides[0]:.9g} and {sides[1]:.9g}"
        abstracted = tuple(a for a in point if not isinstance(a, Var | IxVal))
        if abstracted:
            text += f" (reading {', '.join(show(a) for a in abstracted)} as independent numbers)"
        return Counterexample(point, text, abstracted)


def _rounded(where: Region, goal: Rel, points: Array) -> Iterator[dict[Term, Fraction]]:
    """Rational points near the given ones that look like violations, simplest first."""
    coordinates = where.coordinates
    seen: set[tuple[Fraction, ...]] = set()
    for denominator in DENOMINATORS if len(points) else ():
        batch: list[tuple[Fraction, ...]] = []
        for row in points:
            plain = tuple(_near(x, denominator) for x in row)
            rooted = tuple(
                _near(max(x, 0.0) ** (1.0 / c.root), denominator) ** c.root if c.root > 1 else p
                for x, c, p in zip(row, coordinates, plain, strict=True)
            )
            for candidate in (plain, rooted):
                if candidate not in seen:
                    seen.add(candidate)
                    batch.append(candidate)
        if not batch:
            continue
        at = {c.atom: np.array([float(b[i]) for b in batch]) for i, c in enumerate(coordinates)}
        at = where.complete(at)
        gap = relative_gap(goal, at)
        gap = np.abs(gap) if goal.op == "=" else gap
        good = (where.violation(at) <= 1e-9) & (gap > (-1e-15 if goal.op == "<" else 1e-15))
        for i in np.flatnonzero(np.broadcast_to(good, (len(batch),))):
            yield {c.atom: v for c, v in zip(coordinates, batch[i], strict=True)}


def _near(x: float, denominator: int) -> Fraction:
    """A simple fraction near x: an absolute grid, and for large denominators a relative one."""
    if not np.isfinite(x):
        return Fraction(0)
    exact = Fraction(x)
    near = exact.limit_denominator(denominator)
    if denominator >= 2**20 and exact and abs(near - exact) * 2**20 > abs(exact):
        return 1 / (1 / exact).limit_denominator(denominator)
    return near
