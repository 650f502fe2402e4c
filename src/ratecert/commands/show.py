"""``ratecert show``: one statement in full."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ..cli import EXIT_OK
from ..proofs.kernel.terms import App, Formula, PointApp, Rel, subterms
from ..proofs.kernel.theory import Definition
from ..proofs.language.loader import statement
from ..proofs.language.theory import Claimed
from ..proofs.render.references import cited
from ..proofs.render.text import Printer, name_text
from .output import console, emit_json

if TYPE_CHECKING:
    from .paper import Paper


def run(args: argparse.Namespace) -> int:
    """Show the statement named."""
    claim = statement(args.statement)
    described = describe(claim)
    if args.format == "json":
        emit_json({"schema": 1, **described})
        return EXIT_OK
    terminal = console()
    if terminal is not None:
        from .paper import Paper

        _on(Paper(terminal, claim), described)
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


def _on(paper: Paper, described: dict[str, Any]) -> None:
    """The same on a terminal, with formulas as they are written by hand."""
    claim = paper.claim
    paper.head()
    if source := cited(claim.reference):
        paper.line(("in the source: ", "dim"), source)
    if described["variables"]:
        paper.section("For")
        for line in described["variables"]:
            paper.indented(line)
    if claim.hypotheses():
        paper.section("Given")
        paper.given(claim.hypotheses())
    paper.section("Then")
    paper.formula(claim.statement(), style="bold")
    reached, names = _definitions(claim)
    if reached:
        paper.section("Where")
        for definition in reached:
            equation = Rel(definition.left, "=", definition.right)
            paper.stated(paper.setter.box(equation), definition.ranges)
    meanings = claim.theory.meanings
    told = [(paper.symbol(name), meanings[name]) for name in sorted(names) if meanings.get(name)]
    if told:
        paper.section("Symbols")
        paper.rows(told)


def describe(claim: Claimed) -> dict[str, Any]:
    """The statement as data: every hypothesis, the definitions it leads to, the symbols."""
    printer, definitions = Printer(claim.theory.kernel()), list[dict[str, str]]()
    reached, names = _definitions(claim)
    for definition in reached:
        left, right = printer.show(definition.left), printer.show(definition.right)
        ranges = ", ".join(printer.show(r) for r in definition.ranges)
        text = f"{left} = {right}" + (f"  for {ranges}" if ranges else "")
        definitions.append({"name": definition.name, "kind": definition.kind, "statement": text})
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
        "reference": cited(claim.reference),
        "variables": variables,
        "hypotheses": [printer.show(h) for h in claim.hypotheses()],
        "conclusion": printer.show(claim.statement()),
        "definitions": definitions,
        "symbols": {name_text(n): meanings[n] for n in sorted(names) if meanings.get(n)},
    }


def _definitions(claim: Claimed) -> tuple[list[Definition], set[str]]:
    """The definitions a statement leads to, as the theory orders them, and the names in all."""
    theory = claim.theory.kernel()
    formulas: list[Formula] = [*claim.hypotheses(), claim.statement()]
    names, waiting = _heads(*formulas), list(theory.definitions)
    while reached := [d for d in waiting if d.head in names]:  # in whatever order they are declared
        waiting = [d for d in waiting if d not in reached]
        names |= _heads(*(side for d in reached for side in (d.left, d.right)))
    return [d for d in theory.definitions if d.head in names], names


def _heads(*nodes: Any) -> set[str]:
    found = set()
    for node in nodes:
        for sub, _ in subterms(node):
            if isinstance(sub, App | PointApp):
                found.add(sub.name)
    return found


def _listed(symbols: Any) -> str:
    return ", ".join(name_text(s.name) for s in symbols)
