"""Working through tasks: what is stored is reused, the rest is run, each result stored at once."""

from __future__ import annotations

import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from .executors import perform
from .kinds import kind
from .named import CampaignError
from .pace import Pace
from .store import Corrupt, Store, Stored, aside
from .task import Result, Task, TaskError, canonical, parsed
from .version import ChangedError, Versions, key_of

POLL = 0.5
"""Seconds after which an interrupt is noticed at the latest."""


class DiedError(CampaignError):
    """A worker died with its task."""


@dataclass(frozen=True)
class Keyed:
    """A task with its version, as canonical text, and the key of its result."""

    task: Task
    version: str
    key: str


@dataclass
class Outcome:
    """What became of the tasks.

    Attributes:
        reused: how many were stored already; ``ran``: how many were run and stored.
        failed: the tasks that raised an exception, with its text; nothing is stored of them.
        left: how many were not begun, or dropped.
        interrupted: was it asked to stop?
        corrupt: rows that were not believed; those of these tasks were run again.
    """

    reused: int = 0
    ran: int = 0
    failed: list[tuple[Task, str]] = field(default_factory=list)
    left: int = 0
    interrupted: bool = False
    corrupt: list[Corrupt] = field(default_factory=list)


def keyed(tasks: Sequence[Task], versions: Versions) -> list[Keyed]:
    """The tasks with their versions and keys; raises as ``Versions.of`` does."""
    texts = ((task, canonical(versions.of(task))) for task in tasks)
    return [Keyed(task, text, key_of(task.text, text)) for task, text in texts]


def split(rows: Iterator[Stored | Corrupt]) -> tuple[dict[str, Stored], list[Corrupt]]:
    """The rows that are believed, by key, and the others."""
    good, bad = dict[str, Stored](), list[Corrupt]()
    for row in rows:
        if isinstance(row, Stored):
            good[row.key] = row
        else:
            bad.append(row)
    return good, bad


def run_tasks(
    tasks: Sequence[Keyed],
    store: Store,
    executor: Executor,
    slots: int,
    versions: Versions,
    *,
    progress: Callable[[Pace], None] = lambda pace: None,
    say: Callable[[str], None] = lambda text: None,
) -> Outcome:
    """Run what is not stored, in order; store each result as it comes.

    Args:
        tasks: what there is to do.
        store: open for writing.
        executor: where; it is handed at most ``2 slots`` tasks at a time.
        slots: how many tasks run at once.
        versions: of the tasks; a source file that changes meanwhile ends the run.
        progress: told after every task.
        say: told what people should know at once.

    A first interrupt (Ctrl-C, or SIGTERM) lets what runs finish; a second drops it, raising
    KeyboardInterrupt. Either way all that is stored stays.

    Raises:
        ChangedError: a source file changed.
        DiedError: a worker died.
        StoreError: a result could not be stored, or the file cannot be read.
    """
    stored, corrupt = split(store.rows())
    waiting = deque(task for task in tasks if task.key not in stored)
    outcome = Outcome(reused=len(tasks) - len(waiting), corrupt=corrupt)
    pace = Pace(len(tasks), slots, [task.task for task in waiting])
    for task in tasks:
        if task.key in stored:
            pace.timed(task.task, stored[task.key].seconds)
    running: dict[Future[tuple[str, float]], Keyed] = {}
    progress(pace)
    with _interruptible(say) as stop:
        while (waiting and not stop.is_set()) or running:
            while waiting and len(running) < 2 * slots and not stop.is_set():
                task = waiting.popleft()
                running[_submit(executor, task)] = task
                if any(future.done() for future in running):
                    break  # in this process: it is stored before the next one begins
            if stop.is_set():
                for future in [f for f in running if f.cancel()]:
                    del running[future]
            # Not for ever: an interrupt does not end the wait.
            for future in wait(running, POLL, FIRST_COMPLETED).done:
                task = running.pop(future)
                seconds = _settle(future, task, store, versions, outcome, stop.is_set())
                if seconds is not None:
                    pace.finished(task.task, seconds)
                    progress(pace)
    outcome.left = len(tasks) - outcome.reused - outcome.ran - len(outcome.failed)
    outcome.interrupted = stop.is_set()
    return outcome


def _submit(executor: Executor, task: Keyed) -> Future[tuple[str, float]]:
    try:
        return executor.submit(perform, kind(task.task.kind), task.task, task.version)
    except BrokenExecutor as error:
        raise _died(task, error) from error


def _settle(
    future: Future[tuple[str, float]],
    task: Keyed,
    store: Store,
    versions: Versions,
    outcome: Outcome,
    stopping: bool,
) -> float | None:
    """Store the result of a task that ended, or note its failure.

    Returns its CPU seconds (0 if it failed); None if it was dropped.
    """
    try:
        text, seconds = future.result()
        result = Result.from_json(parsed(text))
    except CancelledError:
        return None
    except ChangedError:
        raise
    except BrokenExecutor as error:
        if stopping:  # the signal that stops us may have reached the workers as well
            return None
        raise _died(task, error) from error
    except TaskError as error:
        outcome.failed.append((task.task, str(error)))
        return 0.0
    except Exception as error:
        outcome.failed.append((task.task, f"{type(error).__name__}: {error}"))
        return 0.0
    versions.require_unchanged()
    store.put(task.task, task.version, result, aside(seconds))
    outcome.ran += 1
    return seconds


def _died(task: Keyed, error: BrokenExecutor) -> DiedError:
    return DiedError(
        f"a worker died while {task.task.title} or a task beside it ran ({error}); was the memory "
        "short? All results so far are stored. Resume with fewer --workers; with --workers 1 the "
        "task that does it is the one named last"
    )


@contextmanager
def _interruptible(say: Callable[[str], None]) -> Iterator[threading.Event]:
    """An event that a first interrupt sets; the second raises KeyboardInterrupt."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    since = 0.0

    def interrupted(number: int, frame: FrameType | None) -> None:
        nonlocal since
        if stop.is_set():
            if time.monotonic() - since > 0.5:  # one keystroke may be delivered twice
                raise KeyboardInterrupt
            return
        stop.set()
        since = time.monotonic()
        say("stopping: what runs is finished and stored; Ctrl-C again drops it")

    before = {n: signal.signal(n, interrupted) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
