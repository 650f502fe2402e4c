"""The norms of a vector x in R^n: ||x||_2 <= ||x||_1 <= sqrt(n) ||x||_2, and by how much.

Both gaps are sums of terms that are not negative:

    ||x||_1^2 - ||x||_2^2   = 2 sum_{i<j} |x_i| |x_j|
    n ||x||_2^2 - ||x||_1^2 = n sum_i (|x_i| - ||x||_1/n)^2

x is any point, also a random one, so that expectations may be taken; n is a free index, which an
extending theory puts at its dimension: ``p.use(l1_below_l2, n=d, x=point(lambda i: ...))``.
"""

from ..language import (
    Expr,
    Proof,
    Sum,
    Theorem,
    Theory,
    by,
    indices,
    point,
    sqrt,
    symbols,
    within,
)
from ..language.symbols import coordinate

vectors = Theory("vectors", "The norms of a vector")
i, j, k, n = indices("i j k n")
(x,) = symbols("x")


def l1(x: Expr, n: Expr) -> Expr:
    """``||x||_1``, of the first n coordinates."""
    return Sum(abs(coordinate(x, i)), (i, 1, n))


def squares(x: Expr, n: Expr) -> Expr:
    """``||x||_2^2``."""
    return Sum(coordinate(x, i) ** 2, (i, 1, n))


def l2(x: Expr, n: Expr) -> Expr:
    """``||x||_2``."""
    return sqrt(squares(x, n))


def pairs(x: Expr, n: Expr) -> Expr:
    """``sum_{i<j} |x_i| |x_j|``."""
    product = abs(coordinate(x, i)) * abs(coordinate(x, j))
    return Sum(product, (i, 1, j - 1), (j, 1, n))


def spread(x: Expr, n: Expr, mean: Expr) -> Expr:
    """``sum_i (|x_i| - mean)^2``."""
    return Sum((abs(coordinate(x, i)) - mean) ** 2, (i, 1, n))


@vectors.lemma(
    "member",
    title="No coordinate exceeds the l1 norm",
    for_points=(x,),
    for_indices=(i, n),
    given=[within(i, 1, n)],
    witness={n: 2, i: 1},
    claim=(abs(coordinate(x, i)), "<=", l1(x, n)),
)
def member(p: Proof) -> Theorem:
    each = abs(coordinate(x, k))

    def base(p: Proof) -> Theorem:
        before = p.nonnegative(l1(x, i - 1))
        last = p.last(each, within(k, 1, i))
        return p.have((abs(coordinate(x, i)), "<=", l1(x, i)), by.algebra(before, last))

    def step(p: Proof, before: Theorem) -> Theorem:
        last = p.last(each, within(k, 1, n))
        return p.have((abs(coordinate(x, i)), "<=", l1(x, n)), by.algebra(before, last))

    return p.induction((abs(coordinate(x, i)), "<=", l1(x, n)), within(n, i), base, step)


@vectors.lemma(
    "member.square",
    title="No coordinate exceeds the l2 norm",
    for_points=(x,),
    for_indices=(i, n),
    given=[within(i, 1, n)],
    witness={n: 2, i: 1},
    claim=(coordinate(x, i) ** 2, "<=", Sum(coordinate(x, k) ** 2, (k, 1, n))),
)
def square_member(p: Proof) -> Theorem:
    squared = point(lambda j: coordinate(x, j) ** 2)
    return p.have(
        (coordinate(x, i) ** 2, "<=", Sum(coordinate(x, k) ** 2, (k, 1, n))),
        by.algebra(p.use(member, x=squared)),
    )


@vectors.lemma(
    "pairs",
    title="The square of the l1 norm",
    for_points=(x,),
    for_indices=(n,),
    given=[within(n, 0)],
    witness={n: 2},
    claim=(l1(x, n) ** 2, "==", squares(x, n) + 2 * pairs(x, n)),
)
def square_of_l1(p: Proof) -> Theorem:
    claim = (l1(x, n) ** 2, "==", squares(x, n) + 2 * pairs(x, n))
    size = abs(coordinate(x, j))

    def step(p: Proof, before: Theorem) -> Theorem:
        over = within(j, 1, n)
        A, B = l1(x, n - 1), abs(coordinate(x, n))
        top = p.last(size, over)
        square = p.last(coordinate(x, j) ** 2, over)
        pair = p.last(size * l1(x, j - 1), over)
        return p.calc(
            l1(x, n) ** 2,
            "==", (A + B) ** 2, by.algebra(top),
            "==", squares(x, n - 1) + 2 * pairs(x, n - 1) + 2 * A * B + B**2, by.algebra(before),
            "==", squares(x, n) + 2 * pairs(x, n), by.algebra(square, pair),
        )  # fmt: skip

    return p.induction(
        claim,
        within(n, 0),
        base=lambda p: p.have((l1(x, 0) ** 2, "==", squares(x, 0) + 2 * pairs(x, 0)), by.algebra()),
        step=step,
    )


@vectors.lemma(
    "lower",
    title="The l2 norm is at most the l1 norm",
    for_points=(x,),
    for_indices=(n,),
    given=[within(n, 0)],
    witness={n: 2},
    claim=(l2(x, n), "<=", l1(x, n)),
    reference="blueprint N1",
)
def l2_below_l1(p: Proof) -> Theorem:
    size, rest = p.nonnegative(l1(x, n)), p.nonnegative(pairs(x, n))
    return p.have((l2(x, n), "<=", l1(x, n)), by.algebra(square_of_l1, size, rest))


@vectors.lemma(
    "spread",
    title="How far the coordinates are from their mean size",
    for_points=(x,),
    for_indices=(n,),
    given=[within(n, 1)],
    witness={n: 2},
    claim=(n * squares(x, n), "==", l1(x, n) ** 2 + n * spread(x, n, l1(x, n) / n)),
)
def square_of_l2(p: Proof) -> Theorem:
    claim = (n * squares(x, n), "==", l1(x, n) ** 2 + n * spread(x, n, l1(x, n) / n))
    return p.have(claim, by.algebra())


@vectors.lemma(
    "upper",
    title="The l1 norm is at most sqrt(n) times the l2 norm",
    for_points=(x,),
    for_indices=(n,),
    given=[within(n, 1)],
    witness={n: 2},
    claim=(l1(x, n), "<=", sqrt(n) * l2(x, n)),
    reference="blueprint N1",
)
def l1_below_l2(p: Proof) -> Theorem:
    size, rest = p.nonnegative(l1(x, n)), p.nonnegative(spread(x, n, l1(x, n) / n))
    return p.have((l1(x, n), "<=", sqrt(n) * l2(x, n)), by.algebra(square_of_l2, size, rest))
