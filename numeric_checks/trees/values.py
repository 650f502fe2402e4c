"""Random variables on a forest: their numbers at the nodes of one level of every tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ..evaluate.labelled import Labelled


@dataclass(frozen=True)
class Value:
    """A random variable that is known at a level, in every world, for every coordinate.

    Attributes:
        data: [R, N, ...]: R is 1 or the number of worlds, N the number of nodes at the level; then
            one dimension a name.
        level: how many outcomes have to be known. Node n has the children n b, ..., n b + b - 1.
        names: of the dimensions after the first two, distinct.
    """

    data: Tensor
    level: int
    names: tuple[str, ...] = ()

    def over(self, names: tuple[str, ...]) -> Tensor:
        """A view [R, N, ...] with dimensions ``names``, of size 1 where it does not depend."""
        if names == self.names:
            return self.data
        return self._labelled.over((_WORLD, _NODE, *names))

    @property
    def _labelled(self) -> Labelled:
        return Labelled(self.data, (_WORLD, _NODE, *self.names))

    def map(self, function: Callable[[Tensor], Tensor]) -> Value:
        """The image, number by number."""
        return Value(function(self.data), self.level, self.names)

    def sum(self, name: str) -> Value:
        """The sum over a dimension that is there."""
        total = self._labelled.sum(name)
        return Value(total.data, self.level, total.names[2:])

    def renamed(self, data: Tensor, old: str, new: str) -> Value:
        """``data`` in place of the numbers, and another name for a dimension."""
        return Value(data, self.level, tuple(new if n == old else n for n in self.names))

    def at(self, level: int, nodes: int) -> Value:
        """The same variable at a deeper level, of so many nodes; a view if there is one node."""
        here = self.data.shape[1]
        if here == nodes:
            return Value(self.data, level, self.names)
        if here == 1:
            return Value(self.data.expand(-1, nodes, *self.data.shape[2:]), level, self.names)
        return Value(self.data.repeat_interleave(nodes // here, 1), level, self.names)


_WORLD, _NODE = "#world", "#node"


def combine(function: Callable[[Tensor, Tensor], Tensor], left: Value, right: Value) -> Value:
    """``function`` number by number, at the deeper of the two levels.

    The shallower one is broadcast over the descendants of its nodes, without a copy.
    """
    names = (*left.names, *(name for name in right.names if name not in left.names))
    one, two = left.over(names), right.over(names)
    nodes = one.shape[1], two.shape[1]
    level = max(left.level, right.level)
    if nodes[0] == nodes[1] or 1 in nodes:
        return Value(function(one, two), level, names)
    few = min(nodes)
    one, two = (t.reshape(len(t), few, -1, *t.shape[2:]) for t in (one, two))
    return Value(function(one, two).flatten(1, 2), level, names)


def mean(value: Value, level: int, probabilities: Sequence[Tensor]) -> Value:
    """The conditional expectation at ``level``.

    Args:
        value: a variable.
        level: of the sigma-algebra; below 1 it is trivial. A variable known at it is its own mean.
        probabilities: of the outcomes of each step, [B or 1, N or 1, b].
    """
    level, data = max(level, 0), value.data
    if value.level <= level:
        return value
    for step in range(value.level, level, -1):
        chances = probabilities[step - 1]
        if chances.shape[-1] == 1:
            break
        children = data.reshape(len(data), -1, chances.shape[-1], *data.shape[2:])
        weights = chances.view(*chances.shape, *(1 for _ in value.names))
        data = (weights * children).sum(2)
    return Value(data, level, value.names)


def scalar(number: float, device: torch.device, dtype: torch.dtype = torch.float64) -> Value:
    """A number."""
    return Value(torch.full((1, 1), number, dtype=dtype, device=device), 0)
