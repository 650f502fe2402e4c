"""Multipliers for linear steps, read off the coefficients of the goal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .evidence import Item
from .ring import Mpoly

MAX_FACTS = 40
MAX_RATIOS = 60
ELIMINATIONS = 3
MAX_RESIDUALS = 80


Factored = tuple[Fraction, tuple[Item, ...]]
"""A rational constant of any sign, times items."""


@dataclass(frozen=True)
class Residual:
    """``scale * goal = sum of used + weight * left``; ``scale``, ``used``, ``weight`` are >= 0."""

    left: Mpoly
    weight: Factored = (Fraction(1), ())
    scale: tuple[Item, ...] = ()
    used: tuple[Factored, ...] = ()

    def step(self, left: Mpoly, upper: Factored, lower: Factored, fact: Item) -> Residual:
        """After ``lower * left_before = upper * fact + left``."""
        c, w = lower[0], self.weight
        used = [(d, (*items, *lower[1])) for d, items in self.used]
        used.append((w[0] * upper[0] / c, (*w[1], *upper[1], fact)))
        return Residual(left, (w[0] / c, w[1]), (*self.scale, *lower[1]), tuple(used))

    def stripped(self, c: Fraction, items: tuple[Item, ...], left: Mpoly) -> Residual:
        """After ``left_before = c * items * left`` with c > 0."""
        w = self.weight
        return Residual(left, (w[0] * c, (*w[1], *items)), self.scale, self.used)


def quotients(g: Mpoly, facts: Sequence[Item]) -> Iterator[tuple[Item, Mpoly, Mpoly]]:
    """(fact, upper, lower) such that ``lower g - upper fact`` lacks a generator."""
    for fact in facts:
        if not fact.value.den:
            for upper, lower in _quotients(g, fact.value.num, both=True):
                yield fact, upper, lower


def ratios(goal: Mpoly, facts: Sequence[Item]) -> Iterator[tuple[Item, Mpoly, Mpoly]]:
    """(fact, upper, lower) where ``upper/lower`` may be the fact's multiplier.

    If the goal is ``sum_i lambda_i fact_i`` and a generator x occurs in one fact only, then
    lambda = (d goal/dx)/(d fact/dx). Done once more for what is left after one such step.
    """
    usable = [f for f in facts if not f.value.num.is_constant()]
    if len(usable) > MAX_FACTS:
        return
    seen: set[tuple[int, str, str]] = set()
    residuals = [goal]
    for _ in range(2):
        later: list[Mpoly] = []
        for g in residuals:
            for number, fact in enumerate(usable):
                f = fact.value.num
                for upper, lower in _quotients(g, f):
                    key = (number, str(upper), str(lower))
                    if key in seen or len(seen) >= MAX_RATIOS:
                        continue
                    seen.add(key)
                    later.append(lower * g - upper * f)
                    yield fact, upper, lower
        residuals = later[:8]


def _quotients(g: Mpoly, f: Mpoly, both: bool = False) -> Iterator[tuple[Mpoly, Mpoly]]:
    """upper/lower by which to multiply ``f`` so that it matches ``g`` in a generator x.

    With g = g0 + g1 x and f = f0 + f1 x: g1/f1, and with ``both`` also g0/f0; in lowest terms.
    """
    seen: set[tuple[str, str]] = set()
    for i, (a, b) in enumerate(zip(g.degrees(), f.degrees(), strict=True)):
        if a != 1 or b != 1:
            continue
        tops = g.derivative(i), f.derivative(i)
        x = g.context().gens()[i]
        for upper, lower in (tops, (g - tops[0] * x, f - tops[1] * x))[: 2 if both else 1]:
            if not upper or not lower:
                continue
            shared = upper.gcd(lower)
            c = abs(lower.leading_coefficient() / shared.leading_coefficient())
            pair = (upper / shared) / c, (lower / shared) / c
            if (str(pair[0]), str(pair[1])) not in seen:
                seen.add((str(pair[0]), str(pair[1])))
                yield pair
