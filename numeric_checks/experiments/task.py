"""Runs as tasks of ``campaign``, whose store, pools and interrupts then serve experiments too.

A task's result is one ``Record``. Its finding speaks of ``norms.N1.upper``, of which each recorded
gradient is an instance, ``||g||_1 <= sqrt(d) ||g||_2``: the ratio recorded is that of its sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..campaign.kinds import Kind
from ..campaign.task import Finding, Result, Task, TaskError
from .models import model
from .plan import Run
from .records import Record

if TYPE_CHECKING:
    from ...proofs.language import Claimed

CLAIM = "norms.N1.upper"
ROUNDING = 1e-5
"""How far six digits may lie above 1."""


def task_of(run: Run) -> Task:
    """The task of a run. ``budget``: about how long it takes, see ``Model.cost``."""
    return Task(
        "training", run.model.name, f"learning rate {run.rate}", run.dtype, run.seed,
        budget=run.model.cost * run.steps, tile=run.batch,
        options={
            "rate": run.rate, "steps": run.steps, "every": run.every, "sample": run.sample,
            "optimizer": run.optimizer, "device": run.device,
        },
    )  # fmt: skip


def run_of(task: Task) -> Run:
    """The run of a task; raises ``TaskError``."""
    given = task.options
    numbers = [given.get(name) for name in ("steps", "every", "sample")]
    texts = [given.get(name) for name in ("rate", "optimizer", "device")]
    if not all(isinstance(n, int) for n in numbers) or not all(isinstance(t, str) for t in texts):
        raise TaskError(f"not the options of a run: {dict(given)!r:.200}")
    steps, every, sample = (int(n or 0) for n in numbers)
    rate, optimizer, device = map(str, texts)
    return Run(
        model(task.subject), rate, task.seed, steps, every, task.tile, sample, optimizer,
        task.dtype, device,
    )  # fmt: skip


def perform(task: Task) -> Result:
    """Train, record, and say how N1 fared."""
    from .training import train

    run = run_of(task)
    record = train(run)
    ratios = [r for s in (record.stochastic, record.full) for r in s.ratio if r is not None]
    worst = max(ratios, default=None)
    good = worst is None or worst <= 1 + ROUNDING
    finding = Finding(
        claim=CLAIM, verdict="holds" if good else "undecided", ratio=worst, checked=len(ratios),
        evidence=f"{len(ratios)} gradients recorded", data=record.to_json(),
    )  # fmt: skip
    return Result((finding,), run.steps)


def record_of(result: Result) -> Record:
    """The record in a result; raises ``RecordError``."""
    return Record.from_json(result.findings[0].data)


def claims(task: Task) -> list[Claimed]:
    """N1's upper half."""
    from ...proofs.language.loader import statement

    return [statement(CLAIM)]


KIND = Kind("training", perform, claims, ("torch", "numpy", "scikit-learn", "mlxtend"))
