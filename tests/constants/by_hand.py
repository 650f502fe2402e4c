"""The bound and the hyperparameters, written by hand from the blueprint, to 60 digits.

Nothing here comes from the theorems: the formulas of section 3 and the table of instances are typed
again, which is what the tests compare the command with.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath

Q = Fraction
ZERO, ONE = Q(0), Q(1)


@dataclass(frozen=True)
class Row:
    """The free parameters of an instance; ``decay``: the part of a that the numerator has."""

    c_eta: Fraction
    c_theta: Fraction
    gamma: Fraction
    t: Fraction = ZERO
    rho: Fraction = ZERO
    a: Fraction = ZERO
    decay: Fraction = ONE
    mixed: bool = False


BLUEPRINT = {
    "adamw.rate.canonical": Row(Q(1, 2), Q(1), Q(1), rho=Q(1), a=Q(1, 8)),
    "nadamw.rate.canonical": Row(Q(1, 2), Q(1), Q(1), rho=Q(1), a=Q(1, 8), mixed=True),
    "adamw.rate.tuned": Row(Q(7, 4), Q(2), Q(1, 10), rho=Q(3, 10), a=Q(1, 8)),
    "adamw.rate.weighted": Row(Q(5, 3), Q(5, 2), Q(1, 10), Q(2, 3), Q(1, 4), Q(1, 8)),
    "adamw.rate.origin": Row(Q(5, 3), Q(5, 2), Q(1, 10), Q(2, 3), Q(1, 4), Q(1, 8), Q(1, 3)),
    "adam.rate.canonical": Row(Q(1, 2), Q(1), Q(1)),
    "adam.rate.tuned": Row(Q(2), Q(2), Q(1, 2)),
    "adam.rate.weighted": Row(Q(2), Q(5, 2), Q(9, 50), Q(3, 5)),
}


def real(value: Any) -> Any:
    """A rational as an mpmath number."""
    return mpmath.mpf(value.numerator) / value.denominator if isinstance(value, Q) else +value


def constant(row: Row) -> Any:
    """C_P at c_eps = 1 and mu = 1: the largest over theta in [1 - c_theta gamma, 1], at an end."""
    c_eta, c_theta, gamma, t, rho, a = map(
        real, (row.c_eta, row.c_theta, row.gamma, row.t, row.rho, row.a)
    )
    r = c_eta / c_theta
    pull = (1 + 1 / rho) * a if a else mpmath.mpf(0)
    weights = [
        theta**2 / (1 + t * theta) + c_theta**2 / 2 / (1 + t * theta)
        for theta in (1 - c_theta * gamma, mpmath.mpf(1))
    ]
    paid = 2 / c_eta * (1 + (1 + rho) * r * max(weights))
    return (paid + pull * real(row.decay) * mpmath.sqrt(2)) / (1 - 2 * pull * gamma)


def scales(row: Row, K: int, L: Any, Delta: Any, sigma: Any) -> tuple[Any, Any]:
    """H and s."""
    gap = L * Delta / K
    h = mpmath.sqrt(max(sigma**2, gap / real(row.gamma) ** 2))
    return h, mpmath.sqrt(gap) / h


def bound(row: Row, d: int, K: int, L: Any, Delta: Any, sigma: Any) -> Any:
    """``C_1 d^{1/2} (h^2 L Delta/K)^{1/4} + C_2 (d L Delta/K)^{1/2}``."""
    L, Delta, sigma = map(real, (L, Delta, sigma))
    h, _ = scales(row, K, L, Delta, sigma)
    C_P = constant(row)
    C_1, C_2 = mpmath.sqrt(C_P * mpmath.sqrt(2)), mpmath.sqrt(2) * C_P
    noise = mpmath.root(h**2 * L * Delta / K, 4)
    return C_1 * mpmath.sqrt(d) * noise + C_2 * mpmath.sqrt(d * L * Delta / K)


def hyperparameters(
    row: Row, d: int, K: int, L: Any, Delta: Any, sigma: Any, start: Any
) -> dict[str, Any]:
    """Eta, theta, eps, and the ends for beta and lambda (mu = 1)."""
    L, Delta, sigma, start = map(real, (L, Delta, sigma, start))
    h, s = scales(row, K, L, Delta, sigma)
    eta = real(row.c_eta) * mpmath.sqrt(Delta / (K * d * L))
    theta = 1 - real(row.c_theta) * s
    return {
        "eta": eta,
        "theta": theta,
        "eps": h**2 / d,
        "beta low": theta,
        "beta high": mpmath.sqrt(theta),
        "lambda max": mpmath.sqrt(real(row.a) * s)
        / (start + mpmath.sqrt(mpmath.mpf(4) / 3) * eta * K),
    }


def sgd(K: int, L: Any, Delta: Any, sigma: Any) -> Any:
    """``2^{1/4} (sigma^2 L Delta/K)^{1/4} + (2 L Delta/K)^{1/2}``."""
    L, Delta, sigma = map(real, (L, Delta, sigma))
    gap = L * Delta / K
    return mpmath.root(2, 4) * mpmath.root(sigma**2 * gap, 4) + mpmath.sqrt(2 * gap)
