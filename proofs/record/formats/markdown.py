"""Markdown for a comment on a pull request: the verdict, what fails, what became better.

What is told stands in code spans written as HTML, or in fenced blocks: there GitHub sees neither
markup nor names to notify. A comment has a limited length, so that each part has its share of it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from ..findings import Finding, Told, visible
from ..options import LOCK

LIMIT = 65_536
"""What GitHub takes, in characters; counted here in bytes, which are never fewer."""
_ROWS, _DETAILS, _BETTER, _REST, _COMMAND = 20_000, 24_000, 8_000, 4_000, 4_000
_CELL, _BLOCK = 300, 4_000
_MARKUP = re.compile(r"""[&<>"'|`*_~\[\]\\#@!:$]|(?<=www)\.""", re.IGNORECASE)
_FENCE = re.compile("`+")


def render(told: Told) -> str:
    """The comment."""
    return "\n\n".join(_parts(told)) + "\n"


def _parts(told: Told) -> Iterator[str]:
    failing, news = told.failing, told.news
    mark = "❌" if failing else "✅" if told.claims else "⚠️"
    yield f"## {mark} {told.headline}"
    if failing:
        yield from _table(failing, _ROWS)
        blocks = [_folded(finding) for finding in failing if finding.details]
        yield from _fitting(blocks, _DETAILS, "details")
    better = [finding for finding in news if finding.to_accept]
    if better:
        yield "### Improvements"
        yield from _table(better, _BETTER)
        yield from _acceptance(told, better)
    rest = [finding for finding in news if not finding.to_accept]
    if rest:
        yield "### Taken over by the next `ratecert lock`"
        yield from _table(rest, _REST)


def _table(findings: Sequence[Finding], limit: int) -> Iterator[str]:
    rows = [f"| {f.kind} | {code(f.claim)} | {_said(f)} |" for f in findings]
    shown = _that_fit(rows, limit)
    yield "\n".join(("| finding | claim | what |", "| --- | --- | --- |", *shown))
    if len(shown) < len(rows):
        yield f"... and {len(rows) - len(shown)} more findings, not shown here."


def _said(finding: Finding) -> str:
    return f"{finding.meaning}: {code(finding.summary)}" if finding.summary else finding.meaning


def _folded(finding: Finding) -> str:
    text = visible(_cut("\n".join(finding.details), _BLOCK))
    summary = f"<summary>{finding.kind}: {code(finding.claim)}</summary>"
    return f"<details>{summary}\n\n{fenced(text)}\n\n</details>"


def _acceptance(told: Told, better: Sequence[Finding]) -> Iterator[str]:
    """The command that takes the improvements over; of claims that lost nothing else."""
    lost = {finding.claim for finding in told.failing}
    claims = [c for c in dict.fromkeys(f.claim for f in better) if c not in lost]
    options = [f"--accept {shlex.quote(visible(claim))}" for claim in claims]
    shown = _that_fit(options, _COMMAND)
    if not shown:
        return
    where = [] if told.lock == LOCK else [f"--lock {shlex.quote(visible(told.lock))}"]
    yield "To take them over:"
    yield fenced(" ".join(("ratecert lock", *where, *shown)), "sh")
    if len(shown) < len(options):
        yield f"... and {len(options) - len(shown)} more claims, not named here."


# --- length -----------------------------------------------------------------------------------


def _that_fit(pieces: Sequence[str], limit: int) -> list[str]:
    """As many of the first pieces as have at most ``limit`` bytes together."""
    shown: list[str] = []
    for piece in pieces:
        limit -= len(piece.encode()) + 2
        if limit < 0:
            break
        shown.append(piece)
    return shown


def _fitting(pieces: Sequence[str], limit: int, what: str) -> Iterator[str]:
    shown = _that_fit(pieces, limit)
    yield from shown
    if len(shown) < len(pieces):
        yield f"... and the {what} of {len(pieces) - len(shown)} more findings, not shown here."


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]} ..."


# --- escaping ---------------------------------------------------------------------------------


def escape(text: str) -> str:
    """Text that is only text, in one line; line ends become ``<br>``."""
    marked = _MARKUP.sub(lambda found: f"&#{ord(found[0])};", visible(text))
    return marked.replace("\n", "<br>")


def code(text: str) -> str:
    """A code span, which may stand in a table; long ones are cut."""
    return f"<code>{escape(_cut(text, _CELL))}</code>"


def fenced(text: str, language: str = "text") -> str:
    """A block of code that nothing in ``text`` closes."""
    longest = max((len(run) for run in _FENCE.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
