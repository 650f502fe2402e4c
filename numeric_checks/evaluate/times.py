"""Which times of a run a statement speaks of, read off its terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ...proofs.kernel.indices import substitute_indices
from ...proofs.kernel.terms import (
    App,
    Ix,
    Lambda,
    Node,
    PointApp,
    Sum,
    open_body,
)
from ..exact import EvaluationError, MissingError, Unfold
from ..simulate import Run
from .ranges import Range
from .statement import Statement

_DEEPEST = 50
"""Definitions inside definitions, beside the steps of one by recursion over an index."""


@dataclass(frozen=True)
class TimeUse:
    """A process or point process ``name`` at the time ``index``.

    ``bound``: for each opened bound index around it, the range of its sum.
    """

    name: str
    index: Ix
    bound: Mapping[str, tuple[Ix, Ix]]

    def extent(self, indices: Mapping[str, int]) -> Range:
        """The earliest and the latest time, for given values of free indices and constants."""
        return self._extent(self.index, indices)

    def _extent(self, ix: Ix, indices: Mapping[str, int]) -> Range:
        if ix.base is None:
            return ix.offset, ix.offset
        name = str(ix.base)
        if name in self.bound:
            low, high = (self._extent(end, indices) for end in self.bound[name])
            return low[0] + ix.offset, high[1] + ix.offset
        if name not in indices:
            raise MissingError(f"no value for the index {name}")
        return indices[name] + ix.offset, indices[name] + ix.offset


def time_uses(terms: Iterable[Node], run: Run, unfold: Unfold) -> tuple[TimeUse, ...]:
    """Every use of a recorded process, through sums and definitions.

    Raises:
        EvaluationError: definitions unfold without end.
    """
    names = frozenset(run.processes), frozenset(run.constants)
    indices = tuple(run.indices.items())
    return _time_uses(tuple(terms), *names, indices, run.start is not None, unfold)


@lru_cache(maxsize=256)
def _time_uses(
    terms: tuple[Node, ...],
    processes: frozenset[str],
    known: frozenset[str],
    indices: tuple[tuple[str, int], ...],
    has_start: bool,
    unfold: Unfold,
) -> tuple[TimeUse, ...]:
    values = dict(indices)
    constants = {name: Ix(None, value) for name, value in values.items()}
    todo: list[tuple[Node, dict[str, tuple[Ix, Ix]], int]] = [
        (substitute_indices(term, constants), {}, 0) for term in terms
    ]
    deepest = _DEEPEST + sum(values.values())
    uses: list[TimeUse] = []
    seen: set[tuple[Node, tuple[object, ...]]] = set()
    while todo:
        node, bound, unfolded = todo.pop()
        if isinstance(node, App):
            key = (node, tuple(bound.items()))
            if key in seen:
                continue
            seen.add(key)
        if isinstance(node, Sum | Lambda):
            name = f"bound.{len(bound)}"
            whole = Ix(None, 1), Ix(None, values["d"])
            ends = (node.low, node.high) if isinstance(node, Sum) else whole
            todo.append((open_body(node.body, Ix(name)), {**bound, name: ends}, unfolded))
            continue
        if isinstance(node, App | PointApp):
            first = node.args[0] if node.args else None
            recorded = isinstance(node, PointApp) or node.name in processes
            if isinstance(node, PointApp) and has_start and first == Ix(None, 1):
                continue  # the start is a constant
            if recorded and isinstance(first, Ix):
                uses.append(TimeUse(node.name, first, bound))
            elif isinstance(node, App) and node.name != "coord" and node.name not in known:
                found = unfold(node)
                if found is not None:
                    if unfolded >= deepest:
                        raise EvaluationError(f"the definition of {node.name} does not end: {node}")
                    right = substitute_indices(found[0], constants)
                    todo.append((right, bound, unfolded + 1))
        for part in node.parts():
            inside = part if isinstance(part, tuple) else (part,)
            todo += [(p, bound, unfolded) for p in inside if isinstance(p, Node)]
    return tuple(uses)


def time_indices(statement: Statement, run: Run) -> set[str]:
    """The free indices that stand where a time stands."""
    relations = [statement.conclusion, *statement.relations]
    return {
        str(use.index.base)
        for use in time_uses(relations, run, statement.unfold)
        if isinstance(use.index.base, str) and use.index.base not in use.bound
    }


@dataclass(frozen=True)
class Span:
    """The times ``first .. last`` a statement needs at a place, and where its replay starts."""

    first: int
    anchor: int
    last: int


def span(statement: Statement, run: Run, indices: Mapping[str, int], lead: int = 0) -> Span:
    """The times that ``statement`` at ``indices`` asks for.

    The replay starts as late as it can: at the iteration ``anchor`` whose state, x[anchor] and
    the slots of ``anchor - 1``, precedes everything the statement mentions, the latest slots
    themselves being recomputed; and ``lead`` iterations before that.
    """
    slots = {slot.name for slot in run.recursion.slots} if run.recursion is not None else set()
    relations = [statement.conclusion, *statement.relations]
    uses = [
        (use.name, *use.extent({**run.indices, **indices}))
        for use in time_uses(relations, run, statement.unfold)
    ]
    uses = [use for use in uses if use[1] <= use[2]]  # empty sums ask for nothing
    earliest, latest = min((u[1] for u in uses), default=1), max((u[2] for u in uses), default=1)
    anchors = [low for name, low, _ in uses if name != "g" and name not in slots]
    kept = [(low, high) for name, low, high in uses if name in slots]
    if kept:
        # Slots just before the step are part of the state; the last ones are never taken as read.
        anchors.append(min(min(low for low, _ in kept) + 1, max(high for _, high in kept)))
    anchor = max(min(anchors, default=earliest) - lead, 1)
    return Span(min(anchor - 1, earliest), anchor, latest)
