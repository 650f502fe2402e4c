"""The judgment ``hypotheses |- conclusion``, and the record of how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from functools import cached_property
from typing import Any

from .errors import KernelError, LimitError, SideConditionError, SortError, TheoryError
from .terms import Formula, Rel
from .theory import Theory

_TOKEN = object()
MAX_HYPOTHESES = 200


@dataclass(frozen=True, eq=False)
class Theorem:
    """``hypotheses |- conclusion``, valid in every model of ``theory``.

    For all values of the free variables and indices, almost surely: if all hypotheses hold at the
    outcome, so does the conclusion. Made by the rules only; a process that imports the kernel can
    forge one, so what counts is the replay of its trace in a fresh process.

    ``uses``: the declarations of the theory it rests on, transitively, as ``kind:name``.
    ``rule`` and ``args`` say how to make it again.
    """

    theory: Theory
    hypotheses: frozenset[Formula]
    conclusion: Formula
    uses: frozenset[str]
    rule: str
    args: Mapping[str, Any]
    token: InitVar[object] = None

    def __post_init__(self, token: object) -> None:
        if token is not _TOKEN:
            raise KernelError("theorems are made by rules only")

    @cached_property
    def constancy(self) -> frozenset[str] | None:
        """The level declarations by which no hypothesis depends on the outcome; None if one may."""
        uses: set[str] = set()
        known = all(self.theory.deterministic(h, uses) for h in self.hypotheses)
        return frozenset(uses) if known else None

    @cached_property
    def premises(self) -> tuple[Theorem, ...]:
        """The theorems among the arguments of its rule, in order."""
        groups = (v if isinstance(v, tuple) else (v,) for v in self.args.values())
        return tuple(v for group in groups for v in group if isinstance(v, Theorem))

    @property
    def rel(self) -> Rel:
        """The conclusion, if it is a relation between terms."""
        if not isinstance(self.conclusion, Rel):
            raise SideConditionError(f"{self.rule}: not a relation: {self.conclusion}")
        return self.conclusion

    def __repr__(self) -> str:
        hyps = ", ".join(sorted(h.key for h in self.hypotheses))
        return f"{hyps} |- {self.conclusion.key}"


def make(
    theory: Theory,
    hypotheses: frozenset[Formula],
    conclusion: Formula,
    uses: frozenset[str],
    rule: str,
    args: Mapping[str, Any],
) -> Theorem:
    """A theorem, for the rules: checks that everything in it is well formed in ``theory``."""
    if len(hypotheses) > MAX_HYPOTHESES:
        raise LimitError(f"more than {MAX_HYPOTHESES} hypotheses")
    for formula in (conclusion, *hypotheses):
        if not isinstance(formula, Formula):
            raise SortError(f"not a formula: {formula}")
        theory.check(formula)
    return Theorem(theory, hypotheses, conclusion, uses, rule, args, _TOKEN)


def same_theory(theory: Theory, *theorems: Theorem) -> None:
    """Raise ``TheoryError`` unless all theorems belong to ``theory``."""
    for theorem in theorems:
        if theorem.theory is not theory and theorem.theory != theory:
            raise TheoryError(f"a theorem of {theorem.theory.name} used in {theory.name}")
