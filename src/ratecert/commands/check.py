"""``ratecert check``: prove, replay, report."""

from __future__ import annotations

import argparse
import gc
import sys
from contextlib import suppress
from dataclasses import asdict
from difflib import get_close_matches
from typing import Any

from ..cli import EXIT_FINDING, EXIT_NOTHING, EXIT_OK, EXIT_USAGE
from ..proofs.examination import Report, cross_examine, missing
from ..proofs.language import DoorError
from ..proofs.language.loader import MAX_LISTED, load
from ..proofs.language.replaying import replay_elsewhere
from ..proofs.language.theory import Claimed, Result, Theory
from ..proofs.language.trust import foundation
from ..proofs.render.text import Printer
from ..proofs.theorems import SHIPPED
from .output import emit_json, progress, table


def run(args: argparse.Namespace) -> int:
    """Check the theories named (all shipped ones by default)."""
    absent = missing() if args.cross_examine else []
    if absent:
        print(
            f"ratecert: --cross-examine needs {' and '.join(absent)}, not installed here: "
            "pip install 'ratecert[smt]'",
            file=sys.stderr,
        )
        return EXIT_USAGE
    names = dict.fromkeys(args.theories or SHIPPED)
    theories = [theory for name in names for theory in load(name)]
    unknown = [i for i in args.lemma if not any(_chosen(t, [i]) for t in theories)]
    if unknown:
        ids = [c for t in theories for c in t.claims]
        near = [n for i in unknown for n in get_close_matches(i, ids, 3)]
        few = ids if len(ids) <= MAX_LISTED else near or [*ids[:MAX_LISTED], "..."]
        print(f"ratecert: no claim {', '.join(unknown)}; known: {', '.join(few)}", file=sys.stderr)
        return EXIT_USAGE
    chosen = [(theory, _chosen(theory, args.lemma)) for theory in theories]
    claims = [claim for _, picked in chosen for claim in picked]
    gc.disable()  # what proofs make stays to the end; looking for garbage in it takes a fifth
    for number, claim in enumerate(claims, 1):
        progress(f"proving {claim.label} ({number}/{len(claims)})")
        claim.check()
    for theory in theories:
        progress(f"evaluating the axioms of {theory.name} in its model")
        theory.consistency()
    gc.enable()
    progress("replaying with the kernel alone")
    replay_elsewhere([c for c in claims if c.result and c.result.verdict == "proved"], theories)
    opinions = _second_opinions(claims, args.timeout) if args.cross_examine else None
    progress("")
    report: dict[str, Any] = {
        "schema": 1,
        "theories": [
            {
                "id": theory.name,
                "model": _model(theory),
                "statements": [_statement(c) for c in picked],
            }
            for theory, picked in chosen
        ],
    }
    if opinions is not None:
        report["cross_examination"] = _opinions(opinions)
    if args.format == "json":
        emit_json(report)
    else:
        _text(chosen)
        if opinions is not None:
            print(_summary(opinions))
    if not claims:
        print("ratecert: nothing was checked", file=sys.stderr)
        return EXIT_NOTHING
    proved = all(c.result is not None and c.result.verdict == "proved" for c in claims)
    consistent = all(theory.consistency().verdict in ("holds", "none") for theory in theories)
    return EXIT_OK if proved and consistent else EXIT_FINDING


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


def _statement(claim: Claimed) -> dict[str, Any]:
    result, printer = claim.check(), Printer()
    entry: dict[str, Any] = {
        "id": claim.id,
        "title": claim.title,
        "kind": claim.kind,
        "verdict": result.verdict,
        "hypotheses": [],
        "assumptions": [],
        "axioms": [],
        "definitions": [],
        "oracles": [],
        "seconds": round(result.seconds, 4),
    }
    with suppress(DoorError):  # a statement that is ill formed has no hypotheses to show
        entry["hypotheses"] = [printer.show(h) for h in claim.hypotheses()]
    if result.claim is not None:
        base = foundation(result.claim.theorem)
        entry["assumptions"], entry["axioms"] = list(base.assumptions), list(base.axioms)
        entry["definitions"], entry["oracles"] = list(base.definitions), list(base.oracles)
    if result.verdict != "proved":
        entry["reason"] = result.reason
    return entry


def _model(theory: Theory) -> dict[str, Any]:
    report = theory.consistency()
    return {
        "verdict": report.verdict,
        "scenarios": report.scenarios,
        "axioms": [{"id": a.name, "verdict": a.verdict, "how": a.how} for a in report.axioms],
        "definitions": report.definitions,
        "hypotheses": list(report.hypotheses),
        "detail": report.detail,
    }


def _text(chosen: list[tuple[Theory, list[Claimed]]]) -> None:
    for theory, picked in chosen:
        rows = []
        failures = []
        for claim in picked:
            result = claim.check()
            resting = ""
            if result.claim is not None:
                base = foundation(result.claim.theorem)
                resting = " ".join((*base.assumptions, *base.axioms))
                resting = resting or ("definitions only" if base.definitions else "algebra only")
            rows.append((result.verdict, claim.id, claim.title, resting, f"{result.seconds:.2f} s"))
            if result.verdict != "proved":
                failures.append(f"{claim.label} is {result.verdict}:\n{_indent(result.reason)}")
        table(f"{theory.name}: {theory.title}", ("", "claim", "", "rests on", "CPU"), rows)
        report = theory.consistency()
        if report.detail:
            verdict = "" if report.verdict == "holds" else f"{report.verdict}: "
            print(f"  model: {verdict}{report.detail}")
        for failure in failures:
            print(f"\n{failure}")
    every = [c.check() for _, picked in chosen for c in picked]
    proved = sum(r.verdict == "proved" for r in every)
    seconds = sum(r.seconds for r in every)
    print(
        f"\n{proved} of {len(every)} claims proved in {seconds:.1f} s CPU"
        + (", and replayed by the kernel alone to the same bytes." if proved else ".")
    )


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
