"""The campaigns that are shipped. Each is a function that lists its tasks, in order.

To add tasks, append to a campaign's function; to add a campaign, write one and put it into
``CAMPAIGNS``. ``seed`` shifts every random stream, so that another seed gives independent runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from .task import Task

if TYPE_CHECKING:
    from ...proofs.language import Claimed

STREAMS = 1 << 32
"""Random streams that belong to one seed of a campaign."""


MAIN = (
    "sgd.rate", "adamw.L1", "adamw.L1.sharp", "adamw.L2", "adamw.L3", "adamw.L4.first", "adamw.L4",
    "adamw.L5", "adamw.L6", "adamw.L7", "adamw.L7.total", "adamw.L8", "adamw.L9", "adamw.rate",
    "nadamw.rate", "adam.rate", "norms.N1",
)  # fmt: skip
"""What ``quick`` attacks."""
QUICK_BUDGET, STANDARD_BUDGET, RANDOM_WORLDS = 1_000, 5_000, 128
SAMPLES, POINTS = 16_384, 128
RUNS = 96
"""Seeds of each run in ``standard``: with as many, the intervals decide every rate."""
HORIZONS, FEW = (100, 300, 1_000, 3_000, 10_000), 16
"""The K of ``horizons``, and how many seeds each has."""
WORLDS = {
    "constants": ("K=50 d=8 b=1",),
    "points": ("K=1 d=50 b=1",),
    "paths": ("K=40 d=8 b=1",),
    "trees": ("K=8 d=2 b=2", "K=3 d=5 b=4"),
}
"""The sizes of random worlds, by what a claim speaks of: larger than those of attacks."""


class CampaignError(Exception):
    """A campaign cannot be run or read; says why, and what to do about it."""


@dataclass(frozen=True)
class Campaign:
    """A named list of tasks. ``tasks(seed)`` lists them, each once."""

    name: str
    title: str
    tasks: Callable[[int], Iterable[Task]]


def paths(seed: int, runs: int = 0) -> Iterator[Task]:
    """Every setup with every variant, on its own number of seeds, and on ``runs`` at least."""
    from ..confront import FIRST_SEED
    from ..tables import QUICK

    for setup in QUICK:
        rows = max(setup.seeds, runs)
        for variant in setup.variants:
            yield Task(
                "paths", setup.name, variant.title, seed=seed * STREAMS + FIRST_SEED,
                budget=setup.steps * rows, tile=rows,
            )  # fmt: skip


def quick(seed: int) -> Iterator[Task]:
    """What ``make check`` runs, under a minute: every setup, and an attack on each main lemma."""
    for label in MAIN:
        yield Task("attack", label, seed=seed, budget=QUICK_BUDGET)
    yield from paths(seed)


def standard(seed: int) -> Iterator[Task]:
    """Every claim that says something of a finite world: attacked, and in large random worlds.

    What only says that something is integrable is true of every finite world: it has no task. The
    claims of ``norms`` about Gaussian variables, and its cases of equality, have their own kind.
    """
    from ..attack.kinds import AttackError, kind_of
    from .gaussian import concerns

    for claim in every_claim():
        if concerns(claim.label):
            size, budget = ("d=64", SAMPLES) if ".N2" in claim.label else ("d=6", POINTS)
            yield Task("gaussian", claim.label, size, seed=seed, budget=budget, tile=1024)
            continue
        try:
            sizes = WORLDS[kind_of(claim).value]
        except AttackError:
            continue
        yield Task("attack", claim.label, seed=seed, budget=STANDARD_BUDGET)
        for size in sizes:
            yield Task("worlds", claim.label, size, seed=seed, budget=RANDOM_WORLDS, tile=32)
    yield from paths(seed, RUNS)


def horizons(seed: int) -> Iterator[Task]:
    """The rates at several K, each with the hyperparameters prescribed for it: how both shrink.

    On the cosines, without weight decay; SGD on digits, whose gradient is exact at little cost.
    """
    from ..confront import FIRST_SEED
    from ..tables import QUICK

    for setup in QUICK:
        steps = HORIZONS if setup.problem == "cosine" else HORIZONS[:3]
        if setup.problem != "cosine" and setup.optimizer != "sgd":
            continue
        for K in steps:
            yield Task(
                "paths", setup.name, setup.variants[0].title, seed=seed * STREAMS + FIRST_SEED,
                budget=K * FEW, tile=FEW,
            )  # fmt: skip


def every_claim() -> Iterator[Claimed]:
    """Those of the shipped theories, in order."""
    from ...proofs.language.loader import load
    from ...proofs.theorems import SHIPPED

    for name in SHIPPED:
        for theory in load(name):
            yield from theory.claims.values()


CAMPAIGNS = {
    campaign.name: campaign
    for campaign in (
        Campaign("quick", "each algorithm once, under a minute", quick),
        Campaign("horizons", "the rates at several K, for `ratecert plot runs`", horizons),
        Campaign("standard", "every claim, with more seeds and larger budgets", standard),
    )
}


def named(name: str) -> Campaign:
    """The campaign of that name.

    Raises:
        CampaignError: there is none; names the nearest.
    """
    if name in CAMPAIGNS:
        return CAMPAIGNS[name]
    near = get_close_matches(name, CAMPAIGNS, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise CampaignError(f"no campaign {name!r}{hint} (there are {', '.join(CAMPAIGNS)})")
