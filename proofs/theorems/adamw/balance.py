"""The balance: L3 with L2, L5, L4 and L6 put in, before any parameter is chosen."""

from ...language import Expr, Proof, Theorem, by, sqrt, symbols, within
from .descent import N, rho, total_descent, total_length
from .integrability import know_denominator
from .iterates import R, X, within_reach
from .noise import error_sum, excess, k1, mixed_error, t, weight
from .setting import (
    Delta,
    K,
    L,
    P,
    Q,
    S,
    adamw,
    averaging,
    displacement,
    eps,
    eta,
    k,
    lam,
    mixing,
    momentum_error,
    mu,
    over_k,
    sigma_s,
    smoothing,
    step,
    theta,
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
