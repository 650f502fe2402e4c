"""A recursion compiled to torch: frozen state, one pure step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

import torch
from torch import Tensor

from ..recursions import Recursion, previous
from .checks import NonFiniteError, ParameterError, ShapeError, nearest, require_finite
from .expressions import Evaluate, compile_expression
from .torch_arithmetic import TorchArithmetic

ParameterValue = int | float | Fraction | Tensor


@dataclass(frozen=True)
class State:
    """What an optimizer knows before iteration ``k``, for B instances at once.

    Attributes:
        k: the iteration that comes next, from 1.
        x: the iterate x^k, shape [B, d].
        slots: the values s^{k-1} of the recursion's state variables, each [B, d].
        parameters: the hyperparameters in x's dtype and device, each [] or [B, 1].
    """

    k: int
    x: Tensor
    slots: Mapping[str, Tensor]
    parameters: Mapping[str, Tensor]


class Step(NamedTuple):
    """The state after an iteration, and the values its assignments gave (all but x), [B, d]."""

    state: State
    values: Mapping[str, Tensor]


class Batched:
    """``recursion`` over a batch of instances; made by ``batched``.

    ``init`` and ``step`` are pure: no argument is modified, no random number is drawn, and
    gradients flow through x, g and the parameters. Row b of every result depends on row b of the
    arguments only.
    """

    def __init__(self, recursion: Recursion, *, check_finite: bool = True) -> None:
        self.recursion = recursion
        self.check_finite = check_finite
        self.parameter_names = tuple(p.name for p in recursion.parameters)
        self.slot_names = tuple(s.name for s in recursion.slots)
        arithmetic, scalars = TorchArithmetic(), frozenset(self.parameter_names)
        self._updates: tuple[tuple[str, Evaluate[Tensor]], ...] = tuple(
            (update.target, compile_expression(update.value, arithmetic, scalars))
            for update in recursion.updates
        )

    def __repr__(self) -> str:
        return f"batched({self.recursion.id})"

    def init(self, x1: Tensor, **parameters: ParameterValue) -> State:
        """The state before the first iteration.

        Args:
            x1: the start x^1, shape [B, d], any floating dtype and device.
            parameters: every hyperparameter of the recursion: a number, or a tensor of shape []
                or [B, 1] with one value an instance. Rounded to x1's dtype.

        Raises:
            ShapeError: x1 is not [B, d] with B, d >= 1, or a parameter is not [] or [B, 1].
            ParameterError: a parameter is unknown, missing, or not a number.
            NonFiniteError: x1 or a parameter holds NaN or an infinity.
        """
        if x1.ndim != 2 or 0 in x1.shape or not x1.is_floating_point():
            raise ShapeError(
                f"{self.recursion.id}: x1 must be a floating tensor [B, d] with B, d >= 1, "
                f"not {x1.dtype} {list(x1.shape)}"
            )
        different = x1[:1] if x1.stride(0) == 0 else x1
        require_finite(different, f"{self.recursion.id}: x1")
        # Views of one number, as ``x1`` may be: a hundred million coordinates take no memory yet.
        slots = {
            s.name: torch.full((), float(s.initial), dtype=x1.dtype, device=x1.device).expand_as(x1)
            for s in self.recursion.slots
        }
        return State(1, x1, MappingProxyType(slots), self._parameters(parameters, x1))

    def step(
        self, state: State, g: Tensor, parameters: Mapping[str, ParameterValue] | None = None
    ) -> Step:
        """One iteration: from x^k and g^k to x^{k+1}.

        Args:
            state: what ``init`` or the previous ``step`` returned.
            g: the stochastic gradient g^k, with the shape, dtype and device of ``state.x``.
            parameters: if given, replaces *all* hyperparameters from this iteration on.

        Returns:
            The new state, and the values of all assignments but the last (slots, abbreviations).

        Raises:
            ShapeError, ParameterError: as in ``init``.
            NonFiniteError: g, a new slot or the new iterate holds NaN or an infinity.
        """
        where = f"{self.recursion.id}, iteration {state.k}"
        if g.shape != state.x.shape or g.dtype != state.x.dtype or g.device != state.x.device:
            raise ShapeError(
                f"{where}: g is {g.dtype} {list(g.shape)} on {g.device}, "
                f"x is {state.x.dtype} {list(state.x.shape)} on {state.x.device}"
            )
        current = state.parameters
        if parameters is not None:
            current = self._parameters(parameters, state.x)
        values: dict[str, Tensor] = {**current, "x": state.x, "g": g}
        values |= {previous(name).name: value for name, value in state.slots.items()}
        if self.check_finite:
            require_finite(g, f"{where}: g")
        assigned: dict[str, Tensor] = {}
        for target, evaluate in self._updates:
            # An assignment may be constant in the instances (a parameter): keep the shape [B, d].
            value = evaluate(values).expand_as(state.x)
            if self.check_finite:
                require_finite(value, f"{where}: {target}")
            values[target] = assigned[target] = value
        x = assigned.pop("x")
        slots = MappingProxyType({name: assigned[name] for name in self.slot_names})
        return Step(State(state.k + 1, x, slots, current), MappingProxyType(assigned))

    def _parameters(self, given: Mapping[str, ParameterValue], x: Tensor) -> Mapping[str, Tensor]:
        where = self.recursion.id
        for name in given:
            if name not in self.parameter_names:
                hint = nearest(name, self.parameter_names)
                raise ParameterError(f"{where}: no parameter {name!r}; {hint}")
        missing = [name for name in self.parameter_names if name not in given]
        if missing:
            raise ParameterError(f"{where}: missing parameters: {', '.join(missing)}")
        return MappingProxyType(
            {name: self._parameter(name, given[name], x) for name in self.parameter_names}
        )

    def _parameter(self, name: str, value: ParameterValue, x: Tensor) -> Tensor:
        where = f"{self.recursion.id}: parameter {name}"
        if isinstance(value, Tensor):
            if value.shape not in ((), (x.shape[0], 1)):
                raise ShapeError(
                    f"{where} has shape {list(value.shape)}, not [] or [{x.shape[0]}, 1]"
                )
            tensor = value.to(x)
        elif isinstance(value, bool) or not isinstance(value, int | float | Fraction):
            raise ParameterError(f"{where} is no number: {value!r}")
        else:
            tensor = torch.tensor(_float(value, where), dtype=x.dtype, device=x.device)
        require_finite(tensor, where)
        return tensor


def _float(value: int | float | Fraction, where: str) -> float:
    try:
        return float(value)
    except OverflowError:
        raise NonFiniteError(f"{where} exceeds the range of floats") from None


def batched(recursion: Recursion, *, check_finite: bool = True) -> Batched:
    """``recursion`` compiled for batches of instances.

    Args:
        recursion: an entry of ``optimizers.recursions.RECURSIONS``, or any other.
        check_finite: refuse NaN and infinities in every step. Switch off only inside
            transformations that cannot branch on values (``torch.func.vmap``).

    Raises:
        UnsupportedExpressionError: an update uses something the walker does not translate.

    >>> import torch
    >>> from ratecert.optimizers.recursions import SGD
    >>> rule = batched(SGD)
    >>> state = rule.init(torch.tensor([[1.0, 2.0]]), eta=0.5)
    >>> rule.step(state, torch.tensor([[2.0, -2.0]])).state.x
    tensor([[0., 3.]])
    """
    return Batched(recursion, check_finite=check_finite)
