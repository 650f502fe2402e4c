"""Names as TeX: what the author set, else Greek letters and subscripts read off the name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ...language.presentation import balanced
from .boxes import Box, box

_LETTERS = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
GREEK = frozenset(_LETTERS.split())
SPECIAL = {"eps": r"\varepsilon", "epsilon": r"\varepsilon", "lam": r"\lambda", "fstar": "f^*"}
SCRIPT = 0.72
"""How large an index is, of the letter it belongs to."""
_NAMED = re.compile(r"([A-Za-z]+?)(\d*)(?:_([A-Za-z0-9]+))?")


def default(name: str) -> str:
    r"""``c_eta`` as ``c_{\eta}``, ``G0`` as ``G_{0}``, ``fstar`` as ``f^*``."""
    found = _NAMED.fullmatch(name)
    if name in SPECIAL or found is None:
        return SPECIAL.get(name, rf"\mathrm{{{escaped(name)}}}")
    head, digits, tail = found.groups()
    below = ",".join(part for part in (digits, _word(tail or "")) if part)
    shown = _word(head)
    return f"{shown}_{{{below}}}" if below else shown


def _word(text: str) -> str:
    if text in SPECIAL:
        return SPECIAL[text]
    if text in GREEK:
        return f"\\{text}"
    return text if len(text) < 2 or text.isdigit() else rf"\mathrm{{{escaped(text)}}}"


def escaped(text: str) -> str:
    """Text without anything that TeX reads as a command."""
    table = {
        "<": "$<$",
        ">": "$>$",
        "|": "$|$",
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
    return "".join(table.get(c, f"\\{c}" if c in "{}$&#%_" else c) for c in text)


def width(tex: str) -> float:
    """About how many em a name takes."""
    total, scale, depth, scripts = 0.0, 1.0, 0, list[int]()
    for token in re.findall(r"\\[A-Za-z]+|\\.|.", tex):
        if token in "^_":
            scale = SCRIPT if not scripts else 0.55
            continue
        if token == "{":
            depth += 1
            if scale < 1.0:
                scripts.append(depth)
            continue
        if token == "}":
            if scripts and scripts[-1] == depth:
                scripts.pop()
                scale = 1.0
            depth -= 1
            continue
        total += scale * _glyph(token)
        if scale < 1.0 and not scripts:
            scale = 1.0
    return total


def _glyph(token: str) -> float:
    if token in (r"\widetilde", r"\tilde", r"\overline", r"\bar", r"\widehat", r"\hat", r"\mathrm",
                 r"\mathcal", r"\mathbf", r"\mathbb", r"\text", " ", r"\,", r"\!"):  # fmt: skip
        return 0.0
    if token in (r"\le", r"\ge", "=", "<", ">"):
        return 1.35
    if token in "+-":
        return 1.0
    if token in ("(", ")", "[", "]", "|", ",", r"\|"):
        return 0.45
    return 0.75 if token[-1:].isupper() or token in (r"\Delta", r"\Sigma", r"\nabla") else 0.6


class Names:
    """The TeX of names in one document."""

    def __init__(self, chosen: Mapping[str, str]) -> None:
        self.chosen = {name: balanced(tex) for name, tex in chosen.items()}

    def plain(self, name: str) -> str:
        """A name without indices."""
        tex = self.chosen.get(name) or default(name)
        return str(re.sub(r"#\d", r"\\cdot ", tex))

    def box(self, name: str) -> tuple[Box, bool]:
        """A name without indices, and whether it can take a superscript."""
        tex = self.plain(name)
        return box(tex, width(tex)), _free(tex)

    def indexed(self, name: str, args: Sequence[str]) -> tuple[Box, bool]:
        """A family at its indices: ``m_i^k`` for two, ``T_i`` for one; or as the author set it."""
        tex = self.chosen.get(name) or default(name)
        if "#" in tex:
            for number, arg in enumerate(args, 1):
                tex = tex.replace(f"#{number}", arg)
        elif len(args) == 1:
            tex = _under(tex, args[0])
        else:
            below = ",".join(args[1:])
            tex = f"{_under(tex, below)}^{{{args[0]}}}"
        return box(tex, width(tex)), _free(tex)


def _free(tex: str) -> bool:
    """Can it take a superscript? A norm can, whatever is inside."""
    outside = re.sub(r"\\\|.*\\\|", "", tex)
    return "^" not in outside and not tex.startswith((r"\max", r"\min"))


def _under(tex: str, below: str) -> str:
    """With an index, beside one that the name has already."""
    if "_" in tex:
        head, _, tail = tex.partition("_")
        inner = tail[1:-1] if tail.startswith("{") and tail.endswith("}") else tail
        return f"{head}_{{{inner},{below}}}"
    return f"{tex}_{{{below}}}"
