"""Stochastic gradient descent attains (1/K) sum_k E||grad f(x^k)||_2 = O(K^{-1/4}).

    x^{k+1} = x^k - eta g^k,        eta = 1/max(L, sigma_s (K L/(2 Delta))^{1/2})

that is eta = min(1/L, (2 Delta/(K L sigma_s^2))^{1/2}), and 1/L without noise. Then

    (1/K) sum_k E||grad f(x^k)||_2 <= 2^{1/4} (sigma_s^2 L Delta/K)^{1/4} + (2 L Delta/K)^{1/2}.

Blueprint, "SGD matches". The constant C = (sigma_s^2 L Delta)^{1/4} is the one AdamW's rate is
measured against.
"""

from ...optimizers.recursions import SGD
from ..language import (
    E,
    Expr,
    Max,
    Min,
    Proof,
    Sum,
    Theorem,
    Theory,
    by,
    root,
    sqrt,
    symbols,
    within,
)
from ..library.inequalities import inequalities, root_subadditive, root_tangent
from ..library.moments import integrable_run
from ..library.setting import stochastic_setting
from ..library.vectors import vectors
from .models import sgd_model

sgd = Theory(
    "sgd",
    "Stochastic gradient descent",
    source="Ghadimi and Lan (2013)",
    extends=(inequalities, vectors),
)
setting = stochastic_setting(sgd, SGD)
K, d, k, i = setting.K, setting.d, setting.k, setting.i
L, fstar, Delta, sigma_s = setting.L, setting.fstar, setting.Delta, setting.sigma_s
f, x, g, G, sigma = setting.f, setting.x, setting.g, setting.G, setting.sigma
(eta,) = symbols("eta")
sgd.witness |= {eta: 1}
sgd.model(sgd_model(setting))
integrable_run(setting)

step, coordinate = within(k, 1, K), within(i, 1, d)


def over_i(term: Expr) -> Expr:
    """The sum over coordinates."""
    return Sum(term, (i, 1, d))


def over_k(term: Expr) -> Expr:
    """The sum over iterations."""
    return Sum(term, (k, 1, K))


squared_norm = over_i(G[k, i] ** 2)
total = over_k(over_i(E(G[k, i] ** 2)))
optimal_step = 1 / Max(L, sigma_s * sqrt(K * L / (2 * Delta)))
bound = sigma_s * sqrt(2 * L * Delta / K) + 2 * L * Delta / K

sgd.introduce(
    r"We bound the mean of the expected norm of the gradient, in $\ell_2$, along the iterates of "
    "stochastic gradient descent, with every constant. It is the bound that those of adaptive "
    "methods are measured against. On every path the objective falls by smoothness; in expectation "
    "this leaves a multiple of the squared gradient; summed up over the steps it bounds the sum of "
    "the squared gradients; the step size balances the initial gap against the noise."
)
sgd.section(
    "Descent",
    "By smoothness a step changes the objective by a linear and a quadratic term. In expectation "
    "the linear one is the squared gradient, the other is that and the noise.",
)


@sgd.lemma(
    "descent",
    title="One step of descent, on every path",
    given=[step],
    claim=(
        f(x[k + 1]),
        "<=",
        f(x[k]) - eta * over_i(G[k, i] * g[k, i]) + L * eta**2 / 2 * over_i(g[k, i] ** 2),
    ),
    reference="blueprint L3 (a)",
)
def descent(p: Proof) -> Theorem:
    move = x[k + 1, i] - x[k, i]
    return p.calc(
        f(x[k + 1]),
        "<=", f(x[k]) + over_i(G[k, i] * move) + L / 2 * over_i(move**2),
        by.axiom("A1", p=x[k], y=x[k + 1]),
        "==", f(x[k]) - eta * over_i(G[k, i] * g[k, i]) + L * eta**2 / 2 * over_i(g[k, i] ** 2),
        by.definition(x),
    )  # fmt: skip


@sgd.lemma(
    "unbiased",
    title="The gradient against its estimate, in expectation",
    given=[step, coordinate],
    claim=(E(G[k, i] * g[k, i]), "==", E(G[k, i] ** 2)),
)
def unbiased(p: Proof) -> Theorem:
    return p.calc(
        E(G[k, i] * g[k, i]),
        "==", E(G[k, i] * E(g[k, i], given=k - 1)), by.tower(),
        "==", E(G[k, i] ** 2), by.rewriting(p.axiom("A2")),
    )  # fmt: skip


