"""Statements of the kernel, ready to be evaluated, and the unfolding of definitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from ...proofs.kernel.indices import IndexMap, match_heads, substitute_indices
from ...proofs.kernel.terms import (
    All,
    App,
    Fin,
    Formula,
    Le,
    Node,
    Rel,
    Term,
    free_indices,
    is_closed,
)
from ...proofs.kernel.theory import Theory
from ..exact import EvaluationError, Unfold, no_definitions


@dataclass(frozen=True)
class Statement:
    """``hypotheses |- conclusion``, as the kernel has it.

    Attributes:
        name: for messages and reports.
        conclusion: what is claimed, for all free indices within the index hypotheses.
        hypotheses: index conditions (``Le``) give the ranges; relations restrict what is checked;
            integrability (``Fin``) holds of finite runs.
        unfold: definitions, tried for every application that a run does not record.
        variables: values of free scalar variables, by name.

    Raises:
        EvaluationError: the conclusion is no relation, is not closed, or a hypothesis quantifies
            over scalars (``All``).
    """

    name: str
    conclusion: Rel
    hypotheses: tuple[Formula, ...] = ()
    unfold: Unfold = no_definitions
    variables: Mapping[str, Fraction | Term | float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hypotheses", tuple(self.hypotheses))
        if not isinstance(self.conclusion, Rel):
            raise EvaluationError(f"{self.name}: not a relation: {self.conclusion}")
        for formula in (self.conclusion, *self.hypotheses):
            if not is_closed(formula):
                raise EvaluationError(f"{self.name}: a loose bound index in {formula}")
            if isinstance(formula, All):
                raise EvaluationError(
                    f"{self.name}: a hypothesis over all scalars cannot be sampled: {formula}"
                )

    @property
    def index_hypotheses(self) -> tuple[Le, ...]:
        """The index conditions, in a fixed order."""
        return tuple(sorted((h for h in self.hypotheses if isinstance(h, Le)), key=_by_key))

    @property
    def relations(self) -> tuple[Rel, ...]:
        """The hypotheses that are relations between terms, in a fixed order."""
        return tuple(sorted((h for h in self.hypotheses if isinstance(h, Rel)), key=_by_key))

    def free(self, constants: Iterable[str]) -> frozenset[str]:
        """The free indices that are no index constants, of conclusion and hypotheses."""
        formulas = [f for f in (self.conclusion, *self.hypotheses) if not isinstance(f, Fin)]
        return frozenset[str]().union(*(free_indices(f) for f in formulas)) - set(constants)


def _by_key(node: Node) -> str:
    return node.key


def unfolding(
    definitions: Mapping[App, Term] | Iterable[tuple[App, Term, tuple[Le, ...]]],
    index_constants: Iterable[str] = ("K", "d"),
) -> Unfold:
    """An ``Unfold`` from patterns: ``{G[k, i]: grad(x[k], i)}``.

    Args:
        definitions: application -> what it abbreviates, the free indices of the application being
            pattern variables; or triples with the index conditions under which it does.
        index_constants: index names that are no pattern variables.

    >>> from ratecert.proofs.kernel.terms import App, Ix, power
    >>> k, i = Ix("k"), Ix("i")
    >>> square = unfolding({App("s", (k, i)): power(App("g", (k, i)), 2)})
    >>> at = (Ix("t", 1), Ix(None, 3))
    >>> square(App("s", at)) == (power(App("g", at), 2), ())
    True
    """
    triples = (
        [(left, right, ()) for left, right in definitions.items()]
        if isinstance(definitions, Mapping)
        else list(definitions)
    )
    table: dict[str, list[tuple[App, Term, tuple[Le, ...]]]] = {}
    for left, right, conditions in triples:
        table.setdefault(left.name, []).append((left, right, conditions))
    constants = frozenset(index_constants)

    @lru_cache(maxsize=4096)
    def unfold(app: App) -> tuple[Term, tuple[Le, ...]] | None:
        for left, right, conditions in table.get(app.name, ()):
            found: IndexMap = {}
            if match_heads(left, app, free_indices(left) - constants, found):
                ranges = tuple(substitute_indices(le, found) for le in conditions)
                return substitute_indices(right, found), ranges
        return None

    return unfold


def theory_unfolding(theory: Theory) -> Unfold:
    """The definitions of a theory. What a run records is never unfolded, recursions included."""
    triples = [(d.left, d.right, d.ranges) for d in theory.definitions]
    return unfolding(triples, theory.index_constants)


def first_of(*unfolds: Unfold) -> Unfold:
    """Try several sources of definitions in order."""

    def unfold(app: App) -> tuple[Term, tuple[Le, ...]] | None:
        for candidate in unfolds:
            found = candidate(app)
            if found is not None:
                return found
        return None

    return unfold
