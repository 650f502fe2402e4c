"""The language of the kernel: indices, real terms, points, formulas.

Every object is a frozen dataclass, validated when it is made, and made once: equal nodes are one
object, so that ``==`` is identity. A structural ``key`` (a string, kept on the node) orders terms
the same way in every process.

Semantics (docs/trust.md): a term denotes a real random variable, total on its arguments:
``1/0 = 0``, a non-integer power of a negative number is 0, ``t^0 = 1``, an empty sum is 0, the
(conditional) expectation of a non-integrable variable is 0.

Binding is locally nameless. ``Sum`` and ``Lambda`` bind one index; inside their body it is
``Ix(0)``, the index of the binder around that ``Ix(1)``, and so on. A *closed* term has no such
loose number, so alpha-equivalence is ``==`` and substituting closed things can capture nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from operator import attrgetter
from typing import Any, Literal, TypeVar

from .errors import LimitError, SortError

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.']{0,63}")
N = TypeVar("N", bound="Node")
MAX_KEY = 100_000
"""The longest key; what shares its parts can be small in memory and huge when written out."""


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise SortError(message)


def _name(text: object) -> None:
    _require(
        isinstance(text, str) and NAME.fullmatch(text) is not None, f"not a legal name: {text!r}"
    )


_MADE: dict[object, Any] = {}
"""Every node made so far, by its class and fields."""
_NUMERIC: set[type] = set()
"""The classes that have numbers as fields, where 1, True and 1.0 are equal, but not the same."""


class _Unique(type):
    """Returns the node that has these fields, if there is one already."""

    def __call__(cls, *args: Any, **named: Any) -> Any:
        given = (cls, args, tuple(map(type, args))) if cls in _NUMERIC else (cls, args)
        if not named:
            try:
                return _MADE[given]
            except (KeyError, TypeError):  # not made yet, or not hashable: to be refused below
                pass
        node = super().__call__(*args, **named)
        parts = node.parts()
        node = _MADE.setdefault(cls._fields(parts), node)
        if not named:
            _MADE[given] = node
        return node

    def _fields(cls, args: tuple[Any, ...]) -> object:
        """What tells nodes apart; where fields are numbers, their types as well."""
        return (cls, args, tuple(map(type, args))) if cls in _NUMERIC else (cls, args)


class Node(metaclass=_Unique):
    """Common behaviour of all syntax: one object for equal nodes, a canonical key."""

    _key: str
    _anatomy: Anatomy

    def parts(self) -> tuple[Any, ...]:
        """The fields, in order."""
        return _PARTS[type(self)](self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles are made like everything else, so that they are no second node."""
        return type(self), self.parts()

    def __post_init__(self) -> None:
        self.check()

    def check(self) -> None:
        """Raise ``SortError`` unless the fields have the right sorts."""

    @property
    def key(self) -> str:
        """A string that determines the node; its order is the canonical order of terms."""
        try:
            return self._key
        except AttributeError:
            text = f"({type(self).__name__} {_joined_keys(self.parts())})"
            object.__setattr__(self, "_key", text)
            return text

    def __repr__(self) -> str:
        return self.key


def _key(part: object) -> str:
    if isinstance(part, Node):
        return part.key
    if isinstance(part, tuple):
        return f"[{_joined_keys(part)}]"
    return str(part)


def _joined_keys(parts: tuple[object, ...]) -> str:
    keys = [_key(p) for p in parts]
    if sum(map(len, keys)) > MAX_KEY:
        raise LimitError(f"a term of more than {MAX_KEY} characters")
    return " ".join(keys)


@dataclass(frozen=True, eq=False, repr=False)
class Eigen(Node):
    """A fresh index made by the kernel when it opens a binder. No user can write one."""

    number: int

    @property
    def key(self) -> str:
        """``!`` sorts before every letter, and two digits keep nested binders in order."""
        return f"!{self.number:03d}"


Base = str | int | Eigen | None


