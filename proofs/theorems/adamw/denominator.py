"""L7 and L8: the denominator grows only as far as the descent allows.

T^k is driven by p_k = E[(G^k)^2/tD^k], what the descent pays. Induction on k shows, for all w in
[0, 1] at once, E(w^2 (v^k + eps) + (1-w^2) Z)^{1/2} <= Z^{1/2} + (1-beta) w T^k, Z = sigma^2 + eps.
"""

from ...language import E, Expr, Proof, Theorem, by, sqrt, symbols
from ...library.inequalities import root_tangent
from .iterates import integrable_v, know_denominator, know_prediction
from .momentum import second_moment
from .setting import (
    D,
    G,
    T,
    adamw,
    averaging,
    beta,
    coordinate,
    eps,
    from_start,
    g,
    i,
    k,
    predicted,
    sigma,
    step,
    tD,
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


@adamw.lemma(
    "conditional",
    title="Conditional second moment of the stochastic gradient",
    given=[step, coordinate],
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
    given=[step, coordinate, *averaging],
    claim=(E(v[k, i], given=k - 1), "<=", predicted[k, i]),
)
def conditional_v(p: Proof) -> Theorem:
    p.know(p.use(integrable_v))
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
            p.have((y / 2 + E(Y, given=k - 1) / (2 * y), "<=", y), by.multiplying(mean, 1 / (2 * y)))
        ),
    )  # fmt: skip
