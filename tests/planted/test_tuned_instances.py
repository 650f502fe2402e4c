"""Tuned instances and Adam: constants 1% too small, numbers for which (B) fails, wrong ranges."""

from __future__ import annotations

import pytest
from adamw_falsehoods import falsehood
from adamw_twins import LESS, instead, without
from adamw_worlds import HALF, QUIET

from ratecert.proofs.language import Rational, by, root, sqrt
from ratecert.proofs.theorems import adam as adam_theory
from ratecert.proofs.theorems.adamw.balance import h
from ratecert.proofs.theorems.adamw.decay import (
    A,
    c,
    decay_of_coordinate,
    j,
    mean_reach,
    mean_square,
    mean_within_X,
    sum_of_reach,
    sum_of_squares,
    total_decay,
)
from ratecert.proofs.theorems.adamw.denominator import Z
from ratecert.proofs.theorems.adamw.descent import rho
from ratecert.proofs.theorems.adamw.instances import (
    from_origin,
    mixed,
    mixed_constant,
    mixed_weight,
    origin,
    origin_constant,
    rate_origin,
    rate_weighted,
    searched,
    searched_bracket,
    searched_mixed_weight,
    searched_weight,
    tuned,
    tuned_bracket,
    tuned_constant,
    tuned_weight,
    weighted,
    weighted_bracket,
    weighted_constant,
    weighted_weight,
)
from ratecert.proofs.theorems.adamw.iterates import X, farthest
from ratecert.proofs.theorems.adamw.parameters import C_P, bracket, gamma, r, t
from ratecert.proofs.theorems.adamw.rate import l1
from ratecert.proofs.theorems.adamw.setting import (
    Delta,
    K,
    L,
    beta,
    d,
    eta,
    mu,
    theta,
)

PERCENT = Rational(99, 100)
near_one = {"theta": Rational(999, 1000), "mu": Rational(999, 1000), "beta": Rational(999, 1000)}
adam_at_one = {"theta": Rational(999, 1000), "mu": 1, "beta": Rational(999, 1000)}


def at(theta_, mu_=1):
    """The world's theta and mu."""
    return {"theta": theta_, "mu": mu_, "beta": theta_}


def less(choice, C_1=PERCENT, C_2=1):
    """The bound with a constant that is too small."""
    noise, gap = root(h**2 * L * Delta / K, 4), sqrt(d * L * Delta / K)
    return (l1 / K, "<=", C_1 * choice.C_1 * sqrt(d) * noise + C_2 * choice.C_2 * gap)


def below(claimed):
    """The claim with 1% less on the right."""
    left, op, right = claimed.claim
    return (left, op, PERCENT * right)


def bracket_at(choice, **changed):
    """(B) with one number of a choice exchanged."""
    names = {"r": r, "rho": rho, "t": t}
    other = {names[name]: value for name, value in changed.items()}
    return (0, "<=", bracket.xreplace({**choice.values, **other}))


def wider(claimed, choice, low):
    return instead(claimed, {choice.near[0]: (low, "<=", theta)})


many = {"A": 1, "c": 0, "j": 2}
still = {"curvatures": (0,), "coin": QUIET, "eta": 0}
here = {"R": 2, "X": 1}

