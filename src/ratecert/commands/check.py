"""``ratecert check``: prove, replay, report."""

from __future__ import annotations

import argparse
import gc
import sys
from contextlib import suppress
from difflib import get_close_matches
from typing import Any

from ..cli import EXIT_FINDING, EXIT_NOTHING, EXIT_OK, EXIT_USAGE
from ..proofs.language import DoorError
from ..proofs.language.loader import MAX_LISTED, load
from ..proofs.language.replaying import replay_elsewhere
from ..proofs.language.theory import Claimed, Theory
from ..proofs.language.trust import foundation
from ..proofs.render.text import Printer
from ..proofs.theorems import SHIPPED
from .output import emit_json, progress, table


def run(args: argparse.Namespace) -> int:
    """Check the theories named (all shipped ones by default)."""
    names = dict.fromkeys(args.theories or SHIPPED)
    theories = [theory for name in names for theory in load(name)]
    missing = [i for i in args.lemma if not any(_chosen(t, [i]) for t in theories)]
    if missing:
        ids = [c for t in theories for c in t.claims]
        near = [n for i in missing for n in get_close_matches(i, ids, 3)]
        few = ids if len(ids) <= MAX_LISTED else near or [*ids[:MAX_LISTED], "..."]
        print(f"ratecert: no claim {', '.join(missing)}; known: {', '.join(few)}", file=sys.stderr)
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
    progress("")
    report = {
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
    if args.format == "json":
        emit_json(report)
    else:
        _text(chosen)
    if not claims:
        print("ratecert: nothing was checked", file=sys.stderr)
        return EXIT_NOTHING
    proved = all(c.result is not None and c.result.verdict == "proved" for c in claims)
    consistent = all(theory.consistency().verdict in ("holds", "none") for theory in theories)
    return EXIT_OK if proved and consistent else EXIT_FINDING


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
