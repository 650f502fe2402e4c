"""SARIF: valid by the schema of OASIS and by what GitHub asks for, with lasting fingerprints.

``pydantic_sarif`` holds models that were generated from the schema of SARIF 2.1.0; they refuse
unknown keys. What they do not check (uniqueness, references, URIs, GitHub's conditions) is below.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Schema
from tellings import one_of_each

from ratecert import __version__
from ratecert.proofs.record import findings as F
from ratecert.proofs.record.differences import FAILING, Kind
from ratecert.proofs.record.findings import KINDS, VERDICTS, Finding, Seen, Told
from ratecert.proofs.record.formats import render

URI = re.compile(r"(?:file:///)?(?:[A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2})+")
TEXT = st.one_of(st.sampled_from(["{0} and {x}", "a [link](1)", "{{}}"]), st.text())
NAMES = st.one_of(st.sampled_from(["mine.py", "a b.py", "ä/[x].py", "c:d.py", "../up.py"]),
                  st.text(max_size=12))  # fmt: skip


def valid(document: str) -> dict[str, Any]:
    """The run, if the log is valid."""
    assert document.isascii()
    log = json.loads(document)
    Schema.model_validate(log)
    assert set(log) == {"$schema", "version", "runs"} and log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("ratecert", __version__)
    rules = [rule["id"] for rule in driver["rules"]]
    assert len(set(rules)) == len(rules)
    for result in run["results"]:
        check_result(result, rules)
    told = [r["partialFingerprints"]["ratecertFinding/v1"] for r in run["results"]]
    assert len(set(told)) == len(told) <= 25_000  # what GitHub takes
    assert run["automationDetails"]["id"] in ("ratecert/check/", "ratecert/verify/")
    return run


def check_result(result: dict[str, Any], rules: list[str]) -> None:
    assert set(result) == {
        "ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints",
        "properties",
    }  # fmt: skip
    assert rules[result["ruleIndex"]] == result["ruleId"]
    assert result["level"] in ("error", "note")
    assert set(result["message"]) == {"text"} and result["message"]["text"]
    assert not re.search(r"\]\(", result["message"]["text"])
    (location,) = result["locations"]
    (logical,) = location["logicalLocations"]
    assert set(logical) == {"name", "fullyQualifiedName", "kind"}
    if "physicalLocation" in location:
        physical = location["physicalLocation"]
        assert set(physical) == {"artifactLocation", "region"}
        assert URI.fullmatch(physical["artifactLocation"]["uri"]), physical
        assert physical["region"]["startLine"] >= 1
    lasting, github = (
        result["partialFingerprints"][k] for k in ("ratecertFinding/v1", "primaryLocationLineHash")
    )
    assert re.fullmatch("[0-9a-f]{64}", lasting) and github == f"{lasting[:16]}:1"


def prints(run: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (r["ruleId"], r["properties"]["claim"]): r["partialFingerprints"]["ratecertFinding/v1"]
        for r in run["results"]
    }


def test_a_result_of_every_kind():
    run = valid(render("sarif", one_of_each()))
    assert [r["ruleId"] for r in run["results"]] == list(KINDS)
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert set(rules) == {*VERDICTS, *get_args(Kind)}
    for result in run["results"]:
        kind = result["ruleId"]
        fails = kind in VERDICTS or kind in FAILING
        assert result["level"] == ("error" if fails else "note")
        assert rules[kind]["defaultConfiguration"] == {"level": result["level"]}
        assert result["message"]["text"] == (
            f"mine.{kind}: {F.meaning(kind)}: the {kind} one\ndetail of {kind}"
        )
        (location,) = result["locations"]
        assert location["physicalLocation"] == {
            "artifactLocation": {"uri": "mine.py"}, "region": {"startLine": 7}
        }  # fmt: skip
    for rule in rules.values():
        assert re.fullmatch("[A-Z][A-Za-z]+", rule["name"])
        assert {"text"} == set(rule["shortDescription"]) == set(rule["fullDescription"])
        assert set(rule["help"]) == {"text", "markdown"} and "`" not in rule["help"]["text"]
    assert run["invocations"] == [{"executionSuccessful": False}]


def test_what_could_not_be_read():
    run = valid(render("sarif", F.unusable("ratecert verify", "x.lock", "why\nmore", "x.lock", 1)))
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("unusable", "error")
    assert result["message"]["text"].endswith("why\nmore")
    assert run["automationDetails"] == {"id": "ratecert/verify/"}
    run = valid(render("sarif", Told("ratecert check", [Seen("mine", "well")])))
    assert (run["results"], run["invocations"]) == ([], [{"executionSuccessful": True}])


def test_fingerprints_forget_lines_files_words_and_order():
    told = one_of_each()
    moved = [
        replace(f, line=f.line + 5, file="other.py", summary="other words", details=())
        for f in reversed(told.findings)
    ]
    before = prints(valid(render("sarif", told)))
    after = prints(valid(render("sarif", replace(told, findings=moved))))
    assert before == after and len(set(before.values())) == len(KINDS)
    renamed = [replace(f, claim=f"{f.claim}.x") for f in told.findings]
    others = prints(valid(render("sarif", replace(told, findings=renamed))))
    assert not set(before.values()) & set(others.values())


def test_files_are_relative_to_here(monkeypatch, tmp_path):
    (tmp_path / "here" / "deep").mkdir(parents=True)
    (tmp_path / "here" / "link.py").symlink_to(tmp_path / "here" / "deep" / "real.py")
    monkeypatch.chdir(tmp_path / "here")
    files = {
        str(tmp_path / "here" / "deep" / "a b.py"): "deep/a%20b.py",
        "./deep/../mine.py": "mine.py",
        "link.py": "deep/real.py",
        str(tmp_path / "out.py"): (tmp_path / "out.py").as_uri(),
        "x:y.py": "x%3Ay.py",
        "mine\udcff.py": "mine%FF.py",
    }
    for file, uri in files.items():
        told = Told("ratecert check", (), [Finding("changed", "t.a", "x", (), True, file, 0)])
        (result,) = valid(render("sarif", told))["results"]
        physical = result["locations"][0]["physicalLocation"]
        assert physical == {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}}


@settings(max_examples=60, deadline=None)
@given(st.text(), TEXT, st.lists(st.text(), max_size=3), NAMES, st.integers(0, 99))
def test_valid_whatever_is_told(claim, summary, details, file, line):
    finding = Finding("weakened", claim, summary, tuple(details), True, file, line)
    (result,) = valid(render("sarif", Told("ratecert check", (), [finding])))["results"]
    said = f"{claim}: {finding.body}".replace("](", "] (")
    assert result["message"]["text"] == said.replace("{", "{{").replace("}", "}}")
    assert result["properties"]["claim"] == claim


def test_the_validator_refuses():
    log = json.loads(render("sarif", one_of_each()))
    result = log["runs"][0]["results"][0]
    for key, value in (("level", "fatal"), ("unknown", 1), ("ruleIndex", -2), ("locations", "")):
        broken = json.loads(json.dumps(log))
        broken["runs"][0]["results"][0] = {**result, key: value}
        with pytest.raises(ValidationError):
            Schema.model_validate(broken)


def test_no_state_of_this_machine_is_in_a_log():
    said = render("sarif", one_of_each())
    assert str(Path.cwd()) not in said and str(Path.home()) not in said
