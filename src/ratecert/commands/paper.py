"""A terminal to write claims on: headings, formulas as they are written by hand, notes.

Imported only where standard output is a terminal; elsewhere commands print plain lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..proofs.kernel.terms import Formula, Node, Op, Term
from ..proofs.language.theory import Claimed
from ..proofs.render.blocks import linear, width, wrapped
from ..proofs.render.boxes import Box, Sign, row
from ..proofs.render.conditions import conditions
from ..proofs.render.setting import Setter
from ..proofs.render.text import OPS, name_text

if TYPE_CHECKING:
    from rich.console import Console

WIDEST = 120
"""Formulas are not drawn wider than this, however wide the terminal is."""
INDENT = "    "
GAP = "    "


class Paper:
    """Writes what concerns one claim on a terminal."""

    def __init__(self, terminal: Console, claim: Claimed) -> None:
        self._terminal = terminal
        self._columns = min(terminal.width, WIDEST)
        self.claim = claim
        self.setter = Setter(claim.theory.kernel(), claim.theory.tex)

    # --- words --------------------------------------------------------------------------------

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Words, each plain or with a style; what is too long is broken at spaces."""
        from rich.text import Text

        self._terminal.print(Text.assemble(*parts))

    def indented(self, *parts: str | tuple[str, str], by: int = 4) -> None:
        """The same, further in."""
        from rich.padding import Padding
        from rich.text import Text

        room = by if self._columns > 3 * by else 0
        self._terminal.print(Padding(Text.assemble(*parts), (0, 0, 0, room)))

    def rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Names, each with what is said of it beside it."""
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(overflow="fold")
        grid.add_column(overflow="fold")
        for name, said in rows:
            grid.add_row(Text(name, "cyan"), Text(said))
        self._terminal.print(Padding(grid, (0, 0, 0, 4)))

    def symbol(self, name: str) -> str:
        """A declared name; as it is spelled, if the author's TeX leaves places for indices."""
        slotted = "#" in self.claim.theory.tex.get(name, "")
        return name_text(name) if slotted else linear(self.setter.name(name))

    def head(self) -> None:
        """The claim's name, kind and title, between rules."""
        from rich.rule import Rule

        claim = self.claim
        self._terminal.print(Rule(style="dim"))
        self.line((claim.label, "bold cyan"), (f"  {claim.kind}  ", "dim"), (claim.title, "bold"))
        self._terminal.print(Rule(style="dim"))

    def section(self, title: str) -> None:
        """A heading."""
        self.line()
        self.line((title, "bold"))

    # --- formulas -----------------------------------------------------------------------------

    def box(self, box: Box, first: str = INDENT, style: str = "") -> None:
        """A formula after ``first``; what is too wide goes on beneath, further in."""
        from rich.text import Text

        for line in wrapped(box, self._columns, first, " " * (width(first) + 4)):
            self._terminal.print(Text(line, style), no_wrap=True, overflow="fold", crop=False)

    def formula(self, node: Node, first: str = INDENT, style: str = "") -> None:
        """The same, for what the kernel has."""
        self.box(self.setter.box(node), first, style)

    def related(self, op: Op, right: Term) -> None:
        """A relation and its right side, as in a line of a chain."""
        self.box(self.setter.box(right), f"{INDENT}  {OPS[op]} ")

    def given(self, formulas: Iterable[Formula]) -> None:
        """Hypotheses: several on a line where they are low."""
        waiting = INDENT
        for box in conditions(formulas, self.setter):
            lines = wrapped(box, self._columns, INDENT)
            if len(lines) > 1:
                self._flush(waiting)
                waiting = INDENT
                self.box(box)
                continue
            shown = lines[0].strip()
            if waiting != INDENT and width(waiting) + width(shown) > self._columns:
                self._flush(waiting)
                waiting = INDENT
            waiting += shown + GAP
        self._flush(waiting)

    def _flush(self, text: str) -> None:
        if text.strip():
            self.line(text.rstrip())

    def within(self, ranges: Iterable[Formula]) -> Box | None:
        """The ranges of a definition or the conditions of an axiom, in a row; None without any."""
        found = list[Box]()
        for n, box in enumerate(conditions(ranges, self.setter)):
            found += [Sign(",", "comma"), box] if n else [box]
        return row(Sign("  for", "word"), *found) if found else None

    def stated(self, formula: Box, ranges: Iterable[Formula], first: str = INDENT) -> None:
        """A formula, and for what it holds."""
        tail = self.within(ranges)
        self.box(formula if tail is None else row(formula, tail), first)
