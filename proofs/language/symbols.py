"""The author's vocabulary: SymPy expressions with finite sums, expectations and processes.

Symbols carry no assumptions, so SymPy rewrites as little as possible; what counts is the kernel
term the door makes of an expression, which is what ``ratecert show`` prints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import Any, TypeAlias

import sympy
from sympy import Max, Min

Expr: TypeAlias = Any
"""A SymPy expression, or anything SymPy takes for one. SymPy has no types to offer."""
Index: TypeAlias = Any
Relation = tuple[Any, str, Any]

__all__ = [
    "E",
    "Max",
    "Min",
    "Rational",
    "Sum",
    "bounded",
    "indices",
    "integrable",
    "point",
    "root",
    "sqrt",
    "square_integrable",
    "symbols",
    "within",
]


class DoorError(ValueError):
    """An expression the language does not admit."""


def exact(expression: Any) -> Expr:
    """A SymPy object of an exact number or expression.

    Text is never parsed, it raises ``DoorError``. Floats stay floats, for the door to refuse with
    the expression around them.
    """
    if isinstance(expression, sympy.Basic):
        return expression
    if isinstance(expression, str):
        raise DoorError(f"text is not parsed: {expression!r}; build the expression from symbols")
    if isinstance(expression, float):
        return sympy.Float(expression)
    if isinstance(expression, bool):
        raise DoorError(f"not a number: {expression!r}")
    if isinstance(expression, Fraction):
        return sympy.Rational(expression.numerator, expression.denominator)
    if isinstance(expression, int):
        return sympy.Integer(expression)
    raise DoorError(f"not an expression: {expression!r}")


def Rational(numerator: Any, denominator: Any = 1) -> Expr:  # noqa: N802
    """The exact ratio of two ints (or exact numbers). A float is refused: 0.1 is no decimal."""
    parts = [exact(part) for part in (numerator, denominator)]
    if not all(isinstance(part, sympy.Rational) for part in parts) or parts[1] == 0:
        text = f"not an exact ratio: {numerator!r}/{denominator!r}"
        floats = [x for x in (numerator, denominator) if isinstance(x, float)]
        hint = f"; write {meant(float(numerator) / float(denominator))}" if (
            floats and len(floats) + sum(isinstance(x, int) for x in (numerator, denominator)) == 2
            and denominator) else ""  # fmt: skip
        raise DoorError(f"{text}{hint}")
    return parts[0] / parts[1]


def meant(value: Any) -> str:
    """The exact number that somebody who wrote a float, such as 0.1 or 1/3, most likely meant."""
    number = float(value) if isinstance(value, float | sympy.Float) else float("nan")
    if not isfinite(number):
        return "an int or a Rational"
    simple = Fraction(number).limit_denominator(1000)
    ratio = simple if float(simple) == number else Fraction(repr(number))
    if ratio.denominator == 1:
        return str(ratio.numerator)
    return f"Rational({ratio.numerator}, {ratio.denominator})"


class FiniteSum(sympy.Expr):  # type: ignore[misc]
    """The sum ``FiniteSum(body, i, low, high)``, never evaluated by SymPy."""

    is_commutative = True


class Expectation(sympy.Expr):  # type: ignore[misc]
    """An expectation: ``Expectation(body)``, or ``Expectation(body, k)`` given F_k."""

    is_commutative = True


class Root(sympy.Expr):  # type: ignore[misc]
    """The q-th root ``Root(body, q)``, which SymPy leaves as it is written."""

    is_commutative = True


class CoordinateMap(sympy.Expr):  # type: ignore[misc]
    """The point whose coordinate i is ``body``: ``CoordinateMap(i, body)``."""

    is_commutative = True


def symbols(names: str) -> tuple[sympy.Symbol, ...]:
    """Make plain symbols from blank-separated names, as in ``symbols("a b")``."""
    return tuple(sympy.Symbol(name) for name in names.split())


def indices(names: str) -> tuple[Index, ...]:
    """Make index symbols from blank-separated names."""
    return symbols(names)


def Sum(body: Any, *ranges: tuple[Any, Any, Any]) -> Expr:  # noqa: N802
    """The finite sum of ``body`` over ranges ``(i, low, high)``, the innermost first."""
    result = exact(body)
    for index, low, high in ranges:
        result = FiniteSum(result, exact(index), exact(low), exact(high))
    return result


def E(body: Any, given: Any = None) -> Expr:  # noqa: N802
    """The expectation of ``body``; ``given=k`` conditions on F_k, what is known after step k."""
    body = exact(body)
    return Expectation(body) if given is None else Expectation(body, exact(given))


def sqrt(body: Any) -> Expr:
    """The square root, left as written (SymPy's own would pull numbers out of it)."""
    return root(body, 2)


def root(body: Any, degree: int) -> Expr:
    """The root of the given degree, of a number that is not negative."""
    if type(degree) is not int or degree < 1:
        raise DoorError(f"the degree of a root is a positive int, not {degree!r}")
    return Root(exact(body), sympy.Integer(degree))


def point(coordinate: Callable[[Index], Any]) -> Expr:
    """The point with the given coordinates: ``point(lambda i: x[1, i] - G[1, i]/L)``."""
    index = sympy.Dummy()
    body = exact(coordinate(index))
    inner = {str(p.args[0]) for p in body.atoms(CoordinateMap)}
    name = next(n for n in (f"coordinate'{m}" for m in range(100)) if n not in inner)
    named = sympy.Symbol(name)
    return CoordinateMap(named, body.xreplace({index: named}))


@dataclass(frozen=True)
class Process:
    """A family of random variables: ``g[k, i]``."""

    name: str

    def __getitem__(self, at: Any) -> Expr:
        args = at if isinstance(at, tuple) else (at,)
        return sympy.Function(self.name)(*(exact(a) for a in args))


@dataclass(frozen=True)
class PointProcess:
    """A family of random points: ``x[k]`` is a point, ``x[k, i]`` its coordinate i."""

    name: str

    def __getitem__(self, at: Any) -> Expr:
        if isinstance(at, tuple):
            return sympy.Function("coord")(self[at[0]], exact(at[1]))
        return sympy.Function(self.name)(exact(at))


@dataclass(frozen=True)
class FunctionName:
    """A declared function of points, indices or numbers: ``f(x[k])``, ``grad(x[k], i)``."""

    name: str

    def __call__(self, *args: Any) -> Expr:
        return sympy.Function(self.name)(*(exact(a) for a in args))


@dataclass(frozen=True)
class Notation:
    """Shorthand expanded as it is written: ``G[k, i]`` for ``grad(x[k], i)``."""

    expand: Callable[..., Any]

    def __getitem__(self, at: Any) -> Expr:
        return exact(self.expand(*(at if isinstance(at, tuple) else (at,))))


@dataclass(frozen=True)
class Within:
    """The index conditions ``low <= index <= high``."""

    index: Any
    low: Any
    high: Any = None


def within(index: Any, low: Any, high: Any = None) -> Within:
    """The conditions ``low <= index`` and, if given, ``index <= high``."""
    return Within(index, low, high)


@dataclass(frozen=True)
class Integrable:
    """The statement that ``body`` lies in L^(1/exponent); exponent 0: essentially bounded."""

    body: Any
    exponent: Fraction


def bounded(body: Any) -> Integrable:
    """The statement that ``body`` is essentially bounded."""
    return Integrable(exact(body), Fraction(0))


def square_integrable(body: Any) -> Integrable:
    """The statement that ``body`` lies in L^2."""
    return Integrable(exact(body), Fraction(1, 2))


def integrable(body: Any) -> Integrable:
    """The statement that ``body`` lies in L^1."""
    return Integrable(exact(body), Fraction(1))


def coordinate(point_expression: Any, index: Any) -> Expr:
    """The coordinate of a point, for points that are no process: ``coordinate(p, i)``."""
    return sympy.Function("coord")(exact(point_expression), exact(index))
