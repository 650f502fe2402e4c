"""docs/problems.md says what the command prints, and its example runs."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from ratecert.numeric_checks.instances import table

PAGE = Path(__file__).parents[3] / "docs/problems.md"


def test_the_tables_are_those_printed() -> None:
    pytest.importorskip("mlxtend", reason="needs the extra [data]")
    assert "\n".join(table.lines()) in PAGE.read_text(encoding="utf-8")


def test_the_example_runs() -> None:
    failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert tried >= 6 and not failed
