"""signSGD in the l1 norm: what the signs of the gradient estimates attain.

    s^k = g^k/|g^k|,        x^{k+1} = x^k - eta s^k

For L-smooth f and any eta > 0, with ||sigma||_1 = sum_i |sigma_i|,

    (1/K) sum_k E||grad f(x^k)||_1 <= Delta/(eta K) + d L eta/2 + 2 ||sigma||_1,

so that eta = (2 Delta/(K d L))^{1/2} leaves (2 d L Delta/K)^{1/2} + 2 ||sigma||_1, and batches that
make ||sigma||_1 <= S/K^{1/2} leave ((2 d L Delta)^{1/2} + 2 S)/K^{1/2}.

The argument is that of Bernstein et al. (2018), Theorem 1, where the curvature is bounded by L_i in
coordinate i: here all L_i are L, and their sum is d L. Their bound of the probability of a wrong
sign, by Markov's inequality, is on every path

    grad f_i sign(g_i) >= |grad f_i| - 2 |g_i - grad f_i|.
"""

from ...optimizers.recursions import SIGNSGD
from ..language import E, Expr, Proof, Rational, Sum, Theorem, Theory, by, sqrt, symbols, within
from ..language.symbols import Process
from ..library.inequalities import inequalities, square_monotone
from ..library.moments import integrable_run
from ..library.setting import stochastic_setting
from ..library.vectors import vectors
from .models import signsgd_model

signsgd = Theory(
    "signsgd",
    "Sign stochastic gradient descent",
    source="Bernstein, Wang, Azizzadenesheli and Anandkumar (2018), arXiv 1802.04434, Theorem 1",
    extends=(inequalities, vectors),
)
setting = stochastic_setting(signsgd, SIGNSGD)
K, d, k, i = setting.K, setting.d, setting.k, setting.i
L, fstar, Delta = setting.L, setting.fstar, setting.Delta
f, x, g, G, sigma = setting.f, setting.x, setting.g, setting.G, setting.sigma
(eta,) = symbols("eta")
s = Process("s")
(sigma_1,) = signsgd.constants("sigma_1", "l1 norm of the noise levels")
signsgd.define("sigma_1", sigma_1, Sum(abs(sigma[i]), (i, 1, d)))
signsgd.typeset(sigma_1=r"\|\sigma\|_1")
signsgd.witness |= {eta: 1}
signsgd.model(signsgd_model(setting))
signsgd.introduce(
    "Every coordinate moves by $\\eta$, in the direction that the sign of its gradient estimate "
    "says. Noise enters through the signs that it turns, and does not average out: without larger "
    "batches, $2\\|\\sigma\\|_1$ remains."
)

step, axis = within(k, 1, K), within(i, 1, d)


def over_i(term: Expr) -> Expr:
    """The sum over coordinates."""
    return Sum(term, (i, 1, d))


def over_k(term: Expr) -> Expr:
    """The sum over iterations."""
    return Sum(term, (k, 1, K))


y, z, t = symbols("y z t")


@signsgd.lemma(
    "right-or-far",
    title="A sign is right, or the number far",
    for_all=(t, y, z),
    given=[(t * abs(y), "==", y), (abs(t), "<=", 1)],
    claim=(abs(z) - 2 * abs(y - z), "<=", z * t),
    witness={t: 1, y: 1, z: 1},
    reference="Bernstein et al. (2018), proof of Theorem 1",
)
def right_or_far(p: Proof) -> Theorem:
    claim = (abs(z) - 2 * abs(y - z), "<=", z * t)

    def some(p: Proof) -> Theorem:
        near = p.have((abs(z) - abs(y), "<=", abs(y - z)), by.algebra())
        along = p.have((y * (y - z), "<=", abs(y) * abs(y - z)), by.algebra())
        whole = p.have(((abs(z) - 2 * abs(y - z)) * abs(y), "<=", z * y), by.algebra(near, along))
        return p.calc(
            abs(z) - 2 * abs(y - z),
            "<=", z * y / abs(y), by.multiplying(whole, 1 / abs(y)),
            "==", z * t, by.multiplying((t * abs(y), "==", y), -z / abs(y)),
        )  # fmt: skip

    def none(p: Proof) -> Theorem:
        zero = p.have((y, "==", 0), by.algebra())
        size = p.have((-abs(z), "<=", z * t), by.algebra((abs(t), "<=", 1)))
        same = p.have((abs(z), "<=", abs(y - z)), by.algebra(zero))
        return p.have(claim, by.algebra(same, size))

    return p.cases(-abs(y), some, none)


integrable_run(
    setting,
    prepare=lambda p, k: p.know(p.within(axis).axiom("s.size", k=k)),
)
noise = abs(g[k, i] - G[k, i])
norm = over_i(E(abs(G[k, i])))
total = over_k(norm)
mean = over_k(E(over_i(abs(G[k, i])))) / K