@sgd.lemma(
    "second-moment",
    title="Second moment of the stochastic gradient",
    given=[step, coordinate],
    claim=(E(g[k, i] ** 2), "<=", E(G[k, i] ** 2) + sigma[i] ** 2),
)
def second_moment(p: Proof) -> Theorem:
    noise = g[k, i] - G[k, i]
    variance = p.calc(
        E(noise**2),
        "==", E(E(noise**2, given=k - 1)), by.tower(),
        "<=", E(sigma[i] ** 2), by.expectation(p.axiom("A3")),
        "==", sigma[i] ** 2, by.linearity(),
    )  # fmt: skip
    return p.calc(
        E(g[k, i] ** 2),
        "==", E(noise**2) + 2 * E(G[k, i] * g[k, i]) - E(G[k, i] ** 2), by.linearity(),
        "==", E(noise**2) + E(G[k, i] ** 2), by.algebra(unbiased),
        "<=", E(G[k, i] ** 2) + sigma[i] ** 2, by.algebra(variance),
    )  # fmt: skip


@sgd.lemma(
    "expected-descent",
    title="One step of descent, in expectation",
    given=[step, (0, "<", L), (0, "<", eta)],
    claim=(
        E(f(x[k + 1])),
        "<=",
        E(f(x[k]))
        - eta * (1 - L * eta / 2) * over_i(E(G[k, i] ** 2))
        + L * eta**2 / 2 * sigma_s**2,
    ),
)
def expected_descent(p: Proof) -> Theorem:
    moments = p.calc(
        over_i(E(g[k, i] ** 2)),
        "<=", over_i(E(G[k, i] ** 2) + sigma[i] ** 2), by.termwise(i, by.lemma(second_moment)),
        "==", over_i(E(G[k, i] ** 2)) + sigma_s**2, by.definition(sigma_s),
    )  # fmt: skip
    return p.calc(
        E(f(x[k + 1])),
        "<=", E(f(x[k]) - eta * over_i(G[k, i] * g[k, i]) + L * eta**2 / 2 * over_i(g[k, i] ** 2)),
        by.expectation(descent),
        "==",
        E(f(x[k])) - eta * over_i(E(G[k, i] * g[k, i])) + L * eta**2 / 2 * over_i(E(g[k, i] ** 2)),
        by.linearity(),
        "==",
        E(f(x[k])) - eta * over_i(E(G[k, i] ** 2)) + L * eta**2 / 2 * over_i(E(g[k, i] ** 2)),
        by.algebra(
            p.have(
                (over_i(E(G[k, i] * g[k, i])), "==", over_i(E(G[k, i] ** 2))),
                by.termwise(i, by.lemma(unbiased)),
            )
        ),
        "<=",
        E(f(x[k])) - eta * (1 - L * eta / 2) * over_i(E(G[k, i] ** 2))
        + L * eta**2 / 2 * sigma_s**2,
        by.algebra(moments, degree=3),
    )  # fmt: skip


@sgd.lemma(
    "telescoped",
    title="Descent over all steps",
    given=[(0, "<", L), (0, "<", eta), within(K, 1)],
    claim=(
        eta * (1 - L * eta / 2) * total,
        "<=",
        Delta + K * L * eta**2 * sigma_s**2 / 2,
    ),
)
def telescoped(p: Proof) -> Theorem:
    start, end = E(f(x[1])), E(f(x[K + 1]))
    last = p.calc(
        fstar, "==", E(fstar), by.linearity(), "<=", end, by.expectation(p.axiom("A0", p=x[K + 1]))
    )
    return p.calc(
        eta * (1 - L * eta / 2) * total,
        "<=", over_k(E(f(x[k])) - E(f(x[k + 1])) + L * eta**2 / 2 * sigma_s**2),
        by.summing(expected_descent, step),
        "==", start - end + K * L * eta**2 * sigma_s**2 / 2, by.telescoping(E(f(x[k])), step),
        "<=", start - fstar + K * L * eta**2 * sigma_s**2 / 2, by.algebra(last),
        "==", Delta + K * L * eta**2 * sigma_s**2 / 2, by.definition(Delta),
    )  # fmt: skip


s, D, n, S = symbols("s D n S")


sgd.section(
    "The step size and the rate",
    "It remains to choose the step size, and to pass from squares to norms by Jensen's inequality, "
    "which is here a tangent of the root.",
)


