"""Relations set apart: on one line if they fit, else aligned, with reasons beside them."""

from __future__ import annotations

import re
from math import inf

from ...kernel import terms as k
from ..document import Chain
from .boxes import NESTED, Box, box, laid, lines, row
from .prose import Prose, listed
from .terms import OPS, TexPrinter

LETTERS = "abcdefghijklmnopqrstuvwxyz"
GAP = 2.2
"""Between a relation and the reason on the same line."""
MOST = 2
"""How many steps a chain may have that is left to breqn."""
BETTER = 25.0
"""How much less its breaks must cost for the right side to begin under the left one."""


def words_width(text: str) -> float:
    """About how many em a phrase takes."""
    text = re.sub(r"\\rcref\{(\w+)\}\{[^}]*\}", r"\1 000", text)
    text = re.sub(r"\\rchyp\{([^}]*)\}", r"(\1)", text)
    text = re.sub(r"\\(eqref|ref)\{[^}]*\}", "(000)", text)
    total = 0.0
    for number, part in enumerate(text.split("$")):
        total += (
            0.62 * len(re.sub(r"\\[a-z]+|[{}_^]", "x", part)) if number % 2 else 0.5 * len(part)
        )
    return total


class Displays:
    """Sets the chains of one claim."""

    def __init__(
        self, prose: Prose, printer: TexPrinter, claim: str, width: float, numbered: bool,
        breqn: bool,
    ) -> None:  # fmt: skip
        self.prose, self.printer, self.claim = prose, printer, claim
        self.width, self.numbered, self.breqn = width, numbered, breqn

    def mark(self, fingerprint: str) -> str:
        """A comment by which the step is found in the trace."""
        return f"%rc {self.claim} {fingerprint}\n"

    def chain(self, chain: Chain, reasons: list[str]) -> tuple[str, str]:
        """The display, and the sentence after it that says what its letters stand for."""
        number = chain.referred or self.numbered
        width = self.width - (3.2 if number else 0.0)
        printer = self.printer
        left = printer.box(chain.steps[0].left)
        rights = [printer.box(s.right) for s in chain.steps]
        widest = max(map(words_width, reasons))
        beside = _beside(left, rights, width)
        indent = left.width + 0.4 if beside else 2.0
        room = width - indent - 1.6
        column = (
            widest > 0 and not number
            and widest <= 0.42 * width
            and all(r.width <= room - widest - GAP for r in rights)
        )  # fmt: skip
        fits = left.width + max(r.width for r in rights) + 4.0 <= width
        fits = fits and len(chain.steps) <= MOST
        if self.breqn and fits and all(outer(b) < 0.45 * width for b in (left, *rights)):
            # Else it is broken here: breqn breaks badly within brackets, and at relations it may
            # leave two on one line, the more so the more there are.
            return self.by_breqn(chain, left.text, [r.text for r in rights], reasons)
        rows = list[tuple[str, str]]()
        if not beside:
            rows += [("", text) for text in lines(left, width - 1.0, width - 3.0)]
            rows = [(a, (r"\qquad" if n else "") + opened(t)) for n, (a, t) in enumerate(rows)]
        head, letters, said = left.text if beside else "", iter(LETTERS), list[str]()
        for n, (step, right, reason) in enumerate(zip(chain.steps, rights, reasons, strict=True)):
            op = OPS[step.op]
            if reason and not column:
                letter = next(letters, "z")
                said.append(f"({letter}) {reason}")
                op = rf"\overset{{\text{{({letter})}}}}{{{op}}}"
            parts = lines(right, room, room - 2.0)
            end = "." if n == len(chain.steps) - 1 else ""
            for m, part in enumerate(parts):
                tail = end if m == len(parts) - 1 else ""
                start = f"{op} {part}" if not m else rf"\qquad{opened(part)}"
                start = start if beside else rf"\quad {start}"
                text = start + tail
                if m == 0 and column and reason:
                    text += rf" &&\text{{{reason}}}"
                comment = self.mark(step.fingerprint) if m == 0 else ""
                rows.append((comment + head, text))
                head = ""
        if said:
            said[0] = f"{said[0][:3]} follows{said[0][3:]}"
        after = f"Here {listed(said)}." if said else ""
        return self.aligned(rows, chain if number else None), after

    def by_breqn(
        self, chain: Chain, left: str, rights: list[str], reasons: list[str]
    ) -> tuple[str, str]:
        """The display as one ``dmath``, which breaks its lines by itself."""
        said, body, letters = list[str](), [left], iter(LETTERS)
        for step, right, reason in zip(chain.steps, rights, reasons, strict=True):
            op = OPS[step.op]
            if reason:
                letter = next(letters, "z")
                said.append(f"({letter}) {reason}")
                op += rf"^{{\text{{({letter})}}}}"
            body.append(f"{self.mark(step.fingerprint)}{op} {right}")
        if said:
            said[0] = f"{said[0][:3]} follows{said[0][3:]}"
        after = f"Here {listed(said)}." if said else ""
        inner = "\n".join(body)
        if not (chain.referred or self.numbered):
            return f"\\begin{{dmath*}}\n{inner}.\n\\end{{dmath*}}", after
        label = self.prose.label(f"{self.claim}:{chain.number}")
        return f"\\begin{{dmath}}[label={{{label}}}]\n{inner}.\n\\end{{dmath}}", after

    def aligned(self, rows: list[tuple[str, str]], chain: Chain | None) -> str:
        """An alignment, its last row numbered if it is referred to."""
        body = list[str]()
        for n, (head, text) in enumerate(rows):
            last = n == len(rows) - 1
            tag = ""
            if chain is not None:
                label = self.prose.label(f"{self.claim}:{chain.number}")
                tag = rf"\label{{{label}}}" if last else r"\notag"
            body.append(f"{head}&{text}{tag}" + ("" if last else r"\\"))
        name = "align*" if chain is None else "align"
        inner = "\n".join(body)
        return f"\\begin{{{name}}}\n{inner}\n\\end{{{name}}}"


