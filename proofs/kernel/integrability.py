"""Integrability as exponents: a term has exponent e if it lies in L^(1/e); 0 is bounded.

On a probability space exponents of products add (Hoelder), those of sums are the largest, a power
q multiplies by q, conditioning keeps exponents up to 1, and t^q is bounded for q < 0 if t >= c > 0
with c a constant. Everything else must be a fact: ``Fin(t, e)``, or ``|a| <= b`` with b of known
exponent.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from .polynomials import (
    ATOM,
    INV,
    INVPOS,
    Factor,
    Mono,
    Poly,
    leading,
    mono_term,
    primitive,
    scale,
    to_term,
)
from .terms import CE, Abs, Add, App, Ix, Sum, Term, open_body

if TYPE_CHECKING:
    from .normal import Normaliser

MAX_BOUNDS = 8
"""How many bounds may be looked up one for the other; under binders they might never end."""
Exponent = Fraction | None
"""None: not known to lie in any L^p."""


def integrable(n: Normaliser, p: Poly) -> bool:
    """Is ``p`` known to be in L^1?"""
    e = exponent(n, p)
    return e is not None and e <= 1


def exponent(n: Normaliser, p: Poly, seen: frozenset[str] = frozenset()) -> Exponent:
    """The least exponent found for a polynomial."""
    worst: Exponent = Fraction(0)
    for mono in p:
        e = _mono(n, mono, seen)
        if e is None or worst is None:
            worst = None
            break
        worst = max(worst, e)
    if worst is None or worst > 1:
        return _least(worst, _known(n, to_term(primitive(p)[1]), seen) if len(p) > 1 else None)
    return worst


def _least(a: Exponent, b: Exponent) -> Exponent:
    return b if a is None else a if b is None else min(a, b)


def _mono(n: Normaliser, mono: Mono, seen: frozenset[str]) -> Exponent:
    random = tuple((f, e) for f, e in mono if not n.measurable(f[2], None))
    if not random:
        return Fraction(0)
    by_base: dict[Term, list[tuple[Factor, Fraction]]] = {}
    for item, power in random:
        by_base.setdefault(_unsigned(n, item[2]), []).append((item, Fraction(power)))
    product: Exponent = Fraction(0)
    for t, group in by_base.items():
        e = _powers(n, t, group, seen)
        product = None if e is None or product is None else product + e
    if len(random) > 1 or random[0][1] != 1 or random[0][0][1] != ATOM:
        product = _least(product, _known(n, mono_term(random), seen))
    return product


def _unsigned(n: Normaliser, t: Term) -> Term:
    """``t`` or ``-t``, the same for both (which of them is inverted, the normaliser chooses)."""
    p = n.poly(t) if isinstance(t, Add) else {}
    return to_term(scale(p, -1)) if p and leading(p) < 0 else t


def _powers(
    n: Normaliser, t: Term, group: list[tuple[Factor, Fraction]], seen: frozenset[str]
) -> Exponent:
    """A product of powers of t, -t, and their positive parts: 0, or |t|^net in size."""
    net = sum((-e if f[1] in (INV, INVPOS) else e for f, e in group), Fraction(0))
    if net > 0:
        e = _term(n, t, seen)
        return None if e is None else e * net
    return Fraction(0) if net == 0 or _bounded_below(n, t) else None


def _term(n: Normaliser, t: Term, seen: frozenset[str]) -> Exponent:
    known = _known(n, t, seen)
    if known is not None:
        return known
    if isinstance(t, Abs):
        return exponent(n, n.poly(t.body), seen)
    if isinstance(t, CE):
        inner = exponent(n, n.poly(t.body), seen)
        return inner if inner is not None and inner <= 1 else None
    if isinstance(t, Sum):
        with n.binder(t.low, t.high) as eigen:
            return exponent(n, n.poly(open_body(t.body, Ix(eigen))), seen)
    if not isinstance(t, App):
        p = n.poly(t)
        if len(p) > 1 or any(f[2] != t for m in p for f, _ in m):
            return exponent(n, p, seen)
    return None


def _known(n: Normaliser, t: Term, seen: frozenset[str]) -> Exponent:
    """From a fact: ``Fin(t, e)``, or ``|t| <= b`` with b of known exponent."""
    best: Exponent = None
    for entry, used in n.facts.find("integrable", t):
        if entry.exponent is not None and (best is None or entry.exponent < best):
            best = entry.exponent
            n.used.update(used)
    if best is not None or t.key in seen or len(seen) >= MAX_BOUNDS:
        return best
    for entry, used in n.facts.find("dominated", t):
        inner = seen | {t.key}
        e = None if entry.bound is None else exponent(n, n.poly(entry.bound), inner)
        if e is not None:
            n.used.update(used)
            return e
    return None


def _bounded_below(n: Normaliser, t: Term) -> bool:
    """Is there a fact ``c <= t`` or ``c <= -t`` with a constant c > 0?"""
    for side in (t, to_term(scale(n.poly(t), -1))):
        for entry, used in n.facts.find("below", side):
            if entry.bound is None or not n.measurable(entry.bound, None):
                continue
            if n.sign(to_term(n.poly(entry.bound))) == (1, True):
                n.used.update(used)
                return True
    return False
