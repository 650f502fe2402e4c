"""What real training says, in the appendix (as TeX that compiles) and on the page."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from html import escape
from pathlib import Path

import pytest
from pages import of_sgd

from ratecert.cli import main
from ratecert.commands.documents import ResultsError, experiment_in
from ratecert.proofs.render.latex.experiments import experiments, tex
from ratecert.proofs.render.latex.style import VENUES
from ratecert.proofs.render.latex.write import Options, files
from ratecert.proofs.render.page.experiments import sentence_of
from ratecert.proofs.render.page.whole import page
from ratecert.proofs.theorems.sgd import sgd

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "docs/data/l1-ratio.json.gz"


@cache
def results():
    return {"experiment": experiment_in(str(REPORT))}


def section(venue: str = "article") -> str:
    return "\n".join(experiments(replace(of_sgd(), results=results()), VENUES[venue]))


def test_without_results_there_is_no_section() -> None:
    assert list(experiments(of_sgd(), VENUES["article"])) == []
    assert "What real tasks say" not in files(of_sgd())["appendix.tex"]


def test_the_section_says_what_the_report_says() -> None:
    printed, found = section(), results()["experiment"]
    assert r"\subsection*{What real tasks say}" in printed
    for sentence in found["statement"]:
        assert tex(sentence["text"]) in printed
    for row in found["table"]:
        cells = re.search(
            rf"^{row['model']} & {row['d']} & {row['rate']} & (.*)\\\\$", printed, re.M
        )
        assert cells is not None, row
        assert f"{row['late']:.3f}" in cells[1]
        assert f"({row['d']},{row['late']:.6g})" in printed  # in the figure
    ratios = [s for s in found["slopes"] if s["measure"] == "ratio"]
    assert len(ratios) == 21
    for slope in ratios:
        assert f"${slope['mid']:+.3f}$ & ${slope['low']:+.3f}$" in printed


def test_other_numbers_give_another_section() -> None:
    found = results()["experiment"]
    other = {**found, "statement": [{"topic": "verdict", "text": "Verdict: nothing at 5 %."}]}
    document = replace(of_sgd(), results={"experiment": other})
    printed = "\n".join(experiments(document, VENUES["article"]))
    assert r"Verdict: nothing at 5 \%." in printed
    assert "grew more slowly" not in printed


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("||g||_1 = Theta(||g||_2)", r"$\|g\|_1=\Theta(\|g\|_2)$"),
        ("c = 0.07 & f's own", r"$c$ = 0.07 \& $f$'s own"),
        ("d from 1 to 2_3, -1/2", r"$d$ from 1 to 2\_3, $-1/2$"),
        ("cnn-digits-4 at +0.125", r"cnn-digits-4 at $+0.125$"),
        (r"\input{x}^", r"\textbackslash{}input\{x\}\textasciicircum{}"),
    ],
)
def test_sentences(text: str, wanted: str) -> None:
    assert tex(text) == wanted


def test_what_is_no_report_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_text("{}")
    for name, told in (("x.json", "no report"), ("y.json", "no such file")):
        with pytest.raises(ResultsError, match=told):
            experiment_in(str(tmp_path / name))
        code = main(["latex", "sgd", "-o", str(tmp_path), "--experiment", str(tmp_path / name)])
        assert code == 2
        assert told in capsys.readouterr().err


@pytest.mark.tex
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("venue", ["article", "icml"])
def test_it_compiles_without_a_line_too_long(tmp_path: Path, venue: str) -> None:
    macros = files(of_sgd(), Options(VENUES[venue]))["ratecert-macros.tex"]
    (tmp_path / "ratecert-macros.tex").write_text(macros)
    (tmp_path / "appendix.tex").write_text(f"\\emergencystretch=3em\\relax\n{section(venue)}")
    shutil.copy(ROOT / f"tests/render/venues/{venue}.tex", tmp_path / "paper.tex")
    command = ["pdflatex", "-interaction=nonstopmode", "paper"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    log = (tmp_path / "paper.log").read_text(encoding="latin-1")
    assert done.returncode == 0, log[-2000:]
    assert re.findall(r"^!.*|^Overfull.*", log, re.M) == []


def test_the_page_says_what_the_report_says() -> None:
    found = results()["experiment"]
    without = page(of_sgd(), sgd.kernel())
    printed = page(replace(of_sgd(), results=results()), sgd.kernel())
    assert "What real tasks say" not in without
    assert "What real tasks say" in printed
    for sentence in found["statement"]:
        assert escape(sentence_of(sentence["text"]), quote=False) in printed
    for row in found["table"]:
        assert f"<td>{row['late']:.3f}</td>" in printed
    other = {**found, "command": "<script>alert(1)</script>"}
    printed = page(replace(of_sgd(), results={"experiment": other}), sgd.kernel())
    assert "<script>alert" not in printed
