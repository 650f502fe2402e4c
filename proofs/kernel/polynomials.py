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
from functools import lru_cache
from math import gcd, lcm

from .errors import LimitError
from .terms import Add, Mul, Pow, Rat, Term

ATOM, INV, POS, INVPOS = range(4)
Factor = tuple[str, int, Term]
Exponent = int | Fraction
Mono = tuple[tuple[Factor, Exponent], ...]
Number = int | Fraction
"""A rational: an int if it is whole (they are several times faster), else a Fraction."""
Poly = dict[Mono, Number]

MAX_TERMS = 5_000
MAX_EXPONENT = 64
MAX_BITS = 4_096
MAX_DENOMINATOR = 1 << 32
MAX_KEPT = 1 << 15
"""How many canonical terms are remembered."""
ONE: Poly = {(): 1}


def factor(kind: int, term: Term) -> Factor:
    """The factor of this kind for a canonical term."""
    return (term.key, kind, term)


def size(value: Number) -> int:
    """The number of bits of a rational; a float, which has no numerator, raises."""
    return value.numerator.bit_length() + value.denominator.bit_length()


def exact(value: Number) -> Number:
    """``value``, as an int if it is whole; ``LimitError`` if it is too long to compute with."""
    if type(value) is int and value.bit_length() < MAX_BITS:
        return value
    if size(value) > MAX_BITS:
        raise LimitError("a rational constant exceeds the size limit")
    return value.numerator if value.denominator == 1 else value


def constant(value: Number) -> Poly:
    """A constant polynomial."""
    value = exact(value)
    return {(): value} if value else {}


def single(item: Factor, exponent: Exponent = 1) -> Poly:
    """The polynomial that is one factor to a power."""
    return {((item, exponent),): 1}


def plus(p: Poly, q: Poly, times: Number = 1) -> Poly:
    """``p + times * q``."""
    result = dict(p)
    increase(result, q, times)
    return result


def increase(p: Poly, q: Poly, times: Number = 1) -> None:
    """Add ``times * q`` to ``p`` itself."""
    for mono, c in q.items():
        total = c if times == 1 else c * times
        before = p.get(mono)
        if before is not None:
            total += before
        if total:
            p[mono] = exact(total)
        elif before is not None:
            del p[mono]
    if len(p) > MAX_TERMS:
        raise LimitError("a polynomial exceeds the size limit")


def scale(p: Poly, by: Number) -> Poly:
    """``by * p``."""
    return p if by == 1 else {m: exact(c * by) for m, c in p.items()} if by else {}


def merged(a: Mono, b: Mono) -> dict[Factor, Exponent]:
    """The exponents of a product of monomials."""
    exponents: dict[Factor, Exponent] = dict(a)
    for item, e in b:
        exponents[item] = exponents.get(item, 0) + e
    return exponents


def mono(exponents: dict[Factor, Exponent]) -> Mono:
    """The monomial with these exponents."""
    kept: list[tuple[Factor, Exponent]] = []
    for item, e in exponents.items():
        if type(e) is not int:
            rooted = item[1] not in (ATOM, INV)
            if e.denominator > (MAX_DENOMINATOR if rooted else 1):
                raise LimitError(f"exponent {e} out of range")
            e = exact(e)
        if not 0 <= e <= MAX_EXPONENT:
            raise LimitError(f"exponent {e} out of range")
        if e:
            kept.append((item, e))
    if len(kept) > 1:
        kept.sort()  # by key and kind, which tell factors apart
    return tuple(kept)


def content(p: Poly) -> Fraction:
    """The positive rational c such that p/c has coprime integer coefficients."""
    denominator = 1
    for c in p.values():
        denominator = lcm(denominator, c.denominator)
        exact(denominator)
    return Fraction(gcd(*(c.numerator for c in p.values())), denominator)


def leading(p: Poly) -> Number:
    """The coefficient of the first monomial in canonical order."""
    return p[min(p, key=mono_key)] if len(p) > 1 else next(iter(p.values()))


def primitive(p: Poly) -> tuple[Fraction, Poly]:
    """``(c, p/c)`` with coprime integer coefficients in ``p/c``, the leading one positive."""
    c = content(p) * (1 if leading(p) > 0 else -1)
    return c, scale(p, 1 / c)


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
        coefficient *= Fraction(base) ** whole
        exact(coefficient)
        if e != whole:
            exponents[factor(POS, Rat(Fraction(base)))] = e - whole
    return {mono(exponents): exact(coefficient)}


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


@lru_cache(maxsize=MAX_KEPT)
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


@lru_cache(maxsize=MAX_KEPT)
def _constant(value: Number) -> Rat:
    return Rat(Fraction(value))


def to_term(p: Poly) -> Term:
    """The canonical term of a polynomial."""
    if not p:
        return Rat(Fraction(0))
    terms: list[Term] = []
    for m in sorted(p, key=mono_key):
        c = p[m]
        if not m:
            terms.append(_constant(c))
        elif c == 1:
            terms.append(mono_term(m))
        else:
            body = mono_term(m)
            terms.append(Mul((_constant(c), *(body.terms if isinstance(body, Mul) else (body,)))))
    return terms[0] if len(terms) == 1 else Add(tuple(terms))
