"""What worlds hold: constants, processes, points, and functions of points."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from torch import Tensor

from ...optimizers.batched import ShapeError, nearest
from ...proofs.kernel.terms import App, Ix, Node, PointApp, PointVar, Var
from ..exact import EvaluationError, MissingError
from .dimensions import Dimensions
from .forest import Grown
from .values import Value, scalar

NUMBERS = {"pi": math.pi}
FUNCTIONS: Mapping[str, Callable[[Tensor], Tensor]] = {"Gamma": lambda t: t.lgamma().exp()}
"""Gamma at positive numbers; a theory's axioms say what is used of it, and of pi."""

COORDINATE = "#coordinate"
"""The dimension of a whole point, before one of its coordinates is taken."""


class Symbols:
    """The symbols of a statement on grown trees.

    Args:
        grown: the worlds.
        variables: values of free scalar variables [B] or [], and of point variables [B, d].
        dimensions: the values of indices.
    """

    def __init__(
        self, grown: Grown, variables: Mapping[str, Tensor], dimensions: Dimensions
    ) -> None:
        self.grown, self.variables, self.dimensions = grown, variables, dimensions
        self.rows = max(grown.rows, *(len(v) for v in variables.values() if v.ndim), 1)

    def variable(self, variable: Var) -> Value:
        """A scalar variable: its value given, or else a constant or hyperparameter of that name."""
        given = self.variables.get(variable.name, self.grown.constants.get(variable.name))
        if given is None:
            hint = nearest(variable.name, {*self.variables, *self.grown.constants})
            raise MissingError(f"no value for the variable {variable.name}; {hint}")
        if given.ndim == 2:
            raise EvaluationError(f"{variable.name} is no scalar: {list(given.shape)}")
        return _constant(given)

    def point(self, point: PointApp | PointVar) -> Value:
        """A point, with its coordinates along ``COORDINATE``."""
        if isinstance(point, PointApp):
            if point.name not in self.grown.points:
                raise MissingError(f"no point process {point.name} in these worlds")
            held = self.grown.points[point.name]
            time = self.time(point.args[0], held, point)
            return Value(held[time], time - 1, (COORDINATE,))
        given = self.variables.get(point.name)
        if given is None:
            hint = nearest(point.name, self.variables)
            raise MissingError(f"no value for the point {point.name}; {hint}")
        if given.ndim != 2 or given.shape[1] != self.grown.d:
            raise ShapeError(f"{point.name} must be [B, {self.grown.d}], not {list(given.shape)}")
        return _constant(given)

    def application(self, app: App) -> Value | None:
        """A process or a constant that the worlds hold; None if ``app`` is something else."""
        held, args = self.grown.processes.get(app.name), app.args
        if held is not None and len(args) == 2:
            time, at = args
            if not isinstance(time, Ix) or not isinstance(at, Ix):
                raise EvaluationError(f"{app.name} takes a time and a coordinate: {app}")
            number = self.time(time, held, app)
            return self.coordinate(Value(held[number], number, (COORDINATE,)), at, app)
        if app.name in self.grown.constants and len(args) <= 1:
            value = _constant(self.grown.constants[app.name])
            if args and isinstance(args[0], Ix):
                return self.coordinate(value, args[0], app)
            if value.names:
                raise EvaluationError(f"the constant {app.name} varies with the coordinate")
            return value
        if app.name in NUMBERS and not args:
            like = self.grown.probabilities[0]
            return scalar(NUMBERS[app.name], like.device, like.dtype)
        return None

    def function(self, app: App, point: Value) -> Value:
        """F or its gradient at a point, whose coordinates are along ``COORDINATE``."""
        if self.grown.objective is None:
            raise MissingError(f"{app.name} is not known in these worlds: {app}")
        of, outer = app.args[0], tuple(n for n in point.names if n != COORDINATE)
        if isinstance(of, PointApp):
            held = self.grown.points[of.name]
            data = self.grown.at_point(app.name, of.name, self.time(of.args[0], held, of))
        else:
            batch = point.over((*outer, COORDINATE))
            batch = batch.expand(self.rows, *batch.shape[1:-1], self.grown.d)
            data = self.grown.function(app.name, batch.flatten(1, -2))
            data = data.reshape(*batch.shape[:-1], *data.shape[2:])
        if app.name == "f":
            return Value(data, point.level, outer)
        at = app.args[1]
        if not isinstance(at, Ix):
            raise EvaluationError(f"grad takes a point and an index: {app}")
        return self.coordinate(Value(data, point.level, (*outer, COORDINATE)), at, app)

    def time(self, ix: Ix, held: Mapping[int, Tensor], app: Node) -> int:
        """A time at which something is held."""
        time = self.dimensions.fixed(ix)
        if time is None:
            raise EvaluationError(f"{app} uses the coordinate {ix.base} as a time")
        if time not in held:
            span = f"{min(held)}..{max(held)}"
            raise MissingError(f"{app} is asked for at time {time}; times are {span}")
        return time

    def coordinate(self, value: Value, ix: Ix, app: App) -> Value:
        """The coordinates ``ix`` of ``value``; itself if it does not depend on them."""
        low, high = self.dimensions.extent(ix)
        if low < 1 or high > self.grown.d:
            raise EvaluationError(f"{app}: coordinates {low}..{high} of R^{self.grown.d}")
        if COORDINATE not in value.names:
            return value
        position = value.names.index(COORDINATE) + 2
        if self.dimensions.fixed(ix) is not None:
            names = tuple(n for n in value.names if n != COORDINATE)
            return Value(value.data.select(position, low - 1), value.level, names)
        name = str(ix.base)
        if name in value.names:
            raise EvaluationError(f"{app} uses the coordinate {name} twice")
        data = value.data.narrow(position, low - 1, high - low + 1)
        return value.renamed(data, COORDINATE, name)


def _constant(given: Tensor) -> Value:
    if given.ndim == 2:
        return Value(given[:, None], 0, (COORDINATE,))
    return Value(given.reshape(-1, 1), 0)
