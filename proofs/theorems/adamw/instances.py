"""The canonical instance: the free parameters of the main theorem fixed, a theorem of its own."""

from ...language import Max, Proof, Rational, Theorem, by, root, sqrt, within
from ...library.inequalities import root_monotone
from .balance import h
from .descent import rho
from .integrability import know_denominator, know_prediction
from .iterates import R, X
from .noise import t
from .parameters import (
    C_P,
    a,
    bracket,
    c_eps,
    c_eta,
    c_theta,
    chosen_s,
    error_weight,
    gamma,
    know_beta,
    paid,
    positive_floor,
    positive_scale,
    r,
    s,
    slack,
)
from .rate import l1, rate
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
    mu,
    q,
    sigma_s,
    smoothing,
    theta,
    xmax,
)

# canonical: c_eta = 1/2, c_theta = c_eps = gamma = rho = 1, t = 0, a = 1/8, so r = 1/2
chosen = {
    c_eta: Rational(1, 2), c_theta: 1, c_eps: 1, a: Rational(1, 8), gamma: 1, rho: 1, t: 0,
    r: Rational(1, 2), R: sqrt(2 * q), X: xmax[d] + sqrt(2 * q) * eta * K, C_P: 20 + sqrt(2) / 2,
}  # fmt: skip
C_1 = sqrt((20 + sqrt(2) / 2) * sqrt(2))
C_2 = 20 * sqrt(2) + 1
noise_level = (h, "==", sqrt(Max(sigma_s**2, L * Delta / K)))
canonical_reach = xmax[d] + sqrt(2 * q) * eta * K
canonical_bound = C_1 * sqrt(d) * root(h**2 * L * Delta / K, 4) + C_2 * sqrt(d * L * Delta / K)
canonical = [
    within(K, 1), within(d, 1), (0, "<", L), (0, "<", Delta),
    noise_level, chosen_s,
    (eta, "==", sqrt(Delta / (K * d * L)) / 2),
    (eps, "==", h**2 / d),
    (theta, "==", 1 - s), (theta, "<=", beta), (beta**2, "<=", theta),
    (theta, "<=", mu), (mu, "<=", 1),
    (0, "<=", lam), (lam**2 * canonical_reach**2, "<=", s / 8),
]  # fmt: skip
canonical_witness = {K: 1, d: 1, h: 1, s: 1, eta: Rational(1, 2)}
weight = error_weight.xreplace({c_theta: 1, t: 0})


@adamw.lemma(
    "canonical.weight",
    title="What the momentum error weighs in the canonical instance",
    given=[*smoothing, (theta, "<=", mu), (mu, "<=", 1)],
    claim=(weight, "<=", Rational(3, 2)),
    reference="blueprint, instances: theta^2 + (1 + theta - theta^2)/2 <= 3/2 for mu in [theta, 1]",
)
def canonical_weight(p: Proof) -> Theorem:
    return p.have((weight, "<=", Rational(3, 2)), by.algebra())


constant = ((paid + (1 + 1 / rho) * a * sqrt(1 + c_eps)) / slack).xreplace(chosen)


@adamw.lemma(
    "canonical.constant",
    title="The constant of the canonical instance",
    given=[*smoothing, (theta, "<=", mu), (mu, "<=", 1)],
    claim=(constant, "<=", 20 + sqrt(2) / 2),
    reference="blueprint, instances",
)
def canonical_constant(p: Proof) -> Theorem:
    return p.calc(
        constant,
        "==", 8 + 8 * weight + sqrt(2) / 2, by.algebra(),
        "<=", 20 + sqrt(2) / 2, by.multiplying(canonical_weight, 8),
    )  # fmt: skip


@adamw.lemma(
    "canonical.bracket",
    title="What of Q is kept in the canonical instance",
    given=[*smoothing],
    claim=(0, "<=", bracket.xreplace(chosen)),
    reference="blueprint (B)",
)
def canonical_bracket(p: Proof) -> Theorem:
    return p.have((0, "<=", bracket.xreplace(chosen)), by.algebra())


@adamw.lemma(
    "canonical.h",
    title="h is positive",
    for_constants=(h,),
    given=[within(K, 1), (0, "<", L), (0, "<", Delta), noise_level],
    claim=(0, "<", h),
    witness=canonical_witness,
)
def positive_h(p: Proof) -> Theorem:
    return p.have((0, "<", h), by.algebra())


@adamw.lemma(
    "canonical.noise",
    title="h is at least the noise level",
    for_constants=(h,),
    given=[within(K, 1), (0, "<", L), (0, "<", Delta), noise_level],
    claim=(sigma_s, "<=", h),
    witness=canonical_witness,
)
def noise_below_h(p: Proof) -> Theorem:
    p.know(p.have((0, "<=", sigma_s), by.definition(sigma_s)), p.use(positive_h))
    square = p.have((sigma_s**2, "<=", h**2), by.algebra())
    return p.have((sigma_s, "<=", h), by.algebra(square, *p.local, alone=True))


@adamw.lemma(
    "canonical.s",
    title="s is at most 1",
    for_constants=(h, s),
    given=[within(K, 1), (0, "<", L), (0, "<", Delta), noise_level, chosen_s],
    claim=(s, "<=", 1),
    witness=canonical_witness,
)
def small_s(p: Proof) -> Theorem:
    p.know(p.use(positive_h))
    square = p.have((L * Delta / K, "<=", h**2), by.algebra())
    return p.calc(
        s, "==", sqrt(L * Delta / K) / h, by.algebra(chosen_s, alone=True),
        "<=", sqrt(h**2) / h,
        by.multiplying(p.use(root_monotone, square, x=L * Delta / K, y=h**2), 1 / h),
        "==", 1, by.algebra(positive_h, alone=True),
    )  # fmt: skip


def know_scale(p: Proof) -> None:
    """What the choice of h says of the noise and of s, and s of theta and beta."""
    for claim in (positive_h, noise_below_h, small_s, positive_scale):
        p.know(p.use(claim))
    chosen_theta, s_positive, s_small = (theta, "==", 1 - s), p.local[-1], p.local[-2]
    p.know(p.have((0, "<=", theta), by.algebra(chosen_theta, s_small, alone=True)))
    p.know(p.have((theta, "<", 1), by.algebra(chosen_theta, s_positive, alone=True)))


@adamw.lemma(
    "rate.canonical",
    title="The rate with the canonical parameters",
    kind="instance",
    for_constants=(h, s),
    given=canonical,
    claim=(l1 / K, "<=", canonical_bound),
    witness=canonical_witness,
    reference="blueprint, instances: C_P = 20 + 2^{1/2}/2",
)  # fmt: skip
def rate_canonical(p: Proof) -> Theorem:
    know_scale(p)
    p.know(p.use(positive_floor, c_eps=1))
    know_beta(p)
    know_denominator(p)
    know_prediction(p)
    values = {str(name): value for name, value in chosen.items()}
    return p.use(rate, p.use(canonical_constant), p.use(canonical_bracket), **values)
