"""Locks of several theories, in several files and folders; what is missed when one goes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers import check
from ratecert.cli import main

HEAD = """\
from ratecert.proofs.language import Theory, by, symbols

x, y = symbols("x y")
claim = (2 * x * y, "<=", x**2 + y**2)
"""
ONE = """
{name} = Theory("{name}")


@{name}.lemma("square", title="Squares", for_all=(x, y), claim=claim)
def square_{name}(p):
    return p.have(claim, by.algebra(hints=(x - y,)))
"""
Run = Callable[..., tuple[int, str, str]]


def text(*names: str) -> str:
    return HEAD + "".join(ONE.format(name=name) for name in names)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*args: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(args)
        return code, *capsys.readouterr()

    return run


def document(path: str = "ratecert.lock") -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def kinds(run: Run, *args: str) -> tuple[int, list[tuple[str, str]]]:
    """Exit code of ``check --locked``, and what differs, apart from the sources."""
    code, out, error = run("check", "--locked", *args, "--format", "json")
    check(out, error)
    found = [(d["kind"], d["claim"]) for d in json.loads(out)["differences"]]
    return code, [f for f in found if f[0] != "source-changed"]


def test_two_theories_in_a_file_and_one_that_goes(here: Path, run: Run) -> None:
    """Renamed or deleted, it is missed, although nothing that is still there speaks of it."""
    Path("mine.py").write_text(text("one", "two"))
    check(run("lock", "mine.py")[0] == 0)
    check(sorted(document()["theories"]) == ["one", "two"])
    check(kinds(run) == (0, []))
    Path("mine.py").write_text(text("one"))
    check(kinds(run) == (1, [("missing", "two.square")]))
    check(kinds(run, "mine.py") == (1, [("missing", "two.square")]))
    Path("mine.py").write_text(text("one", "three"))
    check(kinds(run) == (1, [("new", "three.square"), ("missing", "two.square")]))
    check(kinds(run, "--lemma", "square")[0] == 1)


def test_part_of_a_lock(here: Path, run: Run) -> None:
    """What is not asked for is not missed."""
    Path("a.py").write_text(text("one", "two"))
    Path("b.py").write_text(text("other"))
    check(run("lock", "a.py", "b.py")[0] == 0)
    check(kinds(run, "a.py") == (0, []))
    Path("b.py").write_text(text("another"))
    check(kinds(run, "a.py") == (0, []))
    check(kinds(run) == (1, [("new", "another.square"), ("missing", "other.square")]))
    Path("b.py").unlink()
    code, _, error = run("check", "--locked")
    check(code == 2 and "b.py: no such file" in error, error)


def test_two_theories_of_one_name(here: Path, run: Run) -> None:
    Path("a.py").write_text(text("mine"))
    Path("b.py").write_text(text("mine"))
    code, _, error = run("lock", "a.py", "b.py")
    check(code == 2 and "two theories are called mine (a.py and b.py)" in error, error)
    check(not Path("ratecert.lock").exists())
    check(run("lock", "a.py")[0] == 0)
    code, _, error = run("check", "--locked", "a.py", "b.py")
    check(code == 2 and "two theories are called mine" in error, error)


def test_a_source_elsewhere(here: Path, run: Run) -> None:
    Path("inner").mkdir()
    Path("mine.py").write_text(text("mine"))
    code, _, error = run("lock", "mine.py", "--lock", "inner/ratecert.lock")
    check(code == 2 and "mine.py is not below" in error and "--lock" in error, error)
    check(list(Path("inner").iterdir()) == [])
    Path("inner/link.py").symlink_to(here / "mine.py")
    code, _, error = run("lock", "inner/link.py", "--lock", "inner/ratecert.lock")
    check(code == 2 and "is not below" in error, error)


def test_a_lock_in_another_folder(here: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are relative to the lock, wherever one stands."""
    Path("repository/theories").mkdir(parents=True)
    Path("repository/theories/mine.py").write_text(text("mine"))
    lock = "repository/ratecert.lock"
    check(run("lock", "repository/theories/mine.py", "--lock", lock)[0] == 0)
    said = document(lock)["theories"]["mine"]
    check(said["load"] == "theories/mine.py" and list(said["sources"]) == ["theories/mine.py"])
    check(run("verify", lock)[0] == 0 and kinds(run, "--lock", lock) == (0, []))
    monkeypatch.chdir("repository/theories")
    check(run("verify", "../ratecert.lock")[0] == 0)
    check(kinds(run, "--lock", "../ratecert.lock") == (0, []))
    check(kinds(run, "mine.py", "--lock", "../ratecert.lock") == (0, []))


def test_line_ends_and_modules_beside(here: Path, run: Run) -> None:
    """A lock made with one kind of line ends holds with the other."""
    Path("mine.py").write_text(text("mine"))
    check(run("lock", "mine.py")[0] == 0)
    for file in ("mine.py", "ratecert.lock"):
        data = Path(file).read_bytes()
        Path(file).write_bytes(data.replace(b"\n", b"\r\n"))
    check(run("verify")[0] == 0 and kinds(run) == (0, []))


def test_what_a_lock_leaves_out_is_told(here: Path, run: Run) -> None:
    """No trace proves which files a theory is in; the lock is compared with what is loaded."""
    Path("mine.py").write_text(text("mine"))
    Path("other.py").write_text(text("mine").replace('"Squares"', '"Others"'))
    check(run("lock", "mine.py")[0] == 0)
    said = document()
    theory = said["theories"]["mine"]
    theory["sources"]["other.py"] = theory["sources"]["mine.py"]
    Path("ratecert.lock").write_text(
        json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    code, out, _ = run("check", "--locked")
    check(code == 0 and "other.py (a source no more)" in out, out)
    code, out, _ = run("verify")
    check(code == 1 and "other.py" in out, out)


@pytest.mark.parametrize("command", [["verify"], ["check", "--locked"], ["lock", "mine.py"]])
def test_a_lock_that_is_none(here: Path, run: Run, command: list[str]) -> None:
    Path("mine.py").write_text(text("mine"))
    Path("ratecert.lock").write_text('{"format": 1}\n')
    code, out, error = run(*command)
    check((code, out) == (2, ""), out)
    check(error.startswith("ratecert: ratecert.lock is no lock"), error)
    check("Traceback" not in error)
    if command[0] == "lock":
        check("--replace" in error, error)
        check(run(*command, "--replace")[0] == 0 and run("verify")[0] == 0)
