"""How far a run is, how fast, and how long the rest will take."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from .task import Task


class Pace:
    """Counts of a run, and an estimate of what is left.

    A task is expected to take its budget times the CPU time of an evaluation of its kind, by the
    tasks that were timed, now or in earlier runs; of a kind never timed, the time of the mean task.

    Args:
        total: all tasks, those stored before among them.
        slots: how many run at once.
        waiting: those that are to be run.
    """

    def __init__(self, total: int, slots: int, waiting: Sequence[Task]) -> None:
        self.total, self.slots = total, slots
        self.done = total - len(waiting)
        self.ran = 0
        self._started = time.monotonic()
        self._tasks = Counter(task.kind for task in waiting)
        self._budgets = Counter[str]()
        for task in waiting:
            self._budgets[task.kind] += task.budget
        self._timed: dict[str, tuple[int, int, float]] = {}

    def timed(self, task: Task, seconds: float) -> None:
        """The task took so much CPU time."""
        tasks, budget, spent = self._timed.get(task.kind, (0, 0, 0.0))
        self._timed[task.kind] = tasks + 1, budget + task.budget, spent + seconds

    def finished(self, task: Task, seconds: float) -> None:
        """A task of this run has ended."""
        self.timed(task, seconds)
        self.done += 1
        self.ran += 1
        self._tasks[task.kind] -= 1
        self._budgets[task.kind] -= task.budget

    @property
    def elapsed(self) -> float:
        """Seconds since the start of this run."""
        return time.monotonic() - self._started

    @property
    def rate(self) -> float:
        """Tasks a second, in this run."""
        return self.ran / max(self.elapsed, 1e-9)

    @property
    def left(self) -> float | None:
        """Seconds to go; None while no task was timed."""
        if self.done == self.total:
            return 0.0
        if not self._timed:
            return None
        counts, _, spent = zip(*self._timed.values(), strict=True)
        seconds = 0.0
        for kind, tasks in self._tasks.items():
            if kind in self._timed:
                _, budget, of_kind = self._timed[kind]
                seconds += self._budgets[kind] * of_kind / budget
            else:
                seconds += tasks * sum(spent) / sum(counts)
        return seconds / self.slots


def clock(seconds: float | None) -> str:
    """A duration for people.

    >>> clock(None), clock(5.2), clock(75), clock(7322)
    ('?', '5 s', '1:15 min', '2:02 h')
    """
    if seconds is None:
        return "?"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02} min"
    return f"{whole // 3600}:{whole % 3600 // 60:02} h"


def speed(a_second: float) -> str:
    """A rate for people.

    >>> speed(12.3), speed(0.05)
    ('12.3 tasks/s', '3.0 tasks/min')
    """
    return f"{a_second:.1f} tasks/s" if a_second >= 1 else f"{60 * a_second:.1f} tasks/min"
