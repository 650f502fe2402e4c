"""What each constant of each lemma contributes to a bound, in numbers.

A summand c T on the right side of a lemma, put through the lemma's price (``prices``), is what it
contributes to the theorem's bound: multiply c by 0.99 and the bound falls by a hundredth of that.
Where T is no closed term (sums of expectations, such as P and S), it counts as much as the proof
itself makes of it: the lemmas beneath the theorem bound it, and by the smallest of these bounds it
is replaced, again and again, until all is closed. Where none bounds it (Q, which the proof drops)
there is no number; a part that is plainly not negative is then left out, and the value *partial*:
the improvement is worth at least that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from ..kernel import terms as k
from ..kernel.exact import Interval
from ..language import Claimed
from .limits import coefficient, summands
from .prices import Substitution, Use, applied
from .values import Point, UnvaluedError, enclose

DIGITS = 20
MAX_PARTS = 200
HALF = Fraction(1, 2)
Parts = list[tuple[tuple[k.Term, ...], k.Term | None]]
"""Summands: known factors times one unknown term, or none."""


@dataclass(frozen=True)
class Gain:
    """A constant of a lemma beneath a theorem.

    ``constant`` multiplies ``of`` in the lemma's right side (its own variables). ``uses``: in how
    many ways the theorem rests on the lemma. ``value``: what the summand contributes to the bound
    in all, as an enclosure; None where ``reason`` says why there is none.
    """

    claim: Claimed
    number: int
    constant: Fraction
    of: k.Term
    uses: int
    value: Interval | None
    partial: bool = False
    reason: str = ""


@dataclass(frozen=True)
class _Value:
    """An enclosure; ``partial``: of a part only, the rest being plainly not negative."""

    low: Fraction
    high: Fraction
    partial: bool = False

    def plus(self, other: _Value) -> _Value:
        return _Value(self.low + other.low, self.high + other.high, self.partial or other.partial)

    def is_better_than(self, other: _Value) -> bool:
        """A whole value is better than a part; the smaller of two bounds, the larger of parts."""
        if self.partial != other.partial:
            return other.partial
        return self.high > other.high if self.partial else self.high < other.high

    def times(self, other: _Value) -> _Value:
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return _Value(min(ends), max(ends), self.partial or other.partial)


_NOTHING, _ONE = _Value(Fraction(0), Fraction(0)), _Value(Fraction(1), Fraction(1))


class Gains:
    """The contributions to the bound of a theorem, at a point.

    ``uses``: the uses of claims beneath it (``Prices.beneath``). ``point``: values for all
    constants of the theorem.
    """

    def __init__(self, uses: Iterable[Use], point: Point) -> None:
        self.uses = [u for u in uses if u.claim is not None]
        self.point = point
        self._bounds: dict[k.Term, list[tuple[tuple[k.Term, ...], k.Term]]] = {}
        self._values: dict[k.Term, _Value | None] = {}
        self._products: dict[tuple[k.Term, ...], _Value | None] = {}
        for use in self.uses:
            self._learn(use.relation.left, use.relation.right)
        for definition in () if point.theory is None else point.theory.definitions:
            root = definition.right  # sigma_s = (sum_i sigma_i^2)^(1/2) says what the sum is
            if isinstance(root, k.Pow) and root.exponent == HALF and not definition.left.args:
                self._learn(root.base, k.power(definition.left, 2))

    def _learn(self, left: k.Term, right: k.Term) -> None:
        """Let an unknown term on the left be bounded by the right side."""
        parts = self._parts(left)
        factors, core = parts[0]
        if len(parts) > 1 or core is None:
            return
        pattern, names = self._pattern(core)
        put = Substitution({name: k.Ix(_place(n)) for n, name in enumerate(names)}, {})
        bound = factors, put(right)
        fixed = frozenset[str]().union(*(k.free_indices(f) for f in factors))
        if (k.free_indices(right) | fixed) - {*names, *self.point.indices} or fixed & {*names}:
            return
        known = self._bounds.setdefault(pattern, [])
        if bound not in known:
            known.append(bound)

    def of_claims(self) -> list[Gain]:
        """The constants of all claims that are used, claim by claim."""
        return [gain for claim in dict.fromkeys(u.claim for u in self.uses) if claim
                for gain in self.of_claim(claim)]  # fmt: skip

    def of_claim(self, claim: Claimed) -> Iterator[Gain]:
        """The constants on the right side of one claim."""
        uses = [u for u in self.uses if u.claim is claim]
        stated = claim.statement()
        if not isinstance(stated, k.Rel):
            return
        for number, part in enumerate(summands(stated.right)):
            constant, of = coefficient(part)
            value, reason = self._contributed(uses, part)
            ends = None if value is None else (value.low, value.high)
            partial = value is not None and value.partial
            yield Gain(claim, number, constant, of, len(uses), ends, partial, reason)

    def _contributed(self, uses: list[Use], part: k.Term) -> tuple[_Value | None, str]:
        total = _NOTHING
        for use in uses:
            if use.weight is None:
                return None, "used inside an induction, in one case only, or in too many ways"
            term = part
            for put in use.put:
                term = put(term)
            value = self._value(applied(use.weight, term), frozenset())
            if value is None:
                return None, "the proof bounds what it multiplies in no closed form"
            total = total.plus(value)
        if total.partial and total.high <= 0:
            return None, "the proof drops what it multiplies"
        return total, ""

    # --- values -----------------------------------------------------------------------------------

    def value(self, term: k.Term) -> Interval | None:
        """The value of a term, what is not closed replaced by its smallest bound in the proof."""
        found = self._value(term, frozenset())
        return None if found is None or found.partial else (found.low, found.high)

    def _value(self, term: k.Term, path: frozenset[k.Term]) -> _Value | None:
        try:
            parts = self._parts(term)
        except UnvaluedError:
            return None
        total = _NOTHING
        for factors, core in parts:
            known = self._closed(factors)
            if known is not None and known == _NOTHING:
                continue
            rest = _ONE if core is None else self._bounded(core, path)
            if known is None or rest is None or (rest.partial and known.low < 0):
                return None
            total = total.plus(known.times(rest))
        return total

    def _closed(self, factors: tuple[k.Term, ...]) -> _Value | None:
        if factors not in self._products:
            try:
                found = _Value(*enclose(k.mul(*factors), self.point, DIGITS))
            except UnvaluedError:
                found = None
            self._products[factors] = found
        return self._products[factors]

    def _bounded(self, core: k.Term, path: frozenset[k.Term]) -> _Value | None:
        if core in path:
            return None
        if core in self._values:
            return self._values[core]
        best: _Value | None = None
        for term in self._bounding(core):
            found = self._value(term, path | {core})
            if found is None:
                continue
            if best is None or found.is_better_than(best):
                best = found
        if best is None and _is_nonnegative(core):
            best = _Value(Fraction(0), Fraction(0), partial=True)
        if not path:  # else it may be for want of what is on the path
            self._values[core] = best
        return best

    def _bounding(self, core: k.Term) -> Iterator[k.Term]:
        """The terms by which the lemmas beneath bound an unknown one; else a sum term by term.

        Index ranges are not compared: a lemma counts wherever the proof sums it.
        """
        pattern, names = self._pattern(core)
        for factors, right in self._bounds.get(pattern, ()):
            over = Substitution({_place(n): k.Ix(name) for n, name in enumerate(names)}, {})(right)
            under = self._closed(factors)
            if under is not None and under.low > 0:
                yield k.mul(over, k.power(k.mul(*factors), -1)) if factors else over
        if isinstance(core, k.Sum) and pattern not in self._bounds:
            name = _fresh(core)
            parts = self._split(k.open_body(core.body, k.Ix(name)))
            factors, inner = parts[0]
            if len(parts) == 1 and inner is not None and all(map(_is_nonnegative, factors)):
                for term in self._bounding(inner):
                    yield k.sum_over(name, core.low, core.high, k.mul(*factors, term))

    def _pattern(self, core: k.Term) -> tuple[k.Term, tuple[str, ...]]:
        """The term with its open index names numbered, and these names."""
        known = self.point.indices
        names = sorted(n for n in k.free_indices(core) if n not in known)
        names.sort(key=core.key.index)
        put = Substitution({name: k.Ix(_place(n)) for n, name in enumerate(names)}, {})
        return put(core), tuple(names)

    # --- parts ------------------------------------------------------------------------------------

    def _is_known(self, term: k.Term) -> bool:
        """Does the point give it a value (once its index names have numbers)?"""
        for node, _ in k.subterms(term):
            if isinstance(node, k.E | k.CE | k.PointVar | k.PointApp):
                return False
            if isinstance(node, k.Var | k.App) and self.point.value(node) is None:
                return False
        return True

    def _parts(self, term: k.Term) -> Parts:
        return self._split(_oriented(term))

    def _split(self, term: k.Term) -> Parts:
        """The term as a sum of products, constants taken out of sums and expectations."""
        if self._is_known(term):
            return [((term,), None)]
        if isinstance(term, k.Add):
            return _limited([part for inner in term.terms for part in self._split(inner)])
        if isinstance(term, k.Mul):
            result: Parts = [((), None)]
            for factor in term.terms:
                found = self._split(factor)
                result = _limited([
                    ((*f, *g), _joined(a, b)) for f, a in result for g, b in found
                ])  # fmt: skip
            return result
        if isinstance(term, k.E | k.CE):
            return [
                (f, None if core is None else _averaged(term, core))
                for f, core in self._split(term.body)
            ]
        if isinstance(term, k.Sum):
            return self._summed(term)
        return [((), term)]

    def _summed(self, term: k.Sum) -> Parts:
        name = _fresh(term)
        result: Parts = []
        for factors, core in self._split(k.open_body(term.body, k.Ix(name))):
            fixed = tuple(f for f in factors if name not in k.free_indices(f))
            inner = [f for f in factors if name in k.free_indices(f)]
            if core is not None and name in k.free_indices(core):
                body = k.mul(*inner, core)
                result.append((fixed, _nested(name, term.low, term.high, body)))
            else:
                summed = k.sum_over(name, term.low, term.high, k.mul(*inner) if inner else k.ONE)
                result.append(((*fixed, summed), core))
        return _limited(result)


def _nested(name: str, low: k.Ix, high: k.Ix, body: k.Term) -> k.Term:
    """The sum over ``name``; of two sums over independent ranges, one order is kept to."""
    inner = body if isinstance(body, k.Sum) else None
    if inner is None or name in k.free_indices(inner.low) | k.free_indices(inner.high):
        return k.sum_over(name, low, high, body)
    if (high.key, low.key) <= (inner.high.key, inner.low.key):
        return k.sum_over(name, low, high, body)
    other = next(n for n in (f"y{j}" for j in range(100)) if n not in k.free_indices(body))
    within = _nested(name, low, high, k.open_body(inner.body, k.Ix(other)))
    return k.sum_over(other, inner.low, inner.high, within)


def _place(number: int) -> str:
    return f"place{number}"


def _fresh(term: k.Term) -> str:
    """An index name that is not in the term."""
    return next(n for n in (f"z{j}" for j in range(100)) if n not in k.free_indices(term))


def _oriented(term: k.Term) -> k.Term:
    """The same term, with (a - b)^2 and (b - a)^2 spelt in one way."""

    def visit(node: k.Node, _depth: int) -> k.Node | None:
        if not isinstance(node, k.Pow) or node.exponent.denominator > 1 or node.exponent % 2:
            return None
        base = _oriented(node.base)
        if isinstance(base, k.Add):
            parts = [coefficient(part) for part in base.terms]
            ways = ([_scaled(sign * c, rest) for c, rest in parts] for sign in (1, -1))
            base = min((k.Add(tuple(sorted(w, key=_key))) for w in ways), key=_key)
        return k.Pow(base, node.exponent)

    return k.transform(term, visit)


def _scaled(value: Fraction, term: k.Term) -> k.Term:
    return term if value == 1 else k.mul(k.Rat(value), term)


def _key(term: k.Term) -> str:
    return term.key


def _is_nonnegative(term: k.Term) -> bool:
    """Is it seen from its form: sums, products and means of even powers, roots, and |t|?"""
    if isinstance(term, k.Rat):
        return term.value >= 0
    if isinstance(term, k.Add | k.Mul):
        return all(map(_is_nonnegative, term.terms))
    if isinstance(term, k.Sum | k.E | k.CE):
        return _is_nonnegative(term.body)
    if isinstance(term, k.Pow):
        even = term.exponent.denominator == 1 and term.exponent % 2 == 0
        return even or term.exponent.denominator > 1 or _is_nonnegative(term.base)
    return isinstance(term, k.Abs)


def _averaged(mean: k.E | k.CE, core: k.Term) -> k.Term:
    """The mean of ``core``, taken inside of sums; the mean of a conditional mean is the mean."""
    if isinstance(core, k.Sum):
        return replace(core, body=_averaged(mean, core.body))
    if isinstance(core, k.E) or (isinstance(core, k.CE) and isinstance(mean, k.E)):
        return k.E(core.body)
    return replace(mean, body=core)


def _joined(one: k.Term | None, other: k.Term | None) -> k.Term | None:
    if one is None or other is None:
        return one or other
    return k.Mul((one, other))


def _limited(parts: Parts) -> Parts:
    if len(parts) > MAX_PARTS:
        raise UnvaluedError("too many summands")
    return parts
