"""What is told of a check or a verification: one model, from which every format is rendered.

A *finding* is a claim that is not proved, a model in which axioms fail, a difference from the lock,
or a file that cannot be used. Standard library only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import get_args
from unicodedata import category

from .differences import FAILING, FREE, MEANINGS, Difference, Kind

VERDICTS = {
    "unusable": "the lock or a theory cannot be read",
    "refuted": "an exact point violates the claim",
    "undecided": "a step of the proof was not established",
    "error": "the claim or its proof is ill-formed, or its replay failed",
    "model": "the axioms do not hold in the model of the theory",
}
"""The kinds of findings that are no differences from a lock."""
KINDS: tuple[str, ...] = (
    "unusable", "tampered", "refuted", "error", "model", "not-proved", "missing", "new-axiom",
    "declaration-changed", "weakened", "hypothesis-added", "constant-worsened", "changed",
    "undecided", "stale", *sorted({*get_args(Kind)} - FAILING),
)  # fmt: skip
"""All kinds of findings, the worst first."""
_MEANING = {**VERDICTS, **{str(kind): said for kind, said in MEANINGS.items()}}
_REPEATED = frozenset({"declaration-changed", "stale"})
"""Of these one claim or file may have several; the summary says which."""


@dataclass(frozen=True)
class Finding:
    """One thing to be told. ``fails``: the command's exit code is not 0; else it is news.

    ``claim``: ``theory.id``; of some kinds a theory or a file. ``file`` and ``line``: where to
    look; ``line`` 0: nowhere in particular. ``subject``: tells findings of one kind and claim
    apart.
    """

    kind: str
    claim: str
    summary: str
    details: tuple[str, ...] = ()
    fails: bool = True
    file: str = ""
    line: int = 0
    subject: str = ""

    @property
    def fingerprint(self) -> str:
        """The same for the same finding, wherever its lines and its claim have moved."""
        text = json.dumps([self.kind, self.claim, self.subject])
        return sha256(text.encode()).hexdigest()

    @property
    def meaning(self) -> str:
        """What this kind of finding says in general."""
        return meaning(self.kind)

    @property
    def to_accept(self) -> bool:
        """Is it for the better, but taken over by ``lock`` only if told to?"""
        return not self.fails and self.kind not in FREE

    @property
    def body(self) -> str:
        """Everything it says."""
        return "\n".join((self.said, *self.details))

    @property
    def said(self) -> str:
        """What its kind says, and what that leaves open."""
        return f"{self.meaning}: {self.summary}" if self.summary else self.meaning


@dataclass(frozen=True)
class Seen:
    """A claim that was looked at, what became of it, and where it is stated."""

    theory: str
    id: str
    verdict: str = "proved"
    seconds: float = 0.0
    file: str = ""
    line: int = 0

    @property
    def label(self) -> str:
        """``theory.id``."""
        return f"{self.theory}.{self.id}"


@dataclass(frozen=True)
class Told:
    """All that is told: the command, the claims and models looked at, and what was found.

    ``lock``: the lock compared with, empty if none was. ``models``: the verdicts on the models of
    theories that have one.
    """

    command: str
    claims: Sequence[Seen] = ()
    findings: Sequence[Finding] = ()
    lock: str = ""
    models: Mapping[str, str] = field(default_factory=dict)

    @property
    def failing(self) -> list[Finding]:
        """The findings for which the exit code is not 0, the worst first."""
        return [f for f in self.sorted() if f.fails]

    @property
    def news(self) -> list[Finding]:
        """The other findings."""
        return [f for f in self.sorted() if not f.fails]

    @property
    def headline(self) -> str:
        """One line: was it well?"""
        total, proved = len(self.claims), sum(c.verdict == "proved" for c in self.claims)
        said = f"{self.command}: {proved} of {total} claim{'s' * (total != 1)} proved"
        lost = len(self.failing)
        if lost and self.claims:
            return f"{said}; {lost} finding{'s' * (lost != 1)}"
        if not self.claims:
            return f"{self.command}: nothing was checked"
        if not self.lock:
            return said
        return f"{said}; nothing locked was lost" if self.news else f"{said}, as locked"

    def sorted(self) -> list[Finding]:
        """By weight, then by name: the same whatever the order of claims."""
        return sorted(
            self.findings, key=lambda f: (not f.fails, KINDS.index(f.kind), f.claim, f.summary)
        )


def meaning(kind: str) -> str:
    """What a kind of finding says in general."""
    return _MEANING[kind]


# --- from what was found ----------------------------------------------------------------------


def of_claim(seen: Seen, reason: str) -> list[Finding]:
    """A claim that is not proved, and why."""
    if seen.verdict == "proved":
        return []
    summary, *details = reason.splitlines() or [meaning(seen.verdict)]
    return [Finding(seen.verdict, seen.label, summary, tuple(details), True, seen.file, seen.line)]


def of_differences(
    found: Iterable[Difference], lock: Path, places: Mapping[str, tuple[str, int]] | None = None
) -> list[Finding]:
    """Differences as findings, placed where the claim is stated, or else at its entry in the lock.

    ``places``: file and line of the claims that are stated now.
    """
    entries, stated = lines_of(lock), places or {}
    return [
        Finding(
            d.kind, d.claim, d.summary, d.details, d.fails,
            *stated.get(d.claim, (str(lock), entries.get(d.claim, 1))),
            d.summary if d.kind in _REPEATED else "",
        )
        for d in found
    ]  # fmt: skip


def unusable(command: str, what: str, why: str, file: str = "", line: int = 0) -> Told:
    """A lock or a theory that cannot be read, as something to be told."""
    summary, *details = why.splitlines() or [""]
    finding = Finding("unusable", what, summary, tuple(details), True, file, line)
    return Told(command, findings=[finding])


def lines_of(lock: Path) -> dict[str, int]:
    """The line at which a lock speaks of ``theory.id``, of a theory, and of a source."""
    found: dict[str, int] = {}
    theory = section = ""
    try:
        lines = lock.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return {}
    for number, line in enumerate(lines, 1):
        text = line.lstrip(" ")
        depth = len(line) - len(text)
        key = _key(text) if 2 <= depth <= 4 else ""
        if not key:
            continue
        if depth == 2:
            theory = key
            found.setdefault(theory, number)
        elif depth == 3:
            section = key
        else:
            found.setdefault(f"{theory}.{key}" if section == "claims" else key, number)
    return found


def _key(text: str) -> str:
    """The key at the start of a line of JSON; empty if there is none."""
    if not text.startswith('"'):
        return ""
    try:
        key, _ = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return ""
    return str(key)


# --- text -------------------------------------------------------------------------------------

MARKS = {True: "✗", False: "·"}


def text(findings: Sequence[Finding]) -> str:
    """For people: what fails first, then the news."""
    lines: list[str] = []
    for finding in sorted(findings, key=lambda f: not f.fails):
        lines.append(f"  {MARKS[finding.fails]} {finding.kind:<20} {finding.claim}")
        lines.append(f"      {finding.said}")
        lines += [f"        {detail}" for detail in finding.details]
    return visible("\n".join(lines))


def visible(text: str) -> str:
    """Without characters that steer a terminal, are not seen, or turn the direction of others."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    seen = (c.isprintable() or c == "\n" or category(c) == "Zs" for c in text)
    return "".join(c if good else "\ufffd" for c, good in zip(text, seen, strict=True))
