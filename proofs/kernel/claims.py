"""Published claims: what is checked of a theorem before it is shown, and what its identity is.

A theorem of total functions may speak of 1/0, or rest on hypotheses that nothing satisfies. A
*claim* is a theorem that does neither: its hypotheses hold together at a rational point that comes
with it, and under its hypotheses no denominator is 0 and no radicand negative, in the statement,
in the abbreviations it mentions and in the recursions its proof uses.

Two claims are the same iff their canonical bytes are equal: hypotheses, conclusion, and the full
declarations these rest on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Literal, get_args

from .budget import Budget
from .codec import keyed, listed, written
from .errors import SideConditionError, SortError, TheoryError
from .exact import holds
from .facts import Used
from .indices import IndexMap, index_hypotheses, match_heads, substitute_indices
from .judgment import Theorem, same_theory
from .normal import Normaliser
from .rules import assume, free_indices_of
from .terms import (
    CE,
    All,
    App,
    E,
    Eigen,
    Fin,
    Ix,
    Lambda,
    Le,
    Node,
    PointApp,
    PointVar,
    Pow,
    Rat,
    Rel,
    Sum,
    Term,
    Var,
    free_indices,
    open_body,
    subterms,
)
from .theory import Definition, Theory

ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
Kind = Literal["lemma", "theorem", "instance"]
Witness = tuple[Mapping[Term, Fraction], Mapping[str, int]]
"""Values of atoms (``sigma[1]``, with numbers for index names), and numbers for index names."""


@dataclass(frozen=True, eq=False)
class Claim:
    """A theorem that passed the checks of this module, which making a claim runs.

    ``definedness``: the theorems by which denominators and radicands were found to be in order.
    ``uses``: the declarations that the theorem and these rest on, as ``kind:name``.
    """

    theorem: Theorem
    id: str
    title: str
    kind: Kind
    definedness: tuple[Theorem, ...]
    witness: Witness
    uses: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        if not (ID.fullmatch(self.id) and self.kind in get_args(Kind)):
            raise SortError(f"not a claim's kind and name: {self.kind!r} {self.id!r}")
        for hypothesis in self.theorem.hypotheses:
            if not isinstance(hypothesis, Rel | Le):
                raise SideConditionError(f"{self.id}: a claim may not assume {{}}", hypothesis)
        if isinstance(self.theorem.conclusion, All):
            raise SideConditionError(f"{self.id}: no claim is {{}}", self.theorem.conclusion)
        satisfiable(self.theorem, self.witness)
        checked = _Definedness(self.theorem, self.definedness)
        kept = tuple(t for n, t in enumerate(self.definedness) if n in checked.facts)
        object.__setattr__(self, "definedness", kept)
        object.__setattr__(self, "uses", self.theorem.uses | checked.uses)

    def canonical_bytes(self) -> bytes:
        """The claim's identity: hypotheses, conclusion, declarations, in one canonical text."""
        return canonical_bytes(self.theorem, self.uses)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 digest of the canonical bytes, in hexadecimal."""
        return sha256(self.canonical_bytes()).hexdigest()


def publish(
    theorem: Theorem,
    id: str,
    title: str,
    kind: Kind,
    definedness: tuple[Theorem, ...],
    witness: Witness,
) -> Claim:
    """The claim that ``theorem`` holds; raises a ``KernelError`` if a check fails.

    ``definedness``: theorems that give the signs of its denominators and radicands (its own
    hypotheses are known without). ``witness``: a point at which its hypotheses hold together.
    """
    return Claim(theorem, id, title, kind, definedness, witness)


# --- identity ---------------------------------------------------------------------------------


def canonical_bytes(theorem: Theorem, uses: frozenset[str]) -> bytes:
    """Hypotheses, conclusion, and the declarations used or mentioned, in one canonical text."""
    theory = theorem.theory
    formulas = (*theorem.hypotheses, theorem.conclusion)
    declared = {kind: {u.partition(":")[2] for u in uses if u.startswith(f"{kind}:")}
                for kind in ("axiom", "definition", "level")}  # fmt: skip
    if sum(len(names) for names in declared.values()) != len(uses):
        raise TheoryError(f"unknown kind of declaration in {sorted(uses)}")
    axioms = [a for a in theory.axioms if a.name in declared["axiom"]]
    names = declared["definition"] | {d.name for d in mentioned(theory, formulas)}
    definitions = [d for d in theory.definitions if d.name in names]
    nodes = [*formulas]
    for axiom in axioms:
        nodes += [*axiom.hypotheses, axiom.conclusion]
    for definition in definitions:
        nodes += [*definition.ranges, Rel(definition.left, "=", definition.right)]
    symbols = declared["level"].union(*(_symbols(node) for node in nodes))
    indices = frozenset[str]().union(*(free_indices(node) for node in nodes))
    parts = {
        "hypotheses": _sorted(theorem.hypotheses),
        "conclusion": written(theorem.conclusion),
        "axioms": _sorted(axioms),
        "definitions": _sorted(definitions),
        "symbols": _sorted(s for s in theory.symbols if s.name in symbols),
        "index_constants": _sorted(indices & set(theory.index_constants)),
    }
    return keyed(parts).encode("ascii")


def _sorted(values: Iterable[object]) -> str:
    return listed(sorted(written(value) for value in values))


@lru_cache(maxsize=10_000)
def _symbols(node: Node) -> frozenset[str]:
    return frozenset(n.name for n, _ in subterms(node) if isinstance(n, App | PointApp))


def mentioned(theory: Theory, nodes: tuple[Node, ...]) -> list[Definition]:
    """The abbreviations that the nodes mention, and those that these mention in turn."""
    names, found = frozenset[str]().union(*(_symbols(n) for n in nodes)), list[Definition]()
    waiting = [d for d in theory.definitions if d.kind == "abbreviation"]
    while new := [d for d in waiting if d.head in names]:
        found += new
        waiting = [d for d in waiting if d not in new]
        names = names.union(*(_symbols(d.right) for d in new))
    return found


# --- satisfiable hypotheses -------------------------------------------------------------------


def satisfiable(theorem: Theorem, witness: Witness) -> None:
    """Raise ``SideConditionError`` unless all hypotheses of ``theorem`` hold at ``witness``.

    The point stands for a world without chance, in which E[t] = t. What the theory defines is
    computed from its definition and cannot be given a value.
    """
    theory, (values, numbers), budget = theorem.theory, witness, Budget()
    constants: IndexMap = {n: Ix(None, numbers[n]) for n in theory.index_constants if n in numbers}

    patterns = [
        (d, substitute_indices(d.left, constants), theory.names(d.left)) for d in theory.definitions
    ]

    def definiens(atom: Node) -> Term | None:
        budget.spend(16 + 8 * len(theory.definitions))
        for definition, left, names in patterns:
            found: IndexMap = {}
            if match_heads(left, atom, names, found):
                table = {**constants, **found}
                ranges = [substitute_indices(r, table) for r in definition.ranges]
                if all(holds(r, {}) for r in ranges if isinstance(r, Le)):
                    right = substitute_indices(definition.right, table)
                    return right if isinstance(right, Term) else None
        return None

    for atom, value in values.items():
        theory.check(atom)
        if type(value) is not Fraction or free_indices(atom) or not _is_atom(atom):
            raise SideConditionError(f"not the value of a variable or symbol: {atom} = {value!r}")
        if definiens(atom) is not None:
            raise SideConditionError("{} is defined: give values to what defines it instead", atom)
    missing = free_indices_of(theorem) - set(numbers)
    if missing:
        raise SideConditionError(f"no number is given for the indices {sorted(missing)}")
    for hypothesis in sorted(theorem.hypotheses, key=lambda h: h.key):
        if holds(hypothesis, values, numbers, definiens, lambda term: True, budget) is not True:
            raise SideConditionError("not seen to hold at the point: {}", hypothesis)


def _is_atom(node: Node) -> bool:
    """A variable, or a symbol at numbers and points; different atoms may take any values."""
    if isinstance(node, App):
        return all(isinstance(a, Ix | Rat | PointApp | PointVar) for a in node.args)
    return isinstance(node, Var)


# --- definedness ------------------------------------------------------------------------------


class _Definedness:
    """The check that nothing in a theorem's statement divides by 0 or roots a negative number."""

    def __init__(self, theorem: Theorem, facts: tuple[Theorem, ...]) -> None:
        self.theory, self.hypotheses = theorem.theory, theorem.hypotheses
        same_theory(self.theory, *facts)
        given = (h for h in self.hypotheses if isinstance(h, Rel))
        assumed = (assume(self.theory, h) for h in sorted(given, key=lambda h: h.key))
        ambient = index_hypotheses(self.hypotheses)
        self.n = Normaliser(self.theory, ambient, (), (*facts, *assumed))
        self.uses: set[str] = set()
        self.facts: set[int] = set()
        self._seen: set[object] = set()
        self._heads: dict[str, list[Definition]] = {}
        for d in self.theory.definitions:
            if d.kind == "abbreviation":
                self._heads.setdefault(d.head, []).append(d)
        self._general = [
            d for d in self.theory.definitions
            if d.kind == "recursion" and f"definition:{d.name}" in theorem.uses
        ]  # fmt: skip
        for formula in (*sorted(self.hypotheses, key=lambda h: h.key), theorem.conclusion):
            self._visit(formula, frozenset())
        for definition in self._general:  # grows on the way
            self._in_general(definition)

    def _visit(self, node: Node, path: frozenset[str]) -> None:
        """All obligations of ``node``, within the abbreviations named in ``path``."""
        n = self.n
        state = (node, n.ambient, bool(n.averaging))
        if state in self._seen:
            return
        self._seen.add(state)
        n.budget.spend(8 + len(n.ambient))
        if isinstance(node, Sum):
            with n.binder(node.low, node.high) as eigen:
                self._visit(open_body(node.body, Ix(eigen)), path)
        elif isinstance(node, Lambda):
            with self._under(1, frozenset()):
                self._visit(open_body(node.body, Ix(Eigen(n.depth - 1))), path)
        elif isinstance(node, E | CE | Fin):
            with n.inside_average():
                self._visit(node.term if isinstance(node, Fin) else node.body, path)
        elif (
            isinstance(node, App)
            and node.name == "coord"
            and isinstance(node.args[0], Lambda)
            and isinstance(node.args[1], Ix)
        ):
            self._visit(open_body(node.args[0].body, node.args[1]), path)
        else:
            if isinstance(node, Pow):
                self._base(node.base, node.exponent)
            if isinstance(node, App | PointApp):
                self._abbreviations(node, path)
            if isinstance(node, Var | PointVar) or _process(node) is not None:
                return
            for part in node.parts():
                for inner in part if isinstance(part, tuple) else (part,):
                    if isinstance(inner, Node) and not isinstance(inner, Ix):
                        self._visit(inner, path)

    def _base(self, base: Term, exponent: Fraction) -> None:
        """``base`` may stand under this exponent."""
        if exponent >= 0 and exponent.denominator == 1:
            return
        n, needed = self.n, ">= 0"
        n.used = Used()
        sign = n.sign_of(n.poly(base))
        fits = sign is not None and (exponent.denominator == 1 or sign[0] > 0)
        if exponent < 0:
            needed = "not 0" if exponent.denominator == 1 else "> 0"
            fits = fits and sign is not None and sign[1]
        if not fits:
            raise SideConditionError(f"definedness: {{}} must be shown to be {needed}", base)
        extra = n.used.hypotheses - self.hypotheses - n.ambient
        if extra:
            listed = sorted(extra, key=lambda h: h.key)
            places = "; ".join("{}" for _ in listed)
            raise SideConditionError(
                f"definedness: {{}} is {needed} only assuming {places}", base, *listed
            )
        self.uses |= n.used.uses
        self.facts |= n.used.facts

    def _abbreviations(self, node: App | PointApp, path: frozenset[str]) -> None:
        """Where an abbreviation applies to ``node``, its right side has to be in order too."""
        abbreviations = self._heads.get((_process(node) or node).name, [])
        self.n.budget.spend(1 + len(abbreviations))
        for definition in abbreviations:
            if definition.name in path:
                if definition not in self._general:
                    self._general.append(definition)
                continue
            fresh = Ix(Eigen(self.n.depth))
            pattern = _indices(definition.left)
            target = (*_indices(node), *((fresh,) if isinstance(node, PointApp) else ()))
            names = self.theory.names(definition.left)
            found: IndexMap = {}
            conditions: set[Le] = set()
            for p, t in zip(pattern, target, strict=True):
                if isinstance(p.base, str) and p.base in names:
                    found[p.base] = t.shift(-p.offset)
                else:
                    conditions |= {Le(p, t), Le(t, p)}
            self._right(definition, found, conditions, path, 1)

    def _in_general(self, definition: Definition) -> None:
        """The right side of a definition, for all indices within its ranges, almost surely."""
        names = sorted(self.theory.names(definition.left))
        found = {name: Ix(Eigen(self.n.depth + j)) for j, name in enumerate(names)}
        with self.n.inside_average():
            self._right(definition, found, set(), frozenset(), len(names))

    def _right(self, definition: Definition, found: IndexMap, conditions: set[Le],
               path: frozenset[str], fresh: int) -> None:  # fmt: skip
        ranges = index_hypotheses(substitute_indices(r, found) for r in definition.ranges)
        with self._under(fresh, ranges | conditions):
            right = substitute_indices(definition.right, found)
            self._visit(right, path | {definition.name})

    @contextmanager
    def _under(self, fresh: int, conditions: frozenset[Le]) -> Iterator[None]:
        """With some fresh indices, and index conditions taken to hold."""
        n = self.n
        outer = n.ambient, n.depth
        n.ambient, n.depth = n.ambient | conditions, n.depth + fresh
        try:
            yield
        finally:
            n.ambient, n.depth = outer


def _process(node: Node) -> PointApp | None:
    """The point process of which ``node`` is a coordinate."""
    if isinstance(node, App) and node.name == "coord" and isinstance(node.args[0], PointApp):
        return node.args[0]
    return None


def _indices(node: App | PointApp) -> tuple[Ix, ...]:
    """The index arguments, and a definition has no others; a point process's come first."""
    args: list[object] = []
    for arg in node.args:
        args += arg.args if isinstance(arg, PointApp) and node.name == "coord" else (arg,)
    return tuple(a for a in args if isinstance(a, Ix))
