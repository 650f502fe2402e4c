"""Kernel objects as JSON and back: a whitelist in prefix form, with one spelling for each object.

An object is ``[tag, field, ...]``, the tag being the name of its class; a tuple is a list, a
rational is a string in lowest terms, an integer, a text, a truth value and None are themselves.
What may stand where is read off the annotations of the classes (and, in a trace, of the rules);
everything else is refused. Nothing read is ever executed, and size and depth are checked first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from fractions import Fraction
from types import NoneType, UnionType
from typing import Any, Literal, NoReturn, Union, get_args, get_origin, get_type_hints

from .certificates import Leaf, Product, Split
from .errors import SortError, TraceError
from .judgment import Theorem
from .terms import NODES
from .theory import Axiom, Definition, Symbol, Theory

MAX_BYTES = 32 << 20
MAX_TOKENS = 2_000_000
MAX_DEPTH = 200
MAX_TEXT = 4_000
MAX_INTEGER = 10**9

_FRACTION = re.compile(r"-?(0|[1-9][0-9]{0,400})(/[1-9][0-9]{0,400})?")
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{},]', re.DOTALL)
_CLASSES: dict[str, type[Any]] = {
    **NODES,
    **{c.__name__: c for c in (Product, Leaf, Split, Theory, Symbol, Axiom, Definition)},
}
_HINTS: dict[type[Any], dict[str, Any]] = {
    cls: {f.name: get_type_hints(cls)[f.name] for f in fields(cls) if f.init}
    for cls in _CLASSES.values()
}
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}
_THEOREM = "thm"


# --- objects ----------------------------------------------------------------------------------


def encode(value: object, number: Callable[[Theorem], int] | None = None) -> Any:
    """``value`` as JSON data; ``number`` gives the reference for a theorem."""
    if value is None or type(value) is bool:
        return value
    if type(value) is int:
        return _integer(value)
    if type(value) is str:
        return _text(value)
    if type(value) is Fraction:
        if max(abs(n).bit_length() for n in value.as_integer_ratio()) > 1400:
            raise TraceError("a rational number exceeds the size limit of traces")
        return _fraction_text(str(value))
    if type(value) is tuple:
        return [encode(part, number) for part in value]
    if isinstance(value, Theorem) and number is not None:
        return [_THEOREM, number(value)]
    tag = type(value).__name__
    if _CLASSES.get(tag) is not type(value):
        raise TraceError(f"not an object of the kernel: {value!r}")
    return [tag, *(encode(getattr(value, name), number) for name in _HINTS[_CLASSES[tag]])]


def decode(kind: Any, data: Any, theorems: Sequence[Theorem] = ()) -> Any:
    """The object of type ``kind`` that ``data`` encodes; raises ``TraceError`` if there is none."""
    origin, alternatives = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        fitting = [a for a in alternatives if _fits(a, data)]
        return decode(fitting[0], data, theorems) if fitting else _refuse(kind, data)
    if not _fits(kind, data):
        _refuse(kind, data)
    if origin is tuple:
        if alternatives[1:] == (...,):
            return tuple(decode(alternatives[0], part, theorems) for part in data)
        if len(alternatives) != len(data):
            raise TraceError(f"{len(alternatives)} parts wanted, {len(data)} found")
        return tuple(decode(a, part, theorems) for a, part in zip(alternatives, data, strict=True))
    if kind is Fraction:
        return Fraction(_fraction_text(data))
    if kind is Theorem:
        return _theorem(data, theorems)
    if not isinstance(data, list):
        return _text(data) if kind is str else _integer(data) if kind is int else data
    cls = _CLASSES[data[0]]
    hints = _HINTS[cls]
    if len(data) != len(hints) + 1:
        raise TraceError(f"{data[0]} has {len(hints)} fields, {len(data) - 1} found")
    values = [decode(h, part, theorems) for h, part in zip(hints.values(), data[1:], strict=True)]
    try:
        return cls(*values)
    except SortError as error:
        raise TraceError(f"{data[0]}: {error}") from error


def _fits(kind: Any, data: Any) -> bool:
    """Does the outermost layer of ``data`` look like a ``kind``?"""
    origin = get_origin(kind)
    if origin is Literal:
        return type(data) is str and data in get_args(kind)
    if origin is tuple:
        return type(data) is list
    if kind in (NoneType, bool, int, str):
        return type(data) is kind
    if kind is Fraction:
        return type(data) is str
    tag = data[0] if type(data) is list and data else None
    if kind is Theorem:
        return tag == _THEOREM
    cls = _CLASSES.get(tag) if type(tag) is str else None
    return isinstance(kind, type) and cls is not None and issubclass(cls, kind)


def _theorem(data: list[Any], theorems: Sequence[Theorem]) -> Theorem:
    number = data[1] if len(data) == 2 else None
    if type(number) is not int or not 0 <= number < len(theorems):
        raise TraceError(f"not an earlier step: {data!r:.80}")
    return theorems[number]


def _refuse(kind: Any, data: Any) -> NoReturn:
    name = getattr(kind, "__name__", str(kind))
    raise TraceError(f"{name} wanted, found {data!r:.80}")


def _integer(value: int) -> int:
    if abs(value) > MAX_INTEGER:
        raise TraceError("an integer exceeds the size limit")
    return value


def _text(value: str) -> str:
    if len(value) > MAX_TEXT or not value.isprintable():
        raise TraceError(f"not a printable text of at most {MAX_TEXT} characters: {value!r:.80}")
    return value


def _fraction_text(text: str) -> str:
    if _FRACTION.fullmatch(text) is None or str(Fraction(text)) != text:
        raise TraceError(f"not a rational in lowest terms: {text!r:.80}")
    return text


# --- text -------------------------------------------------------------------------------------


def dumps(data: Any) -> bytes:
    """The canonical text of JSON data: sorted keys, no blanks, ASCII."""
    text = json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )
    _scan(text)
    return text.encode("ascii")


def loads(data: bytes) -> Any:
    """The JSON data of a canonical text; raises ``TraceError`` for any other text."""
    if len(data) > MAX_BYTES:
        raise TraceError(f"more than {MAX_BYTES} bytes")
    try:
        text = data.decode("ascii")
        _scan(text)
        value = json.loads(
            text,
            parse_int=_parse_integer,
            parse_float=_no_float,
            parse_constant=_no_float,
            object_pairs_hook=_object,
        )
    except ValueError as error:
        raise TraceError(f"not a JSON text: {error}") from error
    if dumps(value) != data:
        raise TraceError("not in canonical form")
    return value


def _scan(text: str) -> None:
    """Refuse deep or long texts, in one pass: the json module recurses and allocates."""
    if len(text) > MAX_BYTES:
        raise TraceError(f"more than {MAX_BYTES} bytes")
    depth = 0
    for number, token in enumerate(_TOKEN.finditer(text)):
        depth += _STEP.get(token[0], 0)
        if depth > MAX_DEPTH:
            raise TraceError("nested too deeply")
        if number > MAX_TOKENS:
            raise TraceError("too many parts")


def _parse_integer(text: str) -> int:
    if len(text) > 11:
        raise TraceError("an integer exceeds the size limit")
    return int(text)


def _no_float(text: str) -> NoReturn:
    raise TraceError(f"not an exact number: {text:.80}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise TraceError("a key occurs twice")
    return dict(pairs)
