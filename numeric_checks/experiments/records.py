"""What is kept of a run: plain data, with numbers to six digits, from and to JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

DIGITS = 6
KINDS = ("convolution", "linear", "embedding", "norm", "bias")


class RecordError(ValueError):
    """Not the record of a run; names what is amiss."""


def rounded(value: float) -> float | None:
    """To six significant digits; None for what is not finite (0/0 among it).

    >>> rounded(0.123456789), rounded(math.nan)
    (0.123457, None)
    """
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


@dataclass(frozen=True)
class Series:
    """Measurements of one kind of gradient, at the iterates ``x^k`` for k in ``steps``.

    Attributes:
        steps: k, increasing.
        ratio: ``||g||_1 / (sqrt(d) ||g||_2)`` of all coordinates; None where g is zero.
        zeros: the fraction of coordinates that are exactly 0.
        loss: f of the data that g is the mean gradient of.
        tensors: for each k, the ratio of each tensor, with its own d; None where it is zero. Empty
            if that was not kept.
        signal: of a gradient on a sample, ``<a, b> / ||(a + b)/2||_2^2`` for the halves a, b of
            the sample, whose numerator has mean ``||grad f||_2^2``; else empty.
    """

    steps: tuple[int, ...]
    ratio: tuple[float | None, ...]
    zeros: tuple[float, ...]
    loss: tuple[float, ...]
    tensors: tuple[tuple[float | None, ...], ...]
    signal: tuple[float | None, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.steps)
        _require(all(len(x) == n for x in (self.ratio, self.zeros, self.loss)),
                 "series of one length")  # fmt: skip
        _require(len(self.tensors) in (0, n), "tensors for each step, or for none")
        _require(len(self.signal) in (0, n), "a signal for each step, or for none")
        _require(all(type(k) is int and k >= 0 for k in self.steps), "steps from 0 on")
        _require(list(self.steps) == sorted(set(self.steps)), "increasing steps")
        _numbers("ratio", self.ratio, 0, 1 + 1e-5, none=True)
        _numbers("zeros", self.zeros, 0, 1)
        _numbers("loss", self.loss, -math.inf, math.inf)
        for one in self.tensors:
            _numbers("tensors", one, 0, 1 + 1e-5, none=True)
        _numbers("signal", self.signal, -math.inf, 1 + 1e-5, none=True)

    def to_json(self) -> dict[str, Any]:
        """As JSON data."""
        return {f.name: _listed(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def from_json(cls, data: Any) -> Series:
        """From JSON data; raises ``RecordError``."""
        return cls(**_fields(cls, data))


@dataclass(frozen=True)
class Record:
    """One run.

    Attributes:
        model, family, width: as of ``models.Model``.
        d: how many parameters there are.
        rate: the learning rate, as it was written.
        seed: of the weights and of the minibatches.
        optimizer: whose AdamW.
        steps: how many were asked for; ``stopped``: the step at which loss or gradient were not
            finite, or None.
        batch: data in a minibatch.
        data, size: what f is the mean over, and how many of them there are.
        sample: of how many data the gradient is in ``full`` (``size``: it is grad f).
        tensors: name, kind and d of each parameter tensor.
        stochastic: gradients of minibatches, those that the optimizer saw.
        full: gradients of f, or of a large sample.
    """

    model: str
    family: str
    width: int
    d: int
    rate: str
    seed: int
    optimizer: str
    dtype: str
    steps: int
    stopped: int | None
    batch: int
    data: str
    size: int
    sample: int
    tensors: tuple[tuple[str, str, int], ...]
    stochastic: Series
    full: Series

    def __post_init__(self) -> None:
        for name in ("model", "family", "rate", "optimizer", "dtype", "data"):
            _require(type(getattr(self, name)) is str, f"{name}: a text")
        for name in ("width", "d", "steps", "batch", "size", "sample"):
            value = getattr(self, name)
            _require(type(value) is int and value > 0, f"{name}: an integer from 1 on")
        _require(type(self.seed) is int and self.seed >= 0, "seed: an integer from 0 on")
        _require(self.stopped is None or type(self.stopped) is int, "stopped: a step or null")
        try:
            good = float(self.rate) > 0
        except ValueError:
            good = False
        _require(good, "rate: a positive number")
        for one in self.tensors:
            good = isinstance(one, tuple) and len(one) == 3 and type(one[0]) is str
            _require(good and one[1] in KINDS and type(one[2]) is int, "tensors: name, kind, size")
        _require(sum(one[2] for one in self.tensors) == self.d, "tensors that add up to d")
        for series in (self.stochastic, self.full):
            good = all(len(one) == len(self.tensors) for one in series.tensors)
            _require(good, "a ratio for each tensor")
            _require(not series.steps or series.steps[-1] <= self.steps, "steps within the run")

    def series(self, name: str) -> Series:
        """``stochastic`` or ``full``."""
        return self.stochastic if name == "stochastic" else self.full

    def to_json(self) -> dict[str, Any]:
        """As JSON data."""
        found = {f.name: _listed(getattr(self, f.name)) for f in fields(self)}
        return {**found, "stochastic": self.stochastic.to_json(), "full": self.full.to_json()}

    @classmethod
    def from_json(cls, data: Any) -> Record:
        """From JSON data; raises ``RecordError``."""
        found = _fields(cls, data)
        for name in ("stochastic", "full"):
            found[name] = Series.from_json(found[name])
        return cls(**found)


def _require(good: bool, wanted: str) -> None:
    if not good:
        raise RecordError(f"a record of a run has {wanted}")


def _numbers(
    name: str, values: Iterable[float | None], low: float, high: float, none: bool = False
) -> None:
    for value in values:
        if value is None and none:
            continue
        good = type(value) in (int, float) and math.isfinite(value or 0)
        _require(good and low <= (value or 0) <= high, f"{name}: numbers from {low:g} to {high:g}")


def _listed(value: Any) -> Any:
    return [_listed(one) for one in value] if isinstance(value, tuple) else value


def _tupled(value: Any) -> Any:
    return tuple(_tupled(one) for one in value) if isinstance(value, list) else value


def _fields(kind: type, data: Any) -> dict[str, Any]:
    names = set(kind.__dataclass_fields__)  # type: ignore[attr-defined]
    if not isinstance(data, dict) or set(data) != names:
        raise RecordError(f"a record of a run has the fields {', '.join(sorted(names))}")
    return {name: _tupled(value) for name, value in data.items()}
