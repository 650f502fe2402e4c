"""L7 and L8: the denominator grows only as far as the descent allows.

T^k is driven by p_k = E[(G^k)^2/tD^k], what the descent pays. Induction on k shows, for all w in
[0, 1] at once, E(w^2 (v^k + eps) + (1-w^2) Z)^{1/2} <= Z^{1/2} + (1-beta) w T^k, Z = sigma^2 + eps.
"""

from ...language import E, Expr, ForAll, Proof, Sum, Theorem, by, sqrt, symbols, within
from ...library.inequalities import root_monotone, root_tangent
from .integrability import know_denominator, know_prediction
from .setting import (
    D,
    G,
    K,
    P,
    S,
    T,
    adamw,
    averaging,
    beta,
    coordinate,
    d,
    eps,
    floored,
    from_start,
    g,
    i,
    k,
    over_i,
    over_k,
    predicted,
    sigma,
    sigma_s,
    step,
    tD,
    tP,
    v,
)

w, u0, s0, y0, z0, D0, G0 = symbols("w u0 s0 y0 z0 D0 G0")
kappa = sqrt(beta)
Z = sigma[i] ** 2 + eps
weights = [(0, "<=", w), (w, "<=", 1)]
signs = [*averaging, (0, "<", eps)]
p_k = E(G[k, i] ** 2 / tD[k, i])


def mixture(second_moment: Expr, weight: Expr = w, noise: Expr = sigma[i]) -> Expr:
    """``w^2 (v + eps) + (1-w^2) (sigma^2 + eps)``."""
    return weight**2 * (second_moment + eps) + (1 - weight**2) * (noise**2 + eps)


Y = mixture(v[k, i])
y = sqrt(mixture(predicted[k, i]))
z = sqrt(mixture(v[k - 1, i], kappa * w))


adamw.shorthand("kappa", kappa)
adamw.shorthand("Z", Z, i)
adamw.shorthand("p", p_k, k, i)
adamw.shorthand("y", y, k, i, constants=(w,))

adamw.section(
    "The denominators grow only as the descent allows",
    "This is the heart of the proof: the sum of the denominators is bounded without any "
    "bound on the gradients, by what the descent gains.",
)


@adamw.lemma(
    "conditional",
    title="Conditional second moment of the stochastic gradient",
    given=[step, coordinate, *floored],
    claim=(E(g[k, i] ** 2, given=k - 1), "<=", G[k, i] ** 2 + sigma[i] ** 2),
)
def conditional_moment(p: Proof) -> Theorem:
    noise = g[k, i] - G[k, i]
    mean = E(g[k, i], given=k - 1)
    return p.calc(
        E(g[k, i] ** 2, given=k - 1),
        "==", E(noise**2, given=k - 1) + 2 * G[k, i] * mean - G[k, i] ** 2, by.linearity(),
        "==", E(noise**2, given=k - 1) + 2 * G[k, i] * G[k, i] - G[k, i] ** 2,
        by.rewriting(p.axiom("A2")),
        "<=", G[k, i] ** 2 + sigma[i] ** 2, by.algebra(p.axiom("A3")),
    )  # fmt: skip


@adamw.lemma(
    "conditional.v",
    title="Conditional mean of the second moment estimate",
    given=[step, coordinate, *floored],
    claim=(E(v[k, i], given=k - 1), "<=", predicted[k, i]),
)
def conditional_v(p: Proof) -> Theorem:
    return p.calc(
        E(v[k, i], given=k - 1),
        "==", E(beta * v[k - 1, i] + (1 - beta) * g[k, i] ** 2, given=k - 1),
        by.definition(v, k=k),
        "==", beta * v[k - 1, i] + (1 - beta) * E(g[k, i] ** 2, given=k - 1), by.linearity(),
        "<=", predicted[k, i], by.multiplying(p.use(conditional_moment), 1 - beta),
    )  # fmt: skip


@adamw.lemma(
    "mixture.floor",
    title="A mixture of two numbers is at least their common part",
    for_all=(u0, s0),
    for_constants=(w,),
    given=[(0, "<=", u0), *weights],
    claim=(eps, "<=", mixture(u0, w, s0)),
    witness={u0: 1, s0: 1, w: 1},
)
def mixture_floor(p: Proof) -> Theorem:
    return p.have((eps, "<=", mixture(u0, w, s0)), by.algebra())


@adamw.lemma(
    "mixture",
    title="A mixture of positive numbers is positive",
    for_all=(u0, s0),
    for_constants=(w,),
    given=[(0, "<=", u0), (0, "<", eps), *weights],
    claim=(0, "<", mixture(u0, w, s0)),
    witness={u0: 1, s0: 1, w: 1},
)
def mixture_positive(p: Proof) -> Theorem:
    return p.have((0, "<", mixture(u0, w, s0)), by.algebra(mixture_floor))


