"""Kernel terms in floating point, on many points at once, for searching. Nothing here proves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import add, mul
from typing import Any, TypeAlias

import numpy as np

from ..kernel import terms as k

Array: TypeAlias = Any
"""A float or an array of floats; all of one evaluation broadcast together."""
Function: TypeAlias = Callable[[Mapping[str, Array]], Array]


def function(term: k.Term) -> Function:
    """``term`` as a function of the values of its constants, by name.

    The semantics are IEEE's: a denominator 0 gives an infinity or NaN, which no search takes for a
    value. Only what a constant can be made of is admitted; sums over indices are not.

    Raises:
        KeyError: (by the function) a constant has no value.
        TypeError: the term speaks of something else than constants, such as an expectation.

    >>> half = function(k.Mul((k.Rat(k.Fraction(1, 2)), k.Var("c", "det"))))
    >>> float(half({"c": 3.0}))
    1.5
    """
    order: list[k.Term] = []
    _collect(term, order, set())
    place = {node: n for n, node in enumerate(order)}
    program = [_instruction(node, place) for node in order]

    def evaluate(values: Mapping[str, Array]) -> Array:
        known: list[Array] = []
        with np.errstate(all="ignore"):
            for compute in program:
                known.append(compute(known, values))
        return known[-1]

    return evaluate


def _collect(term: k.Term, order: list[k.Term], seen: set[k.Term]) -> None:
    """The parts of a term, each once and after its own parts."""
    if term in seen:
        return
    seen.add(term)
    for part in _parts(term):
        _collect(part, order, seen)
    order.append(term)


def _parts(term: k.Term) -> tuple[k.Term, ...]:
    if isinstance(term, k.Add | k.Mul):
        return term.terms
    if isinstance(term, k.Pow):
        return (term.base,)
    if isinstance(term, k.Abs):
        return (term.body,)
    if isinstance(term, k.Rat | k.Var | k.IxVal) or (isinstance(term, k.App) and not term.args):
        return ()
    raise TypeError(f"no closed form in constants: {term}")


def _instruction(
    node: k.Term, place: Mapping[k.Term, int]
) -> Callable[[list[Array], Mapping[str, Array]], Array]:
    """How a node's value follows from those of its parts, which stand at their places."""
    at = [place[part] for part in _parts(node)]
    if isinstance(node, k.Rat):
        number = np.float64(node.value)
        return lambda known, values: number
    if isinstance(node, k.Add):
        return lambda known, values: reduce(add, [known[n] for n in at])
    if isinstance(node, k.Mul):
        return lambda known, values: reduce(mul, [known[n] for n in at])
    if isinstance(node, k.Pow):
        (base,), exponent = at, float(node.exponent)
        return lambda known, values: np.power(known[base], exponent)
    if isinstance(node, k.Abs):
        (body,) = at
        return lambda known, values: np.abs(known[body])
    if isinstance(node, k.IxVal) and node.index.base is None:
        offset = float(node.index.offset)
        return lambda known, values: offset
    name, shift = _input(node), node.index.offset if isinstance(node, k.IxVal) else 0
    return lambda known, values: values[name] + shift


def _input(node: k.Term) -> str:
    """The name of a constant, or of the index whose value it is."""
    if isinstance(node, k.IxVal):
        return str(node.index.base)
    if isinstance(node, k.Var | k.App):
        return node.name
    raise TypeError(f"not a constant: {node}")


def names(*nodes: k.Node) -> frozenset[str] | None:
    """The names of the constants in terms or relations; None if they speak of something else."""
    found: set[str] = set()
    for node in nodes:
        for part, _ in k.subterms(node):
            if isinstance(part, k.E | k.CE | k.Sum | k.Point) or (
                isinstance(part, k.App) and part.args
            ):
                return None
            if isinstance(part, k.Var | k.App | k.IxVal):
                found.add(_input(part))
    return frozenset(found)
