"""Boxes as MathML: presentation markup that browsers set without any script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from ..kernel.terms import Node, Op, Term
from ..kernel.theory import Theory
from .boxes import (
    Big,
    Box,
    Digits,
    Fence,
    Name,
    Over,
    Root,
    Row,
    Script,
    Sign,
    lines,
    measure,
    row,
)
from .document import Abbreviation
from .setting import Setter
from .text import OPS

WIDTH = 24.0
"""From how many glyphs on a formula is offered to the browser in pieces."""


def element(box: Box) -> str:
    """One box as MathML, without the ``math`` element around it.

    >>> element(Over(Digits("1"), Name("x")))
    '<mfrac><mn>1</mn><mi>x</mi></mfrac>'
    """
    if isinstance(box, Name):
        return _name(box)
    if isinstance(box, Digits):
        return f"<mn>{escape(box.text)}</mn>"
    if isinstance(box, Sign):
        return _sign(box)
    if isinstance(box, Row):
        return f"<mrow>{_inside(box)}</mrow>"
    if isinstance(box, Over):
        return f"<mfrac>{element(box.above)}{element(box.below)}</mfrac>"
    if isinstance(box, Root):
        return f"<msqrt>{_inside(box.body)}</msqrt>"
    if isinstance(box, Script):
        return _script(box)
    if isinstance(box, Fence):
        form = ' stretchy="false"' if _low(box.body) else ""
        left = f'<mo form="prefix" fence="true"{form}>{escape(box.left)}</mo>'
        right = f'<mo form="postfix" fence="true"{form}>{escape(box.right)}</mo>'
        return f"<mrow>{left}{_inside(box.body)}{right}</mrow>"
    return (
        f"<munderover><mo>{escape(box.symbol)}</mo>{element(box.under)}{element(box.over)}"
        "</munderover>"
    )


def _inside(box: Box) -> str:
    """What stands in an element that is a row by itself."""
    return "".join(map(element, box.parts)) if isinstance(box, Row) else element(box)


def _name(box: Name) -> str:
    upright = ' mathvariant="normal"' if box.upright and len(box.text) == 1 else ""
    letter = f"<mi{upright}>{escape(box.text)}</mi>"
    if not box.accent:
        return letter
    return f'<mover accent="true">{letter}<mo stretchy="false">{escape(box.accent)}</mo></mover>'


def _sign(box: Sign) -> str:
    if box.role == "word":
        return f"<mspace width='0.5em'/><mtext>{escape(box.text)}</mtext><mspace width='0.5em'/>"
    if box.role == "comma":
        return f'<mo separator="true">{escape(box.text)}</mo>'
    form = "infix" if box.role in ("binary", "relation") else "prefix"
    if box.text in ")]}":
        form = "postfix"
    extra = ' stretchy="false"' if box.text in "()[]{}|‖" else ""
    if box.role == "prefix" and box.text in "/*∇":
        extra += ' lspace="0" rspace="0"'
    return f'<mo form="{form}"{extra}>{escape(box.text)}</mo>'


def _script(box: Script) -> str:
    base = element(box.base)
    if box.sub is not None and box.sup is not None:
        return f"<msubsup>{base}{element(box.sub)}{element(box.sup)}</msubsup>"
    if box.sub is not None:
        return f"<msub>{base}{element(box.sub)}</msub>"
    return f"<msup>{base}{element(box.sup)}</msup>" if box.sup is not None else base


def _low(box: Box) -> bool:
    """Does it stand no higher than brackets do?"""
    if isinstance(box, Over | Root | Big):
        return False
    if isinstance(box, Row):
        return all(map(_low, box.parts))
    if isinstance(box, Fence):
        return _low(box.body)
    return _low(box.base) if isinstance(box, Script) else True


def math(box: Box, *, display: bool = False, width: float = WIDTH) -> str:
    """A whole formula; a wide one as several ``math`` elements, between which lines may break."""
    style = ' displaystyle="true"' if display else ""
    pieces = [box] if measure(box) <= width else lines(box, width)
    return "<wbr>".join(f"<math{style}>{_inside(piece)}</math>" for piece in pieces)


class MathPrinter(Setter):
    """MathML for terms of a theory."""

    def __init__(
        self,
        theory: Theory | None = None,
        names: Mapping[str, str] | None = None,
        shorthands: Iterable[Abbreviation] = (),
    ) -> None:
        super().__init__(theory, names, shorthands)
        self._made: dict[tuple[Node, bool], str] = {}

    def show(self, node: Node, *, display: bool = False) -> str:
        """A term, a point, an index or a formula; each is set once."""
        at = (node, display)
        if at not in self._made:
            self._made[at] = math(self.box(node), display=display)
        return self._made[at]

    def related(self, op: Op, right: Term) -> str:
        """The second half of a line of a chain: a relation, and what it relates to."""
        return math(row(Sign(OPS[op], "relation"), self.box(right)), display=True)
