"""What a lock says of claims: statements, what is beneath them, constants, the proof's digest.

Everything is derived from the kernel's theorems, the same way when a lock is written and when it is
verified. Standard library and kernel only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from hashlib import sha256
from typing import Any

from ..kernel.claims import Claim, mentioned
from ..kernel.codec import written
from ..kernel.errors import KernelError
from ..kernel.exact import PRECISIONS, evaluate
from ..kernel.judgment import Theorem
from ..kernel.terms import App, IxVal, Lambda, Node, PointApp, PointVar, Rat, Rel, Term, Var
from ..kernel.theory import Axiom, Definition, Symbol
from ..render.text import Printer
from .foundation import foundation

DIGITS = 12
"""Significant digits of a constant's value."""


def library(claims: Iterable[Claim]) -> dict[str, Any]:
    """What is to be locked, by theory: the declarations its claims rest on, and the claims.

    Raises ``ValueError`` if two theories have one name, by which a lock tells them apart.
    """
    claims = tuple(claims)
    theories = {c.theorem.theory.name: c.theorem.theory for c in claims}
    for claim in claims:
        if theories[claim.theorem.theory.name] != claim.theorem.theory:
            raise ValueError(f"two theories are called {claim.theorem.theory.name}")
    digests: dict[Theorem, str] = {}
    # By digest: claims proved by the same inferences are one theorem in a trace.
    labels = {
        _inferences(c.theorem, digests): (c.theorem.theory.name, c.id) for c in reversed(claims)
    }
    found: dict[str, Any] = {}
    for claim in claims:
        theory = found.setdefault(claim.theorem.theory.name, {"claims": {}, "declarations": {}})
        theory["claims"][claim.id] = _claim(claim, labels, digests)
        theory["declarations"] |= _declarations(claim)
    return found


def _claim(
    claim: Claim, labels: dict[str, tuple[str, str]], digests: dict[Theorem, str]
) -> dict[str, Any]:
    theorem, printer = claim.theorem, Printer(claim.theorem.theory)
    base = foundation(theorem)
    return {
        "title": claim.title,
        "kind": claim.kind,
        "hypotheses": sorted(printer.show(h) for h in theorem.hypotheses),
        "conclusion": printer.show(theorem.conclusion),
        "constants": [
            {"closed": printer.show(t), "value": value(t)} for t in constants(theorem.conclusion)
        ],
        "assumptions": list(base.assumptions),
        "axioms": list(base.axioms),
        "definitions": list(base.definitions),
        "declarations": sorted(_declarations(claim)),
        "oracles": list(base.oracles),
        "depends_on": _dependencies(claim, labels, digests),
        "proof": _proof(claim, digests),
        "sha256": claim.sha256,
    }


def _declarations(claim: Claim) -> dict[str, str]:
    """The axioms, definitions and levels that a claim rests on or mentions, in full."""
    theory, printer = claim.theorem.theory, Printer(claim.theorem.theory)
    formulas = (*claim.theorem.hypotheses, claim.theorem.conclusion)
    named = {use.partition(":")[2] for use in claim.uses if not use.startswith("level:")}
    every: tuple[Axiom | Definition, ...] = (*theory.axioms, *theory.definitions)
    used = [d for d in every if d.name in named] + mentioned(theory, formulas)
    found = {f"{_kind(d)} {d.name}": _declared(d, printer) for d in used}
    measurable = [s for s in theory.symbols if f"level:{s.name}" in claim.uses]
    return found | {f"level {s.name}": _level(s) for s in measurable}


def _kind(declaration: Axiom | Definition) -> str:
    return declaration.kind if isinstance(declaration, Definition) else "axiom"


