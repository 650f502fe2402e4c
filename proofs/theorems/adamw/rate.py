"""The main theorem (blueprint section 3), for every mu in [0, 1] and all free parameters.

L7 and L8 bound S by P; L9 turns both into the l1 norm.
"""

from ...language import Claimed, E, Proof, Theorem, by, root, sqrt, symbols, within
from ...library.inequalities import root_monotone, root_subadditive
from .balance import (
    h,
    p0,
    w0,
)
from .decay import mean_reach, mean_within_X
from .denominator import predicted_total, total_denominator
from .integrability import know_denominator, know_prediction
from .iterates import X
from .parameters import (
    C_P,
    M,
    a,
    a_mean,
    c_eps,
    canonical_point,
    chosen_eps,
    data,
    everything,
    gamma,
    hyperparameters,
    know_parameters,
    noise_scale,
    positive_constant,
    positive_floor,
    positive_scale,
    refined,
    s,
)
from .payment import bound_on_P
from .setting import (
    D,
    Delta,
    G,
    K,
    L,
    P,
    S,
    adamw,
    averaging,
    coordinate,
    d,
    eps,
    i,
    k,
    lam,
    over_i,
    over_k,
    sigma_s,
    step,
    tP,
)

# --- the l1 norm --------------------------------------------------------------------------------

c, b0, s0, u0, y0 = symbols("c b0 s0 u0 y0")
l1 = over_k(E(over_i(abs(G[k, i]))))


adamw.section(
    "The rate",
    r"It remains to pass from $P$ to the norm $\ell_1$, by Young's inequality in each "
    "coordinate and the best weight.",
)


@adamw.lemma(
    "L9",
    title="The l1 norm against P and S",
    for_constants=(c,),
    given=[(0, "<", c), *averaging, (0, "<", eps)],
    claim=(l1, "<=", c / 2 * P + S / (2 * c)),
    witness={c: 1},
    reference="blueprint L9",
)
def l1_norm(p: Proof) -> Theorem:
    know_denominator(p)
    at = p.within(step, coordinate)
    young = at.have(
        (abs(G[k, i]), "<=", c / 2 * G[k, i] ** 2 / D[k, i] + D[k, i] / (2 * c)),
        by.algebra(hints=(c * abs(G[k, i]) - D[k, i],)),
    )
    each = at.calc(
        E(abs(G[k, i])),
        "<=", E(c / 2 * G[k, i] ** 2 / D[k, i] + D[k, i] / (2 * c)), by.expectation(young),
        "==", c / 2 * E(G[k, i] ** 2 / D[k, i]) + E(D[k, i]) / (2 * c), by.linearity(),
    )  # fmt: skip
    return p.calc(
        l1,
        "==", over_k(over_i(E(abs(G[k, i])))), by.linearity(),
        "<=", c / 2 * P + S / (2 * c), by.summing(each, coordinate, step),
    )  # fmt: skip


@adamw.lemma(
    "L9.weight",
    title="The best weight",
    for_constants=(p0, s0, b0, y0),
    given=[(0, "<", b0), (0, "<", y0), (p0, "<=", b0), (s0, "<=", y0)],
    claim=(sqrt(y0 / b0) / 2 * p0 + s0 / (2 * sqrt(y0 / b0)), "<=", sqrt(b0 * y0)),
    witness={p0: 1, s0: 1, b0: 1, y0: 1},
    reference="blueprint section 3: c = ((K w + 2 Pb)/Pb)^{1/2}",
)
def best_weight(p: Proof) -> Theorem:
    weight = sqrt(y0 / b0)
    return p.calc(
        weight / 2 * p0 + s0 / (2 * weight),
        "<=", weight / 2 * b0 + s0 / (2 * weight), by.multiplying((p0, "<=", b0), weight / 2),
        "<=", weight / 2 * b0 + y0 / (2 * weight), by.multiplying((s0, "<=", y0), 1 / (2 * weight)),
        "==", sqrt(b0 * y0), by.algebra(),
    )  # fmt: skip


@adamw.lemma(
    "root.split",
    title="A root of a product, split",
    for_constants=(u0, w0),
    given=[(0, "<=", u0), (0, "<=", w0)],
    claim=(sqrt(u0 * (w0 + 2 * u0)), "<=", sqrt(u0 * w0) + sqrt(2) * u0),
    witness={u0: 1, w0: 1},
    reference="blueprint section 3",
)
def split_root(p: Proof) -> Theorem:
    return p.have((sqrt(u0 * (w0 + 2 * u0)), "<=", sqrt(u0 * w0) + sqrt(2) * u0), by.algebra())


C_1, C_2 = sqrt(C_P * sqrt(1 + c_eps)), sqrt(2) * C_P
noise_term, gap_term = C_1 * sqrt(d) * root(h**2 * L * Delta / K, 4), C_2 * sqrt(d * L * Delta / K)
bound = noise_term + gap_term
joint_bound = sqrt(noise_term**2 + gap_term**2)


