"""The stock of a search: a ring over all in sight, and what is known to be >= 0 in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import partial

from ..kernel.certificates import GOAL, Leaf, Product
from ..kernel.judgment import Theorem
from ..kernel.polynomials import ATOM, POS, Mono, Poly, mono_term
from ..kernel.rules import index_value
from ..kernel.terms import ZERO, Abs, Op, Pow, Rel, Term, neg, sub
from .context import HALF, ONE, Context
from .evidence import Item
from .ring import Frac, Ring
from .steps import linear_step

MAX_FACTS = 24


class Stock:
    """Ring, items and equations for goals made of the terms given.

    ``given``: items of the facts; ``derived``: signs of roots, absolute values, index ranges.
    ``equations``: the facts that are equations and were not solved for an atom; ``solved``: the
    others, with that atom.
    """

    def __init__(self, context: Context, terms: Iterable[Term]) -> None:
        self.context = context
        self.terms = [context.poly(t) for t in terms]
        facts = [f for f in context.facts if isinstance(f.conclusion, Rel)]
        facts += [index_value(context.theory, le) for le in context.ambient]
        named = [(f, self._difference(f)) for f in facts]
        named = self._relevant(named)
        self.polys = [p for f, p in named if f.rel.op != "="]
        equations = [(f, p) for f, p in named if f.rel.op == "=" and p]
        self.ring = Ring(context.n, [*self.terms, *self.polys], [p for _, p in equations])
        self.given: list[Item] = []
        self._signed: dict[Mono, Item | None] = {}
        seen: set[object] = set()
        for f, p in named:
            if f.rel.op == "=" or _trivial(f.rel, p):
                continue
            key = (frozenset(p.items()), f.rel.op == "<")
            if key not in seen:
                seen.add(key)
                self.given.append(self._fact(f, p))
        used = dict(self.ring.plan.solved)
        self.solved = [(*equations[i], item) for i, item in self.ring.plan.solved]
        self.equations = [
            (f, self.ring.value(p)) for i, (f, p) in enumerate(equations) if i not in used
        ]
        self.derived = [*self._roots(), *self._absolutes()]

    def _difference(self, fact: Theorem) -> Poly:
        return self.context.poly(sub(fact.rel.right, fact.rel.left))

    def _relevant(self, named: list[tuple[Theorem, Poly]]) -> list[tuple[Theorem, Poly]]:
        """With many facts: those reached from the terms through the rarest atom of each fact."""
        if len(named) <= MAX_FACTS:
            return named
        atoms = [{f[0] for m in p for f, _ in m} for _, p in named]
        usage = Counter(a for found in atoms for a in found)
        marks = [min(found, key=lambda a: (usage[a], a), default="") for found in atoms]
        reach = {f[0] for p in self.terms for m in p for f, _ in m}
        kept: dict[int, None] = {}
        for _ in range(len(named)):
            new = [i for i, mark in enumerate(marks) if i not in kept and mark in reach]
            if not new or len(kept) >= MAX_FACTS:
                break
            for i in sorted(new, key=lambda i: (len(atoms[i]), i)):
                if len(kept) < MAX_FACTS:
                    kept[i] = None
            reach |= {a for i in new for a in atoms[i]}
        signs = [i for i, found in enumerate(atoms) if len(found) == 1 and found <= reach]
        return [named[i] for i in sorted({*kept, *signs})]

    def _fact(self, theorem: Theorem, p: Poly) -> Item:
        rel = theorem.rel
        return Item(sub(rel.right, rel.left), self.ring.value(p), rel.op == "<", lambda: theorem)

    # --- what holds by itself -----------------------------------------------------------------

    def signed(self, m: Mono) -> Item | None:
        """A monomial (or its negative) whose sign the kernel knows, as an item."""
        if m not in self._signed:
            self._signed[m] = self._sign_item(m)
        return self._signed[m]

    def _sign_item(self, m: Mono) -> Item | None:
        known = self.context.n.sign_of({m: 1})
        return None if known is None else self.known(mono_term(m), *known)

    def known(self, t: Term, sign: int, strict: bool) -> Item:
        """The item for a term whose sign the kernel knows."""
        value = self.ring.scaled(self.ring.value(self.context.poly(t)), sign)
        body = t if sign > 0 else neg(t)
        make = partial(sign_of_term, self.context, t, strict, sign)
        return Item(body, value, strict, make, cost=1.5)

    def monomials(self, polys: Iterable[Poly]) -> list[Item]:
        """Items for the monomials of the polynomials."""
        found = {m: self.signed(m) for p in polys for m in p if m}
        return [item for item in found.values() if item is not None]

    def _roots(self) -> list[Item]:
        items = []
        for (key, kind), factor in self.ring.factors.items():
            if kind == POS or (kind == ATOM and isinstance(factor[2], Abs)):
                t = factor[2]
                term: Term = Pow(t, Fraction(1, self.ring.roots[key])) if kind == POS else t
                known = self.context.known_sign(term)
                if known is not None and known[0] > 0:
                    items.append(self.known(term, 1, known[1]))
        return items

    def _absolutes(self) -> list[Item]:
        """``t <= |t|`` and ``-t <= |t|``."""
        items = []
        for t in self.splits():
            for side in (t, neg(t)):
                goal = Rel(side, "<=", Abs(t))
                value = self.ring.value(self.context.poly(sub(Abs(t), side)))
                items.append(
                    Item(sub(Abs(t), side), value, False, self._absolute(goal, t), cost=1.5)
                )
        return items

    def _absolute(self, goal: Rel, t: Term) -> Callable[[], Theorem | None]:
        """The proof of ``t <= |t|``: with g = t - |t|, ``g^2 + 2|t| g = 0``."""

        def make() -> Theorem | None:
            root = Pow(Abs(t), HALF)
            leaf = Leaf((Product(ONE, (GOAL, GOAL)), Product(2 * ONE, (GOAL,), (root,))))
            return self.context.certify(goal, leaf, ())

        return make

    def splits(self) -> list[Term]:
        """The arguments of absolute values of unknown sign, outermost first."""
        found = [
            factor[2].body
            for (_, kind), factor in self.ring.factors.items()
            if kind == ATOM and isinstance(factor[2], Abs)
        ]
        return sorted(found, key=lambda t: -len(t.key))

    def raw(self, t: Term) -> Frac:
        """The value of a term, whose factors must all be in the ring."""
        return self.ring.value(self.context.poly(t))


def sign_of_term(context: Context, t: Term, strict: bool, sign: int) -> Theorem | None:
    """A sign the kernel knows as a theorem: as a square, or from the facts it is known by."""
    theorem = context.sign_theorem(t, strict, sign)
    if theorem is None:
        op: Op = "<" if strict else "<="
        theorem = linear_step(context, Rel(ZERO, op, t) if sign > 0 else Rel(t, op, ZERO))
    return theorem


def _trivial(rel: Rel, p: Poly) -> bool:
    """Is this difference of the sides a constant that makes the relation true?"""
    return not any(p) and (p.get((), 0) > 0 or (not p and rel.op == "<="))


def goal_item(stock: Stock, goal: Rel) -> Item:
    """The goal's negation: ``left - right``, > 0 for a goal ``<=``."""
    term = sub(goal.left, goal.right)
    return Item(term, stock.raw(term), goal.op == "<=", goal=True)
