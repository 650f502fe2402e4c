"""A folder of counterexamples: one file each, named by its content, replayed before a search."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ...proofs.language import Claimed
from .examination import examine
from .results import Examination
from .scenario import Scenario, ScenarioError
from .serial import MAX_TEXT, from_json, to_json

DIGITS = 24
"""Hexadecimal digits of the SHA-256 of a file that its name has."""
_NAME = re.compile(rf"(?P<label>[A-Za-z0-9_.'-]{{1,120}})-(?P<digest>[0-9a-f]{{{DIGITS}}})\.json")
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def default_folder() -> Path:
    """``.ratecert/counterexamples`` where one works; git ignores it in this repository."""
    return Path(".ratecert") / "counterexamples"


def read_scenario(path: Path) -> Scenario:
    """The scenario in a file, wherever it is.

    Raises:
        ScenarioError: it cannot be read, or is no scenario; the message begins with the path.
    """
    try:
        return from_json(_read(path))
    except ScenarioError as error:
        raise ScenarioError(str(path), str(error)) from error
    except OSError as error:
        raise ScenarioError(str(path), error.strerror or type(error).__name__) from error


def _read(path: Path) -> bytes:
    """At most ``MAX_TEXT`` bytes and one of a regular file; never waits for a pipe."""
    descriptor = os.open(path, _READ)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ScenarioError("", "not a regular file")
        return file.read(MAX_TEXT + 1)


@dataclass(frozen=True)
class Stored:
    """A counterexample and the file it is in."""

    path: Path
    scenario: Scenario


@dataclass(frozen=True)
class Unreadable:
    """A file that is no stored counterexample; ``reason`` says why, and what to do."""

    path: Path
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass(frozen=True)
class Contents:
    """What a store holds: files in the order of their names, and those that cannot be used."""

    stored: tuple[Stored, ...]
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True)
class Replayed:
    """What becomes of a stored scenario with the claim as it is stated now.

    ``examination`` is None where the claim says nothing of it any more (a constant that is gone,
    say); ``trouble`` tells.
    """

    path: Path
    scenario: Scenario
    examination: Examination | None
    trouble: str = ""

    @property
    def violated(self) -> bool:
        """Is it still a counterexample?"""
        return self.examination is not None and self.examination.outcome == "violated"


class Store:
    """Counterexamples as JSON files in ``folder``, which is made when the first is added.

    A file is named by its claim and by the digest of its bytes. So one that was edited, cut off or
    renamed is noticed: it is reported, and stands in the way of no other.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = default_folder() if folder is None else folder

    def path(self, scenario: Scenario) -> Path:
        """Where a scenario belongs."""
        return self.folder / _name(scenario, to_json(scenario).encode())

    def add(self, scenario: Scenario) -> Path:
        """Write a scenario; it is there as a whole, or not at all. Returns its file.

        Raises:
            ScenarioError: the folder cannot be written in.
        """
        data = to_json(scenario).encode()
        path = self.path(scenario)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".", suffix=".new", dir=self.folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, path)
            except BaseException:
                with suppress(OSError):
                    os.unlink(name)
                raise
        except OSError as error:
            trouble = error.strerror or type(error).__name__
            raise ScenarioError(str(path), f"cannot be written: {trouble}") from error
        return path

    def contents(self, label: str | None = None) -> Contents:
        """All that is stored, or all of one claim, and every file that cannot be used.

        Raises:
            ScenarioError: the folder is there and cannot be listed.
        """
        try:
            names = sorted(p.name for p in self.folder.iterdir()) if self.folder.exists() else []
        except OSError as error:
            trouble = error.strerror or type(error).__name__
            raise ScenarioError(str(self.folder), f"cannot be listed: {trouble}") from error
        stored: list[Stored] = []
        unreadable: list[Unreadable] = []
        for name in names:
            parsed = _NAME.fullmatch(name)
            if not name.endswith(".json") or name.startswith("."):
                continue
            if label is not None and parsed is not None and parsed["label"] != _safe(label):
                continue
            found = self._load(self.folder / name)
            if isinstance(found, Unreadable):
                unreadable.append(found)
            elif label is None or found.scenario.claim == label:
                stored.append(found)
        return Contents(tuple(stored), tuple(unreadable))

    def for_claim(self, label: str) -> tuple[Stored, ...]:
        """The counterexamples of one claim; files that cannot be used are left out."""
        return self.contents(label).stored

    def _load(self, path: Path) -> Stored | Unreadable:
        try:
            data = _read(path)
            scenario = from_json(data)
        except OSError as error:
            trouble = error.strerror or type(error).__name__
            return Unreadable(path, f"cannot be read ({trouble}): see to its permissions")
        except ScenarioError as error:
            return Unreadable(path, f"no counterexample: {error}. Delete the file")
        wanted = _name(scenario, data)
        if path.name != wanted:
            return Unreadable(
                path,
                "changed since it was written: delete it, or look at it with `ratecert attack "
                f"--replay` and, if it is meant, name it {wanted}",
            )
        return Stored(path, scenario)


def _name(scenario: Scenario, data: bytes) -> str:
    return f"{_safe(scenario.claim)}-{sha256(data).hexdigest()[:DIGITS]}.json"


def _safe(label: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.'-]", "_", label)[-80:]


def replay(
    store: Store, claim: Claimed, *, without: Collection[str | int] = ()
) -> tuple[Replayed, ...]:
    """Examine every stored scenario of a claim again, as the claim is stated now.

    Args:
        store: where they are.
        claim: of any theory.
        without: as for ``examine``.
    """
    found = []
    for stored in store.for_claim(claim.label):
        try:
            examination = examine(stored.scenario, claim=claim, without=without)
        except ScenarioError as error:
            found.append(Replayed(stored.path, stored.scenario, None, str(error)))
        else:
            found.append(Replayed(stored.path, stored.scenario, examination))
    return tuple(found)
