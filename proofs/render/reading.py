"""How a stored term is read by people: signs, fractions, extrema, names of bound indices.

The kernel has neither minus nor fractions nor max; every printer finds them by these functions.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from ..kernel.terms import (
    Add,
    App,
    Ix,
    Mul,
    PointApp,
    Pow,
    Rat,
    Sum,
    Term,
    free_indices,
    maximum,
    minimum,
    subterms,
)

_MORE_NAMES = tuple(f"i{n}" for n in range(100))


def signed(t: Term) -> tuple[bool, Term]:
    """Is it written with a minus, and of what?"""
    if isinstance(t, Rat) and t.value < 0:
        return True, Rat(-t.value)
    if isinstance(t, Mul) and t.terms and isinstance(t.terms[0], Rat) and t.terms[0].value < 0:
        c = -t.terms[0].value
        rest = t.terms[1:] if c == 1 else (Rat(c), *t.terms[1:])
        return True, rest[0] if len(rest) == 1 else Mul(rest)
    return False, t


@dataclass(frozen=True)
class Quotient:
    """A product as a fraction: factors above, factors below (positive powers only)."""

    above: tuple[Term, ...]
    below: tuple[Term, ...]


def quotient(t: Mul | Pow | Rat) -> Quotient:
    """What stands above and what below the line; a number stands first."""
    above, below = list[Term](), list[Term]()
    for part in t.terms if isinstance(t, Mul) else (t,):
        if isinstance(part, Pow) and part.exponent < 0:
            below.append(Pow(part.base, -part.exponent) if part.exponent != -1 else part.base)
        elif isinstance(part, Rat) and part.value.denominator != 1:
            below.append(Rat(Fraction(part.value.denominator)))
            if part.value.numerator != 1:
                above.append(Rat(Fraction(part.value.numerator)))
        else:
            above.append(part)
    return Quotient(tuple(above), tuple(below))


def summands(t: Add) -> tuple[Term, ...]:
    """In the order people write them: what is added before what is taken away.

    Numbers come first, what holds a sum over an index last; else they are as they are stored.
    """

    def place(part: Term) -> tuple[bool, bool, bool]:
        negative, body = signed(part)
        long = any(isinstance(n, Sum) for n, _ in subterms(body))
        return negative, not isinstance(body, Rat), long

    return tuple(sorted(t.terms, key=place))


def extremum(t: Mul) -> tuple[Literal["max", "min"], Term, Term] | None:
    """``max(a, b)`` and ``min(a, b)`` are stored as (a + b +- |a - b|)/2."""
    inner = t.terms[-1] if t.terms else None
    if not isinstance(inner, Add) or len(inner.terms) != 3:
        return None
    a, b = inner.terms[:2]
    if maximum(a, b) == t:
        return "max", a, b
    return ("min", a, b) if minimum(a, b) == t else None


def _is_first(family: App, depth: int) -> bool:
    """Is the bound index the first of its indices?"""
    first = family.args[0] if family.args else None
    return isinstance(first, Ix) and first.base == depth


def fresh(body: Term, around: Iterable[str], *ends: Ix, processes: Container[str] = ()) -> str:
    """A name for a bound index: k for time (next to a process), i, j, ... for coordinates.

    ``processes``: names of families of numbers whose first index is the time.
    """
    taken = free_indices(body).union(around, *(free_indices(end) for end in ends))
    timed = any(
        (isinstance(n, PointApp) and any(ix.base == depth for ix in n.args))
        or (isinstance(n, App) and n.name in processes and _is_first(n, depth))
        for n, depth in subterms(body)
    )
    names: tuple[str, ...] = ("k", "l", "n") if timed else ("i", "j", "l", "n")
    return next(name for name in (*names, *_MORE_NAMES) if name not in taken)
