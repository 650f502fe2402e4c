"""L4 and L5: how far the momentum is from the gradient, in mean square."""

from ...language import E, Proof, Sum, Theorem, by, point, symbols, within
from .momentum import excess
from .setting import (
    Delta,
    G,
    K,
    L,
    adamw,
    coordinate,
    displacement,
    f,
    floored,
    fstar,
    g,
    i,
    k,
    m,
    mixing,
    momentum_error,
    mu,
    n,
    over_i,
    over_k,
    sigma,
    sigma_s,
    smoothing,
    step,
    theta,
    x,
)

noise = g[k, i] - G[k, i]


adamw.section(
    "The error of the momentum",
    "The momentum lags behind the gradient. Its error contracts from step to step, up to "
    "the length of a step and fresh noise.",
)


@adamw.lemma(
    "noise",
    title="Variance of the noise",
    given=[step, coordinate, *floored],
    claim=(E(noise**2), "<=", sigma[i] ** 2),
)
def variance(p: Proof) -> Theorem:
    return p.calc(
        E(noise**2),
        "==", E(E(noise**2, given=k - 1)), by.tower(),
        "<=", E(sigma[i] ** 2), by.expectation(p.axiom("A3")),
        "==", sigma[i] ** 2, by.linearity(),
    )  # fmt: skip


@adamw.lemma(
    "L4.coordinate",
    title="Momentum error of a coordinate, before and after the fresh gradient",
    given=[step, coordinate, *floored],
    claim=(
        E((m[k, i] - G[k, i]) ** 2),
        "==",
        theta**2 * E((m[k - 1, i] - G[k, i]) ** 2) + (1 - theta) ** 2 * E(noise**2),
    ),
    reference="blueprint L4: the cross term with the noise integrates to 0",
)
def split_error(p: Proof) -> Theorem:
    old = m[k - 1, i] - G[k, i]
    return p.calc(
        E((m[k, i] - G[k, i]) ** 2),
        "==", E((theta * old + (1 - theta) * noise) ** 2), by.definition(m, k=k),
        "==",
        theta**2 * E(old**2) + 2 * theta * (1 - theta) * E(old * noise)
        + (1 - theta) ** 2 * E(noise**2),
        by.linearity(),
        "==", theta**2 * E(old**2) + (1 - theta) ** 2 * E(noise**2),
        by.algebra(uncorrelated(p, old)),
    )  # fmt: skip


def uncorrelated(p: Proof, known: object) -> Theorem:
    """``E[h (g^k - G^k)] = 0`` for an h known before step k."""
    return p.calc(
        E(known * noise),
        "==", E(known * (E(g[k, i], given=k - 1) - G[k, i])), by.tower(),
        "==", E(known * (G[k, i] - G[k, i])), by.rewriting(p.axiom("A2")),
        "==", 0, by.linearity(),
    )  # fmt: skip


@adamw.lemma(
    "gradient-gap",
    title="The gradient against the gap",
    given=[(0, "<", L)],
    claim=(over_i(G[k, i] ** 2), "<=", 2 * L * (f(x[k]) - fstar)),
    reference="blueprint L4: descent at y = x - grad f(x)/L, and A0",
)
def gradient_gap(p: Proof) -> Theorem:
    y = point(lambda i: x[k, i] - G[k, i] / L)
    return p.calc(
        over_i(G[k, i] ** 2),
        "<=", 2 * L * (f(x[k]) - f(y)), by.multiplying(p.axiom("A1", p=x[k], y=y), 2 * L),
        "<=", 2 * L * (f(x[k]) - fstar), by.multiplying(p.axiom("A0", p=y), 2 * L),
    )  # fmt: skip


@adamw.lemma(
    "L4.first",
    title="Momentum error at the first step",
    given=[within(K, 1), (0, "<", L), (0, "<=", theta), *floored],
    claim=(
        momentum_error[1],
        "<=",
        2 * theta**2 * L * Delta + (1 - theta) ** 2 * sigma_s**2,
    ),
    reference="blueprint L4",
)
def first_error(p: Proof) -> Theorem:
    at = p.within(coordinate)
    each = at.calc(
        E((m[1, i] - G[1, i]) ** 2),
        "==",
        theta**2 * E((m[0, i] - G[1, i]) ** 2) + (1 - theta) ** 2 * E((g[1, i] - G[1, i]) ** 2),
        by.lemma(split_error, k=1),
        "==", theta**2 * G[1, i] ** 2 + (1 - theta) ** 2 * E((g[1, i] - G[1, i]) ** 2),
        by.definition(m),
        "<=", theta**2 * G[1, i] ** 2 + (1 - theta) ** 2 * sigma[i] ** 2,
        by.multiplying(at.use(variance, k=1), (1 - theta) ** 2),
    )  # fmt: skip
    gap = p.calc(
        over_i(G[1, i] ** 2),
        "<=", 2 * L * (f(x[1]) - fstar), by.lemma(gradient_gap, k=1),
        "==", 2 * L * Delta, by.definition(Delta),
    )  # fmt: skip
    return p.calc(
        momentum_error[1],
        "<=", theta**2 * over_i(G[1, i] ** 2) + (1 - theta) ** 2 * over_i(sigma[i] ** 2),
        by.summing(each, coordinate),
        "<=", theta**2 * (2 * L * Delta) + (1 - theta) ** 2 * over_i(sigma[i] ** 2),
        by.multiplying(gap, theta**2),
        "==", 2 * theta**2 * L * Delta + (1 - theta) ** 2 * sigma_s**2, by.definition(sigma_s),
    )  # fmt: skip


