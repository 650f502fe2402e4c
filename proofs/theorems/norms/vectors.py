"""N1: ||x||_2 <= ||x||_1 <= d^{1/2} ||x||_2 in R^d, and when the two sides are equal.

Left: iff at most one coordinate is not 0. Right: iff all |x_i| are equal. "All products of two
coordinates are 0" and "all |x_i| are t" are said by one equation each: a sum of terms that are not
negative is 0.
"""

from ...language import Max, Proof, Sum, Theorem, by, point, sqrt, symbols, within
from ...language.symbols import coordinate as at
from ...library.vectors import (
    l1,
    l1_below_l2,
    l2,
    l2_below_l1,
    member,
    pairs,
    spread,
    square_of_l1,
    square_of_l2,
    squares,
)
from .setting import axis, coordinate, d, i, j, norms, other

x, t = symbols("x t")
L1, L2 = l1(x, d), l2(x, d)
in_dimension = within(d, 1)
apart = [within(i, 1), within(j, i + 1, d)]
zero = {at(x, 1): 0, at(x, 2): 0}


norms.section(
    "The two norms of a vector",
    "Both inequalities are between sums of squares: what they leave out is shown later.",
)


@norms.lemma(
    "N1.lower",
    title="The l2 norm is at most the l1 norm",
    for_points=(x,),
    given=[in_dimension],
    claim=(L2, "<=", L1),
    reference="blueprint N1",
)
def lower(p: Proof) -> Theorem:
    return p.use(l2_below_l1, n=d)


@norms.lemma(
    "N1.upper",
    title="The l1 norm is at most sqrt(d) times the l2 norm",
    for_points=(x,),
    given=[in_dimension],
    claim=(L1, "<=", sqrt(d) * L2),
    reference="blueprint N1",
)
def upper(p: Proof) -> Theorem:
    return p.use(l1_below_l2, n=d)


@norms.theorem(
    "N1",
    title="The l1 norm lies between the l2 norm and sqrt(d) times it",
    for_points=(x,),
    given=[in_dimension],
    claim=(Max(L2 - L1, L1 - sqrt(d) * L2), "<=", 0),
    reference="blueprint N1; the abstract of arXiv 2505.11840",
)
def both(p: Proof) -> Theorem:
    return p.have((Max(L2 - L1, L1 - sqrt(d) * L2), "<=", 0), by.algebra(lower, upper))


# --- the left inequality: equal iff at most one coordinate is not 0 -------------------------------


norms.section(
    "When the left inequality is an equation",
    "The square of the sum has products of two coordinates that the sum of squares has not.",
)


@norms.lemma(
    "N1.lower.gap",
    title="What the left inequality leaves out: products of two coordinates",
    for_points=(x,),
    given=[in_dimension],
    claim=(L1**2, "==", L2**2 + 2 * pairs(x, d)),
    reference="blueprint N1",
)
def lower_gap(p: Proof) -> Theorem:
    return p.have((L1**2, "==", L2**2 + 2 * pairs(x, d)), by.algebra(p.use(square_of_l1, n=d)))


@norms.lemma(
    "N1.lower.pair",
    title="Two coordinates that are not 0 separate the norms",
    for_points=(x,),
    given=apart,
    claim=(L2**2 + 2 * abs(at(x, i)) * abs(at(x, j)), "<=", L1**2),
)
def lower_pair(p: Proof) -> Theorem:
    """|x_i| |x_j| is a term of the inner sum at j, and that sum one of the outer terms."""
    row = abs(at(x, j)) * l1(x, j - 1)
    rows = point(lambda j: abs(at(x, j)) * l1(x, j - 1))
    inner = p.calc(
        abs(at(x, i)) * abs(at(x, j)), "<=", row,
        by.multiplying(p.use(member, n=j - 1), abs(at(x, j))),
    )  # fmt: skip
    outer = p.calc(row, "<=", pairs(x, d), by.algebra(p.use(member, x=rows, i=j, n=d)))
    return p.have(
        (L2**2 + 2 * abs(at(x, i)) * abs(at(x, j)), "<=", L1**2),
        by.algebra(p.use(lower_gap), inner, outer, degree=1),
    )


