"""L3 and L6: every sign, constant and range of the descent, and of the length of a step."""

from __future__ import annotations

import pytest
from adamw_falsehoods import falsehood
from adamw_twins import LESS, instead, without
from adamw_worlds import HALF, QUIET

from ratecert.proofs.language import E, Rational, by, sqrt, within
from ratecert.proofs.theorems.adamw.descent import (
    D0,
    G0,
    N,
    descent,
    descent_without_decay,
    e,
    expected_descent,
    n0,
    one_coordinate,
    rho,
    step_length,
    total_descent,
    total_length,
    x0,
)
from ratecert.proofs.theorems.adamw.setting import (
    D,
    Delta,
    G,
    K,
    L,
    b,
    beta,
    eps,
    eta,
    f,
    from_start,
    i,
    k,
    lam,
    n,
    over_i,
    step,
    x,
)

one = {"k": 1, "i": 1, "rho": 1}
million = 10**6
# D = (v + eps)^{1/2} is close to eps^{1/2}: what L3 loses in (c) and (e) is next to nothing
flat = {"eps": million}
# besides, G - n = -lam x D/rho on one path: nor is anything lost in (d)
decayed = {"eps": million, "lam": Rational(1, 1000)}
# eta = D: the minimum of f is reached in one step
jump = {"eps": million, "eta": 1000, "coin": QUIET}
# no gradient, no noise: v = 0, and only the decay moves x
shrinking = {"curvatures": (0,), "coin": QUIET, "lam": HALF}
# decay and step size far too large
bounced = {"lam": 1, "eps": 4, "eta": 10, "coin": QUIET}
error = (G[k, i] - n[k, i]) ** 2
real = {"G0": 1, "n0": 1, "x0": 1, "D0": 1, "e": 1, "rho": 1}
late = within(k, 1, K + 1)

