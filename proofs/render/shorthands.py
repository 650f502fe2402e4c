"""Where shorthands stand: is a term the body of one, a multiple of it, or does it hold it?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..kernel.terms import Add, Ix, Mul, Node, Rat, Term
from .document import Abbreviation


def matched(short: Abbreviation, term: Term) -> tuple[Ix, ...] | None:
    """The indices at which ``term`` is the body of ``short``, in the order of its arguments."""
    if type(term) is not type(short.body):
        return None
    if not short.arguments:
        return () if term == short.body else None
    found = dict[str, Ix]()
    if not _match(short.body, term, frozenset(short.arguments), found):
        return None
    if set(found) != set(short.arguments):
        return None
    return tuple(found[name] for name in short.arguments)


def _match(body: object, term: object, names: frozenset[str], found: dict[str, Ix]) -> bool:
    if isinstance(body, Ix) and body.base in names:
        if not isinstance(term, Ix) or isinstance(term.base, int):  # bound inside: not free to move
            return False
        at = term.shift(-body.offset)
        return found.setdefault(str(body.base), at) == at
    if isinstance(body, tuple):
        return (
            isinstance(term, tuple)
            and len(body) == len(term)
            and all(_match(b, t, names, found) for b, t in zip(body, term, strict=True))
        )
    if isinstance(body, Node):
        return type(body) is type(term) and _match(body.parts(), term.parts(), names, found)
    return body == term


def multiple(short: Abbreviation, term: Term) -> Fraction | None:
    """The rational by which ``term`` is the sum ``short`` abbreviates, multiplied out."""
    body = short.body
    if not isinstance(body, Add) or not isinstance(term, Add) or short.arguments:
        return None
    own, other = (dict(_split(t) for t in each.terms) for each in (body, term))
    if set(own) != set(other) or len(own) != len(body.terms):
        return None
    ratios = {other[rest] / own[rest] for rest in own if own[rest]}
    return ratios.pop() if len(ratios) == 1 and 0 not in own.values() else None


def _split(term: Term) -> tuple[tuple[Term, ...], Fraction]:
    if isinstance(term, Rat):
        return (), term.value
    factors: Sequence[Term] = term.terms if isinstance(term, Mul) else (term,)
    number = Fraction(1)
    rest = list[Term]()
    for factor in factors:
        if isinstance(factor, Rat):
            number *= factor.value
        else:
            rest.append(factor)
    return tuple(sorted(rest, key=lambda t: t.key)), number


def without(short: Abbreviation, factors: Sequence[Term]) -> list[Term] | None:
    """The factors that are left when those of ``short``, a product, are taken out."""
    if not isinstance(short.body, Mul) or short.arguments:
        return None
    left = list(factors)
    for factor in short.body.terms:
        if factor not in left:
            return None
        left.remove(factor)
    return left
