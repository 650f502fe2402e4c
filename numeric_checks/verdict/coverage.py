"""How often intervals miss: ours, the normal approximation's and the bootstrap's.

    python -m ratecert.numeric_checks.verdict.coverage

prints the table of docs/confrontation.md. A row is one kind of noise, one number of runs n and one
interval at 95 % (2.5 % for each end), over many repetitions; the draws are counter-based, so that
the table is a function of this file. p is the probability that an interval which keeps what it
promises misses at least as often (binomial, exact): for both ends together, and for the worse one.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ..instances.philox import philox
from .betting import betting_interval, log_capital, variances
from .catoni import catoni_interval
from .catoni import log_capital as catoni_capital
from .exact import binomial_tail, clopper_pearson

END = 0.025
"""The error probability of each end; both together: 0.05."""
RUNS = (200, 2000)
REPETITIONS = 10_000
WIDTHS = 100
"""The first of the repetitions, over which widths are averaged."""
RESAMPLES = 999
SIGNIFICANCE = 0.01
"""Of all binomial tests together that an interval covers what it promises."""

_PURPOSE = 0x636F7672  # beside those that ``instances.philox`` numbers: no word is shared
_CHUNK = 2**20
_TWO_POINT = 50


@dataclass(frozen=True)
class Noise:
    """A distribution that intervals are tried on.

    Attributes:
        name: with its parameters.
        number: of its random stream.
        values: from uniform draws in (0, 1).
        mean, variance: exact up to rounding.
        support: its two values, or None.
    """

    name: str
    number: int
    values: Callable[[Tensor], Tensor]
    mean: float
    variance: float
    support: tuple[float, float] | None


def _two(name: str, number: int, p: float, low: float, high: float) -> Noise:
    """``high`` with probability p, else ``low``."""
    mean, variance = low + p * (high - low), p * (1 - p) * (high - low) ** 2

    def values(u: Tensor) -> Tensor:
        return torch.where(u < p, torch.full_like(u, high), torch.full_like(u, low))

    return Noise(name, number, values, mean, variance, (low, high))


NOISES = (
    _two("spikes: 1000 with probability 1/1000, else 0", 1, 1e-3, 0.0, 1e3),
    _two("Bernoulli, probability 1/10", 2, 0.1, 0.0, 1.0),
    Noise("Gaussian, mean 0, variance 1", 3, torch.special.ndtri, 0.0, 1.0, None),
    _two("skewed: 7 with probability 1/50, else -1/7", 4, 1 / _TWO_POINT, -1 / 7, 7.0),
)


def uniforms(number: int, repetitions: range, n: int) -> Tensor:
    """[repetitions, n], multiples of 2^-52 inside (0, 1): functions of stream, row and column."""
    position = torch.arange(n)
    step = torch.arange(repetitions.start, repetitions.stop)[:, None]
    zero = torch.tensor(0)
    words = philox((position, step, torch.tensor(number), torch.tensor(_PURPOSE)), (zero + n, zero))
    high, low = words[0] >> 6, words[1] >> 6
    return ((high << 26) + low + 0.5).to(torch.float64) * 2.0**-52


@dataclass(frozen=True)
class Row:
    """One interval on one kind of noise.

    Attributes:
        method, knows: the interval, and what it is told of the noise.
        valid: does a theorem say that it covers at this n?
        missed_low, missed_high: repetitions whose lower (upper) end is above (below) the mean.
        width: the mean over the first repetitions, relative to the normal approximation's with the
            true variance.
    """

    noise: str
    n: int
    method: str
    knows: str
    valid: bool
    repetitions: int
    missed_low: int
    missed_high: int
    width: float

    @property
    def coverage(self) -> float:
        """The part of the repetitions in which the interval holds the mean."""
        return 1 - (self.missed_low + self.missed_high) / self.repetitions

    @property
    def p_both(self) -> float:
        """Of at least as many misses, if each has probability 0.05 at most."""
        misses = self.missed_low + self.missed_high
        return binomial_tail(misses, self.repetitions, 2 * END)[1]

    @property
    def p_end(self) -> float:
        """Of at least as many misses at the worse end, if each has probability 0.025 at most."""
        return binomial_tail(max(self.missed_low, self.missed_high), self.repetitions, END)[1]


_Ends = tuple[Tensor, Tensor]
_Misses = Callable[[Tensor], _Ends]
_Widths = Callable[[Tensor], Tensor]
_Method = tuple[str, str, bool, _Misses, _Widths]


def _outside(ends: Callable[[Tensor], _Ends], mean: float) -> _Misses:
    def misses(x: Tensor) -> _Ends:
        low, high = ends(x)
        return low > mean, high < mean

    return misses


def _plain(
    name: str, knows: str, valid: bool, ends: Callable[[Tensor], _Ends], mean: float
) -> _Method:
    def width(x: Tensor) -> Tensor:
        low, high = ends(x)
        return high - low

    return name, knows, valid, _outside(ends, mean), width


def methods(noise: Noise, n: int) -> Iterator[_Method]:
    """What is tried on a noise: ours, as far as it is bounded, and two in common use."""
    if noise.support is not None:
        yield _clopper_pearson(noise.support, noise.mean)
        yield _betting(noise.support, noise.mean, n)
    yield _catoni(noise, n)
    if noise.support is not None:
        low, high = noise.support
        half = (high - low) * math.sqrt(math.log(1 / END) / (2 * n))
        yield _plain("Hoeffding", "range", True, lambda x: _around(x, half), noise.mean)
    yield _plain("normal", "nothing", False, _normal, noise.mean)
    yield _plain("bootstrap", "nothing", False, _bootstrap, noise.mean)


def _around(x: Tensor, half: float | Tensor) -> _Ends:
    mean = x.mean(-1)
    return mean - half, mean + half


def _normal(x: Tensor) -> _Ends:
    quantile = float(torch.special.ndtri(torch.tensor(1 - END, dtype=torch.float64)))
    return _around(x, quantile * x.std(-1) / math.sqrt(x.shape[-1]))


@lru_cache(maxsize=1)
def _resampling(n: int) -> Tensor:
    """How often each of n samples occurs in each resample, over n: the same for all repetitions."""
    chosen = (uniforms(0, range(RESAMPLES), n) * n).floor().to(torch.int64)
    counts = torch.zeros(RESAMPLES, n, dtype=torch.float64)
    return counts.scatter_add_(1, chosen, torch.ones_like(counts)).T / n


def _bootstrap(x: Tensor) -> _Ends:
    """The percentile interval: the 25th and the 975th of 999 means of resamples (Efron 1979)."""
    means = (x @ _resampling(x.shape[-1])).sort(-1).values
    rank = round(END * (RESAMPLES + 1))
    return means[..., rank - 1], means[..., RESAMPLES - rank]


def _betting(support: tuple[float, float], mean: float, n: int) -> _Method:
    low, high = support
    at = torch.tensor((mean - low) / (high - low), dtype=torch.float64)

    def misses(x: Tensor) -> _Ends:
        """Whether the mean itself is rejected: no interval need be computed."""
        part = (x - low) / (high - low)
        variance, needed = variances(part), math.log(1 / END)
        up = log_capital(part, at, variance, END, (n,)).amax(-1)
        down = log_capital(1 - part, 1 - at, variance, END, (n,)).amax(-1)
        return up >= needed, down >= needed

    def width(x: Tensor) -> Tensor:
        first, last = betting_interval((x - low) / (high - low), END)
        return (last - first) * (high - low)

    return "betting", "range", True, misses, width


def _catoni(noise: Noise, n: int) -> _Method:
    at, variance = torch.tensor(noise.mean, dtype=torch.float64), noise.variance

    def misses(x: Tensor) -> _Ends:
        needed = math.log(1 / END)
        up = catoni_capital(x, at, variance, END, (n,))[..., -1]
        down = catoni_capital(-x, -at, variance, END, (n,))[..., -1]
        return up >= needed, down >= needed

    def width(x: Tensor) -> Tensor:
        first, last = catoni_interval(x, variance, END)
        return last - first

    return "Catoni", "variance", True, misses, width


def _clopper_pearson(support: tuple[float, float], mean: float) -> _Method:
    low, high = support
    p = (mean - low) / (high - low)

    def of_counts(x: Tensor, of: Callable[[int], tuple[float, float]]) -> _Ends:
        counts, which = torch.unique((x == high).sum(-1), return_inverse=True)
        found = torch.tensor([of(int(k)) for k in counts], dtype=torch.float64)[which]
        first, last = found.unbind(-1)
        return first, last

    def misses(x: Tensor) -> _Ends:
        """Whether p itself is rejected: no interval need be computed."""
        n = x.shape[-1]
        up, down = of_counts(
            x, lambda k: (binomial_tail(k, n, p)[1], binomial_tail(n - k, n, 1 - p)[1])
        )
        return up <= END, down <= END

    def width(x: Tensor) -> Tensor:
        first, last = of_counts(x, lambda k: clopper_pearson(k, x.shape[-1], END))
        return (last - first) * (high - low)

    return "Clopper-Pearson", "both values", True, misses, width


def study(noise: Noise, n: int, repetitions: int = REPETITIONS) -> list[Row]:
    """The rows of one kind of noise and one number of runs."""
    tried = list(methods(noise, n))
    missed = torch.zeros(len(tried), 2, dtype=torch.int64)
    size = max(_CHUNK // n, 1)
    for start in range(0, repetitions, size):
        rows = range(start, min(start + size, repetitions))
        x = noise.values(uniforms(noise.number, rows, n))
        missed += torch.stack([torch.stack([e.sum() for e in m[3](x)]) for m in tried])
    x = noise.values(uniforms(noise.number, range(min(WIDTHS, repetitions)), n))
    quantile = float(torch.special.ndtri(torch.tensor(1 - END, dtype=torch.float64)))
    normal = 2 * quantile * math.sqrt(noise.variance / n)
    return [
        Row(noise.name, n, name, knows, valid, repetitions, int(below), int(above),
            float(width(x).mean()) / normal)
        for (name, knows, valid, _, width), (below, above) in zip(tried, missed, strict=True)
    ]  # fmt: skip


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    lines = [
        "| noise | n | interval | knows | coverage | low end misses | high end misses "
        "| p, both ends | p, worse end | width |",
        "| --- | ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        name = row.method if row.valid else f"*{row.method}*"
        cells = (
            row.noise, str(row.n), name, row.knows, f"{row.coverage:.4f}", str(row.missed_low),
            str(row.missed_high), _probability(row.p_both), _probability(row.p_end),
            f"{row.width:.2f}",
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _probability(p: float) -> str:
    return f"{p:.2f}" if p >= 0.01 else "< 1e-9" if p < 1e-9 else f"{p:.0e}"


def failing(rows: Sequence[Row]) -> list[Row]:
    """The valid intervals that cover significantly less than they promise."""
    valid = [row for row in rows if row.valid]
    level = SIGNIFICANCE / max(2 * len(valid), 1)
    return [row for row in valid if min(row.p_both, row.p_end) < level]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 1 if a valid interval covers significantly less than it promises."""
    parser = argparse.ArgumentParser(
        prog="python -m ratecert.numeric_checks.verdict.coverage",
        description="Measure how often 95 % intervals miss, as a table in Markdown.",
    )
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    args = parser.parse_args(argv)
    if args.repetitions < 1:
        parser.error("--repetitions must be at least 1")
    torch.set_num_threads(1)
    rows: list[Row] = []
    for noise in NOISES:
        for n in RUNS:
            rows += study(noise, n, args.repetitions)
            print(f"{noise.name}, n = {n}", file=sys.stderr)
    print(table(rows))
    return 1 if failing(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
