"""The GitHub action: its steps are run, under bash, with the environment that GitHub gives them."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from github_runner import Job
from scratch import ROOT, command, weaken

GH = """\
echo "$@" >> "$HOME/calls"
for a; do case "$a" in body=@*) cp "${a#body=@}" "$HOME/body";; esac; done
case "$*" in *--paginate*) cat "$HOME/comments";; esac
exit "$(cat "$HOME/code")"
"""
PULL_REQUEST = {"pull_request": {"number": 7}}
MADE = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


def test_a_lock_that_fits_passes(repository: Path, path: str) -> None:
    job = Job(ROOT, repository, path).run(install="false", sarif="true")
    assert not job.failed, job.log
    assert (job.outputs["check"], job.outputs["verify"]) == ("0", "0")
    assert job.step("Set up Python").given["python-version"] == "3.12"
    assert job.step("Install").outcome == job.step("Comment").outcome == "skipped"
    assert "::error" not in job.log and "1 of 1 claim proved, as locked" in job.log
    assert "✅ ratecert check" in job.summary and "✅ ratecert verify" in job.summary
    assert job.step("Upload").given["sarif_file"] == job.outputs["reports"]
    assert set(job.files) == {"check.md", "check.sarif", "verify.md", "verify.sarif"}
    assert json.loads(job.files["check.sarif"])["runs"][0]["results"] == []


def test_a_weakened_claim_fails_and_is_annotated_and_the_lock_verified_all_the_same(
    repository: Path, path: str
) -> None:
    weaken(repository)
    job = Job(ROOT, repository, path).run(install="false", sarif="true")
    assert job.failed
    assert (job.outputs["check"], job.outputs["verify"]) == ("1", "1")
    check, verify = job.step("Check"), job.step("Verify")
    assert re.search(r"^::error file=mine.py,line=\d+,title=mine.square", check.log, re.MULTILINE)
    assert "weakened" in check.log or "constant-worsened" in check.log
    assert "stale" in verify.log and "`ratecert check --locked` says what that did" in verify.log
    assert job.summary.count("❌") == 2
    results = json.loads(job.files["check.sarif"])["runs"][0]["results"]
    assert "error" in {result["level"] for result in results}
    assert job.step("Upload").outcome == "success"


def test_a_missing_lock_is_said(repository: Path, path: str) -> None:
    job = Job(ROOT, repository, path).run(install="false", lock="other.lock", summary="false")
    assert (job.outputs["check"], job.outputs["verify"]) == ("2", "2")
    assert "other.lock: no such file" in job.log
    assert job.summary == ""


def test_our_own_lock_is_verified_by_the_action() -> None:
    """In this repository, with no package at all: what ``make check`` does with an installation."""
    nothing = os.pathsep.join((str(Path(sys.executable).parent), "/usr/bin", "/bin"))
    job = Job(ROOT, ROOT, nothing).run(mode="verify", python="")
    assert job.step("Set up Python").outcome == job.step("Install").outcome == "skipped"
    assert job.step("Check").outcome == "skipped"
    assert not job.failed, f"{job.log}\nIf the change is meant, run: ratecert lock"
    assert job.outputs["verify"] == "0" and job.outputs["check"] == ""
    claims = re.search(r"(\d+) of \1 claims proved, as locked", job.log)
    assert claims is not None and int(claims[1]) >= 202


def test_it_installs_itself(repository: Path, bin: Path, tmp_path: Path) -> None:
    """By pip, from the folder of the action; here into a folder, and without an index."""
    action, site = tmp_path / "action", tmp_path / "site"
    action.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", ".*")
    for name in ("src", "proofs", "optimizers", "numeric_checks"):
        shutil.copytree(ROOT / name, action / name, symlinks=True, ignore=ignored)
    for name in ("action.yml", "constraints.txt", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, action)
    flags = f"--target {shlex.quote(str(site))} --no-index --no-deps --no-build-isolation"
    python = shlex.quote(sys.executable)
    command(
        bin, "python",
        f'case "$*" in "-m pip install "*) set -- "$@" {flags};; esac; exec {python} "$@"',
    )  # fmt: skip
    path = os.pathsep.join((str(bin), str(site / "bin"), "/usr/bin", "/bin"))
    job = Job(action, repository, path, environment={"PYTHONPATH": str(site)})
    job.run(mode="check", extras="sdp")
    assert not job.failed, job.log
    assert (job.outputs["check"], job.outputs["verify"]) == ("0", "")
    assert (site / "ratecert" / "cli.py").is_file()


def test_inputs_are_never_part_of_a_script() -> None:
    scripts = [step["run"] for step in MADE["runs"]["steps"] if "run" in step]
    assert len(scripts) >= 5
    assert not [script for script in scripts if "${{" in script]
    text = (ROOT / "action.yml").read_text("utf-8")
    assert all(f"inputs.{name}" in text for name in MADE["inputs"])


def test_hostile_inputs_run_nothing(repository: Path, path: str) -> None:
    hostile = '$(touch pwned).lock"; touch pwned; "'
    job = Job(ROOT, repository, path).run(
        install="false", lock=hostile, theories="mine.py; `touch${IFS}pwned` $(touch${IFS}pwned)"
    )
    assert job.failed and not (repository / "pwned").exists()
    job = Job(ROOT, repository, path).run(install="false", mode='$(touch pwned)"')
    assert job.step("Begin").log == ("::error title=ratecert::mode must be check, verify or both\n")
    assert {step.outcome for step in job.ran[2:]} == {"skipped"}
    assert not (repository / "pwned").exists()


def test_theories_and_format_reach_the_command(repository: Path, path: str) -> None:
    text = (repository / "mine.py").read_text("utf-8").replace('Theory("mine"', 'Theory("other"')
    (repository / "other.py").write_text(text, "utf-8")
    job = Job(ROOT, repository, path).run(
        install="false", mode="check", theories="other.py mine.py", format="json"
    )
    found = json.loads(job.step("Check").log)
    assert [theory["id"] for theory in found["theories"]] == ["other", "mine"]


# --- the comment ----------------------------------------------------------------------------------


def comment(repository: Path, path: str, home: Path, old: str = "", code: int = 0) -> Job:
    home.mkdir(exist_ok=True)
    (home / "comments").write_text(old, "utf-8")
    (home / "code").write_text(str(code), "utf-8")
    (home / "calls").write_text("", "utf-8")
    command(Path(path.split(os.pathsep)[0]), "gh", GH)
    job = Job(ROOT, repository, path, event=PULL_REQUEST, environment={"HOME": str(home)})
    return job.run(mode="verify", comment="true")


def test_one_comment_is_written_and_then_brought_up_to_date(
    repository: Path, path: str, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    job = comment(repository, path, home)
    assert job.step("Comment").outcome == "success", job.log
    look, post = (home / "calls").read_text("utf-8").splitlines()
    assert "--paginate repos/somebody/something/issues/7/comments" in look
    assert 'select(.user.type == "Bot" and (.body | startswith("<!-- ratecert' in look
    assert "--method POST repos/somebody/something/issues/7/comments" in post
    body = (home / "body").read_text("utf-8")
    assert body.startswith("<!-- ratecert") and "✅ ratecert verify" in body
    weaken(repository)
    job = comment(repository, path, home, old="11\n12\n")
    assert job.failed and job.step("Comment").outcome == "success"
    _, patch = (home / "calls").read_text("utf-8").splitlines()
    assert "--method PATCH repos/somebody/something/issues/comments/12 " in patch
    assert "❌ ratecert verify" in (home / "body").read_text("utf-8")


def test_no_right_to_comment_is_no_failure(repository: Path, path: str, tmp_path: Path) -> None:
    job = comment(repository, path, tmp_path / "home", code=1)
    assert not job.failed
    assert job.step("Comment").log.startswith("::warning title=ratecert::no comment")
    assert len((tmp_path / "home" / "calls").read_text("utf-8").splitlines()) == 1


def test_nothing_is_commented_outside_pull_requests(repository: Path, path: str) -> None:
    job = Job(ROOT, repository, path).run(mode="verify", comment="true")
    assert job.step("Comment").outcome == "skipped"


@pytest.mark.parametrize("step", [s for s in MADE["runs"]["steps"] if "uses" in s])
def test_actions_used_are_pinned_to_a_version(step: dict[str, str]) -> None:
    assert re.fullmatch(r"(actions|github)/[\w/-]+@v\d+", step["uses"])
