"""Hypotheses decided by exact arithmetic, at exact values of all constants."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ...optimizers.recursions import Recursion
from ...proofs.constants.surds import simplified
from ...proofs.kernel.terms import (
    Abs,
    Add,
    App,
    Formula,
    Ix,
    IxVal,
    Node,
    Rat,
    Rel,
    Sum,
    Term,
    Var,
    neg,
    subterms,
    transform,
)
from ...proofs.language import Claimed
from ...proofs.render.text import Printer
from ..evaluate.constants import PRECISIONS
from ..exact import (
    Argument,
    Exact,
    ExactPoint,
    IndeterminateError,
    MissingError,
    NoEnvironment,
    Unfold,
    closed_value,
    exact_term,
    from_float,
    from_fraction,
    sign,
    to_fraction,
    working_precision,
)
from ..simulate.run import ConstantValue, constant
from .setting import BASE, setting_of

Value = Fraction | Term
Values = Mapping[str, Value]


class World:
    """What a world gives, exactly: the environment of terms that speak of constants.

    Args:
        base: L, Delta, fstar, sigma_s, sigma and the start x1 (both one value a coordinate), as far
            as they are needed: rationals, floats (dyadic rationals), closed kernel terms.
        K, d: the index constants.
        values: of the constants that are chosen or defined.
        unfold: the theory's definitions.
    """

    def __init__(
        self,
        base: Mapping[str, ConstantValue],
        K: int,
        d: int,
        unfold: Unfold,
        values: Values | None = None,
    ) -> None:
        self.indices, self.unfold = {"K": K, "d": d}, unfold
        self.base = {name: constant(value, name) for name, value in base.items()}
        self.values: dict[str, Value] = dict(values or {})
        self._start: ExactPoint | None = None
        self._atoms: dict[Term, Term | None] = {}

    @property
    def dimension(self) -> int:
        """D."""
        return self.indices["d"]

    def index(self, name: str) -> int | None:
        """K and d."""
        return self.indices.get(name)

    def variable(self, name: str) -> Exact | None:
        """A value that was chosen or defined."""
        value = self.values.get(name)
        return None if value is None else closed_value(value)

    def apply(self, name: str, args: tuple[Argument, ...]) -> Exact | None:
        """A constant, or a coordinate-indexed one."""
        if not args and name in self.values:
            return closed_value(self.values[name])
        entry = self.base.get(name)
        if entry is None or len(args) > 1:
            return None
        at = args[0] if args else 1
        if not isinstance(at, int) or not 1 <= at <= self.dimension:
            raise MissingError(f"{name} has coordinates 1..{self.dimension}, not {at}")
        return entry.exact_at(0, at - 1)

    def point(self, name: str, args: tuple[int, ...]) -> ExactPoint | None:
        """The start x[1]; no other point is a constant."""
        if name != "x" or args != (1,) or "x1" not in self.base:
            return None
        if self._start is None:
            start = self.base["x1"]
            self._start = ExactPoint([start.exact_at(0, i) for i in range(self.dimension)])
        return self._start

    def value(self, term: Term) -> Exact:
        """A rational, or a ball at the working precision; raises as ``exact_term`` does."""
        return exact_term(term, self, {}, self.unfold)

    def closed(self, node: Term, trial: Mapping[str, Value] | None = None) -> Term:
        """``node`` with the values of everything known put in: a closed term of numbers.

        Raises:
            MissingError, EvaluationError: something in it has no value.
        """
        values: dict[str, Value] = {**self.values, **(trial or {})}

        def visit(inner: Node, depth: int) -> Node | None:
            if depth or not isinstance(inner, Term):
                return None
            if isinstance(inner, Var | App) and inner.name in values and _plain(inner):
                return as_term(values[inner.name])
            if isinstance(inner, App | IxVal | Sum):
                return self._atom(inner)
            return None

        found = transform(node, visit)
        for name in _open(found):
            raise MissingError(f"no value for {name}")
        return found

    def _atom(self, term: App | IxVal | Sum) -> Term | None:
        """The value of what the base alone determines; None if it is to be read part by part."""
        if term not in self._atoms:
            self._atoms[term] = self._of_base(term)
        return self._atoms[term]

    def _of_base(self, term: App | IxVal | Sum) -> Term | None:
        if isinstance(term, App) and term.name in self.base and len(term.args) <= 1:
            at = term.args[0] if term.args else None
            number = at.offset if isinstance(at, Ix) and at.base is None else 1
            return as_term(self._given(term.name, number))
        if isinstance(term, App) and not term.args and term.name not in BASE:
            unfolded = self.unfold(term)
            return None if unfolded is None else self.closed(unfolded[0])
        value = exact_term(term, self, {}, self.unfold)
        if isinstance(value, type(from_fraction(0))):
            return Rat(to_fraction(value))
        return None

    def _given(self, name: str, at: int) -> Value:
        entry = self.base[name]
        if entry.exact:
            return entry.exact[at - 1 if len(entry.exact) > 1 else 0]
        value = from_float(float(entry.floats[0, at - 1 if entry.floats.shape[1] > 1 else 0]))
        return to_fraction(value)


def _plain(node: Var | App) -> bool:
    return isinstance(node, Var) or not node.args


def _open(term: Term) -> list[str]:
    return sorted({n.name for n, _ in subterms(term) if isinstance(n, Var | App)})


def as_term(value: Value) -> Term:
    """A rational or a closed term, as a term."""
    return value if isinstance(value, Term) else Rat(Fraction(value))


def settled(term: Term) -> Term:
    """A closed term with its absolute values resolved, as sums of roots of rationals.

    So the maximum of two numbers becomes one of them. Equal numbers of this kind become the same
    term (``proofs.constants.surds``).
    """

    def visit(node: Node, depth: int) -> Node | None:
        if not isinstance(node, Abs) or depth:
            return None
        body = settled(node.body)
        order = _order(body)
        if order is None:
            return Abs(body)
        return body if order >= 0 else _negated(body)

    return simplified(transform(term, visit))


def decided(relation: Rel, world: World) -> bool | None:
    """Is a relation between constants true? None if no precision tells.

    The two sides are compared as sums of roots of rationals, what is not of this kind by balls of
    up to 1600 bits. An equation is never accepted for being nearly true.

    Raises:
        MissingError, EvaluationError: something in it has no value.
    """
    left, right = (settled(world.closed(side)) for side in (relation.left, relation.right))
    if left is right:
        return relation.op != "<"
    order = _order(simplified(Add((*_summands(right), *_summands(_negated(left))))))
    if order is None:
        return None
    if relation.op == "=":
        return order == 0
    return order > 0 or (order == 0 and relation.op == "<=")


def _order(term: Term) -> int | None:
    """The sign of a closed term, if it is certain."""
    for bits in PRECISIONS:
        with working_precision(bits):
            try:
                order = sign(exact_term(term, NoEnvironment()))
            except IndeterminateError:
                continue
        if order is not None:
            return order
    return None


def _negated(term: Term) -> Term:
    return simplified(Add(tuple(neg(part) for part in _summands(term))))


def _summands(term: Term) -> tuple[Term, ...]:
    return term.terms if isinstance(term, Add) else (term,)


@dataclass(frozen=True)
class Held:
    """Which hypotheses hold; true if all do that speak of constants, K and d.

    Attributes:
        failing: those that are false.
        undecided: those that no precision decides.
        others: those about processes, points or free indices, which were not looked at.
        shown: the text of each of these.
    """

    failing: tuple[Formula, ...]
    undecided: tuple[Formula, ...]
    others: tuple[Formula, ...]
    shown: Mapping[Formula, str]

    def __bool__(self) -> bool:
        return not self.failing and not self.undecided

    def __str__(self) -> str:
        if self:
            return "all hypotheses hold"
        kinds = (("not", self.failing), ("undecided:", self.undecided))
        return "; ".join(f"{kind} {self.shown[f]}" for kind, found in kinds for f in found)


def holds(
    claim: Claimed,
    values: Values,
    base: Mapping[str, ConstantValue],
    K: int,
    d: int,
    *,
    recursion: Recursion | None = None,
    without: Collection[Formula] = (),
) -> Held:
    """Decide every hypothesis of ``claim`` at exact values, such as those ``solve`` returns.

    Args:
        claim: of any theory.
        values: of hyperparameters and the claim's own constants.
        base: L, Delta, fstar, sigma_s, sigma, x1: what the hypotheses speak of.
        K, d: the index constants.
        recursion: where the theory defines one of its parameters, that is a hypothesis, too.
        without: hypotheses that are not asked for.

    Raises:
        MissingError, EvaluationError: a constant has no value; the message names it.
    """
    setting = setting_of(claim, recursion, without)
    world = World(base, K, d, setting.unfold, values)
    failing: list[Formula] = []
    undecided: list[Formula] = []
    for le in setting.indices:
        low, high = (_number(ix, world) for ix in (le.left, le.right))
        failing += [le] if low > high else []
    for relation in (*setting.about_base, *setting.equations, *setting.inequalities):
        answer = relation in setting.added or decided(relation, world)
        if answer is not True:
            (undecided if answer is None else failing).append(relation)
    printer = Printer(claim.theory.kernel())
    shown = {f: printer.show(f) for f in (*failing, *undecided, *setting.others)}
    return Held(tuple(failing), tuple(undecided), setting.others, shown)


def _number(ix: Ix, world: World) -> int:
    return ix.offset + (world.indices[str(ix.base)] if ix.base is not None else 0)
