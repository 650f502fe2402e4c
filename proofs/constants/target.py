"""The smallest K at which a bound is at most a given level.

Where the bound is a product of powers and sums of data that cannot grow with K, which is read off
its closed form, the K with ``bound(K) <= level < bound(K - 1)`` is the smallest, and bisection
finds it. Elsewhere such a K is found too, and is not called the smallest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from ..kernel import terms as k
from ..language import Claimed
from .instance import BoundError, Instance
from .values import Point, Value, enclose, verdict

MOST = 10**100
MAX_SECANTS, NEAR = 20, 1e-11
STEPS = k.IxVal(k.Ix("K"))


@dataclass(frozen=True)
class Target:
    """``K`` iterations reach ``level`` with ``claim``, and K - 1 do not.

    ``smallest``: the bound is monotone, so no smaller number does. ``instance``: the claim at K.
    """

    claim: Claimed
    level: Fraction
    K: int
    smallest: bool
    instance: Instance


def first_steps(claim: Claimed, given: Mapping[str, Value], level: Fraction) -> Target | None:
    """The smallest number of iterations from which on the bound is at most ``level``.

    None if none up to 10^100 is; hypotheses may fail at that K, as ``Target.instance`` says.

    Raises:
        BoundError: no precision tells the bound from the level.
    """
    return _found(
        claim,
        tuple((n, v) for n, v in sorted(given.items(), key=lambda item: item[0]) if n != "K"),
        level,
    )


@lru_cache(maxsize=256)
def _found(claim: Claimed, data: tuple[tuple[str, Value], ...], level: Fraction) -> Target | None:
    """The same; the rows of a sweep over K ask for it again and again."""
    given = dict(data)
    at = Instance(claim, {**given, "K": 1})
    if "eta" not in at.prescribed:  # what is asked of the data alone fails
        return None
    point = Point(claim.theory.kernel(), at.point.values(), {"d": at.point.indices["d"]})
    right = point.closed(at.right)

    def reached(steps: int) -> bool:
        there = Point(None, {}, {"K": steps})
        holds = verdict(k.Rel(right, "<=", k.rat(level)), there)
        if holds is None:
            raise BoundError(f"{claim.label}: the bound at K = {steps} cannot be told from {level}")
        return holds

    below, enough = _near(right, level)
    if (below and reached(below)) or not reached(enough):  # a guess in floats, and no more
        below, enough = 0, 1
        while not reached(enough):
            below, enough = enough, 2 * enough
            if enough > MOST:
                return None
    while enough - below > 1:
        middle = (below + enough) // 2
        below, enough = (below, middle) if reached(middle) else (middle, enough)
    return Target(
        claim, level, enough, direction(right) in (0, -1), Instance(claim, {**given, "K": enough})
    )


def _near(right: k.Term, level: Fraction) -> tuple[int, int]:
    """About where the bound crosses the level, by secants of its logarithm in floats."""

    def above(x: float) -> float:
        steps = max(int(math.exp(x)), 1)
        _, high = enclose(right, Point(None, {}, {"K": steps}), 15)
        return _log(high) - _log(level)

    farthest = _log(Fraction(MOST))
    here, there = 0.0, 1.0
    at_here, at_there = above(here), above(there)
    for _ in range(MAX_SECANTS):
        if at_there == at_here or abs(at_there) < NEAR:
            break
        new = there - at_there * (there - here) / (at_there - at_here)
        here, at_here = there, at_there
        there = min(max(new, 0.0), farthest)
        at_there = above(there)
    guess = int(math.exp(there))
    margin = guess // 10**9 + 2
    return max(guess - margin, 0), guess + margin


def _log(value: Fraction) -> float:
    return math.log(value.numerator) - math.log(value.denominator)


def direction(term: k.Term) -> int | None:
    """How a term in K that is never negative depends on K >= 1.

    -1 if it cannot grow, 1 if it cannot fall, 0 if it stays; None if none of this is seen. What is
    not 0 must be positive, so that negative powers turn the direction.

    >>> direction(k.Pow(k.Mul((k.rat(2), STEPS)), Fraction(-1, 4)))
    -1
    """
    return 0 if _vanishes(term) else _direction(term)


def _direction(term: k.Term) -> int | None:
    """The same of a term that must be positive."""
    if isinstance(term, k.Rat):
        return 0 if term.value > 0 else None
    if term is STEPS:
        return 1
    if isinstance(term, k.Pow):
        inner = _direction(term.base)
        return inner if inner is None or term.exponent > 0 else -inner
    parts = _maximum(term) or (term.terms if isinstance(term, k.Add | k.Mul) else ())
    if not isinstance(term, k.Mul) or _maximum(term):
        parts = tuple(part for part in parts if not _vanishes(part))
    found = {_direction(part) for part in parts}
    if None in found or not found:
        return None
    found -= {0}
    return 0 if not found else found.pop() if len(found) == 1 else None


def _vanishes(term: k.Term) -> bool:
    """Is it 0, as what has the factor sigma_s is without noise?"""
    if isinstance(term, k.Pow):
        return term.exponent > 0 and _vanishes(term.base)
    if isinstance(term, k.Mul):
        return any(_vanishes(part) for part in term.terms)
    return term is k.rat(0) or (isinstance(term, k.Add) and all(map(_vanishes, term.terms)))


def _maximum(term: k.Term) -> tuple[k.Term, k.Term] | None:
    """The two terms of which it is the maximum, as the kernel writes that."""
    if isinstance(term, k.Mul) and len(term.terms) == 2 and isinstance(term.terms[1], k.Add):
        parts = term.terms[1].terms
        if len(parts) == 3 and term is k.maximum(parts[0], parts[1]):
            return parts[0], parts[1]
    return None
