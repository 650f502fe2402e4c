"""SGD with momentum attains SGD's rate, for every decay theta of the momentum.

    m^k = theta m^{k-1} + (1-theta) g^k,        x^{k+1} = x^k - eta m^k,        0 <= theta < 1

With kappa = (1+theta)/(1-theta), s = (1-theta)^{1/2} sigma_s and
eta = 1/max(kappa L, s (K kappa L/(2 Delta))^{1/2}),

    (1/K) sum_k E||grad f(x^k)||_2
        <= 2^{1/4} ((1+theta) sigma_s^2 L Delta/K)^{1/4} + (2 kappa L Delta/K)^{1/2}.

At theta = 0 this is SGD's rate, constant for constant. The proof follows, step by step,

    f(x^k) - eta/(1-theta) <grad f(x^k), m^k> + kappa L eta^2/(2 (1-theta)) ||m^k||_2^2,

whose first two terms are the first order expansion of f at z^{k+1} = x^k - eta/(1-theta) m^k, the
sequence that moves by z^{k+1} = z^k - eta g^k. So f is never evaluated at z^k but once, at the end.
"""

from ...optimizers.recursions import MOMENTUM
from ..language import (
    E,
    Expr,
    Max,
    Proof,
    Rational,
    Sum,
    Theorem,
    Theory,
    by,
    point,
    root,
    sqrt,
    symbols,
    within,
)
from ..language.symbols import Process
from ..library.inequalities import inequalities, root_subadditive, root_tangent
from ..library.moments import integrable_run
from ..library.setting import stochastic_setting
from ..library.vectors import vectors
from .models import momentum_model

momentum = Theory(
    "momentum",
    "Stochastic gradient descent with momentum",
    source="constants and proof are our own; the sequence z^k is that of Ghadimi et al. (2015)",
    extends=(inequalities, vectors),
)
setting = stochastic_setting(momentum, MOMENTUM)
K, d, k, i = setting.K, setting.d, setting.k, setting.i
L, fstar, Delta, sigma_s = setting.L, setting.fstar, setting.Delta, setting.sigma_s
f, x, g, G, sigma = setting.f, setting.x, setting.g, setting.G, setting.sigma
eta, theta = symbols("eta theta")
m = Process("m")
momentum.witness |= {eta: 1, theta: 0}
momentum.model(momentum_model(setting))
momentum.introduce(
    "The direction of a step is an average of all gradient estimates so far, with weights that "
    "decay by $\\theta$. For every $\\theta$ this costs a factor $1+\\theta$ at the noise, "
    "and $(1+\\theta)/(1-\\theta)$ at what remains without noise."
)
integrable_run(setting, (m,))

step, before_last, axis = within(k, 1, K), within(k, 1, K - 1), within(i, 1, d)
decay = ((0, "<=", theta), (theta, "<", 1))
usual = ((0, "<", L), (0, "<", eta))
kappa = (1 + theta) / (1 - theta)


def over_i(term: Expr) -> Expr:
    """The sum over coordinates."""
    return Sum(term, (i, 1, d))


def over_k(term: Expr) -> Expr:
    """The sum over iterations."""
    return Sum(term, (k, 1, K))


def size(k: Expr) -> Expr:
    """E||m^k||_2^2."""
    return over_i(E(m[k, i] ** 2))


def slope(k: Expr) -> Expr:
    """E<grad f(x^k), m^k>."""
    return over_i(E(G[k, i] * m[k, i]))


def square(k: Expr) -> Expr:
    """E||grad f(x^k)||_2^2."""
    return over_i(E(G[k, i] ** 2))


total = over_k(over_i(E(G[k, i] ** 2)))

momentum.section("The momentum", "What one step makes of the momentum, in expectation.")


@momentum.lemma(
    "unbiased",
    title="The gradient against its estimate, in expectation",
    given=[step, axis],
    claim=(E(G[k, i] * g[k, i]), "==", E(G[k, i] ** 2)),
)
def unbiased(p: Proof) -> Theorem:
    return p.calc(
        E(G[k, i] * g[k, i]),
        "==", E(G[k, i] * E(g[k, i], given=k - 1)), by.tower(),
        "==", E(G[k, i] ** 2), by.rewriting(p.axiom("A2")),
    )  # fmt: skip


