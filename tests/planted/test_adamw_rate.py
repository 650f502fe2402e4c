"""L9 and the main theorem: wrong hyperparameters, constants, exponents; conditions left out."""

from __future__ import annotations

import pytest
from adamw_falsehoods import falsehood
from adamw_twins import LESS, instead, without
from adamw_worlds import HALF, QUIET

from ratecert.proofs.language import E, Rational, by, root, sqrt
from ratecert.proofs.theorems.adamw.balance import errors, h, p0, w0
from ratecert.proofs.theorems.adamw.parameters import (
    C_P,
    M,
    a,
    bracket,
    c_eps,
    c_eta,
    c_theta,
    chosen_curvature,
    chosen_drift,
    chosen_eps,
    chosen_eta,
    chosen_kept,
    chosen_noise,
    chosen_s,
    chosen_step,
    chosen_theta,
    gamma,
    noise_scale,
    nonnegative_decay,
    positive_scale,
    s,
    scale,
)
from ratecert.proofs.theorems.adamw.payment import A0, assembly, bound_on_P, c0, k0
from ratecert.proofs.theorems.adamw.rate import (
    C_1,
    C_2,
    b0,
    best_weight,
    bound_on_S,
    c,
    l1,
    l1_norm,
    quiet,
    rate,
    rate_in_sigma,
    rate_terms,
    refined_rate,
    separate_roots,
    split_root,
    u0,
    y0,
)
from ratecert.proofs.theorems.adamw.setting import (
    Delta,
    G,
    K,
    L,
    S,
    d,
    eps,
    eta,
    i,
    k,
    mu,
    over_i,
    over_k,
    sigma_s,
    theta,
)

# L = Delta = 2, h = 2, so s = 1, theta = 0, M = 2, and all that is chosen is rational
plain = {"at": (2,), "L": 2, "eta": HALF, "eps": 4}
values = {
    "h": 2, "s": 1, "c_eta": HALF, "c_theta": 1, "c_eps": 1, "a": Rational(1, 8), "gamma": 1,
    "a_mean": Rational(1, 8), "rho": 1,
    "t": 0, "r": HALF, "R": 2, "X": 3, "C_P": 21,
}  # fmt: skip
wide = {**plain, "at": (2, 0, 0, 0), "curvatures": (1,) * 4, "sigmas": (1, 1, 1, 1)}
tiny = Rational(1, 10**6)
needed = rate.given[-1]
below = (LESS * needed[0], "<=", C_P)
solved = {
    "p0": 1, "q0": 0, "w0": 0, "k0": 0, "M0": 1, "A0": 1, "c0": 1, "y0": 0, "u0": 0,
    "a": 0, "a_mean": 0, "gamma": 1, "s": 1, "C_P": 1,
}  # fmt: skip
endless = {**solved, "p0": 5, "w0": 5, "A0": 0, "C_P": 0}
largest = assembly.given[-1]
decayed = next(h for h in assembly.given if h[0] == w0)