def know_mixture(p: Proof, second_moment: Expr, weight: Expr = w) -> None:
    """The mixture under the root is at least eps > 0."""
    at = {"u0": second_moment, "s0": sigma[i], "w": weight}
    p.know(p.use(mixture_floor, **at), p.use(mixture_positive, **at))


@adamw.lemma(
    "L7.tangent",
    title="The root of the second moment, in the mean",
    for_constants=(w,),
    given=[step, coordinate, *signs, *weights],
    claim=(E(sqrt(Y)), "<=", E(y)),
    witness={w: 1},
    reference="blueprint L7: tangent of the root at y, which is known at step k - 1",
)
def tangent(p: Proof) -> Theorem:
    know_prediction(p)
    know_mixture(p, v[k, i])
    know_mixture(p, predicted[k, i])
    mean = p.calc(
        E(Y, given=k - 1),
        "==", w**2 * (E(v[k, i], given=k - 1) + eps) + (1 - w**2) * Z, by.linearity(),
        "<=", y**2, by.algebra(p.use(conditional_v)),
    )  # fmt: skip
    return p.calc(
        E(sqrt(Y)),
        "<=", E(y / 2 + Y / (2 * y)), by.expectation(p.use(root_tangent, t=Y, y=y)),
        "==", E(y / 2 + E(Y, given=k - 1) / (2 * y)), by.tower(),
        "<=", E(y),
        by.expectation(
            p.have(
                (y / 2 + E(Y, given=k - 1) / (2 * y), "<=", y), by.multiplying(mean, 1 / (2 * y))
            )
        ),
    )  # fmt: skip


@adamw.lemma(
    "L7.root",
    title="How much the root grows",
    for_all=(y0, z0, D0, G0),
    for_constants=(w,),
    given=[
        (0, "<=", w), *averaging, (0, "<=", z0), (0, "<", D0), (w * D0, "<=", y0),
        (y0**2, "==", z0**2 + w**2 * (1 - beta) * G0**2),
    ],
    claim=(y0, "<=", z0 + w * (1 - beta) * G0**2 / D0),
    witness={y0: 1, z0: 1, D0: 1, G0: 0, w: 1},
    reference="blueprint L7: (y-z)(y+z) = w^2 (1-kappa^2) G^2 and y >= w tD",
)  # fmt: skip
def root_growth(p: Proof) -> Theorem:
    return p.have((y0, "<=", z0 + w * (1 - beta) * G0**2 / D0), by.algebra())


@adamw.lemma(
    "L7.increment",
    title="What the gradient adds to the root",
    for_constants=(w,),
    given=[step, coordinate, *signs, *weights],
    claim=(E(y), "<=", E(z) + w * (1 - beta) * p_k),
    witness={w: 1},
    reference="blueprint L7: y <= z + w (1-kappa^2) G^2/tD",
)
def increment(p: Proof) -> Theorem:
    know_prediction(p)
    know_mixture(p, predicted[k, i])
    p.know(p.have((kappa, "<=", 1), by.lemma(root_monotone, x=beta, y=1)))
    p.know(p.have((kappa * w, "<=", 1), by.algebra()))
    know_mixture(p, v[k - 1, i], kappa * w)
    above = p.calc(
        w * tD[k, i],
        "==", sqrt(w**2 * (predicted[k, i] + eps)), by.definition(tD),
        "<=", y,
        by.lemma(root_monotone, x=w**2 * (predicted[k, i] + eps), y=mixture(predicted[k, i])),
    )  # fmt: skip
    squares = p.have((y**2, "==", z**2 + w**2 * (1 - beta) * G[k, i] ** 2), by.algebra())
    return p.calc(
        E(y),
        "<=", E(z + w * (1 - beta) * G[k, i] ** 2 / tD[k, i]),
        by.expectation(p.use(root_growth, above, squares, y0=y, z0=z, D0=tD[k, i], G0=G[k, i])),
        "==", E(z) + w * (1 - beta) * p_k, by.linearity(),
    )  # fmt: skip


