"""Kernel objects as JSON and back: a whitelist in prefix form, with one spelling for each object.

An object is ``[tag, field, ...]``, the tag being the name of its class; a tuple is a list, a
rational is a string in lowest terms, an integer, a text, a truth value and None are themselves.
What may stand where is read off the annotations of the classes (and, in a trace, of the rules);
everything else is refused. Nothing read is ever executed, and size and depth are checked first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from itertools import accumulate
from types import NoneType, UnionType
from typing import Any, Literal, NoReturn, Union, get_args, get_origin, get_type_hints

from .certificates import Leaf, Product, Split
from .errors import SortError, TraceError
from .judgment import Theorem
from .terms import NODES, Node
from .theory import Axiom, Definition, Symbol, Theory

MAX_BYTES = 32 << 20
MAX_TOKENS = 2_000_000
MAX_DEPTH = 200
MAX_TEXT = 4_000
MAX_INTEGER = 10**9

_FRACTION = re.compile(r"-?(0|[1-9][0-9]{0,400})(/[1-9][0-9]{0,400})?")
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_CLASSES: dict[str, type[Any]] = {
    **NODES,
    **{c.__name__: c for c in (Product, Leaf, Split, Theory, Symbol, Axiom, Definition)},
}
_HINTS: dict[type[Any], dict[str, Any]] = {
    cls: {f.name: get_type_hints(cls)[f.name] for f in fields(cls) if f.init}
    for cls in _CLASSES.values()
}
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_BRACKETS = bytes(set(range(256)) - set(_STEP))
_THEOREM = "thm"
_WRITTEN: dict[Node, str] = {}
"""The texts of terms, points and formulas that have been written."""


# --- objects ----------------------------------------------------------------------------------


def written(value: object, number: Callable[[Theorem], int] | None = None) -> str:
    """The canonical text of an object; ``number`` gives the reference for a theorem."""
    known = _WRITTEN.get(value) if isinstance(value, Node) else None
    if known is not None:
        return known
    if value is None or type(value) is bool:
        return _dumped(value)
    if type(value) is int:
        return str(_integer(value))
    if type(value) is str:
        return _dumped(_text(value))
    if type(value) is Fraction:
        if max(abs(n).bit_length() for n in value.as_integer_ratio()) > 1400:
            raise TraceError("a rational number exceeds the size limit of traces")
        return f'"{_fraction_text(str(value))}"'
    if type(value) is tuple:
        return listed([written(part, number) for part in value])
    if isinstance(value, Theorem) and number is not None:
        return f'["{_THEOREM}",{number(value)}]'
    tag = type(value).__name__
    if _CLASSES.get(tag) is not type(value):
        raise TraceError(f"not an object of the kernel: {value!r}")
    names = _HINTS[_CLASSES[tag]]
    text = listed([f'"{tag}"', *[written(getattr(value, name), number) for name in names]])
    if isinstance(value, Node):
        _WRITTEN[value] = text
    return text


def listed(texts: Iterable[str]) -> str:
    """The canonical text of a list of what is written."""
    return _bounded(f"[{','.join(texts)}]")


def keyed(texts: Mapping[str, str]) -> str:
    """The canonical text of an object whose values are written."""
    return _bounded(f"{{{','.join(f'{_dumped(key)}:{texts[key]}' for key in sorted(texts))}}}")


def encode(value: object) -> Any:
    """``value`` as JSON data."""
    return json.loads(checked(written(value)))


def decode(kind: Any, data: Any, theorems: Sequence[Theorem] = ()) -> Any:
    """The object of type ``kind`` that ``data`` encodes; raises ``TraceError`` if there is none."""
    return _reader(kind).read(data, theorems)


class _Reader:
    """Reads data of one type. ``fits``: does the outermost layer of the data look like it?"""

    def __init__(self, kind: Any) -> None:
        self.kind = kind

    def fits(self, data: Any) -> bool:
        return type(data) is self.kind

    def read(self, data: Any, theorems: Sequence[Theorem]) -> Any:
        return self.value(data, theorems) if self.fits(data) else self.refuse(data)

    def value(self, data: Any, theorems: Sequence[Theorem]) -> Any:
        return _text(data) if self.kind is str else _integer(data) if self.kind is int else data

    def refuse(self, data: Any) -> NoReturn:
        name = getattr(self.kind, "__name__", str(self.kind))
        raise TraceError(f"{name} wanted, found {data!r:.80}")


class _LiteralReader(_Reader):
    def fits(self, data: Any) -> bool:
        return type(data) is str and data in get_args(self.kind)

    def value(self, data: Any, theorems: Sequence[Theorem]) -> Any:
        return data


class _FractionReader(_Reader):
    def fits(self, data: Any) -> bool:
        return type(data) is str

    def value(self, data: Any, theorems: Sequence[Theorem]) -> Any:
        return _fraction(data)


class _TheoremReader(_Reader):
    def fits(self, data: Any) -> bool:
        return type(data) is list and data[:1] == [_THEOREM]

    def value(self, data: Any, theorems: Sequence[Theorem]) -> Any:
        return _theorem(data, theorems)


class _UnionReader(_Reader):
    @cached_property
    def alternatives(self) -> list[_Reader]:
        return [_reader(a) for a in get_args(self.kind)]

    def read(self, data: Any, theorems: Sequence[Theorem]) -> Any:
        for reader in self.alternatives:
            if reader.fits(data):
                return reader.value(data, theorems)
        return self.refuse(data)


class _TupleReader(_Reader):
    @cached_property
    def parts(self) -> list[_Reader]:
        """One reader for each part, or one for all."""
        return [_reader(a) for a in get_args(self.kind) if a is not ...]

    @cached_property
    def repeats(self) -> bool:
        return get_args(self.kind)[1:] == (...,)

    def fits(self, data: Any) -> bool:
        return type(data) is list

    def value(self, data: Any, theorems: Sequence[Theorem]) -> Any:
        if self.repeats:
            read = self.parts[0].read
            return tuple([read(part, theorems) for part in data])
        if len(self.parts) != len(data):
            raise TraceError(f"{len(self.parts)} parts wanted, {len(data)} found")
        return tuple([r.read(part, theorems) for r, part in zip(self.parts, data, strict=True)])


class _ObjectReader(_Reader):
    """An object of a class or of those derived from it, tagged with the name of its class."""

    @cached_property
    def tags(self) -> frozenset[str]:
        return frozenset(tag for tag, cls in _CLASSES.items() if issubclass(cls, self.kind))

    def fits(self, data: Any) -> bool:
        tag = data[0] if type(data) is list and data else None
        return type(tag) is str and tag in self.tags

    def value(self, data: Any, theorems: Sequence[Theorem]) -> Any:
        readers = _field_readers(data[0])
        if len(data) != len(readers) + 1:
            raise TraceError(f"{data[0]} has {len(readers)} fields, {len(data) - 1} found")
        values = [r.read(part, theorems) for r, part in zip(readers, data[1:], strict=True)]
        try:
            return _CLASSES[data[0]](*values)
        except SortError as error:
            raise TraceError(f"{data[0]}: {error}") from error


@cache
def _reader(kind: Any) -> _Reader:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _UnionReader(kind)
    if origin is tuple:
        return _TupleReader(kind)
    if origin is Literal:
        return _LiteralReader(kind)
    if kind is Fraction:
        return _FractionReader(kind)
    if kind is Theorem:
        return _TheoremReader(kind)
    return _Reader(kind) if kind in (NoneType, bool, int, str) else _ObjectReader(kind)


@cache
def _field_readers(tag: str) -> list[_Reader]:
    return [_reader(hint) for hint in _HINTS[_CLASSES[tag]].values()]


def _theorem(data: list[Any], theorems: Sequence[Theorem]) -> Theorem:
    number = data[1] if len(data) == 2 else None
    if type(number) is not int or not 0 <= number < len(theorems):
        raise TraceError(f"not an earlier step: {data!r:.80}")
    return theorems[number]


def _integer(value: int) -> int:
    if abs(value) > MAX_INTEGER:
        raise TraceError("an integer exceeds the size limit")
    return value


def _text(value: str) -> str:
    if len(value) > MAX_TEXT or not value.isprintable():
        raise TraceError(f"not a printable text of at most {MAX_TEXT} characters: {value!r:.80}")
    return value


@lru_cache(maxsize=1 << 12)
def _fraction(text: str) -> Fraction:
    value = Fraction(text) if _FRACTION.fullmatch(text) else None
    if value is None or str(value) != text:
        raise TraceError(f"not a rational in lowest terms: {text!r:.80}")
    return value


def _fraction_text(text: str) -> str:
    return str(_fraction(text))


# --- text -------------------------------------------------------------------------------------


def dumps(data: Any) -> bytes:
    """The canonical text of JSON data: sorted keys, no blanks, ASCII."""
    return checked(_dumped(data)).encode("ascii")


def checked(text: str) -> str:
    """``text``, if it keeps the limits for what is read; else ``TraceError``."""
    _scan(text)
    return text


def _bounded(text: str) -> str:
    if len(text) > MAX_BYTES:
        raise TraceError(f"more than {MAX_BYTES} bytes")
    return text


def _dumped(data: Any) -> str:
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )


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
    if _dumped(value) != text:
        raise TraceError("not in canonical form")
    return value


def _scan(text: str) -> None:
    """Refuse deep or long texts before the json module does, which recurses and allocates."""
    _bounded(text)
    without, strings = _STRING.subn("", text)
    bare = without.encode("ascii", "replace")
    brackets = bare.translate(None, _NO_BRACKETS)
    if strings + bare.count(b",") + len(brackets) > MAX_TOKENS:
        raise TraceError("too many parts")
    if max(accumulate(map(_STEP.__getitem__, brackets)), default=0) > MAX_DEPTH:
        raise TraceError("nested too deeply")


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
