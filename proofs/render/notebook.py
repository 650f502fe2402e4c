"""How theories, claims, proofs, steps and runs look in a Jupyter notebook: text and HTML.

Nothing is proved for being shown: a claim that was not checked yet says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from ..kernel.theory import Theory as KernelTheory
from .mathml import MathPrinter
from .text import OPS, Printer

if TYPE_CHECKING:
    from ..language.proof import Proof, Step
    from ..language.theory import Claimed, Theory

MARKS = {"proved": "✓", "refuted": "✗", "undecided": "?", "error": "!"}
Bundle = dict[str, str]


def bundle(plain: str, html: str) -> Bundle:
    """Both, by their media types."""
    return {"text/plain": plain, "text/html": html}


def _printers(theory: KernelTheory, names: Mapping[str, str]) -> tuple[Printer, MathPrinter]:
    return Printer(theory), MathPrinter(theory, names)


def _verdict(claim: Claimed) -> str:
    return claim.result.verdict if claim.result is not None else "not checked yet"


def of_theory(theory: Theory) -> Bundle:
    """The claims of a theory, with what is known of each."""
    text, math = _printers(theory.kernel(), theory.tex)
    plain, rows = [f"{theory.name}: {theory.title}"], list[str]()
    for claim in theory.claims.values():
        verdict = _verdict(claim)
        mark = MARKS.get(verdict, "·")
        plain.append(f"  {mark} {verdict:<15} {claim.id:<24} {text.show(claim.statement())}")
        cells = (f"{mark} {verdict}", claim.id, claim.title)
        shown = "".join(f"<td style='text-align:left'>{escape(cell)}</td>" for cell in cells)
        formula = math.show(claim.statement())
        rows.append(f"<tr>{shown}<td style='text-align:left'>{formula}</td></tr>")
    heads = "".join(f"<th>{name}</th>" for name in ("verdict", "claim", "title", "statement"))
    caption = f"<caption>{escape(theory.name)}: {escape(theory.title)}</caption>"
    table = f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return bundle("\n".join(plain), table)


def of_claim(claim: Claimed) -> Bundle:
    """The statement of a claim, its verdict, and its chains if it is proved."""
    text, math = _printers(claim.theory.kernel(), claim.theory.tex)
    verdict = _verdict(claim)
    given, stated = claim.hypotheses(), claim.statement()
    head = f"{MARKS.get(verdict, '·')} {claim.label} ({claim.kind}, {verdict}): {claim.title}"
    plain = [
        head,
        *(f"    given  {text.show(h)}" for h in given),
        f"    then   {text.show(stated)}",
    ]
    hypotheses = ", ".join(math.show(h) for h in given)
    html = [
        f"<p><b>{escape(head)}</b></p>",
        f"<p>Given {hypotheses}:</p>" if given else "",
        f"<p>{math.show(stated, display=True)}</p>",
    ]
    proof = claim.result.proof if claim.result is not None else None
    if proof is not None and verdict == "proved":
        shown = of_proof(proof)
        plain.append(shown["text/plain"])
        html.append(f"<details><summary>Proof</summary>{shown['text/html']}</details>")
    return bundle("\n".join(plain), "".join(html))


def of_proof(proof: Proof) -> Bundle:
    """The chains of a proof."""
    printers = _printers(
        proof.theory, proof.claimed.theory.tex if proof.claimed is not None else {}
    )
    chains = [_chain(chain, number, *printers) for number, chain in enumerate(proof.chains, 1)]
    plain = "\n".join(chain["text/plain"] for chain in chains)
    return bundle(plain, "".join(chain["text/html"] for chain in chains))


def of_step(step: Step) -> Bundle:
    """One step, as a chain of one."""
    return _chain([step], 0, *_printers(step.theorem.theory, {}))


def _chain(steps: Sequence[Step], number: int, text: Printer, math: MathPrinter) -> Bundle:
    first = steps[0].left
    label = f"({number})" if number else ""
    plain = [f"{label:<6}{text.show(first)}"]
    rows = [f"<tr><td>{label}</td><td style='text-align:left'>{math.show(first, display=True)}</td>"
            "<td></td></tr>"]  # fmt: skip
    for step in steps:
        plain.append(f"      {OPS[step.op]} {text.show(step.right)}    by {step.reason}")
        right = math.related(step.op, step.right)
        rows.append(
            f"<tr><td></td><td style='text-align:left'>{right}</td>"
            f"<td style='text-align:left'>by {escape(step.reason)}</td></tr>"
        )
    return bundle("\n".join(plain), f"<table><tbody>{''.join(rows)}</tbody></table>")


def of_run(title: str, rows: Sequence[tuple[str, str]]) -> Bundle:
    """A run, as named facts."""
    plain = [title, *(f"  {name}: {value}" for name, value in rows)]
    cells = "".join(
        f"<tr><th style='text-align:left'>{escape(name)}</th>"
        f"<td style='text-align:left'>{escape(value)}</td></tr>"
        for name, value in rows
    )
    caption = f"<caption>{escape(title)}</caption>"
    return bundle("\n".join(plain), f"<table>{caption}<tbody>{cells}</tbody></table>")
