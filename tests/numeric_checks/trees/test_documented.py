"""The example in docs/confrontation.md."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[3] / "docs" / "confrontation.md"


def test_the_example_of_the_page() -> None:
    section = PAGE.read_text(encoding="utf-8").split("## Scenario trees")[1].split("\n## ")[0]
    (snippet,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    example = doctest.DocTestParser().get_doctest(snippet, {}, "page", str(PAGE), 0)
    assert len(example.examples) > 10
    results = doctest.DocTestRunner().run(example)
    assert results.failed == 0
