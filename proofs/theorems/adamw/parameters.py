"""The choice of parameters (blueprint section 3), and what it makes of the balance.

    eta = c_eta (Delta/(K d L))^{1/2},  eps = c_eps h^2/d,  1 - theta = c_theta s,
    s = (L Delta/K)^{1/2}/h,            h >= sigma_s,       s <= gamma.

All quantities are of the size of M = (K d L Delta)^{1/2}, with r = c_eta/(c_theta c_eps^{1/2}).
"""

from ...language import Expr, Proof, Rational, Theorem, by, sqrt, symbols, within
from ...library.inequalities import root_monotone
from .balance import drift_sum, error_bound, h, kept
from .decay import mean_reach
from .descent import rho
from .iterates import R, X, small_decay
from .momentum import dominance, excess
from .noise import k1, t, weight
from .setting import (
    Delta,
    K,
    L,
    adamw,
    beta,
    d,
    eps,
    eta,
    lam,
    mixing,
    mu,
    sigma_s,
    smoothing,
    theta,
    xmax,
)

# --- the choice of parameters -------------------------------------------------------------------

c_eta, c_theta, c_eps, gamma, r, s, C_P = symbols("c_eta c_theta c_eps gamma r s C_P")
a, a_mean = symbols("a a_mean")
M = sqrt(K * d * L * Delta)
data = [within(K, 1), within(d, 1), (0, "<", L), (0, "<", Delta), (0, "<", h)]
chosen_s = (s, "==", sqrt(L * Delta / K) / h)
chosen_eta = (eta, "==", c_eta * sqrt(Delta / (K * d * L)))
chosen_eps = (eps, "==", c_eps * h**2 / d)
chosen_theta = (theta, "==", 1 - c_theta * s)
chosen_r = (r, "==", c_eta / (c_theta * sqrt(c_eps)))
positive_parameters = [(0, "<", c_eta), (0, "<", c_theta), (0, "<", c_eps)]
nonnegative_rho = (0, "<=", rho)
choices = [chosen_s, chosen_eta, chosen_eps, chosen_theta, chosen_r]
parameters = (c_eta, c_theta, c_eps, r, s, h)

bracket = 1 - r * (1 - theta) - (1 + rho) * theta**2 * k1 * r**2 / ((1 - t) * (1 + t * theta))
kept_part = (1 + rho) * theta**2 * k1 * r**2 / ((1 - t) * (1 + t * theta))
error_weight = mu**2 * theta**2 / (1 + t * theta) + c_theta**2 / 2 * (
    mu**2 / (1 + t * theta) + (1 - mu) * (1 - mu + 2 * mu * (1 - theta)) / (1 - theta)
)
adamw.shorthand("error.weight", error_weight, constants=(t, c_theta), tex=r"\omega")
paid = 2 / c_eta * (1 + (1 + rho) * r * error_weight)
slack = 1 - 2 * (1 + 1 / rho) * a * gamma


def constant(decay: Expr) -> Expr:
    """The least C_P, where weight decay costs ``decay`` at first and a in return for P."""
    return (paid + (1 + 1 / rho) * decay * sqrt(1 + c_eps)) / slack


everything = (c_eta, c_theta, c_eps, a, gamma, rho, t, r, s, h, R, X, C_P)
hyperparameters = [
    *data,
    (sigma_s, "<=", h),
    chosen_s, (s, "<=", gamma), (gamma, "<=", 1),
    *positive_parameters, chosen_eta, chosen_eps, chosen_theta, chosen_r,
    (c_theta * gamma, "<=", 1),
    (theta, "<=", beta), (beta**2, "<=", theta),
    *mixing, *weight, (0, "<", rho),
    (0, "<=", lam), (0, "<=", a), (a, "<=", 1),
    (0, "<=", R), (dominance, "<=", R**2),
    (xmax[d] + R * eta * K, "<=", X), (lam**2 * X**2, "<=", a * s),
    (2 * (1 + 1 / rho) * a * gamma, "<", 1),
    (0, "<=", bracket),
    (constant(a), "<=", C_P),
]  # fmt: skip
refined = [
    *hyperparameters[:-1],
    (0, "<=", a_mean), (lam**2 * mean_reach, "<=", a_mean * s),
    (constant(a_mean), "<=", C_P),
]  # fmt: skip
canonical_point = {
    K: 1, d: 1, h: 1, s: 1, c_eta: Rational(1, 2), c_theta: 1, c_eps: 1, a: Rational(1, 8),
    gamma: 1, rho: 1, t: 0, r: Rational(1, 2), R: 2, X: 2, C_P: 21,
    a_mean: Rational(1, 8), eta: Rational(1, 2),
}  # fmt: skip


