"""The constants that hypotheses admit, parametrised smoothly."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction

import torch
from torch import Tensor

from ...optimizers.recursions import Recursion
from ...proofs.kernel.terms import ZERO, Add, Formula, Term, sub
from ...proofs.language import Claimed
from ...proofs.render.text import Printer
from ..exact import MissingError
from ..simulate.run import ConstantValue
from .bounds import Bound
from .elimination import Stage, eliminated
from .floats import Program
from .intervals import ROUNDING, TINY, Interval, interval, meeting
from .rounding import rounded
from .setting import setting_of

MARGIN = 2.0**-20
"""By which share of an interval a value stays away from an end that is not admitted."""
_REACH = 20.0
"""Raw coordinates beyond it count as it: values span exp(-40) to exp(40), about 10^(+-17)."""


class Region:
    """The set that the hypotheses of a claim admit, as the image of raw coordinates.

    What equations define follows from the rest. Each other constant has one raw coordinate u, and
    the interval [low, high] that inequalities leave it, given those before:
    ``low + (high - low) sin^2 u`` if it is bounded on both sides, so that both ends are reached, at
    u = 0 and u = pi/2; ``low + (1 + |low|) sinh^2 u`` (or the mirror image) if on one side, with
    ``exp(2 u)`` where the end is not admitted; ``sinh u`` if on none. Standard normal raw values
    give typical constants. What no constant can be isolated from is left to a penalty.

    Args:
        claim: of any theory.
        recursion: its parameters get values, too; those that the claim never names satisfy the
            recursion's own conditions.
        without: hypotheses that are dropped.
        K, d: the index constants.

    Attributes:
        names: what has a raw coordinate, in order.
        width: how many there are.
        defined: what follows from these by equations.
        needs: which constants of the worlds' the hypotheses speak of.
        setting: the hypotheses, sorted.

    Raises:
        NamingError: ``without`` has what is no hypothesis.
        EvaluationError: a hypothesis between constants cannot be read.
    """

    def __init__(
        self,
        claim: Claimed,
        recursion: Recursion | None = None,
        *,
        without: Collection[Formula] = (),
        K: int,
        d: int,
    ) -> None:
        self.claim, self.recursion, self.K, self.d = claim, recursion, K, d
        self.without = tuple(without)
        self.setting = setting_of(claim, recursion, without)
        self.elimination = eliminated(self.setting, K, d)
        self.names = tuple(stage.name for stage in self.elimination.stages)
        self.width = len(self.names)
        self.defined = tuple(self.elimination.defined)
        self._stages = [(s, self._program(self._coefficients(s))) for s in self.elimination.stages]
        self._defining = self._program(list(self.elimination.defined.values()))
        about_base = [Bound(r, sub(r.right, r.left), frozenset()) for r in self.setting.about_base]
        self._asked = (*self.elimination.unsolved, *self.elimination.penalties, *about_base)
        parts = [part for bound in self._asked for part in (bound.gap, *_summands(bound.gap))]
        self._checking = self._program(parts)
        programs = (self._defining, self._checking, *(program for _, program in self._stages))
        inputs = frozenset[str]().union(*(program.inputs for program in programs))
        self.needs = inputs - {*self.names, *self.defined}

    def constants(
        self, raw: Tensor, base: Mapping[str, Tensor]
    ) -> tuple[dict[str, Tensor], Tensor]:
        """The constants at raw coordinates, and how far the hypotheses are from holding.

        Args:
            raw: [B, width]; any numbers.
            base: the worlds' constants that the hypotheses speak of: L, Delta, fstar, sigma_s [B],
                sigma and x1 [B, d].

        Returns:
            The value [B] of every constant, and a penalty [B] >= 0, which is 0 where all hypotheses
            hold (in floats). Both are differentiable in ``raw`` and ``base``.

        Raises:
            MissingError: ``base`` lacks a constant.
        """
        values: dict[str, Tensor] = dict(base)
        penalty = raw.new_zeros(raw.shape[0])
        for column, (stage, program) in enumerate(self._stages):
            there = self._interval(stage, program, values, penalty)
            penalty = penalty + there.lack + _emptiness(there)
            values[stage.name] = _value(there, raw[:, column])
        found = {name: values[name] for name in self.names}
        for name, value in zip(self.defined, self._defining(values), strict=True):
            values[name] = found[name] = value.to(penalty).expand_as(penalty)
        return found, penalty + self._violation(values, penalty)

    def coordinates(self, values: Mapping[str, Tensor], base: Mapping[str, Tensor]) -> Tensor:
        """Raw coordinates [B, width] of constants: ``constants`` gives these back.

        Values outside the region are moved to its nearest end, one constant after the other.

        Args:
            values: of all of ``names``, [B].
            base: as in ``constants``.

        Raises:
            MissingError: a value is missing.
        """
        missing = sorted(set(self.names) - values.keys())
        if missing:
            raise MissingError(f"no value for {', '.join(missing)}")
        known: dict[str, Tensor] = dict(base)
        columns = []
        for stage, program in self._stages:
            wanted = values[stage.name]
            there = self._interval(stage, program, known, wanted)
            columns.append(_raw(there, wanted))
            known[stage.name] = _value(there, columns[-1])
        return (
            torch.stack(columns, 1) if columns else torch.zeros(len(next(iter(base.values()))), 0)
        )

    def rounded(
        self, values: Mapping[str, float], base: Mapping[str, ConstantValue]
    ) -> dict[str, Fraction]:
        """Simple rationals near the values: see ``rounding.rounded``."""
        return rounded(self, values, base)

    def show(self, formula: Formula) -> str:
        """A hypothesis as text."""
        return Printer(self.claim.theory.kernel()).show(formula)

    def _interval(
        self, stage: Stage, program: Program, values: Mapping[str, Tensor], like: Tensor
    ) -> Interval:
        numbers = iter([value.to(like).expand_as(like) for value in program(values)])
        found = []
        for bound in stage.bounds:
            a, b = next(numbers), next(numbers)
            c = None if bound.coefficients[2] is ZERO else next(numbers)
            found.append(interval(bound, a, b, c))
        return meeting(found, like)

    def _violation(self, values: Mapping[str, Tensor], like: Tensor) -> Tensor:
        numbers = iter(self._checking(values))
        total = like.new_zeros(())
        for bound in self._asked:
            gap = next(numbers)
            size = sum((next(numbers).abs() for _ in _summands(bound.gap)), like.new_zeros(()))
            if bound.relation.op == "=":
                short = (gap.abs() - 1e-12 * size).clamp(min=0)
            else:
                # A strict inequality that is an equality fails, if only just.
                missed = (gap <= 0) & (bound.relation.op == "<")
                short = (-gap).clamp(min=0) + torch.where(missed, MARGIN * size + TINY, 0.0)
            # Relative, so that small terms count; and absolute, for a slope where all are wrong.
            total = total + short / (size + TINY) + short.log1p()
        return total.to(like).expand_as(like)

    def _program(self, terms: list[Term]) -> Program:
        return Program(terms, self.K, self.d, self.setting.unfold, self.setting.nodes)

    @staticmethod
    def _coefficients(stage: Stage) -> list[Term]:
        kept = [f.coefficients[: 2 if f.coefficients[2] is ZERO else 3] for f in stage.bounds]
        return [c for coefficients in kept for c in coefficients]


def _summands(gap: Term) -> tuple[Term, ...]:
    return gap.terms if isinstance(gap, Add) else (gap,)


def _emptiness(there: Interval) -> Tensor:
    """How far the lower end is above the upper one, in relative terms."""
    both = there.has_low & there.has_high
    size = there.low.abs() + there.high.abs() + TINY
    above = (there.low - there.high - ROUNDING * size).clamp(min=0) / size
    touching = (there.low == there.high) & (there.strict_low | there.strict_high)
    return torch.where(both, above + torch.where(touching, MARGIN, 0.0), 0.0)


def _value(there: Interval, raw: Tensor) -> Tensor:
    """The value at a raw coordinate: see ``Region``."""
    u = raw.clamp(-_REACH, _REACH)
    low_margin = torch.where(there.strict_low, MARGIN, 0.0)
    high_margin = torch.where(there.strict_high, MARGIN, 0.0)
    share = low_margin + (1 - low_margin - high_margin) * raw.sin().square()
    between = there.low + (there.high - there.low) * share
    open_end, closed_end = (2 * u).exp(), u.sinh().square()
    above = there.low + (1 + there.low.abs()) * torch.where(there.strict_low, open_end, closed_end)
    below = there.high - (1 + there.high.abs()) * torch.where(
        there.strict_high, open_end, closed_end
    )
    bounded = torch.where(there.has_low, above, torch.where(there.has_high, below, u.sinh()))
    return torch.where(there.has_low & there.has_high, between, bounded)


def _raw(there: Interval, value: Tensor) -> Tensor:
    """The raw coordinate >= 0 (of any sign, if the value has no end) at which it has a value."""
    margins = [torch.where(s, MARGIN, 0.0) for s in (there.strict_low, there.strict_high)]
    width = (there.high - there.low) * (1 - margins[0] - margins[1])
    inside = value - there.low - (there.high - there.low) * margins[0]
    between = (inside / (width + TINY)).clamp(0, 1).sqrt().asin()
    beyond = torch.where(there.has_low, value - there.low, there.high - value).clamp(min=0)
    end, strict = (
        torch.where(there.has_low, low, high)
        for low, high in ((there.low, there.high), (there.strict_low, there.strict_high))
    )
    scaled = beyond / (1 + end.abs())
    one_sided = torch.where(strict, (scaled + TINY).log() / 2, scaled.sqrt().asinh())
    bounded = torch.where(there.has_low | there.has_high, one_sided, value.asinh())
    raw = torch.where(there.has_low & there.has_high, between, bounded)
    return raw.clamp(-_REACH, _REACH)
