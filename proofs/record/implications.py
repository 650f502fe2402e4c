"""Is a changed statement stronger or weaker than the locked one? Decided by proofs.

Both statements are theorems, so that one implies the other says nothing. One counts as at least as
strong as the other if it rests on nothing else, its hypotheses follow from the other's, and it
bounds the same quantity at least as tightly: one side is the same and the other is no worse, under
the other's hypotheses. (Or both say the same by arithmetic alone.) What holds whatever is bounded,
as ``a <= a``, is not stronger than anything. The finders search, the kernel decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from ..finders import prove
from ..finders.budget import SEARCH
from ..kernel import rules
from ..kernel.claims import Claim, mentioned
from ..kernel.errors import KernelError
from ..kernel.indices import entails, index_hypotheses
from ..kernel.judgment import Theorem
from ..kernel.normal import Normaliser
from ..kernel.polynomials import primitive
from ..kernel.terms import (
    ONE,
    App,
    Fin,
    Formula,
    Le,
    Node,
    PointApp,
    Rel,
    Term,
    free_indices,
    mul,
    rat,
    sub,
    subterms,
    transform,
)
from ..kernel.theory import Axiom, Definition, Symbol, Theory
from .differences import STATED, Difference, Kind
from .entries import is_number

WORK = SEARCH // 4
"""How much may be searched for each implication."""


def decided(
    found: list[Difference], locked: Mapping[str, Claim], now: Mapping[str, Claim]
) -> list[Difference]:
    """The differences, with statements that changed put into their place.

    ``locked`` and ``now``: the claims by ``theory.id``; the locked ones come from a replay.
    """
    return [_decided(d, locked, now) if d.kind in STATED else d for d in found]


def _decided(
    found: Difference, locked: Mapping[str, Claim], now: Mapping[str, Claim]
) -> Difference:
    if found.claim in locked and found.claim in now:
        return replace(found, kind=kind(locked[found.claim], now[found.claim], found.kind))
    if found.kind == "hypothesis-removed":  # by its text alone, which does not show everything
        return replace(found, kind="changed")
    return found


def kind(old: Claim, new: Claim, otherwise: Kind = "changed") -> Kind:
    """What became of a statement."""
    before, after = old.theorem, new.theorem
    same = before.conclusion == after.conclusion
    constants = _shape(before.conclusion) == _shape(after.conclusion) and not same
    constants = constants and before.hypotheses == after.hypotheses
    up = stands_on(new, old) and implies(after, before, as_written=constants)
    down = stands_on(old, new) and implies(before, after, as_written=constants)
    if up and down:
        return "restated"
    if up:
        fewer = same and after.hypotheses < before.hypotheses
        return (
            "hypothesis-removed" if fewer else "constant-improved" if constants else "strengthened"
        )
    if down:
        more = same and after.hypotheses > before.hypotheses
        return "hypothesis-added" if more else "constant-worsened" if constants else "weakened"
    return "changed" if otherwise == "hypothesis-removed" else otherwise


def implies(one: Theorem, other: Theorem, as_written: bool = False) -> bool:
    """Is ``one`` at least as strong as ``other``? False if it is not seen to be.

    To be asked of two theorems that rest on the same (``stands_on``). ``as_written``: side by side
    only, since ``a <= 2 a`` and ``a <= 3 a`` are the same by arithmetic, but not to their author.
    """
    theory = one.theory
    try:
        for formula in (*other.hypotheses, other.conclusion):
            theory.check(formula)
        given = tuple(rules.assume(theory, h) for h in other.hypotheses if not isinstance(h, Le))
        ambient = index_hypotheses(other.hypotheses)
        if not all(_follows(theory, h, given, ambient) for h in one.hypotheses):
            return False
        return _concludes(theory, one.conclusion, other.conclusion, given, ambient, as_written)
    except KernelError:  # another theory: its symbols are not these
        return False


def _concludes(
    theory: Theory, one: Formula, other: Formula, given: tuple[Theorem, ...],
    ambient: frozenset[Le], as_written: bool,
) -> bool:  # fmt: skip
    """Does ``one`` bound what ``other`` bounds, at least as tightly?"""
    if one == other:
        return True
    if isinstance(one, Fin) and isinstance(other, Fin):
        return one.term == other.term and one.exponent <= other.exponent
    if not (isinstance(one, Rel) and isinstance(other, Rel)) or _empty(theory, one):
        return False
    if one.op == other.op and not as_written and _alike(theory, one, other):
        return True
    if other.op == "=" and one.op != "=":
        return False
    strict = other.op == "<" and one.op != "<"
    op: Literal["=", "<", "<="] = "=" if other.op == "=" else "<" if strict else "<="
    pairs = [one] if one.op != "=" else [one, Rel(one.right, "=", one.left)]
    for rel in pairs:
        left, right = Rel(rel.left, "=", other.left), Rel(rel.right, "=", other.right)
        tighter = Rel(rel.right, op, other.right), Rel(other.left, op, rel.left)
        for same, better in ((left, tighter[0]), (right, tighter[1])):
            if all(_follows(theory, goal, given, ambient) for goal in (same, better)):
                return True
    return False


def _room(rel: Rel) -> Term:
    return sub(rel.right, rel.left)


def _empty(theory: Theory, rel: Rel) -> bool:
    """Do its sides differ by a number, so that it says nothing of anything?"""
    return all(not factors for factors in Normaliser(theory).poly(_room(rel)))


def _alike(theory: Theory, one: Rel, other: Rel) -> bool:
    """Are two relations the same by arithmetic alone, up to a factor?"""
    normaliser = Normaliser(theory)
    rooms = [normaliser.poly(_room(rel)) for rel in (one, other)]
    factor = Fraction(1)
    if all(rooms):
        (c, shape), (d, its) = map(primitive, rooms)
        factor = d / c if shape == its else factor
    if factor < 0 and one.op != "=":
        return False
    try:
        rules.norm(theory, mul(rat(factor), _room(one)), _room(other))
    except KernelError:
        return False
    return True


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
    if not isinstance(found, Theorem) or found.conclusion != goal:
        return False
    return found.hypotheses <= ambient.union(*(fact.hypotheses for fact in given))


def _shape(formula: Formula) -> Formula:
    """The formula with all numbers alike."""

    def visit(node: Node, _depth: int) -> Node | None:
        return ONE if isinstance(node, Term) and is_number(node) else None

    return transform(formula, visit)


# --- what they rest on ------------------------------------------------------------------------


def stands_on(new: Claim, old: Claim) -> bool:
    """Does ``new`` rest on nothing but what ``old`` rests on, and do both mean the same by it?

    Axioms, recursions and levels of ``new`` must be beneath ``old``; abbreviations that either
    mentions or uses, and its symbols and index constants, must be the same in both theories.
    """
    mine, theirs = new.theorem.theory, old.theorem.theory
    if not ({*map(_axiom, _axioms(new))} <= {*map(_axiom, _axioms(old))}):
        return False
    levels = [{u for u in c.uses if u.startswith("level:")} for c in (new, old)]
    definitions = [_definitions(c) for c in (new, old)]
    recursions = [{_definition(d) for d in ds if d.kind == "recursion"} for ds in definitions]
    if not (levels[0] <= levels[1] and recursions[0] <= recursions[1]):
        return False
    known = [{_definition(d) for d in t.definitions} for t in (mine, theirs)]
    used = {_definition(d) for ds in definitions for d in ds}
    if not (used <= known[0] and used <= known[1]):
        return False
    nodes = [n for c in (new, old) for n in _nodes(c)]
    names = {n.name for node in nodes for n, _ in subterms(node) if isinstance(n, App | PointApp)}
    names |= {u.partition(":")[2] for group in levels for u in group}
    tables = [{s.name: _symbol(s) for s in t.symbols} for t in (mine, theirs)]
    if any(tables[0].get(name) != tables[1].get(name) for name in names):
        return False
    indices = frozenset[str]().union(*(free_indices(node) for node in nodes))
    return indices & {*mine.index_constants} == indices & {*theirs.index_constants}


def _axioms(claim: Claim) -> list[Axiom]:
    return [a for a in claim.theorem.theory.axioms if f"axiom:{a.name}" in claim.uses]


def _definitions(claim: Claim) -> list[Definition]:
    """The definitions it uses or mentions."""
    theory, formulas = claim.theorem.theory, _formulas(claim)
    used = [d for d in theory.definitions if f"definition:{d.name}" in claim.uses]
    return used + [d for d in mentioned(theory, formulas) if d not in used]


def _formulas(claim: Claim) -> tuple[Formula, ...]:
    return (*claim.theorem.hypotheses, claim.theorem.conclusion)


def _nodes(claim: Claim) -> Iterable[Node]:
    """All that the claim says, in its statement and in what is beneath it."""
    yield from _formulas(claim)
    for axiom in _axioms(claim):
        yield from (*axiom.hypotheses, axiom.conclusion)
    for definition in _definitions(claim):
        yield from (*definition.ranges, definition.left, definition.right)


def _axiom(axiom: Axiom) -> tuple[object, ...]:
    """What an axiom says, apart from its name and where it is from."""
    return axiom.group, axiom.kind, frozenset(axiom.hypotheses), axiom.conclusion


def _definition(definition: Definition) -> tuple[object, ...]:
    ranges = frozenset(definition.ranges)
    return definition.kind, definition.left, ranges, definition.right


def _symbol(symbol: Symbol) -> tuple[object, ...]:
    return symbol.args, symbol.result, symbol.adapted
