"""Typical values, to see in floats which side of an inequality bounds what."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from ...proofs.kernel.terms import App, Rat, Rel, Var


def typical_base(rows: int, d: int, generator: torch.Generator) -> dict[str, Tensor]:
    """Worlds of order 1: L, Delta, fstar, sigma_s [rows], sigma and the start x1 [rows, d]."""

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    sigma = normal(rows, d).exp() / d**0.5
    return {
        "L": (normal(rows) / 2).exp(),
        "Delta": (normal(rows) / 2).exp(),
        "fstar": normal(rows),
        "sigma": sigma,
        "sigma_s": (sigma * sigma).sum(1).sqrt(),
        "x1": normal(rows, d),
    }


def typical_values(
    nodes: Iterable[Var | App], inequalities: Iterable[Rel], rows: int, generator: torch.Generator
) -> dict[str, Tensor]:
    """Values [rows] of constants, within the numbers that inequalities compare them with."""
    ends: dict[str, list[float | None]] = {node.name: [None, None] for node in nodes}
    for relation in inequalities:
        for side, here, there in (
            (1, relation.left, relation.right),
            (0, relation.right, relation.left),
        ):
            if isinstance(here, Var | App) and here.name in ends and isinstance(there, Rat):
                value, known = float(there.value), ends[here.name][side]
                pick = min if side else max
                ends[here.name][side] = value if known is None else pick(value, known)
    found = {}
    for name, (low, high) in ends.items():
        if low is not None and high is not None:
            share = torch.rand(rows, generator=generator, dtype=torch.float64)
            found[name] = low + (high - low) * share
            continue
        normal = torch.randn(rows, generator=generator, dtype=torch.float64)
        if low is not None:
            found[name] = low + (1.5 * normal).exp()
        else:
            found[name] = 2 * normal if high is None else high - (1.5 * normal).exp()
    return found
