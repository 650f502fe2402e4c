"""A theory with claims whose hypotheses prescribe as those of a rate do; nothing is proved here."""

from __future__ import annotations

from ratecert.optimizers.recursions import NADAMW
from ratecert.proofs.language import E, Max, Rational, Sum, Theory, root, sqrt, symbols, within
from ratecert.proofs.library.setting import stochastic_setting

theory = Theory("rates", "AdamW's rate as a rate prescribes, for tests")
setting = stochastic_setting(theory, NADAMW)
K, d, k, i, L = setting.K, setting.d, setting.k, setting.i, setting.L
Delta, sigma_s, x, G = setting.Delta, setting.sigma_s, setting.x, setting.G
eta, theta, beta, mu, eps, lam = symbols("eta theta beta mu eps lam")
xmax = theory.process("xmax", 1, adapted=None)
theory.define("xmax.0", xmax[0], 0)
theory.define("xmax", xmax[i], Max(xmax[i - 1], abs(x[1, i])), [within(i, 1, d)])
hsigma, s, X, R = symbols("hsigma s X R")
c_eta, c_theta, c_eps, a, gamma = symbols("c_eta c_theta c_eps a gamma")

average = Sum(Sum(E(abs(G[k, i])), (i, 1, d)), (k, 1, K)) / K
bound = 2 * sqrt(d) * root(hsigma**2 * L * Delta / K, 4) + 3 * sqrt(d * L * Delta / K)
q = 1 + theta * (1 - mu) ** 2 / (1 - theta)
ranges = [
    within(K, 1), within(d, 1), (0, "<", L), (0, "<", Delta),
    (theta, "<=", beta), (beta**2, "<=", theta), (theta, "<=", mu), (mu, "<=", 1), (0, "<=", lam),
    (s, "==", sqrt(L * Delta / K) / hsigma),
    (X, "==", xmax[d] + sqrt(2 * q) * eta * K),
]  # fmt: skip

canonical = theory.theorem(
    "canonical",
    title="fixed constants",
    for_constants=(hsigma, s, X),
    given=[
        *ranges,
        (hsigma, "==", sqrt(Max(sigma_s**2, L * Delta / K))),
        (eta, "==", sqrt(Delta / (K * d * L)) / 2),
        (eps, "==", hsigma**2 / d),
        (theta, "==", 1 - s),
        (lam**2 * X**2, "<=", s / 8),
    ],
    claim=(average, "<=", bound),
)(lambda p: None)

general = theory.theorem(
    "general",
    title="free constants",
    for_constants=(hsigma, s, X, c_eta, c_theta, c_eps, a, gamma),
    given=[
        *ranges,
        (hsigma, "==", sqrt(Max(sigma_s**2, L * Delta / (gamma**2 * K)))),
        (eta, "==", c_eta * sqrt(Delta / (K * d * L))),
        (eps, "==", c_eps * hsigma**2 / d),
        (theta, "==", 1 - c_theta * s),
        (c_theta * gamma, "<=", 1),
        (lam**2 * X**2, "<=", a * s),
    ],
    claim=(average, "<=", bound),
    witness={gamma: 1, a: Rational(1, 8)},
)(lambda p: None)

too_small = theory.theorem(
    "too-small",
    title="a bound that no run meets",
    for_constants=(hsigma, s, X),
    given=canonical.given,
    claim=(average, "<=", bound / 1000),
)(lambda p: None)

floored = theory.theorem(
    "floored",
    title="the noise level is any number above",
    for_constants=(hsigma, s, c_eps, gamma),
    given=[
        within(K, 1), within(d, 1), (0, "<", L), (0, "<", Delta),
        (s, "==", sqrt(L * Delta / K) / hsigma), (sigma_s, "<=", hsigma), (s, "<=", 1),
        (eps, "==", c_eps * hsigma**2 / d),
        (0, "<", gamma), (hsigma**2, "<=", sigma_s**2 + L * Delta / (gamma**2 * K)),
    ],
    claim=(average, "<=", bound),
    witness={c_eps: 1, s: 1, gamma: 1},
)(lambda p: None)  # fmt: skip

reach = theory.lemma(
    "reach",
    title="an inequality from below",
    for_constants=(R,),
    given=[(2 * q, "<=", R**2), (0, "<=", R)],
    claim=(0, "<=", R),
)(lambda p: None)

crossed = theory.lemma(
    "crossed",
    title="no value is admitted",
    given=[(2, "<=", lam), (lam, "<=", 1)],
    claim=(0, "<=", lam),
)(lambda p: None)
