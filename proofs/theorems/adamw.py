"""AdamW and NAdamW: the lemmas of the l1-norm theory that are proved so far.

    m^k = theta m^{k-1} + (1-theta) g^k          v^k = beta v^{k-1} + (1-beta) (g^k)^2
    n^k = mu m^k + (1-mu) g^k                    D^k = (v^k + eps)^{1/2}
    x^{k+1} = x^k - eta b^k/D^k,                 b^k = n^k + lam x^k D^k

mu = 1 is AdamW, mu = theta NAdamW, lam = 0 Adam. Numbering as in the blueprint, section 2: L1 (with
q, the 2q bound and the sharp factor), L3, L6. L2, L4, L5, L7 to L9 and the rate are not here yet.
"""

from ...optimizers.recursions import NADAMW
from ..language import Expr, Proof, Rational, Sum, Theorem, Theory, by, sqrt, symbols, within
from ..language.symbols import Notation, Process
from ..library.inequalities import inequalities, root_monotone
from ..library.setting import stochastic_setting
from .models import adamw_model

adamw = Theory("adamw", "AdamW and NAdamW", extends=(inequalities,))
setting = stochastic_setting(adamw, NADAMW)
K, d, k, i, L = setting.K, setting.d, setting.k, setting.i, setting.L
f, x, g, G = setting.f, setting.x, setting.g, setting.G
eta, theta, beta, mu, eps, lam = symbols("eta theta beta mu eps lam")
m, v, n, D = (Process(name) for name in "mvnD")
b = Notation(lambda k, i: n[k, i] + lam * x[k, i] * D[k, i])
adamw.witness |= {eta: 1, theta: 0, beta: 0, mu: 1, eps: 1, lam: 0}
adamw.model(adamw_model(setting))

step, coordinate = within(k, 1, K), within(i, 1, d)
from_start = within(k, 0, K)
decays = [(0, "<=", theta), (theta, "<=", beta), (beta, "<", 1)]
averaging = [(0, "<=", beta), (beta, "<=", 1)]
q = 1 + theta * (1 - mu) ** 2 / (1 - theta)
ratio = (1 - theta) / (1 - beta)


def over_i(term: Expr) -> Expr:
    """The sum over coordinates."""
    return Sum(term, (i, 1, d))


@adamw.lemma(
    "v",
    title="The second moment is not negative",
    given=[from_start, coordinate, *averaging],
    claim=(0, "<=", v[k, i]),
)
def second_moment(p: Proof) -> Theorem:
    def induction_step(p: Proof, before: Theorem) -> Theorem:
        return p.calc(
            0,
            "<=", beta * v[k - 1, i] + (1 - beta) * g[k, i] ** 2, by.algebra(before),
            "==", v[k, i], by.definition(v, k=k),
        )  # fmt: skip

    return p.induction(
        (0, "<=", v[k, i]),
        from_start,
        base=lambda p: p.have((0, "<=", v[0, i]), by.definition(v)),
        step=induction_step,
    )


@adamw.lemma(
    "L1.momentum",
    title="Momentum domination, before the second mixing",
    given=[from_start, coordinate, *decays],
    claim=(m[k, i] ** 2, "<=", ratio * v[k, i]),
    reference="blueprint L1",
)
def momentum(p: Proof) -> Theorem:
    def induction_step(p: Proof, before: Theorem) -> Theorem:
        old = m[k - 1, i]
        return p.calc(
            m[k, i] ** 2,
            "==", (theta * old + (1 - theta) * g[k, i]) ** 2, by.definition(m, k=k),
            "<=", theta * old**2 + (1 - theta) * g[k, i] ** 2, by.algebra(hints=(old - g[k, i],)),
            "<=", ratio * (beta * v[k - 1, i] + (1 - beta) * g[k, i] ** 2),
            by.algebra(before, p.use(second_moment, k=k - 1)),
            "==", ratio * v[k, i], by.definition(v, k=k),
        )  # fmt: skip

    return p.induction(
        (m[k, i] ** 2, "<=", ratio * v[k, i]),
        from_start,
        base=lambda p: p.have((m[0, i] ** 2, "<=", ratio * v[0, i]), by.definition(v, m)),
        step=induction_step,
    )