FALSEHOODS = [
    # --- the choice of parameters ---
    falsehood("s without its root", scale, None, "by algebra: false at", verdict="not proved",
              given=instead(scale, {chosen_s: (s, "==", L * Delta / K / h)}),
              where=plain, at={**values, "s": 2}),
    falsehood("s may be 0", positive_scale, None, "by algebra: false at", verdict="not proved",
              given=without(positive_scale, (0, "<", h)), where=plain, at={"h": -2, "s": -1}),
    falsehood("eta doubled", chosen_step, None, "by algebra: false at", verdict="not proved",
              given=instead(chosen_step, {chosen_eta: (eta, "==", 2 * chosen_eta[2])}),
              where={**plain, "eta": 1}, at=values),
    falsehood("d missing in eta", chosen_step, None, "by algebra: false at", verdict="not proved",
              given=instead(chosen_step, {chosen_eta: (eta, "==", c_eta * sqrt(Delta / (K * L)))}),
              where=wide, at=values),
    falsehood("K missing in eta", chosen_step, None, "by algebra: false at", verdict="not proved",
              given=instead(chosen_step, {chosen_eta: (eta, "==", c_eta * sqrt(Delta / (d * L)))})),
    falsehood("s^2 for s in theta", chosen_curvature, None, "by algebra: false at",
              verdict="not proved",
              given=instead(chosen_curvature, {chosen_theta: (theta, "==", 1 - c_theta * s**2)}),
              where={**plain, "theta": Rational(3, 4), "eps": 16}, at={**values, "h": 4,
              "s": HALF}),
    falsehood("eps with h for h^2", chosen_curvature, None, "by algebra: false at",
              verdict="not proved",
              given=instead(chosen_curvature, {chosen_eps: (eps, "==", c_eps * h / d)}),
              where={**plain, "eps": 2}, at=values),
    falsehood("eps without d", chosen_noise, None, "by algebra: false at", verdict="not proved",
              given=instead(chosen_noise, {chosen_eps: (eps, "==", c_eps * h**2)}),
              where={**wide, "eta": Rational(1, 4)}, at=values),
    falsehood("2% less", chosen_drift, {M: LESS * M}, "by algebra: false at", verdict="not proved",
              where=plain,
              at=values),
    falsehood("eps with h for h^2", noise_scale, None, "is no hypothesis of this claim",
              verdict="not proved",
              given=instead(noise_scale, {chosen_eps: (eps, "==", c_eps * h / d)}),
              where={"coin": QUIET, "eps": Rational(1, 4)}, at={"h": Rational(1, 4), "c_eps": 1}),
    falsehood("more noise than h", noise_scale, None, "false at", verdict="not proved",
              given=without(noise_scale, (sigma_s, "<=", h)),
              where={**plain, "sigmas": (3,)}, at=values),
    falsehood("c_theta gamma > 1", nonnegative_decay, None, "by algebra: false at",
              verdict="not proved",
              given=without(nonnegative_decay, (c_theta * gamma, "<=", 1)),
              where={**plain, "theta": -1, "beta": 0}, at={**values, "c_theta": 2}),
    falsehood("s > gamma", nonnegative_decay, None, "by algebra: false at", verdict="not proved",
              given=without(nonnegative_decay, (s, "<=", gamma)),
              where={**plain, "theta": -1}, at={**values, "s": 2}),
    falsehood("mu > 1", chosen_kept, None, "by algebra: false at", given=without(chosen_kept, (mu,
              "<=", 1)),
              where={**plain, "theta": HALF, "eps": 16, "mu": 2},
              at={**values, "h": 4, "s": HALF, "r": HALF}),
    falsehood("theta = 1", errors, None, "needs θ < 1, which is not known", verdict="not proved",
              given=without(errors, (theta, "<", 1))),
    # --- the inequality for P, solved ---
    falsehood("C_P 2% below", assembly, None, "is no hypothesis of this claim",
              verdict="not proved",
              given=instead(assembly, {largest: (LESS * largest[0], "<=", C_P)}),
              where={}, at={**solved, "C_P": LESS}),
    falsehood("Q costs", assembly, None, "by algebra: false at", verdict="not proved",
              given=without(assembly, (0,
              "<=", k0)),
              where={}, at={**solved, "p0": 11, "k0": -1, "q0": 10}),
    falsehood("S + 3 P", assembly, None, "is no hypothesis of this claim", verdict="not proved",
              given=instead(assembly, {decayed: (w0, "<=", decayed[2] + a * s * p0)}),
              where={}, at={**endless, "a": Rational(1, 3)}),
    falsehood("s > gamma", assembly, None, "is no hypothesis of this claim", verdict="not proved",
              given=without(assembly, (s, "<=", gamma)),
              where={}, at={**endless, "a": HALF, "gamma": Rational(1, 10)}),
    falsehood("decay for nothing", assembly, None, "is no hypothesis of this claim",
              verdict="not proved",
              given=instead(assembly, {largest: (A0 / (1 - 2 * c0 * a * gamma), "<=", C_P)}),
              where={}, at={**solved, "A0": 0, "a_mean": 1, "w0": 1, "y0": 1, "u0": 1, "C_P": 0}),
    falsehood("nothing left for P", assembly, None, "must be shown to be not 0", verdict="error",
              given=without(assembly, (2 * c0 * a * gamma, "<", 1)), claim=largest,
              script=lambda p: p.assumption(largest)),
    # --- L9 ---
    falsehood("2% less of P", l1_norm, {c / 2: LESS * c / 2}, "by algebra: false at",
              verdict="not proved",
              where={"coin": QUIET, "eps": 3}, at={"c": 2}),
    falsehood("2% less of S", l1_norm, {S: LESS * S}, "by summing up: false at",
              verdict="not proved",
              where={"coin": QUIET, "eps": 3}, at={"c": 2}),
    falsehood("|E G| for E|G|", l1_norm, None, "by linearity of E: false at",
              claim=(l1, "<=", over_k(over_i(abs(E(G[k, i]))))),
              script=lambda p: p.have((l1, "<=", over_k(over_i(abs(E(G[k, i]))))), by.linearity()),
              where={"K": 2, "at": (0,), "eps": 3}, at={"c": 2}),
    falsehood("c < 0", l1_norm, None, "by algebra: false at", verdict="not proved",
              given=instead(l1_norm, {(0, "<", c): (c, "<", 0)}), witness={c: -1},
              where={"coin": QUIET, "eps": 3}, at={"c": -1}),
    falsehood("c = 0", l1_norm, None, "must be shown to be not 0", verdict="error",
              given=without(l1_norm, (0, "<", c)), claim=(1 / c, "<=", 1 / c),
              script=lambda p: p.have((1 / c, "<=", 1 / c), by.algebra())),
    falsehood("2% less", best_weight, {sqrt(b0 * y0): LESS * sqrt(b0 * y0)}, "by algebra: false at",
              verdict="not proved",
              where={}, at={"p0": 1, "s0": 1, "b0": 1, "y0": 1}),
    falsehood("P above its bound", best_weight, None, "is no hypothesis of this claim",
              verdict="not proved",
              given=without(best_weight, (p0, "<=", b0)),
              where={}, at={"p0": 9, "s0": 1, "b0": 1, "y0": 1}),
    falsehood("without 2^{1/2}", split_root, {sqrt(2): 1}, "by algebra: false at",
              verdict="not proved",
              where={}, at={"u0": 1, "w0": 0}),
    falsehood("u for its root", split_root, None, "by algebra: false at", verdict="not proved",
              given=without(split_root, (0, "<=", u0)),
              where={}, at={"u0": -1, "w0": 0}),
    # --- constants and exponents of the rate, as functions of the data ---
    falsehood("1/3 for 1/4", rate_terms, {root(h**2 * L * Delta / K, 4): root(h**2 * L * Delta / K,
              3)},
              "by algebra: false at", verdict="not proved",
              where={**plain, "at": (tiny,)}, at={**values, "h": 1}),
    falsehood("K^{1/2} for K^{1/4}", rate_terms,
              {root(h**2 * L * Delta / K, 4): root(h**2 * L * Delta, 4) / sqrt(K)},
              "by algebra: false at", verdict="not proved",
              where={**plain, "at": (tiny,), "K": 16, "eta": 0, "coin": QUIET}, at={**values,
              "h": 1}),
    falsehood("C_1 without its root", rate_terms, {C_1: C_1**2}, "by algebra: false at",
              verdict="not proved",
              where=plain, at={**values, "C_P": Rational(1, 100)},
              claim=(rate_terms.claim[0], "<=", C_P * sqrt(1 + c_eps) * sqrt(d)
                     * root(h**2 * L * Delta / K, 4) + C_2 * sqrt(d * L * Delta / K))),
    falsehood("C_2 without 2^{1/2}", rate_terms, {C_2: C_P},
              "by A root of a product, split: false at", verdict="not proved",
              where=plain, at={**values, "h": tiny}),
    falsehood("d once too few", rate_terms, {sqrt(d * L * Delta / K): sqrt(L * Delta / K)},
              "by algebra: false at",
              verdict="not proved", where=wide, at={**values, "h": tiny}),
    falsehood("without gamma", separate_roots, {sqrt(gamma): 1}, "by algebra: false at",
              verdict="not proved",
              where={**plain, "coin": QUIET},
              at={**values, "h": 200, "gamma": Rational(1, 100), "C_P": 1}),
    falsehood("2% less", separate_roots, {C_1 / sqrt(gamma): LESS * C_1 / sqrt(gamma)},
              "by algebra: false at",
              verdict="not proved", where={**plain, "coin": QUIET},
              at={**values, "h": 200, "gamma": Rational(1, 100), "C_P": 1}),
    falsehood("h unbounded", separate_roots, None, "which is not known here", verdict="not proved",
              given=without(separate_roots, quiet), where={**plain, "coin": QUIET},
              at={**values, "h": 10**12}),
    # --- P, S and the theorems ---
    falsehood("without (B)", bound_on_P, None, "adamw.assembly needs",
              given=without(bound_on_P, (0, "<=", bracket))),
    falsehood("more noise than h", bound_on_S, None, "needs σ_s ≤ h",
              given=without(bound_on_S, (sigma_s, "<=", h)),
              where={**plain, "sigmas": (1000,), "coin": ((HALF, 1000), (HALF, -1000))}, at=values),
    falsehood("2% less of C_1", rate, None, "the proof ends with", claim=(
        l1 / K, "<=", LESS * C_1 * sqrt(d) * root(h**2 * L * Delta / K, 4)
        + C_2 * sqrt(d * L * Delta / K))),
    falsehood("C_P at will", rate, None, "adamw.rate.refined needs", given=without(rate, needed),
              where=plain, at={**values, "C_P": Rational(1, 1000)}),
    falsehood("C_P at will", refined_rate, None, "adamw.chosen.C needs",
              given=without(refined_rate, refined_rate.given[-1]),
              where=plain, at={**values, "C_P": Rational(1, 1000)}),
    falsehood("a_mean at will", refined_rate, None, "adamw.P needs λ²",
              given=without(refined_rate, refined_rate.given[-2])),
    falsehood("gamma > 1", rate, None, "is no hypothesis of this claim",
              given=without(rate, (gamma, "<=", 1))),
    falsehood("2% less of C_2", rate_in_sigma, None, "the proof ends with", claim=(
        l1 / K, "<=", C_1 * sqrt(d) * root(sigma_s**2 * L * Delta / K, 4)
        + (C_1 / sqrt(gamma) + LESS * C_2) * sqrt(d * L * Delta / K))),
]  # fmt: skip


@pytest.mark.parametrize("case", FALSEHOODS)
def test_falsehood(planted, case):
    case.judged(planted)
