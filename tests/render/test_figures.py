"""Figures: what they show is what the document and the campaign say; files are reproducible."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecert.cli import main, parser
from ratecert.commands.documents import assembled
from ratecert.proofs.render.document import Curve, Document
from ratecert.proofs.render.figures.data import (
    BINS,
    FIGURES,
    Counts,
    Dots,
    FigureError,
    Lines,
    figure,
    histogram,
    runs,
    slope,
)
from ratecert.proofs.theorems.sgd import sgd

KS = (100, 1000, 10_000)


def _results() -> dict[str, Any]:
    """A campaign as `status --format json` writes it: sgd's rate at three K, and an attack."""

    def result(K: int) -> dict[str, Any]:
        task = {"kind": "paths", "subject": "sgd.digits", "family": "", "budget": 4 * K, "tile": 4}
        values = {"left": K**-0.5, "right": 3 * K**-0.25}
        found = {"claim": "sgd.rate", "ratio": (1 / 3 * K**-0.25).hex(), "values": values}
        step = {"claim": "sgd.descent", "ratio": (0.5).hex(), "values": values}
        return {"key": "0" * 64, "task": task, "result": {"findings": [found, step]}}

    attack = {
        "task": {"kind": "attack", "subject": "sgd.rate", "family": "", "budget": 9, "tile": 1},
        "result": {"findings": [{"claim": "sgd.rate", "ratio": (0.75).hex(), "values": {}}]},
        "key": "1" * 64,
    }
    rows = [{"id": "sgd.rate", "ratio": (0.75).hex()}, {"id": "adamw.L1", "ratio": None}]
    return {"campaign": {"results": [*map(result, KS), attack], "claims": rows}}


@pytest.fixture(scope="module")
def plain() -> Document:
    return assembled(sgd, Path("no.lock"), None)


@pytest.fixture(scope="module")
def with_runs(plain: Document) -> Document:
    return replace(plain, results=_results())


def test_runs_are_taken_at_every_K_with_their_slopes(with_runs: Document) -> None:
    shown = figure("runs", with_runs)
    assert isinstance(shown, Lines)
    measured, bound = shown.curves  # sgd.descent is a lemma: no rate
    assert measured.name == "measured: sgd.digits"
    assert bound.name == "rate"
    assert [x for x, _ in measured.points] == [float(K) for K in KS]
    assert measured.slope == pytest.approx(-0.5)
    assert bound.slope == pytest.approx(-0.25)


def test_counts_are_of_every_finding_by_kind(with_runs: Document) -> None:
    shown = figure("ratios", with_runs)
    assert isinstance(shown, Counts)
    counts = dict(shown.counts)
    assert sum(counts["paths"]) == 2 * len(KS)
    assert counts["attack"][int(0.75 * BINS)] == 1
    assert sum(counts["attack"]) == 1


def test_dots_and_bounds(with_runs: Document) -> None:
    dots, bound = figure("tightness", with_runs), figure("bound", with_runs)
    assert isinstance(dots, Dots)
    assert ("rate", 1.0, 0.75) in dots.rows
    assert isinstance(bound, Lines)
    assert bound.curves == with_runs.bounds != ()


def test_without_data_it_is_said_what_to_run(plain: Document) -> None:
    for name, command in (("runs", "campaign run horizons"), ("ratios", "campaign run quick")):
        with pytest.raises(FigureError, match=command):
            figure(name, plain)
    with pytest.raises(FigureError, match="gamma"):
        figure("constants", plain)
    with pytest.raises(FigureError, match="there are bound, runs"):
        figure("bounds", plain)
    one = _results()
    del one["campaign"]["results"][1:]
    with pytest.raises(FigureError, match="more than one K"):
        runs(replace(plain, results=one))


@given(st.floats(-2, 2), st.floats(0.01, 100), st.lists(st.integers(1, 10**6), min_size=2,
                                                        max_size=6, unique=True))  # fmt: skip
def test_the_slope_of_a_power_is_its_exponent(power: float, factor: float, ks: list[int]) -> None:
    found = slope([(float(k), factor * float(k) ** power) for k in ks])
    assert found == pytest.approx(power, abs=1e-6)


