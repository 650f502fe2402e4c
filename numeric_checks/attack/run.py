"""An attack on a claim: shapes and goals, starts, ascent, exact confirmation, shrinking."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import Literal

from torch import Tensor

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
    stated_claim,
    still_violated,
)
from .genome import Genome, Shape
from .kinds import AttackError, Kind, kind_of
from .planted import is_negative, planted, right_summands
from .pursuit import Found, Pursuit, hash_seed
from .rounding import scenario_of
from .search import Budget, Goal, Problem

BUDGET = 20_000
"""Evaluations of worlds, by default."""
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
        for number, goal in enumerate(goals):
            share = (self.budget - done.evaluations) // (len(goals) - number)
            seed = hash_seed(self.seed, number)
            pursuit = Pursuit(self, goal, Budget(share), seed, partial(self._tell, done))
            found = pursuit.run()
            done.found.append(found)
            done.evaluations += pursuit.budget.used
            done.undecided += pursuit.undecided
            if found.violated and found.scenario is not None:
                self._shrunk(done, found.scenario)
                break
        self._tell(done, self.budget - done.evaluations)
        return done

    def _tell(self, done: Attacked, used: int) -> None:
        if self.progress is not None:
            self.progress(done.evaluations + used, self.budget)

    def _shrunk(self, done: Attacked, scenario: Scenario) -> None:
        keeps = still_violated(
            scenario, statement=self.statement, claim=self.claim, without=self.without
        )
        done.examination = self.examined(shrink(scenario, keeps))
        done.counterexample = done.examination.located

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
            self.kind,
            shape,
            region,
            self.claim.theory.recursion,
            self.points,
            self.axioms,
            self.stated.of_convexity,
        )

    def problem(self, shape: Shape, goal: Goal) -> Problem:
        """The statement and one goal in the worlds of one shape."""
        return Problem(self.weaker, self.genome(shape), goal, self.parts, self.loose)

    @property
    def sizes(self) -> tuple[Shape, ...]:
        """The shapes of worlds that are tried."""
        return tuple(self.shapes or SHAPES[self.kind])

    def scenario(self, problem: Problem, row: Tensor, bits: int) -> Scenario | None:
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
