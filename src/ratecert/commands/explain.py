"""``ratecert explain``: a proof, step by step."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..cli import EXIT_FINDING, EXIT_OK
from ..proofs.kernel.judgment import Theorem
from ..proofs.kernel.terms import Formula
from ..proofs.language import DoorError, Proof
from ..proofs.language.basis import Use
from ..proofs.language.loader import statement
from ..proofs.language.proof import Step
from ..proofs.language.theory import Claimed
from ..proofs.render.certificates import certificate_lines, facts, identities
from ..proofs.render.text import OPS, Printer, name_text
from .output import console, emit_json
from .show import describe

if TYPE_CHECKING:
    from .paper import Paper


def run(args: argparse.Namespace) -> int:
    """Print the chains of the proof of the statement named."""
    claim = statement(args.statement)
    result = claim.check()
    if result.claim is None or result.proof is None:
        print(f"ratecert: {claim.label} is {result.verdict}:\n{result.reason}", file=sys.stderr)
        return EXIT_FINDING
    printer = Printer(claim.theory.kernel())
    terminal = None if args.format == "json" else console()
    chains = (
        [[_step(s, printer) for s in chain] for chain in result.proof.chains]
        if terminal is None
        else []
    )
    looked_up = [Use(c, {}, ()) for c in _looked_up(claim, result.claim.theorem)]
    uses = [_use(use, result.proof, printer) for use in _distinct([*result.proof.used, *looked_up])]
    if args.format == "json":
        emit_json({"schema": 1, **describe(claim), "chains": chains, "uses": uses})
        return EXIT_OK
    if terminal is not None:
        from .paper import Paper

        _on(Paper(terminal, claim), result.proof.chains, printer, uses, result.unused)
        return EXIT_OK
    print(f"{claim.label} ({claim.kind}): {claim.title}\n")
    for hypothesis in claim.hypotheses():
        print(f"    given  {printer.show(hypothesis)}")
    print(f"    claim  {printer.show(claim.statement())}")
    for number, chain in enumerate(chains, 1):
        print(f"\n({number})   {chain[0]['left']}")
        for step in chain:
            print(f"       {step['op']} {step['right']}")
            print(f"            by {step['reason']}   [{step['kernel']}]")
            for line in step["certificate"]:
                print(f"               {line}")
    if uses:
        print("\nClaims used")
        for use in uses:
            at = ", ".join(f"{name} = {value}" for name, value in use["at"].items())
            print(f"    {use['claim']:<24} {use['title']}" + (f"    with {at}" if at else ""))
    if result.unused:
        listed = "; ".join(printer.show(h) for h in result.unused)
        print(f"\nStated but not needed: {listed}")
    return EXIT_OK


def _on(
    paper: Paper, chains: Sequence[Sequence[Step]], printer: Printer,
    uses: Sequence[dict[str, Any]], unused: Sequence[Formula],
) -> None:  # fmt: skip
    """The same on a terminal, with formulas as they are written by hand."""
    claim = paper.claim
    paper.head()
    if claim.hypotheses():
        paper.section("Given")
        paper.given(claim.hypotheses())
    paper.section("Claim")
    paper.formula(claim.statement(), style="bold")
    for number, chain in enumerate(chains, 1):
        paper.section(f"({number})")
        paper.formula(chain[0].left)
        for step in chain:
            paper.related(step.op, step.right)
            paper.indented(
                ("by ", "dim"), (step.reason, "italic cyan"), (f"   {step.theorem.rule}", "dim"),
                by=12,
            )  # fmt: skip
            _certificate(paper, step, printer)
    if uses:
        paper.section("Claims used")
        paper.rows([(use["claim"], _told(use)) for use in uses])
    if unused:
        paper.section("Stated but not needed")
        paper.given(unused)


def _told(use: dict[str, Any]) -> str:
    at = ", ".join(f"{name} = {value}" for name, value in use["at"].items())
    return str(use["title"]) + (f"  with {at}" if at else "")


def _certificate(paper: Paper, step: Step, printer: Printer) -> None:
    """The identities of a certificate, and what they speak of."""
    spoken_of = facts(step.theorem)
    for cases, total in identities(step.theorem, printer):
        case = f"if {', '.join(cases)}: " if cases else ""
        told = f"{case}0 = {total.replace('left - right', 'left − right')}"
        paper.indented((told, "dim"), by=12)
    if spoken_of:
        paper.indented(
            ("where [n] is right − left of the following; a summand is > 0 unless this holds",
             "dim"), by=12,
        )  # fmt: skip
    for number, fact in spoken_of:
        paper.formula(fact, f"{'':12}[{number}]  ", "dim")


def _distinct(uses: list[Use]) -> list[Use]:
    """One use of each claim at the same values, in the order of the proof."""
    found: dict[tuple[str, str], Use] = {}
    for use in uses:
        found.setdefault((use.claimed.label, str(use.values)), use)
    return [*found.values()]


def _looked_up(claim: Claimed, theorem: Theorem) -> list[Claimed]:
    """The claims of integrability that the proof rests on without naming them."""
    others = {
        id(c.result.claim.theorem): c
        for c in claim.theory.earlier(claim)
        if c.result and c.result.claim
    }
    found: dict[str, Claimed] = {}
    seen, stack = set[int](), [theorem]
    while stack:
        node = stack.pop()
        if id(node) in others:
            if others[id(node)].of_integrability:
                found[others[id(node)].label] = others[id(node)]
        elif id(node) not in seen:
            seen.add(id(node))
            stack.extend(node.premises)
    return [found[label] for label in sorted(found)]


def _use(use: Use, proof: Proof, printer: Printer) -> dict[str, Any]:
    """A claim that the proof uses, and the values it takes there."""
    at = {}
    for name, value in use.values.items():
        at[name_text(name)] = str(value)  # what has an index of an inner sum
        for read in (proof.scope.term, proof.scope.point):
            with suppress(DoorError):
                at[name_text(name)] = printer.show(read(value))
                break
    return {"claim": use.claimed.label, "title": use.claimed.title, "at": at}


def _step(step: Step, printer: Printer) -> dict[str, Any]:
    theorem = step.theorem
    return {
        "left": printer.show(step.left),
        "op": OPS[step.op],
        "right": printer.show(step.right),
        "reason": step.reason,
        "kernel": theorem.rule,
        "certificate": certificate_lines(theorem, printer),
    }