@adamw.lemma(
    "L7",
    introduction="The induction is on the step, for all weights $w$ at once: the hypothesis is "
    r"used at $\kappa w$.",
    title="The denominator grows only as the descent allows",
    for_constants=(w,),
    given=[from_start, coordinate, *signs, *weights],
    claim=(E(sqrt(Y)), "<=", sqrt(Z) + (1 - beta) * w * T[k, i]),
    witness={w: 1},
    reference="blueprint L7: induction on k, for all w at once",
)
def growth(p: Proof) -> Theorem:
    know_prediction(p)
    know_mixture(p, v[k, i])

    def start(p: Proof) -> Theorem:
        first = mixture(v[0, i])
        return p.calc(
            E(sqrt(first)),
            "==", sqrt(w**2 * eps + (1 - w**2) * Z), by.definition(v),
            "<=", sqrt(Z), by.lemma(root_monotone, x=w**2 * eps + (1 - w**2) * Z, y=Z),
            "==", sqrt(Z) + (1 - beta) * w * T[0, i], by.definition(T),
        )  # fmt: skip

    def induction_step(p: Proof, before: ForAll) -> Theorem:
        p.know(p.have((kappa, "<=", 1), by.lemma(root_monotone, x=beta, y=1)))
        p.know(p.have((kappa * w, "<=", 1), by.algebra()))
        return p.calc(
            E(sqrt(Y)),
            "<=", E(y), by.lemma(tangent),
            "<=", E(z) + w * (1 - beta) * p_k, by.lemma(increment),
            "<=", sqrt(Z) + (1 - beta) * (kappa * w) * T[k - 1, i] + w * (1 - beta) * p_k,
            by.adding(before(w=kappa * w)),
            "==", sqrt(Z) + (1 - beta) * w * T[k, i], by.definition(T, k=k),
        )  # fmt: skip

    return p.induction(
        (E(sqrt(Y)), "<=", sqrt(Z) + (1 - beta) * w * T[k, i]),
        from_start,
        base=start,
        step=induction_step,
        for_all=(w,),
        where=tuple(weights),
    )


# --- the sum over all steps ---------------------------------------------------------------------

total_T = over_k(T[k, i])
total_p = over_k(p_k)


@adamw.lemma(
    "L7.mean",
    title="The denominator in the mean",
    given=[step, coordinate, *signs],
    claim=(E(D[k, i]), "<=", sqrt(Z) + (1 - beta) * T[k, i]),
    reference="blueprint L7 at w = 1",
)
def mean_denominator(p: Proof) -> Theorem:
    know_denominator(p)
    return p.calc(
        E(D[k, i]),
        "==", E(sqrt(mixture(v[k, i], 1))), by.definition(D),
        "<=", sqrt(Z) + (1 - beta) * T[k, i], by.lemma(growth, w=1),
    )  # fmt: skip


@adamw.lemma(
    "L7.predicted",
    title="The predicted denominator in the mean",
    given=[step, coordinate, *signs],
    claim=(E(tD[k, i]), "<=", sqrt(Z) + (1 - beta) * T[k, i]),
    reference="blueprint L7 at w = 1, the first step omitted",
)
def mean_prediction(p: Proof) -> Theorem:
    know_prediction(p)
    p.know(p.have((kappa, "<=", 1), by.lemma(root_monotone, x=beta, y=1)))
    return p.calc(
        E(tD[k, i]),
        "==", E(sqrt(mixture(predicted[k, i], 1))), by.definition(tD),
        "<=", E(sqrt(mixture(v[k - 1, i], kappa))) + (1 - beta) * p_k, by.lemma(increment, w=1),
        "<=", sqrt(Z) + (1 - beta) * kappa * T[k - 1, i] + (1 - beta) * p_k,
        by.adding(p.use(growth, k=k - 1, w=kappa)),
        "==", sqrt(Z) + (1 - beta) * T[k, i], by.definition(T, k=k),
    )  # fmt: skip


@adamw.lemma(
    "T",
    title="T is not negative",
    given=[from_start, coordinate, *signs],
    claim=(0, "<=", T[k, i]),
)
def sign_of_T(p: Proof) -> Theorem:
    know_prediction(p)

    def induction_step(p: Proof, before: Theorem) -> Theorem:
        return p.calc(
            0,
            "<=", kappa * T[k - 1, i] + p_k, by.algebra(before, p.nonnegative(p_k)),
            "==", T[k, i], by.definition(T, k=k),
        )  # fmt: skip

    return p.induction(
        (0, "<=", T[k, i]),
        from_start,
        base=lambda p: p.have((0, "<=", T[0, i]), by.definition(T)),
        step=induction_step,
    )


