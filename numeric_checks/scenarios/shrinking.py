"""Smaller scenarios that show the same: as a reader would like a counterexample to be.

Passes of small changes are tried in turn, and a change is kept if the scenario is then simpler and
still does what it should, until no change is. Simpler means, in this order: fewer coordinates,
fewer steps, fewer histories, fewer nodes and cells told apart, fewer numbers other than 0, simpler
numbers (dyadic with few bits, then small denominators). As every change makes it simpler, it ends;
nothing is random. The way of hypothesis (MacIver and Donaldson 2020) and C-Reduce (Regehr et al.
2012).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product

from ...proofs.language import Claimed
from ..evaluate import Statement
from ..instances.profile import Profile
from .examination import examine
from .numbers import Slot, cost, rebuilt, shifted, simpler, slots, without_zeros
from .scenario import Scenario, ScenarioError
from .serial import to_json
from .world import Step

BUDGET = 1000
Keeps = Callable[[Scenario], bool]
Pass = Callable[[Scenario], Iterator[Scenario | None]]


def complexity(scenario: Scenario) -> tuple[int, ...]:
    """What shrinking makes smaller, the most important first."""
    cells = 0 if scenario.objective is None else sum(map(len, scenario.objective.curvatures))
    nodes = sum(len(step.values) for step in scenario.steps)
    numbers = list(slots(scenario).values())
    return (
        scenario.d,
        scenario.K,
        scenario.leaves,
        len(scenario.indices),
        nodes,
        cells,
        sum(1 for _ in without_zeros(scenario)),
        sum(map(cost, numbers)),
    )


def still_violated(
    scenario: Scenario,
    *,
    statement: Statement | None = None,
    claim: Claimed | None = None,
    without: Collection[str | int] = (),
    share: Fraction = Fraction(1, 2),
) -> Keeps:
    """The test whether a scenario violates a claim by at least ``share`` of the margin of this one.

    The margin is log(ratio), ratio = upper/lower; where it is infinite, it has to stay so. Axioms
    and hypotheses have to hold, but for those in ``without``.

    Raises:
        ScenarioError: this one does not violate the claim.
    """
    found = examine(scenario, statement, claim=claim, without=without)
    if found.outcome != "violated":
        raise ScenarioError("", f"nothing to shrink: {found}")
    margin = found.log_ratio
    enough = -math.inf if math.isnan(margin) else margin if margin == math.inf else (
        float(share) * margin)  # fmt: skip

    def keeps(candidate: Scenario) -> bool:
        try:
            again = examine(candidate, statement, claim=claim, without=without)
        except ScenarioError:
            return False
        return again.outcome == "violated" and not again.log_ratio < enough

    return keeps


def shrink(scenario: Scenario, keeps: Keeps, *, budget: int = BUDGET) -> Scenario:
    """A simpler scenario for which ``keeps`` is true, at a fixed point of all passes.

    Args:
        scenario: where to start; ``keeps`` is taken to be true of it.
        keeps: what must stay true (``still_violated``).
        budget: how often ``keeps`` is asked at most; when it is used up, the simplest so far.
    """
    search = _Search(scenario, keeps, budget)
    improved = True
    while improved and search.left > 0:
        improved = False
        for one in PASSES:
            while search.improves(one):
                improved = True
    return search.best


class _Search:
    def __init__(self, scenario: Scenario, keeps: Keeps, budget: int) -> None:
        self.best, self.keeps, self.left = scenario, keeps, budget
        self.seen = {to_json(scenario)}

    def improves(self, one: Pass) -> bool:
        """Take the first change of a pass that does; False if there is none."""
        size = complexity(self.best)
        for candidate in one(self.best):
            if candidate is None or complexity(candidate) >= size:
                continue
            text = to_json(candidate)
            if text in self.seen:
                continue
            if self.left <= 0:
                return False
            self.seen.add(text)
            self.left -= 1
            if self.keeps(candidate):
                self.best = candidate
                return True
        return False


def _made(scenario: Scenario, **changes: object) -> Scenario | None:
    try:
        return replace(scenario, **changes)  # type: ignore[arg-type]
    except (ScenarioError, ValueError):
        return None


# --- structure ----------------------------------------------------------------------------------


def _free_places(s: Scenario) -> Iterator[Scenario | None]:
    """Every value of an index, in place of one."""
    for name in s.indices:
        yield _made(s, indices={n: at for n, at in s.indices.items() if n != name})


def _blocks(count: int) -> Iterator[range]:
    """What to leave out of ``count`` things: halves, quarters, ..., single ones, never all."""
    length = count // 2
    while length:
        for first in range(0, count, length):
            yield range(first, min(first + length, count))
        length //= 2


def _fewer_coordinates(s: Scenario) -> Iterator[Scenario | None]:
    for gone in _blocks(s.d):
        kept = [i for i in range(s.d) if i not in gone]

        def row(values: tuple[Fraction, ...], kept: list[int] = kept) -> tuple[Fraction, ...]:
            return tuple(values[i] for i in kept) if values else ()

        f = s.objective
        objective = None if f is None else Profile(
            tuple(f.knots[i] for i in kept), tuple(f.curvatures[i] for i in kept), row(f.slope)
        )  # fmt: skip
        steps = tuple(
            Step(p.probabilities, tuple(tuple(row(r) for r in node) for node in p.values))
            for p in s.steps
        )
        yield _made(
            s, d=len(kept), objective=objective, start=row(s.start), sigma=row(s.sigma),
            steps=steps, points={name: row(at) for name, at in s.points.items()},
            f_star=s.f_star if objective is None else shifted(s, objective),
            indices={name: min(at, len(kept)) for name, at in s.indices.items()},
        )  # fmt: skip


def _fewer_steps(s: Scenario) -> Iterator[Scenario | None]:
    if not s.steps:
        for K in sorted({1, 2, s.K // 2, s.K - 1}):
            yield _made(s, K=K) if 0 < K < s.K else None
        return
    for gone in _blocks(s.K):
        steps = list(s.steps)
        for k in reversed(gone):
            steps = _without_step(steps, k)
        K = len(steps)
        indices = {name: min(at, K) for name, at in s.indices.items()}
        yield _made(s, K=K, steps=tuple(steps), indices=indices)


def _histories(steps: list[Step]) -> list[tuple[int, ...]]:
    return list(product(*(range(step.outcomes) for step in steps)))


def _without_step(steps: list[Step], k: int) -> list[Step]:
    """Leave out step k (from 0): later nodes are those after its first outcome."""
    return _pruned(steps, k, {0}, None)


def _pruned(steps: list[Step], k: int, kept: set[int], instead: Step | None) -> list[Step]:
    """The steps with another step k (or none), and later nodes after the outcomes kept only."""
    later = []
    for j in range(k + 1, len(steps)):
        step = steps[j]
        if len(step.values) > 1:
            nodes = zip(_histories(steps[:j]), step.values, strict=True)
            values = tuple(node for history, node in nodes if history[k] in kept)
            step = Step(step.probabilities, values)
        later.append(step)
    return [*steps[:k], *([] if instead is None else [instead]), *later]


def _silent(s: Scenario) -> Iterator[Scenario | None]:
    """Without any noise, and with sigma = 0: either alone may not do."""
    none = Step((Fraction(1),), (((Fraction(0),) * s.d,),))
    yield _made(s, steps=(none,) * len(s.steps), sigma=(Fraction(0),) * s.d)


def _fewer_outcomes(s: Scenario) -> Iterator[Scenario | None]:
    """A step without noise; one outcome alone; two of them as one, with their mean."""
    for k, step in enumerate(s.steps):
        if step.outcomes == 1:
            continue
        zeros = tuple(((Fraction(0),) * s.d,) for _ in step.values)
        for o in range(step.outcomes):
            alone = tuple((node[o],) for node in step.values)
            for values in (zeros, alone) if o == 0 else (alone,):
                yield _with_steps(s, k, {o}, Step((Fraction(1),), values))
        for a, b in product(range(step.outcomes), repeat=2):
            if a >= b:
                continue
            p, q = step.probabilities[a], step.probabilities[b]
            chances = list(step.probabilities)
            chances[a] = p + q
            del chances[b]
            nodes = []
            for node in step.values:
                rows = list(node)
                pairs = zip(rows[a], rows[b], strict=True)
                rows[a] = tuple((p * x + q * y) / (p + q) for x, y in pairs)
                del rows[b]
                nodes.append(tuple(rows))
            kept = set(range(step.outcomes)) - {b}
            yield _with_steps(s, k, kept, Step(tuple(chances), tuple(nodes)))


def _with_steps(s: Scenario, k: int, kept: set[int], instead: Step) -> Scenario | None:
    return _made(s, steps=tuple(_pruned(list(s.steps), k, kept, instead)))


def _same_everywhere(s: Scenario) -> Iterator[Scenario | None]:
    """The noise of one node at all nodes of its step."""
    for k, step in enumerate(s.steps):
        for node in dict.fromkeys(step.values) if len(step.values) > 1 else ():
            one = Step(step.probabilities, (node,))
            yield _made(s, steps=(*s.steps[:k], one, *s.steps[k + 1 :]))


def _fewer_cells(s: Scenario) -> Iterator[Scenario | None]:
    """Without a knot, by extending the cell on either side."""
    f = s.objective
    for i, knots in enumerate(() if f is None else f.knots):
        for j in range(len(knots)):
            for gone in (j, j + 1):
                if f is None:
                    continue
                row = f.curvatures[i]
                objective = Profile(
                    (*f.knots[:i], (*knots[:j], *knots[j + 1 :]), *f.knots[i + 1 :]),
                    (*f.curvatures[:i], (*row[:gone], *row[gone + 1 :]), *f.curvatures[i + 1 :]),
                    f.slope,
                )
                yield _made(s, objective=objective, f_star=shifted(s, objective))


# --- numbers ------------------------------------------------------------------------------------


def _noise_off(s: Scenario) -> Iterator[Scenario | None]:
    """No noise at a step, or in a coordinate of a node."""
    found = slots(s)
    groups: dict[tuple[object, ...], list[Slot]] = {}
    for slot, value in found.items():
        if slot[0] == "noise" and value:
            for group in (slot[:2], (*slot[:3], slot[4])):
                groups.setdefault(group, []).append(slot)
    for members in groups.values():
        yield rebuilt(s, dict.fromkeys(members, Fraction(0)))


def _changed(s: Scenario, changes: dict[Slot, Fraction]) -> Iterator[Scenario | None]:
    """With f_star at its distance from the minimum, or where it was."""
    yield rebuilt(s, changes)
    if any(slot[0] in ("knots", "curvatures", "slope") for slot in changes):
        yield rebuilt(s, changes, keep_gap=False)


def _zeros(s: Scenario) -> Iterator[Scenario | None]:
    for slot, value in slots(s).items():
        if value and slot[0] != "probabilities":
            yield from _changed(s, {slot: Fraction(0)})


def _attained(s: Scenario) -> Iterator[Scenario | None]:
    """F_star as what the minimum is."""
    least = None if s.objective is None else s.objective.minimum
    yield None if least is None else _made(s, f_star=least)


def _together(s: Scenario) -> Iterator[Scenario | None]:
    """Numbers of the same size changed together: sigma and the noise, L and a curvature."""
    groups: dict[Fraction, list[Slot]] = {}
    found = slots(s)
    for slot, value in found.items():
        if value and slot[0] != "probabilities":
            groups.setdefault(abs(value), []).append(slot)
    for size in sorted(groups, key=lambda v: (-cost(v), v)):
        if len(groups[size]) > 1:
            for new in simpler(size):
                changes = {t: new if found[t] > 0 else -new for t in groups[size]}
                yield from _changed(s, changes)


def _singly(s: Scenario) -> Iterator[Scenario | None]:
    for slot, value in slots(s).items():
        for new in simpler(value):
            yield from _changed(s, {slot: new})


PASSES: tuple[Pass, ...] = (
    _free_places, _fewer_coordinates, _fewer_steps, _silent, _fewer_outcomes, _same_everywhere,
    _fewer_cells, _noise_off, _zeros, _attained, _together, _singly,
)  # fmt: skip
"""In this order, each until it finds nothing more."""
