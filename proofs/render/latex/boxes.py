"""Pieces of mathematics with their width, and how a row of them is broken into lines.

Widths are in em of the text font, estimated glyph by glyph: what counts is what is seen, not how
long its source is. ``tall`` says how high a piece is: 0 a letter, 1 a root, 2 a fraction, 3 a sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NEVER = 10_000
NESTED = 12
"""What a break costs more inside one more pair of brackets."""
SHORT, LONG = 8.0, 18.0
"""How wide brackets are that ought to stay on one line, and those that need not."""
TOGETHER = 60
"""What a break in short brackets costs more than one in long brackets."""
FENCES = (("", "", 0.39), (r"\bigl", r"\bigr", 0.46), (r"\Bigl", r"\Bigr", 0.60),
          (r"\biggl", r"\biggr", 0.74))  # fmt: skip


@dataclass(frozen=True)
class Bit:
    """Something that is not broken. ``cost``: of a break before it; ``mark``: what is put there."""

    text: str
    width: float
    cost: int = NEVER
    mark: str = ""


@dataclass(frozen=True)
class Box:
    """A row of bits."""

    bits: tuple[Bit, ...]
    tall: int = 0

    @property
    def width(self) -> float:
        """In em."""
        return sum(bit.width for bit in self.bits)

    @property
    def text(self) -> str:
        """On one line."""
        return joined(bit.text for bit in self.bits)

    def solid(self) -> Box:
        """The same, not to be broken."""
        return box(self.text, self.width, self.tall)

    def deeper(self) -> Box:
        """The same, where breaks cost more: much more if it is short."""
        slack = min(1.0, max(0.0, (LONG - self.width) / (LONG - SHORT)))
        more = NESTED + round(TOGETHER * slack)
        return Box(
            tuple(
                Bit(b.text, b.width, b.cost if b.cost >= NEVER else b.cost + more, b.mark)
                for b in self.bits
            ),
            self.tall,
        )

    def breakable(self, cost: int, mark: str = "") -> Box:
        """The same, with a break allowed before it."""
        first, *rest = self.bits
        return Box((Bit(first.text, first.width, cost, mark), *rest), self.tall)


def box(text: str, width: float, tall: int = 0) -> Box:
    """One bit."""
    return Box((Bit(text, width),), tall)


def row(*parts: Box) -> Box:
    """Boxes side by side."""
    bits = tuple(bit for part in parts for bit in part.bits)
    return Box(bits, max((p.tall for p in parts), default=0))


def fenced(inner: Box, left: str = "(", right: str = ")") -> Box:
    """In brackets as high as need be, which may stand on different lines."""
    before, after, width = FENCES[min(inner.tall, 3)]
    bits = (Bit(f"{before}{left}", width), *inner.deeper().bits, Bit(f"{after}{right}", width))
    return Box(bits, inner.tall)


def joined(texts: Iterable[str]) -> str:
    """TeX tokens one after the other; a space only where a command would swallow a letter."""
    out = ""
    for text in texts:
        if out and text[:1].isalpha() and _ends_in_command(out):
            out += " "
        out += text
    return out


def _ends_in_command(text: str) -> bool:
    at = len(text)
    while at and text[at - 1].isalpha():
        at -= 1
    return 0 < at < len(text) and text[at - 1] == "\\" and text[at - 2 : at] != "\\\\"


def lines(inner: Box, first: float, later: float) -> list[str]:
    """The box on lines: ``first`` em are free on the first, ``later`` on the others.

    The breaks that cost least are taken, then the fewest lines. What fits nowhere stands alone.
    """
    return laid(inner, first, later)[1]


def laid(inner: Box, first: float, later: float) -> tuple[float, list[str]]:
    """What ``lines`` gives, and what its breaks cost."""
    bits = inner.bits
    starts = [0, *(n for n, bit in enumerate(bits) if n and bit.cost < NEVER)]
    best: dict[int, tuple[float, int]] = {len(bits): (0.0, len(bits))}
    widths = _sums([bit.width for bit in bits])
    for start in reversed(starts):
        room = first if start == 0 else later
        extra = 0.8 if bits[start].mark else 0.0
        options = list[tuple[float, int]]()
        for end in [*(s for s in starts if s > start), len(bits)]:
            width = widths[end] - widths[start] + extra
            if end not in best:
                continue
            cost = best[end][0] + (0.0 if end == len(bits) else bits[end].cost + 3.0)
            if width > room:
                cost += 1000.0 + 100 * (width - room)
            options.append((cost, end))
        best[start] = min(options)
    out, at = list[str](), 0
    while at < len(bits):
        end = best[at][1]
        texts = [bit.text for bit in bits[at:end]]
        if at and bits[at].mark:
            texts.insert(0, bits[at].mark)
        out.append(joined(texts))
        at = end
    return best[0][0], out


def _sums(widths: Sequence[float]) -> list[float]:
    total, out = 0.0, [0.0]
    for width in widths:
        total += width
        out.append(total)
    return out
