"""One goal of an attack: the best world in floats, and what exact arithmetic says of it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..scenarios import Examination, Scenario, examine
from .evolution import evolve, is_smooth
from .planted import planted
from .rounding import dyadic
from .search import Best, Budget, BudgetError, Goal, Problem, ascend, polish

if TYPE_CHECKING:
    from .run import Attack

ROWS, POLISHED = 48, 4
EVOLVED = 40
"""Generations of evolution, of a dozen worlds each."""
ALARM = 1e-9
"""A score above this is looked at exactly."""
ATTAINED = 1 - 1e-9
BITS = (24, 36, 50)
"""Binary digits of an exact world's numbers, tried in turn."""
_AGREEING = Fraction(1, 10**100)
_LOSSES = (1e-8, 1e-6, 1e-4, 1e-3, 1e-2)
"""By how much what floats found of a constant may be lessened, to be shown exactly."""


@dataclass(frozen=True)
class Found:
    """The best world for one goal.

    Attributes:
        goal: the ratio, or the excess of one constant.
        score: in floats; all else is of the exact scenario, if there is one.
        attained: of the ratio, a number that it is at least; of a constant, one with which it may
            not be multiplied: the claim would then be false in the scenario. Decided exactly.
        violated: is the statement false in the scenario?
    """

    goal: Goal
    score: float
    scenario: Scenario | None = None
    examination: Examination | None = None
    attained: Fraction = Fraction(0)
    violated: bool = False


@dataclass
class Pursuit:
    """The search for the best world for one ``goal``, in all shapes of an ``attack``.

    ``seed``: of the starts. ``tell`` is called with the evaluations used so far. ``undecided``
    counts alarms of which no exact world could be decided; after ``patience`` alarms that were
    none, a score above 0 no longer ends an ascent.
    """

    attack: Attack
    goal: Goal
    budget: Budget
    seed: int
    tell: Callable[[int], None]
    undecided: int = 0
    patience: int = 6
    _seen: set[float] = field(default_factory=set)

    def run(self) -> Found:
        """Climb until the budget is used up, or nothing better is possible."""
        problems = [self.attack.problem(shape, self.goal) for shape in self.attack.sizes]
        bests = [Best(POLISHED) for _ in problems]
        pairs = list(zip(problems, bests, strict=True))
        try:
            violated = self._climb_all(pairs)
        except BudgetError:
            violated = None
        for problem, best in sorted(pairs, key=lambda pair: -pair[1].score):
            violated = violated or self._settled(problem, best)
        return violated or self._exactly(pairs)

    def _climb_all(self, pairs: list[tuple[Problem, Best]]) -> Found | None:
        """All shapes in turn, the more promising ones longer."""
        smooth = is_smooth((self.attack.statement.conclusion,))
        rounds = 0
        while self.budget.left:
            order = sorted(range(len(pairs)), key=lambda n: -pairs[n][1].score)
            chosen = order if rounds == 0 else order[: max(1, len(order) // (rounds + 1))]
            for n in chosen:
                problem, best = pairs[n]
                seed = hash_seed(self.seed, n, rounds)
                generator = torch.Generator().manual_seed(seed)
                raw = problem.genome.draw(ROWS, generator).to(self.attack.device)
                self._climb(problem, raw, rounds, best)
                if rounds and not smooth and best.rows and not self._stop(best.score):
                    evolve(problem, best.rows[0][1], EVOLVED, seed, self.budget, best)
                self.tell(self.budget.used)
                violated = self._settled(problem, best)
                if violated is not None:
                    return violated
            rounds += 1
            highest = max(best.score for _, best in pairs)
            if self.goal.summand is None and highest > math.log(ATTAINED):
                return None
        return None

    def _stop(self, score: float) -> bool:
        return score > ALARM and self.patience > 0

    def _climb(self, problem: Problem, raw: Tensor, rounds: int, best: Best) -> None:
        ascend(problem, raw, 20 + 20 * rounds, self.budget, best, self._stop)
        if self._stop(best.score):
            return
        for _, row in list(best.rows):
            polish(problem, row, 40 + 40 * rounds, self.budget, best)

    # --- exactly -----------------------------------------------------------------------------

    def _settled(self, problem: Problem, best: Best) -> Found | None:
        """A counterexample among the best rows, if one of their alarms is confirmed exactly."""
        for score, row in list(best.rows):
            if score <= ALARM or score in self._seen:
                continue
            self._seen.add(score)
            cleared = False
            for bits in BITS:
                scenario = self.attack.scenario(problem, row, bits)
                if scenario is None:
                    continue
                examination = self.attack.examined(scenario)
                if examination.outcome == "violated":
                    ratio = examination.ratio
                    attained = ratio.low if ratio is not None else Fraction(0)
                    return Found(self.goal, score, scenario, examination, attained, violated=True)
                cleared = examination.outcome == "holds" or sides_agree(examination)
                if cleared:
                    break
            self.undecided += not cleared
            self.patience -= 1
        return None

    def _exactly(self, pairs: list[tuple[Problem, Best]]) -> Found:
        """The best world that can be made exact."""
        ranked = sorted(
            ((score, problem, row) for problem, best in pairs for score, row in best.rows),
            key=lambda entry: -entry[0],
        )
        for score, problem, row in ranked[: 2 * POLISHED]:
            for bits in BITS:
                scenario = self.attack.scenario(problem, row, bits)
                if scenario is None:
                    continue
                examination = self.attack.examined(scenario)
                # Where the sides are equal and irrational, no precision tells them apart.
                if examination.outcome in ("holds", "undecided"):
                    attained = self._attained(score, examination)
                    if attained is not None:
                        return Found(self.goal, score, scenario, examination, attained)
        return Found(self.goal, max((best.score for _, best in pairs), default=-math.inf))

    def _attained(self, score: float, examination: Examination) -> Fraction | None:
        """What the scenario shows of the goal; None if it is nothing."""
        goal, attack = self.goal, self.attack
        if goal.summand is None:
            return examination.ratio.low if examination.ratio is not None else Fraction(0)
        for loss in _LOSSES:
            factor = dyadic(1 - score + loss if goal.gain else 1 + score - loss, 30)
            if factor <= 0:
                break
            smaller = planted(attack.statement, goal.summand, factor)
            found = examine(
                examination.scenario, smaller, claim=attack.claim, without=attack.without
            )
            if found.outcome == "violated":
                return factor
        return None


def sides_agree(examination: Examination) -> bool:
    """Are the sides equal to a hundred digits, where no precision tells them apart?

    Irrational numbers that are equal stay undecided; but what floats took for a violation is none.
    """
    ratio = examination.ratio
    return (
        examination.outcome == "undecided" and ratio is not None and abs(ratio.high - 1) < _AGREEING
    )


def hash_seed(*parts: int) -> int:
    """A seed for torch's generator from several numbers; the same on every machine.

    >>> hash_seed(0, 1, 2) == hash_seed(0, 1, 2), hash_seed(0, 1) == hash_seed(1, 0)
    (True, False)
    """
    text = ",".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:7], "big")
