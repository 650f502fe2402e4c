"""What a claim speaks of, and so in which worlds it is attacked."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import lru_cache

from ...proofs.kernel.terms import CE, App, E, Ix, Node, PointApp, PointVar, Rel, subterms
from ...proofs.kernel.theory import Theory as KernelTheory
from ...proofs.language import Claimed


class AttackError(ValueError):
    """A claim that cannot be attacked; the message says why, and what can be done instead."""


class Kind(Enum):
    """In which worlds a claim is attacked.

    ``CONSTANTS``: it speaks of constants and variables alone. ``POINTS``: of points of R^d too.
    ``PATHS``: of the processes of one path. ``TREES``: of expectations, on scenario trees.
    """

    CONSTANTS = "constants"
    POINTS = "points"
    PATHS = "paths"
    TREES = "trees"


def kind_of(claim: Claimed) -> Kind:
    """In which worlds ``claim`` is attacked.

    Raises:
        AttackError: it claims integrability, or something of random variables whose law is given
            (the Gaussian moments of ``norms``): there is nothing to choose.
    """
    conclusion = claim.statement()
    if not isinstance(conclusion, Rel):
        raise AttackError(
            f"{claim.label} says that something is integrable: in a finite world everything is"
        )
    relations = [conclusion, *(h for h in claim.hypotheses() if isinstance(h, Rel))]
    theory = claim.theory.kernel()
    nodes = frozenset(_reached(relations, theory))
    expectation = any(isinstance(n, E | CE) for n in nodes)
    names = {n.name for n in nodes if isinstance(n, App | PointApp)}
    if claim.theory.recursion is None:
        functions = {s.name for s in theory.symbols if s.args} - _definitions(theory).keys()
        if expectation or names & (functions - {"coord"}):
            raise AttackError(
                f"{claim.label} speaks of {', '.join(sorted(names & functions)) or 'a law'}, which "
                "axioms determine: nothing is left to choose; campaigns check it"
            )
        return Kind.POINTS if any(isinstance(n, PointVar) for n in nodes) else Kind.CONSTANTS
    if expectation:
        return Kind.TREES
    moving = any(isinstance(n, PointApp) and not _is_start(n) for n in nodes)
    made = {update.target for update in claim.theory.recursion.updates} - {"x"}
    return Kind.PATHS if moving or names & (made | {"g"}) else Kind.CONSTANTS


def _is_start(point: PointApp) -> bool:
    return point.args == (Ix(None, 1),)


def _reached(relations: Iterable[Rel], theory: KernelTheory) -> Iterable[Node]:
    """Every subterm, through the definitions of what occurs in it."""
    table = _definitions(theory)
    todo: list[Node] = list(relations)
    opened: set[str] = set()
    while todo:
        for node, _ in subterms(todo.pop()):
            yield node
            if isinstance(node, PointApp) and _is_start(node):
                continue  # x[1] is given, and no step of the recursion
            if isinstance(node, App | PointApp) and node.name not in opened:
                opened.add(node.name)
                todo += table.get(node.name, ())


@lru_cache(maxsize=16)
def _definitions(theory: KernelTheory) -> dict[str, tuple[Node, ...]]:
    table: dict[str, tuple[Node, ...]] = {}
    for definition in theory.definitions:
        table[definition.head] = (*table.get(definition.head, ()), definition.right)
    return table
