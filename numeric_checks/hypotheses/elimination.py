"""Which constants equations define, and in which order the others are chosen.

Inequalities are eliminated as Fourier and Motzkin do it, one constant after the other, from the
last to be chosen to the first: where two of them bound a constant from both sides, the interval is
not empty only if the lower end is at most the upper one, which is an inequality between the
constants chosen before. It is added, unless random points that satisfy what else is asked show no
case where it fails. Which constant comes last is found in floats; nothing is concluded from it
but a parametrisation, whose constants are checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

from ...proofs.kernel.terms import ZERO, App, Node, Op, Rel, Term, Var, sub, transform
from .floats import Program
from .intervals import Interval, interval
from .polynomials import Isolated, isolated, root
from .samples import typical_base, typical_values
from .setting import Setting, names_in

ROWS = 4096
_ENOUGH = 24
"""How many random points have to satisfy what else is asked, for it to be taken into account."""
_SLACK = 1e-9
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


@dataclass(frozen=True)
class Stage:
    """One constant, and what bounds it, given those chosen before.

    ``bounds`` have it isolated, each from the inequality of the same place in ``asked``.
    """

    name: str
    bounds: tuple[Isolated, ...]
    asked: tuple[Bound, ...]


@dataclass(frozen=True)
class Elimination:
    """How to choose the constants of a claim.

    Attributes:
        stages: the constants to be chosen, the first first.
        defined: what equations define, in terms of those.
        unsolved: equations in which no constant could be isolated.
        penalties: inequalities, likewise.
    """

    stages: tuple[Stage, ...]
    defined: Mapping[str, Term]
    unsolved: tuple[Bound, ...]
    penalties: tuple[Bound, ...]


def put_in(term: Term, values: Mapping[str, Term], nodes: Mapping[str, Var | App]) -> Term:
    """``term`` with terms in place of constants."""

    def visit(node: Node, depth: int) -> Node | None:
        if isinstance(node, Var | App) and nodes.get(node.name) is node:
            return values.get(node.name)
        return None

    return transform(term, visit)


def eliminated(setting: Setting, K: int, d: int) -> Elimination:
    """Order the constants of ``setting``, for K and d."""
    return _Eliminator(setting, K, d).run()


@dataclass
class _Eliminator:
    setting: Setting
    K: int
    d: int
    defined: dict[str, Term] = field(default_factory=dict)
    unsolved: list[Bound] = field(default_factory=list)

    def run(self) -> Elimination:
        self._equations()
        left = dict.fromkeys(
            self._bound(sub(r.right, r.left), r) for r in self.setting.inequalities
        )
        bounds = [b for b in left if b.names] + self._implied()
        penalties = [b for b in left if not b.names]
        remaining = [n for n in self.setting.nodes if n not in self.defined]
        stages: list[Stage] = []
        while remaining:
            best = min((self._candidate(name, bounds) for name in remaining), key=lambda c: c.cost)
            stages.append(Stage(best.name, tuple(best.isolated), tuple(best.asked)))
            penalties += [b for b in best.stuck if not b.derived]
            bounds = [b for b in bounds if best.name not in b.names]
            for made in best.derived:
                if made.names and made.gap not in {b.gap for b in bounds}:
                    bounds.append(made)
            remaining.remove(best.name)
        return Elimination(
            tuple(reversed(stages)), self.defined, tuple(self.unsolved), tuple(penalties)
        )

    def _bound(self, gap: Term, relation: Rel, derived: bool = False) -> Bound:
        gap = put_in(gap, self.defined, self.setting.nodes)
        return Bound(relation, gap, names_in(gap, self.setting.nodes), derived)

    # --- equations ---------------------------------------------------------------------------

    def _equations(self) -> None:
        waiting = list(self.setting.equations)
        for attempt in (self._definition, self._reversed, self._root):
            progress = True
            while progress:
                progress = False
                for equation in list(waiting):
                    if attempt(equation):
                        waiting.remove(equation)
                        progress = True
        for equation in waiting:
            self.unsolved.append(self._bound(sub(equation.right, equation.left), equation))

    def _definition(self, equation: Rel) -> bool:
        return self._define(equation.left, equation.right)

    def _reversed(self, equation: Rel) -> bool:
        return self._define(equation.right, equation.left)

    def _define(self, here: Term, there: Term) -> bool:
        nodes = self.setting.nodes
        if not isinstance(here, Var | App) or nodes.get(here.name) is not here:
            return False
        right = put_in(there, self.defined, nodes)
        if here.name in self.defined or here.name in names_in(right, nodes):
            return False
        self._take(here.name, right)
        return True

    def _take(self, name: str, value: Term) -> None:
        self.defined = {
            n: put_in(t, {name: value}, self.setting.nodes) for n, t in self.defined.items()
        }
        self.defined[name] = value

    def _root(self, equation: Rel) -> bool:
        """Solve for the constant that has a solution at most random points."""
        bound = self._bound(sub(equation.right, equation.left), equation)
        best: tuple[float, str, Term] | None = None
        for name in sorted(bound.names, reverse=True):
            found = self._isolated(bound, name)
            if found is None or not _single(found):
                continue
            a, b, c = self._floats(found.coefficients)
            square = -a / (c if found.coefficients[2] is not ZERO else b)
            linear = found.coefficients[2] is ZERO and found.exponent == 1
            share = 1.0 if linear else float((square >= 0).to(torch.float64).mean())
            if best is None or share > best[0]:
                best = share, name, root(found)
        if best is None:
            return False
        self._take(best[1], best[2])
        return True

    # --- inequalities ------------------------------------------------------------------------

    @cached_property
    def positive(self) -> Mapping[str, Op]:
        """The constants that are > 0 (``<``) or >= 0 (``<=``), as they are above something that is.

        Of that something, only random points tell. What is found so is asked for beside the
        hypotheses (``_implied``), so that the region is never larger for it.
        """
        known: dict[str, Op] = {}
        while True:
            sample, before = self._sampled(known), dict(known)
            for relation in self.setting.inequalities:
                sign = self._raises(relation, sample)
                name = getattr(relation.right, "name", "")
                if sign is not None and known.get(name) != "<":
                    known[name] = sign
            if known == before:
                return known

    def _raises(self, relation: Rel, sample: Mapping[str, Tensor]) -> Op | None:
        """Does it say that a constant is at least something >= 0, or > 0?"""
        here, nodes = relation.right, self.setting.nodes
        if not isinstance(here, Var | App) or nodes.get(here.name) is not here:
            return None
        below = put_in(relation.left, self.defined, nodes)
        if here.name in self.defined or here.name in names_in(below, nodes):
            return None
        (values,) = self._program([below])(sample)
        if bool((values > 0).all()) or (relation.op == "<" and bool((values >= 0).all())):
            return "<"
        return "<=" if bool((values >= 0).all()) else None

    def _implied(self) -> list[Bound]:
        """``0 <= y``, or ``0 < y``, for all constants of which it is known and not said."""
        said = {(r.left, r.right) for r in self.setting.inequalities}
        found = (Rel(ZERO, op, self.setting.nodes[n]) for n, op in sorted(self.positive.items()))
        return [
            self._bound(r.right, r, derived=True) for r in found if (r.left, r.right) not in said
        ]

    @cached_property
    def sample(self) -> dict[str, Tensor]:
        """Random worlds, with random constants [ROWS]."""
        return self._sampled(self.positive)

    def _sampled(self, positive: Mapping[str, Op]) -> dict[str, Tensor]:
        generator = torch.Generator().manual_seed(_SEED)
        base = typical_base(ROWS, self.d, generator)
        nodes = self.setting.nodes
        signs = (Rel(ZERO, op, nodes[name]) for name, op in positive.items())
        asked = (*self.setting.inequalities, *signs)
        return base | typical_values(nodes.values(), asked, ROWS, generator)

    def _program(self, terms: Sequence[Term]) -> Program:
        return Program(terms, self.K, self.d, self.setting.unfold, self.setting.nodes)

    def _floats(self, terms: Sequence[Term]) -> list[Tensor]:
        return [value.expand(ROWS) for value in self._program(terms)(self.sample)]

    def _isolated(self, bound: Bound, name: str) -> Isolated | None:
        node = self.setting.nodes[name]
        return isolated(bound.relation, bound.gap, node, name in self.positive)

    def _candidate(self, name: str, bounds: Iterable[Bound]) -> _Candidate:
        return _Candidate(self, name, list(bounds))

    @cached_property
    def _truth(self) -> dict[Term, Tensor]:
        return {}

    def satisfied(self, bounds: Sequence[Bound]) -> Tensor:
        """Where all of them hold, among the random points [ROWS]."""
        new = [b for b in bounds if b.gap not in self._truth]
        for bound, gap in zip(new, self._floats([b.gap for b in new]), strict=True):
            self._truth[bound.gap] = gap > 0 if bound.relation.op == "<" else gap >= -_SLACK
        mask = torch.ones(ROWS, dtype=torch.bool)
        for bound in bounds:
            mask &= self._truth[bound.gap]
        return mask


def _single(found: Isolated) -> bool:
    """Is it of the form A + B z or A + C z^2?"""
    return ZERO in found.coefficients[1:]


class _Candidate:
    """What it would mean to choose a constant last.

    ``stuck``: inequalities that name it, from which it cannot be isolated; ``derived``: what would
    have to be asked of the others, so that a value is left.
    """

    def __init__(self, eliminator: _Eliminator, name: str, bounds: Sequence[Bound]) -> None:
        self.name = name
        self.isolated: list[Isolated] = []
        self.asked: list[Bound] = []
        self.stuck: list[Bound] = []
        for bound in bounds:
            if name in bound.names:
                found = eliminator._isolated(bound, name)
                if found is None:
                    self.stuck.append(bound)
                else:
                    self.isolated.append(found)
                    self.asked.append(bound)
        self.mask = eliminator.satisfied([b for b in bounds if name not in b.names])
        if int(self.mask.sum()) < _ENOUGH:
            self.mask = torch.ones_like(self.mask)
        self.unclear = 0
        self.derived: list[Bound] = []
        if len(self.isolated) > 1 or any(f.coefficients[2] is not ZERO for f in self.isolated):
            self._pairs(eliminator)

    @property
    def cost(self) -> tuple[int, int, int, str]:
        """The least is chosen last."""
        asked = len([b for b in self.stuck if not b.derived])
        return asked, self.unclear + len(self.stuck), len(self.derived), self.name

    def _pairs(self, eliminator: _Eliminator) -> None:
        ends = [self._ends(eliminator, found) for found in self.isolated]
        for i, lower in enumerate(ends):
            for j, upper in enumerate(ends):
                both = lower.has_low & upper.has_high & self.mask
                room = _SLACK * (1 + lower.low.abs())
                empty = both & (lower.low > upper.high + room)
                if lower.lack.gt(0)[self.mask].any() and i == j:
                    self.unclear += 1
                if not bool(empty.any()):
                    continue
                low = self._end(self.isolated[i], lower, low=True)
                high = self._end(self.isolated[j], upper, low=False)
                if low is None or high is None:
                    self.unclear += 1
                    continue
                strict = self.isolated[i].strict or self.isolated[j].strict
                relation = Rel(low, "<" if strict else "<=", high)
                self.derived.append(eliminator._bound(sub(high, low), relation, derived=True))

    def _ends(self, eliminator: _Eliminator, found: Isolated) -> Interval:
        a, b, c = eliminator._floats(found.coefficients)
        return interval(found, a, b, None if found.coefficients[2] is ZERO else c)

    def _end(self, found: Isolated, ends: Interval, *, low: bool) -> Term | None:
        """The end as a term, if it is one wherever else is satisfied."""
        there = (ends.has_low if low else ends.has_high)[self.mask]
        if not bool(there.all()):
            return None
        linear = found.coefficients[2] is ZERO
        return root(
            found, 1 if linear or not (low and bool(ends.has_high[self.mask].all())) else -1
        )
