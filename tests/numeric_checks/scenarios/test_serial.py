"""JSON: what is written is read back, and what was tampered with is refused by name."""

from __future__ import annotations

import json
import math
import re
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratecert.numeric_checks.scenarios import (
    Scenario,
    ScenarioError,
    as_data,
    examine,
    from_json,
    to_json,
)

from .strategies import scenarios
from .worlds import EQUALITIES, encoded


def same(one: Scenario, other: Scenario) -> bool:
    names = one.__dataclass_fields__
    return all(getattr(one, name) == getattr(other, name) for name in names)


@settings(max_examples=30, deadline=None)
@given(scenarios(fair=False))
def test_round_trip(scenario: Scenario) -> None:
    text = to_json(scenario)
    again = from_json(text)
    assert same(again, scenario) and to_json(again) == text
    assert from_json(text.encode()) is not None


def test_round_trip_of_points() -> None:
    scenario = encoded(EQUALITIES["43-norms.N1.lower"])
    assert same(from_json(to_json(scenario)), scenario)


def changed(**fields: Any) -> str:
    return json.dumps({**json.loads(to_json(encoded(EQUALITIES["11-adamw.L5"]))), **fields})


REFUSED = {
    "schema: 2: this version reads 1": changed(schema=2),
    "scenario: does not have 'extra'": changed(extra=1),
    "claim: 3 is no text": changed(claim=3),
    "K: True is no integer": changed(K=True),
    "K: expected: an integer, 0 to 256": changed(K=-1),
    "d: expected: an integer, 1 to 256": changed(d=0),
    "L: 1 is no fraction in text": changed(L=1),
    "L: '1/0' is no fraction": changed(L="1/0"),
    "L: '0x1' is no fraction": changed(L="0x1"),
    "f_star: '1 ' is no fraction": changed(f_star="1 "),
    "0.5 is no exact number: write a fraction": changed(L=0.5),
    "NaN is no exact number": changed(L=float("nan")),
    "too large: write a fraction in text": changed(K=10**20),
    "sigma: expected: 1 numbers": changed(sigma=["1", "1"]),
    r"sigma\[1\]: expected|sigma\[1\]: a noise level": changed(sigma=["-1"]),
    "start: expected: 1 numbers": changed(start=[]),
    "choices: \\[\\] is no object": changed(choices=[]),
    "choices: '__class__' is no name": changed(choices={"__class__": "1"}),
    "indices.k: '1' is no integer": changed(indices={"k": "1"}),
    "points.x: expected: 1 numbers": changed(points={"x": ["1", "2"]}),
    "objective: expected: needed for steps": changed(objective=None),
    "objective: lacks slope": changed(objective={"knots": [[]], "curvatures": [["1"]]}),
    "objective: coordinate 1: 0 knots make 1 cells": changed(
        objective={"knots": [[]], "curvatures": [["1", "2"]], "slope": ["0"]}
    ),
    "steps: expected: one for each iteration": changed(K=2),
    r"steps\[1\].probabilities: expected: positive numbers that add up": changed(
        steps=[{"probabilities": ["1/2", "1/3"], "values": [[["0"], ["0"]]]}]
    ),
    r"steps\[1\].values\[1\]: expected: one row for each of the 2": changed(
        steps=[{"probabilities": ["1/2", "1/2"], "values": [[["0"]]]}]
    ),
    r"steps\[1\].values: expected: for one node": changed(
        steps=[{"probabilities": ["1"], "values": [[["0"]], [["0"]]]}]
    ),
    "steps: expected: at most 4096 leaves": changed(
        K=13, steps=[{"probabilities": ["1/2", "1/2"], "values": [[["0"], ["0"]]]}] * 13
    ),
    "steps: expected: at most 32768 coordinates": changed(
        K=12, d=8, sigma=["0"] * 8, start=["0"] * 8,
        objective={"knots": [[]] * 8, "curvatures": [["1"]] * 8, "slope": ["0"] * 8},
        steps=[{"probabilities": ["1/2", "1/2"], "values": [[["0"] * 8] * 2]}] * 12,
    ),
    "note: .* is no text of at most 2000": changed(note="x" * 3000),
    "L: '1{50}.* is no fraction": changed(L="1" * 401),
    "scenario: \\[\\] is no object": "[]",
    "no JSON": "{",
    "no JSON: ": "[" * 100_000,
    "'K': a field that is given twice": '{"K": 1, "K": 2}',
    "more than 4194304 bytes": " " * (1 << 22) + "1",
}  # fmt: skip


@pytest.mark.parametrize("says", REFUSED)
def test_what_is_no_scenario_is_refused(says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        from_json(REFUSED[says])


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(ScenarioError, match="no JSON"):
        from_json(b"\xff\xfe\x00")


GOOD = [to_json(encoded(EQUALITIES[name])) for name in
        ("11-adamw.L5", "8-adamw.L4.step", "16-adamw.L7.mean", "43-norms.N1.lower")]  # fmt: skip
VALUES = st.sampled_from(
    ["0", "1", "-1", "1/2", "3/7", "1000000", "1/1000000", "", "x", 0, 1, -1, 2, 7, None, True, [],
     {}, ["0"], [[]], [["1"]], {"theta": "1"}, "adamw.L1", "adamw.rate", "sgd.rate"]
)  # fmt: skip


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every container inside, with every key of it."""
    found = []
    keys = data.keys() if isinstance(data, dict) else range(len(data))
    for key in keys:
        found.append((data, key))
        if isinstance(data[key], dict | list):
            found += places(data[key])
    return found


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_tampered_scenarios_are_refused_or_decided(data: st.DataObject) -> None:
    mutated = json.loads(data.draw(st.sampled_from(GOOD)))
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places(mutated)))
        what = data.draw(st.sampled_from(["replace", "replace", "drop", "double"]))
        if what == "drop":
            del container[key]
        elif what == "double" and isinstance(container, list):
            container.append(deepcopy(container[key]))
        else:
            container[key] = deepcopy(data.draw(VALUES))
    try:
        scenario = from_json(json.dumps(mutated))
        found = examine(scenario)
    except ScenarioError:
        return
    # the claims are proved: whatever the numbers are, no world violates them
    assert found.outcome in ("holds", "outside", "undecided"), str(found)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(GOOD), st.integers(0, 4000), st.binary(max_size=4))
def test_broken_text_is_refused_or_read(text: str, at: int, put: bytes) -> None:
    data = text.encode()
    broken = data[: at % len(data)] + put + data[at % len(data) + len(put) :]
    try:
        scenario = from_json(broken)
    except ScenarioError:
        return
    assert isinstance(scenario.L, Fraction)


def test_the_file_shown_in_the_docs_is_one() -> None:
    page = Path(__file__).parents[3] / "docs" / "confrontation.md"
    (shown,) = re.findall(r"```json\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    scenario = from_json(shown)
    assert to_json(scenario) == shown and set(json.loads(shown)) == set(as_data(scenario))
    assert examine(scenario).outcome == "outside"
    found = examine(scenario, without=["A3"])
    assert found.outcome == "violated" and found.ratio is not None
    assert abs(found.ratio.middle - math.sqrt(2)) < 1e-15
