"""What weight decay costs in all: sum_k E[x^2 D], by L2 and L7, with the iterates still growing.

At step k an iterate has gone no farther than A + (k-1) c, with A = ||x^1||_inf and c = R eta; so
sum_k (x_i^k)^2 <= K (A^2 + A X + X^2)/3, X = A + c K: a third of K X^2, if it starts at 0.
"""

from ...language import E, Expr, Proof, Sum, Theorem, by, indices, sqrt, symbols, within
from ...library.inequalities import root_monotone
from .denominator import (
    Z,
    mean_denominator,
    p_k,
    predicted_total,
    sign_of_T,
    signs,
    sum_of_T,
    total_noise,
)
from .descent import reached
from .integrability import know_prediction
from .iterates import R, X, farthest, norm_sign, reach, within_X
from .setting import (
    D,
    K,
    P,
    T,
    adamw,
    beta,
    coordinate,
    d,
    eps,
    eta,
    i,
    k,
    over_i,
    over_k,
    sigma_s,
    step,
    tP,
    xmax,
)

A, c = symbols("A c")
(j,) = indices("j")


def mean_square(first: Expr, last: Expr) -> Expr:
    """The mean of y^2 over the interval from ``first`` to ``last``."""
    return (first**2 + first * last + last**2) / 3


mean_reach = mean_square(xmax[d], X)
growing = [(0, "<=", R), (0, "<=", eta), farthest]
spread = [within(K, 1), within(d, 1), *growing]


adamw.shorthand("mean.reach", mean_reach, constants=(X,), tex=r"\overline{X^2}")
adamw.section(
    "What weight decay costs",
    "Weight decay adds to the descent what the iterates are, squared, times the denominators. As "
    "the iterates move away from the start by one step at a time, this is a sum of squares of "
    "what grows linearly; on average it is less than at the end.",
)


@adamw.lemma(
    "squares",
    title="The squares of what grows by steps",
    for_constants=(A, c),
    for_indices=(j,),
    given=[within(j, 0), (0, "<=", A), (0, "<=", c)],
    claim=(Sum((A + c * (k - 1)) ** 2, (k, 1, j)), "<=", j * mean_square(A, A + c * j)),
    witness={A: 1, c: 1, j: 2},
    reference="blueprint, instances: sum_k (A+(k-1)c)^2 <= K (A^2+A X+X^2)/3, X = A+c K",
)
def sum_of_squares(p: Proof) -> Theorem:
    term = (A + c * (k - 1)) ** 2
    past = Sum(term, (k, 1, j - 1))

    def induction_step(p: Proof, before: Theorem) -> Theorem:
        return p.calc(
            Sum(term, (k, 1, j)),
            "==", past + (A + c * (j - 1)) ** 2, by.algebra(p.last(term, within(k, 1, j))),
            "<=", (j - 1) * mean_square(A, A + c * (j - 1)) + (A + c * (j - 1)) ** 2,
            by.adding(before),
            "<=", j * mean_square(A, A + c * j), by.algebra(),
        )  # fmt: skip

    return p.induction(
        (Sum(term, (k, 1, j)), "<=", j * mean_square(A, A + c * j)),
        within(j, 0),
        base=lambda p: p.have((Sum(term, (k, 1, 0)), "<=", 0), by.algebra()),
        step=induction_step,
    )


@adamw.lemma(
    "reach.sum",
    title="How far the iterates go, in the mean",
    for_constants=(R, X),
    given=spread,
    claim=(over_k(reach**2), "<=", K * mean_reach),
    witness={R: 2, X: 5},
    reference="blueprint, instances: a (A^2+A X+X^2)/(3 X^2) for a",
)
def sum_of_reach(p: Proof) -> Theorem:
    step_size = p.have((0, "<=", R * eta), by.algebra())
    p.know(p.use(norm_sign), step_size)
    last = xmax[d] + R * eta * K
    p.know(p.have((0, "<=", last), by.algebra()))
    p.know(p.have((0, "<=", X), by.adding(farthest, p.local[-1])))
    closer = p.calc(
        mean_square(xmax[d], last),
        "<=", (xmax[d] ** 2 + xmax[d] * X + last * X) / 3,
        by.multiplying(farthest, (xmax[d] + last) / 3),
        "<=", mean_reach, by.multiplying(farthest, X / 3),
    )  # fmt: skip
    return p.calc(
        over_k(reach**2),
        "<=", K * mean_square(xmax[d], last), by.lemma(sum_of_squares, A=xmax[d], c=R * eta, j=K),
        "<=", K * mean_reach, by.multiplying(closer, K),
    )  # fmt: skip


