"""The example a newcomer copies: everything in it is proved, and breaks where it says it does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ratecert.cli import main
from ratecert.proofs.language.loader import load, statement

FILE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "my_first_theory.py"


def test_everything_in_it_is_proved(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(FILE), "--format", "json"]) == 0
    theories = json.loads(capsys.readouterr().out)["theories"]
    assert [t["id"] for t in theories] == ["my_scalars", "my_averages"]
    assert [len(t["statements"]) for t in theories] == [3, 3]
    assert {s["verdict"] for t in theories for s in t["statements"]} == {"proved"}
    assert {tuple(s["assumptions"]) for t in theories for s in t["statements"]} == {()}


def test_the_commands_it_names_run(capsys: pytest.CaptureFixture[str]) -> None:
    named = [line.split()[1:] for line in FILE.read_text("utf-8").splitlines()
             if line.startswith("    ratecert ")]  # fmt: skip
    assert len(named) == 3
    for command, path in named:
        assert path.startswith("docs/examples/my_first_theory.py")
        assert (
            main([command, str(FILE) + path.removeprefix("docs/examples/my_first_theory.py")]) == 0
        )


def test_changing_the_constant_refutes_it(tmp_path: Path) -> None:
    text = FILE.read_text("utf-8")
    assert text.count("b**2 / (2 * c)") == 2
    path = tmp_path / "changed.py"
    path.write_text(text.replace("b**2 / (2 * c)", "b**2 / (3 * c)"), "utf-8")
    result = statement(f"{path}:young").check()
    assert result.verdict == "refuted"
    assert "false at " in result.reason
    (scalars, averages) = load(str(path))
    assert scalars.claims["product"].check().verdict == "undecided"  # it uses young
    assert averages.claims["bounded"].check().verdict == "proved"  # it does not
