"""Side facts: theorems a normalisation may look up, with the record of which it used.

Three kinds of theorem are useful to look up: signs (``0 < t``, ``0 <= t``, or any ``a < b``, read
as the sign of ``b - a``), integrability (``Fin(t, e)``), and bounds (``|a| <= b``, ``c <= t``).
A theorem with free index names is a schema: it also applies at other indices, if its index
hypotheses follow there. What a look-up relied on ends up in the hypotheses of the result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from .errors import KernelError
from .indices import IndexMap, candidates, entails, substitute_indices
from .judgment import Theorem
from .polynomials import Poly, primitive, to_term
from .terms import (
    CE,
    ZERO,
    Abs,
    Add,
    App,
    E,
    Fin,
    Formula,
    Lambda,
    Le,
    Mul,
    Node,
    Pow,
    Rat,
    Rel,
    Term,
    Var,
    anatomy,
    has_eigen,
    sub,
)

if TYPE_CHECKING:
    from .normal import Normaliser

Sign = tuple[int, bool]
"""(+1, strict): t > 0 or t >= 0;  (-1, strict): t < 0 or t <= 0."""


Table = Literal["sign", "integrable", "dominated", "below"]
Names = frozenset[str]
_NONE: Names = frozenset()
MAX_DEPTH = 6
"""How many facts may be in the middle of being read, each for the sake of another."""


@dataclass
class Used:
    """What a computation relied on: hypotheses, declarations, and the facts by number."""

    hypotheses: set[Formula] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)
    facts: set[int] = field(default_factory=set)

    def update(self, other: Used) -> None:
        """Rely on all that ``other`` relied on."""
        if other.hypotheses:
            self.hypotheses |= other.hypotheses
        if other.uses:
            self.uses |= other.uses
        if other.facts:
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
    """The facts of one normalisation, keyed by canonical terms.

    A fact is brought to canonical form when a term is looked up that it may speak of, which the
    symbols in both tell: reading every fact for every look-up is what would take the time. This
    only decides what is found, not what it means.
    """

    def __init__(self, facts: tuple[Theorem, ...], normaliser: Normaliser) -> None:
        self._facts, self._normaliser = facts, normaliser
        self._entries: dict[tuple[Table, str], list[Entry]] = {}
        self._entered: set[tuple[Table, int]] = set()
        self._about: dict[Table, list[tuple[int, Names, Names]]] = {}
        self._choices: dict[tuple[Table, Names], list[int]] = {}
        self._moved: dict[tuple[int, Term], list[tuple[IndexMap, Formula]]] = {}
        self._depth = 0

    def _choose(self, table: Table, term: Term) -> list[int]:
        """The numbers of the facts that may speak of ``term``, all of them entered."""
        names = anatomy(term).names
        if (table, names) not in self._choices:
            self._choices[table, names] = (
                [*range(len(self._facts))]  # symbols may turn into others
                if self._normaliser.unfolds
                else [n for n, least, most in self._spoken_of(table) if least <= names <= most]
            )
        chosen = self._choices[table, names]
        for number in chosen:
            if (table, number) not in self._entered and self._depth < MAX_DEPTH:
                self._entered.add((table, number))
                try:
                    self._enter(table, number)
                except KernelError:  # out of work: whoever comes next may have enough
                    self._entered.discard((table, number))
                    raise
        return chosen

    def _spoken_of(self, table: Table) -> list[tuple[int, Names, Names]]:
        """The facts of a table; which symbols must, and which may, occur in what they speak of."""
        if table not in self._about:
            about = ((n, _symbols(table, t.conclusion)) for n, t in enumerate(self._facts))
            self._about[table] = [(n, *found) for n, found in about if found is not None]
        return self._about[table]

    def _enter(self, table: Table, number: int) -> None:
        self._depth += 1
        try:
            with self._normaliser.at_the_top():
                entry = self._read(table, number, self._facts[number].conclusion)
        finally:
            self._depth -= 1
        if entry is not None:
            self._entries.setdefault((table, entry.term.key), []).append(entry)

    def _read(self, table: Table, number: int, formula: Formula) -> Entry | None:
        """What the formula says, as an entry of the table."""
        if isinstance(formula, Fin):
            if table != "integrable":
                return None
            p, basis = self._normaliser.recorded(formula.term)
            return Entry(number, _up_to_a_factor(p), basis, exponent=formula.exponent)
        if not isinstance(formula, Rel) or formula.op == "=":
            return None
        if table == "sign":
            p, basis = self._normaliser.recorded(sub(formula.right, formula.left))
            if not any(m for m in p):
                return None
            c, rest = primitive(p)
            sign: Sign = (1 if c > 0 else -1, formula.op == "<")
            return Entry(number, to_term(rest), basis, sign=sign)
        if table == "below":
            p, basis = self._normaliser.recorded(formula.right)
            return Entry(number, to_term(p), basis, bound=formula.left)
        if table == "dominated" and isinstance(formula.left, Abs):
            p, basis = self._normaliser.recorded(formula.left.body)
            return Entry(number, _up_to_a_factor(p), basis, bound=formula.right)
        return None

    def find(self, table: Table, term: Term) -> Iterator[tuple[Entry, Used]]:
        """Entries that speak of the canonical ``term``, exactly or as schemas, with their needs."""
        chosen = self._choose(table, term)
        self._normaliser.budget.spend(2 * len(chosen))
        for entry in self._entries.get((table, term.key), ()):
            used = self._needs(entry, {})
            if used is not None:
                yield entry, used
        if self._normaliser.reading:
            return  # an instance of a schema is read without schemas, or reading might not end
        for number in chosen:
            for found, moved in self._candidates(number, term):
                instance = self._instance(table, number, moved)
                if instance is None or instance.term != term:
                    continue
                used = self._needs(instance, found)
                if used is not None:
                    yield instance, used

    def _candidates(self, number: int, term: Term) -> list[tuple[IndexMap, Formula]]:
        """The fact at other indices, at which it may speak of ``term``."""
        if (number, term) not in self._moved:
            theorem, spend = self._facts[number], self._normaliser.budget.spend
            names = theorem.theory.names(theorem.conclusion)
            found = candidates(theorem.conclusion, term, names, spend) if names else ()
            self._moved[number, term] = [
                (at, substitute_indices(theorem.conclusion, at)) for at in found
            ]
        return self._moved[number, term]

    def _instance(self, table: Table, number: int, moved: Formula) -> Entry | None:
        """What the fact says at other indices."""
        n = self._normaliser
        n.reading = True
        try:
            what = f"{table} {number}"
            return n.cached(what, moved, lambda: self._read(table, number, moved))
        finally:
            n.reading = False

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


def _up_to_a_factor(p: Poly) -> Term:
    """A number as a factor changes no integrability, nor does it that of a bound."""
    return to_term(primitive(p)[1]) if p else ZERO


# --- which symbols a fact is about ------------------------------------------------------------


@lru_cache(maxsize=10_000)
def _symbols(table: Table, formula: Formula) -> tuple[Names, Names] | None:
    """The symbols that must, and that may, occur in the canonical term the formula speaks of."""
    if isinstance(formula, Fin):
        return (_NONE, anatomy(formula).names) if table == "integrable" else None
    if not isinstance(formula, Rel) or formula.op == "=":
        return None
    if table == "sign":
        return _certain(formula), anatomy(formula).names
    if table == "below":
        return _NONE, anatomy(formula.right).names
    dominated = table == "dominated" and isinstance(formula.left, Abs)
    return (_NONE, anatomy(formula.left).names) if dominated else None


@lru_cache(maxsize=10_000)
def _certain(node: Node) -> frozenset[str]:
    """Symbols that no cancellation between summands and no factor 0 can remove from a term.

    Of a relation: from the difference of its sides.
    """
    if isinstance(node, Add | Rel):
        parts = node.terms if isinstance(node, Add) else (node.left, node.right)
        seen = Counter(name for t in parts for name in anatomy(t).names)
        inside = frozenset[str]().union(*(_certain(t) for t in parts))
        return frozenset(name for name in inside if seen[name] == 1)
    if isinstance(node, Mul):
        if any(not anatomy(t).names and not isinstance(t, Rat) for t in node.terms):
            return frozenset()
        return frozenset[str]().union(*(_certain(t) for t in node.terms))
    if isinstance(node, Var) or (isinstance(node, App) and not _has_point(node)):
        return frozenset((node.name,))
    if isinstance(node, Pow):
        return _certain(node.base)
    if isinstance(node, Abs | E | CE):
        return _certain(node.body)
    return frozenset()


def _has_point(node: App) -> bool:
    return any(isinstance(a, Lambda) for a in node.args)
