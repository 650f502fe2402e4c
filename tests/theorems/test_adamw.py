"""AdamW's claims are proved, from what the blueprint says they need and nothing else."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ratecert.optimizers.recursions import NADAMW
from ratecert.proofs.kernel.terms import App, Ix, Pow, Rel, Var, coord, subterms
from ratecert.proofs.language.trust import foundation
from ratecert.proofs.models.numbers import shown
from ratecert.proofs.theorems.adamw import adamw
from ratecert.proofs.theorems.adamw.descent import descent_term, descent_without_decay, rho
from ratecert.proofs.theorems.adamw.instances import rate_canonical
from ratecert.proofs.theorems.adamw.setting import lam


def names(text: str) -> list[str]:
    return text.split()


NOTHING = names("""
    v L1.momentum L1 L1.double L1.unrolled L1.factor L1.sharp floor positive predicted
    predicted.positive L1.root L1.root.sharp L2.step mixture.floor mixture L7.root L8.tangent
    L3.coordinate
    gradient-gap L4.young chosen.scale chosen.step chosen.curvature chosen.drift chosen.noise
    assembly chosen.kept chosen.errors chosen.s chosen.eta chosen.eps chosen.theta chosen.root
    chosen.C
    chosen.below chosen.beta L9.weight root.split rate.terms rate.roots canonical.weight
    canonical.constant canonical.bracket canonical.h canonical.noise canonical.s
""")
"""What rests on no axiom but the assumptions below."""

INTEGRABLE_ONLY = names("L0.v L0.m L0.n L0.D P.sign Q.sign S.sign L9")
"""What rests on FIN, and not on the start being deterministic."""

START_ONLY = names("""
    predicted.floor predicted.root norm L2 L2.sharp L2.decay L2.square norm.sign decay L3 L3.adam L6
""")
"""What rests on the start being deterministic (by the level of x), and not on FIN."""

BOTH = names("""
    L0.tD conditional conditional.v L7.tangent L7.increment L7 L7.mean L7.predicted T L7.T L7.sum
    L7.total L8.coordinate L8 L6.sum L3.expected L3.total noise L4.coordinate L4.first L4.step L4 L5
    errors balance P S rate rate.sigma rate.canonical
