"""The constants of a run as exact numbers, and hypotheses about nothing else."""

from __future__ import annotations

from ...proofs.kernel.terms import Rel, Term
from ..exact import (
    Argument,
    Exact,
    ExactPoint,
    ExpectationError,
    IndeterminateError,
    MissingError,
    absolute,
    closed_value,
    exact_term,
    from_float,
    sign,
    working_precision,
)
from ..simulate import Run
from .statement import Statement

PRECISIONS = (200, 400, 800, 1600)
"""Bits, tried in turn: 60 decimal digits to begin with."""

NEARLY_EQUAL = 2.0**-40
"""An equation between constants holds up to this relative difference: the hyperparameters of a run
are floats, and cannot meet ``eta = 1/sqrt(L K)`` exactly."""


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
    varying = any(len(c.floats) > 1 for c in run.constants.values())
    varying = varying or (run.start is not None and not bool((run.start == run.start[:1]).all()))
    answers = []
    for row in range(run.rows if varying else 1):
        environment = ConstantEnvironment(run, row, statement)
        try:
            answers.append(_satisfied(relation, environment, statement))
        except (MissingError, ExpectationError):
            return None
    return answers if varying else answers * run.rows


def _satisfied(relation: Rel, environment: ConstantEnvironment, statement: Statement) -> bool:
    for bits in PRECISIONS:
        with working_precision(bits):
            try:
                left, right = (_side(t, environment, statement) for t in relation.parts()[::2])
            except IndeterminateError:
                continue
            if relation.op == "=":
                tolerance = from_float(NEARLY_EQUAL) * (absolute(left) + absolute(right))
                excess = sign(absolute(left - right) - tolerance)
                if excess is not None:
                    return excess <= 0
                continue
            gap = sign(right - left)
            if gap is not None:
                return gap > 0 or (gap == 0 and relation.op == "<=")
    return False


def _side(term: Term, environment: ConstantEnvironment, statement: Statement) -> Exact:
    return exact_term(term, environment, {}, statement.unfold)
