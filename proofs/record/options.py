"""Options of ``check`` and ``verify``. Nothing is loaded here: a command may not need it."""

from __future__ import annotations

import argparse
from pathlib import Path

LOCK = "ratecert.lock"
"""What a lock is called, if it is not said."""
FORMATS = ("junit", "sarif", "github", "markdown")
"""Beside text and JSON."""
HELP = """\
formats: text for people, json for programs; junit: a test case for each claim; sarif: SARIF 2.1.0
         for code scanning; github: a log, and commands that annotate the files of a pull
         request; markdown: a comment on one. The format never changes the exit code, and all
         but text have stdout for themselves (docs/formats.md)."""


def add_verify(command: argparse.ArgumentParser) -> None:
    """All that ``verify`` takes, as a command of ``ratecert`` and by itself."""
    command.add_argument(
        "lock", nargs="?", metavar="FILE", default=LOCK, help=f"the lock (default: {LOCK})"
    )
    add_format(command)


def add_format(command: argparse.ArgumentParser) -> None:
    """The option, with all formats."""
    command.add_argument(
        "--format", choices=("text", "json", *FORMATS), default="text",
        help="how to tell it (default: text)",
    )  # fmt: skip
    command.add_argument(
        "--also", metavar="FORMAT=FILE", type=_also, action="append", default=[],
        help="write the same to a file, in one of junit, sarif, github, markdown; may be repeated",
    )  # fmt: skip


def _also(text: str) -> tuple[str, Path]:
    format, _, file = text.partition("=")
    if format not in FORMATS or not file:
        raise argparse.ArgumentTypeError(
            f"not FORMAT=FILE with one of {', '.join(FORMATS)}: {text!r}"
        )
    if not Path(file).parent.is_dir():
        raise argparse.ArgumentTypeError(f"no such folder: {str(Path(file).parent)!r}")
    return format, Path(file)
