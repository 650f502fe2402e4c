r"""A little TeX as boxes: what authors write for names (``\widetilde D``) and in sentences ($x_i$).

Only letters, scripts, accents, fractions, roots, common signs. What is not known is shown as the
word it is, so that a page never fails for a symbol.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .boxes import Box, Digits, Name, Over, Root, Row, Script, Sign, row
from .text import GREEK

_TOKEN = re.compile(r"#[1-9]|\\[A-Za-z]+|\\.|[0-9]+(?:\.[0-9]+)?|\S")
_ACCENTS = {
    "hat": "^", "widehat": "^", "tilde": "~", "widetilde": "~", "bar": "¯", "overline": "¯",
    "dot": "˙", "vec": "→",
}  # fmt: skip
_UPRIGHT = frozenset({"mathrm", "operatorname", "text", "textrm", "mathbf", "mathsf", "mathbb"})
_SIGNS = {
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "in": "∈", "to": "→",
    "approx": "≈", "mid": "|", "subset": "⊂", "sim": "∼", "mapsto": "↦", "Rightarrow": "⇒",
}  # fmt: skip
_BINARY = {"cdot": "·", "times": "×", "pm": "±", "cup": "∪", "cap": "∩"}
_LETTERS = {
    "infty": "∞", "ell": "ℓ", "dots": "…", "ldots": "…", "cdots": "⋯", "star": "*", "ast": "*",
    "prime": "′", "varepsilon": "ε", "epsilon": "ε", "varphi": "φ", "vartheta": "ϑ", "sum": "∑",
    "prod": "∏", "partial": "∂", "lVert": "‖", "rVert": "‖", "Vert": "‖", "lvert": "|",
    "rvert": "|", "vert": "|", "lbrace": "{", "rbrace": "}", "langle": "⟨", "rangle": "⟩",
    "Omega": "Ω", "Theta": "Θ", "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Pi": "Π",
}  # fmt: skip
_SCRIPT = {"F": "ℱ", "L": "ℒ", "N": "𝒩", "O": "𝒪", "B": "ℬ", "H": "ℋ"}
_SKIPPED = frozenset(
    {"left", "right", "bigl", "bigr", "Bigl", "Bigr", "big", "Big", "displaystyle", "limits",
     "mathopen", "mathclose", "mathord", "quad", "qquad"}
)  # fmt: skip
_SPACES = frozenset({r"\,", r"\;", r"\:", r"\!", r"\ ", "~", "$", "&"})
MAX_DEPTH = 40


@dataclass(frozen=True)
class Slot(Name):
    """The place of an argument: #1."""

    number: int = 1


@dataclass
class _Reader:
    tokens: list[str]
    at: int = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def group(self, depth: int) -> Box:
        """A braced group, or the next thing alone."""
        if self.peek() == "{":
            self.take()
            inside = self.run(depth + 1, "}")
            self.take()
            return inside
        return self.atom(depth + 1)

    def run(self, depth: int, end: str = "") -> Box:
        parts = list[Box]()
        while self.peek() and self.peek() != end and depth < MAX_DEPTH:
            if self.peek() in _SPACES or self.peek().lstrip("\\") in _SKIPPED:
                self.take()
                continue
            parts.append(self.scripted(depth))
        return row(*parts) if parts else Name("")

    def scripted(self, depth: int) -> Box:
        base = Name("") if self.peek() in ("_", "^") else self.atom(depth)
        sub: Box | None = None
        sup: Box | None = None
        while self.peek() in ("_", "^", "'"):
            token = self.take()
            if token == "_":
                sub = self.group(depth)
            else:
                sup = Sign("′", "prefix") if token == "'" else self.group(depth)
        return base if sub is None and sup is None else Script(base, sub, sup)

    def atom(self, depth: int) -> Box:
        if self.peek() == "{":
            return self.group(depth)
        token = self.take()
        return self.command(token[1:], depth) if token.startswith("\\") else _plain(token)

    def command(self, word: str, depth: int) -> Box:
        if word in _ACCENTS:
            inner = self.group(depth)
            text = inner.text if isinstance(inner, Name) else ""
            if text:
                return Name(text, accent=_ACCENTS[word])
            if isinstance(inner, Script) and isinstance(inner.base, Name):
                return Script(Name(inner.base.text, accent=_ACCENTS[word]), inner.sub, inner.sup)
            return inner
        if word in ("frac", "tfrac", "dfrac"):
            return Over(self.group(depth), self.group(depth))
        if word == "sqrt":
            return Root(self.group(depth))
        if word in _UPRIGHT:
            return Name(_letters(self.group(depth)), upright=True)
        if word == "mathit":
            return Name(_letters(self.group(depth)))
        if word == "mathcal":
            letters = _letters(self.group(depth))
            return Name(_SCRIPT.get(letters, letters), upright=True)
        return _command(word)


def _plain(token: str) -> Box:
    if token[:1].isdigit():
        return Digits(token)
    if token.startswith("#") and len(token) == 2:
        return Slot("", number=int(token[1]))
    if token in "+-":
        return Sign("−" if token == "-" else "+", "binary")
    if token in "<>=":
        return Sign(token, "relation")
    if token in ",;:":
        return Sign(token, "comma")
    return Name(token) if token.isalpha() else Sign(token, "prefix")


def _command(word: str) -> Box:
    if word in GREEK:
        return Name(GREEK[word])
    if word in _SIGNS:
        return Sign(_SIGNS[word], "relation")
    if word in _BINARY:
        return Sign(_BINARY[word], "binary")
    if word == "rcE":
        return Name("E", upright=True)
    if word == "nabla":
        return Sign("∇", "prefix")
    if word == "|":
        return Sign("‖", "prefix")
    if word in _LETTERS:
        return Name(_LETTERS[word])
    return Name(word, upright=True)  # max, log, or what is not known


def _letters(box: Box) -> str:
    r"""The letters of a box set upright, as of ``\mathrm{max}``."""
    if isinstance(box, Name | Digits | Sign):
        return box.text
    if isinstance(box, Script):
        return _letters(box.base)
    return "".join(map(_letters, box.parts)) if hasattr(box, "parts") else ""


def has_slots(box: Box) -> bool:
    """Is there a place for an argument, #1 or #2?"""
    return filled(box, ()) != box


def filled(box: Box, arguments: Sequence[Box]) -> Box:
    """The box with arguments in their places; those that are missing are left out."""
    if isinstance(box, Slot):
        return arguments[box.number - 1] if box.number <= len(arguments) else Name("")
    if isinstance(box, Row):
        return row(*(filled(part, arguments) for part in box.parts))
    if isinstance(box, Script):
        sub, sup = (None if s is None else filled(s, arguments) for s in (box.sub, box.sup))
        return Script(filled(box.base, arguments), sub, sup)
    if isinstance(box, Over):
        return Over(filled(box.above, arguments), filled(box.below, arguments))
    return Root(filled(box.body, arguments)) if isinstance(box, Root) else box


def tex_box(tex: str) -> Box:
    r"""The boxes of a piece of TeX.

    >>> tex_box(r"\widetilde D")
    Name(text='D', upright=False, accent='~')
    >>> tex_box(r"\sqrt 2")
    Root(body=Digits(text='2'))
    """
    reader = _Reader(_TOKEN.findall(tex))
    parts = list[Box]()
    while reader.peek():
        parts.append(reader.run(0))
        if reader.peek():  # a brace too many, or nesting too deep
            reader.take()
    found = row(*parts) if parts else Name("")
    return found
