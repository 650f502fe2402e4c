"""``ratecert report``: one page, whole or not at all."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

WRONG = """
    from ratecert.proofs.language import Theory, by, symbols

    x, = symbols("x")
    mine = Theory("mine")

    @mine.lemma("wrong", title="Wrong", for_all=(x,), claim=(x, "<=", 0))
    def wrong(p):
        return p.have((x, "<=", 0), by.algebra())
"""
CAMPAIGN = {
    "schema": 1,
    "campaign": {"campaign": "toy"},
    "tasks": {"all": 1, "own": 1, "done": 1, "left": 0},
    "verdicts": {"holds": 1, "violated": 0, "undecided": 0},
    "claims": [
        {"id": "sgd.descent", "verdict": "holds", "passed": True, "tasks": 1,
         "verdicts": {"holds": 1}, "checked": 4321, "ratio": (0.8125).hex(),
         "task": "paths toy, seed 7", "location": "k = 3"},
    ],
    "others": 0,
    "corrupt": [],
    "digest": "0123456789abcdef" * 4,
    "results": [
        {"key": "fedcba9876543210",
         "task": {"kind": "paths", "subject": "sgd", "family": "toy", "dtype": "float64",
                  "seed": 7, "budget": 9, "tile": 1, "options": {}},
         "result": {"findings": [{"claim": "sgd.descent", "ratio": (0.8125).hex()}],
                    "evaluations": 9}},
    ],
}  # fmt: skip


def test_a_page_is_written_and_again_the_same(run, tmp_path: Path) -> None:
    first, second = tmp_path / "new" / "one.html", tmp_path / "two.html"
    outcome = run("report", "sgd", "-o", str(first))
    assert (outcome.code, outcome.err) == (0, "")
    assert "21 of 21 claims proved" in outcome.out
    assert run("report", "sgd", "-o", str(second)).code == 0
    assert first.read_bytes() == second.read_bytes()
    assert [path.name for path in first.parent.iterdir()] == ["one.html"]
    text = first.read_text("utf-8")
    assert "No results were given" in text
    assert "exactly, in: " in text  # how tight claims are


def test_results_are_shown_with_their_claims(run, tmp_path: Path) -> None:
    data, target = tmp_path / "runs.json", tmp_path / "page.html"
    data.write_text(json.dumps(CAMPAIGN), "utf-8")
    assert run("report", "sgd", "--campaign", str(data), "-o", str(target)).code == 0
    text = target.read_text("utf-8")
    assert "No results were given" not in text
    article = text[text.index('id="c-sgd.descent"') :]
    article = article[: article.index("</article>")]
    assert "0.812500, holds, 4,321 places checked; worst in paths toy, seed 7, k = 3" in article
    assert "fedcba987654" in text
    assert "0123456789abcdef" in text


def test_what_is_not_proved_is_a_finding_and_on_the_page(run, tmp_path: Path) -> None:
    theory, target = tmp_path / "mine.py", tmp_path / "mine.html"
    theory.write_text(textwrap.dedent(WRONG), "utf-8")
    outcome = run("report", str(theory), "-o", str(target))
    assert outcome.code == 1
    assert "mine.wrong is refuted" in outcome.err
    assert "0 of 1 claims are proved" in target.read_text("utf-8")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "no such file"),
        ("no json", "neither a campaign's file nor JSON"),
        ("[]", "not what `ratecert campaign status"),
        ('{"schema": 2}', "not what `ratecert campaign status"),
        (b"SQLite format 3\0 but not really", "runs"),
    ],
)
def test_results_that_cannot_be_read(run, tmp_path: Path, content, reason: str) -> None:
    data, target = tmp_path / "runs", tmp_path / "page.html"
    if content is not None:
        data.write_bytes(content if isinstance(content, bytes) else content.encode())
    outcome = run("report", "sgd", "--campaign", str(data), "-o", str(target))
    assert outcome.code == 2
    assert reason in outcome.err
    assert not target.exists()


def test_a_folder_that_cannot_be_written(run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    outcome = run("report", "sgd", "-o", str(tmp_path / "file" / "page.html"))
    assert outcome.code == 2
    assert "page.html" in outcome.err
    assert run("report", "nothing-like-it", "-o", str(tmp_path / "page.html")).code == 2
