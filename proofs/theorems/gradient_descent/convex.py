"""Convex functions: one potential that never increases, and the two rates that follow."""

from ...language import Proof, Theorem, by, sqrt, symbols, within
from ...library.inequalities import root_monotone
from .functions import above, away, interpolation
from .setting import (
    G,
    K,
    L,
    R,
    apart,
    axis,
    eta,
    f,
    fstar,
    gradient_descent,
    h,
    i,
    k,
    next_apart,
    next_squared,
    over_i,
    potential,
    product,
    short,
    smooth,
    squared,
    start,
    step,
    towards,
    visited,
    x,
    xstar,
)

gradient_descent.section("One step")


@gradient_descent.lemma(
    "update",
    title="One step, along the gradient itself",
    given=[step, axis],
    claim=(x[k + 1, i], "==", x[k, i] - eta * G[k, i]),
)
def update(p: Proof) -> Theorem:
    return p.have(
        (x[k + 1, i], "==", x[k, i] - eta * G[k, i]),
        by.definition(x, facts=(p.axiom("exact"),), k=k),
    )


turned = (squared + next_squared - 2 * product) / 2  # ||grad f(x^k) - grad f(x^{k+1})||_2^2/2


@gradient_descent.lemma(
    "decrease",
    title="What one step gains",
    given=[step, smooth],
    claim=(L * (f(x[k + 1]) - f(x[k])), "<=", -h * product - turned),
)
def decrease(p: Proof) -> Theorem:
    back = p.have(
        (over_i(G[k + 1, i] * (x[k, i] - x[k + 1, i])), "==", over_i(eta * G[k, i] * G[k + 1, i])),
        by.termwise(i, by.multiplying(p.within(axis).use(update), -G[k + 1, i])),
    )
    return p.have(
        (L * (f(x[k + 1]) - f(x[k])), "<=", -h * product - turned),
        by.algebra(p.use(interpolation, u=x[k + 1], v=x[k]), back),
    )


@gradient_descent.lemma(
    "gain",
    title="What one step gains at most",
    given=[step, smooth],
    claim=(L * (f(x[k]) - f(x[k + 1])), "<=", h * squared - turned),
)
def gain(p: Proof) -> Theorem:
    ahead = p.have(
        (over_i(G[k, i] * (x[k + 1, i] - x[k, i])), "==", over_i(-eta * G[k, i] * G[k, i])),
        by.termwise(i, by.multiplying(p.within(axis).use(update), G[k, i])),
    )
    return p.have(
        (L * (f(x[k]) - f(x[k + 1])), "<=", h * squared - turned),
        by.algebra(p.use(interpolation, u=x[k], v=x[k + 1]), ahead),
    )


@gradient_descent.lemma(
    "gradients",
    title="Consecutive gradients",
    given=[step, smooth],
    claim=((1 - h) * squared + next_squared, "<=", (2 - h) * product),
    introduction="The sum of [decrease] and [gain].",
)
def gradients(p: Proof) -> Theorem:
    return p.have(
        ((1 - h) * squared + next_squared, "<=", (2 - h) * product), by.adding(decrease, gain)
    )


@gradient_descent.lemma(
    "shrinking",
    title="The squared distance from the minimiser after one step",
    given=[step],
    claim=(next_apart, "==", apart - 2 * eta * towards + eta**2 * squared),
)
def shrinking(p: Proof) -> Theorem:
    at, move = p.within(axis), x[k, i] - xstar[i]
    each = at.calc(
        (x[k + 1, i] - xstar[i]) ** 2,
        "==", move**2 - 2 * eta * (G[k, i] * move) + eta**2 * G[k, i] ** 2,
        by.algebra(at.use(update)),
    )  # fmt: skip
    return p.calc(
        next_apart,
        "==", apart - 2 * eta * towards + eta**2 * squared, by.summing(each, axis),
    )  # fmt: skip


gradient_descent.section(
    "The potential",
    "$n = k - 1$ steps lead to $x^k$. In the following lemma $P$ and $Q$ stand for the squared "
    "norms of consecutive gradients, $C$ for their inner product, and $t$ for $L\\eta$. That "
    "$t^2 \\le 2$ is needed for the first step, $n = 1$; where it fails, the gradient may grow in "
    "it.",
)
P, Q, C, t, n = symbols("P Q C t n")
rest = (n * t) ** 2 * (Q - P) + 2 * n * t * (1 - t) * (C - P)


@gradient_descent.lemma(
    "coefficients",
    title="What the coefficients of the potential balance",
    for_constants=(P, Q, C, t, n),
    given=[
        (0, "<", t),
        (t**2, "<=", 2),
        (1, "<=", n),
        ((1 - t) * P + Q, "<=", (2 - t) * C),
        (2 * C, "<=", P + Q),
    ],
    claim=(rest, "<=", 0),
    witness={P: 1, Q: 1, C: 1, t: 1, n: 1},
)
def coefficients(p: Proof) -> Theorem:
    below = p.have((t, "<", 2), by.algebra())
    decline = p.have((2 * (1 - t) * P + 2 * Q, "<=", (2 - t) * (P + Q)), by.algebra(below))
    smaller = p.have((Q, "<=", P), by.algebra(decline))
    angle = p.have((C, "<=", P), by.algebra(smaller))
    drop = p.have((Q - P, "<=", (2 - t) * (C - P)), by.algebra())
    enough = p.have((0, "<=", n * t * (2 - t) + 2 * (1 - t)), by.algebra(below))
    return p.calc(
        rest,
        "<=", n * t * (n * t * (2 - t) + 2 * (1 - t)) * (C - P), by.multiplying(drop, (n * t) ** 2),
        "<=", 0, by.algebra(angle, enough),
    )  # fmt: skip


