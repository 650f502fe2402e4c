"""``ratecert explain``: a proof, step by step."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from typing import Any

from ..cli import EXIT_FINDING, EXIT_OK
from ..proofs.kernel.judgment import Theorem
from ..proofs.language import DoorError, Proof
from ..proofs.language.basis import Use
from ..proofs.language.loader import statement
from ..proofs.language.proof import Step
from ..proofs.language.theory import Claimed
from ..proofs.render.certificates import certificate_lines
from ..proofs.render.text import OPS, Printer, name_text
from .output import emit_json
from .show import describe


def run(args: argparse.Namespace) -> int:
    """Print the chains of the proof of the statement named."""
    claim = statement(args.statement)
    result = claim.check()
    if result.claim is None or result.proof is None:
        print(f"ratecert: {claim.label} is {result.verdict}:\n{result.reason}", file=sys.stderr)
        return EXIT_FINDING
    printer = Printer(claim.theory.kernel())
    chains = [[_step(s, printer) for s in chain] for chain in result.proof.chains]
    looked_up = [Use(c, {}, ()) for c in _looked_up(claim, result.claim.theorem)]
    uses = [_use(use, result.proof, printer) for use in _distinct([*result.proof.used, *looked_up])]
    if args.format == "json":
        emit_json({"schema": 1, **describe(claim), "chains": chains, "uses": uses})
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
