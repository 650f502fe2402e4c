"""Small locks to attack, and what becomes of one that was tampered with."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from ratecert.proofs.kernel.codec import dumps
from ratecert.proofs.language.loader import load
from ratecert.proofs.record import lockfile
from ratecert.proofs.record.locking import Loaded, lock_of
from ratecert.proofs.record.verify import verify

THEORY = """\
from ratecert.proofs.language import E, Theory, bounded, by, sqrt, symbols

{name} = Theory("{name}", "Bounded noise")
G, H = {name}.constants("G H")
k, = {name}.indices("k")
g = {name}.process("g", 1)
{name}.define("H", H, G / 2)
{name}.assume("g.bound", (abs(g[k]), "<=", G), group="A2")
{name}.assume("g.fin", bounded(g[k]), group="A2")
{name}.witness |= {{k: 1, G: 1, g[1]: 0}}
x, y = symbols("x y")
SMALL = (0, "<=", G)
SIZE = (g[k] ** 2, "<=", G**2)
MEAN = (E(g[k] ** 2), "<=", 4 * H**2)


@{name}.lemma("square", title="Squares", for_all=(x, y), given=[(0, "<=", x)], witness={{x: 1}},
             claim=(x * y, "<=", {factor} * sqrt(2) * (x**2 + y**2)))
def square(p):
    return p.have((x * y, "<=", {factor} * sqrt(2) * (x**2 + y**2)), by.algebra(hints=(x - y,)))


@{name}.lemma("size", title="The size", claim=SIZE)
def size(p):
    return p.have(SIZE, by.algebra(p.have((abs(g[k]), "<=", G), by.axiom("g.bound"))))


@{name}.theorem("mean", title="The second moment", claim=MEAN)
def mean(p):
    first = p.have((E(g[k] ** 2), "<=", G**2), by.expectation(p.use(size)))
    return p.have(MEAN, by.definition(H, facts=(first,)))
"""


@dataclass(frozen=True)
class Files:
    """A lock and its trace, as bytes."""

    lock: bytes
    packed: bytes

    @cached_property
    def document(self) -> Any:
        return json.loads(self.lock)

    @cached_property
    def trace(self) -> bytes:
        return gzip.decompress(self.packed)

    def put(self, path: Path) -> Path:
        """Write both where a lock is wanted; returns its path."""
        for file, data in ((path, self.lock), (lockfile.trace_path(path), self.packed)):
            if not file.is_file() or file.read_bytes() != data:
                file.write_bytes(data)
        return path


def written(document: Any) -> bytes:
    """A document in the form that locks have."""
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "surrogatepass")


def packed(trace: bytes) -> bytes:
    """A trace in the form that it has beside a lock."""
    return gzip.compress(trace, 1, mtime=0)


def with_trace(document: Any, trace: bytes) -> Files:
    """The document, made to name this trace."""
    named = {**document, "trace": {"sha256": sha256(trace).hexdigest()}}
    return Files(written(named), packed(trace))


def as_trace(document: Any) -> bytes:
    """The text of a trace."""
    return dumps(document) + b"\n"


def changed(files: Files, change: Callable[[Any, Any], None]) -> bytes:
    """The lock after a change of the document; the second argument is its one theory."""
    document = deepcopy(files.document)
    change(document, document["theories"]["noise"])
    return written(document)


def made(folder: Path, name: str = "noise", factor: int = 1) -> Files:
    """The lock of a small theory, whose source is written into ``folder``."""
    source = folder / f"{name}.py"
    source.write_text(THEORY.format(name=name, factor=factor), encoding="utf-8")
    (theory,) = load(str(source))
    loaded = Loaded(str(source), theory, list(theory.claims.values()))
    for claim in loaded.claims:
        if (result := claim.check()).claim is None:
            raise AssertionError(result.reason)
    lock, trace = lock_of([loaded], folder)
    return Files(lock.text().encode(), packed(trace))


def outcome(path: Path) -> str:
    """``refused: why``, ``differs: kinds`` or ``verified``; anything else escapes."""
    try:
        result = verify(path)
    except lockfile.LockError as error:
        return f"refused: {error}"
    failing = [d.kind for d in result.differences if d.fails]
    if len(failing) != len(result.differences):
        raise AssertionError(f"news of a verification: {result.differences}")
    return f"differs: {' '.join(failing)}" if failing else "verified"
