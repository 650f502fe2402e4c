"""``--also FORMAT=FILE``: the same check, told in further formats."""

from __future__ import annotations

import html
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest


@pytest.mark.parametrize("command", ["check", "verify"])
def test_one_run_is_told_in_several_formats(run, write, tmp_path: Path, command: str) -> None:
    lock = str(tmp_path / "ratecert.lock")
    file = write()
    assert run("lock", file, "--lock", lock).code == 0
    arguments = [lock] if command == "verify" else [file, "--locked", "--lock", lock]
    sarif, junit = tmp_path / "a.sarif", tmp_path / "b=c.xml"
    also = ("--also", f"sarif={sarif}", "--also", f"junit={junit}")
    plain = run(command, *arguments, "--format", "github")
    told = run(command, *arguments, "--format", "github", *also)
    assert (told.code, told.out) == (0, plain.out)
    assert json.loads(sarif.read_text("utf-8"))["runs"][0]["results"] == []
    assert ElementTree.parse(junit).getroot().get("failures") == "0"
    Path(file).write_text(Path(file).read_text("utf-8").replace("2 * x", "1 * x"), "utf-8")
    told = run(command, *arguments, *also)
    assert told.code == 1 and "ratecert.lock" in told.out
    (first, *_) = json.loads(sarif.read_text("utf-8"))["runs"][0]["results"]
    assert first["level"] == "error"
    assert ElementTree.parse(junit).getroot().get("failures") == "1"


@pytest.mark.parametrize("command", ["check", "verify"])
def test_what_cannot_be_read_is_told_too(run, tmp_path: Path, command: str) -> None:
    where = tmp_path / "a.md"
    lock = ("none.lock",) if command == "verify" else ("--locked", "--lock", "none.lock")
    assert run(command, *lock, "--also", f"markdown={where}").code == 2
    assert "none.lock: no such file" in html.unescape(where.read_text("utf-8"))


def test_a_format_or_a_folder_that_does_not_exist_is_refused(run, tmp_path: Path) -> None:
    for wrong in ("html=a", "sarif", "sarif=", "=a", f"sarif={tmp_path}/none/a"):
        told = run("verify", "--also", wrong)
        assert (told.code, told.out) == (2, "")
        assert "--also" in told.err
    assert "no such folder" in told.err
