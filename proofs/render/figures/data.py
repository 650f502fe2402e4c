"""What each figure shows, as plain data: lines over logarithmic axes, dots, counts."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..document import Curve, Document

BINS = 20
MEASURED = "measured"


class FigureError(ValueError):
    """A figure that cannot be drawn; says why, and what to do about it."""


@dataclass(frozen=True)
class Lines:
    """Lines over two logarithmic axes. Those whose names begin with ``MEASURED`` come from runs."""

    title: str
    across: str
    up: str
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class Dots:
    """A row for each claim: the ratios of its sides, in an exact instance and in runs, if known."""

    title: str
    across: str
    rows: tuple[tuple[str, float | None, float | None], ...]


@dataclass(frozen=True)
class Counts:
    """How often values lie in each of ``BINS`` equal intervals of [0, ``top``], by kind."""

    title: str
    across: str
    up: str
    top: float
    counts: tuple[tuple[str, tuple[int, ...]], ...]


Figure = Lines | Dots | Counts
FIGURES = ("bound", "runs", "tightness", "ratios", "constants")
"""The names of the figures."""


def figure(name: str, document: Document) -> Figure:
    """The figure of that name.

    Raises:
        FigureError: there is none, or the document has no data for it.
    """
    makers: dict[str, Callable[[Document], Figure]] = dict(
        zip(FIGURES, (_bound, runs, _tightness, _ratios, _constants), strict=True)
    )
    if name not in makers:
        raise FigureError(f"no figure {name!r} (there are {', '.join(FIGURES)})")
    return makers[name](document)


def readable(name: str) -> str:
    """The name of a curve with signs for what has one.

    >>> readable("C_1/gamma^(1/2) + C_2 (canonical)")
    'C₁/√γ + C₂ (canonical)'
    """
    for plain, sign in (
        ("gamma^(1/2)", "√γ"), ("C_1", "C₁"), ("C_2", "C₂"), ("sqrt(d)", "√d"), ("lambda", "λ"),
    ):  # fmt: skip
        name = name.replace(plain, sign)
    return name


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """The exponent p of the power K^p that fits best: least squares on logarithms.

    >>> round(slope([(1, 8.0), (4, 4.0), (16, 2.0)]), 12)
    -0.5
    """
    logs = [(math.log(x), math.log(y)) for x, y in points if x > 0 and y > 0]
    if len({x for x, _ in logs}) < 2:
        return None
    middle = sum(x for x, _ in logs) / len(logs)
    over = sum((x - middle) * y for x, y in logs)
    return over / sum((x - middle) ** 2 for x, _ in logs)


# --- each figure ----------------------------------------------------------------------------------


def _bound(document: Document) -> Lines:
    if not document.bounds:
        raise FigureError(f"{document.id} has no rate whose bound could be drawn")
    at = ", ".join(f"{readable_name(name)} = {value}" for name, value in document.at.items())
    return Lines(f"{document.id}: the bound, at {at}", "K", "bound", document.bounds)


def readable_name(name: str) -> str:
    """The data of a rate as people write them."""
    return {"Delta": "Δ", "sigma_s": "σₛ"}.get(name, name)


def _constants(document: Document) -> Lines:
    if not document.floors:
        raise FigureError(f"{document.id} has no instance whose constants depend on gamma")
    return Lines(f"{document.id}: constants", "γ", "constant", document.floors)


def runs(document: Document) -> Lines:
    """Bounds of the rates against what runs measured, at each K that a campaign has.

    Measured is the left side of the rate, its expectation estimated by the mean over seeds.
    """
    found: dict[str, dict[float, float]] = defaultdict(dict)
    kinds = {entry.label: entry.kind for entry in document.claims()}
    for task, finding in _findings(document):
        claim, values = str(finding["claim"]), finding.get("values", {})
        rate = kinds.get(claim) in ("theorem", "instance") and claim.startswith(f"{document.id}.")
        if task["kind"] != "paths" or not rate or not {"left", "right"} <= set(values):
            continue
        left, right = _number(values["left"]), _number(values["right"])
        if not (0 < left < math.inf and 0 < right < math.inf):
            continue
        where = ", ".join(part for part in (task["subject"], task["family"]) if part)
        K = float(task["budget"] // task["tile"])
        found[f"{MEASURED}: {where}"].setdefault(K, left)
        found[f"{claim.partition('.')[2]}: {where}"].setdefault(K, right)
    curves = [
        Curve(name, tuple(sorted(points.items())), slope([*points.items()]))
        for name, points in found.items()
        if len(points) > 1
    ]
    if not curves:
        raise FigureError(
            f"no runs of {document.id} at more than one K were given; "
            "`ratecert campaign run horizons` makes some, and --campaign horizons takes them"
        )
    title = f"{document.id}: bounds and what runs measured"
    return Lines(title, "K", "mean norm of the gradient", tuple(_told(curves)))


def _told(curves: Sequence[Curve]) -> Iterator[Curve]:
    """What was measured first; where all are of one problem, names say so only once."""
    where = {c.name.partition(": ")[2] for c in curves}
    ordered = sorted(curves, key=lambda c: not c.name.startswith(MEASURED))
    for curve in ordered:
        head, _, tail = curve.name.partition(": ")
        keep = len(where) > 1 or head == MEASURED
        yield Curve(f"{head}: {tail}" if keep else head, curve.points, curve.slope)


def _tightness(document: Document) -> Dots:
    exact = {one.label: one.ratio for one in document.tightness}
    campaign = (document.results or {}).get("campaign") or {}
    measured = {
        str(row["id"]): _number(row["ratio"])
        for row in campaign.get("claims", ())
        if row.get("ratio") is not None
    }
    rows = tuple(
        (e.label.removeprefix(f"{document.id}."), exact.get(e.label), measured.get(e.label))
        for e in document.claims()
        if e.label in exact or e.label in measured
    )
    if not rows:
        raise FigureError(
            f"of no claim of {document.id} an exact instance or a run is known; --campaign gives "
            "those of a campaign"
        )
    return Dots(f"{document.id}: how near each claim comes to an equation",
                "ratio of the two sides", rows)  # fmt: skip


def _ratios(document: Document) -> Counts:
    labels = {entry.label for entry in document.claims()}
    values: dict[str, list[float]] = defaultdict(list)
    for task, finding in _findings(document):
        if finding["claim"] in labels and finding.get("ratio") is not None:
            ratio = _number(finding["ratio"])
            if 0 <= ratio < math.inf:
                values[str(task["kind"])].append(ratio)
    if not values:
        raise FigureError(
            f"no results of {document.id} were given; `ratecert campaign run quick` makes some, "
            "and --campaign quick takes them"
        )
    top = max(1.0, *(max(v) for v in values.values()))
    counts = tuple((kind, histogram(v, top)) for kind, v in sorted(values.items()))
    return Counts(f"{document.id}: the largest ratio of each claim in each task",
                  "ratio of the two sides", "findings", top, counts)  # fmt: skip


def histogram(values: Sequence[float], top: float) -> tuple[int, ...]:
    """How many values lie in each interval; those at ``top`` are in the last.

    >>> sum(histogram([0.0, 0.5, 1.0], 1.0))
    3
    """
    ends = [top * n / BINS for n in range(BINS + 1)]
    counts = [sum(low <= v < high for v in values) for low, high in pairwise(ends)]
    counts[-1] += sum(v >= ends[-1] for v in values)
    return tuple(counts)


def _findings(document: Document) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    campaign = (document.results or {}).get("campaign") or {}
    for result in campaign.get("results", ()):
        for finding in result["result"]["findings"]:
            yield result["task"], finding


def _number(value: Any) -> float:
    return float.fromhex(value) if isinstance(value, str) else float(value)
