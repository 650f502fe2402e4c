"""The options of each command. Nothing is loaded here but argparse: a command may not need it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, TypeAlias

from ..proofs.record.options import LOCK

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = argparse._SubParsersAction
RAW = argparse.RawDescriptionHelpFormatter


def seconds(text: str) -> float:
    """A positive number of seconds."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 86400:
        raise argparse.ArgumentTypeError(f"not a positive number of seconds: {text!r}")
    return value


def count(text: str) -> int:
    """An integer from 0 on."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 20):
        raise argparse.ArgumentTypeError(f"not an integer from 0 on: {text!r}")
    return int(text)


def text_or_json(command: argparse.ArgumentParser) -> None:
    """``--format`` of a command that tells people and programs."""
    command.add_argument(
        "--format", choices=("text", "json"), default="text",
        help="text for people, json for programs (stdout is then JSON only)",
    )  # fmt: skip


def lock_file(command: argparse.ArgumentParser) -> None:
    """``--lock`` of a command that compares with one."""
    command.add_argument("--lock", metavar="FILE", default=LOCK, help=f"the lock (default: {LOCK})")
