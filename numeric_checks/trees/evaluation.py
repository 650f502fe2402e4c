"""Both sides of a statement and their ratio, at every place of a forest."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, product
from math import prod

import torch
from torch import Tensor

from ...proofs.kernel.indices import substitute_indices
from ...proofs.kernel.terms import Ix, Le, Rel, Term
from ..evaluate.ranges import Range, Ranges, UnboundedError, ranges
from ..evaluate.statement import Statement
from ..evaluate.summands import summands
from ..simulate import constant
from .forest import Grown
from .reading import TreeReading
from .values import Value, combine

TOLERANCE = 2.0**-40
"""A hypothesis counts as holding up to this difference, relative to the larger side.

Hyperparameters at the end of a range are rounded like all others, and a search must not lose them;
whoever reports a violation decides the hypotheses exactly.
"""


@dataclass(frozen=True)
class Block:
    """The places with the same times: [N, sizes...], flattened.

    ``names``: the indices that are dimensions, from ``starts`` on; ``level``: that the N nodes are
    at.
    """

    times: Mapping[str, int]
    level: int
    nodes: int
    names: tuple[str, ...]
    starts: tuple[int, ...]
    sizes: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many places."""
        return self.nodes * prod(self.sizes)


@dataclass(frozen=True)
class TreeEvaluation:
    """A statement at P places of B worlds, every tensor [B, P]; differentiable.

    A place is a value of each free index and, if the sides are random, a node of the level at which
    both are known (and the hypotheses, if they are random).

    Attributes:
        relation: what was evaluated.
        left, right: the two sides.
        upper, lower: the sums whose quotient is the ratio of ``left <= right``: ``upper`` is the
            positive terms on the left plus the negated negative ones on the right, ``lower`` the
            rest, all non-negative. ``left <= right`` iff ``upper <= lower``.
        within: where the hypotheses hold, in floats, up to ``TOLERANCE``.
        terms: the further terms asked for, at the same places.
        blocks: the places, in order.
        outcomes: b.
    """

    relation: Rel
    left: Tensor
    right: Tensor
    upper: Tensor
    lower: Tensor
    within: Tensor
    blocks: tuple[Block, ...]
    outcomes: int
    terms: tuple[Tensor, ...] = ()

    @property
    def skipped(self) -> Tensor:
        """Where the ratio is 0/0, within the hypotheses."""
        return self.within & (self.upper == 0) & (self.lower == 0)

    @property
    def log_ratio(self) -> Tensor:
        """``log(upper/lower)``: at most 0 iff ``left <= right``; -inf at 0/0.

        Of an equation, the absolute value. Where it is infinite the gradient is 0.
        """
        upper, lower = (_log(side) for side in (self.upper, self.lower))
        none = (self.upper == 0) & (self.lower == 0)
        ratio = torch.where(none, -torch.inf, upper - torch.where(none, 0.0, lower))
        return torch.where(none, ratio, ratio.abs()) if self.relation.op == "=" else ratio

    def place(self, position: int) -> dict[str, int]:
        """The indices at a position of the P places, and "node" (from 0) if the sides are random.

        Raises:
            IndexError: there is no such position.
        """
        block, within = self._block(position)
        node, *at = (int(t) for t in torch.unravel_index(
            torch.tensor(within), (block.nodes, *block.sizes)))  # fmt: skip
        found = {**block.times, **{name: start + offset for name, start, offset in zip(
            block.names, block.starts, at, strict=True)}}  # fmt: skip
        return {**found, "node": node} if block.level else found

    def path(self, position: int) -> tuple[int, ...]:
        """The outcomes (from 0) that lead from the root to the node of a place.

        Raises:
            IndexError: there is no such position.
        """
        block, within = self._block(position)
        node, digits = within // prod(block.sizes), []
        for _ in range(block.level):
            node, digit = divmod(node, self.outcomes)
            digits.append(digit)
        return tuple(reversed(digits))

    def _block(self, position: int) -> tuple[Block, int]:
        ends = list(accumulate(block.count for block in self.blocks))
        if not 0 <= position < (ends[-1] if ends else 0):
            raise IndexError(f"place {position} of {ends[-1] if ends else 0}")
        number = bisect_right(ends, position)
        return self.blocks[number], position - (ends[number - 1] if number else 0)


def _log(value: Tensor) -> Tensor:
    zero = value == 0
    return torch.where(zero, -torch.inf, torch.where(zero, 1.0, value).log())