@dataclass(frozen=True, eq=False, repr=False)
class Ix(Node):
    """An integer index ``base + offset``; the base is a name, a bound number, or nothing."""

    base: Base
    offset: int = 0

    def check(self) -> None:
        _require(type(self.offset) is int and abs(self.offset) < 10**9, "index offset out of range")
        if isinstance(self.base, str):
            _name(self.base)
        else:
            _require(
                self.base is None
                or isinstance(self.base, Eigen)
                or (type(self.base) is int and self.base >= 0),
                f"not an index base: {self.base!r}",
            )

    @property
    def key(self) -> str:
        """No base is the empty text, which is no name."""
        base = self.base.key if isinstance(self.base, Eigen) else self.base
        return f"{'' if base is None else base}{self.offset:+d}"

    def shift(self, by: int) -> Ix:
        """The index ``self + by``."""
        return Ix(self.base, self.offset + by) if by else self


class Term(Node):
    """A real-valued term."""


class Point(Node):
    """A point of R^d."""


Level = Ix | Literal["det", "any"]
Sort = Literal["index", "point", "term"]


def _level(level: object) -> None:
    _require(level in ("det", "any") or isinstance(level, Ix), f"not a level: {level!r}")


@dataclass(frozen=True, eq=False, repr=False)
class Rat(Term):
    """A rational constant."""

    value: Fraction

    def check(self) -> None:
        _require(type(self.value) is Fraction, f"not an exact rational: {self.value!r}")


@dataclass(frozen=True, eq=False, repr=False)
class Var(Term):
    """A variable ranging over the random variables measurable at ``level``.

    ``det``: real constants; ``any``: all random variables; ``Ix(k)``: F_k-measurable ones.
    The same name at two levels is two variables.
    """

    name: str
    level: Level

    def check(self) -> None:
        _name(self.name)
        _level(self.level)


@dataclass(frozen=True, eq=False, repr=False)
class IxVal(Term):
    """The real number that an index is."""

    index: Ix

    def check(self) -> None:
        _require(isinstance(self.index, Ix), "IxVal takes an index")


@dataclass(frozen=True, eq=False, repr=False)
class App(Term):
    """A declared function or process applied to indices, points and terms: ``m[k,i]``."""

    name: str
    args: tuple[Ix | Term | Point, ...]

    def check(self) -> None:
        _name(self.name)
        _require(isinstance(self.args, tuple), "arguments must be a tuple")
        for arg in self.args:
            _require(isinstance(arg, Ix | Term | Point), f"{self.name}: bad argument {arg!r}")


@dataclass(frozen=True, eq=False, repr=False)
class Add(Term):
    """A finite sum of terms."""

    terms: tuple[Term, ...]

    def check(self) -> None:
        _terms(self.terms)


@dataclass(frozen=True, eq=False, repr=False)
class Mul(Term):
    """A finite product of terms."""

    terms: tuple[Term, ...]

    def check(self) -> None:
        _terms(self.terms)


def _terms(terms: object) -> None:
    _require(
        isinstance(terms, tuple) and all(isinstance(t, Term) for t in terms), "operands: terms"
    )


@dataclass(frozen=True, eq=False, repr=False)
class Pow(Term):
    """``base^exponent`` with a rational exponent; ``max(base, 0)^exponent`` if it is no integer."""

    base: Term
    exponent: Fraction

    def check(self) -> None:
        _require(isinstance(self.base, Term), "the base of a power must be a term")
        _require(type(self.exponent) is Fraction, f"not a rational exponent: {self.exponent!r}")


@dataclass(frozen=True, eq=False, repr=False)
class Abs(Term):
    """Absolute value."""

    body: Term

    def check(self) -> None:
        _terms((self.body,))


@dataclass(frozen=True, eq=False, repr=False)
class Sum(Term):
    """The sum of ``body`` over the bound index from ``low`` to ``high``; 0 if ``high < low``."""

    low: Ix
    high: Ix
    body: Term

    def check(self) -> None:
        _require(isinstance(self.low, Ix) and isinstance(self.high, Ix), "summation range: indices")
        _terms((self.body,))


