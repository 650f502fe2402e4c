"""NAdamW's rate is AdamW's at mu = theta, from the same assumptions."""

from __future__ import annotations

import pytest

from ratecert.proofs.kernel.terms import App, Rel, subterms
from ratecert.proofs.record.foundation import foundation
from ratecert.proofs.theorems.adamw import adamw
from ratecert.proofs.theorems.nadamw import nadamw

NAMES = [
    "rate", "rate.sigma", "rate.refined", "rate.joint", "rate.canonical", "rate.tuned",
    "rate.weighted", "rate.searched",
]  # fmt: skip
GENERAL = {"rate.weighted": "rate.weighted.mixed", "rate.searched": "rate.searched.mixed"}
"""Which claim of ``adamw`` is taken at mu = theta, where it is not the one of the same name."""


def test_every_claim_is_listed_here() -> None:
    assert list(nadamw.claims) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_proved_from_the_same_assumptions(name: str) -> None:
    result = nadamw.claims[name].check()
    assert result.verdict == "proved", result.reason
    assert result.claim is not None
    base = foundation(result.claim.theorem)
    assert set(base.assumptions) == {"A0", "A1", "A2", "A3"}
    assert set(base.axioms) == {"deterministic-start"}
    assert not base.oracles
    assert not base.random_hypotheses
    assert not result.unused


@pytest.mark.parametrize("name", NAMES)
def test_the_same_bound_and_no_mu(name: str) -> None:
    claimed = nadamw.claims[name]
    ours, general = claimed.statement(), adamw.claims[GENERAL.get(name, name)].statement()
    assert isinstance(ours, Rel)
    assert isinstance(general, Rel)
    assert ours.right == general.right
    formulas = (ours, *claimed.hypotheses())
    assert "mu" not in {n.name for f in formulas for n, _ in subterms(f) if isinstance(n, App)}
    assert len(claimed.given) < len(adamw.claims[GENERAL.get(name, name)].given)
