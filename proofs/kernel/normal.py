"""The normaliser: one canonical polynomial for each term, for NORM and CERT alike.

Every rewriting below is an identity of the total semantics, or is used only with a side fact that
makes it one; the fact, the ambient index hypotheses and the declarations used are recorded.
docs/trust.md lists the identities one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache
from itertools import permutations
from typing import TypeVar

from . import polynomials as P
from .budget import Budget
from .errors import LimitError, SideConditionError
from .expectation import average
from .facts import FactTable, Sign, Used
from .indices import entails
from .judgment import Theorem
from .polynomials import ATOM, INV, INVPOS, POS, Factor, Mono, Poly, factor, to_term
from .terms import (
    CE,
    Abs,
    Add,
    App,
    E,
    Eigen,
    Ix,
    IxVal,
    Lambda,
    Le,
    Mul,
    Node,
    Point,
    Pow,
    Rat,
    Sum,
    Term,
    Var,
    close_body,
    has_eigen,
    open_body,
    subterms,
    transform,
)
from .theory import Theory

T = TypeVar("T")
MAX_EXCHANGED = 4
MAX_KEPT = 16
Unfold = tuple[str, tuple[tuple[str, Ix], ...]]
"""A definition's name, and the values its pattern indices are restricted to (maybe none)."""


