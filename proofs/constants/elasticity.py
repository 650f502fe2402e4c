"""Elasticities: by how many per cent a term changes if a constant in it changes by one.

``d log t / d log c = (c/t) dt/dc``, by symbolic differentiation of kernel terms. A constant may
stand in the closed form of another: C_P is at least an expression in c_eta, and so on.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from ..kernel import terms as k
from .atoms import occurs

Closed = Mapping[k.Term, k.Term]
"""Closed forms of constants, each in terms of constants that come before it."""


def derivative(term: k.Term, atom: k.Term) -> k.Term:
    """The partial derivative of a term of sums, products and powers.

    >>> c = k.Var("c", "det")
    >>> derivative(k.power(c, 3), c) is k.mul(k.rat(3), k.power(c, 2))
    True

    Raises:
        ValueError: the atom stands within a sum over an index, a mean or an absolute value.
    """
    if term is atom:
        return k.ONE
    if not occurs(atom, term):
        return k.ZERO
    if isinstance(term, k.Add):
        return _sum([derivative(part, atom) for part in term.terms])
    if isinstance(term, k.Mul):
        parts = list[k.Term]()
        for n, part in enumerate(term.terms):
            others = (*term.terms[:n], *term.terms[n + 1 :])
            parts.append(_product([derivative(part, atom), *others]))
        return _sum(parts)
    if isinstance(term, k.Pow):
        e = term.exponent
        return _product([k.Rat(e), k.Pow(term.base, e - 1), derivative(term.base, atom)])
    raise ValueError(f"no derivative is known of {term}")


def total(term: k.Term, atom: k.Term, closed: Closed) -> k.Term:
    """The derivative, also through the closed forms of constants in the term."""
    parts = [derivative(term, atom)]
    for name, form in closed.items():
        if name is not atom and occurs(name, term):
            parts.append(_product([derivative(term, name), total(form, atom, closed)]))
    return _sum(parts)


def elasticity(term: k.Term, atom: k.Term, closed: Closed) -> k.Term:
    """``(c/t) dt/dc``."""
    return _product([atom, total(term, atom, closed), k.power(term, -1)])


def exponents(term: k.Term) -> dict[k.Term, Fraction]:
    """The elasticities that are numbers: exponents of what a product of powers multiplies.

    Only of positive factors; sums are one factor each.

    >>> C, d = k.Var("C", "det"), k.Var("d", "det")
    >>> found = exponents(k.mul(C, k.sqrt(k.mul(d, k.power(C, -3)))))
    >>> str(found[C]), str(found[d])
    ('-1/2', '1/2')
    """
    found: dict[k.Term, Fraction] = {}
    waiting: list[tuple[k.Term, Fraction]] = [(term, Fraction(1))]
    while waiting:
        part, power = waiting.pop()
        if isinstance(part, k.Mul):
            waiting += [(factor, power) for factor in part.terms]
        elif isinstance(part, k.Pow):
            waiting.append((part.base, power * part.exponent))
        elif not isinstance(part, k.Rat):
            found[part] = found.get(part, Fraction(0)) + power
    return {factor: power for factor, power in found.items() if power}


def _sum(parts: list[k.Term]) -> k.Term:
    kept = [part for part in parts if part is not k.ZERO]
    return k.add(*kept) if kept else k.ZERO


def _product(parts: list[k.Term]) -> k.Term:
    if k.ZERO in parts:
        return k.ZERO
    kept = [part for part in parts if part is not k.ONE]
    return k.mul(*kept) if kept else k.ONE
