"""The ledger of a theorem's constants: where each comes from, where it goes, what it is worth.

Everything is read off the claims and their proofs: the closed forms from hypotheses, the claim and
the step that bring a constant in from the recorded chains, where it enters from the claims that
speak of it, what a lemma's constant contributes from the certificates (``prices``, ``gains``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from ..kernel import terms as k
from ..kernel.exact import Interval
from ..language import Claimed
from .atoms import is_noisy, occurs
from .elasticity import elasticity
from .gains import Gain, Gains
from .instance import Instance
from .limits import coefficient, numeric, summands
from .origins import (
    Step,
    beneath,
    bringing,
    first_step,
    step_of,
    use_of_theorem,
    users,
)
from .prices import Prices
from .values import Point, Value, enclose

NEGLIGIBLE = Fraction(1, 10**9)


class LedgerError(Exception):
    """There is no ledger of this claim; the message says why."""


@dataclass(frozen=True)
class Coefficient:
    """C_1, C_2, ...: what multiplies the data in a summand of the bound."""

    name: str
    closed: k.Term
    data: k.Term
    whole: k.Term
    value: k.Term | None = None
    """The same in the instance."""


@dataclass(frozen=True)
class Named:
    """A constant that the statement names.

    ``relation``: "=", ">=" (it is at least ``closed``) or "" (free). ``born``: where it first
    occurs. ``enters``: the claims that speak of it, from there to the theorem.
    """

    symbol: k.Var
    relation: str
    closed: k.Term | None
    born: Step
    enters: tuple[Claimed, ...]
    value: k.Term | None = None
    elasticity: k.Term | None = None


@dataclass(frozen=True)
class Entry:
    """A constant of a lemma beneath the theorem, with what it contributes to the bound."""

    gain: Gain
    born: Step
    used_by: tuple[Claimed, ...]


@dataclass(frozen=True)
class Part:
    """A summand of a constant's closed form: its value, and the lemmas' constants worth as much."""

    term: k.Term
    value: Interval
    carried_by: tuple[Gain, ...]


@dataclass(frozen=True)
class Composition:
    """What a named constant is made of, at the point.

    ``claim``: where it bounds something. ``value``: what the instance takes; it is for all
    parameters in their ranges, and so at least the sum of the ``parts``. ``gains``: what constants
    of lemmas beneath contribute to it.
    """

    symbol: k.Var
    claim: Claimed
    value: Interval
    parts: tuple[Part, ...]
    gains: tuple[tuple[Gain, Interval], ...]


@dataclass
class Ledger:
    """The constants of ``claim``; with an ``instance``, their values at a point.

    Args:
        claim: an inequality; its proof is elaborated.
        instance: the claim with numbers for its parameters (or ``claim`` itself, if it has none).
        data: d, K, L, Delta, sigma_s, by name.

    Raises:
        LedgerError: the claim is no inequality, or not proved; the data do not admit the instance.
        BoundError, UnvaluedError: the instance has no value at the data.
    """

    claim: Claimed
    instance: Claimed | None = None
    data: Mapping[str, Value] = field(default_factory=dict)
    point: Point | None = field(init=False, default=None)
    bound: k.Term | None = field(init=False, default=None)
    root: Claimed = field(init=False)
    """The claim whose bound is evaluated."""
    general: Claimed = field(init=False)
    """The theorem that leaves the parameters free."""

    def __post_init__(self) -> None:
        self.general, self.root = self.claim, self.instance or self.claim
        for claim in (self.claim, self.root):
            _proved(claim)
        if self.instance is not None:
            self._at_instance(self.instance)
        stated = [*self.root.theory.earlier(None)]
        self.claims = sorted(beneath(self.root), key=stated.index)
        self.order = {c: n for n, c in enumerate(self.claims)}

    def _at_instance(self, instance: Claimed) -> None:
        at = Instance(instance, self.data)
        if at.violations:
            listed = "; ".join(at.show(v.check.formula) for v in at.violations)
            raise LedgerError(f"{instance.label} does not hold at these data: it needs {listed}")
        self.point, self.bound = at.point, at.right
        found = use_of_theorem(instance)
        if found is None:
            return
        proof, use = found
        self.general = use.claimed
        scope = proof.check().proof
        if scope is not None:
            values: dict[str | k.Term, Value] = {
                name: scope.scope.term(v) for name, v in use.values.items()
            }
            self.point = at.point.with_values(values)

    # --- named constants ------------------------------------------------------------------------

    def coefficients(self) -> list[Coefficient]:
        """C_1, C_2, ...: of the summand with the noise first."""
        stated = _relation(self.general).right
        parts = sorted(summands(stated), key=lambda t: not is_noisy(t))
        here = {}
        if self.bound is not None:
            for part in summands(self.bound):
                constant, data = _apart(part)
                here[data] = constant
        found = list[Coefficient]()
        for n, part in enumerate(parts, 1):
            constant, data = _apart(part)
            name = f"C_{n}" if len(parts) > 1 else "C"
            found.append(Coefficient(name, constant, data, part, here.get(data)))
        return found

    def named(self) -> list[Named]:
        """The constants that the general statement names, in its order."""
        right = _relation(self.general).right
        closed = self._closed()
        stated = [*self.general.theory.earlier(None)]
        chain = sorted(beneath(self.general), key=stated.index)
        found = list[Named]()
        for symbol in self.general.for_constants:
            atom = k.Var(str(symbol), "det")
            relation, form = self._condition(atom)
            speaking = tuple(c for c in chain if symbol in c.for_constants)
            rate = elasticity(right, atom, closed)
            found.append(Named(
                atom, relation, form, first_step(bringing(speaking, atom), atom), speaking,
                self._value(atom), rate,
            ))  # fmt: skip
        return found

    def _value(self, atom: k.Term) -> k.Term | None:
        if self.point is None or self.point.value(atom) is None:
            return None
        return atom

    def _condition(self, atom: k.Var) -> tuple[str, k.Term | None]:
        """The closed form of a constant, by an equation or as a lower bound among hypotheses."""
        least: k.Term | None = None
        for h in self.general.hypotheses():
            if isinstance(h, k.Rel) and h.op == "=" and h.left is atom:
                return "=", h.right
            if isinstance(h, k.Rel) and h.right is atom and not isinstance(h.left, k.Rat):
                least = h.left
        return (">=", least) if least is not None else ("", None)

    def _closed(self) -> dict[k.Term, k.Term]:
        """Closed forms through which a bound depends on the free parameters."""
        right, closed = _relation(self.general).right, dict[k.Term, k.Term]()
        for symbol in self.general.for_constants:
            atom = k.Var(str(symbol), "det")
            relation, form = self._condition(atom)
            least = relation == ">=" and occurs(atom, right) and form is not None
            if form is not None and (relation == "=" or (least and k.variables(form))):
                closed[atom] = form
        return closed

    # --- constants of lemmas --------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """The constants of all lemmas beneath, those proved first first."""
        used_by = users([*self.claims, self.root])
        found = list[Entry]()
        for gain in self._gains(self.root):
            step = step_of(gain.claim, gain.number)
            found.append(Entry(gain, step, tuple(used_by.get(gain.claim, ()))))
        return sorted(found, key=lambda e: self._place(e.gain))

    @cached_property
    def _prices(self) -> Prices:
        return Prices((*self.root.theory.earlier(None), *self.claims))

    def _gains(self, root: Claimed) -> list[Gain]:
        uses = self._prices.beneath(root)
        return Gains(uses, self.point or Point(root.theory.kernel(), {})).of_claims()

    def compositions(self) -> list[Composition]:
        """What each constant with a closed form in the bound is made of, lemma by lemma."""
        if self.point is None:
            return []
        point, found = self.point, list[Composition]()
        right = _relation(self.general).right
        for atom, form in self._closed().items():
            claim = self._bounding(atom) if isinstance(atom, k.Var) else None
            if claim is None or not isinstance(atom, k.Var) or not occurs(atom, right):
                continue
            whole, value = (enclose(t, point, 20) for t in (_relation(claim).right, atom))
            unit = whole[0] / value[1], whole[1] / value[0]
            gains = list[tuple[Gain, Interval]]()
            for gain in self._gains(claim):
                here = None if gain.value is None else _divided(gain.value, unit)
                if here is not None and max(map(abs, here)) > NEGLIGIBLE * value[1]:
                    gains.append((gain, here))
            gains.sort(key=lambda g: self._place(g[0]))
            parts = list[Part]()
            for term in _expanded(form):
                own = enclose(term, point, 20)
                if own[1] != 0:
                    same = tuple(g for g, v in gains if _same(v, own))
                    parts.append(Part(term, own, same))
            found.append(Composition(atom, claim, value, tuple(parts), tuple(gains)))
        return found

    def _place(self, gain: Gain) -> tuple[int, int]:
        return self.order.get(gain.claim, -1), gain.number

    def _bounding(self, atom: k.Var) -> Claimed | None:
        """The last claim beneath that bounds something by a multiple of the constant."""
        for claim in reversed(self.claims):
            stated = claim.statement()
            if isinstance(stated, k.Rel) and isinstance(stated.right, k.Mul):
                factors = stated.right.terms
                if atom in factors and not occurs(atom, stated.left):
                    return claim
        return None

    def share(self, part: Interval) -> Interval | None:
        """A contribution, relative to the bound."""
        if self.point is None or self.bound is None:
            return None
        return _divided(part, enclose(self.bound, self.point, 20))


# --- claims and terms ---------------------------------------------------------------------------


def _proved(claim: Claimed) -> None:
    stated, result = claim.statement(), claim.check()
    if not isinstance(stated, k.Rel) or stated.op == "=":
        raise LedgerError(f"{claim.label} is no inequality: it has no constants in a bound")
    if k.ZERO in (stated.left, stated.right):
        raise LedgerError(f"{claim.label} is about a sign: it has no constants in a bound")
    if result.claim is None:
        raise LedgerError(f"{claim.label} is {result.verdict}: {result.reason}")


def _relation(claim: Claimed) -> k.Rel:
    stated = claim.statement()
    if not isinstance(stated, k.Rel):
        raise LedgerError(f"{claim.label} is no inequality")
    return stated


def _is_data(term: k.Term) -> bool:
    """Does it speak of the problem: of the theory's constants, indices, or the noise level?"""
    return is_noisy(term) or any(
        isinstance(n, k.App | k.IxVal | k.Sum | k.E) for n, _ in k.subterms(term)
    )


