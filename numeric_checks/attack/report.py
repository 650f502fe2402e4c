"""An attack as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from ...proofs.constants.values import decimal_down, decimal_outward
from ...proofs.kernel.terms import Term
from ...proofs.render.text import Printer
from ..scenarios import Examination, Scenario
from ..scenarios.serial import as_data
from .planted import constants
from .pursuit import Found
from .run import Attacked

DIGITS = 10


def lines(done: Attacked, stored: str = "") -> Iterator[str]:
    """The report, a line at a time. ``stored``: where the counterexample was put."""
    label = done.claim.label
    left_out = f" without {', '.join(done.without)}" if done.without else ""
    yield f"{label}{left_out}: {done.verdict}  ({done.evaluations} worlds, seed {done.seed})"
    for trouble in done.unreadable:
        yield f"  not tried: {trouble}"
    if done.counterexample is not None and done.examination is not None:
        yield "  a counterexample, decided by exact arithmetic and shrunk:"
        yield from (f"    {line}" for line in _world(done.counterexample, done.examination))
        if stored:
            yield f"  again: ratecert attack --replay {stored}"
        return
    if done.undecided:
        yield f"  {done.undecided} alarms stay undecided: no precision tells the two sides apart"
    printer = Printer(done.claim.theory.kernel())
    table = constants(done.statement)
    for found in done.found:
        number = found.goal.summand
        what = "ratio of the sides" if number is None else f"constant {number}: "
        if number is not None:
            proved, of = table[number]
            what += f"{printer.show(proved)} of {printer.show(of)}"
        yield f"  {_attained(found) or 'nothing':>12}  {what}"
        if found.scenario is not None and found.examination is not None:
            yield f"  {'':>12}    {_where(found)}"


def _attained(found: Found) -> str | None:
    """What the exact world shows, rounded so that it claims no more; None without one."""
    if found.scenario is None:
        return None
    rounded = decimal_down if found.goal.summand is None else decimal_outward
    return rounded(found.attained, DIGITS)


def _where(found: Found) -> str:
    scenario, examination = found.scenario, found.examination
    if scenario is None or examination is None:
        return ""
    place = "" if examination.worst is None else f", {examination.worst}"
    outcomes = scenario.steps[0].outcomes if scenario.steps else 1
    noise = f", {outcomes} outcomes a step" if outcomes > 1 else ""
    return f"K = {scenario.K}, d = {scenario.d}{noise}{place}"


def _world(scenario: Scenario, examination: Examination) -> Iterator[str]:
    yield f"K = {scenario.K}, d = {scenario.d}, L = {scenario.L}, f* = {scenario.f_star}"
    if scenario.objective is not None:
        for i in range(scenario.d):
            knots, curvatures = scenario.objective.knots[i], scenario.objective.curvatures[i]
            at = f" between knots {_listed(knots)}" if knots else ""
            yield (
                f"f_{i + 1}: curvature {_listed(curvatures)}{at}, slope "
                f"{scenario.objective.slope[i]} at 0; from {scenario.start[i]}, "
                f"sigma = {scenario.sigma[i]}"
            )
    for k, step in enumerate(scenario.steps, 1):
        shown = "; ".join(
            ", ".join(_listed(outcome) for outcome in node) for node in step.values[:4]
        )
        more = " ..." if len(step.values) > 4 else ""
        yield f"noise of step {k}: {shown}{more}, with probabilities {_listed(step.probabilities)}"
    for name, point in scenario.points.items():
        yield f"{name} = ({_listed(point)})"
    if scenario.choices:
        yield ", ".join(f"{name} = {value}" for name, value in scenario.choices.items())
    for text in examination.broken:
        yield f"left out, and fails: {text}"
    worst = examination.worst
    if worst is not None:
        yield f"{worst}: left {worst.left}, right {worst.right}"


def _listed(values: tuple[Fraction, ...]) -> str:
    return ", ".join(map(str, values))


def as_json(done: Attacked, stored: str = "") -> dict[str, Any]:
    """What ``--format json`` prints; documented in docs/json.md."""
    printer = Printer(done.claim.theory.kernel())
    table = constants(done.statement)
    return {
        "schema": 1,
        "id": done.claim.label,
        "verdict": done.verdict,
        "conclusion": printer.show(done.statement.conclusion),
        "without": list(done.without),
        "seed": done.seed,
        "budget": done.budget,
        "evaluations": done.evaluations,
        "undecided_alarms": done.undecided,
        "replayed": done.replayed,
        "unreadable": list(done.unreadable),
        "ratio": decimal_down(done.ratio, DIGITS) if done.ratio else None,
        "found": [_found(f, table, printer) for f in done.found],
        "counterexample": None if done.counterexample is None else as_data(done.counterexample),
        "stored": stored or None,
    }


def _found(found: Found, table: tuple[tuple[Term, Term], ...], printer: Printer) -> dict[str, Any]:
    number = found.goal.summand
    proved, of = (None, None) if number is None else map(printer.show, table[number])
    return {
        "constant": number,
        "proved": proved,
        "of": of,
        "attained": _attained(found),
        "scenario": None if found.scenario is None else as_data(found.scenario),
    }


def replayed_lines(found: Examination) -> Iterator[str]:
    """A stored counterexample, examined again."""
    yield f"{found.scenario.claim}: {found.outcome} ({found.method})"
    yield from (f"  {line}" for line in _world(found.scenario, found))
    for text in found.failing:
        yield f"  {text}"


def replayed_json(found: Examination) -> dict[str, Any]:
    """The same for programs."""
    worst = found.worst
    return {
        "schema": 1,
        "id": found.scenario.claim,
        "outcome": found.outcome,
        "method": found.method,
        "failing": list(found.failing),
        "left_out": list(found.broken),
        "place": None if worst is None else str(worst),
        "left": None if worst is None else str(worst.left),
        "right": None if worst is None else str(worst.right),
        "scenario": as_data(found.scenario),
    }
