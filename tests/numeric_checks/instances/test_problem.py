"""Objective, noise and start together: an instance that runs and statements can be checked on."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch

from ratecert.numeric_checks.exact import from_float, from_fraction, working_precision
from ratecert.numeric_checks.instances import (
    BoundedInstance,
    BoundedProblem,
    Chain,
    Gaussian,
    HeavyTailed,
    Huber,
    Instance,
    LogCosh,
    Problem,
    Profile,
    Quadratic,
    Rademacher,
    Rotated,
    Spikes,
    TwoPoint,
    cosine,
    digits,
    givens,
)
from ratecert.numeric_checks.instances.noise import Additive
from ratecert.numeric_checks.simulate import record
from ratecert.optimizers.batched import ShapeError
from ratecert.optimizers.recursions import SGD

SIGMA = (Fraction(1, 4), Fraction(1, 3))
PROFILE = Profile(
    ((Fraction(-1), Fraction(1)),) * 2, ((Fraction(1), Fraction(-1), Fraction(2)),) * 2
)
PROBLEMS: tuple[Instance, ...] = (
    Problem(PROFILE, TwoPoint(SIGMA, Fraction(1, 1000)), (Fraction(1, 3), Fraction(-2))),
    Problem(Rotated(Quadratic((Fraction(1), Fraction(2))), givens(2, 0, 1, 2, 1)), Spikes(SIGMA)),
    BoundedProblem(LogCosh((Fraction(1), Fraction(1, 7))), Gaussian(SIGMA)),
    BoundedProblem(Huber((Fraction(1), Fraction(2))), HeavyTailed(SIGMA)),
    BoundedProblem(Chain(2), Rademacher(SIGMA), (Fraction(0), Fraction(0))),
)


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p.name.replace(" ", "-"))
def test_a_problem_is_an_instance(problem: Instance) -> None:
    """SGD runs on it; what is recorded is the objective, and the noise its difference."""
    run = record(SGD, problem, K=40, seeds=[1, 2], parameters={"eta": 0.25})
    x, g = run.points["x"].data[:-1], run.processes["g"].data
    value, gradient = problem.value_and_gradient(x.flatten(0, 1))
    assert torch.equal(run.at_points["f", "x"].data[:-1], value.view(40, 2))
    for k in (1, 40):
        again = problem.stochastic_gradient(x[k - 1], k, [1, 2])
        assert torch.equal(again, g[k - 1])
    assert isinstance(problem, Problem) and isinstance(problem.noise, Additive)
    drawn = torch.cat([problem.noise.draw(k, [1, 2]) for k in range(1, 41)])
    assert torch.allclose(g.flatten(0, 1), gradient + drawn, rtol=0, atol=1e-12)
    assert problem.sigma2 == (Fraction(1, 16), Fraction(1, 9))
    assert problem.sigma_s2 == Fraction(1, 16) + Fraction(1, 9)
    assert float(run.constants["L"].floats) == pytest.approx(float(problem.L))


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p.name.replace(" ", "-"))
def test_delta_is_certified_in_every_dtype(problem: Instance) -> None:
    assert isinstance(problem, Problem)
    starts = [
        [from_fraction(v) for v in problem.origin],
        *([from_float(v) for v in problem.start(1, t)[0].tolist()] for t in
          (torch.float32, torch.float64)),
    ]  # fmt: skip
    with working_precision(160):
        gaps = [problem.exact_value(s) - from_fraction(problem.f_star) for s in starts]
        assert all(gap <= from_fraction(problem.Delta) for gap in gaps)
        slightly = from_fraction(problem.Delta - Fraction(2, 10**12))
        assert any(not gap <= slightly for gap in gaps)


def test_delta_of_a_rational_objective_is_exact() -> None:
    bowl = Problem(Quadratic((Fraction(1), Fraction(3))), Rademacher((Fraction(0),) * 2))
    assert bowl.Delta == 2
    # 1/3 rounds up in float32, away from the minimum: the start is then a little higher.
    third = Problem(Quadratic((Fraction(1),)), Rademacher((Fraction(0),)), origin=(Fraction(1, 3),))
    assert Fraction(1, 18) < third.Delta == Fraction(float(torch.tensor(1 / 3))) ** 2 / 2


def test_names() -> None:
    assert PROBLEMS[0].name.endswith("two-point noise of skew 0.001")
    quiet = Problem(Quadratic((Fraction(1),)), Rademacher((Fraction(0),)))
    assert quiet.name == "quadratic, d = 1, L = 1"
    assert digits(32).name == "softmax regression on digits, n = 1797, d = 640, batch 32"


def test_bounds_pass_through() -> None:
    problem: BoundedInstance = cosine((Fraction(1), Fraction(2)))
    assert (problem.gradient_l1_bound, problem.gradient_l2_squared_bound) == (3, 5)
    assert digits(8).gradient_l1_bound == digits(8).objective.gradient_l1_bound


def test_refusals() -> None:
    bowl, quiet = Quadratic((Fraction(1),)), Rademacher((Fraction(0),))
    for origin, reason in (
        ((Fraction(1),) * 2, "origin has 2 coordinates, the objective 1"),
        ((0.5,), "origin must be exact rationals"),
        ((Fraction(10**40),), "range of floats"),
    ):
        with pytest.raises(ValueError, match=reason):
            Problem(bowl, quiet, origin)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the noise has 2 coordinates"):
        Problem(bowl, Rademacher((Fraction(0),) * 2))
    problem = Problem(bowl, quiet)
    with pytest.raises(ShapeError, match=r"floats \[B, 1\]"):
        problem.stochastic_gradient(torch.zeros(1, 2), 1, [1])
    with pytest.raises(ValueError, match="2 seeds for 1 rows"):
        problem.stochastic_gradient(torch.zeros(1, 1), 1, [1, 2])
