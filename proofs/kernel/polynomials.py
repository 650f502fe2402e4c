"""Polynomials over canonical factors: plain data, and the arithmetic that needs no facts.

A factor is ``(key, kind, term)``. With t its term, it stands for

    ATOM    t                  integer exponents
    INV     1/t                integer exponents
    POS     max(t, 0)          rational exponents: t^(1/2) is POS(t) to the power 1/2
    INVPOS  1/max(t, 0)        rational exponents

so that powers of one factor multiply by adding exponents, whatever the sign of t.
A monomial is a sorted tuple of (factor, exponent > 0); a polynomial maps monomials to rationals.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd

from .errors import LimitError
from .terms import Add, Mul, Pow, Rat, Term

ATOM, INV, POS, INVPOS = range(4)
Factor = tuple[str, int, Term]
Exponent = int | Fraction
Mono = tuple[tuple[Factor, Exponent], ...]
Poly = dict[Mono, Fraction]

MAX_TERMS = 5_000
MAX_EXPONENT = 64
MAX_BITS = 4_096
MAX_DENOMINATOR = 1 << 32
ONE: Poly = {(): Fraction(1)}


def factor(kind: int, term: Term) -> Factor:
    """The factor of this kind for a canonical term."""
    return (term.key, kind, term)


def constant(value: Fraction | int) -> Poly:
    """A constant polynomial."""
    value = Fraction(value)
    return {(): bounded(value)} if value else {}


def size(value: Fraction) -> int:
    """The number of bits of a rational."""
    return value.numerator.bit_length() + value.denominator.bit_length()


def bounded(value: Fraction) -> Fraction:
    """``value``, if it is not too long to be computed with."""
    if size(value) > MAX_BITS:
        raise LimitError("a rational constant exceeds the size limit")
    return value


def single(item: Factor, exponent: Exponent = 1) -> Poly:
    """The polynomial that is one factor to a power."""
    return {((item, exponent),): Fraction(1)}


def plus(p: Poly, q: Poly, times: Fraction | int = 1) -> Poly:
    """``p + times * q``."""
    result = dict(p)
    for mono, c in q.items():
        total = result.get(mono, 0) + c * times
        if total:
            result[mono] = bounded(Fraction(total))
        else:
            result.pop(mono, None)
    if len(result) > MAX_TERMS:
        raise LimitError("a polynomial exceeds the size limit")
    return result


def scale(p: Poly, by: Fraction | int) -> Poly:
    """``by * p``."""
    return {m: bounded(Fraction(c * by)) for m, c in p.items()} if by else {}


def merged(a: Mono, b: Mono) -> dict[Factor, Exponent]:
    """The exponents of a product of monomials."""
    exponents: dict[Factor, Exponent] = dict(a)
    for item, e in b:
        exponents[item] = exponents.get(item, 0) + e
    return exponents


def mono(exponents: dict[Factor, Exponent]) -> Mono:
    """The monomial with these exponents."""
    for (_, kind, _), e in exponents.items():
        whole = e == int(e)
        if not 0 <= e <= MAX_EXPONENT or (kind in (ATOM, INV) and not whole):
            raise LimitError(f"exponent {e} out of range")
        if not whole and e.denominator > MAX_DENOMINATOR:
            raise LimitError(f"exponent {e} out of range")
    kept = ((f, int(e) if e == int(e) else e) for f, e in exponents.items() if e)
    return tuple(sorted(kept, key=lambda item: item[0][:2]))


def content(p: Poly) -> Fraction:
    """The positive rational c such that p/c has coprime integer coefficients."""
    numerator, denominator = 0, 1
    for c in p.values():
        numerator = gcd(numerator, c.numerator)
        denominator = denominator * c.denominator // gcd(denominator, c.denominator)
        bounded(Fraction(1, denominator))
    return Fraction(abs(numerator), denominator)


def leading(p: Poly) -> Fraction:
    """The coefficient of the first monomial in canonical order."""
    return p[min(p, key=mono_key)]


def mono_key(m: Mono) -> tuple[tuple[str, int, Exponent], ...]:
    """What orders monomials, in the same way in every process."""
    return tuple((key, kind, e) for (key, kind, _), e in m)


def common(p: Poly) -> dict[Factor, Exponent]:
    """The factors (with least exponents) that occur in every monomial."""
    monos = iter(p)
    shared = dict(next(monos))
    for m in monos:
        have = dict(m)
        shared = {f: min(e, have[f]) for f, e in shared.items() if f in have}
    return shared


def without(p: Poly, shared: dict[Factor, Exponent]) -> Poly:
    """``p`` divided by factors that occur in every monomial."""
    return {mono({f: e - shared.get(f, 0) for f, e in dict(m).items()}): c for m, c in p.items()}


def rational_power(value: Fraction, exponent: Fraction) -> Poly:
    """``value^exponent`` for value > 0: a rational times fractional powers of primes."""
    coefficient, exponents = Fraction(1), dict[Factor, Exponent]()
    for base, multiplicity in (
        *_primes(value.numerator),
        *((p, -m) for p, m in _primes(value.denominator)),
    ):
        e = exponent * multiplicity
        whole = e.numerator // e.denominator
        if abs(whole) > MAX_EXPONENT:
            raise LimitError(f"exponent {e} out of range")
        coefficient = bounded(coefficient * Fraction(base) ** whole)
        if e != whole:
            exponents[factor(POS, Rat(Fraction(base)))] = e - whole
    return {mono(exponents): coefficient}


def _primes(n: int) -> list[tuple[int, int]]:
    """Small prime factors of n with multiplicity; what is left counts as one more."""
    if n.bit_length() > MAX_BITS:
        raise LimitError("a rational constant exceeds the size limit")
    found, p = [], 2
    while n > 1 and p < 1000:
        m = 0
        while n % p == 0:
            n, m = n // p, m + 1
        if m:
            found.append((p, m))
        p += 1 if p == 2 else 2
    return [*found, (n, 1)] if n > 1 else found


def mono_term(m: Mono) -> Term:
    """The canonical term of a monomial."""
    parts = tuple(_power(f, Fraction(e)) for f, e in m)
    return parts[0] if len(parts) == 1 else Mul(parts) if parts else Rat(Fraction(1))


def _power(item: Factor, e: Fraction) -> Term:
    _, kind, t = item
    if kind in (POS, INVPOS) and e.denominator == 1:
        t, e = Pow(t, Fraction(1, 2)), 2 * e
    if kind in (INV, INVPOS):
        e = -e
    return t if e == 1 else Pow(t, e)


def to_term(p: Poly) -> Term:
    """The canonical term of a polynomial."""
    if not p:
        return Rat(Fraction(0))
    terms: list[Term] = []
    for m in sorted(p, key=mono_key):
        c = p[m]
        if not m:
            terms.append(Rat(c))
        elif c == 1:
            terms.append(mono_term(m))
        else:
            body = mono_term(m)
            terms.append(Mul((Rat(c), *(body.terms if isinstance(body, Mul) else (body,)))))
    return terms[0] if len(terms) == 1 else Add(tuple(terms))
