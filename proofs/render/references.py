"""What a step rests on, read off its theorem: claims, chains before it, axioms, hypotheses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from ..kernel.judgment import Theorem
from ..kernel.terms import Formula

LOOKED_UP = frozenset({"sides", "minor", "conditions"})
"""Arguments of rules that only supply signs and hypotheses on the way."""


def cited(reference: str) -> str:
    """What of a claim's reference a reader can look up: published sources, not our own drafts."""
    return "; ".join(p for p in reference.split("; ") if not p.startswith("blueprint"))


@dataclass(frozen=True)
class Known:
    """What theorems are called: claims by label, the chains of this proof by number."""

    claims: Mapping[int, str] = field(default_factory=dict)
    chains: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Rests:
    """What a step uses, each in the order in which it is met.

    ``aside``: claims that only supply signs, conditions or integrability.
    """

    claims: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    chains: tuple[int, ...] = ()
    axioms: tuple[str, ...] = ()
    hypotheses: tuple[Formula, ...] = ()
    definitions: tuple[str, ...] = ()


def fingerprint(theorem: Theorem) -> str:
    """Sixteen digits of the SHA-256 of hypotheses and conclusion, by which a trace is searched."""
    keys = [*sorted(h.key for h in theorem.hypotheses), "|-", theorem.conclusion.key]
    return sha256("\n".join(keys).encode()).hexdigest()[:16]


def rests(theorem: Theorem, known: Known) -> Rests:
    """What ``theorem`` uses directly, of what is ``known``."""
    claims, aside = dict[str, None](), dict[str, None]()
    chains, axioms = dict[int, None](), dict[str, None]()
    hypotheses, definitions = dict[Formula, None](), dict[str, None]()
    seen = set[tuple[int, bool]]()

    def visit(node: Theorem, beside: bool) -> None:
        if (id(node), beside) in seen:
            return
        seen.add((id(node), beside))
        if id(node) in known.claims:
            (aside if beside else claims)[known.claims[id(node)]] = None
            return
        if id(node) in known.chains:
            if not beside:
                chains[known.chains[id(node)]] = None
            return
        if node.rule == "axiom" and not beside:
            axioms[str(node.args["name"])] = None
        elif node.rule == "assume" and not beside:
            hypotheses[node.args["formula"]] = None
        for name, _ in () if beside else node.args.get("unfold") or ():
            definitions[str(name)] = None
        for premise, looked_up in _premises(node):
            visit(premise, beside or looked_up)

    visit(theorem, False)
    return Rests(
        tuple(claims),
        tuple(label for label in aside if label not in claims),
        tuple(chains), tuple(axioms), tuple(hypotheses), tuple(definitions),
    )  # fmt: skip


def _premises(node: Theorem) -> Iterator[tuple[Theorem, bool]]:
    """The premises of an inference, and whether they are only looked up by it."""
    for name, value in node.args.items():
        aside = name in LOOKED_UP or (name == "facts" and node.rule != "certify")
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Theorem):
                yield part, aside


def beneath(roots: tuple[Theorem, ...], claims: Mapping[int, str]) -> tuple[set[int], list[str]]:
    """The theorems (by id) that ``roots`` are made from, and the claims where this stops."""
    seen, labels, stack = set[int](), dict[str, None](), [*roots]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if id(node) in claims:
            labels[claims[id(node)]] = None
            continue
        stack.extend(node.premises)
    return seen, list(labels)
