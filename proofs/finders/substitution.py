"""Definitions given as equations: a quantity x with x = t is replaced by t everywhere.

Needed where x stands inside a root, an absolute value or an application: there the equation is of
no use to polynomial arithmetic. The kernel's ``rewrite`` gives ``u = u[x := t]`` for every side of
goal and facts; certificates put the pieces together.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..kernel import rules
from ..kernel.certificates import GOAL, Leaf, Product
from ..kernel.errors import KernelError
from ..kernel.judgment import Theorem
from ..kernel.terms import Abs, Add, IxVal, Mul, Pow, Rat, Rel, Term, rat, subterms
from .context import ONE, Context


def definitions(context: Context, facts: Sequence[Theorem], goal: Rel) -> list[Theorem]:
    """The equations ``x = t`` among the facts whose x occurs inside something opaque."""
    rels = [f.conclusion for f in facts if isinstance(f.conclusion, Rel)] + [goal]
    hidden = {
        inner
        for rel in rels
        for node, _ in subterms(rel)
        if _opaque(node)
        for part in node.parts()
        for top in (part if isinstance(part, tuple) else (part,))
        if isinstance(top, Term)
        for inner, _ in subterms(top)
    }
    found = []
    for fact in facts:
        if not isinstance(fact.conclusion, Rel) or fact.rel.op != "=":
            continue
        for x, t in ((fact.rel.left, fact.rel.right), (fact.rel.right, fact.rel.left)):
            if not _quantity(x) or x not in hidden or any(x == s for s, _ in subterms(t)):
                continue
            equation = fact if x == fact.rel.left else _flipped(context, fact)
            if equation is not None:
                found.append(equation)
                break
    return found


def _opaque(node: object) -> bool:
    if isinstance(node, Pow):
        return node.exponent.denominator > 1
    return isinstance(node, Term) and not isinstance(node, Add | Mul | Rat | IxVal)


def _quantity(t: Term) -> bool:
    return not isinstance(t, Add | Mul | Pow | Abs | Rat | IxVal)


def _flipped(context: Context, fact: Theorem) -> Theorem | None:
    rel = fact.rel
    return _equation(context, Rel(rel.right, "=", rel.left), ((fact, -1),))


Uses = tuple[tuple[Theorem, int], ...]


def _equation(context: Context, goal: Rel, uses: Uses) -> Theorem | None:
    """``a = b`` as a sum of equations with signs."""
    below = _inequality(context, Rel(goal.left, "<=", goal.right), None, uses)
    negative = tuple((f, -s) for f, s in uses)
    above = _inequality(context, Rel(goal.right, "<=", goal.left), None, negative)
    return None if below is None or above is None else rules.antisymmetry(below, above)


def _inequality(context: Context, goal: Rel, fact: Theorem | None, uses: Uses) -> Theorem | None:
    """``goal`` as a fact plus equations with signs."""
    products = [Product(ONE, (GOAL,))] + ([] if fact is None else [Product(ONE, (0,))])
    first = 0 if fact is None else 1
    cofactors = tuple((first + i, rat(s)) for i, (_, s) in enumerate(uses))
    mentioned = (*(() if fact is None else (fact,)), *(f for f, _ in uses))
    return context.certify(goal, Leaf(tuple(products), cofactors), mentioned)


class Substitution:
    """One equation ``x = t``, applied to facts and undone on goals."""

    def __init__(self, context: Context, equation: Theorem) -> None:
        self.context, self.equation = context, equation

    def forward(self, fact: Theorem) -> Theorem | None:
        """The fact with t for x."""
        rel = fact.rel
        left, right = (rules.rewrite(t, self.equation) for t in (rel.left, rel.right))
        goal = Rel(left.rel.right, rel.op, right.rel.right)
        if goal == rel:
            return fact
        uses = tuple((e, s) for e, s in ((left, -1), (right, 1)) if e.rel.left != e.rel.right)
        if rel.op == "=":
            return _equation(self.context, goal, ((fact, 1), *uses))
        return _inequality(self.context, goal, fact, uses)

    def goal(self, goal: Rel) -> Rel:
        """The goal with t for x."""
        left, right = (rules.rewrite(t, self.equation) for t in (goal.left, goal.right))
        return Rel(left.rel.right, goal.op, right.rel.right)

    def back(self, goal: Rel, theorem: Theorem) -> Theorem | None:
        """``goal`` from what was proved with t for x."""
        left, right = (rules.rewrite(t, self.equation) for t in (goal.left, goal.right))
        uses = tuple((e, s) for e, s in ((left, 1), (right, -1)) if e.rel.left != e.rel.right)
        if not uses:
            return theorem
        if goal.op == "=":
            return _equation(self.context, goal, ((theorem, 1), *uses))
        return _inequality(self.context, goal, theorem, uses)


def substituted(
    context: Context, facts: Sequence[Theorem], goal: Rel
) -> tuple[Substitution, list[Theorem], Rel] | None:
    """The problem after one substitution, if there is one to make."""
    for equation in definitions(context, facts, goal):
        try:
            step = Substitution(context, equation)
            moved = []
            for fact in facts:
                if isinstance(fact.conclusion, Rel) and not _same(fact, equation):
                    after = step.forward(fact)
                    moved.append(fact if after is None else after)
                elif not isinstance(fact.conclusion, Rel):
                    moved.append(fact)
            return step, moved, step.goal(goal)
        except KernelError:
            continue  # the equation may not be used under an expectation
    return None


def _same(fact: Theorem, equation: Theorem) -> bool:
    a, b = fact.rel, equation.rel
    return {a.left, a.right} == {b.left, b.right} and a.op == "="
