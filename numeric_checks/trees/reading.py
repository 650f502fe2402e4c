"""Kernel terms to random variables on grown trees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import torch
from torch import Tensor

from ...optimizers.batched import ShapeError, nearest
from ...proofs.kernel.indices import substitute_indices
from ...proofs.kernel.terms import (
    CE,
    Abs,
    Add,
    App,
    E,
    Ix,
    IxVal,
    Lambda,
    Le,
    Mul,
    Node,
    Point,
    PointApp,
    PointVar,
    Pow,
    Rat,
    Sum,
    Term,
    Var,
    open_body,
    subterms,
)
from ..evaluate.labelled import total_power
from ..evaluate.ranges import Range
from ..exact import EvaluationError, MissingError, Unfold, recursion_steps
from .forest import Grown
from .values import Value, combine, mean, scalar

COORDINATE = "#coordinate"
"""The dimension of a whole point, before one of its coordinates is taken."""


class TreeReading:
    """Terms over a forest. Times are integers, coordinates are dimensions.

    A free or bound index that runs over coordinates is a dimension of its own; every other index
    has been replaced by an integer before a term comes here, and a sum over times is a loop.
    Expectations are pushed through sums, so that each is taken at the level its terms are known at.

    Args:
        grown: the worlds.
        unfold: definitions, for what the worlds do not hold.
        variables: values of free scalar variables [B] or [], and of point variables [B, d].
        boxes: the ranges of the free indices that are dimensions.
    """

    def __init__(
        self,
        grown: Grown,
        unfold: Unfold,
        variables: Mapping[str, Tensor],
        boxes: Mapping[str, Range],
    ) -> None:
        self.grown, self.unfold, self.variables = grown, unfold, variables
        self.boxes: dict[str, Range] = dict(boxes)
        # What is small and used at several times stays; everything else is forgotten on the way.
        self._kept: dict[Node, Value] = {}
        self._memo: dict[Node, Value] = {}
        self.device, self.dtype = grown.probabilities[0].device, grown.probabilities[0].dtype

    def forget(self) -> None:
        """Drop what is kept for the terms of one place."""
        self._memo = {}

    # --- indices -----------------------------------------------------------------------------

    def fixed(self, ix: Ix) -> int | None:
        """The value of an index; None if it is a dimension."""
        if ix.base is None:
            return ix.offset
        if not isinstance(ix.base, str):
            raise EvaluationError(f"a loose or kernel-made index: {ix}")
        if ix.base in self.boxes:
            return None
        value = self.grown.indices.get(ix.base)
        if value is None:
            raise MissingError(f"no value and no range for the index {ix.base}")
        return value + ix.offset

    def extent(self, ix: Ix) -> Range:
        """The smallest and the largest value of an index."""
        value = self.fixed(ix)
        if value is not None:
            return value, value
        low, high = self.boxes[str(ix.base)]
        return low + ix.offset, high + ix.offset

    def index(self, ix: Ix) -> Value:
        """The values of an index, as integers."""
        low, high = self.extent(ix)
        values = torch.arange(low, high + 1, device=self.device).view(1, 1, -1)
        if self.fixed(ix) is not None:
            return Value(values[..., 0], 0)
        return Value(values, 0, (str(ix.base),))

    def holds(self, le: Le) -> Value:
        """Where an index condition holds."""
        return combine(torch.le, self.index(le.left), self.index(le.right))

    # --- terms -------------------------------------------------------------------------------

    def term(self, term: Term) -> Value:
        """The value of a closed term.

        Raises:
            MissingError, EvaluationError: see the message.
        """
        value = self._memo.get(term)
        if value is None:
            value = self._kept.get(term)
        if value is None:
            value = self._memo[term] = self._term(term)
            if isinstance(term, E):
                self._kept[term] = value
        return value

    def _term(self, term: Term) -> Value:
        if isinstance(term, Rat):
            return scalar(float(term.value), self.device, self.dtype)
        if isinstance(term, IxVal):
            return self.index(term.index).map(lambda t: t.to(self.dtype))
        if isinstance(term, Var):
            return self._variable(term)
        if isinstance(term, Add | Mul):
            return self._fold(term)
        if isinstance(term, Pow):
            return self.term(term.base).map(lambda t: total_power(t, term.exponent))
        if isinstance(term, Abs):
            return self.term(term.body).map(torch.abs)
        if isinstance(term, Sum):
            return self._sum(term, self.term)
        if isinstance(term, App):
            return self._application(term)
        if isinstance(term, E):
            return self._mean(term.body, 0)
        if isinstance(term, CE):
            level = self.fixed(term.index)
            if level is None:
                raise EvaluationError(f"conditioning on a coordinate: {term}")
            return self._mean(term.body, level)
        raise EvaluationError(f"not a term that can be evaluated: {term}")

    def _variable(self, variable: Var) -> Value:
        given = self.variables.get(variable.name, self.grown.constants.get(variable.name))
        if given is None:
            hint = nearest(variable.name, {*self.variables, *self.grown.constants})
            raise MissingError(f"no value for the variable {variable.name}; {hint}")
        if given.ndim == 2:
            raise EvaluationError(f"{variable.name} is no scalar: {list(given.shape)}")
        return self._constant(given)

    def _fold(self, term: Add | Mul) -> Value:
        total = isinstance(term, Add)
        operation = torch.add if total else torch.mul
        # Small operands first: a constant factor costs nothing when it meets another.
        parts = sorted((self.term(t) for t in term.terms), key=lambda v: v.data.numel())
        if not parts:
            return scalar(0.0 if total else 1.0, self.device, self.dtype)
        result = parts[0]
        for part in parts[1:]:
            result = combine(operation, result, part)
        return result

    # --- expectations and sums ---------------------------------------------------------------

    def _mean(self, body: Term, level: int) -> Value:
        """E[body | F_level], through sums; every variable is integrable here."""
        if isinstance(body, Add) and body.terms:
            result = self._mean(body.terms[0], level)
            for part in body.terms[1:]:
                result = combine(torch.add, result, self._mean(part, level))
            return result
        if isinstance(body, Sum) and self._coordinates(body) is None:
            return self._sum(body, lambda inner: self._mean(inner, level))
        return mean(self.term(body), level, self.grown.probabilities)

    def _coordinates(self, term: Sum) -> Range | None:
        """The range of a sum over coordinates, which becomes a dimension; None for any other."""
        base = term.high.base
        if base != "d" and base not in self.boxes and term.low.base not in self.boxes:
            return None
        return self.extent(term.low)[0], self.extent(term.high)[1]

    def _sum(self, term: Sum, evaluate: Callable[[Term], Value]) -> Value:
        coordinates = self._coordinates(term)
        zero = scalar(0.0, self.device, self.dtype)
        if coordinates is not None:
            return (
                self._coordinate_sum(term, *coordinates)
                if coordinates[0] <= coordinates[1]
                else zero
            )
        low, high = self.extent(term.low)[0], self.extent(term.high)[1]
        result, outer = zero, self._memo
        first, second = (opened(term.body, Ix(None, low + n)) for n in (0, 1))
        if first is second and low <= high:
            return evaluate(first).map(lambda t: t * (high - low + 1))
        for time in range(low, high + 1):
            self._memo = {}
            try:
                value = evaluate(opened(term.body, Ix(None, time)))
            finally:
                self._memo = outer
            result = value if time == low else combine(torch.add, result, value)
        return result

    def _coordinate_sum(self, term: Sum, low: int, high: int) -> Value:
        # The name determines the range, so that memoised bodies are never confused.
        name = f"bound.{len(self.boxes)}.{low}.{high}".replace("-", "m")
        index = Ix(name)
        self.boxes[name] = (low, high)
        try:
            body = self.term(opened(term.body, index))
            for le in (Le(term.low, index), Le(index, term.high)):
                if self.fixed(le.left) is None and self.fixed(le.right) is None:
                    body = combine(lambda b, m: torch.where(m, b, 0.0), body, self.holds(le))
        finally:
            del self.boxes[name]
        if name in body.names:
            return body.sum(name)
        return body.map(lambda t: t * (high - low + 1))

    # --- applications ------------------------------------------------------------------------

    def _application(self, app: App) -> Value:
        if app.name == "coord":
            point, at = app.args
            if not isinstance(point, Point) or not isinstance(at, Ix):
                raise EvaluationError(f"coord takes a point and an index: {app}")
            if isinstance(point, Lambda):
                return self.term(opened(point.body, at))
            return self._at_coordinate(self._point(point), at, app)
        known = self._known(app)
        if known is not None:
            return known
        definiens = self._unfolded(app)
        if definiens is not None:
            return self._defined(app, definiens)
        if app.name in ("f", "grad") and app.args and isinstance(app.args[0], Point):
            return self._at_point(app)
        hint = nearest(app.name, {*self.grown.processes, *self.grown.constants})
        raise MissingError(f"{app.name} is neither in these worlds nor defined: {app}; {hint}")

    def _known(self, app: App) -> Value | None:
        grown, args = self.grown, app.args
        if app.name in grown.processes and len(args) == 2:
            time, at = args
            if not isinstance(time, Ix) or not isinstance(at, Ix):
                raise EvaluationError(f"{app.name} takes a time and a coordinate: {app}")
            number = self._time(time, grown.processes[app.name], app)
            value = Value(grown.processes[app.name][number], number, (COORDINATE,))
            return self._at_coordinate(value, at, app)
        if app.name in grown.constants and len(args) <= 1:
            value = self._constant(grown.constants[app.name])
            if args and isinstance(args[0], Ix):
                return self._at_coordinate(value, args[0], app)
            if value.names:
                raise EvaluationError(f"the constant {app.name} varies with the coordinate")
            return value
        return None

    def _constant(self, given: Tensor) -> Value:
        if given.ndim == 2:
            return Value(given[:, None], 0, (COORDINATE,))
        return Value(given.reshape(-1, 1), 0)

    def _time(self, ix: Ix, held: Mapping[int, Tensor], app: Node) -> int:
        time = self.fixed(ix)
        if time is None:
            raise EvaluationError(f"{app} uses the coordinate {ix.base} as a time")
        if time not in held:
            raise MissingError(
                f"{app} is asked for at time {time}; times are {min(held)}..{max(held)}"
            )
        return time

    def _at_coordinate(self, value: Value, ix: Ix, app: App) -> Value:
        low, high = self.extent(ix)
        if low < 1 or high > self.grown.d:
            raise EvaluationError(f"{app}: coordinates {low}..{high} of R^{self.grown.d}")
        if COORDINATE not in value.names:
            return value
        position = value.names.index(COORDINATE) + 2
        if self.fixed(ix) is not None:
            names = tuple(n for n in value.names if n != COORDINATE)
            return Value(value.data.select(position, low - 1), value.level, names)
        name = str(ix.base)
        if name in value.names:
            raise EvaluationError(f"{app} uses the coordinate {name} twice")
        data = value.data.narrow(position, low - 1, high - low + 1)
        return Value(data, value.level, tuple(name if n == COORDINATE else n for n in value.names))

    # --- definitions -------------------------------------------------------------------------

    def definition(self, app: App) -> Term | None:
        """What ``app`` abbreviates, unless it is known, not defined, or defined by recursion."""
        if app.name == "coord" or self._known(app) is not None or self._recursive(app):
            return None
        return self._unfolded(app)

    def _unfolded(self, app: App) -> Term | None:
        unfolded = self.unfold(app)
        if unfolded is None:
            return None
        right, conditions = unfolded
        for le in conditions:
            if not bool(self.holds(le).data.all()):
                raise EvaluationError(f"the definition of {app} does not apply where not {le}")
        return right

    def _recursive(self, app: App) -> bool:
        unfolded = self.unfold(app)
        return unfolded is not None and _mentions(unfolded[0], app.name)

    def _defined(self, app: App, definiens: Term) -> Value:
        if not _mentions(definiens, app.name):
            return self.term(definiens)
        stepping = self._stepping(app, definiens)
        if stepping is not None:
            return self._stacked(app, stepping)
        args = [self._settled(a) for a in app.args if isinstance(a, Ix)]
        closed, outer = App(app.name, tuple(args)), self._memo
        if closed in self._kept:
            return self._kept[closed]
        steps = recursion_steps(closed, self._definiens, self._kept, self.boxes)
        for earlier, right in steps:
            self._memo = {}
            try:
                self._kept[earlier] = self.term(right)
            finally:
                self._memo = outer
        return self._kept[closed]

    def _settled(self, ix: Ix) -> Ix:
        value = self.fixed(ix)
        return ix if value is None else Ix(None, value)

    def _definiens(self, app: App) -> Term:
        right = self._unfolded(app)
        if right is None:
            raise MissingError(f"{app.name} is neither in these worlds nor defined: {app}")
        return right

    def _stepping(self, app: App, definiens: Term) -> str | None:
        """The dimension that a recursion goes down along, if it does."""
        for node, _ in subterms(definiens):
            if isinstance(node, App) and node.name == app.name:
                for old, new in zip(app.args, node.args, strict=True):
                    if isinstance(old, Ix) and old.base in self.boxes and old is not new:
                        return str(old.base)
        return None

    def _stacked(self, app: App, name: str) -> Value:
        """One value of the dimension ``name`` after the other."""
        low, high = self.boxes[name]
        parts = [
            self.term(substitute_indices(app, {name: Ix(None, at)})) for at in range(low, high + 1)
        ]
        zero = parts[0]
        for part in parts[1:]:
            zero = combine(torch.add, zero, part)
        zero = zero.map(torch.zeros_like)
        whole = [combine(torch.add, zero, part) for part in parts]
        names = (*whole[0].names, name)
        return Value(torch.stack([p.over(names[:-1]) for p in whole], -1), zero.level, names)

    # --- points ------------------------------------------------------------------------------

    def _point(self, point: Point) -> Value:
        """A point, with its coordinates along ``COORDINATE``."""
        grown = self.grown
        if isinstance(point, PointApp):
            if point.name not in grown.points:
                raise MissingError(f"no point process {point.name} in these worlds")
            held = grown.points[point.name]
            time = self._time(point.args[0], held, point)
            return Value(held[time], time - 1, (COORDINATE,))
        if isinstance(point, Lambda):
            name = f"bound.{len(self.boxes)}.1.{grown.d}"
            self.boxes[name] = (1, grown.d)
            try:
                body = self.term(opened(point.body, Ix(name)))
            finally:
                del self.boxes[name]
            return Value(
                body.data, body.level, tuple(COORDINATE if n == name else n for n in body.names)
            )
        if isinstance(point, PointVar) and point.name in self.variables:
            given = self.variables[point.name]
            if given.ndim == 2 and given.shape[1] == grown.d:
                return Value(given[:, None], 0, (COORDINATE,))
            raise ShapeError(f"{point.name} must be [B, {grown.d}], not {list(given.shape)}")
        what = point.name if isinstance(point, PointVar) else point
        raise MissingError(f"no value for the point {what}")

    def _at_point(self, app: App) -> Value:
        """F or its gradient at a point."""
        grown, point = self.grown, app.args[0]
        if grown.objective is None or not isinstance(point, Point):
            raise MissingError(f"{app.name} is not known in these worlds: {app}")
        if isinstance(point, PointApp):
            value, outer = self._point(point), ()
            time = self._time(point.args[0], grown.points[point.name], point)
            data = grown.at_point(app.name, point.name, time)
        else:
            value = self._point(point)
            outer = tuple(n for n in value.names if n != COORDINATE)
            batch = value.over((*outer, COORDINATE))
            batch = batch.expand(grown.rows, *batch.shape[1:-1], grown.d)
            shape = batch.shape[1:-1]
            data = grown.function(app.name, batch.flatten(1, -2))
            data = data.unflatten(1, shape)
        if app.name == "f":
            return Value(data, value.level, outer)
        at = app.args[1]
        if not isinstance(at, Ix):
            raise EvaluationError(f"grad takes a point and an index: {app}")
        return self._at_coordinate(Value(data, value.level, (*outer, COORDINATE)), at, app)


@lru_cache(maxsize=65536)
def opened(body: Term, index: Ix) -> Term:
    """``open_body``, once for each pair: the same statement is evaluated again and again."""
    return open_body(body, index)


@lru_cache(maxsize=4096)
def _mentions(term: Term, name: str) -> bool:
    return any(isinstance(node, App) and node.name == name for node, _ in subterms(term))
