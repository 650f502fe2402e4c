"""What a side of a statement is the sum of, for the ratio of its two sides."""

from __future__ import annotations

from ...proofs.kernel.terms import Add, App, E, Mul, Rat, Sum, Term, subterms
from .stated import Stated


def summands(term: Term, about: Stated) -> list[Term]:
    """The terms a side is the sum of, as in ``evaluate.Evaluation``.

    Through sums, expectations, rational factors and definitions; a product is one term, whatever
    its factors.
    """
    if isinstance(term, Add):
        return [s for part in term.terms for s in summands(part, about)]
    if isinstance(term, Mul):
        rational = [t for t in term.terms if isinstance(t, Rat)]
        others = [t for t in term.terms if not isinstance(t, Rat)]
        if len(others) == 1:
            return [Mul((*rational, s)) for s in summands(others[0], about)]
    if isinstance(term, E):
        return [E(s) for s in summands(term.body, about)]
    if isinstance(term, Sum):
        return [Sum(term.low, term.high, s) for s in _inside(term.body)]
    if isinstance(term, App):
        definition = _definition(term, about)
        if definition is not None:
            return summands(definition, about)
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


def _definition(app: App, about: Stated) -> Term | None:
    """What it abbreviates, unless it is a process of the recursion or defined by recursion."""
    recursion = about.recursion
    recorded = {u.target for u in recursion.updates} | {p.name for p in recursion.parameters} if (
        recursion) else set()  # fmt: skip
    if app.name == "coord" or app.name in recorded:
        return None
    unfolded = about.statement.unfold(app)
    if unfolded is None:
        return None
    right, conditions = unfolded
    if conditions or any(isinstance(n, App) and n.name == app.name for n, _ in subterms(right)):
        return None
    return right