def evaluate_on(
    statement: Statement,
    grown: Grown,
    variables: Mapping[str, Tensor] | None = None,
    *,
    boxes: Mapping[str, Range] | None = None,
    terms: Sequence[Term] = (),
) -> TreeEvaluation:
    """Evaluate ``statement`` at every place of every world of ``grown``.

    Args:
        statement: a kernel statement. Index hypotheses say where its free indices run; those whose
            range grows with d are coordinates, all others are times.
        grown: the worlds. What they hold (``constants`` among it) is never unfolded.
        variables: values of free scalar variables, [B] or [], and of point variables, [B, d];
            before those of the statement, hyperparameters and constants.
        boxes: ranges of some of the free indices, beside what the hypotheses say of them: to look
            at fewer places. An end that the hypotheses and ``boxes`` leave open is 1, or K.
        terms: what else to evaluate at the same places, such as one summand of a side.

    Returns:
        An evaluation without places (P = 0) if the index hypotheses cannot be met.

    Raises:
        MissingError, EvaluationError: see the message.
    """
    where, growing = _places(statement, grown, boxes or {})
    found = where.boxes
    dimensions = {name: found[name] for name in sorted(growing - where.time)}
    times = sorted(found.keys() - dimensions.keys())
    given = _fixed_variables(statement, grown)
    reading = TreeReading(grown, statement.unfold, {**given, **(variables or {})}, dimensions)
    parts: list[tuple[Block, list[Tensor]]] = []
    if where.satisfiable:
        for at in product(*(range(found[n][0], found[n][1] + 1) for n in times)):
            values = dict(zip(times, at, strict=True))
            if _possible(where.joint, values):
                parts.append(_block(statement, reading, values, dimensions, where.joint, terms))
                reading.forget()
    columns = list(zip(*(tensors for _, tensors in parts), strict=True)) or [()] * (5 + len(terms))
    empty = grown.probabilities[0].new_zeros(reading.rows, 0)
    joined = [torch.cat(column, 1) if column else empty for column in columns]
    left, right, upper, lower, within, *others = joined
    return TreeEvaluation(
        relation=statement.conclusion,
        left=left,
        right=right,
        upper=upper,
        lower=lower,
        within=within.to(torch.bool),
        blocks=tuple(block for block, _ in parts),
        outcomes=grown.probabilities[0].shape[-1],
        terms=tuple(others),
    )


def _places(
    statement: Statement, grown: Grown, boxes: Mapping[str, Range]
) -> tuple[Ranges, frozenset[str]]:
    """Where the free indices run, and which of their ranges grow with d."""
    free, conditions = statement.free(grown.indices), list(statement.index_hypotheses)
    for name, (low, high) in boxes.items():
        conditions += [Le(Ix(None, low), Ix(name)), Le(Ix(name), Ix(None, high))]
    while True:
        try:
            where = ranges(free, conditions, grown.indices)
        except UnboundedError as error:
            index, first, last = Ix(error.index), Ix(None, 1), Ix("K")
            conditions.append(Le(first, index) if error.side == "lower" else Le(index, last))
        else:
            return where, ranges(free, conditions, grown.indices, horizon="d").time


def _fixed_variables(statement: Statement, grown: Grown) -> dict[str, Tensor]:
    like = grown.probabilities[0]
    return {
        name: constant(value, name).floats.reshape(()).to(like)
        for name, value in statement.variables.items()
    }


def _possible(joint: tuple[Le, ...], times: Mapping[str, int]) -> bool:
    """Do the conditions between two times hold?"""
    for le in joint:
        if le.left.base in times and le.right.base in times:
            left, right = (times[str(ix.base)] + ix.offset for ix in (le.left, le.right))
            if left > right:
                return False
    return True


def _block(
    statement: Statement,
    reading: TreeReading,
    times: Mapping[str, int],
    dimensions: Mapping[str, Range],
    joint: tuple[Le, ...],
    terms: Sequence[Term],
) -> tuple[Block, list[Tensor]]:
    at = {name: Ix(None, value) for name, value in times.items()}
    conclusion = substitute_indices(statement.conclusion, at)
    left, right = (
        [reading.term(t) for t in summands(side, reading.definition)]
        for side in (conclusion.left, conclusion.right)
    )
    relations = [substitute_indices(r, at) for r in statement.relations]
    conditions = [substitute_indices(le, at) for le in joint if le.left.base not in times
                  or le.right.base not in times]  # fmt: skip
    within = _within(reading, relations, conditions)
    others = [reading.term(substitute_indices(t, at)) for t in terms]
    values = [*left, *right, within, *others]
    level = max(v.level for v in values)
    nodes = max(v.data.shape[1] for v in values)
    names = tuple(dimensions)
    sizes = tuple(high - low + 1 for low, high in dimensions.values())
    whole = (reading.rows, nodes, *sizes)

    def total(parts: list[Tensor]) -> Tensor:
        zero = torch.zeros((), dtype=reading.dtype, device=reading.device)
        return sum(parts, zero).expand(whole).flatten(1)

    lefts, rights = ([v.at(level, nodes).over(names) for v in side] for side in (left, right))
    tensors = [
        total(lefts),
        total(rights),
        total([v.clamp(min=0) for v in lefts] + [(-v).clamp(min=0) for v in rights]),
        total([v.clamp(min=0) for v in rights] + [(-v).clamp(min=0) for v in lefts]),
        within.at(level, nodes).over(names).expand(whole).flatten(1),
        *(v.at(level, nodes).over(names).expand(whole).flatten(1) for v in others),
    ]
    starts = tuple(low for low, _ in dimensions.values())
    return Block(dict(times), level, nodes, names, starts, sizes), tensors


def _within(reading: TreeReading, relations: list[Rel], conditions: list[Le]) -> Value:
    """Where the hypotheses hold; those on coordinates exactly."""
    result = Value(torch.ones((1, 1), dtype=torch.bool, device=reading.device), 0)
    for le in conditions:
        result = combine(torch.logical_and, result, reading.dimensions.holds(le))
    for relation in relations:
        left, right = (reading.term(t) for t in (relation.left, relation.right))
        result = combine(torch.logical_and, result, combine(_COMPARED[relation.op], left, right))
    return result


def _slack(left: Tensor, right: Tensor) -> Tensor:
    return TOLERANCE * torch.maximum(left.abs(), right.abs())


_COMPARED: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "<": torch.lt,
    "<=": lambda left, right: left <= right + _slack(left, right),
    "=": lambda left, right: (left - right).abs() <= _slack(left, right),
}
