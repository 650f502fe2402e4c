"""What a long run keeps instead of its processes: reductions of expressions, and their results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

import sympy
import torch
from torch import Tensor

from ...optimizers.batched import Mode, ParameterError
from ...optimizers.batched.tiles import Tiling

OverI = Literal["sum", "max"]
OverK = Literal["mean", "sum", "max"]
GRADIENT = "G"
"""The name of grad_i f(x^k) in expressions."""


@dataclass(frozen=True)
class Statistic:
    """A reduction over coordinates, then iterations, of an expression in the recursion's names.

    For ``sum`` and ``mean``, (1/K) sum_(k=1..K) sum_(i=1..d) expression. Names are those of
    ``optimizers.batched.fused.Fused``, and G for the gradient at x^k. As in statements, a/0 = 0.

    Attributes:
        name: under which it is reported.
        expression: what is reduced, of each coordinate.
        over_i, over_k: how, over the coordinates and over the iterations.

    Raises:
        ValueError: a reduction is unknown, or the name is empty.

    >>> G, v, eps = sympy.symbols("G v eps")
    >>> Statistic("preconditioned", G**2 / sympy.sqrt(v + eps)).over_k
    'mean'
    """

    name: str
    expression: sympy.Expr
    over_i: OverI = "sum"
    over_k: OverK = "mean"

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("a statistic needs a name")
        for what, value, known in (
            ("over_i", self.over_i, get_args(OverI)),
            ("over_k", self.over_k, get_args(OverK)),
        ):
            if value not in known:
                raise ValueError(f"{self.name}: {what} is one of {', '.join(known)}, not {value!r}")

    @property
    def start(self) -> float:
        """The value before the first iteration."""
        return float("-inf") if self.over_k == "max" else 0.0


GRADIENT_L1 = Statistic("mean ||grad f||_1", sympy.Abs(sympy.Symbol(GRADIENT)))
"""What the rates bound the expectation of."""


def by_name(statistics: Sequence[Statistic]) -> dict[str, Statistic]:
    """The statistics by name.

    Raises:
        ParameterError: there is none, or two have one name.
    """
    if not statistics:
        raise ParameterError("there is no statistic to keep")
    table = {statistic.name: statistic for statistic in statistics}
    if len(table) < len(statistics):
        raise ParameterError("two statistics have one name")
    return table


class Reduction:
    """The statistics of consecutive iterations, reduced; what a graph does with its steps.

    Over sums of sums and maxima of maxima the steps of a graph are combined first, coordinate by
    coordinate: that takes one reduction over i, not one a step.
    """

    def __init__(self, statistics: Sequence[Statistic]) -> None:
        self.statistics = tuple(statistics)
        self._parts: list[Tensor | None] = [None] * len(self.statistics)

    def take(self, values: Sequence[Tensor]) -> None:
        """The statistics' expressions at one iteration, [B, d] each."""
        for n, (statistic, value) in enumerate(zip(self.statistics, values, strict=True)):
            if not _commute(statistic):
                value = _over_i(statistic, value)
            self._parts[n] = _both(statistic, self._parts[n], value)

    def add_to(self, accumulators: Sequence[Tensor]) -> None:
        """Put what was taken into float64 tensors [B], in place."""
        for statistic, part, kept in zip(self.statistics, self._parts, accumulators, strict=True):
            reduced = cast("Tensor", part)
            if _commute(statistic):
                reduced = _over_i(statistic, reduced)
            kept.copy_(_both(statistic, kept, reduced.to(torch.float64)))


def _commute(statistic: Statistic) -> bool:
    return (statistic.over_i == "max") == (statistic.over_k == "max")


def _over_i(statistic: Statistic, value: Tensor) -> Tensor:
    return value.sum(-1) if statistic.over_i == "sum" else value.amax(-1)


def _both(statistic: Statistic, old: Tensor | None, new: Tensor) -> Tensor:
    if old is None:
        return new
    return torch.maximum(old, new) if statistic.over_k == "max" else old + new


@dataclass(frozen=True)
class Accumulated:
    """What a run kept.

    Attributes:
        values: each statistic by name, float64 [B], on the CPU.
        K, d: iterations and coordinates.
        seeds, instances: the random stream of each row.
        mode, reason: was the run compiled, and why not.
        tiling: the tiles it was run in.
        x, slots: x^{K+1} and the slots after iteration K, [B, d], on the CPU; None and empty
            unless they were asked for.
    """

    values: Mapping[str, Tensor]
    K: int
    d: int
    seeds: tuple[int, ...]
    instances: tuple[int, ...]
    mode: Mode
    reason: str
    tiling: Tiling
    x: Tensor | None = None
    slots: Mapping[str, Tensor] = field(default_factory=dict)
