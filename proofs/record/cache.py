"""Recalling what earlier runs proved, and keeping what this one does.

A record says: under this key (``keys``: all that the verdict depends on) the claim was proved, and
its trace was replayed in a fresh process to these bytes. Only that is kept, and that a theory's
model holds; what is refuted, undecided or wrong is tried again each time. The trace is kept beside
the record. A proof that uses a claim recalled needs its theorem, which nobody but the kernel can
make: then the trace is replayed here, or, if that fails, the claim is proved again. So what is
proved anew never rests on a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..kernel.claims import Claim
from ..kernel.errors import KernelError
from ..kernel.trace import replay
from ..language.symbols import DoorError
from ..language.theory import Claimed, Result, Theory
from ..models import AxiomResult, Report
from .foundation import foundation
from .keys import Keys
from .sources import Sources, UntraceableError
from .store import Store, StoreError, default_directory
from .traces import pruned

Replayed = tuple[bytes, dict[tuple[str, str], str]]
"""A trace that a fresh process replayed, and the digest of each claim by theory and id."""
SLACK = 50_000_000
"""Nanoseconds by which a file system's clock may lag behind ours."""


@dataclass(frozen=True)
class Recalled:
    """What a record says of a claim."""

    sha256: str
    seconds: float
    assumptions: tuple[str, ...]
    axioms: tuple[str, ...]
    definitions: tuple[str, ...]
    trace: str

    @classmethod
    def read(cls, value: dict[str, Any]) -> Recalled | None:
        """From a record; None if it does not look like one."""
        texts = [value.get(name) for name in ("assumptions", "axioms", "definitions")]
        good = all(isinstance(t, list) and all(isinstance(x, str) for x in t) for t in texts)
        seconds, digests = value.get("seconds"), [value.get("sha256"), value.get("trace")]
        if not good or not isinstance(seconds, float) or not all(map(_is_digest, digests)):
            return None
        assumptions, axioms, definitions = (tuple(t or ()) for t in texts)
        return cls(str(digests[0]), seconds, assumptions, axioms, definitions, str(digests[1]))


