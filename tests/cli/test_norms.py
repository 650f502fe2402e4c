"""The norm facts on the command line, as text and as JSON: Gamma and pi are shown as symbols."""

from __future__ import annotations


def test_check_json(run):
    outcome = run("check", "norms", "--format", "json")
    assert (outcome.code, outcome.err) == (0, "")
    (theory,) = outcome.json["theories"]
    assert theory["id"] == "norms"
    table = {s["id"]: s for s in theory["statements"]}
    assert {"N1", "N1.lower", "N1.upper", "N2"} <= set(table)
    assert {s["verdict"] for s in table.values()} == {"proved"}
    assert {a for s in table.values() for a in s["axioms"]} == {
        "gamma-log-convex", "gamma-positive", "gamma-recurrence",
        "gaussian-abs-mean", "gaussian-norm-mean", "pi-positive",
    }  # fmt: skip
    assert all(s["assumptions"] == s["oracles"] == [] for s in table.values())
    assert table["N2"]["hypotheses"] == ["1 ≤ d"]
    assert (theory["model"]["verdict"], theory["model"]["scenarios"]) == ("holds", 16)
    assert {a["verdict"] for a in theory["model"]["axioms"]} == {"holds"}


def test_check_text(run):
    outcome = run("check", "norms", "--lemma", "N1", "--lemma", "N2.phi.decreasing")
    assert outcome.code == 0
    assert "2 of 2 claims proved" in outcome.out
    assert "model: d = 2, 16 scenarios: 8 axioms and 3 definitions hold exactly" in outcome.out


def test_show(run):
    shown = run("show", "norms.N2.phi.upper").out
    assert "φ[n] ≤ √(1 + 1/n)" in shown
    assert "φ[n] = Γ(n/2)·√(n)/(Γ((n + 1)/2)·√(2))  for 1 ≤ n, n ≤ d+1" in shown
    assert "Γ: Euler's function" in shown
    assert "E[√(Σ_{i=1..d} g[i]²)]·√(2·d/π) ≤ E[Σ_{i=1..d} |g[i]|]" in run("show", "norms.N2").out
    shown = run("show", "norms.N1", "--format", "json").json
    assert shown["variables"] == ["random points x"]
    l1, l2 = "Σ_{i=1..d} |x_i|", "√(Σ_{i=1..d} x_i²)"
    assert shown["conclusion"] == f"max({l2} - ({l1}), {l1} - √(d)·{l2}) ≤ 0"


def test_trust(run):
    shown = run("trust", "norms.N2.phi.decreasing").out
    omitting = "E[√(Σ_{i=1..n+1} g[i]² - g[j]²)] = Γ((n + 1)/2)·√(2)/Γ(n/2)"
    assert f"gaussian-norm-mean.omitting {omitting}" in shown
    assert "gamma-recurrence     Γ(n/2 + 1) = n·Γ(n/2)/2  for 1 ≤ n, n ≤ d+2" in shown
    assert "Oracles: none" in shown
    data = run("trust", "norms.N2", "--format", "json").json
    assert data["model"]["hypotheses"] is True
    assert data["random_hypotheses"] == []


def test_an_equality_between_norms_of_a_random_point_is_flagged(run):
    """It is assumed at the outcome at hand, which is what the converse of N1 is about."""
    data = run("trust", "norms.N1.lower.equality", "--format", "json").json
    assert len(data["random_hypotheses"]) == 1


def test_explain(run):
    shown = run("explain", "norms.N2.phi.decreasing").out
    assert "x = (√(Σ_{j=1..n+1} g[j]² - g[i]²))_i, n = n + 1" in shown
    assert "CoordinateMap" not in shown
    assert "Σ_{i=1..n+1} |√(Σ_{j=1..n+1} g[j]² - g[i]²)|" in shown
    data = run("explain", "norms.N1", "--format", "json").json
    assert data["conclusion"].startswith("max(")
