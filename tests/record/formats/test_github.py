"""GitHub: a runner obeys our annotations, and nothing that is told."""

from __future__ import annotations

import re

from hypothesis import given, settings
from tellings import one_of_each, tellings

from ratecert.proofs.record import findings as F
from ratecert.proofs.record.findings import KINDS, Finding, Told
from ratecert.proofs.record.formats import github, render

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
