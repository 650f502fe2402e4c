"""Kernel terms in floating point, on many points at once, for searching. Nothing here proves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

    def evaluate(values: Mapping[str, Array]) -> Array:
        known: dict[k.Term, Array] = {}
        with np.errstate(all="ignore"):
            for node in order:
                known[node] = _value(node, known, values)
        return known[term]

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


def _value(node: k.Term, known: Mapping[k.Term, Array], values: Mapping[str, Array]) -> Array:
    if isinstance(node, k.Rat):
        return np.float64(node.value)
    if isinstance(node, k.Add):
        return sum(known[part] for part in node.terms)
    if isinstance(node, k.Mul):
        result: Array = 1.0
        for part in node.terms:
            result = result * known[part]
        return result
    if isinstance(node, k.Pow):
        return np.power(known[node.base], float(node.exponent))
    if isinstance(node, k.Abs):
        return np.abs(known[node.body])
    if isinstance(node, k.IxVal):
        base = 0.0 if node.index.base is None else values[name_of(node)]
        return base + node.index.offset
    return values[name_of(node)]


def name_of(node: k.Term) -> str:
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
                found.add(name_of(part))
    return frozenset(found)
