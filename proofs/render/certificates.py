"""A certificate as the identity it asserts, in text."""

from __future__ import annotations

from ..kernel.certificates import Certificate, Leaf, Split
from ..kernel.judgment import Theorem
from ..kernel.terms import Rel
from .text import Printer


def certificate_lines(theorem: Theorem, printer: Printer) -> list[str]:
    """The identities, one for each case, and the facts in them; empty if the rule is another."""
    lines = list[str]()
    for cases, total in identities(theorem, printer):
        case = f"if {', '.join(cases)}: " if cases else ""
        negated = f"not {printer.show(theorem.args['goal'])}"
        lines.append(f"{case}0 = {total}, and a summand is > 0 if {negated}")
    for number, fact in facts(theorem):
        lines.append(f"[{number}]  right - left of  {printer.show(fact)}")
    return lines


def facts(theorem: Theorem) -> list[tuple[int, Rel]]:
    """What the identities speak of as [1], [2], ...: the right side minus the left of each."""
    if theorem.rule != "certify":
        return []
    numbered = enumerate((f.conclusion for f in theorem.args["facts"]), 1)
    return [(number, fact) for number, fact in numbered if isinstance(fact, Rel)]


def identities(theorem: Theorem, printer: Printer) -> list[tuple[tuple[str, ...], str]]:
    """In each case, a sum that is 0 although a summand is positive if the goal is false."""
    if theorem.rule != "certify":
        return []
    facts = [f.conclusion for f in theorem.args["facts"]]
    found = list[tuple[tuple[str, ...], str]]()

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
        found.append((cases, " + ".join(parts)))

    certificate = theorem.args["certificate"]
    if isinstance(certificate, Leaf | Split):
        walk(certificate, ())
    return found
