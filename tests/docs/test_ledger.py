"""What docs/ledger.md shows is what the commands print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ratecert.cli import main

PAGE = Path(__file__).resolve().parents[2] / "docs/ledger.md"


def blocks() -> dict[str, list[str]]:
    """The lines shown under each command, all blocks of a command together."""
    found: dict[str, list[str]] = {}
    for block in re.findall(r"(?:^    .*\n)+", PAGE.read_text(encoding="utf-8"), re.MULTILINE):
        first, *lines = block.splitlines()
        assert first.startswith("    $ ratecert "), first
        command = first.removeprefix("    $ ratecert ")
        found.setdefault(command, []).extend(words(x) for x in lines if x.strip() != "...")
    return found


def words(line: str) -> str:
    """The line with single blanks: the width of columns depends on the other rows.

    How many claims speak of a constant is no number anybody relies on.
    """
    return re.sub(r"in \d+ claims", "in N claims", " ".join(line.split()))


@pytest.mark.parametrize("command", blocks())
def test_lines_shown_are_printed(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("RATECERT_CACHE", str(tmp_path))
    assert main(command.split()) == 0
    printed = [words(line) for line in capsys.readouterr().out.splitlines()]
    for line in blocks()[command]:
        assert line in printed, line


def test_numbers_in_the_text_are_those_of_the_blocks() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = " ".join(line for lines in blocks().values() for line in lines)
    prose = re.sub(r"(?:^    .*\n)+", "", text, flags=re.MULTILINE)
    for number in re.findall(r"\b\d+\.\d{2,}\b", prose):
        if number != "0.99":  # theta
            assert number in shown, number