signsgd.section("One step")


@signsgd.lemma(
    "sign",
    title="A sign, wrong only where the noise is large",
    given=[step, axis],
    claim=(abs(G[k, i]) - 2 * noise, "<=", G[k, i] * s[k, i]),
    reference="Bernstein et al. (2018), proof of Theorem 1",
)
def sign(p: Proof) -> Theorem:
    return p.have(
        (abs(G[k, i]) - 2 * noise, "<=", G[k, i] * s[k, i]),
        by.lemma(
            right_or_far, p.axiom("s.sign"), p.axiom("s.size"), t=s[k, i], y=g[k, i], z=G[k, i]
        ),
    )


@signsgd.lemma(
    "bounded",
    title="A sign is at most 1",
    given=[step, axis],
    claim=(s[k, i] ** 2, "<=", 1),
)
def bounded(p: Proof) -> Theorem:
    return p.have((s[k, i] ** 2, "<=", 1), by.algebra(p.axiom("s.size")))


@signsgd.lemma(
    "descent",
    title="One step of descent, on every path",
    given=[step, within(d, 1), (0, "<", L), (0, "<", eta)],
    claim=(
        f(x[k + 1]),
        "<=",
        f(x[k]) - eta * over_i(abs(G[k, i])) + 2 * eta * over_i(noise) + d * L * eta**2 / 2,
    ),
)
def descent(p: Proof) -> Theorem:
    move, at = x[k + 1, i] - x[k, i], p.within(axis)
    signs = p.sum(at.use(sign), axis)
    sizes = p.calc(over_i(s[k, i] ** 2), "<=", d, by.summing(bounded, axis))
    return p.calc(
        f(x[k + 1]),
        "<=", f(x[k]) + over_i(G[k, i] * move) + L / 2 * over_i(move**2),
        by.axiom("A1", p=x[k], y=x[k + 1]),
        "==", f(x[k]) - eta * over_i(G[k, i] * s[k, i]) + L * eta**2 / 2 * over_i(s[k, i] ** 2),
        by.definition(x),
        "<=", f(x[k]) - eta * over_i(G[k, i] * s[k, i]) + L * eta**2 / 2 * d,
        by.multiplying(sizes, L * eta**2 / 2),
        "<=", f(x[k]) - eta * over_i(abs(G[k, i])) + 2 * eta * over_i(noise) + d * L * eta**2 / 2,
        by.multiplying(signs, eta),
    )  # fmt: skip


@signsgd.lemma(
    "noise",
    title="The mean size of the noise",
    given=[step, axis],
    claim=(E(noise), "<=", abs(sigma[i])),
    introduction="With $c = \\mathbb{E}|g_i - \\nabla f_i|$, take expectations of "
    "$2 c |g_i - \\nabla f_i| \\le c^2 + (g_i - \\nabla f_i)^2$.",
)
def mean_noise(p: Proof) -> Theorem:
    square, c = (g[k, i] - G[k, i]) ** 2, E(noise)
    variance = p.calc(
        E(square),
        "==", E(E(square, given=k - 1)), by.tower(),
        "<=", E(sigma[i] ** 2), by.expectation(p.axiom("A3")),
        "==", sigma[i] ** 2, by.linearity(),
    )  # fmt: skip
    below = p.have((2 * c * noise, "<=", c**2 + square), by.algebra(hints=(c - noise,)))
    doubled = p.calc(
        2 * c * E(noise),
        "==", E(2 * c * noise), by.linearity(),
        "<=", E(c**2 + square), by.expectation(below),
        "==", c**2 + E(square), by.linearity(),
    )  # fmt: skip
    small = p.have((c**2, "<=", abs(sigma[i]) ** 2), by.algebra(doubled, variance))
    return p.calc(
        c,
        "<=", abs(c), by.algebra(),
        "<=", abs(sigma[i]), by.lemma(square_monotone, small, x=c, y=abs(sigma[i])),
    )  # fmt: skip


@signsgd.lemma(
    "expected-descent",
    title="One step of descent, in expectation",
    given=[step, within(d, 1), (0, "<", L), (0, "<", eta)],
    claim=(
        E(f(x[k + 1])),
        "<=",
        E(f(x[k])) - eta * norm + 2 * eta * sigma_1 + d * L * eta**2 / 2,
    ),
)
def expected_descent(p: Proof) -> Theorem:
    noises = p.calc(
        over_i(E(noise)),
        "<=", over_i(abs(sigma[i])), by.termwise(i, by.lemma(mean_noise)),
        "==", sigma_1, by.definition(sigma_1),
    )  # fmt: skip
    return p.calc(
        E(f(x[k + 1])),
        "<=", E(
            f(x[k]) - eta * over_i(abs(G[k, i])) + 2 * eta * over_i(noise) + d * L * eta**2 / 2
        ), by.expectation(descent),
        "==", E(f(x[k])) - eta * norm + 2 * eta * over_i(E(noise)) + d * L * eta**2 / 2,
        by.linearity(),
        "<=", E(f(x[k])) - eta * norm + 2 * eta * sigma_1 + d * L * eta**2 / 2,
        by.multiplying(noises, 2 * eta),
    )  # fmt: skip


