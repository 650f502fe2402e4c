"""Small changes to the data of a trace: systematic ones at every place, and seeded random ones.

A mutation is a path into the JSON data and what stands there instead. What is tried at a place is
decided by what stands there: a number, a relation, a name, a list of premises, a certificate.
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Path = tuple[Any, ...]
RATIONAL = re.compile(r"-?\d+(/\d+)?")
RELATIONS = ("<", "<=", "=")
SWAPPED_TAGS = {"Add": "Mul", "Mul": "Add", "E": "Abs", "Abs": "E"}


@dataclass(frozen=True)
class Mutation:
    """At ``path``, ``new`` in place of what was there; ``kind`` says what sort of change it is."""

    kind: str
    path: Path
    new: Any

    def applied(self, data: Any) -> Any:
        """A copy of ``data`` with the change."""
        result = copy.deepcopy(data)
        if not self.path:
            return copy.deepcopy(self.new)
        spot = result
        for key in self.path[:-1]:
            spot = spot[key]
        spot[self.path[-1]] = copy.deepcopy(self.new)
        return result


def at(data: Any, path: Path) -> Any:
    """What stands at ``path``."""
    for key in path:
        data = data[key]
    return data


def places(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every place in the data, outermost first."""
    yield path, data
    if isinstance(data, list | dict):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from places(value, (*path, key))


def mutations(data: Any, names: tuple[str, ...] = ()) -> Iterator[Mutation]:
    """All systematic mutations of ``data``; ``names``: names to put in place of others."""
    for path, value in places(data):
        for kind, new in _changes(path, value, names):
            if new != value or type(new) is not type(value):
                yield Mutation(kind, path, new)


def _changes(path: Path, value: Any, names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, bool):
        yield "flag", not value
    elif value is None:
        yield "type", 0
        yield "bound", ["Ix", None, 3]
    elif isinstance(value, int):
        yield from (("index", value + by) for by in (-1, 1))
    elif isinstance(value, str):
        yield from _texts(value, names)
    elif isinstance(value, list):
        yield from _lists(value)
    elif isinstance(value, dict):
        yield from (("missing key", {k: v for k, v in value.items() if k != key}) for key in value)


def _texts(value: str, names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if RATIONAL.fullmatch(value):
        opposite = value.removeprefix("-") if value.startswith("-") else f"-{value}"
        if value != "0":
            yield "sign", opposite
        yield from (("coefficient", n) for n in ("0", "1", "2", "1/2") if n != value)
    elif value in RELATIONS:
        yield from (("relation", other) for other in RELATIONS if other != value)
    elif value in SWAPPED_TAGS:
        yield "tag", SWAPPED_TAGS[value]
    elif re.fullmatch(r"[0-9a-f]{64}", value):
        yield "digest", value[:-1] + ("0" if value[-1] != "0" else "1")
    else:
        yield from (("name", name) for name in names if name != value)


def _lists(value: list[Any]) -> Iterator[tuple[str, Any]]:
    tagged = bool(value) and isinstance(value[0], str)
    body = value[1:] if tagged else value
    if not tagged:
        for n in range(len(body)):
            yield "dropped", body[:n] + body[n + 1 :]
            yield "doubled", [*body[: n + 1], *body[n:]]
        for n in range(len(body) - 1):
            yield "swapped", [*body[:n], body[n + 1], body[n], *body[n + 2 :]]
        return
    if value[0] == "Rel":
        yield "sides swapped", [value[0], value[3], value[2], value[1]]
    if value[0] == "Le":
        yield "sides swapped", [value[0], value[2], value[1]]
    if value[0] in ("Abs", "E"):
        yield "unwrapped", value[1]
    if value[0] in ("Pow", "App", "Var", "Sum", "Add", "Mul"):
        yield "wrapped", ["Abs", value]
        yield "negated", ["Mul", [["Rat", "-1"], value]]
    if value[0] == "CE":
        yield "unwrapped", value[2]
        yield "averaged", ["E", value[2]]
    if value[0] == "Split":
        yield "swapped", [value[0], value[1], value[3], value[2]]


def random_mutation(data: Any, dice: random.Random, names: tuple[str, ...]) -> Mutation:
    """One place gets what stands at another, or one of its systematic changes."""
    spots = list(places(data))
    while True:
        path, value = dice.choice(spots)
        if dice.random() < 0.5 and path:
            return Mutation("transplanted", path, dice.choice(spots)[1])
        changes = list(_changes(path, value, names))
        if changes:
            kind, new = dice.choice(changes)
            if path:
                return Mutation(kind, path, new)
