"""Formulas as boxes: what is set above, below, beside what, before any output format is chosen.

A printer for a format (MathML, TeX) needs to know nothing of terms, only how to write these few
boxes. ``measure`` gives their width in glyphs, for breaking lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["binary", "prefix", "relation", "comma", "word"]


@dataclass(frozen=True)
class Name:
    """A letter, slanted as variables are; or a word such as ``max``, upright."""

    text: str
    upright: bool = False
    accent: str = ""


@dataclass(frozen=True)
class Digits:
    """A natural number."""

    text: str


@dataclass(frozen=True)
class Sign:
    """An operator, a relation, a comma, or words between formulas."""

    text: str
    role: Role


@dataclass(frozen=True)
class Row:
    """Boxes side by side."""

    parts: tuple[Box, ...]


@dataclass(frozen=True)
class Over:
    """A fraction."""

    above: Box
    below: Box


@dataclass(frozen=True)
class Root:
    """A square root."""

    body: Box


@dataclass(frozen=True)
class Script:
    """A base with what is set below and above right of it."""

    base: Box
    sub: Box | None = None
    sup: Box | None = None


@dataclass(frozen=True)
class Fence:
    """Something between brackets."""

    left: str
    body: Box
    right: str


@dataclass(frozen=True)
class Big:
    """A large operator with limits."""

    symbol: str
    under: Box
    over: Box


Box = Name | Digits | Sign | Row | Over | Root | Script | Fence | Big


def row(*parts: Box) -> Box:
    """The boxes side by side; rows within rows are one row."""
    flat = list[Box]()
    for part in parts:
        flat.extend(part.parts if isinstance(part, Row) else (part,))
    return flat[0] if len(flat) == 1 else Row(tuple(flat))


def measure(box: Box) -> float:
    """About how wide it is, in glyphs.

    >>> measure(Over(row(Digits("1"), Sign("+", "binary"), Name("x")), Digits("2")))
    4.5
    """
    if isinstance(box, Name | Digits):
        return float(len(box.text))
    if isinstance(box, Sign):
        return len(box.text) + {"binary": 1.0, "relation": 1.5, "comma": 0.5}.get(box.role, 0.0)
    if isinstance(box, Row):
        return sum(map(measure, box.parts))
    if isinstance(box, Over):
        return max(measure(box.above), measure(box.below)) + 0.5
    if isinstance(box, Root):
        return measure(box.body) + 1
    if isinstance(box, Script):
        small = max((measure(s) for s in (box.sub, box.sup) if s is not None), default=0.0)
        return measure(box.base) + 0.7 * small
    if isinstance(box, Fence):
        return measure(box.body) + 1
    return max(1.5, 0.7 * measure(box.under), 0.7 * measure(box.over))


LONG = 1.7
"""From how many widths on brackets are parted from what they hold: then they no longer grow."""


def lines(box: Box, width: float) -> list[Box]:
    """The row cut into pieces between which a line may end, each narrow if it can be.

    Cuts are before binary signs and relations, also within brackets that are too wide.
    """
    parts = box.parts if isinstance(box, Row) else (box,)
    pieces, current = list[Box](), list[Box]()

    def flush() -> None:
        if current:
            pieces.append(row(*current))
            current.clear()

    for part in parts:
        if isinstance(part, Sign) and part.role in ("binary", "relation"):
            flush()
            current.append(part)
        elif isinstance(part, Fence) and measure(part) > LONG * width and part.left != "|":
            inner = lines(part.body, width)
            if len(inner) == 1:  # nothing to gain
                current.append(part)
                continue
            current.append(Sign(part.left, "prefix"))
            current.append(inner[0])
            flush()
            pieces.extend(inner[1:-1])
            current.append(inner[-1])
            current.append(Sign(part.right, "prefix"))
        else:
            current.append(part)
            if isinstance(part, Sign) and part.role in ("comma", "word"):
                flush()
    flush()
    return pieces


# --- putting boxes together ---------------------------------------------------------------------


def scripted(base: Box, sub: Box | None, sup: Box | None) -> Box:
    """Scripts on a name that may have some already."""
    if isinstance(base, Script):
        if base.sub is not None and sub is not None:
            sub = row(base.sub, Sign(",", "comma"), sub)
        if base.sup is not None and sup is not None:
            return Script(Fence("(", base, ")"), sub, sup)
        return Script(base.base, sub or base.sub, sup or base.sup)
    return Script(base, sub, sup)


def listed(parts: list[Box]) -> Box:
    """Boxes with commas between."""
    shown = list[Box]()
    for n, part in enumerate(parts):
        shown.extend((Sign(",", "comma"), part) if n else (part,))
    return row(*shown)


def whole(value: int) -> Box:
    """An integer."""
    return Digits(str(value)) if value >= 0 else row(Sign("−", "prefix"), Digits(str(-value)))


def has_sup(box: Box) -> bool:
    """Is something set above right of it already?"""
    return isinstance(box, Script) and box.sup is not None


def plain(box: Box) -> bool:
    """May an exponent be set on it as it is?"""
    return isinstance(box, Name | Script | Fence)


def starts_with_digit(box: Box) -> bool:
    """Would a number before it be read together with it?"""
    while True:
        if isinstance(box, Digits):
            return True
        if isinstance(box, Over):
            return isinstance(box.above, Digits) and isinstance(box.below, Digits)
        if isinstance(box, Script):
            box = box.base
        elif hasattr(box, "parts") and box.parts:
            box = box.parts[0]
        else:
            return False
