"""``ratecert check``: prove, replay, report."""

from __future__ import annotations

import argparse
import gc
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from .. import IMPORTED_AT
from ..cli import EXIT_FINDING, EXIT_NOTHING, EXIT_OK, EXIT_USAGE
from ..proofs.examination import Report, cross_examine, missing
from ..proofs.language import DoorError
from ..proofs.language.loader import MAX_LISTED, LoadError
from ..proofs.language.theory import Claimed, Result, Theory
from ..proofs.models import Report as ModelReport
from ..proofs.record import findings as F
from ..proofs.record.cache import Cache
from ..proofs.record.differences import Difference, advice
from ..proofs.record.formats import tell
from ..proofs.record.lockfile import LockError, read
from ..proofs.record.locking import Loaded
from ..proofs.record.options import FORMATS
from ..proofs.render.text import Printer
from .checked import Known, Outcome, prove
from .locked import compared, load_all, named
from .memory import uncollected
from .output import emit_json, indented, progress, table
from .told import COMMAND, not_loaded, told


def run(args: argparse.Namespace) -> int:
    """Check the theories named (all shipped ones by default)."""
    with uncollected(last=args.alone):
        return _run(args)


def _run(args: argparse.Namespace) -> int:
    absent = missing() if args.cross_examine else []
    if absent:
        print(
            f"ratecert: --cross-examine needs {' and '.join(absent)}, not installed here: "
            "pip install 'ratecert[smt]'",
            file=sys.stderr,
        )
        return EXIT_USAGE
    try:
        locked = read(Path(args.lock)) if args.locked else None
    except LockError as error:
        return _unusable(args, error)
    started = time.time_ns()
    wanted = named(args.theories, locked, Path(args.lock))
    try:
        loaded = load_all(wanted)
    except LoadError as error:
        failed = error
        tell(args, lambda: not_loaded(failed, wanted))
        raise
    theories = [one.theory for one in loaded]
    unknown = [i for i in args.lemma if not any(_chosen(t, [i]) for t in theories)]
    if unknown:
        ids = [c for t in theories for c in t.claims]
        near = [n for i in unknown for n in get_close_matches(i, ids, 3)]
        few = ids if len(ids) <= MAX_LISTED else near or [*ids[:MAX_LISTED], "..."]
        print(f"ratecert: no claim {', '.join(unknown)}; known: {', '.join(few)}", file=sys.stderr)
        return EXIT_USAGE
    chosen = [(theory, _chosen(theory, args.lemma)) for theory in theories]
    claims = [claim for _, picked in chosen for claim in picked]
    whole = args.no_cache or args.cross_examine or args.locked  # a lock is compared with theorems
    cache = None if whole else Cache(theories, started, IMPORTED_AT)
    known = prove(claims, theories, cache)
    if args.cross_examine:
        gc.enable()
    opinions = _second_opinions(claims, args.timeout) if args.cross_examine else None
    progress("")
    found = None
    if locked is not None:
        picked = [Loaded(o.name, o.theory, c) for o, (_, c) in zip(loaded, chosen, strict=True)]
        try:
            found = compared(Path(args.lock), locked, picked)
        except LockError as error:
            return _unusable(args, error)
    path = None if locked is None else Path(args.lock)
    tell(args, lambda: told(chosen, known.told, known.model, path, found or ()))
    if args.format == "json":
        emit_json(_report(chosen, known, opinions, found))
    elif args.format not in FORMATS:
        _text(chosen, known)
        if opinions is not None:
            print(_summary(opinions))
        if found is not None:
            print(_against(Path(args.lock), found))
    if not claims:
        print("ratecert: nothing was checked", file=sys.stderr)
        return EXIT_NOTHING
    proved = all(known.outcome(c).verdict == "proved" for c in claims)
    consistent = all(known.model(theory).verdict in ("holds", "none") for theory in theories)
    guarded = not any(d.fails for d in found or ())
    return EXIT_OK if proved and consistent and guarded else EXIT_FINDING


def _unusable(args: argparse.Namespace, error: LockError) -> int:
    """The lock cannot be read, or cannot be compared with what was loaded."""
    print(f"ratecert: {error}", file=sys.stderr)
    tell(args, lambda: F.unusable(COMMAND, args.lock, str(error), args.lock, 1))
    return EXIT_USAGE


def _against(path: Path, found: list[Difference]) -> str:
    """How what is proved differs from the lock."""
    shown = F.text(F.of_differences(found, path))
    if not shown:
        return f"as locked in {path}."
    return f"\ncompared with {path}:\n{shown}\n{advice(found, path)}"


def _report(
    chosen: list[tuple[Theory, list[Claimed]]], known: Known, opinions: Report | None,
    found: list[Difference] | None,
) -> dict[str, Any]:  # fmt: skip
    """All of it, for programs."""
    report: dict[str, Any] = {
        "schema": 1,
        "theories": [
            {
                "id": theory.name,
                "model": _model(known.model(theory), theory in known.models),
                "statements": [_statement(c, known.outcome(c)) for c in picked],
            }
            for theory, picked in chosen
        ],
    }
    if opinions is not None:
        report["cross_examination"] = _opinions(opinions)
    if found is not None:
        report["differences"] = [d.as_json() for d in found]
    return report


