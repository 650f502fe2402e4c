"""Typical values, to see in floats which side of an inequality bounds what."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from ...proofs.kernel.terms import App, Rat, Rel, Var

_AT_END = 1 / 16
"""The share of typical values that are at an end which is admitted, or 0 where noise or x^1 are."""


def typical_base(rows: int, d: int, generator: torch.Generator) -> dict[str, Tensor]:
    """Worlds of order 1: L, Delta, fstar, sigma_s [rows], sigma and the start x1 [rows, d].

    Some have no noise, some start at 0.
    """

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    quiet, centred = (_seldom(rows, generator)[:, None] for _ in range(2))
    sigma = torch.where(quiet, 0.0, normal(rows, d).exp() / d**0.5)
    return {
        "L": (normal(rows) / 2).exp(),
        "Delta": (normal(rows) / 2).exp(),
        "fstar": normal(rows),
        "sigma": sigma,
        "sigma_s": (sigma * sigma).sum(1).sqrt(),
        "x1": torch.where(centred, 0.0, normal(rows, d)),
    }


def _seldom(rows: int, generator: torch.Generator) -> Tensor:
    return torch.rand(rows, generator=generator, dtype=torch.float64) < _AT_END


def typical_values(
    nodes: Iterable[Var | App], inequalities: Iterable[Rel], rows: int, generator: torch.Generator
) -> dict[str, Tensor]:
    """Values [rows] of constants, within the numbers that inequalities compare them with."""
    ends: dict[str, list[Rel | None]] = {node.name: [None, None] for node in nodes}
    for relation in inequalities:
        for side, here, there in zip(
            (1, 0), relation.parts()[::2], relation.parts()[::-2], strict=True
        ):
            if isinstance(here, Var | App) and here.name in ends and isinstance(there, Rat):
                known = ends[here.name][side]
                if known is None or _narrower(relation, known, side):
                    ends[here.name][side] = relation
    return {name: _within(low, high, rows, generator) for name, (low, high) in ends.items()}


def _number(relation: Rel, side: int) -> float:
    """The number that bounds from below (side 0) or above (side 1)."""
    number = relation.right if side else relation.left
    return float(number.value) if isinstance(number, Rat) else 0.0


def _narrower(new: Rel, known: Rel, side: int) -> bool:
    a, b = _number(new, side), _number(known, side)
    return (a == b and new.op == "<") or (a < b if side else a > b)


def _within(lower: Rel | None, upper: Rel | None, rows: int, generator: torch.Generator) -> Tensor:
    normal = torch.randn(rows, generator=generator, dtype=torch.float64)
    share = torch.rand(rows, generator=generator, dtype=torch.float64)
    low, high = (None if r is None else _number(r, n) for n, r in enumerate((lower, upper)))
    if low is not None and high is not None:
        value = low + (high - low) * share
    elif low is not None:
        value = low + (1.5 * normal).exp()
    else:
        value = 2 * normal if high is None else high - (1.5 * normal).exp()
    if low is None and (high is None or high > 0):
        value = torch.where(_seldom(rows, generator), 0.0, value)
    for relation, end in ((lower, low), (upper, high)):
        if relation is not None and end is not None and relation.op == "<=":
            value = torch.where(_seldom(rows, generator), end, value)
    return value
