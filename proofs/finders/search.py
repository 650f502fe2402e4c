"""The search for one inequality: cheap tiers first, every result a kernel theorem.

Order: a sign the kernel sees; a linear combination of the facts; linear combinations with
multipliers read off the goal; factors of the goal; squares of both sides; then linear programs over
products of degree 2, 3, 4 of facts, the negated goal, and hinted squares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from ..kernel.judgment import Theorem
from ..kernel.polynomials import POS
from ..kernel.terms import ZERO, Add, Mul, Pow, Rat, Rel, Term, neg, sub
from .context import ONE, Context
from .evidence import Item
from .numeric import Array, signs_at
from .multipliers import ELIMINATIONS, MAX_RESIDUALS, Factored, Residual, quotients, ratios
from .programs import conclude, direct_products, products, solve, squares
from .ring import Frac, Mpoly
from .stock import Stock, goal_item

Sample = Callable[[Term], Array | None]
"""The values of a term at sampled points that satisfy the facts, if there are any."""
Attempt = Callable[[], Theorem | None]
DEPTH = 3
MAX_MONOMIALS = 20


class Search:
    """Goals over one stock. ``degree`` bounds the products of the linear programs."""

    def __init__(
        self,
        context: Context,
        terms: Sequence[Term],
        hints: Sequence[Term] = (),
        degree: int = 4,
        sample: Sample = lambda _: None,
    ) -> None:
        self.context, self.hints, self.degree, self.sample = context, hints, degree, sample
        self.stock = Stock(context, [*terms, *hints])
        self.ring = self.stock.ring
        self._signs: dict[tuple[str, bool, int], Item | None] = {}
        self._points: list[Array] | None = None

    def prove(self, goal: Rel, depth: int = DEPTH) -> Theorem | None:
        """A theorem for ``goal`` (``<`` or ``<=``), or None."""
        for attempt in self.attempts(goal, depth):
            theorem = attempt()
            if theorem is not None:
                return theorem
        return None

    def attempts(self, goal: Rel, depth: int = DEPTH) -> Iterator[Attempt]:
        """The tiers, in order; the caller may do something else in between."""
        negated = goal_item(self.stock, goal)
        yield lambda: self._seen(goal, negated)
        yield lambda: self._linear(goal, negated)
        yield lambda: self._with_multipliers(goal, negated)
        if self.degree < 2:
            return
        cleared = self._cleared(negated)
        if depth > 0 and cleared is not None:
            yield lambda: self._factored(goal, cleared, depth)
            yield lambda: self._squared(goal, cleared, depth)
        top = {DEPTH: self.degree, 2: 3, 1: 2}.get(depth, 1)
        top = min(top, self.degree)
        if top >= 2:
            yield self._program(goal, negated, cleared, 2)
        if depth > 0 and cleared is not None:
            yield lambda: self._eliminated(goal, cleared, depth)
        if top >= 3 and cleared is not None:
            yield self._direct(goal, cleared, top)
        for degree in range(3, top + 1):
            yield self._program(goal, negated, cleared, degree)

    # --- the tiers ----------------------------------------------------------------------------

    def _seen(self, goal: Rel, negated: Item) -> Theorem | None:
        """The kernel knows the sign of the difference."""
        t = sub(goal.right, goal.left)
        known = self.context.known_sign(t)
        if known is None or known[0] < 0 or (goal.op == "<" and not known[1]):
            return None
        item = self.stock.known(t, 1, goal.op == "<")
        return conclude(self.stock, goal, [(ONE, (negated,)), (ONE, (item,))])

    def _linear(self, goal: Rel, negated: Item) -> Theorem | None:
        """Rational multiples of facts, and of monomials of known sign."""
        self.context.note("linear combinations of the facts")
        pool = [*self.stock.given, *self.stock.derived]
        return solve(self.stock, goal, products(pool, [negated], (), self._monomials(goal), 1))

    def _monomials(self, goal: Rel) -> list[Item]:
        poly = self.context.poly(sub(goal.right, goal.left))
        return self.stock.monomials([poly, *self.stock.polys])

    def _with_multipliers(self, goal: Rel, negated: Item) -> Theorem | None:
        """``goal = sum_i (upper_i / lower_i) fact_i``, with quotients read off the goal."""
        self.context.note("linear combinations with multipliers")
        cleared = self._cleared(negated) or negated
        facts = self._clear([*self.stock.given, *self.stock.derived])
        uppers: list[tuple[tuple[Item, ...], str, Item]] = []
        lowers: dict[str, tuple[Item, ...]] = {}
        for fact, upper, lower in ratios(-cleared.value.num, facts):
            a = self._positive(upper, False, 1)
            b = self._positive(lower, True, 1) if a is not None else None
            if a is None or b is None or (len(lowers) > 2 and str(lower) not in lowers):
                continue
            lowers[str(lower)] = b[1]
            uppers.append((a[1], str(lower), fact))
        if not any(items for items, *_ in uppers) and not any(lowers.values()):
            return None
        columns = products(facts, [cleared], (), self._clear(self._monomials(goal)), 1)
        everything = tuple(i for items in lowers.values() for i in items)
        columns.append((*everything, cleared))
        for items, own, fact in uppers:
            rest = tuple(i for key, parts in lowers.items() if key != own for i in parts)
            columns.append((*items, *rest, fact))
        return solve(self.stock, goal, columns)

    def _clear(self, items: Sequence[Item]) -> list[Item]:
        """The items times their denominators, where these have known signs."""
        return _distinct([self._cleared(i) or i for i in items])

    def _factored(self, goal: Rel, cleared: Item, depth: int) -> Theorem | None:
        """The cleared difference, factor by factor."""
        self.context.note("factors")
        target = -cleared.value.num
        found = self.factors(target, goal.op == "<", depth, whole=True)
        if found is None or found[0] <= 0:
            return None
        return conclude(self.stock, goal, [(ONE, (cleared,)), found])

    def _squared(self, goal: Rel, cleared: Item, depth: int) -> Theorem | None:
        """``b <= a`` from ``b^2 <= a^2``: with g = b - a, ``g^2 + 2 a g + (a^2 - b^2) = 0``."""
        target = -cleared.value.num
        if depth < 2 or not self._has_roots(target):
            return None
        upper, lower = self.ring.zero, self.ring.zero
        for exponents, c in target.to_dict().items():
            sign = 1 if c > 0 else -1
            for i, e in enumerate(exponents):
                if e % 2:
                    known = self.context.known_sign(self.ring.gen_terms[i])
                    if known is None:
                        return None
                    sign *= known[0]
            mono = self.ring.context.from_dict({exponents: c})
            if sign > 0:
                upper = upper + mono
            else:
                lower = lower + mono
        if not upper or not lower:
            return None
        self.context.note("squares of both sides")
        difference = self.ring.reduce(upper * upper - lower * lower)
        found = self.nonnegative(difference, goal.op == "<", depth - 1)
        if found is None:
            return None
        above = self.stock.known(self.ring.term(upper), 1, False)
        return conclude(
            self.stock, goal, [(ONE, (cleared, cleared)), (2 * ONE, (above, cleared)), found]
        )

    def _has_roots(self, p: Mpoly) -> bool:
        degrees = p.degrees()
        return any(kind == POS and degrees[i] > 0 for (_, kind), i in self.ring.index.items())

    def _eliminated(self, goal: Rel, cleared: Item, depth: int) -> Theorem | None:
        """Subtract multiples of facts that remove a quantity; what is left has known factors."""
        if depth < DEPTH:
            return None
        self.context.note("elimination of quantities by facts")
        facts = self._clear([*self.stock.given, *self.stock.derived])
        start = self._stripped(Residual(-cleared.value.num))
        states, seen = [start], {str(start.left)}
        for _ in range(ELIMINATIONS):
            following: list[Residual] = []
            for state in states:
                for fact, upper, lower in quotients(state.left, facts):
                    left = lower * state.left - upper * fact.value.num
                    if str(left) in seen or len(seen) > MAX_RESIDUALS:
                        continue
                    seen.add(str(left))
                    a = self._positive(upper, False, 2)
                    b = self._positive(lower, True, 2) if a is not None else None
                    if a is None or b is None or -1 in self.signs(left):
                        continue
                    new = self._stripped(state.step(left, a, b, fact))
                    if new.left.is_constant():
                        c = new.left.leading_coefficient() if new.left else 0
                        rest = (new.weight[0] * Fraction(int(c.p), int(c.q)), new.weight[1])
                        products = [(ONE, (*new.scale, cleared)), *new.used, rest]
                        theorem = conclude(self.stock, goal, [p for p in products if p[0] > 0])
                        if theorem is not None:
                            return theorem
                    following.append(new)
            states = following
        return None

    def _stripped(self, state: Residual) -> Residual:
        """Move factors of known sign from what is left into its weight."""
        if not state.left:
            return state
        unit, found = state.left.factor()
        c, items, rest = Fraction(int(unit.p), int(unit.q)), list[Item](), self.ring.one
        for f, power in found:
            for _ in range(int(power) // 2):
                items.append(self._square(f))
            if int(power) % 2:
                item = self.irreducible(f, False, 0)
                if item is None:
                    rest = rest * f
                else:
                    items.append(item)
                    c *= 1 if item.value.num == f else -1
        if c < 0:
            c, rest = -c, -rest
        return state.stripped(c, tuple(items), rest)

    def _square(self, f: Mpoly) -> Item:
        t = self.ring.term(f)
        return Item(Pow(t, Fraction(2)), Frac(self.ring.reduce(f * f)), False, square=t)

    def _positive(self, p: Mpoly, strict: bool, depth: int) -> Factored | None:
        if p.is_constant():
            c = p.leading_coefficient()
            return (Fraction(int(c.p), int(c.q)), ()) if c > 0 else None
        if -1 in self.signs(p):
            return None
        found = self.factors(p, strict, depth)
        return found if found is not None and found[0] > 0 else None

    def _pool(self) -> list[Item]:
        """All that is known to be >= 0, cleared of denominators where possible."""
        dens = [i for j in range(len(self.ring.dens)) if (i := self._den(j)) is not None]
        return self._clear([*self.stock.derived, *dens, *self.stock.given])

    def _program(self, goal: Rel, negated: Item, cleared: Item | None, degree: int) -> Attempt:
        """Products of facts, of the negated goal and of squares."""

        def attempt() -> Theorem | None:
            self.context.note(f"products of degree {degree}")
            goals = [negated] if cleared is None or cleared is negated else [cleared, negated]
            proposed = squares(self.stock, [goals[0].value.num], self.hints)
            extra = self._monomials(goal)
            columns = products(self._pool(), goals, proposed, extra, degree)
            if degree == 2:
                factors = (*goals, *self.stock.given, *self.stock.derived)
                columns += [(m, i) for m in extra[:MAX_MONOMIALS] for i in factors]
                columns += [(m, i) for m in self._summands(goal) for i in (negated, *factors)]
            return solve(self.stock, goal, columns)

        return attempt

    def _summands(self, goal: Rel) -> list[Item]:
        """The summands of the goal, as written, whose sign follows from their factors."""
        items = []
        for t in {**dict.fromkeys((*_parts(goal.left), *_parts(goal.right)))}:
            value = self.stock.raw(t)
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

    def _direct(self, goal: Rel, cleared: Item, degree: int) -> Attempt:
        """The goal as a sum of products of facts and squares."""

        def attempt() -> Theorem | None:
            self.context.note(f"sums of products of degree {degree}")
            proposed = squares(self.stock, [cleared.value.num], self.hints)
            columns = direct_products(self.stock, cleared, self._pool(), proposed, degree)
            return solve(self.stock, goal, columns)

        return attempt

    # --- denominators -------------------------------------------------------------------------

    def _den(self, j: int) -> Item | None:
        return self.irreducible(self.ring.dens[j], True, 1)

    def _cleared(self, item: Item) -> Item | None:
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
            num = num if den.value.num == self.ring.dens[j] else num * (-1) ** e
        term = Mul(tuple(p.term for p in parts))
        return Item(term, Frac(self.ring.reduce(num)), item.strict, parts=tuple(parts), cost=1.0)

    # --- signs of polynomials -----------------------------------------------------------------

    def signs(self, p: Mpoly) -> set[int]:
        """The signs (-1, 0, 1) of a polynomial at the sampled points."""
        if self._points is None:
            values = [self.sample(t) for t in self.ring.gen_terms]
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
                items += [self._square(f)] * (e // 2)
                e %= 2
            if e:
                item = self.irreducible(f, strict, depth)
                if item is None:
                    return None
                items += [item] * e
                c *= 1 if item.value.num == f else (-1) ** e
        return c, tuple(items)

    def nonnegative(self, p: Mpoly, strict: bool, depth: int) -> Factored | None:
        """``p`` as a positive rational times items, by its factors or as a goal of its own."""
        if not p:
            return None if strict else (ONE, (self._zero(),))
        t = self.ring.term(p)
        if -1 in self.signs(p):
            return None
        found = self.factors(p, strict, depth)
        if found is not None:
            return found if found[0] > 0 else None
        if depth <= 0:
            return None
        goal = Rel(ZERO, "<" if strict else "<=", t)
        theorem = self.prove(goal, depth)
        return None if theorem is None else (ONE, (Item(t, Frac(p), strict, lambda: theorem),))

    def _zero(self) -> Item:
        return Item(ZERO, Frac(self.ring.zero), False, square=ZERO)

    def irreducible(self, f: Mpoly, strict: bool, depth: int) -> Item | None:
        """``f`` or ``-f`` as an item."""
        key = (str(f), strict, depth)
        if key not in self._signs:
            self._signs[key] = None  # asked while being answered: no
            self._signs[key] = self._irreducible(f, strict, depth)
        return self._signs[key]

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
            theorem = self.prove(goal, depth - 1)
            if theorem is not None:
                made = theorem
                return Item(goal.right, Frac(f * sign), strict, lambda: made)
        return None
    def _given(self, f: Mpoly, strict: bool) -> Item | None:
        """``f`` up to sign as a given fact times its denominators."""
        for fact in self.stock.given:
            if fact.strict or not strict:
                num = fact.value.num
                if num == f * (num.leading_coefficient() / f.leading_coefficient()):
                    cleared = self._cleared(fact)
                    if cleared is not None:
                        return _primitive(cleared, f)
        return None


def _primitive(item: Item, f: Mpoly) -> Item:
    """``item`` over the rational by which it differs from ``f`` or ``-f``."""
    c = abs(item.value.num.leading_coefficient() / f.leading_coefficient())
    if c == 1:
        return item
    term = Mul((Rat(1 / Fraction(int(c.p), int(c.q))), item.term))
    return Item(term, Frac(item.value.num / c), item.strict, item.theorem, parts=())


def _parts(t: Term) -> tuple[Term, ...]:
    """The summands of a term, as written."""
    return tuple(p for part in t.terms for p in _parts(part)) if isinstance(t, Add) else (t,)


def _distinct(items: Sequence[Item]) -> list[Item]:
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