@dataclass(frozen=True, eq=False, repr=False)
class E(Term):
    """Expectation; 0 if ``body`` is not integrable."""

    body: Term

    def check(self) -> None:
        _terms((self.body,))


@dataclass(frozen=True, eq=False, repr=False)
class CE(Term):
    """Conditional expectation given F_index (F_k is trivial for k <= 0)."""

    index: Ix
    body: Term

    def check(self) -> None:
        _require(isinstance(self.index, Ix), "conditioning takes an index")
        _terms((self.body,))


@dataclass(frozen=True, eq=False, repr=False)
class PointApp(Point):
    """A declared point process: ``x[k]``."""

    name: str
    args: tuple[Ix, ...]

    def check(self) -> None:
        _name(self.name)
        _require(
            isinstance(self.args, tuple) and all(isinstance(a, Ix) for a in self.args),
            f"{self.name}: a point process takes indices",
        )


@dataclass(frozen=True, eq=False, repr=False)
class Lambda(Point):
    """The point whose coordinate at the bound index is ``body``."""

    body: Term

    def check(self) -> None:
        _terms((self.body,))


@dataclass(frozen=True, eq=False, repr=False)
class PointVar(Point):
    """A variable ranging over the random points measurable at ``level``."""

    name: str
    level: Level

    def check(self) -> None:
        _name(self.name)
        _level(self.level)


class Formula(Node):
    """A hypothesis or a conclusion."""


Op = Literal["<", "<=", "="]


@dataclass(frozen=True, eq=False, repr=False)
class Rel(Formula):
    """``left op right``, almost surely."""

    left: Term
    op: Op
    right: Term

    def check(self) -> None:
        _require(self.op in ("<", "<=", "="), f"not a relation: {self.op!r}")
        _terms((self.left, self.right))


@dataclass(frozen=True, eq=False, repr=False)
class Le(Formula):
    """``left <= right`` between indices."""

    left: Ix
    right: Ix

    def check(self) -> None:
        _require(isinstance(self.left, Ix) and isinstance(self.right, Ix), "Le compares indices")


@dataclass(frozen=True, eq=False, repr=False)
class All(Formula):
    """For all real ``variables`` with ``conditions``: ``body``. Only ever a hypothesis."""

    variables: tuple[Var, ...]
    conditions: tuple[Rel, ...]
    body: Rel

    def check(self) -> None:
        _require(
            isinstance(self.variables, tuple)
            and len(self.variables) > 0
            and all(isinstance(v, Var) and v.level == "det" for v in self.variables)
            and len(set(self.variables)) == len(self.variables),
            "All binds distinct deterministic variables",
        )
        _require(
            isinstance(self.conditions, tuple) and all(isinstance(c, Rel) for c in self.conditions),
            "the conditions of All are relations",
        )
        _require(isinstance(self.body, Rel), "the body of All is a relation")


@dataclass(frozen=True, eq=False, repr=False)
class Fin(Formula):
    """``term`` lies in L^(1/exponent); exponent 0 is essentially bounded, 1 is integrable."""

    term: Term
    exponent: Fraction

    def check(self) -> None:
        _terms((self.term,))
        _require(
            type(self.exponent) is Fraction and self.exponent >= 0,
            "an integrability exponent is a rational >= 0",
        )


NODES: dict[str, type[Node]] = {
    cls.__name__: cls
    for cls in (
        *(Ix, Rat, Var, IxVal, App, Add, Mul, Pow, Abs, Sum, E, CE),
        *(PointApp, Lambda, PointVar, Rel, Le, All, Fin),
    )
}


def _reader(cls: type[Node]) -> Callable[[Node], tuple[Any, ...]]:
    names = tuple(f.name for f in fields(cls))  # type: ignore[arg-type]
    if len(names) == 1:
        return lambda node: (getattr(node, names[0]),)
    return attrgetter(*names)


