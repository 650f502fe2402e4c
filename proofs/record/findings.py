"""What is told of a check or a verification, in the formats that people and machines read.

A *finding* is a claim that is not proved, or a difference from the lock. Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from .differences import MEANINGS, Difference


@dataclass(frozen=True)
class Finding:
    """One thing to be told. ``fails``: the command's exit code is 1; else it is news.

    ``file`` and ``line``: where to look; ``line`` 0: nowhere in particular.
    """

    kind: str
    claim: str
    summary: str
    details: tuple[str, ...] = ()
    fails: bool = True
    file: str = ""
    line: int = 0

    @property
    def fingerprint(self) -> str:
        """The same for the same finding wherever its lines have moved."""
        text = "\n".join((self.kind, self.claim))
        return sha256(text.encode()).hexdigest()

    @property
    def meaning(self) -> str:
        """What this kind of finding says in general."""
        return VERDICTS.get(self.kind) or dict[str, str](MEANINGS.items())[self.kind]


VERDICTS = {
    "refuted": "an exact point violates the claim",
    "undecided": "a step of the proof was not established",
    "error": "the claim or its proof is ill-formed, or its replay failed",
    "model": "the axioms do not hold in the model of the theory",
}


@dataclass(frozen=True)
class Told:
    """All that is told: what was looked at (claims with their verdicts and seconds), and found."""

    command: str
    claims: Sequence[tuple[str, str, float]]
    findings: Sequence[Finding]

    @property
    def failing(self) -> list[Finding]:
        """The findings for which the exit code is 1."""
        return [f for f in self.findings if f.fails]


def of_differences(found: Iterable[Difference], lock: Path) -> list[Finding]:
    """Differences as findings, placed at the claim's entry in the lock."""
    lines = _entries(lock)
    return [
        Finding(d.kind, d.claim, d.summary, d.details, d.fails, str(lock), lines.get(d.claim, 1))
        for d in found
    ]


def _entries(lock: Path) -> dict[str, int]:
    """The line at which a lock speaks of ``theory.id``, and of a source."""
    found: dict[str, int] = {}
    theory = section = ""
    try:
        lines = lock.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    for number, line in enumerate(lines, 1):
        depth = len(line) - len(line.lstrip(" "))
        key = line.strip().partition('": ')[0].lstrip('"')
        if depth == 2:
            theory = key
            found.setdefault(theory, number)
        elif depth == 3:
            section = key
        elif depth == 4:
            found.setdefault(f"{theory}.{key}" if section == "claims" else key, number)
    return found


# --- text -------------------------------------------------------------------------------------

MARKS = {True: "✗", False: "·"}


def text(findings: Sequence[Finding]) -> str:
    """For people: what fails first, then the news."""
    lines: list[str] = []
    for finding in sorted(findings, key=lambda f: not f.fails):
        lines.append(f"  {MARKS[finding.fails]} {finding.kind:<20} {finding.claim}")
        lines.append(f"      {finding.meaning}: {finding.summary}")
        lines += [f"        {detail}" for detail in finding.details]
    return "\n".join(lines)
