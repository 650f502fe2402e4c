"""Results in one SQLite file, each committed by itself.

A kill at any moment loses at most the result being written: SQLite's rollback journal is replayed
by whoever opens the file next. (A write-ahead log would leave two more files to be carried along,
and could not be read in a folder that is read-only.) Every row has a digest of itself, and its key
is that of its task and version; a row that does not fit is never believed, but named. Data of a
file are only ever read as canonical JSON.
"""

from __future__ import annotations

import platform
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .named import CampaignError
from .task import Result, Task, TaskError, canonical, digest, parsed
from .version import key_of

APPLICATION = 0x72636572
"""``rcer``: marks an SQLite file as one of ours."""
SCHEMA = 1
NOTHING = "holds no campaign yet; `ratecert campaign run NAME --store FILE` writes one"
PATIENCE = 30.0
"""Seconds to wait while another process writes."""
_TABLES = {
    "about": "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "results": "CREATE TABLE results (key TEXT PRIMARY KEY, task TEXT NOT NULL, "
    "version TEXT NOT NULL, result TEXT NOT NULL, aside TEXT NOT NULL, checksum TEXT NOT NULL) "
    "WITHOUT ROWID",
}


class StoreError(CampaignError):
    """The file cannot be used; names it, the cause and the remedy."""


class CorruptError(StoreError):
    """The file is damaged as a whole."""


class FullError(StoreError):
    """A result could not be written; those before it are safe."""


@dataclass(frozen=True)
class Stored:
    """A result as it was stored. ``aside``: seconds, time and processor, no part of the result."""

    key: str
    task: Task
    version: str
    result: Result
    aside: Mapping[str, Any]

    @property
    def seconds(self) -> float:
        """CPU time of the task, where it ran."""
        found = self.aside.get("seconds")
        return float(found) if isinstance(found, int | float) else 0.0


@dataclass(frozen=True)
class Corrupt:
    """A row that is not believed: its key, as far as it can be read, and why."""

    key: str
    task: str
    reason: str

    def __str__(self) -> str:
        return f"{self.key[:12]}{f' ({self.task})' if self.task else ''}: {self.reason}"


class Store:
    """A campaign's file. Use it in a ``with`` statement, or ``close`` it.

    Args:
        path: the file.
        write: make it if it is not there, and allow to write.

    Raises:
        StoreError: there is no such file, it is none of ours, or it cannot be opened.
        CorruptError: it is damaged.
    """

    def __init__(self, path: Path, *, write: bool) -> None:
        self.path = path.absolute()
        if write:
            self._make_folder()
        elif not self.path.is_file():
            raise StoreError(f"{path}: no such file")
        mode = "rwc" if write else "rw"  # rw: what a killed process began must be rolled back
        with self._told("open"):
            self._file = sqlite3.connect(
                f"{self.path.as_uri()}?mode={mode}", uri=True, timeout=PATIENCE,
                isolation_level=None, check_same_thread=False,
            )  # fmt: skip
        try:
            with self._told("read"):
                self._begin(write)
        except BaseException:
            self._file.close()
            raise

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"cannot make the folder {self.path.parent}: {error.strerror}; "
                "name a file elsewhere with --store"
            ) from error

    def _begin(self, write: bool) -> None:
        run = self._file.execute
        run("PRAGMA trusted_schema = OFF")
        run("PRAGMA cell_size_check = ON")
        if not write:
            run("PRAGMA query_only = ON")
        else:
            run("PRAGMA journal_mode = DELETE")
            run("PRAGMA synchronous = FULL")
            run("BEGIN IMMEDIATE")
            try:
                if not self._schema() and not self._pragma("application_id"):
                    for statement in _TABLES.values():
                        run(statement)
                    run(f"PRAGMA application_id = {APPLICATION}")
                    run(f"PRAGMA user_version = {SCHEMA}")
            finally:
                run("COMMIT")
        self._require_ours()
        (found,) = run("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise self._damaged(str(found).splitlines()[-1])
        if write:  # what cannot be written says so now, and not after the first task
            run(f"PRAGMA user_version = {SCHEMA}")

    def _pragma(self, name: str) -> int:
        return int(self._file.execute(f"PRAGMA {name}").fetchone()[0])

    def _schema(self) -> dict[str, str]:
        rows = self._file.execute("SELECT name, sql FROM sqlite_master").fetchall()
        return {str(name): str(sql) for name, sql in rows}

    def _require_ours(self) -> None:
        schema, version = self._schema(), self._pragma("user_version")
        if not schema and not version:
            raise StoreError(f"{self.path}: {NOTHING}")
        if self._pragma("application_id") != APPLICATION:
            raise StoreError(f"{self.path}: an SQLite file, but no campaign's")
        if version > SCHEMA:
            raise StoreError(
                f"{self.path}: written by a later ratecert (format {version}, here {SCHEMA}); "
                "update ratecert, or name another file with --store"
            )
        if schema != _TABLES or version != SCHEMA:
            raise StoreError(f"{self.path}: its tables are not those of a campaign; move it away")

    def _damaged(self, reason: str) -> CorruptError:
        return CorruptError(
            f"{self.path} is damaged ({reason}): none of it is believed. Move it away and run the "
            f"campaign again, or try what `sqlite3 {self.path.name} .recover` can save: rows that "
            "are whole are recognised"
        )

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Turn errors of SQLite into ours."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            reason = f"{self.path}: cannot {what}: {error}"
            if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise self._damaged(str(error)) from error
            if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
                raise FullError(
                    f"{reason} (is the disk full, or a quota or limit reached?). Every result "
                    "stored before is safe: make room and run `ratecert campaign resume "
                    f"{self.path}`"
                ) from error
            if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
                raise StoreError(
                    f"{reason} (may this user write in {self.path.parent}?); name a file elsewhere "
                    "with --store"
                ) from error
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise StoreError(f"{reason}; another process writes: try again") from error
            raise StoreError(reason) from error

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *about: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    # --- what the file is about -----------------------------------------------------------------

    def about(self) -> dict[str, Any]:
        """What the campaign is; empty if that was not written yet.

        Raises:
            CorruptError: it cannot be read.
        """
        with self._told("read"):
            rows = self._file.execute("SELECT name, value FROM about").fetchall()
        try:
            return {str(name): parsed(value) for name, value in rows}
        except (TaskError, TypeError) as error:
            raise self._damaged(f"table about: {error}") from error

    def describe(self, about: Mapping[str, Any]) -> None:
        """Write what the campaign is; raises ``StoreError``."""
        with self._told("write"), self._transaction():
            self._file.execute("DELETE FROM about")
            rows = [(name, canonical(value)) for name, value in about.items()]
            self._file.executemany("INSERT INTO about VALUES (?, ?)", rows)

    # --- results ------------------------------------------------------------------------------

    def put(self, task: Task, version: str, result: Result, aside: Mapping[str, Any]) -> None:
        """Store a result for good: it is on the disk when this returns.

        Raises:
            FullError: there is no room. Nothing stored before is lost.
            StoreError: it cannot be written for another reason.
        """
        self.put_all([(task, version, result, aside)])

    def put_all(self, results: Iterable[tuple[Task, str, Result, Mapping[str, Any]]]) -> None:
        """Store several results, all or none; raises as ``put`` does."""
        rows = [
            (key_of(task.text, version), task.text, version, result.text, canonical(dict(noted)))
            for task, version, result, noted in results
        ]
        with self._told("store a result"), self._transaction():
            self._file.executemany(
                "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?)",
                [(*row, _checksum(row)) for row in rows],
            )

    def forget(self, keep: set[str]) -> int:
        """Remove the results of all keys but these; returns how many. Raises ``StoreError``."""
        with self._told("remove results"), self._transaction():
            rows = self._file.execute("SELECT key FROM results").fetchall()
            gone = [row for row in rows if row[0] not in keep]
            self._file.executemany("DELETE FROM results WHERE key IS ?", gone)
        return len(gone)

    def rows(self) -> Iterator[Stored | Corrupt]:
        """Every row, by key.

        Raises:
            CorruptError: the file cannot be read on.
        """
        with self._told("read"), closing(self._file.cursor()) as cursor:
            cursor.execute("SELECT * FROM results ORDER BY key")
            while row := cursor.fetchone():
                yield _read(row)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._file.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # SQLite may have rolled back by itself
                self._file.execute("ROLLBACK")
            raise


def aside(seconds: float) -> dict[str, Any]:
    """What is noted beside a result made here and now."""
    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {"seconds": round(seconds, 6), "made": made, "processor": _processor()}


@cache
def _processor() -> str:
    """Its model, for whoever wonders why two machines do not agree."""
    with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.machine()


def _checksum(row: tuple[str, ...]) -> str:
    return digest(canonical(list(row)))


def _read(row: tuple[Any, ...]) -> Stored | Corrupt:
    """A row, if everything about it fits."""
    if not all(type(cell) is str for cell in row):
        return Corrupt(str(row[0]), "", "a cell is no text")
    key, task, version, result, noted, checksum = row
    title = ""
    try:
        found = Task.from_json(parsed(task))
        title = found.title
        if checksum != _checksum(row[:-1]):
            return Corrupt(key, title, "its checksum is another")
        if key != key_of(task, version):
            return Corrupt(key, title, "it is stored under the key of another task or version")
        about = parsed(noted)
        if not isinstance(about, dict):
            return Corrupt(key, title, "what is noted beside it is no object")
        return Stored(key, found, version, Result.from_json(parsed(result)), about)
    except TaskError as error:
        return Corrupt(key, title, str(error))