_NUMERIC |= {Eigen, Ix, Rat, Pow, Fin}
_SYNTAX: tuple[type[Node], ...] = (*NODES.values(), Eigen)
_PARTS = {cls: _reader(cls) for cls in _SYNTAX}

# --- shorthands -------------------------------------------------------------------------------


def rat(value: int | Fraction | str) -> Rat:
    """The rational constant ``value`` (an int, a Fraction, or text such as ``"2/3"``)."""
    if isinstance(value, bool) or not isinstance(value, int | Fraction | str):
        raise SortError(f"not an exact rational: {value!r}")
    return Rat(Fraction(value))


ZERO, ONE, MINUS_ONE = rat(0), rat(1), rat(-1)


def add(*terms: Term) -> Term:
    """The sum of the terms."""
    return terms[0] if len(terms) == 1 else Add(terms)


def mul(*terms: Term) -> Term:
    """The product of the terms."""
    return terms[0] if len(terms) == 1 else Mul(terms)


def neg(term: Term) -> Term:
    """``-term``."""
    return Mul((MINUS_ONE, term))


def sub(left: Term, right: Term) -> Term:
    """``left - right``."""
    return Add((left, neg(right)))


def power(base: Term, exponent: int | Fraction) -> Term:
    """``base^exponent``."""
    return Pow(base, Fraction(exponent))


def div(left: Term, right: Term) -> Term:
    """``left / right``."""
    return Mul((left, power(right, -1)))


def sqrt(term: Term) -> Term:
    """The square root."""
    return Pow(term, Fraction(1, 2))


def maximum(a: Term, b: Term) -> Term:
    """``max(a, b)``, written ``(a + b + |a - b|)/2``."""
    return Mul((rat(Fraction(1, 2)), Add((a, b, Abs(sub(a, b))))))


def minimum(a: Term, b: Term) -> Term:
    """``min(a, b)``, written ``(a + b - |a - b|)/2``."""
    return Mul((rat(Fraction(1, 2)), Add((a, b, neg(Abs(sub(a, b)))))))


def coord(point: Point, index: Ix) -> App:
    """The coordinate of a point; ``coord`` is the one function every theory has."""
    return App("coord", (point, index))


# --- traversal --------------------------------------------------------------------------------


_ATOMIC = frozenset({Ix, Eigen, Rat})
_BINDERS = {Sum: 2, Lambda: 0}
"""The place of the field in which the bound index is seen."""


def transform(node: N, visit: Callable[[Node, int], Node | None], depth: int = 0) -> N:
    """Rebuild ``node``: where ``visit(sub, binders_above)`` is not None, that replaces ``sub``."""
    replaced = visit(node, depth)
    if replaced is not None:
        return replaced  # type: ignore[return-value]
    kind = type(node)
    if kind in _ATOMIC:
        return node
    old, body = node.parts(), _BINDERS.get(kind)
    new: list[Any] = []
    for place, part in enumerate(old):
        inner = depth + (place == body)
        if isinstance(part, Node):
            new.append(transform(part, visit, inner))
        elif type(part) is tuple:
            new.append(
                tuple([transform(p, visit, inner) if isinstance(p, Node) else p for p in part])
            )
        else:
            new.append(part)
    rebuilt = tuple(new)
    return node if rebuilt == old else kind(*rebuilt)


def subterms(node: Node, depth: int = 0) -> Iterator[tuple[Node, int]]:
    """Every node inside ``node`` (itself first) with the number of binders above it."""
    stack: list[tuple[Any, int]] = [(node, depth)]
    while stack:
        part, level = stack.pop()
        if isinstance(part, tuple):
            stack.extend((p, level) for p in reversed(part))
        elif isinstance(part, Node):
            yield part, level
            parts = part.parts()
            if isinstance(part, Sum):
                stack.append((parts[2], level + 1))
                stack.extend((p, level) for p in (parts[1], parts[0]))
            elif isinstance(part, Lambda):
                stack.append((parts[0], level + 1))
            else:
                stack.extend((p, level) for p in reversed(parts))


