"""``ratecert constants``: the ledger as text and as data."""

from __future__ import annotations

from fractions import Fraction

import pytest

CANONICAL = ("constants", "adamw.rate", "--instance", "canonical")


def test_the_canonical_instance(run):
    outcome = run(*CANONICAL, "--format", "json")
    assert (outcome.code, outcome.err) == (0, "")
    told = outcome.json
    assert (told["id"], told["instance"]) == ("adamw.rate", "adamw.rate.canonical")
    assert told["at"] == {
        "d": "1000", "K": "100000", "L": "1", "Delta": "10", "sigma_s": "1", "xmax": "0",
    }  # fmt: skip
    assert told["bound"] == "26.3731474102"
    assert told["rests_on"] == ["A0", "A1", "A2", "A3", "deterministic-start"]
    first, second = told["coefficients"]
    assert (first["name"], first["closed_form"], first["value"]) == (
        "C_1", "√(C_P·√(c_ε + 1))", "5.41149436362",
    )  # fmt: skip
    assert (second["name"], second["value"]) == ("C_2", "29.2842712475")
    assert first["exponents"] == {
        "C_P": "1/2", "K": "-1/4", "L": "1/4", "d": "1/2", "h": "1/2", "Δ": "1/4",
    }  # fmt: skip
    assert first["in_instance"] == "√((√(2)/2 + 20)·√(2))"

    constants = {c["name"]: c for c in told["constants"]}
    assert constants["r"]["closed_form"] == "c_η/(c_θ·√(c_ε))" and constants["r"]["relation"] == "="
    assert constants["C_P"]["relation"] == ">=" and constants["C_P"]["value"] == "20.7071067812"
    assert constants["ρ"]["introduced"]["claim"] == "adamw.L3.coordinate"
    assert constants["ρ"]["rests_on"] == []  # a scalar lemma
    assert constants["c_η"]["elasticity"] == "-0.260999022315"

    (made_of,) = told["compositions"]
    values = [part["value"] for part in made_of["parts"]]
    assert sorted(values) == ["0.707106781187", "4", "7.8408", "8"]
    assert {g["claim"] for p in made_of["parts"] for g in p["carried_by"]} >= {
        "adamw.L3.total", "adamw.L4.first", "adamw.L4",
    }  # fmt: skip

    lemmas = {(e["claim"], e["number"]): e for e in told["lemmas"]}
    entry = lemmas["adamw.L4.first", 0]
    assert (entry["constant"], entry["of"], entry["used_by"]) == ("2", "Δ·L·θ²", ["adamw.L4"])
    assert entry["elasticity"] == "0.171320918517" and not entry["partial"]
    assert entry["introduced"]["chain"] > 0 and entry["introduced"]["reason"]
    assert lemmas["adamw.L7.root", 0]["elasticity"] is None
    assert "induction" in lemmas["adamw.L7.root", 0]["reason"]


def test_text(run):
    outcome = run(*CANONICAL, "--K", "1e16")
    assert (outcome.code, outcome.err) == (0, "")
    assert "C_P = 20.7071067812 in parts (adamw.P" in outcome.out
    assert "7.9999994940" in outcome.out  # 8 theta^2, with theta close to 1
    assert "adamw.L3.coordinate (2), line 1; in 13 claims" in outcome.out
    assert "have no price: see --format json" in outcome.out


def test_without_an_instance(run):
    outcome = run("constants", "adamw.rate")
    assert outcome.code == 0
    assert "No numbers: the parameters are free; fix them with --instance canonical" in outcome.out
    outcome = run("constants", "adamw.L1.sharp")
    assert outcome.code == 0
    assert "C = 4/3   of   v[k, i]" in outcome.out and "rests on no axiom" in outcome.out
    outcome = run("constants", "norms.N1.upper", "--format", "json")
    assert outcome.code == 0 and outcome.json["bound"] is None


def test_sgd_has_nothing_free(run):
    outcome = run("constants", "sgd.rate", "--format", "json")
    assert outcome.code == 0
    assert [c["value"] for c in outcome.json["coefficients"]] == ["1.189207115", "1.41421356237"]
    shares = [float(c["elasticity"]) for c in outcome.json["coefficients"]]
    assert abs(sum(shares) - 1) < 1e-11


def test_the_best_instance(run):
    best, other = (
        run("constants", "adam.rate", "--instance", name, "--format", "json")
        for name in ("best", "weighted")
    )
    assert (best.code, other.code) == (0, 0)
    assert best.json["instance"].startswith("adam.rate.")
    assert Fraction(best.json["bound"]) <= Fraction(other.json["bound"])
    (made_of,) = other.json["compositions"]
    assert made_of["value"] == "3.0625"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("adamw.rat",), "nearest: rate"),
        (("adamw.v",), "adamw.v is about a sign: it has no constants"),
        (("adamw.L4.coordinate",), "is no inequality"),
        (("adamw.rate", "--instance", "tund"), "nearest: tuned"),
        (("adamw.rate", "--instance", "tuned", "--K", "0"), "it needs 1 ≤ K"),
        (("adamw.rate", "--instance", "tuned", "--sigma", "-1"), "it needs 0 ≤ σ_s"),
        (("adamw.rate", "--instance", "tuned", "--sigma", "nan"), "nan is no number"),
        (("adamw.rate", "--instance", "tuned", "--K", "1.5"), "1.5 is no integer"),
        (("adamw.rate", "--instance", "tuned", "--d", "many"), "'many' is no number"),
    ],
)
def test_bad_input(run, args, told):
    outcome = run("constants", *args)
    assert outcome.code == 2 and outcome.out == ""
    assert told in outcome.err


def test_a_claim_that_is_not_proved_is_a_finding(run, tmp_path):
    file = tmp_path / "wrong.py"
    file.write_text(
        "from ratecert.proofs.language import *\n"
        "wrong = Theory('wrong')\n"
        "u, v = wrong.constants('u v')\n"
        "@wrong.lemma('l', title='l', claim=(u, '<=', 2 * v))\n"
        "def l(p):\n"
        "    return p.have((u, '<=', 2 * v), by.algebra())\n"
    )
    outcome = run("constants", f"{file}:l")
    assert outcome.code == 1 and "wrong.l is refuted" in outcome.err