# --- signs and sizes ----------------------------------------------------------------------------

small_theta = chosen_theta, (s, "<=", gamma), (c_theta * gamma, "<=", 1), (0, "<", c_theta)


adamw.section(
    "The choice of the parameters",
    r"All quantities are now of the size of $\sqrt{KdL\Delta}$. The free parameters are "
    "kept, to be optimised later.",
)


@adamw.lemma(
    "chosen.s",
    title="The scale is positive",
    for_constants=(h, s),
    given=[within(K, 1), (0, "<", L), (0, "<", Delta), (0, "<", h), chosen_s],
    claim=(0, "<", s),
    witness=canonical_point,
)
def positive_scale(p: Proof) -> Theorem:
    return p.have((0, "<", s), by.algebra())


@adamw.lemma(
    "chosen.eta",
    title="The step size is positive",
    for_constants=(c_eta,),
    given=[*data[:-1], (0, "<", c_eta), chosen_eta],
    claim=(0, "<", eta),
    witness=canonical_point,
)
def positive_step(p: Proof) -> Theorem:
    return p.have((0, "<", eta), by.algebra())


@adamw.lemma(
    "chosen.eps",
    title="The floor is positive",
    for_constants=(c_eps, h),
    given=[within(d, 1), (0, "<", h), (0, "<", c_eps), chosen_eps],
    claim=(0, "<", eps),
    witness=canonical_point,
)
def positive_floor(p: Proof) -> Theorem:
    return p.have((0, "<", eps), by.algebra())


@adamw.lemma(
    "chosen.theta",
    title="The decay of the momentum is not negative",
    for_constants=(c_theta, s, gamma),
    given=[*small_theta],
    claim=(0, "<=", theta),
    witness=canonical_point,
)
def nonnegative_decay(p: Proof) -> Theorem:
    return p.have((0, "<=", theta), by.algebra())


@adamw.lemma(
    "chosen.root",
    title="The noise and the floor together",
    for_constants=(c_eps, h),
    given=[within(d, 1), (0, "<", h), (0, "<", c_eps), (sigma_s, "<=", h), chosen_eps],
    claim=(sqrt(sigma_s**2 + d * eps), "<=", h * sqrt(1 + c_eps)),
    witness=canonical_point,
    reference="blueprint section 3",
)
def noise_scale(p: Proof) -> Theorem:
    p.know(p.have((0, "<=", sigma_s), by.definition(sigma_s)))
    quieter = p.have((sigma_s**2, "<=", h**2), by.algebra())
    radicand = sigma_s**2 + d * eps
    louder = p.calc(
        radicand, "==", sigma_s**2 + c_eps * h**2, by.algebra(chosen_eps),
        "<=", h**2 * (1 + c_eps), by.algebra(quieter, degree=1),
    )  # fmt: skip
    p.know(p.have((0, "<=", d * eps), by.algebra(positive_floor)))
    return p.calc(
        sqrt(radicand),
        "<=", sqrt(h**2 * (1 + c_eps)),
        by.lemma(root_monotone, louder, x=radicand, y=h**2 * (1 + c_eps)),
        "==", h * sqrt(1 + c_eps), by.algebra(),
    )  # fmt: skip


paying = [*positive_parameters, chosen_r, *smoothing, *mixing, (0, "<=", t)]


@adamw.lemma(
    "chosen.paid",
    title="What is paid is positive",
    for_constants=(c_eta, c_theta, c_eps, r, t, rho),
    given=[*paying, nonnegative_rho],
    claim=(0, "<", paid),
    witness=canonical_point,
)
def positive_payment(p: Proof) -> Theorem:
    ratio = p.have((0, "<", r), by.algebra(chosen_r, *positive_parameters, alone=True))
    for sign in ((0, "<=", 1 - mu), (0, "<", 1 - theta)):
        p.know(p.have(sign, by.algebra()))
    twice = p.have((0, "<=", 2 * mu * (1 - theta)), by.algebra())
    p.know(p.have((0, "<=", 1 - mu + 2 * mu * (1 - theta)), by.adding(twice, (mu, "<=", 1))))
    weighed = p.have((0, "<=", error_weight), by.algebra())
    signs = [(0, "<", c_eta), nonnegative_rho, ratio, weighed]
    return p.have((0, "<", paid), by.algebra(*signs, alone=True))