@given(st.lists(st.floats(0, 1), max_size=40))
def test_a_histogram_loses_nothing(values: list[float]) -> None:
    assert sum(histogram(values, 1.0)) == len(values)


def test_the_command_line_knows_the_same_figures() -> None:
    from ratecert.options import plotting

    assert plotting.FIGURES == FIGURES


# --- drawing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".pdf", ".png", ".svg"])
def test_the_same_figure_gives_the_same_bytes_whatever_the_user_sets(
    with_runs: Document, suffix: str, tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib")
    import matplotlib as mpl

    from ratecert.proofs.render.figures.draw import drawn

    shown = figure("runs", with_runs)
    first = drawn(shown, suffix)
    with mpl.rc_context({"font.size": 22, "lines.linewidth": 9, "svg.hashsalt": "x"}):
        assert drawn(shown, suffix) == first
    assert first.startswith({".pdf": b"%PDF", ".png": b"\x89PNG", ".svg": b"<?xml"}[suffix])
    for word in (b"CreationDate", b"Matplotlib v", b"dc:date"):
        assert word not in first


def test_lines_differ_without_colour() -> None:
    from ratecert.proofs.render.figures.draw import HATCHES, STYLES

    assert len({str(dashes) for _, dashes, _ in STYLES}) == len(STYLES)
    assert len({marker for _, _, marker in STYLES}) == len(STYLES)
    assert len({hatch for _, hatch in HATCHES}) == len(HATCHES)


def test_every_curve_is_drawn_and_named() -> None:
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure as Canvas

    from ratecert.proofs.render.figures import draw

    curves = tuple(Curve(f"line {n}", ((10.0, 2.0), (100.0, 1.0 + n)), -0.25) for n in range(6))
    canvas = Canvas()
    axes = canvas.add_subplot()
    draw._lines(axes, Lines("t", "K", "bound", curves))
    assert len(axes.lines) == len(curves)
    named = [text.get_text() for text in canvas.legends[0].get_texts()]
    assert named == [f"line {n}, slope -0.250" for n in range(6)]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    given_ = tmp_path / "runs.json"
    campaign = {
        "schema": 1, "tasks": {}, "verdicts": {}, "digest": "", "campaign": {},
        **_results()["campaign"],
    }  # fmt: skip
    given_.write_text(json.dumps(campaign), "utf-8")
    folder = tmp_path / "figures"
    code = main(
        ["plot", "all", "sgd", "-o", str(folder), "--type", "svg", "--campaign", str(given_)]
    )
    told = capsys.readouterr()
    assert code == 0
    drawn = {path.name for path in folder.iterdir()}
    assert drawn == {f"sgd-{name}.svg" for name in FIGURES if name != "constants"}
    assert "not drawn: sgd has no instance" in told.err
    assert main(["plot", "runs", "sgd", "-o", str(tmp_path / "x.svg")]) == 2
    assert "campaign run horizons" in capsys.readouterr().err
    assert main(["plot", "bound", "sgd", "-o", str(tmp_path / "x.gif")]) == 2
    assert ".pdf, .png, .svg" in capsys.readouterr().err
    assert not [p for p in tmp_path.iterdir() if p.name.startswith((".", "x."))]


def test_without_matplotlib_nothing_is_proved_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setattr("ratecert.commands.plot.only_theory", lambda name: pytest.fail(name))
    assert main(["plot", "bound", "sgd", "-o", str(tmp_path / "x.pdf")]) == 2
    assert "pip install 'ratecert[plot]'" in capsys.readouterr().err


def test_the_data_need_no_matplotlib() -> None:
    program = (
        "import sys, ratecert.commands.plot, ratecert.commands.report, ratecert.commands.bound\n"
        "print('matplotlib' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_the_commands_of_the_page_on_figures_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    page = Path(__file__).resolve().parents[2] / "docs/plots.md"
    commands = re.findall(r"^    ratecert (.*)$", page.read_text("utf-8"), re.MULTILINE)
    assert len(commands) == 4
    monkeypatch.chdir(tmp_path)
    for command in commands:
        args = parser().parse_args(command.split())  # those with runs: tests/numeric_checks
        if args.command == "plot" and args.campaign is None:
            assert main(command.split()) == 0, command
    assert len([*(tmp_path / "build/figures").iterdir()]) == 3
