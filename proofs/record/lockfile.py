"""The lock file and the trace beside it: canonical, bounded, and read with suspicion.

``ratecert.lock`` is JSON with sorted keys, a line for each value, so that a change is a readable
diff. The trace, from which the kernel proves everything again, is compressed in
``ratecert.lock.trace.gz``. Standard library and kernel only.
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import json
import os
import re
import stat
import tempfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn, TypeGuard

from ..kernel.claims import ID
from ..kernel.codec import MAX_BYTES, checked
from ..kernel.errors import TraceError
from ..kernel.terms import NAME as THEORY
from ..kernel.trace import KERNEL

FORMAT = 1
TRACE_SUFFIX = ".trace.gz"
MAX_LOCK = 16 << 20
MAX_SOURCE = 16 << 20
MAX_LINES = 200_000
_BORDER = (ArithmeticError, LookupError, RecursionError, TraceError, TypeError, ValueError)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_VALUE = re.compile(r"-?[0-9]+(\.[0-9]+)?|\?")
_TEXTS = ("title", "conclusion", "proof", "sha256", "kind")
_LISTS = (
    "hypotheses", "assumptions", "axioms", "definitions", "declarations", "oracles", "depends_on",
)  # fmt: skip


class LockError(Exception):
    """The lock or its trace cannot be used; says what is wrong and what to do."""


class MissingFileError(LockError):
    """There is no such file."""


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
    try:
        data = read_file(path, MAX_LOCK)
    except MissingFileError as error:
        where = "" if path.is_absolute() else f" in {Path.cwd()}"
        raise LockError(
            f"{error}{where}; `ratecert lock THEORY.py` writes one, and another may be named"
        ) from error
    return parsed(data, path)


def parsed(data: bytes, path: Path) -> Lock:
    """The lock that a file's content is; ``path`` is what messages call it."""
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
        if max(text.count("\n"), text.count('":')) > MAX_LINES:
            raise LockError(f"{path} is no lock: it is more than {MAX_LINES} lines")
        document = json.loads(
            checked(text),
            parse_float=_no_number,
            parse_constant=_no_number,
            object_pairs_hook=_object,
        )
        lock = _lock(document, path)
        same = lock.text() == text
    except _BORDER as error:
        raise LockError(f"{path} is no lock: {error!s:.300}") from error
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
    if not (_is_digest(digest) and _is_text(kernel) and isinstance(theories, dict)):
        raise LockError(f"{path} is no lock: `trace`, `kernel` or `theories` is ill-formed")
    for name, theory in theories.items():
        wrong = f"the name {name!r:.80}" if not THEORY.fullmatch(name) else _wrong(theory)
        if wrong:
            raise LockError(f"{path} is no lock: in the theory {name!r:.80}, {wrong} is ill-formed")
    return Lock(theories, digest, kernel)


def _wrong(theory: Any) -> str:
    """What of a theory's entry is not as it must be; nothing for a good one.

    All texts are printable: they go to terminals, and into formats where a line has a meaning.
    """
    wanted = {"claims": dict, "declarations": dict, "sources": dict, "load": str}
    if not isinstance(theory, dict) or {k: type(v) for k, v in theory.items()} != wanted:
        return "the entry"
    load, sources = theory["load"], theory["sources"]
    if load.endswith(".py") and load not in sources:
        return f"`load` (a file that is not among the sources), {load!r:.80},"
    if not (load.endswith(".py") or THEORY.fullmatch(load)):
        return f"`load`, {load!r:.80},"
    for name, digest in sources.items():
        if not (_is_below(name) and _is_digest(digest)):
            return f"the source {name!r:.80}"
    for name, text in theory["declarations"].items():
        if not (_is_text(name) and _is_text(text)):
            return f"the declaration {name!r:.80}"
    for id, claim in theory["claims"].items():
        if not (ID.fullmatch(id) and _is_claim(claim)):
            return f"the claim {id!r:.80}"
    return ""


