"""What a search returns when it returns no theorem, and terms as readable text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..kernel.terms import (
    CE,
    Abs,
    Add,
    App,
    E,
    Ix,
    IxVal,
    Mul,
    Node,
    PointApp,
    PointVar,
    Pow,
    Rat,
    Rel,
    Sum,
    Term,
    Var,
)


@dataclass(frozen=True)
class Counterexample:
    """A rational point that satisfies every fact and violates the goal; both decided exactly.

    ``point``: a value for each free quantity. ``abstracted``: those of them that are no variables
    (expectations, sums, applications): the point refutes the step as a statement about independent
    real numbers, and says nothing about random variables that would realise it.
    """

    point: Mapping[Term, Fraction]
    text: str
    abstracted: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Undecided:
    """Neither a proof nor a counterexample: what was tried, and which sides were not proved.

    ``spent``: the search stopped because its budget was, not because nothing was left to try.
    """

    tried: tuple[str, ...]
    needed: tuple[Rel, ...] = ()
    spent: bool = False

    @property
    def text(self) -> str:
        """One line for a person."""
        return self.told(show)

    def told(self, show: Callable[[Rel], str]) -> str:
        """The same, in the notation of ``show``."""
        text = f"undecided; tried {', '.join(self.tried) or 'nothing'}"
        if self.spent:
            text += ", until the search had done all it may"
        if self.needed:
            text += f"; not proved on the way: {'; '.join(map(show, dict.fromkeys(self.needed)))}"
        return text


@dataclass(frozen=True)
class FalseInModel:
    """The step is false in a model of the theory where its hypotheses hold; ``text`` says where."""

    text: str


Failure = Counterexample | FalseInModel | Undecided


def show(node: Node) -> str:
    """A term or relation in infix notation, for messages only."""
    if isinstance(node, Rel):
        return f"{show(node.left)} {node.op} {show(node.right)}"
    return _show(node, 0)


def _show(node: Node, binding: int) -> str:
    """``binding``: 0 in a sum, 1 in a product, 2 as the base of a power."""
    if isinstance(node, Add):
        text = " + ".join(_show(t, 0) for t in node.terms).replace("+ -", "- ")
        return _bracketed(text or "0", binding > 0)
    if isinstance(node, Mul):
        factors = list(node.terms)
        sign = ""
        if factors and factors[0] == Rat(Fraction(-1)) and len(factors) > 1:
            sign, factors = "-", factors[1:]
        text = sign + "*".join(_show(t, 1) for t in factors)
        return _bracketed(text or "1", binding > 1 or (bool(sign) and binding > 0))
    if isinstance(node, Pow):
        if node.exponent == Fraction(1, 2):
            return f"sqrt({_show(node.base, 0)})"
        exponent = str(node.exponent)
        exponent = exponent if exponent.isdigit() else f"({exponent})"
        return _bracketed(f"{_show(node.base, 2)}^{exponent}", binding > 1)
    if isinstance(node, Rat):
        whole = node.value >= 0 and node.value.denominator == 1
        return _bracketed(str(node.value), binding > 1 and not whole)
    if isinstance(node, Abs):
        return f"|{_show(node.body, 0)}|"
    if isinstance(node, Sum):
        return f"Sum[{_index(node.low)}..{_index(node.high)}]({_show(node.body, 0)})"
    if isinstance(node, E):
        return f"E[{_show(node.body, 0)}]"
    if isinstance(node, CE):
        return f"E[{_show(node.body, 0)} | F_{_index(node.index)}]"
    if isinstance(node, Var | PointVar):
        return node.name
    if isinstance(node, IxVal):
        return _index(node.index)
    if isinstance(node, Ix):
        return _index(node)
    if isinstance(node, App | PointApp):
        listed = ", ".join(_show(a, 0) for a in node.args)
        return f"{node.name}[{listed}]" if listed else node.name
    return node.key


def _index(index: Ix) -> str:
    if index.base is None:
        return str(index.offset)
    base = f"i{index.base}" if isinstance(index.base, int) else str(index.base)
    return f"{base}{index.offset:+d}" if index.offset else base


def _bracketed(text: str, needed: bool) -> str:
    return f"({text})" if needed else text
