"""Proofs as a careful author would set them: sentences, and chains of relations, broken to fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

from ...kernel import terms as k
from ..document import Chain, ClaimEntry, Passage, StepLine
from .boxes import NESTED, Box, box, lines, row
from .prose import Prose, is_displayed, listed, sentence, trivial
from .terms import OPS, TexPrinter

LETTERS = "abcdefghijklmnopqrstuvwxyz"
GAP = 2.2
"""Between a relation and the reason on the same line."""


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


@dataclass
class ProofWriter:
    """Writes the proof of one claim. ``width``: of the text, in em."""

    prose: Prose
    printer: TexPrinter
    entry: ClaimEntry
    width: float
    numbered: bool = False
    breqn: bool = False
    results: dict[int, Chain] = field(default_factory=dict)
    inside: list[frozenset[k.Formula]] = field(default_factory=list)
    opened: int = 0

    def write(self) -> str:
        """The body of the proof environment."""
        proof = self.entry.proof
        if proof is None:
            return ""
        for chain in chains(proof):
            self.results[chain.number] = chain
        self.last = max(self.results, default=0)
        paragraphs = [self.prose.own(self.entry.note)] if self.entry.note else []
        paragraphs += self.passage(proof)
        paragraphs.append(self.ending())
        return "\n\n".join(p for p in paragraphs if p)

    # --- parts --------------------------------------------------------------------------------

    def passage(self, part: Passage) -> list[str]:
        """Its chains and parts, small facts next to one another as one paragraph."""
        out, facts = list[str](), list[str]()
        for item in part.parts:
            if isinstance(item, Chain) and not is_displayed(item, self.prose):
                facts.append(self.fact(item))
                continue
            shown = [self.chain(item)] if isinstance(item, Chain) else self.inner(item)
            if facts:
                if isinstance(item, Chain):
                    shown[0] = f"{' '.join(facts)} {shown[0]}"
                else:
                    out.append(" ".join(facts))
                facts = []
            out += shown
        if facts:
            out.append(" ".join(facts))
        return out

    def inner(self, part: Passage) -> list[str]:
        """An induction, a case distinction, or a part of one."""
        prose, index = self.prose, rf"${self.prose.inline.names.plain(part.index)}$"
        if part.kind == "induction":
            goal = part.formulas[0]
            if goal == self.entry.conclusion:
                said = f"The proof is by induction on {index}."
            elif isinstance(goal, k.All) and goal.body == self.entry.conclusion:
                said = f"The proof is by induction on {index}, {prose.range_of(goal)} at once."
            else:
                said = f"By induction on {index} we show that {self.stated(goal)}"
            return [said, *self.passage(part)]
        if part.kind == "base":
            start = self.start(part)
            body = self.passage(part)
            if not body:
                return [f"For {start} the claim holds as it stands.{self.note(part)}"]
            return [f"Let first {start}.{self.note(part)} {body[0]}", *body[1:]]
        if part.kind == "step":
            given = part.formulas[0]
            supposed = self.prose.supposed
            self.prose.supposed = supposed | {given}
            ranges = self.step_ranges(part)
            self.inside.append(self.step_given(part))
            body = self.passage(part)
            self.inside.pop()
            self.prose.supposed = supposed
            said = f"{ranges}{self.stated(given)}{self.note(part)}"
            join = "\n" if said.endswith(("}", "\\]")) else " "
            return [said + join + body[0], *body[1:]] if body else [said]
        if part.kind == "case":
            case = f"\\emph{{Case}} {prose.math(turned(part.formulas[0]))}\\emph{{.}}"
            body = self.passage(part)
            if not body:
                return [f"{case}{self.note(part)} There the claim holds as it stands."]
            return [f"{case}{self.note(part)} {body[0]}", *body[1:]]
        return self.passage(part)

    def step_given(self, part: Passage) -> frozenset[k.Formula]:
        """The range of the index of an induction, which its chains have in common."""
        index = next(p for p in inductions(self.entry.proof) if part in p.parts).index
        common = [set(c.given) for c in chains(part)]
        shared = set.intersection(*common) if common else set()
        return frozenset(g for g in shared if isinstance(g, k.Le) and index in k.free_indices(g))

    def step_ranges(self, part: Passage) -> str:
        own = next((c.given for c in chains(part)), ())
        shared = self.step_given(part)
        ranges = self.prose.joined([g for g in own if g in shared])
        return f"Let now {listed([f'${t}$' for t in ranges])}, and suppose that " if ranges else (
            "Suppose now that ")  # fmt: skip

    def start(self, part: Passage) -> str:
        induction = next(p for p in inductions(self.entry.proof) if part in p.parts)
        name = self.prose.inline.names.plain(induction.index)
        low = self.prose.inline.index(induction.low) if induction.low is not None else "0"
        return f"${name}={low}$"

    def note(self, part: Passage) -> str:
        return f" {self.prose.own(part.note)}" if part.note else ""

    def stated(self, goal: k.Formula) -> str:
        """A formula that ends a sentence, set apart if it is long."""
        whole = goal.body if isinstance(goal, k.All) else goal
        if isinstance(whole, k.Rel) and self.prose.inline.box(whole).width > 1.4 * self.prose.short:
            after = f"\n{self.prose.range_of(goal)}." if isinstance(goal, k.All) else ""
            return self.relation(whole, "" if after else ".") + after
        return f"{self.prose.math(goal)}."

    # --- facts and chains ---------------------------------------------------------------------

    def fact(self, chain: Chain) -> str:
        """A small fact, as a sentence."""
        step = chain.steps[0]
        reason = self.reason(step)
        shown = f"{self.mark(step)}{self.prose.math(k.Rel(step.left, step.op, step.right))}"
        ranges = self.ranges(chain)
        if step.theorem.conclusion == self.entry.conclusion and self.last == 1:
            if reason:
                return f"{self.mark(step)}This holds {reason}."
            return f"{self.mark(step)}This is a matter of elementary algebra."
        opening = ("We have", "Also,", "Further,")[min(self.opened, 2) if self.opened < 3 else 1]
        self.opened += 1
        if ranges:
            return sentence(f"{opening} {shown} for {ranges}" + (f", {reason}" if reason else ""))
        if trivial(chain) and not reason:
            return sentence(f"Note that {shown}")
        return sentence(f"{opening} {shown}" + (f", {reason}" if reason else ""))

    def reason(self, step: StepLine) -> str:
        return self.prose.reason(self.entry, step, self.results)

    def mark(self, step: StepLine) -> str:
        """A comment by which the step is found in the trace."""
        return f"%rc {self.entry.label} {step.fingerprint}\n"

    def ranges(self, chain: Chain) -> str:
        """``1 <= i <= d``: for which indices a chain inside a sum stands."""
        known = frozenset[k.Formula]().union(*self.inside)
        given = [g for g in chain.given if isinstance(g, k.Le) and g not in known]
        return listed([f"${t}$" for t in self.prose.joined(given)])

    def chain(self, chain: Chain) -> str:
        """A displayed chain with the words before and after it."""
        single, ranges = len(chain.steps) == 1, self.ranges(chain)
        final = (
            chain.number == self.last and chain.result == self.entry.conclusion and not self.inside
        )
        reasons = [self.reason(s) for s in chain.steps]
        if single and self.last == 1 and chain.result == self.entry.conclusion:
            return f"{self.mark(chain.steps[0])}This holds {reasons[0] or 'by elementary algebra'}."
        before = f"for {ranges}, " if ranges else ""
        if single and reasons[0]:
            before = f"{before}we have, {reasons[0]}," if ranges else f"{reasons[0]}, we have"
            reasons = [""]
        elif ranges:
            before = f"{before}we have" if not final else f"for {ranges}, altogether,"
        elif final and self.last > 1:
            before = "altogether,"
        else:
            before = "we have" if self.opened == 0 or self.inside else (
                ("next,", "moreover,")[self.opened % 2]
            )  # fmt: skip
        self.opened += 1
        before = before[0].upper() + before[1:]
        body, after = self.display(chain, reasons)
        return f"{before}\n{body}" + (f"\n{after}" if after else "")

    def display(self, chain: Chain, reasons: list[str]) -> tuple[str, str]:
        """The display, and the sentence after it that says what its letters stand for."""
        number = chain.referred or self.numbered
        width = self.width - (3.2 if number else 0.0)
        printer = self.printer
        left = printer.box(chain.steps[0].left)
        rights = [printer.box(s.right) for s in chain.steps]
        beside = left.width <= 0.33 * width
        indent = left.width + 0.4 if beside else 2.0
        room = width - indent - 1.6
        widest = max(map(words_width, reasons))
        column = (
            widest > 0 and not number
            and widest <= 0.42 * width
            and all(r.width <= room - widest - GAP for r in rights)
        )  # fmt: skip
        if self.breqn and all(outer(b) < 0.45 * width for b in (left, *rights)):
            # Else it is broken here: within brackets breqn does not do it well.
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
                comment = self.mark(step) if m == 0 else ""
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
            body.append(f"{self.mark(step)}{op} {right}")
        if said:
            said[0] = f"{said[0][:3]} follows{said[0][3:]}"
        after = f"Here {listed(said)}." if said else ""
        inner = "\n".join(body)
        if not (chain.referred or self.numbered):
            return f"\\begin{{dmath*}}\n{inner}.\n\\end{{dmath*}}", after
        label = self.prose.label(f"{self.entry.label}:{chain.number}")
        return f"\\begin{{dmath}}[label={{{label}}}]\n{inner}.\n\\end{{dmath}}", after

    def aligned(self, rows: list[tuple[str, str]], chain: Chain | None) -> str:
        """An alignment, its last row numbered if it is referred to."""
        body = list[str]()
        for n, (head, text) in enumerate(rows):
            last = n == len(rows) - 1
            tag = ""
            if chain is not None:
                label = self.prose.label(f"{self.entry.label}:{chain.number}")
                tag = rf"\label{{{label}}}" if last else r"\notag"
            body.append(f"{head}&{text}{tag}" + ("" if last else r"\\"))
        name = "align*" if chain is None else "align"
        inner = "\n".join(body)
        return f"\\begin{{{name}}}\n{inner}\n\\end{{{name}}}"

    def relation(self, rel: k.Rel, end: str) -> str:
        """A relation set apart."""
        return displayed(self.printer, rel, self.width, end)

    # --- the end ------------------------------------------------------------------------------

    def ending(self) -> str:
        """How the claim follows, if the last chain does not say it."""
        entry, rests = self.entry, self.entry.rests
        if entry.proof is None:
            return ""
        labels = [c for c in rests.claims if c not in self.prose.integrability]
        moments = [c for c in (*rests.claims, *rests.aside) if c in self.prose.integrability]
        groups = dict.fromkeys(self.prose.groups[a] for a in rests.axioms if a in self.prose.groups)
        shown = [self.prose.assumption(g) for g in groups]
        if isinstance(entry.conclusion, k.Fin) and not inductions(entry.proof):
            sources = [*([self.prose.claims(moments)] if moments else []), *shown]
            by = f", given {listed(sources)}" if sources else ""
            return (
                "The claim follows by the rules for sums and products of bounded, square "
                f"integrable and integrable random variables{by}."
            )
        numbers = [n for n in rests.chains if n in self.results]
        final = self.results.get(self.last)
        if final is not None and (final.result == entry.conclusion or len(numbers) <= 1):
            return ""
        equations = [
            self.prose.equation(entry, n)
            for n in numbers if is_displayed(self.results[n], self.prose)
        ]  # fmt: skip
        if len(equations) > 1 and not any(p.kind == "cases" for p in parts_of(entry.proof)):
            return f"The claim follows from {listed(equations)}."
        if not self.results and (labels or shown):
            return f"This is {listed([x for x in (self.prose.claims(labels), *shown) if x])}."
        return ""


def displayed(printer: TexPrinter, rel: k.Rel, width: float, end: str) -> str:
    """A relation set apart, on one line if it fits."""
    left, right, op = printer.box(rel.left), printer.box(rel.right), OPS[rel.op]
    if left.width + right.width + 2.5 <= width:
        return f"\\[\n{row(left, box(op, 1.35), right).text}{end}\n\\]"
    beside = left.width <= 0.33 * width
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


def turned(f: k.Formula) -> k.Formula:
    """``0 <= -x`` as ``x <= 0``, and ``-x < 0`` as ``0 < x``."""
    from .terms import signed

    if isinstance(f, k.Rel) and f.left == k.ZERO:
        negative, body = signed(f.right)
        return k.Rel(body, f.op, k.ZERO) if negative else f
    if isinstance(f, k.Rel) and f.right == k.ZERO:
        negative, body = signed(f.left)
        return k.Rel(k.ZERO, f.op, body) if negative else f
    return f


def chains(part: Passage) -> Iterator[Chain]:
    """All chains of a proof, in order."""
    for item in part.parts:
        if isinstance(item, Chain):
            yield item
        else:
            yield from chains(item)


def parts_of(part: Passage | None) -> Iterator[Passage]:
    """The part and all in it."""
    if part is not None:
        yield part
        for item in part.parts:
            if isinstance(item, Passage):
                yield from parts_of(item)


def inductions(part: Passage | None) -> list[Passage]:
    """The inductions of a proof."""
    return [p for p in parts_of(part) if p.kind == "induction"]
