"""Circumstances under which a library's optimizer coincides with a recursion."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import torch

LATE = 10**7
"""A step count at which theta^k and beta^k are 0 in floats: no bias is left to correct."""
COUNTERS = frozenset(
    {"step", "steps", "step_count", "num_steps", "global_step", "t", "k", "count"}
    | {"iteration", "iterations"}
)
PRODUCTS = frozenset(("mu_product",))
"""Running products of decays, 0 at late steps (torch.optim.NAdam)."""


@dataclass(frozen=True)
class Preset:
    """A change of circumstances, for class and recursion alike.

    Attributes:
        id, title: its name, and what is done.
        values: parameters of the recursion (and so of the class) that get another value.
        late: whether the optimizer's step counters are set to a late step before it starts.
    """

    id: str
    title: str
    values: dict[str, float] = field(default_factory=dict)
    late: bool = False


PRESETS = {
    preset.id: preset
    for preset in (
        Preset(
            "warm",
            "the optimizer's step counters are set to 10^7 before its first step (and mu_product "
            "to 0), so that no bias is corrected",
            late=True,
        ),
        Preset(
            "tiny-eps",
            "eps = 1e-300, which only keeps 0/0 away: where it is added does not matter then",
            values={"eps": 1e-300},
        ),
        Preset("no-decay", "lam = 0: no weight decay at all", values={"lam": 0.0}),
    )
}


def make_late(optimizer: torch.optim.Optimizer) -> bool:
    """Set every step counter of the optimizer to a late step; is there any?

    Optimizers make their state in the first step, so one is taken with gradient zero, which leaves
    moments that start at 0 as they are; the tensors are put back.
    """
    tensors = [p for group in optimizer.param_groups for p in group["params"]]
    kept = [p.detach().clone() for p in tensors]
    for p in tensors:
        p.grad = torch.zeros_like(p)
    optimizer.step()
    with torch.no_grad():
        for p, before in zip(tensors, kept, strict=True):
            p.copy_(before)
            p.grad = None
    found = False
    for holder in _holders(optimizer):
        for name in [name for name in holder if name in COUNTERS | PRODUCTS]:
            found |= _set(holder, name, LATE if name in COUNTERS else 0)
    return found


def _holders(optimizer: torch.optim.Optimizer) -> Iterator[MutableMapping[Any, Any]]:
    yield vars(optimizer)
    yield optimizer.state
    yield from optimizer.param_groups
    yield from (held for held in optimizer.state.values() if isinstance(held, dict))


def _set(holder: MutableMapping[Any, Any], name: str, number: int) -> bool:
    value = holder[name]
    if isinstance(value, torch.Tensor):
        if value.numel() != 1:
            return False
        with torch.no_grad():
            value.fill_(number)
        return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    holder[name] = type(value)(number)
    return True