def _apart(term: k.Term) -> tuple[k.Term, k.Term]:
    """A product as (constant, data)."""
    number, rest = numeric(term)
    constant: list[k.Term] = [] if number is k.ONE else [number]
    data = list[k.Term]()
    for factor in rest.terms if isinstance(rest, k.Mul) else (rest,):
        (data if _is_data(factor) else constant).append(factor)
    constant = [f for f in constant if f is not k.ONE]
    data.sort(key=lambda f: f.key)
    return (k.mul(*constant) if constant else k.ONE), (k.mul(*data) if data else k.ONE)


def _expanded(term: k.Term) -> list[k.Term]:
    """The summands of a term, products with sums multiplied out, but not with such as 1 + rho."""
    if isinstance(term, k.Add):
        return [part for inner in term.terms for part in _expanded(inner)]
    if isinstance(term, k.Mul):
        products: list[tuple[k.Term, ...]] = [()]
        for factor in term.terms:
            plain = isinstance(factor, k.Add) and _is_factor(factor)
            parts = [factor] if plain else _expanded(factor)
            products = [(*p, part) for p in products for part in parts]
        ones = [tuple(f for f in p if f is not k.ONE) for p in products]
        return [k.mul(*p) if p else k.ONE for p in ones]
    return [term]


def _is_factor(term: k.Add) -> bool:
    """Is it one thing, such as 1 + rho, or a difference?"""
    negative = any(coefficient(part)[0] < 0 for part in term.terms)
    return negative or all(map(_is_plain, term.terms))


def _is_plain(term: k.Term) -> bool:
    """A number, a constant, a power of one; or such a thing times a number."""
    if isinstance(term, k.Mul):
        return sum(not isinstance(f, k.Rat) for f in term.terms) <= 1 and all(
            map(_is_plain, term.terms)
        )
    inner = term.base if isinstance(term, k.Pow) else term
    return isinstance(inner, k.Rat | k.Var | k.App)


def _divided(number: Interval, by: Interval) -> Interval:
    """A quotient of enclosures; ``by`` is positive."""
    ends = [a / b for a in number for b in by]
    return min(ends), max(ends)


def _same(one: Interval, other: Interval) -> bool:
    """Do two enclosures of twenty digits overlap?"""
    return one[0] <= other[1] and other[0] <= one[1]
