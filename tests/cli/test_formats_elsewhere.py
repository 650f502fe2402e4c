"""``--format`` without a lock, of theories that do not load, of ``verify``, and in the help."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from ratecert.proofs.record import __main__ as record
from ratecert.proofs.record.lockfile import read
from ratecert.proofs.record.options import FORMATS


def in_every_format(run: Callable[..., Any], *args: str) -> dict[str, Any]:
    """What each format prints, checked to give one exit code."""
    found = {format: run(*args, "--format", format) for format in ("text", "json", *FORMATS)}
    assert len({outcome.code for outcome in found.values()}) == 1
    return found


def line_of(text: str, what: str) -> int:
    (number,) = (n for n, line in enumerate(text.split("\n"), 1) if what in line)
    return number


# --- check without a lock ---------------------------------------------------------------------


COIN = """
    from ratecert.proofs.language import Outcome, Rational, ScenarioTree, within
    from ratecert.proofs.language.symbols import Process

    coin = Theory("coin", "Tosses of a coin")
    (K,) = coin.index_constants("K")
    (k,) = coin.indices("k")
    toss = Process("toss")
    c = coin.process("c", 1)
    coin.assume("bounded", (c[k], "<=", 0), [within(k, 1, K)])
    coin.witness |= {K: 1, k: 1}
    half = Rational(1, 2)
    coin.model(ScenarioTree(
        steps=2, step=k, sizes={K: 2}, equations=[(c[k], toss[k, 1], [within(k, 1, K)])],
        outcomes=[Outcome(half, {toss: (1,)}), Outcome(half, {toss: (-1,)})],
    ))


    @coin.lemma("below", title="Below", given=[within(k, 1, K)], claim=(c[k], "<=", 1))
    def below(p):
        return p.have((c[k], "<=", 1), by.algebra(p.axiom("bounded")))
    """


def test_a_model_that_fails(run, write, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    found = in_every_format(run, "check", write(COIN), "--no-cache")
    assert found["json"].code == 1
    why = "bounded fails at k = 1, after the outcome 1: 1 <= 0 is false"
    root = ElementTree.fromstring(found["junit"].out)
    cases = {(c.attrib["classname"], c.attrib["name"]): c for c in root.iter("testcase")}
    assert set(cases) == {("mine", "square"), ("coin", "below"), ("coin", "model")}
    assert why in (cases["coin", "model"].findtext("failure") or "")
    assert "::error file=mine.py,line=1,title=coin%3A model::" in found["github"].out
    assert f"<code>fails&#58; {why.replace(': ', '&#58; ').replace('<', '&#60;')}</code> |" in (
        found["markdown"].out
    )
    (result,) = json.loads(found["sarif"].out)["runs"][0]["results"]
    assert (result["ruleId"], result["properties"]["claim"]) == ("model", "coin")
    assert why in result["message"]["text"]


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("x = (\n", 1, "SyntaxError"),
        ("import re\n\n\ndef f():\n    return re.compile('(')\n\n\nf()\n", 5, "missing )"),
        ("x = 1\n", 1, "defines no theory with claims"),
    ],
)
def test_a_theory_that_cannot_be_loaded(run, tmp_path, monkeypatch, text, line, why):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(text, encoding="utf-8")
    found = in_every_format(run, "check", "./mine.py")
    assert found["json"].code == 2 and found["json"].out == "" == found["text"].out
    assert f"::error file=mine.py,line={line},title=./mine.py%3A unusable::" in found["github"].out
    (result,) = json.loads(found["sarif"].out)["runs"][0]["results"]
    assert why in result["message"]["text"]
    case = ElementTree.fromstring(found["junit"].out).find(".//testcase/error")
    assert case is not None and why in (case.get("message") or "")
    assert all(why in outcome.err for outcome in found.values())


def test_no_such_theory(run):
    outcome = run("check", "sdg", "--format", "sarif")
    assert outcome.code == 2 and "sgd" in outcome.err
    (result,) = json.loads(outcome.out)["runs"][0]["results"]
    assert result["message"]["text"].startswith("theory: ")
    assert "physicalLocation" not in result["locations"][0]


# --- verify -----------------------------------------------------------------------------------


@pytest.fixture
def locked(run, write, tmp_path, monkeypatch) -> Path:
    """A lock of one lemma, in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    write()
    assert run("lock", "mine.py").code == 0
    return tmp_path / "ratecert.lock"


def test_verify_in_every_format(run, locked):
    found = in_every_format(run, "verify")
    assert found["text"].code == 0
    assert [c.attrib["name"] for c in ElementTree.fromstring(found["junit"].out)[0]] == ["square"]
    assert json.loads(found["sarif"].out)["runs"][0]["results"] == []
    assert found["markdown"].out == "## ✅ ratecert verify: 1 of 1 claim proved, as locked\n"
    assert "::error" not in found["github"].out and "::notice" not in found["github"].out


def test_verify_finds_changed_sources_and_locks(run, write, locked, capsys):
    write(factor=1)
    text = read(locked).text()
    title = '"::error::x|<b>"'
    locked.write_text(text.replace('"Squares"', title), encoding="utf-8")
    found = in_every_format(run, "verify")
    assert found["text"].code == 1
    results = json.loads(found["sarif"].out)["runs"][0]["results"]
    places = {
        r["ruleId"]: r["locations"][0]["physicalLocation"]["region"]["startLine"] for r in results
    }
    assert places == {
        "tampered": line_of(text, '"square": {'), "stale": line_of(text, '"mine.py": ')
    }  # fmt: skip
    assert "::error::x|" in found["github"].out  # where no runner obeys it
    lines = found["github"].out.splitlines()
    assert (
        f"::error file=ratecert.lock,line={places['stale']},title=mine.py%3A stale::"
        in (lines[-1].partition("the source")[0])
    )
    names = [c.attrib["name"] for c in ElementTree.fromstring(found["junit"].out).iter("testcase")]
    assert names == ["square", "lock: stale mine.py"]
    capsys.readouterr()
    assert record.main(["--format", "github"]) == 1
    assert capsys.readouterr().out == found["github"].out


def test_verify_of_a_lock_that_cannot_be_used(run, locked):
    locked.write_text("{}", encoding="utf-8")
    for args in (("verify",), ("check", "--locked")):
        found = in_every_format(run, *args)
        assert found["json"].code == 2 and found["json"].out == "" == found["text"].out
        (result,) = json.loads(found["sarif"].out)["runs"][0]["results"]
        assert result["ruleId"] == "unusable" and "format" in result["message"]["text"]
        assert "::error file=ratecert.lock,line=1," in found["github"].out
        assert f"ratecert {args[0]}: nothing was checked" in found["markdown"].out
        assert all("ratecert.lock has format" in outcome.err for outcome in found.values())


# --- help -------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["check", "verify"])
def test_help_lists_the_formats(run, command):
    said = run(command, "--help").out
    assert "{text,json,junit,sarif,github,markdown}" in said
    for format in FORMATS:
        assert f"{format}:" in said
    assert "never changes the exit code" in said
    assert all(len(line) <= 100 for line in said.splitlines())


def test_other_commands_have_text_and_json_only(run):
    assert run("show", "sgd.rate", "--format", "sarif").code == 2
    assert run("lock", "--format", "junit").code == 2
