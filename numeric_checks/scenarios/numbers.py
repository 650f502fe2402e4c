"""The numbers of a scenario one by one, and simpler numbers near them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

from ..instances.profile import Profile
from .scenario import Scenario, ScenarioError
from .world import Step

Slot = tuple[str | int, ...]
"""Where a number stands: ``("sigma", 0)``, ``("choices", "theta")``, ``("noise", k, n, o, i)``."""

_BITS = (0, 1, 2, 3, 4, 6, 8, 12, 16)
_DENOMINATORS = (3, 5, 7, 9, 10, 20, 50, 100, 1000)


def slots(scenario: Scenario) -> dict[Slot, Fraction]:
    """Every number of a scenario, by where it stands (positions from 0)."""
    found: dict[Slot, Fraction] = {("L",): scenario.L, ("f_star",): scenario.f_star}
    found |= {("choices", name): value for name, value in sorted(scenario.choices.items())}
    # A slope before the start: the gradient at a start other than 0 needs none.
    if scenario.objective is not None:
        found |= _row("slope", scenario.objective.slope)
    found |= _row("sigma", scenario.sigma) | _row("start", scenario.start)
    for name, at in sorted(scenario.points.items()):
        found |= _row("points", at, name)
    if scenario.objective is not None:
        for i, (knots, curvatures) in enumerate(
            zip(scenario.objective.knots, scenario.objective.curvatures, strict=True)
        ):
            found |= _row("knots", knots, i) | _row("curvatures", curvatures, i)
    for k, step in enumerate(scenario.steps):
        found |= _row("probabilities", step.probabilities, k)
        for n, node in enumerate(step.values):
            for o, row in enumerate(node):
                found |= _row("noise", row, k, n, o)
    return found


def _row(what: str, values: tuple[Fraction, ...], *at: str | int) -> dict[Slot, Fraction]:
    return {(what, *at, i): value for i, value in enumerate(values)}


def rebuilt(
    scenario: Scenario, changed: Mapping[Slot, Fraction], *, keep_gap: bool = True
) -> Scenario | None:
    """The scenario with some numbers changed; None if that is none.

    What was tied stays tied: probabilities add up to 1, noise that had mean 0 has it (the last
    outcome that is not among the changed gives way), and f_star keeps its distance from min f
    (``keep_gap``; otherwise f_star stays).
    """
    values = {**slots(scenario), **changed}

    def row(old: tuple[Fraction, ...], *at: str | int) -> tuple[Fraction, ...]:
        return tuple(values[*at, i] for i in range(len(old)))

    steps = []
    for k, step in enumerate(scenario.steps):
        chances = _adding_up(step, k, values, changed)
        if min(chances) <= 0:
            return None
        nodes = [
            [list(row(outcome, "noise", k, n, o)) for o, outcome in enumerate(node)]
            for n, node in enumerate(step.values)
        ]
        for n, node in enumerate(nodes):
            _centred(step, k, n, chances, node, changed)
        steps.append(Step(chances, tuple(tuple(tuple(r) for r in node) for node in nodes)))
    objective, below = scenario.objective, values["f_star",]
    try:
        if objective is not None:
            objective = Profile(
                tuple(row(knots, "knots", i) for i, knots in enumerate(objective.knots)),
                tuple(row(c, "curvatures", i) for i, c in enumerate(objective.curvatures)),
                row(objective.slope, "slope"),
            )
            if keep_gap and ("f_star",) not in changed:
                below = shifted(scenario, objective)
        return replace(
            scenario,
            L=values["L",],
            f_star=below,
            sigma=row(scenario.sigma, "sigma"),
            start=row(scenario.start, "start"),
            choices={name: values["choices", name] for name in scenario.choices},
            points={name: row(at, "points", name) for name, at in scenario.points.items()},
            objective=objective,
            steps=tuple(steps),
        )
    except (ScenarioError, ValueError):  # knots out of order, say
        return None


def shifted(scenario: Scenario, objective: Profile) -> Fraction:
    """F_star at the same distance from the minimum of another objective."""
    old = None if scenario.objective is None else scenario.objective.minimum
    new = objective.minimum
    return scenario.f_star if old is None or new is None else scenario.f_star + new - old


def _adding_up(
    step: Step, k: int, values: Mapping[Slot, Fraction], changed: Mapping[Slot, Fraction]
) -> tuple[Fraction, ...]:
    chances = [values["probabilities", k, o] for o in range(step.outcomes)]
    free = [o for o in range(step.outcomes) if ("probabilities", k, o) not in changed]
    if free:
        chances[free[-1]] += 1 - sum(chances)
    return tuple(chances)


def _centred(
    step: Step, k: int, n: int, chances: tuple[Fraction, ...], node: list[list[Fraction]],
    changed: Mapping[Slot, Fraction],
) -> None:  # fmt: skip
    for i in range(len(node[0])):
        before = zip(step.probabilities, step.values[n], strict=True)
        if sum(p * row[i] for p, row in before):
            continue  # it was biased, and may be
        free = [o for o in range(len(node)) if ("noise", k, n, o, i) not in changed]
        if free:
            o = free[-1]
            mean = sum((p * row[i] for p, row in zip(chances, node, strict=True)), Fraction(0))
            node[o][i] -= mean / chances[o]


# --- simpler numbers ----------------------------------------------------------------------------


def cost(value: Fraction) -> int:
    """How complicated a number is: 0, then dyadic with few bits, then small denominators."""
    bits = abs(value.numerator).bit_length() + value.denominator.bit_length() - 1
    dyadic = value.denominator & (value.denominator - 1) == 0
    return 2 * bits + (0 if dyadic else 5) + (value < 0)


def simpler(value: Fraction) -> list[Fraction]:
    """Simpler numbers near ``value``, the simplest first.

    >>> [str(v) for v in simpler(Fraction(7, 10))][:5]
    ['0', '1', '1/2', '3/4', '2/3']
    """
    found = {Fraction(0), Fraction(1 if value > 0 else -1), abs(value)}
    for unit in (
        *(Fraction(1, 2**bits) for bits in _BITS),
        *(Fraction(1, n) for n in _DENOMINATORS),
    ):
        found |= {unit * floor(value / unit), unit * ceil(value / unit)}
    # The grids above are absolute; these are relative, for numbers far from 1.
    size = Fraction(2) ** (abs(value.numerator).bit_length() - value.denominator.bit_length())
    for bits in range(4):
        unit = size / 2**bits
        found |= {unit * floor(value / unit), unit * ceil(value / unit)}
    return sorted((v for v in found if cost(v) < cost(value)), key=lambda v: (cost(v), v))


def without_zeros(scenario: Scenario) -> Iterator[Fraction]:
    """The numbers that are not 0."""
    return (value for value in slots(scenario).values() if value)
