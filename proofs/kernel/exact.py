"""Exact evaluation at a rational point, with the total semantics of the terms.

``1/0 = 0``, a non-integer power is taken of ``max(t, 0)``, ``t^0 = 1``, an empty sum is 0. A point
gives a rational to every *atom* (a variable, or an application of a declared function) and an
integer to every index name. Roots are enclosed between dyadic rationals, and are exact when they
are rational; everything else is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import isqrt
from types import MappingProxyType

from .budget import Budget
from .errors import KernelError, LimitError, SortError
from .indices import substitute_indices
from .terms import (
    CE,
    Abs,
    Add,
    App,
    E,
    Formula,
    Ix,
    IxVal,
    Lambda,
    Le,
    Mul,
    Node,
    Point,
    PointApp,
    PointVar,
    Pow,
    Rat,
    Rel,
    Sum,
    Term,
    Var,
    free_indices,
    is_closed,
    open_body,
    subterms,
)

MAX_BITS = 1 << 16
PRECISIONS = (64, 256, 1024, 4096)

Interval = tuple[Fraction, Fraction]
Unfolding = Callable[[Term], Term | None]
_NO_INDICES: Mapping[str, int] = MappingProxyType({})


class MissingAtom(KernelError):  # noqa: N818 - it names what is missing
    """The point says nothing about ``atom``."""

    def __init__(self, atom: Node) -> None:
        super().__init__(f"no value is given for {atom}")
        self.atom = atom


class PrecisionError(LimitError):
    """An interval contains 0 where its sign is needed; more bits may help."""


def is_constant(term: Term) -> bool:
    """Is ``term`` constant by its syntax alone: rationals, indices and ``det`` variables?"""
    return not any(
        isinstance(n, App | PointApp | PointVar) or (isinstance(n, Var) and n.level != "det")
        for n, _ in subterms(term)
    )


def evaluate(
    term: Term,
    env: Mapping[Term, Fraction],
    bits: int = 64,
    indices: Mapping[str, int] = _NO_INDICES,
    unfold: Unfolding = lambda atom: None,
    constant: Callable[[Term], bool] = is_constant,
    budget: Budget | None = None,
) -> Interval:
    """Rationals ``(low, high)`` with low <= value <= high; equal if the value is known exactly.

    ``env``: the values of atoms, written with numbers for index names (``sigma[1]``); also
    ``E(t)`` and ``E[t | F_k]`` may be given. ``unfold``: the definiens of an atom that ``env`` does
    not give, or None. ``constant``: of which terms the expectation is the term itself.
    Raises ``MissingAtom``, ``PrecisionError`` (a base is not known to be 0 or not at this
    precision) and ``LimitError``.
    """
    try:
        where = _Evaluation(env, bits, unfold, constant, budget or Budget())
        return where.value(_numbered(term, indices))
    except RecursionError:
        raise LimitError("a term, or a chain of definitions, is nested too deeply") from None


def holds(
    formula: Formula,
    env: Mapping[Term, Fraction],
    indices: Mapping[str, int] = _NO_INDICES,
    unfold: Unfolding = lambda atom: None,
    constant: Callable[[Term], bool] = is_constant,
    budget: Budget | None = None,
) -> bool | None:
    """Is a relation or an index condition true at the point? None if intervals do not decide it."""
    if isinstance(formula, Le):
        low, high = (_number(_numbered(ix, indices)) for ix in (formula.left, formula.right))
        return low <= high
    if not isinstance(formula, Rel):
        raise SortError(f"not decidable at a point: {formula}")
    for bits in PRECISIONS:
        try:
            a, b = evaluate(formula.left, env, bits, indices, unfold, constant, budget)
            c, d = evaluate(formula.right, env, bits, indices, unfold, constant, budget)
        except PrecisionError:
            continue
        if formula.op == "=":
            if b < c or d < a:
                return False
            if a == b == c == d:
                return True
        elif (b < c) or (formula.op == "<=" and b == c):
            return True
        elif (d < a) or (formula.op == "<" and d == a):
            return False
    return None


def _numbered(node: Node, indices: Mapping[str, int]) -> Node:
    """``node`` with numbers for all index names."""
    if not is_closed(node):
        raise SortError(f"loose bound index in {node}")
    closed = substitute_indices(node, {name: Ix(None, n) for name, n in indices.items()})
    for name in free_indices(closed):
        raise MissingAtom(Ix(name))
    return closed


def _number(index: Node) -> int:
    if not isinstance(index, Ix) or index.base is not None:
        raise SortError(f"not a number: {index}")
    return index.offset


class _Evaluation:
    """One evaluation: the point, the precision, and what is left of the budget."""

    def __init__(
        self,
        env: Mapping[Term, Fraction],
        bits: int,
        unfold: Unfolding,
        constant: Callable[[Term], bool],
        budget: Budget,
    ) -> None:
        self.env, self.bits, self.unfold, self.constant = env, bits, unfold, constant
        self.budget = budget
        self.known: dict[Term, Interval] = {}

    def value(self, t: Node) -> Interval:
        low, high = self._value(t)
        size = max(abs(x).bit_length() for x in (*low.as_integer_ratio(), *high.as_integer_ratio()))
        self.budget.spend(1 + (size >> 10) ** 2)
        return low, high

    def _value(self, t: Node) -> Interval:
        if isinstance(t, Rat):
            return _checked(t.value, t.value)
        if isinstance(t, IxVal):
            number = Fraction(_number(t.index))
            return number, number
        if isinstance(t, Add):
            parts = [self.value(part) for part in t.terms]
            zero = Fraction(0)
            return _checked(sum((p[0] for p in parts), zero), sum((p[1] for p in parts), zero))
        if isinstance(t, Mul):
            result = Fraction(1), Fraction(1)
            for part in t.terms:
                result = _times(result, self.value(part))
            return result
        if isinstance(t, Pow):
            return self._power(self.value(t.base), t.exponent)
        if isinstance(t, Abs):
            low, high = self.value(t.body)
            return (max(low, -high, Fraction(0)), max(-low, high))
        if isinstance(t, Sum):
            return self._sum(t)
        if isinstance(t, Var | App | E | CE):
            if t not in self.known:
                self.known[t] = self._atom(t)
            return self.known[t]
        raise SortError(f"not a real term: {t}")

    def _sum(self, t: Sum) -> Interval:
        low, high = _number(t.low), _number(t.high)
        self.budget.spend(max(high - low + 1, 0) * (1 + (len(t.key) >> 6)))
        result = Fraction(0), Fraction(0)
        for n in range(low, high + 1):
            a, b = self.value(open_body(t.body, Ix(None, n)))
            result = _checked(result[0] + a, result[1] + b)
        return result

    def _atom(self, t: Var | App | E | CE) -> Interval:
        if isinstance(t, App):
            if t.name == "coord" and isinstance(t.args[0], Lambda) and isinstance(t.args[1], Ix):
                return self.value(open_body(t.args[0].body, t.args[1]))
            t = App(t.name, tuple(self._argument(a) for a in t.args))
        if t in self.env:
            given = self.env[t]
            if type(given) is not Fraction:
                raise SortError(f"the value of {t} is no Fraction: {given!r}")
            return _checked(given, given)
        if isinstance(t, E | CE) and self.constant(t.body):
            return self.value(t.body)
        definiens = self.unfold(t)
        if definiens is None:
            raise MissingAtom(t)
        return self.value(_numbered(definiens, {}))

    def _argument(self, argument: Ix | Term | Point) -> Ix | Term | Point:
        """A real argument as a rational constant, where its value is known exactly."""
        if not isinstance(argument, Term):
            return argument
        low, high = self.value(argument)
        return Rat(low) if low == high else argument

    def _power(self, base: Interval, e: Fraction) -> Interval:
        low, high = base
        if e == 0:
            return Fraction(1), Fraction(1)
        if e.denominator > 1:
            low, high = max(low, Fraction(0)), max(high, Fraction(0))
        if e < 0:
            if low == high == 0:
                return low, high
            if low <= 0 <= high:
                raise PrecisionError(f"a denominator may be 0 as far as {self.bits} bits tell")
            low, high = 1 / high, 1 / low
        n = abs(e.numerator)
        size = max(abs(x).bit_length() for y in (low, high) for x in y.as_integer_ratio())
        if n * size > MAX_BITS:
            raise LimitError("a power exceeds the size limit")
        a, b = low**n, high**n
        if n % 2 == 0 and low < 0:
            a, b = (b, a) if high <= 0 else (Fraction(0), max(a, b))
        if e.denominator > 1:
            a = _root(a, e.denominator, self.bits)[0]
            b = _root(b, e.denominator, self.bits)[1]
        return a, b


def _checked(low: Fraction, high: Fraction) -> Interval:
    for part in (*low.as_integer_ratio(), *high.as_integer_ratio()):
        if part.bit_length() > MAX_BITS:
            raise LimitError("a value exceeds the size limit")
    return low, high


def _times(a: Interval, b: Interval) -> Interval:
    if a[0] == a[1] and b[0] == b[1]:
        product = a[0] * b[0]
        return _checked(product, product)
    products = [x * y for x in a for y in b]
    return _checked(min(products), max(products))


def _root(value: Fraction, q: int, bits: int) -> Interval:
    """The q-th root of a value >= 0: exact if rational, else to ``bits`` significant bits."""
    if q * bits > MAX_BITS:
        raise LimitError("a root exceeds the size limit")
    top, bottom = value.as_integer_ratio()
    a, b = _integer_root(top, q), _integer_root(bottom, q)
    if a**q == top and b**q == bottom:
        exact = Fraction(a, b)
        return exact, exact
    shift = bits + max(0, bottom.bit_length() - top.bit_length()) // q
    floor = _integer_root((top << (shift * q)) // bottom, q)
    return Fraction(floor, 1 << shift), Fraction(floor + 1, 1 << shift)


def _integer_root(n: int, q: int) -> int:
    """The largest integer r with ``r^q <= n``, for n >= 0, by Newton's method from above."""
    if q == 2 or n == 0:
        return isqrt(n)
    r = 1 << -(-n.bit_length() // q)
    while True:
        better = ((q - 1) * r + n // r ** (q - 1)) // q
        if better >= r:
            return r
        r = better
