"""Where a finding is, for programs that know a repository by its root."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote


def below(file: str, root: Path) -> str:
    """The path of ``file`` from ``root``, with ``/``; empty if it is not below it."""
    try:
        return Path(file).resolve().relative_to(root.resolve()).as_posix()
    except (OSError, RuntimeError, ValueError):  # loops of links, and NUL in a name
        return ""


def shown(file: str) -> str:
    """The path from here, if it is below; else as it is."""
    return below(file, Path.cwd()) or file


def uri(file: str, root: Path) -> str:
    """A relative reference if ``file`` is below ``root``, else a ``file:`` URI."""
    inner = below(file, root)
    if inner:
        return quote(inner.encode("utf-8", "surrogateescape"))
    try:
        return Path(file).resolve().as_uri()
    except (OSError, RuntimeError, ValueError):
        return quote(file.encode("utf-8", "backslashreplace"))
