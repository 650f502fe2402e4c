"""Signs of polynomials: by sampling what cannot be, by factors and searches what is.

All results are ``Item``s, that is, kernel theorems or things the kernel will see by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import gcd
from typing import Any

import flint

from ..kernel.judgment import Theorem
from ..kernel.polynomials import POS
from ..kernel.terms import ZERO, Add, Mul, Pow, Rel, Term, neg
from .context import ONE, Context
from .evidence import Item
from .multipliers import Factored, Residual
from .numeric import Array, signs_at
from .ring import Frac, Mpoly
from .stock import Stock

Sample = Callable[[Term], Array | None]
"""The values of a term at sampled points that satisfy the facts, if there are any."""
Prove = Callable[[Rel, int], Theorem | None]
"""A search for an inequality, to a given depth."""


class Signs:
    """What is known about the signs of the polynomials of one stock."""

    def __init__(self, context: Context, stock: Stock, sample: Sample, prove: Prove) -> None:
        self.context, self.stock, self.ring = context, stock, stock.ring
        self._sample, self._prove = sample, prove
        self._known: dict[tuple[str, bool, int], Item | None] = {}
        self._points: list[Array] | None = None

    def signs(self, p: Mpoly) -> set[int]:
        """The signs (-1, 0, 1) of a polynomial at the sampled points."""
        if self._points is None:
            values = [self._sample(t) for t in self.ring.gen_terms]
            self._points = [v for v in values if v is not None]
            if len(self._points) < len(values):
                self._points = []
        return signs_at(p, self._points) if self._points else set()

    def factors(self, p: Mpoly, strict: bool, depth: int, whole: bool = False) -> Factored | None:
        """``p`` as a rational constant times items. ``whole``: p itself is no new question."""
        if not p:
            return None
        unit, found = p.factor()
        c = Fraction(int(unit.p), int(unit.q))
        items: list[Item] = []
        if whole and len(found) == 1 and int(found[0][1]) == 1:
            return None
        for f, power in found:
            e = int(power)
            if f.is_constant():
                value = f.leading_coefficient()
                c *= Fraction(int(value.p), int(value.q)) ** e
                continue
            if e > 1 and not strict:
                items += [self.square(f)] * (e // 2)
                e %= 2
            if e:
                item = self.irreducible(f, strict, depth)
                if item is None or not item.value.num:
                    return None
                items += [item] * e
                c *= ratio(f, item.value.num) ** e
        return c, tuple(items)

    def nonnegative(self, p: Mpoly, strict: bool, depth: int) -> Factored | None:
        """``p`` as a positive rational times items, by its factors or as a goal of its own."""
        if not p:
            return None if strict else (ONE, (self.zero(),))
        t = self.ring.term(p)
        if -1 in self.signs(p):
            return None
        found = self.factors(p, strict, depth)
        if found is not None:
            return found if found[0] > 0 else None
        if depth <= 0:
            return None
        goal = Rel(ZERO, "<" if strict else "<=", t)
        theorem = self._prove(goal, depth)
        return None if theorem is None else (ONE, (proved(theorem, Frac(p)),))

    def zero(self) -> Item:
        return Item(ZERO, Frac(self.ring.zero), False, square=ZERO)

    def irreducible(self, f: Mpoly, strict: bool, depth: int) -> Item | None:
        """A rational multiple of ``f``, positive or negative, as an item."""
        key = (str(f), strict, depth)
        if key not in self._known:
            self._known[key] = None  # asked while being answered: no
            item = self._irreducible(f, strict, depth)
            if item is not None and item.value.num and not item.value.den:
                c = ratio(item.value.num, f)
                if item.value.num == f * flint.fmpq(c.numerator, c.denominator):
                    self._known[key] = item  # else an equation changed it on the way back
        return self._known[key]

    def _irreducible(self, f: Mpoly, strict: bool, depth: int) -> Item | None:
        t = self.ring.term(f)
        known = self.context.known_sign(t)
        if known is not None and (known[1] or not strict):
            return self.stock.known(t, known[0], strict)
        given = self._given(f, strict)
        if given is not None or depth <= 0:
            return given
        seen = self.signs(f)
        if {-1, 1} <= seen or (strict and 0 in seen):
            return None
        for sign in (1, -1) if known is None else (known[0],):
            if -sign in seen:
                continue
            goal = Rel(ZERO, "<" if strict else "<=", t if sign > 0 else neg(t))
            theorem = self._prove(goal, depth - 1)
            if theorem is not None:
                return proved(theorem, Frac(f * sign))
        return None

    def _given(self, f: Mpoly, strict: bool) -> Item | None:
        """``f`` up to sign as a given fact times its denominators."""
        for fact in self.stock.given:
            if fact.strict or not strict:
                num = fact.value.num
                if num == f * (num.leading_coefficient() / f.leading_coefficient()):
                    cleared = self.cleared(fact)
                    if cleared is not None:
                        return cleared
        return None

    def stripped(self, state: Residual) -> Residual:
        """Move factors of known sign from what is left into its weight."""
        if not state.left:
            return state
        unit, found = state.left.factor()
        c, items, rest = Fraction(int(unit.p), int(unit.q)), list[Item](), self.ring.one
        for f, power in found:
            for _ in range(int(power) // 2):
                items.append(self.square(f))
            if int(power) % 2:
                item = self.irreducible(f, False, 0)
                if item is None:
                    rest = rest * f
                else:
                    items.append(item)
                    c *= ratio(f, item.value.num)
        if c < 0:
            c, rest = -c, -rest
        return state.stripped(c, tuple(items), rest)

    def completions(self, p: Mpoly) -> Iterator[tuple[Item, Mpoly, Mpoly]]:
        """(square, 1, 4a) for p = a x^2 + b x + c: ``4 a p = (2 a x + b)^2 + (4 a c - b^2)``.

        x is a power of a generator.
        """
        table = p.to_dict()
        for i, top in enumerate(p.degrees()):
            half, odd = divmod(int(top), 2)
            if not top or odd or any(int(m[i]) not in (0, half, top) for m in table):
                continue
            parts: dict[int, dict[tuple[int, ...], Any]] = {half: {}, 0: {}}
            for m, c in table.items():
                if int(m[i]) >= half:
                    parts[int(m[i]) - half][(*m[:i], 0, *m[i + 1 :])] = c
            a, b = (self.ring.context.from_dict(parts[e]) for e in (half, 0))
            yield self.square(2 * a * self.ring.gens[i] ** half + b), self.ring.one, 4 * a

    def square(self, f: Mpoly) -> Item:
        t = self.ring.term(f)
        return Item(Pow(t, Fraction(2)), Frac(self.ring.reduce(f * f)), False, square=t)

    def ratio(
        self, upper: Mpoly, lower: Mpoly, depth: int
    ) -> tuple[Factored, Factored, int] | None:
        """``upper/lower >= 0`` with lower > 0 after changing the sign of both, or not."""
        if lower.is_constant():
            sign = 1 if lower.leading_coefficient() > 0 else -1
        else:
            sign = -1 if self.signs(lower) == {-1} else 1
        a = self.positive(upper * sign, False, depth)
        b = self.positive(lower * sign, True, depth) if a is not None else None
        return None if a is None or b is None else (a, b, sign)

    def positive(self, p: Mpoly, strict: bool, depth: int) -> Factored | None:
        if p.is_constant():
            c = p.leading_coefficient()
            return (Fraction(int(c.p), int(c.q)), ()) if c > 0 else None
        if -1 in self.signs(p):
            return None
        found = self.factors(p, strict, depth)
        return found if found is not None and found[0] > 0 else None

    def irrationality(self, p: Mpoly) -> int:
        """How far roots are from occurring in whole powers of their radicands only."""
        powers = p.to_dict().keys()
        total = 0
        for (key, kind), i in self.ring.index.items():
            if kind == POS:
                q = self.ring.roots[key]
                total += q // gcd(q, *(int(m[i]) for m in powers)) - 1
        return total

    # --- denominators ----------------------------------------------------------------------------

    def _den(self, j: int) -> Item | None:
        return self.irreducible(self.ring.dens[j], True, 1)

    def cleared(self, item: Item) -> Item | None:
        """``item`` times the absolute values of its denominators; None if a sign is not known."""
        if not item.value.den:
            return item
        parts: list[Item] = [item]
        num = item.value.num
        for j, e in item.value.den:
            den = self._den(j)
            if den is None:
                return None
            parts += [den] * e
            c = ratio(den.value.num, self.ring.dens[j]) ** e
            num = num * flint.fmpq(c.numerator, c.denominator)
        term = Mul(tuple(p.term for p in parts))
        return Item(term, Frac(self.ring.reduce(num)), item.strict, parts=tuple(parts), cost=1.0)

    def clear(self, items: Sequence[Item]) -> list[Item]:
        """The items times their denominators, where these have known signs."""
        return distinct([self.cleared(i) or i for i in items])

    def pool(self) -> list[Item]:
        """All that is known to be >= 0, cleared of denominators where possible."""
        dens = [i for j in range(len(self.ring.dens)) if (i := self._den(j)) is not None]
        return self.clear([*self.stock.derived, *dens, *self.stock.given])

    def summands(self, goal: Rel) -> list[Item]:
        """The summands of the goal, as written, whose sign follows from their factors."""
        items = []
        for t in {**dict.fromkeys((*summands_of(goal.left), *summands_of(goal.right)))}:
            try:
                value = self.stock.raw(t)
            except KeyError:  # a factor that cancels in the goal
                continue
            found = self.factors(value.num, False, 1)
            if found is None or len(found[1]) < 2:
                continue
            inverses = [self._inverse(j) for j, e in value.den for _ in range(e)]
            if all(i is not None for i in inverses):
                parts = (*found[1], *(i for i in inverses if i is not None))
                product = parts[0].value
                for part in parts[1:]:
                    product = self.ring.mul(product, part.value)
                items.append(Item(t, product, False, parts=parts))
        return items

    def _inverse(self, j: int) -> Item | None:
        """``1/|d|`` for a denominator d."""
        t = self.ring.term(self.ring.dens[j])
        known = self.context.known_sign(t)
        if known is None or not known[1]:
            return None
        inverse = Pow(t, Fraction(-1))
        value = Frac(self.ring.one * known[0], ((j, 1),))
        body = inverse if known[0] > 0 else neg(inverse)
        return Item(body, value, True, lambda: self.context.sign_theorem(inverse, True, known[0]))


def proved(theorem: Theorem, value: Frac) -> Item:
    """A theorem ``0 <= t`` or ``0 < t`` as an item."""
    return Item(theorem.rel.right, value, theorem.rel.op == "<", lambda: theorem)


def ratio(p: Mpoly, q: Mpoly) -> Fraction:
    """The rational c with ``p = c q``."""
    c = p.leading_coefficient() / q.leading_coefficient()
    return Fraction(int(c.p), int(c.q))


def summands_of(t: Term) -> tuple[Term, ...]:
    """The summands of a term, as written."""
    return tuple(p for part in t.terms for p in summands_of(part)) if isinstance(t, Add) else (t,)


def distinct(items: Sequence[Item]) -> list[Item]:
    """One item for each direction: the strict one, if there is one."""
    found: dict[str, Item] = {}
    for item in items:
        num = item.value.num
        if not num or num.is_constant():
            continue
        key = str((num / abs(num.leading_coefficient()), item.value.den))
        if key not in found or (item.strict and not found[key].strict):
            found[key] = item
    return [*found.values()]


def relevant(items: Sequence[Item], target: Mpoly, count: int) -> list[Item]:
    """At most ``count`` of the items: those with the fewest generators that the target lacks."""
    if len(items) <= count:
        return [*items]
    wanted = [bool(d) for d in target.degrees()]

    def distance(item: Item) -> tuple[bool, int, int]:
        has = [bool(d) for d in item.value.num.degrees()]
        shared = sum(a and b for a, b in zip(has, wanted, strict=True))
        return (not shared, sum(has) - shared, len(item.value.num))

    ranked = sorted(range(len(items)), key=lambda i: (distance(items[i]), i))
    return [items[i] for i in sorted(ranked[:count])]
