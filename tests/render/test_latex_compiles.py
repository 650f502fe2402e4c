"""The appendices compile: alone, in two columns, under the conflicts of venues' styles.

No error, no undefined reference, no overfull box: the log is read.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from ratecert.proofs.language.loader import load
from ratecert.proofs.render.assemble import document
from ratecert.proofs.render.latex.style import VENUES
from ratecert.proofs.render.latex.write import STANDALONE, Options, files
from ratecert.proofs.render.numbers import numbers
from ratecert.proofs.theorems import SHIPPED

PREAMBLES = Path(__file__).parent / "venues"
WIDTHS = {
    "article": "article", "plain": "article", "twocolumn": "icml", "neurips": "neurips",
    "icml": "icml", "jmlr": "jmlr",
}  # fmt: skip
BAD = re.compile(r"^!.*|^[^\s:]+:\d+: .*|.*undefined.*|^Overfull.*|.*multiply.defined.*", re.M)

pytestmark = [
    pytest.mark.tex,
    pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed"),
]


@cache
def printed(name: str):
    (theory,) = load(name)
    return document(theory, numbers=numbers(theory), lock="0123456789abcdef" * 4)


def compiled(folder: Path, job: str) -> list[str]:
    """What is wrong in the log of the second pass."""
    command = ["pdflatex", "-interaction=nonstopmode", "-file-line-error", job]
    for _ in range(2):
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    log = (folder / f"{job}.log").read_text(encoding="latin-1")
    assert (folder / f"{job}.pdf").is_file(), log[-2000:]
    wrong = BAD.findall(log)
    return wrong if wrong or done.returncode == 0 else ["it failed"]


def write(folder: Path, written: dict[str, str]) -> None:
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")


NARROW = ("twocolumn", "icml")
"""Where lines break most."""
CASES = [(n, p) for n in SHIPPED for p in WIDTHS if p in NARROW or n in ("norms", "adamw")]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "preamble"), CASES)
def test_under_the_preamble_of_a_venue(name: str, preamble: str, tmp_path: Path) -> None:
    write(tmp_path, files(printed(name), Options(VENUES[WIDTHS[preamble]])))
    shutil.copy(PREAMBLES / f"{preamble}.tex", tmp_path / "paper.tex")
    assert compiled(tmp_path, "paper") == []


@pytest.mark.parametrize(
    ("name", "options"),
    [("sgd", Options()), ("sgd", Options(numbered=True)), ("sgd", Options(breqn=True)),
     ("norms", Options(breqn=True))],
)  # fmt: skip
def test_the_wrapper_compiles_alone(tmp_path: Path, name: str, options: Options) -> None:
    write(tmp_path, files(printed(name), options))
    assert compiled(tmp_path, STANDALONE.removesuffix(".tex")) == []


def test_the_log_is_read(tmp_path: Path) -> None:
    """Planted faults are found: a missing reference, a line too long, an unknown command."""
    for fault in (r"\ref{nowhere}", r"\hbox to 2pt{wide wide}\noindent\rule{500pt}{1pt}", r"\nope"):
        text = rf"\documentclass{{article}}\begin{{document}}x {fault}\end{{document}}"
        (tmp_path / "fault.tex").write_text(text)
        assert compiled(tmp_path, "fault"), fault
