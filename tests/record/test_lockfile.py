"""The lock file: its text, how it is written and read, and what is left when writing fails."""

from __future__ import annotations

import errno
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import check
from ratecert.cli import main
from ratecert.proofs.record import lockfile
from ratecert.proofs.record.lockfile import (
    Lock,
    LockError,
    digest_of_source,
    parsed,
    read,
    read_trace,
    trace_path,
    unpacked,
    write,
)

WHERE = Path("ratecert.lock")
TEXT = st.text(st.characters(categories=("L", "N", "P", "S"), include_characters=" "), max_size=12)
NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9_.]{0,8}", fullmatch=True)
DIGEST = st.binary(max_size=4).map(lambda data: sha256(data).hexdigest())
VALUE = st.from_regex(r"-?[0-9]{1,9}(\.[0-9]{1,9})?|\?", fullmatch=True)
CLAIM = st.fixed_dictionaries(
    dict.fromkeys(("title", "conclusion", "kind"), TEXT)
    | dict.fromkeys(lockfile._LISTS, st.lists(TEXT, max_size=2))
    | dict.fromkeys(("proof", "sha256"), DIGEST)
    | {"constants": st.lists(st.fixed_dictionaries({"closed": TEXT, "value": VALUE}), max_size=2)}
)
FILES = st.dictionaries(NAME.map(lambda name: f"a/{name}.py"), DIGEST, max_size=2)
THEORY = st.fixed_dictionaries(
    {
        "claims": st.dictionaries(NAME, CLAIM, max_size=3),
        "declarations": st.dictionaries(TEXT, TEXT, max_size=2),
        "load": NAME.filter(lambda name: not name.endswith(".py")),
        "sources": FILES,
    }
)
LOCKS = st.builds(Lock, st.dictionaries(NAME, THEORY, max_size=2), DIGEST, TEXT)


@settings(max_examples=40)
@given(LOCKS)
def test_what_is_written_is_read(lock: Lock) -> None:
    text = lock.text()
    check(parsed(text.encode(), WHERE) == lock)
    check(parsed(text.replace("\n", "\r\n").encode(), WHERE) == lock)
    check(all(line == line.rstrip() for line in text.splitlines()))
    check(text.endswith("}\n") and not text.endswith("\n\n"))


@settings(max_examples=40)
@given(LOCKS, st.data())
def test_one_text_for_one_lock(lock: Lock, data: Any) -> None:
    """Whatever is put somewhere into the text, it is not read as a lock of other content."""
    text = lock.text()
    at = data.draw(st.integers(0, len(text)))
    other = text[:at] + data.draw(st.sampled_from([" ", "\n", ",", "0", '"', "\\"])) + text[at:]
    try:
        found = parsed(other.encode(), WHERE)
    except LockError:
        return
    check(found.text() == other)


def test_a_lock_of_nothing() -> None:
    lock = Lock({}, "0" * 64)
    check(parsed(lock.text().encode(), WHERE) == lock)
    check(lock.only(lambda label: True) == lock)


# --- sources ----------------------------------------------------------------------------------


def test_line_ends_do_not_count(tmp_path: Path) -> None:
    for name, data in {"a": b"x\ny\n", "b": b"x\r\ny\r\n", "c": b"x\r\ny\n", "d": b"x\ny"}.items():
        (tmp_path / name).write_bytes(data)
    digests = [digest_of_source(tmp_path, name) for name in "abcd"]
    check(digests[0] == digests[1] == digests[2] != digests[3])


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "/x", "a/../x", "a//x", "./x", "x/", "C:x", "a\\x", "x\0", "x\n"],
)
def test_no_name_of_a_source(tmp_path: Path, name: str) -> None:
    with pytest.raises(LockError, match="not a path below the lock's folder"):
        digest_of_source(tmp_path, name)


# --- writing ----------------------------------------------------------------------------------

LOCK, TRACE = Lock({}, sha256(b"trace").hexdigest()), b"trace"