@momentum.lemma(
    "unbiased.past",
    title="The momentum against the gradient estimate, in expectation",
    given=[step, axis],
    claim=(E(m[k - 1, i] * g[k, i]), "==", E(m[k - 1, i] * G[k, i])),
)
def unbiased_past(p: Proof) -> Theorem:
    return p.calc(
        E(m[k - 1, i] * g[k, i]),
        "==", E(m[k - 1, i] * E(g[k, i], given=k - 1)), by.tower(),
        "==", E(m[k - 1, i] * G[k, i]), by.rewriting(p.axiom("A2")),
    )  # fmt: skip


@momentum.lemma(
    "size",
    title="The size of the momentum",
    given=[step, axis, *decay],
    claim=(
        E(m[k, i] ** 2),
        "<=",
        theta * E(m[k - 1, i] ** 2)
        + (1 - theta) * E(G[k, i] ** 2)
        + (1 - theta) ** 2 * sigma[i] ** 2,
    ),
    introduction="The noise is independent of the past, and the rest an average.",
)
def momentum_size(p: Proof) -> Theorem:
    noise, past = (g[k, i] - G[k, i]) ** 2, theta * m[k - 1, i] + (1 - theta) * G[k, i]
    variance = p.calc(
        E(noise),
        "==", E(E(noise, given=k - 1)), by.tower(),
        "<=", E(sigma[i] ** 2), by.expectation(p.axiom("A3")),
        "==", sigma[i] ** 2, by.linearity(),
    )  # fmt: skip
    average = p.have(
        (past**2, "<=", theta * m[k - 1, i] ** 2 + (1 - theta) * G[k, i] ** 2),
        by.algebra(hints=(m[k - 1, i] - G[k, i],)),
    )
    mean = p.calc(
        E(past**2),
        "<=", E(theta * m[k - 1, i] ** 2 + (1 - theta) * G[k, i] ** 2), by.expectation(average),
        "==", theta * E(m[k - 1, i] ** 2) + (1 - theta) * E(G[k, i] ** 2), by.linearity(),
    )  # fmt: skip
    same = p.calc(
        E(m[k, i] ** 2),
        "==", E((theta * m[k - 1, i] + (1 - theta) * g[k, i]) ** 2), by.definition(m, k=k),
        "==", E(past**2) + (1 - theta) ** 2 * E(noise)
        + 2 * (1 - theta) * theta * (E(m[k - 1, i] * g[k, i]) - E(m[k - 1, i] * G[k, i]))
        + 2 * (1 - theta) ** 2 * (E(G[k, i] * g[k, i]) - E(G[k, i] ** 2)), by.linearity(),
        "==", E(past**2) + (1 - theta) ** 2 * E(noise), by.algebra(unbiased, unbiased_past),
    )  # fmt: skip
    return p.calc(
        E(m[k, i] ** 2),
        "==", E(past**2) + (1 - theta) ** 2 * E(noise), by.algebra(same),
        "<=", E(past**2) + (1 - theta) ** 2 * sigma[i] ** 2,
        by.multiplying(variance, (1 - theta) ** 2),
        "<=", theta * E(m[k - 1, i] ** 2) + (1 - theta) * E(G[k, i] ** 2)
        + (1 - theta) ** 2 * sigma[i] ** 2, by.algebra(mean),
    )  # fmt: skip


@momentum.lemma(
    "size.all",
    title="The size of the momentum, in all coordinates",
    given=[step, *decay],
    claim=(
        size(k),
        "<=",
        theta * size(k - 1) + (1 - theta) * square(k) + (1 - theta) ** 2 * sigma_s**2,
    ),
)
def size_all(p: Proof) -> Theorem:
    return p.calc(
        size(k),
        "<=", over_i(
            theta * E(m[k - 1, i] ** 2) + (1 - theta) * E(G[k, i] ** 2)
            + (1 - theta) ** 2 * sigma[i] ** 2
        ), by.termwise(i, by.lemma(momentum_size)),
        "==", theta * size(k - 1) + (1 - theta) * square(k) + (1 - theta) ** 2 * sigma_s**2,
        by.definition(sigma_s),
    )  # fmt: skip