# --- one step of the recursion ------------------------------------------------------------------

t, a0, c0 = symbols("t a0 c0")
weight = [(0, "<=", t), (t, "<", 1)]
k1 = 1 - t * (1 - theta)
drift = theta**2 * k1 / ((1 - t) * (1 - theta))


@adamw.lemma(
    "L4.young",
    title="Young's inequality with the weight t",
    for_all=(a0, c0),
    for_constants=(t,),
    given=[*smoothing, (t, "<", 1)],
    claim=(theta**2 * (a0 + c0) ** 2, "<=", theta * k1 * a0**2 + drift * c0**2),
    witness={t: 0, a0: 1, c0: 1},
    reference="blueprint L4: the difference is theta ((1-t)(1-theta)a-theta c)^2/((1-t)(1-theta))",
)
def weighted_young(p: Proof) -> Theorem:
    return p.have(
        (theta**2 * (a0 + c0) ** 2, "<=", theta * k1 * a0**2 + drift * c0**2),
        by.algebra(hints=((1 - t) * (1 - theta) * a0 - theta * c0,)),
    )


@adamw.lemma(
    "L4.step",
    title="Momentum error, from one step to the next",
    for_constants=(t,),
    given=[within(k, 2, K), *smoothing, (t, "<", 1), *floored],
    claim=(
        momentum_error[k],
        "<=",
        theta * k1 * momentum_error[k - 1]
        + drift * displacement[k - 1]
        + (1 - theta) ** 2 * sigma_s**2,
    ),
    witness={k: 2, t: 0},
    reference="blueprint L4",
)
def error_step(p: Proof) -> Theorem:
    at = p.within(coordinate)
    old, turn = m[k - 1, i] - G[k - 1, i], G[k - 1, i] - G[k, i]
    expanded = at.calc(
        theta**2 * E((m[k - 1, i] - G[k, i]) ** 2),
        "==", E(theta**2 * (old + turn) ** 2), by.linearity(),
        "<=", E(theta * k1 * old**2 + drift * turn**2),
        by.expectation(at.use(weighted_young, a0=old, c0=turn)),
        "==", theta * k1 * E(old**2) + drift * E(turn**2), by.linearity(),
    )  # fmt: skip
    each = at.calc(
        E((m[k, i] - G[k, i]) ** 2),
        "==",
        theta**2 * E((m[k - 1, i] - G[k, i]) ** 2) + (1 - theta) ** 2 * E(noise**2),
        by.lemma(split_error),
        "<=", theta * k1 * E(old**2) + drift * E(turn**2) + (1 - theta) ** 2 * E(noise**2),
        by.adding(expanded),
        "<=", theta * k1 * E(old**2) + drift * E(turn**2) + (1 - theta) ** 2 * sigma[i] ** 2,
        by.multiplying(at.use(variance), (1 - theta) ** 2),
    )  # fmt: skip
    smooth = p.calc(
        over_i(E(turn**2)),
        "==", E(over_i(turn**2)), by.linearity(),
        "<=", E(L**2 * over_i((x[k - 1, i] - x[k, i]) ** 2)),
        by.expectation(p.axiom("A1.gradient", p=x[k - 1], y=x[k])),
        "==", displacement[k - 1], by.linearity(),
    )  # fmt: skip
    return p.calc(
        momentum_error[k],
        "<=",
        theta * k1 * momentum_error[k - 1] + drift * over_i(E(turn**2))
        + (1 - theta) ** 2 * over_i(sigma[i] ** 2),
        by.summing(each, coordinate),
        "<=",
        theta * k1 * momentum_error[k - 1] + drift * displacement[k - 1]
        + (1 - theta) ** 2 * over_i(sigma[i] ** 2),
        by.multiplying(smooth, drift),
        "==",
        theta * k1 * momentum_error[k - 1] + drift * displacement[k - 1]
        + (1 - theta) ** 2 * sigma_s**2,
        by.definition(sigma_s),
    )  # fmt: skip


