"""What a term is on each scenario of a tree, by structural recursion on the term.

Functions are total as in docs/trust.md, section 1. What symbols and variables mean is for
subclasses to say: a model that a theory declares (``model``), or one made at random by a test.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from ..kernel.terms import (
    CE,
    Abs,
    Add,
    App,
    E,
    Fin,
    Formula,
    Ix,
    IxVal,
    Lambda,
    Le,
    Mul,
    Point,
    PointApp,
    PointVar,
    Pow,
    Rat,
    Rel,
    Sum,
    Term,
    Var,
)
from .errors import ModelError
from .numbers import Interval, absolute, compared, exact, plus, raised, times
from .tree import Tree, Value

Env = Mapping[Any, int]
"""Integers for index names, and for the numbers of the binders around a term."""


class Evaluation(ABC):
    """Terms and formulas on the scenarios of ``tree``; ``constants``: the index constants."""

    def __init__(self, tree: Tree, constants: Mapping[str, int]) -> None:
        self.tree, self.constants = tree, dict(constants)

    # --- what a model says --------------------------------------------------------------------

    @abstractmethod
    def symbol(self, name: str, at: tuple[int, ...]) -> Value:
        """A declared symbol at integers; for a point process, the coordinate comes last."""

    @abstractmethod
    def function(self, term: App, env: Env) -> Value:
        """A declared function at points or real numbers."""

    @abstractmethod
    def variable(self, variable: Var, env: Env) -> Value:
        """A scalar variable."""

    @abstractmethod
    def point_variable(self, variable: PointVar, env: Env) -> Callable[[int], Value]:
        """The coordinates of a point variable."""

    def mean(self, level: int, body: Term, env: Env) -> Value:
        """E[body | F_level]."""
        return self.tree.mean(level, self.value(body, env))

    def undefined(self, term: Pow, scenario: int) -> None:  # noqa: B027 - total functions go on
        """Called where a denominator is 0 or a radicand negative; the value is 0 all the same."""

    # --- terms --------------------------------------------------------------------------------

    def constant(self, value: int | Fraction) -> Value:
        """The same number on every scenario."""
        return [exact(value)] * len(self.tree.paths)

    def index(self, ix: Ix, env: Env) -> int:
        """The integer that an index is."""
        if ix.base is None:
            return ix.offset
        if isinstance(ix.base, str) and ix.base in self.constants:
            return self.constants[ix.base] + ix.offset
        if ix.base not in env:
            raise ModelError(f"no value is given for the index {ix}")
        return env[ix.base] + ix.offset

    def point(self, p: Point, env: Env) -> Callable[[int], Value]:
        """The coordinates of a point, for all integers."""
        if isinstance(p, Lambda):
            body = p.body
            return lambda n: self.value(body, bound(env, n))
        if isinstance(p, PointVar):
            return self.point_variable(p, env)
        if not isinstance(p, PointApp):
            raise ModelError(f"not a point: {p}")
        name, at = p.name, tuple(self.index(a, env) for a in p.args)
        return lambda n: self.symbol(name, (*at, n))

    def value(self, term: Term, env: Env) -> Value:
        """The number that ``term`` is, on each scenario."""
        if isinstance(term, Rat):
            return self.constant(term.value)
        if isinstance(term, IxVal):
            return self.constant(self.index(term.index, env))
        if isinstance(term, Var):
            return self.variable(term, env)
        if isinstance(term, Add | Mul):
            join, start = (plus, 0) if isinstance(term, Add) else (times, 1)
            return self._joined(join, start, [self.value(part, env) for part in term.terms])
        if isinstance(term, Pow):
            base = self.value(term.base, env)
            for scenario, number in enumerate(base):
                if _is_undefined(number, term.exponent):
                    self.undefined(term, scenario)
            return [raised(number, term.exponent) for number in base]
        if isinstance(term, Abs):
            return [absolute(number) for number in self.value(term.body, env)]
        if isinstance(term, Sum):
            span = range(self.index(term.low, env), self.index(term.high, env) + 1)
            return self._joined(plus, 0, [self.value(term.body, bound(env, n)) for n in span])
        if isinstance(term, E):
            return self.mean(0, term.body, env)
        if isinstance(term, CE):
            return self.mean(self.index(term.index, env), term.body, env)
        if isinstance(term, App):
            return self._application(term, env)
        raise ModelError(f"not a real term: {term}")

    def _joined(
        self, join: Callable[[Interval, Interval], Interval], start: int, values: list[Value]
    ) -> Value:
        if not values:
            return self.constant(start)
        result, *others = values
        for value in others:
            result = [join(p, q) for p, q in zip(result, value, strict=True)]
        return result

    def _application(self, term: App, env: Env) -> Value:
        if term.name == "coord":
            point, at = term.args
            if not (isinstance(point, Point) and isinstance(at, Ix)):
                raise ModelError(f"not a coordinate: {term}")
            return self.point(point, env)(self.index(at, env))
        if all(isinstance(a, Ix) for a in term.args):
            return self.symbol(
                term.name, tuple(self.index(a, env) for a in term.args if isinstance(a, Ix))
            )
        return self.function(term, env)

    # --- formulas -----------------------------------------------------------------------------

    def truth(self, formula: Formula, env: Env) -> list[bool | None]:
        """Does ``formula`` hold, on each scenario? None if enclosures do not tell."""
        if isinstance(formula, Le):
            known = self.index(formula.left, env) <= self.index(formula.right, env)
            return [known] * len(self.tree.paths)
        if isinstance(formula, Fin):  # on a finite space every random variable is bounded
            return [True] * len(self.tree.paths)
        if not isinstance(formula, Rel):
            raise ModelError(f"not decidable on scenarios: {formula}")
        left, right = self.value(formula.left, env), self.value(formula.right, env)
        return [compared(p, formula.op, q) for p, q in zip(left, right, strict=True)]

    def premises(self, hypotheses: Sequence[Formula], env: Env) -> list[bool | None]:
        """Do all hypotheses hold, on each scenario?"""
        result: list[bool | None] = [True] * len(self.tree.paths)
        for hypothesis in hypotheses:
            known = self.truth(hypothesis, env)
            result = [
                False if False in (one, two) else None if None in (one, two) else True
                for one, two in zip(result, known, strict=True)
            ]
            if not any(one is not False for one in result):
                break
        return result

    def refutes(self, hypotheses: Sequence[Formula], conclusion: Formula, env: Env) -> bool:
        """Is there a scenario on which all ``hypotheses`` hold, and ``conclusion`` does not?"""
        premises = self.premises(hypotheses, env)
        if True not in premises:
            return False
        known = self.truth(conclusion, env)
        return any(p is True and fact is False for p, fact in zip(premises, known, strict=True))


def _is_undefined(base: Interval, exponent: Fraction) -> bool:
    if exponent.denominator > 1 and base[0] < 0:
        return base[1] < 0 or base[0] == base[1]
    return exponent < 0 and base[0] == base[1] == 0


def bound(env: Env, value: int) -> Env:
    """The environment inside one more binder, whose index is ``value``."""
    inner = {(n + 1 if isinstance(n, int) else n): at for n, at in env.items()}
    return {**inner, 0: value}
