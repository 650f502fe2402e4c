"""A small explicit walker over SymPy expressions, generic in the arithmetic.

The walker turns a right-hand side into nested closures once; running it touches no SymPy. It
knows numbers (exact rationals), symbols, sums, products with quotients, rational powers and
absolute values, and refuses anything else by name: there is no ``lambdify`` and no ``eval``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any, Protocol, TypeVar

import sympy

T = TypeVar("T")
Evaluate = Callable[[Mapping[str, T]], T]


class UnsupportedExpressionError(ValueError):
    """An expression holds something that the walker does not translate."""


class Arithmetic(Protocol[T]):
    """The operations a right-hand side may use, on numbers of kind ``T``."""

    def rational(self, value: Fraction) -> T:
        """The constant ``value``."""

    def add(self, left: T, right: T) -> T:
        """``left + right``."""

    def subtract(self, left: T, right: T) -> T:
        """``left - right``."""

    def multiply(self, left: T, right: T) -> T:
        """``left * right``."""

    def divide(self, left: T, right: T) -> T:
        """``left / right``."""

    def power(self, base: T, exponent: Fraction) -> T:
        """``base ** exponent`` for an exponent > 0 other than 1."""

    def absolute(self, value: T) -> T:
        """``|value|``."""


def compile_expression(
    expression: sympy.Expr, arithmetic: Arithmetic[T], scalars: frozenset[str] = frozenset()
) -> Evaluate[T]:
    """The function from values of the symbols to the value of ``expression``.

    Subtractions and divisions are performed as such, not as additions of ``-1 *`` and products
    with reciprocals, so that each costs one rounding. Factors made of ``scalars`` only are
    multiplied first: they are small tensors.

    Args:
        expression: sums, products, rational powers and ``Abs`` of symbols and exact rationals.
        arithmetic: what the operations mean.
        scalars: names whose values are cheap (hyperparameters).

    Raises:
        UnsupportedExpressionError: for floats, other functions, and exponents not rational.

    >>> from fractions import Fraction
    >>> class Rationals:
    ...     rational = staticmethod(lambda q: q)
    ...     add = staticmethod(lambda a, b: a + b)
    ...     subtract = staticmethod(lambda a, b: a - b)
    ...     multiply = staticmethod(lambda a, b: a * b)
    ...     divide = staticmethod(lambda a, b: a / b)
    ...     power = staticmethod(lambda a, n: a ** int(n))
    ...     absolute = staticmethod(abs)
    >>> x, eta, g = sympy.symbols("x eta g")
    >>> f = compile_expression(x - eta * g**2 / 3, Rationals())
    >>> f({"x": Fraction(1), "eta": Fraction(1, 2), "g": Fraction(4)})
    Fraction(-5, 3)
    """
    return _Walker(arithmetic, scalars).walk(expression)


class _Walker:
    """One pass over one expression; every node becomes a closure."""

    def __init__(self, arithmetic: Arithmetic[Any], scalars: frozenset[str]) -> None:
        self.ops = arithmetic
        self.scalars = scalars

    def walk(self, node: Any) -> Evaluate[Any]:
        if isinstance(node, sympy.Rational):
            constant = self.ops.rational(_fraction(node))
            return lambda values: constant
        if isinstance(node, sympy.Symbol):
            name = str(node.name)
            return lambda values: values[name]
        if isinstance(node, sympy.Add):
            return self._sum(node)
        if isinstance(node, sympy.Mul):
            return self._product(node)
        if isinstance(node, sympy.Pow):
            if not isinstance(node.exp, sympy.Rational):
                raise UnsupportedExpressionError(f"the exponent of {node} is no exact rational")
            return self._product(node) if node.exp < 0 else self._power(node)
        if isinstance(node, sympy.Abs):
            absolute, body = self.ops.absolute, self.walk(node.args[0])
            return lambda values: absolute(body(values))
        if isinstance(node, sympy.Float):
            raise UnsupportedExpressionError(f"{node} is a float; write an exact rational")
        raise UnsupportedExpressionError(f"{type(node).__name__} is not translated: {node}")

    def _sum(self, node: Any) -> Evaluate[Any]:
        positive: list[Evaluate[Any]] = []
        negative: list[Evaluate[Any]] = []
        for term in node.args:
            below_zero = bool(term.as_coeff_Mul()[0] < 0)
            (negative if below_zero else positive).append(self.walk(-term if below_zero else term))
        start = _fold(self.ops.add, positive)
        if not negative:
            return start
        if not positive:
            zero = self.ops.rational(Fraction(0))
            start = lambda values: zero  # noqa: E731
        subtract = self.ops.subtract
        taken = tuple(negative)
        return lambda values: reduce(lambda acc, f: subtract(acc, f(values)), taken, start(values))

    def _product(self, node: Any) -> Evaluate[Any]:
        above, below = [], []
        for factor in sorted(sympy.Mul.make_args(node), key=self._is_large):
            if isinstance(factor, sympy.Pow) and factor.exp.is_Rational and factor.exp < 0:
                below.append(self.walk(sympy.Pow(factor.base, -factor.exp)))
            elif isinstance(factor, sympy.Rational) and not isinstance(factor, sympy.Integer):
                if factor.p != 1:
                    above.append(self.walk(sympy.Integer(factor.p)))
                below.append(self.walk(sympy.Integer(factor.q)))
            else:
                above.append(self.walk(factor))
        one = self.ops.rational(Fraction(1))
        numerator = _fold(self.ops.multiply, above) if above else lambda values: one
        if not below:
            return numerator
        divide, denominator = self.ops.divide, _fold(self.ops.multiply, below)
        return lambda values: divide(numerator(values), denominator(values))

    def _is_large(self, factor: Any) -> bool:
        return not {str(s.name) for s in factor.free_symbols} <= self.scalars

    def _power(self, node: Any) -> Evaluate[Any]:
        power, base, exponent = self.ops.power, self.walk(node.base), _fraction(node.exp)
        return lambda values: power(base(values), exponent)


def _fold(operation: Callable[[Any, Any], Any], parts: list[Evaluate[Any]]) -> Evaluate[Any]:
    if len(parts) == 1:
        return parts[0]
    fixed = tuple(parts)
    return lambda values: reduce(operation, (f(values) for f in fixed))


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))
