"""What a monitor keeps: records, thinned out on long runs, and sums, which never are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

FORMAT = "ratecert.monitor/1"


@dataclass(frozen=True)
class Record:
    """One step looked at.

    Attributes:
        step: k, from 1, as steps of the optimizer.
        l1, l2: ``||g||_1`` and ``||g||_2`` of all gradients.
        d: coordinates that had a gradient.
        ratio: ``||g||_1 / (sqrt(d) ||g||_2)``; NaN if the gradient is zero or not finite.
        tensors: that ratio of each tensor, by name.
        moved, changed: ``||x^{k+1} - x^k||_2`` and ``||g^{k+1} - g^k||_2``; NaN where not measured.
        loss: what the user said, NaN if nothing.
        finite: is every gradient finite?
    """

    step: int
    l1: float
    l2: float
    d: int
    ratio: float
    tensors: dict[str, float]
    moved: float = math.nan
    changed: float = math.nan
    loss: float = math.nan
    finite: bool = True


@dataclass(frozen=True)
class Worst:
    """The coordinate of a tensor where a momentum came closest to the root of the second moment.

    Attributes:
        tensor, step: where and when.
        momentum, second_moment: its value (m, or n where the step mixes it) and v.
        parameters: theta, beta, mu then.
    """

    tensor: str
    step: int
    momentum: float
    second_moment: float
    parameters: tuple[tuple[str, float], ...]

    @property
    def quotient(self) -> float:
        """``momentum^2 / v``."""
        return self.momentum / self.second_moment * self.momentum


@dataclass
class History:
    """Records, at most ``limit``: when there are more, every other one is dropped.

    Maxima, sums and counts are kept beside them, of all that was looked at.
    """

    limit: int
    stride: int
    records: list[Record] = field(default_factory=list)
    worst: dict[tuple[str, str], Worst] = field(default_factory=dict)
    looked: int = 0
    not_finite: list[int] = field(default_factory=list)
    curvature: float = math.nan
    pairs: int = 0
    squares: float = 0.0
    differences: int = 0
    first_loss: float = math.nan
    least_loss: float = math.nan
    ratios: int = 0
    ratio_sum: float = 0.0
    ratio_least: float = math.nan
    ratio_largest: float = math.nan
    l1_sum: float = 0.0

    def plain(self) -> dict[str, Any]:
        """All of it in dicts, lists, numbers and strings."""
        worst = [[process, asdict(found)] for (process, _), found in self.worst.items()]
        return {**asdict(self), "worst": worst}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> History:
        """What ``plain`` gave.

        Raises:
            KeyError, TypeError, ValueError: it is something else.
        """
        records = [Record(**record) for record in plain["records"]]
        found = [
            (
                process,
                Worst(
                    **{**held, "parameters": tuple((n, float(v)) for n, v in held["parameters"])}
                ),
            )
            for process, held in plain["worst"]
        ]
        worst = {(process, held.tensor): held for process, held in found}
        made = cls(**{**plain, "records": records, "worst": worst})
        if made.limit < 2 or made.stride < 1 or len(records) > made.limit:
            raise ValueError("limit, stride and records do not fit")
        return made

    def add(self, record: Record) -> None:
        """Keep a record, or what it adds to the sums only."""
        self.looked += 1
        if not record.finite and len(self.not_finite) < self.limit:
            self.not_finite.append(record.step)
        if not math.isnan(record.ratio):
            self.ratios += 1
            self.ratio_sum += record.ratio
            self.l1_sum += record.l1
            self.ratio_least = _min(self.ratio_least, record.ratio)
            self.ratio_largest = _max(self.ratio_largest, record.ratio)
        self.records.append(record)
        if len(self.records) > self.limit:
            self.records = self.records[::2]
            self.stride *= 2

    def pair(self, step: int, moved: float, changed: float) -> None:
        """Two consecutive gradients: of the record at ``step`` and of the step after it."""
        if math.isfinite(changed):
            self.differences += 1
            self.squares += changed * changed
            if math.isfinite(moved) and moved > 0:
                self.pairs += 1
                self.curvature = _max(self.curvature, changed / moved)
        if self.records and self.records[-1].step == step:
            last = self.records[-1]
            self.records[-1] = Record(**{**vars(last), "moved": moved, "changed": changed})

    def loss(self, value: float) -> None:
        """A value of the objective, as the user measures it."""
        if math.isfinite(value):
            if math.isnan(self.first_loss):
                self.first_loss = value
            self.least_loss = _min(self.least_loss, value)

    def came_close(self, process: str, found: Worst) -> None:
        """Keep the largest quotient of a process and tensor."""
        held = self.worst.get((process, found.tensor))
        if held is None or not found.quotient <= held.quotient:
            self.worst[process, found.tensor] = found


def _min(held: float, value: float) -> float:
    return value if math.isnan(held) else min(held, value)


def _max(held: float, value: float) -> float:
    return value if math.isnan(held) else max(held, value)