@momentum.lemma(
    "slope",
    title="The momentum against the gradient",
    given=[step],
    claim=(
        slope(k),
        "==",
        theta * over_i(E(G[k, i] * m[k - 1, i])) + (1 - theta) * square(k),
    ),
)
def slope_now(p: Proof) -> Theorem:
    at = p.within(axis)
    each = at.calc(
        E(G[k, i] * m[k, i]),
        "==", E(G[k, i] * (theta * m[k - 1, i] + (1 - theta) * g[k, i])), by.definition(m, k=k),
        "==", theta * E(G[k, i] * m[k - 1, i]) + (1 - theta) * E(G[k, i] * g[k, i]),
        by.linearity(),
        "==", theta * E(G[k, i] * m[k - 1, i]) + (1 - theta) * E(G[k, i] ** 2),
        by.algebra(at.use(unbiased)),
    )  # fmt: skip
    return p.calc(
        slope(k),
        "==", theta * over_i(E(G[k, i] * m[k - 1, i])) + (1 - theta) * square(k),
        by.summing(each, axis),
    )  # fmt: skip


momentum.section("One step")


@momentum.lemma(
    "descent",
    title="One step of descent, in expectation",
    given=[step],
    claim=(E(f(x[k + 1])), "<=", E(f(x[k])) - eta * slope(k) + L * eta**2 / 2 * size(k)),
)
def descent(p: Proof) -> Theorem:
    move = x[k + 1, i] - x[k, i]
    path = p.calc(
        f(x[k + 1]),
        "<=", f(x[k]) + over_i(G[k, i] * move) + L / 2 * over_i(move**2),
        by.axiom("A1", p=x[k], y=x[k + 1]),
        "==", f(x[k]) - eta * over_i(G[k, i] * m[k, i]) + L * eta**2 / 2 * over_i(m[k, i] ** 2),
        by.definition(x, k=k),
    )  # fmt: skip
    return p.calc(
        E(f(x[k + 1])),
        "<=", E(f(x[k]) - eta * over_i(G[k, i] * m[k, i]) + L * eta**2 / 2 * over_i(m[k, i] ** 2)),
        by.expectation(path),
        "==", E(f(x[k])) - eta * slope(k) + L * eta**2 / 2 * size(k), by.linearity(),
    )  # fmt: skip


@momentum.lemma(
    "turn",
    title="The gradient turns little in one step",
    given=[before_last, (0, "<", eta)],
    claim=(slope(k) - L * eta * size(k), "<=", over_i(E(G[k + 1, i] * m[k, i]))),
    introduction="A1 between $x^k$ and $x^{k+1}$, in both directions.",
)
def turn(p: Proof) -> Theorem:
    ahead, back = p.axiom("A1", p=x[k], y=x[k + 1]), p.axiom("A1", p=x[k + 1], y=x[k])
    move = x[k + 1, i] - x[k, i]
    both = p.calc(
        0,
        "<=", over_i(G[k, i] * move) - over_i(G[k + 1, i] * move) + L * over_i(move**2),
        by.algebra(ahead, back),
        "==", eta * over_i(G[k + 1, i] * m[k, i]) - eta * over_i(G[k, i] * m[k, i])
        + L * eta**2 * over_i(m[k, i] ** 2), by.definition(x, k=k),
    )  # fmt: skip
    path = p.have(
        (
            over_i(G[k, i] * m[k, i]) - L * eta * over_i(m[k, i] ** 2),
            "<=",
            over_i(G[k + 1, i] * m[k, i]),
        ),
        by.multiplying(both, 1 / eta),
    )
    return p.calc(
        slope(k) - L * eta * size(k),
        "==", E(over_i(G[k, i] * m[k, i]) - L * eta * over_i(m[k, i] ** 2)), by.linearity(),
        "<=", E(over_i(G[k + 1, i] * m[k, i])), by.expectation(path),
        "==", over_i(E(G[k + 1, i] * m[k, i])), by.linearity(),
    )  # fmt: skip


momentum.section("All steps")
(j,) = symbols("j")


def gained(k: Expr) -> Expr:
    """What the descent after k steps is paid with."""
    squares = Sum(over_i(E(G[j, i] ** 2)), (j, 1, k))
    return (
        E(f(x[1])) - E(f(x[k])) + eta * slope(k) / (1 - theta)
        + kappa / 2 * L * eta**2
        * (squares + (1 - theta) * k * sigma_s**2 - size(k) / (1 - theta))
        - eta * squares
    )  # fmt: skip


