"""``ratecert experiments``: what it refuses, what it tells, and that a report needs no torch."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

REPORT = Path(__file__).resolve().parents[2] / "docs/data/l1-ratio.json.gz"
SMALL = ("experiments", "l1-ratio", "--preset", "smoke", "--models", "cnn-digits-4", "--steps", "4")


def test_help_teaches(run: Callable) -> None:
    done = run("experiments", "l1-ratio", "--help")
    assert done.code == 0
    for word in ("--preset", "Ctrl-C", "exit codes", "--from"):
        assert word in done.out


def test_a_report_needs_no_torch(python: Callable) -> None:
    done = python(
        """
        import sys
        from ratecert.cli import main
        code = main(["experiments", "l1-ratio", "--from", sys.argv[1]])
        loaded = [n for n in ("torch", "sklearn", "matplotlib", "sympy") if n in sys.modules]
        sys.exit(code or bool(loaded))
        """,
        str(REPORT),
    )
    assert done.code == 0, done.err
    assert "Verdict" in done.out


def test_help_of_all_commands_loads_no_numbers(python: Callable) -> None:
    done = python(
        """
        import sys
        from ratecert.cli import main
        main(["experiments", "l1-ratio", "--help"])
        sys.exit(any(n in sys.modules for n in ("numpy", "torch", "sympy")))
        """
    )
    assert done.code == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--from", "nowhere.json"], "nowhere.json"),
        (["--from", "l1-ratio"], "l1-ratio.json: No such file"),
        (["--from", __file__], "no JSON"),
        (["--plot", "x.gif"], "must end in .pdf"),
        (["-o", "."], "is a folder"),
    ],
)
def test_usage(run: Callable, arguments: list[str], told: str) -> None:
    done = run("experiments", "l1-ratio", *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


@pytest.mark.numeric
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--preset", "smok"], "did you mean smoke?"),
        (["--models", "gpt-texts"], "did you mean gpt-text?"),
        (["--seeds", "0"], "seeds must be at least 1"),
        (["--lr", "fast"], "no learning rate 'fast'"),
        (["--dtype", "float16"], "did you mean float64?"),
        (["--optimizer", "tourch"], "did you mean torch?"),
        (["--device", "abacus"], "--device 'abacus' cannot be used"),
        (["--jobs", "0"], "--jobs must be at least 1"),
        (["--store", __file__], "test_experiments.py"),
    ],
)
def test_usage_of_runs(run: Callable, arguments: list[str], told: str) -> None:
    done = run(*SMALL, *arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


@pytest.mark.numeric
def test_run_list_write_and_read_again(run: Callable, tmp_path: Path) -> None:
    plain, zipped, plot = (tmp_path / n for n in ("a.json", "b/a.json.gz", "p.svg"))
    assert ", stored" not in run(*SMALL, "--list").out
    done = run(*SMALL, "-o", str(plain), "--plot", str(plot))
    assert done.code == 0
    assert "2 run, 0 reused" in done.err
    assert "cnn-digits-4  1034" in done.out
    assert plot.read_text().startswith("<?xml")
    assert run(*SMALL, "--list").out.count(", stored") == 2
    again = run(*SMALL, "-o", str(zipped), "--format", "json")
    assert "0 run, 2 reused" in again.err
    assert gzip.decompress(zipped.read_bytes()) == plain.read_bytes() == again.out.encode()
    assert again.json["command"] == " ".join(
        ["ratecert", *SMALL[:4], "--models cnn-digits-4 --steps 4"]
    )
    assert {r["stored"] for r in run(*SMALL, "--list", "--format", "json").json["runs"]} == {True}
    for name in (str(plain), str(zipped), "l1-ratio"):
        assert run("experiments", "l1-ratio", "--from", name).out == done.out
    whole = run(*SMALL, "--format", "json", "--whole").json
    assert all(r["stochastic"]["tensors"] for r in whole["records"])
    assert not any(r["stochastic"]["tensors"] for r in again.json["records"])


@pytest.mark.numeric
def test_a_folder_that_cannot_be_written_loses_nothing(run: Callable, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run(*SMALL, "-o", str(tmp_path / "file" / "a.json"))
    assert done.code == 2
    assert "cannot be written" in done.err
    assert "0 run, 2 reused" in run(*SMALL).err


def test_the_shipped_report_is_condensed_and_whole() -> None:
    found = json.loads(gzip.decompress(REPORT.read_bytes()))
    assert found["runs"] == {"asked": 252, "done": 252, "stopped": 0}
    assert REPORT.stat().st_size < 400_000
