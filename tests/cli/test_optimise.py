"""``ratecert optimise``: one run to the end, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ratecert.proofs.constants.writing import MARK

FIXED = ("--fix", "c_eps=1,gamma=1/10", "--fix", "t=2/3")


def test_an_instance_is_proved_and_written(run, tmp_path: Path) -> None:
    path = tmp_path / "my_adam.py"
    outcome = run("optimise", "adam.rate", "--minimise", "C_1", *FIXED, "-o", str(path),
                  "--format", "json")  # fmt: skip
    assert outcome.code == 0, outcome.err
    report = outcome.json
    assert report["schema"] == 1
    assert report["verdict"] == "proved"
    assert [c["id"] for c in report["claims"]] == [
        "my_adam.numbers.weight", "my_adam.numbers.constant", "my_adam.numbers.bracket",
        "my_adam.rate",
    ]  # fmt: skip
    assert report["parameters"]["gamma"] == "1/10"
    assert report["fixed"] == ["c_eps", "gamma", "t"]
    assert float(report["value"]) < 2.09
    assert report["value"] == report["constants"]["C_1"]["value"]
    assert float(report["search"]["best"]) <= float(report["value"])
    assert {s["id"] for s in report["shipped"]} == {
        "adam.rate.canonical", "adam.rate.tuned", "adam.rate.weighted", "adam.rate.weighted.mixed",
        "adam.rate.searched", "adam.rate.searched.mixed",
    }  # fmt: skip
    assert report["file"] == str(path)
    assert path.read_text("utf-8").startswith(MARK)
    shown = run("show", f"{path}:rate", "--format", "json")
    assert shown.code == 0
    text = json.dumps(shown.json, ensure_ascii=False)
    assert report["constants"]["C_1"]["closed"] in text
    text_outcome = run("optimise", "adam.rate", "--minimise", "C_1", *FIXED, "-o", str(path))
    assert text_outcome.code == 0  # it may replace what it wrote
    for part in (f"C_1      {report['value']}", "✓ proved     my_adam.rate", "adam.rate.weighted",
                 f"Written to {path}"):  # fmt: skip
        assert part in text_outcome.out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("adam.rate", "--minimise", "C_1"), "Fix it (--fix c_eps=...)"),
        (("adam.rat", "--minimise", "C_1"), "did you mean adam.rate?"),
        (("sgd.rate", "--minimise", "C_1"), "has no free parameters to optimise"),
        (("adam.rate", "--minimise", "C1"), "did you mean C_1?"),
        (("adam.rate", "--minimise", "C_1", "--fix", "c_eps"), "write NAME=VALUE"),
        (("adam.rate", "--minimise", "C_1", "--fix", "c_eps=1,c_eps=2"), "given twice"),
        (("adam.rate", "--minimise", "C_1", "--fix", "c_eps=__import__('os')"), "no number"),
        (("adam.rate", "--minimise", "C_1", "--fix", "rho=1"), "no free parameter 'rho'"),
        (("adam.rate", "--minimise", "C_1", "--box", "c_eps=1"), "write NAME=LOW:HIGH"),
        (("adam.rate", "--minimise", "C_1", "--box", "c_eps=nan:1"), "is no number"),
        (("adam.rate", "--minimise", "C_1", "--tolerance", "2"), "outside 1e-6 to 1"),
        (("adam.rate", "--minimise", "C_1", "--name", "adam"), "is a shipped theory"),
        (("adam.rate", "--minimise", "C_1", "--name", "a b"), "letters, digits"),
        (("adam.rate", "--minimise", "C_1", "-o", "x.txt"), "ends in .py"),
        (("adam.rate", "--minimise", "C_1", "-o", "/nowhere/x.py"), "there is no folder"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else "",
)
def test_refusals(run, args, message) -> None:
    outcome = run("optimise", *args)
    assert outcome.code == 2
    assert message in outcome.err
    assert outcome.out == ""


def test_a_file_of_somebody_else_is_left_alone(run, write) -> None:
    path = Path(write())
    before = path.read_text("utf-8")
    outcome = run("optimise", "adam.rate", "--minimise", "C_1", *FIXED, "-o", str(path))
    assert outcome.code == 2
    assert "optimise did not write it" in outcome.err
    assert path.read_text("utf-8") == before


def test_minimise_is_asked_for(run) -> None:
    outcome = run("optimise", "adam.rate")
    assert outcome.code == 2
    assert "--minimise" in outcome.err


def test_what_the_kernel_refuses_is_a_finding_and_not_written(run, tmp_path, monkeypatch) -> None:
    from ratecert.proofs.constants import kinds
    from ratecert.proofs.language import Rational

    supremum = kinds.heaviest
    monkeypatch.setattr(kinds, "heaviest", lambda c: supremum(c) * Rational(99, 100))
    path = tmp_path / "short.py"
    outcome = run("optimise", "adam.rate", "--minimise", "C_1", *FIXED, "-o", str(path),
                  "--format", "json")  # fmt: skip
    assert outcome.code == 1
    assert outcome.json["verdict"] in ("refuted", "undecided")
    assert outcome.json["file"] is None
    assert not path.exists()
