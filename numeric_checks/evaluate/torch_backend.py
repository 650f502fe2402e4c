"""Kernel terms to tensors over a recorded run: vectorised over time, coordinates and instances."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from ...optimizers.batched import nearest
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
from ..exact import EvaluationError, MissingError, Unfold, recursion_steps
from ..simulate import Constant, Run, Series
from .carried import Carried, TreeError, WindowError
from .labelled import ROW, Labelled, combine, total_power
from .ranges import Range

COORDINATE = "#coordinate"
"""The dimension of a whole point, before one of its coordinates is taken."""


class TorchReading:
    """The terms of one statement over one window. Values are memoised by term.

    Args:
        run: the window.
        boxes: the range of each free index in this window.
        unfold: definitions, for what the run does not record.
        variables: values of free scalar variables.
        time: which of the free indices are times.
        carried: what earlier windows left, and this one adds to.
    """

    def __init__(
        self,
        run: Run,
        boxes: Mapping[str, Range],
        unfold: Unfold,
        variables: Mapping[str, Constant],
        time: frozenset[str],
        carried: Carried,
    ) -> None:
        self.run, self.unfold, self.variables, self.carried = run, unfold, variables, carried
        self.boxes: dict[str, Range] = dict(boxes)
        self.time = set(time)
        self.estimated = False
        self._memo: dict[Node, Labelled] = {}
        self._inside_time_sum = False
        self.device = run.points["x"].data.device if "x" in run.points else torch.device("cpu")

    # --- indices -----------------------------------------------------------------------------

    def fixed(self, ix: Ix) -> int | None:
        """The value of an index that is no free or bound variable, else None."""
        if ix.base is None:
            return ix.offset
        if not isinstance(ix.base, str):
            raise EvaluationError(f"a loose or kernel-made index: {ix}")
        if ix.base in self.boxes:
            return None
        value = self.run.indices.get(ix.base)
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

    def index(self, ix: Ix) -> Labelled:
        """The values of an index, as integers."""
        low, high = self.extent(ix)
        values = torch.arange(low, high + 1, device=self.device)
        return (
            Labelled(values[0], ())
            if self.fixed(ix) is not None
            else Labelled(values, (str(ix.base),))
        )

    def holds(self, le: Le) -> Labelled:
        """Where an index condition holds."""
        return combine(torch.le, self.index(le.left), self.index(le.right))

    # --- terms -------------------------------------------------------------------------------

    def term(self, term: Term) -> Labelled:
        """The value of a closed term, float64.

        Raises:
            TreeError: conditional expectations.
            WindowError: times outside this window.
            MissingError, EvaluationError: see the message.
        """
        value = self._memo.get(term)
        if value is None:
            value = self._memo[term] = self._term(term)
        return value

    def _term(self, term: Term) -> Labelled:
        if isinstance(term, Rat):
            return self._scalar(float(term.value))
        if isinstance(term, IxVal):
            return self.index(term.index).map(lambda t: t.to(torch.float64))
        if isinstance(term, Var):
            if term.name not in self.variables:
                hint = nearest(term.name, self.variables)
                raise MissingError(f"no value for the variable {term.name}; {hint}")
            return self._constant(self.variables[term.name])
        if isinstance(term, Add | Mul):
            return self._fold(term)
        if isinstance(term, Pow):
            return self.term(term.base).map(lambda t: total_power(t, term.exponent))
        if isinstance(term, Abs):
            return self.term(term.body).map(torch.abs)
        if isinstance(term, Sum):
            return self._sum(term)
        if isinstance(term, App):
            return self._application(term)
        if isinstance(term, E):
            return self._expectation(term)
        if isinstance(term, CE):
            raise TreeError(f"a conditional expectation needs a scenario tree, not paths: {term}")
        raise EvaluationError(f"not a term that can be evaluated: {term}")

    def _scalar(self, value: float) -> Labelled:
        return Labelled(torch.tensor(value, dtype=torch.float64, device=self.device), ())

    def _fold(self, term: Add | Mul) -> Labelled:
        total = isinstance(term, Add)
        operation = torch.add if total else torch.mul
        # Small operands first: a constant factor costs nothing when it meets another.
        parts = sorted((self.term(t) for t in term.terms), key=lambda v: v.data.numel())
        result = parts[0] if parts else self._scalar(0.0 if total else 1.0)
        for part in parts[1:]:
            result = combine(operation, result, part)
        return result

    def _expectation(self, term: E) -> Labelled:
        body = self.term(term.body)
        if ROW not in body.names:
            return body
        if not self.run.replicates:
            raise EvaluationError(
                "a mean over instances estimates an expectation only if they differ in nothing "
                f"but their random streams: {term}"
            )
        self.estimated = True
        return body.mean(ROW)

    def _sum(self, term: Sum) -> Labelled:
        low, high = self.extent(term.low)[0], self.extent(term.high)[1]
        horizon = term.high.base == "K" and not self.run.whole
        if horizon:
            if self.fixed(term.low) is None:
                raise WindowError(f"a sum from a free time up to K needs the whole run: {term}")
            if self._inside_time_sum:
                raise WindowError(f"a sum over time inside another needs the whole run: {term}")
            low, high = self.run.owned(low, high)
        if high < low:
            empty = self._scalar(0.0)
            return self._collected(term, empty) if horizon else empty
        # The name determines the range, so that memoised bodies are never confused.
        name = f"bound.{len(self.boxes)}.{low}.{high}".replace("-", "m")
        is_time = horizon or bool({term.low.base, term.high.base} & (self.time | {"K"}))
        self.boxes[name] = (low, high)
        if is_time:
            self.time.add(name)
        self._inside_time_sum = horizon or self._inside_time_sum
        try:
            value = self._sum_body(term, name, dependent=not horizon)
        finally:
            del self.boxes[name]
            self.time.discard(name)
            self._inside_time_sum = self._inside_time_sum and not horizon
        return self._collected(term, value) if horizon else value

    def _sum_body(self, term: Sum, name: str, *, dependent: bool) -> Labelled:
        index = Ix(name)
        body = self.term(open_body(term.body, index))
        if dependent:
            for le in (Le(term.low, index), Le(index, term.high)):
                if self.fixed(le.left) is None and self.fixed(le.right) is None:
                    body = combine(lambda b, m: torch.where(m, b, 0.0), body, self.holds(le))
        if name in body.names:
            return body.sum(name)
        low, high = self.boxes[name]
        return body.map(lambda t: t * (high - low + 1))

    def _collected(self, term: Sum, part: Labelled) -> Labelled:
        if set(part.names) & self.time:
            raise WindowError(f"a sum up to K inside a statement for each time: {term}")
        return self.carried.add(term, part, final=self.run.last == self.run.K)

    # --- applications ------------------------------------------------------------------------

    def _application(self, app: App) -> Labelled:
        if app.name == "coord":
            point, at = app.args
            if not isinstance(point, Point) or not isinstance(at, Ix):
                raise EvaluationError(f"coord takes a point and an index: {app}")
            if isinstance(point, Lambda):
                return self.term(open_body(point.body, at))
            return self._at_coordinate(self._point(point), at, app)
        recorded = self._recorded(app)
        if recorded is not None:
            return recorded
        definiens = self._unfolded(app)
        if definiens is not None:
            return self._defined(app, definiens)
        if app.args and isinstance(app.args[0], Point):
            return self._function(app)
        known = {*self.run.processes, *self.run.constants, *(n for n, _ in self.run.at_points)}
        hint = nearest(app.name, known)
        raise MissingError(f"{app.name} is neither recorded nor defined: {app}; {hint}")

    def _defined(self, app: App, definiens: Term) -> Labelled:
        fixed = [self.fixed(a) if isinstance(a, Ix) else None for a in app.args]
        if None in fixed or not fixed:
            return self.term(definiens)
        closed = App(app.name, tuple(Ix(None, number or 0) for number in fixed))
        for earlier, right in recursion_steps(closed, self._definiens, self._memo):
            self._memo[earlier] = self.term(right)
        return self._memo[closed]

    def _definiens(self, app: App) -> Term:
        right = self._unfolded(app)
        if right is None:
            raise MissingError(f"{app.name} is neither recorded nor defined: {app}")
        return right

    def definition(self, app: App) -> Term | None:
        """What ``app`` abbreviates, unless it is recorded, not defined, or defined by recursion."""
        if app.name == "coord" or self._recorded(app) is not None:
            return None
        right = self._unfolded(app)
        if right is None or any(
            isinstance(n, App) and n.name == app.name for n, _ in subterms(right)
        ):
            return None
        return right

    def _unfolded(self, app: App) -> Term | None:
        unfolded = self.unfold(app)
        if unfolded is None:
            return None
        right, conditions = unfolded
        for le in conditions:
            if not bool(self.holds(le).data.all()):
                raise EvaluationError(f"the definition of {app} does not apply where not {le}")
        return right

    def _recorded(self, app: App) -> Labelled | None:
        run, args = self.run, app.args
        if app.name in run.processes and all(isinstance(a, Ix) for a in args):
            return self._series(run.processes[app.name], args, app)
        if args and isinstance(args[0], PointApp) and (app.name, args[0].name) in run.at_points:
            return self._series(
                run.at_points[app.name, args[0].name], (*args[0].args, *args[1:]), app
            )
        if app.name in run.constants and len(args) <= 1:
            entry = self._constant(run.constants[app.name])
            if not args:
                if COORDINATE in entry.names:
                    raise EvaluationError(f"the constant {app.name} varies with the coordinate")
                return entry
            if isinstance(args[0], Ix):
                return self._at_coordinate(entry, args[0], app)
        return None

    def _constant(self, entry: Constant) -> Labelled:
        """A constant, without the dimensions it does not vary in."""
        floats, names = entry.floats, [ROW, COORDINATE]
        for position in (1, 0):
            if floats.shape[position] == 1:
                floats = floats.select(position, 0)
                del names[position]
        return Labelled(floats.to(self.device), tuple(names))

    def _series(self, series: Series, args: tuple[object, ...], app: App) -> Labelled:
        """A recorded process at (time) or (time, coordinate)."""
        if len(args) != series.data.ndim - 1 or not all(isinstance(a, Ix) for a in args):
            raise EvaluationError(f"{app} does not fit what is recorded: {list(series.data.shape)}")
        value = self._at_time(series, args[0], app)  # type: ignore[arg-type]
        return value if len(args) == 1 else self._at_coordinate(value, args[1], app)  # type: ignore[arg-type]

    def _at_time(self, series: Series, ix: Ix, app: Node) -> Labelled:
        names = (ROW, COORDINATE)[: series.data.ndim - 1]
        low, high = self.extent(ix)
        if is_start(app, self.fixed(ix)) and self.run.start is not None:
            return Labelled(self.run.start.to(self.device), names)
        fixed, held = self.fixed(ix) is not None, series.first <= low and high <= series.last
        if fixed and not self.run.whole:
            # Read off the term with its coordinates left out: they are taken afterwards.
            key = (type(app).__name__, *_heads(app), str(low))
            if held:
                value = Labelled(series.data[low - series.first], names)
                return self.carried.fixed.setdefault(key, value)
            if key in self.carried.fixed:
                return self.carried.fixed[key]
            if low > series.last and low <= self.run.K + 1:
                return self.carried.unknown(Labelled(series.data[0], names))
        if not held:
            raise WindowError(
                f"{app} is asked for at times {low}..{high} and recorded at "
                f"{series.first}..{series.last}; simulate with more times before, or record all"
            )
        if fixed:
            return Labelled(series.data[low - series.first], names)
        data = series.data[low - series.first : high + 1 - series.first]
        return Labelled(data, (str(ix.base), *names))

    def _at_coordinate(self, value: Labelled, ix: Ix, app: App) -> Labelled:
        low, high = self.extent(ix)
        if low < 1 or high > self.run.d:
            raise EvaluationError(f"{app}: coordinates {low}..{high} of R^{self.run.d}")
        if COORDINATE not in value.names:
            return value
        position = value.names.index(COORDINATE)
        if self.fixed(ix) is not None:
            names = tuple(n for n in value.names if n != COORDINATE)
            return Labelled(value.data.select(position, low - 1), names)
        name = str(ix.base)
        if name in value.names:
            raise EvaluationError(f"{app} uses the index {name} both as time and as coordinate")
        data = value.data.narrow(position, low - 1, high - low + 1)
        return Labelled(data, tuple(name if n == COORDINATE else n for n in value.names))

    # --- points ------------------------------------------------------------------------------

    def _point(self, point: Point) -> Labelled:
        """A point, with its coordinates along ``COORDINATE``."""
        if isinstance(point, PointApp):
            if point.name not in self.run.points:
                raise MissingError(f"no point process {point.name} was recorded")
            return self._at_time(self.run.points[point.name], point.args[0], point)
        if isinstance(point, Lambda):
            name = f"bound.{len(self.boxes)}.1.{self.run.d}"
            self.boxes[name] = (1, self.run.d)
            try:
                body = self.term(open_body(point.body, Ix(name)))
            finally:
                del self.boxes[name]
            names = tuple(COORDINATE if n == name else n for n in body.names)
            return Labelled(body.data, names)
        what = point.name if isinstance(point, PointVar) else point
        raise MissingError(f"no value for the point {what}")

    def _function(self, app: App) -> Labelled:
        """F or its gradient at a point that was not recorded."""
        instance, point = self.run.instance, app.args[0]
        if instance is None or app.name not in ("f", "grad") or not isinstance(point, Point):
            raise MissingError(f"{app.name} is neither recorded nor defined: {app}")
        value = self._point(point)
        outer = tuple(n for n in value.names if n != COORDINATE)
        batch = value.over((*outer, COORDINATE))
        shape = batch.shape[:-1]
        flat = batch.expand(*shape, self.run.d).reshape(-1, self.run.d)
        if app.name == "f":
            return Labelled(instance.value(flat).view(shape), outer)
        gradient = Labelled(instance.gradient(flat).view(*shape, -1), (*outer, COORDINATE))
        at = app.args[1]
        if not isinstance(at, Ix):
            raise EvaluationError(f"grad takes a point and an index: {app}")
        return self._at_coordinate(gradient, at, app)


def is_start(app: Node, time: int | None) -> bool:
    """Is this x[1]? A constant of the run, whatever the window."""
    return isinstance(app, PointApp) and app.name == "x" and time == 1


def _heads(app: Node) -> tuple[str, ...]:
    """The names that say which series an application reads."""
    if isinstance(app, App) and app.args and isinstance(app.args[0], PointApp):
        return app.name, app.args[0].name
    return (app.name,) if isinstance(app, App | PointApp) else ()