@momentum.lemma(
    "gained",
    title="The potential after some steps",
    given=[step, *decay, *usual],
    claim=(0, "<=", gained(k)),
)
def gained_all(p: Proof) -> Theorem:
    each = over_i(E(G[j, i] ** 2))

    def base(p: Proof) -> Theorem:
        first = p.use(slope_now, k=1)
        none = p.have((over_i(E(G[1, i] * m[0, i])), "==", 0), by.definition(m))
        flat = p.have((size(0), "==", 0), by.definition(m))
        lengths = p.use(size_all, k=1)
        only = p.last(each, within(j, 1, 1))
        return p.have((0, "<=", gained(1)), by.algebra(first, none, flat, lengths, only))

    def induction_step(p: Proof, before: Theorem) -> Theorem:
        top = p.last(each, within(j, 1, k))
        return p.have(
            (0, "<=", gained(k)),
            by.algebra(
                before,
                top,
                p.use(descent, k=k - 1),
                p.use(turn, k=k - 1),
                p.use(slope_now),
                p.use(size_all),
            ),
        )

    return p.induction((0, "<=", gained(k)), step, base, induction_step)


@momentum.lemma(
    "telescoped",
    title="Descent over all steps",
    given=[within(K, 1), *decay, *usual],
    claim=(
        eta * (1 - kappa * L * eta / 2) * total,
        "<=",
        Delta + K * L * eta**2 * ((1 + theta) * sigma_s**2) / 2,
    ),
)
def telescoped(p: Proof) -> Theorem:
    c = eta / (1 - theta)
    ahead = point(lambda j: x[K, j] - c * m[K, j])
    path = p.calc(
        fstar,
        "<=", f(ahead), by.axiom("A0", p=ahead),
        "<=", f(x[K]) - c * over_i(G[K, i] * m[K, i]) + L * c**2 / 2 * over_i(m[K, i] ** 2),
        by.algebra(p.axiom("A1", p=x[K], y=ahead)),
    )  # fmt: skip
    least = p.calc(
        fstar,
        "==", E(fstar), by.linearity(),
        "<=", E(f(x[K]) - c * over_i(G[K, i] * m[K, i]) + L * c**2 / 2 * over_i(m[K, i] ** 2)),
        by.expectation(path),
        "==", E(f(x[K])) - c * slope(K) + L * c**2 / 2 * size(K), by.linearity(),
    )  # fmt: skip
    start = p.have((E(f(x[1])), "==", Delta + fstar), by.definition(Delta))
    whole, squares = p.use(gained_all, k=K), p.nonnegative(size(K))
    spare = p.have((0, "<=", theta * L * c**2 / 2 * size(K)), by.algebra(squares))
    return p.have(
        (
            eta * (1 - kappa * L * eta / 2) * total,
            "<=",
            Delta + K * L * eta**2 * ((1 + theta) * sigma_s**2) / 2,
        ),
        by.algebra(whole, least, start, spare),
    )


momentum.section("The rate")
S, D, n, s, c, e, w_ = symbols("S D n s c e w")
balanced = s * sqrt(2 * c * D / n) + 2 * c * D / n


@momentum.lemma(
    "step-size.positive",
    title="The step size is positive",
    for_constants=(c, w_, e),
    given=[(0, "<", c), (e, "==", 1 / Max(c, w_))],
    claim=(0, "<", e),
    witness={c: 1, w_: 1, e: 1},
)
def step_positive(p: Proof) -> Theorem:
    return p.have((0, "<", e), by.algebra())


