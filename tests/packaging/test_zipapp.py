"""The one file that verifies a lock: what is in it, and that Python alone runs it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ratecert.cli import main
from ratecert.proofs.record import zipapp
from ratecert.proofs.record.zipapp import BuildError, build, needed

ROOT = Path(__file__).resolve().parents[2]
THEORY = """\
from ratecert.proofs.language import Theory, by, symbols

mine = Theory("mine", "My theory")
x, y = symbols("x y")
claim = (2 * x * y, "<=", x**2 + y**2)


@mine.lemma("square", title="Squares", for_all=(x, y), claim=claim)
def square(p):
    return p.have(claim, by.algebra(hints=(x - y,)))
"""
# Runs the zipapp as ``python zipapp`` does, on a Python that says it is another.
AS_VERSION = """
import runpy, sys
sys.version_info = (int(sys.argv[1]), int(sys.argv[2]), 0, "final", 0)
sys.argv = sys.argv[3:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
# Runs it, and prints what it loaded from outside the standard library.
LOADED = """
import runpy, sys
sys.argv = sys.argv[1:]
before = set(sys.modules)
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    new = [n for n in set(sys.modules) - before if n.split(".")[0] not in sys.stdlib_module_names]
    print(*sorted(new))
"""


def sources() -> dict[str, bytes]:
    """The modules of a wheel that are looked at, by their names in it."""
    found = {"ratecert/__init__.py": (ROOT / "src/ratecert/__init__.py").read_bytes()}
    for path in (ROOT / "proofs").rglob("*.py"):
        found[f"ratecert/{path.relative_to(ROOT).as_posix()}"] = path.read_bytes()
    return found


def as_wheel(files: dict[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (files | {"ratecert.dist-info/licenses/LICENSE": b"a licence"}).items():
            archive.writestr(name, data)
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zipapp, and beside it a lock with its source."""
    folder = tmp_path_factory.mktemp("zipapp")
    path = folder / zipapp.NAME
    path.write_bytes(build(as_wheel(sources(), folder / "made.whl")))
    (folder / "mine.py").write_text(THEORY, "utf-8")
    lock = folder / "ratecert.lock"
    assert main(["lock", str(folder / "mine.py"), "--lock", str(lock)]) == 0
    return path


def alone(*args: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Python with nothing but itself: no environment, no user's folder, no site-packages."""
    command = [sys.executable, "-I", "-S", *map(str, args)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, encoding="utf-8"
    )


def test_a_lock_is_verified_with_nothing_installed(made: Path) -> None:
    done = alone(made.name, cwd=made.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout
        == "ratecert.lock: 1 claims verified by the kernel alone; 1 source locked with them\n"
    )


def test_it_loads_its_own_modules_and_the_standard_library(made: Path) -> None:
    done = alone("-c", LOADED, made.name, "--format", "json", cwd=made.parent)
    text, _, loaded = done.stdout.rstrip().rpartition("\n")
    assert json.loads(text)["differences"] == []
    assert "ratecert.proofs.kernel.rules" in loaded.split()
    assert {n.split(".")[0] for n in loaded.split()} == {"ratecert"}


def test_a_lock_that_was_edited_or_is_stale_is_not_verified(made: Path, tmp_path: Path) -> None:
    for name in ("mine.py", "ratecert.lock", "ratecert.lock.trace.gz"):
        (tmp_path / name).write_bytes((made.parent / name).read_bytes())
    lock, theory = tmp_path / "ratecert.lock", tmp_path / "mine.py"
    text = lock.read_text("utf-8")
    assert text.count("2·x·y ≤ x² + y²") == 1
    lock.write_text(text.replace("2·x·y ≤ x² + y²", "3·x·y ≤ x² + y²"), "utf-8")
    done = alone(made, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "✗ tampered             mine.square" in done.stdout
    lock.write_text(text, "utf-8")
    theory.write_text(THEORY + "\n", "utf-8")
    done = alone(made, cwd=tmp_path)
    assert done.returncode == 1
    assert "stale                mine.py" in done.stdout
    assert "`ratecert check --locked`" in done.stdout
    (tmp_path / "ratecert.lock.trace.gz").unlink()
    done = alone(made, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "ratecert: ratecert.lock.trace.gz: no such file\n"


def test_an_older_python_is_told_what_is_needed(made: Path) -> None:
    ast.parse(zipapp.MAIN, feature_version=(3, 4))
    for version in (("2", "7"), ("3", "10")):
        done = alone("-c", AS_VERSION, *version, made.name, cwd=made.parent)
        assert (done.returncode, done.stdout) == (2, "")
        said = f"ratecert-verify needs Python 3.11 or later, and this is {'.'.join(version)} ("
        assert done.stderr.startswith(said)
    assert alone("-c", AS_VERSION, "3", "11", made.name, cwd=made.parent).returncode == 0


def test_help_says_what_is_verified_and_what_the_exit_codes_are(made: Path) -> None:
    done = alone(made.name, "--help", cwd=made.parent)
    assert done.returncode == 0
    assert "exit codes: 0 the kernel proves what the lock says" in done.stdout
    assert "python3 -I ratecert-verify.pyz" in done.stdout
    assert alone(made.name, "--unknown", cwd=made.parent).returncode == 2


def test_a_terminal_that_cannot_show_a_formula_is_no_error(made: Path, tmp_path: Path) -> None:
    text = (made.parent / "ratecert.lock").read_text("utf-8")
    (tmp_path / "ratecert.lock").write_text(text.replace("2·x·y", "3·x·y"), "utf-8")
    trace = (made.parent / "ratecert.lock.trace.gz").read_bytes()
    (tmp_path / "ratecert.lock.trace.gz").write_bytes(trace)
    done = subprocess.run(
        [sys.executable, str(made)], cwd=tmp_path, env={"PYTHONIOENCODING": "ascii"},
        capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"tampered" in done.stdout and done.stdout.isascii()


def test_what_goes_wrong_inside_is_no_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ratecert.proofs.record import __main__ as command

    def broken(*_: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(command, "verify", broken)
    assert command.main([]) == 3
    assert "internal error: ZeroDivisionError: planted" in capsys.readouterr().err


def test_the_bytes_depend_on_the_modules_alone(tmp_path: Path) -> None:
    files = sources()
    first = build(as_wheel(files, tmp_path / "a.whl"))
    mixed = dict(sorted(files.items(), reverse=True)) | {"ratecert/other.py": b"import numpy\n"}
    assert build(as_wheel(mixed, tmp_path / "b.whl")) == first
    assert first.startswith(b"#!/usr/bin/env python3\n")
    held = zipfile.ZipFile(tmp_path / "a.whl")
    (tmp_path / "made.pyz").write_bytes(first)
    entries = zipfile.ZipFile(tmp_path / "made.pyz").infolist()
    assert [e.filename for e in entries] == sorted(e.filename for e in entries)
    assert {(e.date_time, e.compress_type) for e in entries} == {((1980, 1, 1, 0, 0, 0), 0)}
    assert held.read("ratecert/proofs/kernel/rules.py") in first


def test_an_import_of_more_than_python_is_refused(tmp_path: Path) -> None:
    files = sources()
    kernel = "ratecert/proofs/kernel/terms.py"
    planted = files | {kernel: files[kernel] + b"\n\ndef late():\n    import sympy.core\n"}
    with pytest.raises(
        BuildError, match=r"kernel/terms.py imports sympy.core: not in the standard"
    ):
        build(as_wheel(planted, tmp_path / "a.whl"))
    planted = files | {kernel: files[kernel] + b"\nfrom ..finders import prove\n"}
    with pytest.raises(BuildError, match=r"not in the standard library"):
        build(as_wheel(planted, tmp_path / "b.whl"))
    del files["ratecert/proofs/record/verify.py"]
    with pytest.raises(BuildError, match=r"the wheel has no module ratecert.proofs.record.verify"):
        build(as_wheel(files, tmp_path / "c.whl"))


def test_names_within_a_module_are_no_modules() -> None:
    start = "ratecert.a"
    files = {
        "ratecert/__init__.py": b"",
        "ratecert/a.py": b"from .b import c, d\n",
        "ratecert/b/__init__.py": b"c = 1\n",
        "ratecert/b/d.py": b"import json\n",
        "ratecert/b/e.py": b"",
    }
    assert needed(files, start) == sorted(files.keys() - {"ratecert/b/e.py"})


def test_the_command_line_of_the_builder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wheel, out = as_wheel(sources(), tmp_path / "a.whl"), tmp_path / "v.pyz"
    assert zipapp.main([str(wheel), "-o", str(out)]) == 0
    assert capsys.readouterr().out.startswith(f"{out}: sha256 ")
    assert out.read_bytes() == build(wheel) and out.stat().st_mode & 0o111
    wheel.write_bytes(b"no zip")
    assert zipapp.main([str(wheel), "-o", str(out)]) == 2
    assert "cannot read the wheel" in capsys.readouterr().err
