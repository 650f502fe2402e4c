"""What is to be checked: from ``[tool.ratecert]`` of pyproject.toml, options and arguments.

    [tool.ratecert]
    theories = ["proofs/*.py", "adamw"]   # files and globs below this folder; shipped theories
    lock = "ratecert.lock"                # the default, if there is one; false: none

Nothing is loaded here beside pytest.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from ..proofs.record.options import LOCK

KEYS = ("theories", "lock")
_GLOB = frozenset("*?[")
_NO_THEORIES = ("__init__.py", "conftest.py", "setup.py")
"""What a glob of theories leaves out."""


@dataclass
class Plan:
    """What is to be checked.

    ``files``: theory files, resolved; False if it is no error that one states nothing, since it was
    found by a glob. ``shipped``: names of shipped theories, each with the claims asked for by node
    id (none: all of them). ``lock``: to be compared with, as far as it holds the theories
    ``locked`` (None: whole).
    """

    files: dict[Path, bool] = field(default_factory=dict)
    shipped: dict[str, list[str]] = field(default_factory=dict)
    lock: Path | None = None
    locked: tuple[str, ...] | None = None
    cached: bool = True
    header: str = ""


@dataclass(frozen=True)
class Named:
    """One theory that was named: a file, or a shipped theory (``path`` is None)."""

    name: str
    path: Path | None = None
    globbed: bool = False


def plan(config: pytest.Config, project: Path) -> Plan | None:
    """What is to be checked in this run; ``UsageError`` says what is wrong with the settings.

    What the project names is collected with the project: if pytest is started in its root without
    arguments. Else of its files those below the arguments are. What ``--ratecert`` names always is.
    """
    table = _table(project)
    options = dict.fromkeys(config.getoption("ratecert"))
    if table is None and not options:
        return None
    table = table or {}
    own = [*_listed(table, project)]
    extra = [
        n for name in options if name
        for n in _named(name, config.invocation_params.dir, f"--ratecert {name}")
    ]  # fmt: skip
    if "" in options:
        extra += _arguments(config)
        if not (own or extra):
            raise pytest.UsageError(
                "--ratecert: no theory is named: add one (--ratecert my_theory.py), or name them "
                f"in {project.name} ([tool.ratecert] theories)"
            )
    whole = _whole(config) and bool(table)
    asked = [*(own if whole else ()), *extra]
    lock = _lock(config, table, project)
    made = Plan(lock=lock, cached=not config.getoption("no_ratecert_cache"))
    for one in (*extra, *own):
        if one.path is not None:
            made.files.setdefault(one.path.resolve(), not one.globbed)
    for one in asked:
        if one.path is None:
            made.shipped[one.name] = []
    if extra and not whole:
        made.locked = tuple(str(one.path or one.name) for one in extra)
    _by_node_id(config, made, [one.name for one in (*own, *extra) if one.path is None])
    paths = [one.path for one in asked if one.path is not None]
    paths += [lock] if lock is not None and (whole or extra) else []
    present = {config.invocation_params.dir / a.partition("::")[0] for a in config.args}
    config.args += [str(p) for p in dict.fromkeys(paths) if p not in present]
    shown = [one.name for one in asked] or [one.name for one in own]
    made.header = ", ".join(dict.fromkeys(shown)) or "no theories"
    if lock is not None:
        made.header += f"; lock {_relative(lock, config.rootpath)}"
    return made


def _whole(config: pytest.Config) -> bool:
    """Was pytest started in the root of the project, without arguments?"""
    source, sources = config.args_source, pytest.Config.ArgsSource
    at_root = config.invocation_params.dir == config.rootpath
    return source is sources.TESTPATHS or (source is sources.INVOCATION_DIR and at_root)


# --- pyproject.toml ---------------------------------------------------------------------------


def _table(project: Path) -> Mapping[str, Any] | None:
    """``[tool.ratecert]``; None if there is none."""
    try:
        found = tomllib.loads(project.read_text(encoding="utf-8")).get("tool", {}).get("ratecert")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise pytest.UsageError(f"{project}: {error}") from error
    if found is None:
        return None
    if not isinstance(found, dict):
        raise pytest.UsageError(f"{project}: tool.ratecert must be a table, not {_shown(found)}")
    for key in found:
        if key not in KEYS:
            hint = _nearest(key, KEYS) or f" (known: {', '.join(KEYS)})"
            raise pytest.UsageError(f"{project}: [tool.ratecert] has no key {key!r}{hint}")
    return found


def _listed(table: Mapping[str, Any], project: Path) -> Iterator[Named]:
    """The theories a project names."""
    value, key = table.get("theories", []), f"{project}: [tool.ratecert] theories"
    if not isinstance(value, list):
        example = repr([value]).replace("'", '"') if isinstance(value, str) else '["proofs/*.py"]'
        raise pytest.UsageError(f"{key} must be a list, such as {example}, not {_shown(value)}")
    for entry in value:
        if not isinstance(entry, str):
            raise pytest.UsageError(f"{key}: {_shown(entry)} is no name: write file names, globs "
                                    "and names of shipped theories as strings")  # fmt: skip
        yield from _named(entry, project.parent, key)


def _lock(config: pytest.Config, table: Mapping[str, Any], project: Path) -> Path | None:
    """The lock to compare with, if any."""
    value, key = table.get("lock", LOCK), f"{project}: [tool.ratecert] lock"
    if value is not False and not (isinstance(value, str) and value):
        raise pytest.UsageError(f"{key} must be a file name, or false, not {_shown(value)}")
    if value is False or config.getoption("no_ratecert_lock"):
        return None
    path = project.parent / value
    if path.is_file():
        return path
    if "lock" in table:
        near = _nearest(value, (p.name for p in project.parent.glob("*.lock")))
        raise pytest.UsageError(
            f"{key}: {value}: no such file{near}; `ratecert lock --lock {value} ...` writes it"
        )
    return None


# --- names ------------------------------------------------------------------------------------


def _named(entry: str, base: Path, key: str) -> Iterator[Named]:
    """What an entry names: a shipped theory, a file, or the files that a glob finds."""
    if entry in _shipped():
        yield Named(entry)
        return
    path = base / entry
    if path.is_file() and path.suffix == ".py":
        yield Named(entry, path)
    elif _GLOB & {*entry} and not path.exists():
        found = list(_matching(entry, base, key))
        if not found:
            raise pytest.UsageError(f"{key}: {entry!r} matches no Python file in {base}")
        yield from (Named(_relative(file, base), file, True) for file in found)
    else:
        raise pytest.UsageError(f"{key}: {_wrong(entry, path, base)}")


def _matching(pattern: str, base: Path, key: str) -> list[Path]:
    try:
        found = sorted(base.glob(pattern))
    except (NotImplementedError, ValueError, IndexError) as error:
        raise pytest.UsageError(f"{key}: {pattern!r}: {error}") from error
    return [p for p in found if p.suffix == ".py" and p.is_file() and p.name not in _NO_THEORIES]


def _wrong(entry: str, path: Path, base: Path) -> str:
    """Why an entry names no theory."""
    if path.is_dir():
        return f"{entry} is a folder: write {entry.rstrip('/')}/*.py"
    if path.exists():
        return f"{entry} is not a Python file"
    files = [_relative(p, base) for p in _siblings(path)]
    hint = _nearest(entry, (*_shipped(), *files))
    if path.suffix == ".py" or "/" in entry:
        return f"{entry}: no such file{hint}"
    return f"no theory {entry!r}{hint} (shipped: {', '.join(_shipped())}; or a .py file)"


def _siblings(path: Path) -> list[Path]:
    try:
        return [p for p in path.parent.iterdir() if p.suffix == ".py"]
    except OSError:
        return []


def _arguments(config: pytest.Config) -> Iterator[Named]:
    """The theories among pytest's own arguments, for ``--ratecert`` without a name."""
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return
    tests: list[str] = config.getini("python_files")
    for argument in config.args:
        name = argument.partition("::")[0]
        path = config.invocation_params.dir / name
        if path.is_file() and path.suffix == ".py":
            if not any(fnmatch(path.name, pattern) for pattern in tests):
                yield Named(name, path)
        elif name in _shipped() and not path.exists():
            yield Named(name)


def _by_node_id(config: pytest.Config, made: Plan, known: Iterable[str]) -> None:
    """Take the arguments ``adamw`` and ``adamw::L1`` out of pytest's, which would look for files.

    A shipped theory is in no file of the project, so that its node ids begin with its name.
    """
    known, kept, ids = {*known}, list[str](), dict[str, list[str]]()
    for argument in config.args:
        name, _, claim = argument.partition("::")
        if name in known and not (config.invocation_params.dir / name).exists():
            ids.setdefault(name, []).append(claim)
        else:
            kept.append(argument)
    config.args[:] = kept
    for name, claims in ids.items():
        made.shipped[name] = [] if "" in claims else claims


def _shipped() -> Iterable[str]:
    """Names of shipped theories; imported late: most projects that mention ratecert name none."""
    from ..proofs.theorems import SHIPPED

    return SHIPPED


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, [*known], 1)
    return f"; did you mean {near[0]}?" if near else ""


def _relative(path: Path, base: Path) -> str:
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else str(path)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