@adamw.lemma(
    "L4",
    introduction="Summing the recursion, and moving its contraction to the left, bounds the "
    "error over all steps.",
    title="Momentum error, over all steps",
    for_constants=(t,),
    given=[within(K, 1), (0, "<", L), *smoothing, (t, "<", 1), *floored],
    claim=(
        (1 + t * theta) * over_k(momentum_error[k]),
        "<=",
        2 * theta**2 * L * Delta / (1 - theta)
        + theta**2 * k1 / ((1 - t) * (1 - theta) ** 2) * over_k(displacement[k])
        + K * (1 - theta) * sigma_s**2,
    ),
    witness={t: 0},
    reference="blueprint L4",
)
def error_sum(p: Proof) -> Theorem:
    errors, moves = over_k(momentum_error[k]), over_k(displacement[k])
    past_errors = Sum(momentum_error[k], (k, 1, K - 1))
    past_moves = Sum(displacement[k], (k, 1, K - 1))
    start = 2 * theta**2 * L * Delta + (1 - theta) ** 2 * sigma_s**2
    rest = within(k, 2, K)
    fewer_errors, fewer_moves = (
        p.have(
            (Sum(term[k], (k, 1, K - 1)), "<=", over_k(term[k])),
            by.algebra(p.last(term[k], step), p.nonnegative(term[K]), alone=True),
        )
        for term in (momentum_error, displacement)
    )
    recursion = p.calc(
        errors,
        "==", momentum_error[1] + Sum(momentum_error[k], (k, 2, K)),
        by.algebra(p.first(momentum_error[k], step)),
        "<=",
        start + theta * k1 * past_errors + drift * past_moves
        + (K - 1) * (1 - theta) ** 2 * sigma_s**2,
        by.adding(first_error, p.sum(p.within(rest).use(error_step), rest)),
        "<=",
        start + theta * k1 * errors + drift * past_moves
        + (K - 1) * (1 - theta) ** 2 * sigma_s**2,
        by.multiplying(fewer_errors, theta * k1),
        "<=",
        start + theta * k1 * errors + drift * moves + (K - 1) * (1 - theta) ** 2 * sigma_s**2,
        by.multiplying(fewer_moves, drift),
    )  # fmt: skip
    return p.calc(
        (1 + t * theta) * errors,
        "==", (1 - theta * k1) * errors / (1 - theta), by.algebra(),
        "<=",
        (2 * theta**2 * L * Delta + drift * moves + K * (1 - theta) ** 2 * sigma_s**2)
        / (1 - theta),
        by.multiplying(recursion, 1 / (1 - theta)),
        "==",
        2 * theta**2 * L * Delta / (1 - theta)
        + theta**2 * k1 / ((1 - t) * (1 - theta) ** 2) * moves
        + K * (1 - theta) * sigma_s**2,
        by.algebra(),
    )  # fmt: skip


# --- double momentum ----------------------------------------------------------------------------


@adamw.lemma(
    "L5",
    title="Double momentum",
    given=[step, (theta, "<", 1), *mixing, *floored],
    claim=(
        over_i(E((n[k, i] - G[k, i]) ** 2)),
        "<=",
        mu**2 * momentum_error[k] + excess * sigma_s**2,
    ),
    reference="blueprint L5; excess = (1-mu)((1-mu) + 2 mu (1-theta))",
)
def mixed_error(p: Proof) -> Theorem:
    at = p.within(coordinate)
    old = m[k - 1, i] - G[k, i]
    at.know(at.have((0, "<=", excess), by.algebra()))
    each = at.calc(
        E((n[k, i] - G[k, i]) ** 2),
        "==", E((mu * theta * old + (1 - mu * theta) * noise) ** 2), by.definition(n, m, k=k),
        "==",
        mu**2 * (theta**2 * E(old**2)) + 2 * mu * theta * (1 - mu * theta) * E(old * noise)
        + (1 - mu * theta) ** 2 * E(noise**2),
        by.linearity(),
        "==", mu**2 * (theta**2 * E(old**2)) + (1 - mu * theta) ** 2 * E(noise**2),
        by.algebra(uncorrelated(at, old)),
        "==", mu**2 * E((m[k, i] - G[k, i]) ** 2) + excess * E(noise**2),
        by.algebra(at.use(split_error)),
        "<=", mu**2 * E((m[k, i] - G[k, i]) ** 2) + excess * sigma[i] ** 2,
        by.multiplying(at.use(variance), excess),
    )  # fmt: skip
    return p.calc(
        over_i(E((n[k, i] - G[k, i]) ** 2)),
        "<=", mu**2 * momentum_error[k] + excess * over_i(sigma[i] ** 2),
        by.summing(each, coordinate),
        "==", mu**2 * momentum_error[k] + excess * sigma_s**2, by.definition(sigma_s),
    )  # fmt: skip
