"""``torch.optim.Optimizer`` from a recursion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, overload

import torch
from torch import Tensor

from ..batched import ParameterError
from ..recursions import Recursion
from .hyperparameters import key, numbers, refuse_slips, refuse_unknown
from .pieces import Row, batches, tile_of
from .rule import compiled

SWITCHES = ("maximize", "foreach")
_ENTRIES = {"params", "param_names", "initial_lr", *SWITCHES}
_PLAIN = (Tensor, torch.nn.Parameter)
_FLOATS = (torch.float64, torch.float32)
"""Dtypes that are computed in as they are; in others the state and the arithmetic are float32."""


class RecursionOptimizer(torch.optim.Optimizer):
    """The optimizer of ``recursion``, a class attribute; subclass it to train with another.

    Every parameter group has its own hyperparameters, under the recursion's names; eta is kept as
    ``group["lr"]``, which is what torch's schedulers change. Parameters without gradient are
    skipped, their state included. The state of a parameter is the recursion's slots, in the
    parameter's dtype (float32 for half precision, where the step is computed in float32 and rounded
    once).

    A theorem about the recursion is about constant hyperparameters, real arithmetic, and gradients
    that satisfy its assumptions. Of schedules, and of other hyperparameters in other groups, it
    says nothing.

    Args:
        params: tensors, pairs of name and tensor, or groups (dicts with ``params``).
        maximize: ascend: the recursion is fed -g.
        foreach: advance many tensors in one call (``torch._foreach_*``), or each by itself. By
            default the first, unless a tensor is of a subclass of ``torch.Tensor`` (a distributed
            one, say).
        hyperparameters: every parameter of the recursion, for groups that do not say otherwise.

    Raises:
        TypeError: an argument that the recursion does not have, under its name here if torch has
            another, or one that is missing.
        ParameterError: a hyperparameter is no number, not finite, or outside its condition.
        ValueError: a parameter to optimize is not of a real floating dtype.
        RuntimeError: (from ``step``) a gradient is sparse.

    >>> from ratecert.optimizers.recursions import ADAM
    >>> class Mine(RecursionOptimizer):
    ...     recursion = ADAM
    >>> x = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    >>> optimizer = Mine([x], eta=0.5, theta=0.5, beta=0.75, eps=1e-12)
    >>> x.grad = torch.tensor([2.0, 0.0])
    >>> optimizer.step()
    >>> x.data, optimizer.state[x]
    (tensor([0.5000, 2.0000]), {'m': tensor([1., 0.]), 'v': tensor([1., 0.])})
    """

    recursion: ClassVar[Recursion]

    def __init__(
        self,
        params: Any,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        **hyperparameters: Any,
    ) -> None:
        where = f"{type(self).__name__} ({self.recursion.id})"
        names = [p.name for p in self.recursion.parameters]
        unknown = {n: v for n, v in hyperparameters.items() if n not in names}
        refuse_unknown(unknown, [*names, *SWITCHES], where)
        missing = [name for name in names if name not in hyperparameters]
        if missing:
            raise TypeError(f"{where} needs {', '.join(missing)}: the theory has no defaults")
        defaults = {key(name): value for name, value in hyperparameters.items()}
        super().__init__(params, {**defaults, "maximize": maximize, "foreach": foreach})

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group; what it does not set is as in the constructor.

        Raises:
            ParameterError: a hyperparameter is wrong, or one that is misspelt.
            ValueError: a tensor is not of a real floating dtype.
        """
        group = dict(param_group)
        refuse_slips(group, self.recursion, _ENTRIES)
        for name in [p.name for p in self.recursion.parameters if p.name in group]:
            if key(name) != name and key(name) in group:
                raise ParameterError(
                    f"{self.recursion.id}: a group has both {name} and {key(name)}"
                )
            group[key(name)] = group.pop(name)
        numbers({**self.defaults, **group}, self.recursion, stepping=False)
        super().add_param_group(group)
        for tensor in self.param_groups[-1]["params"]:
            if not tensor.is_floating_point():
                self.param_groups.pop()
                raise ValueError(
                    f"{self.recursion.id}: a parameter is {tensor.dtype}; the theory is about real "
                    "vectors" + (" (torch.view_as_real makes one)" if tensor.is_complex() else "")
                )

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            group.setdefault("maximize", False)
            group.setdefault("foreach", None)

    @overload
    def step(self, closure: None = None) -> None: ...

    @overload
    def step(self, closure: Callable[[], float]) -> float: ...

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """One iteration k of the recursion, with the gradients in ``.grad``.

        Args:
            closure: evaluated first, with gradients; what it returns is returned.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            self._advance(group)
        return loss

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Resume from ``state_dict``, bit for bit.

        Raises:
            ValueError: it is the state of another optimizer, or of other parameters.
        """
        slots = {slot.name for slot in self.recursion.slots}
        for number, held in state_dict["state"].items():
            if set(held) != slots:
                raise ValueError(
                    f"{self.recursion.id}: the state of parameter {number} has "
                    f"{sorted(map(str, held)) or 'nothing'}, not {sorted(slots) or 'nothing'}: "
                    "it is another optimizer's"
                )
        for group in state_dict["param_groups"]:
            numbers(group, self.recursion, stepping=True)
        super().load_state_dict(state_dict)
        # torch casts the state to the parameter's dtype, and shares what it need not cast.
        for own, theirs in zip(self.param_groups, state_dict["param_groups"], strict=True):
            for tensor, number in zip(own["params"], theirs["params"], strict=True):
                for name, value in state_dict["state"].get(number, {}).items():
                    kept = value.detach().to(tensor.device, _computed_in(tensor), copy=True)
                    self.state[tensor][name] = kept

    def _advance(self, group: Mapping[str, Any]) -> None:
        values = numbers(group, self.recursion, stepping=True)
        sign = -1.0 if group["maximize"] else 1.0
        for (device, _, plain), rows in self._rows(group).items():
            together = plain if group["foreach"] is None else bool(group["foreach"])
            rule = compiled(self.recursion, together)
            for batch in batches(rows, tile_of(device)):
                x, g, *slots = (list(column) for column in zip(*batch, strict=True))
                if x[0].dtype in _FLOATS:
                    rule.advance(x, g, dict(zip(rule.slots, slots, strict=True)), values, sign)
                    continue
                wide = [tensor.float() for tensor in x]
                g = [tensor.float() for tensor in g]
                rule.advance(wide, g, dict(zip(rule.slots, slots, strict=True)), values, sign)
                rule.arithmetic.copy(x, wide)

    def _rows(
        self, group: Mapping[str, Any]
    ) -> dict[tuple[torch.device, torch.dtype, bool], list[Row]]:
        """The parameters that have a gradient, with it and their slots: what can go together."""
        found: dict[tuple[torch.device, torch.dtype, bool], list[Row]] = {}
        for number, tensor in enumerate(group["params"]):
            g = tensor.grad
            if g is None:
                continue
            if g.layout is not torch.strided:
                raise RuntimeError(
                    f"{self.recursion.id}: the gradient of parameter {number} is sparse "
                    f"({g.layout}), but every coordinate changes in every step: make gradients "
                    "dense (sparse=False in torch.nn.Embedding)"
                )
            plain = type(tensor) in _PLAIN and type(g) is Tensor
            row = (tensor.detach(), g.detach(), *self._slots(tensor))
            found.setdefault((tensor.device, tensor.dtype, plain), []).append(row)
        return found

    def _slots(self, tensor: Tensor) -> list[Tensor]:
        """The slots of a parameter; made before its first step."""
        state = self.state[tensor] if self.recursion.slots else {}
        if len(state) != len(self.recursion.slots):
            for slot in self.recursion.slots:
                start = torch.full_like(tensor, float(slot.initial), dtype=_computed_in(tensor))
                state[slot.name] = start
        return [state[slot.name] for slot in self.recursion.slots]


def _computed_in(tensor: Tensor) -> torch.dtype:
    return tensor.dtype if tensor.dtype in _FLOATS else torch.float32
