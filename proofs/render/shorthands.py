"""Where a shorthand stands: is a term the shorthand's body, at some indices?"""

from __future__ import annotations

from ..kernel.terms import Ix, Node, Term
from .document import Abbreviation


def matched(short: Abbreviation, term: Term) -> tuple[Ix, ...] | None:
    """The indices at which ``term`` is the body of ``short``, in the order of its arguments."""
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
