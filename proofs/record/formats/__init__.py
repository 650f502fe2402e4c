"""Findings in the formats that other programs read: JUnit, SARIF, GitHub's commands, Markdown.

Each module renders ``findings.Told``; none decides anything. Standard library only. What is told
may come from a file that somebody else wrote, so that each format escapes all of it.
"""

from __future__ import annotations

import sys

from ..findings import Told
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
