"""Which known differences explain a divergence? The smallest sets under which all steps agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...optimizers.batched import batched
from ...optimizers.recursions import Recursion
from .compare import Outcome
from .differences import DIFFERENCES, Difference
from .rewriting import shown


@dataclass(frozen=True)
class Explanation:
    """A set of differences under which the recursion agrees with the class on every step.

    Attributes:
        differences: the set, in the order of the table.
        recursion: the recursion with them.
        difference: the largest relative difference that remains.
        added: parameters that the recursion did not have, and the values they were given.
    """

    differences: tuple[Difference, ...]
    recursion: Recursion
    difference: float
    added: Mapping[str, float]

    def changed(self, original: Recursion) -> list[tuple[str | None, str | None]]:
        """The assignments that differ, of ``original`` and of the class; None where there is none.

        Updates that only keep count (the powers of a decay) are left out.
        """
        mine = {u.target: shown(u) for u in original.updates}
        theirs = {u.target: shown(u) for u in self.recursion.updates if "^" not in u.target}
        both = [t for t in (*theirs, *mine) if mine.get(t) != theirs.get(t)]
        return [(mine.get(t), theirs.get(t)) for t in dict.fromkeys(both)]


@dataclass(frozen=True)
class Search:
    """What trying the sets of differences gave.

    Attributes:
        explanations: all sets of the smallest size that explains; empty if none was found.
        tried: how many sets were tried.
        at_most: the largest size tried.
    """

    explanations: tuple[Explanation, ...]
    tried: int
    at_most: int


@dataclass(frozen=True)
class _Evidence:
    """All problems side by side (a recursion acts by coordinates): [K+1, D], [K, D]."""

    theirs: Tensor
    gradients: Tensor
    scale: Tensor

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> _Evidence:
        tiny = torch.finfo(torch.float64).tiny
        scales = [
            o.theirs.abs().amax(1, keepdim=True).clamp_min(tiny).expand_as(o.theirs)
            for o in outcomes
        ]
        gradients = torch.cat([o.trajectory.gradients for o in outcomes], dim=1)
        return cls(torch.cat([o.theirs for o in outcomes], dim=1), gradients, torch.cat(scales, 1))

    def difference(
        self, recursion: Recursion, values: Mapping[str, float], tolerance: float
    ) -> float | None:
        """The largest relative difference to the class; None as soon as it is beyond tolerance."""
        rule = batched(recursion, check_finite=False)
        state, worst = rule.init(self.theirs[:1], **values), 0.0
        for k, g in enumerate(self.gradients, 1):
            state = rule.step(state, g[None]).state
            gap = float(((state.x[0] - self.theirs[k]) / self.scale[k]).abs().max())
            if not gap <= tolerance:  # NaN included
                return None
            worst = max(worst, gap)
        return worst


def explain(
    recursion: Recursion,
    values: Mapping[str, float],
    outcomes: Sequence[Outcome],
    tolerance: float,
    defaults: Mapping[str, object],
    at_most: int,
) -> Search:
    """Try the sets of at most ``at_most`` differences, the small ones first.

    Args:
        recursion, values: what the class was compared with.
        outcomes: one a problem, none with a failure.
        tolerance: of the relative difference.
        defaults: the constructor arguments as the class has them, where the values of parameters
            are found that the recursion does not have (a momentum, a weight decay).
        at_most: the largest size of a set.
    """
    evidence, tried = _Evidence.of(outcomes), 0
    known = dict(values) | {
        name: value for name, value in _from_class(defaults).items() if name not in values
    }
    for size in range(1, at_most + 1):
        found = []
        for chosen, changed in _sets(recursion, size, 0, (), known):
            tried += 1
            given = {p.name: known[p.name] for p in changed.parameters}
            worst = evidence.difference(changed, given, tolerance)
            if worst is not None:
                added = {name: value for name, value in given.items() if name not in values}
                found.append(Explanation(chosen, changed, worst, added))
        if found:
            return Search(tuple(found), tried, size)
    return Search((), tried, at_most)


def _sets(
    recursion: Recursion,
    size: int,
    start: int,
    chosen: tuple[Difference, ...],
    known: Mapping[str, float],
) -> Iterator[tuple[tuple[Difference, ...], Recursion]]:
    """All sets of ``size`` differences from number ``start`` on, with the recursion changed."""
    if not size:
        yield chosen, recursion
        return
    kinds = {difference.kind for difference in chosen}
    for number in range(start, len(DIFFERENCES) - size + 1):
        difference = DIFFERENCES[number]
        changed = None if difference.kind in kinds else difference.apply(recursion)
        if changed is not None and all(p.name in known for p in changed.parameters):
            yield from _sets(changed, size - 1, number + 1, (*chosen, difference), known)


def _from_class(defaults: Mapping[str, object]) -> dict[str, float]:
    """Values for parameters the recursion lacks: the class's own, or the usual ones."""
    betas = defaults.get("betas")
    first = betas[0] if isinstance(betas, tuple | list) and betas else None
    found = {
        "theta": _number(defaults.get("momentum")) or _number(first) or 0.9,
        "schedule": 0.96 ** (_number(defaults.get("momentum_decay")) or 0.004),
    }
    decay = _number(defaults.get("weight_decay"))
    return found | ({"lam": decay} if decay else {})


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value == value else None
