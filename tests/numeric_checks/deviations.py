"""How far the same worlds differ in other batch splits, chunks, groupings of seeds, and dtypes.

    python tests/numeric_checks/deviations.py [repetitions]

prints the largest deviations over repetitions with other seeds, beside the tolerances that
``test_tolerances.py`` holds them to. A deviation of a tree is that of a side of a statement,
relative to the sum of the sizes of its terms; that of a run is the largest difference of a series,
relative to its largest value.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
from torch import Tensor

from ratecert.numeric_checks.hypotheses import statement_of
from ratecert.numeric_checks.instances import BoundedInstance, ProfileBatch, digits
from ratecert.numeric_checks.simulate import simulate
from ratecert.numeric_checks.tables import cosines
from ratecert.numeric_checks.trees import Forest, TreeEvaluation, evaluate_on, grow
from ratecert.optimizers.recursions import NADAMW
from ratecert.proofs.theorems.adamw import adamw

SPLITS, GROUPS = 2.0**-50, 2.0**-46
TREES32, RUNS32 = 2.0**-20, 2.0**-18
"""What may differ: in float64, two units in the last place, and one a step for the iterates of
other groupings; in float32 against float64, 8 units in the last place in a tree of ``STEPS`` steps,
32 in a run of ``K``. About 2.6 times what was measured; nothing was measured in the first two but
the gradient on digits, at 1e-16."""
WORLDS, STEPS, DIMENSION = 24, 4, 3
CLAIMS = ("L3", "L4", "L5", "L7", "L8", "L9")
OWN = {"w": 0.75, "c": 0.5, "t": 0.25, "rho": 1.0}
HYPER = ("eta", "theta", "beta", "mu", "eps", "lam")
K = 100
ADAMW = {"theta": 0.9, "beta": 0.99, "eta": 0.01, "eps": 1e-4, "lam": 0.1, "mu": 1.0}
SEEDS = tuple(range(8))
INSTANCES: Mapping[str, Callable[[], BoundedInstance]] = {
    "cosines": cosines,
    "digits": lambda: digits(batch=32),
}


def drawn(seed: int) -> list[Tensor]:
    """Raw numbers of ``WORLDS`` worlds, representable in float32."""
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> Tensor:
        return torch.rand(*shape, dtype=torch.float32, generator=generator).to(torch.float64)

    b, d = WORLDS, DIMENSION
    # f* depends on the outermost curvatures c by 1/c: where they are small, so is any precision.
    curvature = (draw(b, d, 3) + 1) / 2 * torch.tensor([1.0, -0.5, 1.0])
    knots = (draw(b, d, 2) * 2 - 1).sort(-1).values
    noise = [draw(b, 2 ** (step - 1), 2, d) * 2 - 1 for step in range(1, STEPS + 1)]
    hyper = [draw(b) / 2 + 0.25 for _ in HYPER]
    return [knots, curvature, draw(b, d), draw(b, d) - 0.5, draw(b, STEPS, 2), *hyper, *noise]


def evaluated(parts: Sequence[Tensor]) -> dict[str, TreeEvaluation]:
    """The claims in these worlds."""
    knots, curvature, slope, start, logits, *rest = parts
    hyper, noise = rest[: len(HYPER)], rest[len(HYPER) :]
    objective = ProfileBatch(knots, curvature, slope)
    chances, fstar = logits.softmax(-1), objective.minimum()
    centred = tuple(
        values - (chances[:, step, None, :, None] * values).sum(2, keepdim=True)
        for step, values in enumerate(noise)
    )
    ones = torch.ones_like(start)
    grown = grow(
        Forest(
            recursion=NADAMW,
            objective=objective,
            start=start,
            probabilities=chances,
            noise=centred,
            parameters=dict(zip(HYPER, hyper, strict=True)),
            constants={
                "L": curvature.abs().amax((1, 2)),
                "fstar": fstar,
                "sigma": ones,
                "sigma_s": ones.sum(-1).sqrt(),
                "Delta": objective.value(start[:, None])[:, 0] - fstar,
            },
        )
    )
    own = {name: torch.tensor(value, dtype=start.dtype) for name, value in OWN.items()}
    return {
        name: evaluate_on(statement_of(adamw.claims[name], {}, NADAMW), grown, own)
        for name in CLAIMS
    }


def between(wide: Mapping[str, TreeEvaluation], pieces: Iterable[Mapping[str, TreeEvaluation]]
            ) -> dict[str, float]:  # fmt: skip
    """The largest deviation of a side, by claim."""
    listed, found = [*pieces], {}
    for name, whole in wide.items():
        size = whole.upper + whole.lower
        gaps = []
        for side in ("left", "right", "upper", "lower"):
            apart = torch.cat([getattr(piece[name], side).to(size.dtype) for piece in listed])
            gaps.append((getattr(whole, side) - apart).abs() / size.clamp_min(1e-300))
        found[name] = float(torch.stack(gaps).max())
    return found


def split(parts: Sequence[Tensor], size: int) -> list[list[Tensor]]:
    """The same worlds, ``size`` at a time."""
    return [[part[first : first + size] for part in parts] for first in range(0, WORLDS, size)]


def of_splits(seed: int, size: int) -> dict[str, float]:
    """All worlds at once against ``size`` at a time."""
    parts = drawn(seed)
    return between(evaluated(parts), map(evaluated, split(parts, size)))


def of_tree_dtypes(seed: int) -> dict[str, float]:
    """Float64 against float32."""
    parts = drawn(seed)
    return between(evaluated(parts), [evaluated([part.to(torch.float32) for part in parts])])


def series(instance: BoundedInstance, seeds: Sequence[int], steps: int = K, *, chunk: int = 64,
           dtype: torch.dtype = torch.float64) -> dict[str, Tensor]:  # fmt: skip
    """Everything that is recorded, each [T, B, ...]."""
    found: dict[str, list[Tensor]] = {}
    for run in simulate(
        NADAMW, instance, K=steps, seeds=seeds, parameters=ADAMW, chunk=chunk, dtype=dtype
    ):
        names = {"x": run.points["x"], **run.processes,
                 **{function: data for (function, _), data in run.at_points.items()}}  # fmt: skip
        for name, values in names.items():
            first = max(run.first, values.first)
            found.setdefault(name, []).append(
                torch.stack([values.at(k) for k in range(first, run.last + 1)])
            )
    return {name: torch.cat(parts) for name, parts in found.items()}


def deviations(left: Mapping[str, Tensor], right: Mapping[str, Tensor]) -> dict[str, float]:
    """By series."""
    return {name: float((left[name] - right[name]).abs().max() / left[name].abs().max())
            for name in left}  # fmt: skip


def grouped(
    instance: BoundedInstance, seeds: Sequence[int], steps: int, size: int
) -> dict[str, Tensor]:
    """The same seeds, ``size`` of them in a run."""
    runs = [series(instance, seeds[n : n + size], steps) for n in range(0, len(seeds), size)]
    return {name: torch.cat([run[name] for run in runs], 1) for name in runs[0]}


def of_runs(
    name: str, shift: int, rows: int = len(SEEDS), steps: int = K
) -> dict[str, dict[str, float]]:
    """Chunks, groupings and dtypes of one instance, by what is changed."""
    instance, seeds = INSTANCES[name](), [shift + seed for seed in SEEDS[:rows]]
    whole = series(instance, seeds, steps)

    def changed(chunk: int = 64, dtype: torch.dtype = torch.float64) -> dict[str, float]:
        return deviations(whole, series(instance, seeds, steps, chunk=chunk, dtype=dtype))

    return {
        "chunks": _largest([changed(chunk) for chunk in (1, 7, steps)]),
        "groups": _largest(
            [deviations(whole, grouped(instance, seeds, steps, size)) for size in (1, 3)]
        ),
        "dtypes": changed(dtype=torch.float32),
    }


def _largest(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: max(each[name] for each in found) for name in found[0]}


def main(repetitions: int) -> None:
    torch.set_num_threads(1)
    seeds = range(repetitions)
    rows = {
        "trees, 3 x 8": _largest([of_splits(s, 8) for s in seeds]),
        "trees, 24 x 1": _largest([of_splits(s, 1) for s in seeds]),
        "trees, float32": _largest([of_tree_dtypes(s) for s in seeds]),
    }
    for name in INSTANCES:
        runs = [of_runs(name, 1000 * s) for s in range(max(repetitions // 5, 1))]
        for what in runs[0]:
            rows[f"{name}, {what}"] = _largest([run[what] for run in runs])
    for row, found in rows.items():
        print(row, ", ".join(f"{name} {value:.1e}" for name, value in found.items()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