@adamw.lemma(
    "L1",
    title="Momentum domination",
    given=[step, coordinate, *decays],
    claim=(n[k, i] ** 2, "<=", q * ratio * v[k, i]),
    reference="blueprint L1",
)
def domination(p: Proof) -> Theorem:
    old = m[k - 1, i]
    mixed = p.calc(
        theta * old**2 + (1 - theta) * g[k, i] ** 2,
        "<=", ratio * (beta * v[k - 1, i] + (1 - beta) * g[k, i] ** 2),
        by.algebra(p.use(momentum, k=k - 1), p.use(second_moment, k=k - 1)),
        "==", ratio * v[k, i], by.definition(v, k=k),
    )  # fmt: skip
    p.know(p.have((0, "<=", q), by.algebra()))
    return p.calc(
        n[k, i] ** 2,
        "==", (mu * theta * old + (1 - mu * theta) * g[k, i]) ** 2, by.definition(n, m, k=k),
        "<=", q * (theta * old**2 + (1 - theta) * g[k, i] ** 2),
        by.algebra(hints=((1 - mu * theta) * old - mu * (1 - theta) * g[k, i],)),
        "<=", q * (ratio * v[k, i]), by.multiplying(mixed, q),
        "==", q * ratio * v[k, i], by.algebra(),
    )  # fmt: skip


@adamw.lemma(
    "L1.double",
    title="Momentum domination, with beta^2 <= theta",
    given=[step, coordinate, *decays, (beta**2, "<=", theta)],
    claim=(n[k, i] ** 2, "<=", 2 * q * v[k, i]),
    reference="blueprint L1: 2(1-beta) - (1-theta) = (1-beta)^2 + (theta - beta^2)",
)
def double(p: Proof) -> Theorem:
    p.know(p.have((0, "<=", q), by.algebra()), p.use(second_moment))
    twice = p.have((ratio, "<=", 2), by.algebra())
    return p.calc(
        n[k, i] ** 2,
        "<=", q * ratio * v[k, i], by.lemma(domination),
        "<=", 2 * q * v[k, i], by.multiplying(twice, q * v[k, i]),
    )  # fmt: skip


@adamw.lemma(
    "L1.factor",
    title="The sharp factor is at most 4/3",
    given=[(0, "<", theta), (theta, "<=", beta), (beta, "<", 1), (beta**2, "<=", theta)],
    claim=((1 - theta) ** 2 / ((1 - beta) * (1 - theta**2 / beta)), "<=", Rational(4, 3)),
    witness={theta: Rational(1, 4), beta: Rational(1, 4)},
    reference="blueprint L1, sharper",
)
def sharp_factor(p: Proof) -> Theorem:
    factor = (1 - theta) ** 2 / ((1 - beta) * (1 - theta**2 / beta))
    return p.have((factor, "<=", Rational(4, 3)), by.algebra())


@adamw.lemma(
    "floor",
    title="The denominator is at least the root of eps",
    given=[step, coordinate, *averaging, (0, "<", eps)],
    claim=(sqrt(eps), "<=", D[k, i]),
)
def floor(p: Proof) -> Theorem:
    p.know(p.use(second_moment))
    return p.calc(
        sqrt(eps),
        "<=", sqrt(v[k, i] + eps), by.lemma(root_monotone, x=eps, y=v[k, i] + eps),
        "==", D[k, i], by.definition(D),
    )  # fmt: skip


def know_denominator(p: Proof) -> None:
    """D > 0, and v >= 0 under its root."""
    p.know(p.use(second_moment), p.use(floor))
    p.know(p.have((0, "<", D[k, i]), by.algebra()))


rho, G0, n0, x0, D0, e = symbols("rho G0 n0 x0 D0 e")
b0 = n0 + lam * x0 * D0


@adamw.lemma(
    "L3.coordinate",
    title="One coordinate of the descent",
    for_all=(G0, n0, x0, D0),
    for_constants=(rho, e),
    given=[(0, "<", e), (e, "<=", D0), (0, "<", eta), (0, "<", rho), (0, "<", L)],
    claim=(
        -eta * G0 * b0 / D0 + L * eta**2 / 2 * b0**2 / D0**2,
        "<=",
        -eta / 2 * G0**2 / D0
        - eta / 2 * (1 - L * eta / e) * b0**2 / D0
        + eta / 2 * (1 + rho) * (G0 - n0) ** 2 / e
        + eta / 2 * (1 + 1 / rho) * lam**2 * x0**2 * D0,
    ),
    witness={G0: 1, n0: 1, x0: 1, D0: 1, rho: 1, e: 1},
    reference="blueprint L3 (b) to (e)",
)
def one_coordinate(p: Proof) -> Theorem:
    decay = (1 + 1 / rho) * lam**2 * x0**2 * D0
    curvature = p.have((b0**2 / D0**2, "<=", b0**2 / (e * D0)), by.algebra())
    apart = p.have(
        ((G0 - b0) ** 2 / D0, "<=", (1 + rho) * (G0 - n0) ** 2 / D0 + decay),
        by.algebra(hints=(rho * (G0 - n0) + lam * x0 * D0,)),
    )
    error = p.have(((G0 - n0) ** 2 / D0, "<=", (G0 - n0) ** 2 / e), by.algebra())
    bent = L * eta**2 / 2 * (b0**2 / (e * D0))
    return p.calc(
        -eta * G0 * b0 / D0 + L * eta**2 / 2 * b0**2 / D0**2,
        "==", -eta / 2 * (G0**2 + b0**2 - (G0 - b0) ** 2) / D0 + L * eta**2 / 2 * (b0**2 / D0**2),
        by.algebra(),
        "<=", -eta / 2 * (G0**2 + b0**2 - (G0 - b0) ** 2) / D0 + bent,
        by.multiplying(curvature, L * eta**2 / 2),
        "<=", -eta / 2 * (G0**2 + b0**2) / D0
        + eta / 2 * ((1 + rho) * (G0 - n0) ** 2 / D0 + decay) + bent,
        by.multiplying(apart, eta / 2),
        "<=", -eta / 2 * (G0**2 + b0**2) / D0
        + eta / 2 * ((1 + rho) * ((G0 - n0) ** 2 / e) + decay) + bent,
        by.multiplying(error, eta / 2 * (1 + rho)),
        "==", -eta / 2 * G0**2 / D0 - eta / 2 * (1 - L * eta / e) * b0**2 / D0
        + eta / 2 * (1 + rho) * (G0 - n0) ** 2 / e + eta / 2 * decay,
        by.algebra(),
    )  # fmt: skip


