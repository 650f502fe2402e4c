"""In which order constants are chosen, and what bounds each.

Inequalities are eliminated as Fourier and Motzkin do it, one constant after the other, from the
last to be chosen to the first: where two of them bound a constant from both sides, the interval is
not empty only if the lower end is at most the upper one, which is an inequality between the
constants chosen before. It is added, unless random points that satisfy what else is asked show no
case where it fails. Which constant comes last is found in floats; nothing is concluded from it
but a parametrisation, whose constants are checked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from ...proofs.kernel.terms import ZERO, Rel, Term
from .bounds import SLACK, Bound, Sample
from .equations import definitions
from .intervals import Interval
from .polynomials import Isolated, root
from .setting import Setting

_ENOUGH = 24
"""How many random points have to satisfy what else is asked, for it to be taken into account."""


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


def eliminated(setting: Setting, K: int, d: int) -> Elimination:
    """Order the constants of ``setting``, for K and d."""
    defined, unsolved = definitions(setting, K, d)
    sample = Sample(setting, K, d, defined)
    asked = [sample.bound(relation) for relation in setting.inequalities]
    bounds = [b for b in asked if b.names] + sample.implied()
    penalties = [b for b in asked if not b.names]
    remaining = [name for name in setting.nodes if name not in defined]
    stages: list[Stage] = []
    while remaining:
        last = min((_Candidate(sample, name, bounds) for name in remaining), key=_cost)
        stages.append(Stage(last.name, tuple(last.isolated), tuple(last.asked)))
        penalties += [b for b in last.stuck if not b.derived]
        bounds = [b for b in bounds if last.name not in b.names]
        known = {b.gap for b in bounds}
        bounds += [b for b in last.derived if b.names and b.gap not in known]
        remaining.remove(last.name)
    return Elimination(tuple(reversed(stages)), defined, unsolved, tuple(penalties))


class _Candidate:
    """What it would mean to choose a constant last.

    Attributes:
        isolated: what inequalities ask of it, ``asked`` being these.
        stuck: inequalities that name it, from which it cannot be isolated.
        derived: what would have to be asked of the others, so that a value is left.
        unclear: how often a value may be missing, and no inequality says where.
    """

    def __init__(self, sample: Sample, name: str, bounds: Sequence[Bound]) -> None:
        self.sample, self.name = sample, name
        self.isolated: list[Isolated] = []
        self.asked: list[Bound] = []
        self.stuck: list[Bound] = []
        for bound in bounds:
            if name in bound.names:
                found = sample.isolated(bound, name)
                if found is None:
                    self.stuck.append(bound)
                else:
                    self.isolated.append(found)
                    self.asked.append(bound)
        self.mask = sample.satisfied([b for b in bounds if name not in b.names])
        if int(self.mask.sum()) < _ENOUGH:
            self.mask = torch.ones_like(self.mask)
        self.unclear = 0
        self.derived: list[Bound] = []
        if len(self.isolated) > 1 or any(f.coefficients[2] is not ZERO for f in self.isolated):
            self._pairs()

    def _pairs(self) -> None:
        ends = [self.sample.ends(found) for found in self.isolated]
        self.unclear += sum(bool((e.lack[self.mask] > 0).any()) for e in ends)
        for one, lower in zip(self.isolated, ends, strict=True):
            for other, upper in zip(self.isolated, ends, strict=True):
                room = SLACK * (1 + lower.low.abs())
                empty = lower.has_low & upper.has_high & (lower.low > upper.high + room)
                if bool((empty & self.mask).any()):
                    self._derive(one, lower, other, upper)

    def _derive(self, one: Isolated, lower: Interval, other: Isolated, upper: Interval) -> None:
        """Ask that the lower end of one is at most the upper end of the other."""
        if not bool((lower.has_low & upper.has_high)[self.mask].all()):
            self.unclear += 1
            return
        # Of a quadratic that leaves an interval between its roots, the lower end is the smaller.
        between = one.coefficients[2] is not ZERO and bool(lower.has_high[self.mask].all())
        low, high = root(one, -1 if between else 1), root(other, 1)
        strict = one.strict or other.strict
        self.derived.append(
            self.sample.bound(Rel(low, "<" if strict else "<=", high), derived=True)
        )


def _cost(candidate: _Candidate) -> tuple[int, int, int, str]:
    """The least is chosen last."""
    asked = [b for b in candidate.stuck if not b.derived]
    unclear = candidate.unclear + len(candidate.stuck)
    return len(asked), unclear, len(candidate.derived), candidate.name
