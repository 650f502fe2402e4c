"""docs/mathematics.md and docs/claims.md speak of claims that exist, where they are."""

from __future__ import annotations

import re
from pathlib import Path

from ratecert.proofs.language.loader import load, statement
from ratecert.proofs.theorems import SHIPPED, index

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/mathematics.md").read_text("utf-8")
LABELS = [
    label for label in re.findall(r"`([a-z_]+\.[\w.-]+)`", PAGE) if label.split(".")[0] in SHIPPED
]


def test_every_label_is_a_claim() -> None:
    assert len(set(LABELS)) >= 40
    for label in LABELS:
        statement(label)


def test_every_theorem_and_numbered_lemma_is_told() -> None:
    """Theorems of all theories, and N1, N2, L1 to L9; instances have a table of their own."""
    wanted = {
        claimed.label
        for name in SHIPPED
        for theory in load(name)
        for claimed in theory.claims.values()
        if re.fullmatch(r"[LN]\d", claimed.id)
        or (claimed.kind == "theorem" and claimed.id in ("rate", "N1", "N2", "N2.ratio"))
    }
    assert len(wanted) >= 13
    assert wanted <= set(LABELS)


def test_modules_named_hold_the_claims_around_them() -> None:
    """A paragraph that links a module and names claims names some that are proved there."""
    for paragraph in PAGE.split("\n\n"):
        modules = set(re.findall(r"\]\(\.\./(proofs/theorems/[\w/]+\.py)\)", paragraph))
        labels = [label for label in LABELS if f"`{label}`" in paragraph]
        if modules and labels:
            homes = {index.module_path(statement(label)) for label in labels}
            assert modules & homes, paragraph


def test_the_index_is_the_one_printed() -> None:
    text = (ROOT / "docs/claims.md").read_text("utf-8")
    assert text.endswith("\n".join(index.lines()) + "\n")
    for claimed in load("adamw")[0].claims.values():
        assert (ROOT / index.module_path(claimed)).is_file()