@momentum.lemma(
    "step-size",
    title="What the step size balances",
    for_constants=(S, D, n, s, c, e),
    given=[
        (0, "<", c),
        (0, "<", D),
        (0, "<", n),
        (0, "<=", s),
        (0, "<=", S),
        (e, "==", 1 / Max(c, s * sqrt(n * c / (2 * D)))),
        (e * (1 - c * e / 2) * S, "<=", D + n * c * e**2 * s**2 / 2),
    ],
    claim=(S, "<=", n * balanced),
    witness={S: 0, D: 1, n: 2, s: 1, c: 1, e: 1},
    reference="blueprint, SGD: 1/(1 - u/2) <= 1 + u on [0, 1] with u = c e",
)
def step_size(p: Proof) -> Theorem:
    w = s * sqrt(n * c / (2 * D))
    h = Max(c, w)
    chosen = p.assumption((e, "==", 1 / h))
    descended = p.assumption((e * (1 - c * e / 2) * S, "<=", D + n * c * e**2 * s**2 / 2))
    short = p.have((c * e, "<=", 1), by.algebra(chosen))
    unit = p.have((h * e, "==", 1), by.algebra(chosen))
    noise = p.have((n * c * s**2, "==", 2 * D * w**2), by.algebra())
    return p.calc(
        S,
        "<=", (1 + c * e) * (1 - c * e / 2) * S, by.algebra(short),
        "==", (1 + c * e) * h * (e * (1 - c * e / 2) * S),
        by.multiplying(unit, -(1 + c * e) * (1 - c * e / 2) * S),
        "<=", (1 + c * e) * h * (D + n * c * e**2 * s**2 / 2),
        by.multiplying(descended, (1 + c * e) * h),
        "==", (1 + c / h) * h * (D + n * c * s**2 / (2 * h**2)), by.rewriting(chosen),
        "==", D * (1 + c / h) * (h + w**2 / h), by.multiplying(noise, (1 + c / h) / (2 * h)),
        "<=", 2 * D * (w + c), by.algebra(),
        "==", n * balanced, by.algebra(),
    )  # fmt: skip


calm = sqrt(1 - theta) * sigma_s
optimal_step = 1 / Max(kappa * L, calm * sqrt(K * (kappa * L) / (2 * Delta)))
bound = sqrt(2 * (1 + theta) * sigma_s**2 * L * Delta / K) + 2 * kappa * L * Delta / K
squared_norm = over_i(G[k, i] ** 2)
chosen_step = [within(K, 1), *decay, (0, "<", L), (0, "<", Delta), (eta, "==", optimal_step)]


@momentum.lemma(
    "mean-square",
    title="The mean square of the gradient",
    given=chosen_step,
    claim=(total / K, "<=", bound),
    witness={eta: 1},
)
def mean_square(p: Proof) -> Theorem:
    p.know(p.have((0, "<=", sigma_s), by.definition(sigma_s)))
    p.know(p.have((0, "<", kappa), by.algebra()))
    p.know(p.have((0, "<", kappa * L), by.algebra()), p.have((0, "<=", calm), by.algebra()))
    scaled = calm * sqrt(K * (kappa * L) / (2 * Delta))
    positive = p.use(step_positive, c=kappa * L, w=scaled, e=eta)
    at = p.within(step, axis)
    one = at.calc(
        0, "==", E(0), by.linearity(),
        "<=", E(G[k, i] ** 2), by.expectation(at.have((0, "<=", G[k, i] ** 2), by.algebra())),
    )  # fmt: skip
    nonnegative = p.have((0, "<=", total), by.summing(one, axis, step))
    descended = p.calc(
        eta * (1 - kappa * L * eta / 2) * total,
        "<=", Delta + K * L * eta**2 * ((1 + theta) * sigma_s**2) / 2,
        by.algebra(p.use(telescoped, positive)),
        "==", Delta + K * (kappa * L) * eta**2 * calm**2 / 2, by.algebra(),
    )  # fmt: skip
    values = {"S": total, "D": Delta, "n": K, "s": calm, "c": kappa * L, "e": eta}
    whole = p.use(step_size, nonnegative, descended, **values)
    noise = p.have(
        (calm * sqrt(2 * (kappa * L) * Delta / K), "==",
         sqrt(2 * (1 + theta) * sigma_s**2 * L * Delta / K)), by.algebra(),
    )  # fmt: skip
    return p.calc(
        total / K,
        "<=", calm * sqrt(2 * (kappa * L) * Delta / K) + 2 * (kappa * L) * Delta / K,
        by.multiplying(whole, 1 / K),
        "==", bound, by.algebra(noise),
    )  # fmt: skip


