"""Sums of squares that nobody hinted: the last resort for a scalar inequality.

With N the goal's negation and h_i the facts, a certificate ``s + sum_a sigma_a p_a = 0`` is
searched. The multipliers sigma_a are sums of squares; p_a runs over 1, h_i, h_i h_j, and then these
times N; s is a strict product: N, N^2, N^3, or N times a strict fact (Stengle's Positivstellensatz,
with at most two facts at a time; Putinar's, without products, fails on easy goals). What ``gram``
finds is handed to the kernel as an ordinary certificate. For a form, which may be a sum of squares
only after it is multiplied by a power of sum x^2 (Reznick, Math. Z. 220 (1995)), see ``apex``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, combinations_with_replacement

import flint

from ..kernel.judgment import Theorem
from ..kernel.terms import Pow, Rel, Term
from .evidence import Item
from .gram import Block, Gram, certificate
from .programs import conclude
from .ring import Frac, Mpoly
from .search import Search
from .signs import relevant
from .stock import goal_item

MAX_GENERATORS = 10
MAX_DEGREE = 14
MAX_FACTS = 7
FEW = 4
MAX_MULTIPLES = 120
ONE = Fraction(1)
Monomial = tuple[int, ...]


@dataclass(frozen=True)
class _Problem:
    """A goal over the generators that matter, all cleared of denominators."""

    search: Search
    goal: Rel
    negated: Item
    facts: tuple[Item, ...]
    equations: tuple[tuple[Theorem, Frac], ...]
    active: tuple[int, ...]


def by_squares(search: Search, goal: Rel) -> Theorem | None:
    """The goal by sums of squares, or None."""
    problem = _problem(search, goal)
    if problem is None:
        search.context.note("no sums of squares: too large, or a denominator of unknown sign")
        return None
    search.context.note("sums of squares")
    for degree, pairs, with_goal in _levels(problem):
        theorem = _attempt(problem, degree, pairs, with_goal)
        if theorem is not None:
            return theorem
    return None


def apex(search: Search, goal: Rel) -> Iterator[Term]:
    """For homogeneous goal and facts: terms t <= 0 that vanish at the origin only.

    Where t = 0, all is 0 and so is the goal; where t < 0, -t is a strict factor by which to
    multiply it. These are -sum x over variables x >= 0, and -sum x^2.
    """
    problem = _problem(search, goal)
    if problem is None or problem.equations:
        return
    polys = [problem.negated.value.num, *(f.value.num for f in problem.facts)]
    if not all(_homogeneous(p) for p in polys) or polys[0].total_degree() < 2:
        return
    gens = [search.ring.gens[i] for i in problem.active]
    if all(any(f.value.num == x for f in problem.facts) for x in gens):
        yield search.ring.term(sum((-x for x in gens), search.ring.zero))
    yield search.ring.term(sum((-(x**2) for x in gens), search.ring.zero))


def _homogeneous(p: Mpoly) -> bool:
    return len({sum(m) for m in p.monoms()}) <= 1


def _problem(search: Search, goal: Rel) -> _Problem | None:
    try:
        negated = search.signs.cleared(goal_item(search.stock, goal))
    except KeyError:
        return None
    if negated is None or negated.value.den or not negated.value.num:
        return None
    target = negated.value.num
    stock = search.stock
    given = search.signs.clear([*stock.given, *stock.derived])
    plain = [i for i in given if not i.value.den and not i.value.num.is_constant()]
    plain = [i for i in plain if i.value.num != -target]
    facts = tuple(relevant(plain, target, MAX_FACTS))
    equations = tuple((t, v) for t, v in stock.equations if not v.den)
    polys = [target, *(f.value.num for f in facts), *(v.num for _, v in equations)]
    active = tuple(i for i in range(len(search.ring.gens)) if any(p.degrees()[i] for p in polys))
    if len(active) > MAX_GENERATORS or target.total_degree() > MAX_DEGREE:
        return None
    return _Problem(search, goal, negated, facts, equations, active)


def _levels(problem: _Problem) -> Iterator[tuple[int, bool, bool]]:
    """Degrees; whether pairs of facts, and products with the negated goal, take part."""
    own = int(problem.negated.value.num.total_degree())
    top = max([own, *(int(f.value.num.total_degree()) for f in problem.facts)])
    even = own + own % 2
    if problem.facts:
        yield even, False, False
        yield max(even, min(top + top % 2, even + 2), 2), True, False
    else:
        yield even, False, False
    yield even + 2, True, True
    if len(problem.active) <= 3:
        yield even + 4, True, True


def _attempt(problem: _Problem, degree: int, pairs: bool, with_goal: bool) -> Theorem | None:
    """One relaxation: products and multipliers of at most this degree together."""
    if degree > MAX_DEGREE:
        return None
    ring, facts, negated = problem.search.ring, problem.facts, problem.negated
    products: list[tuple[Item, ...]] = [(), *((f,) for f in facts)]
    if pairs:
        products += combinations_with_replacement(facts, 2)
    if with_goal:
        products += [(negated,), *((negated, f) for f in facts)]
        if len(facts) <= FEW:
            products += [(negated, *pair) for pair in combinations(facts, 2)]
    strict = [f for f in facts if f.strict]
    seeds: list[tuple[Item, ...]] = [()] if problem.goal.op == "<" else [(negated,)]
    seeds += [(*seeds[0], f) for f in strict]
    if problem.goal.op == "<":
        seeds += combinations_with_replacement(strict, 2)
    elif with_goal:
        seeds += [(negated,) * 2, (negated,) * 3]
    blocks: list[Block] = []
    owners: list[tuple[Item, ...]] = []
    for items in products:
        weight = _value(problem, items)
        size = int(weight.total_degree())
        if size > degree or (len(items) == 2 and items[0] is items[1]):
            continue
        half = (degree - size) // 2
        basis = [ring.context.from_dict({m: 1}) for m in _monomials(problem, half)]
        blocks.append(Block(weight, tuple(_fitting(problem, basis, len(products) == 1))))
        owners.append(items)
    seeds = [s for s in seeds if _value(problem, s).total_degree() <= degree]
    free = list(_multiples(problem, degree))
    gram = Gram(
        ring, tuple(blocks), tuple(_value(problem, s) for s in seeds), tuple(f for *_, f in free)
    )
    found = certificate(gram)
    if found is None:
        return None
    chosen: list[tuple[Fraction, tuple[Item, ...]]] = [
        (c, items) for c, items in zip(found.seeds, seeds, strict=True) if c
    ]
    for items, squares in zip(owners, found.blocks, strict=True):
        chosen += [(d, (*items, _square(problem, q))) for d, q in squares if q]
    multiples = []
    for c, (k, m, _) in zip(found.free, free, strict=True):
        if c:
            scaled = m * flint.fmpq(c.numerator, c.denominator)
            multiples.append((problem.equations[k][0], ring.term(scaled)))
    return conclude(problem.search.stock, problem.goal, chosen, multiples)


def _value(problem: _Problem, items: Sequence[Item]) -> Mpoly:
    value = problem.search.ring.one
    for item in items:
        value = problem.search.ring.reduce(value * item.value.num)
    return value


def _square(problem: _Problem, q: Mpoly) -> Item:
    term = problem.search.ring.term(q)
    return Item(Pow(term, Fraction(2)), Frac(q * q), False, square=term)


def _monomials(problem: _Problem, degree: int) -> list[Monomial]:
    """All monomials in the active generators up to a degree."""
    width = len(problem.search.ring.gens)
    found: list[Monomial] = []
    for size in range(degree + 1):
        for chosen in combinations_with_replacement(problem.active, size):
            exponents = [0] * width
            for i in chosen:
                exponents[i] += 1
            found.append(tuple(exponents))
    return found


def _fitting(problem: _Problem, basis: list[Mpoly], alone: bool) -> list[Mpoly]:
    """Without facts: what lies in half the box of the target, as its Newton polytope does."""
    if not alone:
        return basis
    target = problem.negated.value.num
    top = target.degrees()
    sizes = [sum(m) for m in target.monoms()]
    return [
        b for b in basis
        if all(2 * d <= t for d, t in zip(b.degrees(), top, strict=True))
        and min(sizes) <= 2 * b.total_degree() <= max(sizes)
    ]  # fmt: skip


def _multiples(problem: _Problem, degree: int) -> Iterator[tuple[int, Mpoly, Mpoly]]:
    """Monomial multiples of the equations, up to the degree."""
    count = 0
    for k, (_, value) in enumerate(problem.equations):
        size = int(value.num.total_degree())
        for m in _monomials(problem, degree - size) if size <= degree else ():
            if count >= MAX_MULTIPLES:
                return
            count += 1
            mono = problem.search.ring.context.from_dict({m: 1})
            yield k, mono, problem.search.ring.reduce(mono * value.num)
