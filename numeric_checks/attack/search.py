"""Ascent: many worlds at once by their gradient, then the best of them one by one.

What is driven up is, at the worst place of each world, either the logarithm of the ratio of the
two sides, or the *excess* of one constant: by which share of the summand that it multiplies the
left side exceeds the right. The excess e of a world says that no proof can multiply the constant by
less than 1 + e, all else the same; above 0 the claim is false.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from ...proofs.kernel.terms import Term
from ..evaluate import Statement
from ..trees import Grown, TreeEvaluation, bare, evaluate_on, grow
from .genome import Genome, Worlds

STRENGTH = 10.0
"""What the violation of a hypothesis costs, relative to the ratio's logarithm."""
FEASIBLE = 1e-12
_RELIABLE = 2.0**-30
"""A summand smaller than this share of the two sides is what floats make of it."""
_TINY = 1e-200


class BudgetError(Exception):
    """The evaluations granted are used up; it never leaves the room, as an attack then ends."""


@dataclass
class Budget:
    """Evaluations of worlds: a world evaluated once, with or without its gradient, costs one."""

    granted: int
    used: int = 0

    @property
    def left(self) -> int:
        return max(self.granted - self.used, 0)

    def spend(self, worlds: int) -> None:
        """Raises ``BudgetError`` if fewer are left."""
        if worlds > self.left:
            raise BudgetError
        self.used += worlds


@dataclass(frozen=True)
class Goal:
    """What is driven up: the logarithm of the ratio, or the excess of the constant ``summand``.

    ``gain``: the constant is negative. The claim is the stronger the larger its absolute value is,
    and a world shows with what it may not be multiplied: with more than 1 - e.
    """

    summand: int | None = None
    gain: bool = False

    def scores(self, found: TreeEvaluation) -> Tensor:
        """For each world and place, [B, P]; -inf where there is nothing to be said."""
        upper, lower = found.upper, found.lower
        size = upper + lower
        if self.summand is None:
            meant = found.within & (size > _TINY)
            ratio = upper.clamp(min=_TINY).log() - lower.clamp(min=_TINY).log()
            return torch.where(meant, ratio, -torch.inf)
        (own,) = found.terms
        own = -own if self.gain else own
        meant = found.within & (own > _RELIABLE * size)
        excess = (upper - lower) / torch.where(meant, own, 1.0)
        return torch.where(meant, excess, -torch.inf)