FALSEHOODS = [
    # --- what the iterates reach ---
    falsehood("2% less", sum_of_squares, None, "the proof ends with", where={}, at=many,
              claim=(sum_of_squares.claim[0], "<=", LESS * sum_of_squares.claim[2])),
    falsehood("X a step short", sum_of_squares, None, "the proof ends with", verdict="not proved",
              claim=(sum_of_squares.claim[0], "<=", j * mean_square(A, A + c * (j - 1))),
              where={}, at={"A": 0, "c": 1, "j": 2}),
    falsehood("without the product", sum_of_squares, None, "the proof ends with",
              claim=(sum_of_squares.claim[0], "<=", j * (A**2 + (A + c * j) ** 2) / 3),
              where={}, at=many),
    falsehood("A < 0", sum_of_squares, None, "by algebra: false at", verdict="not proved",
              given=without(sum_of_squares, (0, "<=", A)), where={},
              at={"A": -1, "c": 1, "j": 2}),
    falsehood("2% less", sum_of_reach, {K * mean_reach: LESS * K * mean_reach},
              "by multiplying: certify: the identity fails",
              verdict="not proved", where=still, at=here),
    falsehood("a third of X^2", sum_of_reach, None, "the proof ends with", verdict="not proved",
              claim=(sum_of_reach.claim[0], "<=", K * X**2 / 3), where=still, at=here),
    falsehood("X at will", sum_of_reach, None, "is no hypothesis", verdict="not proved",
              given=without(sum_of_reach, farthest), where=still, at={"R": 2, "X": 0}),
    falsehood("half of X^2", mean_within_X, None, "the proof ends with", verdict="not proved",
              claim=(mean_reach, "<=", X**2 / 2), where=still, at=here),
    falsehood("2% less noise", decay_of_coordinate, {sqrt(Z): LESS * sqrt(Z)},
              "by multiplying: certify: the identity fails",
              verdict="not proved", where=still, at={**here, "i": 1}),
    falsehood("2% less", total_decay, {mean_reach: LESS * mean_reach}, "by summing up: false at",
              verdict="not proved",
              where=still, at=here),
    # --- AdamW: what the momentum error weighs, C_P, and (B) ---
    falsehood("1% less", tuned_weight, None, "false at", verdict="refuted",
              claim=below(tuned_weight), where=near_one),
    falsehood("mu < theta", tuned_weight, None, "false at", verdict="refuted",
              given=without(tuned_weight, (theta, "<=", mu)), where=at(Rational(9, 10), 0)),
    falsehood("mu > 1", tuned_weight, None, "false at", verdict="refuted",
              given=without(tuned_weight, (mu, "<=", 1)), where=at(Rational(9, 10), Rational(2))),
    falsehood("1% less", weighted_weight, None, "false at", verdict="refuted",
              claim=below(weighted_weight), where=at(Rational(999, 1000))),
    falsehood("mu in [theta, 1]", weighted_weight, None, "false at", verdict="refuted",
              given=(*weighted.near, *mixed.mixing), where=at(Rational(3, 4), Rational(3, 4))),
    falsehood("theta from 0", weighted_weight, None, "false at", verdict="refuted",
              given=wider(weighted_weight, weighted, 0), where=at(Rational(0))),
    falsehood("1% less", mixed_weight, None, "false at", verdict="refuted",
              claim=below(mixed_weight), where=at(Rational(3, 4), Rational(3, 4))),
    falsehood("theta from 7/10", mixed_weight, None, "false at", verdict="refuted",
              given=wider(mixed_weight, mixed, Rational(7, 10)),
              where=at(Rational(7, 10), Rational(7, 10))),
    falsehood("1% less", searched_weight, None, "false at", verdict="refuted",
              claim=below(searched_weight), where=at(Rational(999, 1000))),
    falsehood("1% less", searched_mixed_weight, None, "false at", verdict="refuted",
              claim=below(searched_mixed_weight), where=at(Rational(5, 6), Rational(5, 6))),
    falsehood("c_eta = 21/13", searched_bracket, None, "false at", verdict="not proved",
              claim=bracket_at(searched, r=Rational(42, 65)), where=near_one,
              script=lambda p: p.have(bracket_at(searched, r=Rational(42, 65)), by.algebra())),
    falsehood("1% less", tuned_constant, None, "false at", verdict="not proved",
              claim=below(tuned_constant), where=near_one, at={"gamma": Rational(1, 10)}),
    falsehood("gamma up to 1/5", tuned_constant, None, "false at", verdict="not proved",
              given=instead(tuned_constant, {tuned.small[1]: (gamma, "<=", Rational(1, 5))}),
              where=near_one, at={"gamma": Rational(1, 5)}),
    falsehood("1% less", weighted_constant, None, "false at", verdict="not proved",
              claim=below(weighted_constant), where=at(Rational(999, 1000)),
              at={"gamma": Rational(1, 10)}),
    falsehood("1% less", mixed_constant, None, "false at", verdict="not proved",
              claim=below(mixed_constant), where=at(Rational(3, 4), Rational(3, 4)),
              at={"gamma": Rational(1, 10)}),
    falsehood("1% less", origin_constant, None, "false at", verdict="not proved",
              claim=below(origin_constant), where=at(Rational(999, 1000)),
              at={"gamma": Rational(1, 10)}),
    falsehood("c_eta = 9/5", tuned_bracket, None, "false at", verdict="not proved",
              claim=bracket_at(tuned, r=Rational(9, 10)), where=near_one,
              script=lambda p: p.have(bracket_at(tuned, r=Rational(9, 10)), by.algebra())),
    falsehood("rho = 3/10", weighted_bracket, None, "false at", verdict="not proved",
              claim=bracket_at(weighted, rho=Rational(3, 10)), where=near_one,
              script=lambda p: p.have(bracket_at(weighted, rho=Rational(3, 10)), by.algebra())),
    falsehood("t = 4/5", weighted_bracket, None, "false at", verdict="not proved",
              claim=bracket_at(weighted, t=Rational(4, 5)), where=near_one,
              script=lambda p: p.have(bracket_at(weighted, t=Rational(4, 5)), by.algebra())),
    falsehood("theta > 1", weighted_bracket, None, "false at", verdict="not proved",
              given=weighted_bracket.given[:1]),
    # --- AdamW: the theorems ---
    *(
        falsehood("1% less of C_1", claimed, None, "the proof ends with", claim=less(choice))
        for claimed, choice in ((rate_weighted, weighted), (rate_origin, origin),
                                (adam_theory.rate_tuned, adam_theory.tuned),
                                (adam_theory.rate_weighted, adam_theory.weighted))
    ),
    falsehood("1% less of C_2", adam_theory.rate_tuned, None, "the proof ends with",
              claim=less(adam_theory.tuned, 1, PERCENT)),
    falsehood("beta < theta", rate_origin, None, "is no hypothesis",
              given=without(rate_origin, (theta, "<=", beta))),
    falsehood("mu in [theta, 1]", rate_weighted, None, "needs",
              given=tuple(x for said in rate_weighted.given
                          for x in (mixed.mixing if said == (mu, "==", 1) else [said]))),
    falsehood("not from x^1 = 0", rate_origin, None, "is no hypothesis",
              given=without(rate_origin, from_origin)),
    # --- Adam ---
    falsehood("1% less", adam_theory.tuned_weight, None, "false at", verdict="refuted",
              claim=below(adam_theory.tuned_weight), where=near_one),
    falsehood("gamma up to 1/5", adam_theory.weighted_weight, None, "false at", verdict="refuted",
              given=wider(adam_theory.weighted_weight, adam_theory.weighted, HALF),
              where=at(HALF)),
    falsehood("mu in [theta, 1]", adam_theory.weighted_weight, None, "false at",
              verdict="refuted", given=adam_theory.mixed_weight.given,
              where=at(Rational(3, 5), Rational(3, 5))),
    falsehood("1% less", adam_theory.mixed_weight, None, "false at", verdict="refuted",
              claim=below(adam_theory.mixed_weight), where=at(Rational(11, 20), Rational(11, 20))),
    falsehood("1% less", adam_theory.tuned_constant, None, "false at", verdict="not proved",
              claim=below(adam_theory.tuned_constant), where=near_one),
    falsehood("1% less", adam_theory.weighted_constant, None, "false at", verdict="not proved",
              claim=below(adam_theory.weighted_constant), where=adam_at_one),
    falsehood("c_eta 1% more", adam_theory.tuned_bracket, None, "false at", verdict="not proved",
              claim=bracket_at(adam_theory.tuned, r=1 / PERCENT), where=near_one,
              script=lambda p: p.have(
                  bracket_at(adam_theory.tuned, r=1 / PERCENT), by.algebra())),
    falsehood("c_theta 1% less", adam_theory.weighted_bracket, None, "false at",
              verdict="not proved",
              claim=bracket_at(adam_theory.weighted, r=Rational(4, 5) / PERCENT), where=near_one,
              script=lambda p: p.have(
                  bracket_at(adam_theory.weighted, r=Rational(4, 5) / PERCENT), by.algebra())),
    falsehood("without (B)", adam_theory.bound_on_P, None, "is no hypothesis",
              given=without(adam_theory.bound_on_P, (0, "<=", adam_theory.bracket))),
    falsehood("2% less of what is paid", adam_theory.bound_on_P, None, "is no hypothesis",
              given=instead(adam_theory.bound_on_P, {(adam_theory.paid, "<=", C_P):
                                                     (LESS * adam_theory.paid, "<=", C_P)})),
    falsehood("beta > 1", adam_theory.rate, None, "needs β ≤ 1",
              given=without(adam_theory.rate, (beta, "<=", 1))),
    falsehood("theta < 0", adam_theory.rate, None, "needs 0 ≤ θ",
              given=without(adam_theory.rate, (0, "<=", theta))),
    falsehood("mu > 1", adam_theory.rate, None, "needs μ ≤ 1",
              given=without(adam_theory.rate, (mu, "<=", 1))),
    falsehood("C_P at will", adam_theory.rate, None, "is no hypothesis",
              given=adam_theory.rate.given[:-1]),
    falsehood("2% less gap", adam_theory.total_descent, {Delta: LESS * Delta},
              "by definition of Delta: false at"),
    falsehood("2% less", adam_theory.total_length, {L**2 * eta**2: LESS * L**2 * eta**2},
              "by taking expectations: false at",
              where={"eps": 10**6}),
]  # fmt: skip


@pytest.mark.parametrize("case", FALSEHOODS)
def test_falsehood(planted, case):
    case.judged(planted)
