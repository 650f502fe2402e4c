"""Appendices: what is shown and what is not, equal theories give equal bytes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from ratecert.cli import main
from ratecert.proofs.language import DoorError, Theory, by, symbols
from ratecert.proofs.language.loader import load
from ratecert.proofs.render.assemble import document
from ratecert.proofs.render.document import Chain, Passage
from ratecert.proofs.render.latex.boxes import box, fenced, lines, row
from ratecert.proofs.render.latex.names import Names, default, escaped
from ratecert.proofs.render.latex.wording import mathematical
from ratecert.proofs.render.latex.write import FRAGMENT, closed, files


def chains(part):
    for item in part.parts:
        if isinstance(item, Passage):
            yield from chains(item)
        else:
            assert isinstance(item, Chain)
            yield item


# --- what is shown -------------------------------------------------------------------------------


def test_a_chain_that_nothing_rests_on_is_left_out():
    theory = Theory("idle")
    x, y = symbols("x y")

    @theory.lemma("square", title="A square", for_all=(x, y), claim=(0, "<=", x**2),
                  witness={x: 0, y: 0})  # fmt: skip
    def square(p):
        p.have((2 * x * y, "<=", x**2 + y**2), by.algebra(hints=(x - y,)))
        return p.have((0, "<=", x**2), by.algebra())

    (entry,) = document(theory).claims()
    (chain,) = chains(entry.proof)
    assert chain.result == entry.conclusion


def test_a_statement_that_is_not_proved_says_so():
    theory = Theory("wrong")
    (x,) = symbols("x")

    @theory.lemma("less", title="Less", for_all=(x,), claim=(x, "<=", 0), witness={x: 0})
    def less(p):
        return p.have((x, "<=", 0), by.algebra())

    text = files(document(theory))[FRAGMENT]
    assert "This statement is not proved: it is refuted." in text
    assert "rcproof" not in text


# --- bytes ----------------------------------------------------------------------------------------


def test_the_same_bytes_whatever_the_hash_seed(tmp_path):
    written = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-m", "ratecert", "latex", "sgd", "-o", str(folder)]
        subprocess.run(command, check=True, capture_output=True, env=environment)
        written.append({f.name: f.read_bytes() for f in sorted(folder.iterdir())})
    assert written[0] == written[1]
    assert set(written[0]) == {"appendix.tex", "ratecert-macros.tex", "appendix-standalone.tex"}


def test_check_tells_what_is_stale(tmp_path, capsys):
    folder = str(tmp_path / "out")
    assert main(["latex", "sgd", "-o", folder, "--check"]) == 1
    assert capsys.readouterr().out.count("absent") == 3
    assert main(["latex", "sgd", "-o", folder]) == 0
    assert main(["latex", "sgd", "-o", folder, "--check"]) == 0
    capsys.readouterr()
    fragment = tmp_path / "out" / FRAGMENT
    fragment.write_text(fragment.read_text().replace(r"\le", r"\ge", 1))
    assert main(["latex", "sgd", "-o", folder, "--check"]) == 1
    said = capsys.readouterr().out
    assert said.count(": stale") == 1 and said.count(": up to date") == 2
    assert main(["latex", "sgd", "-o", folder, "--check", "--venue", "icml"]) == 1


def test_results_must_be_a_campaign(tmp_path, capsys):
    file = tmp_path / "runs.json"
    for text in ("[", "[]", '{"schema": 1}', '{"schema": 2}'):
        file.write_text(text)
        assert main(["latex", "sgd", "-o", str(tmp_path), "--results", str(file)]) == 2
        assert "runs.json" in capsys.readouterr().err


def test_results_are_printed():
    (theory,) = load("sgd")
    findings = [
        {"claim": "sgd.rate", "ratio": float(n / 10).hex(), "verdict": "holds"} for n in range(1, 9)
    ]
    campaign = {
        "schema": 1, "campaign": {"campaign": "quick", "seed": 7}, "digest": "ab" * 32,
        "tasks": {"all": 1, "own": 1, "done": 1, "left": 0},
        "claims": [{"id": "sgd.rate", "verdict": "holds", "ratio": (0.8).hex(), "checked": 40,
                    "tasks": 1, "task": "paths sgd_digits", "location": "k = 3"}],
        "results": [{"task": {"kind": "paths"}, "result": {"findings": findings}}],
    }  # fmt: skip
    whole = document(theory, results={"campaign": json.loads(json.dumps(campaign))})
    text = files(whole)[FRAGMENT]
    assert r"\ref{rc:sgd:sgd.rate} & holds & $0.800000$ & 40 & 1" in text
    assert r"paths sgd\_digits; k = 3" in text
    assert "ybar interval" in text and "seed 7" in text
    assert "printed without their results" not in text


# --- what an author sets --------------------------------------------------------------------------


def test_names_sections_shorthands_and_sentences():
    theory = Theory("mine", "Mine")
    (x,) = symbols("x")
    theory.constants("rho", "a weight")
    rho = symbols("rho")[0]
    theory.typeset(rho=r"\varrho")
    theory.shorthand("w", (1 + rho) ** 2)
    theory.section("Squares", "All of them.")

    @theory.lemma("square", title="A square of rho", for_all=(x,), claim=(0, "<=", (1 + rho) ** 2),
                  introduction="See $x$ and [square], for rho <= 1.",
                  witness={x: 0, rho: 0})  # fmt: skip
    def square(p):
        """It is a square."""
        return p.have((0, "<=", (1 + rho) ** 2), by.algebra())

    text = files(document(theory))[FRAGMENT]
    for wanted in (
        r"\subsection*{Squares}",
        r"See $x$ and \rcref{Lemma}{rc:mine:mine.square}, for $\varrho \le 1$.",
        r"$\varrho$ & a weight",
        r"w&=(1+\varrho)^{2}",
        r"0\le w",
        "It is a square.",
    ):
        assert wanted in text, wanted


@pytest.mark.parametrize("tex", ["", "{", "}{", "a\nb", "x" * 300])
def test_tex_that_would_break_the_document_is_refused(tex):
    with pytest.raises(DoorError, match="TeX"):
        Theory("mine").typeset(x=tex)


# --- how proofs are told --------------------------------------------------------------------------


def told(claim, hypotheses=(), *, steps=(), **names):
    """The fragment of a theory with one claim over x, y, which algebra proves."""
    theory = Theory("told")
    x, y = symbols("x y")

    @theory.lemma("claim", title="Claim", for_all=(x, y), given=list(hypotheses), claim=claim,
                  witness={x: 1, y: 1})  # fmt: skip
    def proof(p):
        for step in steps:
            p.know(p.have(step, by.algebra()))
        return p.have(claim, by.algebra(**names))

    return files(document(theory))[FRAGMENT]


def test_a_short_proof_stands_with_its_statement():
    x, y = symbols("x y")
    text = told((2 * x * y, "<=", x**2 + y**2), hints=(x - y,))
    assert re.search(r"\\rcbrief\{%\n%rc .*\nThis holds as the difference of the sides is", text)
    assert r"\begin{rcproof}" not in text


def test_what_a_longer_certificate_is_made_of_is_told():
    x, y = symbols("x y")
    text = told((x * y, "<=", x**2 + 2 * y**2 + 3 * x * y * y), [(0, "<=", x), (0, "<=", y)],
                hints=(x - y,))  # fmt: skip
    assert "The difference of the sides is a sum of three products of factors none of" in text
    told_of_signs = told((abs(x + y), "<=", abs(x) + abs(y)))
    assert "five products, none negative and one positive, would sum to $0$" in told_of_signs


def test_facts_are_told_together():
    x, y = symbols("x y")
    text = told((0, "<=", x * y + x), [(1, "<=", x), (1, "<=", y)], steps=[(0, "<=", x * y)])
    said = re.sub(r"%rc [^\n]*\n", "", text)
    assert r"We have $0\le xy$ as $1\le x$ and $1\le y$, and $0\le xy+x$ as $1\le x$." in said


def test_the_end_mark_goes_into_a_last_display():
    assert closed("a\n\\begin{align*}\nb\n\\end{align*}") == (
        "a\n\\begin{align*}\nb\\rcqedhere\n\\end{align*}"
    )
    numbered = "a\n\\begin{align}\nb\\label{c}\n\\end{align}"
    assert closed(numbered) == numbered


def test_short_brackets_stay_on_one_line():
    """``(1 + 1/r) S`` is broken before S, not within the brackets."""
    bracket = fenced(row(box("1", 0.5), row(box("+", 1.0), box("r", 2.0)).breakable(10)))
    whole = row(bracket, box("S", 6.0).breakable(40))
    assert lines(whole, 6.0, 8.0) == ["(1+r)", "S"]


# --- pieces ---------------------------------------------------------------------------------------


def test_lines_are_broken_where_it_costs_least():
    parts = [box(f"x_{n}", 4.0) if not n else row(box("+", 1.0), box(f"x_{n}", 4.0)).breakable(10)
             for n in range(6)]  # fmt: skip
    whole = row(*parts)
    assert lines(whole, 100, 100) == ["x_0+x_1+x_2+x_3+x_4+x_5"]
    assert lines(whole, 15, 15) == ["x_0+x_1+x_2", "+x_3+x_4+x_5"]
    inside = row(box("a", 4.0), row(box("+", 1), fenced(whole)).breakable(10))
    assert lines(inside, 31.0, 31.0)[1:] == ["+(x_0+x_1+x_2+x_3+x_4+x_5)"]


@pytest.mark.parametrize(
    ("name", "tex"),
    [("c_eta", r"c_{\eta}"), ("G0", "G_{0}"), ("fstar", "f^*"), ("eps", r"\varepsilon"),
     ("a_mean", r"a_{\mathrm{mean}}")],
)  # fmt: skip
def test_names_by_default(name, tex):
    assert default(name) == tex


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("the case mu = 1", r"the case $\mu  = 1$"),
        ("initial gap f(x^1) - f*", "initial gap $f (x ^1) - f ^*$"),
        ("50% of A & B_", r"50\% of A \& B\_"),
        ("k -> infinity, then", r"$k  \to  \infty$, then"),
        ("a claim", "a claim"),
        ("an L-smooth one", "an $L$-smooth one"),
        ("at most sqrt(2d) times", r"at most $\sqrt{2d }$ times"),
    ],
)
def test_authors_words(text, tex):
    made = mathematical(text, Names({}))
    assert re.sub(r"\s+", " ", made) == re.sub(r"\s+", " ", tex)


def test_nothing_in_a_title_is_a_command():
    assert "\\input" not in escaped(r"\input{x}")
