"""Tasks of the kind ``worlds``: a claim in many random worlds, larger than those of an attack.

``subject`` is the claim; ``family`` the size, such as ``K=10 d=3 b=2``: iterations, dimension,
outcomes of the noise a step (1: one path). ``budget`` counts worlds, ``tile`` are evaluated side by
side. Expectations are exact sums over all b^K histories.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .kinds import Kind
from .task import Finding, Result, Task, TaskError

if TYPE_CHECKING:
    from ...proofs.language import Claimed
    from ..attack import Shape

_FAMILY = re.compile(r"K=([1-9]\d{0,2}) d=([1-9]\d{0,2}) b=([1-9]\d?)")


def claims(task: Task) -> list[Claimed]:
    """The claim confronted."""
    from ...proofs.language.loader import statement

    return [statement(task.subject)]


def shape(family: str) -> Shape:
    """The size that a family names.

    Raises:
        TaskError: it names none.
    """
    from ..attack import Shape

    found = _FAMILY.fullmatch(family)
    if found is None:
        raise TaskError(f"family must be like 'K=10 d=3 b=2', not {family!r}")
    K, d, b = map(int, found.groups())
    return Shape(K, d, b)


def run(task: Task) -> Result:
    """Evaluate the claim in random worlds; alarms are decided exactly.

    Raises:
        TaskError: the task is none of this kind.
        AttackError: the claim cannot be put to the test in such worlds.
    """
    if task.dtype != "float64":
        raise TaskError(f"dtype must be float64 for tasks of the kind worlds, not {task.dtype}")
    from ..attack.sampled import sampled

    (claim,) = claims(task)
    found = sampled(claim, shape(task.family), task.budget, seed=task.seed, tile=task.tile)
    return Result(
        (
            Finding(
                claim=claim.label,
                verdict=found.verdict,
                ratio=found.ratio,
                checked=found.checked,
                evidence=found.evidence,
                location=found.location,
                counts={
                    "alarms": found.alarms, "cleared": found.cleared, "outside": found.outside,
                },
            ),
        ),
        task.budget,
    )  # fmt: skip


KIND = Kind("worlds", run, claims)
