"""Gradient descent: proved, from what it needs, with constants that some function attains."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ratecert.proofs.record.foundation import foundation
from ratecert.proofs.theorems.gradient_descent import gradient_descent

CONVEX = {"A0", "A1", "convex", "exact", "minimum"}
STRONG = {"A0", "A1", "strongly-convex", "exact", "minimum"}
RESTS_ON = {
    "rate": CONVEX, "rate.usual": CONVEX, "rate.gradient": CONVEX,
    "rate.strong": STRONG, "rate.objective": STRONG,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(gradient_descent.claims))
def test_proved_and_no_hypothesis_is_idle(name: str) -> None:
    result = gradient_descent.claims[name].check()
    assert result.verdict == "proved", result.reason
    assert not result.unused


@pytest.mark.parametrize("name", sorted(RESTS_ON))
def test_what_the_rates_rest_on(name: str) -> None:
    """No rate on convex functions uses strong convexity, and none of the other kind convexity."""
    claim = gradient_descent.claims[name].check().claim
    assert claim is not None
    base = foundation(claim.theorem)
    assert set(base.assumptions) == RESTS_ON[name] and not base.axioms
    assert not base.oracles and not base.random_hypotheses


def run(slope: Fraction | None, curvature: Fraction, K: int, h: Fraction) -> list[Fraction]:
    """x^{K+1}, f and |f'| there, from x^1 = 1, with L = 1, on Huber's function or a parabola."""

    def derivative(x: Fraction) -> Fraction:
        linear = slope is not None and abs(x) > slope
        return (slope if x > 0 else -slope) if linear else curvature * x

    x = Fraction(1)
    for _ in range(K):
        x -= h * derivative(x)
    outside = slope is not None and abs(x) > slope
    value = slope * abs(x) - slope**2 / 2 if outside else curvature * x**2 / 2
    return [x, value, abs(derivative(x))]


@pytest.mark.parametrize("K", [1, 2, 7, 50])
@pytest.mark.parametrize("h", [Fraction(1, 3), Fraction(1), Fraction(7, 5)])
def test_the_rates_are_equations_for_hubers_function(K: int, h: Fraction) -> None:
    _, value, _ = run(1 / (2 * K * h + 1), Fraction(1), K, h)
    assert value == 1 / (4 * K * h + 2)
    _, _, size = run(1 / (K * h + 1), Fraction(1), K, h)
    assert size == 1 / (K * h + 1)


@pytest.mark.parametrize("K", [1, 5])
@pytest.mark.parametrize("h", [Fraction(1, 3), Fraction(3, 2), Fraction(3)])
def test_the_strongly_convex_rate_is_an_equation_for_a_parabola(K: int, h: Fraction) -> None:
    mu = Fraction(1, 4)
    ends = [abs(run(None, c, K, h)[0]) for c in (mu, Fraction(1))]
    assert max(ends) == max(abs(1 - h * mu), abs(1 - h)) ** K


def test_beyond_the_longest_step_the_gradient_may_grow_more() -> None:
    """At h^2 > 2, one step on a parabola: |1 - h| > 1/(h + 1)."""
    h = Fraction(3, 2)
    _, _, size = run(None, Fraction(1), 1, h)
    assert size > 1 / (h + 1)
