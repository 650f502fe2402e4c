"""The theories of one process: each loaded once, each claim proved and replayed once."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from .. import IMPORTED_AT
from ..commands.checked import Known, Outcome, prove
from ..commands.locked import compared, load_all, named
from ..commands.memory import uncollected
from ..proofs.language.loader import load
from ..proofs.language.theory import Claimed, Theory
from ..proofs.models import Report
from ..proofs.record.cache import Cache
from ..proofs.record.differences import Difference
from ..proofs.record.lockfile import read


class Library:
    """What is known of claims and models; nothing is said of one that was not settled.

    ``cached``: whether what earlier runs proved may be recalled, as by ``ratecert check``.
    """

    def __init__(self, cached: bool) -> None:
        self.cached = cached
        self._started = time.time_ns()
        self._loaded: dict[str, list[Theory]] = {}
        self._claims: dict[Claimed, Known] = {}
        self._models: dict[Theory, Known] = {}

    def load(self, name: str) -> list[Theory]:
        """The theories of a file, or the shipped one of that name; may raise ``LoadError``."""
        key = str(Path(name).resolve()) if name.endswith(".py") else name
        if key not in self._loaded:
            self._loaded[key] = load(name)
        return self._loaded[key]

    def settle(
        self, claims: Iterable[Claimed], models: Iterable[Theory] = (), enough: int = 0
    ) -> list[Claimed]:
        """Prove and replay what is not settled, all in one replay; evaluate the models.

        After ``enough`` claims that fail by themselves the rest stays unsettled (0: none does).
        Returns the claims that are settled now and were not.
        """
        wanted = [c for c in claims if c not in self._claims]
        theories = [t for t in models if t not in self._models]
        if not wanted and not theories:
            return []
        every = list(dict.fromkeys((*(c.theory for c in wanted), *theories)))
        with uncollected():
            cache = Cache(every, self._started, IMPORTED_AT) if self.cached else None
            known = prove(wanted, theories, cache, enough)
        tried = [c for c in wanted if c.result is not None or c in known.claims]
        self._claims |= dict.fromkeys(tried, known)
        self._models |= dict.fromkeys(theories, known)
        return tried

    def seconds(self, claim: Claimed) -> float:
        """What it took to prove a claim in this process."""
        known = self._claims.get(claim)
        return claim.result.seconds if known and claim.result and claim not in known.claims else 0.0

    def outcome(self, claim: Claimed) -> Outcome:
        """What became of a claim, proved and replayed at the latest now."""
        self.settle([claim])
        return self._claims[claim].outcome(claim)

    def model(self, theory: Theory) -> Report:
        """Whether the axioms hold in the theory's model; evaluated at the latest now."""
        self.settle([], [theory])
        return self._models[theory].model(theory)

    def against(self, lock: Path, names: Sequence[str] | None) -> list[Difference]:
        """How what is proved differs from a lock, as ``ratecert check --locked [NAMES]`` finds.

        May raise ``LockError`` and ``LoadError``. Needs theorems, so that nothing may be recalled.
        """
        locked = read(lock)
        loaded = load_all(names or named([], locked, lock), self.load)
        self.settle(claim for one in loaded for claim in one.claims)
        return compared(lock, locked, loaded)
