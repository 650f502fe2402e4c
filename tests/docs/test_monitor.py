"""The programs of docs/monitor.md run, and print what the page shows, digits apart."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.numeric
PAGE = Path(__file__).resolve().parents[2] / "docs" / "monitor.md"
NUMBER = re.compile(r"\d+(\.\d+)?(e[-+]\d+)?")


def shape(text: str) -> list[str]:
    """Lines without digits and trailing space."""
    return [NUMBER.sub("#", line).rstrip() for line in text.strip().splitlines()]


def test_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    watching, training = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (shown,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    printed, names = io.StringIO(), {}
    with contextlib.redirect_stdout(printed):
        exec(compile(watching, str(PAGE), "exec"), names)  # noqa: S102 - the page is ours
    exec(compile(training, str(PAGE), "exec"), names)  # noqa: S102
    assert shape(printed.getvalue()) == shape(shown)
    assert names["optimizer"].param_groups[0]["lr"] == 1e-3