@norms.lemma(
    "N1.lower.equality",
    title="If the norms are equal, no two coordinates are both other than 0",
    for_points=(x,),
    given=[*apart, (L1, "==", L2)],
    claim=(at(x, i) * at(x, j), "==", 0),
    witness=zero,
    reference="blueprint N1",
)
def lower_equality(p: Proof) -> Theorem:
    product = abs(at(x, i)) * abs(at(x, j))
    none = p.calc(
        2 * product,
        "<=", L1**2 - L2**2, by.algebra(lower_pair),
        "==", 0, by.multiplying((L1, "==", L2), L1 + L2),
    )  # fmt: skip
    return p.have((at(x, i) * at(x, j), "==", 0), by.algebra(none))


@norms.lemma(
    "N1.lower.equality.if",
    title="If no two coordinates are both other than 0, the norms are equal",
    for_points=(x,),
    given=[in_dimension, (pairs(x, d), "==", 0)],
    claim=(L1, "==", L2),
    witness=zero,
    reference="blueprint N1",
)
def lower_equality_if(p: Proof) -> Theorem:
    size = p.nonnegative(L1)
    square = p.have((L1**2, "==", L2**2), by.algebra(lower_gap))
    up = p.have((L1, "<=", L2), by.algebra(square, size))
    return p.have((L1, "==", L2), by.algebra(up, lower))


@norms.lemma(
    "N1.lower.equality.one",
    title="If all coordinates but one are 0, the norms are equal",
    for_points=(x,),
    given=[other, (L1, "==", abs(at(x, j)))],
    claim=(L1, "==", L2),
    witness=zero,
)
def lower_equality_one(p: Proof) -> Theorem:
    """x_j^2 <= ||x||_2^2."""
    squared = point(lambda i: at(x, i) ** 2)
    own = p.have(
        (at(x, j) ** 2, "<=", squares(x, d)), by.algebra(p.use(member, x=squared, i=j, n=d))
    )
    up = p.have((abs(at(x, j)), "<=", L2), by.algebra(own))
    return p.have((L1, "==", L2), by.algebra(up, lower))


@norms.lemma(
    "N1.lower.attained",
    title="In every dimension the left inequality has a vector with equality",
    for_all=(t,),
    given=[in_dimension],
    claim=(Sum(abs(t * axis[i]), (i, 1, d)), "==", sqrt(Sum((t * axis[i]) ** 2, (i, 1, d)))),
    witness={t: 1},
)
def lower_attained(p: Proof) -> Theorem:
    sizes = p.calc(
        Sum(abs(t * axis[i]), (i, 1, d)),
        "==", abs(t * axis[1]) + Sum(abs(t * axis[i]), (i, 2, d)),
        by.algebra(p.first(abs(t * axis[i]), coordinate)),
        "==", abs(t), by.definition(axis),
    )  # fmt: skip
    square = p.calc(
        Sum((t * axis[i]) ** 2, (i, 1, d)),
        "==", (t * axis[1]) ** 2 + Sum((t * axis[i]) ** 2, (i, 2, d)),
        by.algebra(p.first((t * axis[i]) ** 2, coordinate)),
        "==", t**2, by.definition(axis),
    )  # fmt: skip
    root = p.calc(
        sqrt(Sum((t * axis[i]) ** 2, (i, 1, d))),
        "==", sqrt(t**2), by.rewriting(square),
        "==", abs(t), by.algebra(),
    )  # fmt: skip
    claim = (Sum(abs(t * axis[i]), (i, 1, d)), "==", sqrt(Sum((t * axis[i]) ** 2, (i, 1, d))))
    return p.have(claim, by.algebra(sizes, root))


# --- the right inequality: equal iff all |x_i| are equal ------------------------------------------


norms.section(
    "When the right inequality is an equation",
    "What is left out is how much the coordinates differ, in absolute value, from their mean.",
)


