"""Running what is not stored yet, with ``campaign``'s store, lock, pools and interrupts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from ..campaign import executors, kinds
from ..campaign.bar import progress_bar
from ..campaign.lock import only_runner
from ..campaign.running import Keyed, Outcome, keyed, run_tasks, split
from ..campaign.store import Store, StoreError
from ..campaign.version import Versions
from ..campaign.version import environment as versions_of
from .plan import Run
from .records import Record
from .task import KIND, record_of, task_of

ABOUT = {"experiment": "l1-ratio"}


@dataclass
class Found:
    """What is stored of the runs asked for.

    Attributes:
        records: of the runs that are stored, in their order.
        wanted: how many were asked for.
        outcome: what this process did.
    """

    records: list[Record]
    wanted: int
    outcome: Outcome = field(default_factory=Outcome)


def run_all(runs: Sequence[Run], path: Path, jobs: int) -> Found:
    """Run what is not in the file ``path``, in ``jobs`` processes of one thread each.

    Each run is stored when it ends; a stored one is used again if its data, the code and the
    libraries are as then. So whatever is killed, and whenever, the records in the end are the same.

    Raises:
        StoreError: the file cannot be used.
        ChangedError: the code was changed meanwhile.
        DiedError: a worker died.
    """
    kinds.register(KIND)
    versions = Versions()
    tasks = keyed([task_of(run) for run in runs], versions)
    place: Callable[[], AbstractContextManager[Executor]] = (
        executors.in_process if jobs == 1 else lambda: executors.pool(jobs)
    )
    with (
        only_runner(path, "keep other runs in another file (--store)"),
        Store(path, write=True) as store,
    ):
        if not store.about():
            store.describe(ABOUT)
        if store.about() != ABOUT:
            raise StoreError(
                f"{path} holds something else than the experiment l1-ratio; name another file "
                "with --store"
            )
        with place() as executor, progress_bar("experiment l1-ratio") as (progress, say):
            outcome = run_tasks(tasks, store, executor, jobs, versions, progress=progress, say=say)
        return Found(_records(tasks, store), len(tasks), outcome)


def _records(tasks: Sequence[Keyed], store: Store) -> list[Record]:
    good, _ = split(store.rows())
    return [record_of(good[task.key].result) for task in tasks if task.key in good]


def stored(runs: Sequence[Run], path: Path) -> list[bool]:
    """Which runs are in the file ``path``, if there is one; raises ``StoreError``."""
    if not path.is_file():
        return [False] * len(runs)
    kinds.register(KIND)
    tasks = keyed([task_of(run) for run in runs], Versions())
    with Store(path, write=False) as store:
        good, _ = split(store.rows())
    return [task.key in good for task in tasks]


def environment() -> dict[str, str]:
    """The interpreter and the libraries that decide the floats."""
    return versions_of(KIND)