def _second_opinions(claims: list[Claimed], seconds: float) -> Report:
    """Ask z3 and cvc5; a claim that rests on a step they contradict becomes an error."""
    proved = {c.label: c for c in claims if c.result is not None and c.result.verdict == "proved"}
    theorems = {
        label: c.result.claim.theorem
        for label, c in proved.items()
        if c.result is not None and c.result.claim is not None
    }
    report = cross_examine(theorems, seconds, progress)
    for found in report.disagreements:
        for label in found.claims:
            claim = proved[label]
            if claim.result is not None and claim.result.verdict == "proved":
                claim.result = Result("error", claim.result.seconds, reason=found.text)
    return report


def _opinions(report: Report) -> dict[str, Any]:
    return {
        "timeout": report.seconds,
        "steps": report.steps,
        "goals": report.goals,
        "skipped": report.skipped,
        "unconfirmed": report.unconfirmed,
        "solvers": {name: asdict(tally) for name, tally in report.solvers.items()},
        "disagreements": [
            {**asdict(d), "claims": list(d.claims), "facts": list(d.facts)}
            for d in report.disagreements
        ],
    }


def _summary(report: Report) -> str:
    """One line on what the solvers said."""
    said = []
    for name, tally in report.solvers.items():
        text = f"{name} agrees {tally.agrees}, unknown {tally.unknown}"
        why = [f"{tally.timeouts} out of time"] if tally.timeouts else []
        why += [f"{tally.failures} broke down"] if tally.failures else []
        text += f" ({', '.join(why)})" if why else ""
        said.append(text + (f", DISAGREES {tally.disagrees}" if tally.disagrees else ""))
    skipped = f", {report.skipped} too large to ask about" if report.skipped else ""
    return (
        f"cross-examined {report.steps} steps as {report.goals} questions{skipped}: "
        f"{'; '.join(said)}."
    )


def _chosen(theory: Theory, ids: list[str]) -> list[Claimed]:
    wanted = {i.removeprefix(f"{theory.name}.") for i in ids}
    return [c for c in theory.claims.values() if not ids or c.id in wanted]


def _statement(claim: Claimed, outcome: Outcome) -> dict[str, Any]:
    printer = Printer()
    entry: dict[str, Any] = {
        "id": claim.id,
        "title": claim.title,
        "kind": claim.kind,
        "verdict": outcome.verdict,
        "hypotheses": [],
        "assumptions": list(outcome.assumptions),
        "axioms": list(outcome.axioms),
        "definitions": list(outcome.definitions),
        "oracles": list(outcome.oracles),
        "seconds": round(outcome.seconds, 4),
        "recalled": outcome.recalled,
    }
    with suppress(DoorError):  # a statement that is ill formed has no hypotheses to show
        entry["hypotheses"] = [printer.show(h) for h in claim.hypotheses()]
    if outcome.verdict != "proved":
        entry["reason"] = outcome.reason
    return entry


def _model(report: ModelReport, recalled: bool) -> dict[str, Any]:
    return {
        "verdict": report.verdict,
        "scenarios": report.scenarios,
        "axioms": [{"id": a.name, "verdict": a.verdict, "how": a.how} for a in report.axioms],
        "definitions": report.definitions,
        "hypotheses": list(report.hypotheses),
        "detail": report.detail,
        "recalled": recalled,
    }


def _text(chosen: list[tuple[Theory, list[Claimed]]], known: Known) -> None:
    for theory, picked in chosen:
        rows = []
        failures = []
        for claim in picked:
            result = known.outcome(claim)
            resting = ""
            if result.verdict == "proved":
                resting = " ".join((*result.assumptions, *result.axioms))
                resting = resting or ("definitions only" if result.definitions else "algebra only")
            rows.append((result.verdict, claim.id, claim.title, resting, f"{result.seconds:.2f} s"))
            if result.verdict != "proved":
                failures.append(f"{claim.label} is {result.verdict}:\n{indented(result.reason)}")
        table(f"{theory.name}: {theory.title}", ("", "claim", "", "rests on", "CPU"), rows)
        report = known.model(theory)
        if report.detail:
            verdict = "" if report.verdict == "holds" else f"{report.verdict}: "
            print(f"  model: {verdict}{report.detail}")
        for failure in failures:
            print(f"\n{failure}")
    every = [known.outcome(c) for _, picked in chosen for c in picked]
    proved = sum(r.verdict == "proved" for r in every)
    old = sum(r.recalled for r in every)
    seconds = sum(r.seconds for r in every if not r.recalled)
    said = f"\n{proved} of {len(every)} claims proved"
    if old < proved or not proved:
        said += f", {proved - old} of them" if old else ""
        said += f" in {seconds:.1f} s CPU"
    if old < proved:
        said += ", and replayed by the kernel alone to the same bytes"
    if old:
        which = "all" if old == proved else str(old)
        said += f"; {which} recalled from the cache of earlier runs (--no-cache proves them again)"
    print(f"{said}.")
