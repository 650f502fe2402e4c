"""The lock file and the trace beside it: canonical, bounded, and read with suspicion.

``ratecert.lock`` is JSON with sorted keys, a line for each value, so that a change is a readable
diff. The trace, from which the kernel proves everything again, is compressed in
``ratecert.lock.trace.gz``. Standard library and kernel only.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import stat
import tempfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from ..kernel.codec import MAX_BYTES
from ..kernel.trace import KERNEL

FORMAT = 1
NAME = "ratecert.lock"
TRACE_SUFFIX = ".trace.gz"
MAX_LOCK = 16 << 20
MAX_SOURCE = 16 << 20
MAX_DEPTH = 8
_BORDER = (ArithmeticError, LookupError, RecursionError, TypeError, ValueError)


class LockError(Exception):
    """The lock or its trace cannot be used; says what is wrong and what to do."""


@dataclass(frozen=True)
class Lock:
    """A lock as read or as it would be written now.

    ``theories``: what ``entries.library`` gives, and of each theory what to ``load`` and its
    ``sources``, by path relative to the lock's folder. ``trace``: the digest of the trace,
    uncompressed.
    """

    theories: Mapping[str, Any]
    trace: str
    kernel: str = KERNEL

    def only(self, labels: Callable[[str], bool]) -> Lock:
        """The same lock without the other claims, and without the theories that have none left."""
        theories = {}
        for name, theory in self.theories.items():
            claims = {id: c for id, c in theory["claims"].items() if labels(f"{name}.{id}")}
            if claims:
                theories[name] = {**theory, "claims": claims}
        return replace(self, theories=theories)

    def text(self) -> str:
        """The canonical text."""
        document = {
            "format": FORMAT,
            "kernel": self.kernel,
            "trace": {"sha256": self.trace},
            "theories": self.theories,
        }
        return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


# --- writing ----------------------------------------------------------------------------------


def write(path: Path, lock: Lock, trace: bytes) -> None:
    """Write both files. Either is replaced as a whole; raises ``LockError`` if that fails.

    The trace is written first: if the process ends in between, the digests do not fit, which
    ``read`` says, and nothing false is believed.
    """
    packed = gzip.compress(trace, 9, mtime=0)
    _replace(trace_path(path), packed)
    _replace(path, lock.text().encode())


def _replace(path: Path, data: bytes) -> None:
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise LockError(f"cannot write {path}: {error.strerror or error}") from error


def trace_path(path: Path) -> Path:
    """Where the trace of a lock is."""
    return path.with_name(path.name + TRACE_SUFFIX)


# --- reading ----------------------------------------------------------------------------------


def read(path: Path) -> Lock:
    """The lock; raises ``LockError`` unless the file is one, in canonical form."""
    data = read_file(path, MAX_LOCK)
    try:
        text = data.decode("utf-8")
        _shallow(text, path)
        document = json.loads(text, parse_float=_no_number, parse_constant=_no_number)
        lock = _lock(document, path)
        same = lock.text() == text.replace("\r\n", "\n")
    except _BORDER as error:
        raise LockError(f"{path} is no lock: {error}") from error
    if not same:
        raise LockError(
            f"{path} is not as ratecert writes it (edited by hand, or merged?): write it again "
            "with `ratecert lock`"
        )
    return lock


def _lock(document: Any, path: Path) -> Lock:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        found = document.get("format") if isinstance(document, dict) else None
        raise LockError(
            f"{path} has format {found!r:.40}, this ratecert reads format {FORMAT}: use the "
            "version that wrote it, or write it again with `ratecert lock`"
        )
    if set(document) != {"format", "kernel", "trace", "theories"}:
        raise LockError(f"{path} is no lock: its keys are {sorted(document)!s:.200}")
    theories, trace, kernel = document["theories"], document["trace"], document["kernel"]
    digest = trace.get("sha256") if isinstance(trace, dict) and len(trace) == 1 else None
    if not (isinstance(digest, str) and isinstance(kernel, str) and isinstance(theories, dict)):
        raise LockError(f"{path} is no lock: `trace`, `kernel` or `theories` is ill-formed")
    for name, theory in theories.items():
        wanted = {"claims": dict, "declarations": dict, "sources": dict, "load": str}
        if not isinstance(theory, dict) or {k: type(v) for k, v in theory.items()} != wanted:
            raise LockError(f"{path} is no lock: the entry of {name!r:.80} is ill-formed")
        if not all(isinstance(claim, dict) for claim in theory["claims"].values()):
            raise LockError(f"{path} is no lock: a claim of {name!r:.80} is ill-formed")
        if not all(isinstance(v, str) for v in theory["sources"].values()):
            raise LockError(f"{path} is no lock: a source of {name!r:.80} is ill-formed")
    return Lock(theories, digest, kernel)


def _shallow(text: str, path: Path) -> None:
    """Nothing here is nested deeply: what is, is refused before the json module recurses."""
    depth = top = 0
    quoted = escaped = False
    for character in text:
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            quoted, escaped = True, False
        elif character in "[{":
            depth += 1
            top = max(top, depth)
        elif character in "]}":
            depth -= 1
    if top > MAX_DEPTH:
        raise LockError(f"{path} is no lock: it is nested too deeply")


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"not an integer: {text:.40}")


def read_trace(path: Path, lock: Lock) -> bytes:
    """The trace of the lock at ``path``; raises ``LockError`` if it is not the one that is locked.

    At most as much is unpacked as a trace may have.
    """
    where = trace_path(path)
    packed = read_file(where, MAX_BYTES)
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(packed, MAX_BYTES + 2)
    except zlib.error as error:
        raise LockError(f"{where} is damaged: {error}") from error
    if not unpacker.eof or unpacker.unused_data or len(data) > MAX_BYTES + 1:
        raise LockError(f"{where} is damaged: cut off, followed by something, or too large")
    if sha256(data).hexdigest() != lock.trace:
        raise LockError(
            f"{where} is not the trace that {path.name} names: the two files are of different "
            "runs, or one was changed; write both with `ratecert lock`"
        )
    return data


def read_file(path: Path, limit: int) -> bytes:
    """The content of a regular file (no link, pipe or device) of at most ``limit`` bytes."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | _NONBLOCK)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise LockError(f"{path} is not a regular file")
            data = stream.read(limit + 1)
    except FileNotFoundError as error:
        raise LockError(f"{path}: no such file") from error
    except OSError as error:
        raise LockError(f"cannot read {path}: {error.strerror or error}") from error
    if len(data) > limit:
        raise LockError(f"{path} is larger than {limit} bytes")
    return data


_NONBLOCK = getattr(os, "O_NONBLOCK", 0)  # a pipe with no writer would make us wait


# --- sources ----------------------------------------------------------------------------------


def digest_of_source(root: Path, name: str) -> str:
    """The digest of a theory's source below the folder ``root``, line ends being one character.

    ``LockError`` if the name leads elsewhere.
    """
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or ":" in name:
        raise LockError(f"not a path below the lock's folder: {name!r:.200}")
    path = root
    for part in parts[:-1]:
        path /= part
        if path.is_symlink():
            raise LockError(f"{path} is a link: sources are files below the lock's folder")
    data = read_file(root.joinpath(*parts), MAX_SOURCE)
    return sha256(data.replace(b"\r\n", b"\n")).hexdigest()
