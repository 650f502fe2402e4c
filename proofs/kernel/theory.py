"""Theories: what a family of theorems is about, frozen before the first proof.

A theory declares symbols (with the level at which each is measurable), index constants, axioms
and definitions. Everything a theorem uses of them is recorded in it, and listed by ``trust``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from .errors import LevelError, LimitError, SortError, TheoryError
from .indices import IndexMap, entails, index_hypotheses, match_heads, substitute_indices
from .terms import (
    CE,
    NAME,
    All,
    App,
    E,
    Eigen,
    Fin,
    Formula,
    Ix,
    IxVal,
    Lambda,
    Le,
    Node,
    Point,
    PointApp,
    PointVar,
    Sort,
    Sum,
    Term,
    Var,
    free_indices,
    has_eigen,
    is_closed,
    open_body,
    subterms,
    variables,
)

MAX_DECLARATIONS = 1_000
Levels = frozenset[Ix] | None
"""At which F_l a term is known measurable: the largest of these; empty: constant; None: unknown."""


@dataclass(frozen=True)
class Symbol:
    """A declared function. ``adapted = (p, c)``: measurable at level ``args[p] + c``.

    Without ``adapted`` it is a deterministic function of its arguments. ``source`` says why the
    level holds; if it names an axiom group (``deterministic-start``), uses are listed under it.
    """

    name: str
    args: tuple[Sort, ...]
    result: Literal["term", "point"] = "term"
    adapted: tuple[int, int] | None = None
    source: str = ""


@dataclass(frozen=True)
class Axiom:
    """A fact taken as given: ``hypotheses |- conclusion``. ``group`` is the id ``trust`` shows."""

    name: str
    group: str
    kind: Literal["assumption", "axiom"]
    hypotheses: tuple[Formula, ...]
    conclusion: Formula
    source: str


@dataclass(frozen=True)
class Definition:
    """``left = right`` for the pattern indices of ``left`` within ``ranges``."""

    name: str
    kind: Literal["recursion", "abbreviation"]
    left: App
    ranges: tuple[Le, ...]
    right: Term
    source: str = ""

    @property
    def head(self) -> str:
        """The symbol defined: for a coordinate of a point process, the process."""
        first = self.left.args[0] if self.left.args else None
        if self.left.name == "coord" and isinstance(first, PointApp):
            return first.name
        return self.left.name

    @property
    def time(self) -> Ix | None:
        """The first index argument of the head, along which a recursion runs."""
        return _time(self.left)


def _time(app: Node) -> Ix | None:
    args = app.args if isinstance(app, App | PointApp) else ()
    if isinstance(app, App) and app.name == "coord" and isinstance(args[0], PointApp):
        args = args[0].args
    first = args[0] if args else None
    return first if isinstance(first, Ix) else None


@dataclass(frozen=True)
class Theory:
    """Symbols, index constants, axioms and definitions. Validated and frozen when made."""

    name: str
    symbols: tuple[Symbol, ...] = ()
    index_constants: tuple[str, ...] = ()
    axioms: tuple[Axiom, ...] = ()
    definitions: tuple[Definition, ...] = ()
    levels: Mapping[str, frozenset[str]] = field(
        default_factory=dict, compare=False, repr=False, init=False
    )
    """For each definition, the level declarations its validation relied on."""

    def __hash__(self) -> int:
        return hash(self.name)

    def __post_init__(self) -> None:
        self._check_tuples()
        tables: tuple[tuple[Symbol | Axiom | Definition, ...], ...]
        tables = (self.symbols, self.axioms, self.definitions)
        for declared in tables:
            names = [d.name for d in declared]
            if len(names) > MAX_DECLARATIONS:
                raise LimitError(
                    f"{self.name}: more than {MAX_DECLARATIONS} declarations of a kind"
                )
            if len(set(names)) < len(names):
                raise TheoryError(f"{self.name}: declared twice: {sorted(names)}")
        declared_names = (d.name for declared in tables for d in declared)
        for name in (self.name, *self.index_constants, *declared_names):
            if NAME.fullmatch(name) is None:
                raise TheoryError(f"{self.name}: illegal name {name!r}")
        if "coord" in (s.name for s in self.symbols):
            raise TheoryError("coord is built in")
        for symbol in self.symbols:
            at = symbol.adapted
            if at and not (0 <= at[0] < len(symbol.args) and symbol.args[at[0]] == "index"):
                raise TheoryError(f"{symbol.name}: adapted to an argument that is no index")
        for axiom in self.axioms:
            for formula in (*axiom.hypotheses, axiom.conclusion):
                self.check(formula)
        levels = {d.name: self._check_definition(r, d) for r, d in enumerate(self.definitions)}
        object.__setattr__(self, "levels", MappingProxyType(levels))

    def _check_tuples(self) -> None:
        parts: list[object] = [self.symbols, self.index_constants, self.axioms, self.definitions]
        parts += [s.args for s in self.symbols] + [a.hypotheses for a in self.axioms]
        parts += [d.ranges for d in self.definitions]
        if not all(isinstance(part, tuple) for part in parts):
            raise TheoryError(f"{self.name}: declarations are tuples, which cannot grow later")

    # --- look-up -----------------------------------------------------------------------------

    @cached_property
    def _symbols(self) -> dict[str, Symbol]:
        return {s.name: s for s in (*self.symbols, Symbol("coord", ("point", "index")))}

    @cached_property
    def axiom_table(self) -> dict[str, Axiom]:
        """Axioms by name."""
        return {a.name: a for a in self.axioms}

    @cached_property
    def definition_table(self) -> dict[str, Definition]:
        """Definitions by name."""
        return {d.name: d for d in self.definitions}

    def symbol(self, name: str) -> Symbol:
        """The declaration of ``name``; raises ``SortError`` if there is none."""
        try:
            return self._symbols[name]
        except KeyError:
            raise SortError(f"theory {self.name} declares no symbol {name!r}") from None

    def extends(self, other: Theory) -> bool:
        """Does this theory contain every declaration of ``other``, unchanged?"""
        return all(
            set(theirs) <= set(ours)
            for ours, theirs in (
                (self.symbols, other.symbols),
                (self.index_constants, other.index_constants),
                (self.axioms, other.axioms),
                (self.definitions, other.definitions),
            )
        )

    def names(self, node: Node) -> frozenset[str]:
        """The free index names of ``node`` that are variables, not constants of the theory."""
        return free_indices(node) - self._constants

    # --- sorts --------------------------------------------------------------------------------

    def check(self, node: Node) -> None:
        """Raise ``SortError`` unless ``node`` is closed, user-writable, and of this theory.

        Raises ``LimitError`` if it is too large.
        """
        _ = node.key  # a key is bounded, and so is what walks through the node from now on
        if not is_closed(node):
            raise SortError(f"loose bound index in {node}")
        if has_eigen(node):
            raise SortError(f"kernel-made index in {node}")
        self._check_sorts(node)

    @cached_property
    def _constants(self) -> frozenset[str]:
        return frozenset(self.index_constants)

    @cached_property
    def _sorted(self) -> set[Node]:
        """Nodes found to be well-sorted."""
        return set()

    def _check_sorts(self, node: Node) -> None:
        if node in self._sorted:
            return
        level = node.level if isinstance(node, Var | PointVar) else None
        if isinstance(level, Ix) and not isinstance(level.base, str | None):
            raise SortError(f"{node}: its level is bound")
        if isinstance(node, App | PointApp):
            symbol = self.symbol(node.name)
            wanted = "point" if isinstance(node, PointApp) else "term"
            if symbol.result != wanted or len(symbol.args) != len(node.args):
                raise SortError(
                    f"{node.name} takes {len(symbol.args)} arguments to a {symbol.result}: {node}"
                )
            for sort, arg in zip(symbol.args, node.args, strict=True):
                if not isinstance(arg, _SORTS[sort]):
                    raise SortError(f"{node.name}: {arg} is not of sort {sort}")
        for part in node.parts():
            for inner in part if isinstance(part, tuple) else (part,):
                if isinstance(inner, Node) and not isinstance(inner, Ix):
                    self._check_sorts(inner)
        self._sorted.add(node)

    # --- levels -------------------------------------------------------------------------------

    def level(self, node: Term | Point | Ix, uses: set[str], depth: int = 900) -> Levels:
        """At which levels ``node`` is measurable; declarations relied on are added to ``uses``."""
        if isinstance(node, Ix | IxVal | E):
            return frozenset()
        if isinstance(node, Var | PointVar):
            if isinstance(node.level, Ix):
                return _positive(node.level)
            return frozenset() if node.level == "det" else None
        if isinstance(node, CE):
            inner = self.level(node.body, uses, depth)
            return inner if inner == frozenset() else _positive(node.index)
        if isinstance(node, App | PointApp):
            symbol = self.symbol(node.name)
            if symbol.adapted is not None:
                uses.add(f"level:{symbol.name}")
                at = node.args[symbol.adapted[0]]
                if not isinstance(at, Ix):
                    raise SortError(f"{node.name}: {at} is no index")
                rest = self._join(tuple(a for a in node.args if a is not at), uses, depth)
                return None if rest is None else rest | _positive(at.shift(symbol.adapted[1]))
            return self._join((*node.args,), uses, depth)
        if isinstance(node, Sum | Lambda):
            eigen = Eigen(depth)
            inner = self.level(open_body(node.body, Ix(eigen)), uses, depth + 1)
            if inner is None or not any(ix.base == eigen for ix in inner):
                return inner
            if isinstance(node, Lambda):
                return None
            moved = (node.high.shift(ix.offset) if ix.base == eigen else ix for ix in inner)
            return frozenset[Ix]().union(*(_positive(ix) for ix in moved))
        return self._join(
            tuple(
                p
                for part in node.parts()
                for p in (part if isinstance(part, tuple) else (part,))
                if isinstance(p, Term | Point | Ix)
            ),
            uses,
            depth,
        )

    def _join(self, nodes: tuple[Term | Point | Ix, ...], uses: set[str], depth: int) -> Levels:
        result: frozenset[Ix] = frozenset()
        for node in nodes:
            level = self.level(node, uses, depth)
            if level is None:
                return None
            result |= level
        return result

    def measurable(
        self, node: Term | Point, level: Ix | None, ambient: frozenset[Le], uses: set[str]
    ) -> frozenset[Le] | None:
        """The index hypotheses used to see that ``node`` is F_level-measurable, or None.

        ``level=None`` asks for a constant.
        """
        levels = self.level(node, uses)
        if levels is None or (levels and level is None):
            return None
        used: frozenset[Le] = frozenset()
        for ix in levels:
            step = entails(ambient, Le(ix, level)) if level is not None else None
            if step is None:
                return None
            used |= step
        return used

    def deterministic(self, formula: Formula, uses: set[str]) -> bool:
        """Is the truth of ``formula`` known not to depend on the outcome? Adds to ``uses``."""
        if isinstance(formula, Le | Fin):  # Fin is a property of the distribution
            return True
        tops: Iterator[Term]
        if isinstance(formula, All):
            tops = (t for r in (*formula.conditions, formula.body) for t in (r.left, r.right))
        else:
            tops = (p for p in formula.parts() if isinstance(p, Term))
        return all(self.level(t, uses) == frozenset() for t in tops)

    # --- definitions --------------------------------------------------------------------------

    def unfold(
        self, definition: Definition, app: App, at: IndexMap
    ) -> tuple[Term, tuple[Le, ...]] | None:
        """``app``'s definiens and the ranges to be discharged, if it matches the pattern.

        Pattern indices named in ``at`` must take the values given there.
        """
        found = dict(at)
        names = self.names(definition.left)
        if not names >= at.keys():
            raise SortError(f"{definition.name} has no pattern index {sorted(at.keys() - names)}")
        if not match_heads(definition.left, app, names, found):
            return None
        right = substitute_indices(definition.right, found)
        ranges = tuple(substitute_indices(r, found) for r in definition.ranges)
        return right, ranges

    def _check_definition(self, rank: int, definition: Definition) -> frozenset[str]:
        where = f"{self.name}.{definition.name}"
        for node in (definition.left, definition.right, *definition.ranges):
            self.check(node)
        pattern = self.names(definition.left)
        loose = self.names(definition.right).union(*(self.names(r) for r in definition.ranges))
        if not loose <= pattern or variables(definition.right) or variables(definition.left):
            raise TheoryError(f"{where}: free on the right only: {sorted(loose - pattern)}")
        if definition.left.name != "coord" and any(
            isinstance(a, PointApp) for a in definition.left.args
        ):
            raise TheoryError(f"{where}: a function of points cannot be defined at one point")
        flat = [a for a in definition.left.args if not isinstance(a, PointApp)]
        flat += [b for a in definition.left.args if isinstance(a, PointApp) for b in a.args]
        bases = [a.base for a in flat if isinstance(a, Ix) and isinstance(a.base, str)]
        if len(set(bases)) < len(bases) or not all(isinstance(a, Ix) for a in flat):
            raise TheoryError(f"{where}: the left side must be a symbol at distinct indices")
        self._check_descent(rank, definition, where)
        uses: set[str] = set()
        ambient = index_hypotheses(definition.ranges)
        head = definition.left
        declared = self.level(head, uses)
        actual = self.level(definition.right, uses)
        fits = actual is not None and all(
            any(entails(ambient, Le(a, b)) is not None for b in declared or ()) for a in actual
        )
        if declared is not None and not fits:
            raise LevelError(f"{where}: defined at level {actual}, declared at {declared}")
        return frozenset(uses)

    @cached_property
    def _depends(self) -> dict[str, frozenset[str]]:
        """For each defined symbol, all defined symbols its definitions lead to."""
        defined = {d.head for d in self.definitions}
        direct: dict[str, set[str]] = {head: set() for head in defined}
        for d in self.definitions:
            direct[d.head] |= {
                s.name for s, _ in subterms(d.right) if isinstance(s, App | PointApp)
            } & defined
        reach: dict[str, frozenset[str]] = {}
        for head in defined:
            found, waiting = set[str](), [*direct[head]]
            while waiting:
                if (name := waiting.pop()) not in found:
                    found.add(name)
                    waiting += direct[name]
            reach[head] = frozenset(found)
        return reach

    def _check_descent(self, rank: int, definition: Definition, where: str) -> None:
        """Acyclic: what a definition calls mutually is earlier in time, or declared before."""
        time, ranks = (
            definition.time,
            {d.head: r for r, d in reversed([*enumerate(self.definitions)])},
        )
        for other in self.definitions[:rank]:
            if other.head == definition.head and not self._disjoint(other, definition):
                raise TheoryError(f"{where}: overlaps the definition {other.name}")
        for sub, _ in subterms(definition.right):
            if not isinstance(sub, App | PointApp) or sub.name not in self._depends:
                continue
            if definition.head not in self._depends[sub.name] and sub.name != definition.head:
                continue
            then = _time(sub)
            if time is None or then is None or time.base is None or then.base != time.base:
                raise TheoryError(f"{where}: calls itself through {sub}")
            if (then.offset, ranks[sub.name]) >= (time.offset, ranks[definition.head]):
                raise TheoryError(f"{where}: not defined from earlier values: {sub}")
            if not any(
                r.left.base is None and r.right.base == time.base for r in definition.ranges
            ):
                raise TheoryError(f"{where}: a recursion needs a first index")

    @staticmethod
    def _disjoint(a: Definition, b: Definition) -> bool:
        """Do two definitions of one symbol never apply to the same index?"""
        for one, two in ((a, b), (b, a)):
            if one.time is None or two.time is None or one.time.base is not None:
                continue
            if two.time.base is None:
                return one.time != two.time
            goal = Le(Ix(None, one.time.offset + 1), two.time)
            return entails(index_hypotheses(two.ranges), goal) is not None
        return False


_SORTS: dict[str, type[Node]] = {"index": Ix, "point": Point, "term": Term}


def _positive(index: Ix) -> frozenset[Ix]:
    """F_k is trivial for k <= 0."""
    return frozenset() if index.base is None and index.offset <= 0 else frozenset((index,))