@adamw.lemma(
    "chosen.C",
    title="The constant is positive",
    for_constants=(c_eta, c_theta, c_eps, a, a_mean, gamma, rho, t, r, C_P),
    given=[
        *paying, (0, "<", rho), (0, "<=", a_mean),
        (2 * (1 + 1 / rho) * a * gamma, "<", 1), (constant(a_mean), "<=", C_P),
    ],
    claim=(0, "<", C_P),
    witness=canonical_point,
)  # fmt: skip
def positive_constant(p: Proof) -> Theorem:
    left = p.have((0, "<", slack), by.algebra(degree=1))
    payment = p.use(positive_payment)
    signs = [payment, left, (0, "<", rho), (0, "<=", a_mean), (0, "<", c_eps)]
    p.know(left)
    return p.calc(
        0, "<", constant(a_mean), by.algebra(*signs, alone=True), "<=", C_P, by.algebra(degree=1)
    )


@adamw.lemma(
    "chosen.below",
    title="The decay of the momentum is below 1",
    for_constants=(c_theta, s, h),
    given=[*data, chosen_s, chosen_theta, (0, "<", c_theta)],
    claim=(theta, "<", 1),
    witness=canonical_point,
)
def decay_below_one(p: Proof) -> Theorem:
    return p.have(
        (theta, "<", 1), by.algebra(positive_scale, chosen_theta, (0, "<", c_theta), alone=True)
    )


@adamw.lemma(
    "chosen.beta",
    title="The decay of the second moment is below 1",
    given=[(theta, "<", 1), (beta**2, "<=", theta)],
    claim=(beta, "<", 1),
)
def second_decay_below_one(p: Proof) -> Theorem:
    return p.have((beta, "<", 1), by.algebra())


def know_beta(p: Proof) -> None:
    """0 <= beta < 1, where 0 <= theta < 1 is known."""
    p.know(p.use(second_decay_below_one))
    p.know(p.have((beta, "<=", 1), by.algebra(second_decay_below_one, alone=True)))
    least = p.have((0, "<=", theta), by.algebra())
    p.know(p.have((0, "<=", beta), by.algebra(least, (theta, "<=", beta), alone=True)))


def know_choice(p: Proof) -> None:
    """The signs that the choice of eta, eps and theta implies."""
    for claim in (positive_scale, positive_step, positive_floor, decay_below_one):
        p.know(p.use(claim))


def know_parameters(p: Proof) -> None:
    """The signs and sizes that the choice of parameters implies."""
    know_choice(p)
    p.know(p.use(nonnegative_decay))
    know_beta(p)
    whole = p.calc(
        lam**2 * X**2,
        "<=", a * s, by.algebra((lam**2 * X**2, "<=", a * s), alone=True),
        "<=", a * gamma, by.multiplying((s, "<=", gamma), a),
        "<=", 1, by.algebra((gamma, "<=", 1), (a, "<=", 1), (0, "<=", a), alone=True),
    )  # fmt: skip
    p.know(p.use(small_decay, whole))


# --- identities ---------------------------------------------------------------------------------


@adamw.lemma(
    "chosen.scale",
    title="What s is the scale of",
    for_constants=(h, s),
    given=[*data, chosen_s],
    claim=(s * (K * sqrt(d) * h), "==", M),
    witness={h: 1, s: 1, K: 1},
    reference="blueprint section 3, identities",
)
def scale(p: Proof) -> Theorem:
    return p.have((s * (K * sqrt(d) * h), "==", M), by.algebra())


@adamw.lemma(
    "chosen.step",
    title="What the step size makes of the gap",
    for_constants=(c_eta,),
    given=[*data[:-1], (0, "<", c_eta), chosen_eta],
    claim=(2 * Delta / eta, "==", 2 / c_eta * M),
    witness={c_eta: 1, K: 1, d: 1},
    reference="blueprint section 3, identities",
)
def chosen_step(p: Proof) -> Theorem:
    return p.have((2 * Delta / eta, "==", 2 / c_eta * M), by.algebra())


@adamw.lemma(
    "chosen.curvature",
    title="What the step size makes of the curvature",
    for_constants=parameters,
    given=[*data, (0, "<", c_theta), (0, "<", c_eps), *choices],
    claim=(L * eta / sqrt(eps), "==", r * (1 - theta)),
    witness={c_eta: 1, c_theta: 1, c_eps: 1, r: 1, s: 1, h: 1, K: 1, d: 1},
    reference="blueprint section 3, identities",
)
def chosen_curvature(p: Proof) -> Theorem:
    return p.have((L * eta / sqrt(eps), "==", r * (1 - theta)), by.algebra())


