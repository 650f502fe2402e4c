"""The walker's arithmetic on lists of tensors: few passes over memory, few temporaries.

A value is a Python float (made of hyperparameters) or a ``Term``: a factor times one list of
tensors, or two multiplied, or one divided by another. A term is computed only when something needs
it, so that ``theta m + (1-theta) g`` is ``mul_`` and ``add_(alpha=)``, and ``x - eta m / D`` one
``addcdiv_``: the kernels one would have written by hand, from the declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

Tensors = list[Tensor]
Apply = Callable[..., Tensors]


def foreach(name: str, first: Tensors, *others: Any, **named: Any) -> Tensors:
    """``torch._foreach_NAME``: one call for the whole list; in place where NAME ends in ``_``."""
    made = getattr(torch, f"_foreach_{name}")(first, *others, **named)
    return first if name.endswith("_") else list(made)


def one_by_one(name: str, first: Tensors, *others: Any, **named: Any) -> Tensors:
    """The method NAME of each tensor, for tensors that ``torch._foreach_NAME`` does not take."""
    return [
        getattr(tensor, name)(*(o[i] if isinstance(o, list) else o for o in others), **named)
        for i, tensor in enumerate(first)
    ]


@dataclass(frozen=True, slots=True)
class Operand:
    """A list of tensors; ``free`` if nobody reads it again, so that it may be overwritten."""

    tensors: Tensors
    free: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """``factor * first``, that times ``second``, or (``divided``) that divided by ``second``."""

    factor: float
    first: Operand
    second: Operand | None = None
    divided: bool = False


Value = float | Term


class ListArithmetic:
    """Sums, products, quotients and powers of ``Value``s; an ``Arithmetic`` of the walker.

    Every term is used once: what an operation is given it may overwrite where it is ``free``.

    Args:
        apply: ``foreach`` or ``one_by_one``.
    """

    def __init__(self, apply: Apply) -> None:
        self.apply = apply

    def rational(self, value: Fraction) -> Value:
        """``value``, rounded to the nearest float64."""
        return float(value)

    def multiply(self, left: Value, right: Value) -> Value:
        """``left * right``, not yet computed."""
        if not isinstance(left, Term):
            return _scaled(right, left) if isinstance(right, Term) else left * right
        if not isinstance(right, Term):
            return _scaled(left, right)
        left, right = self._plain(left), self._plain(right)
        return Term(left.factor * right.factor, left.first, right.first)

    def divide(self, left: Value, right: Value) -> Value:
        """``left / right``, not yet computed."""
        if not isinstance(right, Term):
            return (
                Term(left.factor / right, left.first, left.second, left.divided)
                if isinstance(left, Term)
                else left / right
            )
        right = self._plain(right)
        if not isinstance(left, Term):
            return Term(left / right.factor, self._do("reciprocal", right.first))
        left = self._plain(left)
        return Term(left.factor / right.factor, left.first, right.first, divided=True)

    def add(self, left: Value, right: Value) -> Value:
        """``left + right``, added to whichever can be overwritten."""
        if not isinstance(left, Term):
            if not isinstance(right, Term):
                return left + right
            left, right = right, left
        if not isinstance(right, Term):
            if right == 0:
                return left
            return Term(1.0, self._do("add", self.compute(left), right))
        if _preference(right) > _preference(left):
            left, right = right, left
        onto = self.compute(left)
        if right.second is None:
            return Term(1.0, self._do("add", onto, right.first.tensors, alpha=right.factor))
        name = "addcdiv" if right.divided else "addcmul"
        pair = (right.first.tensors, right.second.tensors)
        return Term(1.0, self._do(name, onto, *pair, value=right.factor))

    def subtract(self, left: Value, right: Value) -> Value:
        """``left - right``: the same sum with the opposite factor, which rounds nothing."""
        return self.add(left, self.multiply(-1.0, right))

    def power(self, base: Value, exponent: Fraction) -> Value:
        """``base ** exponent``; a square is a product, a root its own kernel."""
        if not isinstance(base, Term):
            return float(base ** (int(exponent) if exponent.denominator == 1 else float(exponent)))
        if exponent == 2:
            base = self._plain(base)
            return Term(base.factor * base.factor, base.first, base.first)
        onto = self.compute(base)
        if exponent == Fraction(1, 2):
            return Term(1.0, self._do("sqrt", onto))
        whole = exponent.denominator == 1
        return Term(1.0, self._do("pow", onto, int(exponent) if whole else float(exponent)))

    def absolute(self, value: Value) -> Value:
        """``|value|``."""
        if not isinstance(value, Term):
            return abs(value)
        value = self._plain(value)
        return Term(abs(value.factor), self._do("abs", value.first))

    def compute(self, term: Term) -> Operand:
        """The list of tensors that a term is; the operand itself if it is one times 1."""
        made = term.first
        if term.second is not None:
            if not term.divided and term.second.free and not made.free:
                made, other = term.second, made
            else:
                other = term.second
            made = self._do("div" if term.divided else "mul", made, other.tensors)
        return made if term.factor == 1 else self._do("mul", made, term.factor)

    def own(self, term: Term) -> Tensors:
        """As ``compute``, but never a list that others read: their copy then."""
        made = self.compute(term)
        return made.tensors if made.free else [tensor.clone() for tensor in made.tensors]

    def copy(self, into: Tensors, tensors: Sequence[Tensor]) -> None:
        """Overwrite ``into``, whatever the dtypes."""
        self.apply("copy_", into, list(tensors))

    def _plain(self, term: Term) -> Term:
        return term if term.second is None else Term(1.0, self.compute(term))

    def _do(self, name: str, operand: Operand, *others: Any, **named: Any) -> Operand:
        """In place where the operand is free; what comes out is free."""
        name = f"{name}_" if operand.free else name
        return Operand(self.apply(name, operand.tensors, *others, **named), free=True)


def _scaled(term: Term, factor: float) -> Term:
    return Term(term.factor * factor, term.first, term.second, term.divided)


def _preference(term: Term) -> int:
    """What to add onto: best a free list, then one that needs no factor, last a product."""
    if term.second is not None:
        return 0
    return 3 if term.first.free else 2 if term.factor == 1 else 1
