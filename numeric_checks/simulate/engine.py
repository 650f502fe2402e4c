"""Advance the instances, record the processes, window by window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import torch
from torch import Tensor

from ...optimizers.batched import (
    ParameterError,
    ParameterValue,
    ShapeError,
    State,
    batched,
    require_finite,
)
from ...optimizers.recursions import Recursion
from ..instances import Instance
from ..instances.philox import check_streams
from .progress import Progress
from .run import Constant, ConstantValue, Run, Series, constant, theory_constants

Streams = tuple[tuple[int, ...], tuple[int, ...]]


def simulate(
    recursion: Recursion,
    instance: Instance,
    *,
    K: int,
    seeds: Sequence[int],
    parameters: Mapping[str, ParameterValue],
    instances: Sequence[int] | None = None,
    x1: Tensor | None = None,
    constants: Mapping[str, ConstantValue] | None = None,
    chunk: int = 64,
    before: int = 0,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
    progress: Progress | None = None,
) -> Iterator[Run]:
    """Run ``recursion`` on ``instance`` for K iterations, one row a seed; yield windows.

    The steps are taken in ``dtype``; everything recorded is float64, and f and its gradient are
    evaluated in float64 at the recorded points. The noise is a function of seed, instance and
    iteration alone: ``chunk`` changes no iterate, and f and its gradient by their rounding only;
    so does regrouping the rows.

    Args:
        recursion, instance: what is run on what.
        K: the horizon.
        seeds: one a row, integers in [0, 2^64).
        parameters: the hyperparameters, numbers or tensors [] or [B, 1].
        instances: one number a row in [0, 2^32), by default 0: a second coordinate of the stream.
        x1: the start, [d] or [B, d]; by default the instance's own. With another one the
            instance's Delta is not recorded, as it does not speak of it.
        constants: constants of the theory, beyond or instead of ``theory_constants(instance)``.
        chunk: iterations a window.
        before: how many earlier times a window keeps, for statements that reach back (k-1, ...).
        dtype, device: of the steps.
        progress: called as ``progress(iterations done, K)`` after each window.

    Raises:
        ValueError: K, chunk, before, seeds or instances are out of range, or sigma is negative.
        ParameterError: a parameter is unknown or missing, or also named in ``constants``.
        ShapeError: x1, a parameter or a constant has the wrong shape.
        NonFiniteError: a value became NaN or infinite; the message has the iteration.

    >>> from fractions import Fraction
    >>> from ratecert.numeric_checks.instances import quadratic
    >>> from ratecert.optimizers.recursions import SGD
    >>> instance, eta = quadratic((Fraction(1),)), {"eta": 0.5}
    >>> windows = simulate(SGD, instance, K=5, seeds=[7], parameters=eta, chunk=2)
    >>> [(w.first, w.last, w.points["x"].at(w.last + 1).item()) for w in windows]
    [(1, 2, 0.25), (3, 4, 0.0625), (5, 5, 0.03125)]
    """
    for name, least in (("K", 1), ("chunk", 1), ("before", 0)):
        value = {"K": K, "chunk": chunk, "before": before}[name]
        if type(value) is not int or value < least:
            raise ValueError(f"{name} is an integer >= {least}, not {value!r}")
    rows, numbers = check_streams(seeds, instances)
    start = start_of(instance, x1, len(rows), dtype, device)
    state = batched(recursion).init(start, **parameters)
    table = _constants(instance, state, constants, own_start=x1 is None)
    whole = Run(
        first=1,
        last=K,
        indices=MappingProxyType({"K": K, "d": instance.dimension}),
        constants=MappingProxyType(table),
        points={},
        processes={},
        at_points={},
        seeds=rows,
        instances=numbers,
        replicates=_replicates(state, table, list(zip(rows, numbers, strict=True))),
        recursion=recursion,
        instance=instance,
        start=state.x.to(torch.float64),
    )

    def windows() -> Iterator[Run]:
        recorder = _Recorder(recursion, instance, state, (rows, numbers))
        for first in range(1, K + 1, chunk):
            last = min(first + chunk - 1, K)
            recorder.advance(last)
            yield replace(
                whole,
                first=first,
                last=last,
                points=MappingProxyType(dict(recorder.points)),
                processes=MappingProxyType(dict(recorder.processes)),
                at_points=MappingProxyType(dict(recorder.at_points)),
            )
            if progress is not None:
                progress(last, K)
            recorder.forget(last + 1 - before)

    return windows()  # lazily; the arguments have been refused, if at all, by now


def record(
    recursion: Recursion,
    instance: Instance,
    *,
    K: int,
    seeds: Sequence[int],
    parameters: Mapping[str, ParameterValue],
    instances: Sequence[int] | None = None,
    x1: Tensor | None = None,
    constants: Mapping[str, ConstantValue] | None = None,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
    progress: Progress | None = None,
) -> Run:
    """The whole run in one window; arguments and errors as for ``simulate``.

    Holds (K+1) B d numbers a process: for short runs.
    """
    (run,) = simulate(
        recursion,
        instance,
        K=K,
        seeds=seeds,
        parameters=parameters,
        instances=instances,
        x1=x1,
        constants=constants,
        chunk=K,
        dtype=dtype,
        device=device,
        progress=progress,
    )
    return run


def start_of(
    instance: Instance, x1: Tensor | None, rows: int, dtype: torch.dtype, device: torch.device | str
) -> Tensor:
    """x^1 [rows, d]: the instance's own, or ``x1`` ([d] or [rows, d]); raises ``ShapeError``."""
    if x1 is None:
        return instance.start(rows, dtype, device)
    if x1.shape not in ((instance.dimension,), (rows, instance.dimension)):
        d = instance.dimension
        raise ShapeError(f"x1 has shape {list(x1.shape)}, not [{d}] or [{rows}, {d}]")
    return x1.to(dtype=dtype, device=device).expand(rows, -1)


