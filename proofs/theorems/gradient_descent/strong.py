"""Strongly convex functions: every step brings the iterate closer by the factor q."""

from ...language import Proof, Theorem, by, sqrt, symbols, within
from ...library.inequalities import root_monotone
from .convex import update
from .functions import coercivity, stationary
from .setting import (
    G,
    K,
    L,
    R,
    apart,
    axis,
    bent,
    eta,
    f,
    fstar,
    grad,
    gradient_descent,
    i,
    k,
    minimiser,
    mu,
    next_apart,
    over_i,
    power,
    q,
    smooth,
    start,
    step,
    visited,
    x,
    xstar,
)

gradient_descent.section(
    "Strongly convex functions",
    "By [coercivity], $x^k - x^*$ and $x^{k+1} - x^*$ are combinations of two vectors of acute "
    "angle, with coefficients $1, 1$ and $1 - \\eta L, 1 - \\eta\\mu$.",
)
a, b, c, s, t = symbols("a b c s t")


@gradient_descent.lemma(
    "factors",
    title="A sum of two parts, each multiplied",
    for_constants=(a, b, c),
    for_all=(t, s),
    given=[(abs(a), "<=", c), (abs(b), "<=", c)],
    claim=((a * t + b * s) ** 2, "<=", c**2 * (t + s) ** 2 - 2 * (c**2 - a * b) * (t * s)),
    witness={a: 1, b: 1, c: 1},
)
def factors(p: Proof) -> Theorem:
    first = p.have((a**2, "<=", c**2), by.algebra())
    second = p.have((b**2, "<=", c**2), by.algebra())
    return p.have(
        ((a * t + b * s) ** 2, "<=", c**2 * (t + s) ** 2 - 2 * (c**2 - a * b) * (t * s)),
        by.algebra(first, second, hints=(t, s)),
    )


@gradient_descent.lemma(
    "contraction",
    title="One step brings the iterate closer",
    given=[step, smooth, bent],
    claim=(next_apart, "<=", q**2 * apart),
    reference="Nesterov (2018), Theorem 2.1.15, for eta <= 2/(L + mu)",
)
def contraction(p: Proof) -> Theorem:
    at, move = p.within(axis), x[k, i] - xstar[i]
    excess, lack = G[k, i] - mu * move, L * move - G[k, i]
    slope = G[k, i] - grad(minimiser, i)
    large = p.have((abs(1 - eta * L), "<=", q), by.definition(q))
    small = p.have((abs(1 - eta * mu), "<=", q), by.definition(q))
    weight = q**2 - (1 - eta * L) * (1 - eta * mu)
    p.know(p.have((0, "<=", weight), by.algebra(large, small)))
    acute = p.calc(
        0,
        "<=", over_i((slope - mu * move) * (L * move - slope)),
        by.algebra(p.use(coercivity, u=x[k], v=minimiser)),
        "==", over_i(excess * lack), by.termwise(i, by.algebra(at.use(stationary))),
    )  # fmt: skip
    each = at.calc(
        (L - mu) ** 2 * (x[k + 1, i] - xstar[i]) ** 2,
        "==", ((1 - eta * L) * excess + (1 - eta * mu) * lack) ** 2, by.algebra(at.use(update)),
        "<=", q**2 * (excess + lack) ** 2 - 2 * weight * (excess * lack),
        by.lemma(factors, large, small, a=1 - eta * L, b=1 - eta * mu, c=q, t=excess, s=lack),
    )  # fmt: skip
    whole = p.calc(
        (L - mu) ** 2 * next_apart,
        "<=", over_i(q**2 * (excess + lack) ** 2 - 2 * weight * (excess * lack)),
        by.summing(each, axis),
        "==", (L - mu) ** 2 * q**2 * apart - 2 * weight * over_i(excess * lack), by.algebra(),
        "<=", (L - mu) ** 2 * q**2 * apart, by.multiplying(acute, 2 * weight),
    )  # fmt: skip
    return p.have((next_apart, "<=", q**2 * apart), by.multiplying(whole, 1 / (L - mu) ** 2))


@gradient_descent.lemma(
    "contraction.all",
    title="All steps bring the iterate closer",
    given=[visited, smooth, bent],
    claim=(apart, "<=", power[k - 1] ** 2 * R**2),
)
def contraction_all(p: Proof) -> Theorem:
    def base(p: Proof) -> Theorem:
        p.know(p.nonnegative(start))
        return p.have((start, "<=", power[0] ** 2 * R**2), by.definition(R, power))

    def induction_step(p: Proof, before: Theorem) -> Theorem:
        return p.calc(
            apart,
            "<=", q**2 * over_i((x[k - 1, i] - xstar[i]) ** 2), by.lemma(contraction, k=k - 1),
            "<=", q**2 * (power[k - 2] ** 2 * R**2), by.multiplying(before, q**2),
            "==", power[k - 1] ** 2 * R**2, by.definition(power, k=k - 1),
        )  # fmt: skip

    return p.induction((apart, "<=", power[k - 1] ** 2 * R**2), visited, base, induction_step)


@gradient_descent.lemma(
    "power.sign",
    title="Powers of the factor are not negative",
    given=[within(k, 0, K)],
    claim=(0, "<=", power[k]),
)
def power_sign(p: Proof) -> Theorem:
    p.know(p.have((0, "<=", q), by.definition(q)))
    return p.induction(
        (0, "<=", power[k]),
        within(k, 0, K),
        base=lambda p: p.have((0, "<=", power[0]), by.definition(power)),
        step=lambda p, before: p.have(
            (0, "<=", power[k]), by.definition(power, facts=(before,), k=k)
        ),
    )


@gradient_descent.theorem(
    "rate.strong",
    title="Gradient descent's rate on strongly convex functions",
    given=[within(K, 1), smooth, bent],
    claim=(sqrt(over_i((x[K + 1, i] - xstar[i]) ** 2)), "<=", power[K] * R),
    reference="Nesterov (2018), Theorem 2.1.15, for eta <= 2/(L + mu)",
)
def rate_strong(p: Proof) -> Theorem:
    end = over_i((x[K + 1, i] - xstar[i]) ** 2)
    p.know(p.nonnegative(end), p.use(power_sign, k=K), p.have((0, "<=", R), by.definition(R)))
    return p.calc(
        sqrt(end),
        "<=", sqrt((power[K] * R) ** 2),
        by.lemma(root_monotone, p.use(contraction_all, k=K + 1), x=end, y=(power[K] * R) ** 2),
        "==", power[K] * R, by.algebra(),
    )  # fmt: skip


@gradient_descent.theorem(
    "rate.objective",
    title="The rate of the objective on strongly convex functions",
    given=[within(K, 1), smooth, bent],
    claim=(f(x[K + 1]) - fstar, "<=", L / 2 * power[K] ** 2 * R**2),
)
def rate_objective(p: Proof) -> Theorem:
    end = x[K + 1, i] - xstar[i]
    none = p.have(
        (over_i(grad(minimiser, i) * end), "==", over_i(0 * end)),
        by.termwise(i, by.multiplying(p.within(axis).use(stationary), end)),
    )
    return p.calc(
        f(x[K + 1]) - fstar,
        "<=", L / 2 * over_i(end**2),
        by.algebra(p.axiom("A1", p=minimiser, y=x[K + 1]), p.axiom("minimum"), none),
        "<=", L / 2 * power[K] ** 2 * R**2, by.multiplying(p.use(contraction_all, k=K + 1), L / 2),
    )  # fmt: skip
