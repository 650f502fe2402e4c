"""Markdown: complete, short enough, and nothing that is told is markup."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tellings import NASTY, one_of_each, tellings

from ratecert.proofs.record import findings as F
from ratecert.proofs.record.differences import FAILING
from ratecert.proofs.record.findings import KINDS, Finding, Seen, Told
from ratecert.proofs.record.formats import markdown, render


def test_markdown_of_every_kind():
    told = one_of_each()
    said = render("markdown", told)
    assert said.startswith(f"## ❌ {told.headline}\n")
    bad, _, good = said.partition("### Improvements")
    for finding in told.findings:
        row = f"| {finding.kind} | <code>mine.{finding.kind}</code> | {finding.meaning}: "
        assert row in (bad if finding.fails else good)
        if finding.fails:
            summary = (
                f"<details><summary>{finding.kind}: <code>mine.{finding.kind}</code></summary>"
            )
            assert f"{summary}\n\n```text\ndetail of {finding.kind}\n```\n\n</details>" in bad
    accepted = [f"--accept mine.{f.kind}" for f in told.news if f.to_accept]
    assert f"```sh\nratecert lock {' '.join(accepted)}\n```" in good
    assert "--accept mine.new" not in said


def test_markdown_when_all_is_well():
    told = Told("ratecert check", [Seen("t", "a")], (), "ratecert.lock")
    assert render("markdown", told) == "## ✅ ratecert check: 1 of 1 claim proved, as locked\n"
    assert render("markdown", Told("c")) == "## ⚠️ c: nothing was checked\n"


def test_nothing_is_accepted_of_a_claim_that_also_lost():
    news = [
        Finding("axiom-removed", "t.a", "x", fails=False),
        Finding("strengthened", "t.b; rm -rf /", "x", fails=False),
    ]
    lost = Finding("hypothesis-added", "t.a", "x")
    both = render("markdown", Told("c", [Seen("t", "a")], [*news, lost], "locks/my.lock"))
    assert "```sh\nratecert lock --lock locks/my.lock --accept 't.b; rm -rf /'\n```" in both
    one = render("markdown", Told("c", [Seen("t", "a")], [news[0], lost], "ratecert.lock"))
    assert "### Improvements" in one and "--accept" not in one


def blocks(said: str) -> tuple[list[str], list[str]]:
    """The lines outside of fenced blocks, and the blocks, as CommonMark reads them."""
    outside, inside, fence = [], [], ""
    for line in said.split("\n"):
        opened = re.match("(`{3,})(text|sh)$", line)
        if fence:
            if re.fullmatch("`+", line) and len(line) >= len(fence):
                fence = ""
            else:
                inside[-1] += line + "\n"
        elif opened:
            fence = opened[1]
            inside.append("")
        else:
            outside.append(line)
    assert not fence
    return outside, inside


@settings(max_examples=150, deadline=None)
@given(tellings())
def test_no_markup_comes_from_what_is_told(told):
    outside, inside = blocks(render("markdown", told))
    for line in outside:
        if line.startswith("| ") and not line.startswith(("| finding", "| ---")):
            assert line.count("|") == 4
            cells = re.fullmatch(
                r"\| ([a-z-]+) \| <code>(.*?)</code> \| ([^<>|`]+?)(?:: <code>(.*?)</code>)? \|",
                line,
            )
            assert cells and cells[1] in KINDS and cells[3] == F.meaning(cells[1])
            for told_by_others in (cells[2], cells[4] or ""):
                assert not re.search(r"""[<>"'|`*_~\[\]\\@!:$]|www\.""",
                                     told_by_others.replace("<br>", ""))  # fmt: skip
        else:
            assert re.fullmatch(
                r"|## . .*|### .*|\| finding.*|\| ---.*|</details>|To take them over:"
                r"|<details><summary>[a-z-]+: <code>[^<>`*_|]*(<br>[^<>`*_|]*)*</code></summary>",
                line,
            ), line
    said = "".join(inside)
    for finding in told.failing:
        for line in F.visible("\n".join(finding.details)).split("\n"):
            assert line in said


@given(st.text(max_size=200))
@example("".join(NASTY))
def test_code_spans_are_read_back(text):
    said = markdown.code(text)
    inner = said.removeprefix("<code>").removesuffix("</code>")
    assert unescape(inner.replace("<br>", "\n")) == F.visible(text)


@pytest.mark.parametrize("text", ["x", "|", "σ", "\U0001f600", "`"])
def test_comments_are_short_enough_whatever_the_number_of_findings(text):
    found = [
        Finding(kind, f"mine.claim{n:05}{text * 400}", text * 5000, (text * 10_000,) * 4,
                kind in FAILING)
        for n in range(400) for kind in ("changed", "strengthened", "new")
    ]  # fmt: skip
    said = render("markdown", Told("ratecert check", [Seen("mine", "a")], found, "l" * 300))
    assert len(said.encode()) < markdown.LIMIT
    assert said.startswith("## ❌")
    assert len(re.findall(r"^\.\.\. and .*\d+ more findings, not shown here\.$", said, re.M)) == 4
    assert "### Improvements" in said
    blocks(said)
