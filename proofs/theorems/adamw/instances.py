"""Instances: the free parameters fixed at rationals, each a theorem of its own."""

from ...language import Claimed, Expr, Max, Proof, Rational, Theorem, by, root, sqrt, within
from .iterates import R, X, know_denominator, know_prediction
from .rate import (
    C_P,
    a,
    bracket,
    c_eps,
    c_eta,
    c_theta,
    error_weight,
    gamma,
    h,
    l1,
    paid,
    positive_floor,
    positive_scale,
    r,
    rate,
    rate_in_sigma,
    rho,
    s,
    slack,
    t,
)
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
reach = xmax[d] + sqrt(2 * q) * eta * K
canonical_bound = C_1 * sqrt(d) * root(h**2 * L * Delta / K, 4) + C_2 * sqrt(d * L * Delta / K)
canonical = [
    within(K, 1), within(d, 1), (0, "<", L), (0, "<", Delta),
    (h, "==", sqrt(Max(sigma_s**2, L * Delta / K))),
    (s, "==", sqrt(L * Delta / K) / h),
    (eta, "==", sqrt(Delta / (K * d * L)) / 2),
    (eps, "==", h**2 / d),
    (theta, "==", 1 - s), (theta, "<=", beta), (beta**2, "<=", theta),
    (theta, "<=", mu), (mu, "<=", 1),
    (0, "<=", lam), (lam**2 * reach**2, "<=", s / 8),
]  # fmt: skip
point = {K: 1, d: 1, h: 1, s: 1, eta: Rational(1, 2)}
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


def know_scale(p: Proof) -> None:
    """What the choice of h says of the noise and of s, and s of theta and beta."""
    p.know(p.have((0, "<=", sigma_s), by.definition(sigma_s)))
    gap = L * Delta / K
    noisy = (h, "==", sqrt(Max(sigma_s**2, gap)))
    p.know(p.have((0, "<", h), by.algebra(noisy)))
    for smaller in (sigma_s**2, gap):
        p.know(p.have((smaller, "<=", h**2), by.algebra(noisy)))
    p.know(p.have((sigma_s, "<=", h), by.algebra(*p.local, alone=True)))
    p.know(p.have((s, "<=", 1), by.algebra()), p.use(positive_scale))
    p.know(p.have((0, "<=", theta), by.algebra()), p.have((theta, "<", 1), by.algebra()))


@adamw.lemma(
    "rate.canonical",
    title="The rate with the canonical parameters",
    kind="instance",
    for_constants=(h, s),
    given=canonical,
    claim=(l1 / K, "<=", canonical_bound),
    witness=point,
    reference="blueprint, instances: C_P = 20 + 2^{1/2}/2",
)  # fmt: skip
def rate_canonical(p: Proof) -> Theorem:
    know_scale(p)
    p.know(p.use(positive_floor, c_eps=1))
    p.know(p.have((0, "<=", beta), by.algebra()), p.have((beta, "<=", 1), by.algebra()))
    know_denominator(p)
    know_prediction(p)
    values = {str(name): value for name, value in chosen.items()}
    return p.use(rate, p.use(canonical_constant), p.use(canonical_bracket), **values)
