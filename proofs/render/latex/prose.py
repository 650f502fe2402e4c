"""The words around formulas: hypotheses in words, what a step rests on, authors' sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from ...kernel import terms as k
from ..document import Chain, ClaimEntry, Document, StepLine
from . import certificates
from .boxes import joined
from .names import escaped
from .terms import OPS, TexPrinter
from .wording import mathematical

SHORT = 15.0
"""How wide (em) a formula may be to stand in a reason."""
BACK = r"\ge "
KINDS = {"lemma": "Lemma", "theorem": "Theorem", "instance": "Corollary"}
INTEGRABLE = {
    Fraction(0): "bounded",
    Fraction(1, 2): "square integrable",
    Fraction(1): "integrable",
}


def listed(parts: Sequence[str], word: str = "and") -> str:
    """``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    text = text.strip()
    if not text:
        return ""
    if len(text.split()[0]) > 1:
        text = text[0].upper() + text[1:]
    return text if text.endswith((".", ":", "?")) else f"{text}."


class Prose:
    """The words of one document."""

    def __init__(self, document: Document, prefix: str, width: float = 34.0) -> None:
        self.document, self.prefix = document, prefix
        self.short = min(SHORT, 0.42 * width)
        self.inline = TexPrinter(document, inline=True)
        self.kinds = {c.label: c.kind for c in document.claims()}
        self.integrability = {c.label for c in document.claims() if isinstance(c.conclusion, k.Fin)}
        self.supposed: frozenset[k.Formula] = frozenset()  # in the induction being written
        self.groups = {a.name: a.group for a in document.assumptions}
        self.assumed = {a.name: a.kind for a in document.assumptions}

    # --- names of things ----------------------------------------------------------------------

    def label(self, name: str) -> str:
        """A TeX label."""
        return f"{self.prefix}{name}"

    def claim(self, label: str) -> str:
        """``Lemma 3``."""
        return rf"\rcref{{{KINDS[self.kinds[label]]}}}{{{self.label(label)}}}"

    def claims(self, labels: Sequence[str]) -> str:
        """``Lemmas 3 and 4``: one word for neighbours of a kind."""
        parts = list[str]()
        for kind in ("theorem", "instance", "lemma"):
            own = [x for x in labels if self.kinds.get(x) == kind]
            if len(own) == 1:
                parts.append(self.claim(own[0]))
            elif own:
                refs = [rf"\ref{{{self.label(x)}}}" for x in own]
                plain = f"{KINDS[kind].replace('ry', 'rie')}s~{listed(refs)}"
                parts.append(rf"\rcrefs{{{plain}}}{{{','.join(map(self.label, own))}}}")
        return listed(parts)

    def equation(self, entry: ClaimEntry, number: int) -> str:
        """``(12)``: the chain of this number."""
        return rf"\eqref{{{self.label(f'{entry.label}:{number}')}}}"

    def math(self, node: k.Node) -> str:
        """A formula in a sentence."""
        if isinstance(node, k.Fin):
            return f"${self.inline.show(node.term)}$ is {INTEGRABLE[node.exponent]}"
        if isinstance(node, k.All):
            return self.every(node)
        return f"${self.inline.show(node)}$"

    def every(self, formula: k.All) -> str:
        """A statement for all values of some constants."""
        return f"{self.math(formula.body)} {self.range_of(formula)}"

    def range_of(self, formula: k.All) -> str:
        """For which values it is stated."""
        names = ", ".join(self.inline.names.plain(v.name) for v in formula.variables)
        given = listed([f"${t}$" for t in self.joined(formula.conditions)])
        if set(_atoms(formula.conditions)) == {v.name for v in formula.variables}:
            return f"for all {given}" if given else f"for all ${names}$"
        return f"for all ${names}$" + (f" with {given}" if given else "")

    # --- hypotheses ---------------------------------------------------------------------------

    def joined(self, formulas: Iterable[k.Formula]) -> list[str]:
        r"""Relations, those that follow on one another as one: ``0\le\theta\le\beta<1``."""
        rows: list[tuple[list[k.Node], list[str]]] = []
        for f in formulas:
            if isinstance(f, k.Le):
                left, op, right = _end(f.left), "<=", _end(f.right)
            elif isinstance(f, k.Rel):
                left, op, right = f.left, f.op, f.right
            else:
                continue
            if op != "=":
                free = [] if isinstance(left, k.Rat) else rows
                row = next((r for r in free if r[0][-1] == left and "=" not in r[1]), None)
                if row is not None:
                    row[0].append(right)
                    row[1].append(op)
                    continue
                free = [] if isinstance(right, k.Rat) else rows
                row = next((r for r in free if r[0][0] == right and "=" not in r[1]), None)
                if row is not None:
                    row[0].insert(0, left)
                    row[1].insert(0, op)
                    continue
            rows.append(([left, right], [op]))
        out, signs = list[str](), dict[str, list[str]]()
        for terms, ops in rows:
            shown = [self.inline.show(t) for t in terms]
            if len(terms) == 2 and terms[0] == k.ZERO and ops[0] != "=":
                if ops[0] not in signs:
                    out.append(ops[0])  # its place in the sentence
                if shown[1] not in signs.setdefault(ops[0], []):
                    signs[ops[0]].append(shown[1])
                continue
            text = shown[0]
            for op, term in zip(ops, shown[1:], strict=True):
                text = joined([text, OPS[op], term])
            out.append(text)
        return [
            f"{', '.join(signs[t])}{'>' if t == '<' else BACK}0" if t in signs else t for t in out
        ]

    # --- reasons ------------------------------------------------------------------------------

    def reason(self, entry: ClaimEntry, step: StepLine, results: dict[int, Chain]) -> str:
        """Why a step holds, as a phrase without a capital letter; empty if it needs no words."""
        text, termwise = step.reason.removesuffix(", term by term"), ""
        if text != step.reason:
            termwise = " for each summand"
        uses = self._uses(entry, step, results)
        if text == "taking expectations":
            said = f"on taking expectations in {uses}" if uses else "on taking expectations"
        elif text == "summing up":
            said = f"by summing {uses}" if uses else "by summing up"
        elif text == "telescoping":
            said = "as the sum telescopes"
        elif text == "multiplying":
            said = f"by {uses}" if uses else ""
            if step.factor is not None:
                factor = self.inline.box(step.factor)
                if factor.width <= self.short:
                    times = f"times ${factor.text}$"
                    said = f"{said} {times}" if said else ""
        elif text == "linearity of E":
            said = "by linearity" + (f" and {uses}" if uses else "")
        elif text == "tower property":
            said = "by the tower property" + (f" and {uses}" if uses else "")
        elif text.startswith("definition of "):
            said = self._definition(text, uses)
        elif uses:
            said = f"by {uses}"
        else:
            said = self._plain(step)
        return said + termwise if said else termwise.strip()

    def _definition(self, text: str, uses: str) -> str:
        names = [n.strip() for n in text.removeprefix("definition of ").split(",")]
        shown = listed([f"${self.inline.names.plain(n)}$" for n in names])
        return f"by definition of {shown}" + (f" and {uses}" if uses else "")

    def _uses(self, entry: ClaimEntry, step: StepLine, results: dict[int, Chain]) -> str:
        """The claims, chains and assumptions that a step names."""
        rests = step.rests
        labels = [c for c in rests.claims if c not in self.integrability]
        parts = [self.claims(labels)] if labels else []
        numbered, inline = list[str](), list[str]()
        for number in rests.chains:
            chain = results.get(number)
            if chain is None or is_displayed(chain, self):
                numbered.append(self.equation(entry, number))
            elif not trivial(chain):
                inline.append(self.math(chain.result))
        parts += [listed(numbered)] if numbered else []
        if any(h in self.supposed for h in rests.hypotheses):
            parts.append("the induction hypothesis")
        groups = dict.fromkeys(self.groups[a] for a in rests.axioms if a in self.groups)
        parts += [self.assumption(g) for g in groups]
        if inline and not parts:
            parts += inline[:2]
        if not parts and step.reason in ("multiplying", "adding", "on taking expectations"):
            facts = self.joined(
                h for h in rests.hypotheses
                if isinstance(h, k.Rel) and k.ZERO not in (h.left, h.right)
                and self.inline.box(h).width <= self.short
            )  # fmt: skip
            parts += [f"${f}$" for f in facts[:2]]
        return listed(parts)

    def assumption(self, group: str) -> str:
        """``Assumption (A2)``."""
        return rf"\rchyp{{{escaped(group)}}}"

    def _plain(self, step: StepLine) -> str:
        """A step from the hypotheses alone: what they are, or the square that is the difference."""
        if step.op == "=":
            return self._chosen(step)
        gap = certificates.gap(step, self.inline, 1.5 * self.short)
        if gap is not None:
            return f"as the difference of the sides is ${gap.text}$"
        near = [
            h for h in step.rests.hypotheses
            if isinstance(h, k.Rel) and self.inline.box(h).width <= self.short
        ]  # fmt: skip
        if [*step.rests.hypotheses] == [k.Rel(step.left, step.op, step.right)]:
            return "by hypothesis"
        shown = self.joined(near)
        if 0 < len(shown) <= 2 and len(near) == len(step.rests.hypotheses):
            return "as " + listed([f"${t}$" for t in shown])
        return ""

    def _chosen(self, step: StepLine) -> str:
        """An equation, from definitions or from the equations among the hypotheses."""
        if step.rests.definitions:
            return "by definition"
        names = [
            f"${self.inline.show(h.left)}$" for h in step.rests.hypotheses
            if isinstance(h, k.Rel) and h.op == "=" and isinstance(h.left, k.Var | k.App)
        ]  # fmt: skip
        return f"by the choice of {listed(names)}" if names else ""

    def told(self, step: StepLine, least: int) -> str:
        """What the certificate of a step is, as a sentence; empty if it has no ``least`` parts."""
        said = certificates.told(step, self.inline, 2 * self.short, least)
        return f"{said[0].upper()}{said[1:]}." if said else ""

    # --- sentences of authors -----------------------------------------------------------------

    def own(self, text: str) -> str:
        """An author's sentence: plain text with TeX between dollar signs, ``[L1]`` for a claim."""
        out = list[str]()
        for number, part in enumerate(re.split(r"\$", " ".join(text.split()))):
            out.append(f"${part}$" if number % 2 else self._words(part))
        return "".join(out)

    def _words(self, text: str) -> str:
        parts = re.split(r"(\[[A-Za-z][A-Za-z0-9_.-]*\])", text)
        return "".join(self._reference(p) or mathematical(p, self.inline.names) for p in parts)

    def _reference(self, text: str) -> str:
        found = re.fullmatch(r"\[(.*)\]", text)
        if found is None:
            return ""
        labels = (found.group(1), f"{self.document.id}.{found.group(1)}")
        return next((self.claim(label) for label in labels if label in self.kinds), "")


def trivial(chain: Chain) -> bool:
    """Only the sign of something?"""
    return k.ZERO in (chain.result.left, chain.result.right)


def is_displayed(chain: Chain, prose: Prose) -> bool:
    """Is it set apart, rather than said in a sentence?"""
    if len(chain.steps) > 1:
        return True
    step = chain.steps[0]
    return prose.inline.box(k.Rel(step.left, step.op, step.right)).width > 1.4 * prose.short


# --- relations side by side -----------------------------------------------------------------------


def _end(ix: k.Ix) -> k.Node:
    """An index as a term, so that the two kinds of relation can follow on one another."""
    return k.IxVal(ix) if ix.base is not None else k.Rat(Fraction(ix.offset))


def _atoms(formulas: Iterable[k.Formula]) -> set[str]:
    return {n.name for f in formulas for n, _ in k.subterms(f) if isinstance(n, k.App | k.Var)}
