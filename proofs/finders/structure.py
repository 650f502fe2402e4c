"""Signs read off terms as they are written, before expansion hides them.

(1 - w^2) Z >= 0 because both factors are; expanded, Z - w^2 Z shows no sign. Sums, products and
powers are taken apart, what is left is asked of the kernel's normaliser, and the pieces are put
together by certificates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..kernel import rules
from ..kernel.certificates import GOAL, Leaf, Product
from ..kernel.judgment import Theorem
from ..kernel.terms import (
    ZERO,
    Add,
    App,
    Ix,
    Le,
    Mul,
    Pow,
    Rel,
    Sum,
    Term,
    Var,
    add,
    free_indices,
    open_body,
    rat,
)
from .context import ONE, Context

DEPTH = 4


def structural_step(context: Context, goal: Rel) -> Theorem | None:
    """``a <= b`` or ``a < b`` where b has the summands of a and more, of known sign."""
    rest = _difference(goal)
    if rest is None:
        return None
    sign = structural_sign(context, rest, goal.op == "<")
    if sign is None or sign.conclusion == goal:
        return sign
    leaf = Leaf((Product(ONE, (GOAL,)), Product(ONE, (0,))))
    return context.certify(goal, leaf, (sign,))


def structural_sign(context: Context, t: Term, strict: bool, depth: int = DEPTH) -> Theorem | None:
    """``0 <= t`` or ``0 < t`` by the shape of ``t``."""
    known = context.known_sign(t)
    if known is not None and known[0] > 0 and known[1] >= strict:
        return context.sign_theorem(t, strict)
    if depth == 0 or (known is not None and known[0] < 0):
        return None
    goal = Rel(ZERO, "<" if strict else "<=", t)
    if isinstance(t, Mul):
        factors = [structural_sign(context, f, strict, depth - 1) for f in t.terms]
        proved = tuple(f for f in factors if f is not None)
        if len(proved) < len(factors):
            return None
        leaf = Leaf((Product(ONE, (GOAL,)), Product(ONE, tuple(range(len(proved))))))
        return context.certify(goal, leaf, proved)
    if isinstance(t, Add):
        summands = [
            (strict and structural_sign(context, s, True, depth - 1))
            or structural_sign(context, s, False, depth - 1)
            for s in t.terms
        ]
        found = tuple(s for s in summands if isinstance(s, Theorem))
        if len(found) < len(summands) or (strict and all(s.rel.op != "<" for s in found)):
            return None
        leaf = Leaf((Product(ONE, (GOAL,)), *(Product(ONE, (n,)) for n in range(len(found)))))
        return context.certify(goal, leaf, found)
    if isinstance(t, Pow) and not strict and t.exponent > 0 and t.exponent % 2 == 0:
        half = Pow(t.base, t.exponent / 2)
        leaf = Leaf((Product(ONE, (GOAL,)), Product(ONE, (), (half,))))
        return context.certify(goal, leaf, ())
    if isinstance(t, Pow) and (strict or t.exponent < 0):
        base = structural_sign(context, t.base, True, depth - 1)
        return None if base is None else context.branch([base]).sign_theorem(t, strict)
    if isinstance(t, Sum) and not strict:
        return _sum(context, t, depth - 1)
    return _by_equation(context, goal, depth - 1) if isinstance(t, App | Var) else None


def _sum(context: Context, t: Sum, depth: int) -> Theorem | None:
    """``0 <= t`` for a sum of summands that are >= 0 for every index in its range."""
    name, body, span = opened(t, context.ambient)
    summand = structural_sign(context.branch((), span), body, False, depth)
    if summand is None:
        return None
    summed = rules.sum_both(summand, name, t.low, t.high)
    goal = Rel(ZERO, "<=", t)
    return context.certify(goal, Leaf((Product(ONE, (GOAL,)), Product(ONE, (0,)))), (summed,))


def opened(t: Sum, ambient: Iterable[Le]) -> tuple[str, Term, tuple[Le, ...]]:
    """A fresh index name for the bound index, the summand at it, and its range."""
    taken = free_indices(t).union(*(free_indices(le) for le in ambient))
    name = next(n for k in range(10**6) if (n := f"i'{k}") not in taken)
    return name, open_body(t.body, Ix(name)), (Le(t.low, Ix(name)), Le(Ix(name), t.high))


def _by_equation(context: Context, goal: Rel, depth: int) -> Theorem | None:
    """The sign of a quantity that a fact says to be equal to something."""
    for fact in context.facts:
        rel = fact.conclusion
        if isinstance(rel, Rel) and rel.op == "=" and rel.left == goal.right:
            value = structural_sign(context, rel.right, goal.op == "<", depth)
            if value is not None:
                leaf = Leaf((Product(ONE, (GOAL,)), Product(ONE, (0,))), ((1, rat(-1)),))
                return context.certify(goal, leaf, (value, fact))
    return None


def _difference(goal: Rel) -> Term | None:
    """What the right side has beside the summands of the left."""
    left, right = (t.terms if isinstance(t, Add) else (t,) for t in (goal.left, goal.right))
    if goal.left == ZERO:
        return goal.right
    rest = Counter(right)
    rest.subtract(left)
    if any(n < 0 for n in rest.values()):
        return None
    return add(*rest.elements())
