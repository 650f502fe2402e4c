"""L0 and L2: decays that are too large, reaches that are too short, integrability from nothing."""

from __future__ import annotations

import pytest
from adamw_falsehoods import falsehood
from adamw_twins import LESS, instead, without
from adamw_worlds import HALF, QUIET

from ratecert.proofs.language import (
    Max,
    Min,
    Rational,
    bounded,
    by,
    integrable,
    sqrt,
    square_integrable,
    within,
)
from ratecert.proofs.theorems.adamw.integrability import (
    floor,
    integrable_D,
    integrable_m,
    integrable_n,
    integrable_tD,
    integrable_v,
    positive,
    predicted_floor,
    predicted_moment,
    predicted_positive,
)
from ratecert.proofs.theorems.adamw.iterates import (
    D0,
    R,
    X,
    bounded_iterates,
    decay_step,
    decayed_iterates,
    j,
    n0,
    norm_sign,
    small_decay,
    squared_iterates,
    start_norm,
    x0,
)
from ratecert.proofs.theorems.adamw.setting import (
    D,
    K,
    beta,
    coordinate,
    d,
    eps,
    eta,
    i,
    k,
    lam,
    m,
    n,
    q,
    tD,
    v,
    x,
    xmax,
)

one, two = {"k": 1, "i": 1}, {"k": 2, "i": 1}
still = {"curvatures": (0,), "coin": QUIET}
reached = (xmax[d] + R * eta * K, "<=", X)
start, fresh = within(k, 1, K + 1), within(k, 1, K + 2)
limit = Max(abs(x[1, i]), R / lam)
same = (sqrt(v[k, i] + eps), "<=", sqrt(v[k, i] + eps))

