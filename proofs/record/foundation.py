"""What a theorem rests on: assumptions, axioms, definitions; derived from the theorem itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..kernel.judgment import Theorem
from ..kernel.terms import Formula


@dataclass(frozen=True, eq=False)
class Foundation:
    """Everything beneath a theorem, by the ids that ``trust`` and ``check`` show."""

    assumptions: tuple[str, ...]
    axioms: tuple[str, ...]
    definitions: tuple[str, ...]
    oracles: tuple[str, ...]
    random_hypotheses: tuple[Formula, ...]
    theorem: Theorem

    @cached_property
    def rules(self) -> Mapping[str, int]:
        """How often each rule occurs in the proof (each inference counted once)."""
        return count_rules(self.theorem)


def foundation(theorem: Theorem, hypotheses: Iterable[Formula] = ()) -> Foundation:
    """Collect what ``theorem`` uses; ``hypotheses`` that are random inequalities are flagged."""
    theory = theorem.theory
    assumptions, axioms, definitions, oracles = set[str](), set[str](), set[str](), set[str]()
    for use in theorem.uses:
        kind, _, name = use.partition(":")
        if kind == "axiom" and name in theory.axiom_table:
            axiom = theory.axiom_table[name]
            (assumptions if axiom.kind == "assumption" else axioms).add(axiom.group)
        elif kind == "definition" and name in theory.definition_table:
            definition = theory.definition_table[name]
            definitions.add(f"{definition.kind} {name}")
        elif kind == "level":
            source = theory.symbol(name).source
            if source:
                axioms.add(source)
            else:
                definitions.add(f"level {name}")
        else:
            oracles.add(use)
    flagged = tuple(
        h for h in sorted(hypotheses, key=lambda h: h.key) if not theory.deterministic(h, set())
    )
    return Foundation(
        tuple(sorted(assumptions)),
        tuple(sorted(axioms)),
        tuple(sorted(definitions)),
        tuple(sorted(oracles)),
        flagged,
        theorem,
    )


def count_rules(theorem: Theorem) -> dict[str, int]:
    """How often each rule occurs in the proof (each inference counted once)."""
    seen: set[int] = set()
    counts: dict[str, int] = {}
    stack = [theorem]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        counts[node.rule] = counts.get(node.rule, 0) + 1
        stack.extend(node.premises)
    return dict(sorted(counts.items()))
