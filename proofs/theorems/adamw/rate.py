"""The main theorem (blueprint section 3), for every mu in [0, 1] and all free parameters.

    eta = c_eta (Delta/(K d L))^{1/2},  eps = c_eps h^2/d,  1 - theta = c_theta s,
    s = (L Delta/K)^{1/2}/h,            h >= sigma_s,       s <= gamma.

First L3, L4, L5, L6 are put together without a choice of parameters (``balance``); then the choice
is made, in real numbers only (``assembly``); L7, L8 and L9 turn P into the l1 norm.
"""

from ...language import E, Expr, Proof, Rational, Theorem, by, root, sqrt, symbols, within
from ...library.inequalities import root_monotone, root_subadditive
from .denominator import predicted_total, total_denominator
from .descent import N, rho, total_descent, total_length
from .iterates import R, X, know_denominator, know_prediction, small_decay, within_reach
from .noise import error_sum, excess, k1, mixed_error, t, weight
from .setting import (
    D,
    Delta,
    G,
    K,
    L,
    P,
    Q,
    S,
    adamw,
    averaging,
    beta,
    coordinate,
    d,
    displacement,
    eps,
    eta,
    i,
    k,
    lam,
    mixing,
    momentum_error,
    mu,
    over_i,
    over_k,
    q,
    sigma_s,
    smoothing,
    step,
    tP,
    theta,
    xmax,
)

# --- the noise the descent has to pay -----------------------------------------------------------

drift_sum = theta**2 * k1 / ((1 - t) * (1 - theta) ** 2)


def error_bound(noise: Expr, moved: Expr) -> Expr:
    """What L4, L5 and L6 leave of sum_k E||n^k - G^k||^2, for noise sigma_s^2."""
    return (
        mu**2 / (1 + t * theta) * (2 * theta**2 * L * Delta / (1 - theta) + K * (1 - theta) * noise)
        + K * excess * noise
        + mu**2 / (1 + t * theta) * drift_sum * moved
    )


@adamw.lemma(
    "errors",
    title="The error of the mixed momentum, over all steps",
    for_constants=(t,),
    given=[within(K, 1), (0, "<", L), *smoothing, *mixing, *weight],
    claim=(N, "<=", error_bound(sigma_s**2, over_k(displacement[k]))),
    witness={t: 0},
    reference="blueprint section 3: L5, then L4",
)
def errors(p: Proof) -> Theorem:
    total = over_k(momentum_error[k])
    return p.calc(
        N,
        "<=", mu**2 * total + K * excess * sigma_s**2, by.summing(mixed_error, step),
        "==", mu**2 / (1 + t * theta) * ((1 + t * theta) * total) + K * excess * sigma_s**2,
        by.algebra(),
        "<=", error_bound(sigma_s**2, over_k(displacement[k])),
        by.multiplying(error_sum, mu**2 / (1 + t * theta)),
    )  # fmt: skip


# --- the balance, before parameters are chosen --------------------------------------------------

(h,) = symbols("h")
noise_weight = mu**2 / (1 + t * theta) * K * (1 - theta) + K * excess
kept = (
    1
    - L * eta / sqrt(eps)
    - (1 + rho) / sqrt(eps) * mu**2 / (1 + t * theta) * drift_sum * (L**2 * eta**2 / sqrt(eps))
)
positive = [(0, "<", L), (0, "<", eta), (0, "<", eps), (0, "<", rho)]


