"""Two known values: a binomial count, whose tails balls enclose.

For k successes among n, P(Binomial(n, p) >= k) = I_p(k, n - k + 1), the regularised incomplete
beta function, increasing in p (NIST DLMF 8.17.5).
"""

from __future__ import annotations

import math

from flint import arb, ctx

_BITS = 128
_HALVINGS = 60


def binomial_tail(successes: int, n: int, p: float) -> tuple[float, float]:
    """Floats below and above P(Binomial(n, p) >= successes), for p in [0, 1].

    >>> low, high = binomial_tail(2, 2, 0.5)
    >>> low < 0.25 < high, high - low < 1e-15
    (True, True)

    Raises:
        ValueError: not 0 <= successes <= n, or p is no probability.
    """
    if not (0 <= successes <= n and 0 <= p <= 1):
        raise ValueError(f"{successes} successes among {n} of probability {p}")
    if successes == 0 or p == 1:
        return 1.0, 1.0
    if p == 0:
        return 0.0, 0.0
    with ctx.workprec(_BITS):
        ball = arb(p).beta_lower(successes, n - successes + 1, regularized=True)
        # The ends become floats by rounding to nearest.
        low, high = float(ball.lower()), float(ball.upper())
    return max(math.nextafter(low, -1.0), 0.0), min(math.nextafter(high, 2.0), 1.0)


def clopper_pearson(successes: int, n: int, alpha: float) -> tuple[float, float]:
    """Ends of the exact interval for a probability; each fails with probability at most ``alpha``.

    The lower end is the largest p with P(Binomial(n, p) >= successes) <= alpha, the upper end
    likewise for failures; both are rounded outwards. Source: Clopper and Pearson, Biometrika 26
    (1934).

    >>> clopper_pearson(0, 10, 0.025)[0]
    0.0
    >>> round(clopper_pearson(0, 10, 0.025)[1], 12) == round(1 - 0.025 ** (1 / 10), 12)
    True

    Raises:
        ValueError: not 0 <= successes <= n, or alpha is not in (0, 1).
    """
    if not 0 < alpha < 1:
        raise ValueError(f"an error probability is in (0, 1), not {alpha}")
    return _lower(successes, n, alpha), 1 - _lower(n - successes, n, alpha)


def _lower(successes: int, n: int, alpha: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if binomial_tail(successes, n, middle)[1] <= alpha:
            low = middle
        else:
            high = middle
    return low
