"""``ratecert campaign``: what it says and its exit codes."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ratecert.cli import main
from ratecert.commands import campaign as command
from ratecert.numeric_checks.campaign.named import CAMPAIGNS
from ratecert.numeric_checks.campaign.settings import Settings
from ratecert.numeric_checks.tables import QUICK

Campaign = Callable[..., Any]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RATECERT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_run_by_name(campaign: Campaign, cache: Path) -> None:
    first = campaign("run", "toys")
    assert first.code == 0
    assert re.search(r"✓ holds +toy.a +4 +\d+ +0\.\d{6} +toy toy.a, seed \d+, k = \d+", first.out)
    assert "12 of 12 tasks done (12 holds); 12 run, 0 reused" in first.out
    assert (cache / "campaigns" / "toys.sqlite").exists()
    again = campaign("run", "toys")
    assert "0 run, 12 reused" in again.out
    for words in (("resume", "toys"), ("status", "toys")):
        found = campaign(*words)
        assert found.code == 0
        assert "12 of 12 tasks done" in found.out
    assert first.out.splitlines()[-1] == again.out.splitlines()[-1] == found.out.splitlines()[-1]


def test_json(campaign: Campaign, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    ran = campaign("run", "toys", "--store", path, "--shard", "2/3", "--format", "json")
    found = ran.json
    assert campaign("status", path, "--format", "json").out == ran.out
    assert found["schema"] == 1
    assert found["campaign"] == {"campaign": "toys", "seed": 0, "only": [], "shard": "2/3"}
    assert found["tasks"] == {"all": 12, "own": 4, "done": 4, "left": 0}
    assert found["verdicts"] == {"holds": 4, "violated": 0, "undecided": 0}
    (claim,) = found["claims"]  # every third task is of one subject
    ratios = [
        float.fromhex(finding["ratio"])
        for row in found["results"]
        for finding in row["result"]["findings"]
    ]
    assert float.fromhex(claim["ratio"]) == max(ratios)
    assert (claim["id"], claim["verdict"], claim["passed"]) == ("toy.b", "holds", True)
    assert len(found["digest"]) == 64
    assert not re.search("seconds|processor|made", ran.out)


def test_what_is_left_is_told(campaign: Campaign, toys: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    campaign("run", "toys", "--store", path)
    toys.install(20)
    found = campaign("status", path)
    assert found.code == 0
    assert "12 of 20 tasks done (12 holds), 8 left" in found.out
    assert f"To go on: ratecert campaign resume {path}" in found.out
    assert "8 run, 12 reused" in campaign("resume", path).out


def test_results_of_other_versions(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.sqlite"
    with monkeypatch.context() as patch:
        patch.setattr("ratecert.numeric_checks.campaign.version.FORMAT", 0)
        campaign("run", "toys", "--store", path)
    found = campaign("status", path)
    assert found.code == 4
    assert "0 of 12 tasks done, 12 left" in found.out
    assert "12 more results are of another version" in found.out
    found = campaign("resume", path)
    assert "12 run, 0 reused" in found.out
    assert "12 more results" in found.out
    found = campaign("resume", path, "--prune")
    assert "12 results of other versions removed" in found.err
    assert "0 run, 12 reused" in found.out
    assert "more results" not in found.out


def test_a_corrupt_result(campaign: Campaign, tmp_path: Path) -> None:
    path, whole = tmp_path / "a.sqlite", tmp_path / "whole.sqlite"
    for file in (path, whole):
        campaign("run", "toys", "--store", file)
    for change in ("result = result || ' '", "task = '{'"):
        file = sqlite3.connect(path)
        with file:
            file.execute(f"UPDATE results SET {change} WHERE key IN "
                         "(SELECT key FROM results LIMIT 1)")  # fmt: skip
        file.close()
        found = campaign("status", path)
        assert found.code == 1
        assert "11 of 12 tasks done" in found.out
        assert re.search(
            rf"{path}: a result is corrupt and not believed: [0-9a-f]{{12}}", found.err
        )
        assert f"`ratecert campaign resume {path}` computes it again" in found.err
        assert len(campaign("status", path, "--format", "json").json["corrupt"]) == 1
        merged = campaign("merge", path, whole, "-o", tmp_path / "m.sqlite")
        assert merged.code == 2
        assert "1 results are corrupt" in merged.err
        assert not (tmp_path / "m.sqlite").exists()
        found = campaign("resume", path)
        assert found.code == 0
        assert "not believed, computed again" in found.err
        assert "1 run, 11 reused" in found.out
    reports = [campaign("status", file, "--format", "json").out for file in (path, whole)]
    assert reports[0] == reports[1]


def test_merging(campaign: Campaign, tmp_path: Path, toys: ModuleType) -> None:
    one, two, target = (tmp_path / f"{n}.sqlite" for n in ("1", "2", "all"))
    for path in (one, two):
        campaign("run", "toys", "--store", path)
    found = campaign("merge", one, two, "-o", target, "--format", "json").json
    assert (found["results"], found["shared"]) == (12, 12)
    assert found["campaign"]["shard"] == "1/1"
    again = campaign("merge", one, "-o", target)
    assert again.code == 2
    assert "is there already: name a new file with -o" in again.err
    assert {p.name for p in tmp_path.iterdir()} >= {"1.sqlite", "2.sqlite", "all.sqlite"}
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]  # no draft is left
    campaign("run", "toys", "--store", tmp_path / "3.sqlite", "--seed", 1)
    other = campaign("merge", one, tmp_path / "3.sqlite", "-o", tmp_path / "b.sqlite")
    assert other.code == 2
    assert re.search(r"3.sqlite is of the campaign toys, seed 1, .*1.sqlite of toys", other.err)


def test_files_that_contradict_each_other(
    campaign: Campaign, tmp_path: Path, toys: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ratecert.numeric_checks.campaign import kinds
    from ratecert.numeric_checks.campaign.task import Result

    def otherwise(task: Any) -> Result:
        result = toys.toy(task)
        (finding,) = result.findings
        return replace(result, findings=(replace(finding, ratio=finding.ratio / 2),))

    one, two = tmp_path / "1.sqlite", tmp_path / "2.sqlite"
    campaign("run", "toys", "--store", one)
    monkeypatch.setitem(kinds._REGISTERED, "toy", replace(toys.TOY, run=otherwise))
    campaign("run", "toys", "--store", two)
    found = campaign("merge", one, two, "-o", tmp_path / "all.sqlite")
    assert found.code == 1
    assert f"{one} and {two} have different results of toy toy." in found.err
    assert "one of the two is wrong" in found.err
    assert not (tmp_path / "all.sqlite").exists()


def test_one_file_is_about_one_thing(campaign: Campaign, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    campaign("run", "toys", "--store", path, "--only", "toy.a")
    for words in ((), ("--only", "toy.b"), ("--only", "toy.a", "--seed", "1")):
        found = campaign("run", "toys", "--store", path, *words)
        assert found.code == 2
        assert f"{path} holds the campaign toys, only toy.a, not toys" in found.err
        assert f"ratecert campaign resume {path}" in found.err
    assert "4 of 4 tasks done" in campaign("resume", path).out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "qick"), "no campaign 'qick'; did you mean quick? (there are "),
        (("resume", "standart"), "no campaign 'standart'; did you mean standard?"),
        (("status", "quick"), "quick.sqlite: no such file; `ratecert campaign run quick` makes it"),
        (("status", "none.sqlite"), "none.sqlite: no such file"),
        (("merge", "none.sqlite", "-o", "all.sqlite"), "none.sqlite: no such file"),
        (("run", "toys", "--shard", "3/2"), "no shard 3/2: write i/n with 1 <= i <= n"),
        (("run", "toys", "--only", "toy.aa"), "matches no task of toys; nearest: toy.a"),
        (("run", "toys", "--workers", "0"), "--workers must be at least 1"),
        (("run", "toys", "--seed", "4294967296"), "no seed 4294967296"),
        (("run", "toys", "--store", "/proc/x/a.sqlite"), "name a file elsewhere with --store"),
    ],
)
def test_usage(campaign: Campaign, words: tuple[str, ...], message: str) -> None:
    found = campaign(*words)
    assert found.code == 2
    assert message in found.err
    assert found.out == ""


def test_a_task_that_is_listed_twice(
    campaign: Campaign, toys: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    (task,) = toys.tasks(1)
    twice = replace(CAMPAIGNS["toys"], tasks=lambda seed: [task, task])
    monkeypatch.setitem(CAMPAIGNS, "twice", twice)
    found = campaign("run", "twice")
    assert found.code == 2
    assert "the campaign twice lists a task twice" in found.err


def test_an_empty_shard_checks_nothing(campaign: Campaign) -> None:
    found = campaign("run", "toys", "--shard", "13/13")
    assert found.code == 4
    assert "toys, shard 13/13 has no task: nothing was checked" in found.err


def test_without_the_extra(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    found = campaign("run", "toys")
    assert found.code == 2
    assert "pip install 'ratecert[numeric]'" in found.err


def test_the_list(campaign: Campaign, cache: Path) -> None:
    found = campaign("run", "toys", "--list", "--shard", "1/6")
    assert found.out.splitlines() == [
        "toy toy.a, seed 0: 1 evaluations, 1 at a time",
        "toy toy.a, seed 6: 7 evaluations, 1 at a time",
    ]
    assert len(campaign("run", "toys", "--list", "--format", "json").json["tasks"]) == 12
    assert not cache.exists()


@pytest.mark.parametrize("words", [(), ("run",), ("resume",), ("status",), ("merge",)])
def test_help(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert main(["campaign", *words, "--help"]) == 0
    text = capsys.readouterr().out
    assert "exit codes: 0 " in text
    assert max(map(len, text.splitlines())) <= 100


def test_every_campaign_is_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    main(["campaign", "run", "--help"])
    text = capsys.readouterr().out
    for name in CAMPAIGNS:
        assert re.search(rf"campaigns: [^\n]*\b{name}\b", text), name


def test_the_shipped_campaigns_run_every_setup() -> None:
    rows = {(s.name, v.title) for s in QUICK for v in s.variants}
    for name in ("quick", "standard"):
        tasks = [t for t in Settings(name).tasks() if t.kind == "paths"]
        assert {(t.subject, t.family) for t in tasks} == rows
        for setup in QUICK:
            own = [t for t in tasks if t.subject == setup.name]
            assert {t.budget // t.tile for t in own} == {setup.steps}
            for variant in setup.variants:
                seeds = [
                    seed
                    for t in own
                    if t.family == variant.title
                    for seed in range(t.seed, t.seed + t.tile)
                ]
                assert len(seeds) == len({*seeds}) >= setup.seeds


def test_progress_goes_to_stderr(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ratecert.numeric_checks.campaign.bar.PATIENCE", 0)
    found = campaign("run", "toys", "--format", "json")
    json.loads(found.out)
    lines = found.err.splitlines()
    assert lines[0] == "campaign toys: 0/12 tasks, ? tasks/s, ? left"
    assert re.fullmatch(r"campaign toys: 11/12 tasks, [\d.]+ tasks/s, 0 s left", lines[-2])
    assert lines[-1] == "campaign toys: 12/12 tasks"
