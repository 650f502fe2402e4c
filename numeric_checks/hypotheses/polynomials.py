"""An inequality as a condition on one of its constants: an end of an interval, as a term.

``right - left`` is written as a sum of powers of a constant y with coefficients that are free of
y; if it is A + B z + C z^2 with z = y^p, what it asks of y is known in closed form. Powers that are
no whole numbers >= 0 are admitted for y > 0 only, where ``(c y)^(1/2) = c^(1/2) y^(1/2)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ...proofs.kernel.terms import (
    ONE,
    ZERO,
    Abs,
    Add,
    App,
    Mul,
    Pow,
    Rat,
    Rel,
    Term,
    Var,
    add,
    div,
    mul,
    power,
    rat,
    sqrt,
    sub,
    subterms,
)

Powers = dict[Fraction, Term]
_MOST = 12
"""Powers of one constant in a formula; beyond it, none can be isolated."""


@dataclass(frozen=True)
class Isolated:
    """``A + B y^p + C y^(2p)`` is >= 0, or > 0 where ``strict``; y > 0 unless p = 1.

    Attributes:
        relation: the inequality.
        coefficients: A, B, C, free of y.
        exponent: p > 0.
        strict: is it a strict inequality?
        positive: is it read so for y > 0 only?
    """

    relation: Rel
    coefficients: tuple[Term, Term, Term]
    exponent: Fraction
    strict: bool
    positive: bool


def isolated(relation: Rel, gap: Term, y: Var | App, positive: bool) -> Isolated | None:
    """``gap >= 0`` as a condition on y; None if it has no such form.

    Args:
        relation: whose gap it is, ``right - left``, with defined constants put in.
        gap: a term in which y occurs.
        y: the constant.
        positive: is y >= 0 known? Where the form is valid for y > 0 only, it says so.
    """
    powers = expanded(gap, y, positive)
    if powers is None:
        return None
    powers = {e: c for e, c in powers.items() if c is not ZERO}
    lowest = min(powers, default=Fraction(0))
    whole = all(e.denominator == 1 for e in powers) and lowest >= 0
    if lowest < 0:
        powers = {e - lowest: c for e, c in powers.items()}  # y > 0: the sign is the same
    exponents = sorted(e for e in powers if e)
    if not exponents:
        return None
    p = exponents[0]
    if len(exponents) > 2 or (len(exponents) == 2 and exponents[1] != 2 * p):
        return None
    if not positive and exponents == [Fraction(2)]:
        p = Fraction(1)
    if p != 1 and not positive:
        return None
    found = tuple(powers.get(e, ZERO) for e in (Fraction(0), p, 2 * p))
    a, b, c = found
    return Isolated(relation, (a, b, c), p, relation.op == "<", not whole)


def expanded(term: Term, y: Var | App, positive: bool) -> Powers | None:
    """``term`` as a sum of powers of y, exponent to coefficient; None if it is none."""
    if not any(node is y for node, _ in subterms(term)):
        return {Fraction(0): term}
    if term is y:
        return {Fraction(1): ONE}
    if isinstance(term, Add):
        return _sum([expanded(part, y, positive) for part in term.terms])
    if isinstance(term, Mul):
        result: Powers | None = {Fraction(0): ONE}
        for part in term.terms:
            result = _product(result, expanded(part, y, positive))
        return result
    if isinstance(term, Pow):
        return _power(expanded(term.base, y, positive), term.exponent, positive)
    if isinstance(term, Abs) and positive:
        body = expanded(term.body, y, positive)
        if body is not None and len(body) == 1:
            return {e: Abs(c) for e, c in body.items()}
    return None


def _sum(parts: list[Powers | None]) -> Powers | None:
    total: Powers = {}
    for part in parts:
        if part is None:
            return None
        for e, c in part.items():
            total[e] = _plus(total.get(e, ZERO), c)
    return total if len(total) <= _MOST else None


def _product(left: Powers | None, right: Powers | None) -> Powers | None:
    if left is None or right is None:
        return None
    return _sum([{e + f: _times(a, b)} for e, a in left.items() for f, b in right.items()])


def _power(base: Powers | None, exponent: Fraction, positive: bool) -> Powers | None:
    if base is None:
        return None
    if len(base) == 1 and positive:
        return {e * exponent: _raised(c, exponent) for e, c in base.items()}
    if exponent.denominator > 1 or not 0 < exponent <= 4:
        return None
    result: Powers | None = base
    for _ in range(int(exponent) - 1):
        result = _product(result, base)
    return result


def _plus(a: Term, b: Term) -> Term:
    if isinstance(a, Rat) and isinstance(b, Rat):
        return rat(a.value + b.value)
    return b if a is ZERO else a if b is ZERO else add(a, b)


def _times(a: Term, b: Term) -> Term:
    if isinstance(a, Rat) and isinstance(b, Rat):
        return rat(a.value * b.value)
    if ZERO in (a, b):
        return ZERO
    return b if a is ONE else a if b is ONE else mul(a, b)


def _raised(a: Term, exponent: Fraction) -> Term:
    if isinstance(a, Rat) and exponent.denominator == 1 and a is not ZERO:
        return rat(a.value ** int(exponent))
    return a if exponent == 1 else power(a, exponent)


def _negated(a: Term) -> Term:
    return _times(rat(-1), a)


def root(found: Isolated, sign: int = 1) -> Term:
    """The y at which it is 0: of two, the larger for ``sign`` = 1, the smaller for -1.

    With C = 0 there is one, whatever ``sign``.
    """
    z = root_of(*found.coefficients, sign)
    return z if found.exponent == 1 else power(z, 1 / found.exponent)


def root_of(a: Term, b: Term, c: Term, sign: int = 1) -> Term:
    """The z with ``a + b z + c z^2 = 0``: see ``root``."""
    if c is ZERO:
        return _times(_negated(a), _raised(b, Fraction(-1)))
    if b is ZERO:
        square = _times(_negated(a), _raised(c, Fraction(-1)))
        return _times(rat(sign), sqrt(square))
    middle = _times(_negated(b), _raised(_times(rat(2), c), Fraction(-1)))
    discriminant = sub(power(b, 2), mul(rat(4), a, c))
    return add(middle, div(mul(rat(sign), sqrt(discriminant)), mul(rat(2), Abs(c))))
