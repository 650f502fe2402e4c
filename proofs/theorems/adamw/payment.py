"""P: what the descent pays in all. The balance, with the parameters chosen, solved for P."""

from ...language import Expr, Proof, Theorem, by, sqrt, symbols
from .balance import (
    balance,
    error_bound,
    errors,
    factor,
    h,
    kept,
    p0,
    q0,
    sign_of_P,
    sign_of_Q,
    w0,
)
from .decay import mean_reach, total_decay
from .descent import N, reached, total_descent, total_length
from .descent import rho as general_rho
from .integrability import know_denominator, know_prediction
from .iterates import X
from .parameters import (
    C_P,
    M,
    a,
    a_mean,
    bracket,
    c_eps,
    canonical_point,
    chosen_errors,
    chosen_kept,
    everything,
    gamma,
    hyperparameters,
    know_parameters,
    noise_scale,
    paid,
    refined,
    s,
    scale,
    slack,
)
from .setting import (
    Delta,
    K,
    P,
    Q,
    adamw,
    d,
    displacement,
    eps,
    eta,
    k,
    lam,
    over_k,
    sigma_s,
)

k0, M0, A0, c0, y0, u0 = symbols("k0 M0 A0 c0 y0 u0")


adamw.section(
    "The sum of the scaled gradients",
    "The descent bounds $P$ by a multiple of $P$ itself, from the weight decay, and by terms of "
    r"the size of $\sqrt{KdL\Delta}$. This is solved for $P$.",
)


@adamw.lemma(
    "assembly",
    title="The inequality for P, solved",
    for_constants=(p0, q0, w0, k0, M0, A0, c0, y0, u0, a, a_mean, gamma, s, C_P),
    given=[
        *((0, "<=", z) for z in (p0, q0, k0, M0, c0, a, a_mean)),
        (p0 + k0 * q0, "<=", A0 * M0 + c0 * w0),
        (w0, "<=", a_mean * (s * y0) + 2 * a * s * p0),
        (s, "<=", gamma), (s * y0, "<=", u0 * M0),
        (2 * c0 * a * gamma, "<", 1),
        ((A0 + c0 * a_mean * u0) / (1 - 2 * c0 * a * gamma), "<=", C_P),
    ],
    claim=(p0, "<=", C_P * M0),
    witness={p0: 1, q0: 1, w0: 0, k0: 1, M0: 2, A0: 1, c0: 1, y0: 1, u0: 1,
             a: 0, a_mean: 0, gamma: 1, s: 1, C_P: 1},
    reference="blueprint section 3: solve for P",
)  # fmt: skip
def assembly(p: Proof) -> Theorem:
    leading = p.calc(
        p0,
        "<=", p0 + k0 * q0, by.algebra(),
        "<=", A0 * M0 + c0 * w0, by.algebra(degree=1),
        "<=", A0 * M0 + c0 * (a_mean * (s * y0) + 2 * a * s * p0),
        by.multiplying(p.assumption((w0, "<=", a_mean * (s * y0) + 2 * a * s * p0)), c0),
        "<=", A0 * M0 + c0 * a_mean * (u0 * M0) + 2 * c0 * a * s * p0,
        by.multiplying(p.assumption((s * y0, "<=", u0 * M0)), c0 * a_mean),
        "<=", A0 * M0 + c0 * a_mean * (u0 * M0) + 2 * c0 * a * gamma * p0,
        by.multiplying(p.assumption((s, "<=", gamma)), 2 * c0 * a * p0),
    )  # fmt: skip
    rest = 1 - 2 * c0 * a * gamma
    p.know(p.have((0, "<", rest), by.algebra(degree=1)))
    largest = p.assumption(((A0 + c0 * a_mean * u0) / rest, "<=", C_P))
    return p.calc(
        p0,
        "<=", (A0 + c0 * a_mean * u0) / rest * M0, by.multiplying(leading, 1 / rest),
        "<=", C_P * M0, by.multiplying(largest, M0),
    )  # fmt: skip


def what_is_paid(
    p: Proof,
    descended: Theorem,
    longest: Theorem,
    moved: Expr,
    decay: Expr,
    rho: Expr = general_rho,
) -> Theorem:
    """``P + bracket Q <= paid M + decay``, from the descent and the length of all steps.

    ``moved`` is Q; ``rho`` is a value, if it is not to stay a constant.
    """
    left, least, spent, payment = (
        term.xreplace({general_rho: rho}) for term in (bracket, kept, factor, paid)
    )
    return p.calc(
        P + left * moved,
        "<=", P + least * moved, by.multiplying(p.use(chosen_kept, rho=rho), moved),
        "<=", 2 * Delta / eta + spent * error_bound(h**2, 0) + decay,
        by.lemma(
            balance, descended, longest, p.use(errors),
            p0=P, q0=moved, n0=N, m0=over_k(displacement[k]), w0=decay, rho=rho,
        ),
        "==", payment * M + decay, by.adding(p.use(chosen_errors, rho=rho)),
    )  # fmt: skip


young = 1 + 1 / general_rho


@adamw.lemma(
    "balance.chosen",
    title="Descent against noise, with the parameters chosen",
    for_constants=everything,
    given=hyperparameters[:-3],
    claim=(P + bracket * Q, "<=", paid * M + young * lam**2 * reached),
    witness=canonical_point,
    reference="blueprint section 3",
)
def chosen_balance(p: Proof) -> Theorem:
    know_parameters(p)
    know_denominator(p)
    p.know(p.use(sign_of_Q))
    decay = young * lam**2 * reached
    return what_is_paid(p, p.use(total_descent), p.use(total_length), Q, decay)


@adamw.lemma(
    "P",
    title="What the descent pays in all",
    for_constants=(*everything, a_mean),
    given=refined,
    claim=(P, "<=", C_P * M),
    witness=canonical_point,
    reference="blueprint section 3",
)
def bound_on_P(p: Proof) -> Theorem:
    know_parameters(p)
    know_denominator(p)
    know_prediction(p)
    left = p.have((0, "<", slack), by.algebra((2 * young * a * gamma, "<", 1), alone=True))
    p.know(p.use(sign_of_P), p.use(sign_of_Q), left)
    y0, u0 = K * sqrt(d) * sqrt(sigma_s**2 + d * eps), sqrt(1 + c_eps)
    noisy = p.calc(
        s * y0,
        "<=", s * (K * sqrt(d) * (h * u0)), by.multiplying(noise_scale, s * K * sqrt(d)),
        "==", u0 * M, by.multiplying(scale, u0),
    )  # fmt: skip
    decayed = p.calc(
        lam**2 * reached,
        "<=", lam**2 * mean_reach * y0 + 2 * (lam**2 * X**2) * P,
        by.multiplying(total_decay, lam**2),
        "<=", a_mean * s * y0 + 2 * (lam**2 * X**2) * P,
        by.multiplying((lam**2 * mean_reach, "<=", a_mean * s), y0),
        "<=", a_mean * (s * y0) + 2 * a * s * P,
        by.multiplying((lam**2 * X**2, "<=", a * s), 2 * P),
    )  # fmt: skip
    return p.use(
        assembly, p.use(chosen_balance), decayed, noisy,
        p0=P, q0=Q, w0=lam**2 * reached, k0=bracket, M0=M, A0=paid, c0=young, y0=y0, u0=u0,
    )  # fmt: skip