def _is_claim(claim: Any) -> bool:
    if not isinstance(claim, dict) or set(claim) != {*_TEXTS, *_LISTS, "constants"}:
        return False
    lists = [claim[name] for name in (*_LISTS, "constants")]
    if not all(isinstance(values, list) for values in lists):
        return False
    texts = [claim[name] for name in _TEXTS] + [t for name in _LISTS for t in claim[name]]
    constants = claim["constants"]
    return (
        all(map(_is_text, texts))
        and _is_digest(claim["sha256"])
        and _is_digest(claim["proof"])
        and all(isinstance(c, dict) and set(c) == {"closed", "value"} for c in constants)
        and all(_is_text(c["closed"]) and _is_text(c["value"]) for c in constants)
        and all(_VALUE.fullmatch(c["value"]) for c in constants)
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.isprintable()


def _is_digest(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _is_below(name: str) -> bool:
    """Is it a path below a folder, in its one spelling?"""
    parts = PurePosixPath(name).parts
    plain = bool(parts) and not name.startswith("/") and PurePosixPath(*parts).as_posix() == name
    return plain and ".." not in parts and not {"\\", ":"} & {*name} and name.isprintable()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key occurs twice")
    return dict(pairs)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"not an integer: {text:.40}")


def read_trace(path: Path, lock: Lock) -> bytes:
    """The trace of the lock at ``path``; raises ``LockError`` if it is not the one that is locked.

    At most as much is unpacked as a trace may have.
    """
    where = trace_path(path)
    data = unpacked(read_file(where, MAX_BYTES), where)
    if sha256(data).hexdigest() != lock.trace:
        raise LockError(
            f"{where} is not the trace that {path.name} names: the two files are of different "
            "runs, or one was changed; write both with `ratecert lock`"
        )
    return data


def unpacked(packed: bytes, where: Path) -> bytes:
    """A trace from its compressed form: one gzip stream, and nothing after it."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(packed, MAX_BYTES + 2)
    except zlib.error as error:
        raise LockError(f"{where} is damaged: {error}") from error
    if not unpacker.eof or unpacker.unused_data or len(data) > MAX_BYTES + 1:
        raise LockError(f"{where} is damaged: cut off, followed by something, or too large")
    return data


def read_file(path: Path, limit: int) -> bytes:
    """The content of a regular file (no link, pipe or device) of at most ``limit`` bytes."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | _NONBLOCK)
        try:
            regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
            data = b"" if not regular else _read(descriptor, limit + 1)
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise MissingFileError(f"{path}: no such file") from error
    except (OSError, ValueError) as error:
        link = isinstance(error, OSError) and error.errno == errno.ELOOP
        why = "it is a link" if link else getattr(error, "strerror", "") or error
        raise LockError(f"cannot read {path}: {why}") from error
    if not regular:
        raise LockError(f"{path} is not a regular file")
    if len(data) > limit:
        raise LockError(f"{path} is larger than {limit} bytes")
    return data


def _read(descriptor: int, limit: int) -> bytes:
    with os.fdopen(descriptor, "rb", closefd=False) as stream:
        return stream.read(limit)


_NONBLOCK = getattr(os, "O_NONBLOCK", 0)  # a pipe with no writer would make us wait


# --- sources ----------------------------------------------------------------------------------


def digest_of_source(root: Path, name: str) -> str:
    """The digest of a theory's source below the folder ``root``, line ends being one character.

    ``LockError`` if the name leads elsewhere.
    """
    if not _is_below(name):
        raise LockError(f"not a path below the lock's folder: {name!r:.200}")
    path, parts = root, PurePosixPath(name).parts
    for part in parts[:-1]:
        path /= part
        if os.path.islink(path):
            raise LockError(f"{path} is a link: sources are files below the lock's folder")
    data = read_file(root.joinpath(*parts), MAX_SOURCE)
    return sha256(data.replace(b"\r\n", b"\n")).hexdigest()
