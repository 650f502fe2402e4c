"""Kinds of tasks without mathematics, and campaigns of them. Workers import this module by name."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from hashlib import sha256

from ratecert.numeric_checks.campaign import kinds, named
from ratecert.numeric_checks.campaign.kinds import Kind
from ratecert.numeric_checks.campaign.named import Campaign
from ratecert.numeric_checks.campaign.task import Finding, Result, Task


def toy(task: Task) -> Result:
    """A ratio that looks like chance, and is a function of the task."""
    time.sleep(int(task.options.get("milliseconds", 0)) / 1000)
    word = int.from_bytes(sha256(task.text.encode()).digest()[:6], "big")
    false = task.subject == "toy.false"
    finding = Finding(
        claim=task.subject, verdict="violated" if false else "holds",
        ratio=word / 2**48 + false, checked=task.budget, evidence=f"word {word}",
        location=f"k = {word % 97}", counts={"alarms": int(false)}, values={"left": word / 3},
        data={"word": str(word)},
    )  # fmt: skip
    return Result((finding,), task.budget)


def failing(task: Task) -> Result:
    raise ArithmeticError("planted")


def dying(task: Task) -> Result:
    os._exit(9)


def _none(task: Task) -> list[None]:
    return []


TOY = Kind("toy", toy, _none, packages=())  # type: ignore[arg-type]
FAILING = Kind("failing", failing, _none, packages=())  # type: ignore[arg-type]
DYING = Kind("dying", dying, _none, packages=())  # type: ignore[arg-type]


def tasks(number: int, milliseconds: int = 0, seed: int = 0) -> list[Task]:
    """So many tasks, on three subjects."""
    options = {"milliseconds": milliseconds} if milliseconds else {}
    return [
        Task("toy", f"toy.{'abc'[n % 3]}", seed=seed + n, budget=1 + n % 7, options=options)
        for n in range(number)
    ]


def install(number: int, milliseconds: int = 0) -> None:
    """Let this process know the kinds, and a campaign ``toys`` of so many tasks."""
    for kind in (TOY, FAILING, DYING):
        kinds.register(kind)

    def listed(seed: int) -> Iterator[Task]:
        yield from tasks(number, milliseconds, 1000 * seed)

    named.CAMPAIGNS["toys"] = Campaign("toys", "no mathematics", listed)
