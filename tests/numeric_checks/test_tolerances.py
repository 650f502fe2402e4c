"""The same worlds in other batch splits, chunks, groupings and dtypes agree to stated tolerances.

``deviations.py`` has the tolerances and, as a command, measures what they are compared with.
"""

from __future__ import annotations

import pytest

from . import deviations


@pytest.mark.parametrize("size", [8, 1])
def test_worlds_in_smaller_batches(size: int) -> None:
    for claim, found in deviations.of_splits(0, size).items():
        assert found <= deviations.SPLITS, claim


def test_worlds_in_float32() -> None:
    for seed in (0, 1):
        for claim, found in deviations.of_tree_dtypes(seed).items():
            assert 0 < found <= deviations.TREES32, claim


def test_a_world_that_knows_of_its_neighbours_is_noticed() -> None:
    """One unit of float32 in one number of one world is more than the tolerance of splits."""
    parts = deviations.drawn(0)
    whole = deviations.evaluated(parts)
    parts[3][17, 1] *= 1 + 2.0**-23
    changed = [deviations.evaluated(piece) for piece in deviations.split(parts, 8)]
    assert max(deviations.between(whole, changed).values()) > 16 * deviations.SPLITS


@pytest.mark.parametrize("name", deviations.INSTANCES)
def test_runs(name: str) -> None:
    found = deviations.of_runs(name, shift=0, rows=4, steps=10)
    functions = {"f", "grad"}
    assert {n for n, v in found["chunks"].items() if v} <= functions  # no iterate changes
    assert max(found["chunks"].values()) <= deviations.SPLITS
    assert max(found["groups"].values()) <= deviations.GROUPS
    assert all(0 < value <= deviations.RUNS32 for value in found["dtypes"].values())


def test_another_seed_is_another_run() -> None:
    instance = deviations.INSTANCES["cosines"]()
    runs = [deviations.series(instance, [seed], 25) for seed in (1, 2)]
    moved = deviations.deviations(*runs)
    assert min(moved[name] for name in ("x", "g", "m", "v")) > 1000 * deviations.RUNS32
