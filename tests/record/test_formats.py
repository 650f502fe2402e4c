"""Findings in every format: valid, complete, and nothing of what is told is taken for markup."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ratecert.proofs.record import findings as F
from ratecert.proofs.record.differences import FAILING, Difference, Kind
from ratecert.proofs.record.findings import KINDS, VERDICTS, Finding, Seen, Told
from ratecert.proofs.record.formats import emit, github, junit, markdown, render
from ratecert.proofs.record.formats.kinds import LONG
from ratecert.proofs.record.options import FORMATS

NASTY = [
    "a | b `c` <b>d</b> & e", "-->", "]]>", "</failure>", "\x00\x1b[31m\x08", "\ud800", "\ufffe",
    "::error::x", "\n::set-env name=PATH::/evil", "##[error]x", "%0A%25", "a,b:c", "</details>",
    "````\n```", "@everyone #1", "\u202e reversed", "line\r\nends\rand\ttabs", "\U0001f600 ≤ σ²",
]  # fmt: skip
TEXT = st.one_of(st.sampled_from(NASTY), st.text(max_size=40))


@st.composite
def findings(draw: st.DrawFn, text: st.SearchStrategy[str] = TEXT) -> Finding:
    kind = draw(st.sampled_from(KINDS))
    fails = kind in VERDICTS or kind in FAILING
    claim = draw(st.one_of(st.sampled_from(["mine.a", "mine.b", "mine", "mine.py"]), text))
    details = tuple(draw(st.lists(text, max_size=3)))
    file = draw(st.sampled_from(["", "mine.py", "/else/where.py", "a:b, c%.py"]))
    return Finding(kind, claim, draw(text), details, fails, file, draw(st.integers(0, 99)))


@st.composite
def tellings(draw: st.DrawFn, text: st.SearchStrategy[str] = TEXT) -> Told:
    claims = [Seen("mine", "a"), Seen("mine", "b", "refuted", 1.25), Seen("other", draw(text))]
    found = draw(st.lists(findings(text), max_size=6))
    models = {"mine": "fails"} if any(f.kind == "model" for f in found) else {}
    return Told("ratecert check", claims, found, "ratecert.lock", models)


def one_of_each() -> Told:
    """A finding of each kind, and a claim that is well."""
    found = [
        Finding(kind, f"mine.{kind}", f"the {kind} one", (f"detail of {kind}",),
                kind in VERDICTS or kind in FAILING, "mine.py", 7)
        for kind in KINDS
    ]  # fmt: skip
    claims = [Seen("mine", "well", "proved", 0.5, "mine.py", 3)]
    claims += [Seen("mine", k, k, 0.25) for k in ("refuted", "undecided", "error")]
    return Told("ratecert check", claims, found, "ratecert.lock", {"mine": "holds"})


# --- the model --------------------------------------------------------------------------------


def test_every_kind_is_weighed_and_explained():
    assert set(KINDS) == {*VERDICTS, *get_args(Kind)} == set(LONG)
    assert len(set(KINDS)) == len(KINDS)
    heaviest = KINDS[: len(VERDICTS) + len(FAILING)]
    assert set(heaviest) == {*VERDICTS, *FAILING}
    for kind in KINDS:
        full, help = LONG[kind]
        assert F.meaning(kind) and full.endswith(".") and help.endswith(".")


def test_improvements_are_what_lock_must_be_told_to_accept():
    kinds = {f.kind for f in one_of_each().findings if f.to_accept}
    assert kinds == {
        "strengthened", "restated", "hypothesis-removed", "axiom-removed", "constant-improved",
        "renamed",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (Told("c", [Seen("t", "a")]), "c: 1 of 1 claim proved"),
        (Told("c", [Seen("t", "a")], lock="l"), "c: 1 of 1 claim proved, as locked"),
        (
            Told("c", [Seen("t", "a")] * 2, [Finding("new", "t.a", "", fails=False)], "l"),
            "c: 2 of 2 claims proved; nothing locked was lost",
        ),
        (
            Told("c", [Seen("t", "a", "error")], [Finding("error", "t.a", "")]),
            "c: 0 of 1 claim proved; 1 finding",
        ),
        (Told("c"), "c: nothing was checked"),
        (F.unusable("c", "x.lock", "no such file"), "c: nothing was checked"),
    ],
)
def test_the_headline(told, line):
    assert told.headline == line


def test_order_does_not_depend_on_the_order_of_claims():
    told = one_of_each()
    back = replace(told, findings=tuple(reversed(told.findings)))
    assert told.sorted() == back.sorted()
    assert [f.kind for f in told.sorted()] == list(KINDS)


def test_fingerprints_tell_findings_apart_and_forget_places():
    lock = Path("nowhere.lock")
    two = [
        Difference("declaration-changed", "t.a", f"axiom {n} says something else") for n in "pq"
    ] + [Difference("changed", "t.a", "x"), Difference("changed", "t.b", "x")]
    found = F.of_differences(two, lock)
    assert len({f.fingerprint for f in found}) == 4
    moved = F.of_differences(reversed(two), lock, {"t.a": ("mine.py", 40)})
    assert {f.fingerprint for f in moved} == {f.fingerprint for f in found}
    other = F.of_differences([Difference("changed", "t.a", "other words", ("more",))], lock)
    assert other[0].fingerprint == found[2].fingerprint


def test_lines_of_a_lock(tmp_path):
    lock = tmp_path / "ratecert.lock"
    lock.write_text(
        '{\n "theories": {\n  "t": {\n   "claims": {\n    "a\\"b: c": {\n     "x": "y"\n    }\n'
        '   },\n   "sources": {\n    "t.py": "00"\n   }\n  }\n }\n}\n',
        encoding="utf-8",
    )
    assert F.lines_of(lock) == {"t": 3, 't.a"b: c': 5, "t.py": 10}
    assert F.lines_of(tmp_path / "none") == {}
    lock.write_bytes(b"\xff")
    assert F.lines_of(lock) == {}


def test_text_for_a_terminal_steers_nothing():
    said = F.text([Finding("changed", "t.\x1b[2J", "\u202e\ud800", ("a\rb", "\ttab\u2009≤"))])
    assert "\x1b" not in said and "\u202e" not in said and "\r" not in said
    assert said.splitlines()[-2:] == ["b", "         tab\u2009≤"]


# --- JUnit ------------------------------------------------------------------------------------

SHAPES = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": ({"name", "time", "tests", "failures", "errors", "skipped"}, {"testcase"}),
    "testcase": ({"name", "classname", "time"}, {"failure", "error", "system-out"}),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "system-out": (set(), set()),
}
"""What each element must have and may contain: the schemas of Jenkins and Surefire, together."""


def valid(document: str) -> ElementTree.Element:
    """The root, if the document is as the schemas want it and its counts are right."""
    assert document.isascii()
    root = ElementTree.fromstring(document)
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, children = SHAPES[element.tag]
        assert set(element.attrib) == attributes
        assert {child.tag for child in element} <= children
        if "time" in attributes:
            assert re.fullmatch(r"\d+\.\d{3}", element.attrib["time"])
        if element.tag in ("testsuites", "testsuite", "testcase"):
            assert not (element.text or "").strip()
        if element.tag.startswith("testsuite"):
            cases = list(element.iter("testcase"))
            assert int(element.attrib["tests"]) == len(cases)
            for tag in ("failure", "error"):
                count = sum(case.find(tag) is not None for case in cases)
                assert int(element.attrib[f"{tag}s"]) == count
        if element.tag == "testcase":
            tags = [child.tag for child in element]
            assert len(tags) == len(set(tags)) and not {"failure", "error"} <= set(tags)
    return root


def cases(root: ElementTree.Element) -> dict[tuple[str, str], ElementTree.Element]:
    found = {(c.attrib["classname"], c.attrib["name"]): c for c in root.iter("testcase")}
    assert len(found) == len(list(root.iter("testcase")))
    return found


def test_junit_of_every_kind():
    told = one_of_each()
    found = cases(valid(render("junit", told)))
    assert list(found[("mine", "well")]) == [] and found[("mine", "well")].get("time") == "0.500"
    assert list(found[("mine", "model")]) == []
    for verdict, tag in (("refuted", "failure"), ("undecided", "failure"), ("error", "error")):
        (element,) = found[("mine", verdict)]
        assert (element.tag, element.get("type")) == (tag, verdict)
        assert element.get("message") == f"{verdict}: the {verdict} one"
        assert f"detail of {verdict}" in (element.text or "")
    for kind in get_args(Kind):
        where = ("sources", f"lock: {kind} mine.{kind}") if kind == "stale" else None
        (element,) = found[where or ("mine", f"lock: {kind} {kind}")]
        assert element.tag == ("failure" if kind in FAILING else "system-out")
        assert f"detail of {kind}" in (element.text or "")
    (element,) = found[("ratecert check", "unusable mine.unusable")]
    assert element.tag == "error"


def test_junit_attaches_differences_to_the_claim():
    told = Told(
        "ratecert check",
        [Seen("t", "a.b", "refuted", 2.0)],
        [
            Finding("refuted", "t.a.b", "false at x = 1"),
            Finding("not-proved", "t.a.b", "it is refuted now"),
            Finding("retitled", "t.a.b", "news", fails=False),
            Finding("model", "t", "fails: no", ("axiom A1",)),
        ],
        "ratecert.lock",
        {"t": "fails"},
    )
    found = cases(valid(render("junit", told)))
    assert set(found) == {("t", "a.b"), ("t", "model")}
    failure, out = found[("t", "a.b")]
    assert failure.get("message") == "refuted: false at x = 1; not-proved: it is refuted now"
    assert "false at x = 1" in (failure.text or "") and "it is refuted now" in (failure.text or "")
    assert out.tag == "system-out" and "news" in (out.text or "")
    (model,) = found[("t", "model")]
    assert "axiom A1" in (model.text or "")


def test_junit_of_nothing():
    assert list(valid(render("junit", Told("ratecert check")))) == []


@settings(max_examples=60, deadline=None)
@given(tellings())
def test_junit_is_valid_whatever_is_told(told):
    root = valid(render("junit", told))
    bodies = [e for e in root.iter() if e.tag in ("failure", "error", "system-out")]
    assert len(bodies) <= len(told.findings)


@given(st.text())
@example("".join(NASTY))
def test_escapes_of_xml_are_read_back(text):
    body, value = junit.escape(text), junit.escape(text, junit.IN_ATTRIBUTE)
    element = ElementTree.fromstring(f'<a b="{value}">{body}</a>')
    legal = "".join(c if re.match("[\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", c)
                    else "\ufffd" for c in text)  # fmt: skip
    assert (element.text or "", element.attrib["b"]) == (legal, legal)


# --- GitHub -----------------------------------------------------------------------------------

COMMAND = re.compile(r"::(?P<name>error|notice) (?P<properties>[^:\n\r]*)::(?P<data>[^\n\r]*)")


def unescape(text: str, codes: tuple[tuple[str, str], ...] = ()) -> str:
    """As a runner does it."""
    for code, character in (*codes, ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def obeyed(out: str) -> list[tuple[str, dict[str, str], str]]:
    """The commands that a runner obeys in what a step printed."""
    found, token = [], None
    for line in re.split("\r\n|\r|\n", out):
        if token is not None:
            token = None if line == f"::{token}::" else token
        elif line.startswith("::stop-commands::"):
            token = line.removeprefix("::stop-commands::")
        elif line.lstrip().startswith("::") or "##[" in line.partition("::")[0]:
            match = COMMAND.fullmatch(line)
            assert match, line
            pairs = (pair.partition("=") for pair in match["properties"].split(","))
            colon = (("%3A", ":"), ("%2C", ","))
            properties = {name: unescape(value, colon) for name, _, value in pairs}
            found.append((match["name"], properties, unescape(match["data"])))
    assert token is None
    return found


def test_annotations_of_every_kind_the_worst_first(monkeypatch):
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    told = one_of_each()
    found = obeyed(render("github", told))
    errors = [(p, d) for name, p, d in found if name == "error"]
    notices = [(p, d) for name, p, d in found if name == "notice"]
    assert [p["title"] for p, _ in errors[:-1]] == [f"mine.{k}: {k}" for k in KINDS[:9]]
    assert errors[0][0] == {"file": "mine.py", "line": "7", "title": "mine.unusable: unusable"}
    assert errors[0][1] == f"{F.meaning('unusable')}: the unusable one\ndetail of unusable"
    more = len(told.failing) - 9
    assert len(errors) == 10 and errors[-1] == (
        {"title": f"{more} more"}, f"{more} more are in the log"
    )  # fmt: skip
    assert len(notices) == len(told.news) == 10
    for kind in KINDS:
        assert f"mine.{kind}" in github.log(told)


def test_annotations_name_files_from_the_root_of_the_repository(monkeypatch, tmp_path):
    inner = tmp_path / "proofs" / "deep"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    told = Told("c", (), [Finding("changed", "t.a", "x", (), True, "mine.py", 0)])
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    assert obeyed(render("github", told))[0][1]["file"] == "mine.py"
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert obeyed(render("github", told))[0][1]["file"] == "proofs/deep/mine.py"
    assert obeyed(render("github", told))[0][1]["line"] == "1"
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "other"))
    outside = Told("c", (), [Finding("changed", "t.a", "x", (), True, "/a:b,c.py", 3)])
    assert obeyed(render("github", outside))[0][1]["file"] == "/a:b,c.py"


def test_long_messages_are_cut():
    told = Told("c", (), [Finding("changed", "t.a", "x" * 100_000)])
    ((_, _, message),) = obeyed(render("github", told))
    assert len(message) == github.MAX_MESSAGE + len(" ...")


@settings(max_examples=100, deadline=None)
@given(tellings())
def test_runners_obey_nothing_but_our_annotations(told):
    found = obeyed(render("github", told))
    wanted = [("error" if f.fails else "notice", f) for f in (*told.failing, *told.news)]
    assert len(found) == len(wanted)
    for (name, properties, message), (level, finding) in zip(found, wanted, strict=True):
        assert (name, properties["title"]) == (level, f"{finding.claim}: {finding.kind}")
        assert message == finding.body


def test_a_log_cannot_contain_the_token_that_ends_it():
    told = Told("c", (), [Finding("changed", "t.a", "x", ("::stop-commands::x", "::x::"))])
    said = github.log(told)
    token = said.partition("\n")[0].removeprefix("::stop-commands::")
    assert said.count(token) == 2 and len(token) == 64


# --- Markdown ---------------------------------------------------------------------------------


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
                r"\| ([a-z-]+) \| <code>(.*?)</code> \| ([^<>|`]+): <code>(.*?)</code> \|", line
            )
            assert cells and cells[1] in KINDS and cells[3] == F.meaning(cells[1])
            for told_by_others in (cells[2], cells[4]):
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
    from html import unescape

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


# --- printing ---------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_every_encoding_of_stdout_will_do(monkeypatch, format, encoding):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    monkeypatch.setattr(sys, "stdout", stream)
    told = Told("c", (), [Finding("changed", "t.a", "≤ \ud800 σ²", (), True, "mine\udcff.py", 1)])
    emit(format, told)
    stream.flush()
    assert b"changed" in stream.buffer.getvalue()
    if format == "junit":
        body = ElementTree.fromstring(stream.buffer.getvalue()).find(".//failure")
        assert body is not None and "≤ \ufffd σ²" in (body.text or "")


# --- the page ---------------------------------------------------------------------------------


def test_the_page_lists_every_kind_by_weight():
    page = (Path(__file__).parents[2] / "docs/formats.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (yes|no) \| (.*) \|$", page, re.M)
    fails = {kind: kind in VERDICTS or kind in FAILING for kind in KINDS}
    assert rows == [(k, "yes" if fails[k] else "no", F.meaning(k)) for k in KINDS]
    for format in FORMATS:
        assert f"\n## `{format}`\n" in page
    assert f"{github.MAX_MESSAGE:,} characters" in page and f"{markdown.LIMIT:,} bytes" in page
