"""Scenarios as JSON: strict, every number a fraction in text.

docs/confrontation.md has the format.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NoReturn, TypeVar

from ..instances.profile import Profile
from .scenario import MAX_DIGITS, Numbers, Scenario, ScenarioError
from .world import Step

T = TypeVar("T")

SCHEMA = 1
MAX_TEXT = 4 << 20
"""Bytes of a file that are read."""
MAX_ENTRIES = 200_000
"""Of one list."""
_FRACTION = re.compile(rf"(-?[0-9]{{1,{MAX_DIGITS}}})(?:/([0-9]{{1,{MAX_DIGITS}}}))?", re.ASCII)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.']{0,63}", re.ASCII)
_FIELDS = ("schema", "claim", "K", "d", "L", "f_star", "sigma", "start", "choices", "indices",
           "points", "objective", "steps", "note")  # fmt: skip


def to_json(scenario: Scenario) -> str:
    """The scenario as text, the same for equal scenarios; ``from_json`` reads it back.

    >>> from_json(to_json(Scenario("norms.N1.lower", 1, 1, None, (), (), Fraction(1), Fraction(0),
    ...     (Fraction(0),), points={"x": (Fraction(-1, 2),)}))).points["x"]
    (Fraction(-1, 2),)
    """
    lines = []
    for name, value in as_data(scenario).items():
        text = json.dumps(value, ensure_ascii=False)
        if name == "steps" and value:
            text = "[\n  " + ",\n  ".join(map(json.dumps, value)) + "\n ]"
        lines.append(f' "{name}": {text}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def as_data(scenario: Scenario) -> dict[str, Any]:
    """The scenario as what JSON is made of."""
    objective = scenario.objective
    return {
        "schema": SCHEMA,
        "claim": scenario.claim,
        "K": scenario.K,
        "d": scenario.d,
        "L": str(scenario.L),
        "f_star": str(scenario.f_star),
        "sigma": _texts(scenario.sigma),
        "start": _texts(scenario.start),
        "choices": {name: str(v) for name, v in sorted(scenario.choices.items())},
        "indices": dict(sorted(scenario.indices.items())),
        "points": {name: _texts(at) for name, at in sorted(scenario.points.items())},
        "objective": None if objective is None else {
            "knots": [_texts(row) for row in objective.knots],
            "curvatures": [_texts(row) for row in objective.curvatures],
            "slope": _texts(objective.slope),
        },
        "steps": [
            {
                "probabilities": _texts(step.probabilities),
                "values": [[_texts(row) for row in node] for node in step.values],
            }
            for step in scenario.steps
        ],
        "note": scenario.note,
    }  # fmt: skip


def _texts(values: Numbers) -> list[str]:
    return [str(value) for value in values]


def from_json(text: str | bytes) -> Scenario:
    """The scenario that a text describes.

    Raises:
        ScenarioError: it is no JSON of this format; names the field, and what would do.
    """
    if len(text) > MAX_TEXT:
        raise ScenarioError("", f"more than {MAX_TEXT} bytes: no scenario of a bounded size")
    try:
        data = json.loads(
            text, object_pairs_hook=_unique, parse_float=_no_float, parse_constant=_no_float,
            parse_int=_integer,
        )  # fmt: skip
    except ScenarioError:
        raise
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise ScenarioError("", f"no JSON: {error}; write it with to_json") from error
    return from_data(data)


def from_data(data: object) -> Scenario:
    """The same from what JSON was read as."""
    found = _object(data, "scenario", _FIELDS, optional=("note",))
    if found["schema"] != SCHEMA or type(found["schema"]) is not int:
        raise ScenarioError("schema", f"{_short(found['schema'])}: this version reads {SCHEMA}")
    steps = _list(found["steps"], "steps")
    return Scenario(
        claim=_text(found["claim"], "claim"),
        K=_whole(found["K"], "K"),
        d=_whole(found["d"], "d"),
        L=_fraction(found["L"], "L"),
        f_star=_fraction(found["f_star"], "f_star"),
        sigma=_numbers(found["sigma"], "sigma"),
        start=_numbers(found["start"], "start"),
        choices=_mapping(found["choices"], "choices", _fraction),
        indices=_mapping(found["indices"], "indices", _whole),
        points=_mapping(found["points"], "points", _numbers),
        objective=None if found["objective"] is None else _profile(found["objective"]),
        steps=tuple(_step(step, f"steps[{k}]") for k, step in enumerate(steps, 1)),
        note=_text(found.get("note", ""), "note"),
    )


def _profile(data: object) -> Profile:
    found = _object(data, "objective", ("knots", "curvatures", "slope"))
    rows = {what: _rows(found[what], f"objective.{what}") for what in ("knots", "curvatures")}
    slope = _numbers(found["slope"], "objective.slope")
    try:
        return Profile(rows["knots"], rows["curvatures"], slope)
    except ValueError as error:
        raise ScenarioError("objective", str(error)) from error


def _step(data: object, where: str) -> Step:
    found = _object(data, where, ("probabilities", "values"))
    values = _list(found["values"], f"{where}.values")
    return Step(
        _numbers(found["probabilities"], f"{where}.probabilities"),
        tuple(_rows(node, f"{where}.values[{n}]") for n, node in enumerate(values, 1)),
    )


# --- what is expected where -------------------------------------------------------------------


def _object(
    data: object, where: str, fields: tuple[str, ...], optional: tuple[str, ...] = ()
) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ScenarioError(where, f"{_short(data)} is no object with {', '.join(fields)}")
    missing = [name for name in fields if name not in data and name not in optional]
    unknown = [name for name in data if name not in fields]
    if missing or unknown:
        what = f"lacks {missing[0]}" if missing else f"does not have {_short(unknown[0])}"
        raise ScenarioError(where, f"{what}; its fields are {', '.join(fields)}")
    return data


def _list(data: object, where: str) -> list[Any]:
    if not isinstance(data, list) or len(data) > MAX_ENTRIES:
        raise ScenarioError(where, f"{_short(data)} is no list of at most {MAX_ENTRIES}")
    return data


def _text(data: object, where: str) -> str:
    if not isinstance(data, str) or len(data) > 2000:
        raise ScenarioError(where, f"{_short(data)} is no text of at most 2000 characters")
    return data


def _whole(data: object, where: str) -> int:
    if type(data) is not int:
        raise ScenarioError(where, f"{_short(data)} is no integer")
    return data


def _fraction(data: object, where: str) -> Fraction:
    found = _FRACTION.fullmatch(data) if isinstance(data, str) else None
    if found is None or (found[2] is not None and int(found[2]) == 0):
        raise ScenarioError(where, f'{_short(data)} is no fraction in text, such as "-3/4" or "2"')
    return Fraction(int(found[1]), int(found[2] or 1))


def _numbers(data: object, where: str) -> Numbers:
    return tuple(_fraction(v, f"{where}[{i}]") for i, v in enumerate(_list(data, where), 1))


def _rows(data: object, where: str) -> tuple[Numbers, ...]:
    return tuple(_numbers(row, f"{where}[{i}]") for i, row in enumerate(_list(data, where), 1))


def _mapping(data: object, where: str, read: Callable[[object, str], T]) -> Mapping[str, T]:
    if not isinstance(data, dict):
        raise ScenarioError(where, f"{_short(data)} is no object")
    for name in data:
        if not _NAME.fullmatch(name):
            raise ScenarioError(where, f"{_short(name)} is no name")
    return {name: read(value, f"{where}.{name}") for name, value in data.items()}


def _short(data: object) -> str:
    text = repr(data)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for n, (name, _) in enumerate(pairs) if name in dict(pairs[:n]))
        raise ScenarioError(_short(twice), "a field that is given twice: keep one of them")
    return found


def _no_float(text: str) -> NoReturn:
    raise ScenarioError("", f'{text[:40]} is no exact number: write a fraction in text, "1/2"')


def _integer(text: str) -> int:
    if len(text) > 12:
        raise ScenarioError("", f"{text[:12]}... is too large: write a fraction in text")
    return int(text)
