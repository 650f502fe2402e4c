"""Square roots of rationals times a power of pi: what all Gaussian moments here are, exactly.

``Root(s, q, h)`` is s (q pi^h)^{1/2} with s = -1 or 1, a rational q > 0 and an integer h. Since pi
is transcendental (Lindemann 1882), two of these are equal iff s, q and h are: if q pi^h = r pi^l,
then pi^{h-l} = r/q, so that h = l. So equations between them are decided, and not to some digits.
"""

from __future__ import annotations

from typing import Any

from flint import arb, fmpq, fmpz


class Root:
    """``sign (square pi^order)^{1/2}``, not rational; made by ``root`` and by arithmetic.

    Sums that are no such root, and whatever meets a ball, become balls.

    >>> half_pi = root(fmpq(1, 2), 1)
    >>> half_pi, half_pi * half_pi, 1 / half_pi, half_pi + root(fmpq(2), 1)
    (sqrt(1/2 pi), sqrt(1/4 pi^2), sqrt(2 pi^-1), sqrt(9/2 pi))
    >>> root(fmpq(9, 4)), half_pi - half_pi
    (3/2, 0)
    """

    __slots__ = ("order", "sign", "square")

    def __init__(self, sign: int, square: fmpq, order: int) -> None:
        self.sign, self.square, self.order = sign, square, order

    def ball(self) -> arb:
        """An enclosure at the working precision."""
        return self.sign * (arb(self.square) * arb.pi() ** self.order).sqrt()

    def sqrt(self) -> Any:
        """Its root: exact if the root of what is under the root is a ``Root``; else a ball."""
        inside = _rational_root(self.square)
        if self.sign > 0 and inside is not None and self.order % 2 == 0:
            return root(inside, self.order // 2)
        return self.ball().sqrt()

    def is_zero(self) -> bool:
        """No ``Root`` is 0."""
        return False

    def __lt__(self, other: int) -> bool:
        return self.sign < 0 if other == 0 else bool(self.ball() < other)

    def __gt__(self, other: int) -> bool:
        return self.sign > 0 if other == 0 else bool(self.ball() > other)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Root) and self._key == other._key

    def __hash__(self) -> int:
        return hash(str(self._key))

    @property
    def _key(self) -> tuple[int, fmpq, int]:
        return self.sign, self.square, self.order

    def __repr__(self) -> str:
        powers = {0: "", 1: " pi"}.get(self.order, f" pi^{self.order}")
        return f"{'-' if self.sign < 0 else ''}sqrt({self.square}{powers})"

    def __neg__(self) -> Root:
        return Root(-self.sign, self.square, self.order)

    def __abs__(self) -> Root:
        return Root(1, self.square, self.order)

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, arb):
            return self.ball() * other
        factor = _as_root(other)
        if factor is None:
            return fmpq(0) if _is_rational(other) else NotImplemented
        square, order = self.square * factor.square, self.order + factor.order
        return _signed(self.sign * factor.sign, square, order)

    __rmul__ = __mul__

    def __rtruediv__(self, other: Any) -> Any:
        return other * Root(self.sign, 1 / self.square, -self.order)

    def __truediv__(self, other: Any) -> Any:
        return self * (1 / other if isinstance(other, Root | arb) else 1 / fmpq(other))

    def __add__(self, other: Any) -> Any:
        if isinstance(other, arb):
            return self.ball() + other
        term = _as_root(other)
        if term is None:
            return self if _is_rational(other) else NotImplemented
        quotient = _rational_root(term.square / self.square) if term.order == self.order else None
        if quotient is None:
            return self.ball() + term.ball()
        return self * (1 + self.sign * term.sign * quotient)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other


def root(square: fmpq, order: int = 0) -> Any:
    """``(square pi^order)^{1/2}`` for a rational ``square`` >= 0: a rational if it is one."""
    return fmpq(0) if square == 0 else _signed(1, square, order)


def _signed(sign: int, square: fmpq, order: int) -> Any:
    rational = _rational_root(square) if order == 0 else None
    return Root(sign, square, order) if rational is None else sign * rational


def _as_root(value: Any) -> Root | None:
    """A ``Root`` as it is, a rational other than 0 as the root of its square; None otherwise."""
    if isinstance(value, Root):
        return value
    if not _is_rational(value) or value == 0:
        return None
    return Root(1 if value > 0 else -1, fmpq(value) ** 2, 0)


def _is_rational(value: Any) -> bool:
    return isinstance(value, int | fmpz | fmpq)


def _rational_root(value: fmpq) -> fmpq | None:
    top, bottom = value.p.isqrt(), value.q.isqrt()
    return fmpq(top, bottom) if top * top == value.p and bottom * bottom == value.q else None