# --- what occurs in a node --------------------------------------------------------------------


@dataclass(frozen=True)
class Anatomy:
    """What occurs in a node, found once and kept on it.

    ``free``: names of free indices; ``eigen``: does a kernel-made index occur; ``loose``: by how
    many binders bound indices reach outside (0: closed); ``variables``: scalar and point variables
    (bound by All or not); ``names``: of symbols and variables.
    """

    free: frozenset[str] = frozenset()
    eigen: bool = False
    loose: int = 0
    variables: frozenset[Var | PointVar] = frozenset()
    names: frozenset[str] = frozenset()


_NOTHING = Anatomy()


def anatomy(node: Node) -> Anatomy:
    """What occurs in ``node``."""
    try:
        return node._anatomy
    except AttributeError:
        object.__setattr__(node, "_anatomy", _anatomy(node))
        return node._anatomy


def _anatomy(node: Node) -> Anatomy:
    binder = len(node.parts()) - 1 if isinstance(node, Sum | Lambda) else None
    found = _NOTHING
    for place, part in enumerate(node.parts()):
        for inner in part if isinstance(part, tuple) else (part,):
            if isinstance(inner, Node):
                found = _joined(found, anatomy(inner), place == binder)
    if isinstance(node, Ix) and node.base is not None:
        if isinstance(node.base, str):
            return Anatomy(free=frozenset((node.base,)))
        return Anatomy(eigen=True) if isinstance(node.base, Eigen) else Anatomy(loose=node.base + 1)
    if isinstance(node, Var | PointVar):
        found = replace(found, variables=frozenset((node,)))
    if isinstance(node, App | PointApp | Var | PointVar):
        found = replace(found, names=found.names | {node.name})
    return found


def _joined(a: Anatomy, b: Anatomy, bound: bool) -> Anatomy:
    loose = max(a.loose, b.loose - bound)
    if a is _NOTHING and loose == b.loose:
        return b
    return Anatomy(
        a.free | b.free, a.eigen or b.eigen, loose, a.variables | b.variables, a.names | b.names
    )


def free_indices(node: Node) -> frozenset[str]:
    """The names of free indices in ``node``."""
    return anatomy(node).free


def has_eigen(node: Node) -> bool:
    """Does a kernel-made index occur?"""
    return anatomy(node).eigen


def is_closed(node: Node) -> bool:
    """No loose bound index."""
    return anatomy(node).loose <= 0


def variables(node: Node) -> frozenset[Var | PointVar]:
    """The free scalar and point variables."""
    found = anatomy(node).variables
    return found - frozenset(node.variables) if isinstance(node, All) else found


# --- binders ----------------------------------------------------------------------------------


def open_body(body: Term, index: Ix) -> Term:
    """The body of a binder with its bound index replaced by ``index`` (closed)."""

    def visit(node: Node, depth: int) -> Node | None:
        if anatomy(node).loose <= depth:
            return node
        if isinstance(node, Ix) and node.base == depth:
            return index.shift(node.offset)
        return None

    return transform(body, visit)


def close_body(body: Term, base: str | Eigen) -> Term:
    """The body of a binder for the free index ``base``."""

    def visit(node: Node, depth: int) -> Node | None:
        inside = anatomy(node)
        if base not in inside.free if isinstance(base, str) else not inside.eigen:
            return node
        if isinstance(node, Ix) and node.base == base:
            return Ix(depth, node.offset)
        return None

    return transform(body, visit)


def sum_over(name: str, low: Ix, high: Ix, body: Term) -> Sum:
    """``Sum`` of ``body`` over the free index ``name``."""
    return Sum(low, high, close_body(body, name))


def point_of(name: str, body: Term) -> Lambda:
    """The point with coordinate ``body`` at the free index ``name``."""
    return Lambda(close_body(body, name))
