"""L1 and the second moment: wrong constants, roles exchanged, hypotheses left out."""

from __future__ import annotations

import pytest
from adamw_falsehoods import falsehood
from adamw_twins import LESS, instead, without
from adamw_worlds import HALF, QUIET

from ratecert.proofs.language import Rational, by, within
from ratecert.proofs.theorems.adamw.iterates import R, dominated_momentum, driven_momentum
from ratecert.proofs.theorems.adamw.momentum import (
    dominance,
    domination,
    double,
    mixed_domination,
    mixed_factor_bound,
    momentum,
    ratio,
    second_moment,
    sharp,
    sharp_domination,
    sharp_factor,
    step_factor,
    unrolled,
)
from ratecert.proofs.theorems.adamw.setting import (
    K,
    beta,
    coordinate,
    d,
    from_start,
    i,
    k,
    m,
    mu,
    n,
    q,
    step,
    theta,
    v,
)

third, quarter = Rational(1, 3), Rational(1, 4)
one = {"k": 1, "i": 1}
two = {"k": 2, "i": 1}
told = {"breaks": ("A2", "A3")}  # g^k is what the world says, whatever f is
still = {"curvatures": (0,), "coin": QUIET, "sigmas": (0,), **told}
# g^t = (beta/theta)^t, beta = theta^{1/2}: the worst momentum for L1, 4/3 in the limit
geometric = {
    **still, "K": 18, "tossed": 1, "theta": Rational(81, 100), "beta": Rational(9, 10),
    "gradients": [Rational(10, 9) ** t for t in range(1, 19)],
}  # fmt: skip
stopping = {**still, "K": 2, "tossed": 1, "gradients": (1, 0)}  # then m stays, and v decays


def reflexive(term):
    return lambda p: p.have((term, "<=", term), by.algebra())


