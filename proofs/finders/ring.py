"""Fast polynomial arithmetic for the search: python-flint over the kernel's canonical factors.

An element is ``num / den``: ``num`` is a rational polynomial in *generators*, ``den`` a product of
polynomials known to be non-zero. Each generator is a kernel factor, a root of one, or free:

* a root s = t^(1/q) with t known >= 0 obeys s^q = t. If t is linear in some atom x, then x is
  *eliminated* in favour of s (x = s^2), which leaves no relation and makes ``factor`` see through
  roots; else s^q is reduced to t;
* an equation that is linear in an atom eliminates it likewise;
* 1/t with t known to be non-zero is a denominator; otherwise it is a free generator.

Nothing here is trusted: the kernel recomputes every identity in its own normal form.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint

from ..kernel.errors import LimitError
from ..kernel.normal import Normaliser
from ..kernel.polynomials import (
    ATOM,
    INV,
    INVPOS,
    POS,
    Factor,
    Poly,
    to_term,
)
from ..kernel.terms import Abs, Add, Mul, Pow, Rat, Term
from .elimination import Elimination

MAX_TERMS = 200_000
Mpoly = Any
"""A ``flint.fmpq_mpoly``."""
Den = tuple[tuple[int, int], ...]
"""Exponents of registered denominators."""


@dataclass(frozen=True, slots=True)
class Frac:
    """``num`` over the product of the denominators ``den``."""

    num: Mpoly
    den: Den = ()


class Ring:
    """The ring over all factors that occur in ``polys`` and ``equations``."""

    def __init__(
        self,
        n: Normaliser,
        polys: Iterable[Poly],
        equations: Sequence[Poly] = (),
        eliminate: bool = True,
        liberal: bool = False,
    ) -> None:
        self.n, self.eliminate = n, eliminate
        plan = Elimination(n, polys, equations, eliminate, liberal)
        self.plan, self.roots, self.factors = plan, plan.roots, plan.factors
        self._polys = plan.inside
        self.dens: list[Mpoly] = []
        self.den_terms: list[Term] = []
        self.rules: list[tuple[int, int, Mpoly]] = []
        self._values: dict[tuple[str, int], Frac] = {}
        self._powers: dict[Den, Mpoly] = {}
        self._generators()

    def _generators(self) -> None:
        """The free generators, then the value of every factor."""
        free: list[tuple[Factor, int]] = []
        for (key, kind), item in self.factors.items():
            if (kind == ATOM and key not in self.plan.eliminated) or (kind == POS):
                free.append((item, self.roots.get(key, 1) if kind == POS else 1))
            elif kind == INV and not self.plan.defined(item):
                free.append((item, 1))
            elif kind == INVPOS and self.n.sign(item[2]) != (1, True):
                free.append((item, self.roots.get(key, 1)))
            elif kind == INVPOS and (key, POS) not in self.factors:
                free.append(((key, POS, item[2]), self.roots.get(key, 1)))
        free.sort(key=lambda f: (f[0][1] not in (POS,), -len(f[0][0]), f[0][0]))
        names = tuple(f"x{i}" for i in range(len(free))) or ("x0",)
        self.context = flint.fmpq_mpoly_ctx.get(names, "lex")
        self.gens: tuple[Mpoly, ...] = self.context.gens()
        self.one, self.zero = self.context.constant(1), self.context.constant(0)
        self.gen_terms: list[Term] = []
        self.index: dict[tuple[str, int], int] = {}
        for i, (item, q) in enumerate(free):
            exponent = Fraction(1, q) if item[1] in (ATOM, POS) else Fraction(-1, q)
            self.gen_terms.append(item[2] if exponent == 1 else Pow(item[2], exponent))
            self.index[item[:2]] = i
            self.factors.setdefault(item[:2], item)
        for item, _ in sorted(free, key=lambda f: len(f[0][0])):
            self._unit(item)
        self.rules.sort(key=lambda r: -len(self.gen_terms[r[0]].key))

    # --- values of kernel polynomials ---------------------------------------------------------

    def _unit(self, item: Factor) -> Frac:
        """The value of a factor; of a root, to the power 1/q."""
        key, kind, t = item
        if (key, kind) in self._values:
            return self._values[key, kind]
        if kind == ATOM and key in self.plan.eliminated:
            value = self._solved_value(item)
        elif kind == INV and self.plan.defined(item):
            value = self.inverse(self.value(self._polys[key, kind]), t)
        elif kind == INVPOS and self.n.sign(t) == (1, True):
            root = self.power(self._unit(self.factors[key, POS]), self.roots[key] - 1)
            value = self.mul(root, self.inverse(self.value(self._polys[key, kind]), t))
        else:
            i = self.index[key, kind]
            value = Frac(self.gens[i])
            self._values[key, kind] = value
            if isinstance(t, Abs) and kind == ATOM:
                value = self._rule(i, 2, self.power(self.value(self._polys[key, kind]), 2))
            elif kind == POS and (key, kind) in self._polys and key not in self.plan.freed:
                value = self._rule(i, self.roots[key], self.value(self._polys[key, kind]))
        self._values[key, kind] = value
        return value

    def _solved_value(self, item: Factor) -> Frac:
        p, root = self.plan.eliminated[item[0]]
        rest = {m: -c for m, c in p.items() if all(f[:2] != item[:2] for f, _ in m)}
        coefficient = {
            tuple(x for x in m if x[0][:2] != item[:2]): c
            for m, c in p.items()
            if any(f[:2] == item[:2] for f, _ in m)
        }
        total = self.value(rest)
        if root is not None:
            total = self.add(total, self.power(self._unit(root), self.roots[root[0]]))
        return self.mul(total, self.reciprocal(coefficient))

    def _rule(self, i: int, q: int, target: Frac) -> Frac:
        """Generator i to the power q is ``target``; the generator absorbs its denominators."""
        den: Den = tuple((j, -(-e // q)) for j, e in target.den)
        p = self.product(den)
        num = target.num * self.product(tuple((j, e * q - dict(target.den)[j]) for j, e in den))
        self.rules.append((i, q, num))
        if den:
            self.gen_terms[i] = Mul((self.gen_terms[i], self.term(p)))
        return Frac(self.gens[i], den)

    def value(self, p: Poly) -> Frac:
        """A kernel polynomial as an element. ``KeyError`` if a factor of it is not in this ring."""
        plain: dict[tuple[int, ...], Any] = {}
        total = Frac(self.zero)
        width = len(self.gens)
        for m, c in p.items():
            exponents = [0] * width
            rest: Frac | None = None
            for item, e in m:
                key, kind, _ = item
                unit = self._unit(self.factors[key, kind])
                k = int(e * self.roots[key]) if kind in (POS, INVPOS) else int(e)
                i = self.index.get((key, kind))
                if i is not None and not unit.den and unit.num == self.gens[i]:
                    exponents[i] += k
                else:
                    piece = self.power(unit, k)
                    rest = piece if rest is None else self.mul(rest, piece)
            coefficient = flint.fmpq(c.numerator, c.denominator)
            if rest is None:
                at = tuple(exponents)
                plain[at] = plain.get(at, 0) + coefficient
            else:
                mono = self.context.from_dict({tuple(exponents): coefficient})
                total = self.add(total, self.mul(Frac(mono), rest))
        return self.lowest(self.add(Frac(self.reduce(self.context.from_dict(plain))), total))

    # --- arithmetic ---------------------------------------------------------------------------

    def mul(self, a: Frac, b: Frac) -> Frac:
        """The product."""
        if len(a.num) * len(b.num) > MAX_TERMS:
            raise LimitError("a product is too large for the search")
        if not a.den or not b.den:
            return Frac(self.reduce(a.num * b.num), a.den or b.den)
        den = dict(a.den)
        for j, e in b.den:
            den[j] = den.get(j, 0) + e
        return Frac(self.reduce(a.num * b.num), tuple(sorted(den.items())))

    def add(self, a: Frac, b: Frac) -> Frac:
        """The sum."""
        if a.den == b.den:
            return Frac(a.num + b.num, a.den)
        top = dict(a.den)
        for j, e in b.den:
            top[j] = max(top.get(j, 0), e)
        den = tuple(sorted(top.items()))
        return Frac(self.raised(a, den) + self.raised(b, den), den)

    def scaled(self, a: Frac, by: Fraction | int) -> Frac:
        """A rational multiple."""
        by = Fraction(by)
        return Frac(a.num * flint.fmpq(by.numerator, by.denominator), a.den)

    def power(self, a: Frac, k: int) -> Frac:
        """``a^k`` for k >= 0."""
        if k == 1:
            return a
        return Frac(self.reduce(a.num**k), tuple((j, e * k) for j, e in a.den) if k else ())

    def raised(self, a: Frac, den: Den) -> Mpoly:
        """The numerator of ``a`` over the larger denominator ``den``."""
        have = dict(a.den)
        missing = tuple((j, e - have.get(j, 0)) for j, e in den if e > have.get(j, 0))
        if not missing:
            return a.num
        factor = self.product(missing)
        if len(a.num) * len(factor) > MAX_TERMS:
            raise LimitError("a common denominator is too large for the search")
        return self.reduce(a.num * factor)

    def product(self, den: Den) -> Mpoly:
        """A product of denominators."""
        if den not in self._powers:
            result = self.one
            for j, e in den:
                result = result * self.dens[j] ** e
            self._powers[den] = result
        return self._powers[den]

    def inverse(self, a: Frac, t: Term) -> Frac:
        """``1/a`` for a known to be non-zero; ``t`` is the term that a is."""
        unit, factors = a.num.factor() if self.eliminate else (1, [(a.num, 1)])
        den: dict[int, int] = {}
        for f, e in factors:
            if f.is_constant():
                unit = unit * f.leading_coefficient() ** int(e)
                continue
            if f not in self.dens:
                self.dens.append(f)
                self.den_terms.append(self.term(f) if self.eliminate or a.den else t)
            j = self.dens.index(f)
            den[j] = den.get(j, 0) + int(e)
        return self.lowest(Frac(self.product(a.den) / unit, tuple(sorted(den.items()))))

    def reciprocal(self, p: Poly) -> Frac:
        """``1/p`` of a kernel polynomial that is a constant or known to be non-zero."""
        known = self.value(p)
        if known.num.is_constant() and not known.den:
            return Frac(self.one / known.num.leading_coefficient())
        return self.inverse(known, to_term(p))

    def lowest(self, a: Frac) -> Frac:
        """Cancel denominators that divide the numerator as polynomials."""
        if not a.den or not a.num:
            return Frac(a.num) if not a.num else a
        num, den = a.num, dict(a.den)
        for j, e in a.den:
            while e:
                quotient, remainder = divmod(num, self.dens[j])
                if remainder:
                    break
                num, e = quotient, e - 1
            den[j] = e
        return Frac(num, tuple((j, e) for j, e in sorted(den.items()) if e))

    def reduce(self, p: Mpoly) -> Mpoly:
        """``p`` with s^q replaced by t for every rule."""
        degrees = p.degrees() if self.rules else ()
        for i, q, target in self.rules:
            if degrees[i] < q:
                continue
            parts: dict[int, dict[tuple[int, ...], Any]] = {}
            for exponents, c in p.to_dict().items():
                whole, left = divmod(exponents[i], q)
                at = (*exponents[:i], left, *exponents[i + 1 :])
                part = parts.setdefault(whole, {})
                part[at] = part.get(at, 0) + c
            p = self.zero
            for whole, part in parts.items():
                p = p + self.context.from_dict(part) * target**whole
            degrees = p.degrees()
        return p

    def common(self, dens: Iterable[Den]) -> Den:
        """The least common denominator."""
        top: dict[int, int] = {}
        for den in dens:
            for j, e in den:
                top[j] = max(top.get(j, 0), e)
        return tuple(sorted(top.items()))

    def clear(self, fractions: Sequence[Frac]) -> list[Mpoly]:
        """All numerators over one common denominator."""
        den = self.common(a.den for a in fractions)
        return [self.raised(a, den) for a in fractions]

    # --- back to terms ------------------------------------------------------------------------

    def term(self, p: Mpoly) -> Term:
        """The kernel term of a polynomial."""
        parts: list[Term] = []
        for exponents, c in p.to_dict().items():
            value = Fraction(int(c.p), int(c.q))
            factors = [
                g if e == 1 else Pow(g, Fraction(int(e)))
                for g, e in zip(self.gen_terms, exponents, strict=False)
                if e
            ]
            if value != 1 or not factors:
                factors.insert(0, Rat(value))
            parts.append(factors[0] if len(factors) == 1 else Mul(tuple(factors)))
        return parts[0] if len(parts) == 1 else Add(tuple(parts))

    def fraction_term(self, a: Frac) -> Term:
        """The kernel term of an element."""
        if not a.den:
            return self.term(a.num)
        inverses = (Pow(self.den_terms[j], Fraction(-e)) for j, e in a.den)
        return Mul((self.term(a.num), *inverses))
