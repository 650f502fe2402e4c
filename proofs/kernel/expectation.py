"""Canonical form of E[p] and E[p | F_k] for a canonical polynomial p.

Constants leave E, E[c] = c, and E[E[t|F_k]] = E[t], whatever is integrable. All else needs the
pieces in L^1 and is done in *linear* mode only: additivity, E through finite sums, factors of
level <= k out of E[.|F_k], and E[h E[t|F_k]] = E[h t] for h of level <= k.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import polynomials as P
from .integrability import integrable
from .polynomials import ATOM, Factor, Mono, Poly, factor, mono_term, to_term
from .terms import CE, E, Ix, Le, Sum, Term, open_body

if TYPE_CHECKING:
    from .normal import Normaliser


def average(n: Normaliser, k: Ix | None, p: Poly) -> Poly:
    """E[p] for k None, else E[p | F_k]."""
    if k is not None and k.base is None and k.offset <= 0:
        k = None  # F_0 is trivial
    if len(p) > 1 and not (n.linear and all(integrable(n, {m: c}) for m, c in p.items())):
        common, rest = P.primitive(p)
        return P.scale(_atom(k, to_term(rest)), common)
    result: Poly = {}
    for m, c in p.items():
        result = P.plus(result, _monomial(n, k, m), c)
    return result


def _atom(k: Ix | None, body: Term) -> Poly:
    return P.single(factor(ATOM, E(body) if k is None else CE(k, body)))


def _poly(m: Mono) -> Poly:
    return {m: 1}


def _split(m: Mono, chosen: set[Factor]) -> tuple[Poly, Mono]:
    outside = {f: e for f, e in m if f in chosen}
    return _poly(P.mono(outside)), tuple((f, e) for f, e in m if f not in chosen)


def _monomial(n: Normaliser, k: Ix | None, m: Mono) -> Poly:
    constants = {f for f, _ in m if n.measurable(f[2], None)}
    outside, rest = _split(m, constants)
    if n.linear and k is not None:
        level = {f for f, _ in rest if n.measurable(f[2], k)}
        known, random = _split(rest, level)
        if level and integrable(n, _poly(rest)) and integrable(n, _poly(random)):
            outside, rest = n.times(outside, known), random
    if not rest:
        return outside
    return n.times(outside, _random(n, k, rest))


def _random(n: Normaliser, k: Ix | None, m: Mono) -> Poly:
    """E of a monomial without constant factors: eat an inner CE, pass a finite sum, or stop."""
    (_, kind, first), power = m[0]
    bare = len(m) == 1 and (kind, power) == (ATOM, 1)
    if bare and isinstance(first, CE) and (k is None or n.entails(Le(k, first.index))):
        return average(n, k, n.poly(first.body))  # the tower property, unconditional
    if n.linear:
        for item, e in m:
            if item[1] != ATOM or e != 1:
                continue
            rest = tuple((f, x) for f, x in m if f != item)
            if isinstance(item[2], CE) and (k is None or n.entails(Le(k, item[2].index))):
                body = n.poly(item[2].body)
                product = n.times(_poly(rest), body)
                if (
                    all(n.measurable(f[2], item[2].index) for f, _ in rest)
                    and integrable(n, body)
                    and integrable(n, product)
                ):
                    return average(n, k, product)
            if isinstance(item[2], Sum):
                inside = item[2]
                with n.binder(inside.low, inside.high) as eigen:
                    body = n.times(_poly(rest), n.poly(open_body(inside.body, Ix(eigen))))
                    if integrable(n, body):
                        return n.collect(inside.low, inside.high, eigen, average(n, k, body))
    return _atom(k, mono_term(m))
