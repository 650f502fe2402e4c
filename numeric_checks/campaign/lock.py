"""One runner a file: two would do the same work twice.

The lock is the operating system's, on a file beside the store, and goes with the process that holds
it, however that ends. Reading the store needs no lock.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .store import StoreError


@contextmanager
def only_runner(
    store: Path, instead: str = "run a shard (--shard i/n) into a file of its own and merge"
) -> Iterator[None]:
    """Hold the lock of ``store``.

    Args:
        store: the file.
        instead: what whoever finds it held may do, other than wait.

    Raises:
        StoreError: another process holds it, or there can be no lock.
    """
    path = store.with_name(f"{store.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    except OSError as error:
        raise StoreError(
            f"cannot write in {path.parent}: {error.strerror}; name a file elsewhere with --store"
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
            raise StoreError(
                f"{store}: process {holder or '?'} is running this campaign. Wait for it, or "
                f"{instead}"
            ) from None
        except OSError as error:
            raise StoreError(
                f"{path}: this file system has no locks ({error.strerror}); name a file elsewhere "
                "with --store"
            ) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)