""")

ASSUMES: dict[str, set[str]] = {
    **{name: {"A1"} for name in ("L3", "L3.adam", "L3.expected")},
    **{name: {"A0", "A1"} for name in ("L3.total", "gradient-gap")},
    **{name: {"A2", "A3"} for name in
       names("conditional conditional.v L7.tangent L7 L7.mean L7.predicted L7.sum L7.total "
       "L8.coordinate "
       "L8 L5")},
    "noise": {"A3"},
    "L4.coordinate": {"A2"},
    "L4.step": {"A1", "A2", "A3"},
    **{name: {"A0", "A1", "A2", "A3"} for name in
       names("L4.first L4 errors balance P S rate rate.sigma rate.canonical")},
}  # fmt: skip
"""The assumptions a claim rests on; none, if it is not listed."""

AXIOMS: dict[str, set[str]] = {
    **{name: set() for name in NOTHING},
    **{name: {"FIN"} for name in INTEGRABLE_ONLY},
    **{name: {"deterministic-start"} for name in START_ONLY},
    **{name: {"FIN", "deterministic-start"} for name in BOTH},
}

UNUSED = {
    # by which what stands in the statement is in order: definedness, not the proof, needs them
    "L0.D": {"0 ≤ β", "β ≤ 1", "0 < ε"},
    "L0.tD": {"0 ≤ β", "β ≤ 1", "0 < ε"},
    "chosen.errors": {"0 ≤ θ", "0 ≤ t"},
    # stated because the lemma it comes with states it
    "chosen.below": {"1 ≤ d"},
    "chosen.kept": {"0 < c_η"},
    "chosen.C": None,  # all hyperparameters; some of them make C_P positive
}
"""Hypotheses that a claim states and its proof does not use. What is to go from here is welcome."""


def test_every_claim_is_listed_here() -> None:
    assert set(adamw.claims) == set(AXIOMS)
    assert set(ASSUMES) | set(UNUSED) <= set(AXIOMS)


@pytest.mark.parametrize("name", AXIOMS)
def test_proved_from_what_it_needs(name: str) -> None:
    result = adamw.claims[name].check()
    assert result.verdict == "proved", result.reason
    assert result.claim is not None
    assert result.proof is not None
    base = foundation(result.claim.theorem)
    assert set(base.assumptions) == ASSUMES.get(name, set())
    assert set(base.axioms) == AXIOMS[name]
    assert not base.oracles
    assert not base.random_hypotheses or name in RANDOM
    allowed = UNUSED.get(name, set())
    unused = {result.proof.show(h) for h in result.unused}
    assert allowed is None or unused <= allowed


RANDOM = {"L2.step", "L3.coordinate", "L7.root", "L8.tangent", "mixture", "mixture.floor"}
"""Lemmas about all random variables: their own hypotheses may depend on the outcome."""


@pytest.mark.parametrize("name", ["rate", "rate.sigma", "rate.canonical"])
def test_what_the_theorems_rest_on(name: str) -> None:
    """The four assumptions, integrability and the start: nothing else, and nothing random."""
    claim = adamw.claims[name].check().claim
    assert claim is not None
    base = foundation(claim.theorem)
    assert set(base.assumptions) == {"A0", "A1", "A2", "A3"}
    assert set(base.axioms) == {"FIN", "deterministic-start"}
    assert not base.oracles
    assert not base.random_hypotheses
    assert claim.theorem.constancy is not None


def _canonical_bound(h: int) -> str:
    """The right side of rate.canonical in the shipped model: 2 C_1 h^{1/2} + 2 C_2."""
    report, goal = adamw.consistency(), rate_canonical.statement()
    assert report.model is not None
    assert report.translation is not None
    assert isinstance(goal, Rel)
    model = report.model.at({Var("h", "det"): Fraction(h)})
    values = model.value(report.translation.node(goal.right), {})
    low, high = values[0]
    assert float(high) - float(low) < 1e-9, shown(values[0])
    return str(float(low))


def test_closed_forms_of_the_canonical_constants() -> None:
    """C_P = 20 + 2^{1/2}/2, C_1^2 = C_2 = 2^{1/2} C_P, from the kernel's statement."""
    two_C2, both = float(_canonical_bound(0)), float(_canonical_bound(1))
    C_P = 20 + 2**0.5 / 2
    assert two_C2 / 2 == pytest.approx(29.28427125, abs=1e-8)
    assert two_C2 / 2 == pytest.approx(2**0.5 * C_P, rel=1e-12)
    assert (both - two_C2) / 2 == pytest.approx(5.41149436, abs=1e-8)
    assert (both - two_C2) / 2 == pytest.approx((C_P * 2**0.5) ** 0.5, rel=1e-9)


def test_L3_without_decay_is_L3_at_lam_0_and_rho_0() -> None:
    body = descent_without_decay.claim[2].args[0]  # type: ignore[index]
    assert (descent_term.subs(lam, 0).subs(rho, 0) - body.subs(lam, 0)).expand() == 0


def test_the_recursion_is_the_one_that_runs() -> None:
    """The update of x in the theory is the declared one, at k and i."""
    definitions = adamw.kernel().definition_table
    assert [u.target for u in NADAMW.updates] == ["m", "v", "n", "D", "x"]
    k, i = Ix("k"), Ix("i")
    assert definitions["D"].left == App("D", (k, i))
    root = definitions["D"].right
    assert isinstance(root, Pow) and str(root.exponent) == "1/2"
    assert definitions["x"].left == coord(definitions["x"].left.args[0], i)  # type: ignore[arg-type]
    heads = {n.name for n, _ in subterms(definitions["x"].right) if isinstance(n, App)}
    assert heads == {"coord", "eta", "lam", "n", "D"}
