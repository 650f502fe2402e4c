"""Hostile locks, traces and sources are refused: with a message, at once, in little memory."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from isolated import HARD_KILL, MEMORY, SOURCE, Outcome
from locks import Files, changed, made, outcome, packed, with_trace

from helpers import check
from ratecert.proofs.record.lockfile import MAX_LINES, MAX_LOCK

SECONDS = 1
"""Of processor time: what a refusal may take, the start of Python aside."""
MEGABYTES = 400

_PROGRAM = f"""
import resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
sys.path.insert(0, {SOURCE!r})
from ratecert.proofs.record.__main__ import main
for path in sys.argv[1:]:
    start, code = time.process_time(), 3
    try:
        code = main([path])
    finally:
        spent = time.process_time() - start
        print(f"used {{code}} {{spent:.3f}} 0", file=sys.stderr)
peak = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(f"peak {{peak[0] if peak else 0}}", file=sys.stderr)
"""


def verified(*paths: Path) -> list[Outcome]:
    """What the verification of these locks, one after the other in one process, does."""
    flags = ["-O"] if sys.flags.optimize else []
    done = subprocess.run(
        [sys.executable, "-I", "-S", *flags, "-c", _PROGRAM, *map(str, paths)],
        capture_output=True, timeout=HARD_KILL, check=False,
    )  # fmt: skip
    *parts, last = done.stderr.decode().split("used ")
    check(done.returncode == 0, done.stderr)
    megabytes = float(last.rpartition("peak ")[2]) / 1024
    found = []
    for said, used in zip(parts, [*parts[1:], last], strict=True):
        code, seconds, *_ = used.split(maxsplit=3)
        message = said if not found else said.split("\n", 1)[1]
        found.append(Outcome(int(code), message, float(seconds), megabytes))
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def files(home: Path) -> Files:
    return made(home)


# --- texts ------------------------------------------------------------------------------------


def put(*path: str, value: Any) -> Callable[[Files], bytes]:
    """The lock with a value at a place below its one theory."""

    def build(files: Files) -> bytes:
        def change(_: Any, theory: Any) -> None:
            inside = theory
            for key in path[:-1]:
                inside = inside[key]
            inside[path[-1]] = value

        return changed(files, change)

    return build


def raw(old: str, new: str) -> Callable[[Files], bytes]:
    """The lock with a part of its text replaced."""

    def build(files: Files) -> bytes:
        text = files.lock.decode()
        check(old in text, old)
        return text.replace(old, new, 1).encode("utf-8", "surrogatepass")

    return build


def many_claims(files: Files) -> bytes:
    """More lines than any library needs, each of them as it should be."""
    claim = files.document["theories"]["noise"]["claims"]["size"]
    claims = {f"c{n}": {**claim, "hypotheses": ["0"] * 400} for n in range(2_000)}
    return changed(files, lambda _, theory: theory.update(claims=claims))


TEXTS: dict[str, tuple[Callable[[Files], bytes], str]] = {
    "nothing": (lambda files: b"", "is no lock"),
    "no text": (lambda files: b"\xff\xfe" + files.lock, "is no lock: 'utf-8' codec"),
    "a byte order mark": (lambda files: b"\xef\xbb\xbf" + files.lock, "BOM"),
    "utf-16": (lambda files: files.lock.decode().encode("utf-16"), "is no lock"),
    "a lone surrogate": (raw("Squares", "\ud800"), "is no lock: 'utf-8' codec"),
    "a lone surrogate, written out": (raw("Squares", "\\ud800"), "ill-formed"),
    "another spelling": (raw("Squares", "S\\u0071uares"), "is not as ratecert writes it"),
    "other blanks": (raw('"format": 1', '"format":  1'), "is not as ratecert writes it"),
    "a line more": (lambda files: files.lock + b"\n", "is not as ratecert writes it"),
    "something after it": (lambda files: files.lock + b"{}", "is no lock: Extra data"),
    "a key twice": (raw('"format": 1', '"format": 1, "format": 1'), "a key occurs twice"),
    "a claim twice": (raw('"mean": {', '"mean": {}, "mean": {'), "a key occurs twice"),
    "not a number": (raw('"format": 1', '"format": NaN'), "not an integer: NaN"),
    "infinity": (raw('"format": 1', '"format": -Infinity'), "not an integer: -Infinity"),
    "a float": (raw('"format": 1', '"format": 1.0'), "not an integer: 1.0"),
    "a truth value": (raw('"format": 1', '"format": true'), "is not as ratecert writes it"),
    "a long number": (raw('"format": 1', f'"format": {"9" * 4_000}'), "has format 999"),
    "a million digits": (raw('"format": 1', f'"format": {"9" * 1_000_000}'), "is no lock"),
    "a power of ten": (raw('"format": 1', '"format": 1e999999999'), "not an integer"),
    "a later format": (raw('"format": 1', '"format": 2'), "has format 2, this ratecert reads"),
    "another kernel": (raw('"kernel": "1"', '"kernel": "9"'), "was written with kernel 9"),
    "lists in lists": (lambda files: b"[" * 1_000_000 + b"]" * 1_000_000, "nested too deeply"),
    "lists never closed": (lambda files: b"[" * 1_500_000, "nested too deeply"),
    "objects in objects": (lambda files: b'{"a":' * 300 + b"1" + b"}" * 300, "nested too deeply"),
    "a quote never closed": (lambda files: b'"' + b"x" * 3_000_000, "is no lock"),
    "only quotes": (lambda files: b'"' * 5_000_000, "too many parts"),
    "a giant list": (lambda files: b"[" + b"0," * 2_100_000 + b"0]", "too many parts"),
    "a giant object": (lambda files: b"{" + b",".join(b'"%d":0' % n for n in range(900_000))
                       + b"}", "lines"),
    "a large object": (lambda files: b"{" + b",".join(b'"%d":0' % n for n in range(190_000))
                       + b"}", "has format None"),
    "many lines": (lambda files: b"\n" * (MAX_LINES + 1), "lines"),
    "many claims": (many_claims, "lines"),
    "too large": (lambda files: files.lock + b" " * MAX_LOCK, "is larger than"),
    "a control character": (put("claims", "mean", "title", value="\x1b[2J"), "ill-formed"),
    "a line end in a name": (put("claims", "x\n::error::", value={}), "ill-formed"),
    "a line end in a source": (put("sources", "x\n::error::", value="0" * 64), "ill-formed"),
    "a giant exponent": (put("claims", "mean", "constants", value=[
        {"closed": "4", "value": "1e999999999"}]), "ill-formed"),
    "a fraction": (put("claims", "mean", "constants", value=[
        {"closed": "4", "value": "1/0"}]), "ill-formed"),
    "a number for a text": (put("claims", "mean", "conclusion", value=1), "ill-formed"),
    "a text for a list": (put("claims", "mean", "axioms", value="A2"), "ill-formed"),
    "a key more": (put("claims", "mean", "more", value=""), "ill-formed"),
    "a digest that is none": (put("claims", "mean", "sha256", value="0" * 63), "ill-formed"),
    "a source above": (put("sources", "../noise.py", value="0" * 64), "ill-formed"),
    "a source above, later": (put("sources", "a/../../noise.py", value="0" * 64), "ill-formed"),
    "a source elsewhere": (put("sources", "/etc/passwd", value="0" * 64), "ill-formed"),
    "a source on a drive": (put("sources", "C:noise.py", value="0" * 64), "ill-formed"),
    "a source, backwards": (put("sources", "..\\noise.py", value="0" * 64), "ill-formed"),
    "a source in another spelling": (put("sources", "./noise.py", value="0" * 64), "ill-formed"),
    "a source that is nothing": (put("sources", "\x00", value="0" * 64), "ill-formed"),
    "a theory from above": (put("load", value="../noise.py"), "ill-formed"),
    "a theory from elsewhere": (put("load", value="/tmp/noise.py"), "ill-formed"),
    "a theory from no source": (put("load", value="other.py"), "not among the sources"),
    "no source": (put("sources", value={}), "not among the sources"),
    "a folder for a theory": (put("load", value="a/b"), "ill-formed"),
}  # fmt: skip


def test_hostile_locks(tmp_path: Path, files: Files) -> None:
    paths = []
    for number, (build, _) in enumerate(TEXTS.values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        paths.append(Files(build(files), files.packed).put(folder / "ratecert.lock"))
    for (name, (_, why)), found in zip(TEXTS.items(), verified(*paths), strict=True):
        check(found.code == 2, (name, found))
        check(found.error.startswith("ratecert: "), (name, found))
        check(why in found.error and len(found.error) < 2_000, (name, found))
        check(found.error.replace("\n", "").isprintable(), (name, found))
        check(found.seconds < SECONDS, (name, found))
        check(found.megabytes < MEGABYTES, (name, found))


# --- traces -----------------------------------------------------------------------------------


def bomb(size: int) -> bytes:
    """A gzip stream of so many zeros, made piece by piece."""
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1 << 20)
    return b"".join(packer.compress(zeros) for _ in range(size >> 20)) + packer.flush()


def test_hostile_traces(tmp_path: Path, files: Files) -> None:
    late = files.trace.replace(b'"kernel":"1"', b'"kernel":"2"')
    cases: dict[str, tuple[Files, str]] = {
        "a bomb": (Files(files.lock, bomb(1 << 27)), "too large"),
        "a bomb in a bomb": (Files(files.lock, gzip.compress(bomb(1 << 26))), "is not the trace"),
        "nothing": (Files(files.lock, b""), "cut off"),
        "half of it": (Files(files.lock, files.packed[:-9]), "cut off"),
        "a checksum that does not fit": (
            Files(files.lock, files.packed[:-8] + b"\0" * 8), "is damaged"),
        "two streams": (Files(files.lock, files.packed * 2), "followed by something"),
        "something after it": (Files(files.lock, files.packed + b"x"), "followed by something"),
        "not compressed": (Files(files.lock, files.trace), "is damaged"),
        "another trace": (Files(files.lock, packed(b"{}\n")), "is not the trace that"),
        "no trace, named": (with_trace(files.document, b"{}\n"), "the kernel refuses the trace"),
        "of a later kernel": (with_trace(files.document, late), "the kernel refuses the trace"),
        "many parts": (with_trace(files.document, b"[" + b"0," * 2_100_000 + b"0]\n"),
                       "too many parts"),
        "much text": (with_trace(files.document, b'["' + b"x" * 4_000_000 + b'"]\n'),
                      "the kernel refuses the trace"),
        "too large": (Files(files.lock, os.urandom(1 << 20) * 33), "is larger than"),
    }  # fmt: skip
    paths = []
    for number, (case, _) in enumerate(cases.values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        paths.append(case.put(folder / "ratecert.lock"))
    for (name, (_, why)), found in zip(cases.items(), verified(*paths), strict=True):
        check(found.code == 2 and why in found.error, (name, found))
        check(found.error.startswith("ratecert: "), (name, found))
        check(found.seconds < SECONDS and found.megabytes < MEGABYTES, (name, found))


# --- files ------------------------------------------------------------------------------------


def linked(path: Path, to: Path) -> None:
    """A link in the place of a file, which leads to what the file was."""
    os.replace(path, to)
    path.symlink_to(to)


def fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def gone(path: Path) -> None:
    path.unlink()


KINDS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a link": (lambda path: linked(path, path.with_name("real")), "it is a link"),
    "a link to itself": (lambda path: (path.unlink(), path.symlink_to(path))[1], "it is a link"),
    "a pipe": (fifo, "is not a regular file"),
    "a folder": (folder, "is not a regular file"),
    "a device": (device, "it is a link"),
    "nothing": (gone, "no such file"),
}


@pytest.fixture
def copies(tmp_path: Path, files: Files, home: Path) -> Callable[[str], Path]:
    """A lock in a folder of its own, with its trace and its source."""

    def copy(name: str) -> Path:
        place = tmp_path / name
        place.mkdir()
        (place / "noise.py").write_bytes((home / "noise.py").read_bytes())
        return files.put(place / "ratecert.lock")

    return copy


def test_files_that_are_no_files(copies: Callable[[str], Path]) -> None:
    """In the place of the lock, of the trace, and of a source."""
    cases: list[tuple[str, Path, int, str]] = []
    for name, (change, why) in KINDS.items():
        for number, part in enumerate(("ratecert.lock", "ratecert.lock.trace.gz", "noise.py")):
            path = copies(f"{name}{number}")
            change(path.with_name(part))
            cases.append((f"{name} for {part}", path, 1 if part == "noise.py" else 2, why))
    for (name, _, code, why), found in zip(cases, verified(*(p for _, p, _, _ in cases)),
                                           strict=True):  # fmt: skip
        check(found.code == code, (name, found))
        check(code == 1 or why in found.error, (name, found))
        check(found.seconds < SECONDS, (name, found))


def test_a_source_that_is_no_file_is_stale(copies: Callable[[str], Path]) -> None:
    for name, (change, _) in KINDS.items():
        path = copies(name)
        change(path.with_name("noise.py"))
        check(outcome(path) == "differs: stale", name)


@pytest.mark.parametrize("name", ["sub/noise.py", "a" * 4_000, "b/" * 2_000 + "c", "noise.py/x"])
def test_a_source_on_the_way_to_which_is_something(
    copies: Callable[[str], Path], files: Files, name: str
) -> None:
    """A link on the way leads out; names may be longer than any file system has them."""
    path = copies("here")
    outside = path.parents[1] / "outside"
    outside.mkdir()
    (outside / "noise.py").write_bytes(path.with_name("noise.py").read_bytes())
    path.with_name("sub").symlink_to(outside)
    digest = files.document["theories"]["noise"]["sources"]["noise.py"]
    data = changed(files, lambda _, theory: theory["sources"].update({name: digest}))
    Files(data, files.packed).put(path)
    check(outcome(path) == "differs: stale", outcome(path))


def test_the_lock_is_where_a_linked_folder_leads(copies: Callable[[str], Path]) -> None:
    """What is above the lock is the user's own business: /tmp is a link on some systems."""
    path = copies("here")
    (path.parents[1] / "there").symlink_to(path.parent)
    check(outcome(path.parents[1] / "there" / path.name) == "verified")
