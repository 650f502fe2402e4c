"""AdamW's claims are proved, from what the blueprint says they need and nothing else."""

from __future__ import annotations

import pytest

from ratecert.optimizers.recursions import NADAMW
from ratecert.proofs.kernel.terms import App, Ix, Pow, coord, subterms
from ratecert.proofs.record.foundation import foundation
from ratecert.proofs.theorems.adamw import adamw
from ratecert.proofs.theorems.adamw.descent import descent_term, descent_without_decay, rho
from ratecert.proofs.theorems.adamw.setting import lam


def names(text: str) -> list[str]:
    return text.split()


NOTHING = names("""
    v L1.momentum L1 L1.double L1.unrolled L1.factor L1.sharp L1.factor.step L1.factor.mixed
    L1.mixed floor positive predicted
    predicted.positive L1.root L1.root.sharp L1.root.mixed L2.step mixture.floor mixture L7.root
    L8.tangent L3.coordinate L0.gradient.size L0.objective.size
    gradient-gap L4.young chosen.scale chosen.step chosen.curvature chosen.drift chosen.noise
    assembly chosen.kept chosen.errors chosen.s chosen.eta chosen.eps chosen.theta chosen.root
    chosen.paid chosen.C q q.dominance squares balance L7.noise
    chosen.below chosen.beta L9.weight root.split rate.terms rate.roots
    rate.joint.sharper
    instance.h instance.noise instance.s
    canonical.weight canonical.constant canonical.bracket
    tuned.weight tuned.constant tuned.bracket
    weighted.weight weighted.constant weighted.bracket weighted.mixed.weight
    weighted.mixed.constant origin.constant
    searched.weight searched.constant searched.bracket searched.mixed.weight
    searched.mixed.constant searched.mixed.bracket
""")
"""What rests on no axiom but the assumptions below."""

START_ONLY = names("""
    predicted.floor predicted.root norm L2 L0.bounded L2.sharp L2.mixed L2.decay L2.growing
    L2.square norm.sign reach reach.sum reach.mean decay L3 L3.adam L6 L8.size
""")
"""What rests on the start being deterministic (by the level of x)."""

EXPECTED = names("""
    L0.state L0.x L0.m L0.G L0.g L0.v L0.n L0.D L0.tD L0.f L6.sum noise L7.increment T L7.T P.sign
    Q.sign S.sign L9 L3.expected L3.total conditional conditional.v L7.tangent L7 L7.mean
    L7.predicted L7.sum L7.total L8.coordinate L8 L4.coordinate L4.first L4.step L4 L5
    decay.coordinate decay.total errors balance.chosen P S
    rate rate.sigma rate.refined rate.joint rate.refined.joint
    rate.canonical rate.tuned rate.weighted rate.weighted.mixed rate.origin
    rate.searched rate.searched.mixed
""")
"""What speaks of expectations, and so rests on L0: on A1, A3 and the start."""

RATES = [name for name in EXPECTED if name.startswith("rate")]

ASSUMES: dict[str, set[str]] = {
    **{name: {"A1"} for name in ("L3", "L3.adam", "L0.gradient.size")},
    **{name: {"A0", "A1"} for name in ("gradient-gap", "L0.objective.size")},
    **{name: {"A1", "A3"} for name in EXPECTED},
    **{name: {"A0", "A1", "A3"} for name in names("L0.f L3.expected L3.total")},
    **{name: {"A1", "A2", "A3"} for name in
       names("conditional conditional.v L7.tangent L7 L7.mean L7.predicted L7.sum L7.total "
       "L8.coordinate L8 L4.coordinate L4.step L5 decay.coordinate decay.total S")},
    **{name: {"A0", "A1", "A2", "A3"} for name in
       names("L4.first L4 errors balance.chosen P") + RATES},
}  # fmt: skip
"""The assumptions a claim rests on; none, if it is not listed."""

AXIOMS: dict[str, set[str]] = {
    **{name: set() for name in NOTHING},
    **{name: {"deterministic-start"} for name in START_ONLY + EXPECTED},
}

UNUSED: dict[str, set[str]] = {
    # by which what stands in the statement is in order: definedness, not the proof, needs them
    "chosen.errors": {"0 ≤ θ", "0 ≤ t"},
    # stated because the lemma it comes with states it
    "chosen.below": {"1 ≤ d"},
    "chosen.kept": {"0 < c_η"},
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
    assert unused == allowed


RANDOM = {"L2.step", "L3.coordinate", "L7.root", "L8.tangent", "mixture", "mixture.floor"}
"""Lemmas about all random variables: their own hypotheses may depend on the outcome."""


@pytest.mark.parametrize("name", RATES)
def test_what_the_theorems_rest_on(name: str) -> None:
    """The four assumptions and the start: nothing else, and nothing random."""
    claim = adamw.claims[name].check().claim
    assert claim is not None
    base = foundation(claim.theorem)
    assert set(base.assumptions) == {"A0", "A1", "A2", "A3"}
    assert set(base.axioms) == {"deterministic-start"}
    assert not base.oracles
    assert not base.random_hypotheses
    assert claim.theorem.constancy is not None


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
