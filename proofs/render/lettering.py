"""Names as boxes, as they are spelled: Greek letters, indices, accents."""

from __future__ import annotations

import re

from .boxes import Box, Digits, Name, Script, Sign
from .text import GREEK

_TILDE = "~"


def name_box(name: str) -> Box:
    """``sigma_s`` as sigma with an s below, ``x0`` as x with a 0 below, ``fstar`` as f*."""
    if name == "fstar":
        return Script(Name("f"), sup=Sign("*", "prefix"))
    head, _, tail = name.partition("_")
    digits = re.fullmatch(r"([A-Za-z]+)(\d+)", head)
    if digits and not tail:
        head, tail = digits.groups()
    base = _letter(head)
    return Script(base, sub=_small(tail)) if tail else base


def _letter(head: str) -> Box:
    if head in GREEK:
        return Name(GREEK[head])
    if len(head) == 2 and head[0] == "t" and head[1].isupper():  # tD: D with a tilde
        return Name(head[1], accent=_TILDE)
    if len(head) > 1 and head[0] == "h" and head[1:] in GREEK:
        return Name(GREEK[head[1:]], accent="^")
    return Name(head, upright=len(head) > 1)


def _small(tail: str) -> Box:
    if tail.isdigit():
        return Digits(tail)
    return Name(GREEK.get(tail, tail), upright=tail not in GREEK and len(tail) > 1)
