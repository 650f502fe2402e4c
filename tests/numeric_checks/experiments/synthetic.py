"""Records whose ratios are a given function of d, learning rate and seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ratecert.numeric_checks.experiments.records import Record, Series

SIZES = (1000, 4000, 16000, 64000)


def record(
    d: int, rate: str, seed: int, ratio: float, *, family: str = "net", stopped: int | None = None,
    zeros: float = 0.0, loss: float = 1.0,
) -> Record:  # fmt: skip
    """A run of ten steps, with one ratio all the time."""

    def series(every: int) -> Series:
        steps = tuple(range(0, 11 if stopped is None else stopped, every))
        n = len(steps)
        return Series(steps, (ratio,) * n, (zeros,) * n, (loss,) * n, ((ratio, None),) * n)

    return Record(
        model=f"{family}-{d}", family=family, width=d, d=d, rate=rate, seed=seed,
        optimizer="torch.optim.AdamW", dtype="float32", steps=10, stopped=stopped, batch=4,
        data="numbers", size=100, sample=100,
        tensors=(("a", "linear", d - 1), ("b", "bias", 1)), stochastic=series(1), full=series(2),
    )  # fmt: skip


def records(
    ratio: Callable[[int, str, int], float],
    *,
    sizes: Iterable[int] = SIZES,
    rates: Iterable[str] = ("0.001", "0.01"),
    seeds: int = 6,
    family: str = "net",
) -> list[Record]:
    """A run for each size, learning rate and seed."""
    return [
        record(d, rate, seed, ratio(d, rate, seed), family=family)
        for d in sizes for rate in rates for seed in range(seeds)
    ]  # fmt: skip


def noise(d: int, rate: str, seed: int) -> float:
    """Between -1 and 1, the same each time."""
    import hashlib

    found = hashlib.sha256(f"{d} {rate} {seed}".encode()).digest()
    return int.from_bytes(found[:4], "big") / 2**31 - 1
