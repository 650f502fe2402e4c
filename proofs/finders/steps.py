"""Linear steps in the kernel's own monomials: facts times monomials, no common denominator.

Most steps of a long proof are of this kind, with many facts in sight and a few needed. Denominators
and roots stay symbols here. A fact is multiplied by the quotients of the goal's monomials by its
own, where the sign of the quotient is known; what that brings in is matched once more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property, partial

from ..kernel.errors import KernelError
from ..kernel.judgment import Theorem
from ..kernel.polynomials import ATOM, Factor, Mono, Poly, mono, mono_term
from ..kernel.terms import Mul, Rat, Rel, Term, neg, sub
from .budget import ENTRIES
from .context import Context
from .evidence import Item, assemble
from .linear import Column, combination
from .ring import Frac

ROUNDS = 3
MAX_COLUMNS = 500
UNUSED = Frac(None)


def linear_step(
    context: Context, goal: Rel, rounds: int = ROUNDS, more: Sequence[Theorem] = ()
) -> Theorem | None:
    """The goal as a sum of facts, each times monomials of known sign (in 0 rounds: numbers).

    ``more``: facts beside the context's, which no sign is read off.
    """
    context.note("linear combinations of the facts")
    return _Step(context, goal, more).solve(rounds)


class _Step:
    """One goal (``<`` or ``<=``): its rows, and the columns found so far."""

    def __init__(self, context: Context, goal: Rel, more: Sequence[Theorem]) -> None:
        self.context, self.goal = context, goal
        self.named = [*context.differences(more), *context.named]
        self.columns: list[Column] = []
        self.products: list[tuple[Item, ...]] = []
        self.free: list[tuple[int, Theorem, Mono]] = []
        self.signs: dict[Mono, Item | None] = {}
        self.rows: set[Mono] = set()
        self.taken: set[tuple[int, Mono]] = set()

    @cached_property
    def usage(self) -> Counter[Factor]:
        """How many facts mention each atom."""
        return Counter(
            f for _, p in self.named for f in {f for m in p for f, _ in m if f[1] == ATOM}
        )

    def solve(self, rounds: int) -> Theorem | None:
        """Columns of one round after the other, a linear program after each."""
        term = sub(self.goal.left, self.goal.right)
        negated = Item(term, UNUSED, self.goal.op == "<=", goal=True)
        p = self.context.poly(term)
        self._add(p, (negated,), negated.strict)
        self._add({(): 1}, (), True)
        self._simple(p)
        for number, (fact, q) in enumerate(self.named):
            self._use(number, fact, q, ())
        found = self._combined()
        for _ in range(rounds):
            if found is not None or not self._matched():
                break
            found = self._combined()
        return found

    def _add(self, p: Poly, items: tuple[Item, ...], strict: bool, free: bool = False) -> None:
        cost = 1.0 + sum(i.cost for i in items)
        self.columns.append(Column(p, strict, free, cost))
        self.products.append(items)
        self.rows |= set(p)

    def _simple(self, p: Iterable[Mono]) -> None:
        """Columns for monomials of known sign."""
        for m in p:
            item = self._signed(m)
            if m and item is not None and (-1, m) not in self.taken:
                self.taken.add((-1, m))
                self._add(self.context.poly(item.term), (item,), item.strict)

    def _signed(self, m: Mono) -> Item | None:
        if m not in self.signs:
            known = self.context.n.sign_of({m: 1})
            self.signs[m] = None if known is None else self._item(mono_term(m), *known)
        return self.signs[m]

    def _item(self, t: Term, sign: int, strict: bool) -> Item:
        make = partial(self.context.sign_theorem, t, strict, sign)
        return Item(t if sign > 0 else neg(t), UNUSED, strict, make, cost=1.5)

    def _use(self, number: int, fact: Theorem, p: Poly, multiplier: Mono) -> None:
        """A fact times a monomial, as a column."""
        if (number, multiplier) in self.taken or len(self.columns) >= MAX_COLUMNS:
            return
        self.taken.add((number, multiplier))
        self.context.budget.spend(1)
        if fact.rel.op == "=":
            q = self.context.n.times({multiplier: 1}, p)
            self.free.append((len(self.columns), fact, multiplier))
            self._add(q, (), False, free=True)
            return
        term = sub(fact.rel.right, fact.rel.left)
        item = Item(term, UNUSED, fact.rel.op == "<", lambda: fact)
        if not multiplier:
            self._add(p, (item,), item.strict)
            return
        factor = self._signed(multiplier)
        if factor is not None:
            q = self.context.n.times(self.context.poly(factor.term), p)
            self._add(q, (factor, item), item.strict and factor.strict)

    def _matched(self) -> bool:
        """Multiply facts so that a monomial of theirs meets a row; was anything new found?"""
        before = len(self.columns)
        by_mark: dict[Factor, list[Mono]] = {}
        rows = sorted(self.rows, key=lambda m: (len(m), str(m)))
        for row in rows:
            for f, _ in row:
                by_mark.setdefault(f, []).append(row)
        order = sorted(range(len(self.named)), key=lambda i: len(self.named[i][1]))
        for number in order:
            fact, p = self.named[number]
            for m in p:
                mark = self._mark(m)
                for row in by_mark.get(mark, ()) if mark is not None else ():
                    quotient = _quotient(row, m)
                    if quotient:
                        try:
                            self._use(number, fact, p, quotient)
                        except KernelError:
                            continue
        self._simple(rows)
        return len(self.columns) > before

    def _mark(self, m: Mono) -> Factor | None:
        """The atom of a monomial that the fewest facts mention."""
        atoms = [f for f, _ in m if f[1] == ATOM]
        return min(atoms, key=lambda f: (self.usage[f], f[0])) if atoms else None

    def _combined(self) -> Theorem | None:
        self.context.budget.spend(sum(len(c.entries) for c in self.columns) // ENTRIES)
        solution = combination(self.columns)
        if solution is None:
            return None
        frees = {j: (fact, m) for j, fact, m in self.free}
        chosen = [(c, self.products[j]) for j, c in solution if j not in frees]
        multiples = [(frees[j][0], mono_term(frees[j][1]), c) for j, c in solution if j in frees]
        cofactors = [(fact, _scaled(t, c)) for fact, t, c in multiples]
        return assemble(self.context, self.goal, chosen, cofactors)


def _scaled(t: Term, c: Fraction) -> Term:
    return Mul((Rat(c), t))


def _quotient(row: Mono, m: Mono) -> Mono | None:
    """``row / m`` if that is a monomial, as stored."""
    exponents = dict(row)
    for f, e in m:
        left = exponents.get(f, 0) - e
        if left < 0:
            return None
        exponents[f] = left
    return mono(exponents)
