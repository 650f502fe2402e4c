"""A certificate as the identity it asserts, in text."""

from __future__ import annotations

from ..kernel.certificates import Certificate, Leaf, Split
from ..kernel.judgment import Theorem
from ..kernel.terms import Rel
from .text import Printer


def certificate_lines(theorem: Theorem, printer: Printer) -> list[str]:
    """The identities, one for each case, and the facts in them; empty if the rule is another."""
    if theorem.rule != "certify":
        return []
    facts = [f.conclusion for f in theorem.args["facts"]]
    goal = theorem.args["goal"]
    lines: list[str] = []

    def name(number: int, cases: tuple[str, ...]) -> str:
        if number < 0:
            return "(left - right)"
        if number >= len(facts):
            return f"[{cases[number - len(facts)]}]"
        return f"[{number + 1}]"

    def walk(node: Certificate, cases: tuple[str, ...]) -> None:
        if isinstance(node, Split):
            shown = printer.show(node.term)
            walk(node.nonnegative, (*cases, f"{shown} ≥ 0"))
            walk(node.negative, (*cases, f"{shown} < 0"))
            return
        parts = []
        for product in node.products:
            factors = [name(n, cases) for n in product.facts]
            factors += [f"({printer.show(q)})²" for q in product.squares]
            coefficient = "" if product.coefficient == 1 and factors else f"{product.coefficient}·"
            parts.append((coefficient + "·".join(factors)).rstrip("·"))
        for number, cofactor in node.cofactors:
            parts.append(f"({printer.show(cofactor)})·{name(number, cases)}")
        case = f"if {', '.join(cases)}: " if cases else ""
        negated = f"not {printer.show(goal)}"
        lines.append(f"{case}0 = {' + '.join(parts)}, and a summand is > 0 if {negated}")

    certificate = theorem.args["certificate"]
    if isinstance(certificate, Leaf | Split):
        walk(certificate, ())
    for number, fact in enumerate(facts, 1):
        if isinstance(fact, Rel):
            lines.append(f"[{number}]  right - left of  {printer.show(fact)}")
    return lines
