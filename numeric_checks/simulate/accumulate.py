"""Long runs of many instances that keep running statistics and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import torch
from torch import Tensor

from ...optimizers.batched import (
    NEXT,
    Fused,
    Kernel,
    Layout,
    NonFiniteError,
    Notify,
    ParameterValue,
    State,
    Tiling,
    batched,
    tiling,
    to_stderr,
)  # fmt: skip
from ...optimizers.recursions import Recursion, previous
from ..instances import Instance
from ..instances.philox import check_streams
from .checkpoint import Checkpoint, Progressed
from .engine import start_of
from .identity import exact_data
from .oracle import Oracle, oracle, traceable
from .progress import Progress
from .statistics import GRADIENT, Accumulated, Reduction, Statistic, by_name

Choice = Literal["auto", "compiled", "eager"]
STEPS = 4
"""Iterations of a graph: more are slower, fewer spend the time in calls."""
WORTH = 300_000_000
"""Coordinate-steps from which "auto" compiles: what eager then loses exceeds a cold compilation."""
_WINDOW = 1024
_WORD_BYTES = 4


def accumulate(
    recursion: Recursion,
    instance: Instance,
    *,
    K: int,
    seeds: Sequence[int],
    parameters: Mapping[str, ParameterValue],
    statistics: Sequence[Statistic],
    instances: Sequence[int] | None = None,
    x1: Tensor | None = None,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
    mode: Choice = "auto",
    steps: int = STEPS,
    rows: int | None = None,
    layout: Layout | None = None,
    keep_state: bool = False,
    checkpoint: Path | None = None,
    every: float = 60.0,
    progress: Progress | None = None,
    notify: Notify = to_stderr,
) -> Accumulated:
    """Run ``recursion`` on ``instance`` for K iterations, one row a seed; reduce the statistics.

    The iterates are those of ``simulate``: the noise is the same to the bit, the arithmetic up to
    its rounding (square roots, logarithms and cosines differ in the last bit between eager and
    compiled code). Compiled or eager, in other tiles, layouts or on another device, results differ
    by rounding only. Sums over coordinates are taken in ``dtype``, over iterations in float64.

    Args:
        recursion, instance, K, seeds, parameters: as for ``simulate``.
        instances, x1, dtype, device: likewise.
        statistics: what is kept, under different names.
        mode: "auto" compiles where the instance is a separable objective under additive noise and
            the run is long enough; "compiled" compiles or says why not; "eager" does not.
        steps: iterations a graph, 1 to 4.
        rows, layout: of a tile, instead of what ``optimizers.batched.tiling`` chooses.
        keep_state: keep x^{K+1} and the last slots.
        checkpoint: a file to which the run is saved every so many seconds (``every``), and from
            which it goes on if it is there. It is removed at the end.
        progress: called as ``progress(done, total)`` now and then, in iterations of tiles.
        notify: is told what is compiled, and why something is not.

    Raises:
        ValueError, ParameterError, ShapeError: as for ``simulate`` and ``Statistic``.
        NonFiniteError: a value became NaN or infinite; names the iterations between which.
        CheckpointError: the file is corrupt, or of another run.
        UnknownDataError: a checkpoint was asked for, and what the instance is cannot be written
            down (it is no dataclass of exact data).

    >>> from fractions import Fraction
    >>> from ratecert.numeric_checks.instances import quadratic
    >>> from ratecert.numeric_checks.simulate import GRADIENT_L1
    >>> from ratecert.optimizers.recursions import SGD
    >>> kept = accumulate(SGD, quadratic((Fraction(1),)), K=3, seeds=[7], parameters={"eta": 0.5},
    ...                   statistics=[GRADIENT_L1])
    >>> kept.values["mean ||grad f||_1"]  # (1 + 1/2 + 1/4)/3
    tensor([0.5833], dtype=torch.float64)
    """
    if type(K) is not int or K < 1:
        raise ValueError(f"K is an integer >= 1, not {K!r}")
    if mode not in ("auto", "compiled", "eager"):
        raise ValueError(f"mode is auto, compiled or eager, not {mode!r}")
    if type(steps) is not int or steps not in (1, 2, 4):
        raise ValueError(f"steps a graph are 1, 2 or 4, not {steps!r}")
    table = by_name(statistics)
    streams = check_streams(seeds, instances)
    start = start_of(instance, x1, len(streams[0]), dtype, device)
    state = batched(recursion).init(start, **parameters)
    fused = Fused(recursion, {n: s.expression for n, s in table.items()}, (GRADIENT,))
    count, d = state.x.shape
    touched = (1 + len(recursion.slots)) * state.x.element_size() + _WORD_BYTES
    tiles = tiling(count, d, touched, device=state.x.device, rows=rows, layout=layout)
    runner = _Runner(
        fused, tuple(statistics), instance, streams, state, tiles, K, mode, steps, notify
    )
    saved = None
    if checkpoint is not None:
        saved = Checkpoint(checkpoint, runner.description(), every)
    values = runner.run(saved, progress, keep_state)
    if saved is not None:
        saved.remove()
    return Accumulated(
        values=MappingProxyType(dict(zip(table, values, strict=True))), K=K, d=d,
        seeds=streams[0], instances=streams[1], mode=runner.block.mode,
        reason=runner.reason or runner.block.reason, tiling=tiles, x=runner.final.get("x"),
        slots=MappingProxyType({n: t for n, t in runner.final.items() if n != "x"}),
    )  # fmt: skip


class _Runner:
    """The tiles, one after the other, each from the first iteration to the last."""

    def __init__(
        self, fused: Fused, statistics: tuple[Statistic, ...], instance: Instance,
        streams: tuple[tuple[int, ...], tuple[int, ...]], state: State, tiles: Tiling, K: int,
        mode: Choice, steps: int, notify: Notify,
    ) -> None:  # fmt: skip
        self.fused, self.statistics, self.instance, self.streams = (
            fused,
            statistics,
            instance,
            streams,
        )
        self.state, self.tiles, self.K = state, tiles, K
        self.recursion = fused.recursion
        self.slots = [slot.name for slot in self.recursion.slots]
        count, d = state.x.shape
        device, dtype = state.x.device, state.x.dtype
        self.moving = [tiles.empty(d, dtype, device) for _ in range(1 + len(self.slots))]
        self.kept = [
            torch.empty(tiles.rows, dtype=torch.float64, device=device) for _ in statistics
        ]
        self.final: dict[str, Tensor] = {}
        title = (
            f"{self.recursion.id}, tiles [{tiles.rows}, {d}] of {str(dtype).removeprefix('torch.')}"
        )
        self.reason = ""
        compile = mode == "compiled" or (mode == "auto" and count * d * K >= WORTH)
        if mode == "auto" and not compile:
            self.reason = "too short to be worth compiling"
        if compile and not traceable(instance):
            self.reason = f"{instance.name} is no separable objective under additive noise"
            notify(f"{title}: runs eagerly: {self.reason}")
            compile = False
        self.oracle: Oracle = oracle(
            instance, *self._streams(0), tiles, device, compile=compile, notify=notify
        )
        self._load(0)
        self.scalars = [*fused.scalars(self._parameters(0))]
        self.steps = steps if self.oracle.any_phase else self.oracle.steps
        self.block = self._kernel(self.steps, title, compile, notify)
        # What is left before the first and after the last block is run eagerly, a step at a time,
        # unless that is much: then one more compilation is worth it.
        self.single = self.block if self.steps == 1 else None
        edges = count * d * min(K, 2 * (self.steps - 1))
        if compile and self.single is None and self.oracle.any_phase and edges >= WORTH // 8:
            self.single = self._kernel(1, f"{title}, single iterations", True, notify)

    def _kernel(self, steps: int, title: str, compile: bool, notify: Notify) -> Kernel:
        tensors = self._tensors(self.oracle.tensors(0))
        if steps > 1:
            title += f", {steps} iterations a graph"
        same = None
        if self.oracle.same is not None:
            same = (self.recursion, self.statistics, self.oracle.same, steps)
        advance = self._advance(steps, 0)
        return Kernel(advance, tensors, title, same=same, compile=compile, notify=notify)

    def _tensors(self, given: Sequence[Tensor]) -> list[Tensor]:
        return [*self.moving, *self.kept, *self._values, *given]

    def _advance(self, steps: int, phase: int) -> Callable[..., None]:
        """The function that takes ``steps`` iterations, on the tensors of ``_tensors``."""
        moving, kept, scalars = len(self.moving), len(self.kept), len(self.scalars)
        before = [previous(slot).name for slot in self.slots]

        def advance(*tensors: Tensor) -> None:
            x, *slots = tensors[:moving]
            accumulators = tensors[moving : moving + kept]
            at = moving + kept + scalars
            values = dict(zip(self.scalars, tensors[moving + kept : at], strict=True))
            reduction = Reduction(self.statistics)
            for offset in range(steps):
                gradient, g = self.oracle.gradients(x, tensors[at:], offset, phase + offset)
                known = {**values, "x": x, "g": g, GRADIENT: gradient}
                known |= zip(before, slots, strict=True)
                found = self.fused.step(known)
                names = [statistic.name for statistic in self.statistics]
                reduction.take([self.fused.expression(name, found) for name in names])
                x, slots = found[NEXT], [found[slot] for slot in self.slots]
            reduction.add_to(accumulators)
            for target, value in zip(tensors[:moving], (x, *slots), strict=True):
                target.copy_(value)

        return advance

    # --- tiles ------------------------------------------------------------------------------------

    def _rows(self, tile: int) -> list[int]:
        """The rows of a tile; the last row fills up the last tile."""
        first, last = tile * self.tiles.rows, len(self.streams[0]) - 1
        return [min(row, last) for row in range(first, first + self.tiles.rows)]

    def _streams(self, tile: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        rows = self._rows(tile)
        seeds, numbers = self.streams
        return tuple(seeds[row] for row in rows), tuple(numbers[row] for row in rows)

    def _parameters(self, tile: int) -> dict[str, Tensor]:
        rows = self._rows(tile)
        given = self.state.parameters.items()
        return {name: value[rows] if value.ndim else value for name, value in given}

    def _load(self, tile: int) -> None:
        """The start of a tile, in the buffers."""
        if self.state.x.stride(0) == 0:
            self.moving[0].copy_(self.state.x[:1])
        else:
            self.moving[0].copy_(self.state.x[self._rows(tile)])
        for slot, buffer in zip(self.recursion.slots, self.moving[1:], strict=True):
            buffer.fill_(float(slot.initial))
        for statistic, kept in zip(self.statistics, self.kept, strict=True):
            kept.fill_(statistic.start)
        self._values = [*self.fused.scalars(self._parameters(tile)).values()]

    def run(
        self, saved: Checkpoint | None, progress: Progress | None, keep_state: bool
    ) -> list[Tensor]:
        """All tiles; the statistics of all rows."""
        count, total = len(self.streams[0]), self.tiles.count * self.K
        results = torch.zeros(len(self.statistics), count, dtype=torch.float64)
        finals = (
            [torch.zeros(self.state.x.shape, dtype=self.state.x.dtype) for _ in self.moving]
            if keep_state
            else []
        )
        arrays = [results, *finals, *self.kept, *self.moving]
        first, k = saved.restore(arrays) if saved is not None else (0, 0)
        for tile in range(first, self.tiles.count):
            resumed = tile == first and k > 0
            if resumed:
                self._values = [*self.fused.scalars(self._parameters(tile)).values()]
            else:
                self._load(tile)
            self.oracle.restart(*self._streams(tile))
            for done in self._windows(tile, k if resumed else 0):
                if progress is not None and done < self.K:
                    progress(tile * self.K + done, total)
                if saved is not None and done < self.K:
                    saved.keep(Progressed(tile, done), arrays)
            width = min(self.tiles.rows, count - tile * self.tiles.rows)
            rows = slice(tile * self.tiles.rows, tile * self.tiles.rows + width)
            for n, (statistic, kept) in enumerate(zip(self.statistics, self.kept, strict=True)):
                divisor = self.K if statistic.over_k == "mean" else 1
                results[n, rows] = kept[:width].cpu() / divisor
            for final, buffer in zip(finals, self.moving, strict=bool(finals)):
                final[rows] = buffer[:width].cpu()
            if progress is not None:
                progress((tile + 1) * self.K, total)
            if saved is not None:
                saved.keep(Progressed(tile + 1, 0), arrays)
        self.final = dict(zip(("x", *self.slots), finals, strict=bool(finals)))
        return [*results]

    def _windows(self, tile: int, done: int) -> Iterator[int]:
        """Advance the tile from iteration ``done`` + 1 to K; yield what is done, now and then."""
        k, checked = done + 1, done
        while k <= self.K:
            if k % self.steps == 0 and k + self.steps - 1 <= self.K:
                self.block(*self._tensors(self.oracle.tensors(k)))
                k += self.steps
            else:
                self._one(k)
                k += 1
            if (k - 1) - checked >= _WINDOW or k > self.K:
                self._require_finite(tile, checked + 1, k - 1)
                checked = k - 1
                yield checked

    def _one(self, k: int) -> None:
        tensors = self._tensors(self.oracle.tensors(k))
        if self.single is not None:
            self.single(*tensors)
        else:
            self._advance(1, k % self.oracle.steps)(*tensors)

    def _require_finite(self, tile: int, first: int, last: int) -> None:
        names = ["x", *self.slots, *(statistic.name for statistic in self.statistics)]
        for name, tensor in zip(names, (*self.moving, *self.kept), strict=True):
            if bool(torch.isfinite(tensor).all()):
                continue
            row = self._rows(tile)[int((~torch.isfinite(tensor)).nonzero()[0, 0])]
            raise NonFiniteError(
                f"{self.recursion.id}, between iterations {first} and {last}: {name} is not finite "
                f"in row {row} (seed {self.streams[0][row]}); simulate() names the iteration"
            )

    def description(self) -> dict[str, object]:
        """What the run is: whoever has the same, gets the same."""
        state = self.state
        return {
            "recursion": self.recursion.id,
            "updates": [f"{u.target} = {u.value}" for u in self.recursion.updates],
            "instance": exact_data(self.instance),
            "K": self.K, "seeds": list(self.streams[0]), "instances": list(self.streams[1]),
            "statistics": [
                [s.name, str(s.expression), s.over_i, s.over_k] for s in self.statistics
            ],
            "parameters": {n: v.flatten().tolist() for n, v in state.parameters.items()},
            "start": state.x[:1].tolist() if state.x.stride(0) == 0 else state.x.tolist(),
            "dtype": str(state.x.dtype), "rows": self.tiles.rows, "layout": self.tiles.layout,
            "steps": self.steps, "mode": self.block.mode, "torch": torch.__version__,
        }  # fmt: skip
