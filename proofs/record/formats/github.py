"""GitHub's workflow commands: a log for people, then annotations of the files.

Runners obey a line that starts with ``::``, or has ``##[`` in it, wherever it comes from. The log
is therefore put between ``::stop-commands::TOKEN`` and ``::TOKEN::``, where TOKEN is a digest of
the log, which the log itself cannot contain; and in commands all is escaped.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from .. import findings as F
from ..findings import Finding, Told
from .places import below

PER_STEP = 10
"""So many annotations of each kind GitHub shows for a step; it drops the others silently."""
MAX_MESSAGE = 4000


def render(told: Told) -> str:
    """The log and the commands."""
    lines = [log(told), *_annotations("error", told.failing)]
    lines += _annotations("notice", told.news)
    return "\n".join(lines) + "\n"


def log(told: Told) -> str:
    """What is told, in words, out of reach of commands."""
    text = F.text(told.sorted())
    said = f"{text}\n{told.headline}" if text else told.headline
    token = sha256(said.encode("utf-8", "backslashreplace")).hexdigest()
    return f"::stop-commands::{token}\n{said}\n::{token}::"


def _annotations(level: str, findings: Sequence[Finding]) -> list[str]:
    shown = findings if len(findings) <= PER_STEP else findings[: PER_STEP - 1]
    lines = [_annotation(level, finding) for finding in shown]
    more = len(findings) - len(shown)
    if more:
        lines.append(_command(level, {"title": f"{more} more"}, f"{more} more are in the log"))
    return lines


def _annotation(level: str, finding: Finding) -> str:
    properties = {}
    if finding.file:
        properties["file"] = _path(finding.file)
        properties["line"] = str(max(finding.line, 1))
    properties["title"] = f"{finding.claim}: {finding.kind}"
    text = finding.body
    cut = text if len(text) <= MAX_MESSAGE else f"{text[:MAX_MESSAGE]} ..."
    return _command(level, properties, cut)


def _path(file: str) -> str:
    """From the root of the repository, which a runner names; else from here; else as it is."""
    roots = [Path(root) for root in (os.environ.get("GITHUB_WORKSPACE"),) if root]
    for root in (*roots, Path.cwd()):
        inner = below(file, root)
        if inner:
            return inner
    return file


def _command(level: str, properties: dict[str, str], message: str) -> str:
    given = ",".join(f"{name}={attribute(text)}" for name, text in properties.items())
    return f"::{level} {given}::{data(message)}"


def data(text: str) -> str:
    """The message of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def attribute(text: str) -> str:
    """The value of a property."""
    return data(text).replace(":", "%3A").replace(",", "%2C")
