"""``ratecert limits``: what is proved beside what is attained."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ratecert.commands import limits
from ratecert.proofs.constants.equality import INSTANCES, adamw_world
from ratecert.proofs.language import Rational


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("RATECERT_CACHE", str(tmp_path_factory.getbasetemp() / "limits"))


def test_a_claim_with_an_instance(run):
    outcome = run("limits", "adamw.L1.sharp", "adamw.L1.factor", "--format", "json")
    assert (outcome.code, outcome.err) == (0, "")
    (theory,) = outcome.json["theories"]
    sharp, factor = theory["claims"]
    assert (sharp["id"], sharp["verdict"], sharp["tightness"]) == (
        "adamw.L1.sharp", "proved", "approached",
    )  # fmt: skip
    (constant,) = sharp["constants"]
    assert constant == {
        "proved": "4/3", "of": "v[k, i]", "at_least": "1.32159816909", "best_possible": False,
        "attacked": None,
    }  # fmt: skip
    (instance,) = sharp["instances"]
    assert instance["limit"] == "k -> infinity, then beta -> 1" and instance["scenarios"] == 256
    assert factor["ratio"].startswith("0.99999")


def test_a_theory(run):
    outcome = run("limits", "sgd")
    assert (outcome.code, outcome.err) == (0, "")
    assert "✓ proved     rate   2^(1/4), √(2)  -, 1.41421356237  1      K = 1" in outcome.out
    assert "sgd: no instance known\n  L0.gradient.size" in outcome.out
    assert "unbiased" not in outcome.out  # an equation


def test_a_claim_without_one(run):
    outcome = run("limits", "sgd.descent")
    assert outcome.code == 0
    assert "no instance known:\n  descent" in outcome.out
    outcome = run("limits", "sgd.descent", "--format", "json")
    (claim,) = outcome.json["theories"][0]["claims"]
    assert (claim["verdict"], claim["tightness"], claim["instances"]) == (
        None, "no instance known", [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("adamw.L1.shrp", "nearest: L1.sharp"),
        ("adamww", "did you mean adamw?"),
        ("adamw.v", "adamw.v is no inequality"),
        ("adamw.L4.coordinate", "no constant to be smaller"),
        ("nothing.py", "no such file"),
    ],
)
def test_what_has_no_limits(run, name, told):
    outcome = run("limits", name)
    assert outcome.code == 2 and outcome.out == ""
    assert told in outcome.err


def test_an_authors_own_lemma_is_listed(run, tmp_path):
    file = tmp_path / "young.py"
    file.write_text(
        "from ratecert.proofs.language import *\n"
        "young = Theory('young')\n"
        "a, b = symbols('a b')\n"
        "@young.lemma('l', title='l', for_all=(a, b), claim=(a * b, '<=', a**2 / 2 + b**2 / 2),\n"
        "             witness={a: 0, b: 0})\n"
        "def l(p):\n"
        "    return p.have((a * b, '<=', a**2 / 2 + b**2 / 2), by.algebra())\n"
    )
    outcome = run("limits", str(file), "--format", "json")
    (claim,) = outcome.json["theories"][0]["claims"]
    assert claim["id"] == "young.l" and claim["tightness"] == "no instance known"
    assert [c["proved"] for c in claim["constants"]] == ["1/2", "1/2"]


def test_a_wrong_instance_is_a_finding(run, monkeypatch):
    """beta = 0 < theta: L1 needs theta <= beta."""
    (good,) = (i for i in INSTANCES if i.claim.label == "adamw.L1")
    wrong = replace(good, tree=adamw_world(1, {"theta": Rational(1, 2)}))
    monkeypatch.setattr(limits, "INSTANCES", (wrong,))
    outcome = run("limits", "adamw.L1")
    assert outcome.code == 1
    assert "an instance is refused: adamw.L1: a hypothesis does not hold" in outcome.err
    outcome = run("limits", "adamw.L1", "--format", "json")
    assert outcome.code == 1 and len(outcome.json["refused"]) == 1
