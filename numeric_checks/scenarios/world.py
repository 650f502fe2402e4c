"""A scenario tree in exact arithmetic: every process at every node, by the recursion itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from flint import arb, fmpq

from ...optimizers.batched import Evaluate, compile_expression
from ...optimizers.recursions import Recursion, previous
from ...proofs.kernel.terms import Term
from ..exact import (
    Argument,
    EvaluationError,
    Exact,
    ExactArithmetic,
    ExactPoint,
    FutureError,
    MissingError,
    closed_value,
    from_fraction,
)

MAX_BITS = 1 << 14
"""Of a rational: the squares in v^k double its digits at every step. Larger ones become balls."""


class ExactObjective(Protocol):
    """An objective in exact arithmetic, such as ``instances.Profile``."""

    def exact_value(self, point: Sequence[Exact]) -> Exact:
        """F(point)."""

    def exact_gradient(self, point: Sequence[Exact]) -> list[Exact]:
        """The gradient at a point."""


@dataclass(frozen=True)
class Step:
    """The outcomes of one iteration.

    Attributes:
        probabilities: one for each outcome, the same at every node.
        values: the noise g^k - grad f(x^k) as [node][outcome][coordinate]. The nodes are the
            histories before this iteration, in lexicographic order (the last outcome varies
            fastest); a single entry serves every node.
    """

    probabilities: tuple[Fraction, ...]
    values: tuple[tuple[tuple[Fraction, ...], ...], ...]

    @property
    def outcomes(self) -> int:
        """How many there are."""
        return len(self.probabilities)

    def at(self, position: int) -> tuple[tuple[Fraction, ...], ...]:
        """The noise of each outcome at the node of that number."""
        return self.values[position if len(self.values) > 1 else 0]


@dataclass(eq=False)
class World:
    """What all nodes of one tree share.

    Args:
        K, d: the horizon and the dimension.
        recursion: whose updates make the processes; None: there are none.
        objective: f; None: no function of points, and no processes.
        start: x^1.
        steps: the outcomes of the iterations 1, ..., K.
        values: constants, hyperparameters and scalar variables by name.
        sigma: the noise level of each coordinate.
        minimiser: x*, where a theory speaks of it.
    """

    K: int
    d: int
    recursion: Recursion | None
    objective: ExactObjective | None
    start: tuple[Fraction, ...]
    steps: tuple[Step, ...]
    sigma: tuple[Fraction, ...]
    values: Mapping[str, Fraction | Term]
    minimiser: tuple[Fraction, ...] | None = None

    def __post_init__(self) -> None:
        self._numbers = {name: closed_value(value) for name, value in self.values.items()}
        missing = [p.name for p in self.recursion.parameters if p.name not in self._numbers
                   ] if self.recursion and self.steps else []  # fmt: skip
        if missing:
            raise MissingError(f"no value of the hyperparameter {missing[0]}")
        self._updates = [] if self.recursion is None else _exact_updates(self.recursion)
        slots = () if self.recursion is None else self.recursion.slots
        self.initial_slots = {slot.name: slot.initial for slot in slots}
        names = {"g", *(target for target, _ in self._updates)} if self._updates else set()
        self.processes = names - {"x"}
        self._at: dict[tuple[str, ExactPoint], list[Exact]] = {}

    @property
    def depth(self) -> int:
        """The number of steps of the tree."""
        return len(self.steps) if self.recursion is not None else 0

    def root(self) -> TreePlace:
        """The empty history."""
        return TreePlace(self, (), None, ExactPoint([from_fraction(v) for v in self.start]), {}, 0)

    def constant(self, name: str, args: tuple[Argument, ...]) -> Exact | None:
        """A constant, or the noise level of a coordinate."""
        if name == "sigma" and len(args) == 1 and isinstance(args[0], int):
            if not 1 <= args[0] <= self.d:
                raise MissingError(f"sigma has coordinates 1..{self.d}, not {args[0]}")
            return from_fraction(self.sigma[args[0] - 1])
        if name == "xstar" and self.minimiser and len(args) == 1 and isinstance(args[0], int):
            if not 1 <= args[0] <= self.d:
                raise MissingError(f"x* has coordinates 1..{self.d}, not {args[0]}")
            return from_fraction(self.minimiser[args[0] - 1])
        return None if args else self._numbers.get(name)

    def variable(self, name: str) -> Exact | None:
        """A scalar variable of the statement."""
        return self._numbers.get(name)

    def function(self, name: str, point: ExactPoint) -> list[Exact]:
        """[f(point)], or the gradient there."""
        if self.objective is None:
            raise MissingError(f"no objective is given, so {name} has no value")
        key = (name, point)
        if key not in self._at:
            if name == "f":
                self._at[key] = [self.objective.exact_value(point.coordinates)]
            else:
                self._at[key] = self.objective.exact_gradient(point.coordinates)
        return self._at[key]

    def after(
        self, place: TreePlace, noise: Sequence[Fraction]
    ) -> tuple[dict[str, list[Exact]], ExactPoint]:
        """The processes of the next iteration, and the iterate after it."""
        gradient = self.function("grad", place.iterate)
        g = [value + from_fraction(n) for value, n in zip(gradient, noise, strict=True)]
        found: dict[str, list[Exact]] = {target: [] for target, _ in self._updates}
        for i in range(self.d):
            values: dict[str, Exact] = {"x": place.iterate.coordinates[i], "g": g[i]}
            for slot in self.initial_slots:
                values[previous(slot).name] = place.slot(slot)[i]
            values.update(self._numbers)
            for target, evaluate in self._updates:
                values[target] = limited(evaluate(values))
                found[target].append(values[target])
        return {**found, "g": g}, ExactPoint(found.pop("x"))

    def initial(self, slot: str) -> list[Exact]:
        """A slot before the first iteration."""
        return [from_fraction(self.initial_slots[slot])] * self.d


@dataclass(eq=False)
class TreePlace:
    """One history: the environment there, and a node in the sense of ``exact.TreeNode``.

    Attributes:
        iterate: x^{k+1} after the k outcomes of ``history``.
        values: g^k and what the recursion assigned at iteration k, by name [d].
        position: the number of the history among those of its length.
    """

    world: World
    history: tuple[int, ...]
    parent: TreePlace | None
    iterate: ExactPoint
    values: Mapping[str, list[Exact]]
    position: int

    def __post_init__(self) -> None:
        self._children: list[tuple[Exact, TreePlace]] | None = None

    @property
    def environment(self) -> TreePlace:
        """This node."""
        return self

    def past(self, level: int) -> TreePlace:
        """The node of the first ``level`` outcomes."""
        place = self
        while len(place.history) > level and place.parent is not None:
            place = place.parent
        return place

    def children(self) -> Sequence[tuple[Exact, TreePlace]]:
        """The next outcomes with their probabilities."""
        if self._children is None:
            self._children = []
            k = len(self.history)
            if k < self.world.depth:
                step = self.world.steps[k]
                for o, (chance, noise) in enumerate(
                    zip(step.probabilities, step.at(self.position), strict=True)
                ):
                    values, iterate = self.world.after(self, noise)
                    where = self.position * step.outcomes + o
                    child = TreePlace(
                        self.world, (*self.history, o + 1), self, iterate, values, where
                    )
                    self._children.append((from_fraction(chance), child))
        return self._children

    def slot(self, name: str) -> list[Exact]:
        """A slot after the outcomes so far."""
        return list(self.values[name]) if self.history else self.world.initial(name)

    # --- the environment ----------------------------------------------------------------------

    @property
    def dimension(self) -> int:
        """The number d of coordinates."""
        return self.world.d

    def index(self, name: str) -> int | None:
        return {"K": self.world.K, "d": self.world.d}.get(name)

    def variable(self, name: str) -> Exact | None:
        return self.world.variable(name)

    def point(self, name: str, args: tuple[int, ...]) -> ExactPoint | None:
        if name != "x" or len(args) != 1 or self.world.objective is None:
            return None
        (time,) = args
        if not 1 <= time <= self.world.depth + 1:
            raise MissingError(f"x[{time}]: there are x[1], ..., x[{self.world.depth + 1}]")
        if time - 1 > len(self.history):
            raise FutureError(f"x[{time}]", time - 1)
        return self.past(time - 1).iterate

    def apply(self, name: str, args: tuple[Argument, ...]) -> Exact | None:
        if args and isinstance(args[0], ExactPoint) and name in ("f", "grad"):
            values = self.world.function(name, args[0])
            return values[0] if name == "f" else ExactPoint(values)[_coordinate(name, args[1:])]
        if name in self.world.processes and args and isinstance(args[0], int):
            return ExactPoint(self._process(name, args[0]))[_coordinate(name, args[1:])]
        return self.world.constant(name, args)

    def _process(self, name: str, time: int) -> list[Exact]:
        if time == 0 and name in self.world.initial_slots:
            return self.world.initial(name)
        if not 1 <= time <= self.world.depth:
            raise MissingError(f"{name}[{time}]: the iterations are 1, ..., {self.world.depth}")
        if time > len(self.history):
            raise FutureError(f"{name}[{time}]", time)
        return self.past(time).values[name]


def limited(value: Exact) -> Exact:
    """``value``; a rational of too many digits becomes a ball."""
    if isinstance(value, fmpq) and max(value.p.bit_length(), value.q.bit_length()) > MAX_BITS:
        return arb(value)
    return value


def _exact_updates(recursion: Recursion) -> list[tuple[str, Evaluate[Exact]]]:
    arithmetic = ExactArithmetic()
    return [(u.target, compile_expression(u.value, arithmetic)) for u in recursion.updates]


def _coordinate(name: str, args: tuple[Argument, ...]) -> int:
    if len(args) != 1 or not isinstance(args[0], int):
        raise EvaluationError(f"{name} takes one coordinate, not {args}")
    return args[0]
