"""A theory's document with all that is known beside its proofs: numbers, lock, results."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from ..proofs.language.loader import LoadError, load
from ..proofs.language.theory import Theory
from ..proofs.render.assemble import document
from ..proofs.render.document import Document
from ..proofs.render.numbers import numbers
from .output import progress


def one_theory(name: str) -> Theory:
    """The theory named; raises ``LoadError`` if a file defines several, or there is none."""
    found = load(name)
    if len(found) != 1:
        listed = ", ".join(theory.name for theory in found)
        raise LoadError(f"{name}: more than one theory is defined there: {listed}")
    return found[0]


def gathered(theory: Theory, lock: Path, campaign: dict[str, Any] | None = None) -> Document:
    """The document of ``theory``; ``campaign``: what ``campaign status --format json`` prints.

    Everything is proved in this process first. What is not proved has no numbers.
    """
    count = len(theory.claims)
    for number, claim in enumerate(theory.claims.values(), 1):
        progress(f"proving {claim.label} ({number}/{count})")
        claim.check()
    progress("evaluating constants and instances")
    beneath = [c for c in theory.earlier(None) if c.theory is not theory]
    return document(
        theory,
        lock=sha256(lock.read_bytes()).hexdigest() if lock.is_file() else "",
        results=None if campaign is None else {"campaign": campaign},
        numbers=numbers(theory, beneath),
    )
