"""The document model: a checked theory in reading order, as plain data for printers.

LaTeX and HTML are printed from this. Terms are kernel terms, everything else was derived from
kernel objects (verdicts, references, what is beneath a claim) or is the author's own sentence.
Nothing in it depends on the clock, on a seed or on the order of a set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..kernel.judgment import Theorem
from ..kernel.terms import Formula, Ix, Node, Op, Rel, Term
from ..record.foundation import Foundation
from .references import Rests


@dataclass(frozen=True)
class Notation:
    """A row of the notation table: a symbol as it is written, and what it means."""

    name: str
    node: Node
    meaning: str


@dataclass(frozen=True)
class Abbreviation:
    """A shorthand of the printed text: where exactly ``body`` stands, ``name`` is printed.

    ``arguments``: names of the indices in the body that become those of the name.
    """

    name: str
    body: Term
    arguments: tuple[str, ...]
    meaning: str


@dataclass(frozen=True)
class Assumption:
    """A fact taken as given. ``group`` is the id by which claims list it."""

    name: str
    group: str
    kind: Literal["assumption", "axiom"]
    hypotheses: tuple[Formula, ...]
    conclusion: Formula
    source: str


@dataclass(frozen=True)
class Line:
    """A line of the algorithm, or another definition: ``left = right`` within ``ranges``."""

    name: str
    kind: Literal["recursion", "abbreviation"]
    left: Term
    right: Term
    ranges: tuple[Formula, ...]
    source: str


@dataclass(frozen=True)
class Algorithm:
    """An optimizer's recursion: parameters as (name, meaning, condition), and its lines in order.

    ``start``: the state before the first iteration. Every line is a definition of the theory.
    """

    title: str
    source: str
    parameters: tuple[tuple[str, str, str], ...]
    start: tuple[Line, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class StepLine:
    """One line of a chain: ``left op right``, the conclusion of ``theorem``.

    ``reason``: in the author's words. ``factor``: what a fact is multiplied by, if that is the
    reason. ``fingerprint``: by which the step is found in the trace.
    """

    left: Term
    op: Op
    right: Term
    reason: str
    rule: str
    rests: Rests
    fingerprint: str
    factor: Term | None = None
    theorem: Theorem = field(repr=False, kw_only=True)


@dataclass(frozen=True)
class Chain:
    """A chain of steps. ``number`` counts the chains of a proof; ``given``: what is known in it.

    ``referred``: is it used by name further down?
    """

    number: int
    given: tuple[Formula, ...]
    steps: tuple[StepLine, ...]
    result: Rel
    referred: bool


@dataclass(frozen=True)
class Passage:
    """A part of a proof. Inductions hold a base and a step, case distinctions hold cases.

    ``formulas``: of an induction, what is proved; of a step or a case, what is assumed in it.
    ``rests`` (of the whole proof): what it uses when it has no chain of its own.
    """

    kind: Literal["proof", "induction", "base", "step", "cases", "case"]
    formulas: tuple[Formula, ...]
    index: str
    low: Ix | None
    note: str
    parts: tuple[Passage | Chain, ...]


@dataclass(frozen=True)
class ClaimEntry:
    """A claim with its proof.

    ``variables``: names it quantifies over, by kind (``random``, ``constant``, ``point``).
    ``uses``: the claims its proof rests on directly; ``rests``: how its last inference uses them.
    ``proof`` is None unless it is proved; then ``reason`` says why.
    """

    label: str
    theory: str
    id: str
    title: str
    kind: Literal["lemma", "theorem", "instance"]
    reference: str
    introduction: str
    note: str
    variables: Mapping[str, tuple[str, ...]]
    hypotheses: tuple[Formula, ...]
    conclusion: Formula
    verdict: str
    reason: str
    proof: Passage | None
    rests: Rests
    uses: tuple[str, ...]
    used_by: tuple[str, ...]
    unused: tuple[Formula, ...]
    foundation: Foundation | None
    sha256: str

    @property
    def proved(self) -> bool:
        """Did the kernel prove it?"""
        return self.verdict == "proved"


@dataclass(frozen=True)
class Section:
    """Claims that belong together, of one theory."""

    theory: str
    title: str
    text: str
    claims: tuple[ClaimEntry, ...]


@dataclass(frozen=True)
class Coefficient:
    """A constant of a bound: its closed form, its value in an instance (rounded), what it is of."""

    name: str
    closed: Term
    value: str
    of: Term


@dataclass(frozen=True)
class InstanceRow:
    """An instance of a main theorem: the numbers it takes, and its constants."""

    label: str
    title: str
    parameters: tuple[tuple[str, Term], ...]
    coefficients: tuple[Coefficient, ...]
    verdict: str


@dataclass(frozen=True)
class ConstantRow:
    """A named constant of a main theorem: where it comes from.

    ``relation``: "=", ">=" or "" (free). ``introduced``: the claim; ``enters``: where it is used.
    """

    theorem: str
    name: str
    relation: str
    closed: Term | None
    introduced: str
    enters: tuple[str, ...]


@dataclass(frozen=True)
class Tightness:
    """How near a claim comes to an equation: the ratio of its sides in its best exact instance."""

    label: str
    ratio: float
    shown: str
    instance: str


@dataclass(frozen=True)
class Curve:
    """A line of a plot. ``slope``: between its last two points, both axes being logarithmic."""

    name: str
    points: tuple[tuple[float, float], ...]
    slope: float | None = None


@dataclass(frozen=True)
class Model:
    """The finite model of the axioms of a theory: what became of it."""

    theory: str
    verdict: str
    detail: str


@dataclass(frozen=True)
class Document:
    """A theory to print, with all that its claims rest on.

    ``sections``: the claims of libraries and of theories extended first, as far as they are used.
    ``names``: the TeX of names, as the author set it. ``meanings``: of declared names.
    ``results``: what numeric checks found, as the JSON documents they write, or None.
    """

    id: str
    title: str
    source: str
    opening: str
    theories: tuple[str, ...]
    notation: tuple[Notation, ...]
    abbreviations: tuple[Abbreviation, ...]
    assumptions: tuple[Assumption, ...]
    algorithm: Algorithm | None
    definitions: tuple[Line, ...]
    sections: tuple[Section, ...]
    instances: tuple[InstanceRow, ...]
    constants: tuple[ConstantRow, ...]
    tightness: tuple[Tightness, ...]
    models: tuple[Model, ...]
    names: Mapping[str, str]
    index_constants: frozenset[str]
    kernel: str
    lock: str
    results: Mapping[str, Any] | None = None
    bounds: tuple[Curve, ...] = ()
    """Bounds of the main theorem against K."""
    floors: tuple[Curve, ...] = ()
    """Constants of the main theorem against gamma, in floating point."""
    at: Mapping[str, str] = field(default_factory=dict)
    """The data that ``bounds`` are taken at."""

    def claims(self) -> Iterable[ClaimEntry]:
        """All claims, in reading order."""
        for section in self.sections:
            yield from section.claims

    def claim(self, label: str) -> ClaimEntry:
        """The claim of this label; raises ``KeyError``."""
        for entry in self.claims():
            if entry.label == label:
                return entry
        raise KeyError(label)