def _constants(
    instance: Instance,
    state: State,
    given: Mapping[str, ConstantValue] | None,
    *,
    own_start: bool,
) -> dict[str, Constant]:
    values = theory_constants(instance)
    if not own_start:
        del values["Delta"]
    values |= given or {}
    both = sorted(values.keys() & state.parameters.keys())
    if both:
        raise ParameterError(f"both a constant and a hyperparameter: {', '.join(both)}")
    table = {name: constant(value, name) for name, value in values.items()}
    table |= {name: constant(value, name) for name, value in state.parameters.items()}
    b, d = state.x.shape
    for name, entry in table.items():
        if entry.floats.shape[0] not in (1, b) or entry.floats.shape[1] not in (1, d):
            raise ShapeError(
                f"constant {name} has shape {list(entry.floats.shape)}, not [{b}, {d}]"
            )
        negative = bool((entry.floats < 0).any())
        if negative and name in ("L", "Delta", "sigma", "sigma_s"):
            raise ValueError(f"constant {name} must not be negative: {float(entry.floats.min())}")
        table[name] = Constant(entry.floats.to(state.x.device), entry.exact)
    return table


def _replicates(
    state: State, table: Mapping[str, Constant], streams: list[tuple[int, int]]
) -> bool:
    same = (bool((t == t[:1]).all()) for t in (state.x, *(c.floats for c in table.values())))
    return len(set(streams)) == len(streams) and all(same)


class _Recorder:
    """Takes the steps, and keeps what the current window holds."""

    def __init__(
        self, recursion: Recursion, instance: Instance, state: State, streams: Streams
    ) -> None:
        self.rule, self.instance, self.state = batched(recursion), instance, state
        self.seeds, self.instances = streams
        first = state.x[None].to(torch.float64)
        self.points = {"x": Series(first, 1)}
        self.at_points = {
            (name, "x"): Series(data, 1)
            for name, data in zip(("f", "grad"), self._at(first), strict=True)
        }
        targets = (update.target for update in recursion.updates[:-1])
        self.processes = {name: Series(first[:0], 1) for name in ("g", *targets)}
        for name, value in state.slots.items():
            self.processes[name] = Series(value[None].to(torch.float64), 0)

    def advance(self, last: int) -> None:
        """Take the iterations up to ``last`` and record them."""
        points: list[Tensor] = []
        processes: dict[str, list[Tensor]] = {name: [] for name in self.processes}
        for k in range(self.state.k, last + 1):
            g = self.instance.stochastic_gradient(self.state.x, k, self.seeds, self.instances)
            self.state, values = self.rule.step(self.state, g)
            points.append(self.state.x)
            for name, value in (("g", g), *values.items()):
                processes[name].append(value)
        fresh = torch.stack(points).to(torch.float64)
        self.points["x"] = _joined(self.points["x"], fresh)
        for name, data in zip(("f", "grad"), self._at(fresh), strict=True):
            self.at_points[name, "x"] = _joined(self.at_points[name, "x"], data)
        for name, parts in processes.items():
            data = torch.stack(parts).to(torch.float64)
            self.processes[name] = _joined(self.processes[name], data)

    def forget(self, time: int) -> None:
        """Drop what is earlier than ``time`` (slots: than ``time - 1``)."""
        slots = self.state.slots
        self.points = {name: _since(s, time) for name, s in self.points.items()}
        self.at_points = {key: _since(s, time) for key, s in self.at_points.items()}
        self.processes = {
            name: _since(s, time - (name in slots)) for name, s in self.processes.items()
        }

    def _at(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """F [T, B] and its gradient [T, B, d] at points [T, B, d]."""
        value, gradient = self.instance.value_and_gradient(x.flatten(0, 1))
        require_finite(value, f"{self.instance.name}: f, up to iteration {self.state.k}")
        return value.view(x.shape[:2]), gradient.view(x.shape)


def _joined(series: Series, data: Tensor) -> Series:
    return Series(torch.cat((series.data, data)), series.first)


def _since(series: Series, time: int) -> Series:
    time = max(time, series.first)
    return Series(series.data[time - series.first :].clone(), time)