@adamw.lemma(
    "L7.T",
    title="The sum of T",
    given=[within(K, 1), coordinate, *signs],
    claim=((1 - kappa) * total_T, "<=", total_p),
    reference="blueprint L7: summing T^k = kappa T^{k-1} + p_k",
)
def sum_of_T(p: Proof) -> Theorem:
    know_prediction(p)
    past = Sum(T[k, i], (k, 1, K - 1))
    return p.calc(
        (1 - kappa) * total_T,
        "==", over_k(kappa * T[k - 1, i] + p_k) - kappa * total_T, by.definition(T),
        "==", kappa * (T[0, i] + past) + total_p - kappa * (past + T[K, i]),
        by.algebra(p.first(T[k - 1, i], step), p.last(T[k, i], step)),
        "==", total_p - kappa * T[K, i], by.definition(T),
        "<=", total_p, by.algebra(p.use(sign_of_T, k=K)),
    )  # fmt: skip


@adamw.lemma(
    "L7.sum",
    title="The denominator of a coordinate, over all steps",
    given=[within(K, 1), coordinate, *signs],
    claim=(over_k(E(D[k, i])), "<=", K * sqrt(Z) + (1 + kappa) * total_p),
    reference="blueprint L7",
)
def sum_of_denominators(p: Proof) -> Theorem:
    know_prediction(p)
    return p.calc(
        over_k(E(D[k, i])),
        "<=", over_k(sqrt(Z) + (1 - beta) * T[k, i]), by.summing(mean_denominator, step),
        "==", K * sqrt(Z) + (1 + kappa) * ((1 - kappa) * total_T), by.algebra(),
        "<=", K * sqrt(Z) + (1 + kappa) * total_p, by.multiplying(sum_of_T, 1 + kappa),
    )  # fmt: skip


@adamw.lemma(
    "L7.noise",
    title="The noise and the floor of all coordinates",
    given=[within(d, 1), (0, "<", eps)],
    claim=(over_i(sqrt(Z)), "<=", sqrt(d) * sqrt(sigma_s**2 + d * eps)),
    reference="blueprint L7: over i, by Z_i^{1/2} <= y/2 + Z_i/(2y)",
)
def total_noise(p: Proof) -> Theorem:
    u = sqrt((sigma_s**2 + d * eps) / d)
    at = p.within(coordinate)
    each = at.use(root_tangent, t=Z, y=u)
    return p.calc(
        over_i(sqrt(Z)),
        "<=", d * u / 2 + (over_i(sigma[i] ** 2) + d * eps) / (2 * u),
        by.summing(each, coordinate),
        "==", d * u / 2 + (sigma_s**2 + d * eps) / (2 * u), by.definition(sigma_s),
        "==", sqrt(d) * sqrt(sigma_s**2 + d * eps), by.algebra(),
    )  # fmt: skip


@adamw.lemma(
    "L7.total",
    title="The denominators of all coordinates, over all steps",
    given=[within(K, 1), within(d, 1), *signs],
    claim=(S, "<=", K * sqrt(d) * sqrt(sigma_s**2 + d * eps) + 2 * tP),
    reference="blueprint L7",
)
def total_denominator(p: Proof) -> Theorem:
    know_prediction(p)
    at = p.within(coordinate)
    below_one = at.have((kappa, "<=", 1), by.lemma(root_monotone, x=beta, y=1))
    at.know(at.nonnegative(total_p))
    each = at.calc(
        over_k(E(D[k, i])),
        "<=", K * sqrt(Z) + (1 + kappa) * total_p, by.lemma(sum_of_denominators),
        "<=", K * sqrt(Z) + 2 * total_p, by.multiplying(below_one, total_p),
    )  # fmt: skip
    return p.calc(
        S,
        "<=", K * over_i(sqrt(Z)) + 2 * tP, by.summing(each, coordinate),
        "<=", K * sqrt(d) * sqrt(sigma_s**2 + d * eps) + 2 * tP, by.multiplying(total_noise, K),
    )  # fmt: skip


# --- L8 -----------------------------------------------------------------------------------------


@adamw.lemma(
    "L8.tangent",
    title="Tangent of 1/D at tD",
    for_all=(G0, D0, z0),
    given=[(0, "<", D0), (0, "<", z0)],
    claim=(
        G0**2 / z0,
        "<=",
        G0**2 / D0 - G0**2 / (2 * z0) + G0**2 / (2 * z0**3) * D0**2,
    ),
    witness={G0: 1, D0: 1, z0: 1},
    reference="blueprint L8: (tD - D)^2 (2 tD + D) >= 0",
)
def inverse_tangent(p: Proof) -> Theorem:
    return p.have(
        (G0**2 / z0, "<=", G0**2 / D0 - G0**2 / (2 * z0) + G0**2 / (2 * z0**3) * D0**2),
        by.algebra(),
    )


