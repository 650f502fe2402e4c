"""Proofs as a careful author would set them: sentences, and chains of relations, broken to fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ...kernel import terms as k
from ..document import Chain, ClaimEntry, Passage, StepLine
from .arrangement import signed
from .display import Displays, displayed
from .prose import Prose, is_displayed, listed, sentence, trivial
from .terms import TexPrinter


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

    def __post_init__(self) -> None:
        self.displays = Displays(
            self.prose, self.printer, self.entry.label, self.width, self.numbered, self.breqn
        )

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
        ending = self.ending()
        if ending and paragraphs:
            paragraphs[-1] += (" " if paragraphs[-1].endswith(".") else "\n") + ending
        elif ending:
            paragraphs.append(ending)
        return "\n\n".join(p for p in paragraphs if p)

    # --- parts --------------------------------------------------------------------------------

    def passage(self, part: Passage) -> list[str]:
        """Its chains and parts, small facts next to one another as one paragraph."""
        out, facts = list[str](), list[Chain]()
        for item in part.parts:
            if isinstance(item, Chain) and not is_displayed(item, self.prose):
                facts.append(item)
                continue
            said = self.facts(facts)
            shown = [self.chain(item)] if isinstance(item, Chain) else self.inner(item)
            if said and isinstance(item, Chain):
                shown[0] = f"{said} {shown[0]}"
            elif said:
                out.append(said)
            facts = []
            out += shown
        if facts:
            out.append(self.facts(facts))
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
            self.opened = 0
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
            if not body:
                by = " by the rules of integrability" if isinstance(given, k.Fin) else ""
                index = self.prose.inline.names.plain(part_index(self.entry.proof, part))
                return [f"{said}{join}The claim for ${index}$ follows from it{by}."]
            return [said + join + body[0], *body[1:]]
        if part.kind == "case":
            case = f"\\emph{{Case}} {prose.math(turned(part.formulas[0]))}\\emph{{.}}"
            self.opened = 0
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

    def facts(self, chains: Sequence[Chain]) -> str:
        """Small facts as sentences, those with the same reason together."""
        groups = list[tuple[tuple[str, str, bool], list[str]]]()
        for chain in chains:
            step = chain.steps[0]
            reason, ranges = self.reason(step), self.ranges(chain)
            if step.theorem.conclusion == self.entry.conclusion and self.last == 1:
                return self.whole(step, reason)
            shown = self.mark(step) + self.prose.math(k.Rel(step.left, step.op, step.right))
            key = ranges, reason, trivial(chain) and not reason and not ranges
            if groups and groups[-1][0] == key:
                groups[-1][1].append(shown)
            else:
                groups.append((key, [shown]))
        sentences, clauses = list[str](), list[str]()

        def close() -> None:
            if clauses:
                sentences.append(sentence(f"{self.opening()} {', and '.join(clauses)}"))
                clauses.clear()

        for (ranges, reason, noted), alike in groups:
            if noted:
                close()
                sentences.append(sentence(f"Note that {listed(alike)}"))
                self.opened += 1
                continue
            where = f" for {ranges}" + ("," if reason else "") if ranges else ""
            clauses.append(listed(alike) + where + (f" {reason}" if reason else ""))
            if len(clauses) == 2 or ranges:
                close()
        close()
        return " ".join(sentences)

    def whole(self, step: StepLine, reason: str) -> str:
        """The one step of a proof, which is the statement itself."""
        told = (
            ""
            if step.rests.claims or step.rests.axioms
            else self.prose.told(step, 2 if reason else 0)
        )
        if "difference of the sides" in reason:
            told = ""
        if not reason and not told:
            by = "by multiplying out" if step.op == "=" else "by the rules for signs"
            return f"{self.mark(step)}This holds {by}."
        said = f"This holds {reason}." if reason else ""
        if told and reason:
            told = f"Indeed, {told[0].lower()}{told[1:]}"
        return f"{self.mark(step)}{' '.join(x for x in (said, told) if x)}"

    def opening(self) -> str:
        """With which words the next fact begins."""
        words = ("We have", "Also,", "Further,", "Moreover,")
        said = words[self.opened] if self.opened < 4 else words[1 + self.opened % 3]
        self.opened += 1
        return said

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
            return self.whole(chain.steps[0], reasons[0])
        before = f"for {ranges}, " if ranges else ""
        if single and reasons[0]:
            before = f"{before}we have, {reasons[0]}," if ranges else f"{reasons[0]}, we have"
            reasons = [""]
        elif ranges:
            before = f"{before}we have"
        elif final and self.last > 1 and self.opened:
            before = "altogether,"
        else:
            before = "we have" if self.opened == 0 or self.inside else (
                ("next,", "moreover,")[self.opened % 2]
            )  # fmt: skip
        self.opened += 1
        before = before[0].upper() + before[1:]
        body, after = self.displays.chain(chain, reasons)
        return f"{before}\n{body}" + (f"\n{after}" if after else "")

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
        if isinstance(entry.conclusion, k.Fin):
            if inductions(entry.proof) and not self.results:
                return ""
            sources = [*([self.prose.claims(moments)] if moments else []), *shown]
            return f"The claim follows by {listed(['the rules of integrability', *sources])}."
        numbers = [n for n in rests.chains if n in self.results]
        final = self.results.get(self.last)
        if final is not None and final.result == entry.conclusion:
            return ""
        if any(p.kind in ("cases", "induction") for p in parts_of(entry.proof)):
            return ""
        equations = [
            self.prose.equation(entry, n)
            for n in numbers if is_displayed(self.results[n], self.prose)
        ]  # fmt: skip
        sources = [*([self.prose.claims(labels)] if labels else []), *equations, *shown]
        if self.results and labels:
            return f"The claim now follows from {listed(sources)}."
        if len(equations) > 1:
            return f"The claim follows from {listed(equations)}."
        if not self.results and sources:
            return f"This is {listed(sources)}."
        return ""


def turned(f: k.Formula) -> k.Formula:
    """``0 <= -x`` as ``x <= 0``, and ``-x < 0`` as ``0 < x``."""
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


def part_index(whole: Passage | None, part: Passage) -> str:
    """The index of the induction that a part belongs to."""
    return next(p for p in inductions(whole) if part in p.parts).index


def inductions(part: Passage | None) -> list[Passage]:
    """The inductions of a proof."""
    return [p for p in parts_of(part) if p.kind == "induction"]
