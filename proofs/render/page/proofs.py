"""Proofs: chains of steps with their reasons and certificates, inductions, cases."""

from __future__ import annotations

from dataclasses import replace

from ...kernel.terms import IxVal
from ..certificates import certificate_lines
from ..document import Chain, ClaimEntry, Passage, StepLine
from ..references import Rests
from .markup import Html, Part, anchor, items, join, tag
from .pen import Pen

RULES = {
    "certify": "an exact certificate",
    "norm": "equal normal forms",
    "antisymmetry": "both inequalities",
}
"""The rules that a reader meets often, in words; others go by their name."""


def proof(entry: ClaimEntry, pen: Pen) -> Html:
    """The proof of a claim, folded; nothing if there is none."""
    if entry.proof is None:
        return Html("")
    writer = _Writer(entry, pen)
    body = writer.passage(entry.proof)
    chains, steps = writer.chains, writer.steps
    if not chains:
        said = join("Directly", writer.because(entry.rests) or ", by the kernel's rules", ".")
        body = join(body, tag("p", said))
    elif chains > 1:
        body = join(body, writer.end())
    counted = f"{steps} step{'s' if steps != 1 else ''}" if steps else "no chain"
    summary = tag("summary", "Proof", " ", tag("span", counted, class_="count"))
    return tag("details", summary, tag("div", body, class_="inside"), class_="proof")


class _Writer:
    """Writes one proof; counts its chains and steps."""

    def __init__(self, entry: ClaimEntry, pen: Pen) -> None:
        self.entry, self.pen = entry, pen
        self.chains = self.steps = 0

    def passage(self, part: Passage) -> Html:
        """A part of the proof, and what is inside."""
        inside = [self.chain(p) if isinstance(p, Chain) else self.passage(p) for p in part.parts]
        note = tag("p", self.pen.prose(part.note)) if part.note else None
        if part.kind == "proof":
            return join(inside)
        if part.kind == "cases":
            return tag("div", note, inside, class_="cases")
        return tag("div", self._opening(part), note, inside, class_=f"part of-{part.kind}")

    def _opening(self, part: Passage) -> Html:
        formulas: Part = [self.pen.math(f) for f in part.formulas]
        if part.kind == "induction":
            on: Part = ["on ", self.pen.name(part.index)] if part.index else None
            start: Part = [", from ", self.pen.math(IxVal(part.low))] if part.low else None
            return tag("p", tag("b", "By induction "), on, start, ": ", formulas)
        words = {"base": "Base: ", "step": "Step, assuming ", "case": "Case "}[part.kind]
        return tag("p", tag("b", words), formulas, "." if part.formulas else None)

    def chain(self, chain: Chain) -> Html:
        """The lines of a chain, the first expression above."""
        self.chains += 1
        place = f"{anchor(self.entry.label)}-{chain.number}"
        first = chain.steps[0]
        shown = self.pen.math(first.left, display=True)
        if len(chain.steps) == 1 and self.pen.fits(first.left, first.right):
            left, lines = None, [self.step(first, shown)]
        else:
            left = tag("div", shown, class_="left", **self.pen.scrolls(first.left))
            lines = [self.step(step) for step in chain.steps]
        given = (
            tag("p", "Given ", join(*self.pen.conditions(chain.given), between=", "), ":")
            if chain.given
            else None
        )
        number = tag("a", f"({chain.number})", href=f"#{place}", class_="number")
        body = tag("div", left, lines, class_="lines")
        return tag("div", given, number, body, class_="chain", id=place)

    def step(self, step: StepLine, left: Html | None = None) -> Html:
        """One line: relation, right side, the reason, the certificate folded."""
        self.steps += 1
        reason = self._reason(step)
        rule = RULES.get(step.rule, step.rule.replace("_", " "))
        place = "right" if left is None else "right whole"
        right = tag(
            "div",
            left,
            self.pen.related(step.op, step.right),
            class_=place,
            **self.pen.scrolls(step.right),
        )
        why = tag("div", reason, class_="why")
        lines = certificate_lines(step.theorem, self.pen.text)
        title = f"kernel rule {step.rule}; trace {step.fingerprint}"
        if not lines:
            kernel = tag("div", rule, class_="kernel", title=title)
        else:
            listed = items((tag("code", line) for line in lines), class_="certificate")
            kernel = tag("details", tag("summary", rule, title=title), listed, class_="kernel")
        return tag("div", right, why, kernel, class_="step")

    def _reason(self, step: StepLine) -> Html:
        """The author's reason, and what it uses: by multiplying (1) by eta/2."""
        if step.factor is not None and step.rests.claims + step.rests.chains:
            used = join(*self._used(step.rests), between=", ")
            return join("by multiplying ", used, " by ", self.pen.math(step.factor))
        whole = [c for c in step.rests.claims if self._title(c) == step.reason]
        if whole:  # the reason is the title of a claim: it is the link
            others = replace(
                step.rests, claims=tuple(c for c in step.rests.claims if c not in whole)
            )
            return join(
                "by ", self.pen.link(whole[0], self.pen.prose(step.reason)), self.because(others)
            )
        return join("by ", self.pen.prose(step.reason), self.because(step.rests))

    def _title(self, label: str) -> str:
        entry = self.pen.entries.get(label)
        return entry.title if entry is not None else ""

    def because(self, rests: Rests) -> Html:
        """Claims, chains and axioms used, as links."""
        parts = self._used(rests)
        return join(" from ", join(*parts, between=", ")) if parts else Html("")

    def _used(self, rests: Rests) -> list[Html]:
        parts = [self.pen.link(label) for label in rests.claims]
        parts += [self._chain_link(n) for n in rests.chains]
        return parts + [tag("span", name, class_="axiom") for name in rests.axioms]

    def _chain_link(self, number: int) -> Html:
        return tag("a", f"({number})", href=f"#{anchor(self.entry.label)}-{number}")

    def end(self) -> Html:
        """How the last inference puts the chains together."""
        known = self.because(self.entry.rests)
        return tag("p", "Hence the claim", known, ".", class_="end") if known else Html("")
