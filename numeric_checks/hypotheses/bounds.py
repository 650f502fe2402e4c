"""Inequalities in the constants that are chosen, and what random points tell of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ...proofs.kernel.terms import ZERO, App, Node, Op, Rel, Term, Var, sub, transform
from .floats import Program
from .intervals import Interval, interval
from .polynomials import Isolated, isolated
from .samples import typical_base, typical_values
from .setting import Setting, names_in

ROWS = 2048
SLACK = 1e-9
_SEED = 20261127


@dataclass(frozen=True)
class Bound:
    """An inequality, with what equations define put in.

    Attributes:
        relation: as the claim has it, or as it follows (``derived``).
        gap: ``right - left`` in the constants that are chosen.
        names: those that occur.
        derived: is it a consequence of hypotheses?
    """

    relation: Rel
    gap: Term
    names: frozenset[str]
    derived: bool = False


def put_in(term: Term, values: Mapping[str, Term], nodes: Mapping[str, Var | App]) -> Term:
    """``term`` with terms in place of constants."""

    def visit(node: Node, depth: int) -> Node | None:
        if isinstance(node, Var | App) and nodes.get(node.name) is node:
            return values.get(node.name)
        return None

    return transform(term, visit)


class Sample:
    """Random worlds with random constants [ROWS], and what terms are there.

    Args:
        setting: the hypotheses.
        K, d: the index constants.
        defined: what equations define, in terms of the other constants.
    """

    def __init__(self, setting: Setting, K: int, d: int, defined: Mapping[str, Term]) -> None:
        self.setting, self.K, self.d, self.defined = setting, K, d, defined
        self._truth: dict[Term, Tensor] = {}
        self._found: dict[tuple[Term, str], Isolated | None] = {}
        self._ends: dict[Isolated, Interval] = {}

    def bound(self, relation: Rel, *, derived: bool = False) -> Bound:
        """A relation in the constants that are chosen."""
        gap = put_in(sub(relation.right, relation.left), self.defined, self.setting.nodes)
        return Bound(relation, gap, names_in(gap, self.setting.nodes), derived)

    @cached_property
    def positive(self) -> Mapping[str, Op]:
        """The constants that are > 0 (``<``) or >= 0 (``<=``), as they are above something that is.

        Of that something, only random points tell. What is found so is asked for beside the
        hypotheses (``implied``), so that the region is never larger for it.
        """
        known: dict[str, Op] = {}
        while True:
            values, before = self._values(known), dict(known)
            for relation in self.setting.inequalities:
                sign = self._raises(relation, values)
                name = getattr(relation.right, "name", "")
                if sign is not None and known.get(name) != "<":
                    known[name] = sign
            if known == before:
                return known

    def _raises(self, relation: Rel, values: Mapping[str, Tensor]) -> Op | None:
        """Does it say that a constant is at least something >= 0, or > 0?"""
        here, nodes = relation.right, self.setting.nodes
        if not isinstance(here, Var | App) or nodes.get(here.name) is not here:
            return None
        below = put_in(relation.left, self.defined, nodes)
        if here.name in self.defined or here.name in names_in(below, nodes):
            return None
        (value,) = self._program([below])(values)
        if bool((value > 0).all()) or (relation.op == "<" and bool((value >= 0).all())):
            return "<"
        return "<=" if bool((value >= 0).all()) else None

    def implied(self) -> list[Bound]:
        """``0 <= y``, or ``0 < y``, for all constants of which it is known and not said."""
        said = {(r.left, r.right) for r in self.setting.inequalities}
        found = (Rel(ZERO, op, self.setting.nodes[n]) for n, op in sorted(self.positive.items()))
        return [self.bound(r, derived=True) for r in found if (r.left, r.right) not in said]

    @cached_property
    def values(self) -> dict[str, Tensor]:
        """The values of everything that is given or chosen."""
        return self._values(self.positive)

    def _values(self, positive: Mapping[str, Op]) -> dict[str, Tensor]:
        generator = torch.Generator().manual_seed(_SEED)
        base = typical_base(ROWS, self.d, generator)
        nodes = self.setting.nodes
        signs = (Rel(ZERO, op, nodes[name]) for name, op in positive.items())
        asked = (*self.setting.inequalities, *signs)
        return base | typical_values(nodes.values(), asked, ROWS, generator)

    def _program(self, terms: Sequence[Term]) -> Program:
        return Program(terms, self.K, self.d, self.setting.unfold, self.setting.nodes)

    def floats(self, terms: Sequence[Term]) -> list[Tensor]:
        """The values of terms, [ROWS] each."""
        return [value.expand(ROWS) for value in self._program(terms)(self.values)]

    def satisfied(self, bounds: Sequence[Bound]) -> Tensor:
        """Where all of them hold, [ROWS]."""
        new = [b for b in bounds if b.gap not in self._truth]
        for bound, gap in zip(new, self.floats([b.gap for b in new]), strict=True):
            self._truth[bound.gap] = gap > 0 if bound.relation.op == "<" else gap >= -SLACK
        mask = torch.ones(ROWS, dtype=torch.bool)
        for bound in bounds:
            mask &= self._truth[bound.gap]
        return mask

    def isolated(self, bound: Bound, name: str) -> Isolated | None:
        """What it asks of one constant."""
        key = bound.gap, name
        if key not in self._found:
            node = self.setting.nodes[name]
            found = isolated(bound.relation, bound.gap, node, name in self.positive)
            self._found[key] = found
        return self._found[key]

    def ends(self, found: Isolated) -> Interval:
        """The interval that it leaves."""
        if found not in self._ends:
            a, b, c = self.floats(found.coefficients)
            affine = found.coefficients[2] is ZERO
            self._ends[found] = interval(found, a, b, None if affine else c)
        return self._ends[found]
