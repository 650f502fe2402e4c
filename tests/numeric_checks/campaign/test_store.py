"""The file: what is damaged is named and not believed, what is stored stays."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ratecert.numeric_checks.campaign.lock import only_runner
from ratecert.numeric_checks.campaign.running import split
from ratecert.numeric_checks.campaign.store import (
    CorruptError,
    FullError,
    Store,
    StoreError,
    aside,
)
from ratecert.numeric_checks.campaign.task import canonical

VERSION = canonical({"code": "0"})


@pytest.fixture
def filled(tmp_path: Path, toys: ModuleType) -> Path:
    """A file with 12 results."""
    path = tmp_path / "a.sqlite"
    with Store(path, write=True) as store:
        store.describe({"campaign": "toys"})
        store.put_all([(t, VERSION, toys.toy(t), aside(0.5)) for t in toys.tasks(12)])
    return path


def sql(path: Path, statement: str, *values: object) -> list[Any]:
    file = sqlite3.connect(path)
    try:
        with file:
            return file.execute(statement, values).fetchall()
    finally:
        file.close()


def rows(path: Path) -> tuple[int, list[str]]:
    with Store(path, write=False) as store:
        good, bad = split(store.rows())
    return len(good), [str(one) for one in bad]


def test_what_is_stored_comes_back(filled: Path, toys: ModuleType) -> None:
    with Store(filled, write=False) as store:
        good, bad = split(store.rows())
        assert store.about() == {"campaign": "toys"}
    assert not bad
    assert {row.task.text: row.result for row in good.values()} == {
        t.text: toys.toy(t) for t in toys.tasks(12)
    }
    assert {row.seconds for row in good.values()} == {0.5}
    assert [p.name for p in filled.parent.iterdir()] == ["a.sqlite"]  # no log beside it


@pytest.mark.parametrize(
    ("column", "change", "reason"),
    [
        ("result", "replace(result, '0x1.', '0x0.')", "its checksum is another"),
        ("task", "replace(task, '\"seed\":3', '\"seed\":4')", "its checksum is another"),
        ("aside", "replace(aside, '0.5', '0.6')", "its checksum is another"),
        ("checksum", "substr(checksum, 2) || '0'", "its checksum is another"),
        ("version", "version || ' '", "its checksum is another"),
        ("task", "'{'", "no JSON"),
        ("result", "x'00'", "a cell is no text"),
        ("result", "3", "its checksum is another"),
    ],
)
def test_a_corrupt_row(filled: Path, column: str, change: str, reason: str) -> None:
    key = sql(filled, "SELECT key FROM results WHERE task LIKE '%\"seed\":3,%'")[0][0]
    sql(filled, f"UPDATE results SET {column} = {change} WHERE key = ?", key)
    good, (bad,) = rows(filled)
    assert good == 11
    assert bad.startswith(key[:12])
    assert reason in bad


def test_a_row_under_the_key_of_another(filled: Path) -> None:
    """With a checksum that fits: somebody meant it."""
    from ratecert.numeric_checks.campaign.store import _checksum

    ((key, *cells, _),) = sql(filled, "SELECT * FROM results LIMIT 1")
    false = "0" * 64
    sql(filled, "DELETE FROM results WHERE key = ?", key)
    row = (false, *cells)
    sql(filled, "INSERT INTO results VALUES (?, ?, ?, ?, ?, ?)", *row, _checksum(row))
    good, (bad,) = rows(filled)
    assert good == 11
    assert "under the key of another" in bad


def test_no_result_that_is_none(filled: Path) -> None:
    from ratecert.numeric_checks.campaign.store import _checksum

    (row,) = sql(filled, "SELECT key, task, version, result, aside FROM results LIMIT 1")
    for place, text, reason in (
        (3, "{}", "a result has the fields"),
        (3, '{"evaluations":1,"findings":[{}]}', "a finding has the fields"),
        (4, "[]", "no object"),
    ):
        changed = (*row[:place], text, *row[place + 1 :])
        sql(filled, "REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?)", *changed, _checksum(changed))
        _, (bad,) = rows(filled)
        assert reason in bad


def test_a_damaged_file(filled: Path) -> None:
    data = filled.read_bytes()
    for damaged in (b"x" + data[1:], data[:5000], data[:4096] + b"\0" * 4096 + data[8192:]):
        filled.write_bytes(damaged)
        with pytest.raises(CorruptError, match=r"a.sqlite is damaged .*Move it away"):
            Store(filled, write=False)
        with pytest.raises(CorruptError, match=r"a.sqlite is damaged .*Move it away"):
            Store(filled, write=True)
        assert filled.read_bytes() == damaged


def test_bits_that_rot(filled: Path) -> None:
    """Whichever byte changes: an error, or a row that is named, or nothing that matters."""
    data = filled.read_bytes()
    with Store(filled, write=False) as store:
        whole = {row.key: row.result for row in split(store.rows())[0].values()}
    noticed = 0
    for place in range(4096, len(data), 331):
        filled.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        try:
            with Store(filled, write=False) as store:
                good, bad = split(store.rows())
        except StoreError:
            noticed += 1
            continue
        assert len(good) + len(bad) == 12
        assert {row.key: row.result for row in good.values()}.items() <= whole.items()
        noticed += len(bad)
    assert noticed > 10


def test_files_that_are_none_of_ours(tmp_path: Path, filled: Path) -> None:
    other = tmp_path / "other.sqlite"
    sql(other, "CREATE TABLE t (x)")
    text = tmp_path / "text.sqlite"
    text.write_text("not a database, and long enough to be read as one" * 20)
    before = other.read_bytes(), text.read_bytes()
    for write in (False, True):
        with pytest.raises(StoreError, match="an SQLite file, but no campaign's"):
            Store(other, write=write)
        with pytest.raises(CorruptError, match="not a database"):
            Store(text, write=write)
    assert (other.read_bytes(), text.read_bytes()) == before
    with pytest.raises(StoreError, match="no such file"):
        Store(tmp_path / "none.sqlite", write=False)
    assert not (tmp_path / "none.sqlite").exists()
    (tmp_path / "empty.sqlite").touch()
    with pytest.raises(StoreError, match="holds no campaign yet"):
        Store(tmp_path / "empty.sqlite", write=False)
    sql(filled, "PRAGMA user_version = 99")
    with pytest.raises(StoreError, match=r"by a later ratecert \(format 99, here 1\)"):
        Store(filled, write=True)


def test_a_schema_that_is_not_ours_is_not_used(filled: Path) -> None:
    """A view or a trigger could run whatever its author likes."""
    sql(filled, "ALTER TABLE results RENAME TO kept")
    sql(filled, "CREATE VIEW results AS SELECT * FROM kept")
    with pytest.raises(StoreError, match="its tables are not those of a campaign"):
        Store(filled, write=False)


def test_a_reader_cannot_write(filled: Path, toys: ModuleType) -> None:
    (task,) = toys.tasks(1, seed=99)
    with (
        Store(filled, write=False) as store,
        pytest.raises(StoreError, match="cannot store a result"),
    ):
        store.put(task, VERSION, toys.toy(task), {})


def test_no_room_loses_nothing(filled: Path, toys: ModuleType) -> None:
    tasks = toys.tasks(40, seed=100)
    done = 0
    with Store(filled, write=True) as store:
        pages = store._pragma("page_count")
        store._file.execute(f"PRAGMA max_page_count = {pages + 1}")

        def fill() -> None:
            nonlocal done
            for task in tasks:
                store.put(task, VERSION, toys.toy(task), {})
                done += 1

        with pytest.raises(FullError, match=r"disk is full.*campaign resume"):
            fill()
        assert rows(filled) == (12 + done, [])
        store._file.execute(f"PRAGMA max_page_count = {pages + 1000}")
        store.put(tasks[done], VERSION, toys.toy(tasks[done]), {})
    assert 0 < done < 40
    assert rows(filled) == (13 + done, [])


def test_a_limit_of_the_system(
    tmp_path: Path,
    start: Callable[..., subprocess.Popen[str]],
    campaign: Callable[..., Any],
    toys: ModuleType,
) -> None:
    toys.install(80)
    path, whole = tmp_path / "a.sqlite", tmp_path / "whole.sqlite"

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    arguments = ("campaign", "run", "toys", "--store", path, "--workers", "1")
    process = start(80, *arguments, milliseconds=0, preexec_fn=limited)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2, said
    assert "Every result stored before is safe" in said
    assert f"campaign resume {path}" in said
    good, bad = rows(path)
    assert 0 < good < 80
    assert not bad
    assert campaign("resume", path).code == 0
    assert campaign("run", "toys", "--store", whole).code == 0
    reports = [campaign("status", file, "--format", "json") for file in (path, whole)]
    assert reports[0].out == reports[1].out


@contextmanager
def nobody() -> Iterator[None]:
    """Root may write anywhere: become somebody who may not."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_read_only_folder(filled: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.sqlite"
        path.write_bytes(filled.read_bytes())
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        try:
            with nobody():
                assert rows(path) == (12, [])
                with pytest.raises(StoreError, match=r"a.sqlite: cannot .*readonly.*--store"):
                    Store(path, write=True)
                new = Path(folder) / "new.sqlite"
                with pytest.raises(StoreError, match=r"new.sqlite: cannot open.*--store"):
                    Store(new, write=True)
                with pytest.raises(StoreError, match=r"cannot make the folder.*--store"):
                    Store(Path(folder) / "sub" / "new.sqlite", write=True)
                with pytest.raises(StoreError, match="cannot write in"), only_runner(new):
                    pass
        finally:
            Path(folder).chmod(0o755)


def test_forgetting(filled: Path) -> None:
    keys = [key for (key,) in sql(filled, "SELECT key FROM results")]
    with Store(filled, write=True) as store:
        assert store.forget({*keys[:5]}) == 7
    assert rows(filled) == (5, [])
