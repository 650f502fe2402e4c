"""Which tasks: a campaign's name, its seed, what of it, and the shard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from .named import STREAMS, CampaignError, named
from .task import Task

MAX_SHARDS = 1 << 16


@dataclass(frozen=True)
class Shard:
    """The ``index``-th of ``of`` parts, from 1 on: every ``of``-th task, in order.

    The shards of a campaign are disjoint, together they are all of it, and their sizes differ by
    one at most. They are the same on every machine, as they depend on the list of tasks alone.
    """

    index: int = 1
    of: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.index <= self.of <= MAX_SHARDS:
            raise CampaignError(f"no shard {self}: write i/n with 1 <= i <= n <= {MAX_SHARDS}")

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"

    @classmethod
    def parse(cls, text: str) -> Shard:
        """From ``i/n``; raises ``CampaignError``."""
        found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
        if not found:
            raise CampaignError(f"no shard {text!r}: write i/n, such as 2/5")
        return cls(int(found[1]), int(found[2]))

    def of_tasks(self, tasks: Sequence[Task]) -> list[Task]:
        """The tasks of this shard.

        >>> tasks = [Task("paths", f"setup {n}") for n in range(5)]
        >>> [task.subject for task in Shard(2, 3).of_tasks(tasks)]
        ['setup 1', 'setup 4']
        """
        return [*tasks[self.index - 1 :: self.of]]


@dataclass(frozen=True)
class Settings:
    """What a file is about.

    Attributes:
        campaign: its name.
        seed: shifts every random stream.
        only: patterns (``adamw.*``); a task belongs if its kind or its subject matches one.
        shard: of the tasks that belong.
    """

    campaign: str
    seed: int = 0
    only: tuple[str, ...] = ()
    shard: Shard = Shard()

    def __str__(self) -> str:
        parts = [self.campaign]
        parts += [f"seed {self.seed}"] if self.seed else []
        parts += [f"only {', '.join(self.only)}"] if self.only else []
        parts += [f"shard {self.shard}"] if self.shard.of > 1 else []
        return ", ".join(parts)

    def tasks(self) -> list[Task]:
        """All tasks that belong, of every shard.

        Raises:
            CampaignError: there is no such campaign, a pattern matches nothing, or the campaign
                lists a task twice.
        """
        if not 0 <= self.seed < STREAMS:
            raise CampaignError(f"no seed {self.seed}: it must be from 0 to {STREAMS - 1}")
        tasks = [*named(self.campaign).tasks(self.seed)]
        if len({task.text for task in tasks}) < len(tasks):
            raise CampaignError(f"the campaign {self.campaign} lists a task twice")
        for pattern in self.only:
            if not any(_matches(task, pattern) for task in tasks):
                known = sorted({word for task in tasks for word in (task.kind, task.subject)})
                near = get_close_matches(pattern, known, 3) or known
                raise CampaignError(
                    f"--only {pattern!r} matches no task of {self.campaign}; nearest: "
                    f"{', '.join(near)}"
                )
        return [t for t in tasks if not self.only or any(_matches(t, p) for p in self.only)]

    def own(self) -> list[Task]:
        """The tasks of this shard; raises as ``tasks`` does."""
        return self.shard.of_tasks(self.tasks())

    def to_json(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "campaign": self.campaign, "seed": self.seed, "only": list(self.only),
            "shard": str(self.shard),
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Settings:
        """From JSON data.

        Raises:
            CampaignError: it is something else.
        """
        campaign, seed = data.get("campaign"), data.get("seed")
        only, shard = data.get("only"), data.get("shard")
        if (
            not isinstance(campaign, str)
            or type(seed) is not int
            or not isinstance(shard, str)
            or not isinstance(only, list)
            or not all(isinstance(pattern, str) for pattern in only)
        ):
            raise CampaignError(f"no settings of a campaign: {data!r:.200}")
        return cls(campaign, seed, tuple(only), Shard.parse(shard))


def _matches(task: Task, pattern: str) -> bool:
    return fnmatchcase(task.kind, pattern) or fnmatchcase(task.subject, pattern)
