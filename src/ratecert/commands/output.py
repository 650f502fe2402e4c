"""Where commands write: tables for people (rich only on a terminal), JSON, progress on stderr."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

MARKS = {
    "proved": "✓", "refuted": "✗", "undecided": "?", "error": "!", "holds": "✓", "violated": "✗",
}  # fmt: skip
STYLES = {
    "proved": "green", "refuted": "bold red", "undecided": "yellow", "error": "red",
    "holds": "green", "violated": "bold red",
}  # fmt: skip


WHOLE = 24
"""Words up to this length are not cut where a table has room for them."""
_NUMBER = re.compile(r"(≥ )?-?[\d.]*(e[-+]?\d+)?( s)?")


def emit_json(value: Any) -> None:
    """One JSON document on stdout."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False)
    print()


def progress(text: str) -> None:
    """One transient line on stderr, if it is a terminal; empty text clears it."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[2K{text}")
        sys.stderr.flush()


def indented(text: str) -> str:
    """The text, four columns further in."""
    return "\n".join(f"    {line}" for line in text.splitlines())


def console() -> Console | None:
    """Where stdout is a terminal, what writes on it (in colour, unless NO_COLOR is set)."""
    if not sys.stdout.isatty():
        return None
    from rich.console import Console

    return Console(highlight=False, emoji=False)


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table whose first column is a verdict."""
    terminal = console()
    if terminal is not None:
        from rich.text import Text

        shown = [
            (Text(f"{MARKS[verdict]} {verdict}", STYLES[verdict]), *map(Text, rest))
            for verdict, *rest in rows
        ]
        _drawn(terminal, title, header, shown)
        return
    widths = [max(len(str(r[n])) for r in (*rows, header)) for n in range(len(header))]
    print(f"\n{title}")
    for verdict, *rest in rows:
        cells = [f"{MARKS[verdict]} {verdict:<9}"]
        cells += [str(c).ljust(w) for c, w in zip(rest, widths[1:], strict=True)]
        print("  " + "  ".join(cells).rstrip())


def columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows beneath their headings (empty ones are not shown)."""
    terminal = console()
    if terminal is not None:
        from rich.text import Text

        _drawn(terminal, "", header, [[Text(cell) for cell in row] for row in rows])
        return
    widths = [max(len(row[n]) for row in (*rows, header)) for n in range(len(header))]
    for row in ([header] if any(header) else []) + [*rows]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(f"  {'  '.join(cells)}".rstrip())


def _drawn(
    terminal: Console, title: str, header: Sequence[str], rows: Sequence[Sequence[Text]]
) -> None:
    """A table on a terminal; cells that are too wide for it are broken, at spaces if they can be.

    Columns of numbers end at the right.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    shown = Table(
        title=Text(title, "bold") if title else None, title_justify="left",
        box=SIMPLE_HEAD, show_header=any(header), pad_edge=False,
    )  # fmt: skip
    for number, name in enumerate(header):
        cells = [row[number].plain for row in rows]
        words = [word for text in (name, *cells) for word in text.split()]
        justify: Literal["left", "right"] = (
            "right" if cells and all(map(_NUMBER.fullmatch, cells)) else "left"
        )
        shown.add_column(
            Text(name), justify=justify, overflow="fold",
            min_width=min(max(map(len, words), default=0), WHOLE),
        )  # fmt: skip
    for row in rows:
        shown.add_row(*row)
    terminal.print(shown)
