"""The terms a side of a statement is the sum of, which its ratio is made of."""

from __future__ import annotations

from collections.abc import Callable

from ...proofs.kernel.terms import CE, Add, App, E, Mul, Rat, Sum, Term

Definition = Callable[[App], Term | None]
"""What an application abbreviates; None if it is primitive, recorded, or defined by recursion."""


def summands(term: Term, definition: Definition) -> list[Term]:
    """The terms a side is the sum of: through sums, expectations and rational factors.

    A product is one term, whatever its factors: ``G (y - x)`` is not split, as that would turn a
    small difference into two large terms and every ratio into 1.
    """
    if isinstance(term, Add):
        return [s for part in term.terms for s in summands(part, definition)]
    if isinstance(term, Mul):
        rational = [t for t in term.terms if isinstance(t, Rat)]
        others = [t for t in term.terms if not isinstance(t, Rat)]
        if len(others) == 1:
            return [Mul((*rational, s)) for s in summands(others[0], definition)]
    if isinstance(term, E):
        return [E(s) for s in summands(term.body, definition)]
    if isinstance(term, CE):
        return [CE(term.index, s) for s in summands(term.body, definition)]
    if isinstance(term, Sum):
        return [Sum(term.low, term.high, s) for s in _inside(term.body)]
    if isinstance(term, App):
        unfolded = definition(term)
        if unfolded is not None:
            return summands(unfolded, definition)
    return [term]


def _inside(body: Term) -> list[Term]:
    """Likewise below a binder, where definitions stay folded."""
    if isinstance(body, Add):
        return [s for part in body.terms for s in _inside(part)]
    if isinstance(body, Sum):
        return [Sum(body.low, body.high, s) for s in _inside(body.body)]
    if isinstance(body, E):
        return [E(s) for s in _inside(body.body)]
    return [body]