@adamw.lemma(
    "reach.mean",
    title="The mean of what the iterates reach is within X",
    for_constants=(R, X),
    given=spread,
    claim=(mean_reach, "<=", X**2),
    witness={R: 2, X: 5},
)
def mean_within_X(p: Proof) -> Theorem:
    p.know(p.use(norm_sign))
    start = p.calc(
        xmax[d],
        "<=", xmax[d] + R * eta * K, by.algebra(),
        "<=", X, by.adding(farthest),
    )  # fmt: skip
    p.know(p.have((0, "<=", X), by.adding(start, norm_sign)))
    return p.calc(
        mean_reach,
        "<=", (xmax[d] * X + 2 * X**2) / 3, by.multiplying(start, (xmax[d] + X) / 3),
        "<=", X**2, by.multiplying(start, X / 3),
    )  # fmt: skip


# --- the denominators, weighted by how far the iterates go --------------------------------------

total_p = over_k(p_k)
total_T = over_k(T[k, i])


@adamw.lemma(
    "decay.coordinate",
    title="What weight decay costs in one coordinate",
    for_constants=(R, X),
    given=[within(K, 1), coordinate, *growing, *signs],
    claim=(over_k(reach**2 * E(D[k, i])), "<=", K * mean_reach * sqrt(Z) + 2 * X**2 * total_p),
    witness={R: 2, X: 5},
    reference="blueprint, instances; L7 with the weights reach^2 <= X^2",
)
def decay_of_coordinate(p: Proof) -> Theorem:
    know_prediction(p)
    kappa = sqrt(beta)
    below_one = p.have((kappa, "<=", 1), by.lemma(root_monotone, x=beta, y=1))
    p.know(p.nonnegative(total_p))
    at = p.within(step)
    at.know(at.use(sign_of_T))
    each = at.calc(
        reach**2 * E(D[k, i]),
        "<=", reach**2 * (sqrt(Z) + (1 - beta) * T[k, i]),
        by.multiplying(mean_denominator, reach**2),
        "<=", reach**2 * sqrt(Z) + X**2 * (1 - beta) * T[k, i],
        by.multiplying(within_X, (1 - beta) * T[k, i]),
    )  # fmt: skip
    return p.calc(
        over_k(reach**2 * E(D[k, i])),
        "<=", sqrt(Z) * over_k(reach**2) + X**2 * (1 - beta) * total_T, by.summing(each, step),
        "<=", K * mean_reach * sqrt(Z) + X**2 * (1 - beta) * total_T,
        by.multiplying(sum_of_reach, sqrt(Z)),
        "==", K * mean_reach * sqrt(Z) + X**2 * (1 + kappa) * ((1 - kappa) * total_T), by.algebra(),
        "<=", K * mean_reach * sqrt(Z) + X**2 * (1 + kappa) * total_p,
        by.multiplying(sum_of_T, X**2 * (1 + kappa)),
        "<=", K * mean_reach * sqrt(Z) + 2 * X**2 * total_p,
        by.multiplying(below_one, X**2 * total_p),
    )  # fmt: skip


@adamw.lemma(
    "decay.total",
    title="What weight decay costs in all",
    for_constants=(R, X),
    given=[*spread, *signs],
    claim=(
        reached,
        "<=",
        mean_reach * (K * sqrt(d) * sqrt(sigma_s**2 + d * eps)) + 2 * X**2 * P,
    ),
    witness={R: 2, X: 5},
    reference="blueprint, instances",
)
def total_decay(p: Proof) -> Theorem:
    know_prediction(p)
    at = p.within(coordinate)
    p.know(p.use(norm_sign))
    return p.calc(
        reached,
        "<=", K * mean_reach * over_i(sqrt(Z)) + 2 * X**2 * tP,
        by.summing(at.use(decay_of_coordinate), coordinate),
        "<=", K * mean_reach * (sqrt(d) * sqrt(sigma_s**2 + d * eps)) + 2 * X**2 * tP,
        by.multiplying(total_noise, K * mean_reach),
        "<=", mean_reach * (K * sqrt(d) * sqrt(sigma_s**2 + d * eps)) + 2 * X**2 * P,
        by.multiplying(predicted_total, 2 * X**2),
    )  # fmt: skip
