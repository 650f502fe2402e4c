"""The balance: L3 with L2, L5, L4 and L6 put in, before any parameter is chosen."""

from ...language import Expr, Proof, Theorem, by, sqrt, symbols, within
from .descent import N, rho
from .integrability import know_denominator
from .iterates import balanced, decaying
from .momentum import excess
from .noise import error_sum, k1, mixed_error, t, weight
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
    floored,
    k,
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


adamw.section(
    "Descent, momentum and denominators together",
    "The errors are paid out of the steps, and these out of the descent: if the step size is small "
    "enough, what is left on the left side has a positive factor.",
)


@adamw.lemma(
    "errors",
    title="The error of the mixed momentum, over all steps",
    for_constants=(t,),
    given=[within(K, 1), (0, "<", L), *smoothing, *mixing, *weight, *floored],
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

h, p0, q0, n0, m0, w0 = symbols("h p0 q0 n0 m0 w0")
factor = (1 + rho) / sqrt(eps)
noise_weight = mu**2 / (1 + t * theta) * K * (1 - theta) + K * excess
kept = (
    1
    - L * eta / sqrt(eps)
    - factor * mu**2 / (1 + t * theta) * drift_sum * (L**2 * eta**2 / sqrt(eps))
)
positive = [(0, "<", eta), (0, "<", eps), (0, "<=", rho)]
descended = (
    eta / 2 * p0 + eta / 2 * (1 - L * eta / sqrt(eps)) * q0,
    "<=",
    Delta + eta / 2 * (1 + rho) / sqrt(eps) * n0 + eta / 2 * w0,
)
erred = (n0, "<=", error_bound(sigma_s**2, m0))
moved = (m0, "<=", L**2 * eta**2 / sqrt(eps) * q0)


@adamw.lemma(
    "balance",
    title="Descent against noise, over all steps",
    for_constants=(t, rho, h, p0, q0, n0, m0, w0),
    given=[
        within(K, 1), *positive, *smoothing, *mixing, *weight, (sigma_s, "<=", h),
        descended, erred, moved,
    ],
    claim=(
        p0 + kept * q0, "<=", 2 * Delta / eta + factor * error_bound(h**2, 0) + w0,
    ),
    witness={t: 0, rho: 1, h: 1, p0: 1, q0: 1, n0: 0, m0: 0, w0: 0},
    reference="blueprint section 3: L3 with L5, L4 and L6 put in",
)  # fmt: skip
def balance(p: Proof) -> Theorem:
    """$p_0$, $q_0$, $n_0$, $m_0$ and $w_0$ stand for $P$, $Q$, all errors, all moves and decay."""
    noise = p.have((0, "<=", sigma_s), by.definition(sigma_s))
    quieter = p.have((sigma_s**2, "<=", h**2), by.algebra(noise, (sigma_s, "<=", h), alone=True))
    p.know(p.have((0, "<=", excess), by.algebra(*smoothing, *mixing, alone=True)))
    longest = L**2 * eta**2 / sqrt(eps) * q0
    spent = factor * mu**2 / (1 + t * theta) * drift_sum
    return p.calc(
        p0 + kept * q0,
        "==", 2 / eta * descended[0] - spent * longest, by.algebra(),
        "<=", 2 / eta * descended[2] - spent * longest, by.multiplying(descended, 2 / eta),
        "==", 2 * Delta / eta + factor * n0 + w0 - spent * longest, by.algebra(),
        "<=", 2 * Delta / eta + factor * error_bound(sigma_s**2, m0) + w0 - spent * longest,
        by.multiplying(erred, factor),
        "<=", 2 * Delta / eta + factor * error_bound(sigma_s**2, longest) + w0 - spent * longest,
        by.multiplying(moved, spent),
        "==", 2 * Delta / eta + factor * error_bound(sigma_s**2, 0) + w0, by.algebra(),
        "<=", 2 * Delta / eta + factor * error_bound(h**2, 0) + w0,
        by.multiplying(quieter, factor * noise_weight),
    )  # fmt: skip


# --- signs --------------------------------------------------------------------------------------


@adamw.lemma("P.sign", title="P is not negative", given=[*floored], claim=(0, "<=", P))
def sign_of_P(p: Proof) -> Theorem:
    know_denominator(p)
    return p.nonnegative(P)


@adamw.lemma(
    "Q.sign",
    title="Q is not negative",
    given=[*averaging, *balanced, *decaying],
    claim=(0, "<=", Q),
)
def sign_of_Q(p: Proof) -> Theorem:
    know_denominator(p)
    return p.nonnegative(Q)


@adamw.lemma("S.sign", title="S is not negative", given=[*floored], claim=(0, "<=", S))
def sign_of_S(p: Proof) -> Theorem:
    know_denominator(p)
    return p.nonnegative(S)
