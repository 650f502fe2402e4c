"""An attack on a claim: shapes and goals, starts, ascent, exact confirmation, shrinking."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

import torch

from ...proofs.kernel.terms import Formula, PointVar, subterms
from ...proofs.language import Claimed
from ..evaluate import Statement, UnboundedError
from ..evaluate.ranges import ranges
from ..hypotheses import Region, RegionError, statement_of
from ..scenarios import (
    Examination,
    Scenario,
    ScenarioError,
    Store,
    examine,
    shrink,
    still_violated,
)
from ..scenarios.stated import stated_claim
from .evolution import evolve, is_smooth
from .genome import Genome, Shape
from .kinds import AttackError, Kind, kind_of
from .planted import is_negative, planted, right_summands
from .rounding import dyadic, scenario_of
from .search import Best, Budget, BudgetError, Goal, Problem, ascend, polish

BUDGET = 20_000
"""Evaluations of worlds, by default."""
ROWS, POLISHED = 48, 4
EVOLVED = 40
"""Generations of evolution, of a dozen worlds each."""
ALARM = 1e-9
"""A score above this is looked at exactly."""
ATTAINED = 1 - 1e-9
_BITS = (24, 36, 50)
_LOSSES = (1e-8, 1e-6, 1e-4, 1e-3, 1e-2)
"""By how much what floats found of a constant may be lessened, to be shown exactly."""
SHAPES: dict[Kind, tuple[Shape, ...]] = {
    Kind.CONSTANTS: (Shape(4, 2), Shape(1, 1), Shape(40, 3)),
    Kind.POINTS: (Shape(1, 1), Shape(1, 2), Shape(1, 5)),
    Kind.PATHS: (Shape(1, 1), Shape(3, 1), Shape(10, 1), Shape(2, 2)),
    Kind.TREES: (
        Shape(1, 1, 2), Shape(2, 1, 2, adapted=True), Shape(16, 1), Shape(2, 2, 2), Shape(4, 1, 2),
    ),
}  # fmt: skip
"""The sizes that are tried, by kind; more would cost more and, for these claims, find no more."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Found:
    """The best world for one goal.

    Attributes:
        goal: the ratio, or the excess of one constant.
        score: in floats; all else is of the exact scenario, if there is one.
        attained: of the ratio, a number that it is at least; of a constant, one with which it may
            not be multiplied: the claim would then be false in the scenario. Decided exactly.
    """

    goal: Goal
    score: float
    scenario: Scenario | None = None
    examination: Examination | None = None
    attained: Fraction = Fraction(0)


@dataclass
class Attacked:
    """What became of an attack.

    Attributes:
        claim: what was attacked.
        statement: as it was attacked, perhaps with a planted constant.
        verdict: ``violated`` by an exact scenario; ``holds`` if every alarm was cleared exactly (no
            proof: that nothing was found); ``undecided`` if an alarm is left, or nothing was found
            within the hypotheses.
        found: the best world of each goal.
        counterexample: an exact scenario that violates the statement.
        evaluations, budget, seed: as run.
        replayed: stored counterexamples tried first; ``unreadable``: files that could not be.
        undecided: alarms that no precision decided.
    """

    claim: Claimed
    statement: Statement
    budget: int
    seed: int
    without: tuple[str, ...]
    found: list[Found] = field(default_factory=list)
    counterexample: Scenario | None = None
    examination: Examination | None = None
    evaluations: int = 0
    undecided: int = 0
    replayed: int = 0
    unreadable: tuple[str, ...] = ()

    @property
    def verdict(self) -> Literal["holds", "violated", "undecided"]:
        if self.counterexample is not None:
            return "violated"
        if self.undecided or not any(f.scenario for f in self.found):
            return "undecided"
        return "holds"

    @property
    def is_of_the_claim(self) -> bool:
        """Was the claim itself attacked, with all its assumptions?"""
        return not self.without and self.statement.conclusion == self.claim.statement()

    @property
    def evidence(self) -> str:
        """The reason for the verdict, one sentence."""
        if self.counterexample is not None:
            return f"an exact world violates it: {self.examination}"
        if self.undecided:
            return f"{self.undecided} alarms that no precision decides"
        if self.verdict == "undecided":
            return "no world was found within the hypotheses"
        return f"no counterexample in {self.evaluations} worlds, ascended by gradient"

    @property
    def ratio(self) -> Fraction:
        """The largest ratio that was reached exactly."""
        return max((f.attained for f in self.found if f.goal.summand is None), default=Fraction(0))


