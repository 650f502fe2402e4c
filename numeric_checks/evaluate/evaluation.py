"""Both sides of a statement, their slack and their ratio, over a window of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ...proofs.kernel.terms import Le, Rel, free_indices
from ..simulate import Constant, Run, constant
from .carried import Carried, WindowError
from .constants import constant_hypothesis
from .labelled import ROW, Labelled, combine
from .ranges import Range, Ranges, ranges
from .statement import Statement
from .summands import summands
from .times import time_indices
from .torch_backend import TorchReading

EQUATION_TOLERANCE = 2.0**-30
"""Relative difference above which an equation raises an alarm: floats do not meet equations."""


@dataclass(frozen=True)
class Evaluation:
    """A statement over a window. Every tensor has one dimension an entry of ``names``.

    Attributes:
        names: the free indices in order, then ``#row`` (of size 1 if nothing depends on it).
        starts: for each free index, its value at position 0.
        left, right: the two sides.
        upper, lower: the sums whose quotient is the ratio of ``left <= right``: ``upper`` is the
            positive terms on the left plus the negated negative ones on the right, ``lower`` the
            rest, all non-negative. ``left <= right`` iff ``upper <= lower``.
        within: where the hypotheses hold.
        estimated: was a mean over instances taken for an expectation?
    """

    relation: Rel
    names: tuple[str, ...]
    starts: Mapping[str, int]
    left: Tensor
    right: Tensor
    upper: Tensor
    lower: Tensor
    within: Tensor
    estimated: bool

    @property
    def slack(self) -> Tensor:
        """``right - left``."""
        return self.right - self.left

    @property
    def skipped(self) -> Tensor:
        """Where the ratio is 0/0, within the hypotheses."""
        return self.within & (self.upper == 0) & (self.lower == 0)

    @property
    def ratio(self) -> Tensor:
        """``upper / lower``: at most 1 iff ``left <= right``; NaN where it is 0/0.

        Of an equation, the larger of the quotient and its inverse.
        """
        if self.relation.op == "=":
            larger = torch.maximum(self.upper, self.lower)
            return larger / torch.minimum(self.upper, self.lower)
        return self.upper / self.lower

    @property
    def alarms(self) -> Tensor:
        """Where the floats say that the statement fails, or say nothing, within hypotheses."""
        finite = torch.isfinite(self.upper) & torch.isfinite(self.lower)
        if self.relation.op == "=":
            gap = (self.upper - self.lower).abs()
            fails = gap > EQUATION_TOLERANCE * torch.maximum(self.upper, self.lower)
        elif self.relation.op == "<":
            fails = (self.left >= self.right) | (self.upper >= self.lower)
        else:
            fails = (self.left > self.right) | (self.upper > self.lower)
        return self.within & (fails | ~finite)

    def place(self, position: tuple[int, ...]) -> tuple[dict[str, int], int]:
        """Index values and row of a position in the tensors."""
        values = dict(zip(self.names, position, strict=True))
        row = values.pop(ROW)
        return {name: at + self.starts[name] for name, at in values.items()}, row


def evaluate(
    statement: Statement,
    run: Run,
    *,
    carried: Carried | None = None,
    boxes: Mapping[str, Range] | None = None,
) -> Evaluation | None:
    """Evaluate ``statement`` for every free index that ``run`` owns, over all its instances.

    Args:
        statement: a kernel statement.
        run: a whole run, or one window.
        carried: what the windows before it left (a statement over windows needs one for all).
        boxes: the ranges of the free indices, by default those that the window owns.

    Returns:
        None if the window owns nothing of the statement, or the statement is not known yet.

    Raises:
        WindowError: the statement reaches for times the window does not hold.
        TreeError: it holds a conditional expectation.
        MissingError, UnboundedError, EvaluationError: see their messages.
    """
    carried = Carried() if carried is None else carried
    carried.pending = False
    where = statement_ranges(statement, run)
    found = owned_boxes(statement, run, where) if boxes is None else boxes
    if found is None:
        return None
    variables = variable_constants(statement)
    reading = TorchReading(run, found, statement.unfold, variables, where.time, carried)
    left = [reading.term(t) for t in summands(statement.conclusion.left, reading.definition)]
    right = [reading.term(t) for t in summands(statement.conclusion.right, reading.definition)]
    within = _within(statement, run, reading, where.joint)
    if carried.pending:
        if where.time:
            raise WindowError(f"{statement.name} needs the whole run: it looks ahead of a window")
        return None
    names = (*sorted(found), ROW)
    sizes = [found[n][1] - found[n][0] + 1 for n in names[:-1]]
    values = [*left, *right, within]
    sizes.append(run.rows if any(ROW in v.names for v in values) else 1)

    def total(parts: list[Tensor]) -> Tensor:
        zero = torch.zeros((), dtype=torch.float64, device=within.data.device)
        return sum(parts, zero).expand(sizes)

    lefts, rights = ([v.over(names) for v in side] for side in (left, right))
    return Evaluation(
        relation=statement.conclusion,
        names=names,
        starts={name: found[name][0] for name in names[:-1]},
        left=total(lefts),
        right=total(rights),
        upper=total([v.clamp(min=0) for v in lefts] + [(-v).clamp(min=0) for v in rights]),
        lower=total([v.clamp(min=0) for v in rights] + [(-v).clamp(min=0) for v in lefts]),
        within=within.over(names).expand(sizes),
        estimated=reading.estimated,
    )


def statement_ranges(statement: Statement, run: Run) -> Ranges:
    """Where the free indices run, whatever the window.

    Raises:
        UnboundedError: the hypotheses leave an index unbounded.
    """
    found = ranges(statement.free(run.indices), statement.index_hypotheses, run.indices)
    return replace(found, time=found.time | (time_indices(statement, run) & found.boxes.keys()))


def owned_boxes(statement: Statement, run: Run, where: Ranges) -> dict[str, Range] | None:
    """The ranges of the free indices in this window; None if they are empty.

    Raises:
        WindowError: two free times over a window of a longer run.
    """
    if not where.satisfiable:
        return None
    boxes = dict(where.boxes)
    if len(where.time) > 1 and not run.whole:
        raise WindowError(f"{statement.name} has two free times: it needs the whole run")
    for name in where.time:
        boxes[name] = run.owned(*boxes[name])
    return boxes if all(low <= high for low, high in boxes.values()) else None


def variable_constants(statement: Statement) -> dict[str, Constant]:
    """The values of the statement's free scalar variables."""
    return {name: constant(value, name) for name, value in statement.variables.items()}


def _within(
    statement: Statement, run: Run, reading: TorchReading, joint: tuple[Le, ...]
) -> Labelled:
    """Where the hypotheses hold: those between constants exactly, the others in floats."""
    result = Labelled(torch.tensor(True, device=reading.device), ())
    for le in joint:
        result = combine(torch.logical_and, result, reading.holds(le))
    for relation in statement.relations:
        rows = None
        if not free_indices(relation) - set(run.indices):
            rows = constant_hypothesis(relation, statement, run)
        if rows is not None:
            holds = Labelled(torch.tensor(rows, device=reading.device), (ROW,))
            if all(rows):
                continue
        else:
            left, right = reading.term(relation.left), reading.term(relation.right)
            holds = combine(_COMPARISONS[relation.op], left, right)
        result = combine(torch.logical_and, result, holds)
    return result


def _near(left: Tensor, right: Tensor) -> Tensor:
    return (left - right).abs() <= EQUATION_TOLERANCE * torch.maximum(left.abs(), right.abs())


_COMPARISONS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "<": torch.lt,
    "<=": torch.le,
    "=": _near,
}
