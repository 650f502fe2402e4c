"""A class and a recursion side by side: the same gradients at the same steps.

The gradient is that of the problem at the *recursion's* iterate, with noise that is a function of
seed and step; both get it. So a difference between the two is the update's own, and is not fed
back through the objective.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor

from ...optimizers.batched import Batched, NonFiniteError, batched
from ...optimizers.recursions import Recursion
from .classes import ConformError
from .presets import make_late
from .problems import Problem

Make = Callable[[Sequence[torch.nn.Parameter]], torch.optim.Optimizer]


@dataclass(frozen=True)
class Trajectory:
    """The recursion on a problem.

    Attributes:
        problem: which.
        gradients: g^1 .. g^K, [K, d].
        iterates: x^1 .. x^{K+1}, [K+1, d].
        values: what the assignments gave (m, v, ...), each [K, d].
    """

    problem: Problem
    gradients: Tensor
    iterates: Tensor
    values: Mapping[str, Tensor]


@dataclass(frozen=True)
class Failure:
    """The class went wrong by itself: step, what happened, in a few words."""

    step: int
    message: str


@dataclass(frozen=True)
class Divergence:
    """The first step at which the two differ, and the coordinate where they differ most.

    Attributes:
        problem: its id.
        step: k, from 1; x^{k+1} differs.
        tensor, index: the place of the coordinate, from 0.
        before: the recursion's x^k there.
        recursion, theirs: x^{k+1} there, of the two.
        difference: |theirs - recursion| over the largest |x^{k+1}| of the problem.
        values: what the recursion's assignments gave there at step k, and the gradient g.
    """

    problem: str
    step: int
    tensor: int
    index: tuple[int, ...]
    before: float
    recursion: float
    theirs: float
    difference: float
    values: Mapping[str, float]


@dataclass(frozen=True)
class Outcome:
    """Class and recursion on one problem.

    Attributes:
        trajectory: the recursion's.
        theirs: the class's iterates, [steps done + 1, d].
        difference: the largest relative difference up to the class's last finite step.
        divergence: the first step at which it exceeds the tolerance, if any.
        failure: what went wrong with the class, if anything.
    """

    trajectory: Trajectory
    theirs: Tensor
    difference: float
    divergence: Divergence | None
    failure: Failure | None


def follow(
    recursion: Recursion, values: Mapping[str, float], problem: Problem, steps: int, seed: int
) -> Trajectory:
    """Run the recursion, and record what it was fed.

    Raises:
        ConformError: it leaves the finite numbers at these values.
    """
    rule: Batched = batched(recursion)
    state = rule.init(problem.start[None], **values)
    gradients, iterates = [], [problem.start]
    assigned: dict[str, list[Tensor]] = {u.target: [] for u in recursion.updates[:-1]}
    try:
        for k in range(1, steps + 1):
            g = problem.gradient(state.x[0], k, seed)
            state, made = rule.step(state, g[None])
            gradients.append(g)
            iterates.append(state.x[0])
            for name, value in made.items():
                assigned[name].append(value[0])
    except NonFiniteError as error:
        raise ConformError(f"on {problem.id} the recursion itself breaks down: {error}") from error
    stacked = {name: torch.stack(parts) for name, parts in assigned.items()}
    return Trajectory(
        problem, torch.stack(gradients), torch.stack(iterates), MappingProxyType(stacked)
    )


def run_class(make: Make, trajectory: Trajectory, *, late: bool) -> tuple[Tensor, Failure | None]:
    """The class's iterates on the gradients recorded, as far as they are finite.

    Raises:
        ConformError: the constructor refuses, or no step counter can be set late.
    """
    problem = trajectory.problem
    tensors = [torch.nn.Parameter(part) for part in problem.split(problem.start)]
    optimizer = make(tensors)
    if late:
        try:
            counted = make_late(optimizer)
        except (Exception, SystemExit) as error:
            raise ConformError(f"preset warm: step() raised {_said(error)}") from error
        if not counted:
            raise ConformError("preset warm: the optimizer has no step counter to set")
    done = [problem.start]
    for k, g in enumerate(trajectory.gradients, 1):
        for p, part in zip(tensors, problem.split(g), strict=True):
            p.grad = part
        try:
            optimizer.step()
        except (Exception, SystemExit) as error:
            return torch.stack(done), Failure(k, f"step() raised {_said(error)}")
        kinds = {(p.dtype, tuple(p.shape)) for p in tensors}
        if kinds != {(torch.float64, shape) for shape in problem.shapes}:
            return torch.stack(done), Failure(k, "step() changed the shape or dtype of a tensor")
        x = torch.cat([p.detach().reshape(-1) for p in tensors]).clone()
        finite = torch.isfinite(x)
        if not bool(finite.all()):
            bad = int((~finite).nonzero()[0])
            number, index = problem.place(bad)
            where = f"tensor {number} at {list(index)}"
            return torch.stack(done), Failure(k, f"step() made {float(x[bad])} in {where}")
        done.append(x)
    return torch.stack(done), None


def _said(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def compare(make: Make, trajectory: Trajectory, tolerance: float, *, late: bool = False) -> Outcome:
    """Run the class on what the recursion was fed, and find the first divergence."""
    theirs, failure = run_class(make, trajectory, late=late)
    steps = len(theirs) - 1
    ours = trajectory.iterates[: steps + 1]
    scale = ours.abs().amax(1, keepdim=True).clamp_min(torch.finfo(torch.float64).tiny)
    gaps = ((theirs - ours) / scale).abs()
    worst = gaps.amax(1)
    beyond = (worst > tolerance).nonzero()
    divergence = None
    if len(beyond):
        k = int(beyond[0])
        i = int(gaps[k].argmax())
        number, index = trajectory.problem.place(i)
        processes = {"g": trajectory.gradients, **trajectory.values}
        divergence = Divergence(
            problem=trajectory.problem.id,
            step=k,
            tensor=number,
            index=index,
            before=float(ours[k - 1, i]),
            recursion=float(ours[k, i]),
            theirs=float(theirs[k, i]),
            difference=float(gaps[k, i]),
            values={name: float(value[k - 1, i]) for name, value in processes.items()},
        )
    return Outcome(trajectory, theirs, float(worst.max()), divergence, failure)
