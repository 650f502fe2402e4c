"""Worlds with finitely many outcomes a step, and a recursion run on all their histories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

import torch
from torch import Tensor

from ...optimizers.batched import (
    Evaluate,
    ParameterError,
    ShapeError,
    TorchArithmetic,
    compile_expression,
    nearest,
)
from ...optimizers.recursions import Recursion, previous
from ..evaluate.labelled import total_power, total_quotient


class Objective(Protocol):
    """B objectives, differentiable."""

    def value(self, x: Tensor) -> Tensor:
        """F of world b at the points x[b]: [B, N, d] to [B, N]."""

    def gradient(self, x: Tensor) -> Tensor:
        """Grad f of world b at the points x[b]: [B, N, d] to [B, N, d]."""


@dataclass(frozen=True)
class Forest:
    """B worlds with the same K, d, and number b of outcomes a step (b = 1: single paths).

    The oracle answers x^k with g^k = grad f(x^k) + noise. A tree has b^k nodes at level k: node n
    there is the history whose k-th outcome is n mod b, after the node n // b of level k - 1.

    Attributes:
        recursion: what is run.
        objective: f, for instance a ``ProfileBatch``.
        start: x^1, [B, d].
        probabilities: of the outcomes of each step: [B, K, b], the same at all nodes of a level, or
            for step k a tensor that broadcasts to [B, b^(k-1), b]. They should be positive and sum
            to 1 over b.
        noise: for step k a tensor that broadcasts to [B, b^(k-1), b, d]: [world, node, outcome,
            coordinate]. That A2 and A3 hold is up to whoever makes it.
        parameters: the recursion's, each [B] or [].
        constants: the theory's: L, fstar, Delta, sigma_s: [B] or []; sigma: [B, d].

    Raises:
        ShapeError: a shape does not fit.
        ParameterError: a parameter is missing, unknown, or a constant as well.
    """

    recursion: Recursion
    objective: Objective
    start: Tensor
    probabilities: Tensor | tuple[Tensor, ...]
    noise: tuple[Tensor, ...]
    parameters: Mapping[str, Tensor]
    constants: Mapping[str, Tensor]

    def __post_init__(self) -> None:
        if self.start.ndim != 2 or 0 in self.start.shape:
            raise ShapeError(f"start must be [B, d], not {list(self.start.shape)}")
        rows, d = self.start.shape
        chances, outcomes = self.chances, self.outcomes
        if len(self.noise) != len(chances):
            raise ShapeError(f"noise of {len(self.noise)} steps, probabilities of {len(chances)}")
        for k, (chance, noise) in enumerate(zip(chances, self.noise, strict=True), 1):
            nodes = outcomes ** (k - 1)
            _broadcasts(f"probabilities of step {k}", chance, (rows, nodes, outcomes))
            _broadcasts(f"noise of step {k}", noise, (rows, nodes, outcomes, d))
        where, names = self.recursion.id, {p.name for p in self.recursion.parameters}
        for name in sorted(self.parameters.keys() - names):
            raise ParameterError(f"{where}: no parameter {name!r}; {nearest(name, names)}")
        if missing := sorted(names - self.parameters.keys()):
            raise ParameterError(f"{where}: missing parameters: {', '.join(missing)}")
        if both := sorted(self.parameters.keys() & self.constants.keys()):
            raise ParameterError(f"both a constant and a hyperparameter: {', '.join(both)}")
        for name, value in {**self.parameters, **self.constants}.items():
            check_constant(name, value, rows, d)

    @property
    def outcomes(self) -> int:
        """The number of outcomes a step, b."""
        return self.chances[0].shape[-1]

    @property
    def chances(self) -> tuple[Tensor, ...]:
        """The probabilities of each step, [B or 1, N or 1, b].

        Raises:
            ShapeError: they have other dimensions, or there is no step.
        """
        given = self.probabilities
        if isinstance(given, Tensor):
            given = given.unsqueeze(2).unbind(1) if given.ndim == 3 else (given,)
        if not given or any(t.ndim != 3 for t in given):
            raise ShapeError("probabilities must be [B, K, b], or [B, N, b] for each step")
        return given


def _broadcasts(what: str, given: Tensor, wanted: tuple[int, ...]) -> None:
    shape = list(given.shape)
    fits = len(shape) == len(wanted) and all(
        n in (1, w) for n, w in zip(shape, wanted, strict=True)
    )
    if not fits or not given.is_floating_point():
        raise ShapeError(f"{what}: {given.dtype} {shape}, not floats {list(wanted)}")


def check_constant(name: str, value: Tensor, rows: int, d: int) -> None:
    """Raise ``ShapeError`` unless ``value`` is [], [1], [B], [1, d] or [B, d]."""
    shapes = ((), (1,), (rows,), (1, d), (rows, d))
    if tuple(value.shape) not in shapes or not value.is_floating_point():
        raise ShapeError(
            f"{name} must be floats [], [{rows}] or [{rows}, {d}], "
            f"not {value.dtype} {list(value.shape)}"
        )


@dataclass(frozen=True)
class Grown:
    """What a statement about B worlds can be evaluated on; made by ``grow``, or by ``bare``.

    Attributes:
        rows: B.
        indices: the index constants, K and d.
        constants: of the theory, hyperparameters among them: [B], [] or [B, d].
        probabilities: of the outcomes of each step, [B or 1, N or 1, b].
        points: for "x" its values by time, 1 .. K+1: x^k is [B, b^(k-1), d], known at level k - 1.
        processes: "g" and what the recursion assigns, by time: [B, b^k, d] at time k, level k;
            slots from time 0 on.
        objective: f; None if there is none.
    """

    rows: int
    indices: Mapping[str, int]
    constants: Mapping[str, Tensor]
    probabilities: tuple[Tensor, ...]
    points: Mapping[str, Mapping[int, Tensor]] = field(default_factory=dict)
    processes: Mapping[str, Mapping[int, Tensor]] = field(default_factory=dict)
    objective: Objective | None = None
    _at: dict[tuple[str, str, int], Tensor] = field(default_factory=dict, init=False, repr=False)

    @property
    def d(self) -> int:
        """The dimension."""
        return self.indices["d"]

    @property
    def K(self) -> int:  # noqa: N802 - its name in the field
        """The horizon."""
        return self.indices["K"]

    def at_point(self, function: str, point: str, time: int) -> Tensor:
        """F [B, N] or grad f [B, N, d] at a point process, computed once."""
        key = (function, point, time)
        if key not in self._at:
            self._at[key] = self.function(function, self.points[point][time])
        return self._at[key]

    def function(self, function: str, x: Tensor) -> Tensor:
        """F or grad f at points [B, N, d].

        Raises:
            ShapeError: there is no objective.
        """
        if self.objective is None:
            raise ShapeError("these worlds have no objective")
        return self.objective.value(x) if function == "f" else self.objective.gradient(x)


def bare(
    constants: Mapping[str, Tensor], *, K: int = 1, d: int = 1, objective: Objective | None = None
) -> Grown:
    """Worlds without a run, for claims about scalars or points alone.

    Args:
        constants: each [B], [] or [B, d]; B is the largest number of rows (1 if there are none).
        K, d: the index constants.
        objective: f, if the claims speak of it.

    Raises:
        ShapeError: a shape does not fit.
    """
    rows = max((len(value) for value in constants.values() if value.ndim), default=1)
    for name, value in constants.items():
        check_constant(name, value, rows, d)
    some = next(iter(constants.values()), torch.ones((), dtype=torch.float64))
    certain = (torch.ones(1, 1, 1, dtype=some.dtype, device=some.device),)
    return Grown(rows, {"K": K, "d": d}, dict(constants), certain, objective=objective)


class _TotalArithmetic(TorchArithmetic):
    """The kernel's total functions, whose gradients are never NaN."""

    def divide(self, left: Tensor, right: Tensor) -> Tensor:
        """``left / right``, 0 where ``right`` is 0."""
        return total_quotient(left, right)

    def power(self, base: Tensor, exponent: Fraction) -> Tensor:
        """``base ** exponent``."""
        return total_power(base, exponent)


