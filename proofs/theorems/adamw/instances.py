"""Instances: the free parameters fixed at rationals, each a theorem of its own."""

from ...language import Max, Proof, Rational, Theorem, by, root, sqrt, symbols, within
from .iterates import R, X
from .rate import (
    C_P,
    M,
    a,
    bound,
    c_eps,
    c_eta,
    c_theta,
    gamma,
    h,
    l1,
    positive_scale,
    r,
    rate,
    rate_in_sigma,
    rho,
    s,
    t,
)
from .setting import Delta, K, L, adamw, beta, d, eps, eta, lam, mu, q, sigma_s, theta, xmax

# canonical: c_eta = 1/2, c_theta = c_eps = gamma = rho = 1, t = 0, a = 1/8
C_P_canonical = 20 + sqrt(2) / 2
C_1_canonical = sqrt(C_P_canonical * sqrt(2))
C_2_canonical = 20 * sqrt(2) + 1
canonical = [
    within(K, 1), within(d, 1), (0, "<", L), (0, "<", Delta),
    (h, "==", sqrt(Max(sigma_s**2, L * Delta / K))),
    (s, "==", sqrt(L * Delta / K) / h),
    (eta, "==", sqrt(Delta / (K * d * L)) / 2),
    (eps, "==", h**2 / d),
    (theta, "==", 1 - s), (theta, "<=", beta), (beta**2, "<=", theta),
    (theta, "<=", mu), (mu, "<=", 1),
    (0, "<=", lam), (X, "==", xmax[d] + sqrt(2 * q) * eta * K), (lam**2 * X**2, "<=", s / 8),
]  # fmt: skip
point = {K: 1, d: 1, h: 1, s: 1, X: 2, eta: Rational(1, 2)}
