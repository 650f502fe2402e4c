"""Conditions as they are written one after another: 1 <= k and k <= K as 1 <= k <= K."""

from __future__ import annotations

from collections.abc import Iterable

from ..kernel.terms import Formula, Le, Node, Op, Rel
from .boxes import Box, Sign, row
from .setting import Setter
from .text import OPS


def conditions(formulas: Iterable[Formula], setter: Setter) -> list[Box]:
    """Each formula as a box; of two that meet, one is made."""
    shown, waiting = list[Box](), [*formulas]
    while waiting:
        first = waiting.pop(0)
        ends = _ends(first)
        after = _ends(waiting[0]) if waiting else None
        box = setter.box(first)
        if ends is not None and after is not None and ends[2] == after[0]:
            waiting.pop(0)
            box = row(box, Sign(OPS[after[1]], "relation"), setter.box(after[2]))
        shown.append(box)
    return shown


def _ends(formula: Formula) -> tuple[Node, Op, Node] | None:
    """The sides of an inequality, and how they are related."""
    if isinstance(formula, Le):
        return formula.left, "<=", formula.right
    if isinstance(formula, Rel) and formula.op != "=":
        return formula.left, formula.op, formula.right
    return None
