"""Killed at any moment and begun again, an experiment gives the same bytes."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import ratecert
from ratecert.cli import main
from ratecert.numeric_checks.campaign import executors
from ratecert.numeric_checks.campaign import running as campaign_running
from ratecert.numeric_checks.campaign.lock import only_runner
from ratecert.numeric_checks.campaign.store import Store, StoreError
from ratecert.numeric_checks.experiments.plan import PRESETS, runs
from ratecert.numeric_checks.experiments.running import run_all, stored

RUNS = runs(PRESETS["smoke"], models=["cnn-digits-4"], seeds=4, steps=6)
ARGUMENTS = ("experiments", "l1-ratio", "--preset", "smoke", "--models", "cnn-digits-4", "--steps",
             "40")  # fmt: skip


def command(*arguments: str, cache: Path) -> subprocess.Popen[bytes]:
    source = str(Path(ratecert.__file__).absolute().parents[1])
    environment = {**os.environ, "PYTHONPATH": source, "PYTHONDONTWRITEBYTECODE": "1",
                   "RATECERT_CACHE": str(cache)}  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "ratecert", *ARGUMENTS, *arguments], env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def rows(path: Path) -> int:
    if not path.exists():
        return 0
    try:
        with Store(path, write=False) as store:
            return sum(1 for _ in store.rows())
    except StoreError:  # killed while the file was made
        return 0


def test_a_kill_loses_nothing_but_the_run_it_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A process is killed while runs come in; what another makes of it is as if it had not been."""
    for attempt in range(5):  # the process may be done before it is killed
        store = tmp_path / f"killed{attempt}.sqlite"
        process = command("--seeds", "8", "--store", str(store), cache=tmp_path)
        while process.poll() is None and rows(store) < 2:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        left = rows(store)
        if process.returncode == -signal.SIGKILL and left < 8:
            break
    assert process.returncode == -signal.SIGKILL
    assert 2 <= left < 8
    monkeypatch.setenv("RATECERT_CACHE", str(tmp_path))
    told = []
    for kept in (store, tmp_path / "other.sqlite"):
        report = kept.with_suffix(".json")
        more = ("--seeds", "8", "--store", str(kept), "-o", str(report))
        assert main([*ARGUMENTS, *more]) == 0
        told.append((capsys.readouterr(), report.read_bytes()))
    (resumed, one), (whole, other) = told
    assert f"{8 - left} run, {left} reused" in resumed.err
    assert "8 run, 0 reused" in whole.err
    assert (resumed.out, one) == (whole.out, other)


def test_what_is_stored_is_not_run_again(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    assert stored(RUNS, path) == [False] * 4
    first = run_all(RUNS[:2], path, 1)
    assert (first.outcome.ran, first.outcome.reused) == (2, 0)
    assert stored(RUNS, path) == [True, True, False, False]
    both = run_all(RUNS, path, 1)
    assert (both.outcome.ran, both.outcome.reused) == (2, 2)
    assert both.records[:2] == first.records
    assert [r.seed for r in both.records] == [0, 1, 2, 3]


def test_what_a_pool_is_given_can_be_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pools themselves are tested with campaigns."""
    asked = []

    class Sending(executors.InProcess):
        def submit(self, fn, /, *args, **kwargs):
            sent = pickle.loads(pickle.dumps((fn, args)))  # noqa: S301 - our own, just made
            return super().submit(sent[0], *sent[1], **kwargs)

    @contextmanager
    def pool(workers: int):
        asked.append(workers)
        with Sending() as executor:
            yield executor

    monkeypatch.setattr(executors, "pool", pool)
    assert run_all(RUNS, tmp_path / "a", 2).records == run_all(RUNS, tmp_path / "b", 1).records
    assert asked == [2]


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with Store(path, write=True) as store:
        store.describe({"campaign": "quick"})
    with pytest.raises(StoreError, match="holds something else"):
        run_all(RUNS, path, 1)


def test_a_run_that_fails_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    perform = campaign_running.perform

    def broken(kind, task, version):
        if task.seed == 1:
            raise RuntimeError("out of memory")
        return perform(kind, task, version)

    monkeypatch.setattr(campaign_running, "perform", broken)
    found = run_all(RUNS, tmp_path / "store.sqlite", 1)
    assert [r.seed for r in found.records] == [0, 2, 3]
    ((task, reason),) = found.outcome.failed
    assert (task.seed, reason) == (1, "RuntimeError: out of memory")


def test_two_at_once_are_told_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with only_runner(path), pytest.raises(StoreError, match=r"in another file \(--store\)$"):
        run_all(RUNS, path, 1)