@adamw.lemma(
    "balance",
    title="Descent against noise, over all steps",
    for_constants=(t, rho, R, X, h),
    given=[within(K, 1), *positive, *mixing, *weight, *within_reach, (sigma_s, "<=", h)],
    claim=(
        P + kept * Q,
        "<=",
        2 * Delta / eta
        + (1 + rho) / sqrt(eps) * error_bound(h**2, 0)
        + (1 + 1 / rho) * lam**2 * X**2 * S,
    ),
    witness={t: 0, rho: 1, h: 1, R: 2, X: 5},
    reference="blueprint section 3: L3 with L2, L5, L4 and L6 put in",
)
def balance(p: Proof) -> Theorem:
    know_denominator(p)
    p.know(p.have((0, "<=", sigma_s), by.definition(sigma_s)))
    p.know(p.have((theta, "<", 1), by.algebra()), p.have((0, "<=", excess), by.algebra()))
    quieter = p.have((sigma_s**2, "<=", h**2), by.algebra())
    factor = (1 + rho) / sqrt(eps)
    decay = (1 + 1 / rho) * lam**2 * X**2
    moves = over_k(displacement[k])
    moved = L**2 * eta**2 / sqrt(eps) * Q
    spent = factor * mu**2 / (1 + t * theta) * drift_sum
    return p.calc(
        P + kept * Q,
        "==", 2 / eta * (eta / 2 * P + eta / 2 * (1 - L * eta / sqrt(eps)) * Q) - spent * moved,
        by.algebra(),
        "<=", 2 / eta * (Delta + eta / 2 * factor * N + eta / 2 * decay * S) - spent * moved,
        by.multiplying(total_descent, 2 / eta),
        "==", 2 * Delta / eta + factor * N + decay * S - spent * moved, by.algebra(),
        "<=",
        2 * Delta / eta + factor * error_bound(sigma_s**2, moves) + decay * S - spent * moved,
        by.multiplying(errors, factor),
        "<=",
        2 * Delta / eta + factor * error_bound(sigma_s**2, moved) + decay * S - spent * moved,
        by.multiplying(total_length, spent),
        "==", 2 * Delta / eta + factor * error_bound(sigma_s**2, 0) + decay * S, by.algebra(),
        "<=", 2 * Delta / eta + factor * error_bound(h**2, 0) + decay * S,
        by.multiplying(quieter, factor * noise_weight),
    )  # fmt: skip


# --- the choice of parameters -------------------------------------------------------------------

c_eta, c_theta, c_eps, a, gamma, r, s, C_P = symbols("c_eta c_theta c_eps a gamma r s C_P")
M = sqrt(K * d * L * Delta)
data = [within(K, 1), within(d, 1), (0, "<", L), (0, "<", Delta), (0, "<", h)]
chosen_s = (s, "==", sqrt(L * Delta / K) / h)
chosen_eta = (eta, "==", c_eta * sqrt(Delta / (K * d * L)))
chosen_eps = (eps, "==", c_eps * h**2 / d)
chosen_theta = (theta, "==", 1 - c_theta * s)
chosen_r = (r, "==", c_eta / (c_theta * sqrt(c_eps)))


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


positive_parameters = [(0, "<", c_eta), (0, "<", c_theta), (0, "<", c_eps)]
choices = [chosen_s, chosen_eta, chosen_eps, chosen_theta, chosen_r]
parameters = (c_eta, c_theta, c_eps, r, s, h)


@adamw.lemma(
    "chosen.curvature",
    title="What the step size makes of the curvature",
    for_constants=parameters,
    given=[*data, *positive_parameters, *choices],
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
    given=[*data, *positive_parameters, *choices],
    claim=(2 * L * Delta / (sqrt(eps) * (1 - theta)), "==", 2 * r / c_eta * M),
    witness={c_eta: 1, c_theta: 1, c_eps: 1, r: 1, s: 1, h: 1, K: 1, d: 1},
    reference="blueprint section 3, identities",
)
def chosen_drift(p: Proof) -> Theorem:
    return p.have((2 * L * Delta / (sqrt(eps) * (1 - theta)), "==", 2 * r / c_eta * M), by.algebra())


@adamw.lemma(
    "chosen.noise",
    title="What the parameters make of the noise",
    for_constants=parameters,
    given=[*data, *positive_parameters, *choices],
    claim=(K * (1 - theta) * h**2 / sqrt(eps), "==", r * c_theta**2 / c_eta * M),
    witness={c_eta: 1, c_theta: 1, c_eps: 1, r: 1, s: 1, h: 1, K: 1, d: 1},
    reference="blueprint section 3, identities",
)
def chosen_noise(p: Proof) -> Theorem:
    return p.have((K * (1 - theta) * h**2 / sqrt(eps), "==", r * c_theta**2 / c_eta * M), by.algebra())


p0, q0, s0, k0, M0, A0, c0, ell, y0, u0 = symbols("p0 q0 s0 k0 M0 A0 c0 ell y0 u0")


