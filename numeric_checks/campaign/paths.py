"""Tasks of the kind ``paths``: a setup with one of its variants, on a block of seeds.

``subject`` is the setup (``adamw.digits``), ``family`` the variant; the block is ``seed`` ..
``seed + tile - 1``, and ``budget`` counts evaluations of the gradient, ``tile`` an iteration: K is
``budget / tile``. Options: ``batch``, and ``alpha``, the error probability of all intervals of the
task together.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from .kinds import Kind
from .task import Finding, Result, Task, TaskError

if TYPE_CHECKING:
    from ...proofs.language import Claimed
    from ..confront import Setup, Variant
    from ..evaluate import Check

ALPHA = "1/10000"
"""Of each task: a hundred of them err with probability at most 1/100, on each side."""
_OPTIONS = {"batch", "alpha"}


def _row(task: Task) -> tuple[Setup, Variant]:
    """The setup and the variant that a task names."""
    from ..tables import QUICK

    setup = next((s for s in QUICK if s.name == task.subject), None)
    if setup is None:
        known = ", ".join(s.name for s in QUICK)
        raise TaskError(f"no setup {task.subject!r}; there are {known}")
    variant = next((v for v in setup.variants if v.title == task.family), None)
    if variant is None:
        titles = ", ".join(repr(v.title) for v in setup.variants)
        raise TaskError(f"{setup.name} has no variant {task.family!r}; there are {titles}")
    return setup, variant


def claims(task: Task) -> list[Claimed]:
    """The claims evaluated, and the one that prescribes the hyperparameters."""
    setup, variant = _row(task)
    names = dict.fromkeys((setup.prescribing, *setup.claims, *variant.claims))
    return [setup.claimed(name) for name in names]


def run(task: Task) -> Result:
    """Run the block and evaluate the claims.

    A finding for each claim, and one for each claim with a hypothesis on constants that does not
    hold at the floats of the run: ``undecided``, as its conclusion was not put to the test.

    Raises:
        TaskError: the task is none of this kind.
    """
    if task.dtype != "float64":
        raise TaskError(f"dtype must be float64 for tasks of the kind paths, not {task.dtype}")
    if task.budget % task.tile:
        raise TaskError(f"budget must be a multiple of tile, not {task.budget} of {task.tile}")
    if set(task.options) - _OPTIONS:
        raise TaskError(f"options are {', '.join(sorted(_OPTIONS))}, not {sorted(task.options)}")
    from ..confront import confront
    from ..prescribe import PrescriptionError
    from ..verdict import ErrorBudget

    setup, variant = _row(task)
    batch = task.options.get("batch")
    try:
        done = confront(
            setup, variant, steps=task.budget // task.tile,
            seeds=range(task.seed, task.seed + task.tile),
            batch=None if batch is None else int(batch),
            budget=ErrorBudget(_alpha(task), task.title),
        )  # fmt: skip
    except PrescriptionError as error:
        label = setup.claimed(setup.prescribing).label
        return Result((Finding(label, "undecided", None, 0, str(error)),), 0)
    failing = {name for name, _ in done.failing}
    findings = tuple(
        _finding(setup.claimed(check.statement).label, check, check.statement in failing)
        for check in done.checks
    )
    return Result(findings, task.budget)


def _alpha(task: Task) -> Fraction:
    """The error probability of all intervals of a task together."""
    text = task.options.get("alpha", ALPHA)
    try:
        found = Fraction(text)
    except (ValueError, ZeroDivisionError):
        found = Fraction(0)
    if not 0 < found < 1:
        raise TaskError(f"alpha must be a rational number in (0, 1), not {text!r}")
    return found


def _finding(label: str, check: Check, outside: bool) -> Finding:
    counts = ("skipped", "excluded", "alarms", "cleared", "confirmed")
    sides = {"left": check.left, "right": check.right}
    evidence = check.evidence
    if outside:
        evidence = f"a hypothesis on constants does not hold at the floats of the run; {evidence}"
    return Finding(
        claim=label,
        verdict="undecided" if outside else check.verdict,
        ratio=None if math.isnan(check.ratio) else check.ratio,
        checked=check.checked,
        evidence=evidence,
        location=_place(check),
        estimated=check.estimated and not outside,
        counts={name: getattr(check, name) for name in counts},
        values={name: value for name, value in sides.items() if math.isfinite(value)},
    )


def _place(check: Check) -> str:
    """Where the ratio is worst; empty for a statement without indices."""
    at = check.location
    return "" if at is None or not (at.indices or at.seed is not None) else str(at)


KIND = Kind("paths", run, claims)
