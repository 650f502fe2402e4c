"""How a theory wants to be printed: the TeX of its names, shorthands, sections, sentences.

Nothing here can change a statement: a printer shows kernel terms, under these names.

Sentences are plain text in which ``$...$`` is TeX. A claim is referred to as ``[L1]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .symbols import DoorError

MAX_TEX = 200


@dataclass(frozen=True)
class Shorthand:
    """A name for a term, used where exactly this term stands: P for a sum of expectations.

    ``arguments``: its indices, which become the name's own (``W`` at k). ``constants``: names in it
    that belong to claims, not to the theory.
    """

    name: str
    body: Any
    arguments: tuple[Any, ...]
    constants: tuple[Any, ...]
    meaning: str


@dataclass(frozen=True)
class Heading:
    """A section, which starts before the claim of this position."""

    title: str
    text: str
    position: int


class Presented:
    """The part of a theory that is for printers alone."""

    claims: Mapping[str, Any]

    def __init__(self) -> None:
        self.tex: dict[str, str] = {}
        self.shorthands: list[Shorthand] = []
        self.headings: list[Heading] = []
        self.opening = ""

    def introduce(self, text: str) -> None:
        """Sentences with which the printed theory begins."""
        self.opening = text

    def typeset(self, **names: str) -> None:
        r"""The TeX of names, as in ``typeset(tD=r"\\widetilde D")``; else it follows from the name.

        Raises ``DoorError`` for TeX that is too long or whose braces do not match.
        """
        for name, tex in names.items():
            self.tex[name] = balanced(tex)

    def shorthand(
        self,
        name: str,
        body: Any,
        *arguments: Any,
        constants: Iterable[Any] = (),
        meaning: str = "",
        tex: str = "",
    ) -> None:
        """Print ``name`` for ``body``; at other indices for the same with these in it."""
        if tex:
            self.tex[name] = balanced(tex)
        self.shorthands.append(Shorthand(name, body, arguments, tuple(constants), meaning))

    def section(self, title: str, text: str = "") -> None:
        """Let a section begin before the next claim."""
        self.headings.append(Heading(title, text, len(self.claims)))


def balanced(tex: str) -> str:
    """``tex``, if it is short and its braces match."""
    depth = 0
    for number, character in enumerate(tex):
        if character in "{}" and tex[number - 1 : number] != "\\":
            depth += 1 if character == "{" else -1
        if depth < 0:
            break
    if depth or not tex or len(tex) > MAX_TEX or "\n" in tex:
        raise DoorError(f"not a piece of TeX for a symbol: {tex!r}")
    return tex
