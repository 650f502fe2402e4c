"""A recursion and expressions in its names as one function of tensors, ready to be traced."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy
import torch
from torch import Tensor

from ..recursions import Recursion, previous
from .checks import ParameterError, nearest
from .expressions import Evaluate, compile_expression
from .torch_arithmetic import TorchArithmetic

NEXT = "x.next"
"""The name of x^{k+1} in expressions beside the recursion; there x is x^k throughout."""


class _Literal(TorchArithmetic):
    """Constants as numbers in the code: no tensor to load. They round to float64, as tensors do."""

    def rational(self, value: Fraction) -> Any:
        return float(value)


class _Total(_Literal):
    """Division as the kernel has it: a/0 = 0. NaN in a numerator or a denominator stays."""

    def divide(self, left: Tensor, right: Any) -> Tensor:
        if not isinstance(right, Tensor):  # a number of the expression, which is never 0
            return left / right
        return torch.where(right == 0, 0.0, left / right)


class Fused:
    """``recursion`` and further expressions, over the same names.

    The names of expressions are the parameters; x and g for x^k and g^k; ``s.previous`` and every
    assigned name for slots before and values in the iteration; ``x.next`` for x^{k+1}; and those in
    ``known``, which the caller gives values to (such as G, the gradient). In expressions a/0 = 0.

    What depends on hyperparameters alone, such as 1 - theta, is computed once, by ``scalars``.

    Raises:
        ParameterError: an expression uses an unknown name; the nearest is named.
        UnsupportedExpressionError: as for ``batched``.

    >>> from ratecert.optimizers.recursions import SGD
    >>> fused = Fused(SGD, {"step": sympy.Abs(sympy.Symbol("eta") * sympy.Symbol("g"))})
    >>> two, half = torch.tensor(2.0), torch.tensor(0.5)
    >>> values = fused.step({"x": two, "g": -two, **fused.scalars({"eta": half})})
    >>> values[NEXT], fused.expression("step", values)
    (tensor(3.), tensor(1.))
    """

    def __init__(
        self,
        recursion: Recursion,
        expressions: Mapping[str, sympy.Expr],
        known: tuple[str, ...] = (),
    ) -> None:
        parameters = frozenset(p.name for p in recursion.parameters)
        slots = {previous(slot.name).name for slot in recursion.slots}
        assigned = {update.target for update in recursion.updates}
        names = parameters | slots | assigned | {"x", "g", NEXT, *known}
        for title, expression in expressions.items():
            for symbol in sorted(expression.free_symbols, key=str):
                if str(symbol.name) not in names:
                    hint = nearest(str(symbol.name), names)
                    raise ParameterError(f"{title}: {recursion.id} has no {symbol}; {hint}")
        self.recursion = recursion
        self._table: dict[sympy.Expr, sympy.Symbol] = {}
        kept = [(u.target, self._hoist(u.value, parameters)) for u in recursion.updates]
        asked = {n: self._hoist(e, parameters) for n, e in expressions.items()}
        cheap = parameters | {str(s.name) for s in self._table.values()}
        plain = TorchArithmetic()
        self._scalars: dict[str, Evaluate[Tensor]] = {
            str(symbol.name): compile_expression(expression, plain)
            for expression, symbol in self._table.items()
        }
        self._updates: list[tuple[str, Evaluate[Tensor]]] = [
            (target, compile_expression(value, _Literal(), cheap)) for target, value in kept
        ]
        self._expressions: dict[str, Evaluate[Tensor]] = {
            name: compile_expression(value, _Total(), cheap) for name, value in asked.items()
        }

    def _hoist(self, node: Any, parameters: frozenset[str]) -> Any:
        """``node`` with symbols for the largest parts that hold nothing but parameters."""
        if node.is_Symbol or node.is_Number:
            return node
        if {str(s.name) for s in node.free_symbols} <= parameters:
            name = sympy.Symbol(f"scalar.{len(self._table)}")
            return self._table.setdefault(node, name)
        return node.func(*(self._hoist(arg, parameters) for arg in node.args))

    def scalars(self, parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The parameters, and what is computed of them alone, under names of its own."""
        return {**parameters, **{n: f(parameters) for n, f in self._scalars.items()}}

    def step(self, values: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """``values`` (x, g, slots before, ``scalars``) with what one iteration assigns; pure."""
        found = dict(values)
        for target, evaluate in self._updates:
            value = evaluate(found).expand_as(values["x"])
            found[NEXT if target == "x" else target] = value
        return found

    def expression(self, name: str, values: Mapping[str, Tensor]) -> Tensor:
        """The value of an expression at what ``step`` returned, of the shape of x."""
        return self._expressions[name](values).expand_as(values["x"])
