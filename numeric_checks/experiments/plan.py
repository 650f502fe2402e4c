"""Which runs: presets, and what may be changed in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from .models import MODELS, Model, selected

FULL_AT = (0.0, 0.1, 0.2, 0.5, 0.8, 0.9, 1.0)
"""The fractions of the steps at which the gradient of f is measured."""
OPTIMIZERS = {
    "torch": "torch.optim.AdamW",
    "recursion": "ratecert.optimizers.torch_optim.AdamW",
}
"""Two AdamWs: torch's, with bias correction and eps beside the root; that of the theorems."""
DTYPES = ("float32", "float64")


class PlanError(ValueError):
    """Runs that cannot be planned; says why."""


@dataclass(frozen=True)
class Run:
    """What is trained, and how.

    Attributes:
        rate: the learning rate, as it is written.
        every: a stochastic gradient is recorded at every so many steps.
        sample: data in the gradient that stands for grad f (0: all, and it is grad f).
    """

    model: Model
    rate: str
    seed: int
    steps: int
    every: int
    batch: int
    sample: int
    optimizer: str = OPTIMIZERS["torch"]
    dtype: str = DTYPES[0]
    device: str = "cpu"


@dataclass(frozen=True)
class Preset:
    """A named choice of runs: models (by width), learning rates, seeds, steps."""

    name: str
    models: tuple[str, ...]
    rates: tuple[str, ...]
    seeds: int
    steps: int
    every: int
    samples: tuple[tuple[str, int], ...]
    batches: tuple[tuple[str, int], ...] = (
        ("cnn-digits", 32), ("cnn-mnist", 32), ("gpt-text", 8),
    )  # fmt: skip


_ALL = ("cnn-digits", "cnn-mnist", "gpt-text")
PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "smoke", ("cnn-digits-4", "cnn-digits-8", "gpt-text-16"), ("0.003",), 2, 20, 2,
            (("cnn-digits", 256), ("gpt-text", 32)),
        ),
        Preset(
            "default", _ALL, ("0.0003", "0.001", "0.003"), 6, 200, 4,
            (("cnn-digits", 0), ("cnn-mnist", 1000), ("gpt-text", 128)),
        ),
        Preset(
            "full", _ALL, ("0.0003", "0.001", "0.003"), 10, 2000, 10,
            (("cnn-digits", 0), ("cnn-mnist", 0), ("gpt-text", 2048)),
        ),
    )
}  # fmt: skip


def preset(name: str) -> Preset:
    """The preset of that name; raises ``PlanError``."""
    if name in PRESETS:
        return PRESETS[name]
    near = get_close_matches(name, PRESETS, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise PlanError(f"no preset {name!r}{hint} (there are {', '.join(PRESETS)})")


def runs(
    of: Preset,
    *,
    models: Sequence[str] = (),
    seeds: int | None = None,
    rates: Sequence[str] = (),
    steps: int | None = None,
    optimizer: str = "torch",
    dtype: str = DTYPES[0],
    device: str = "cpu",
) -> list[Run]:
    """The runs of a preset, some of it changed; the cheap ones first.

    Raises:
        PlanError: a number is none, or out of range.
        ModelError: a pattern names no model.
    """
    changed = replace(
        of,
        models=tuple(models) or of.models,
        seeds=of.seeds if seeds is None else seeds,
        rates=tuple(rates) or of.rates,
        steps=of.steps if steps is None else steps,
    )
    for name, number in (("seeds", changed.seeds), ("steps", changed.steps)):
        if number < 1:
            raise PlanError(f"{name} must be at least 1")
    for name, value, known in (("optimizer", optimizer, OPTIMIZERS), ("dtype", dtype, DTYPES)):
        if value not in known:
            near = get_close_matches(value, known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise PlanError(f"no {name} {value!r}{hint} (there are {', '.join(known)})")
    return [*_runs(changed, OPTIMIZERS[optimizer], dtype, device)]


def _runs(of: Preset, optimizer: str, dtype: str, device: str) -> Iterator[Run]:
    samples, batches = dict(of.samples), dict(of.batches)
    chosen = {m.name for m in selected(list(of.models))}
    for model in (m for m in MODELS.values() if m.name in chosen):
        for seed in range(of.seeds):
            for rate in dict.fromkeys(map(canonical_rate, of.rates)):
                yield Run(
                    model, rate, seed, of.steps, of.every, batches[model.family],
                    samples.get(model.family, 1000), optimizer, dtype, device,
                )  # fmt: skip


def canonical_rate(text: str) -> str:
    """A learning rate as Python writes it; raises ``PlanError``.

    >>> canonical_rate("1e-3"), canonical_rate("3E-4")
    ('0.001', '0.0003')
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1:
        raise PlanError(f"no learning rate {text!r}: write a number above 0, at most 1")
    return repr(value)
