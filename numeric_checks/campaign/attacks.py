"""Tasks of the kind ``attack``: a search for a world in which a claim is false.

``subject`` is the claim (``adamw.L4``), ``budget`` counts worlds evaluated. Options: ``factor``
("49/50") multiplies the right side first, or the constant numbered ``constant``; ``without`` lists
what is left out, separated by semicolons.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from .kinds import Kind
from .task import Finding, Result, Task, TaskError

if TYPE_CHECKING:
    from ...proofs.language import Claimed
    from ..attack import Attacked

_OPTIONS = {"factor", "constant", "without"}


def claims(task: Task) -> list[Claimed]:
    """The claim attacked."""
    from ...proofs.language.loader import statement

    return [statement(task.subject)]


def run(task: Task) -> Result:
    """Attack the claim; the finding has the best world, exactly.

    Raises:
        TaskError: the task is none of this kind.
        AttackError: the claim cannot be attacked.
    """
    if task.dtype != "float64":
        raise TaskError(f"dtype must be float64 for tasks of the kind attack, not {task.dtype}")
    if set(task.options) - _OPTIONS:
        raise TaskError(f"options are {', '.join(sorted(_OPTIONS))}, not {sorted(task.options)}")
    from ..attack import Attack

    (claim,) = claims(task)
    constant = task.options.get("constant")
    without = str(task.options.get("without", ""))
    done = Attack(
        claim, budget=task.budget, seed=task.seed,
        factor=Fraction(task.options.get("factor", 1)),
        constant=None if constant is None else int(constant),
        without=tuple(part.strip() for part in without.split(";") if part.strip()),
    ).run()  # fmt: skip
    return Result((finding(done),), done.evaluations)


def finding(done: Attacked) -> Finding:
    """What an attack says of its claim."""
    from ..scenarios import as_data

    best = max(
        (f for f in done.found if f.goal.summand is None and f.scenario is not None),
        key=lambda f: f.attained, default=None,
    )  # fmt: skip
    place = best.examination.worst if best is not None and best.examination is not None else None
    constants = {
        str(f.goal.summand): {"factor": str(f.attained), "scenario": as_data(f.scenario)}
        for f in done.found
        if f.goal.summand is not None and f.scenario is not None
    }
    shown = done.counterexample or (None if best is None else best.scenario)
    ratio = None if best is None else float(best.attained)
    return Finding(
        claim=done.claim.label,
        verdict=done.verdict,
        ratio=None if ratio is None or math.isnan(ratio) else ratio,
        checked=done.evaluations,
        evidence=done.evidence,
        location="" if place is None else str(place),
        counts={"undecided": done.undecided},
        data={
            "constants": constants,
            "scenario": None if shown is None else as_data(shown),
        },
    )


KIND = Kind("attack", run, claims)
