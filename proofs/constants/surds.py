"""Closed terms made simpler, exactly: products and sums of roots of rational numbers.

A *surd* is s R^{1/q}, with a sign s, a rational R > 0, and q as small as it can be. Products and
powers of surds are surds, and the form is unique; different surds whose ratio is irrational are
linearly independent over the rationals (Besicovitch 1940). So sums of surds that are equal become
the same term, and (L Delta/K)^{1/2}/h is 1 where h = max(sigma_s^2, L Delta/K)^{1/2} is the floor:
no interval could say so. What is not of this kind stays as it is. The semantics are the kernel's:
1/0 = 0, t^0 = 1, a non-integer power of a negative number is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm

from sympy import integer_nthroot, primefactors

from ..kernel import terms as k

MAX_BITS = 1 << 14
"""Of the numbers under a root; larger ones are left alone."""


@dataclass(frozen=True)
class Surd:
    """``sign radicand^(1/index)``; ``sign`` is 0 for the number 0, and the radicand is 1 then."""

    sign: int
    radicand: Fraction
    index: int

    @classmethod
    def of(cls, value: Fraction) -> Surd:
        """A rational number."""
        return cls((value > 0) - (value < 0), abs(value) or Fraction(1), 1)

    @property
    def rational(self) -> Fraction | None:
        """Its value, if that is rational."""
        return self.sign * self.radicand if self.index == 1 else None

    def term(self) -> k.Term:
        """As a term of the kernel."""
        if self.index == 1:
            return k.rat(self.sign * self.radicand)
        root = k.Pow(k.rat(self.radicand), Fraction(1, self.index))
        return root if self.sign > 0 else k.Mul((k.rat(-1), root))


ONE = Surd.of(Fraction(1))


def simplified(term: k.N) -> k.N:
    """``term``, or a relation, with what is made of rational numbers and their roots worked out."""
    return _Simplifier().node(term)


class _Simplifier:
    """One pass from the leaves up; a node is done once."""

    def __init__(self) -> None:
        self.done: dict[k.Node, k.Node] = {}

    def node(self, node: k.N) -> k.N:
        def visit(inner: k.Node, depth: int) -> k.Node | None:
            return self._term(inner) if isinstance(inner, k.Term) and depth == 0 else None

        return k.transform(node, visit)

    def _term(self, t: k.Term) -> k.Term:
        if t not in self.done:
            self.done[t] = self._made(t)
        found = self.done[t]
        return found if isinstance(found, k.Term) else t

    def _made(self, t: k.Term) -> k.Term:
        if isinstance(t, k.Add):
            return self._sum(t)
        if isinstance(t, k.Mul):
            return self._product(t)
        if isinstance(t, k.Pow):
            base = self._term(t.base)
            surd = as_surd(base)
            found = None if surd is None else power(surd, t.exponent)
            return k.Pow(base, t.exponent) if found is None else found.term()
        if isinstance(t, k.Abs):
            body = self._term(t.body)
            surd = as_surd(body)
            return k.Abs(body) if surd is None else _absolute(surd).term()
        return t

    def _sum(self, t: k.Add) -> k.Term:
        surds: list[Surd] = []
        others: list[k.Term] = []
        for part in _flat(k.Add, [self._term(part) for part in t.terms]):
            surd = as_surd(part)
            if surd is None or not surd.sign:
                others += [] if surd else [part]
                continue
            for at, known in enumerate(surds):
                total = _added(known, surd)
                if total is not None:
                    surds[at : at + 1] = [total] if total.sign else []
                    break
            else:
                surds.append(surd)
        kept = sorted((s.term() for s in surds), key=lambda s: s.key)
        return _joined(k.Add, [*kept, *sorted(others, key=lambda o: o.key)], 0)

    def _product(self, t: k.Mul) -> k.Term:
        surd, others = ONE, list[k.Term]()
        for part in _flat(k.Mul, [self._term(part) for part in t.terms]):
            known = as_surd(part)
            product = None if known is None else multiplied(surd, known)
            if product is None:
                others.append(part)
            else:
                surd = product
        if surd.sign == 0:
            return k.rat(0)
        first = [] if surd == ONE else [surd.term()]
        return _joined(k.Mul, [*first, *sorted(others, key=lambda o: o.key)], 1)


def _flat(kind: type[k.Add] | type[k.Mul], parts: list[k.Term]) -> list[k.Term]:
    """The parts, with those of sums in a sum (products in a product) in place of these."""
    found: list[k.Term] = []
    for part in parts:
        is_surd = as_surd(part) is not None
        found += part.terms if isinstance(part, kind) and not is_surd else (part,)
    return found


def _joined(kind: type[k.Add] | type[k.Mul], parts: list[k.Term], empty: int) -> k.Term:
    if not parts:
        return k.rat(empty)
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


# --- arithmetic ---------------------------------------------------------------------------------


def as_surd(t: k.Term) -> Surd | None:
    """A simplified term as a surd, if it is one."""
    if isinstance(t, k.Rat):
        return Surd.of(t.value)
    if isinstance(t, k.Mul) and len(t.terms) == 2 and t.terms[0] is k.rat(-1):
        inner = as_surd(t.terms[1])
        return None if inner is None else Surd(-inner.sign, inner.radicand, inner.index)
    if isinstance(t, k.Pow) and isinstance(t.base, k.Rat) and t.exponent.numerator == 1:
        q = t.exponent.denominator
        return Surd(1, t.base.value, q) if q > 1 and t.base.value > 0 else None
    return None


def multiplied(a: Surd, b: Surd) -> Surd | None:
    """The product; None if its radicand would be too large."""
    if a.sign * b.sign == 0:
        return Surd.of(Fraction(0))
    if a.index == b.index == 1:
        return Surd(a.sign * b.sign, a.radicand * b.radicand, 1)
    q = lcm(a.index, b.index)
    if not (_fits(a.radicand, q // a.index) and _fits(b.radicand, q // b.index)):
        return None
    radicand = a.radicand ** (q // a.index) * b.radicand ** (q // b.index)
    return _lowest(a.sign * b.sign, radicand, q)


def power(a: Surd, e: Fraction) -> Surd | None:
    """The power, with the kernel's semantics; None if its radicand would be too large."""
    if e == 0:
        return ONE
    if a.sign == 0 or (a.sign < 0 and e.denominator > 1):
        return Surd.of(Fraction(0))
    if not _fits(a.radicand, abs(e.numerator)):
        return None
    sign = a.sign if e.numerator % 2 else 1
    return _lowest(sign, a.radicand**e.numerator, a.index * e.denominator)


def _absolute(a: Surd) -> Surd:
    return Surd(abs(a.sign), a.radicand, a.index)


def _added(a: Surd, b: Surd) -> Surd | None:
    """The sum of two surds that are not 0, if their ratio is rational."""
    inverse = power(b, Fraction(-1))
    ratio = multiplied(a, inverse) if inverse else None
    if ratio is None or ratio.rational is None:
        return None
    return multiplied(Surd.of(ratio.rational + 1), b)


def _fits(value: Fraction, exponent: int) -> bool:
    size = max(part.bit_length() for part in value.as_integer_ratio())
    return size * exponent <= MAX_BITS


@lru_cache(maxsize=1024)
def _primes(index: int) -> tuple[int, ...]:
    return tuple(primefactors(index))


def _lowest(sign: int, radicand: Fraction, index: int) -> Surd:
    """``sign radicand^(1/index)``, with the least index."""
    for p in _primes(index):
        while index % p == 0:
            roots = [integer_nthroot(part, p) for part in radicand.as_integer_ratio()]
            if not all(exact for _, exact in roots):
                break
            radicand, index = Fraction(int(roots[0][0]), int(roots[1][0])), index // p
    return Surd(sign, radicand, index)