@dataclass
class Attack:
    """An attack in preparation; ``run`` carries it out.

    Args:
        claim: an inequality of any theory.
        budget: evaluations of worlds.
        seed: of the starts; the outcome is a function of it.
        without: assumptions ("A2", "A3") and hypotheses (by number or as printed) left out.
        factor, constant: multiply the constant of one summand (None: of all) of the right side.
        shapes: the sizes of worlds, instead of ``SHAPES``.
        goals: numbers of constants, or None for the ratio; by default all.
        store: counterexamples that are tried first.
        progress: called as ``progress(evaluations, budget)``.
        device: where worlds are evaluated; starts are drawn on the CPU, the same for all.

    Raises:
        AttackError: the claim cannot be attacked, or an argument is out of range.
        ScenarioError: ``without`` names nothing.
    """

    claim: Claimed
    budget: int = BUDGET
    seed: int = 0
    without: tuple[str, ...] = ()
    factor: Fraction = Fraction(1)
    constant: int | None = None
    shapes: Sequence[Shape] | None = None
    goals: Sequence[int | None] | None = None
    store: Store | None = None
    progress: Progress | None = None
    device: str = "cpu"

    def __post_init__(self) -> None:
        if self.budget < 1:
            raise AttackError(f"a budget is a number of evaluations, at least 1, not {self.budget}")
        self.kind = kind_of(self.claim)
        recursion = self.claim.theory.recursion
        statement = statement_of(self.claim, recursion=recursion)
        self.stated = stated_claim(self.claim)
        axioms, dropped = self.stated.dropped(self.without)
        self.axioms = axioms
        self.dropped: Collection[Formula] = dropped
        if self.factor != 1:
            statement = planted(statement, self.constant, self.factor)
        self.statement = statement
        kept = tuple(h for h in statement.hypotheses if h not in dropped)
        self.weaker = replace(statement, hypotheses=kept)
        self.parts = right_summands(statement)
        self.loose = _unbounded(self.weaker)
        self.points = tuple(
            sorted({n.name for h in (statement.conclusion, *statement.relations)
                    for n, _ in subterms(h) if isinstance(n, PointVar)})
        )  # fmt: skip

    def run(self) -> Attacked:
        """Attack until the budget is used up, a counterexample is confirmed, or all is attained."""
        done = Attacked(self.claim, self.statement, self.budget, self.seed, self.without)
        if self._replayed(done):
            return done
        goals = list(self._goals())
        spent = 0
        for number, goal in enumerate(goals):
            share = (self.budget - spent) // (len(goals) - number)
            budget = Budget(share)
            done.found.append(self._pursue(goal, budget, done, number, spent))
            spent += budget.used
            done.evaluations = spent
            if done.counterexample is not None:
                break
        if self.progress is not None:
            self.progress(self.budget, self.budget)
        if done.counterexample is not None:
            keeps = still_violated(
                done.counterexample, statement=self.statement, claim=self.claim,
                without=self.without,
            )  # fmt: skip
            done.counterexample = shrink(done.counterexample, keeps)
            done.examination = self.examined(done.counterexample)
            done.counterexample = done.examination.located
        return done

    def _replayed(self, done: Attacked) -> bool:
        """Is a stored counterexample one of the statement as it is attacked now?"""
        if self.store is None:
            return False
        contents = self.store.contents(self.claim.label)
        done.unreadable = tuple(map(str, contents.unreadable))
        for stored in contents.stored:
            done.replayed += 1
            try:
                examination = self.examined(stored.scenario)
            except ScenarioError:
                continue  # the claim has changed, and the scenario says nothing of it any more
            if examination.outcome == "violated":
                done.counterexample, done.examination = stored.scenario, examination
                return True
        return False

    def _goals(self) -> Iterator[Goal]:
        if self.goals is not None:
            yield from map(self._goal, self.goals)
            return
        yield Goal()
        if self.statement.conclusion.op != "=" and len(self.parts) > 1:
            yield from (self._goal(n) for n, _ in enumerate(self.parts))

    def _goal(self, number: int | None) -> Goal:
        if number is None:
            return Goal()
        if number >= len(self.parts):
            raise AttackError(
                f"{self.claim.label} has {len(self.parts)} constants on its right side, numbered "
                f"from 0; there is no constant {number}"
            )
        return Goal(number, gain=is_negative(self.parts[number]))

    def genome(self, shape: Shape) -> Genome:
        """The layout of worlds of one shape."""
        region = Region(
            self.claim, self.claim.theory.recursion, without=self.dropped, K=shape.K, d=shape.d
        )
        return Genome(
            self.kind, shape, region, self.claim.theory.recursion, self.points, self.axioms
        )

    def _pursue(
        self, goal: Goal, budget: Budget, done: Attacked, number: int, before: int
    ) -> Found:
        """The best world for one goal, all shapes in turn, the more promising ones longer."""
        shapes = list(self.shapes or SHAPES[self.kind])
        problems = [
            Problem(self.weaker, self.genome(shape), goal, self.parts, self.loose)
            for shape in shapes
        ]
        bests = [Best(POLISHED) for _ in problems]
        alarms = _Alarms(self, done)

        def stop(score: float) -> bool:
            return score > ALARM and alarms.patience > 0

        smooth = is_smooth((self.statement.conclusion,))
        rounds = 0
        try:
            while budget.left:
                order = sorted(range(len(problems)), key=lambda n: -bests[n].score)
                chosen = order if rounds == 0 else order[: max(1, len(order) // (rounds + 1))]
                for n in chosen:
                    seed = hash_seed(self.seed, number, n, rounds)
                    generator = torch.Generator().manual_seed(seed)
                    raw = problems[n].genome.draw(ROWS, generator).to(self.device)
                    self._climb(problems[n], raw, rounds, budget, bests[n], stop)
                    if rounds and not smooth and bests[n].rows and not stop(bests[n].score):
                        evolve(problems[n], bests[n].rows[0][1], EVOLVED, seed, budget, bests[n])
                    if self.progress is not None:
                        self.progress(before + budget.used, self.budget)
                    if alarms.settle(problems[n], bests[n]):
                        return alarms.found(goal)
                rounds += 1
                if max(b.score for b in bests) > math.log(ATTAINED) and goal.summand is None:
                    break
        except BudgetError:
            pass
        for n in sorted(range(len(problems)), key=lambda n: -bests[n].score):
            if alarms.settle(problems[n], bests[n]):
                return alarms.found(goal)
        return self._exactly(goal, problems, bests)

    def _climb(
        self, problem: Problem, raw: torch.Tensor, rounds: int, budget: Budget, best: Best,
        stop: Callable[[float], bool],
    ) -> None:  # fmt: skip
        ascend(problem, raw, 20 + 20 * rounds, budget, best, stop)
        if stop(best.score):
            return
        for _, row in list(best.rows):
            polish(problem, row, 40 + 40 * rounds, budget, best)

    def _exactly(self, goal: Goal, problems: list[Problem], bests: list[Best]) -> Found:
        """The best world that can be made exact."""
        ranked = sorted(
            ((score, n, row) for n, best in enumerate(bests) for score, row in best.rows),
            key=lambda entry: -entry[0],
        )
        for score, n, row in ranked[: 2 * POLISHED]:
            for bits in _BITS:
                scenario = self.scenario(problems[n], row, bits)
                if scenario is None:
                    continue
                examination = self.examined(scenario)
                # Where the sides are equal and irrational, no precision tells them apart.
                if examination.outcome in ("holds", "undecided"):
                    attained = self._attained(goal, score, examination)
                    if attained is not None:
                        return Found(goal, score, scenario, examination, attained)
        return Found(goal, max((b.score for b in bests), default=-math.inf))

    def _attained(self, goal: Goal, score: float, examination: Examination) -> Fraction | None:
        """What the scenario shows of the goal; None if it is nothing."""
        if goal.summand is None:
            return examination.ratio.low if examination.ratio is not None else Fraction(0)
        for loss in _LOSSES:
            factor = dyadic(1 - score + loss if goal.gain else 1 + score - loss, 30)
            if factor <= 0:
                break
            smaller = planted(self.statement, goal.summand, factor)
            found = examine(examination.scenario, smaller, claim=self.claim, without=self.without)
            if found.outcome == "violated":
                return factor
        return None

    def scenario(self, problem: Problem, row: torch.Tensor, bits: int) -> Scenario | None:
        """The exact world near a row; None if there is none within the hypotheses."""
        try:
            scenario = scenario_of(self.claim, problem.genome, row, bits)
            if self.loose:
                at = problem.place(row)
                scenario = replace(scenario, indices={name: at[name] for name in self.loose})
            return scenario
        except (RegionError, ScenarioError, ValueError):
            return None

    def examined(self, scenario: Scenario) -> Examination:
        """The statement as attacked, decided exactly in a scenario."""
        return examine(scenario, self.statement, claim=self.claim, without=self.without)


def _unbounded(statement: Statement) -> tuple[str, ...]:
    """The free indices that the hypotheses leave open on a side: they are tried from 1 to K."""
    loose: dict[str, int] = {}
    names = statement.free(("K", "d"))
    while True:
        try:
            ranges(names - loose.keys(), statement.index_hypotheses, {"K": 2, "d": 2, **loose})
        except UnboundedError as error:
            loose[error.index] = 1
        else:
            return tuple(sorted(loose))


@dataclass
class _Alarms:
    """Scores above 0: confirmed exactly, or cleared; after some, they no longer end an ascent."""

    attack: Attack
    done: Attacked
    patience: int = 6
    seen: set[float] = field(default_factory=set)
    last: Found | None = None

    def settle(self, problem: Problem, best: Best) -> bool:
        """Look at the alarms among the best rows; is one of them a counterexample?"""
        for score, row in list(best.rows):
            if score <= ALARM or score in self.seen:
                continue
            self.seen.add(score)
            outcome = "outside"
            for bits in _BITS:
                scenario = self.attack.scenario(problem, row, bits)
                if scenario is None:
                    continue
                examination = self.attack.examined(scenario)
                outcome = examination.outcome
                if outcome == "violated":
                    self.done.counterexample = scenario
                    self.done.examination = examination
                    ratio = examination.ratio
                    attained = ratio.low if ratio is not None else Fraction(0)
                    self.last = Found(problem.goal, score, scenario, examination, attained)
                    return True
                if outcome == "holds":
                    break
            if outcome == "undecided":
                self.done.undecided += 1
            self.patience -= 1
        return False

    def found(self, goal: Goal) -> Found:
        return self.last or Found(goal, -math.inf)


def hash_seed(*parts: int) -> int:
    """A seed for torch's generator from several numbers; the same on every machine.

    >>> hash_seed(0, 1, 2) == hash_seed(0, 1, 2), hash_seed(0, 1) == hash_seed(1, 0)
    (True, False)
    """
    import hashlib

    text = ",".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:7], "big")
