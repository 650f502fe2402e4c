"""Contenders and comparisons: what ``python tests/benchmarks`` runs. To add one, append it here.

A contender is ``prepare() -> work`` where ``work()`` does what is timed and returns how many units
of work that was (coordinate-steps). A peer that cannot run raises ``NotRunError``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

Work = Callable[[], int]


class NotRunError(Exception):
    """A contender cannot run here; says why."""


@dataclass(frozen=True)
class Contender:
    """One implementation; ``prepare`` compiles and warms up."""

    name: str
    prepare: Callable[[], Work]


@dataclass(frozen=True)
class Comparison:
    """The first contender against the others, as ratios of CPU time per unit.

    ``targets`` has, by contender, what is aimed at: "at least" (other/first); where the other is a
    limit, "at most" (first/other); or "between" (other/first, from 1/target to target).
    """

    title: str
    first: Contender
    others: tuple[Contender, ...]
    targets: dict[str, tuple[str, float]]


def compare(comparison: Comparison, rounds: int, say: Callable[[str], None]) -> dict[str, object]:
    """Run the contenders alternately; medians of the ratios within a round."""
    ready: dict[str, Work] = {}
    absent: dict[str, str] = {}
    for contender in (comparison.first, *comparison.others):
        say(f"{comparison.title}: preparing {contender.name}")
        try:
            ready[contender.name] = contender.prepare()
        except (NotRunError, ImportError) as error:
            absent[contender.name] = str(error)
    times: dict[str, list[float]] = {name: [] for name in ready}
    for number in range(rounds):
        for name, work in ready.items():
            say(f"{comparison.title}: round {number + 1} of {rounds}, {name}")
            begin = time.process_time()
            units = work()
            times[name].append((time.process_time() - begin) / units * 1e9)
            say(f"    {times[name][-1]:.2f} ns a coordinate-step")
    rows = []
    own = times.get(comparison.first.name, [])
    for name, found in times.items():
        kind, target = comparison.targets.get(name, ("", 0.0))
        pairs = list(zip(own, found, strict=True))
        ratio = median(a / b if kind == "at most" else b / a for a, b in pairs) if own else None
        good = None
        if kind and ratio is not None:
            good = {
                "at most": ratio <= target,
                "at least": ratio >= target,
                "between": 1 / target <= ratio <= target,
            }[kind]
        rows.append(
            {
                "contender": name, "nanoseconds": median(found), "ratio": ratio,
                "target": _shown(kind, target), "reached": good,
            }
        )  # fmt: skip
    return {"comparison": comparison.title, "rows": rows, "not run": absent}


def _shown(kind: str, target: float) -> str:
    """What is aimed at, in words."""
    if kind == "between":
        return f"{1 / target:g} to {target:g}"
    return f"{kind} {target:g}" if kind else ""