@adamw.lemma(
    "assembly",
    title="The inequality for P, solved",
    for_constants=(p0, q0, s0, k0, M0, A0, c0, ell, y0, u0, a, gamma, s, C_P),
    given=[
        *((0, "<=", z) for z in (p0, q0, s0, k0, M0, c0, a)),
        (p0 + k0 * q0, "<=", A0 * M0 + c0 * ell * s0),
        (ell, "<=", a * s), (0, "<=", s), (s, "<=", gamma),
        (s0, "<=", y0 + 2 * p0), (s * y0, "<=", u0 * M0),
        (2 * c0 * a * gamma, "<", 1),
        ((A0 + c0 * a * u0) / (1 - 2 * c0 * a * gamma), "<=", C_P),
    ],
    claim=(p0, "<=", C_P * M0),
    witness={p0: 1, q0: 1, s0: 1, k0: 1, M0: 2, A0: 1, c0: 1, ell: 0, y0: 1, u0: 1,
             a: 0, gamma: 1, s: 1, C_P: 1},
    reference="blueprint section 3: solve for P",
)  # fmt: skip
def assembly(p: Proof) -> Theorem:
    leading = p.calc(
        p0,
        "<=", p0 + k0 * q0, by.algebra(),
        "<=", A0 * M0 + c0 * ell * s0, by.algebra(degree=1),
        "<=", A0 * M0 + c0 * (a * s) * s0,
        by.multiplying(p.assumption((ell, "<=", a * s)), c0 * s0),
        "<=", A0 * M0 + c0 * (a * s) * (y0 + 2 * p0),
        by.multiplying(p.assumption((s0, "<=", y0 + 2 * p0)), c0 * (a * s)),
        "<=", A0 * M0 + c0 * a * (u0 * M0) + 2 * c0 * a * s * p0,
        by.multiplying(p.assumption((s * y0, "<=", u0 * M0)), c0 * a),
        "<=", A0 * M0 + c0 * a * (u0 * M0) + 2 * c0 * a * gamma * p0,
        by.multiplying(p.assumption((s, "<=", gamma)), 2 * c0 * a * p0),
    )  # fmt: skip
    rest = 1 - 2 * c0 * a * gamma
    p.know(p.have((0, "<", rest), by.algebra(degree=1)))
    largest = p.assumption(((A0 + c0 * a * u0) / rest, "<=", C_P))
    return p.calc(
        p0,
        "<=", (A0 + c0 * a * u0) / rest * M0, by.multiplying(leading, 1 / rest),
        "<=", C_P * M0, by.multiplying(largest, M0),
    )  # fmt: skip


# --- signs --------------------------------------------------------------------------------------


@adamw.lemma(
    "P.sign", title="P is not negative", given=[*averaging, (0, "<", eps)], claim=(0, "<=", P)
)
def sign_of_P(p: Proof) -> Theorem:
    know_denominator(p)
    return p.nonnegative(P)


@adamw.lemma(
    "Q.sign", title="Q is not negative", given=[*averaging, (0, "<", eps)], claim=(0, "<=", Q)
)
def sign_of_Q(p: Proof) -> Theorem:
    know_denominator(p)
    return p.nonnegative(Q)


@adamw.lemma(
    "S.sign", title="S is not negative", given=[*averaging, (0, "<", eps)], claim=(0, "<=", S)
)
def sign_of_S(p: Proof) -> Theorem:
    know_denominator(p)
    return p.nonnegative(S)


# --- P ------------------------------------------------------------------------------------------

bracket = 1 - r * (1 - theta) - (1 + rho) * theta**2 * k1 * r**2 / ((1 - t) * (1 + t * theta))
kept_part = (1 + rho) * theta**2 * k1 * r**2 / ((1 - t) * (1 + t * theta))
error_weight = mu**2 * theta**2 / (1 + t * theta) + c_theta**2 / 2 * (
    mu**2 / (1 + t * theta) + (1 - mu) * (1 - mu + 2 * mu * (1 - theta)) / (1 - theta)
)
paid = 2 / c_eta * (1 + (1 + rho) * r * error_weight)
slack = 1 - 2 * (1 + 1 / rho) * a * gamma
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
    (0, "<=", R), (2 * q, "<=", R**2),
    (xmax[d] + R * eta * K, "<=", X), (lam**2 * X**2, "<=", a * s),
    (2 * (1 + 1 / rho) * a * gamma, "<", 1),
    (0, "<=", bracket),
    ((paid + (1 + 1 / rho) * a * sqrt(1 + c_eps)) / slack, "<=", C_P),
]  # fmt: skip
canonical_point = {
    K: 1, d: 1, h: 1, s: 1, c_eta: Rational(1, 2), c_theta: 1, c_eps: 1, a: Rational(1, 8),
    gamma: 1, rho: 1, t: 0, r: Rational(1, 2), R: 2, X: 2, C_P: 21, eta: Rational(1, 2),
}  # fmt: skip


