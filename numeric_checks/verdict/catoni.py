"""A statistic of bounded variance, however heavy its tails: Catoni's estimator.

With psi(t) = sign(t) log(1 + |t| + t^2/2), non-decreasing and between -log(1 - t + t^2/2) and
log(1 + t + t^2/2), and x_1, x_2, ... independent of mean mu and variance at most v,

    E exp(psi(b (x_s - mu))) <= 1 + b^2 v/2,

so that M_t(m) = exp(sum_{s<=t} psi(b (x_s - m)))/(1 + b^2 v/2)^t is a non-negative supermartingale
for m = mu, and below one for m > mu. By Ville's inequality it ever reaches 1/alpha with probability
at most alpha, and "mu <= m" is rejected if it does: at a fixed n this is the inequality behind
Catoni, "Challenging the empirical mean and empirical variance: a deviation study" (Annales de
l'IHP 48 (2012), Section 2); for all t at once it is Wang and Ramdas, "Catoni-style confidence
sequences for heavy-tailed mean estimation" (Stoch. Proc. Appl. 163 (2023), Section 5), who have
exp(b^2 v/2) where we have the smaller 1 + b^2 v/2. Several b may share the capital, equally.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

_MARGIN = 1e-9
_DOUBLINGS, _HALVINGS = 40, 50


def psi(t: Tensor) -> Tensor:
    """Catoni's influence function, the widest: ``sign(t) log(1 + |t| + t^2/2)``."""
    size = t.abs()
    return torch.sign(t) * torch.log1p(size + size**2 / 2)


def scale(variance: float, alpha: float, horizon: int) -> float:
    """About the best b for N draws: (2 log(1/alpha)/(N v))^{1/2}."""
    return math.sqrt(2 * math.log(1 / alpha) / (horizon * variance))


def estimate(x: Tensor, variance: float, alpha: float) -> tuple[float, float]:
    """Catoni's estimator of the mean of x [n], and the deviation it is proved to keep.

    With probability at least 1 - 2 alpha, |estimate - mu| is at most
    (2 v log(1/alpha)/(n - 2 log(1/alpha)))^{1/2} (Catoni 2012, Proposition 2.4): infinite unless
    n > 2 log(1/alpha). The intervals below invert the inequality beneath it instead, which is valid
    for every n and no wider.

    Returns:
        The root of sum_s psi(b (x_s - m)), and the deviation; b is Proposition 2.4's.
    """
    n, log = x.shape[-1], math.log(1 / alpha)
    if n <= 2 * log:
        b, deviation = scale(variance, alpha, n), math.inf
    else:
        deviation = math.sqrt(2 * variance * log / (n - 2 * log))
        b = math.sqrt(2 * log / (n * (variance + deviation**2)))
    low, high = float(x.min()), float(x.max())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        positive = float(psi(b * (x - middle)).sum()) > 0
        low, high = (middle, high) if positive else (low, middle)
    return (low + high) / 2, deviation


def log_capital(
    x: Tensor, m: Tensor, variance: float, alpha: float, horizons: Sequence[int]
) -> Tensor:
    """``log M_t(m)`` at t = 1 .. n, for x [..., n] and m [...], from above."""
    count = torch.arange(1, x.shape[-1] + 1, dtype=x.dtype, device=x.device)
    parts = []
    for horizon in horizons:
        b = scale(variance, alpha, horizon)
        price = math.log1p(b**2 * variance / 2)
        parts.append(psi(b * (x - m[..., None])).cumsum(-1) - price * count)
    return torch.stack(parts).logsumexp(0) - math.log(len(parts))


def _threshold(alpha: float) -> float:
    return math.log(1 / alpha) + _MARGIN


def first_rejection(
    x: Tensor, m: float, variance: float, alpha: float, horizons: Sequence[int]
) -> tuple[int | None, int | None]:
    """The first t at which "mean <= m" is rejected, and that at which "mean >= m" is."""

    def first(values: Tensor, at: float) -> int | None:
        means = torch.tensor(at, dtype=x.dtype, device=x.device)
        capital = log_capital(values, means, variance, alpha, horizons)
        reached = (capital >= _threshold(alpha)).nonzero()
        return int(reached[0]) + 1 if len(reached) else None

    return first(x, m), first(-x, -m)


def catoni_interval(
    x: Tensor, variance: float, alpha: float, horizons: Sequence[int] = ()
) -> tuple[Tensor, Tensor]:
    """Ends of the interval for the mean of x [..., n]; each fails with at most ``alpha``.

    They are rounded outwards; an end is infinite if nothing is rejected even far off.

    Args:
        x: [..., n], in the order of drawing.
        variance: a bound v of the variance.
        alpha: the error probability of each end.
        horizons: the numbers of draws that b is tuned to, fixed beforehand. If they are given, the
            capital is watched at all times up to n, and one may stop whenever one likes. Without
            them b is tuned to n, and only the capital at n counts: then the order of x does not
            matter, and one wild value does as little harm as Catoni's estimator lets it.
    """
    tuned = tuple(horizons) or (x.shape[-1],)

    def rejects(values: Tensor) -> Callable[[Tensor], Tensor]:
        def rejected(m: Tensor) -> Tensor:
            capital = log_capital(values, m, variance, alpha, tuned)
            counts = capital.amax(-1) if horizons else capital[..., -1]
            return counts >= _threshold(alpha)

        return rejected

    return _largest(rejects(x), x, variance), -_largest(rejects(-x), -x, variance)


def _largest(rejected: Callable[[Tensor], Tensor], x: Tensor, variance: float) -> Tensor:
    """The largest m up to which all are rejected, from below; -infinity if it is not found."""
    high = x.amax(-1)  # no psi is positive there
    step = math.sqrt(variance)
    low = high - step
    found = rejected(low)
    for _ in range(_DOUBLINGS):
        if bool(found.all()):
            break
        step *= 2
        high, low = torch.where(found, high, low), torch.where(found, low, low - step)
        found = rejected(low)
    nowhere = ~found
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        gone = rejected(middle)
        low, high = torch.where(gone, middle, low), torch.where(gone, high, middle)
    return torch.where(nowhere, -torch.inf, low)