class Normaliser:
    """Canonical polynomials under given side facts.

    ``ambient``: index hypotheses that may be used. ``unfold``: definitions to expand. ``facts``:
    theorems that may be looked up. ``linear``: split E and CE over sums and pull factors out,
    where the pieces are integrable.
    """

    def __init__(
        self,
        theory: Theory,
        ambient: frozenset[Le] = frozenset(),
        unfold: tuple[Unfold, ...] = (),
        facts: tuple[Theorem, ...] = (),
        linear: bool = False,
        budget: Budget | None = None,
    ) -> None:
        self.budget = budget or Budget()
        self.theory, self.ambient, self.linear = theory, ambient, linear
        self._top = ambient
        self.used, self.depth, self.averaging, self.reading = Used(), 0, 0, False
        self._unfold = [(theory.definition_table.get(name), dict(at)) for name, at in unfold]
        if any(definition is None for definition, _ in self._unfold):
            raise SideConditionError(f"unknown definition in {[name for name, _ in unfold]}")
        self._cache: dict[object, tuple[object, Used]] = {}
        self._pending: set[Term] = set()
        self.facts = FactTable(facts, self)

    @property
    def unfolds(self) -> bool:
        """Are definitions expanded, so that symbols may turn into others?"""
        return bool(self._unfold)

    # --- bookkeeping --------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Is it in the middle of a computation: under a binder or average, reading, or asked?"""
        inside = self.depth or self.averaging or self.reading or self._pending
        return bool(inside) or self.ambient is not self._top

    def recorded(self, t: Term) -> tuple[Poly, Used]:
        """The canonical polynomial of ``t``, and what it relied on (recorded nowhere else)."""
        outer, self.used = self.used, Used()
        try:
            return self.poly(t), self.used
        finally:
            self.used = outer

    def cached(self, what: str, node: Node, compute: Callable[[], T]) -> T:
        """What ``compute`` gives for ``node`` here, worked out once, with what it relied on."""
        key = (what, node, self.ambient, bool(self.averaging), self.reading, self.depth)
        if key in self._cache:
            value, used = self._cache[key]
            self.used.update(used)
            return value  # type: ignore[return-value]
        self.budget.spend(8)
        outer, self.used = self.used, Used()
        try:
            value = compute()
            self._cache[key] = (value, self.used)
        finally:
            outer.update(self.used)
            self.used = outer
        return value

    def entails(self, goal: Le) -> bool:
        """Does ``goal`` follow from the ambient index hypotheses? Records those used."""
        self.budget.spend(1 + len(self.ambient))
        step = entails(self.ambient, goal)
        if step is not None:
            self.used.hypotheses |= {h for h in step if not has_eigen(h)}
        return step is not None

    def measurable(self, node: Term | Point, level: Ix | None) -> bool:
        """Is ``node`` F_level-measurable (constant for None)? Records what was used."""
        self.budget.spend(1 + (len(node.key) >> 6))
        uses: set[str] = set()
        step = self.theory.measurable(node, level, self.ambient, uses)
        if step is not None:
            self.used.uses |= uses
            self.used.hypotheses |= {h for h in step if not has_eigen(h)}
        return step is not None

    @contextmanager
    def binder(self, low: Ix, high: Ix) -> Iterator[Eigen]:
        """A fresh index with ``low <= e <= high`` ambient."""
        outer, eigen = self.ambient, Eigen(self.depth)
        self.ambient = outer | {Le(low, Ix(eigen)), Le(Ix(eigen), high)}
        self.depth += 1
        try:
            yield eigen
        finally:
            self.ambient, self.depth = outer, self.depth - 1

    @contextmanager
    def outside(self, eigen: Eigen) -> Iterator[None]:
        """Forget the range of ``eigen``: it may be empty, and outside its sum nothing is known."""
        inner = self.ambient
        self.ambient = frozenset(le for le in inner if eigen not in (le.left.base, le.right.base))
        try:
            yield
        finally:
            self.ambient = inner

    @contextmanager
    def inside_average(self) -> Iterator[None]:
        """Inside E or CE."""
        self.averaging += 1
        try:
            yield
        finally:
            self.averaging -= 1

    @contextmanager
    def at_the_top(self) -> Iterator[None]:
        """Outside all binders and averages, where facts are read; nothing cached here is kept."""
        outer = self.ambient, self.depth, self.averaging, self.reading, self._pending, self.used
        kept, self._cache = self._cache, {}
        self.ambient, self.depth, self.averaging, self.reading = self._top, 0, 0, False
        self._pending, self.used = set(), Used()
        try:
            yield
        finally:
            self.ambient, self.depth, self.averaging, self.reading, self._pending, self.used = outer
            self._cache = kept

    # --- signs --------------------------------------------------------------------------------

    def sign(self, t: Term) -> Sign | None:
        """The known sign of a canonical term: from its shape, or from a side fact."""
        if t in self._pending:
            return None  # asked while being answered: no circular reasoning
        self._pending.add(t)
        try:
            return self.cached("sign", t, lambda: self._sign(t))
        finally:
            self._pending.discard(t)

    def sign_of(self, p: Poly) -> Sign | None:
        """The known sign of a canonical polynomial; (1, False) for 0."""
        if not p:
            return (1, False)
        c, prim = P.primitive(p)
        known = self.sign(to_term(prim))
        return known if known is None or c > 0 else (-known[0], known[1])

    def _sign(self, t: Term) -> Sign | None:
        if isinstance(t, Rat):
            return (1 if t.value >= 0 else -1, t.value != 0)
        if isinstance(t, Add | Mul) and (p := self.poly(t)) and P.leading(p) < 0:
            known = self.sign(to_term(P.scale(p, -1)))  # facts are kept with a positive lead
            return None if known is None else (-known[0], known[1])
        weak: tuple[Sign, Used] | None = None
        for entry, used in self.facts.find("sign", t):
            if entry.sign is not None and entry.sign[1]:
                self.used.update(used)
                return entry.sign
            if entry.sign is not None and weak is None:
                weak = entry.sign, used
        shape = self._shape_sign(t)
        if weak is None or (shape is not None and shape[1]):
            return shape
        self.used.update(weak[1])
        return weak[0]

    def _shape_sign(self, t: Term) -> Sign | None:
        if isinstance(t, Add | Mul | Pow):
            signs = [self._mono_sign(m, c) for m, c in self.poly(t).items()]
            known = [s for s in signs if s is not None]
            if known and len(known) == len(signs) and len({s[0] for s in known}) == 1:
                return (known[0][0], any(s[1] for s in known))
        if isinstance(t, Abs):
            inner = self.sign(t.body)
            return (1, inner is not None and inner[1])
        if isinstance(t, IxVal):
            if self.entails(Le(Ix(None, 1), t.index)):
                return (1, True)
            return (1, False) if self.entails(Le(Ix(None, 0), t.index)) else None
        if isinstance(t, Sum):
            with self.binder(t.low, t.high) as eigen:
                inner = self.sign(to_term(self.poly(open_body(t.body, Ix(eigen)))))
            return None if inner is None else (inner[0], False)
        return None

    def _mono_sign(self, m: Mono, c: P.Number) -> Sign | None:
        sign, strict = (1 if c > 0 else -1), True
        for item, e in m:
            known = self.factor_sign(item)
            if known is None or (known[0] < 0 and not known[1]):
                if e != int(e) or int(e) % 2:
                    return None
                strict = False
            else:
                sign *= known[0] ** int(e) if known[0] < 0 else 1
                strict = strict and known[1]
        return sign, strict

    def factor_sign(self, item: Factor) -> Sign | None:
        """The known sign of a factor; 1/t has the sign of t, also at t = 0."""
        _, kind, t = item
        known = self.sign(t)
        if kind in (POS, INVPOS):
            return (1, known is not None and known == (1, True))
        return known

    # --- products -----------------------------------------------------------------------------

    def times(self, p: Poly, q: Poly) -> Poly:
        """The product, settled."""
        self.budget.spend(len(p) * len(q))
        result: Poly = {}
        for a, ca in p.items():
            for b, cb in q.items():
                if not a or not b:
                    m = a or b
                    total = result.get(m, 0) + ca * cb
                    if total:
                        result[m] = P.exact(total)
                    else:
                        del result[m]
                else:
                    self.budget.spend(len(result) >> 6)
                    P.increase(result, self.settle(P.merged(a, b)), ca * cb)
        return result

    def power(self, p: Poly, n: int) -> Poly:
        """``p^n`` for an integer n >= 0."""
        if n > P.MAX_EXPONENT:
            raise LimitError(f"exponent {n} out of range")
        result = P.ONE
        for _ in range(n):
            result = self.times(result, p)
        return result

    def settle(self, exponents: dict[Factor, P.Exponent]) -> Poly:
        """A monomial, rewritten until no factor simplifies another.

        |t|^2 = t^2; and with sign facts: t * 1/t = 1 (t > 0 or t < 0), |t| = t (t >= 0),
        max(t,0)^e = t^n max(t,0)^(e-n) (t >= 0), 1/max(t,0)^e = 1/t^n * max(t,0)^(n-e) (t > 0).
        """
        exponents = {f: e for f, e in exponents.items() if e}
        extra: Poly = P.ONE
        for item, e in list(exponents.items()):
            _, kind, t = item
            if kind in (ATOM, INV) and isinstance(t, Abs):
                known = self.sign(t.body)
                out = 2 * (int(e) // 2) if known is None else int(e)
                if out:
                    body = self.poly(t.body)
                    body = P.scale(body, known[0]) if known else body
                    extra = self.times(
                        extra, self.power(body if kind == ATOM else self.inverse(body), out)
                    )
                    exponents[item] = e - out
            elif kind == INV and (other := (item[0], ATOM, t)) in exponents:
                known = self.sign(t)
                if known is not None and known[1]:
                    low = min(e, exponents[other])
                    exponents[item], exponents[other] = e - low, exponents[other] - low
            elif kind == POS and e >= 1:
                known = self.sign(t)
                if known is not None and known[0] > 0:
                    whole = int(e)
                    extra = self.times(extra, self.power(self.poly(t), whole))
                    exponents[item] = e - whole
            elif kind == INVPOS and self.sign(t) == (1, True):
                whole = -int(-e // 1)
                exponents[item] = 0
                lifted = {factor(POS, t): whole - e}
                extra = self.times(extra, {P.mono(lifted): 1})
                extra = self.times(extra, self.power(self.inverse(self.poly(t)), whole))
        exponents = {f: e for f, e in exponents.items() if e}
        kept: Poly = {P.mono(exponents): 1}
        return kept if extra == P.ONE else self.times(kept, extra) if exponents else extra

    # --- terms --------------------------------------------------------------------------------

    def poly(self, t: Term) -> Poly:
        """The canonical polynomial of ``t``."""
        if isinstance(t, Rat):
            return P.constant(t.value)
        if isinstance(t, Var):
            return P.single(factor(ATOM, t))
        if isinstance(t, IxVal):
            base = {} if t.index.base is None else P.single(factor(ATOM, IxVal(Ix(t.index.base))))
            return P.plus(base, P.constant(t.index.offset))
        return self.cached("poly", t, lambda: self._poly(t))

    def _poly(self, t: Term) -> Poly:
        if isinstance(t, Add):
            result: Poly = {}
            for part in t.terms:
                self.budget.spend(1 + (len(result) >> 6))
                P.increase(result, self.poly(part))
            return result
        if isinstance(t, Mul):
            result = P.ONE
            for part in t.terms:
                result = self.times(result, self.poly(part))
            return result
        if isinstance(t, Pow):
            return self._pow(t.base, t.exponent)
        if isinstance(t, Abs):
            return self._abs(self.poly(t.body))
        if isinstance(t, App):
            return self._app(t)
        if isinstance(t, Sum):
            return self._sum(t)
        if isinstance(t, E | CE):
            with self.inside_average():
                return average(self, t.index if isinstance(t, CE) else None, self.poly(t.body))
        raise SideConditionError("no normal form for {}", t)

    def _app(self, t: App) -> Poly:
        if t.name == "coord" and isinstance(t.args[0], Lambda) and isinstance(t.args[1], Ix):
            return self.poly(open_body(t.args[0].body, t.args[1]))
        for definition, at in self._unfold:
            match = self.theory.unfold(definition, t, at) if definition else None
            if definition and match is not None and all(self.entails(r) for r in match[1]):
                self.used.uses.add(f"definition:{definition.name}")
                self.used.uses |= self.theory.levels[definition.name]
                return self.poly(match[0])
        args: list[Ix | Term | Point] = []
        for arg in t.args:
            if isinstance(arg, Term):
                args.append(to_term(self.poly(arg)))
            elif isinstance(arg, Lambda):
                eigen, self.depth = Eigen(self.depth), self.depth + 1
                try:
                    body = to_term(self.poly(open_body(arg.body, Ix(eigen))))
                finally:
                    self.depth -= 1
                args.append(Lambda(close_body(body, eigen)))
            else:
                args.append(arg)
        return P.single(factor(ATOM, App(t.name, tuple(args))))

    def _pow(self, base: Term, e: Fraction) -> Poly:
        if e == 0:
            return P.ONE
        if e < 0 and e.denominator != 1:
            return self.inverse(self.root(self.poly(base), -e))
        if e < 0:  # 1/(a b) = 1/a 1/b and 1/(1/a) = a, also where they are zero
            if isinstance(base, Mul):
                result = P.ONE
                for part in base.terms:
                    result = self.times(result, self._pow(part, Fraction(-1)))
            elif isinstance(base, Pow) and base.exponent != 0:
                result = self._pow(base.base, -base.exponent)
            else:
                result = self.inverse(self.poly(base))
            return self.power(result, -e.numerator)
        if e.denominator == 1:
            return self.power(self.poly(base), e.numerator)
        return self.root(self.poly(base), e)

    def inverse(self, p: Poly) -> Poly:
        """``1/p``: factor by factor for a monomial, else content and common factors first."""
        if not p:
            return {}
        shared = P.common(p)
        c, prim = P.primitive(P.without(p, shared))
        result = P.constant(1 / c)
        swap = {ATOM: INV, INV: ATOM, POS: INVPOS, INVPOS: POS}
        for (key, kind, t), e in shared.items():
            if kind == INV:  # 1/(1/t) = t, and t may be a sum
                piece = self.power(self.poly(t), int(e))
            else:
                piece = self.settle({(key, swap[kind], t): e})
            result = self.times(result, piece)
        if prim == P.ONE:
            return result
        return self.times(result, P.single(factor(INV, to_term(prim))))

    def root(self, p: Poly, e: Fraction) -> Poly:
        """``max(p, 0)^e`` for e > 0, no integer. Factors known >= 0 leave the root; x^2 = |x|^2."""
        if not p:
            return {}
        outside: Poly = P.ONE
        taken: dict[Factor, P.Exponent] = {}
        for item, n in P.common(p).items():
            _, kind, t = item
            known = self.factor_sign(item)
            if known is None or known[0] < 0:
                n = 2 * (int(n) // 2)
                absolute = factor(kind, Abs(t))
            if n:
                taken[item] = n
                nonnegative = item if known is not None and known[0] > 0 else absolute
                outside = self.times(outside, self._nonnegative_power(nonnegative, n * e))
        rest = P.without(p, taken)
        c = P.content(rest)
        outside = self.times(outside, P.rational_power(c, e))
        prim = P.scale(rest, 1 / c)
        if prim == P.ONE:
            return outside
        if prim == P.constant(-1):
            return {}
        inside = factor(POS, to_term(prim))
        (first, *_) = prim
        if len(prim) == 1 and prim[first] == 1 and len(first) == 1:
            (((_, kind, t), n),) = first
            if kind == INV and n == 1:  # max(1/t, 0) = 1/max(t, 0)
                inside = factor(INVPOS, t)
        return self.times(outside, self.settle({inside: e}))

    def _nonnegative_power(self, item: Factor, e: P.Exponent) -> Poly:
        """factor^e for a factor known >= 0 and e > 0."""
        _, kind, t = item
        if kind in (ATOM, INV) and e != int(e):
            item = factor(POS if kind == ATOM else INVPOS, t)
        return self.settle({item: e})

    def _abs(self, p: Poly) -> Poly:
        if not p:
            return {}
        shared = P.common(p)
        c, prim = P.primitive(P.without(p, shared))
        result = P.constant(abs(c))
        for item, e in shared.items():
            _, kind, t = item
            known = self.factor_sign(item)
            if known is not None and known[0] > 0:
                piece = P.single(item, e)
            else:
                absolute = Abs(t) if not isinstance(t, Abs) else t
                piece = self.settle({factor(kind, absolute): e})
            result = self.times(result, piece)
        if prim == P.ONE:
            return result
        known = self.sign(to_term(prim))
        inner = P.scale(prim, known[0]) if known else P.single(factor(ATOM, Abs(to_term(prim))))
        return self.times(result, inner)

    # --- finite sums --------------------------------------------------------------------------

    def _sum(self, t: Sum) -> Poly:
        low, high, shift = t.low, t.high, 0
        if low.base is None and low.offset != 1:
            shift = low.offset - 1
            low, high = Ix(None, 1), high.shift(-shift)
        if self.entails(Le(high.shift(1), low)):
            return {}
        self.budget.spend(len(t.key) >> 5)
        with self.binder(low, high) as eigen:
            body = self.poly(open_body(t.body, Ix(eigen, shift)))
            return self.collect(low, high, eigen, body)

    def collect(self, low: Ix, high: Ix, eigen: Eigen, body: Poly) -> Poly:
        """The sum of ``body`` over ``eigen``: linear, factors free of it outside."""
        result: Poly = {}
        for m, c in body.items():
            self.budget.spend(sum(len(f[0]) for f, _ in m) >> 6)
            inside = {f: e for f, e in m if _mentions(f[2], eigen)}
            outside = {f: e for f, e in m if f not in inside}
            inner = self._nest(((low, high, eigen),), P.mono(inside)) if inside else None
            with self.outside(eigen):
                inner = self._count(low, high) if inner is None else inner
                P.increase(result, self.times({P.mono(outside): 1}, inner), c)
        return result

    def _count(self, low: Ix, high: Ix) -> Poly:
        """``Sum 1 = high - low + 1`` where low <= high + 1 is known."""
        if self.entails(Le(low, high.shift(1))):
            return P.plus(P.plus(self.poly(IxVal(high)), self.poly(IxVal(low)), -1), P.ONE)
        return P.single(factor(ATOM, Sum(low, high, Rat(Fraction(1)))))

    def _nest(self, binders: tuple[tuple[Ix, Ix, Eigen], ...], m: Mono) -> Poly:
        """Sum of a monomial over binders; one inner sum is merged, independent ranges ordered."""
        sums = [(f, e, f[2]) for f, e in m if f[1] == ATOM and isinstance(f[2], Sum)]
        if len(sums) == 1 and sums[0][1] == 1:
            item, _, inner = sums[0]
            rest: Poly = {P.mono({f: e for f, e in m if f != item}): 1}
            self.budget.spend(len(inner.key) >> 5)
            with self.binder(inner.low, inner.high) as eigen:
                body = self.times(rest, self.poly(open_body(inner.body, Ix(eigen))))
                result: Poly = {}
                for mono, c in body.items():
                    nested = self._nest((*binders, (inner.low, inner.high, eigen)), mono)
                    P.increase(result, nested, c)
                return result
        return P.single(factor(ATOM, self._ordered(binders, P.mono_term(m))))

    def _ordered(self, binders: tuple[tuple[Ix, Ix, Eigen], ...], body: Term) -> Sum:
        """Nested sums over independent ranges, in the order of the ranges."""
        self.budget.spend(8 * len(binders) ** 2)
        if len(binders) == 1:
            return _close(binders, body)
        eigens = {b[2] for b in binders}
        triangular = any(ix.base in eigens for low, high, _ in binders for ix in (low, high))
        if triangular or len(binders) > MAX_EXCHANGED:
            return _close(binders, body)
        choices: list[Sum] = []
        ranked = sorted(binders, key=lambda b: (b[0].key, b[1].key))
        for order in permutations(ranked):
            if [(b[0], b[1]) for b in order] != [(b[0], b[1]) for b in ranked]:
                continue
            self.budget.spend(8 + (len(body.key) >> 5))
            names = {old[2]: new[2] for old, new in zip(order, binders, strict=True)}
            moved = _rename(body, names)
            placed = tuple((b[0], b[1], names[b[2]]) for b in order)
            choices.append(_close(placed, moved))
        return min(choices, key=lambda s: s.key)

    # --- clearing -----------------------------------------------------------------------------

    def clear(self, p: Poly) -> Poly:
        """``p`` times denominators known to be non-zero: zero iff ``p`` is."""
        for _ in range(P.MAX_EXPONENT):
            dens: dict[Factor, int] = {}
            for m in p:
                for item, e in m:
                    if item[1] == INV:
                        dens[item] = max(dens.get(item, 0), int(e))
            known = {}
            for item in dens:
                sign = self.sign(item[2])
                if sign is not None and sign[1]:
                    known[item] = dens[item]
            if not known:
                return p
            item = max(known, key=lambda f: (len(f[0]), f[0]))
            den, top = self.poly(item[2]), known[item]
            result: Poly = {}
            for m, c in p.items():
                exponents = dict(m)
                have = int(exponents.pop(item, 0))
                P.increase(result, self.times({P.mono(exponents): c}, self.power(den, top - have)))
            p = result
        raise LimitError("denominators nested too deeply")

    def is_zero(self, p: Poly) -> bool:
        """Is ``p`` zero, after clearing denominators?"""
        return not p or not self.clear(p)


@lru_cache(maxsize=MAX_KEPT)
def _kept(
    theory: Theory,
    ambient: frozenset[Le],
    unfold: tuple[Unfold, ...],
    facts: tuple[Theorem, ...],
    linear: bool,
) -> Normaliser:
    return Normaliser(theory, ambient, unfold, facts, linear)


def normaliser(
    theory: Theory,
    ambient: frozenset[Le],
    unfold: tuple[Unfold, ...],
    facts: tuple[Theorem, ...],
    linear: bool,
    budget: Budget | None = None,
) -> Normaliser:
    """A normaliser under these facts that has recorded no use and spent nothing yet.

    Consecutive steps of a proof look up the same facts: those made last are kept, with what they
    worked out. One in the middle of a computation is left alone.
    """
    found = _kept(theory, ambient, unfold, facts, linear)
    if found.busy:
        return Normaliser(theory, ambient, unfold, facts, linear, budget)
    found.used, found.budget = Used(), budget or Budget()
    return found


def _mentions(term: Term, eigen: Eigen) -> bool:
    inside = (isinstance(n, Ix) and n.base == eigen for n, _ in subterms(term))
    return has_eigen(term) and any(inside)


def _close(binders: tuple[tuple[Ix, Ix, Eigen], ...], body: Term) -> Sum:
    *outer, (low, high, eigen) = binders
    result = Sum(low, high, close_body(body, eigen))
    for low, high, eigen in reversed(outer):
        result = Sum(low, high, close_body(result, eigen))
    return result


def _rename(body: Term, names: dict[Eigen, Eigen]) -> Term:
    """``body`` with fresh indices permuted and its products back in one canonical order."""

    def visit(node: Node, _depth: int) -> Node | None:
        if isinstance(node, Ix) and isinstance(node.base, Eigen) and node.base in names:
            return Ix(names[node.base], node.offset)
        if isinstance(node, Add | Mul):
            parts = (transform(t, visit) for t in node.terms)
            return type(node)(tuple(sorted(parts, key=lambda t: t.key)))
        return None

    return transform(body, visit)
