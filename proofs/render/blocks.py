"""Boxes as blocks of characters: fractions, roots and sums as they are written, on a terminal.

A block is a rectangle of text with a baseline. What is too wide for a line is broken at signs; a
piece that is still too wide is written in one row, with slashes for fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import combining

from .boxes import Big, Box, Digits, Fence, Name, Over, Root, Row, Script, Sign, row

_ABOVE = dict(zip("0123456789+−-=()kijlndKaeomt", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵏⁱʲˡⁿᵈᴷᵃᵉᵒᵐᵗ", strict=True))
_BELOW = dict(
    zip("0123456789+−-=()kijlnaeomtsxβγρ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₖᵢⱼₗₙₐₑₒₘₜₛₓᵦᵧᵨ", strict=True)
)
_ACCENTS = {"~": "\u0303", "^": "\u0302"}
_TALL = {
    "(": "⎛⎜⎝", ")": "⎞⎟⎠", "[": "⎡⎢⎣", "]": "⎤⎥⎦", "|": "│││", "‖": "║║║",
    "{": "⎧⎪⎩", "}": "⎫⎪⎭",
}  # fmt: skip
_BINARY = ("binary", "relation")


def width(text: str) -> int:
    """Columns on a terminal: combining accents take none."""
    return sum(not combining(c) for c in text)


@dataclass(frozen=True)
class Block:
    """Lines of one width; ``base`` is the one that stands beside the baselines of others."""

    lines: tuple[str, ...]
    base: int = 0

    @property
    def width(self) -> int:
        """In columns."""
        return max(map(width, self.lines))

    @property
    def below(self) -> int:
        """How many lines are under the baseline."""
        return len(self.lines) - self.base - 1


def block(box: Box) -> Block:
    """The formula in as many lines as it takes.

    >>> fraction = Over(row(Name("x"), Sign("+", "binary"), Digits("1")), Name("y"))
    >>> print(*(line.rstrip() for line in block(fraction).lines), sep="|")
    x + 1|─────|  y
    """
    if isinstance(box, Name):
        return Block((box.text + _ACCENTS.get(box.accent, ""),))
    if isinstance(box, Digits):
        return Block((box.text,))
    if isinstance(box, Sign):
        return Block((_sign(box),))
    if isinstance(box, Row):
        return _beside(map(block, _spaced(box.parts)))
    if isinstance(box, Over):
        return _over(block(box.above), block(box.below))
    if isinstance(box, Root):
        return _root(box)
    if isinstance(box, Script):
        return _script(box)
    if isinstance(box, Fence):
        return _fence(box.left, block(box.body), box.right)
    return _stacked(block(_tight(box.over)), Block((box.symbol,)), block(_tight(box.under)))


def linear(box: Box) -> str:
    """The formula in one row.

    >>> linear(Over(row(Name("x"), Sign("+", "binary"), Digits("1")), Name("y")))
    '(x + 1)/y'
    """
    if isinstance(box, Row):
        return "".join(map(linear, _spaced(box.parts)))
    if isinstance(box, Over):
        return f"{_one(box.above)}/{_one(box.below)}"
    if isinstance(box, Root):
        return f"√{_one(box.body, always=isinstance(box.body, Row))}"
    if isinstance(box, Script):
        base = linear(box.base)
        return f"{base}{_small(box.sub, _BELOW, '_')}{_small(box.sup, _ABOVE, '^')}"
    if isinstance(box, Fence):
        return f"{box.left}{linear(box.body)}{box.right}"
    if isinstance(box, Big):
        return f"{box.symbol}_{{{linear(_tight(box.under))}..{linear(_tight(box.over))}}}"
    return block(box).lines[0]


def _one(box: Box, always: bool = False) -> str:
    """A part of a fraction or of a root in one row, in brackets if it would fall apart."""
    atomic = isinstance(box, Name | Digits | Script | Fence | Root)
    return linear(box) if atomic and not always else f"({linear(box)})"


def wrapped(box: Box, columns: int, first: str = "", indent: str = "") -> list[str]:
    """The formula within so many columns, as far as that can be.

    ``first``: what stands before it on its baseline; ``indent``: before what follows a break.
    """
    room = max(columns - max(width(first), width(indent)), 16)
    found, before = list[str](), first
    for line in _packed(box, room):
        found += _lines(_beside([Block((before,)), line]))
        before = indent
    return found


def _lines(one: Block) -> list[str]:
    return [line.rstrip() for line in one.lines]


def _packed(box: Box, room: int) -> list[Block]:
    """Blocks for the lines of a formula, each narrow enough if it can be."""
    whole = block(box)
    if whole.width <= room:
        return [whole]
    rows, current = list[Block](), list[Box]()
    for piece in _pieces(box, room):
        tried = block(row(*current, piece))
        if current and tried.width > room:
            rows.append(block(row(*current)))
            current = []
        if not current and block(piece).width > room:
            rows += _folded(linear(piece), room)
        else:
            current.append(piece)
    return [*rows, block(row(*current))] if current else rows


def _folded(text: str, room: int) -> list[Block]:
    """One long row, cut at spaces where there are any."""
    rows, line = list[Block](), ""
    for word in text.split(" "):
        while width(word) > room:
            if line:
                rows.append(Block((line,)))
                line = ""
            rows.append(Block((word[:room],)))
            word = word[room:]
        joined = f"{line} {word}" if line else word
        if width(joined) > room:
            rows.append(Block((line,)))
            joined = word
        line = joined
    return [*rows, Block((line,))] if line else rows


def _pieces(box: Box, room: int) -> list[Box]:
    """The formula cut before signs, also within brackets that are too wide."""
    pieces, current = list[Box](), list[Box]()
    for part in box.parts if isinstance(box, Row) else (box,):
        if isinstance(part, Sign) and part.role in _BINARY and current:
            pieces.append(row(*current))
            current = [part]
        elif isinstance(part, Fence) and block(part).width > room and part.left != "|":
            inner = _pieces(part.body, room)
            current += [Sign(part.left, "prefix"), inner[0]]
            if len(inner) > 1:
                pieces += [row(*current), *inner[1:-1]]
                current = [inner[-1]]
            current.append(Sign(part.right, "prefix"))
        elif isinstance(part, Big) and current and block(row(*current)).width > room // 3:
            pieces.append(row(*current))
            current = [part]
        else:
            current.append(part)
            if isinstance(part, Sign) and part.role in ("comma", "word"):
                pieces.append(row(*current))
                current = []
    return [*pieces, row(*current)] if current else pieces


# --- pieces -------------------------------------------------------------------------------------


def _sign(sign: Sign) -> str:
    if sign.role in _BINARY:
        return sign.text if sign.text == "·" else f" {sign.text} "
    return {"comma": f"{sign.text} ", "word": f" {sign.text} "}.get(sign.role, sign.text)


def _spaced(parts: Sequence[Box]) -> Iterable[Box]:
    """A space between factors that would be read as one name, or as one fraction."""
    for n, part in enumerate(parts):
        if n and _apart(parts[n - 1], part):
            yield Sign(" ", "prefix")
        yield part


def _apart(left: Box, right: Box) -> bool:
    if isinstance(left, Sign) or isinstance(right, Sign):
        return isinstance(left, Sign) and left.text in ")]}" and not isinstance(right, Sign)
    if isinstance(left, Script) and isinstance(left.base, Sign):
        return False  # a nabla
    held = right.base if isinstance(right, Script) else right
    if isinstance(held, Fence) and not isinstance(left, Over | Big):
        return False
    if isinstance(left, Script) and isinstance(left.base, Name) and left.base.upright:
        return True
    return not isinstance(left, Digits) or isinstance(right, Digits | Over | Big)


def _beside(blocks: Iterable[Block]) -> Block:
    parts = list(blocks)
    above, below = max(p.base for p in parts), max(p.below for p in parts)
    lines = [""] * (above + below + 1)
    for part in parts:
        wide = part.width
        for n in range(len(lines)):
            at = n - above + part.base
            lines[n] += _padded(part.lines[at], wide) if 0 <= at < len(part.lines) else " " * wide
    return Block(tuple(lines), above)


def _padded(text: str, wide: int) -> str:
    return text + " " * (wide - width(text))


def _centred(one: Block, wide: int) -> tuple[str, ...]:
    before = (wide - one.width) // 2
    return tuple(_padded(" " * before + line, wide) for line in one.lines)


def _stacked(above: Block, middle: Block, below: Block) -> Block:
    wide = max(above.width, middle.width, below.width)
    upper = _centred(above, wide)
    return Block(
        (*upper, *_centred(middle, wide), *_centred(below, wide)), len(upper) + middle.base
    )


def _over(above: Block, below: Block) -> Block:
    return _stacked(above, Block(("─" * max(above.width, below.width),)), below)


def _root(box: Root) -> Block:
    body = block(box.body)
    if len(body.lines) == 1:
        return Block((linear(box),))
    lines = [f" ┌{'─' * body.width}", *(f" │{_padded(line, body.width)}" for line in body.lines)]
    lines[-1] = f"√{lines[-1][1:]}"
    return Block(tuple(lines), body.base + 1)


def _fence(left: str, body: Block, right: str) -> Block:
    if len(body.lines) == 1 or left not in _TALL or right not in _TALL:
        return _beside([Block((left,)), body, Block((right,))])
    return _beside([_bracket(left, body), body, _bracket(right, body)])


def _bracket(sign: str, body: Block) -> Block:
    top, middle, bottom = tuple(_TALL[sign])
    return Block((top, *[middle] * (len(body.lines) - 2), bottom), body.base)


def _script(box: Script) -> Block:
    base = block(box.base)
    if len(base.lines) == 1:
        sup = _small(box.sup, _ABOVE, "")
        if sup or box.sup is None:
            return Block((f"{base.lines[0]}{_small(box.sub, _BELOW, '_')}{sup}",))
        if not isinstance(box.sup, Sign):
            beneath = Block((base.lines[0] + _small(box.sub, _BELOW, "_"),))
            return _raised(beneath, block(_tight(box.sup)))
        return Block((linear(box),))
    if box.sub is not None:
        tail = block(_tight(box.sub))
        base = _beside([base, Block((*[" " * tail.width] * base.below, *tail.lines))])
    return base if box.sup is None else _raised(base, block(_tight(box.sup)))


def _raised(base: Block, sup: Block) -> Block:
    """``sup`` above right of ``base``: beside the top line of what is tall."""
    gap = [" " * sup.width] * max(base.base - 1, 0)
    lifted = Block((*sup.lines, *gap, " " * sup.width), len(sup.lines) + len(gap))
    return _beside([base, lifted])


def _tight(box: Box) -> Box:
    """Without the spaces around signs, as what is small is written."""
    if isinstance(box, Row):
        parts = (Sign(p.text, "prefix") if isinstance(p, Sign) and p.role in _BINARY else p
                 for p in box.parts)  # fmt: skip
        return row(*parts)
    return box


def _small(box: Box | None, letters: dict[str, str], mark: str) -> str:
    """Letters of Unicode's that are small; else ``mark`` and the text, or nothing without one."""
    if box is None:
        return ""
    text = linear(_tight(box)).replace(", ", ",")
    if all(c in letters for c in text):
        return "".join(letters[c] for c in text)
    if text == "*":
        return text
    if not mark:
        return ""
    return f"{mark}{text}" if len(text) == 1 or text.isalnum() else f"{mark}({text})"
