"""Kernel terms on a scenario tree: expectations are finite weighted means over nodes.

F_k is what the first k outcomes tell. A node of the tree is a history; a term is evaluated at the
shortest history that knows everything it reads: reading g^k at a node of less than k outcomes
raises ``FutureError``, and whoever can go on from there does (a conditional expectation averages
over the histories to come, ``on_histories`` looks at each of them).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from ...proofs.kernel.terms import CE, Add, E, Ix, PointVar, Sum, Term, free_indices, open_body
from .numbers import Exact, from_fraction
from .terms import (
    Environment,
    EvaluationError,
    ExactPoint,
    ExactReading,
    MissingError,
    Unfold,
    bound_name,
)

T = TypeVar("T")


class FutureError(EvaluationError):
    """A value of a later time was read; ``time`` is what the history would have to know."""

    def __init__(self, what: str, time: int) -> None:
        super().__init__(f"{what} is not known before step {time}")
        self.time = time


class TreeNode(Protocol):
    """A history, with what is known there.

    ``environment`` raises ``FutureError`` for what is known later only.
    """

    @property
    def history(self) -> tuple[int, ...]:
        """The outcomes so far, numbered 1, 2, ..."""

    @property
    def environment(self) -> Environment:
        """What names mean at this node."""

    def past(self, level: int) -> TreeNode:
        """The node of the first ``level`` outcomes, ``0 <= level <= len(history)``."""

    def children(self) -> Sequence[tuple[Exact, TreeNode]]:
        """The next outcomes with their conditional probabilities; empty at the end."""


@dataclass
class _Shared:
    """What all readings of one tree share."""

    unfold: Unfold
    depth: int
    points: Mapping[str, ExactPoint]
    readings: dict[tuple[int, ...], ExactTreeReading] = field(default_factory=dict)
    means: dict[tuple[object, ...], Exact] = field(default_factory=dict)


class ExactTreeReading(ExactReading):
    """Terms at one node of a tree.

    Args:
        node: where; others are reached from it.
        unfold: definitions, for what the environment does not know.
        depth: the number of steps, beyond which F_k tells no more.
        points: values of point variables.
    """

    def __init__(
        self,
        node: TreeNode,
        unfold: Unfold,
        depth: int,
        points: Mapping[str, ExactPoint] | None = None,
    ) -> None:
        super().__init__(node.environment, unfold)
        self.node = node
        self._shared = _Shared(unfold, depth, dict(points or {}))
        self._shared.readings[node.history] = self

    def at(self, node: TreeNode) -> ExactTreeReading:
        """The reading at another node of the same tree."""
        found = self._shared.readings.get(node.history)
        if found is None:
            found = ExactTreeReading(node, self._shared.unfold, self._shared.depth)
            found._shared = self._shared
            self._shared.readings[node.history] = found
        return found

    def value(self, term: Term, indices: Mapping[str, int]) -> Exact:
        """The value of a closed term, its free indices given.

        Raises:
            FutureError: it is not known at this node yet.
            MissingError, EvaluationError, IndeterminateError: as ``exact_term``.
        """
        return self.term(term, dict(indices), 0)

    def point_variable(self, variable: PointVar) -> ExactPoint:
        found = self._shared.points.get(variable.name)
        if found is None:
            raise MissingError(f"no value for the point {variable.name}")
        return found

    def expectation(self, term: E | CE, names: dict[str, int], depth: int) -> Exact:
        level = max(self.index(term.index, names), 0) if isinstance(term, CE) else 0
        level = min(level, self._shared.depth)
        if level > len(self.node.history):
            raise FutureError("a conditional expectation", level)
        return self.at(self.node.past(level))._mean(term.body, names, depth)

    def _mean(self, body: Term, names: dict[str, int], depth: int) -> Exact:
        """E[body | this history]; sums are taken outside, so that each part stops where it may."""
        if isinstance(body, Add):
            return self._total(self._mean(part, names, depth) for part in body.terms)
        if isinstance(body, Sum):
            name = bound_name(depth)
            inside = open_body(body.body, Ix(name))
            span = range(self.index(body.low, names), self.index(body.high, names) + 1)
            return self._total(
                self._mean(inside, {**names, name: value}, depth + 1) for value in span
            )
        used = tuple(names.get(n) for n in sorted(free_indices(body)))
        key = (self.node.history, body, used)
        if key not in self._shared.means:
            self._shared.means[key] = self._averaged(body, names, depth)
        return self._shared.means[key]

    def _averaged(self, body: Term, names: dict[str, int], depth: int) -> Exact:
        try:
            return self.term(body, names, depth)
        except FutureError as error:
            return self._total(
                chance * self.at(node)._averaged(body, names, depth)
                for chance, node in descendants(self.node, error.time)
            )

    @staticmethod
    def _total(parts: Iterator[Exact]) -> Exact:
        return sum(parts, from_fraction(0))


def descendants(node: TreeNode, time: int) -> Iterator[tuple[Exact, TreeNode]]:
    """The histories of ``time`` outcomes that continue ``node``, with conditional probabilities.

    Raises:
        EvaluationError: the tree ends before.
    """
    if len(node.history) >= time:
        yield from_fraction(1), node
        return
    children = node.children()
    if not children:
        raise EvaluationError(f"the tree has {len(node.history)} steps, not {time}")
    for chance, child in children:
        for later, found in descendants(child, time):
            yield chance * later, found


def on_histories(
    reading: ExactTreeReading, compute: Callable[[ExactTreeReading], T]
) -> Iterator[tuple[tuple[int, ...], T]]:
    """What ``compute`` gives on every history, each the shortest that knows enough."""
    try:
        found = compute(reading)
    except FutureError as error:
        for _, node in descendants(reading.node, error.time):
            yield from on_histories(reading.at(node), compute)
        return
    yield reading.node.history, found


__all__ = ["ExactTreeReading", "FutureError", "TreeNode", "descendants", "on_histories"]
