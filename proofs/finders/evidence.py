"""What a certificate is built from while it is searched for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ..kernel.certificates import GOAL, Leaf, Product
from ..kernel.judgment import Theorem
from ..kernel.polynomials import Poly, constant, plus
from ..kernel.terms import Rel, Term, sub
from .context import Context
from .equations import Cofactors
from .ring import Frac


@dataclass(eq=False)
class Item:
    """A ``term`` known to be >= 0, or > 0 if ``strict``.

    It is the goal's negation (``goal``), a square (of ``square``), a product of other items
    (``parts``), or a theorem, which ``make`` proves only if a certificate needs it.
    """

    term: Term
    value: Frac
    strict: bool
    make: Callable[[], Theorem | None] = lambda: None
    square: Term | None = None
    goal: bool = False
    parts: tuple[Item, ...] = ()
    cost: float = 1.0
    _made: list[Theorem | None] = field(default_factory=list)

    def theorem(self) -> Theorem | None:
        """The theorem, proved once."""
        if not self._made:
            self._made.append(self.make())
        return self._made[0]

    def atoms(self) -> tuple[Item, ...]:
        """Itself, or the items it is a product of."""
        return tuple(a for p in self.parts for a in p.atoms()) if self.parts else (self,)


Products = Sequence[tuple[Fraction, tuple[Item, ...]]]
"""Rational multiples of products of items."""


def assemble(
    context: Context, goal: Rel, products: Products, cofactors: Cofactors = ()
) -> Theorem | None:
    """The kernel's theorem for a sum of products plus multiples of equations."""
    facts: list[Theorem] = []
    made: list[Product] = []

    def number(theorem: Theorem) -> int:
        if theorem not in facts:
            facts.append(theorem)
        return facts.index(theorem)

    for c, items in products:
        numbers: list[int] = []
        roots: list[Term] = []
        for item in (a for i in items for a in i.atoms()):
            if item.goal:
                numbers.append(GOAL)
            elif item.square is not None:
                roots.append(item.square)
            else:
                theorem = item.theorem()
                if theorem is None:
                    return None
                numbers.append(number(theorem))
        made.append(Product(c, tuple(numbers), tuple(roots)))
    multiples = tuple((number(theorem), term) for theorem, term in cofactors)
    return context.certify(goal, Leaf(tuple(made), multiples), facts)


def total(context: Context, products: Products, cofactors: Cofactors = ()) -> Poly:
    """What the kernel will compute for these products."""
    n = context.n
    result: Poly = {}
    for c, items in products:
        value = constant(c)
        for item in (a for i in items for a in i.atoms()):
            value = n.times(value, n.poly(item.term))
        result = plus(result, value)
    for theorem, term in cofactors:
        rel = theorem.rel
        result = plus(result, n.times(n.poly(term), n.poly(sub(rel.right, rel.left))))
    return result
