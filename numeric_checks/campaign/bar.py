"""The progress of a run on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from .pace import Pace, clock, speed

PATIENCE = 10.0
"""Seconds between two lines where there is no terminal."""


def described(pace: Pace) -> str:
    """Count, rate and time left, in one line."""
    text = f"{pace.done}/{pace.total} tasks"
    if pace.done == pace.total:
        return text
    return f"{text}, {speed(pace.rate) if pace.ran else '? tasks/s'}, {clock(pace.left)} left"


@contextmanager
def progress_bar(
    label: str, *, stream: TextIO | None = None, patience: float | None = None
) -> Iterator[tuple[Callable[[Pace], None], Callable[[str], None]]]:
    """Two functions: one that shows a pace, one that says a line at once.

    On a terminal a bar is redrawn; elsewhere lines appear, at most one in ``patience`` seconds.
    """
    out = sys.stderr if stream is None else stream
    if not out.isatty():
        pause = PATIENCE if patience is None else patience
        yield _lines(label, out, pause), lambda text: print(f"{label}: {text}", file=out)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(file=out)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[text]}"))
    with Progress(*columns, console=console) as bar:
        row = bar.add_task(label, total=None, text="")

        def show(pace: Pace) -> None:
            bar.update(row, total=pace.total, completed=pace.done, text=described(pace))

        yield show, lambda text: console.print(text, markup=False, highlight=False)


def _lines(label: str, out: TextIO, patience: float) -> Callable[[Pace], None]:
    last = time.monotonic()

    def show(pace: Pace) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= patience:
            last = now
            print(f"{label}: {described(pace)}", file=out, flush=True)

    return show
