"""A confrontation as text and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..proofs.render.text import Printer
from .confront import Confrontation
from .evaluate import Check, Condition
from .verdict import Judgement, Unknown

_EXACT = 1e-100
"""What enclosures leave of the deviation of an equation that holds exactly."""


def lines(done: Confrontation) -> Iterator[str]:
    """The report of one confrontation, a line at a time."""
    instance, variant = done.instance, done.variant
    title = f"{done.setup.optimizer} on {instance.name}, K = {done.steps}, {len(done.seeds)} seeds"
    yield title + (f", {variant.title}" if variant.title else "")
    yield (
        f"  certified: L = {float(instance.L):.6g}, sigma_s^2 = {float(instance.sigma_s2):.6g}, "
        f"Delta = {float(instance.Delta):.6g}"
    )
    values = ", ".join(f"{n} = {v:.6g}" for n, v in done.prescription.parameters.items())
    yield f"  {done.setup.prescribing} prescribes: {values}"
    yield f"  {_hypotheses(done)}"
    for claim, condition in done.failing:
        yield f"  DOES NOT HOLD, a hypothesis of {claim}: {_shown(done, condition)}"
    yield f"  {'statement':<15} {'verdict':<9} {'worst ratio':>11} {'checked':>9} {'alarms':>6}"
    for check in done.checks:
        yield from _statement(check, done.trivial_bound)


def summary(all_done: Sequence[Confrontation]) -> str:
    """Was it well? What is undecided is no failure, and says what would decide it."""
    passed = sum(done.passed for done in all_done)
    checks = [check for done in all_done for check in done.checks]
    open_ones = sum(check.verdict == "undecided" for check in checks)
    said = f"{passed} of {len(all_done)} confrontations passed, {len(checks)} statements in all"
    if open_ones:
        many = "estimates stay" if open_ones > 1 else "estimate stays"
        said += f"; {open_ones} {many} undecided on so few seeds, which is no failure"
    return f"{said}."


def _shown(done: Confrontation, condition: Condition) -> str:
    return Printer(done.setup.theory.kernel()).show(condition.hypothesis)


def _hypotheses(done: Confrontation) -> str:
    every = [c for each in done.conditions.values() for c in each]
    text = f"{len(every) - len(done.failing)} of {len(every)} hypotheses on constants hold, exactly"
    rounded = [n for n, each in done.conditions.items() if any(c.deviation > _EXACT for c in each)]
    if not rounded:
        return text
    return f"{text} but for the equations of {', '.join(rounded)}: up to {done.deviation:.2g}"


def _statement(check: Check, trivial: float) -> Iterator[str]:
    row = f"  {check.statement:<15} {check.verdict:<9} {check.ratio:>11.6f} {check.checked:>9}"
    row = f"{row} {check.alarms:>6}"
    if check.estimated:
        yield f"{row}   estimate {check.left:.5g}, bound {check.right:.5g}, trivial {trivial:.5g}"
        yield f"  {'':<15} {check.evidence}"
        return
    place = f"   worst at {check.location}" if check.location is not None else ""
    yield row + place
    if check.verdict != "holds" or check.alarms:
        yield f"  {'':<15} {check.evidence}"


def as_json(all_done: Iterable[Confrontation], alpha: float) -> dict[str, Any]:
    """What ``--format json`` prints; documented in docs/json.md."""
    return {
        "schema": 3,
        "alpha": alpha,
        "confrontations": [_confrontation(done) for done in all_done],
    }


def _confrontation(done: Confrontation) -> dict[str, Any]:
    instance = done.instance
    return {
        "id": done.setup.name,
        "variant": done.variant.title,
        "passed": done.passed,
        "instance": instance.name,
        "d": instance.dimension,
        "K": done.steps,
        "seeds": list(done.seeds),
        "constants": {
            "L": str(instance.L),
            "Delta": str(instance.Delta),
            "sigma_s2": str(instance.sigma_s2),
        },
        "prescribed_by": done.setup.prescribing,
        "hyperparameters": dict(done.prescription.parameters),
        "hypotheses": {
            "checked": sum(map(len, done.conditions.values())),
            "deviation": done.deviation,
            "failing": [
                {"statement": claim, "hypothesis": _shown(done, condition)}
                for claim, condition in done.failing
            ],
        },
        "trivial_bound": done.trivial_bound,
        "statements": [
            {**_check(check), "estimate": _estimate(done.judgements.get(check.statement))}
            for check in done.checks
        ],
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "id": check.statement,
        "verdict": check.verdict,
        "ratio": _number(check.ratio),
        "left": _number(check.left),
        "right": _number(check.right),
        "location": None if check.location is None else str(check.location),
        "checked": check.checked,
        "skipped": check.skipped,
        "excluded": check.excluded,
        "alarms": check.alarms,
        "cleared": check.cleared,
        "confirmed": check.confirmed,
        "estimated": check.estimated,
        "evidence": check.evidence,
    }


def _estimate(found: Judgement | None) -> dict[str, Any] | None:
    if found is None:
        return None
    bound, ends = found.bound, found.interval
    return {
        "bound": {
            "kind": type(bound).__name__.lower(),
            "source": bound.reason if isinstance(bound, Unknown) else bound.source,
        },
        "alpha": found.alpha,
        "vacuous": found.vacuous,
        "interval": None
        if ends is None
        else {
            "low": _number(ends.low),
            "high": _number(ends.high),
            "mean": ends.mean,
            "runs": ends.runs,
            "method": ends.method,
        },
        "needed": found.needed,
    }


def _number(value: float) -> float | None:
    """JSON has neither NaN nor infinities."""
    return value if math.isfinite(value) else None
