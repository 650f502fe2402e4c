"""A recursion compiled for lists of tensors, in place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sympy
from torch import Tensor

from ..batched import compile_expression
from ..batched.expressions import Evaluate
from ..recursions import Recursion, previous
from .lists import ListArithmetic, Operand, Tensors, Term, Value, foreach, one_by_one


@dataclass(frozen=True)
class _Assignment:
    """One update: its target, its right-hand side, and the names whose tensors it may overwrite."""

    target: str
    evaluate: Evaluate[Value]
    free: frozenset[str]


class Rule:
    """``recursion`` as assignments to lists of tensors; made by ``compiled``.

    A slot or x is overwritten as soon as its old value is read for the last time; what an
    abbreviation holds is let go then.
    """

    def __init__(self, recursion: Recursion, arithmetic: ListArithmetic) -> None:
        self.recursion = recursion
        self.arithmetic = arithmetic
        self.slots = tuple(slot.name for slot in recursion.slots)
        scalars = frozenset(p.name for p in recursion.parameters)
        reads = [_reads(update.value) for update in recursion.updates]
        self.assignments = tuple(
            _Assignment(
                update.target,
                compile_expression(update.value, arithmetic, scalars),
                frozenset(self._free(update.target, reads[number:])),
            )
            for number, update in enumerate(recursion.updates)
        )

    def _free(self, target: str, reads: Sequence[Mapping[str, int]]) -> set[str]:
        """The names whose tensors ``target``'s update, whose reads come first, may overwrite.

        It reads them once and for the last time, and they are its own old value or abbreviations:
        another slot's storage is kept for that slot's value.
        """
        now, later = reads[0], {name for counted in reads[1:] for name in counted}
        own = target if target == "x" else previous(target).name
        kept = {*self.slots, "x", "g", *(previous(name).name for name in self.slots)} - {own}
        return {name for name, times in now.items() if times == 1} - later - kept

    def advance(
        self,
        x: Tensors,
        g: Sequence[Tensor],
        slots: Mapping[str, Tensors],
        parameters: Mapping[str, float],
        sign: float = 1.0,
    ) -> None:
        """One iteration, in place: x^k becomes x^{k+1}, the slots their values at k.

        Args:
            x: n tensors of one dtype and device.
            g: their gradients (shapes, dtype and device of x), which are only read.
            slots: for each slot n tensors like x.
            parameters: the hyperparameters.
            sign: -1 to ascend: the gradient is ``sign * g``.
        """
        values: dict[str, Value] = dict(parameters)
        values["x"], values["g"] = _term(x), Term(sign, Operand(list(g)))
        for name, tensors in slots.items():
            values[previous(name).name] = _term(tensors)
        made: dict[str, Tensors] = {}
        storage = {"x": x, **slots}
        for assignment in self.assignments:
            value = assignment.evaluate(_Freed(values, assignment.free))
            if not isinstance(value, Term):  # constant in the coordinates
                value = Term(
                    1.0, Operand([tensor.new_full((), value).expand_as(tensor) for tensor in x])
                )
            for name in assignment.free:
                del values[name]
            own = self.arithmetic.own(value)
            values[assignment.target] = _term(own)
            if assignment.target in storage:
                made[assignment.target] = own
        for name, tensors in made.items():
            if tensors is not storage[name]:
                self.arithmetic.copy(storage[name], tensors)


class _Freed(dict[str, Any]):
    """The values, those of some names marked as free to be overwritten."""

    def __init__(self, values: Mapping[str, Value], free: frozenset[str]) -> None:
        super().__init__(values)
        for name in free:
            value = self[name]
            if isinstance(value, Term):
                self[name] = Term(1.0, Operand(value.first.tensors, free=True))


def _term(tensors: Tensors) -> Term:
    return Term(1.0, Operand(tensors))


def _reads(expression: sympy.Expr) -> Counter[str]:
    nodes = sympy.preorder_traversal(expression)
    return Counter(str(node.name) for node in nodes if isinstance(node, sympy.Symbol))


@cache
def compiled(recursion: Recursion, together: bool) -> Rule:
    """The rule of ``recursion``: by ``torch._foreach_*``, or tensor by tensor.

    Raises:
        UnsupportedExpressionError: an update uses something that the walker does not translate.
    """
    return Rule(recursion, ListArithmetic(foreach if together else one_by_one))
