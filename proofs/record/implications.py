"""Is a changed statement stronger or weaker than the locked one? Decided by proofs.

The old statement follows from the new claim if the new hypotheses follow from the old ones, and the
old conclusion leaves at least as much room as the new one. The finders search, the kernel decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..finders import prove
from ..finders.budget import SEARCH
from ..kernel import rules
from ..kernel.claims import Claim
from ..kernel.errors import KernelError
from ..kernel.indices import entails, index_hypotheses
from ..kernel.judgment import Theorem
from ..kernel.terms import ONE, Fin, Formula, Le, Node, Rel, Term, neg, sub, transform
from ..kernel.theory import Theory
from .differences import Difference, Kind
from .entries import is_number

DECIDED = frozenset({"changed", "hypothesis-added", "hypothesis-removed"})
WORK = SEARCH // 4
"""How much may be searched for each implication."""


def decided(
    found: list[Difference], locked: Mapping[str, Claim], now: Mapping[str, Claim]
) -> list[Difference]:
    """The differences, with statements that changed put into their place.

    ``locked`` and ``now``: the claims by ``theory.id``; the locked ones come from a replay.
    """
    return [
        replace(d, kind=kind(locked[d.claim], now[d.claim], d.kind))
        if d.kind in DECIDED and d.claim in locked and d.claim in now
        else d
        for d in found
    ]


def kind(old: Claim, new: Claim, otherwise: Kind = "changed") -> Kind:
    """What became of a statement."""
    before, after = old.theorem, new.theorem
    up, down = implies(after, before), implies(before, after)
    if up and down:
        return "restated"
    same = before.conclusion == after.conclusion
    constants = _shape(before.conclusion) == _shape(after.conclusion) and not same
    constants = constants and before.hypotheses == after.hypotheses
    if up:
        fewer = same and after.hypotheses < before.hypotheses
        return (
            "hypothesis-removed" if fewer else "constant-improved" if constants else "strengthened"
        )
    if down:
        more = same and after.hypotheses > before.hypotheses
        return "hypothesis-added" if more else "constant-worsened" if constants else "weakened"
    return "changed" if otherwise == "hypothesis-removed" else otherwise


def implies(one: Theorem, other: Theorem) -> bool:
    """Does the statement of ``other`` follow from that of ``one``? False if it is not seen to."""
    theory = one.theory
    try:
        for formula in (*other.hypotheses, other.conclusion):
            theory.check(formula)
        given = tuple(rules.assume(theory, h) for h in other.hypotheses if not isinstance(h, Le))
        ambient = index_hypotheses(other.hypotheses)
        if not all(_follows(theory, h, given, ambient) for h in one.hypotheses):
            return False
        return _concludes(theory, one.conclusion, other.conclusion, given, ambient)
    except KernelError:  # another theory: its symbols are not these
        return False


def _concludes(
    theory: Theory, one: Formula, other: Formula, given: tuple[Theorem, ...], ambient: frozenset[Le]
) -> bool:
    """Is there at least as much room in ``other`` as in ``one``?

    That it is true does not count, both are: ``a <= b`` is stronger than ``c <= d`` if
    ``b - a <= d - c``.
    """
    if one == other:
        return True
    if isinstance(one, Fin) and isinstance(other, Fin):
        return one.term == other.term and one.exponent <= other.exponent
    if not (isinstance(one, Rel) and isinstance(other, Rel)):
        return False
    room, more = sub(one.right, one.left), sub(other.right, other.left)
    if other.op == "=":
        sides = (Rel(room, "=", more), Rel(neg(room), "=", more))
        return one.op == "=" and any(_follows(theory, g, given, ambient) for g in sides)
    goal = Rel(room, "<" if (one.op, other.op) == ("<=", "<") else "<=", more)
    return _follows(theory, goal, given, ambient)


def _follows(
    theory: Theory, goal: Formula, given: tuple[Theorem, ...], ambient: frozenset[Le]
) -> bool:
    if any(fact.conclusion == goal for fact in given):
        return True
    if isinstance(goal, Le):
        return entails(ambient, goal) is not None
    if not isinstance(goal, Rel):
        return False
    found = prove(
        theory, goal, given, ambient=tuple(sorted(ambient, key=lambda h: h.key)), work=WORK,
        refuting=False,
    )  # fmt: skip
    return isinstance(found, Theorem)


def _shape(formula: Formula) -> Formula:
    """The formula with all numbers alike."""

    def visit(node: Node, _depth: int) -> Node | None:
        return ONE if isinstance(node, Term) and is_number(node) else None

    return transform(formula, visit)
