"""Hyperparameters as a user of torch gives them: the theory's names, and what is refused."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from ..batched import ParameterError, nearest
from ..recursions import Recursion

STEP_SIZE = "lr"
"""Where a parameter group keeps eta: schedulers of torch.optim.lr_scheduler change this entry."""

TORCH_NAMES = {
    "lr": "eta",
    "betas": "theta and beta",
    "momentum": "theta",
    "weight_decay": "lam",
    "momentum_decay": "mu",
}
UNSUPPORTED = {
    "amsgrad": "the recursion reads v^k, not its running maximum",
    "capturable": "hyperparameters are Python numbers, which a CUDA graph would freeze",
    "decoupled_weight_decay": "weight decay, where there is any, is always decoupled",
    "dampening": "momentum is an average: the gradient has the factor 1 - theta",
    "differentiable": "steps are in place; for gradients through them use optimizers.batched",
    "fused": "there is no fused kernel; foreach=True is the fast path",
    "nesterov": "NAdamW(mu=theta) mixes the momentum once more with the gradient",
}
_NEAR = 0.75
"""An entry of a group this similar to a hyperparameter's name is a slip, not a user's own."""


def key(name: str) -> str:
    """The entry of a parameter group that holds the hyperparameter ``name``."""
    return STEP_SIZE if name == "eta" else name


def refuse_unknown(given: Mapping[str, Any], known: list[str], where: str) -> None:
    """Raise ``TypeError`` for the first name in ``given``, saying what it is called here."""
    for name in given:
        if name in UNSUPPORTED:
            raise TypeError(f"{where} has no {name}: {UNSUPPORTED[name]}")
        if name in TORCH_NAMES:
            raise TypeError(f"{where} takes the theory's names: {name} is {TORCH_NAMES[name]} here")
        raise TypeError(f"{where} has no argument {name!r}; {nearest(name, known)}")


def refuse_slips(group: Mapping[str, Any], recursion: Recursion, allowed: set[str]) -> None:
    """Entries of a parameter group that are hyperparameters under another name, or misspelt.

    Other entries are the user's own (a name, a scheduler's ``initial_lr``) and are left alone.

    Raises:
        ParameterError: there is one; the message says what it is called here.
    """
    names = [p.name for p in recursion.parameters]
    for entry in group:
        if entry in allowed or entry in (*names, STEP_SIZE):
            continue
        if entry in TORCH_NAMES or difflib.get_close_matches(str(entry), names, 1, _NEAR):
            called = TORCH_NAMES.get(entry)
            hint = f"it is {called} here" if called else nearest(str(entry), names)
            raise ParameterError(f"{recursion.id}: a parameter group has {entry!r}; {hint}")


def numbers(group: Mapping[str, Any], recursion: Recursion, *, stepping: bool) -> dict[str, float]:
    """The hyperparameters that a parameter group holds.

    ``mu`` may be None: it is theta then. While ``stepping`` eta may be 0, as schedules that warm up
    or anneal make it.

    Raises:
        ParameterError: one is missing, no number (a tensor is none), not finite, or outside the
            condition that the recursion declares.
    """
    if STEP_SIZE in group and "eta" in group:
        raise ParameterError(f"{recursion.id}: a parameter group has both eta and lr; keep lr")
    names = [p.name for p in recursion.parameters]
    missing = [name for name in names if key(name) not in group]
    if missing:
        raise ParameterError(
            f"{recursion.id}: a parameter group has no {key(missing[0])!r} (it has "
            f"{', '.join(map(str, group))}); are these the groups of another optimizer?"
        )
    values = {name: group[key(name)] for name in names}
    if values.get("mu", 0) is None:
        values["mu"] = values["theta"]
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
            raise ParameterError(
                f"{recursion.id}: {name} must be a number, not {type(value).__name__}: {value!r}"
            )
    return dict(_checked(recursion, tuple(values.items()), stepping))


@lru_cache(maxsize=1024)
def _checked(
    recursion: Recursion, values: tuple[tuple[str, float], ...], stepping: bool
) -> tuple[tuple[str, float], ...]:
    checked = []
    for parameter, (name, value) in zip(recursion.parameters, values, strict=True):
        what = f"{recursion.id}: {name} ({parameter.meaning})"
        try:
            found = float(value)
        except OverflowError:
            found = math.inf
        if not math.isfinite(found):
            raise ParameterError(f"{what} is not finite: {found}")
        idle = stepping and name == "eta" and found == 0
        if parameter.condition and not idle and not parameter.admits(Fraction(value)):
            raise ParameterError(f"{what} is {found:g}, outside {parameter.condition}")
        checked.append((name, found))
    return tuple(checked)
