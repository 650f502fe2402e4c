"""The campaigns that are shipped. Each is a function that lists its tasks, in order.

To add tasks, append to a campaign's function; to add a campaign, write one and put it into
``CAMPAIGNS``. ``seed`` shifts every random stream, so that another seed gives independent runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from .task import Task

STREAMS = 1 << 32
"""Random streams that belong to one seed of a campaign."""


class CampaignError(Exception):
    """A campaign cannot be run or read; says why, and what to do about it."""


@dataclass(frozen=True)
class Campaign:
    """A named list of tasks. ``tasks(seed)`` lists them, each once."""

    name: str
    title: str
    tasks: Callable[[int], Iterable[Task]]


def paths(seed: int, blocks: int) -> Iterator[Task]:
    """Every setup with every variant, on ``blocks`` blocks of as many seeds as the setup has."""
    from ..tables import QUICK

    for block in range(blocks):
        for setup in QUICK:
            for variant in setup.variants:
                yield Task(
                    "paths", setup.name, variant.title,
                    seed=seed * STREAMS + block * setup.seeds,
                    budget=setup.steps * setup.seeds, tile=setup.seeds,
                )  # fmt: skip


def quick(seed: int) -> Iterator[Task]:
    """What ``make check`` runs: under a minute."""
    yield from paths(seed, blocks=1)


def standard(seed: int) -> Iterator[Task]:
    """Every claim, with budgets at which attacks find what there is to find."""
    yield from paths(seed, blocks=4)


CAMPAIGNS = {
    campaign.name: campaign
    for campaign in (
        Campaign("quick", "each algorithm once, under a minute", quick),
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
