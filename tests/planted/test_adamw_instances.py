"""The canonical instance and NAdamW: constants a little too small, mu where it may not be."""

from __future__ import annotations

import pytest
from adamw_falsehoods import falsehood
from adamw_twins import LESS, instead, without
from adamw_worlds import HALF, QUIET

from ratecert.proofs.language import Min, Rational, root, sqrt
from ratecert.proofs.theorems.adamw.balance import h
from ratecert.proofs.theorems.adamw.choice import noise_below_h, noise_level, positive_h, small_s
from ratecert.proofs.theorems.adamw.instances import (
    canonical,
    canonical_bracket,
    canonical_constant,
    canonical_weight,
    rate_canonical,
)
from ratecert.proofs.theorems.adamw.iterates import R
from ratecert.proofs.theorems.adamw.parameters import gamma
from ratecert.proofs.theorems.adamw.rate import C_1 as GENERAL_C_1
from ratecert.proofs.theorems.adamw.rate import C_2 as GENERAL_C_2
from ratecert.proofs.theorems.adamw.rate import l1
from ratecert.proofs.theorems.adamw.setting import Delta, K, L, d, mu, sigma_s, theta
from ratecert.proofs.theorems.nadamw import nadamw_rate, nadamw_rate_canonical, nadamw_rate_in_sigma

nine = Rational(9, 10)
late = {"theta": Rational(999, 1000), "mu": Rational(999, 1000)}  # where C_P is nearly attained
least = 20 + sqrt(2) / 2
gap = L * Delta / K
noise_term, gap_term = sqrt(d) * root(h**2 * gap, 4), sqrt(d * gap)
smaller = (h, "==", sqrt(Min(sigma_s**2, L * Delta / (gamma**2 * K))))
C_1, C_2 = canonical.C_1, canonical.C_2

FALSEHOODS = [
    falsehood("2% less", canonical_weight, {Rational(3, 2): LESS * Rational(3, 2)},
              "by algebra: false at",
              verdict="refuted", where=late),
    falsehood("mu < theta", canonical_weight, None, "false at", verdict="refuted",
              given=without(canonical_weight, (theta, "<=", mu)), where={"theta": nine, "mu": 0}),
    falsehood("mu > 1", canonical_weight, None, "false at", verdict="refuted",
              given=without(canonical_weight, (mu, "<=", 1)), where={"theta": nine, "mu": 2}),
    falsehood("20 for 20 + 2^{1/2}/2", canonical_constant, None, "the proof ends with",
              claim=(canonical_constant.claim[0], "<=", 20), verdict="not proved",
              where=late),
    falsehood("2% less", canonical_constant, None, "the proof ends with",
              claim=(canonical_constant.claim[0], "<=", LESS * least), verdict="not proved",
              where=late),
    falsehood("mu < theta", canonical_constant, None, "needs θ ≤ μ",
              given=without(canonical_constant, (theta, "<=", mu)), verdict="not proved",
              where={"theta": nine, "mu": 0}),
    falsehood("theta > 1", canonical_bracket, None, "by algebra: false at", verdict="not proved",
              given=without(canonical_bracket, (theta, "<", 1)), where={"theta": 3}),
    falsehood("2% more of Q", canonical_bracket, None, "the proof ends with", verdict="not proved",
              claim=(HALF / LESS, "<=", canonical_bracket.claim[2]), where=late),
    falsehood("the smaller of the two", noise_below_h, None, "which is not known here",
              verdict="not proved",
              given=instead(noise_below_h, {noise_level: smaller}),
              where={"at": (2,), "L": 2, "sigmas": (3,)}, at={"h": 2, "gamma": 1}),
    falsehood("the smaller of the two", small_s, None, "which is not known here",
              verdict="not proved",
              given=instead(small_s, {noise_level: smaller}),
              where={"at": (2,), "L": 2}, at={"h": 1, "s": 2, "gamma": 1}),
    falsehood("Delta = 0", positive_h, None, "by algebra: false at", verdict="not proved",
              given=instead(positive_h, {(0, "<", Delta): (0, "<=", Delta)}),
              where={"at": (0,), "coin": QUIET}, at={"h": 0, "gamma": 1}),
    falsehood("2% less of C_1", rate_canonical, None, "the proof ends with",
              claim=(l1 / K, "<=", LESS * C_1 * noise_term + C_2 * gap_term)),
    # --- NAdamW ---
    falsehood("q = 1", nadamw_rate, None, "≤ R²",
              given=tuple((2, "<=", R**2) if isinstance(said, tuple) and said[2] == R**2 else said
                          for said in nadamw_rate.given)),
    falsehood("C_P at will", nadamw_rate, None, "≤ C_P is", given=nadamw_rate.given[:-1]),
    falsehood("2% less of C_2", nadamw_rate_in_sigma, None, "the proof ends with", claim=(
        l1 / K, "<=", GENERAL_C_1 * sqrt(d) * root(sigma_s**2 * gap, 4)
        + (GENERAL_C_1 / sqrt(gamma) + LESS * GENERAL_C_2) * gap_term)),
    falsehood("2% less of C_2", nadamw_rate_canonical, None, "the proof ends with",
              claim=(l1 / K, "<=", C_1 * noise_term + LESS * C_2 * gap_term)),
]  # fmt: skip


@pytest.mark.parametrize("case", FALSEHOODS)
def test_falsehood(planted, case):
    case.judged(planted)
