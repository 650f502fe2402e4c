"""The kinds of differences, as docs/guard.md has them: ``python -m ratecert.proofs.record.table``.

Made from what the commands use, so that the page says what they do; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator

from .differences import FAILING, FREE, MEANINGS, Kind

VERIFIED: frozenset[Kind] = frozenset({"tampered", "stale"})
"""What only ``ratecert verify`` says: how the lock fits its own trace, and the sources."""


def lines() -> Iterator[str]:
    """The table in Markdown: what fails comes first."""
    yield "| difference | what it says | told by | exit code | `ratecert lock` |"
    yield "| --- | --- | --- | --- | --- |"
    for kind in sorted(MEANINGS, key=lambda kind: kind not in FAILING):
        code = 1 if kind in FAILING else 0
        yield f"| {kind} | {MEANINGS[kind]} | {_told_by(kind)} | {code} | {_taken_over(kind)} |"


def _told_by(kind: Kind) -> str:
    if kind == "missing":
        return "`check --locked`, `verify`"
    return "`verify`" if kind in VERIFIED else "`check --locked`"


def _taken_over(kind: Kind) -> str:
    if kind in VERIFIED:
        return "writes it again"
    return "takes it over" if kind in FREE else "asks for `--accept`"


if __name__ == "__main__":
    print("\n".join(lines()))
