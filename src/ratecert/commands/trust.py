"""``ratecert trust``: what a statement rests on."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ..cli import EXIT_FINDING, EXIT_OK
from ..proofs.kernel.claims import Claim
from ..proofs.kernel.theory import Axiom
from ..proofs.language.loader import statement
from ..proofs.language.replaying import replay_elsewhere
from ..proofs.language.theory import Claimed
from ..proofs.models import Report
from ..proofs.record.foundation import Foundation, foundation
from ..proofs.render.text import Printer
from .output import console, emit_json

if TYPE_CHECKING:
    from .paper import Paper

STARTED = "x[1] is deterministic, so x[k] is known after step k-1"


def run(args: argparse.Namespace) -> int:
    """List everything beneath the statement named."""
    claim = statement(args.statement)
    result = claim.check()
    if result.claim is not None:
        replay_elsewhere([claim], [claim.theory])
        result = claim.check()
    if result.claim is None:
        print(f"ratecert: {claim.label} is {result.verdict}: {result.reason}", file=sys.stderr)
        return EXIT_FINDING
    theory, printer = claim.theory.kernel(), Printer(claim.theory.kernel())
    base = foundation(result.claim.theorem, claim.hypotheses())
    model = claim.theory.consistency()
    flagged = [printer.show(h) for h in base.random_hypotheses]
    hypotheses = [printer.show(h) for h in claim.hypotheses()]
    if args.format == "json":
        emit_json(
            {
                "schema": 1,
                "id": claim.label,
                "verdict": result.verdict,
                "hypotheses": hypotheses,
                "random_hypotheses": flagged,
                "assumptions": list(base.assumptions),
                "axioms": list(base.axioms),
                "definitions": list(base.definitions),
                "rules": dict(base.rules),
                "oracles": list(base.oracles),
                "model": {
                    "verdict": model.verdict,
                    "hypotheses": claim.id in model.hypotheses,
                    "detail": model.detail,
                },
                "sha256": result.claim.sha256,
            }
        )
        return EXIT_OK
    terminal = console()
    if terminal is not None:
        from .paper import Paper

        _on(Paper(terminal, claim), base, result.claim, model)
        return EXIT_OK
    print(f"{claim.label} ({claim.kind}): {claim.title}\n")
    facts = {name: (a.source, _stated(a, printer)) for name, a in theory.axiom_table.items()}
    print("Assumptions and axioms")
    for group in (*base.assumptions, *base.axioms):
        inside = [
            (name, *facts[name])
            for name, a in theory.axiom_table.items()
            if a.group == group and f"axiom:{name}" in result.claim.theorem.uses
        ]
        if not inside:
            print(f"    {group:<20} {STARTED}")
        for name, source, text in inside:
            print(f"    {_label(name, group):<20} {text}    ({source})")
    print("\nDefinitions")
    for name in base.definitions:
        print(f"    {name}")
    print("\nHypotheses")
    for text in hypotheses:
        mark = "  (!) an inequality between random terms, assumed" if text in flagged else ""
        print(f"    {text}{mark}")
    counted = ", ".join(f"{name} {n}" for name, n in base.rules.items())
    print(f"\nRules used: {counted}")
    print(f"Oracles: {', '.join(base.oracles) or 'none'}")
    if model.detail:
        verdict = "" if model.verdict == "holds" else f"{model.verdict}: "
        print(f"Model of the theory: {verdict}{model.detail}")
    if model.verdict == "holds":
        print(f"    {_also(claim, model)}")
    print(f"Replayed by the kernel alone in a fresh process: sha256 {result.claim.sha256}")
    return EXIT_OK


def _on(paper: Paper, base: Foundation, proved: Claim, model: Report) -> None:
    """The same on a terminal, with formulas as they are written by hand."""
    claim, theory = paper.claim, paper.claim.theory.kernel()
    paper.head()
    paper.section("Assumptions and axioms")
    for group in (*base.assumptions, *base.axioms):
        inside = [
            (name, a)
            for name, a in theory.axiom_table.items()
            if a.group == group and f"axiom:{name}" in proved.theorem.uses
        ]
        if not inside:
            paper.indented((f"{group}  ", "cyan"), (STARTED, "dim"))
        for name, axiom in inside:
            paper.indented((f"{_label(name, group)}  ", "cyan"), (axiom.source, "dim"))
            paper.stated(paper.setter.box(axiom.conclusion), axiom.hypotheses, " " * 8)
    paper.section("Definitions")
    paper.indented(", ".join(base.definitions) or "none")
    paper.section("Hypotheses")
    random = base.random_hypotheses
    paper.given([h for h in claim.hypotheses() if h not in random])
    for hypothesis in random:
        paper.formula(hypothesis)
        paper.indented(("(!) an inequality between random terms, assumed", "bold yellow"), by=8)
    paper.section("Beneath it")
    rows = [
        ("rules", ", ".join(f"{name} {n}" for name, n in base.rules.items())),
        ("oracles", ", ".join(base.oracles) or "none"),
    ]
    if model.detail:
        verdict = "" if model.verdict == "holds" else f"{model.verdict}: "
        rows.append(("model", verdict + model.detail))
    if model.verdict == "holds":
        rows.append(("", _also(claim, model)))
    rows.append(("replayed", "by the kernel alone in a fresh process"))
    rows.append(("sha256", proved.sha256))
    paper.rows(rows)


def _also(claim: Claimed, model: Report) -> str:
    also = "hold" if claim.id in model.hypotheses else "are not seen to hold"
    return f"The hypotheses above {also} in it as well."


def _label(name: str, group: str) -> str:
    """An axiom's name, with the hyphens of its group, which names may not have."""
    dotted = group.replace("-", ".")
    return group + name.removeprefix(dotted) if name.startswith(dotted) else name


def _stated(axiom: Axiom, printer: Printer) -> str:
    """An axiom with the conditions under which it is taken as given."""
    given = ", ".join(printer.show(h) for h in axiom.hypotheses)
    return printer.show(axiom.conclusion) + (f"  for {given}" if given else "")
