"""The constants of a run as exact numbers, and hypotheses about nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass

from flint import arb

from ...proofs.kernel.terms import Add, Formula, Ix, Rel, Term
from ..exact import (
    Argument,
    Environment,
    Exact,
    ExactPoint,
    ExpectationError,
    IndeterminateError,
    MissingError,
    absolute,
    closed_value,
    exact_term,
    from_float,
    from_fraction,
    sign,
    working_precision,
)
from ..simulate import Run
from .statement import Statement

PRECISIONS = (200, 400, 800, 1600)
"""Bits, tried in turn: 60 decimal digits to begin with."""

NEARLY_EQUAL = 2.0**-40
"""An equation between constants holds up to this difference, relative to the absolute values of its
terms: the hyperparameters of a run are floats, and cannot meet ``eta = 1/sqrt(L K)`` exactly.
(Relative to the terms, as ``theta = 1 - s`` with s = 1 has two sides that vanish.)"""


class ConstantEnvironment:
    """Index constants, constants, variables and the start of one instance of a run; no process."""

    def __init__(self, run: Run, row: int, statement: Statement) -> None:
        self.run, self.row, self.statement = run, row, statement
        self._start: ExactPoint | None = None

    @property
    def dimension(self) -> int:
        """D."""
        return self.run.d

    def index(self, name: str) -> int | None:
        """K and d."""
        return self.run.indices.get(name)

    def variable(self, name: str) -> Exact | None:
        """A value given with the statement."""
        value = self.statement.variables.get(name)
        if value is None:
            return None
        return from_float(value) if isinstance(value, float) else closed_value(value)

    def apply(self, name: str, args: tuple[Argument, ...]) -> Exact | None:
        """A constant, or a coordinate-indexed one."""
        entry = self.run.constants.get(name)
        if entry is None or len(args) > 1:
            return None
        at = args[0] if args else 1
        if not isinstance(at, int) or not 1 <= at <= self.run.d:
            raise MissingError(f"{name} has coordinates 1..{self.run.d}, not {at}")
        return entry.exact_at(self.row, at - 1)

    def point(self, name: str, args: tuple[int, ...]) -> ExactPoint | None:
        """The start x[1], which is deterministic; no other point is a constant."""
        if name != "x" or args != (1,) or self.run.start is None:
            return None
        if self._start is None:
            floats = self.run.start[self.row].tolist()
            self._start = ExactPoint([from_float(v) for v in floats])
        return self._start


def constant_hypothesis(relation: Rel, statement: Statement, run: Run) -> list[bool] | None:
    """For each instance, is a hypothesis between constants satisfied? None if it is about more.

    Decided by exact arithmetic; what no precision of ``PRECISIONS`` decides counts as not
    satisfied. Equations hold up to ``NEARLY_EQUAL``.
    """
    varying = _varying(run)
    answers = []
    for row in range(run.rows if varying else 1):
        environment = ConstantEnvironment(run, row, statement)
        try:
            answers.append(is_satisfied(relation, environment, statement))
        except (MissingError, ExpectationError):
            return None
    return answers if varying else answers * run.rows


def _varying(run: Run) -> bool:
    """Do constants or the start differ between instances?"""
    if any(len(c.floats) > 1 for c in run.constants.values()):
        return True
    return run.start is not None and not bool((run.start == run.start[:1]).all())


@dataclass(frozen=True)
class Condition:
    """What became of a hypothesis between constants at the values of a run.

    Attributes:
        hypothesis: a relation or an index condition of the statement.
        holds: in every instance, by exact arithmetic; of an equation, up to ``NEARLY_EQUAL``.
        deviation: of an equation, a bound of ``|left - right|`` over the sum of the absolute values
            of its terms, the largest of the instances; 0 for everything else.
    """

    hypothesis: Formula
    holds: bool
    deviation: float = 0.0


def conditions(statement: Statement, run: Run) -> tuple[Condition, ...]:
    """Every hypothesis that speaks of constants alone, at the values of ``run``.

    Index conditions on free indices say where a statement is checked, and random hypotheses are
    checked place by place: neither is listed.
    """
    found = []
    for le in statement.index_hypotheses:
        ends = [_number(ix, run) for ix in (le.left, le.right)]
        if None not in ends:
            found.append(Condition(le, ends[0] <= ends[1]))  # type: ignore[operator]
    for relation in statement.relations:
        rows = constant_hypothesis(relation, statement, run)
        if rows is not None:
            deviations = [
                relative_deviation(relation, ConstantEnvironment(run, row, statement), statement)
                for row in (range(run.rows) if _varying(run) else (0,))
                if relation.op == "="
            ]
            found.append(Condition(relation, all(rows), max(deviations, default=0.0)))
    return tuple(found)


def _number(ix: Ix, run: Run) -> int | None:
    if ix.base is None:
        return ix.offset
    value = run.indices.get(ix.base) if isinstance(ix.base, str) else None
    return None if value is None else value + ix.offset


def relative_deviation(equation: Rel, environment: Environment, statement: Statement) -> float:
    """A bound of ``|left - right|`` over the sum of the absolute values of the terms."""
    with working_precision(PRECISIONS[1]):
        gap, scale = _gap(equation, environment, statement)
        if sign(gap) == 0:
            return 0.0
        ratio = arb(gap) / arb(scale)
        return float(ratio.abs_upper()) if ratio.is_finite() else math.inf


def _gap(equation: Rel, environment: Environment, statement: Statement) -> tuple[Exact, Exact]:
    """``|left - right|``, and the sum of the absolute values of the terms."""
    terms = [
        [_side(t, environment, statement) for t in _summands(s)] for s in equation.parts()[::2]
    ]
    zero: Exact = from_fraction(0)
    left, right = (sum(side, zero) for side in terms)
    scale = sum((absolute(value) for side in terms for value in side), zero)
    return absolute(left - right), scale


def _summands(term: Term) -> tuple[Term, ...]:
    return term.terms if isinstance(term, Add) else (term,)


def is_satisfied(relation: Rel, environment: Environment, statement: Statement) -> bool:
    """Does a relation between constants hold? What cannot be decided counts as not satisfied.

    Raises:
        MissingError, ExpectationError: it is about more than constants.
    """
    for bits in PRECISIONS:
        with working_precision(bits):
            try:
                if relation.op == "=":
                    gap, scale = _gap(relation, environment, statement)
                    excess = sign(gap - from_float(NEARLY_EQUAL) * scale)
                    if excess is not None:
                        return excess <= 0
                    continue
                left, right = (_side(t, environment, statement) for t in relation.parts()[::2])
            except IndeterminateError:
                continue
            order = sign(right - left)
            if order is not None:
                return order > 0 or (order == 0 and relation.op == "<=")
    return False


def _side(term: Term, environment: Environment, statement: Statement) -> Exact:
    return exact_term(term, environment, {}, statement.unfold)
