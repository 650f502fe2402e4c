"""One step of a run, done again in exact arithmetic from the floats it started from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flint import arb, fmpq

from ...optimizers.batched import Evaluate, compile_expression
from ...optimizers.recursions import Recursion, previous
from ...proofs.kernel.terms import Rel
from ..exact import (
    Argument,
    EvaluationError,
    Exact,
    ExactArithmetic,
    ExactPoint,
    IndeterminateError,
    MissingError,
    as_float,
    exact_term,
    from_float,
    sign,
    working_precision,
)
from ..simulate import Run, Series
from .constants import PRECISIONS, ConstantEnvironment, constant_hypothesis
from .statement import Statement

Outcome = Literal["confirmed", "cleared", "outside", "undecided"]


class Replay(ConstantEnvironment):
    """A path from the recorded state at ``anchor`` on, recomputed exactly.

    x[anchor], the slots of ``anchor - 1`` and every g are the recorded floats, read as the dyadic
    rationals that they are; hyperparameters likewise. Everything later (slots, abbreviations,
    iterates, f and its gradient) is computed from them in exact arithmetic, by the same recursion
    and the instance's exact functions.

    ``balls``: the floats are read as balls of radius 0, so that a long replay costs the working
    precision at every step, and not rationals that grow with every step.
    """

    def __init__(
        self, run: Run, row: int, statement: Statement, anchor: int, *, balls: bool = False
    ) -> None:
        super().__init__(run, row, statement)
        self.balls = balls
        if run.recursion is None or run.instance is None:
            raise MissingError("the run carries no recursion or no instance: it cannot be replayed")
        self.recursion, self.instance = run.recursion, run.instance
        self.anchor = anchor
        self._updates = _exact_updates(run.recursion)
        self._recorded: dict[tuple[str, int], list[Exact]] = {}
        self._points: dict[int, ExactPoint] = {}
        self._values: dict[tuple[str, int], list[Exact]] = {}
        self._at: dict[tuple[str, ExactPoint], list[Exact]] = {}

    def point(self, name: str, args: tuple[int, ...]) -> ExactPoint | None:
        """X at a time from ``anchor`` on."""
        if name not in self.run.points:
            return None
        (time,) = args
        if time < self.anchor:
            start = super().point(name, args)
            if start is not None:
                return start
            raise MissingError(f"{name}[{time}] is before the replay's start {self.anchor}")
        if self.anchor not in self._points:
            self._points[self.anchor] = ExactPoint(self._read("x", self.anchor))
        while time not in self._points:
            self._step(max(self._points))
        return self._points[time]

    def apply(self, name: str, args: tuple[Argument, ...]) -> Exact | None:
        """Functions of points, processes, constants."""
        if args and isinstance(args[0], ExactPoint) and name in ("f", "grad"):
            values = self._function(name, args[0])
            return values[0] if name == "f" else ExactPoint(values)[_coordinate(name, args[1:])]
        if name in self.run.processes and args and isinstance(args[0], int):
            return ExactPoint(self._process(name, args[0]))[_coordinate(name, args[1:])]
        return super().apply(name, args)

    def _function(self, name: str, point: ExactPoint) -> list[Exact]:
        key = (name, point)
        if key not in self._at:
            if name == "f":
                self._at[key] = [self.instance.exact_value(point.coordinates)]
            else:
                self._at[key] = self.instance.exact_gradient(point.coordinates)
        return self._at[key]

    def _process(self, name: str, time: int) -> list[Exact]:
        if name == "g":
            return self._read(name, time)
        slots = {s.name: s for s in self.recursion.slots}
        if name in slots and time == self.anchor - 1:
            if time == 0:
                return [fmpq(slots[name].initial)] * self.run.d
            return self._read(name, time)
        if time < self.anchor:
            raise MissingError(f"{name}[{time}] is before the replay's start {self.anchor}")
        if (name, time) not in self._values:
            self.point("x", (time + 1,))
        return self._values[name, time]

    def _step(self, k: int) -> None:
        """Iteration k in exact arithmetic, coordinate by coordinate."""
        inputs: dict[str, list[Exact]] = {
            "x": list(self._points[k].coordinates),
            "g": self._read("g", k),
        }
        for slot in self.recursion.slots:
            inputs[previous(slot.name).name] = self._process(slot.name, k - 1)
        found: dict[str, list[Exact]] = {target: [] for target, _ in self._updates}
        for i in range(self.run.d):
            values = {name: column[i] for name, column in inputs.items()}
            for parameter in self.recursion.parameters:
                value = super().apply(parameter.name, (i + 1,))
                if value is None:
                    raise MissingError(f"the run has no value of {parameter.name}")
                values[parameter.name] = value
            for target, evaluate in self._updates:
                values[target] = evaluate(values)
                found[target].append(values[target])
        self._points[k + 1] = ExactPoint(found.pop("x"))
        for target, column in found.items():
            self._values[target, k] = column

    def _read(self, name: str, time: int) -> list[Exact]:
        if (name, time) not in self._recorded:
            series: Series = self.run.points["x"] if name == "x" else self.run.processes[name]
            try:
                floats = series.at(time)[self.row]
            except IndexError:
                raise MissingError(
                    f"{name}[{time}] is not in the window: simulate with more times before"
                ) from None
            exact = [from_float(v) for v in floats.tolist()]
            self._recorded[name, time] = [arb(v) for v in exact] if self.balls else [*exact]
        return self._recorded[name, time]


def _exact_updates(recursion: Recursion) -> list[tuple[str, Evaluate[Exact]]]:
    arithmetic = ExactArithmetic()
    return [(u.target, compile_expression(u.value, arithmetic)) for u in recursion.updates]


def _coordinate(name: str, args: tuple[Argument, ...]) -> int:
    if len(args) != 1 or not isinstance(args[0], int):
        raise EvaluationError(f"{name} takes one coordinate, not {args}")
    return args[0]


@dataclass(frozen=True)
class Reexamination:
    """What exact arithmetic says about an alarm.

    Attributes:
        outcome: ``confirmed`` (the statement fails there), ``cleared`` (it holds), ``outside``
            (a hypothesis fails there), ``undecided``.
        left, right: the sides, as floats.
        margin: an enclosure of ``right - left``, or the exact rational, as text.
        method: how it was decided, or why it was not.
    """

    outcome: Outcome
    left: float = field(default=float("nan"))
    right: float = field(default=float("nan"))
    margin: str = ""
    method: str = ""


def reexamine(
    statement: Statement,
    run: Run,
    row: int,
    indices: Mapping[str, int],
    anchor: int,
    *,
    balls: bool = False,
) -> Reexamination:
    """Decide ``statement`` at one place, by balls of growing precision around exact inputs.

    Args:
        statement: the same kernel statement that raised the alarm.
        run: a window or an excerpt that holds the state at ``anchor`` and g from then on.
        row: which of its instances.
        indices: the values of the free indices.
        anchor: where the replay starts (see ``span``).
        balls: no rationals (see ``Replay``).
    """
    reason = ""
    # Hypotheses between constants were decided for the whole run, equations with a tolerance.
    random = [r for r in statement.relations if constant_hypothesis(r, statement, run) is None]
    for bits in PRECISIONS:
        with working_precision(bits):
            try:
                replay = Replay(run, row, statement, anchor, balls=balls)
                for relation in random:
                    left, right = _sides(relation, replay, indices, statement)
                    if _fails(relation, left, right):
                        return Reexamination("outside", method=f"hypothesis fails: {relation}")
                left, right = _sides(statement.conclusion, replay, indices, statement)
            except IndeterminateError as error:
                reason = str(error)
                continue
            except EvaluationError as error:
                return Reexamination("undecided", method=str(error))
            gap = right - left
            fails = _fails(statement.conclusion, left, right)
            rational = isinstance(gap, fmpq)
            method = "exact rationals" if rational else f"balls of {bits} bits"
            sides = (as_float(left), as_float(right), _text(gap))
            if fails is not None:
                return Reexamination("confirmed" if fails else "cleared", *sides, method)
            digits = int(bits * 0.301)
            reason = f"the sides agree to about {digits} digits"
    return Reexamination("undecided", method=reason)


def _sides(
    relation: Rel, replay: Replay, indices: Mapping[str, int], statement: Statement
) -> tuple[Exact, Exact]:
    left, right = (
        exact_term(t, replay, indices, statement.unfold) for t in (relation.left, relation.right)
    )
    return left, right


def _fails(relation: Rel, left: Exact, right: Exact) -> bool | None:
    gap = sign(right - left)
    if gap is None:
        return None
    return {"<=": gap < 0, "<": gap <= 0, "=": gap != 0}[relation.op]


def _text(value: Exact) -> str:
    if isinstance(value, arb):
        return str(value.str(20))
    text = str(value)
    return text if len(text) <= 40 else f"{as_float(value):.17g} (exact rational)"
