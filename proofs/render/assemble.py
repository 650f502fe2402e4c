"""From a theory object to the document model: the claims, their proofs, what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ..kernel import terms as K
from ..kernel.theory import Symbol
from ..kernel.theory import Theory as KernelTheory
from ..kernel.trace import KERNEL
from ..language.door import Meaning
from ..language.outline import Chained, Part
from ..language.proof import Proof
from ..language.symbols import DoorError
from ..language.theory import Claimed, Theory
from ..record.foundation import foundation
from .document import (
    Abbreviation,
    Algorithm,
    Assumption,
    Chain,
    ClaimEntry,
    Document,
    Line,
    Model,
    Notation,
    Passage,
    Section,
    StepLine,
)
from .numbers import Numbers
from .references import Known, Rests, beneath, cited, fingerprint, rests


def document(
    theory: Theory,
    *,
    lock: str = "",
    results: Mapping[str, Any] | None = None,
    numbers: Numbers | None = None,
) -> Document:
    """The document of ``theory``: every claim is elaborated (``Claimed.check``).

    ``lock``: the digest of the lock that guards it. ``results``: of numeric checks, as they write
    them as JSON. ``numbers``: its constants, by ``numbers.numbers``.
    """
    numbers = numbers or Numbers()
    core = theory.kernel()
    entries = _Entries(theory)
    chosen = entries.all()
    theories = [t for t in _lineage(theory) if any(c.theory is t for c in chosen)] or [theory]
    notation, definitions = _notation(theory), _lines(core)
    algorithm = _algorithm(theory, definitions)
    shown = set() if algorithm is None else {*algorithm.start, *algorithm.lines}
    return Document(
        theory.name,
        theory.title,
        theory.source,
        theory.opening,
        tuple(t.name for t in theories),
        notation,
        _abbreviations(theory),
        tuple(
            Assumption(a.name, a.group, a.kind, a.hypotheses, a.conclusion, a.source)
            for a in core.axioms
        ),
        algorithm,
        tuple(line for line in definitions if line not in shown),
        tuple(s for t in theories for s in _sections(t, chosen, entries)),
        numbers.instances,
        numbers.constants,
        numbers.tightness,
        tuple(
            Model(t.name, t.consistency().verdict, t.consistency().detail)
            for t in theories
            if t.kernel().axioms
        ),
        dict(theory.tex),
        frozenset(core.index_constants),
        KERNEL,
        lock,
        results,
        numbers.bounds,
        numbers.floors,
        numbers.at,
    )


def _lineage(theory: Theory) -> list[Theory]:
    """The theory and those it extends, these first."""
    found = dict[int, Theory]()
    for parent in theory.parents:
        found |= {id(t): t for t in _lineage(parent)}
    return [*found.values(), theory]


# --- the setting ----------------------------------------------------------------------------------


def _notation(theory: Theory) -> tuple[Notation, ...]:
    """The declared names that have a meaning, written as in the axioms and definitions."""
    core = theory.kernel()
    written = dict[str, K.Node]()
    sides: list[K.Node] = [d.left for d in core.definitions]
    for axiom in core.axioms:
        sides += [axiom.conclusion, *axiom.hypotheses]
    sides += [d.right for d in core.definitions]
    for side in sides:
        for node, _ in K.subterms(side):
            if isinstance(node, K.App | K.PointApp) and _plain(node):
                written.setdefault(node.name, node)
    meanings = _meanings(theory)
    rows = [
        Notation(name, K.IxVal(K.Ix(name)), meanings.get(name, "")) for name in core.index_constants
    ]
    for symbol in core.symbols:
        node = written.get(symbol.name) or _generic(symbol)
        rows.append(Notation(symbol.name, node, meanings.get(symbol.name, "")))
    return tuple(row for row in rows if row.meaning)


def _meanings(theory: Theory) -> dict[str, str]:
    """What names mean; names declared together share the list of what each means."""
    together = dict[str, list[str]]()
    for name, meaning in theory.meanings.items():
        together.setdefault(meaning, []).append(name)
    found = dict[str, str]()
    for meaning, names in together.items():
        parts = meaning.split(", ")
        each = parts if len(parts) == len(names) else [meaning] * len(names)
        found |= dict(zip(names, each, strict=True))
    return {name: "" if text.startswith("an abbreviation of") else text
            for name, text in found.items()}  # fmt: skip


def _plain(node: K.App | K.PointApp) -> bool:
    """Are all its arguments names, without offsets?"""
    return all(
        (isinstance(a, K.Ix) and isinstance(a.base, str) and not a.offset)
        or isinstance(a, K.PointVar | K.PointApp | K.Var)
        for a in node.args
    )


def _generic(symbol: Symbol) -> K.Node:
    names = iter(("k", "i", "j") if len(symbol.args) > 1 else ("i", "j"))
    args = tuple(
        K.Ix(next(names)) if sort == "index"
        else K.PointVar("x", "any") if sort == "point" else K.Var("t", "any")
        for sort in symbol.args
    )  # fmt: skip
    return K.PointApp(symbol.name, args) if symbol.result == "point" else K.App(symbol.name, args)  # type: ignore[arg-type]


def _lines(core: KernelTheory) -> tuple[Line, ...]:
    return tuple(
        Line(d.name, d.kind, d.left, d.right, d.ranges, d.source) for d in core.definitions
    )


def _algorithm(theory: Theory, lines: tuple[Line, ...]) -> Algorithm | None:
    """The recursion, line by line, as the definitions that ``Theory.run`` made of it."""
    recursion = theory.recursion
    if recursion is None:
        return None
    named = {line.name: line for line in lines}
    return Algorithm(
        recursion.title,
        recursion.source,
        tuple((p.name, p.meaning, p.condition) for p in recursion.parameters),
        tuple(named[f"{s.name}.0"] for s in recursion.slots if f"{s.name}.0" in named),
        tuple(named[u.target] for u in recursion.updates if u.target in named),
    )


def _abbreviations(theory: Theory) -> tuple[Abbreviation, ...]:
    found = []
    for short in theory.shorthands:
        names: dict[str, Meaning] = {str(c): K.Var(str(c), "det") for c in short.constants}
        names |= {str(a): "index" for a in short.arguments}
        scope = theory.scope().extended(names)
        arguments = tuple(str(a) for a in short.arguments)
        with suppress(DoorError):  # of a parent, with names that mean something else here
            found.append(Abbreviation(short.name, scope.term(short.body), arguments, short.meaning))
    return tuple(found)


# --- claims ---------------------------------------------------------------------------------------


def _sections(theory: Theory, chosen: list[Claimed], entries: _Entries) -> list[Section]:
    """The chosen claims of one theory, under its headings."""
    order = list(theory.claims.values())
    starts = [(h.position, h.title, h.text) for h in theory.headings]
    if not starts or starts[0][0] > 0:
        starts.insert(0, (0, theory.title, ""))
    ends = [*(s[0] for s in starts[1:]), len(order)]
    sections = []
    for (start, title, text), end in zip(starts, ends, strict=True):
        inside = tuple(entries.entry(c) for c in order[start:end] if c in chosen)
        if inside:
            sections.append(Section(theory.name, title, text, inside))
    return sections


class _Entries:
    """The claims to print, and their entries."""

    def __init__(self, theory: Theory) -> None:
        self.order = list(dict.fromkeys([*theory.earlier(None)]))
        self.own = set(theory.claims.values())
        self.labels = dict[int, str]()
        self.uses = dict[Claimed, tuple[str, ...]]()
        self.reached = dict[Claimed, set[int]]()
        self.known = dict[Claimed, dict[int, str]]()
        for claimed in self.order:
            result = claimed.check()
            if result.claim is None:
                self.uses[claimed] = ()
                continue
            roots = (result.claim.theorem, *result.claim.definedness)
            self.known[claimed] = dict(self.labels)
            self.reached[claimed], used = beneath(roots, self.labels)
            place = {c.label: n for n, c in enumerate(self.order)}
            self.uses[claimed] = tuple(sorted(used, key=place.__getitem__))
            self.labels.setdefault(id(result.claim.theorem), claimed.label)

    def all(self) -> list[Claimed]:
        """The claims of the theory, and all that they rest on, in reading order."""
        by_label = {c.label: c for c in self.order}
        wanted, stack = set[str](), [c.label for c in self.own]
        while stack:
            label = stack.pop()
            if label not in wanted:
                wanted.add(label)
                stack += self.uses[by_label[label]]
        self.chosen = [c for c in self.order if c.label in wanted]
        return self.chosen

    def entry(self, claimed: Claimed) -> ClaimEntry:
        result = claimed.check()
        theorem = result.claim.theorem if result.claim else None
        proof, last = None, Rests()
        if result.proof is not None and theorem is not None:
            proof, last = self._proof(claimed, result.proof)
        used_by = (c.label for c in self.chosen if claimed.label in self.uses[c])
        base = None if theorem is None else foundation(theorem, claimed.hypotheses())
        return ClaimEntry(
            claimed.label,
            claimed.theory.name,
            claimed.id,
            claimed.title,
            claimed.kind,
            cited(claimed.reference),
            claimed.introduction,
            (claimed.script.__doc__ or "").strip(),
            {
                "random": tuple(s.name for s in claimed.for_all),
                "constant": tuple(s.name for s in claimed.for_constants),
                "point": tuple(s.name for s in claimed.for_points),
            },
            claimed.hypotheses(),
            claimed.statement(),
            result.verdict,
            result.reason,
            proof,
            last,
            self.uses[claimed],
            tuple(used_by),
            result.unused,
            base,
            result.claim.sha256 if result.claim else "",
        )

    def _proof(self, claimed: Claimed, proof: Proof) -> tuple[Passage, Rests]:
        reached, chains = self.reached[claimed], dict[int, int]()
        known = Known(self.known[claimed], chains)
        stated = set(claimed.hypotheses())
        numbers = dict[int, int]()
        found = list[tuple[int, tuple[StepLine, ...]]]()
        referred = set[int]()

        def chain(placed: Chained, around: set[K.Formula]) -> Chain | None:
            steps = proof.chains[placed.number]
            if not all(id(s.theorem) in reached for s in steps):
                return None  # nothing rests on it
            number = numbers.setdefault(placed.number, len(numbers) + 1)
            lines = tuple(
                StepLine(
                    s.left, s.op, s.right, s.reason, s.theorem.rule, rests(s.theorem, known),
                    fingerprint(s.theorem), s.factor, theorem=s.theorem,
                )
                for s in steps
            )  # fmt: skip
            for line in lines:
                referred.update(line.rests.chains)
            for theorem in (placed.result, *(s.theorem for s in steps)):
                chains.setdefault(id(theorem), number)
            found.append((number, lines))
            given = tuple(g for g in placed.given if g not in around)
            return Chain(number, given, lines, placed.result.rel, False)

        def passage(part: Part, around: set[K.Formula]) -> Passage:
            inside = around | set(part.formulas)
            content = list[Passage | Chain]()
            for item in part.content:
                shown = chain(item, inside) if isinstance(item, Chained) else passage(item, inside)
                if isinstance(shown, Chain) or (shown is not None and shown.parts):
                    content.append(shown)
                elif isinstance(item, Part) and item.kind in ("base", "step", "case"):
                    content.append(passage(item, inside))
            return Passage(
                part.kind, part.formulas, part.index, part.low, part.note, tuple(content)
            )

        whole = passage(proof.outline.top, stated)
        last = rests(claimed.theorem(), known)
        return _marked(whole, referred), last


def _marked(part: Passage, referred: set[int]) -> Passage:
    """The same with the chains marked that are referred to."""
    parts = tuple(
        Chain(p.number, p.given, p.steps, p.result, p.number in referred)
        if isinstance(p, Chain)
        else _marked(p, referred)
        for p in part.parts
    )
    return Passage(part.kind, part.formulas, part.index, part.low, part.note, parts)
