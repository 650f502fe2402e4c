"""``ratecert check --cross-examine``: what it reports, and that a contradicted step is an error."""

from __future__ import annotations

import pytest

from ratecert.commands import check as command
from ratecert.commands import checked
from ratecert.proofs.examination import examine
from ratecert.proofs.examination.solvers import Answer
from ratecert.proofs.kernel.normal import Normaliser

FORGERY = """

from fractions import Fraction
from ratecert.proofs.kernel.certificates import GOAL, Leaf, Product, certify
false = (3 * x * y, "<=", x**2 + y**2)


@mine.lemma("forged", title="False", for_all=(x, y), claim=false)
def forged(p):
    certificate = Leaf((Product(Fraction(1), (GOAL,)),))
    return certify(p.theory, p.scope.statement(false), certificate)


@mine.lemma("above", title="Rests on it", for_all=(x, y), claim=false)
def above(p):
    return p.use(forged)
"""
KEYS = ["timeout", "steps", "goals", "skipped", "unconfirmed", "solvers", "disagreements"]


def test_agreement_in_text(run, write):
    outcome = run("check", write(), "--cross-examine")
    assert outcome.code == 0
    assert "cross-examined 1 steps as 1 questions: z3 agrees 1, unknown 0; " in outcome.out
    assert "cvc5 agrees 1, unknown 0." in outcome.out


def test_agreement_in_json(run, write):
    outcome = run("check", write(), "--cross-examine", "--timeout", "7", "--format", "json")
    assert outcome.code == 0
    opinions = outcome.json["cross_examination"]
    assert list(opinions) == KEYS
    assert (opinions["timeout"], opinions["steps"], opinions["goals"]) == (7.0, 1, 1)
    assert list(opinions["solvers"]) == ["z3", "cvc5"]
    for tally in opinions["solvers"].values():
        assert tally.pop("version")
        assert tally == {"agrees": 1, "unknown": 0, "timeouts": 0, "failures": 0, "disagrees": 0}
    assert opinions["disagreements"] == []


def test_nobody_is_asked_without_the_option(run, write, monkeypatch):
    monkeypatch.setattr(command, "cross_examine", None)
    outcome = run("check", write(), "--format", "json")
    assert outcome.code == 0
    assert list(outcome.json) == ["schema", "theories"]


def broken(monkeypatch):
    """A kernel that believes every certificate, and no replay that would find out."""
    monkeypatch.setattr(Normaliser, "is_zero", lambda self, p: True)
    monkeypatch.setattr(checked, "replay_elsewhere", lambda *args: None)


def test_an_error_of_the_kernel_is_found(run, write, monkeypatch):
    broken(monkeypatch)
    path = write(FORGERY)
    unasked = run("check", path)
    assert unasked.code == 0 and "3 of 3 claims proved" in unasked.out
    outcome = run("check", path, "--cross-examine", "--format", "json")
    assert outcome.code == 1
    (theory,) = outcome.json["theories"]
    verdicts = {s["id"]: s["verdict"] for s in theory["statements"]}
    assert verdicts == {"square": "proved", "forged": "error", "above": "error"}
    found = outcome.json["cross_examination"]["disagreements"]
    assert [d["solver"] for d in found] == ["z3", "cvc5"]
    for d in found:
        assert d["claims"] == ["mine.forged", "mine.above"] and d["exact"]
        assert "3·x·y ≤" in d["step"] and set(d["model"]) == {"x", "y"}
    text = run("check", path, "--cross-examine")
    assert text.code == 1
    for part in ("mine.forged is error", "z3 contradicts", "3·x·y ≤", "x = ", "1 of 3 claims"):
        assert part in text.out
    assert "DISAGREES 1" in text.out


def test_out_of_time_is_counted_and_no_finding(run, write, monkeypatch):
    monkeypatch.setattr(
        examine, "ask_all", lambda solvers, *_: [Answer("timeout"), Answer("failed")]
    )
    outcome = run("check", write(), "--cross-examine")
    assert outcome.code == 0
    assert (
        "z3 agrees 0, unknown 1 (1 out of time); cvc5 agrees 0, unknown 1 (1 broke down)."
        in outcome.out
    )


@pytest.mark.parametrize(("lacking", "text"), [(["cvc5"], "cvc5"), (["z3", "cvc5"], "z3 and cvc5")])
def test_a_missing_solver_is_a_usage_error(run, write, monkeypatch, lacking, text):
    monkeypatch.setattr(command, "missing", lambda: lacking)
    outcome = run("check", write(), "--cross-examine")
    assert outcome.code == 2 and outcome.out == ""
    assert f"needs {text}," in outcome.err and "pip install 'ratecert[smt]'" in outcome.err


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "nan", "inf"])
def test_a_time_that_is_none_is_refused(run, write, capsys, seconds):
    outcome = run("check", write(), "--cross-examine", "--timeout", seconds)
    assert outcome.code == 2 and "positive number of seconds" in outcome.err


def test_help_says_what_it_means(run):
    outcome = run("check", "--help")
    assert outcome.code == 0
    for part in ("--cross-examine", "--timeout SECONDS", "ratecert[smt]", "proves nothing"):
        assert part in outcome.out
