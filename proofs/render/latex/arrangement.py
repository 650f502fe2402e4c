"""In which order and with which signs terms are written."""

from __future__ import annotations

from fractions import Fraction

from ...kernel import terms as k


def inverse(t: k.Pow) -> k.Term:
    """What is under the stroke."""
    return t.base if t.exponent == -1 else k.Pow(t.base, -t.exponent)


def signed(t: k.Term) -> tuple[bool, k.Term]:
    """A term as a sign and the rest."""
    if isinstance(t, k.Rat) and t.value < 0:
        return True, k.Rat(-t.value)
    if isinstance(t, k.Mul) and t.terms and isinstance(t.terms[0], k.Rat) and t.terms[0].value < 0:
        c = -t.terms[0].value
        rest = t.terms[1:] if c == 1 else (k.Rat(c), *t.terms[1:])
        return True, rest[0] if len(rest) == 1 else k.Mul(rest)
    return False, t


def has_sum(t: k.Term) -> bool:
    """Does it hold a sum over an index?"""
    return any(isinstance(n, k.Sum) for n, _ in k.subterms(t))


def is_time(body: k.Term) -> bool:
    """Does the index bound around ``body`` count steps?"""
    for node, depth in k.subterms(body):
        args = node.args if isinstance(node, k.PointApp) else ()
        if isinstance(node, k.App) and len(node.args) > 1:
            args = node.args[:1]  # type: ignore[assignment]
        if isinstance(node, k.CE):
            args = (node.index,)
        if any(isinstance(a, k.Ix) and a.base == depth for a in args):
            return True
    return False


def rank(t: k.Term) -> int:
    """In which order factors are written: constants, brackets, roots, processes, averages, sums."""
    if isinstance(t, k.Pow):
        base = rank(t.base)
        return max(base, 3) if t.exponent.denominator != 1 else base
    if isinstance(t, k.Sum):
        return 7
    if isinstance(t, k.E | k.CE):
        return 6
    if isinstance(t, k.App) and t.args:
        return 4
    if isinstance(t, k.Add):
        return 2
    if isinstance(t, k.Abs):
        return 5
    return 1


def from_one(t: k.Term) -> k.Term:
    """``1 - t``."""
    return k.Add((k.ONE, opposite(t)))


def positive(t: k.Term) -> k.Term:
    """``-(x - 1)`` as ``1 - x``, and ``0 - (-x)`` as ``x``."""
    if isinstance(t, k.Add):
        parts = [p for p in t.terms if p != k.ZERO]
        return positive(parts[0]) if len(parts) == 1 else t
    negative, body = signed(t)
    if not negative:
        return t
    if isinstance(body, k.Add):
        return k.Add(tuple(opposite(x) for x in body.terms))
    again, inner = signed(body)
    return inner if again else t


def opposite(t: k.Term) -> k.Term:
    """Minus a term."""
    negative, body = signed(t)
    if negative:
        return body
    return k.Rat(-t.value) if isinstance(t, k.Rat) else k.Mul((k.Rat(Fraction(-1)), t))
