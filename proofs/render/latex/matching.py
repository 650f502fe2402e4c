"""Where a term is one that the author abbreviates: the same but for the indices it is taken at."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ...kernel.terms import Add, Ix, Mul, Node, Rat, Term
from ..document import Abbreviation


def matched(short: Abbreviation, term: Term) -> tuple[Ix, ...] | None:
    """The indices at which ``term`` is what ``short`` abbreviates; None if it is not."""
    if type(term) is not type(short.body):
        return None
    if not short.arguments:
        return () if term == short.body else None
    found: dict[str, Ix] = {}
    if not _match(short.body, term, frozenset(short.arguments), found):
        return None
    if set(found) != set(short.arguments):
        return None
    return tuple(found[name] for name in short.arguments)


def _match(pattern: object, node: object, names: frozenset[str], found: dict[str, Ix]) -> bool:
    if isinstance(pattern, Ix) and isinstance(node, Ix):
        if isinstance(pattern.base, str) and pattern.base in names:
            if isinstance(node.base, int):
                return False
            at = node.shift(-pattern.offset)
            return found.setdefault(pattern.base, at) == at
        return pattern == node
    if isinstance(pattern, tuple) and isinstance(node, tuple):
        return len(pattern) == len(node) and all(
            _match(p, n, names, found) for p, n in zip(pattern, node, strict=True)
        )
    if isinstance(pattern, Node) and isinstance(node, Node):
        if pattern is node and not names:
            return True
        return type(pattern) is type(node) and _match(pattern.parts(), node.parts(), names, found)
    return pattern == node


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
