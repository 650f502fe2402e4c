"""What a result depends on beside its task, and the key that follows.

* the statements confronted, with the declarations of their theories, as the kernel has them;
* the text of every module by which results are computed (``ROOMS``): one byte changed in one of
  them makes every stored result one of another version;
* the interpreter, the libraries that compute, and the instructions torch was told to use.

Two processors that offer the same instructions share a key. If a library chooses by model, their
last bits may differ nevertheless: merging tells so, as a conflict.
"""

from __future__ import annotations

import platform
import sys
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ... import IMPORTED_AT
from ...proofs.record.sources import PACKAGE
from .kinds import Kind, kind
from .task import Task, canonical, digest, parsed

if TYPE_CHECKING:
    from ...proofs.language import Claimed, Theory

FORMAT = 1
"""Of tasks and results: raise it when the same text means something else."""
ROOMS = ("numeric_checks", "optimizers", "proofs")
_APART = ("proofs/record", "proofs/examination")
"""Rooms of the lock and of second opinions: no result is computed by them."""


class ChangedError(Exception):
    """A result would be of another version than its key says; tells why, and what to do."""


def source_files(package: Path = PACKAGE) -> dict[str, Path]:
    """The modules by which results are computed, by their names in the package."""
    found = dict[str, Path]()
    for name in ROOMS:
        room = (package / name).resolve()  # rooms may be links
        for path in room.rglob("*.py"):
            found[f"{name}/{path.relative_to(room).as_posix()}"] = path
    return {n: p for n, p in sorted(found.items()) if not n.startswith(_APART)}


class Versions:
    """The versions of results that this process makes, and the keys of tasks.

    Raises:
        ChangedError: a module was changed after this process began to load them.
    """

    def __init__(self, package: Path = PACKAGE, loaded: int = IMPORTED_AT) -> None:
        self._files = source_files(package)
        self._stamps = {name: _stamp(path) for name, path in self._files.items()}
        late = [name for name, stamp in self._stamps.items() if max(stamp[:2]) > loaded]
        if late:
            raise ChangedError(
                f"{late[0]} changed after this process was started, so what is loaded may be "
                "older: start again"
            )
        lines = (f"{_digest(path)} {name}" for name, path in self._files.items())
        self.code = digest("\n".join(lines))
        self._statements: dict[str, str] = {}
        self._theories: dict[str, str] = {}

    def require_unchanged(self) -> None:
        """Raise ``ChangedError`` if a module is no longer the one whose text is in the keys."""
        for name, path in self._files.items():
            if _stamp(path) != self._stamps[name]:
                raise ChangedError(
                    f"{name} was changed while the campaign ran: results from now on could be of "
                    "the old text or of the new one. What is stored is of the old one. Run the "
                    "campaign again for the new one"
                )

    def of(self, task: Task) -> dict[str, Any]:
        """What the result of ``task`` depends on, as JSON data.

        Raises:
            KindError: there is no such kind.
            TaskError: the kind cannot tell the claims of the task.
        """
        return self.of_kind(kind(task.kind), task)

    def of_kind(self, found: Kind, task: Task) -> dict[str, Any]:
        """As ``of``, of a kind that this process need not know by name."""
        return {
            "format": FORMAT,
            "code": self.code,
            "environment": environment(found),
            "statements": {c.label: self._statement(c) for c in found.claims(task)},
        }

    def key(self, task: Task) -> str:
        """The key of the result of ``task``; raises as ``of`` does."""
        return key_of(task.text, canonical(self.of(task)))

    def _statement(self, claim: Claimed) -> str:
        from ...proofs.kernel.codec import written

        if claim.label not in self._statements:
            parts = (self._theory(claim.theory), written(claim.hypotheses()))
            self._statements[claim.label] = digest("\n".join((*parts, written(claim.statement()))))
        return self._statements[claim.label]

    def _theory(self, theory: Theory) -> str:
        from ...proofs.kernel.codec import written

        if theory.name not in self._theories:
            self._theories[theory.name] = digest(written(theory.kernel()))
        return self._theories[theory.name]


def require_same(wanted: str, here: str) -> None:
    """Of two versions, as canonical texts: raise ``ChangedError`` if they are not the same."""
    if wanted == here:
        return
    there, ours = parsed(wanted), parsed(here)
    what = [name for name in sorted({*there, *ours}) if there.get(name) != ours.get(name)]
    old, new = (v.get("environment", {}) for v in (there, ours))
    parts = [
        f"{n} {new.get(n)} for {old.get(n)}"
        for n in sorted({*old, *new})
        if old.get(n) != new.get(n)
    ]
    raise ChangedError(
        f"a worker would compute another version of the result ({', '.join(parts or what)}): a "
        "module was edited since the campaign began, or the worker's machine has another ratecert "
        "or other libraries. Make them the same, and resume"
    )


def key_of(task: str, version: str) -> str:
    """The key: a digest of the canonical texts of a task and of a version."""
    return digest(f"{len(task)} {task}\n{version}")


@cache
def environment(kind: Kind) -> dict[str, str]:
    """The interpreter and the libraries that decide the floats of a kind."""
    found = {
        "python": platform.python_version(),
        "platform": f"{sys.platform} {platform.machine()}",
        **{name: _installed(name) for name in kind.packages},
    }
    if found.get("torch"):
        import torch

        found["instructions"] = torch.backends.cpu.get_cpu_capability()
    return found


def _installed(name: str) -> str:
    try:
        return installed(name)
    except PackageNotFoundError:
        return ""


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise ChangedError(f"{path}: {error}") from error
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
