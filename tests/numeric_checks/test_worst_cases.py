"""Gradient descent's constants beside the worst cases that PEPit computes, and where they end.

PEPit (Goujaud et al. 2024) finds, by a semidefinite program in floats, the worst function of a
class for a given number of steps: another way to the same numbers, for a few K and step sizes.
"""

from __future__ import annotations

import cvxpy
import PEPit
import pytest
from PEPit.functions import SmoothConvexFunction, SmoothStronglyConvexFunction

L, TOLERANCE = 2.0, 2e-5


def worst(K: int, h: float, of: str, mu: float | None = None) -> float:
    """The largest f(x^{K+1}) - f*, ||grad f(x^{K+1})||^2 or ||x^{K+1} - x*||^2, for R = 1."""
    problem = PEPit.PEP()
    if mu is None:
        f = problem.declare_function(SmoothConvexFunction, L=L)
    else:
        f = problem.declare_function(SmoothStronglyConvexFunction, L=L, mu=mu)
    minimiser = f.stationary_point()
    least = f(minimiser)
    start = x = problem.set_initial_point()
    problem.set_initial_condition((start - minimiser) ** 2 <= 1)
    for _ in range(K):
        x = x - h / L * f.gradient(x)
    gradient, value = f.oracle(x)
    metric = {"f": value - least, "gradient": gradient**2, "distance": (x - minimiser) ** 2}[of]
    problem.set_performance_metric(metric)
    return float(problem.solve(wrapper="cvxpy", solver=cvxpy.CLARABEL, verbose=0))


@pytest.mark.parametrize(("K", "h"), [(1, 1.0), (2, 1.0), (4, 1.0), (3, 0.3), (1, 1.4), (3, 1.4)])
def test_the_rate_is_the_worst_case(K: int, h: float) -> None:
    """``gradient_descent.rate``: L R^2/(4 K h + 2)."""
    assert worst(K, h, "f") == pytest.approx(L / (4 * K * h + 2), rel=TOLERANCE)


@pytest.mark.parametrize(("K", "h"), [(1, 1.0), (3, 1.0), (2, 0.5), (1, 1.41)])
def test_the_rate_of_the_gradient_is_the_worst_case(K: int, h: float) -> None:
    """``gradient_descent.rate.gradient``, squared: (L R/(K h + 1))^2."""
    assert worst(K, h, "gradient") == pytest.approx((L / (K * h + 1)) ** 2, rel=TOLERANCE)


@pytest.mark.parametrize(("K", "h"), [(1, 0.4), (2, 1.2), (3, 1.7)])
def test_the_strongly_convex_rate_is_the_worst_case(K: int, h: float) -> None:
    """``gradient_descent.rate.strong``, squared: q^(2 K)."""
    mu = 0.5
    q = max(abs(1 - h * mu / L), abs(1 - h))
    assert worst(K, h, "distance", mu) == pytest.approx(q ** (2 * K), rel=TOLERANCE)


def test_beyond_the_longest_step_the_rate_of_the_gradient_is_false() -> None:
    """h^2 <= 2 cannot be weakened: one step with h = 1.45 makes a larger gradient."""
    assert worst(1, 1.45, "gradient") > (L / 2.45) ** 2 * 1.02
