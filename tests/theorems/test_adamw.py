"""The lemmas of AdamW that are there are proved, from what the blueprint says they need."""

from __future__ import annotations

import pytest

from ratecert.optimizers.recursions import NADAMW
from ratecert.proofs.kernel.terms import App, Ix, Pow, coord
from ratecert.proofs.language.trust import foundation
from ratecert.proofs.theorems.adamw import adamw

ASSUMES = {
    "v": set(),
    "L1.momentum": set(),
    "L1": set(),
    "L1.double": set(),
    "L1.factor": set(),
    "floor": set(),
    "L3.coordinate": set(),
    "L3": {"A1"},
    "L6": set(),
}


def test_every_claim_is_listed_here() -> None:
    assert set(adamw.claims) == set(ASSUMES)


@pytest.mark.parametrize("name", ASSUMES)
def test_proved_from_what_it_needs(name: str) -> None:
    result = adamw.claims[name].check()
    assert result.verdict == "proved", result.reason
    assert result.claim is not None
    base = foundation(result.claim.theorem)
    assert set(base.assumptions) == ASSUMES[name]
    assert "FIN" not in base.axioms
    assert not base.oracles
    assert not result.unused


def test_the_recursion_is_the_one_that_runs() -> None:
    """The update of x in the theory is the declared one, at k and i."""
    definitions = adamw.kernel().definition_table
    assert [u.target for u in NADAMW.updates] == ["m", "v", "n", "D", "x"]
    k, i = Ix("k"), Ix("i")
    assert definitions["D"].left == App("D", (k, i))
    root = definitions["D"].right
    assert isinstance(root, Pow) and str(root.exponent) == "1/2"
    assert definitions["x"].left == coord(definitions["x"].left.args[0], i)  # type: ignore[arg-type]
    heads = {n.name for n in _apps(definitions["x"].right)}
    assert heads == {"coord", "eta", "lam", "n", "D"}


def _apps(node):  # type: ignore[no-untyped-def]
    from ratecert.proofs.kernel.terms import subterms

    return [n for n, _ in subterms(node) if isinstance(n, App)]