@norms.lemma(
    "N1.upper.gap",
    title="What the right inequality leaves out: how the |x_i| differ from their mean",
    for_points=(x,),
    given=[in_dimension],
    claim=(d * L2**2, "==", L1**2 + d * spread(x, d, L1 / d)),
    reference="blueprint N1",
)
def upper_gap(p: Proof) -> Theorem:
    claim = (d * L2**2, "==", L1**2 + d * spread(x, d, L1 / d))
    return p.have(claim, by.algebra(p.use(square_of_l2, n=d)))


@norms.lemma(
    "N1.upper.equality.mean",
    title="If the l1 norm is sqrt(d) times the l2 norm, every |x_i| is the mean",
    for_points=(x,),
    given=[coordinate, (L1, "==", sqrt(d) * L2)],
    claim=(abs(at(x, i)), "==", L1 / d),
    witness=zero,
)
def upper_equality_mean(p: Proof) -> Theorem:
    mean = L1 / d
    none = p.calc(
        d * spread(x, d, mean),
        "==", (sqrt(d) * L2) ** 2 - L1**2, by.algebra(upper_gap),
        "==", 0, by.multiplying((L1, "==", sqrt(d) * L2), -(L1 + sqrt(d) * L2)),
    )  # fmt: skip
    same = p.have((spread(x, d, mean), "==", 0), by.algebra(none))
    deviation = point(lambda i: abs(at(x, i)) - mean)
    own = p.calc(
        abs(abs(at(x, i)) - mean),
        "<=", Sum(abs(abs(at(x, i)) - mean), (i, 1, d)),
        by.lemma(member, x=deviation, n=d),
        "<=", sqrt(d) * sqrt(spread(x, d, mean)), by.lemma(l1_below_l2, x=deviation, n=d),
        "==", 0, by.rewriting(same),
    )  # fmt: skip
    return p.have((abs(at(x, i)), "==", mean), by.algebra(own))


@norms.lemma(
    "N1.upper.equality",
    title="If the l1 norm is sqrt(d) times the l2 norm, all |x_i| are equal",
    for_points=(x,),
    given=[coordinate, other, (L1, "==", sqrt(d) * L2)],
    claim=(abs(at(x, i)), "==", abs(at(x, j))),
    witness=zero,
    reference="blueprint N1",
)
def upper_equality(p: Proof) -> Theorem:
    return p.have(
        (abs(at(x, i)), "==", abs(at(x, j))),
        by.algebra(upper_equality_mean, p.use(upper_equality_mean, i=j)),
    )


@norms.lemma(
    "N1.upper.equality.if",
    title="If all |x_i| are t, the l1 norm is sqrt(d) times the l2 norm",
    for_points=(x,),
    for_all=(t,),
    given=[in_dimension, (spread(x, d, t), "==", 0)],
    claim=(L1, "==", sqrt(d) * L2),
    witness={**zero, t: 0},
    reference="blueprint N1",
)
def upper_equality_if(p: Proof) -> Theorem:
    """0 = d sum_i (|x_i| - t)^2 = (d ||x||_2^2 - ||x||_1^2) + (||x||_1 - d t)^2, both >= 0."""
    square = p.calc(
        d * L2**2,
        "==", d * spread(x, d, t) + L1**2 - (L1 - d * t) ** 2, by.algebra(),
        "<=", L1**2, by.algebra((spread(x, d, t), "==", 0)),
    )  # fmt: skip
    down = p.have((sqrt(d) * L2, "<=", L1), by.algebra(square, p.nonnegative(L1)))
    return p.have((L1, "==", sqrt(d) * L2), by.algebra(down, upper))


@norms.lemma(
    "N1.upper.attained",
    title="In every dimension the right inequality has a vector with equality",
    for_all=(t,),
    given=[in_dimension],
    claim=(Sum(abs(t), (i, 1, d)), "==", sqrt(d) * sqrt(Sum(t**2, (i, 1, d)))),
    witness={t: 1},
)
def upper_attained(p: Proof) -> Theorem:
    return p.have(
        (Sum(abs(t), (i, 1, d)), "==", sqrt(d) * sqrt(Sum(t**2, (i, 1, d)))), by.algebra()
    )
