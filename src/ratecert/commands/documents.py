"""A theory's document with all that is known beside its proofs: tightness, constants, results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..proofs.constants.instance import BoundError
from ..proofs.constants.ledger import Ledger, LedgerError
from ..proofs.constants.limits import decimal, limit_of
from ..proofs.constants.origins import use_of_theorem
from ..proofs.kernel.errors import KernelError
from ..proofs.kernel.exact import evaluate
from ..proofs.kernel.terms import Term
from ..proofs.language import DoorError
from ..proofs.language.loader import LoadError, load
from ..proofs.language.theory import Claimed, Theory
from ..proofs.render.assemble import document
from ..proofs.render.document import (
    Coefficient,
    ConstantRow,
    Document,
    InstanceRow,
    Tightness,
)
from ..proofs.theorems import SHIPPED
from .output import progress

BITS = 128


def one_theory(name: str) -> Theory:
    """The theory named; raises ``LoadError`` if a file defines several, or there is none."""
    found = load(name)
    if len(found) != 1:
        listed = ", ".join(theory.name for theory in found)
        raise LoadError(f"{name}: more than one theory is defined there: {listed}")
    return found[0]


def gathered(theory: Theory, lock: Path, campaign: dict[str, Any] | None = None) -> Document:
    """The document of ``theory``; ``campaign``: what ``campaign status --format json`` prints.

    Everything is proved in this process first. What is not proved has no constants here.
    """
    count = len(theory.claims)
    for number, claim in enumerate(theory.claims.values(), 1):
        progress(f"proving {claim.label} ({number}/{count})")
        claim.check()
    progress("reading the constants")
    return document(
        theory,
        lock=sha256(lock.read_bytes()).hexdigest() if lock.is_file() else "",
        instances=[*_instances(theory)],
        constants=[*_constants(theory)],
        tightness=[*_tightness(theory)],
        results=None if campaign is None else {"campaign": campaign},
    )


def _proved(theory: Theory, *kinds: str) -> list[Claimed]:
    return [c for c in theory.claims.values() if c.kind in kinds and c.check().claim is not None]


def _tightness(theory: Theory) -> Iterator[Tightness]:
    """The best exact instance of every claim that has one."""
    if theory.name not in SHIPPED:
        return
    from ..proofs.constants.equality import INSTANCES  # loads every shipped theory

    known = {i.claim for i in INSTANCES}
    for claim in theory.earlier(None):
        if claim in known and claim.check().claim is not None:
            progress(f"evaluating instances of {claim.label}")
            best = limit_of(claim, INSTANCES).best
            if best is not None:
                case = best.instance.case
                near = best.instance.limit
                shown = decimal(best.ratio)
                said = f"{case} ({near})" if near else case
                yield Tightness(claim.label, float(best.ratio[0]), shown, said)


def _constants(theory: Theory) -> Iterator[ConstantRow]:
    """The named constants of the theorems, from where they come to where they go."""
    for claim in _proved(theory, "theorem"):
        with suppress(LedgerError):
            for row in Ledger(claim).named():
                yield ConstantRow(
                    claim.label, row.symbol.name, row.relation, row.closed, row.born.claim.label,
                    tuple(c.label for c in row.enters),
                )  # fmt: skip


def _instances(theory: Theory) -> Iterator[InstanceRow]:
    """The numbers that instances put into a theorem, and the constants they give."""
    for claim in _proved(theory, "instance"):
        with suppress(LedgerError, BoundError):
            given = tuple(
                Coefficient(c.name, c.closed, _value(c.closed), c.data)
                for c in Ledger(claim).coefficients()
            )
            yield InstanceRow(
                claim.label, claim.title, tuple(_numbers(claim)), given, claim.check().verdict
            )


def _numbers(claim: Claimed) -> Iterator[tuple[str, Term]]:
    """The values of the constants of the theorem that the instance uses."""
    found = use_of_theorem(claim)
    if found is None:
        return
    user, use = found
    proof = user.check().proof
    for symbol in use.claimed.for_constants:
        if proof is not None and symbol.name in use.values:
            with suppress(DoorError):
                term = proof.scope.term(use.values[symbol.name])
                if _value(term):
                    yield symbol.name, term


def _value(closed: Term) -> str:
    """A closed form as a decimal, rounded down; empty if it is no number."""
    with suppress(KernelError, ArithmeticError, KeyError):
        return decimal(evaluate(closed, {}, BITS))
    return ""