@dataclass(frozen=True)
class Problem:
    """A statement under attack in the worlds of a genome.

    ``summands``: those of its right side, whose constants may be goals. ``loose``: indices that
    nothing bounds.
    """

    statement: Statement
    genome: Genome
    goal: Goal
    summands: tuple[Term, ...]
    loose: tuple[str, ...] = ()

    def evaluate(self, raw: Tensor) -> tuple[Worlds, TreeEvaluation]:
        """The worlds of the rows, and the statement on them."""
        worlds = self.genome.worlds(raw)
        variables = {**worlds.values, **worlds.points}
        if worlds.forest is not None:
            variables = {n: v for n, v in variables.items() if n not in worlds.forest.parameters}
            grown = grow(worlds.forest)
        else:
            grown = self._unmoved(worlds)
        number = self.goal.summand
        terms = () if number is None else (self.summands[number],)
        boxes = dict.fromkeys(self.loose, (1, self.genome.shape.K))
        return worlds, evaluate_on(self.statement, grown, variables, boxes=boxes, terms=terms)

    def place(self, row: Tensor) -> dict[str, int]:
        """The indices of the worst place of one world."""
        with torch.no_grad():
            _, found = self.evaluate(row[None])
            scores = torch.nan_to_num(self.goal.scores(found), nan=-torch.inf)
        return found.place(int(scores[0].argmax()))

    def _unmoved(self, worlds: Worlds) -> Grown:
        """Worlds whose recursion takes no step: constants, the start and the claim's points."""
        shape, start = self.genome.shape, worlds.start
        named = {name: value for name, value in worlds.base.items() if name != "x1"}
        grown = bare({**named, **worlds.values}, K=shape.K, d=shape.d, objective=worlds.objective)
        points = {"x": {1: start[:, None]}} if start.shape[-1] else {}
        return replace(grown, rows=len(start), points=points)

    def scores(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        """The score of each world at its worst place, and its penalty."""
        worlds, found = self.evaluate(raw)
        if not found.left.shape[-1]:
            return raw.new_full((len(raw),), -torch.inf), worlds.penalty
        scores = torch.nan_to_num(self.goal.scores(found), nan=-torch.inf, posinf=-torch.inf)
        return scores.amax(-1), worlds.penalty


@dataclass
class Best:
    """The best worlds so far: rows of raw numbers by their score, the best first."""

    keep: int
    rows: list[tuple[float, Tensor]] = field(default_factory=list)

    def offer(self, scores: Tensor, penalty: Tensor, raw: Tensor) -> None:
        """Take the rows that violate no hypothesis, as far as they are among the best."""
        scores = torch.where(penalty <= FEASIBLE, scores, -torch.inf)
        for at in scores.argsort(descending=True)[: self.keep].tolist():
            score = float(scores[at])
            if score == -torch.inf:
                break
            self.rows.append((score, raw[at].detach().clone()))
        self.rows = sorted(self.rows, key=lambda pair: -pair[0])[: self.keep]

    @property
    def score(self) -> float:
        return self.rows[0][0] if self.rows else -torch.inf


Stop = Callable[[float], bool]


def ascend(
    problem: Problem, raw: Tensor, steps: int, budget: Budget, best: Best, stop: Stop
) -> Tensor:
    """Gradient ascent of all rows, each with the step length of Adam; returns where they are.

    A row whose value or gradient is not finite stays where it is.
    """
    raw = raw.clone()
    first, second = torch.zeros_like(raw), torch.zeros_like(raw)
    for step in range(1, steps + 1):
        budget.spend(len(raw))
        here = raw.clone().requires_grad_()
        scores, penalty = problem.scores(here)
        best.offer(scores.detach(), penalty.detach(), raw)
        if stop(best.score):
            break
        aim = torch.where(scores.isfinite(), scores, 0.0) - STRENGTH * penalty
        if not aim.requires_grad:
            break
        (gradient,) = torch.autograd.grad(aim.sum(), here)
        bad = ~gradient.isfinite().all(-1, keepdim=True)
        gradient = torch.where(bad, 0.0, gradient)
        first = 0.9 * first + 0.1 * gradient
        second = 0.99 * second + 0.01 * gradient**2
        length = 0.15 * (1 - (step - 1) / steps) + 0.003
        ratio = (first / (1 - 0.9**step)) / ((second / (1 - 0.99**step)).sqrt() + 1e-12)
        raw = raw + length * ratio
    return raw


def polish(problem: Problem, row: Tensor, steps: int, budget: Budget, best: Best) -> None:
    """L-BFGS from one row, with a line search that satisfies the strong Wolfe conditions."""
    here = row.clone()[None].requires_grad_()
    optimiser = torch.optim.LBFGS(
        [here], lr=1.0, max_iter=steps, max_eval=2 * steps, history_size=20,
        tolerance_grad=1e-12, tolerance_change=1e-14, line_search_fn="strong_wolfe",
    )  # fmt: skip

    def closure() -> Tensor:
        budget.spend(1)
        optimiser.zero_grad()
        scores, penalty = problem.scores(here)
        best.offer(scores.detach(), penalty.detach(), here.detach())
        loss = (STRENGTH * penalty - scores).sum()
        if not bool(loss.isfinite()):
            loss = (here * 0).sum() + 1e6
        loss.backward()  # type: ignore[no-untyped-call]
        if here.grad is not None:
            here.grad.nan_to_num_(0.0, 0.0, 0.0)
        return loss

    try:
        optimiser.step(closure)  # type: ignore[no-untyped-call]
    except IndexError:  # torch's line search, where all its points are equal
        return
