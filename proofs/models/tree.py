"""Scenario trees: finitely many outcomes at each step, with rational probabilities.

The probability space is the set of paths (scenarios); F_k is what the first k outcomes tell, and
F_k = {nothing, everything} for k <= 0. Every history has positive probability, so "almost surely"
means on every scenario and a conditional expectation is a weighted mean, without a version to
choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from .errors import TreeError
from .numbers import Interval, exact, plus, times

MAX_SCENARIOS = 4096
History = tuple[int, ...]
Value = list[Interval]
"""A random variable: its number on each scenario."""


@dataclass(frozen=True)
class Tree:
    """All histories of ``depth`` steps; outcomes are numbered 1, 2, ..."""

    depth: int = 0
    paths: tuple[History, ...] = ((),)
    weights: tuple[Fraction, ...] = (Fraction(1),)

    def grown(self, probabilities: Sequence[Sequence[Fraction]]) -> Tree:
        """One more step: for each scenario, the probabilities of its next outcomes.

        Raises ``TreeError`` unless they are positive ``Fraction`` numbers of sum 1 at every node.
        """
        if len(probabilities) != len(self.paths):
            raise TreeError(f"{len(self.paths)} nodes, {len(probabilities)} distributions")
        paths: list[History] = []
        weights: list[Fraction] = []
        for path, weight, chances in zip(self.paths, self.weights, probabilities, strict=True):
            for number, chance in enumerate(chances, 1):
                if type(chance) is not Fraction:
                    raise TreeError(f"{node(path)}: {chance!r} is no exact probability")
                if chance <= 0:
                    raise TreeError(f"{node(path)}: outcome {number} has probability {chance}")
                paths.append((*path, number))
                weights.append(weight * chance)
            if sum(chances) != 1:
                raise TreeError(f"{node(path)}: the probabilities sum to {sum(chances)}, not 1")
        if len(paths) > MAX_SCENARIOS:
            raise TreeError(f"more than {MAX_SCENARIOS} scenarios")
        return Tree(self.depth + 1, tuple(paths), tuple(weights))

    def past(self, level: int) -> list[History]:
        """What F_level knows of each scenario."""
        return [path[: max(0, min(level, self.depth))] for path in self.paths]

    def mean(self, level: int, value: Value) -> Value:
        """E[value | F_level]: on each scenario, the weighted mean over those of the same past."""
        past = self.past(level)
        total: dict[History, Interval] = {}
        mass: dict[History, Fraction] = {}
        for history, weight, number in zip(past, self.weights, value, strict=True):
            total[history] = plus(total.get(history, exact(0)), times(exact(weight), number))
            mass[history] = mass.get(history, Fraction(0)) + weight
        means = {h: times(total[h], exact(1 / mass[h])) for h in total}
        return [means[history] for history in past]

    def node_of(self, scenario: int, *values: Value) -> History:
        """The shortest history of ``scenario`` that determines the values."""
        for level in range(self.depth):
            past = self.past(level)
            seen: dict[History, list[Interval]] = {}
            now = [[v[n] for v in values] for n in range(len(past))]
            pairs = zip(past, now, strict=True)
            if all(seen.setdefault(h, numbers) == numbers for h, numbers in pairs):
                return past[scenario]
        return self.paths[scenario]


def node(history: History) -> str:
    """A node of the tree, in words."""
    if not history:
        return "at the root"
    return f"after the outcome{'s' * (len(history) > 1)} {', '.join(map(str, history))}"