@adamw.lemma(
    "S",
    title="The denominators in all",
    for_constants=(h, c_eps),
    given=[
        within(K, 1), within(d, 1), *averaging,
        (0, "<", h), (sigma_s, "<=", h), (0, "<", c_eps), chosen_eps,
    ],
    claim=(S, "<=", K * (sqrt(d) * h * sqrt(1 + c_eps)) + 2 * P),
    witness=canonical_point,
    reference="blueprint section 3",
)  # fmt: skip
def bound_on_S(p: Proof) -> Theorem:
    p.know(p.use(positive_floor))
    know_prediction(p)
    return p.calc(
        S,
        "<=", K * sqrt(d) * sqrt(sigma_s**2 + d * eps) + 2 * tP, by.lemma(total_denominator),
        "<=", K * sqrt(d) * (h * sqrt(1 + c_eps)) + 2 * tP,
        by.multiplying(noise_scale, K * sqrt(d)),
        "<=", K * (sqrt(d) * h * sqrt(1 + c_eps)) + 2 * P, by.multiplying(predicted_total, 2),
    )  # fmt: skip


@adamw.lemma(
    "rate.terms",
    title="The bound, in the terms of the data",
    for_constants=(h, c_eps, C_P),
    given=[*data, (0, "<", c_eps), (0, "<", C_P)],
    claim=(
        sqrt(C_P * M * (K * (sqrt(d) * h * sqrt(1 + c_eps)) + 2 * (C_P * M))) / K, "<=", bound,
    ),
    witness=canonical_point,
    reference="blueprint section 3",
)  # fmt: skip
def rate_terms(p: Proof) -> Theorem:
    u, w = C_P * M / K, sqrt(d) * h * sqrt(1 + c_eps)
    return p.calc(
        sqrt(C_P * M * (K * w + 2 * (C_P * M))) / K,
        "==", sqrt(u * (w + 2 * u)), by.algebra(),
        "<=", sqrt(u * w) + sqrt(2) * u, by.lemma(split_root, u0=u, w0=w),
        "==", bound, by.algebra(),
    )  # fmt: skip


def measured(p: Proof, paid_in_all: Theorem, joint: bool = False) -> Theorem:
    """The rate in the l1 norm, from P <= C_P M; ``joint``: with the root not split."""
    u, w = C_P * M / K, sqrt(d) * h * sqrt(1 + c_eps)
    b, y = C_P * M, K * w + 2 * (C_P * M)
    best = sqrt(y / b)
    grown = p.calc(
        S,
        "<=", K * w + 2 * P, by.lemma(bound_on_S),
        "<=", y, by.multiplying(paid_in_all, 2),
    )  # fmt: skip
    return p.calc(
        l1 / K,
        "<=", (best / 2 * P + S / (2 * best)) / K, by.multiplying(p.use(l1_norm, c=best), 1 / K),
        "<=", sqrt(b * y) / K,
        by.multiplying(p.use(best_weight, paid_in_all, grown, p0=P, s0=S, b0=b, y0=y), 1 / K),
        *(
            ("==", sqrt(u * (w + 2 * u)), by.algebra(), "==", joint_bound, by.algebra())
            if joint else ("<=", bound, by.lemma(rate_terms))
        ),
    )  # fmt: skip


@adamw.lemma(
    "rate.joint.sharper",
    title="Not to split the root is sharper",
    for_constants=(h, c_eps, C_P),
    given=[*data, (0, "<", c_eps), (0, "<", C_P)],
    claim=(joint_bound, "<=", bound),
    witness=canonical_point,
)
def joint_is_sharper(p: Proof) -> Theorem:
    u, w = C_P * M / K, sqrt(d) * h * sqrt(1 + c_eps)
    return p.calc(
        joint_bound,
        "==", sqrt(u * (w + 2 * u)), by.algebra(),
        "==", sqrt(C_P * M * (K * w + 2 * (C_P * M))) / K, by.algebra(),
        "<=", bound, by.lemma(rate_terms),
    )  # fmt: skip


def refined_measured(p: Proof, joint: bool) -> Theorem:
    """The rate from the bound on P, where weight decay counts as far as the iterates have gone."""
    know_parameters(p)
    know_denominator(p)
    know_prediction(p)
    p.know(p.use(positive_constant))
    return measured(p, p.use(bound_on_P), joint)


def from_refined(p: Proof, general: Claimed) -> Theorem:
    """A refined rate with a_mean = a, as the mean of what the iterates reach is within X."""
    know_parameters(p)
    know_denominator(p)
    know_prediction(p)
    near = p.use(mean_within_X)
    whole = p.calc(
        lam**2 * mean_reach,
        "<=", lam**2 * X**2, by.multiplying(near, lam**2),
        "<=", a * s, by.adding((lam**2 * X**2, "<=", a * s)),
    )  # fmt: skip
    return p.use(general, whole, a_mean=a)


