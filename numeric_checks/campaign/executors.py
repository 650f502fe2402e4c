"""Where tasks run: this process, a pool of processes, or a Dask cluster, behind one interface.

All are ``concurrent.futures.Executor``s. Whichever it is, a task runs in one thread, so that its
result is the same.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any, ParamSpec, TypeVar

from .kinds import Kind
from .named import CampaignError
from .task import Task, canonical
from .version import Versions, require_same

P = ParamSpec("P")
T = TypeVar("T")
_LIBRARIES = ("OMP", "OPENBLAS", "MKL", "NUMEXPR")


def perform(kind: Kind, task: Task, version: str) -> tuple[str, float]:
    """Run a task in one thread; returns the canonical text of its result, and CPU seconds.

    Raises:
        ChangedError: this process would make a result of another ``version``.
    """
    for library in _LIBRARIES:
        os.environ[f"{library}_NUM_THREADS"] = "1"  # of what is loaded from now on
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
    require_same(version, canonical(_versions().of_kind(kind, task)))
    started = time.thread_time()
    result = kind.run(task)
    return result.text, time.thread_time() - started


@cache
def _versions() -> Versions:
    """Of this process."""
    return Versions()


class InProcess(Executor):
    """Runs what is submitted at once, in the calling thread."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@contextmanager
def in_process() -> Iterator[Executor]:
    """This process, one task at a time."""
    with InProcess() as executor:
        yield executor


class _Pool(ProcessPoolExecutor):
    """Its workers have interrupts blocked, from their first instruction on.

    Ctrl-C, and what ends a batch job, reach all processes of a group; it is for the parent to say
    what becomes of the task.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        # A worker that is begun here inherits the mask; for this process it is lifted again.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
        try:
            return super().submit(fn, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def pool(workers: int) -> Iterator[Executor]:
    """So many new processes. They end with this one, however it ends.

    Left by an exception, what still runs is dropped.
    """
    before = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    executor = _Pool(workers, mp_context=context, initializer=_begin_worker)
    try:
        yield executor
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - before:
            child.kill()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _begin_worker() -> None:
    for library in _LIBRARIES:
        os.environ[f"{library}_NUM_THREADS"] = "1"
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    """A worker waits for work for ever, even if nobody is left who could send any."""
    parent.join()
    os._exit(1)


@contextmanager
def dask(address: str) -> Iterator[tuple[Executor, int]]:
    """The Dask cluster of the scheduler at ``address``, and how many threads it has.

    Raises:
        CampaignError: Dask is not installed, or there is no such scheduler.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise CampaignError(
            f"--dask needs the extra [dask]: pip install 'ratecert[dask]' ({error})"
        ) from error
    try:
        client = Client(address, timeout=10)
    except (OSError, TimeoutError, ValueError) as error:
        raise CampaignError(
            f"no Dask scheduler at {address!r} ({error}); `dask scheduler` prints its address"
        ) from error
    try:
        with cluster(client) as found:
            yield found
    finally:
        client.close()


@contextmanager
def cluster(client: Any) -> Iterator[tuple[Executor, int]]:
    """The cluster of a Dask ``Client``, and how many threads it has; at least one worker is there.

    Raises:
        CampaignError: there is no worker.
    """
    threads = sum(client.nthreads().values())
    if not threads:
        raise CampaignError("the Dask cluster has no worker; start one with `dask worker ADDRESS`")
    executor = client.get_executor(pure=False)
    try:
        yield executor, threads
    finally:
        executor.shutdown(wait=False)
