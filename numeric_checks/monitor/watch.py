"""The monitor itself: a hook after ``optimizer.step`` that reads, and changes nothing."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ...optimizers.batched import ParameterError
from .history import FORMAT, History, Record, Worst
from .norms import norms
from .subject import Subject, subject_of

if TYPE_CHECKING:
    from .summary import Summary

EVERY, LIMIT = 20, 512


class MonitorWarning(UserWarning):
    """The monitor found something that the user should know, or had to give up."""


class Monitor:
    """Looks at a training run from a hook after ``optimizer.step``; made by ``monitor``.

    It reads gradients, parameters and optimizer state without autograd, draws no random numbers and
    writes to none of them, so that the run is bit for bit what it would be. Between the steps it
    looks at, it only counts. It keeps a copy of the parameters, then one of the gradients, for one
    step at a time (both, with ``every=1``).

    A step the optimizer does not take (torch.amp.GradScaler skips those whose gradients are not
    finite) is not seen and not counted. Gradients are those that the step used: accumulated,
    clipped and unscaled if the training does so.
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        names: Iterable[tuple[str, Tensor]] | None,
        every: int,
        limit: int,
        f_star: float | None,
    ) -> None:
        self.optimizer = optimizer
        self.subject: Subject = subject_of(optimizer)
        self.history = History(limit, every)
        self.f_star = f_star
        self.step = 0
        self.failure: str | None = None
        self.skipped_tensors: set[str] = set()
        self._names = {id(tensor): name for name, tensor in names or ()}
        self._points: dict[int, Tensor] = {}
        self._gradients: dict[int, Tensor] = {}
        self._moved = math.nan
        self._loss = math.nan
        self._told = ""
        self._rates: set[tuple[float, ...]] = set()
        self._handle: Any = optimizer.register_step_post_hook(self._after)

    # --- what users call --------------------------------------------------------------------

    def loss(self, value: float | Tensor) -> None:
        """Tell the loss of this step; estimates of Delta need it.

        Call it in every step, before ``optimizer.step``: where no look is due it does nothing (no
        transfer from a device).
        """
        if self._is_due(self.step + 1) or self._is_due(self.step):
            number = float(value.detach()) if isinstance(value, Tensor) else float(value)
            self._loss = number
            self.history.loss(number)

    def detach(self) -> None:
        """Remove the hook and let go of all tensors; what was recorded stays."""
        if self._handle is not None:
            self._handle.remove()
            self._handle = None
        self._points, self._gradients = {}, {}

    def __enter__(self) -> Monitor:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.detach()

    @property
    def rate_changed(self) -> bool:
        """Has a step size been another than at the first look (a schedule)?"""
        return len(self._rates) > 1

    @property
    def attached(self) -> bool:
        """Is it still looking?"""
        return self._handle is not None

    def summary(self) -> Summary:
        """What was seen so far; print it for a table."""
        from .summary import summarise  # the kernel's statements are needed only now

        return summarise(self)

    def to_json(self) -> dict[str, Any]:
        """Summary and records as JSON values (docs/monitor.md); what is no number is null."""
        from .summary import as_json

        return as_json(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write ``to_json`` to a file, whole or not at all."""
        from .summary import write

        write(self, Path(path))

    def state_dict(self) -> dict[str, Any]:
        """What was recorded, as plain values, to be kept with a checkpoint."""
        return {"format": FORMAT, "step": self.step, "history": self.history.plain()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where ``state_dict`` was taken; its ``every`` and ``limit`` are taken over.

        Raises:
            ValueError: it is no monitor's state.
        """
        try:
            if state["format"] != FORMAT:
                raise ValueError(f"its format is {state['format']!r}")
            step, history = int(state["step"]), History.of(state["history"])
        except (KeyError, TypeError, ValueError) as error:
            said = f"no {error}" if isinstance(error, KeyError) else str(error)
            raise ValueError(f"this is no state of a {FORMAT}: {said}") from error
        self.step, self.history = step, history
        self._points, self._gradients, self._moved = {}, {}, math.nan

    def plot(self, path: str | os.PathLike[str] | None = None) -> Any:
        """A matplotlib figure of what was seen, written to ``path`` if given.

        Raises:
            ImportError: matplotlib is not installed (extra [plot]).
            ValueError: nothing was recorded.
        """
        from .plots import figure

        made = figure(self)
        if path is not None:
            made.savefig(path)
        return made

    # --- the hook ---------------------------------------------------------------------------

    def _is_due(self, step: int) -> bool:
        return (step - 1) % self.history.stride == 0

    def _after(self, optimizer: torch.optim.Optimizer, args: Any, kwargs: Any) -> None:
        self.step += 1
        k = self.step
        if not self._is_due(k) and not self._is_due(k + 1) and not self._gradients:
            return
        try:
            with torch.no_grad():
                self._look(k)
            told, self._told = self._told, ""
        except Exception as error:  # whatever goes wrong here must not end a training
            self.failure = f"step {k}: {type(error).__name__}: {error}"
            self.detach()
            told = f"gave up at {self.failure} (training goes on)"
        if told:
            warnings.warn(f"ratecert.monitor: {told}", MonitorWarning, stacklevel=3)

    def _look(self, k: int) -> None:
        present = dict(self._present())
        if self._gradients:  # of the step before, which was looked at
            pairs = [
                (g, present[key][1].grad) for key, g in self._gradients.items() if key in present
            ]
            changed = norms([_minus(new, old) for old, new in pairs if new is not None]).whole_l2
            self.history.pair(k - 1, self._moved, changed)
            self._gradients, self._moved = {}, math.nan
        if self._is_due(k):
            if len(self._rates) < 2:
                self._rates.add(tuple(float(g.get("lr", 0)) for g in self.optimizer.param_groups))
            self._record(k, present)
        self._points = {}
        if self._is_due(k + 1):
            self._points = {key: p.detach().clone() for key, (_, p, _) in present.items()}

    def _present(self) -> Iterator[tuple[int, tuple[str, Tensor, dict[str, Any]]]]:
        """The parameters with a gradient that can be measured: name, tensor, group."""
        if getattr(self.optimizer, "grad_scale", None) is not None:
            raise RuntimeError(
                "this fused optimizer unscales gradients itself (GradScaler): call "
                "scaler.unscale_(optimizer) before scaler.step, or do without fused"
            )
        for number, group in enumerate(self.optimizer.param_groups):
            given = group.get("param_names")
            for place, tensor in enumerate(group["params"]):
                if tensor.grad is None:
                    continue
                name = self._names.get(id(tensor))
                name = name or (given[place] if given else f"group {number}, tensor {place}")
                if tensor.grad.is_floating_point():
                    yield id(tensor), (name, tensor, group)
                else:
                    self.skipped_tensors.add(name)

    def _record(self, k: int, present: dict[int, tuple[str, Tensor, dict[str, Any]]]) -> None:
        gradients = [tensor.grad for _, tensor, _ in present.values() if tensor.grad is not None]
        found = norms(gradients)
        finite = bool(torch.isfinite(found.l1).all())
        names = [name for name, _, _ in present.values()]
        ratios = dict(zip(names, found.ratios.tolist(), strict=True))
        self.history.add(
            Record(
                step=k,
                l1=found.whole_l1,
                l2=found.whole_l2,
                d=found.d,
                ratio=found.ratio,
                tensors=ratios,
                loss=self._loss,
                finite=finite,
            )
        )
        self._loss = math.nan
        if not finite:
            if len(self.history.not_finite) == 1:
                bad = [n for n, l1 in zip(names, found.l1.tolist(), strict=True)
                       if not math.isfinite(l1)]  # fmt: skip
                self._told = (
                    f"the gradient of step {k} is not finite in "
                    f"{', '.join(bad[:3])}{' and others' if len(bad) > 3 else ''}"
                )
            return
        self._moments(k, present)
        steps = [_minus(p, self._points[key]) for key, (_, p, _) in present.items()
                 if key in self._points]  # fmt: skip
        self._moved = norms(steps).whole_l2 if steps else math.nan
        self._gradients = {
            key: p.grad.detach().clone() for key, (_, p, _) in present.items() if p.grad is not None
        }

    def _moments(self, k: int, present: dict[int, tuple[str, Tensor, dict[str, Any]]]) -> None:
        """Where m^2/v and n^2/v are largest in each tensor."""
        if self.subject.moments is None:
            return
        first, second = self.subject.moments
        kept: list[tuple[str, str, dict[str, float], Tensor]] = []
        for name, tensor, group in present.values():
            state = self.optimizer.state.get(tensor) or {}
            if first not in state or second not in state or not tensor.numel():
                continue
            at = self.subject.parameters(group)
            m, v = state[first].reshape(-1), state[second].reshape(-1)
            place = _largest(m, v)
            kept.append(("m", name, at, place))
            if not self.subject.exact or "mu" not in at:
                continue
            g, mu = tensor.grad, at["mu"]
            if mu == 1:
                kept.append(("n", name, at, place))
            elif g is not None:
                sign = -1.0 if group.get("maximize") else 1.0
                n = mu * m + (1 - mu) * sign * g.reshape(-1).to(m.dtype)
                kept.append(("n", name, at, _largest(n, v)))
        if not kept:
            return
        values = torch.stack([place.cpu() for *_, place in kept]).tolist()
        for (process, name, at, _), (momentum, moment) in zip(kept, values, strict=True):
            if moment > 0:
                found = Worst(name, k, momentum, moment, tuple(at.items()))
                self.history.came_close(process, found)


def _largest(momentum: Tensor, v: Tensor) -> Tensor:
    """The momentum and v, float64 [2], of the coordinate where momentum^2 / v is largest.

    Where v has fallen below the normal floats the quotient is rounding, which no lemma is about: if
    it has everywhere, v is given as 0.
    """
    normal = v > torch.finfo(v.dtype).tiny
    i = torch.where(normal, momentum / v * momentum, 0).argmax()
    return torch.stack([momentum[i], torch.where(normal[i], v[i], 0)]).double()


def _minus(left: Tensor, right: Tensor) -> Tensor:
    """In float32 at least: half precision has no differences to speak of."""
    if left.dtype in (torch.float32, torch.float64) or left.layout is not torch.strided:
        return left.detach() - right
    return left.detach().float() - right.float()


def monitor(
    optimizer: torch.optim.Optimizer,
    names: Iterable[tuple[str, Tensor]] | None = None,
    *,
    every: int = EVERY,
    limit: int = LIMIT,
    f_star: float | None = None,
) -> Monitor:
    """Attach the theory to a training run.

    Args:
        optimizer: any ``torch.optim.Optimizer``.
        names: ``model.named_parameters()``, to call tensors by their names.
        every: look at steps 1, 1 + every, ...; smaller costs more.
        limit: keep at most so many records; beyond, every other one is dropped and ``every``
            doubles.
        f_star: a lower bound of the objective, if one is known (0 of a cross-entropy).

    Raises:
        TypeError: ``optimizer`` is none.
        ParameterError: ``every``, ``limit`` or ``f_star`` is no such number.

    >>> x = torch.nn.Parameter(torch.tensor([3.0, -4.0]))
    >>> optimizer = torch.optim.SGD([x], lr=0.1)
    >>> watch = monitor(optimizer, every=1)
    >>> for _ in range(3):
    ...     optimizer.zero_grad()
    ...     loss = (x**2).sum()
    ...     loss.backward()
    ...     watch.loss(loss)
    ...     optimizer.step()
    >>> watch.detach()
    >>> round(watch.history.records[0].ratio, 4), watch.step
    (0.9899, 3)
    """
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(
            f"monitor takes a torch.optim.Optimizer, not {type(optimizer).__name__}; a wrapper "
            "usually keeps it as .optimizer"
        )
    for name, value, least in (("every", every, 1), ("limit", limit, 2)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ParameterError(f"monitor: {name} must be an integer >= {least}, not {value!r}")
    if f_star is not None and not math.isfinite(f_star):
        raise ParameterError(f"monitor: f_star must be finite, not {f_star!r}")
    return Monitor(optimizer, names, every, limit, f_star)
