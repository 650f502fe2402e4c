"""What a campaign found: by claim for people, whole and canonical for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .running import Keyed
from .settings import Settings
from .store import Corrupt, Stored
from .task import VERDICTS, Finding, Verdict, canonical, digest

_ORDER: tuple[Verdict, ...] = ("violated", "undecided", "holds")


@dataclass
class Claim:
    """All findings of one claim.

    Attributes:
        tasks: how many tasks said something of it.
        verdicts: how often each.
        checked: places, over all tasks.
        worst: the finding with the largest ratio, and its task's title; None if none has a ratio.
        against: findings that do not pass, with the title of their tasks.
    """

    label: str
    tasks: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    checked: int = 0
    worst: tuple[Finding, str] | None = None
    against: list[tuple[Finding, str]] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """The gravest of its verdicts."""
        return next(v for v in _ORDER if self.verdicts[v])

    def add(self, finding: Finding, title: str) -> None:
        """Count a finding of the task with that title."""
        self.tasks += 1
        self.verdicts[finding.verdict] += 1
        self.checked += finding.checked
        if finding.ratio is not None:
            before = self.worst[0].ratio if self.worst else None
            if before is None or finding.ratio > before:
                self.worst = finding, title
        if not finding.passes:
            self.against.append((finding, title))


@dataclass(frozen=True)
class Status:
    """A campaign's file against the tasks of the campaign.

    Attributes:
        settings: what the file is about; ``tasks``: its own, in order; ``whole``: how many the
            campaign has in all shards.
        done: the results of these tasks, by key.
        others: results of other versions of the code, of the libraries or of the machine.
        corrupt: rows that are not believed.
    """

    settings: Settings
    tasks: Sequence[Keyed]
    whole: int
    done: Mapping[str, Stored]
    others: int
    corrupt: Sequence[Corrupt]

    @property
    def left(self) -> int:
        """Tasks without a result."""
        return len(self.tasks) - len(self.done)

    @property
    def verdicts(self) -> Counter[Verdict]:
        """Of the tasks done."""
        return Counter(row.result.verdict for row in self.done.values())

    @property
    def seconds(self) -> float:
        """CPU seconds the results took."""
        return sum(row.seconds for row in self.done.values())

    def claims(self) -> list[Claim]:
        """What was found, by claim, in the order of the tasks."""
        found: dict[str, Claim] = {}
        for task in self.tasks:
            row = self.done.get(task.key)
            for finding in row.result.findings if row else ():
                claim = found.setdefault(finding.claim, Claim(finding.claim))
                claim.add(finding, task.task.title)
        return [*found.values()]

    def results(self) -> list[dict[str, Any]]:
        """The results in the order of the tasks: task, key and result, without times."""
        return [
            {
                "key": task.key,
                "task": task.task.to_json(),
                "result": self.done[task.key].result.to_json(),
            }
            for task in self.tasks
            if task.key in self.done
        ]

    @property
    def digest(self) -> str:
        """The SHA-256 of the canonical text of ``results``."""
        return digest(canonical(self.results()))


def status(
    settings: Settings,
    tasks: Sequence[Keyed],
    whole: int,
    good: Mapping[str, Stored],
    bad: Sequence[Corrupt],
) -> Status:
    """The status of a file with the rows ``good`` and ``bad``."""
    done = {task.key: good[task.key] for task in tasks if task.key in good}
    return Status(settings, tasks, whole, done, len(good) - len(done), tuple(bad))


def as_json(found: Status) -> dict[str, Any]:
    """What ``--format json`` prints; documented in docs/json.md.

    A function of the tasks, the code and what is stored: no time, no place, no order of running.
    """
    return {
        "schema": 1,
        "campaign": found.settings.to_json(),
        "tasks": {
            "all": found.whole, "own": len(found.tasks), "done": len(found.done),
            "left": found.left,
        },
        "verdicts": {verdict: found.verdicts[verdict] for verdict in VERDICTS},
        "claims": [_claim(claim) for claim in found.claims()],
        "others": found.others,
        "corrupt": [{"key": c.key, "task": c.task, "reason": c.reason} for c in found.corrupt],
        "digest": found.digest,
        "results": found.results(),
    }  # fmt: skip


def _claim(claim: Claim) -> dict[str, Any]:
    worst = claim.worst
    return {
        "id": claim.label,
        "verdict": claim.verdict,
        "passed": not claim.against,
        "tasks": claim.tasks,
        "verdicts": {verdict: claim.verdicts[verdict] for verdict in VERDICTS},
        "checked": claim.checked,
        "ratio": worst[0].ratio.hex() if worst and worst[0].ratio is not None else None,
        "task": worst[1] if worst else None,
        "location": worst[0].location if worst else None,
    }
