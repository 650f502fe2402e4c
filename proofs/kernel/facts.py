"""Side facts: theorems a normalisation may look up, with the record of which it used.

Three kinds of theorem are useful to look up: signs (``0 < t``, ``0 <= t``, or any ``a < b``, read
as the sign of ``b - a``), integrability (``Fin(t, e)``), and bounds (``|a| <= b``, ``c <= t``).
A theorem with free index names is a schema: it also applies at other indices, if its index
hypotheses follow there. What a look-up relied on ends up in the hypotheses of the result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, get_args

from .indices import IndexMap, candidates, entails, substitute_indices
from .judgment import Theorem
from .polynomials import content, leading, scale, to_term
from .terms import Abs, Fin, Formula, Le, Rel, Term, has_eigen, sub

if TYPE_CHECKING:
    from .normal import Normaliser

Sign = tuple[int, bool]
"""(+1, strict): t > 0 or t >= 0;  (-1, strict): t < 0 or t <= 0."""


Table = Literal["sign", "integrable", "dominated", "below"]
TABLES: tuple[Table, ...] = get_args(Table)


@dataclass
class Used:
    """What a computation relied on: hypotheses, declarations, and the facts by number."""

    hypotheses: set[Formula] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)
    facts: set[int] = field(default_factory=set)

    def update(self, other: Used) -> None:
        """Rely on all that ``other`` relied on."""
        self.hypotheses |= other.hypotheses
        self.uses |= other.uses
        self.facts |= other.facts


@dataclass(frozen=True)
class Entry:
    """One way to look up fact ``number``: the canonical term it speaks of, and what it says.

    ``basis`` is what bringing the fact's own term to canonical form relied on.
    """

    number: int
    term: Term
    basis: Used
    sign: Sign | None = None
    exponent: Fraction | None = None
    bound: Term | None = None


class FactTable:
    """The facts of one normalisation, keyed by canonical terms. A table is made when first asked."""

    def __init__(self, facts: tuple[Theorem, ...], normaliser: Normaliser) -> None:
        self._facts, self._normaliser = facts, normaliser
        self._entries: dict[tuple[Table, str], list[Entry]] = {}
        self._schemas: dict[Table, list[int]] = {}
        self._made: set[Table] = set()
        self._asked = False

    def _make(self, table: Table) -> None:
        """Enter every fact. For signs twice, as the canonical terms themselves depend on signs."""
        self._made.add(table)
        if not self._facts:
            return
        numbers = [*range(len(self._facts))]
        for _ in range(2 if table == "sign" else 1):
            with self._normaliser.at_the_top():
                numbers = [number for number in numbers if self._enter(table, number)]

    def _enter(self, table: Table, number: int) -> bool:
        """Enter one fact; did reading it take a look at the facts?"""
        self._asked = False
        theorem = self._facts[number]
        entry = self._read(table, number, theorem.conclusion)
        if entry is not None:
            listed = self._entries.setdefault((table, entry.term.key), [])
            if all(entry.number != other.number for other in listed):
                listed.append(entry)
            schemas = self._schemas.setdefault(table, [])
            if theorem.theory.names(theorem.conclusion) and number not in schemas:
                schemas.append(number)
        return self._asked

    def _read(self, table: Table, number: int, formula: Formula) -> Entry | None:
        """What the formula says, as an entry of the table."""
        if isinstance(formula, Fin):
            if table != "integrable":
                return None
            p, basis = self._normaliser.recorded(formula.term)
            return Entry(number, to_term(p), basis, exponent=formula.exponent)
        if not isinstance(formula, Rel) or formula.op == "=":
            return None
        if table == "sign":
            p, basis = self._normaliser.recorded(sub(formula.right, formula.left))
            if not any(m for m in p):
                return None
            c = content(p) * (1 if leading(p) > 0 else -1)
            sign: Sign = (1 if c > 0 else -1, formula.op == "<")
            return Entry(number, to_term(scale(p, 1 / c)), basis, sign=sign)
        if table == "below":
            p, basis = self._normaliser.recorded(formula.right)
            return Entry(number, to_term(p), basis, bound=formula.left)
        if table == "dominated" and isinstance(formula.left, Abs):
            p, basis = self._normaliser.recorded(formula.left.body)
            return Entry(number, to_term(p), basis, bound=formula.right)
        return None

    def find(self, table: Table, term: Term) -> Iterator[tuple[Entry, Used]]:
        """Entries that speak of the canonical ``term``, exactly or as schemas, with their needs."""
        self._asked = True
        if table not in self._made:
            self._make(table)
        for entry in self._entries.get((table, term.key), ()):
            used = self._needs(entry, {})
            if used is not None:
                yield entry, used
        if self._normaliser.reading:
            return  # an instance of a schema is read without schemas, or reading might not end
        for number in self._schemas.get(table, ()):
            theorem = self._facts[number]
            names = theorem.theory.names(theorem.conclusion)
            for found in candidates(theorem.conclusion, term, names):
                moved = substitute_indices(theorem.conclusion, found)
                self._normaliser.reading = True
                try:
                    instance = self._read(table, number, moved)
                finally:
                    self._normaliser.reading = False
                if instance is None or instance.term != term:
                    continue
                used = self._needs(instance, found)
                if used is not None:
                    yield instance, used

    def _needs(self, entry: Entry, found: IndexMap) -> Used | None:
        """What using this instance of the fact here rests on; None if it is not allowed here."""
        normaliser, theorem = self._normaliser, self._facts[entry.number]
        used = Used(uses=set(theorem.uses), facts={entry.number})
        used.update(entry.basis)
        for fact in used.facts if normaliser.averaging else ():
            constancy = self._facts[fact].constancy
            if constancy is None:
                return None  # inside E a fact must hold almost surely, not just at this outcome
            used.uses |= constancy
        for hypothesis in theorem.hypotheses:
            moved = substitute_indices(hypothesis, found)
            if isinstance(moved, Le):
                step = entails(normaliser.ambient, moved)
                if step is not None:
                    used.hypotheses |= {h for h in step if not has_eigen(h)}
                    continue
                if found:
                    return None
            if moved != hypothesis:
                return None  # a hypothesis about one index is none about another
            used.hypotheses.add(moved)
        return used
