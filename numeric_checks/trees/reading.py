"""Kernel terms to random variables on grown trees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import torch
from torch import Tensor

from ...optimizers.batched import nearest
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
from .dimensions import Dimensions
from .forest import Grown
from .symbols import COORDINATE, FUNCTIONS, Symbols
from .values import Value, combine, mean, scalar


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
        like = grown.probabilities[0]
        self.grown, self.unfold, self.device, self.dtype = grown, unfold, like.device, like.dtype
        self.dimensions = Dimensions(grown.indices, boxes, like.device)
        self.symbols = Symbols(grown, variables, self.dimensions)
        # What is small and used at several times stays; everything else is forgotten on the way.
        self._kept: dict[Node, Value] = {}
        self._memo: dict[Node, Value] = {}

    @property
    def rows(self) -> int:
        """The number of worlds, B."""
        return self.symbols.rows

    def forget(self) -> None:
        """Drop what is kept for the terms of one place."""
        self._memo = {}

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
            if isinstance(term, E | Rat | Var):
                self._kept[term] = value
        return value

    def _term(self, term: Term) -> Value:
        if isinstance(term, Rat):
            return self._scalar(float(term.value))
        if isinstance(term, IxVal):
            return self.dimensions.index(term.index).map(lambda t: t.to(self.dtype))
        if isinstance(term, Var):
            return self.symbols.variable(term)
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
            level = self.dimensions.fixed(term.index)
            if level is None:
                raise EvaluationError(f"conditioning on a coordinate: {term}")
            return self._mean(term.body, level)
        raise EvaluationError(f"not a term that can be evaluated: {term}")

    def _scalar(self, number: float) -> Value:
        return scalar(number, self.device, self.dtype)

    def _fold(self, term: Add | Mul) -> Value:
        total = isinstance(term, Add)
        operation = torch.add if total else torch.mul
        # Small operands first: a constant factor costs nothing when it meets another.
        parts = sorted((self.term(t) for t in term.terms), key=lambda v: v.data.numel())
        if not parts:
            return self._scalar(0.0 if total else 1.0)
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
        if isinstance(body, Sum) and not self._is_over_coordinates(body):
            return self._sum(body, lambda inner: self._mean(inner, level))
        return mean(self.term(body), level, self.grown.probabilities)

    def _is_over_coordinates(self, term: Sum) -> bool:
        """Such a sum is taken along a dimension; any other one is a loop."""
        return term.high.base == "d" or bool(
            {term.low.base, term.high.base} & self.dimensions.boxes.keys()
        )

    def _sum(self, term: Sum, evaluate: Callable[[Term], Value]) -> Value:
        low, high = self.dimensions.extent(term.low)[0], self.dimensions.extent(term.high)[1]
        if low > high:
            return self._scalar(0.0)
        if self._is_over_coordinates(term):
            return self._coordinate_sum(term, low, high)
        first, second = (opened(term.body, Ix(None, low + n)) for n in (0, 1))
        if first is second:
            return evaluate(first).map(lambda t: t * (high - low + 1))
        result, outer = self._scalar(0.0), self._memo
        for time in range(low, high + 1):
            self._memo = {}
            try:
                value = evaluate(opened(term.body, Ix(None, time)))
            finally:
                self._memo = outer
            result = value if time == low else combine(torch.add, result, value)
        return result

    def _coordinate_sum(self, term: Sum, low: int, high: int) -> Value:
        with self.dimensions.bound(low, high) as index:
            body = self.term(opened(term.body, index))
            for le in (Le(term.low, index), Le(index, term.high)):
                if self.dimensions.varies(le):
                    where = self.dimensions.holds(le)
                    body = combine(lambda b, m: torch.where(m, b, 0.0), body, where)
        name = str(index.base)
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
            return self.symbols.coordinate(self._point(point), at, app)
        known = self.symbols.application(app)
        if known is not None:
            return known
        unfolded = self.unfold(app)
        if unfolded is not None:
            return self._defined(app, *unfolded)
        if app.name in ("f", "grad") and app.args and isinstance(app.args[0], Point):
            return self.symbols.function(app, self._point(app.args[0]))
        if app.name in FUNCTIONS and len(app.args) == 1 and isinstance(app.args[0], Term):
            return self.term(app.args[0]).map(FUNCTIONS[app.name])
        hint = nearest(app.name, {*self.grown.processes, *self.grown.constants})
        raise MissingError(f"{app.name} is neither in these worlds nor defined: {app}; {hint}")

    def _point(self, point: Point) -> Value:
        if isinstance(point, PointApp | PointVar):
            return self.symbols.point(point)
        if not isinstance(point, Lambda):
            raise EvaluationError(f"not a point that can be evaluated: {point}")
        with self.dimensions.bound(1, self.grown.d) as index:
            body = self.term(opened(point.body, index))
        return body.renamed(body.data, str(index.base), COORDINATE)

    # --- definitions -------------------------------------------------------------------------

    def definition(self, app: App) -> Term | None:
        """What ``app`` abbreviates; None if it is known, not defined, or evaluated by steps."""
        if app.name == "coord" or self.symbols.application(app) is not None:
            return None
        unfolded = self.unfold(app)
        if unfolded is None or _mentions(unfolded[0], app.name):
            return None
        if self._divided(app, *unfolded) is not None:
            return None
        self._require(app, unfolded[1])
        return unfolded[0]

    def _require(self, app: App, conditions: tuple[Le, ...]) -> None:
        for le in conditions:
            if not self.dimensions.everywhere(le):
                raise EvaluationError(f"the definition of {app} does not apply where not {le}")

    def _defined(self, app: App, definiens: Term, conditions: tuple[Le, ...]) -> Value:
        dimension = self._divided(app, definiens, conditions)
        if dimension is not None:
            return self._stacked(app, dimension)
        self._require(app, conditions)
        if not _mentions(definiens, app.name):
            return self.term(definiens)
        args = [self.dimensions.settled(a) for a in app.args if isinstance(a, Ix)]
        closed, outer = App(app.name, tuple(args)), self._memo
        if closed in self._kept:
            return self._kept[closed]
        dimensions = self.dimensions.boxes
        for earlier, right in recursion_steps(closed, self._definiens, self._kept, dimensions):
            self._memo = {}
            try:
                self._kept[earlier] = self.term(right)
            finally:
                self._memo = outer
        return self._kept[closed]

    def _definiens(self, app: App) -> Term:
        unfolded = self.unfold(app)
        if unfolded is None:
            raise MissingError(f"{app.name} is neither in these worlds nor defined: {app}")
        self._require(app, unfolded[1])
        return unfolded[0]

    def _divided(self, app: App, definiens: Term, conditions: tuple[Le, ...]) -> str | None:
        """The dimension whose values have to be taken one by one, if there is one.

        That is so if a recursion goes down along it, or if the definition applies to a part of it.
        """
        for name in _descended(app, definiens):
            if name in self.dimensions:
                return name
        for le in conditions:
            for base in (le.left.base, le.right.base):
                if base in self.dimensions and not self.dimensions.everywhere(le):
                    return str(base)
        return None

    def _stacked(self, app: App, name: str) -> Value:
        """One value of the dimension ``name`` after the other."""
        low, high = self.dimensions.boxes[name]
        parts = [
            self.term(substitute_indices(app, {name: Ix(None, at)})) for at in range(low, high + 1)
        ]
        like = parts[0]  # of the shape that all parts together have
        for part in parts[1:]:
            like = combine(torch.add, like, part)
        whole = [combine(lambda p, z: p.expand_as(z), part, like) for part in parts]
        names = (*whole[0].names, name)
        return Value(torch.stack([p.over(names[:-1]) for p in whole], -1), like.level, names)


@lru_cache(maxsize=65536)
def opened(body: Term, index: Ix) -> Term:
    """``open_body``, once for each pair: the same statement is evaluated again and again."""
    return open_body(body, index)


@lru_cache(maxsize=4096)
def _descended(app: App, definiens: Term) -> tuple[str, ...]:
    """The names of indices of ``app`` along which its definition goes down."""
    found = []
    for node, _ in subterms(definiens):
        if isinstance(node, App) and node.name == app.name:
            for old, new in zip(app.args, node.args, strict=True):
                if isinstance(old, Ix) and isinstance(old.base, str) and old is not new:
                    found.append(old.base)
    return tuple(found)


@lru_cache(maxsize=4096)
def _mentions(term: Term, name: str) -> bool:
    return any(isinstance(node, App) and node.name == name for node, _ in subterms(term))
