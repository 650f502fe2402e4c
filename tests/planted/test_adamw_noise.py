"""L4 and L5: where the noise enters, which cross term vanishes, and what the first step costs."""

from __future__ import annotations

import pytest
from adamw_falsehoods import falsehood
from adamw_twins import LESS, instead, without
from adamw_worlds import HALF, QUIET

from ratecert.proofs.language import E, Rational, by, within
from ratecert.proofs.theorems.adamw.noise import (
    a0,
    c0,
    drift,
    error_step,
    error_sum,
    excess,
    first_error,
    gradient_gap,
    k1,
    mixed_error,
    noise,
    split_error,
    t,
    variance,
    weighted_young,
)
from ratecert.proofs.theorems.adamw.setting import (
    Delta,
    G,
    K,
    L,
    coordinate,
    d,
    displacement,
    from_start,
    g,
    i,
    k,
    m,
    momentum_error,
    mu,
    sigma,
    sigma_s,
    step,
    theta,
)

one, two = {"k": 1, "i": 1}, {"k": 2, "i": 1}
centred = {"at": (0,)}  # no gradient at the first step, and noise at its level
quiet = {"coin": QUIET, "theta": HALF}  # |grad f(x^1)|^2 = 2 L Delta, and no noise
late, early = within(k, 1, K + 1), within(k, 1, K)
momentum_square = E((m[k, i] - G[k, i]) ** 2)