@adamw.lemma(
    "chosen.drift",
    title="What the parameters make of the first step",
    for_constants=parameters,
    given=[*data, *positive_parameters, chosen_s, chosen_eps, chosen_theta, chosen_r],
    claim=(2 * L * Delta / (sqrt(eps) * (1 - theta)), "==", 2 * r / c_eta * M),
    witness={c_eta: 1, c_theta: 1, c_eps: 1, r: 1, s: 1, h: 1, K: 1, d: 1},
    reference="blueprint section 3, identities",
)
def chosen_drift(p: Proof) -> Theorem:
    return p.have(
        (2 * L * Delta / (sqrt(eps) * (1 - theta)), "==", 2 * r / c_eta * M), by.algebra()
    )


@adamw.lemma(
    "chosen.noise",
    title="What the parameters make of the noise",
    for_constants=parameters,
    given=[*data, *positive_parameters, chosen_s, chosen_eps, chosen_theta, chosen_r],
    claim=(K * (1 - theta) * h**2 / sqrt(eps), "==", r * c_theta**2 / c_eta * M),
    witness={c_eta: 1, c_theta: 1, c_eps: 1, r: 1, s: 1, h: 1, K: 1, d: 1},
    reference="blueprint section 3, identities",
)
def chosen_noise(p: Proof) -> Theorem:
    return p.have(
        (K * (1 - theta) * h**2 / sqrt(eps), "==", r * c_theta**2 / c_eta * M), by.algebra()
    )


@adamw.lemma(
    "chosen.kept",
    title="What of Q is kept",
    for_constants=(*parameters, t, rho),
    given=[*data, *positive_parameters, *choices, *smoothing, *mixing, *weight, nonnegative_rho],
    claim=(bracket, "<=", kept),
    witness=canonical_point,
    reference="blueprint (B)",
)
def chosen_kept(p: Proof) -> Theorem:
    u, v = L * eta / sqrt(eps), r * (1 - theta)
    weight_of_square = (1 + rho) * mu**2 * drift_sum / (1 + t * theta)
    square = p.have((mu**2, "<=", 1), by.algebra())
    return p.calc(
        bracket,
        "<=", 1 - r * (1 - theta) - mu**2 * kept_part, by.multiplying(square, kept_part),
        "==", kept, by.multiplying(chosen_curvature, 1 + weight_of_square * (u + v)),
    )  # fmt: skip


@adamw.lemma(
    "chosen.errors",
    title="What the parameters make of the errors",
    for_constants=(*parameters, t, rho),
    given=[*data, *positive_parameters, *choices, *smoothing, (0, "<=", t)],
    claim=(
        2 * Delta / eta + (1 + rho) / sqrt(eps) * error_bound(h**2, 0), "==", paid * M,
    ),
    witness=canonical_point,
    reference="blueprint section 3, identities",
)  # fmt: skip
def chosen_errors(p: Proof) -> Theorem:
    drift = mu**2 * theta**2 / (1 + t * theta)
    noise = mu**2 / (1 + t * theta) + excess / (1 - theta)
    return p.calc(
        2 * Delta / eta + (1 + rho) / sqrt(eps) * error_bound(h**2, 0),
        "==",
        2 * Delta / eta
        + (1 + rho) * drift * (2 * L * Delta / (sqrt(eps) * (1 - theta)))
        + (1 + rho) * noise * (K * (1 - theta) * h**2 / sqrt(eps)),
        by.algebra(),
        "==",
        2 / c_eta * M
        + (1 + rho) * drift * (2 * L * Delta / (sqrt(eps) * (1 - theta)))
        + (1 + rho) * noise * (K * (1 - theta) * h**2 / sqrt(eps)),
        by.adding(chosen_step),
        "==",
        2 / c_eta * M + (1 + rho) * drift * (2 * r / c_eta * M)
        + (1 + rho) * noise * (K * (1 - theta) * h**2 / sqrt(eps)),
        by.multiplying(chosen_drift, (1 + rho) * drift),
        "==",
        2 / c_eta * M + (1 + rho) * drift * (2 * r / c_eta * M)
        + (1 + rho) * noise * (r * c_theta**2 / c_eta * M),
        by.multiplying(chosen_noise, (1 + rho) * noise),
        "==", paid * M, by.algebra(),
    )  # fmt: skip
