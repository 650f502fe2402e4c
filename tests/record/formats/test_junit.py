"""JUnit: valid, complete, and read back as it was told."""

from __future__ import annotations

import re
from typing import get_args
from xml.etree import ElementTree

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tellings import NASTY, one_of_each, tellings

from ratecert.proofs.record.differences import FAILING, Kind
from ratecert.proofs.record.findings import Finding, Seen, Told
from ratecert.proofs.record.formats import junit, render

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


def legal(text: str) -> str:
    """With U+FFFD for what XML 1.0 does not have."""
    kept = re.compile("[\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
    return "".join(c if kept.match(c) else "\ufffd" for c in text)


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
    bodies = [e.text or "" for e in root.iter() if e.tag in ("failure", "error", "system-out")]
    for finding in told.findings:
        assert any(legal(finding.body) in body for body in bodies)


@given(st.text())
@example("".join(NASTY))
def test_escapes_of_xml_are_read_back(text):
    body, value = junit.escape(text), junit.escape(text, junit.IN_ATTRIBUTE)
    element = ElementTree.fromstring(f'<a b="{value}">{body}</a>')
    assert (element.text or "", element.attrib["b"]) == (legal(text), legal(text))