@adamw.lemma(
    "L8.size",
    title="What the tangent is applied to is integrable",
    given=[step, coordinate, *floored],
    claim=(
        abs(G[k, i] ** 2 * D[k, i] ** 2 / tD[k, i] ** 3),
        "<=",
        (G[k, i] ** 2 + g[k, i] ** 2) / sqrt(eps),
    ),
    reference="blueprint L0: (1-beta) g^2 and the rest of D^2 are compared with tD^2 apart",
)
def tangent_size(p: Proof) -> Theorem:
    know_denominator(p)
    know_prediction(p)
    square = p.have((tD[k, i] ** 2, "==", predicted[k, i] + eps), by.definition(tD))
    old = beta * v[k - 1, i] + eps
    fresh = (1 - beta) * g[k, i] ** 2
    kept = p.have((old, "<=", tD[k, i] ** 2), by.algebra(square))
    seen = p.have(((1 - beta) * G[k, i] ** 2, "<=", tD[k, i] ** 2), by.algebra(square))
    floor = p.have((1 / tD[k, i], "<=", 1 / sqrt(eps)), by.algebra())
    weight = G[k, i] ** 2 + g[k, i] ** 2
    return p.calc(
        abs(G[k, i] ** 2 * D[k, i] ** 2 / tD[k, i] ** 3),
        "==", G[k, i] ** 2 / tD[k, i] ** 3 * (v[k, i] + eps), by.definition(D),
        "==", G[k, i] ** 2 / tD[k, i] ** 3 * (old + fresh), by.definition(v, k=k),
        "<=", G[k, i] ** 2 / tD[k, i] + G[k, i] ** 2 / tD[k, i] ** 3 * fresh,
        by.multiplying(kept, G[k, i] ** 2 / tD[k, i] ** 3),
        "<=", G[k, i] ** 2 / tD[k, i] + g[k, i] ** 2 / tD[k, i],
        by.multiplying(seen, g[k, i] ** 2 / tD[k, i] ** 3),
        "<=", weight / sqrt(eps), by.multiplying(floor, weight),
    )  # fmt: skip


@adamw.lemma(
    "L8.coordinate",
    title="The predicted denominator pays no more, at one coordinate and step",
    given=[step, coordinate, *signs],
    claim=(p_k, "<=", E(G[k, i] ** 2 / D[k, i])),
    reference="blueprint L8",
)
def predicted_pays(p: Proof) -> Theorem:
    know_denominator(p)
    know_prediction(p)
    p.know(p.use(tangent_size))
    gain = G[k, i] ** 2 / (2 * tD[k, i] ** 3)
    square = p.calc(
        E(D[k, i] ** 2, given=k - 1),
        "==", E(v[k, i] + eps, given=k - 1), by.definition(D),
        "==", E(v[k, i], given=k - 1) + eps, by.linearity(),
        "<=", predicted[k, i] + eps, by.adding(conditional_v),
        "==", tD[k, i] ** 2, by.definition(tD),
    )  # fmt: skip
    mean = E(D[k, i] ** 2, given=k - 1)
    p.know(
        p.calc(
            0,
            "==",
            E(0, given=k - 1),
            by.linearity(),
            "<=",
            mean,
            by.expectation(p.have((0, "<=", D[k, i] ** 2), by.algebra()), given=k - 1),
        )
    )
    p.know(
        p.have(
            (abs(2 * gain * mean), "<=", 2 * gain * tD[k, i] ** 2), by.multiplying(square, 2 * gain)
        )
    )
    bent = p.calc(
        E(gain * D[k, i] ** 2),
        "==", E(gain * mean), by.tower(),
        "<=", E(gain * tD[k, i] ** 2), by.expectation(p.have(
            (gain * mean, "<=", gain * tD[k, i] ** 2), by.multiplying(square, gain)
        )),
        "==", p_k / 2, by.linearity(),
    )  # fmt: skip
    below = G[k, i] ** 2 / D[k, i]
    return p.calc(
        p_k,
        "<=", E(below - G[k, i] ** 2 / (2 * tD[k, i]) + gain * D[k, i] ** 2),
        by.expectation(p.use(inverse_tangent, G0=G[k, i], D0=D[k, i], z0=tD[k, i])),
        "==", E(below) - p_k / 2 + E(gain * D[k, i] ** 2), by.linearity(),
        "<=", E(below), by.adding(bent),
    )  # fmt: skip


@adamw.lemma(
    "L8",
    introduction="The predicted denominators may be exchanged for the actual ones.",
    title="The predicted denominator pays no more",
    given=[*signs],
    claim=(tP, "<=", P),
    reference="blueprint L8",
)
def predicted_total(p: Proof) -> Theorem:
    return p.have((tP, "<=", P), by.summing(predicted_pays, coordinate, step))
