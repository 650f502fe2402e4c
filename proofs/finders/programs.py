"""The linear programs: products of items as columns, and what a solution certifies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations, combinations_with_replacement
from typing import Any

from ..kernel.errors import LimitError
from ..kernel.judgment import Theorem
from ..kernel.terms import Pow, Rel, Term
from .budget import ENTRIES
from .equations import cofactors
from .evidence import Item, Products, assemble, total
from .linear import Column, combination
from .ring import Den, Frac, Mpoly
from .stock import Stock

MAX_COLUMNS = {1: 400, 2: 1500, 3: 2500, 4: 4000}
MAX_FREE = 400
MAX_MIXED = 200
MAX_WORK = 1_000_000


def solve(stock: Stock, goal: Rel, columns: Sequence[tuple[Item, ...]]) -> Theorem | None:
    """Add up columns (products of items) to a contradiction; the kernel checks it."""
    ring = stock.ring
    columns, values = _affordable(stock, columns)
    leftover = [value.num for _, value in stock.equations]
    cleared = ring.clear(values)
    den = ring.common([v.den for v in values])
    made = [
        Column(
            num.to_dict(),
            all(i.strict for i in items),
            cost=1.0 + sum(a.cost for i in items for a in i.atoms()),
        )
        for items, num in zip(columns, cleared, strict=True)
    ]
    free = _multiples(stock, made, leftover)
    made += [Column(ring.reduce(m * leftover[k]).to_dict(), False, free=True) for k, m in free]
    stock.context.budget.spend(len(made) + sum(len(c.entries) for c in made) // ENTRIES)
    solution = combination(made)
    if solution is None:
        return None
    chosen = [(c, columns[j]) for j, c in solution if j < len(columns)]
    multiples: list[tuple[Theorem, Term]] = []
    for j, c in solution:
        if j >= len(columns):
            k, m = free[j - len(columns)]
            theorem, value = stock.equations[k]
            multiples.append((theorem, _cofactor(stock, m, c, value.den, den)))
    return conclude(stock, goal, chosen, multiples)


def conclude(
    stock: Stock, goal: Rel, products: Products, multiples: Sequence[tuple[Theorem, Term]] = ()
) -> Theorem | None:
    """The theorem for products that sum to zero, modulo the equations solved for an atom."""
    if stock.solved:
        more = cofactors(stock.context, total(stock.context, products, multiples), stock.solved)
        if more is None:
            return None
        multiples = [*multiples, *more]
    return assemble(stock.context, goal, products, multiples)


def _affordable(
    stock: Stock, columns: Sequence[tuple[Item, ...]]
) -> tuple[list[tuple[Item, ...]], list[Frac]]:
    """The columns and their values, without those whose denominators cost too much to clear."""
    chosen = [*columns]
    values = [_product(stock, items) for items in chosen]
    if _cost(stock, values) > MAX_WORK:
        goals = [v for c, v in zip(chosen, values, strict=True) if any(i.goal for i in c)]
        top = dict(stock.ring.common(v.den for v in goals[:1]))
        kept = [i for i, v in enumerate(values) if all(e <= top.get(j, 0) for j, e in v.den)]
        chosen, values = [chosen[i] for i in kept], [values[i] for i in kept]
        if _cost(stock, values) > MAX_WORK:
            raise LimitError("the columns are too large for a linear program")
    return chosen, values


def _cost(stock: Stock, values: Sequence[Frac]) -> int:
    """A bound on the number of monomials after clearing denominators."""
    size = 1
    for j, e in stock.ring.common(v.den for v in values):
        size *= len(stock.ring.dens[j]) * e
    return size * sum(len(v.num) for v in values)


def _product(stock: Stock, items: tuple[Item, ...]) -> Frac:
    if not items:
        return Frac(stock.ring.one)
    value = items[0].value
    for item in items[1:]:
        value = stock.ring.mul(value, item.value)
    return value


def _cofactor(stock: Stock, m: Mpoly, c: Fraction, own: Den, common: Den) -> Term:
    """The multiple of an equation num/own whose cleared column is ``c m num``."""
    num = m * stock.ring.product(own)
    return stock.ring.fraction_term(stock.ring.lowest(stock.ring.scaled(Frac(num, common), c)))


def _multiples(
    stock: Stock, columns: Sequence[Column], equations: Sequence[Mpoly]
) -> list[tuple[int, Mpoly]]:
    """Monomials by which to multiply the equations that could not be solved for an atom."""
    if not equations:
        return []
    rows = {row for column in columns for row in column.entries}
    found: dict[tuple[int, tuple[int, ...]], None] = {}
    for k, e in enumerate(equations):
        lead = e.monoms()
        for row in sorted(rows, key=lambda r: (sum(r), r)):
            for mono in lead:
                quotient = tuple(a - b for a, b in zip(row, mono, strict=True))
                if all(q >= 0 for q in quotient):
                    found.setdefault((k, quotient))
    ordered = sorted(found, key=lambda f: (sum(f[1]), f))[:MAX_FREE]
    context = stock.ring.context
    return [(k, context.from_dict({q: 1})) for k, q in ordered]


def products(
    pool: Sequence[Item],
    goals: Sequence[Item],
    squares: Sequence[Item],
    extra: Sequence[Item],
    degree: int,
) -> list[tuple[Item, ...]]:
    """The columns of one degree and below, capped; cheap ones first."""
    columns: list[tuple[Item, ...]] = [(), *((g,) for g in goals)]
    columns += [(i,) for i in (*pool, *extra)]
    if degree >= 2:
        columns += [(g, i) for g in goals for i in pool]
        columns += combinations_with_replacement(pool, 2)
        columns += [(q,) for q in squares]
        columns += combinations_with_replacement(goals, 2)
        if len(squares) * len(pool) <= MAX_MIXED:
            columns += [(q, i) for q in squares for i in pool]
    if degree >= 3:
        columns += [(g, *pair) for g in goals for pair in combinations_with_replacement(pool, 2)]
        if len(squares) * len(pool) > MAX_MIXED:
            columns += [(q, i) for q in squares for i in pool]
        columns += [(g, q) for g in goals for q in squares]
        columns += [(g, g, i) for g in goals for i in pool]
        columns += combinations_with_replacement(pool, 3)
    if degree >= 4:
        columns += [(g, *three) for g in goals for three in combinations_with_replacement(pool, 3)]
        columns += [(q, *pair) for q in squares for pair in combinations(pool, 2)]
        columns += combinations_with_replacement(pool, 4)
    return columns[: MAX_COLUMNS[min(degree, 4)]]


def direct_products(
    stock: Stock, goal: Item, pool: Sequence[Item], squares: Sequence[Item], degree: int
) -> list[tuple[Item, ...]]:
    """The columns for the goal as a plain sum of products no larger than itself."""
    top = goal.value.num.degrees()
    columns: list[tuple[Item, ...]] = [(), (goal,)]
    small = [i for i in (*pool, *squares) if not i.value.den and _fits(i.value.num, top)]
    layer: list[tuple[tuple[Item, ...], int, Mpoly]] = [((), 0, stock.ring.one)]
    for _ in range(degree):
        following = []
        for items, start, num in layer:
            for k in range(start, len(small)):
                item = small[k]
                if item.square is not None and any(i.square is not None for i in items):
                    continue
                product = num * item.value.num
                if _fits(product, top):
                    following.append(((*items, item), k, product))
                    columns.append((*items, item))
            if len(columns) > MAX_COLUMNS[degree]:
                return columns
        layer = following
    return columns


def _fits(p: Mpoly, top: tuple[int, ...]) -> bool:
    return all(a <= b for a, b in zip(p.degrees(), top, strict=True))


def squares(stock: Stock, polys: Iterable[Mpoly], hints: Sequence[Term]) -> list[Item]:
    """Squares that may help: of hints, of half monomials, of their sums and differences."""
    ring = stock.ring
    found: dict[str, Mpoly] = {}

    def propose(p: Mpoly) -> None:
        if p and not p.is_constant():
            found.setdefault(str(p), p)

    for num in polys:
        table: dict[tuple[int, ...], Any] = num.to_dict()
        halves = [tuple(e // 2 for e in m) for m in sorted(table) if all(e % 2 == 0 for e in m)]
        width = len(ring.gens)
        linear = [
            tuple(int(i == j) for j in range(width)) for i, d in enumerate(num.degrees()) if d > 0
        ]
        basis = list(dict.fromkeys([*halves, *(linear if len(linear) <= 6 else ())]))[:8]
        monos = [ring.context.from_dict({m: 1}) for m in basis]
        for p in monos:
            propose(p)
        for (m1, p1), (m2, p2) in combinations(zip(basis, monos, strict=True), 2):
            propose(p1 - p2)
            propose(p1 + p2)
            cross = table.get(tuple(a + b for a, b in zip(m1, m2, strict=True)))
            for a, p, q in ((m1, p1, p2), (m2, p2, p1)):
                own = table.get(tuple(2 * e for e in a))
                if cross is not None and own is not None:
                    propose(p + q * (cross / (2 * own)))
    items = [_square(stock, ring.term(p), Frac(p)) for p in found.values()]
    return [*(_square(stock, h, stock.raw(h)) for h in hints), *items]


def _square(stock: Stock, t: Term, value: Frac) -> Item:
    return Item(Pow(t, Fraction(2)), stock.ring.power(value, 2), False, square=t, cost=2.0)
