"""Verifying a lock with the kernel alone: the trace is replayed, and everything is derived again.

What the lock says of a claim must be what the kernel's theorem says, to the letter: the digest of
its canonical bytes, its text, what it rests on, its constants, the digest of its proof. Standard
library and kernel only, so that one file with a Python interpreter can do it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from ..kernel.claims import Claim
from ..kernel.errors import KernelError
from ..kernel.trace import KERNEL, replay
from .differences import Difference
from .entries import library
from .lockfile import Lock, LockError, digest_of_source, read, read_trace


@dataclass(frozen=True)
class Verified:
    """What a verification found: the lock, the theorems proved again, and the differences."""

    lock: Lock
    claims: tuple[Claim, ...]
    differences: tuple[Difference, ...]


def verify(path: Path | str, tell: Callable[[str], None] = lambda text: None) -> Verified:
    """Replay what is locked at ``path``, and compare; ``LockError`` if it cannot be used."""
    path = Path(path)
    lock = read(path)
    if lock.kernel != KERNEL:
        raise LockError(
            f"{path} was written with kernel {lock.kernel:.40}, this is kernel {KERNEL}: use the "
            "version that wrote it, or write it again with `ratecert lock`"
        )
    trace = read_trace(path, lock)
    tell("replaying with the kernel alone")
    try:
        claims = tuple(replay(trace))
    except KernelError as error:
        raise LockError(f"the kernel refuses the trace of {path}: {error}") from error
    try:
        proved = library(claims)
    except ValueError as error:
        raise LockError(f"the trace of {path} is of no use: {error}") from error
    found = [d for name in sorted({*lock.theories, *proved}) for d in _theory(name, lock, proved)]
    tell("reading the sources")
    found += stale(lock, path.parent)
    return Verified(lock, claims, tuple(found))


def _theory(name: str, lock: Lock, proved: Mapping[str, Any]) -> list[Difference]:
    found: list[Difference] = []
    empty: dict[str, Any] = {"claims": {}, "declarations": {}}
    said, shown = lock.theories.get(name, empty), proved.get(name, empty)
    for id in sorted({*said["claims"], *shown["claims"]}):
        label = f"{name}.{id}"
        if id not in shown["claims"]:
            found.append(Difference("missing", label, "locked, but the trace does not prove it"))
        elif id not in said["claims"]:
            found.append(Difference("tampered", label, "proved in the trace, but not locked"))
        elif said["claims"][id] != shown["claims"][id]:
            details = _told(said["claims"][id], shown["claims"][id])
            found.append(Difference("tampered", label, "the trace proves something else", details))
    if said["declarations"] != shown["declarations"]:
        details = _told(said["declarations"], shown["declarations"])
        found.append(Difference("tampered", name, "its declarations are others", details))
    return found


def _told(said: Mapping[str, Any], shown: Mapping[str, Any]) -> tuple[str, ...]:
    """Where two records differ, a line for each key."""
    keys = [k for k in sorted({*said, *shown}) if said.get(k) != shown.get(k)]
    return tuple(f"{k}: locked {said.get(k)!s:.300}; proved {shown.get(k)!s:.300}" for k in keys)


def stale(lock: Lock, root: Path) -> list[Difference]:
    """The sources that are not what they were when the lock was written."""
    found: list[Difference] = []
    digest_now = cache(partial(digest_of_source, root))  # theories share files
    for theory in sorted(lock.theories):
        for name, digest in sorted(lock.theories[theory]["sources"].items()):
            try:
                if digest_now(name) == digest:
                    continue
                why = "changed since; `ratecert check --locked` says what that did"
            except LockError as error:
                why = str(error)
            found.append(Difference("stale", name, f"source of {theory}: {why}"))
    return found
