"""docs/guard.md: its sessions are run, its tables and files compared with what they describe."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ratecert.cli import main, parser
from ratecert.proofs.record import table
from ratecert.proofs.record.__main__ import EPILOG

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/guard.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def session() -> Iterator[tuple[str, list[str]]]:
    """The commands of the page, in order, with the lines shown beneath each."""
    for block in re.findall(r"^    \$ .*\n(?:(?:    .*)?\n)*", PAGE, re.MULTILINE):
        for part in re.split(r"^\$ ", textwrap.dedent(block), flags=re.MULTILINE)[1:]:
            command, *lines = part.strip("\n").split("\n")
            yield command, lines


def shown(lines: list[str]) -> re.Pattern[str]:
    """What may be printed, where ``...`` stands for any lines; seconds differ."""
    texts = ["(?:.*\n)*" if x == "..." else re.escape(x) + "\n" for x in lines]
    return re.compile(re.sub(r"\d+\\\.\d+\\ s\\ CPU", r"\\d+\\.\\d+ s CPU", "".join(texts)))


def test_the_sessions_print_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "mine.py"
    file.write_text(blocks("python")[0], "utf-8")
    ran = 0
    for command, lines in session():
        program, *arguments = shlex.split(command)
        if program == "sed":
            _, old, new, _ = arguments[1].split("|")
            assert file.read_text("utf-8").count(old) == 1 and arguments[2] == "mine.py"
            file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
            continue
        assert program == "ratecert"
        capsys.readouterr()
        code = main(arguments)
        printed = capsys.readouterr().out
        said = lines.pop() if lines and lines[-1].startswith("exit code") else "exit code 0"
        assert said == f"exit code {code}", command
        assert shown(lines).fullmatch(printed), f"{command}\n{printed}"
        ran += 1
    assert ran == 8


def test_the_lock_described_is_the_one_written(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(blocks("python")[0].replace("Rational(3, 4)", "Rational(2, 3)"), "utf-8")
    assert main(["lock", str(file), "--lock", str(tmp_path / "ratecert.lock")]) == 0
    made = json.loads((tmp_path / "ratecert.lock").read_text("utf-8"))
    (described,) = map(json.loads, blocks("json"))
    del made["theories"]["mine"]["claims"]["product"]
    twice = made["theories"]["mine"]["claims"]["sum"]["constants"]
    assert twice.pop() == twice[0]
    assert _without_digests(made) == described


def _without_digests(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_digests(inner) for key, inner in value.items()}
    return "..." if isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) else value


def test_the_json_has_the_keys_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs/json.md").read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(blocks("python")[0], "utf-8")
    for command in ("lock mine.py", "verify", "check --locked"):
        capsys.readouterr()
        assert main([*command.split(), "--format", "json"]) == 0
        made = json.loads(capsys.readouterr().out)
        section = page.partition(f"## `ratecert {command.split()[0]}`")[2].partition("\n## ")[0]
        assert made["differences"] == []
        assert [
            key for key in made if f'"{key}"' not in section and f"`{key}`" not in section
        ] == []
    (tmp_path / "mine.py").write_text(blocks("python")[0].replace("(3, 4)", "(4, 5)"), "utf-8")
    assert main(["check", "--locked", "--format", "json"]) == 1
    differences = json.loads(capsys.readouterr().out)["differences"]
    shown = re.findall(
        r'"(\w+)":', page.partition("With `--locked` there is")[2].partition("* `c")[0]
    )
    assert [*differences[0]] == shown


def test_the_table_of_differences_is_the_one_printed() -> None:
    between = PAGE.partition("<!-- differences -->\n")[2].partition("<!-- /differences -->")[0]
    assert between.splitlines() == [*table.lines()]


def test_the_exit_codes_are_those_of_the_help_texts(capsys: pytest.CaptureFixture[str]) -> None:
    rows = re.findall(r"^\| (\d) \| (.*?) \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE)
    assert [row[0] for row in rows] == ["0", "1", "2", "3", "4"]
    assert "0 the kernel proves what the lock says; 1 a difference, or a source changed" in EPILOG
    assert rows[0][3] == "the kernel proves what the lock says"
    assert rows[1][3] == "a difference, or a source changed"
    with contextlib.suppress(SystemExit):
        parser().parse_args(["lock", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "0 written; 1 something is not proved, or was not accepted (nothing is written)" in said


def test_the_attributes_are_our_own() -> None:
    shown = re.findall(r"^    (ratecert\.lock\S* .*linguist-generated.*)$", PAGE, re.MULTILINE)
    assert len(shown) == 2
    assert {*shown} <= {*(ROOT / ".gitattributes").read_text("utf-8").splitlines()}


def test_the_workflow_uses_inputs_that_the_action_has() -> None:
    workflow, hooks, gitlab = map(yaml.safe_load, blocks("yaml"))
    (step,) = [s for s in workflow["jobs"]["ratecert"]["steps"] if "ratecert@" in s["uses"]]
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    assert step["with"].keys() == {"comment", "sarif"} < action["inputs"].keys()
    for name, value in re.findall(r"`(mode|python|install): (.*?)`", PAGE):
        assert isinstance(yaml.safe_load(value), str) and name in action["inputs"]
    (repository,) = hooks["repos"]
    known = {h["id"] for h in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    assert {hook["id"] for hook in repository["hooks"]} == known
    assert gitlab == {"include": [{"local": "ci/ratecert.yml"}]}


def test_other_commands_shown_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The zipapp is run in tests/packaging; here: JUnit."""
    shutil.copy(ROOT / "ratecert.lock", tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(blocks("python")[0], "utf-8")
    assert main(["lock", "mine.py", "--lock", "ratecert.lock", "--replace"]) == 1  # others are lost
    (tmp_path / "ratecert.lock").unlink()
    assert main(["lock", "mine.py"]) == 0
    (command,) = re.findall(r"^    ratecert (check --locked --format \w+) > ", PAGE, re.MULTILINE)
    capsys.readouterr()
    assert main(command.split()) == 0
    assert capsys.readouterr().out.startswith("<?xml")
