"""Closed terms of constants as torch functions: one value for each of B worlds, differentiable.

The semantics are the kernel's (``1/0 = 0``, ``t^0 = 1``, a non-integer power of ``max(t, 0)``),
with gradients that are never NaN: where a value jumps, or its slope is infinite, the slope is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction

import torch
from torch import Tensor

from ...proofs.kernel.terms import (
    Abs,
    Add,
    App,
    Ix,
    IxVal,
    Mul,
    Node,
    PointApp,
    Pow,
    Rat,
    Sum,
    Term,
    Var,
    open_body,
)
from ..exact import EvaluationError, MissingError, Unfold, recursion_steps
from .setting import BASE

Values = Mapping[str, Tensor]
_Step = Callable[[list[Tensor], Values], Tensor]


def power(base: Tensor, exponent: Fraction) -> Tensor:
    """``base ** exponent`` with the kernel's semantics and finite slopes.

    >>> power(torch.tensor([0.0, 4.0, -1.0]), Fraction(-1, 2))
    tensor([0.0000, 0.5000, 0.0000])
    """
    if exponent == 0:
        return torch.ones_like(base)
    if exponent.denominator == 1 and exponent > 0:
        return base * base if exponent == 2 else base ** int(exponent)
    # The base is replaced before it is raised: a slope of infinity times 0 would be NaN.
    kept = base != 0 if exponent.denominator == 1 else base > 0
    inside = torch.where(kept, base, 1.0)
    if exponent == -1:
        raised = inside.reciprocal()
    elif exponent == Fraction(1, 2):
        raised = inside.sqrt()
    else:
        raised = inside ** (int(exponent) if exponent.denominator == 1 else float(exponent))
    return torch.where(kept, raised, 0.0)


class Program:
    """Terms compiled together: what they share is computed once.

    Args:
        terms: of constants, K and d, sigma and the start x^1.
        K, d: the index constants.
        unfold: definitions of everything else.
        given: names that have values whether a theory defines them or not (mu of NAdamW).

    Calling it with values by name (``sigma`` and ``x1`` being [B, d], everything else [B] or [])
    gives the value of each term.

    Raises:
        EvaluationError: a term speaks of more than constants.
    """

    def __init__(
        self,
        terms: Sequence[Term],
        K: int,
        d: int,
        unfold: Unfold,
        given: Collection[str] = (),
    ) -> None:
        self.indices, self.unfold, self.given = {"K": K, "d": d}, unfold, BASE.union(given)
        self._place: dict[Node, int] = {}
        self._steps: list[_Step] = []
        self.inputs: set[str] = set()
        self._wanted = [self._compile(term) for term in terms]

    def __call__(self, values: Values) -> list[Tensor]:
        """The values of the terms, in order.

        Raises:
            MissingError: a constant has no value; the message names it.
        """
        missing = sorted(self.inputs - values.keys())
        if missing:
            raise MissingError(f"no value for {', '.join(missing)}")
        known: list[Tensor] = []
        for step in self._steps:
            known.append(step(known, values))
        return [known[place] for place in self._wanted]

    def _compile(self, term: Term) -> int:
        if term not in self._place:
            step = self._step(term)
            self._steps.append(step)
            self._place[term] = len(self._steps) - 1
        return self._place[term]

    def _step(self, term: Term) -> _Step:
        if isinstance(term, Rat):
            number = torch.tensor(float(term.value), dtype=torch.float64)
            return lambda known, values: number
        if isinstance(term, IxVal):
            number = torch.tensor(float(self._index(term.index)), dtype=torch.float64)
            return lambda known, values: number
        if isinstance(term, Add | Mul):
            return self._fold(term)
        if isinstance(term, Pow):
            base, exponent = self._compile(term.base), term.exponent
            return lambda known, values: power(known[base], exponent)
        if isinstance(term, Abs):
            body = self._compile(term.body)
            return lambda known, values: known[body].abs()
        if isinstance(term, Sum):
            low, high = self._index(term.low), self._index(term.high)
            parts = [open_body(term.body, Ix(None, n)) for n in range(low, high + 1)]
            return self._fold(Add(tuple(parts)))
        if isinstance(term, Var | App):
            return self._atom(term)
        raise EvaluationError(f"not a term of constants: {term}")

    def _fold(self, term: Add | Mul) -> _Step:
        places = [self._compile(part) for part in term.terms]
        adding = isinstance(term, Add)
        start = torch.tensor(0.0 if adding else 1.0, dtype=torch.float64)

        def fold(known: list[Tensor], values: Values) -> Tensor:
            result = known[places[0]] if places else start
            for place in places[1:]:
                result = result + known[place] if adding else result * known[place]
            return result

        return fold

    def _atom(self, term: Var | App) -> _Step:
        if isinstance(term, App) and term.args:
            return self._applied(term)
        defined = (
            self.unfold(term) if isinstance(term, App) and term.name not in self.given else None
        )
        if defined is not None:
            return self._same(defined[0])
        name = term.name
        self.inputs.add(name)
        return lambda known, values: values[name]

    def _applied(self, app: App) -> _Step:
        at = app.args[-1]
        if isinstance(at, Ix):
            number = self._index(at)
            point = app.args[0] if app.name == "coord" else None
            start = isinstance(point, PointApp) and (point.name, *map(self._index, point.args))
            name = "x1" if start == ("x", 1) else app.name
            if name == "x1" or (name == "sigma" and len(app.args) == 1):
                if not 1 <= number <= self.indices["d"]:
                    raise MissingError(f"{app} has coordinates 1..{self.indices['d']}")
                self.inputs.add(name)
                return lambda known, values: values[name][..., number - 1]
        if not all(isinstance(a, Ix) for a in app.args):
            raise EvaluationError(f"not a constant: {app}")
        closed = App(app.name, tuple(Ix(None, self._index(a)) for a in app.args))  # type: ignore[arg-type]
        for earlier, right in recursion_steps(closed, self._definiens, self._place):
            if earlier is not closed:
                self._place[earlier] = self._compile(right)
        return self._same(self._definiens(closed))

    def _same(self, term: Term) -> _Step:
        place = self._compile(term)
        return lambda known, values: known[place]

    def _definiens(self, app: App) -> Term:
        unfolded = self.unfold(app)
        if unfolded is None:
            raise MissingError(f"{app.name} is neither given nor defined: {app}")
        return unfolded[0]

    def _index(self, ix: Ix) -> int:
        if ix.base is None:
            return ix.offset
        value = self.indices.get(str(ix.base))
        if value is None:
            raise MissingError(f"no value for the index {ix.base}")
        return value + ix.offset
