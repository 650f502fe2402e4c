"""A bounded statistic: the capital of a gambler who bets against a mean.

For x_1, x_2, ... independent in [0, 1] with mean mu, and bets b_t >= 0 that depend on the x before
x_t only, with b_t <= 1/m, the capital K_t(m) = prod_{s<=t} (1 + b_s (x_s - m)) is a non-negative
supermartingale if mu <= m. By Ville's inequality it ever reaches 1/alpha with probability at most
alpha: so "mu <= m" is rejected as soon as it does, whenever one stops. The m that are not rejected
form a confidence sequence (Waudby-Smith and Ramdas, "Estimating means of bounded random variables
by betting", JRSS B 86 (2024), Theorem 1 and Section 4).

The bets are their predictable plug-in (equation 26, for a horizon N), cut off at a part c of 1/m:

    b_t(m) = min(sqrt(2 log(1/alpha)/(N V_{t-1})), c/m),
    V_t = (1/4 + sum_{s<=t} (x_s - mu_s)^2)/(t + 1),        mu_t = (1/2 + sum_{s<=t} x_s)/(t + 1).

The gambler divides the capital among several c (and N), in equal parts: a mean of
supermartingales is one. Parts with c near 1 gain most where the statistic hardly varies, those with
small c survive rare large values; where no bet is cut off all c are the same, and the division is
free. (Waudby-Smith and Ramdas take one c, 1/2 or 3/4, and hedge the two directions in one
capital; here each end of the interval has a gambler and an alpha of its own.) Each factor decreases
in m, also where the bet is cut off, 1 - c + c x/m: so what is rejected is an interval from 0 on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

CAPS = (0.5, 0.75, 1.0)
"""The parts c of the largest bet, 1/m, at which bets are cut off."""
_MARGIN = 1e-9
"""Added to log(1/alpha): more than rounding can add to the logarithm of a capital."""
_HALVINGS = 40


def variances(x: Tensor) -> Tensor:
    """V_0 .. V_{n-1} for x [..., n] in [0, 1]: what is guessed before each draw."""
    n = x.shape[-1]
    count = torch.arange(1, n + 1, dtype=x.dtype, device=x.device)
    mean = (x.cumsum(-1) + 0.5) / (count + 1)
    total = ((x - mean) ** 2).cumsum(-1) + 0.25
    first = torch.full_like(total[..., :1], 0.25)
    return torch.cat([first, total[..., :-1]], -1) / count


def log_capital(
    x: Tensor, m: Tensor, variance: Tensor, alpha: float, horizons: Sequence[int]
) -> Tensor:
    """``log K_t(m)`` at t = 1 .. n.

    Args:
        x: [..., n], in [0, 1].
        m: [...], in (0, 1]: the mean that is bet against, from above.
        variance: ``variances(x)``, which also serve 1 - x.
        alpha: the error probability the bets are tuned to.
        horizons: the numbers of draws the bets are tuned to.
    """
    at = m[..., None]
    parts = []
    for horizon in horizons:
        bet = (2 * math.log(1 / alpha) / (horizon * variance)).sqrt()
        for cap in CAPS:
            factor = 1 + torch.minimum(bet, cap / at) * (x - at)
            parts.append(factor.clamp(min=0).log().cumsum(-1))
    return torch.stack(parts).logsumexp(0) - math.log(len(parts))


def first_rejection(
    x: Tensor, m: float, alpha: float, horizons: Sequence[int]
) -> tuple[int | None, int | None]:
    """The first t at which "mean <= m" is rejected, and that at which "mean >= m" is.

    Args:
        x: [n], in [0, 1].
        m: in (0, 1).
    """
    variance, at = variances(x), torch.tensor(m, dtype=x.dtype, device=x.device)
    return (
        _first(log_capital(x, at, variance, alpha, horizons), alpha),
        _first(log_capital(1 - x, 1 - at, variance, alpha, horizons), alpha),
    )


def _first(capital: Tensor, alpha: float) -> int | None:
    reached = (capital >= _threshold(alpha)).nonzero()
    return int(reached[0]) + 1 if len(reached) else None


def _threshold(alpha: float) -> float:
    return math.log(1 / alpha) + _MARGIN


def betting_interval(
    x: Tensor, alpha: float, horizons: Sequence[int] = ()
) -> tuple[Tensor, Tensor]:
    """Ends of the interval for the mean of x [..., n] in [0, 1]; each fails with at most ``alpha``.

    Both hold at all times up to n at once: what was rejected stays rejected. They are rounded
    outwards.

    Args:
        x: [..., n], in the order of drawing.
        alpha: the error probability of each end.
        horizons: what the bets are tuned to, by default n. They must not depend on x.
    """
    tuned, variance = tuple(horizons) or (x.shape[-1],), variances(x)

    def rejects(values: Tensor) -> Callable[[Tensor], Tensor]:
        return lambda m: (
            log_capital(values, m, variance, alpha, tuned).amax(-1) >= _threshold(alpha)
        )

    return _largest(rejects(x), x), 1 - _largest(rejects(1 - x), x)


def _largest(rejected: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """The largest m in [0, 1] up to which all are rejected, from below."""
    low, high = torch.zeros_like(x[..., 0]), torch.ones_like(x[..., 0])
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        gone = rejected(middle)
        low, high = torch.where(gone, middle, low), torch.where(gone, high, middle)
    return low