@sgd.lemma(
    "step-size",
    title="What the step size balances",
    for_constants=(S, D, n, s),
    given=[
        (0, "<", L),
        (0, "<", D),
        (0, "<", n),
        (0, "<=", s),
        (0, "<=", S),
        (eta, "==", 1 / Max(L, s * sqrt(n * L / (2 * D)))),
        (eta * (1 - L * eta / 2) * S, "<=", D + n * L * eta**2 * s**2 / 2),
    ],
    claim=(S, "<=", n * (s * sqrt(2 * L * D / n) + 2 * L * D / n)),
    witness={S: 0, D: 1, n: 2, s: 1},
    reference="blueprint, SGD: 1/(1 - u/2) <= 1 + u on [0, 1] with u = L eta",
)
def step_size(p: Proof) -> Theorem:
    w = s * sqrt(n * L / (2 * D))
    h = Max(L, w)
    chosen = p.assumption((eta, "==", 1 / h))
    descent = p.assumption((eta * (1 - L * eta / 2) * S, "<=", D + n * L * eta**2 * s**2 / 2))
    short = p.have((L * eta, "<=", 1), by.algebra(chosen))
    unit = p.have((h * eta, "==", 1), by.algebra(chosen))
    noise = p.have((n * L * s**2, "==", 2 * D * w**2), by.algebra())
    return p.calc(
        S,
        "<=", (1 + L * eta) * (1 - L * eta / 2) * S, by.algebra(short),
        "==", (1 + L * eta) * h * (eta * (1 - L * eta / 2) * S),
        by.multiplying(unit, -(1 + L * eta) * (1 - L * eta / 2) * S),
        "<=", (1 + L * eta) * h * (D + n * L * eta**2 * s**2 / 2),
        by.multiplying(descent, (1 + L * eta) * h),
        "==", (1 + L / h) * h * (D + n * L * s**2 / (2 * h**2)), by.rewriting(chosen),
        "==", D * (1 + L / h) * (h + w**2 / h), by.multiplying(noise, (1 + L / h) / (2 * h)),
        "<=", 2 * D * (w + L), by.algebra(),
        "==", n * (s * sqrt(2 * L * D / n) + 2 * L * D / n), by.algebra(),
    )  # fmt: skip


@sgd.theorem(
    "rate",
    title="SGD's rate, measured by the l2 norm",
    given=[within(K, 1), (0, "<", L), (0, "<", Delta), (eta, "==", optimal_step)],
    claim=(
        over_k(E(sqrt(squared_norm))) / K,
        "<=",
        root(2, 4) * root(sigma_s**2 * L * Delta / K, 4) + sqrt(2 * L * Delta / K),
    ),
    reference="blueprint, SGD matches",
)
def rate(p: Proof) -> Theorem:
    p.know(p.have((0, "<=", sigma_s), by.definition(sigma_s)))
    positive = p.have((0, "<", eta), by.algebra())
    at = p.within(step, coordinate)
    square = at.calc(
        0, "==", E(0), by.linearity(),
        "<=", E(G[k, i] ** 2), by.expectation(at.have((0, "<=", G[k, i] ** 2), by.algebra())),
    )  # fmt: skip
    nonnegative = p.have((0, "<=", total), by.summing(square, coordinate, step))
    mean = p.have(
        (total, "<=", K * bound),
        by.lemma(
            step_size, nonnegative, p.use(telescoped, positive), S=total, D=Delta, n=K, s=sigma_s
        ),
    )
    y = sqrt(bound)
    at = p.within(step)
    one_step = at.calc(
        E(sqrt(squared_norm)),
        "<=", E(y / 2 + squared_norm / (2 * y)),
        by.expectation(at.use(root_tangent, t=squared_norm, y=y)),
        "==", y / 2 + over_i(E(G[k, i] ** 2)) / (2 * y), by.linearity(),
    )  # fmt: skip
    return p.calc(
        over_k(E(sqrt(squared_norm))) / K,
        "<=", over_k(y / 2 + over_i(E(G[k, i] ** 2)) / (2 * y)) / K,
        by.multiplying(p.sum(one_step, step), 1 / K),
        "==", y / 2 + total / (2 * y * K), by.algebra(),
        "<=", y / 2 + bound / (2 * y), by.multiplying(mean, 1 / (2 * y * K)),
        "==", y, by.algebra(),
        "<=", sqrt(sigma_s * sqrt(2 * L * Delta / K)) + sqrt(2 * L * Delta / K),
        by.lemma(root_subadditive, x=sigma_s * sqrt(2 * L * Delta / K), y=2 * L * Delta / K),
        "==", root(2, 4) * root(sigma_s**2 * L * Delta / K, 4) + sqrt(2 * L * Delta / K),
        by.algebra(),
    )  # fmt: skip


@sgd.theorem(
    "rate.min",
    title="SGD's rate, with the step size as it is usually written",
    given=[
        within(K, 1),
        (0, "<", L),
        (0, "<", Delta),
        (0, "<", sigma_s),
        (eta, "==", Min(1 / L, sqrt(2 * Delta / (K * L * sigma_s**2)))),
    ],
    claim=(
        over_k(E(sqrt(squared_norm))) / K,
        "<=",
        root(2, 4) * root(sigma_s**2 * L * Delta / K, 4) + sqrt(2 * L * Delta / K),
    ),
    reference="blueprint, SGD matches",
)
def rate_min(p: Proof) -> Theorem:
    same = p.have((eta, "==", optimal_step), by.algebra())
    return p.use(rate, same)
