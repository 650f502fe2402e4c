"""Runs that are killed, interrupted, spread over workers and shards give the same bytes."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecert.numeric_checks.campaign import executors
from ratecert.numeric_checks.campaign.bar import described, progress_bar
from ratecert.numeric_checks.campaign.lock import only_runner
from ratecert.numeric_checks.campaign.named import Campaign, CampaignError
from ratecert.numeric_checks.campaign.pace import Pace
from ratecert.numeric_checks.campaign.running import DiedError, keyed, run_tasks
from ratecert.numeric_checks.campaign.settings import Shard
from ratecert.numeric_checks.campaign.store import Store, StoreError
from ratecert.numeric_checks.campaign.task import Result, Task
from ratecert.numeric_checks.campaign.version import ChangedError, Versions


def report(campaign: Callable[..., Any], path: Path) -> str:
    found = campaign("status", path, "--format", "json")
    assert found.code == 0
    assert found.err == ""
    return str(found.out)


@pytest.fixture
def whole(tmp_path: Path, campaign: Callable[..., Any]) -> str:
    """The report of the campaign, run in this process without interruption."""
    path = tmp_path / "whole.sqlite"
    assert campaign("run", "toys", "--store", path).code == 0
    return report(campaign, path)


def test_kills_at_random_moments(tmp_path: Path) -> None:
    """Run campaign_kills.py for more of them."""
    import campaign_kills

    found = campaign_kills.trial(tmp_path, kills=6, workers=1, seed=1, each=8)
    assert found.kills == 6
    assert 0 < found.done[-1] < 48
    assert found.done == sorted(found.done)
    assert not found.corrupt
    assert found.killed == found.whole != ""


def test_two_workers(tmp_path: Path, campaign: Callable[..., Any], whole: str) -> None:
    path = tmp_path / "two.sqlite"
    assert campaign("run", "toys", "--store", path, "--workers", 2).code == 0
    assert report(campaign, path) == whole


@pytest.mark.parametrize("shards", range(1, 6))
def test_shards_merged(
    tmp_path: Path, campaign: Callable[..., Any], whole: str, shards: int
) -> None:
    parts = [tmp_path / f"{n}.sqlite" for n in range(1, shards + 1)]
    done = [
        campaign("run", "toys", "--store", path, "--shard", f"{n}/{shards}", "--format", "json")
        for n, path in enumerate(parts, start=1)
    ]
    assert [one.code for one in done] == [0] * shards
    assert sum(one.json["tasks"]["done"] for one in done) == 12
    merged = tmp_path / "all.sqlite"
    assert campaign("merge", *reversed(parts), "-o", merged).code == 0
    assert report(campaign, merged) == whole


@given(st.integers(1, 40), st.integers(0, 60))
def test_shards_are_disjoint_and_whole(of: int, number: int) -> None:
    tasks = [Task("toy", str(n)) for n in range(number)]
    shards = [Shard(n, of).of_tasks(tasks) for n in range(1, of + 1)]
    assert sorted(chain(*shards), key=lambda t: int(t.subject)) == tasks
    assert max(map(len, shards)) - min(map(len, shards)) <= 1


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "1/0", "a/b", "-1/2", "1/99999999", "١/٢"])
def test_what_is_no_shard(text: str) -> None:
    with pytest.raises(CampaignError, match="no shard"):
        Shard.parse(text)


def test_dask(tmp_path: Path, toys: ModuleType, campaign: Callable[..., Any], whole: str) -> None:
    distributed = pytest.importorskip("distributed")
    path = tmp_path / "dask.sqlite"
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
    ) as local:
        found = campaign("run", "toys", "--store", path, "--dask", local.scheduler_address)
        assert found.code == 0
    assert report(campaign, path) == whole


def test_no_dask_scheduler(tmp_path: Path, campaign: Callable[..., Any]) -> None:
    found = campaign("run", "toys", "--store", tmp_path / "a.sqlite", "--dask", "nothing://here")
    assert found.code == 2
    assert "no Dask scheduler at 'nothing://here'" in found.err


# --- interrupts -----------------------------------------------------------------------------------


def begun(process: subprocess.Popen[str], path: Path, least: int = 1) -> None:
    """Wait until results come in."""
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        if path.exists() and path.stat().st_size:
            try:
                with Store(path, write=False) as store:
                    if sum(1 for _ in store.rows()) >= least:
                        return
            except StoreError:
                pass  # not yet
        time.sleep(0.01)
    pytest.fail(f"nothing was stored: {process.communicate()}")


def ends(group: int) -> bool:
    """Does every process of the group end?"""
    for _ in range(400):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(("number", "workers"), [(signal.SIGINT, 2), (signal.SIGTERM, 1)])
def test_an_interrupt_stores_what_runs(
    tmp_path: Path,
    start: Callable[..., subprocess.Popen[str]],
    campaign: Callable[..., Any],
    toys: ModuleType,
    number: int,
    workers: int,
) -> None:
    path = tmp_path / "a.sqlite"
    process = start(900, "campaign", "run", "toys", "--store", path, "--workers", workers)
    begun(process, path)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
    else:
        process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "what runs is finished and stored" in said
    stored = int(re.findall(r"interrupted; (\d+) of 900 tasks are stored", said)[0])
    assert f"ratecert campaign resume {path}" in said
    assert 0 < stored < 900
    toys.install(900, 5)
    found = campaign("status", path, "--format", "json").json
    assert found["tasks"]["done"] == stored
    assert found["corrupt"] == []
    assert ends(process.pid)


def test_a_second_interrupt_drops_what_runs(
    tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    path = tmp_path / "a.sqlite"
    process = start(
        4, "campaign", "run", "toys", "--store", path, "--workers", 2, milliseconds=60_000
    )
    while not path.exists():
        time.sleep(0.02)
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.8)
    assert process.poll() is None  # it waits for what runs
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130, said
    assert "interrupted; 0 of 4 tasks are stored" in said
    assert ends(process.pid)


def test_no_worker_outlives_a_kill(
    tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    path = tmp_path / "a.sqlite"
    process = start(900, "campaign", "run", "toys", "--store", path, "--workers", 2)
    begun(process, path)
    process.kill()
    process.wait()
    assert ends(process.pid)


def test_two_runners_on_one_file(
    tmp_path: Path, start: Callable[..., subprocess.Popen[str]], campaign: Callable[..., Any]
) -> None:
    path = tmp_path / "a.sqlite"
    process = start(900, "campaign", "run", "toys", "--store", path, "--workers", 1)
    begun(process, path)
    second = campaign("resume", path)
    assert second.code == 2
    assert f"process {process.pid} is running this campaign" in second.err
    # Reading is allowed: the tasks are others here (no sleep), so that none of them is done.
    assert campaign("status", path, "--format", "json").json["others"] > 0
    process.kill()
    process.wait()
    with only_runner(path):  # the lock goes with the process
        pass


# --- failures -------------------------------------------------------------------------------------


def go(tmp_path: Path, tasks: list[Task], workers: int = 1) -> tuple[Any, list[str]]:
    versions = Versions()
    with Store(tmp_path / "a.sqlite", write=True) as store:
        where = executors.pool(workers) if workers > 1 else executors.in_process()
        with where as executor:
            outcome = run_tasks(keyed(tasks, versions), store, executor, workers, versions)
        stored = [row.task.kind for row in store.rows()]  # type: ignore[union-attr]
    return outcome, stored


def test_a_task_that_fails_is_no_result(tmp_path: Path, toys: ModuleType) -> None:
    tasks = [*toys.tasks(2), Task("failing", "x"), *toys.tasks(2, seed=50)]
    outcome, stored = go(tmp_path, tasks)
    assert outcome.failed == [(tasks[2], "ArithmeticError: planted")]
    assert (outcome.ran, outcome.reused, outcome.left) == (4, 0, 0)
    assert stored == ["toy"] * 4
    again, stored = go(tmp_path, tasks)
    assert (again.ran, again.reused, len(again.failed)) == (0, 4, 1)


def test_a_worker_that_dies(tmp_path: Path, toys: ModuleType) -> None:
    with pytest.raises(DiedError, match=r"a worker died .* Resume with fewer --workers"):
        go(tmp_path, [*toys.tasks(1), Task("dying", "x")], workers=2)


def test_a_source_that_changes_ends_the_run(
    tmp_path: Path,
    toys: ModuleType,
    campaign: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ratecert.numeric_checks.campaign import kinds, version

    true, path, begun = version._stamp, tmp_path / "a.sqlite", list[Task]()

    def edited(task: Task) -> Result:
        begun.append(task)
        return toys.toy(task)

    monkeypatch.setitem(kinds._REGISTERED, "toy", replace(toys.TOY, run=edited))
    monkeypatch.setattr(version, "_stamp", lambda f: (0, 0, 0) if len(begun) > 3 else true(f))
    found = campaign("run", "toys", "--store", path)
    assert found.code == 3
    assert "was changed while the campaign ran" in found.err
    monkeypatch.undo()
    assert campaign("status", path, "--format", "json").json["tasks"]["done"] == 3


def test_workers_of_another_version_end_the_run(
    tmp_path: Path, toys: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ratecert.numeric_checks.campaign import version

    tasks = toys.tasks(3)
    with monkeypatch.context() as patch:
        patch.setattr(version, "FORMAT", 0)
        here = keyed(tasks, Versions())
    for workers in (1, 2):
        where = executors.pool(workers) if workers > 1 else executors.in_process()
        with (
            Store(tmp_path / "a.sqlite", write=True) as store,
            pytest.raises(ChangedError, match=r"another version of the result \(format\)"),
            where as executor,
        ):
            run_tasks(here, store, executor, workers, Versions())
        with Store(tmp_path / "a.sqlite", write=False) as store:
            assert not [*store.rows()]


def test_findings_exit_with_1(
    tmp_path: Path, campaign: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ratecert.numeric_checks.campaign import named

    listed = [Task("toy", "toy.false"), Task("toy", "toy.a"), Task("failing", "x")]
    for name, tasks in (("false", listed[:2]), ("failing", listed[1:]), ("none", [])):
        monkeypatch.setitem(
            named.CAMPAIGNS, name, Campaign(name, "", lambda seed, tasks=tasks: tasks)
        )
    found = campaign("run", "false", "--store", tmp_path / "1.sqlite")
    assert found.code == 1
    assert re.search(r"✗ violated +toy.false", found.out)
    assert "toy.false violated in toy toy.false, seed 0: word " in found.out
    assert campaign("status", tmp_path / "1.sqlite").code == 1
    found = campaign("run", "failing", "--store", tmp_path / "2.sqlite")
    assert found.code == 3
    assert "failing x, seed 0 failed: ArithmeticError: planted" in found.err
    assert campaign("status", tmp_path / "2.sqlite").code == 0
    assert campaign("run", "none", "--store", tmp_path / "3.sqlite").code == 4


# --- progress -------------------------------------------------------------------------------------


def test_the_time_left(toys: ModuleType) -> None:
    tasks = [Task("toy", str(n), budget=2) for n in range(4)] + [Task("other", "x", budget=1000)]
    pace = Pace(7, 2, tasks)
    assert pace.done == 2
    assert pace.left is None
    pace.timed(Task("toy", "earlier", budget=1), 3.0)
    assert pace.left == (4 * 6 + 3) / 2  # of a kind that was never timed: the mean task
    pace.finished(tasks[0], 6.0)
    assert pace.left == (3 * 6 + 4.5) / 2
    assert re.fullmatch(r"3/7 tasks, [\d.]+ tasks/(s|min), 11 s left", described(pace))
    for task in tasks[1:]:
        pace.finished(task, 1.0)
    assert described(pace) == "7/7 tasks"
    assert pace.left == 0


def test_lines_where_there_is_no_terminal() -> None:
    out = io.StringIO()
    with progress_bar("campaign x", stream=out, patience=0) as (show, say):
        show(Pace(2, 1, []))
        say("stopping")
    assert out.getvalue() == "campaign x: 2/2 tasks\ncampaign x: stopping\n"
    with progress_bar("campaign x", stream=out, patience=60) as (show, _):
        show(Pace(2, 1, []))
    assert out.getvalue().count("\n") == 2


def test_a_bar_on_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    with progress_bar("campaign [x]", stream=out) as (show, say):
        show(Pace(3, 1, [Task("toy", "a")]))
        say("stopping [now]")
    assert "2/3 tasks" in out.getvalue()
    assert "stopping [now]" in out.getvalue()
