"""What every part of a page is written with: the formulas, the links, the sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from ...kernel.terms import Formula, Node, Op, Term
from ...kernel.theory import Theory
from ..boxes import Box, Sign, lines, measure
from ..conditions import conditions
from ..document import ClaimEntry, ConstantRow, Document, InstanceRow, Tightness
from ..latex.names import Names
from ..latex.wording import mathematical
from ..mathml import WIDTH, MathPrinter, math
from ..small_tex import tex_box
from ..text import Printer
from .markup import Html, Part, anchor, join, tag
from .status import Status, statuses

_SPANS = re.compile(r"\$([^$]*)\$|\[([^\]\s]+)\]|`([^`]*)`")

_DOLLARS = re.compile(r"(?<!\\)\$((?:[^$\\]|\\.)*)\$")
WIDE = 30.0
"""Glyphs without a break that may be too wide for a line."""
LINE = 50.0
"""Glyphs that a line holds beside the reasons."""


class Pen:
    """Writes pieces of one document."""

    def __init__(self, document: Document, theory: Theory) -> None:
        self.document = document
        self.text = Printer(theory)
        self._known = Names(document.names)
        self._printer = MathPrinter(theory, document.names, document.abbreviations)

    # --- formulas -----------------------------------------------------------------------------

    def math(self, node: Node, *, display: bool = False) -> Html:
        """A term, a formula, an index or a point."""
        return Html(self._printer.show(node, display=display))

    def related(self, op: Op, right: Term) -> Html:
        """A relation and its right side, as in a line of a chain."""
        return Html(self._printer.related(op, right))

    def conditions(self, formulas: Iterable[Formula]) -> list[Html]:
        """Each formula; two that meet are one: 1 <= k and k <= K as 1 <= k <= K."""
        boxes = conditions(formulas, self._printer)
        return [Html(math(box, display=True)) for box in boxes]

    def fits(self, *terms: Term) -> bool:
        """Do they stand on one line, side by side?"""
        return sum(measure(self._printer.box(t)) for t in terms) < LINE

    def scrolls(self, *nodes: Node) -> dict[str, str]:
        """The attributes of what holds formulas that may be too wide, so that a key scrolls it."""
        pieces = (piece for node in nodes for piece in lines(self._printer.box(node), WIDTH))
        if max(map(measure, pieces)) < WIDE:
            return {}
        return {"tabindex": "0", "role": "group", "aria_label": "formula, scrolls"}

    def name(self, name: str) -> Html:
        """A declared name."""
        return Html(math(self._printer.name(name)))

    @property
    def equals(self) -> Html:
        """An equals sign."""
        return Html(math(Sign("=", "relation")))

    def spelled_out(self, term: Term) -> Html:
        """A term without the shorthand for it."""
        box: Box = self._printer.spelled_out(term)
        return Html(math(box, display=True))

    def listed(self, formulas: Iterable[Formula]) -> Html:
        """Formulas in a row, as hypotheses are."""
        shown = [tag("li", part) for part in self.conditions(formulas)]
        return tag("ul", shown, class_="row") if shown else Html("")

    # --- claims -------------------------------------------------------------------------------

    @cached_property
    def entries(self) -> Mapping[str, ClaimEntry]:
        """The claims by label."""
        return {entry.label: entry for entry in self.document.claims()}

    @cached_property
    def status(self) -> Mapping[str, Status]:
        """The status of each claim, by label."""
        return statuses(self.document)

    def short(self, label: str) -> str:
        """A label without the name of the document's own theory."""
        return label.removeprefix(f"{self.document.id}.")

    def link(self, label: str, words: Part = None) -> Html:
        """A link to a claim, or its label alone if it is not in the page."""
        entry = self.entries.get(label)
        if entry is None:
            return tag("span", words or label)
        return tag("a", words or self.short(label), href=f"#{anchor(label)}", title=entry.title)

    def links(self, labels: Iterable[str]) -> Html:
        """Links one after the other."""
        return join(*(self.link(label) for label in labels), between=", ")

    def prose(self, text: str) -> Html:
        """An author's sentences: $formulas$, [claims], `code`."""
        parts, end = list[Part](), 0
        text = " ".join(text.split())
        for found in _SPANS.finditer(text):
            parts.append(self._words(text[end : found.start()]))
            end = found.end()
            tex, claim, code = found.groups()
            if tex is not None:
                parts.append(Html(math(tex_box(tex))))
            elif claim is not None:
                parts.append(self._claim(claim))
            else:
                parts.append(tag("code", code))
        parts.append(self._words(text[end:]))
        return join(parts)

    def _words(self, text: str) -> Html:
        """Plain words, in which such as theta <= 1 is seen as mathematics."""
        parts = list[Part]()
        for n, part in enumerate(_DOLLARS.split(mathematical(text, self._known))):
            parts.append(Html(math(tex_box(part))) if n % 2 else unescaped(part))
        return join(parts)

    def _claim(self, name: str) -> Part:
        for label in (name, f"{self.document.id}.{name}"):
            if label in self.entries:
                return self.link(label)
        return f"[{name}]"

    # --- what else is known of a claim -----------------------------------------------------------

    @cached_property
    def tightness(self) -> Mapping[str, Tightness]:
        """How tight a claim is, by label."""
        return {one.label: one for one in self.document.tightness}

    @cached_property
    def constants(self) -> Mapping[str, list[ConstantRow]]:
        """The constants that a claim introduces, by its label."""
        found: dict[str, list[ConstantRow]] = {}
        for one in self.document.constants:
            found.setdefault(one.introduced, []).append(one)
        return found

    @cached_property
    def instances(self) -> Mapping[str, InstanceRow]:
        """The numbers an instance takes, by label."""
        return {one.label: one for one in self.document.instances}

    @cached_property
    def measured(self) -> Mapping[str, Mapping[str, Any]]:
        """What the campaign says of a claim, by label."""
        campaign = (self.document.results or {}).get("campaign") or {}
        return {one["id"]: one for one in campaign.get("claims", ())}


def unescaped(tex: str) -> str:
    r"""Words written for TeX, as they are.

    >>> unescaped(r"50\% \textasciitilde{}")
    '50% ~'
    """
    for command, sign in (("backslash", "\\"), ("asciitilde", "~"), ("asciicircum", "^")):
        tex = tex.replace(f"\\text{command}{{}}", sign)
    return re.sub(r"\\([{}$&#%_])", r"\1", tex)


def ratio_of(row: Mapping[str, Any]) -> float | None:
    """The worst ratio in a row of a campaign's report."""
    return None if row.get("ratio") is None else float.fromhex(row["ratio"])
