"""docs/experiments.md shows what its report gives, and its report is what training gives."""

from __future__ import annotations

import platform
import re
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from ratecert.cli import main, parser
from ratecert.numeric_checks.experiments.report import read

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/experiments.md").read_text(encoding="utf-8")
REPORT = ROOT / "docs/data/l1-ratio.json.gz"
MARK = "    $ ratecert experiments l1-ratio --from docs/data/l1-ratio.json.gz\n"

SAME = ["cnn-digits-4"]
"""Models whose data are those of the report; the text is Python's own, and changes with it."""
if read(REPORT.read_bytes()).environment["python"] == platform.python_version():
    SAME.append("gpt-text-16")


def test_the_page_shows_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiments", "l1-ratio", "--from", str(REPORT)]) == 0
    assert textwrap.dedent(PAGE.partition(MARK)[2]) == capsys.readouterr().out


def test_numbers_in_the_text_are_those_printed() -> None:
    text, _, printed = PAGE.partition(MARK)
    found = re.findall(r"-?\b\d\.\d{2,}\b", text)
    assert len(found) >= 7
    for number in found:
        assert number in printed, number


def test_commands_shown_are_understood() -> None:
    commands = re.findall(r"^    ratecert (.*?)\s*(?:#.*)?$", PAGE, re.MULTILINE)
    assert len(commands) == 4
    for command in commands:
        assert parser().parse_args(command.split()).command in ("experiments", "latex")


@pytest.mark.numeric
@pytest.mark.parametrize("name", SAME)
def test_runs_begin_as_the_report_says(name: str) -> None:
    """Later steps depend on the processor's rounding; the first gradients hardly do."""
    from ratecert.numeric_checks.experiments.plan import PRESETS, runs
    from ratecert.numeric_checks.experiments.training import train

    (asked,) = runs(PRESETS["default"], models=[name], rates=["0.001"], seeds=1)
    (kept,) = (
        r for r in read(REPORT.read_bytes()).records
        if (r.model, r.rate, r.seed) == (name, "0.001", 0)
    )  # fmt: skip
    found = train(replace(asked, steps=1))
    assert (found.d, found.data, found.tensors) == (kept.d, kept.data, kept.tensors)
    for gradient in ("stochastic", "full"):
        ours, theirs = found.series(gradient), kept.series(gradient)
        assert ours.ratio[0] == pytest.approx(theirs.ratio[0], rel=1e-4)
        assert ours.zeros[0] == pytest.approx(theirs.zeros[0], abs=1e-2)
        assert ours.loss[0] == pytest.approx(theirs.loss[0], rel=1e-4)


def test_the_json_has_the_keys_described() -> None:
    found = read(REPORT.read_bytes()).to_json()
    text = (ROOT / "docs/json.md").read_text(encoding="utf-8")
    section = text.partition("## `ratecert experiments")[2]
    described = set(re.findall(r'"(\w+)"', section))
    parts = [found, found["runs"], *(found[n][0] for n in ("table", "kinds", "slopes", "bands"))]
    parts += [found["statement"][0], found["records"][0], found["records"][0]["full"]]
    assert {key for part in parts for key in part} <= described
    assert {s["topic"] for s in found["statement"]} <= described
    assert {s["phase"] for s in found["slopes"]} <= described
