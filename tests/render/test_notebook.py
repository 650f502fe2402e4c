"""Jupyter's pictures of theories, claims, proofs, steps."""

from __future__ import annotations

from xml.etree import ElementTree

from pages import fates

from ratecert.proofs.language import Theory
from ratecert.proofs.theorems.sgd import expected_descent, sgd


def _whole(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{html.replace('<wbr>', '')}</div>")


def test_a_theory_is_shown_without_being_proved() -> None:
    theory: Theory = fates()
    before = theory._repr_mimebundle_()
    assert all(claim.result is None for claim in theory.claims.values())
    assert before["text/plain"].count("not checked yet") == 3
    for claim in theory.claims.values():
        claim.check()
    after = theory._repr_mimebundle_()
    for verdict in ("✓ proved", "✗ refuted", "? undecided"):
        assert verdict in after["text/plain"]
        assert verdict in after["text/html"]
    assert len(_whole(after["text/html"]).findall(".//tbody/tr")) == 3
    assert "<img" not in after["text/html"]


def test_a_claim_shows_its_statement_and_its_chains() -> None:
    result = expected_descent.check()
    assert result.proof is not None
    shown = expected_descent._repr_mimebundle_()
    assert shown["text/plain"].startswith("✓ sgd.expected-descent (lemma, proved)")
    lines = sum(len(chain) for chain in result.proof.chains)
    for part in (shown, result.proof._repr_mimebundle_()):
        assert part["text/plain"].count("    by ") == lines
        rows = _whole(part["text/html"]).findall(".//tbody/tr")
        assert len(rows) == lines + len(result.proof.chains)


def test_a_step_is_one_line() -> None:
    proof = sgd.claims["unbiased"].check().proof
    assert proof is not None
    shown = proof.chains[0][0]._repr_mimebundle_()
    assert shown["text/plain"].count("\n") == 1
    assert "by tower property" in shown["text/html"]


def test_a_session_shows_what_its_cells_end_with() -> None:
    """As Jupyter asks: with the types to include and to exclude."""
    unbiased = sgd.claims["unbiased"]
    proof = unbiased.check().proof
    assert proof is not None
    cells = (sgd, unbiased, proof, proof.chains[0][0])
    shown = [cell._repr_mimebundle_(include=None, exclude=None) for cell in cells]
    assert [set(bundle) for bundle in shown] == [{"text/plain", "text/html"}] * 4
    for bundle in shown:
        root = _whole(bundle["text/html"])
        assert root.findall(".//math")
        assert not root.findall(".//script")
        assert "object at 0x" not in bundle["text/plain"]
    assert "unbiased" in shown[0]["text/plain"]
    assert shown[1]["text/plain"].startswith("✓ sgd.unbiased")