class Cache:
    """The records that fit the theories as they are now; empty if anything is amiss.

    ``started``: the time (ns) before the authors' files were loaded, and ``imported`` that before
    ratecert's own were. A file changed since may not be the one that was loaded: nothing is
    recalled or kept then. ``trouble`` says why there can be no cache.
    """

    def __init__(
        self,
        theories: Sequence[Theory],
        started: int,
        imported: int,
        directory: Path | None = None,
    ) -> None:
        self.trouble = ""
        self.claims: dict[Claimed, Recalled] = {}
        self.models: dict[Theory, Report] = {}
        self.revived: set[Claimed] = set()
        self._store: Store | None = None
        try:
            self.sources = Sources()
            self.keys = Keys(self.sources, theories)
            self._store = Store(directory or default_directory())
            self._names = {c: self.keys.claim(c) for t in theories for c in t.claims.values()}
            self._models = {theory: self.keys.model(theory) for theory in theories}
            for since, others in ((imported, False), (started, True)):
                if self.sources.newest(theories_of_others=others) > since - SLACK:
                    self._store = None  # the next run will have it
        except (StoreError, UntraceableError, OSError, DoorError, KernelError) as error:
            self._store, self.trouble = None, str(error)

    # --- recalling ----------------------------------------------------------------------------

    def recall(self, claims: Iterable[Claimed], theories: Iterable[Theory]) -> None:
        """Look up claims (those not decided in this process) and models."""
        if self._store is None:
            return
        for claim in claims:
            name = self._names.get(claim)
            value = self._store.get(name) if name and claim.result is None else None
            found = Recalled.read(value) if value else None
            if found:
                self.claims[claim] = found
        for theory in theories:
            name = self._models.get(theory)
            value = self._store.get(name) if name else None
            report = _report(value, theory) if value else None
            if report:
                self.models[theory] = report

    def revive(self, wanted: Iterable[Claimed]) -> None:
        """Give ``wanted``, which are to be proved, the theorems of claims recalled that they reach.

        Each becomes a theorem by a replay in this process, and must be what is stated now.
        """
        needed = dict[Claimed, Recalled]()
        for claim in wanted:
            with suppress(Exception):  # what an author wrote may be wrong in any way
                for used in self.keys.reached(claim)[1]:
                    if used.result is None and used in self.claims:
                        needed[used] = self.claims[used]
        if self._store is None or not needed:
            return
        traces = dict[str, bytes]()
        for found in needed.values():
            data = self._store.get_blob(found.trace) if found.trace not in traces else None
            if data is not None:
                traces[found.trace] = data
        labels = {(c.theory.name, c.id): c for c in needed}
        roots = [(f.trace, *at) for at, c in labels.items() if (f := needed[c]).trace in traces]
        try:
            proved = replay(pruned(traces, roots)) if roots else []
        except (KernelError, ArithmeticError, LookupError, RuntimeError, TypeError, ValueError):
            return  # no trace of ours: all of it is proved again
        for theorem in proved:
            stated = labels.get((theorem.theorem.theory.name, theorem.id))
            if stated is not None and _is_stated(theorem, stated, needed[stated].sha256):
                stated.result = Result("proved", needed[stated].seconds, theorem)
                self.revived.add(stated)

    def unproved(self, claims: Iterable[Claimed]) -> list[Claimed]:
        """The claims to be proved, or proved, in this run; what is recalled of others still stands.

        One that was recalled may be among them, if a proof needed its theorem and there was none.
        """
        found = list[Claimed]()
        for claim in claims:
            if claim.result is not None and claim not in self.revived:
                self.claims.pop(claim, None)
            if claim not in self.claims:
                found.append(claim)
        return found

    # --- keeping ------------------------------------------------------------------------------

    def keep(
        self, claims: Iterable[Claimed], theories: Iterable[Theory], replayed: Iterable[Replayed]
    ) -> None:
        """Record what was proved and replayed in this run, if the sources are still the same."""
        store = self._store
        if store is None or not self.sources.unchanged():
            return
        traces = [
            (data, store.put_blob(data) if digests else None, digests) for data, digests in replayed
        ]
        for claim in claims:
            result, name = claim.result, self._names.get(claim)
            if result is None or result.verdict != "proved" or result.claim is None or not name:
                continue
            proved = result.claim
            base = foundation(proved.theorem)
            at = (proved.theorem.theory.name, proved.id)
            trace = next((t for _, t, d in traces if t and d.get(at) == proved.sha256), None)
            if trace is None or base.oracles:
                continue
            record = {
                "sha256": proved.sha256, "seconds": float(result.seconds), "trace": trace,
                "assumptions": base.assumptions, "axioms": base.axioms,
                "definitions": base.definitions,
            }  # fmt: skip
            if not store.put(name, record):
                return  # a disk that takes one record no more takes the next one neither
        for theory in theories:
            report, name = theory.consistency(), self._models.get(theory)
            if name and report.verdict == "holds" and _were_replayed(report, traces):
                store.put(name, _record(report))
        if store.written:
            store.prune()


def _were_replayed(
    report: Report, traces: Sequence[tuple[bytes, str | None, dict[Any, str]]]
) -> bool:
    """Did the theorems a model rests on come back from a replay?"""
    return all(
        any(d.get((c.theorem.theory.name, c.id)) == c.sha256 for _, _, d in traces)
        for c in report.claims
    )


def _is_stated(proved: Claim, claim: Claimed, digest: str) -> bool:
    """Is it the claim, as it is stated now?"""
    theorem = proved.theorem
    return (
        proved.sha256 == digest
        and theorem.theory == claim.theory.kernel()
        and theorem.conclusion == claim.statement()
        and theorem.hypotheses == frozenset(claim.hypotheses())
    )


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


# --- models -----------------------------------------------------------------------------------


def _record(report: Report) -> dict[str, Any]:
    return {
        "detail": report.detail,
        "sizes": dict(report.sizes),
        "scenarios": report.scenarios,
        "axioms": [[a.name, a.how] for a in report.axioms],
        "definitions": report.definitions,
        "hypotheses": list(report.hypotheses),
    }


def _report(value: dict[str, Any], theory: Theory) -> Report | None:
    """The report of a record, of a model that holds."""
    try:
        axioms = tuple(AxiomResult(str(n), "holds", str(how)) for n, how in value["axioms"])
        report = Report(
            "holds",
            str(value["detail"]),
            {str(name): int(size) for name, size in value["sizes"].items()},
            int(value["scenarios"]),
            axioms,
            int(value["definitions"]),
            tuple(str(name) for name in value["hypotheses"]),
        )
    except (LookupError, TypeError, ValueError, AttributeError):
        return None
    named = {a.name for a in theory.kernel().axioms}
    return report if {a.name for a in axioms} == named else None
