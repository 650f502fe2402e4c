"""The search for one inequality: cheap tiers first, every result a kernel theorem.

Order: a sign the kernel sees; a linear combination of the facts; linear combinations with
multipliers read off the goal; factors of the goal; squares of both sides; then linear programs over
products of degree 2, 3, 4 of facts, the negated goal, and hinted squares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import chain

from ..kernel.judgment import Theorem
from ..kernel.terms import Rel, Term, sub
from .budget import STATE
from .context import ONE, Context
from .evidence import Item
from .multipliers import ELIMINATIONS, MAX_RESIDUALS, Residual, quotients, ratios
from .programs import conclude, direct_products, products, solve, squares
from .signs import Sample, Signs, ratio, relevant
from .stock import Stock, goal_item

Attempt = Callable[[], Theorem | None]
Stage = int
LINEAR, FACTORS, PAIRS, HIGHER = range(4)
DEPTH = 3
MAX_MONOMIALS = 20
MAX_SUBGOALS = 60
POOL = {2: 30, 3: 18, 4: 14}
FEW = 12
"""How many items to multiply with each other, at each degree, and for a subgoal."""


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
        self.context, self.hints, self.degree = context, hints, degree
        self.stock = Stock(context, [*terms, *hints])
        self.ring = self.stock.ring
        self._subgoals = 0
        self.signs = Signs(context, self.stock, sample, self.prove)

    def prove(self, goal: Rel, depth: int = DEPTH) -> Theorem | None:
        """A theorem for ``goal`` (``<`` or ``<=``), or None. Subgoals are limited in number."""
        if depth < DEPTH:
            self._subgoals += 1
            if self._subgoals > MAX_SUBGOALS:
                return None
        for _, attempt in self.attempts(goal, depth):
            theorem = attempt()
            if theorem is not None:
                return theorem
        return None

    def attempts(self, goal: Rel, depth: int = DEPTH) -> Iterator[tuple[Stage, Attempt]]:
        """The tiers, in order; the caller may do something else between two stages."""
        try:
            negated = goal_item(self.stock, goal)
        except KeyError:  # a subgoal with a factor that this ring lacks
            return
        yield LINEAR, lambda: self._seen(goal, negated)
        yield LINEAR, lambda: self._linear(goal, negated)
        yield LINEAR, lambda: self._with_multipliers(goal, negated, min(depth, 1))
        if self.degree < 2:
            return
        cleared = self.signs.cleared(negated)
        if depth > 0 and cleared is not None:
            yield FACTORS, lambda: self._factored(goal, cleared, depth)
            yield FACTORS, lambda: self._completed(goal, cleared, depth)
            yield FACTORS, lambda: self._squared(goal, cleared, depth)
        top = {DEPTH: self.degree, 2: 3, 1: 2}.get(depth, 1)
        top = min(top, self.degree)
        if top >= 2:
            yield PAIRS, self._program(goal, negated, cleared, 2, depth)
        if depth > 0 and cleared is not None:
            yield PAIRS, lambda: self._eliminated(goal, cleared, depth)
        if top >= 3 and cleared is not None:
            yield HIGHER, self._direct(goal, cleared, top)
        for degree in range(3, top + 1):
            yield HIGHER, self._program(goal, negated, cleared, degree, depth)

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

    def _with_multipliers(self, goal: Rel, negated: Item, depth: int) -> Theorem | None:
        """``goal = sum_i (upper_i / lower_i) fact_i``, with quotients read off the goal."""
        self.context.note("linear combinations with multipliers")
        cleared = self.signs.cleared(negated) or negated
        facts = self.signs.clear([*self.stock.given, *self.stock.derived])
        uppers: list[tuple[tuple[Item, ...], str, Item]] = []
        lowers: dict[str, tuple[Item, ...]] = {}
        for fact, upper, lower in ratios(-cleared.value.num, facts):
            pair = self.signs.ratio(upper, lower, depth)
            if pair is None or (len(lowers) > 2 and str(lower) not in lowers):
                continue
            a, b, _ = pair
            lowers[str(lower)] = b[1]
            uppers.append((a[1], str(lower), fact))
        plain = not any(items for items, *_ in uppers) and not any(lowers.values())
        if plain and not self.ring.dens:
            return None
        columns = products(facts, [cleared], (), self.signs.clear(self._monomials(goal)), 1)
        everything = tuple(i for items in lowers.values() for i in items)
        columns.append((*everything, cleared))
        for items, own, fact in uppers:
            rest = tuple(i for key, parts in lowers.items() if key != own for i in parts)
            columns.append((*items, *rest, fact))
        return solve(self.stock, goal, columns)

    def _factored(self, goal: Rel, cleared: Item, depth: int) -> Theorem | None:
        """The cleared difference, factor by factor."""
        self.context.note("factors")
        target = -cleared.value.num
        found = self.signs.factors(target, goal.op == "<", depth, whole=True)
        if found is None or found[0] <= 0:
            return None
        return conclude(self.stock, goal, [(ONE, (cleared,)), found])

    def _squared(self, goal: Rel, cleared: Item, depth: int) -> Theorem | None:
        """``b <= a`` from ``b^2 <= a^2``: with g = b - a, ``g^2 + 2 a g + (a^2 - b^2) = 0``."""
        target = -cleared.value.num
        before = self.signs.irrationality(target)
        if depth < 2 or not before:
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
        if difference and self.signs.irrationality(difference) >= before:
            return None
        found = self.signs.nonnegative(difference, goal.op == "<", depth - 1)
        if found is None:
            return None
        above = self.stock.known(self.ring.term(upper), 1, False)
        return conclude(
            self.stock, goal, [(ONE, (cleared, cleared)), (2 * ONE, (above, cleared)), found]
        )

    def _eliminated(self, goal: Rel, cleared: Item, depth: int) -> Theorem | None:
        """Subtract multiples of facts that remove a quantity; what is left has known factors."""
        if depth < DEPTH:
            return None
        self.context.note("elimination of quantities by facts")
        facts = self.signs.clear([*self.stock.given, *self.stock.derived])
        facts = relevant(facts, cleared.value.num, POOL[3])
        start = self.signs.stripped(Residual(-cleared.value.num))
        states, seen = [start], {str(start.left)}
        for _ in range(ELIMINATIONS):
            following: list[Residual] = []
            for state in states:
                steps = chain(quotients(state.left, facts), self.signs.completions(state.left))
                for fact, upper, lower in steps:
                    left = lower * state.left - upper * fact.value.num
                    if str(left) in seen or len(seen) > MAX_RESIDUALS:
                        continue
                    seen.add(str(left))
                    self.context.budget.spend(STATE)
                    pair = self.signs.ratio(upper, lower, 2)
                    if pair is None:
                        continue
                    a, b, sign = pair
                    left = left * sign
                    if -1 in self.signs.signs(left):
                        continue
                    new = self.signs.stripped(state.step(left, a, b, fact))
                    theorem = self._settled(goal, cleared, new)
                    if theorem is not None:
                        return theorem
                    following.append(new)
            states = following
        return None

    def _completed(self, goal: Rel, cleared: Item, depth: int) -> Theorem | None:
        """Complete squares, one generator after the other; proves non-negative quadratics."""
        state = self.signs.stripped(Residual(-cleared.value.num))
        for _ in self.ring.gens:
            steps = self.signs.completions(state.left)
            step = next((s for s in steps if s[2].is_constant()), None)
            if step is None:
                break
            square, upper, lower = step
            if lower.leading_coefficient() < 0:
                return None
            left = lower * state.left - square.value.num
            one = ratio(upper, self.ring.one), ratio(lower, self.ring.one)
            state = self.signs.stripped(state.step(left, (one[0], ()), (one[1], ()), square))
        return self._settled(goal, cleared, state) if state.used else None

    def _settled(self, goal: Rel, cleared: Item, state: Residual) -> Theorem | None:
        """The theorem, if nothing of unknown sign is left."""
        if not state.left.is_constant():
            return None
        c = ratio(state.left, self.ring.one) if state.left else Fraction(0)
        rest = (state.weight[0] * c, state.weight[1])
        parts = [(ONE, (*state.scale, cleared)), *state.used, rest]
        return conclude(self.stock, goal, [p for p in parts if p[0] > 0]) if c >= 0 else None

    def _program(
        self, goal: Rel, negated: Item, cleared: Item | None, degree: int, depth: int
    ) -> Attempt:
        """Products of facts, of the negated goal and of squares."""

        def attempt() -> Theorem | None:
            self.context.note(f"products of degree {degree}")
            goals = [negated] if cleared is None or cleared is negated else [cleared, negated]
            proposed = squares(self.stock, [goals[0].value.num], self.hints)
            extra = self._monomials(goal)
            target = goals[0].value.num
            pool = relevant(self.signs.pool(), target, POOL[degree] if depth == DEPTH else FEW)
            columns = products(pool, goals, proposed, extra, degree)
            if degree == 2:
                named = [*self.stock.given, *self.stock.derived]
                factors = (*goals, *relevant(named, target, POOL[degree]))
                columns += [(m, i) for m in extra[:MAX_MONOMIALS] for i in factors]
                columns += [(m, i) for m in self.signs.summands(goal) for i in (negated, *factors)]
            return solve(self.stock, goal, columns)

        return attempt

    def _direct(self, goal: Rel, cleared: Item, degree: int) -> Attempt:
        """The goal as a sum of products of facts and squares."""

        def attempt() -> Theorem | None:
            self.context.note(f"sums of products of degree {degree}")
            proposed = squares(self.stock, [cleared.value.num], self.hints)
            pool = relevant(self.signs.pool(), cleared.value.num, POOL[degree])
            columns = direct_products(self.stock, cleared, pool, proposed, degree)
            return solve(self.stock, goal, columns)

        return attempt

    # --- denominators -------------------------------------------------------------------------

    # --- signs of polynomials -----------------------------------------------------------------