def test_both_files_are_written(tmp_path: Path) -> None:
    path = tmp_path / "deep.lock"
    write(path, LOCK, TRACE)
    check(sorted(p.name for p in tmp_path.iterdir()) == ["deep.lock", "deep.lock.trace.gz"])
    check(read(path) == LOCK and read_trace(path, LOCK) == TRACE)
    before = trace_path(path).read_bytes()
    write(path, LOCK, TRACE)
    check(trace_path(path).read_bytes() == before, "the same trace has the same bytes")
    check(unpacked(before, path) == TRACE)


@pytest.mark.parametrize("target", ["folder/ratecert.lock", "file/ratecert.lock"])
def test_where_nothing_can_be_written(tmp_path: Path, target: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LockError, match=r"cannot write .*ratecert\.lock"):
        write(tmp_path / target, LOCK, TRACE)


def failing(monkeypatch: pytest.MonkeyPatch, name: str, code: int, after: int = 0) -> None:
    """The system call ``name`` fails from its ``after``-th use on."""
    whole, uses = getattr(os, name), iter(range(1_000))

    def fail(*args: Any, **options: Any) -> Any:
        if next(uses) < after:
            return whole(*args, **options)
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(lockfile.os, name, fail)


@pytest.mark.parametrize(
    ("call", "code", "why"),
    [
        ("fsync", errno.ENOSPC, "No space left on device"),
        ("replace", errno.EACCES, "Permission denied"),
        ("fdopen", errno.EIO, "Input/output error"),
        ("chmod", errno.EROFS, "Read-only file system"),
    ],
)
def test_a_failure_leaves_what_there_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int, why: str
) -> None:
    path = tmp_path / "ratecert.lock"
    write(path, LOCK, TRACE)
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    failing(monkeypatch, call, code)
    with pytest.raises(LockError, match=f"cannot write .*: {why}"):
        write(path, Lock({}, sha256(b"other").hexdigest()), b"other")
    monkeypatch.undo()
    check({p: p.read_bytes() for p in tmp_path.iterdir()} == before, "and no temporary file")


def test_a_full_disk(tmp_path: Path) -> None:
    """Of this process the files may have 4 kB: what is longer cannot be written."""
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.getsignal(signal.SIGXFSZ)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(LockError, match=r"cannot write .*trace\.gz: File too large"):
            write(tmp_path / "ratecert.lock", LOCK, os.urandom(1 << 16))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    check(list(tmp_path.iterdir()) == [])


# --- a kill between the two ---------------------------------------------------------------------

THEORY_FILE = """\
from ratecert.proofs.language import Theory, by, symbols

mine = Theory("mine")
x, y = symbols("x y")
claim = (2 * x * y, "<=", x**2 + y**2)


@mine.lemma("square", title="Squares", for_all=(x, y), claim=claim)
def square(p):
    return p.have(claim, by.algebra(hints=(x - y,)))
"""
MORE = """

@mine.lemma("other", title="Other", for_all=(x, y), claim=(0, "<=", x**2))
def other(p):
    return p.have((0, "<=", x**2), by.algebra())
"""


def test_a_kill_between_the_two_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The new trace beside the old lock: refused, with what to do; and doing it mends it."""
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(THEORY_FILE)
    check(main(["lock", "mine.py"]) == 0)
    Path("mine.py").write_text(THEORY_FILE + MORE)
    whole, uses = os.replace, iter(range(9))

    def killed(*args: Any) -> None:
        if next(uses):
            raise KeyboardInterrupt
        whole(*args)

    monkeypatch.setattr(lockfile.os, "replace", killed)
    code = main(["lock"])
    monkeypatch.setattr(lockfile.os, "replace", whole)
    check(code != 0)
    check(sorted(p.name for p in tmp_path.iterdir()) ==
          ["mine.py", "ratecert.lock", "ratecert.lock.trace.gz"])  # fmt: skip
    capsys.readouterr()
    check(main(["verify"]) == 2)
    said = capsys.readouterr().err
    check("not the trace that ratecert.lock names" in said and "`ratecert lock`" in said, said)
    check(main(["lock"]) == 0)
    check(main(["verify"]) == 0)
    check(main(["check", "--locked"]) == 0)
    Path("ratecert.lock.trace.gz").unlink()
    check(main(["verify"]) == 2)
    check("ratecert.lock.trace.gz: no such file" in capsys.readouterr().err)
    check(main(["lock"]) == 0 and main(["verify"]) == 0)
