"""Is a claim proved? Recalled from the cache of earlier runs, or proved and replayed now."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .. import IMPORTED_AT
from ..proofs.language.replaying import Digests, replay_elsewhere
from ..proofs.language.theory import Claimed, Theory
from ..proofs.models import Report as ModelReport
from ..proofs.record.cache import Cache, Recalled
from ..proofs.record.foundation import foundation
from .memory import uncollected
from .output import progress


@dataclass(frozen=True)
class Outcome:
    """What is reported of a claim: proved in this run, or recalled."""

    verdict: str
    seconds: float
    reason: str = ""
    assumptions: tuple[str, ...] = ()
    axioms: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    oracles: tuple[str, ...] = ()
    recalled: bool = False


@dataclass(frozen=True)
class Known:
    """What this run knows, by itself or recalled from the cache."""

    claims: dict[Claimed, Recalled]
    models: dict[Theory, ModelReport]
    outcomes: dict[Claimed, Outcome] = field(default_factory=dict)

    def outcome(self, claim: Claimed) -> Outcome:
        if claim not in self.outcomes:
            self.outcomes[claim] = self._outcome(claim)
        return self.outcomes[claim]

    def _outcome(self, claim: Claimed) -> Outcome:
        if claim in self.claims:
            old = self.claims[claim]
            lists = (old.assumptions, old.axioms, old.definitions)
            return Outcome("proved", old.seconds, "", *lists, recalled=True)
        result = claim.check()
        if result.claim is None:
            return Outcome(result.verdict, result.seconds, result.reason)
        base = foundation(result.claim.theorem)
        lists = (base.assumptions, base.axioms, base.definitions)
        return Outcome(result.verdict, result.seconds, result.reason, *lists, base.oracles)

    def told(self, claim: Claimed) -> tuple[str, float, str]:
        found = self.outcome(claim)
        return found.verdict, found.seconds, found.reason

    def model(self, theory: Theory) -> ModelReport:
        return self.models.get(theory) or theory.consistency()


def prove(
    claims: list[Claimed], theories: list[Theory], cache: Cache | None, enough: int = 0
) -> Known:
    """Prove and replay what is not recalled from the ``cache`` (None: everything).

    ``enough``: after so many claims that fail by themselves, no more are tried (0: all are).
    """
    wanted, models, failed = claims, theories, 0
    if cache is not None:
        cache.recall(claims, theories)
        wanted = cache.unproved(claims)
        cache.revive(wanted)
        models = [theory for theory in theories if theory not in cache.models]
    for number, claim in enumerate(wanted, 1):
        progress(f"proving {claim.label} ({number}/{len(wanted)})")
        result = claim.check()
        failed += result.claim is None and result.rests_on is None
        if 0 < enough <= failed:
            break
    for theory in models:
        progress(f"evaluating the axioms of {theory.name} in its model")
        theory.consistency()
    if cache is not None:
        wanted = cache.unproved(claims)
    replayed: list[tuple[bytes, Digests]] = []
    if wanted or models:
        progress("replaying with the kernel alone")
        proved = [c for c in wanted if c.result and c.result.verdict == "proved"]
        replay_elsewhere(proved, models, replayed)
    if cache is None:
        return Known({}, {})
    cache.keep(wanted, models, replayed)
    if cache.trouble:
        print(f"ratecert: no cache: {cache.trouble}", file=sys.stderr)
    return Known(cache.claims, cache.models)


# --- claims alone -----------------------------------------------------------------------------

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