@adamw.theorem(
    "rate.refined",
    title="The rate, where weight decay counts as far as the iterates have gone",
    for_constants=(*everything, a_mean),
    given=refined,
    claim=(l1 / K, "<=", bound),
    witness=canonical_point,
    reference="blueprint, instances: a (A^2+A X+X^2)/(3 X^2) for a in the numerator of C_P",
)
def refined_rate(p: Proof) -> Theorem:
    return refined_measured(p, joint=False)


@adamw.theorem(
    "rate",
    introduction="With all this we arrive at the main result, in the notation of the parameters "
    "above.",
    title="AdamW's and NAdamW's rate, measured by the l1 norm",
    for_constants=everything,
    given=hyperparameters,
    claim=(l1 / K, "<=", bound),
    witness=canonical_point,
    reference="blueprint section 3",
)
def rate(p: Proof) -> Theorem:
    return from_refined(p, refined_rate)


@adamw.theorem(
    "rate.refined.joint",
    title="The refined rate with its root not split",
    for_constants=(*everything, a_mean),
    given=refined,
    claim=(l1 / K, "<=", joint_bound),
    witness=canonical_point,
    reference="blueprint section 3, before the last line",
)
def refined_joint_rate(p: Proof) -> Theorem:
    return refined_measured(p, joint=True)


@adamw.theorem(
    "rate.joint",
    title="AdamW's and NAdamW's rate with its root not split",
    for_constants=everything,
    given=hyperparameters,
    claim=(l1 / K, "<=", joint_bound),
    witness=canonical_point,
    reference="blueprint section 3, before the last line: (A^2 + B^2)^{1/2} <= A + B",
)
def joint_rate(p: Proof) -> Theorem:
    return from_refined(p, refined_joint_rate)


quiet = (h**2, "<=", sigma_s**2 + L * Delta / (gamma**2 * K))
bound_in_sigma = C_1 * sqrt(d) * root(sigma_s**2 * L * Delta / K, 4) + (
    C_1 / sqrt(gamma) + C_2
) * sqrt(d * L * Delta / K)


@adamw.lemma(
    "rate.roots",
    title="Noise and gap apart",
    for_constants=(h, c_eps, gamma, C_P),
    given=[*data, (0, "<", gamma), (0, "<", c_eps), (0, "<", C_P), quiet],
    claim=(bound, "<=", bound_in_sigma),
    witness=canonical_point,
    reference="blueprint section 3: (x+y)^{1/4} <= x^{1/4} + y^{1/4}",
)
def separate_roots(p: Proof) -> Theorem:
    p.know(p.have((0, "<=", sigma_s), by.definition(sigma_s)))
    gap = L * Delta / K
    inner = p.calc(
        sqrt(h**2 * gap),
        "<=", sqrt((sigma_s**2 + gap / gamma**2) * gap),
        by.lemma(root_monotone, x=h**2 * gap, y=(sigma_s**2 + gap / gamma**2) * gap),
        "<=", sqrt(sigma_s**2 * gap) + sqrt(gap**2 / gamma**2),
        by.lemma(root_subadditive, x=sigma_s**2 * gap, y=gap**2 / gamma**2),
        "==", sqrt(sigma_s**2 * gap) + gap / gamma, by.algebra(),
    )  # fmt: skip
    outer = p.calc(
        root(h**2 * L * Delta / K, 4),
        "==", sqrt(sqrt(h**2 * gap)), by.algebra(),
        "<=", sqrt(sqrt(sigma_s**2 * gap) + gap / gamma),
        by.lemma(root_monotone, inner, x=sqrt(h**2 * gap), y=sqrt(sigma_s**2 * gap) + gap / gamma),
        "<=", sqrt(sqrt(sigma_s**2 * gap)) + sqrt(gap / gamma),
        by.lemma(root_subadditive, x=sqrt(sigma_s**2 * gap), y=gap / gamma),
        "==", root(sigma_s**2 * L * Delta / K, 4) + sqrt(gap / gamma), by.algebra(),
    )  # fmt: skip
    return p.calc(
        bound,
        "<=",
        C_1 * sqrt(d) * (root(sigma_s**2 * L * Delta / K, 4) + sqrt(gap / gamma))
        + C_2 * sqrt(d * L * Delta / K),
        by.multiplying(outer, C_1 * sqrt(d)),
        "==", bound_in_sigma, by.algebra(),
    )  # fmt: skip


@adamw.theorem(
    "rate.sigma",
    title="The rate in the noise level alone",
    for_constants=everything,
    given=[*hyperparameters, quiet],
    claim=(l1 / K, "<=", bound_in_sigma),
    witness=canonical_point,
    reference="blueprint section 3",
)
def rate_in_sigma(p: Proof) -> Theorem:
    know_parameters(p)
    p.know(p.use(positive_constant, a_mean=a))
    positive_gamma = p.have(
        (0, "<", gamma), by.algebra(positive_scale, (s, "<=", gamma), alone=True)
    )
    return p.calc(
        l1 / K, "<=", bound, by.lemma(rate),
        "<=", bound_in_sigma, by.lemma(separate_roots, positive_gamma),
    )  # fmt: skip
