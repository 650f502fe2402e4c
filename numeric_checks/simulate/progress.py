"""Progress on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

Progress = Callable[[int, int], None]
"""Called as ``progress(done, total)``."""


def stderr_progress(
    label: str, *, interval: float = 0.5, patience: float = 10.0, stream: TextIO | None = None
) -> Progress:
    """A callback that reports on ``stream`` (standard error), at most once an ``interval``.

    On a terminal one line is rewritten; elsewhere lines appear at tenths of the work, and only if
    that takes longer than ``patience``.

    Args:
        label: what is being done.
        interval: seconds between two reports on a terminal.
        patience: seconds between two lines elsewhere.
        stream: where to write.
    """
    out = sys.stderr if stream is None else stream
    terminal = out.isatty()
    last_time, last_tenth = -float("inf") if terminal else time.monotonic(), 0

    def report(done: int, total: int) -> None:
        nonlocal last_time, last_tenth
        now, tenth, finished = time.monotonic(), 10 * done // max(total, 1), done >= total
        if terminal:
            if now - last_time < interval and not finished:
                return
            last_time = now
            out.write(f"\r{label}: {done}/{total}" + ("\n" if finished else ""))
        elif tenth > last_tenth and now - last_time >= patience:
            last_time, last_tenth = now, tenth
            out.write(f"{label}: {done}/{total}\n")
        out.flush()

    return report