signs = [*averaging, (0, "<", L), (0, "<", eta), (0, "<", eps)]
descent_term = (
    -eta / 2 * G[k, i] ** 2 / D[k, i]
    - eta / 2 * (1 - L * eta / sqrt(eps)) * b[k, i] ** 2 / D[k, i]
    + eta / 2 * (1 + rho) * (G[k, i] - n[k, i]) ** 2 / sqrt(eps)
    + eta / 2 * (1 + 1 / rho) * lam**2 * x[k, i] ** 2 * D[k, i]
)
move = x[k + 1, i] - x[k, i]


@adamw.lemma(
    "L3",
    title="Descent, on every path",
    for_constants=(rho,),
    given=[step, *signs, (0, "<", rho)],
    claim=(f(x[k + 1]) - f(x[k]), "<=", over_i(descent_term)),
    witness={rho: 1},
    reference="blueprint L3",
)
def descent(p: Proof) -> Theorem:
    at = p.within(coordinate)
    know_denominator(at)
    moved = at.have((move, "==", -eta * b[k, i] / D[k, i]), by.definition(x, k=k))
    each = at.calc(
        G[k, i] * move + L / 2 * move**2,
        "==", -eta * G[k, i] * b[k, i] / D[k, i] + L * eta**2 / 2 * b[k, i] ** 2 / D[k, i] ** 2,
        by.rewriting(moved),
        "<=", descent_term,
        by.lemma(one_coordinate, G0=G[k, i], n0=n[k, i], x0=x[k, i], D0=D[k, i], e=sqrt(eps)),
    )  # fmt: skip
    return p.calc(
        f(x[k + 1]) - f(x[k]),
        "<=", over_i(G[k, i] * move) + L / 2 * over_i(move**2),
        by.axiom("A1", p=x[k], y=x[k + 1]),
        "==", over_i(G[k, i] * move + L / 2 * move**2), by.algebra(),
        "<=", over_i(descent_term), by.summing(each, coordinate),
    )  # fmt: skip


@adamw.lemma(
    "L6",
    title="The length of a step",
    given=[step, *signs],
    claim=(
        L**2 * over_i(move**2),
        "<=",
        L**2 * eta**2 / sqrt(eps) * over_i(b[k, i] ** 2 / D[k, i]),
    ),
    reference="blueprint L6",
)
def step_length(p: Proof) -> Theorem:
    at = p.within(coordinate)
    know_denominator(at)
    moved = at.have((move, "==", -eta * b[k, i] / D[k, i]), by.definition(x, k=k))
    square = at.have(
        (b[k, i] ** 2 / D[k, i] ** 2, "<=", b[k, i] ** 2 / (sqrt(eps) * D[k, i])), by.algebra()
    )
    each = at.calc(
        L**2 * move**2,
        "==", L**2 * eta**2 * (b[k, i] ** 2 / D[k, i] ** 2), by.rewriting(moved),
        "<=", L**2 * eta**2 * (b[k, i] ** 2 / (sqrt(eps) * D[k, i])),
        by.multiplying(square, L**2 * eta**2),
    )  # fmt: skip
    return p.have(
        (
            L**2 * over_i(move**2),
            "<=",
            L**2 * eta**2 / sqrt(eps) * over_i(b[k, i] ** 2 / D[k, i]),
        ),
        by.summing(each, coordinate),
    )