def _level(symbol: Symbol) -> str:
    """At which F_n the values of a process are measurable: ``m(index k, index) in F_{k-1}``."""
    if symbol.adapted is None:
        return f"{symbol.name} is a function"
    at, shift = symbol.adapted
    args = [f"{sort} k" if n == at else sort for n, sort in enumerate(symbol.args)]
    return f"{symbol.name}({', '.join(args)}) in F_{{k{f'{shift:+d}' if shift else ''}}}"


def _declared(declaration: Axiom | Definition, printer: Printer) -> str:
    if isinstance(declaration, Axiom):
        text = printer.show(declaration.conclusion)
        given = declaration.hypotheses
    else:
        text = printer.show(Rel(declaration.left, "=", declaration.right))
        given = declaration.ranges
    return f"{text}  for {', '.join(printer.show(h) for h in given)}" if given else text


# --- proofs -----------------------------------------------------------------------------------


def _dependencies(
    claim: Claim, labels: dict[str, tuple[str, str]], digests: dict[Theorem, str]
) -> list[str]:
    """The claims that the proof uses, as ``theory.id``."""
    own = (claim.theorem.theory.name, claim.id)
    found, seen = set[str](), set[str]()
    waiting = [*claim.theorem.premises, *claim.definedness]
    while waiting:
        theorem = waiting.pop()
        digest = _inferences(theorem, digests)
        if digest in seen:
            continue
        seen.add(digest)
        if labels.get(digest, own) != own:
            found.add(".".join(labels[digest]))
        else:
            waiting += theorem.premises
    return sorted(found)


def _proof(claim: Claim, digests: dict[Theorem, str]) -> str:
    """A digest of all inferences beneath a claim."""
    parts = [_inferences(t, digests) for t in (claim.theorem, *claim.definedness)]
    return sha256(" ".join(parts).encode()).hexdigest()


def _inferences(root: Theorem, digests: dict[Theorem, str]) -> str:
    stack = [root]
    while stack:
        theorem = stack[-1]
        missing = [p for p in theorem.premises if p not in digests]
        if theorem in digests or not missing:
            stack.pop()
            if theorem not in digests:
                args = sorted(theorem.args.items())
                texts = [f"{n}={written(v, lambda t: int(digests[t], 16))}" for n, v in args]
                text = "\n".join((theorem.theory.name, theorem.rule, *texts))
                digests[theorem] = sha256(text.encode()).hexdigest()
        else:
            stack += missing
    return digests[root]


# --- constants --------------------------------------------------------------------------------


def constants(node: Node) -> list[Term]:
    """The numbers in a formula as it is written, other than 0 and 1 up to sign, in order."""
    return [t for t in _numbers(node) if not (isinstance(t, Rat) and abs(t.value) in (0, 1))]


def _numbers(node: Node) -> Iterator[Term]:
    if isinstance(node, Term) and is_number(node):
        yield node
        return
    for part in node.parts():
        for inner in part if isinstance(part, tuple) else (part,):
            if isinstance(inner, Node):
                yield from _numbers(inner)


def is_number(term: Node) -> bool:
    """Is it made of rationals alone?"""
    if isinstance(term, Rat):
        return True
    if isinstance(term, App | Var | IxVal | PointApp | PointVar | Lambda) or not isinstance(
        term, Term
    ):
        return False
    inner = [p for part in term.parts() for p in (part if isinstance(part, tuple) else (part,))]
    nodes = [p for p in inner if isinstance(p, Node)]
    return bool(nodes) and all(is_number(p) for p in nodes)


def value(term: Term, digits: int = DIGITS) -> str:
    """A number to so many significant digits, correctly rounded; as it stands if it is shorter."""
    for bits in PRECISIONS:
        try:
            low, high = evaluate(term, {}, bits)
        except KernelError:
            continue
        below, above = _rounded(low, digits), _rounded(high, digits)
        if below == above:
            return below
    return "?"


def _rounded(number: Fraction, digits: int) -> str:
    with localcontext() as context:
        context.prec = digits
        quotient = Decimal(number.numerator) / Decimal(number.denominator)
        text = format(quotient, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
