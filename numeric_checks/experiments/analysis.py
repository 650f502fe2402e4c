"""Numbers from records: medians of phases, bands over seeds, a table, tensors by kind."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from .records import KINDS, Record, Series, rounded

GRADIENTS = ("full", "stochastic")
PHASES = {"start": (0.0, 0.0), "early": (0.0, 0.2), "late": (0.8, 1.0)}
"""The parts of a run, as fractions of its steps, ends included."""
LOW, HIGH = 0.1, 0.9
"""The quantiles of bands."""


def within(series: Series, steps: int, phase: str) -> list[int]:
    """The places of a series that lie in a phase."""
    low, high = (end * steps for end in PHASES[phase])
    return [n for n, k in enumerate(series.steps) if low <= k <= high]


def ratio(series: Series, n: int) -> float | None:
    """The ratio, ``||g||_1 / (sqrt(d) ||g||_2)``."""
    return series.ratio[n]


def without_zeros(series: Series, n: int) -> float | None:
    """The same with the number of coordinates that are not 0 in place of d."""
    value = series.ratio[n]
    return None if value is None else value / math.sqrt(1 - series.zeros[n])


MEASURES: dict[str, Callable[[Series, int], float | None]] = {
    "ratio": ratio, "without zeros": without_zeros,
}  # fmt: skip


def of_run(record: Record, gradient: str, phase: str, measure: str = "ratio") -> float | None:
    """The median of a measure over a phase of a run; None if there is none in it.

    A run that was stopped has no late phase, whatever was recorded of it.
    """
    if record.stopped is not None and phase == "late":
        return None
    series = record.series(gradient)
    found = (MEASURES[measure](series, n) for n in within(series, record.steps, phase))
    return middle(value for value in found if value is not None)


def middle(values: Iterable[float | None]) -> float | None:
    """The median of what is not None; None of nothing."""
    found = [value for value in values if value is not None]
    return median(found) if found else None


def quantile(values: Sequence[float], q: float) -> float | None:
    """A quantile, interpolated and rounded as records are; None of nothing."""
    return rounded(float(np.quantile(values, q))) if values else None


# --- models ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Band:
    """Over seeds, at each step recorded: LOW-quantile, median, HIGH-quantile of the ratio."""

    model: str
    rate: str
    gradient: str
    steps: tuple[int, ...]
    low: tuple[float, ...]
    mid: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Row:
    """A model at a learning rate: medians over seeds of the medians of phases.

    ``least``, ``most``: of all stochastic gradients recorded. ``zeros``: the median fraction of
    exact zeros, late, in stochastic gradients; ``loss``: of the last gradient of f.
    """

    family: str
    model: str
    d: int
    rate: str
    runs: int
    stopped: int
    start: float | None
    early: float | None
    late: float | None
    stochastic_early: float | None
    stochastic_late: float | None
    least: float | None
    most: float | None
    low: float | None
    high: float | None
    zeros: float | None
    loss: float | None


@dataclass(frozen=True)
class KindRow:
    """Tensors of a kind in a family, gradients of f: medians over tensors, runs and steps."""

    family: str
    kind: str
    tensors: int
    early: float | None
    late: float | None
    low: float | None
    high: float | None


def groups(records: Sequence[Record]) -> dict[tuple[str, str], list[Record]]:
    """The records by model and learning rate, in the order of families and d."""
    order = {family: n for n, family in enumerate(dict.fromkeys(r.family for r in records))}
    found: dict[tuple[str, str], list[Record]] = {}

    def place(r: Record) -> tuple[int, int, float, int]:
        return order[r.family], r.d, float(r.rate), r.seed

    for record in sorted(records, key=place):
        found.setdefault((record.model, record.rate), []).append(record)
    return found


def bands(records: Sequence[Record]) -> Iterator[Band]:
    """The band of each model, learning rate and kind of gradient."""
    for (model, rate), own in groups(records).items():
        for gradient in GRADIENTS:
            at: dict[int, list[float]] = {}
            for record in own:
                series = record.series(gradient)
                for k, value in zip(series.steps, series.ratio, strict=True):
                    if value is not None:
                        at.setdefault(k, []).append(value)
            steps = tuple(sorted(at))
            lines = [tuple(quantile(at[k], q) or 0.0 for k in steps) for q in (LOW, 0.5, HIGH)]
            yield Band(model, rate, gradient, steps, *lines)


def table(records: Sequence[Record]) -> Iterator[Row]:
    """A row for each model and learning rate."""
    for (model, rate), own in groups(records).items():
        ratios = [v for r in own for v in r.stochastic.ratio if v is not None]
        late_zeros = (
            r.stochastic.zeros[n] for r in own for n in within(r.stochastic, r.steps, "late")
        )
        start, early, late = (middle(of_run(r, "full", phase) for r in own) for phase in PHASES)
        yield Row(
            family=own[0].family, model=model, d=own[0].d, rate=rate, runs=len(own),
            stopped=sum(r.stopped is not None for r in own),
            start=start, early=early, late=late,
            stochastic_early=middle(of_run(r, "stochastic", "early") for r in own),
            stochastic_late=middle(of_run(r, "stochastic", "late") for r in own),
            least=min(ratios, default=None), most=max(ratios, default=None),
            low=quantile(ratios, LOW), high=quantile(ratios, HIGH),
            zeros=middle(late_zeros),
            loss=middle(r.full.loss[-1] for r in own if r.stopped is None and r.full.loss),
        )  # fmt: skip


def by_kind(records: Sequence[Record]) -> Iterator[KindRow]:
    """A row for each family and kind of tensor."""
    for family in dict.fromkeys(r.family for r in records):
        own = [r for r in records if r.family == family]
        for kind in KINDS:
            columns = {n for r in own for n, t in enumerate(r.tensors) if t[1] == kind}
            if not columns:
                continue
            early, late = (
                [v for r in own for n in within(r.full, r.steps, phase) for c in columns
                 if r.full.tensors and (v := r.full.tensors[n][c]) is not None]
                for phase in ("early", "late")
            )  # fmt: skip
            both = early + late
            yield KindRow(
                family, kind, len(columns), middle(early), middle(late),
                *(quantile(both, q) for q in (LOW, HIGH)),
            )  # fmt: skip
