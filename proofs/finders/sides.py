"""Side conditions: the signs of all radicands and denominators, proved before anything else.

They are read off the *unexpanded* terms, innermost first: after expansion (1 - w^2) Z has lost its
sign. What the kernel's normaliser sees by itself needs no theorem; the rest is searched for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..kernel.judgment import Theorem
from ..kernel.polynomials import ONE as ONE_POLY
from ..kernel.polynomials import common, primitive, to_term, without
from ..kernel.terms import (
    ZERO,
    Abs,
    Add,
    Formula,
    Le,
    Mul,
    Node,
    Pow,
    Rat,
    Rel,
    Sum,
    Term,
    is_closed,
    neg,
)
from .context import LIMITS, Context
from .numeric import signs_of
from .search import Search
from .signs import Sample
from .steps import linear_step
from .structure import opened, structural_sign

Side = tuple[Term, bool, tuple[Le, ...]]
"""A term, whether it is a denominator (else a radicand), and the index ranges around it."""


def side_terms(node: Node, ambient: tuple[Le, ...] = ()) -> Iterator[Side]:
    """Every radicand and denominator, innermost first. Binders are opened with fresh names."""
    if isinstance(node, Sum):
        _, body, span = opened(node, ambient)
        yield from side_terms(body, (*ambient, *span))
        return
    for part in node.parts():
        for inner in part if isinstance(part, tuple) else (part,):
            if isinstance(inner, Node) and is_closed(inner):
                yield from side_terms(inner, ambient)
    if isinstance(node, Pow):
        if node.exponent.denominator > 1:
            yield node.base, False, ambient
        if node.exponent < 0:
            for factor in _denominators(node.base):
                yield factor, True, ambient


def _denominators(t: Term) -> Iterator[Term]:
    """The kernel inverts a product factor by factor."""
    if isinstance(t, Mul):
        for part in t.terms:
            yield from _denominators(part)
    elif isinstance(t, Pow) and t.exponent != 0:
        yield from _denominators(t.base)
    elif not isinstance(t, Rat):
        yield t


def establish(
    context: Context, formulas: Iterable[Formula], sample: Sample = lambda _: None
) -> None:
    """Add the signs of all sides of the formulas to the context; note those not found."""
    for formula in formulas:
        if not isinstance(formula, Rel):
            continue
        for t, denominator, ambient in side_terms(formula):
            if t in context.sides:
                continue
            context.sides.add(t)
            try:
                _one(context, t, denominator, ambient, sample)
                rest = _inverted(context, t, ambient) if denominator else None
                if rest is not None and rest not in context.sides:
                    context.sides.add(rest)
                    _one(context, rest, True, ambient, sample)
            except LIMITS:
                context.needed.append(Rel(ZERO, "<" if denominator else "<=", t))


def _inverted(context: Context, t: Term, ambient: tuple[Le, ...]) -> Term | None:
    """What the kernel inverts besides the factors that all terms of ``t`` share; None if all of t.

    1/(d - d/(1 + d)) is 1/d 1/(1 - 1/(1 + d)): the sign of the sum in it does not follow, for the
    kernel, from that of d - d/(1 + d).
    """
    inner = context.branch((), ambient) if ambient else context
    p = inner.poly(t)
    shared = common(p)
    known = inner.known_sign(t) if shared else None
    if known is None or not known[1]:
        return None
    _, rest = primitive(without(p, shared))
    return None if rest == ONE_POLY else to_term(rest)


def _one(
    context: Context, t: Term, denominator: bool, ambient: tuple[Le, ...], sample: Sample
) -> None:
    inner = context.branch((), ambient) if ambient else context
    known = inner.known_sign(t)
    if known is not None and known[1]:
        return
    if known is None and not denominator:
        weak = structural_sign(inner, t, False)
        if weak is not None:
            context.add(weak)
            known = (1, False)
    if known is None or known[0] > 0:
        found = sign(inner, t, True, sample, 3) if known is None else _stricter(inner, t)
        if found is not None:
            context.add(found)
            return
    if denominator:
        found = sign(inner, t, True, sample, 2, -1)
    elif known is None:
        found = sign(inner, t, False, sample, 3)
    else:
        return
    if found is not None:
        context.add(found)
    else:
        context.needed.append(Rel(ZERO, "<" if denominator else "<=", t))


def _stricter(context: Context, t: Term) -> Theorem | None:
    """``0 < t`` for a t known to be >= 0, if it is there for the taking."""
    goal = Rel(ZERO, "<", t)
    return structural_sign(context, t, True) or linear_step(context, goal, rounds=0)


def sign(
    context: Context, t: Term, strict: bool, sample: Sample, degree: int, wanted: int = 1
) -> Theorem | None:
    """``0 <= t`` or ``0 < t`` (of ``-t`` for wanted = -1), by structure, then by search."""
    body = t if wanted > 0 else neg(t)
    goal = Rel(ZERO, "<" if strict else "<=", body)
    known = context.known_sign(body)
    if known is not None and known[0] > 0 and (known[1] or not strict):
        theorem = context.sign_theorem(body, strict)
        if theorem is not None:
            return theorem
    inner = context
    if isinstance(t, Add) and degree > 1:
        parts = [p for p in t.terms if context.known_sign(p) is None and _compound(p)]
        found = [s for p in parts if (s := sign(context, p, False, sample, 2)) is not None]
        inner = context.branch(found) if found else context
    step = structural_sign(inner, body, strict) or linear_step(inner, goal)
    if step is not None:
        return step
    seen = signs_of(sample(t))
    if -wanted in seen or (strict and 0 in seen):
        return None
    return Search(inner, [t], degree=degree, sample=sample).prove(goal, min(degree, 2))


def _compound(t: Term) -> bool:
    """Does expanding ``t`` hide its sign?"""
    if isinstance(t, Mul):
        return any(isinstance(p, Add) or _compound(p) for p in t.terms)
    return isinstance(t, Pow | Abs)
