"""The model of what is told: kinds, order, places, fingerprints, printing."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
from tellings import one_of_each

from ratecert.proofs.record import findings as F
from ratecert.proofs.record.differences import FAILING, Difference, Kind
from ratecert.proofs.record.findings import KINDS, VERDICTS, Finding, Seen, Told
from ratecert.proofs.record.formats import emit, github, markdown
from ratecert.proofs.record.formats.kinds import LONG
from ratecert.proofs.record.options import FORMATS


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


def test_the_page_lists_every_kind_by_weight():
    page = (Path(__file__).parents[3] / "docs/formats.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (yes|no) \| (.*) \|$", page, re.M)
    fails = {kind: kind in VERDICTS or kind in FAILING for kind in KINDS}
    assert rows == [(k, "yes" if fails[k] else "no", F.meaning(k)) for k in KINDS]
    for format in FORMATS:
        assert f"\n## `{format}`\n" in page
    assert f"{github.MAX_MESSAGE:,} characters" in page and f"{markdown.LIMIT:,} bytes" in page
