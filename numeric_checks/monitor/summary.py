"""What a monitor saw: a table, and JSON."""

from __future__ import annotations

import json
import math
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from .estimates import Estimates, Guarantee, estimates, guarantee
from .history import FORMAT
from .lemmas import Lemma, lemmas
from .subject import Subject

if TYPE_CHECKING:
    from .watch import Monitor


@dataclass(frozen=True)
class Summary:
    """What was seen up to a step.

    Attributes:
        subject: the optimizer, and what it is to the theory.
        steps, looked: steps taken, and looked at.
        d: coordinates that had a gradient in the last record.
        ratio: least, mean and largest ``||g||_1 / (sqrt(d) ||g||_2)``; NaN without a record.
        tensors: the median of that ratio over the records, by tensor.
        mean_l1: of ``||g||_1`` of the stochastic gradients; not ``||grad f||_1``.
        lemmas: pathwise lemmas, at the coordinates where they came closest to failing.
        estimates, guarantee: none is a bound of anything; see ``estimates``.
        warnings: what went wrong.
    """

    subject: Subject
    steps: int
    looked: int
    d: int
    ratio: tuple[float, float, float]
    tensors: dict[str, float]
    mean_l1: float
    lemmas: tuple[Lemma, ...]
    estimates: Estimates
    guarantee: Guarantee
    warnings: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def summarise(monitor: Monitor) -> Summary:
    """Evaluate the lemmas and the bound at what was recorded so far."""
    history = monitor.history
    counted = history.ratios
    mean = history.ratio_sum / counted if counted else math.nan
    found = estimates(history, monitor.f_star)
    d = history.records[-1].d if history.records else 0
    tensors: dict[str, list[float]] = {}
    for record in history.records:
        for name, ratio in record.tensors.items():
            if not math.isnan(ratio):
                tensors.setdefault(name, []).append(ratio)
    return Summary(
        subject=monitor.subject,
        steps=monitor.step,
        looked=history.looked,
        d=d,
        ratio=(history.ratio_least, mean, history.ratio_largest),
        tensors={name: median(ratios) for name, ratios in tensors.items()},
        mean_l1=history.l1_sum / counted if counted else math.nan,
        lemmas=lemmas((process, worst) for (process, _), worst in history.worst.items()),
        estimates=found,
        guarantee=guarantee(monitor.subject.recursion, max(d, 1), max(monitor.step, 1), found),
        warnings=_warnings(monitor),
    )


def _warnings(monitor: Monitor) -> tuple[str, ...]:
    told = []
    bad = monitor.history.not_finite
    if bad:
        told.append(f"gradients that are not finite at {len(bad)} steps looked at, first {bad[0]}")
    if monitor.failure:
        told.append(f"the monitor gave up at {monitor.failure}")
    if monitor.rate_changed:
        told.append("step sizes changed on the way; the theorems are about constant ones")
    if monitor.skipped_tensors:
        told.append(f"not measured (complex): {', '.join(sorted(monitor.skipped_tensors))}")
    return tuple(told)


def _lines(s: Summary) -> list[str]:
    subject = s.subject
    runs = subject.recursion or "no recursion known here"
    lines = [
        f"{subject.title}: {'is' if subject.exact else 'is not'} the recursion {runs}"
        if subject.recursion
        else f"{subject.title}: {runs}",
        *(f"    {difference}" for difference in subject.differs),
        f"steps {s.steps}, looked at {s.looked}, d = {s.d}",
        "",
        "||g||_1 / (sqrt(d) ||g||_2)   (1 if all coordinates are alike, 0.798 if Gaussian)",
        f"    in all: least {s.ratio[0]:.3f}, mean {s.ratio[1]:.3f}, largest {s.ratio[2]:.3f}",
    ]
    lines.append(f"    ||g||_1 of the stochastic gradients: mean {s.mean_l1:.4g} (noise included)")
    width = max((len(name) for name in s.tensors), default=0)
    lines += [f"    {name:<{width}}  median {value:.3f}" for name, value in s.tensors.items()]
    if s.lemmas:
        lines += ["", "lemmas on this path, largest ratio of their sides (at most 1)"]
    for lemma in s.lemmas:
        if lemma.ratio is None:
            lines.append(f"    {lemma.label}: does not apply, {lemma.reason} does not hold")
        else:
            where = f"{lemma.tensor}, step {lemma.step}"
            lines.append(f"    {lemma.label}: {lemma.ratio:.6f}  ({where})")
    at, said = s.estimates, s.guarantee
    lines += [
        "",
        "estimates, which are bounds of nothing (ratecert.numeric_checks.monitor.estimates)",
        f"    L {at.L:.3g} ({at.pairs} pairs), sigma {at.sigma:.3g} ({at.differences}), "
        f"Delta {at.Delta:.3g}",
    ]
    if said.bound is None:
        lines.append(f"    no bound: {said.reason}")
    else:
        chosen = ", ".join(f"{name} = {value:.3g}" for name, value in said.prescribed.items())
        lines += [
            f"    were they right, {said.claim} at {chosen}",
            f"    would keep the average of ||grad f||_{said.norm[1]} over {s.steps} steps below "
            f"{said.bound:.4g}" + _beside(said),
            "    of schedules and of your hyperparameters, where they differ, it says nothing",
        ]
    return lines + (["", *(f"warning: {w}" for w in s.warnings)] if s.warnings else [])


def _beside(said: Guarantee) -> str:
    if said.bound is None or said.start is None:
        return ""
    if said.bound >= said.start:
        return f", which says nothing: x^1 has {said.start:.4g} before any step"
    return f" (x^1 has {said.start:.4g})"


def as_json(monitor: Monitor) -> dict[str, Any]:
    """Summary and records; NaN and infinities are null."""
    summary = asdict(summarise(monitor))
    summary["ratio"] = dict(zip(("least", "mean", "largest"), summary["ratio"], strict=True))
    records = [asdict(record) for record in monitor.history.records]
    made: dict[str, Any] = _plain(
        {"format": FORMAT, "summary": summary, "every": monitor.history.stride, "records": records}
    )
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write(monitor: Monitor, path: Path) -> None:
    """Beside the file first, then in its place: a kill leaves the old file or the new one."""
    text = json.dumps(as_json(monitor), indent=1, allow_nan=False)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