FALSEHOODS = [
    falsehood("2% less", momentum, {ratio: LESS * ratio}, "by algebra: false at",
              where={"beta": HALF}, at=one),
    falsehood("2% less", domination, {ratio: LESS * ratio}, "by algebra: false at",
              where={"beta": HALF}, at=one),
    falsehood("2% less of q", domination, {q: LESS * q}, "by algebra: false at",
              where={"beta": HALF}, at=one),
    falsehood("q = 1, as for mu = 1", domination, {q: 1}, "by algebra: false at",
              where={"theta": HALF, "beta": HALF, "mu": HALF}, at=one),
    falsehood("theta and beta exchanged", momentum, {ratio: 1 / ratio}, "by algebra: false at",
              where={"beta": HALF}, at=one),
    falsehood("the other direction", momentum, None, "the proof ends with", "but the claim is",
              claim=(ratio * v[k, i], "<=", m[k, i] ** 2),
              where={**stopping, "gradients": (1, -1), "theta": HALF, "beta": HALF}, at=two),
    falsehood("theta > beta", momentum, None, "false at",
              given=without(momentum, (theta, "<=", beta)), where={**stopping, "theta": HALF},
              at=two),
    falsehood("theta > beta", domination, None, "adamw.L1.momentum needs θ ≤ β",
              given=without(domination, (theta, "<=", beta)), where={**stopping, "theta": HALF},
              at=two),
    falsehood("theta negative", momentum, None, "false at",
              given=without(momentum, (0, "<=", theta)),
              where={**stopping, "gradients": (1, -1), "theta": -1, "beta": 0}, at=two),
    falsehood("beta = 1", momentum, None, "must be shown to be not 0", verdict="error",
              given=instead(momentum, {(beta, "<", 1): (beta, "<=", 1)}),
              claim=(ratio, "<=", ratio), script=reflexive(ratio)),
    falsehood("beta > 1", momentum, None, "false at", given=without(momentum, (beta, "<", 1)),
              where={"theta": 2, "beta": 3, "gradients": (1,), "eps": 5, **still}, at=one),
    falsehood("v >= 1", second_moment, None, "the proof ends with 0 ≤ v[k, i]",
              claim=(1, "<=", v[k, i]), where={**still, "gradients": (HALF,)}, at=one),
    falsehood("beta > 1", second_moment, None, "by algebra: false at",
              given=without(second_moment, (beta, "<=", 1)),
              where={**still, "gradients": (1,), "beta": 2, "eps": 5}, at=one),
    falsehood("beta < 0", second_moment, None, "by algebra: false at",
              given=without(second_moment, (0, "<=", beta))),
    falsehood("q for 2q", double, {2 * q * v[k, i]: q * v[k, i]}, "by multiplying",
              where={"theta": quarter, "beta": HALF}, at=one),
    falsehood("2% less", double, {2 * q * v[k, i]: 2 * LESS * q * v[k, i]}, "by multiplying"),
    falsehood("beta^2 > theta", double, None, "≤ 2\n  by algebra: false at",
              given=without(double, (beta**2, "<=", theta)), where={"beta": Rational(3, 4)},
              at=one),
    falsehood("beta^5 for beta^2", double, None, "≤ 2\n  by algebra: false at",
              given=instead(double, {(beta**2, "<=", theta): (beta**5, "<=", theta)}),
              where={**still, "K": 3, "tossed": 1, "beta": Rational(9, 10),
                     "theta": Rational(9, 10) ** 5,
                     "gradients": [Rational(10, 9) ** (4 * t) for t in range(3)]},
              at={"k": 3, "i": 1}),
    falsehood("2% less", sharp_domination, {v[k, i]: LESS * v[k, i]}, "adamw.L1.unrolled",
              script=lambda p: p.use(unrolled), where=geometric, at={"k": 18, "i": 1}),
    falsehood("2% less", sharp_factor, {Rational(4, 3): LESS * Rational(4, 3)}, "false at",
              verdict="refuted", where=geometric),
    falsehood("1 for 4/3", sharp_factor, {Rational(4, 3): 1}, "false at", verdict="refuted",
              where=geometric),
    falsehood("beta^2 > theta", sharp_factor, None, "false at", verdict="refuted",
              given=without(sharp_factor, (beta**2, "<=", theta)),
              where={"theta": 0, "beta": HALF}),
    falsehood("theta > beta", sharp_factor, None, "by algebra: false at", verdict="not proved",
              given=without(sharp_factor, (theta, "<=", beta))),
    falsehood("beta = 0", unrolled, None, "must be shown to be not 0",
              given=without(unrolled, (0, "<", beta)), verdict="error",
              claim=(sharp, "<=", sharp), script=reflexive(sharp)),
    falsehood("theta for theta^2", unrolled, {theta**2 / beta: theta / beta}, "false at"),
    falsehood("beta^2 > theta", sharp_domination, None, "needs β² ≤ θ",
              given=without(sharp_domination, (beta**2, "<=", theta)),
              where={"beta": HALF}, at=one),
    falsehood("before the first step", domination, None, "by definition of v: false at",
              given=instead(domination, {step: from_start}),
              where={"equations": [(m[-1, i], 0, [coordinate]), (n[0, i], 1, [coordinate])],
                     "beta": HALF},
              at={"k": 0, "i": 1}),
    falsehood("after the last step", domination, None, "by definition of v: false at",
              given=instead(domination, {step: within(k, 1, K + 1)})),
    falsehood("coordinate 0", domination, None, "by definition of v: false at",
              given=instead(domination, {coordinate: within(i, 0, d)})),
    falsehood("coordinate d + 1", domination, None, "by definition of v: false at",
              given=instead(domination, {coordinate: within(i, 1, d + 1)})),
    falsehood("R^2 >= q will not do", dominated_momentum, None, "false at",
              given=instead(dominated_momentum, {(2 * q, "<=", R**2): (q, "<=", R**2)}),
              where={"theta": quarter, "beta": HALF, "eps": Rational(1, 1000)}, at={**one, "R": 1}),
    # --- the sharper factor for every mu ---
    falsehood("2% less", mixed_domination, {dominance: LESS * dominance},
              "by multiplying: certify: the identity fails",
              where=geometric, at={"k": 18, "i": 1}),
    falsehood("2% less", mixed_factor_bound, {dominance: LESS * dominance},
              "false at", verdict="refuted", where=geometric),
    falsehood("q for 2q", mixed_domination, {dominance: q}, "by multiplying",
              where=geometric, at={"k": 18, "i": 1}),
    falsehood("2% less", step_factor, None, "false at", verdict="refuted",
              claim=(step_factor.claim[0], "<=", LESS * Rational(4, 3)), where=geometric),
    falsehood("beta^2 > theta", step_factor, None, "false at", verdict="refuted",
              given=without(step_factor, (beta**2, "<=", theta)),
              where={"theta": 0, "beta": HALF}),
    falsehood("mu > 1", mixed_factor_bound, None, "false at", verdict="refuted",
              given=without(mixed_factor_bound, (mu, "<=", 1)),
              where={"theta": quarter, "beta": HALF, "mu": 2}),
    falsehood("R^2 >= q will not do", driven_momentum, None, "is no hypothesis",
              given=instead(driven_momentum, {(dominance, "<=", R**2): (1, "<=", R**2)}),
              where={"theta": quarter, "beta": HALF, "eps": Rational(1, 1000)}, at={**one, "R": 1}),
    falsehood("R negative", dominated_momentum, None, "needs 0 ≤ R",
              given=without(dominated_momentum, (0, "<=", R)), where={}, at={**one, "R": -2}),
]  # fmt: skip


@pytest.mark.parametrize("case", FALSEHOODS)
def test_falsehood(planted, case):
    case.judged(planted)