@adamw.lemma(
    "chosen.kept",
    title="What of Q is kept",
    for_constants=(*parameters, t, rho),
    given=[*data, *positive_parameters, *choices, *smoothing, *mixing, *weight, (0, "<", rho)],
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
    given=[*data, *positive_parameters, *choices, *smoothing, *mixing, *weight, (0, "<", rho)],
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
        2 / c_eta * M + (1 + rho) * drift * (2 * r / c_eta * M)
        + (1 + rho) * noise * (r * c_theta**2 / c_eta * M),
        by.algebra(chosen_step, chosen_drift, chosen_noise, alone=True),
        "==", paid * M, by.algebra(),
    )  # fmt: skip


small_theta = chosen_theta, (s, "<=", gamma), (c_theta * gamma, "<=", 1), (0, "<", c_theta)


@adamw.lemma(
    "chosen.s",
    title="The scale is positive",
    for_constants=(h, s),
    given=[*data, chosen_s],
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


@adamw.lemma(
    "chosen.C",
    title="The constant is positive",
    for_constants=everything,
    given=hyperparameters,
    claim=(0, "<", C_P),
    witness=canonical_point,
)
def positive_constant(p: Proof) -> Theorem:
    know_parameters(p)
    for sign in ((0, "<", r), (0, "<=", 1 - mu), (0, "<", 1 - theta), (0, "<", slack)):
        p.know(p.have(sign, by.algebra()))
    twice = p.have((0, "<=", 2 * mu * (1 - theta)), by.algebra())
    p.know(p.have((0, "<=", 1 - mu + 2 * mu * (1 - theta)), by.adding(twice, (mu, "<=", 1))))
    p.know(p.have((0, "<=", error_weight), by.algebra()))
    least = (paid + (1 + 1 / rho) * a * sqrt(1 + c_eps)) / slack
    return p.calc(0, "<", least, by.algebra(), "<=", C_P, by.algebra())


@adamw.lemma(
    "chosen.below",
    title="The decay of the momentum is below 1",
    for_constants=(c_theta, s, h),
    given=[*data, chosen_s, chosen_theta, (0, "<", c_theta)],
    claim=(theta, "<", 1),
    witness=canonical_point,
)
def decay_below_one(p: Proof) -> Theorem:
    return p.have((theta, "<", 1), by.algebra(positive_scale, chosen_theta, (0, "<", c_theta), alone=True))


@adamw.lemma(
    "chosen.beta",
    title="The decay of the second moment is below 1",
    given=[(0, "<=", theta), (theta, "<", 1), (theta, "<=", beta), (beta**2, "<=", theta)],
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


def know_parameters(p: Proof) -> None:
    """The signs and sizes that the choice of parameters implies."""
    for claim in (positive_scale, positive_step, positive_floor):
        p.know(p.use(claim))
    p.know(p.use(nonnegative_decay), p.use(decay_below_one))
    know_beta(p)
    whole = p.calc(
        lam**2 * X**2,
        "<=", a * s, by.algebra((lam**2 * X**2, "<=", a * s), alone=True),
        "<=", a * gamma, by.multiplying((s, "<=", gamma), a),
        "<=", 1, by.algebra((gamma, "<=", 1), (a, "<=", 1), (0, "<=", a), alone=True),
    )  # fmt: skip
    p.know(p.use(small_decay, whole))


@adamw.lemma(
    "P",
    title="What the descent pays in all",
    for_constants=everything,
    given=hyperparameters,
    claim=(P, "<=", C_P * M),
    witness=canonical_point,
    reference="blueprint section 3",
)
def bound_on_P(p: Proof) -> Theorem:
    know_parameters(p)
    know_denominator(p)
    know_prediction(p)
    p.know(p.use(sign_of_P), p.use(sign_of_Q), p.use(sign_of_S))
    c0, y0, u0 = 1 + 1 / rho, K * sqrt(d) * sqrt(sigma_s**2 + d * eps), sqrt(1 + c_eps)
    pays = p.calc(
        P + bracket * Q,
        "<=", P + kept * Q, by.multiplying(chosen_kept, Q),
        "<=",
        2 * Delta / eta + (1 + rho) / sqrt(eps) * error_bound(h**2, 0) + c0 * lam**2 * X**2 * S,
        by.lemma(balance),
        "==", paid * M + c0 * (lam**2 * X**2) * S, by.adding(chosen_errors),
    )  # fmt: skip
    grows = p.calc(
        S,
        "<=", y0 + 2 * tP, by.lemma(total_denominator),
        "<=", y0 + 2 * P, by.multiplying(predicted_total, 2),
    )  # fmt: skip
    noisy = p.calc(
        s * y0,
        "<=", s * (K * sqrt(d) * (h * u0)), by.multiplying(p.have(
            (sqrt(sigma_s**2 + d * eps), "<=", h * u0), by.lemma(noise_scale)), s * K * sqrt(d)),
        "==", u0 * M, by.multiplying(scale, u0),
    )
    return p.use(
        assembly, pays, grows, noisy,
        p0=P, q0=Q, s0=S, k0=bracket, M0=M, A0=paid, c0=c0, ell=lam**2 * X**2, y0=y0, u0=u0,
    )  # fmt: skip




# --- the l1 norm --------------------------------------------------------------------------------

c, w0, b0, u1 = symbols("c w0 b0 u1")
l1 = over_k(E(over_i(abs(G[k, i]))))


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
bound = C_1 * sqrt(d) * root(h**2 * L * Delta / K, 4) + C_2 * sqrt(d * L * Delta / K)


@adamw.lemma(
    "S",
    title="The denominators in all",
    for_constants=everything,
    given=hyperparameters,
    claim=(S, "<=", K * (sqrt(d) * h * sqrt(1 + c_eps)) + 2 * (C_P * M)),
    witness=canonical_point,
    reference="blueprint section 3",
)
def bound_on_S(p: Proof) -> Theorem:
    know_parameters(p)
    know_prediction(p)
    return p.calc(
        S,
        "<=", K * sqrt(d) * sqrt(sigma_s**2 + d * eps) + 2 * tP, by.lemma(total_denominator),
        "<=", K * sqrt(d) * (h * sqrt(1 + c_eps)) + 2 * tP, by.multiplying(noise_scale, K * sqrt(d)),
        "<=", K * sqrt(d) * (h * sqrt(1 + c_eps)) + 2 * P, by.multiplying(predicted_total, 2),
        "<=", K * (sqrt(d) * h * sqrt(1 + c_eps)) + 2 * (C_P * M), by.multiplying(bound_on_P, 2),
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


@adamw.theorem(
    "rate",
    title="AdamW's and NAdamW's rate, measured by the l1 norm",
    for_constants=everything,
    given=hyperparameters,
    claim=(l1 / K, "<=", bound),
    witness=canonical_point,
    reference="blueprint section 3",
)
def rate(p: Proof) -> Theorem:
    know_parameters(p)
    know_denominator(p)
    know_prediction(p)
    p.know(p.use(positive_constant))
    b, y = C_P * M, K * (sqrt(d) * h * sqrt(1 + c_eps)) + 2 * (C_P * M)
    best = sqrt(y / b)
    return p.calc(
        l1 / K,
        "<=", (best / 2 * P + S / (2 * best)) / K, by.multiplying(p.use(l1_norm, c=best), 1 / K),
        "<=", sqrt(b * y) / K,
        by.multiplying(
            p.use(best_weight, p.use(bound_on_P), p.use(bound_on_S), p0=P, s0=S, b0=b, y0=y), 1 / K
        ),
        "<=", bound, by.lemma(rate_terms),
    )  # fmt: skip


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
    p.know(p.use(positive_constant))
    positive_gamma = p.have((0, "<", gamma), by.algebra(positive_scale, (s, "<=", gamma), alone=True))
    return p.calc(
        l1 / K, "<=", bound, by.lemma(rate),
        "<=", bound_in_sigma, by.lemma(separate_roots, positive_gamma),
    )  # fmt: skip
