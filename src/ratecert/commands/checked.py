"""Is a claim proved? Recalled from the cache of earlier runs, or proved and replayed now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .. import IMPORTED_AT
from ..proofs.language.theory import Claimed
from ..proofs.record.cache import Cache
from .check import Outcome, prove
from .memory import uncollected
from .output import progress

Outcomes = Mapping[Claimed, Outcome]


def outcomes(claims: Iterable[Claimed], started: int, use_cache: bool = True) -> Outcomes:
    """What became of each claim, as ``ratecert check`` would report it.

    ``started``: the time (ns) before their theories were loaded. The models of theories are not
    evaluated here. As with ``check``, a verdict from the cache is a memory: ``Outcome.recalled``.
    """
    wanted = list(dict.fromkeys(claims))
    theories = list(dict.fromkeys(claim.theory for claim in wanted))
    try:
        with uncollected():
            known = prove(wanted, [], Cache(theories, started, IMPORTED_AT) if use_cache else None)
    finally:
        progress("")
    return {claim: known.outcome(claim) for claim in wanted}


def unproved(known: Outcomes) -> list[tuple[Claimed, Outcome]]:
    """The claims that are not proved."""
    return [(claim, outcome) for claim, outcome in known.items() if outcome.verdict != "proved"]
