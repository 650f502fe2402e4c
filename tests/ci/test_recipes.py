"""The hooks for pre-commit and the recipe for GitLab: what they run is run."""

from __future__ import annotations

import re
import shlex
import subprocess
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from scratch import ROOT, weaken

import ratecert
from ratecert.proofs.record.zipapp import build

HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
GITLAB = yaml.safe_load((ROOT / "docs/ci/gitlab.yml").read_text("utf-8"))
JOBS = [name for name in GITLAB if name != "variables"]


def run(script: str, folder: Path, path: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script], cwd=folder, env={"PATH": path, **more},
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


# --- pre-commit -----------------------------------------------------------------------------------


def test_the_hooks_are_well_formed() -> None:
    assert [hook["id"] for hook in HOOKS] == ["ratecert-verify", "ratecert-check-locked"]
    for hook in HOOKS:
        assert {"id", "name", "description", "entry", "language"} <= hook.keys()
        assert hook["language"] == "python" and hook["pass_filenames"] is False
        wanted = ("mine.py", "a/b.py", "ratecert.lock", "ratecert.lock.trace.gz", "a/ratecert.lock")
        assert [name for name in wanted if not re.search(hook["files"], name)] == []
        assert not re.search(hook["files"], "README.md") and not re.search(hook["files"], "x.pyc")


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_lets_a_good_lock_pass_and_stops_a_bad_one(
    hook: dict[str, Any], repository: Path, path: str
) -> None:
    entry = shlex.join(shlex.split(hook["entry"]))  # as pre-commit splits it; no file names follow
    assert run(entry, repository, path).returncode == 0
    weaken(repository)
    done = run(entry, repository, path)
    assert done.returncode == 1
    assert ("stale" if "verify" in entry else "mine.square") in done.stdout


# --- GitLab ---------------------------------------------------------------------------------------


@pytest.fixture
def with_zipapp(repository: Path) -> Path:
    wheel = repository.parent / "made.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(ROOT / "LICENSE", "x/LICENSE")
        archive.write(ROOT / "src/ratecert/__init__.py", "ratecert/__init__.py")
        for file in (ROOT / "proofs").rglob("*.py"):
            archive.write(file, f"ratecert/{file.relative_to(ROOT).as_posix()}")
    where = repository / GITLAB["variables"]["RATECERT_VERIFY"]
    where.parent.mkdir()
    where.write_bytes(build(wheel))
    return repository


@pytest.mark.parametrize("job", JOBS)
def test_a_job_reports_what_it_finds(job: str, with_zipapp: Path, path: str) -> None:
    assert JOBS == ["ratecert-verify", "ratecert-check"]
    # Nothing is fetched: pip finds the version that the recipe pins, since it is this one.
    variables = GITLAB["variables"] | {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1"}
    script = "\n".join([*GITLAB[job].get("before_script", ()), *GITLAB[job]["script"]])
    report = with_zipapp / GITLAB[job]["artifacts"]["reports"]["junit"]
    done = run(script, with_zipapp, path, **variables)
    assert done.returncode == 0, done.stderr
    assert len(list(ElementTree.parse(report).iter("testcase"))) >= 1
    assert list(ElementTree.parse(report).iter("failure")) == []
    weaken(with_zipapp)
    done = run(script, with_zipapp, path, **variables)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(list(ElementTree.parse(report).iter("failure"))) >= 1
    assert GITLAB[job]["artifacts"]["when"] == "always"


def test_the_recipe_pins_this_version() -> None:
    assert GITLAB["variables"]["RATECERT"] == f"ratecert=={ratecert.__version__}"
