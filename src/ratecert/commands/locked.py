"""What ``check --locked`` and ``lock`` share: which theories, and how they differ from the lock."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

from ..proofs.language.loader import LoadError, load
from ..proofs.language.theory import Theory
from ..proofs.record.differences import Difference
from ..proofs.record.lockfile import Lock
from ..proofs.record.locking import Loaded, differences, load_name, lock_of
from ..proofs.theorems import SHIPPED


def named(given: list[str], locked: Lock | None, path: Path) -> list[str]:
    """The theories to load: those named, those locked, the project's own, or all shipped ones."""
    if given or locked is None:
        return given or project_theories() or [*SHIPPED]
    found = dict.fromkeys(theory["load"] for theory in locked.theories.values())
    return [str(path.parent / n) if n.endswith(".py") else n for n in found]


def project_theories(folder: Path | None = None) -> list[str]:
    """The theories of ``[tool.ratecert]`` in the folder's pyproject.toml; empty if there are none.

    Raises:
        LoadError: the file cannot be read, or its ``theories`` is no list of names and patterns.
    """
    folder = folder or Path()
    project = folder / "pyproject.toml"
    if not project.is_file():
        return []
    try:
        tools = tomllib.loads(project.read_text("utf-8")).get("tool", {})
        names = tools.get("ratecert", {}).get("theories", [])
    except (OSError, ValueError, AttributeError) as error:
        raise LoadError(f"{project}: {error}") from error
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise LoadError(
            f"{project}: [tool.ratecert] theories must be a list of names, files, globs"
        )
    found: list[str] = []
    for name in names:
        if name in SHIPPED:
            found.append(name)
            continue
        files = sorted(str(path) for path in folder.glob(name) if path.is_file())
        if not files:
            raise LoadError(f"{project}: [tool.ratecert] theories: {name!r} is no theory or file")
        found += files
    return [*dict.fromkeys(found)]


def load_all(
    wanted: Iterable[str], loading: Callable[[str], list[Theory]] | None = None
) -> list[Loaded]:
    """The theories, with all their claims."""
    every = [(name, theory) for name in dict.fromkeys(wanted) for theory in (loading or load)(name)]
    return [Loaded(name, theory, list(theory.claims.values())) for name, theory in every]


def compared(path: Path, locked: Lock, loaded: list[Loaded]) -> list[Difference]:
    """How the claims that were checked differ from the lock, which may hold others as well."""
    partial = {o.name for o in loaded if len(o.claims) < len(o.theory.claims)}
    files = {load_name(one.name, path.parent) for one in loaded if one.name not in partial}
    whole = {one.theory.name for one in loaded if len(one.claims) == len(one.theory.claims)}
    whole |= {name for name, theory in locked.theories.items() if theory["load"] in files}
    labels = {claim.label for one in loaded for claim in one.claims}
    part = locked.only(lambda label: label in labels or label.partition(".")[0] in whole)
    now, _ = lock_of(loaded, path.parent)
    return differences(path, part, now, loaded)
