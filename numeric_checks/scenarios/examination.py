"""Is a claim true in a scenario? Decided by exact arithmetic, or not at all."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product

from flint import arb

from ...proofs.kernel.terms import Formula, Le, Rel, free_indices
from ...proofs.language import Claimed
from ..evaluate import Statement
from ..evaluate.constants import PRECISIONS
from ..evaluate.ranges import UnboundedError, ranges
from ..evaluate.summands import summands
from ..exact import (
    Enclosure,
    EvaluationError,
    Exact,
    ExactPoint,
    ExactTreeReading,
    IndeterminateError,
    enclosure,
    from_fraction,
    on_histories,
    roots_kept,
    sign,
    working_precision,
)
from .axioms import broken_axioms
from .convexity import STRONG
from .results import Examination, Outcome, Place, largest
from .scenario import Scenario, ScenarioError
from .solving import Constants
from .stated import Stated, stated, stated_claim
from .world import World

MAX_PLACES = 20_000
"""Index values times histories."""


def examine(
    scenario: Scenario,
    statement: Statement | None = None,
    *,
    claim: Claimed | None = None,
    without: Collection[str | int] = (),
) -> Examination:
    """Decide the claim of a scenario: axioms, hypotheses, then the conclusion at every place.

    Numbers are rationals where possible, otherwise balls of growing precision. A comparison that
    no precision decides leaves the claim ``undecided``.

    Args:
        scenario: the world.
        statement: instead of the claim's own, such as one with a planted constant.
        claim: instead of the shipped claim of that label, for authors' own theories.
        without: axioms (``A2``) and hypotheses (their number, from 1, or their text) that may fail.

    Raises:
        ScenarioError: there is no such claim, or the scenario gives no value to something that it
            mentions.
    """
    about = stated(scenario.claim) if claim is None else stated_claim(claim)
    if statement is not None:
        about = replace(about, statement=statement)
    axioms, dropped = about.dropped(without)
    wrong = broken_axioms(scenario, about)
    broken = [f"{name}: {how}" for name, how in wrong.items() if name in axioms]
    failing = [f"{name}: {how}" for name, how in wrong.items() if name not in axioms]
    if failing:
        return Examination(scenario, "outside", failing=tuple(failing), broken=tuple(broken),
                           method="exact rationals")  # fmt: skip
    try:
        for axiom in about.own_axioms:
            if not scenario.steps and about.is_of_steps(axiom):
                continue
            place = replace(scenario, indices={})
            found = _Examiner(place, about.of_axiom(axiom), (), []).run()
            if found.outcome in ("violated", "undecided"):
                how = f"{axiom.name}: {found.outcome} at {found.worst or 'some place'}"
                if axiom.name in axioms:
                    broken.append(how)
                else:
                    outcome: Outcome = "outside" if found.outcome == "violated" else "undecided"
                    return Examination(scenario, outcome, failing=(how,), broken=tuple(broken),
                                       method=found.method)  # fmt: skip
        return _Examiner(scenario, about, dropped, broken).run()
    except EvaluationError as error:
        raise ScenarioError("", f"{scenario.claim}: {error}") from error


def _fails(op: str, left: Exact, right: Exact) -> bool | None:
    gap = sign(right - left)
    if gap is None:
        return None
    return {"<=": gap < 0, "<": gap <= 0, "=": gap != 0}[op]


@dataclass
class _Found:
    """What is known of one place so far."""

    hypotheses: dict[Rel, bool] = field(default_factory=dict)
    place: Place | None = None


class _Examiner:
    """One examination: precision by precision, until everything is decided."""

    def __init__(
        self, scenario: Scenario, about: Stated, dropped: Collection[object], broken: list[str]
    ) -> None:
        self.scenario, self.about, self.broken_axioms = scenario, about, broken
        self.dropped, statement = dropped, about.statement
        self.broken: list[Rel] = []
        self.constants = Constants(scenario, about)
        self.boxes, self.conditions = self._ranges()
        self.relations = statement.relations
        self.needed = [r for r in self.relations if r not in dropped]
        self.parts = [
            summands(side, about.definition) for side in statement.conclusion.parts()[::2]
        ]
        self.found: dict[tuple[tuple[int, ...], tuple[int, ...]], _Found] = {}
        self.reason = ""

    def run(self) -> Examination:
        """Growing precision; what is decided stays decided."""
        empty = self._empty_range()
        if empty:
            return Examination(self.scenario, "outside", failing=(empty,), method="integers")
        for bits in PRECISIONS:
            with working_precision(bits), roots_kept():
                try:
                    reading = self._reading()
                    done = self._pass(reading)
                except IndeterminateError as error:
                    self.reason = str(error)
                    continue
            if done:
                return self._verdict(bits)
        return self._verdict(PRECISIONS[-1])

    # --- the places ---------------------------------------------------------------------------

    def _ranges(self) -> tuple[dict[str, tuple[int, int]], tuple[Le, ...]]:
        scenario, statement = self.scenario, self.about.statement
        sizes = {"K": scenario.K, "d": scenario.d}
        names = statement.free(sizes)
        unknown = sorted(set(scenario.indices) - names)
        if unknown:
            raise ScenarioError(
                f"indices.{unknown[0]}", f"the free indices are {sorted(names) or 'none'}"
            )
        constants = {**sizes, **scenario.indices}
        conditions = statement.index_hypotheses
        try:
            where = ranges(names - set(scenario.indices), conditions, constants)
        except UnboundedError as error:
            raise ScenarioError("indices", f"{error}; give it a value") from error
        fixed = {name: (at, at) for name, at in scenario.indices.items()}
        return {**where.boxes, **fixed}, conditions

    def _at(self, le: Le, indices: Mapping[str, int]) -> bool:
        known = {"K": self.scenario.K, "d": self.scenario.d, **indices}
        ends = [ix.offset + (known[str(ix.base)] if ix.base is not None else 0)
                for ix in (le.left, le.right)]  # fmt: skip
        return ends[0] <= ends[1]

    def _places(self) -> Iterator[dict[str, int]]:
        names = sorted(self.boxes)
        spans = [range(self.boxes[n][0], self.boxes[n][1] + 1) for n in names]
        if math.prod(len(span) for span in spans) * self.scenario.leaves > MAX_PLACES:
            raise ScenarioError("indices", f"more than {MAX_PLACES} places: fix some of {names}")
        for numbers in product(*spans):
            indices = dict(zip(names, numbers, strict=True))
            if all(self._at(le, indices) for le in self.conditions if le not in self.dropped):
                yield indices

    def _empty_range(self) -> str:
        if next(self._places(), None) is not None:
            return ""
        for le in self.conditions:
            if not free_indices(le) - {"K", "d", *self.scenario.indices} and not self._at(
                le, self.scenario.indices
            ):
                return self._failure(le)
        return "no value of the free indices satisfies the index hypotheses"

    # --- one pass -----------------------------------------------------------------------------

    def _reading(self) -> ExactTreeReading:
        scenario, about = self.scenario, self.about
        convex, objective = about.of_convexity, scenario.objective
        least = {"mu": objective.mu} if STRONG in convex and objective is not None else {}
        world = World(
            K=scenario.K,
            d=scenario.d,
            recursion=about.recursion,
            objective=scenario.objective,
            start=scenario.start,
            steps=scenario.steps,
            sigma=scenario.sigma,
            values={
                "L": scenario.L,
                "fstar": scenario.f_star,
                **least,
                **self.constants.values,
            },
            minimiser=objective.minimiser if convex and objective is not None else None,
        )
        points = {
            name: ExactPoint([from_fraction(v) for v in at]) for name, at in scenario.points.items()
        }
        return ExactTreeReading(world.root(), about.statement.unfold, world.depth, points)

    def _pass(self, reading: ExactTreeReading) -> bool:
        """Evaluate what is not decided yet; True if nothing is left."""
        done = True
        for indices in self._places():
            at = tuple(indices[name] for name in sorted(indices))

            def compute(here: ExactTreeReading, indices: dict[str, int] = indices,
                        at: tuple[int, ...] = at) -> bool:  # fmt: skip
                return self._compute(here, indices, at)

            for _, decided in on_histories(reading, compute):
                done = done and decided
        return done

    def _compute(
        self, here: ExactTreeReading, indices: dict[str, int], at: tuple[int, ...]
    ) -> bool:
        """Hypotheses and both sides at one place; True if decided."""
        key = (at, here.node.history)
        found = self.found.get(key, _Found())
        try:
            for relation in self.relations:
                if relation not in found.hypotheses:
                    sides = [here.value(t, indices) for t in relation.parts()[::2]]
                    fails = _fails(relation.op, *sides)
                    if fails is None and (holds := self.constants.holds(relation)) is not None:
                        fails = not holds
                    if fails is not None:
                        found.hypotheses[relation] = not fails
                    if fails and relation not in self.dropped:
                        self.found[key] = found
                        return True
            if found.place is None or found.place.fails is None:
                found.place = self._sides(here, indices)
        except IndeterminateError as error:
            self.reason = str(error)
            self.found[key] = found
            return False
        self.found[key] = found
        known = all(r in found.hypotheses for r in self.needed)
        return known and found.place.fails is not None

    def _sides(self, here: ExactTreeReading, indices: dict[str, int]) -> Place:
        conclusion = self.about.statement.conclusion
        left, right = ([here.value(t, indices) for t in side] for side in self.parts)
        upper, lower = _moved(left, right)
        zero = from_fraction(0)
        sides = sum(left, zero), sum(right, zero)
        fails = _fails(conclusion.op, *sides)
        return Place(
            indices,
            here.node.history,
            left=enclosure(sides[0]),
            right=enclosure(sides[1]),
            upper=None if upper is None else enclosure(upper),
            lower=None if lower is None else enclosure(lower),
            ratio=_ratio(upper, lower, conclusion.op),
            fails=fails,
            exact=not any(isinstance(side, arb) for side in sides),
        )

    # --- the verdict --------------------------------------------------------------------------

    def _verdict(self, bits: int) -> Examination:
        inside: list[Place] = []
        excluded, undecided = 0, False
        failing: dict[Rel, None] = {}
        for found in self.found.values():
            wrong = [r for r, holds in found.hypotheses.items() if not holds]
            self.broken += [r for r in wrong if r in self.dropped and r not in self.broken]
            if outside := [r for r in wrong if r not in self.dropped]:
                excluded += 1
                failing |= dict.fromkeys(outside)
                continue
            unknown = next((r for r in self.needed if r not in found.hypotheses), None)
            if unknown is not None:
                self.reason = f"not decided: {self.about.shown(unknown)}"
            elif found.place is not None:
                inside.append(found.place)
                if found.place.fails is None:
                    self.reason = f"the sides agree to about {int(bits * 0.301)} digits"
            undecided = undecided or unknown is not None or (
                found.place is None or found.place.fails is None)  # fmt: skip
        exact = all(place.exact for place in inside)
        how = "exact numbers" if exact else f"balls of {bits} bits"
        outcome: Outcome
        violated = [place for place in inside if place.fails]
        if violated:
            outcome, worst = "violated", violated
        elif undecided:
            outcome, worst, how = "undecided", inside, self.reason
        else:
            outcome, worst = "holds" if inside else "outside", inside
        return Examination(
            self.scenario,
            outcome,
            largest(worst),
            len(inside),
            excluded,
            tuple(map(self._failure, failing)) if outcome == "outside" else (),
            (*self.broken_axioms, *map(self._failure, self.broken)),
            how,
        )

    def _failure(self, relation: Formula) -> str:
        return f"hypothesis fails: {self.about.shown(relation)}"


def _moved(left: list[Exact], right: list[Exact]) -> tuple[Exact | None, Exact | None]:
    """Both sides with negative terms moved to the other; None if a sign is not known."""
    upper: Exact = from_fraction(0)
    lower: Exact = from_fraction(0)
    for value, on_left in [*((v, True) for v in left), *((v, False) for v in right)]:
        direction = sign(value)
        if direction is None:
            return None, None
        size = -value if direction < 0 else value
        if on_left == (direction >= 0):
            upper = upper + size
        else:
            lower = lower + size
    return upper, lower


def _ratio(upper: Exact | None, lower: Exact | None, op: str) -> Enclosure | None:
    if upper is None or lower is None:
        return None
    if op == "=" and sign(lower - upper) == -1:
        pass
    elif op == "=":
        upper, lower = lower, upper
    if sign(lower) != 1:
        return None
    if sign(upper - lower) == 0:
        return Enclosure(Fraction(1), Fraction(1))
    return enclosure(upper / lower)
