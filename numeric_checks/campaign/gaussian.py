"""Tasks of the kind ``gaussian``: what attacks cannot choose worlds for.

``subject`` is a claim of ``norms``: one of N2, whose law is given, or an equality case of N1.
``family`` is the dimension, such as ``d=64``. A claim of N2 is decided in closed forms in the
dimensions 1, ..., d, and confronted with ``budget`` samples in dimension d; an equality case with
``budget`` points. ``tile`` samples are drawn at once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .kinds import Kind
from .task import Finding, Result, Task, TaskError

if TYPE_CHECKING:
    from ...proofs.language import Claimed

_FAMILY = re.compile(r"d=([1-9]\d{0,2})")
_CLAIM = re.compile(r"norms\.(N2(\..+)?|N1\..+\.equality(\..+)?)")


def concerns(label: str) -> bool:
    """Is the claim of that label one that this kind confronts?"""
    return _CLAIM.fullmatch(label) is not None


def claims(task: Task) -> list[Claimed]:
    """The claim confronted."""
    from ...proofs.language.loader import statement

    return [statement(task.subject)]


def run(task: Task) -> Result:
    """Decide the claim, and sample it where it speaks of g.

    A claim of N2 has the verdict of the closed forms, unless a sample violates it or its means lie
    elsewhere: then one of the two is wrong, and it is ``undecided``.

    Raises:
        TaskError: the task is none of this kind.
        GaussianError: there is no closed form for the claim, or two of them disagree.
    """
    if task.dtype != "float64":
        raise TaskError(f"dtype must be float64 for tasks of the kind gaussian, not {task.dtype}")
    family = _FAMILY.fullmatch(task.family)
    if family is None:
        raise TaskError(f"family must be like 'd=64', not {task.family!r}")
    if not concerns(task.subject):
        raise TaskError(f"subject must be a claim of N2 or an equality case, not {task.subject}")
    (claim,) = claims(task)
    of_law = task.subject.startswith("norms.N2")
    found = (_law if of_law else _points)(claim, int(family[1]), task)
    return Result((found,), task.budget)


def _points(claim: Claimed, d: int, task: Task) -> Finding:
    from ..gaussian import at_points

    found = at_points(claim, d, task.budget, seed=task.seed)
    return Finding(
        claim=claim.label, verdict=found.verdict, ratio=None, checked=found.inside,
        evidence=found.evidence, location=found.location,
        counts={"inside": found.inside, "outside": found.outside},
    )  # fmt: skip


def _law(claim: Claimed, d: int, task: Task) -> Finding:
    from ..gaussian import decide, sampled
    from ..hypotheses import statement_of

    statement = statement_of(claim)
    on_samples = sampled(statement, d, task.budget, seed=task.seed, tile=task.tile)
    if on_samples is not None and not on_samples.expectations:  # about every g: no closed form
        return Finding(
            claim=claim.label, verdict=on_samples.verdict, ratio=None, checked=on_samples.places,
            evidence=on_samples.evidence, location=on_samples.location,
        )  # fmt: skip
    decision = decide(statement, d)
    verdict, worst = decision.verdict, decision.worst
    exact = sum(place.exact for place in decision.places)
    text = f"closed forms: {verdict} at {len(decision.places)} places, {exact} of them exactly"
    if on_samples is not None:
        text = f"{text}; {on_samples.evidence}"
        if verdict == "holds" and on_samples.verdict == "violated":
            verdict = "undecided"
    return Finding(
        claim=claim.label, verdict=verdict, ratio=None if worst is None else worst.ratio,
        checked=len(decision.places), evidence=text, location="" if worst is None else str(worst),
        counts={} if on_samples is None else {"expectations": on_samples.expectations},
        values={} if on_samples is None else {"deviation": on_samples.deviation},
    )  # fmt: skip


KIND = Kind("gaussian", run, claims)
