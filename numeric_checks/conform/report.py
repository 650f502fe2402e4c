"""A report as data (JSON, ``docs/json.md``) and as text."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from .compare import Divergence, Outcome
from .explain import Explanation
from .presets import PRESETS
from .request import Report

_COUNT = ("no", "one", "two", "three", "four", "five", "six")


def as_data(report: Report) -> dict[str, Any]:
    """The JSON document, schema 1; every number in it is finite."""
    request, mapping, divergence = report.request, report.mapping, report.divergence
    failure = report.failure
    return {
        "schema": 1,
        "class": report.class_name,
        "recursion": report.recursion.id,
        "verdict": report.verdict,
        "parameters": report.values,
        "call": report.call,
        "arguments": {name: list(taken) for name, taken in mapping.arguments.items()},
        "unmapped": list(mapping.unmapped),
        "presets": list(request.presets),
        "steps": request.steps,
        "seed": request.seed,
        "tolerance": request.tolerance,
        "problems": [_problem(outcome) for outcome in report.outcomes],
        "divergence": None if divergence is None else _divergence(divergence),
        "failure": None if failure is None else {
            "problem": failure[0].trajectory.problem.id,
            "step": failure[1].step,
            "message": failure[1].message,
        },
        "explanations": [
            {
                "differences": [
                    {"id": d.id, "term": d.term, "title": d.title} for d in e.differences
                ],
                "changed": [
                    {"recursion": mine, "class": theirs}
                    for mine, theirs in e.changed(report.recursion)
                ],
                "added": dict(e.added),
                "max_relative_difference": e.difference,
            }
            for e in (report.search.explanations if report.search else ())
        ],
        "sets_tried": report.search.tried if report.search else 0,
        "agrees_under": [
            {"presets": [p.id for p in chosen], "max_relative_difference": difference}
            for chosen, difference in report.agrees_under
        ],
    }  # fmt: skip


def _problem(outcome: Outcome) -> dict[str, Any]:
    problem = outcome.trajectory.problem
    return {
        "id": problem.id,
        "title": problem.title,
        "tensors": [list(shape) for shape in problem.shapes],
        "coordinates": len(problem.start),
        "steps": len(outcome.theirs) - 1,
        "max_relative_difference": outcome.difference,
        "first_divergence": outcome.divergence.step if outcome.divergence else None,
    }


def _divergence(found: Divergence) -> dict[str, Any]:
    return {
        "problem": found.problem,
        "step": found.step,
        "tensor": found.tensor,
        "index": list(found.index),
        "before": found.before,
        "recursion": found.recursion,
        "class": found.theirs,
        "relative_difference": found.difference,
        "values": dict(found.values),
    }


def as_text(report: Report) -> Iterator[str]:
    """The report for people, line by line."""
    name, recursion = report.class_name.rpartition(".")[2], report.recursion
    yield f"{report.class_name} beside the recursion {recursion.id}: {recursion.title}"
    called = ", ".join(f"{key}={_value(value)}" for key, value in report.call.items())
    yield f"    called as  {name}(params{', ' if called else ''}{called})"
    at = ", ".join(f"{key} = {value:.6g}" for key, value in report.values.items())
    yield f"    recursion at  {at}"
    if report.mapping.unmapped:
        yield from _wrapped(
            f"no argument of {name} takes {', '.join(report.mapping.unmapped)}: "
            "it uses what it has inside (or name one with --arg)"
        )
    for preset in report.request.presets:
        yield from _wrapped(f"preset {preset}: {PRESETS[preset].title}")
    yield "    both get the gradient at the recursion's iterate, with the same noise, in float64"
    yield ""
    yield "    problem     coordinates      steps  largest relative difference"
    for outcome in report.outcomes:
        yield "    " + _row(outcome)
    yield ""
    failure, divergence = report.failure, report.divergence
    if failure is not None:
        outcome, what = failure
        yield (
            f"{name} fails at step {what.step} on {outcome.trajectory.problem.id}: {what.message}."
        )
        yield "The recursion is finite there."
    if divergence is not None:
        yield from _first(report, divergence, name)
    if report.verdict == "agrees" and report.outcomes:
        yield (
            f"They agree to {report.request.tolerance:g}, on these {report.steps_compared} steps. "
            "This is evidence, not a proof."
        )
    if report.verdict == "diverges":
        yield from _why(report, name)


def _wrapped(text: str) -> list[str]:
    return wrap(text, 96, initial_indent="    ", subsequent_indent="        ")


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(_value(part) for part in value)})"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _row(outcome: Outcome) -> str:
    problem = outcome.trajectory.problem
    shape = f"{len(problem.start)} in {len(problem.shapes)} tensors"
    end = f"from step {outcome.divergence.step} on" if outcome.divergence else "agrees"
    if outcome.failure:
        end = f"fails at step {outcome.failure.step}"
    steps = len(outcome.theirs) - 1
    return f"{problem.id:<10}  {shape:<15}  {steps:>5}  {outcome.difference:.1e}    {end}"


def _first(report: Report, found: Divergence, name: str) -> Iterator[str]:
    k, width = found.step, max(len(name), len("recursion"))
    yield (
        f"First divergence: step {k} on {found.problem}, "
        f"tensor {found.tensor} at {list(found.index)} (from 0)"
    )
    before, after = f"x[{k}]", f"x[{k + 1}]"
    yield f"    {'before':<{width}}  {before} = {found.before!r}"
    yield f"    {'recursion':<{width}}  {after} = {found.recursion!r}"
    yield f"    {name:<{width}}  {after} = {found.theirs!r}"
    yield f"    {'':<{width}}  relative difference {found.difference:.2e}"
    values = ", ".join(f"{key}[{k}] = {value:.6g}" for key, value in found.values.items())
    yield f"    {'recursion':<{width}}  {values}"
    yield ""


def _why(report: Report, name: str) -> Iterator[str]:
    search = report.search
    if search is not None and search.explanations:
        count = len(search.explanations[0].differences)
        several = "one known difference explains" if count == 1 else (
            f"{_COUNT[count]} known differences, together, explain"
        )  # fmt: skip
        for number, explanation in enumerate(search.explanations):
            start = "Or" if number else "Why:"
            yield (
                f"{start} {several} every step: with them, the largest "
                f"relative difference is {explanation.difference:.1e}"
            )
            yield from _differences(explanation, report, name)
            yield ""
    elif search is not None:
        yield (
            f"No set of at most {search.at_most} known differences explains it ({search.tried} "
            f"tried): {name} is another algorithm,"
        )
        yield "or differs in a way that ratecert does not know."
        yield ""
    for chosen, difference in report.agrees_under:
        options = " ".join(f"--preset {preset.id}" for preset in chosen)
        yield f"It agrees (to {difference:.1e}) under  {options}"
        for preset in chosen:
            yield from _wrapped(f"{preset.id}: {preset.title}")
    if not report.agrees_under:
        yield "No preset makes it agree."


def _differences(explanation: Explanation, report: Report, name: str) -> Iterator[str]:
    for difference in explanation.differences:
        yield from _wrapped(f"[{difference.id}] {difference.term}: {difference.title}")
    if explanation.added:
        given = ", ".join(f"{key} = {value:.6g}" for key, value in explanation.added.items())
        yield f"    with {given}"
    width = max(len(name), len("recursion"))
    for mine, theirs in explanation.changed(report.recursion):
        if mine is not None:
            yield f"        {'recursion':<{width}}  {mine}"
        if theirs is not None:
            yield f"        {name:<{width}}  {theirs}"
