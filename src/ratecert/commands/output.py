"""Where commands write: tables for people (rich only on a terminal), JSON, progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

MARKS = {
    "proved": "✓", "refuted": "✗", "undecided": "?", "error": "!", "holds": "✓", "violated": "✗",
}  # fmt: skip
STYLES = {
    "proved": "green", "refuted": "bold red", "undecided": "yellow", "error": "red",
    "holds": "green", "violated": "bold red",
}  # fmt: skip


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


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table whose first column is a verdict."""
    if sys.stdout.isatty():
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table

        shown = Table(title=title, title_justify="left", box=SIMPLE_HEAD, title_style="bold")
        for number, name in enumerate(header):
            shown.add_column(name, justify="right" if number == len(header) - 1 else "left")
        for verdict, *rest in rows:
            mark = f"[{STYLES[verdict]}]{MARKS[verdict]} {verdict}[/]"
            shown.add_row(mark, *(cell.replace("[", r"\[") for cell in rest))
        Console().print(shown)
        return
    widths = [max(len(str(r[n])) for r in (*rows, header)) for n in range(len(header))]
    print(f"\n{title}")
    for verdict, *rest in rows:
        cells = [f"{MARKS[verdict]} {verdict:<9}"]
        cells += [str(c).ljust(w) for c, w in zip(rest, widths[1:], strict=True)]
        print("  " + "  ".join(cells).rstrip())