@momentum.theorem(
    "rate",
    title="The rate of SGD with momentum, measured by the l2 norm",
    given=chosen_step,
    claim=(
        over_k(E(sqrt(squared_norm))) / K,
        "<=",
        root(2, 4) * root((1 + theta) * sigma_s**2 * L * Delta / K, 4)
        + sqrt(2 * kappa * L * Delta / K),
    ),
)
def rate(p: Proof) -> Theorem:
    p.know(p.have((0, "<=", sigma_s), by.definition(sigma_s)))
    p.know(p.have((0, "<", kappa), by.algebra()))
    noise, rest = 2 * (1 + theta) * sigma_s**2 * L * Delta / K, 2 * kappa * L * Delta / K
    p.know(p.have((0, "<=", noise), by.algebra()), p.have((0, "<", rest), by.algebra()))
    y, at = sqrt(bound), p.within(step)
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
        "==", y / 2 + total / K / (2 * y), by.algebra(),
        "<=", y / 2 + bound / (2 * y), by.multiplying(mean_square, 1 / (2 * y)),
        "==", y, by.algebra(),
        "<=", sqrt(sqrt(noise)) + sqrt(rest),
        by.lemma(root_subadditive, x=sqrt(noise), y=rest),
        "==", root(2, 4) * root((1 + theta) * sigma_s**2 * L * Delta / K, 4) + sqrt(rest),
        by.algebra(),
    )  # fmt: skip


@momentum.theorem(
    "rate.fixed",
    title="The mean square of the gradient, for any small step size",
    given=[within(K, 1), *decay, *usual, (kappa * L * eta, "<=", 1)],
    claim=(total / K, "<=", 2 * Delta / (eta * K) + (1 + theta) * L * eta * sigma_s**2),
    witness={eta: 1},
)
def rate_fixed(p: Proof) -> Theorem:
    square = p.nonnegative(total)
    half = p.have(
        (eta / 2 * total, "<=", eta * (1 - kappa * L * eta / 2) * total),
        by.multiplying(square, eta / 2 * (1 - kappa * L * eta)),
    )
    whole = p.have(
        (eta / 2 * total, "<=", Delta + K * L * eta**2 * ((1 + theta) * sigma_s**2) / 2),
        by.algebra(half, telescoped),
    )
    return p.have(
        (total / K, "<=", 2 * Delta / (eta * K) + (1 + theta) * L * eta * sigma_s**2),
        by.multiplying(whole, 2 / (eta * K)),
    )


@momentum.theorem(
    "rate.usual",
    title="The rate at the usual decay",
    given=[
        within(K, 1),
        (0, "<", L),
        (0, "<", Delta),
        (theta, "==", Rational(9, 10)),
        (eta, "==", 1 / Max(19 * L, sigma_s * sqrt(19 * K * L / (20 * Delta)))),
    ],
    claim=(
        over_k(E(sqrt(squared_norm))) / K,
        "<=",
        root(2, 4) * root(Rational(19, 10) * sigma_s**2 * L * Delta / K, 4)
        + sqrt(38 * L * Delta / K),
    ),
    witness={theta: Rational(9, 10), L: Rational(10, 19), eta: Rational(1, 10)},
)
def rate_usual(p: Proof) -> Theorem:
    p.know(p.have((0, "<=", sigma_s), by.definition(sigma_s)))
    noise = p.have(
        (
            calm * sqrt(K * (kappa * L) / (2 * Delta)),
            "==",
            sigma_s * sqrt(19 * K * L / (20 * Delta)),
        ),
        by.algebra((theta, "==", Rational(9, 10))),
    )
    flat = p.have((kappa * L, "==", 19 * L), by.algebra((theta, "==", Rational(9, 10))))
    same = p.have((eta, "==", optimal_step), by.algebra(noise, flat))
    return p.calc(
        over_k(E(sqrt(squared_norm))) / K,
        "<=",
        root(2, 4) * root((1 + theta) * sigma_s**2 * L * Delta / K, 4)
        + sqrt(2 * kappa * L * Delta / K), by.lemma(rate, same),
        "==",
        root(2, 4) * root(Rational(19, 10) * sigma_s**2 * L * Delta / K, 4)
        + sqrt(38 * L * Delta / K), by.rewriting((theta, "==", Rational(9, 10))),
    )  # fmt: skip
