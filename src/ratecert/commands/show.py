"""``ratecert show``: one statement in full."""

from __future__ import annotations

import argparse
from typing import Any

from ..cli import EXIT_OK
from ..proofs.kernel.terms import App, Formula, PointApp, subterms
from ..proofs.language.loader import statement
from ..proofs.language.theory import Claimed
from ..proofs.render.text import Printer, name_text
from .output import emit_json


def run(args: argparse.Namespace) -> int:
    """Show the statement named."""
    claim = statement(args.statement)
    described = describe(claim)
    if args.format == "json":
        emit_json({"schema": 1, **described})
        return EXIT_OK
    print(f"{claim.label} ({claim.kind}): {claim.title}")
    if described["reference"]:
        print(f"  in the source: {described['reference']}")
    for heading, lines in (
        ("For", described["variables"]),
        ("Given", described["hypotheses"]),
        ("Then", [described["conclusion"]]),
        ("Where", [f"{d['statement']}    ({d['kind']})" for d in described["definitions"]]),
        ("Symbols", [f"{name}: {meaning}" for name, meaning in described["symbols"].items()]),
    ):
        if lines:
            print(f"\n{heading}")
            for line in lines:
                print(f"    {line}")
    return EXIT_OK


def describe(claim: Claimed) -> dict[str, Any]:
    """The statement as data: every hypothesis, the definitions it leads to, the symbols."""
    printer, theory = Printer(claim.theory.kernel()), claim.theory.kernel()
    formulas: list[Formula] = [*claim.hypotheses(), claim.statement()]
    names = _heads(*formulas)
    definitions, waiting = [], list(theory.definitions)
    while reached := [d for d in waiting if d.head in names]:  # in whatever order they are declared
        waiting = [d for d in waiting if d not in reached]
        names |= _heads(*(side for d in reached for side in (d.left, d.right)))
    for definition in theory.definitions:
        if definition.head in names:
            left, right = printer.show(definition.left), printer.show(definition.right)
            ranges = ", ".join(printer.show(r) for r in definition.ranges)
            text = f"{left} = {right}" + (f"  for {ranges}" if ranges else "")
            definitions.append(
                {"name": definition.name, "kind": definition.kind, "statement": text}
            )
    variables = [f"real random variables {_listed(claim.for_all)}"] if claim.for_all else []
    if claim.for_constants:
        variables.append(f"real numbers {_listed(claim.for_constants)}")
    if claim.for_points:
        variables.append(f"random points {_listed(claim.for_points)}")
    meanings = claim.theory.meanings
    return {
        "id": claim.label,
        "title": claim.title,
        "kind": claim.kind,
        "reference": claim.reference,
        "variables": variables,
        "hypotheses": [printer.show(h) for h in claim.hypotheses()],
        "conclusion": printer.show(claim.statement()),
        "definitions": definitions,
        "symbols": {name_text(n): meanings[n] for n in sorted(names) if meanings.get(n)},
    }


def _heads(*nodes: Any) -> set[str]:
    found = set()
    for node in nodes:
        for sub, _ in subterms(node):
            if isinstance(sub, App | PointApp):
                found.add(sub.name)
    return found


def _listed(symbols: Any) -> str:
    return ", ".join(name_text(s.name) for s in symbols)