signsgd.section("All steps")


@signsgd.lemma(
    "telescoped",
    title="Descent over all steps",
    given=[within(K, 1), within(d, 1), (0, "<", L), (0, "<", eta)],
    claim=(eta * total, "<=", Delta + K * (2 * eta * sigma_1 + d * L * eta**2 / 2)),
)
def telescoped(p: Proof) -> Theorem:
    first, end = E(f(x[1])), E(f(x[K + 1]))
    last = p.calc(
        fstar, "==", E(fstar), by.linearity(), "<=", end, by.expectation(p.axiom("A0", p=x[K + 1]))
    )
    cost = 2 * eta * sigma_1 + d * L * eta**2 / 2
    return p.calc(
        eta * total,
        "<=", over_k(E(f(x[k])) - E(f(x[k + 1])) + cost), by.summing(expected_descent, step),
        "==", first - end + K * cost, by.telescoping(E(f(x[k])), step),
        "<=", first - fstar + K * cost, by.algebra(last),
        "==", Delta + K * cost, by.definition(Delta),
    )  # fmt: skip


@signsgd.theorem(
    "rate",
    title="signSGD's rate for any step size, measured by the l1 norm",
    given=[within(K, 1), within(d, 1), (0, "<", L), (0, "<", eta)],
    claim=(mean, "<=", Delta / (eta * K) + d * L * eta / 2 + 2 * sigma_1),
    reference="Bernstein et al. (2018), Theorem 1",
)
def rate(p: Proof) -> Theorem:
    cost = K * (2 * eta * sigma_1 + d * L * eta**2 / 2)
    split = p.within(step).have((E(over_i(abs(G[k, i]))), "==", norm), by.linearity())
    return p.calc(
        mean,
        "==", total / K, by.multiplying(p.sum(split, step), 1 / K),
        "<=", (Delta + cost) / (eta * K), by.multiplying(telescoped, 1 / (eta * K)),
        "==", Delta / (eta * K) + d * L * eta / 2 + 2 * sigma_1, by.algebra(),
    )  # fmt: skip


@signsgd.theorem(
    "rate.tuned",
    title="signSGD's rate with the best step size",
    given=[
        within(K, 1),
        within(d, 1),
        (0, "<", L),
        (0, "<", Delta),
        (eta, "==", sqrt(2 * Delta / (K * d * L))),
    ],
    claim=(mean, "<=", sqrt(2 * d * L * Delta / K) + 2 * sigma_1),
    witness={L: 2, eta: Rational(1, 2)},
)
def rate_tuned(p: Proof) -> Theorem:
    p.know(p.have((0, "<", eta), by.algebra()))
    balance = p.have(
        (Delta / (eta * K) + d * L * eta / 2, "==", sqrt(2 * d * L * Delta / K)), by.algebra()
    )
    return p.calc(
        mean,
        "<=", Delta / (eta * K) + d * L * eta / 2 + 2 * sigma_1, by.lemma(rate),
        "==", sqrt(2 * d * L * Delta / K) + 2 * sigma_1, by.algebra(balance),
    )  # fmt: skip


(S,) = symbols("S")


@signsgd.theorem(
    "rate.batch",
    title="signSGD's rate with batches that grow with K",
    for_constants=(S,),
    given=[
        within(K, 1),
        within(d, 1),
        (0, "<", L),
        (0, "<", Delta),
        (eta, "==", sqrt(2 * Delta / (K * d * L))),
        (sigma_1, "<=", S / sqrt(K)),
    ],
    claim=(mean, "<=", (sqrt(2 * d * L * Delta) + 2 * S) / sqrt(K)),
    witness={L: 2, eta: Rational(1, 2), S: 2},
    reference="Bernstein et al. (2018), Theorem 1: batches of size K",
)
def rate_batch(p: Proof) -> Theorem:
    return p.calc(
        mean,
        "<=", sqrt(2 * d * L * Delta / K) + 2 * sigma_1, by.lemma(rate_tuned),
        "<=", (sqrt(2 * d * L * Delta) + 2 * S) / sqrt(K), by.algebra(),
    )  # fmt: skip