def displayed(printer: TexPrinter, rel: k.Rel, width: float, end: str) -> str:
    """A relation set apart, on one line if it fits."""
    left, right, op = printer.box(rel.left), printer.box(rel.right), OPS[rel.op]
    if left.width + right.width + 2.5 <= width:
        return f"\\[\n{row(left, box(op, 1.35), right).text}{end}\n\\]"
    beside = _beside(left, [right], width)
    indent = left.width if beside else 2.0
    room = width - indent - 1.8
    parts = lines(right, room, room - 2.0)
    rows = list[str]()
    if not beside:
        own = lines(left, width - 1.0, width - 3.0)
        rows += [f"&{own[0]}", *(rf"&\qquad{opened(t)}" for t in own[1:])]
    for n, part in enumerate(parts):
        if n:
            rows.append(rf"&\qquad{opened(part)}" if beside else rf"&\quad\qquad{opened(part)}")
        else:
            rows.append(f"{left.text}&{op} {part}" if beside else rf"&\quad{op} {part}")
    inner = "\\\\\n".join(rows)
    return f"\\begin{{align*}}\n{inner}{end}\n\\end{{align*}}"


def _beside(left: Box, rights: list[Box], width: float) -> bool:
    """Do the relations stand beside the left side, rather than under it?"""
    if len(rights) == 1 and left.width + rights[0].width + 2.0 <= width:
        return True
    if left.width > 0.33 * width:
        return False
    near, under = width - left.width - 2.0, width - 3.6
    costs = [[laid(r, room, room - 2.0)[0] for r in rights] for room in (near, under)]
    return sum(costs[0]) <= sum(costs[1]) + BETTER


def outer(whole: Box) -> float:
    """The widest piece (em) between breaks outside of brackets, where alone breqn breaks well."""
    if r"\{" in whole.text:
        return inf
    widest = here = 0.0
    for bit in whole.bits:
        here = bit.width if bit.cost < NESTED else here + bit.width
        widest = max(widest, here)
    return widest


def opened(text: str) -> str:
    """A line that begins with an operator, set as one."""
    return "{}" + text if text[:1] in "+-" or text.startswith((r"\cdot", r"\big/")) else " " + text
