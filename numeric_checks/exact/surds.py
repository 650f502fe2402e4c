"""Sums of square roots of rationals, exactly: what balls cannot see to be equal.

A surd is sum_j c_j sqrt(n_j) with rationals c_j != 0 and integers n_j >= 1 no two of which have a
quotient that is a square. Square roots of such integers are linearly independent over the
rationals (Besicovitch 1940), so a surd is 0 only if it has no terms; a sign is then found by balls
of growing precision. Sums, products and quotients by at most two terms stay surds, as long as they
are small; all else becomes a ball.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flint import arb, ctx, fmpq, fmpz

MAX_TERMS = 8
MAX_BITS = 1 << 12
"""Of an integer under a root, and of a coefficient."""

_KEPT: ContextVar[bool] = ContextVar("roots_kept", default=False)


@contextmanager
def roots_kept() -> Any:
    """Inside, square roots of rationals are surds; elsewhere they are balls."""
    token = _KEPT.set(True)
    try:
        yield
    finally:
        _KEPT.reset(token)


def are_roots_kept() -> bool:
    """Are square roots of rationals to be surds?"""
    return _KEPT.get()


class Surd:
    """``sum_j c_j sqrt(n_j)``, irrational; made by ``root`` and by arithmetic.

    >>> two = root(fmpq(2))
    >>> two * two, (two + 1) * (two - 1), two - root(fmpq(8)) / 2
    (2, 1, 0)
    """

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[fmpz, fmpq]) -> None:
        self.terms = terms

    def ball(self) -> arb:
        """An enclosure at the working precision."""
        return sum((arb(c) * arb(n).sqrt() for n, c in self.terms.items()), arb(0))

    def sign(self) -> int:
        """-1 or 1."""
        bits = ctx.prec
        while True:
            with ctx.workprec(bits):
                value = self.ball()
            if value > 0:
                return 1
            if value < 0:
                return -1
            bits *= 2

    def __repr__(self) -> str:
        return " + ".join(f"{c}*sqrt({n})" for n, c in self.terms.items())

    def __neg__(self) -> Surd:
        return Surd({n: -c for n, c in self.terms.items()})

    def __abs__(self) -> Surd:
        return self if self.sign() > 0 else -self

    def __add__(self, other: Any) -> Any:
        terms = _terms(other)
        if terms is None:
            return self.ball() + other if isinstance(other, arb) else NotImplemented
        return _made([*self.terms.items(), *terms])

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        terms = _terms(other)
        if terms is None:
            return self.ball() * other if isinstance(other, arb) else NotImplemented
        products = []
        for n, c in self.terms.items():
            for m, e in terms:
                common = n.gcd(m)
                products.append(((n // common) * (m // common), c * e * common))
        return _made(products)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Surd):
            return self * other.inverse()
        return self * (1 / arb(other) if isinstance(other, arb) else 1 / fmpq(other))

    def __rtruediv__(self, other: Any) -> Any:
        return other * self.inverse()

    def inverse(self) -> Any:
        """``1/self``: a surd if there are at most two terms, else a ball."""
        terms = [*self.terms.items()]
        if len(terms) > 2:
            return 1 / self.ball()
        norm = fmpq(terms[0][1] ** 2 * terms[0][0])
        conjugate = Surd(dict(terms[:1]))
        if len(terms) == 2:  # (a - b)/(a^2 - b^2)
            (n, c), (m, e) = terms
            norm, conjugate = norm - e**2 * m, Surd({n: c, m: -e})
        return conjugate * (1 / norm)


def root(value: fmpq) -> Any:
    """``sqrt(value)`` for a rational > 0: a rational, a surd, or a ball if it is large.

    >>> root(fmpq(9, 4)), root(fmpq(1, 2))
    (3/2, 1/2*sqrt(2))
    """
    return _made([(value.p * value.q, fmpq(1, value.q))])


def _terms(value: Any) -> Iterable[tuple[fmpz, fmpq]] | None:
    if isinstance(value, Surd):
        return value.terms.items()
    if isinstance(value, int | fmpz | fmpq):
        return [(fmpz(1), fmpq(value))] if value else []
    return None


def _made(parts: Iterable[tuple[fmpz, fmpq]]) -> Any:
    """The sum of c sqrt(n): a rational if it is one, a ball if it is too large to be kept."""
    total: dict[fmpz, fmpq] = {}
    parts = list(parts)
    for n, c in parts:
        if n.bit_length() > MAX_BITS or max(c.p.bit_length(), c.q.bit_length()) > MAX_BITS:
            return sum((arb(c) * arb(n).sqrt() for n, c in parts), arb(0))
        for m in (fmpz(1), *total):
            product = n * m
            square_root = product.isqrt()
            if square_root * square_root == product:  # sqrt(n) = sqrt(n m)/m sqrt(m)
                n, c = m, c * fmpq(square_root, m)
                break
        total[n] = total.get(n, fmpq(0)) + c
        if total[n] == 0:
            del total[n]
    if len(total) > MAX_TERMS:
        return Surd(total).ball()
    if not total or set(total) == {fmpz(1)}:
        return total.get(fmpz(1), fmpq(0))
    return Surd(total)
