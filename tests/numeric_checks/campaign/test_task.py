"""Tasks and results as data."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratecert.numeric_checks.campaign.task import (
    Finding,
    Result,
    Task,
    TaskError,
    canonical,
    parsed,
)

TASKS = st.builds(
    Task,
    kind=st.text(),
    subject=st.text(),
    family=st.text(),
    seed=st.integers(0, 2**70),
    budget=st.integers(1),
    tile=st.integers(1),
    options=st.dictionaries(st.text(), st.text() | st.integers()),
)
FLOATS = st.floats(allow_nan=False)
FINDINGS = st.builds(
    Finding,
    claim=st.text(),
    verdict=st.sampled_from(["holds", "violated", "undecided"]),
    ratio=st.none() | FLOATS,
    checked=st.integers(0),
    evidence=st.text(),
    location=st.text(),
    estimated=st.booleans(),
    counts=st.dictionaries(st.text(), st.integers()),
    values=st.dictionaries(st.text(), FLOATS),
    data=st.none() | st.dictionaries(st.text(), st.integers() | st.text()),
)
RESULTS = st.builds(Result, st.lists(FINDINGS, min_size=1, max_size=3).map(tuple), st.integers(0))


@settings(max_examples=40)
@given(TASKS)
def test_a_task_is_its_text(task: Task) -> None:
    again = Task.from_json(parsed(task.text))
    assert again == task
    assert again.text == task.text
    assert hash(again) == hash(task)


@settings(max_examples=40)
@given(RESULTS)
def test_a_result_loses_no_bit(result: Result) -> None:
    again = Result.from_json(parsed(result.text))
    assert again.text == result.text
    assert again == result


def test_the_order_of_options_is_none() -> None:
    one = Task("toy", "a", options={"x": 1, "y": "2"})
    assert one.text == Task("toy", "a", options={"y": "2", "x": 1}).text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": 3}, "kind must be a text"),
        ({"seed": -1}, "seed must be an integer >= 0"),
        ({"seed": True}, "seed must be an integer >= 0"),
        ({"budget": 0}, "budget must be an integer >= 1"),
        ({"tile": 1.0}, "tile must be an integer >= 1"),
        ({"options": {"x": 0.1}}, r"options\['x'\] must be a text or an integer"),
        ({"options": [1]}, "options must be a mapping"),
        ({"further": 1}, "a task has the fields budget, dtype"),
    ],
)
def test_what_is_no_task(change: dict[str, object], message: str) -> None:
    with pytest.raises(TaskError, match=message):
        Task.from_json({**Task("toy", "a").to_json(), **change})


FINDING = Finding("a", "holds", 0.5, 1, "seen")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"verdict": "proved"}, "verdict must be one of holds, violated, undecided"),
        ({"ratio": 0.5}, "ratio must be a hexadecimal float"),
        ({"ratio": "nan"}, "ratio must be no NaN"),
        ({"ratio": "0x1p99999"}, "ratio must be a hexadecimal float"),
        ({"checked": -1}, "checked must be an integer"),
        ({"estimated": 1}, "estimated must be true or false"),
        ({"values": {"left": "x"}}, "values"),
        ({"values": None}, "values must be a mapping"),
        ({"counts": {"alarms": "1"}}, "counts must be a mapping of texts to int"),
    ],
)
def test_what_is_no_finding(change: dict[str, object], message: str) -> None:
    with pytest.raises(TaskError, match=message):
        Finding.from_json({**FINDING.to_json(), **change})


def test_what_is_no_result() -> None:
    for data in (None, [], {"findings": [], "evaluations": 1}, {"findings": 3, "evaluations": 1}):
        with pytest.raises(TaskError):
            Result.from_json(data)
    with pytest.raises(TaskError, match="not JSON"):
        Finding("a", "holds", 0.5, 1, "seen", data={"x": {1, 2}})


@pytest.mark.parametrize(
    "text", ["{", '{"a": 1}', '{"b":1,"a":1}', "NaN", "[" * 100_000, '"' + "x" * 2**21 + '"']
)
def test_only_canonical_texts_are_read(text: str) -> None:
    with pytest.raises(TaskError):
        parsed(text)


def test_what_passes() -> None:
    assert FINDING.passes
    below = Finding("a", "undecided", 0.5, 1, "few runs", estimated=True)
    assert below.passes
    for finding in (
        Finding("a", "violated", 2.0, 1, "seen"),
        Finding("a", "undecided", 0.5, 1, "an alarm is left"),
        Finding("a", "undecided", 1.5, 1, "few runs", estimated=True),
        Finding("a", "undecided", None, 0, "nothing was checked", estimated=True),
    ):
        assert not finding.passes
    assert Result((FINDING, below), 1).verdict == "undecided"
    assert Result((below, Finding("a", "violated", math.inf, 1, "")), 1).verdict == "violated"


def test_canonical_refuses_what_is_no_json() -> None:
    for value in (math.nan, {1, 2}, object()):
        with pytest.raises(TaskError, match="not JSON"):
            canonical(value)
