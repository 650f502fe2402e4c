"""Adam's and NAdam's rate for every beta: proved, and without what only weight decay needs."""

from __future__ import annotations

import pytest

from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.terms import App, Node, Rel, subterms
from ratecert.proofs.language import Theory
from ratecert.proofs.record.foundation import Foundation, foundation
from ratecert.proofs.theorems.adam import adam, bracket, hyperparameters, paid
from ratecert.proofs.theorems.adamw import adamw
from ratecert.proofs.theorems.adamw.descent import rho
from ratecert.proofs.theorems.adamw.parameters import bracket as general_bracket
from ratecert.proofs.theorems.adamw.parameters import constant
from ratecert.proofs.theorems.adamw.parameters import paid as general_paid


def names(text: str) -> list[str]:
    return text.split()


ALGEBRA = names("""
    canonical.weight canonical.constant canonical.bracket tuned.weight tuned.constant tuned.bracket
    weighted.weight weighted.constant weighted.bracket weighted.mixed.weight weighted.mixed.constant
    searched.weight searched.constant searched.bracket searched.mixed.weight
    searched.mixed.constant searched.mixed.bracket
""")
RATES = names("""
    rate rate.joint rate.sigma rate.canonical rate.tuned rate.weighted rate.weighted.mixed
    rate.searched rate.searched.mixed
""")
AS_ADAMW = names("L3.expected L3.total L6 L6.sum Q.sign")
"""Claims that ``adamw`` has under the same name, with weight decay."""


def test_every_claim_is_listed_here() -> None:
    assert set(adam.claims) == {*AS_ADAMW, "P", *RATES, *ALGEBRA}


def proved(theory: Theory, name: str) -> Foundation:
    """What a claim rests on; it is proved, and states nothing its proof does not use."""
    result = theory.claims[name].check()
    assert result.verdict == "proved", result.reason
    assert result.claim is not None
    assert not result.unused
    return foundation(result.claim.theorem)


@pytest.mark.parametrize("name", [*AS_ADAMW, "P", *RATES, *ALGEBRA])
def test_proved_from_what_it_needs(name: str) -> None:
    base = proved(adam, name)
    with_decay = proved(adamw, name) if name in AS_ADAMW else None
    allowed = with_decay.axioms if with_decay else proved(adamw, "rate").axioms
    assert set(base.axioms) <= set(allowed)
    assert not base.oracles
    assert not base.random_hypotheses
    if with_decay:
        assert set(base.assumptions) == set(with_decay.assumptions)
    else:
        algebra = name in ALGEBRA
        assert set(base.assumptions) == (set() if algebra else {"A0", "A1", "A2", "A3"})


@pytest.mark.parametrize("name", RATES)
def test_beta_is_any_number_from_0_to_1(name: str) -> None:
    """The only hypotheses on beta are 0 <= beta and beta <= 1; no weight decay, no R, no X."""
    claimed = adam.claims[name]
    stated = claimed.hypotheses()
    about_beta = [h for h in stated if "beta" in symbols(h)]
    assert all(isinstance(h, Rel) and symbols(h) == {"beta"} for h in about_beta)
    assert len(about_beta) == 2
    assert not {"lam", "xmax"} & {n for h in (*stated, claimed.statement()) for n in symbols(h)}
    assert not {"R", "X", "a", "rho"} & {str(v) for v in claimed.for_constants}


@pytest.mark.parametrize("name", RATES)
def test_L1_and_L2_are_not_beneath_it(name: str) -> None:
    """Nothing proved with theta <= beta is used: no L1, no L2."""
    ahead = [adam.claims[name].theorem()]
    beneath: dict[int, Theorem] = {}
    while ahead:
        theorem = ahead.pop()
        if id(theorem) not in beneath:
            beneath[id(theorem)] = theorem
            ahead.extend(theorem.premises)
    conclusions = {t.conclusion for t in beneath.values()}
    assert adamw.claims["L9"].statement() in conclusions
    for lemma in ("L1.momentum", "L1", "L1.double", "L2", "L2.square", "L3", "decay"):
        assert adamw.claims[lemma].statement() not in conclusions, lemma


def symbols(node: Node) -> set[str]:
    return {n.name for n, _ in subterms(node) if isinstance(n, App)}


def test_the_same_formulas_at_rho_0() -> None:
    """(B) and what is paid are AdamW's at rho = 0; C_P loses the weight decay."""
    assert (general_bracket.subs(rho, 0) - bracket).equals(0)
    assert (general_paid.subs(rho, 0) - paid).equals(0)
    assert (0, "<=", bracket) in hyperparameters
    no_decay = constant(paid * 0).subs({"a": 0}).subs(rho, 0)
    assert (no_decay - paid).equals(0)