FALSEHOODS = [
    # --- one coordinate, in real numbers ---
    falsehood("2% more descent", one_coordinate, {G0**2 / D0: G0**2 / D0 / LESS},
              "by algebra: false at",
              verdict="not proved", where={}, at={**real, "n0": 1}),
    falsehood("2% less curvature", one_coordinate, {L * eta / e: LESS * L * eta / e},
              "by multiplying: certify: the identity fails",
              verdict="not proved", where={}, at=real),
    falsehood("2% less error", one_coordinate, {(G0 - n0) ** 2: LESS * (G0 - n0) ** 2},
              "by algebra: false at",
              verdict="not proved", where={"lam": 1}, at={**real, "n0": 2}),
    falsehood("2% less decay", one_coordinate, {lam**2 * x0**2: LESS * lam**2 * x0**2},
              "by algebra: false at",
              verdict="not proved", where={"lam": 1}, at={**real, "n0": 2}),
    falsehood("Young without rho", one_coordinate, {1 + 1 / rho: 1 / rho}, "by algebra: false at",
              verdict="not proved", where={"lam": 1}, at={**real, "n0": 2}),
    falsehood("the descent gains on both squares", one_coordinate,
              {1 - L * eta / e: 1 + L * eta / e}, "by algebra: false at", verdict="not proved",
              where={}, at=real),
    falsehood("D below its floor", one_coordinate, None, "by algebra: false at",
              verdict="not proved",
              given=without(one_coordinate, (e, "<=", D0)), where={}, at={**real, "D0": HALF}),
    falsehood("ascent", one_coordinate, None, "not known to be >= 0", verdict="not proved",
              given=without(one_coordinate, (0, "<", eta)),
              where={"eta": -1}, at={**real, "n0": 3, "D0": 2}),
    falsehood("rho < 0", one_coordinate, None, "by algebra: false at", verdict="not proved",
              given=instead(one_coordinate, {(0, "<", rho): (rho, "<", 0)}),
              witness={**one_coordinate.witness, rho: -1},
              where={}, at={**real, "n0": 3, "rho": Rational(-2)}),
    falsehood("rho = 0", one_coordinate, None, "must be shown to be not 0", verdict="error",
              given=without(one_coordinate, (0, "<", rho)), claim=(1 / rho, "<=", 1 / rho),
              script=lambda p: p.have((1 / rho, "<=", 1 / rho), by.algebra())),
    # --- L3 ---
    falsehood("2% more descent", descent, {G[k, i] ** 2: G[k, i] ** 2 / LESS}, "false at",
              where={**flat, "coin": QUIET}, at=one),
    falsehood("2% less curvature", descent,
              {L * eta / sqrt(eps): LESS * L * eta / sqrt(eps)}, "false at",
              where={**flat, "eta": 1000, "coin": QUIET}, at=one),
    falsehood("2% less error", descent, {1 + rho: LESS * (1 + rho)}, "false at",
              where=decayed, at=one),
    falsehood("2% less decay", descent, {1 + 1 / rho: LESS * (1 + 1 / rho)}, "false at",
              where=decayed, at=one),
    falsehood("decay gains", descent, {1 + 1 / rho: -(1 + 1 / rho)}, "false at",
              where=decayed, at=one),
    falsehood("error gains", descent, {1 + rho: -(1 + rho)}, "false at", where=flat, at=one),
    falsehood("1 + L eta/eps^{1/2}", descent, {1 - L * eta / sqrt(eps): 1 + L * eta / sqrt(eps)},
              "false at", where={**flat, "eta": 1000}, at=one),
    falsehood("eps for its root", descent, {sqrt(eps): eps}, "false at",
              where={"eps": 4, "theta": HALF, "eta": Rational(1, 100)}, at=one),
    falsehood("G n for G b", descent, {b[k, i]: n[k, i]}, "by definition of x: false at",
              where=bounced, at={**one, "rho": 100}),
    falsehood("smoothness exchanged", descent, None, "by A1: false at", script=lambda p: p.calc(
        f(x[k + 1]) - f(x[k]),
        "<=", over_i(G[k, i] * (x[k + 1, i] - x[k, i])) + L / 2 * over_i((x[k + 1, i] - x[k,
            i]) ** 2),
        by.axiom("A1", p=x[k + 1], y=x[k]),
    )),
    falsehood("before the first step", descent, None, "by definition of x: false at",
              given=instead(descent, {step: from_start})),
    falsehood("after the last step", descent, None, "by definition of x: false at",
              given=instead(descent, {step: late})),
    falsehood("eps = 0", descent, None, "needs 0 < ε",
              given=instead(descent, {(0, "<", eps): (0, "<=", eps)})),
    falsehood("beta > 1", descent, None, "needs β ≤ 1", given=without(descent, (beta, "<=", 1))),
    falsehood("rho <= 0", descent, None, "needs 0 < ρ", given=without(descent, (0, "<", rho))),
    falsehood("L < 0", descent, None, "needs 0 < L", given=without(descent, (0, "<", L))),
    falsehood("with decay", descent_without_decay, None, "by definition of x: false at",
              given=without(descent_without_decay, (lam, "==", 0)),
              where=bounced, at=one),
    falsehood("2% less error", descent_without_decay, {eta / 2 * error: LESS * eta / 2 * error},
              "by multiplying: certify: the identity fails", where=flat, at=one),
    falsehood("2% more descent", descent_without_decay, {G[k, i] ** 2: G[k, i] ** 2 / LESS},
              "by algebra: false at",
              where=flat, at=one),
    # --- L6 ---
    falsehood("2% less", step_length, {b[k, i] ** 2 / D[k, i]: LESS * b[k, i] ** 2 / D[k, i]},
              "false at", where=shrinking, at=one),
    falsehood("eps for its root", step_length, {sqrt(eps): eps}, "false at",
              where={**shrinking, "eps": 4}, at=one),
    falsehood("eta for eta^2", step_length, {eta**2: eta}, "false at",
              where={**shrinking, "eta": 2}, at=one),
    falsehood("n for b", step_length, {b[k, i]: n[k, i]}, "by definition of x: false at",
              where=shrinking, at=one),
    falsehood("after the last step", step_length, None, "by definition of x: false at",
              given=instead(step_length, {step: late})),
    falsehood("2% less", total_length, {L**2 * eta**2: LESS * L**2 * eta**2}, "false at",
              where=shrinking, at=one),
    # --- in expectation ---
    falsehood("2% less error", expected_descent, {1 + rho: LESS * (1 + rho)},
              "by taking expectations: false at"),
    falsehood("the gap exchanged", expected_descent,
              None, "the proof ends with",
              claim=(expected_descent.claim[0], "<=", expected_descent.claim[2]
                     + 2 * (E(f(x[k + 1])) - E(f(x[k])))),
              where=jump, at={**one, "R": 2}),
    falsehood("2% less gap", total_descent, {Delta: LESS * Delta},
              "by definition of Delta: false at",
              where=jump, at={"rho": 1, "R": 2}),
    falsehood("the noise left out", total_descent, {N: 0}, "false at",
              where={**flat, "eta": 500, "at": (0,)},
              at={"rho": 1, "R": 2}),
    falsehood("telescoped too far", total_descent, {f(x[K + 1]): f(x[K + 2])},
              "by taking expectations: false at"),
    falsehood("telescoped one short", total_descent, {f(x[K + 1]): f(x[K])},
              "by taking expectations: false at"),
    falsehood("K = -1", total_descent, None, "not known to be integrable",
              given=instead(total_descent, {within(K, 1): within(K, -1)})),
    falsehood("lam eta > 1", total_descent, None, "needs η·λ ≤ 1",
              given=without(total_descent, (lam * eta, "<=", 1))),
]  # fmt: skip


@pytest.mark.parametrize("case", FALSEHOODS)
def test_falsehood(planted, case):
    case.judged(planted)
