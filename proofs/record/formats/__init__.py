"""Findings in the formats that other programs read: JUnit, SARIF, GitHub's commands, Markdown.

Each module renders ``findings.Told``; none decides anything. Standard library only. What is told
may come from a file that somebody else wrote, so that each format escapes all of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from ..findings import Told
from ..options import FORMATS
from . import github, junit, markdown, sarif

_RENDER = {
    "junit": junit.render,
    "sarif": sarif.render,
    "github": github.render,
    "markdown": markdown.render,
}


def render(format: str, told: Told) -> str:
    """The text of one of ``options.FORMATS``."""
    return _RENDER[format](told)


def emit(format: str, told: Told) -> None:
    """Print it on stdout; what the encoding there does not have is written as an escape."""
    encoding = sys.stdout.encoding or "utf-8"
    text = render(format, told).encode(encoding, "backslashreplace")
    print(text.decode(encoding), end="")


def tell(args: argparse.Namespace, told: Callable[[], Told]) -> None:
    """What ``--format`` and ``--also`` ask for, if they ask for one of ``options.FORMATS``."""
    if args.format in FORMATS:
        emit(args.format, told())
    for format, file in args.also:
        file.write_bytes(render(format, told()).encode("utf-8", "backslashreplace"))