@lru_cache(maxsize=64)
def _compiled(recursion: Recursion) -> tuple[tuple[str, Evaluate[Tensor]], ...]:
    """The assignments, as functions of tensors that broadcast.

    ``batched`` compiles the same expressions; it holds all histories as rows of one shape, where
    here what was known before a step is broadcast over the step's outcomes.
    """
    scalars = frozenset(p.name for p in recursion.parameters)
    return tuple(
        (update.target, compile_expression(update.value, _TotalArithmetic(), scalars))
        for update in recursion.updates
    )


def grow(forest: Forest) -> Grown:
    """Run the recursion on every history, level by level.

    Everything is differentiable in all tensors of ``forest``. Nothing is refused: what overflows is
    infinite or NaN, and raises an alarm where a statement meets it.
    """
    updates = _compiled(forest.recursion)
    slots = {slot.name: torch.full_like(forest.start, float(slot.initial))[:, None]
             for slot in forest.recursion.slots}  # fmt: skip
    x = forest.start[:, None]
    points, processes = {1: x}, {name: {0: value} for name, value in slots.items()}
    gradients: dict[tuple[str, str, int], Tensor] = {}
    parameters = {name: value.reshape(-1, 1, 1, 1) for name, value in forest.parameters.items()}
    for k, noise in enumerate(forest.noise, 1):
        gradients["grad", "x", k] = gradient = forest.objective.gradient(x)
        whole = (*x.shape[:2], forest.outcomes, x.shape[2])
        g = (gradient[:, :, None] + noise).expand(whole)
        values = {**parameters, "x": x[:, :, None], "g": g}
        values |= {previous(name).name: value[:, :, None] for name, value in slots.items()}
        assigned = {"g": g.flatten(1, 2)}
        for target, evaluate in updates:
            values[target] = evaluate(values)
            assigned[target] = values[target].expand(whole).flatten(1, 2)
        points[k + 1] = x = assigned.pop("x")
        slots = {name: assigned[name] for name in slots}
        for name, value in assigned.items():
            processes.setdefault(name, {})[k] = value
    rows, d = forest.start.shape
    grown = Grown(
        rows=rows,
        indices=MappingProxyType({"K": len(forest.noise), "d": d}),
        constants=MappingProxyType({**forest.constants, **forest.parameters}),
        probabilities=forest.chances,
        points=MappingProxyType({"x": points}),
        processes=MappingProxyType(processes),
        objective=forest.objective,
    )
    grown._at.update(gradients)
    return grown