FALSEHOODS = [
    falsehood("2% less", variance, {sigma[i] ** 2: LESS * sigma[i] ** 2}, "false at", where={},
              at=one),
    falsehood("sigma for sigma^2", variance, {sigma[i] ** 2: sigma[i]}, "false at",
              where={"coin": ((HALF, 2), (HALF, -2)), "sigmas": (2,)}, at=one),
    falsehood("second moment, not variance", variance, {noise: g[k, i]}, "false at", where={},
              at=one),
    falsehood("given the present", variance, None, "by A3: false at",
              claim=(E(noise**2, given=k), "<=", sigma[i] ** 2),
              script=lambda p: p.have((E(noise**2, given=k), "<=", sigma[i] ** 2), by.axiom("A3")),
              where={"coin": ((Rational(1, 5), 2), (Rational(4, 5), -HALF))}, at=one),
    falsehood("after the last step", variance, None, "does not state: k ≤ K",
              given=instead(variance, {step: late})),
    falsehood("coordinate d + 1", variance, None, "does not state: i ≤ d",
              given=instead(variance, {coordinate: within(i, 1, d + 1)})),
    # --- L4, coordinate by coordinate ---
    falsehood("1 - theta for its square", split_error, {(1 - theta) ** 2: 1 - theta}, "false at",
              where={"theta": HALF}, at=one),
    falsehood("theta for its square", split_error, {theta**2: theta}, "false at",
              where={"theta": HALF}, at=one),
    falsehood("the cross term stays", split_error, None, "the proof ends with",
              claim=(momentum_square, "==", split_error.claim[2]
                     + theta * (1 - theta) * E(G[k, i] ** 2)),
              where={"theta": HALF}, at=one),
    falsehood("the noise against m^k", split_error, {m[k - 1, i] - G[k, i]: m[k, i] - G[k, i]},
              "false at", where={"theta": HALF}, at=one),
    falsehood("before the first step", split_error, None, "by tower property: false at",
              given=instead(split_error, {step: from_start})),
    # --- the gradient against the gap ---
    falsehood("2% less", gradient_gap, {2 * L: 2 * LESS * L}, "by multiplying", where={}, at=one),
    falsehood("L for 2 L", gradient_gap, {2 * L: L}, "by multiplying", where={}, at=one),
    falsehood("L = 0", gradient_gap, None, "not known to be >= 0", given=without(gradient_gap, (0,
              "<", L))),
    # --- L4, the first step ---
    falsehood("2% less gap", first_error, {L * Delta: LESS * L * Delta}, "false at", where=quiet,
              at={}),
    falsehood("2% less noise", first_error, {sigma_s**2: LESS * sigma_s**2}, "false at",
              where={**centred, "theta": HALF}),
    falsehood("L for 2 L", first_error, {2 * theta**2 * L * Delta: theta**2 * L * Delta},
              "by multiplying: certify: the identity fails", where=quiet),
    falsehood("theta = 1 forgets the gap", first_error, {Delta: (1 - theta) * Delta}, "false at",
              where={"coin": QUIET, "theta": Rational(9, 10)}),
    falsehood("no coordinate in the noise", first_error, {sigma_s**2: sigma[1] ** 2}, "false at",
              where={"at": (0, 0), "curvatures": (1, 1)}),
    falsehood("K = 0", first_error, None, "does not state: 1 ≤ K", given=instead(first_error,
              {within(K, 1): within(K,
              0)})),
    # --- Young ---
    falsehood("2% less for a", weighted_young, {theta * k1: LESS * theta * k1}, "false at",
              verdict="refuted", where={"theta": HALF}, at={"t": 0, "a0": 1, "c0": 1}),
    falsehood("2% less for c", weighted_young, {drift: LESS * drift}, "false at",
              verdict="refuted", where={"theta": HALF}, at={"t": 0, "a0": 1, "c0": 1}),
    falsehood("c without its weight", weighted_young, None, "the proof ends with",
              verdict="not proved",
              claim=(theta**2 * (a0 + c0) ** 2, "<=", theta * k1 * a0**2 + theta**2 * c0**2),
              where={"theta": HALF}, at={"t": 0, "a0": 1, "c0": 1}),
    falsehood("theta > 1", weighted_young, None, "by algebra: false at", verdict="not proved",
              given=without(weighted_young, (theta, "<", 1)),
              where={"theta": 2}, at={"t": 0, "a0": 1, "c0": 0}),
    falsehood("theta < 0", weighted_young, None, "false at", verdict="refuted",
              given=without(weighted_young, (0, "<=", theta)),
              where={"theta": -1}, at={"t": 0, "a0": 1, "c0": 0}),
    falsehood("t = 1", weighted_young, None, "must be shown to be not 0", verdict="error",
              given=instead(weighted_young, {(t, "<", 1): (t, "<=", 1)}),
              claim=(drift, "<=", drift), script=lambda p: p.have((drift, "<=", drift),
              by.algebra())),
    # --- L4, one step ---
    falsehood("2% less noise", error_step, {sigma_s**2: LESS * sigma_s**2}, "false at",
              where={"K": 2, "eta": 0}, at={"k": 2, "t": 0}),
    falsehood("1 - theta cubed", error_step, {sigma[i] ** 2: sigma[i] ** 2 * (1 - theta)},
              "by multiplying: certify: the identity fails", claim=(error_step.claim[0], "<=",
              theta * k1 * momentum_error[k - 1]
                                 + drift * displacement[k - 1] + (1 - theta) ** 3 * sigma_s**2),
              where={"K": 2, "eta": 0, "theta": Rational(1, 10), "at": (0,)},
              at={"k": 2, "t": 0}),
    falsehood("from the step before the first", error_step, None, "not known to be integrable",
              given=instead(error_step, {within(k, 2, K): early})),
    falsehood("no drift", error_step, {drift: 0}, "by taking expectations: false at",
              where={"K": 2, "theta": Rational(9, 10), "coin": QUIET, "eps": 3, "eta": -4},
              at={"k": 2, "t": 0}),
    falsehood("the next displacement", error_step, {displacement[k - 1]: displacement[k]},
              "by linearity of E: false at"),
    # --- L4, all steps ---
    falsehood("2% less noise", error_sum, {sigma_s**2: LESS * sigma_s**2}, "identity fails",
              where={},
              at={"t": 0}),
    falsehood("K - 1 for K", error_sum, {K * (1 - theta): (K - 1) * (1 - theta)},
              "by multiplying: certify: the identity fails",
              where={}, at={"t": 0}),
    falsehood("2% less gap", error_sum, {L * Delta: LESS * L * Delta}, "identity fails",
              where=None),
    falsehood("the gap once", error_sum, {2 * theta**2 * L * Delta: theta**2 * L * Delta},
              "identity fails",
              where={**quiet, "eta": 0, "theta": Rational(1, 10)}, at={"t": 0}),
    falsehood("without 1/(1 - theta)", error_sum, None, "the proof ends with",
              claim=(error_sum.claim[0], "<=",
              2 * theta**2 * L * Delta + K * (1 - theta) * sigma_s**2),
              where={"K": 3, "eta": 0, "theta": Rational(9, 10), "coin": QUIET}, at={"t": 0}),
    falsehood("1 + t for 1 + t theta", error_sum, {1 + t * theta: 1 + t}, "by algebra: false at",
              where={}, at={"t": HALF}),
    falsehood("theta = 1", error_sum, None, "needs θ < 1, which is not known", verdict="not proved",
              given=without(error_sum, (theta, "<", 1))),
    falsehood("t = 1", error_sum, None, "needs t < 1, which is not known", verdict="not proved",
              given=without(error_sum, (t, "<", 1))),
    falsehood("no step", error_sum, None, "the range may be empty", verdict="error",
              given=instead(error_sum, {within(K, 1): within(K, 0)})),
    # --- L5 ---
    falsehood("2% less error", mixed_error, {mu**2 * momentum_error[k]: LESS * mu**2
                                             * momentum_error[k]}, "false at", where={}, at=one),
    falsehood("2% less noise", mixed_error, {excess: LESS * excess}, "by algebra: false at",
              where={"mu": 0}, at=one),
    falsehood("mu for mu^2", mixed_error, {mu**2 * momentum_error[k]: mu**3 * momentum_error[k]},
              "false at", where={"mu": HALF, "theta": HALF}, at=one),
    falsehood("theta for mu in the excess", mixed_error,
              {excess: (1 - theta**2) ** 2 - theta**2 * (1 - theta) ** 2}, "by algebra: false at",
              where={"mu": 0, "theta": HALF}, at=one),
    falsehood("mu > 1", mixed_error, None, "false at", given=without(mixed_error, (mu, "<=", 1)),
              where={"mu": 2, "theta": 0, "sigmas": (2,), "K": 1, "at": (0,)}, at=one),
    falsehood("theta > 1", mixed_error, None, "false at",
              given=without(mixed_error, (theta, "<", 1))),
    falsehood("before the first step", mixed_error, None, "by tower property: false at",
              given=instead(mixed_error, {step: from_start})),
    falsehood("after the last step", mixed_error, None, "by definition of n, m: false at",
              given=instead(mixed_error, {step: late})),
]  # fmt: skip


@pytest.mark.parametrize("case", FALSEHOODS)
def test_falsehood(planted, case):
    case.judged(planted)
