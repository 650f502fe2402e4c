"""docs/guides.md: its snippets make one theory, all of it proved; its commands exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ratecert import Theory
from ratecert.cli import parser

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/guides.md").read_text("utf-8")


def test_the_snippets_are_proved(tmp_path: Path) -> None:
    names: dict[str, Any] = {"__name__": "noisy"}
    for snippet in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(snippet, names)  # noqa: S102 - what a page of ours shows is what is run
    noisy, linear = names["noisy"], names["linear"]
    assert isinstance(noisy, Theory) and isinstance(linear, Theory)
    results = {c.id: c.check() for c in (*noisy.claims.values(), *linear.claims.values())}
    assert {id: r.reason for id, r in results.items() if r.verdict != "proved"} == {}
    assert [*results] == [
        "m.L2", "cross", "second", "step", "moment", "total", "tangent", "rate",
    ]  # fmt: skip


def test_the_commands_are_understood() -> None:
    commands = re.findall(r"^    ratecert (.*)$", PAGE, re.MULTILINE)
    assert len(commands) >= 6
    for command in commands:
        parser().parse_args(command.split())