@gradient_descent.lemma(
    "potential.step",
    title="The potential does not increase",
    given=[step, smooth, *short],
    claim=(potential(k + 1), "<=", potential(k)),
)
def potential_step(p: Proof) -> Theorem:
    square = over_i((G[k, i] - G[k + 1, i]) ** 2)
    angle = p.calc(
        2 * product,
        "==", squared + next_squared - square, by.algebra(),
        "<=", squared + next_squared, by.algebra(p.nonnegative(square)),
    )  # fmt: skip
    norms = {"P": squared, "Q": next_squared, "C": product}
    balance = p.use(coefficients, angle, p.use(gradients), **norms, t=h, n=k)
    gained, far, near = p.use(decrease), p.use(away), p.use(shrinking)
    return p.have(
        (potential(k + 1), "<=", potential(k)), by.algebra(gained, far, near, balance)
    )  # fmt: skip


@gradient_descent.lemma(
    "potential",
    title="The potential after all steps",
    given=[visited, smooth, *short],
    claim=(potential(k), "<=", L**2 * R**2),
)
def potential_bound(p: Proof) -> Theorem:
    def base(p: Proof) -> Theorem:
        p.know(p.nonnegative(start))
        return p.have((L**2 * start, "<=", L**2 * R**2), by.definition(R))

    def induction_step(p: Proof, before: Theorem) -> Theorem:
        last = p.use(potential_step, k=k - 1)
        return p.have((potential(k), "<=", L**2 * R**2), by.algebra(before, last))

    return p.induction((potential(k), "<=", L**2 * R**2), visited, base, induction_step)


gradient_descent.section("The rates on convex functions")


@gradient_descent.lemma(
    "far",
    title="High above the minimum is far from the minimiser",
    for_constants=(t,),
    given=[smooth, (0, "<=", t)],
    claim=(2 * t * (L * (f(x[k]) - fstar) + squared / 2), "<=", t**2 * squared + L**2 * apart),
    witness={t: 1},
)
def far(p: Proof) -> Theorem:
    square = p.nonnegative(over_i((t * G[k, i] - L * (x[k, i] - xstar[i])) ** 2))
    return p.have(
        (2 * t * (L * (f(x[k]) - fstar) + squared / 2), "<=", t**2 * squared + L**2 * apart),
        by.algebra(square, p.use(away)),
    )


@gradient_descent.theorem(
    "rate",
    title="Gradient descent's rate on convex functions",
    given=[within(K, 1), smooth, *short],
    claim=(f(x[K + 1]) - fstar, "<=", L * R**2 / (4 * K * L * eta + 2)),
    reference="Drori and Teboulle (2014), Theorem 3.1, for eta <= 1/L",
)
def rate(p: Proof) -> Theorem:
    p.know(p.have((0, "<", K * h), by.algebra()))
    above_it = p.use(far, k=K + 1, t=K * h + 1)
    whole = p.have(
        (L * (4 * K * h + 2) * (f(x[K + 1]) - fstar), "<=", L**2 * R**2),
        by.adding(p.use(potential_bound, k=K + 1), above_it),
    )
    return p.have(
        (f(x[K + 1]) - fstar, "<=", L * R**2 / (4 * K * L * eta + 2)),
        by.multiplying(whole, 1 / (L * (4 * K * h + 2))),
    )


@gradient_descent.theorem(
    "rate.usual",
    title="The rate with the usual step size",
    given=[within(K, 1), smooth, (eta, "==", 1 / L)],
    claim=(f(x[K + 1]) - fstar, "<=", L * R**2 / (4 * K + 2)),
    reference="Drori and Teboulle (2014), Theorem 3.1",
)
def rate_usual(p: Proof) -> Theorem:
    unit = p.have((L * eta, "==", 1), by.algebra())
    p.know(unit, p.have((0, "<", eta), by.algebra()), p.have((h**2, "<=", 2), by.algebra(unit)))
    return p.calc(
        f(x[K + 1]) - fstar,
        "<=", L * R**2 / (4 * K * L * eta + 2), by.lemma(rate),
        "==", L * R**2 / (4 * K + 2), by.algebra(unit),
    )  # fmt: skip


@gradient_descent.theorem(
    "rate.gradient",
    title="How fast the gradient vanishes",
    given=[within(K, 1), smooth, *short],
    claim=(sqrt(over_i(G[K + 1, i] ** 2)), "<=", L * R / (K * L * eta + 1)),
)
def rate_gradient(p: Proof) -> Theorem:
    size, bound = over_i(G[K + 1, i] ** 2), L * R / (K * h + 1)
    p.know(p.nonnegative(size), p.have((0, "<=", R), by.definition(R)))
    p.know(p.have((0, "<", K * h), by.algebra()))
    high = p.have((size / 2, "<=", L * (f(x[K + 1]) - fstar)), by.algebra(p.use(above, k=K + 1)))
    whole = p.have(
        ((K * h + 1) ** 2 * size, "<=", (L * R) ** 2),
        by.algebra(p.use(potential_bound, k=K + 1), p.use(far, k=K + 1, t=1), high),
    )
    square = p.have((size, "<=", bound**2), by.multiplying(whole, 1 / (K * h + 1) ** 2))
    return p.calc(
        sqrt(size),
        "<=", sqrt(bound**2), by.lemma(root_monotone, square, x=size, y=bound**2),
        "==", L * R / (K * L * eta + 1), by.algebra(),
    )  # fmt: skip