FALSEHOODS = [
    # --- one step of decay, in real numbers ---
    falsehood("lam eta > 1", decay_step, None, "false at", verdict="refuted",
              given=without(decay_step, (lam * eta, "<=", 1)),
              where={"eta": 2, "lam": 1}, at={"x0": 1, "n0": 0, "D0": 1, "R": 0}),
    falsehood("the step does not count", decay_step, None, "false at", verdict="refuted",
              claim=(decay_step.claim[0], "<=", (1 - lam * eta) * abs(x0)),
              where={}, at={"x0": 1, "n0": -1, "D0": 1, "R": 1}),
    falsehood("2% less", decay_step, {R: LESS * R}, "false at", verdict="refuted",
              given=(*decay_step.given[:-1], (abs(n0), "<=", R * D0 / LESS)),
              where={}, at={"x0": 0, "n0": 1, "D0": 1, "R": 1}),
    falsehood("decay once more", decay_step, None, "false at", verdict="refuted",
              claim=(decay_step.claim[0], "<=", (1 - lam * eta) ** 2 * abs(x0) + eta * R),
              where={"eta": HALF, "lam": 1}, at={"x0": 1, "n0": 0, "D0": 1, "R": 0}),
    falsehood("|n| > R D", decay_step, None, "false at", verdict="refuted",
              given=without(decay_step, (abs(n0), "<=", R * D0)),
              where={}, at={"x0": 0, "n0": 1, "D0": 1, "R": 0}),
    falsehood("eta < 0", decay_step, None, "false at", verdict="refuted",
              given=without(decay_step, (0, "<", eta)),
              where={"eta": -1}, at={"x0": 0, "n0": 1, "D0": 1, "R": 1}),
    falsehood("D = 0", decay_step, None, "must be shown to be not 0", verdict="error",
              given=instead(decay_step, {(0, "<", D0): (0, "<=", D0)}),
              claim=(n0 / D0, "<=", n0 / D0),
              script=lambda p: p.have((n0 / D0, "<=", n0 / D0), by.algebra())),
    # --- L2 ---
    falsehood("X without R eta K", bounded_iterates, {R * eta * (k - 1): 0}, "by algebra: false at",
                           where={"curvatures": (0,)}, at={**two, "R": 2}),
    falsehood("one step less", bounded_iterates, {R * eta * (k - 1): R * eta * (k - 2)},
              "the base must prove",
              where={}, at={**one, "R": 2}),
    falsehood("lam eta > 1", bounded_iterates, None, "needs η·λ ≤ 1",
              given=without(bounded_iterates, (lam * eta, "<=", 1)),
              where={"eta": Rational(1, 10), "lam": 30, **still}, at={**two, "R": 2}),
    falsehood("two steps after the last", bounded_iterates, None, "does not state: k ≤ K+1",
              given=instead(bounded_iterates, {start: fresh})),
    falsehood("before the first step", bounded_iterates, None, "uses hypotheses",
              given=instead(bounded_iterates, {start: within(k, 0, K + 1)})),
    falsehood("eps = 0", bounded_iterates, None, "needs 0 < ε",
              given=instead(bounded_iterates, {(0, "<", eps): (0, "<=", eps)})),
    falsehood("R^2 >= q", bounded_iterates, None, "adamw.L1.root needs",
              given=instead(bounded_iterates, {(2 * q, "<=", R**2): (q, "<=", R**2)})),
    falsehood("the smaller of the two", decayed_iterates, {limit: Min(abs(x[1, i]), R / lam)},
              "false at", where={"at": (5,), "lam": HALF}, at={**one, "R": 2}),
    falsehood("R/lam alone", decayed_iterates, {limit: R / lam},
              "false at", where={"at": (5,), "lam": HALF}, at={**one, "R": 2}),
    falsehood("lam = 0", decayed_iterates, None, "must be shown to be not 0", verdict="error",
              given=without(decayed_iterates, (0, "<", lam)), claim=(limit, "<=", limit),
              script=lambda p: p.have((limit, "<=", limit), by.algebra())),
    falsehood("X a step short", squared_iterates, {R * eta * K: R * eta * (K - 1)},
              "adamw.reach needs",
              where={"curvatures": (0,), "at": (1,)}, at={**two, "R": 2, "X": 1}),
    falsehood("X unbounded below", squared_iterates, None, "false at",
              given=without(squared_iterates, reached), where={}, at={**one, "R": 2, "X": 0}),
    falsehood("X the other way", squared_iterates, None, "false at",
              given=instead(squared_iterates, {reached: (X, "<=", reached[0])}), where={},
              at={**one, "R": 2, "X": 0}),
    # --- the norm of the start ---
    falsehood("a coordinate not yet seen", start_norm, None, "j",
              given=(coordinate, within(j, 1, d)),
              where={"curvatures": (1, 1), "at": (0, 1)}, at={"i": 2, "j": 1}),
    falsehood("coordinate 0", start_norm, None, "by definition of xmax: false at",
              given=(within(i, 0, d), within(j, i, d))),
    falsehood("no coordinate", norm_sign, None, "uses hypotheses", given=(within(d, 0),)),
    # --- the decay of one step ---
    falsehood("half of it", small_decay, None, "the proof ends with η·λ ≤ 1",
              claim=(2 * lam * eta, "<=", 1), where={"at": (0,), "lam": Rational(2, 3)},
              at={"R": Rational(3, 2), "X": Rational(3, 2)}),
    falsehood("R = 0", small_decay, None, "is no hypothesis", given=without(small_decay, (2 * q,
              "<=", R**2)),
              where={"at": (0,), "lam": 5}, at={"R": 0, "X": 0}),
    falsehood("K = 0", small_decay, None, "false at",
              given=instead(small_decay, {within(K, 1): within(K, 0)})),
    falsehood("lam X unbounded", small_decay, None, "is no hypothesis",
              given=without(small_decay, (lam**2 * X**2, "<=", 1)), where={"lam": 5},
              at={"R": 2, "X": 3}),
    falsehood("X too small", small_decay, None, "false at", verdict="refuted",
              given=without(small_decay, reached),
              where={"lam": 5}, at={"R": 2, "X": 0}),
    # --- the denominators ---
    falsehood("twice the root of eps", floor, {sqrt(eps): 2 * sqrt(eps)}, "false at",
              where={**still}, at=one),
    falsehood("at least 1", positive, None, "the proof ends with",
              claim=(1, "<", D[k, i]), where={**still}, at=one),
    falsehood("eps = 0", positive, None, "needs 0 < ε",
              given=instead(positive, {(0, "<", eps): (0, "<=", eps)})),
    falsehood("eps < 0", floor, None, "must be shown to be >= 0", verdict="error", claim=same,
              given=without(floor, (0, "<", eps)), script=lambda p: p.have(same, by.algebra())),
    falsehood("2% more", predicted_floor, {sqrt(eps): sqrt(eps) / LESS}, "false at",
              where={**still}, at=one),
    falsehood("beta > 1", predicted_moment, None, "needs β ≤ 1",
              given=without(predicted_moment, (beta, "<=", 1)),
              where={"beta": 2, "eps": 5}, at=one),
    falsehood("eps = 0", predicted_positive, None, "false at",
              given=instead(predicted_positive, {(0, "<", eps): (0, "<=", eps)})),
    # --- L0: nothing is bounded because it is square integrable ---
    falsehood("square integrable", integrable_v, None, "the proof ends with v[k, i] ∈ L^1",
              claim=square_integrable(v[k, i]), verdict="not proved"),
    falsehood("bounded", integrable_m, None, "the proof ends with", claim=bounded(m[k, i]),
              verdict="not proved"),
    falsehood("bounded", integrable_n, None, "the proof ends with", claim=bounded(n[k, i]),
              verdict="not proved"),
    falsehood("bounded", integrable_D, None, "the proof ends with", claim=bounded(D[k, i]),
              verdict="not proved"),
    falsehood("bounded", integrable_tD, None, "the proof ends with", claim=bounded(tD[k, i]),
              verdict="not proved"),
    falsehood("a product of three", integrable_n, None, "the proof ends with", verdict="not proved",
              claim=integrable(n[k, i] ** 3)),
    falsehood("g after the last step", integrable_v, None, "does not state: k ≤ K",
              verdict="not proved",
              given=(within(k, 0, K + 1), coordinate)),
]  # fmt: skip


@pytest.mark.parametrize("case", FALSEHOODS)
def test_falsehood(planted, case):
    case.judged(planted)
