"""What a certificate says, in words: right minus left is a sum of what is not negative."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ...kernel import terms as k
from ...kernel.certificates import GOAL, Certificate, Leaf, Product, Split
from ...kernel.judgment import Theorem
from ..document import StepLine
from .arrangement import from_one, opposite, positive
from .boxes import Box
from .terms import TexPrinter

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def gap(step: StepLine, printer: TexPrinter, widest: float) -> Box | None:
    """Right minus left as a product of what is not negative, if the certificate is so short."""
    certificate = _certificate(step.theorem)
    if not isinstance(certificate, Leaf) or certificate.cofactors:
        return None
    if k.ZERO in (step.left, step.right):
        return None
    goals, others = _parted(certificate)
    if len(goals) != 1 or goals[0].facts != (GOAL,) or goals[0].squares or len(others) != 1:
        return None
    shown = [_product(p, step, goals[0].coefficient) for p in others if p.squares]
    if len(shown) != 1 or shown[0] is None or _is_difference(shown[0]):
        return None
    made = printer.box(shown[0])
    return made if made.width <= widest else None


def told(step: StepLine, printer: TexPrinter, widest: float, least: int = 0) -> str:
    """A sentence on what proves a step; empty if no certificate of ``least`` products does."""
    certificate = _certificate(step.theorem)
    if certificate is None:
        return ""
    cases = [*_cases(certificate)]
    leaves = [*_leaves(certificate)]
    count = max(sum(GOAL not in p.facts for p in leaf.products) for leaf in leaves)
    if count < least:
        return ""
    what = _sum(count)
    if cases:
        signs = [printer.box(t) for t in dict.fromkeys(cases)]
        if len(signs) <= 3 and sum(s.width for s in signs) <= widest:
            of = " and ".join(f"${s.text}$" for s in signs)
            return f"one distinguishes the {'signs' if len(signs) > 1 else 'sign'} of {of}"
        return f"one distinguishes {_number(len(leaves))} cases by signs"
    (leaf,) = leaves
    goals, _ = _parted(leaf)
    if any(p.facts.count(GOAL) != 1 for p in goals):
        if len(leaf.products) == 1:
            return "were it false, a product of positive factors would be $0$"
        many = f"{_number(len(leaf.products))} products, none negative and one positive,"
        return f"were it false, {many} would sum to $0$"
    given = "with the equations given, " if leaf.cofactors else ""
    if len(goals) == 1 and goals[0].facts == (GOAL,) and not goals[0].squares:
        return f"{given}the difference of the sides is {what}"
    return f"{given}a positive multiple of the difference of the sides is {what}"


def _sum(count: int) -> str:
    if count <= 1:
        return "a product of factors none of which is negative"
    return f"a sum of {_number(count)} products of factors none of which is negative"


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def _certificate(theorem: Theorem) -> Certificate | None:
    found = theorem.args.get("certificate") if theorem.rule == "certify" else None
    return found if isinstance(found, Leaf | Split) else None


def _parted(leaf: Leaf) -> tuple[list[Product], list[Product]]:
    """The products with the negated goal in them, and the others."""
    return (
        [p for p in leaf.products if GOAL in p.facts],
        [p for p in leaf.products if GOAL not in p.facts],
    )


def _leaves(node: Certificate) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
        return
    yield from _leaves(node.nonnegative)
    yield from _leaves(node.negative)


def _cases(node: Certificate) -> Iterator[k.Term]:
    if isinstance(node, Split):
        yield node.term
        yield from _cases(node.nonnegative)
        yield from _cases(node.negative)


def _product(product: Product, step: StepLine, scale: Fraction) -> k.Term | None:
    """A product of a certificate as a term; None if one of its facts says nothing new."""
    factors = list[k.Term]()
    for q in product.squares:
        half = isinstance(q, k.Pow) and q.exponent == Fraction(1, 2)
        factors.append(q.base if half else k.Pow(q, Fraction(2)))  # type: ignore[attr-defined]
    for number in product.facts:
        fact = step.theorem.args["facts"][number].conclusion
        if fact.left != k.ZERO and fact.right != k.rat(1):
            return None
        factors.append(positive(fact.right if fact.left == k.ZERO else from_one(fact.left)))
    ratio = product.coefficient / scale
    if ratio != 1:
        return k.Mul((k.Rat(ratio), *factors))
    return k.Mul(tuple(factors)) if len(factors) > 1 else factors[0]


def _is_difference(term: k.Term) -> bool:
    """Is it a sum, and no square? Then it is right minus left itself, which says nothing."""
    return isinstance(term, k.Add) or opposite(term) == term
