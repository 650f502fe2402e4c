"""Quadratics, on which everything is rational."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch

from ratecert.numeric_checks.exact import from_float, from_fraction
from ratecert.numeric_checks.instances import quadratic
from ratecert.optimizers.batched import ShapeError

Q = quadratic(
    curvature=(Fraction(1), Fraction(3, 4), Fraction(0)),
    noise=(Fraction(0), Fraction(1, 2), Fraction(2)),
    origin=(Fraction(1), Fraction(-2), Fraction(5)),
)


def test_constants() -> None:
    assert (Q.dimension, Q.L, Q.f_star) == (3, 1, 0)
    assert Q.Delta == Fraction(1, 2) + Fraction(3, 4) * 4 / 2
    assert Q.sigma2 == (0, Fraction(1, 4), 4)
    assert Q.sigma_s2 == Fraction(17, 4)


def test_gradient_is_the_derivative() -> None:
    x = torch.randn(4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    x.requires_grad_()
    value, gradient = Q.value_and_gradient(x)
    (peer,) = torch.autograd.grad(value.sum(), x)
    assert torch.allclose(gradient, peer, rtol=1e-15, atol=0)


def test_exact_functions_agree_with_floats() -> None:
    x = torch.tensor([[0.5, -1.25, 3.0]], dtype=torch.float64)
    point = [from_float(v) for v in x[0].tolist()]
    assert Q.exact_value(point) == from_float(float(Q.value(x)))
    assert Q.exact_gradient(point) == [from_float(v) for v in Q.gradient(x)[0].tolist()]
    assert Q.exact_value([from_fraction(v) for v in Q.origin]) == from_fraction(Q.Delta)


def test_noise_takes_two_values_of_the_certified_variance() -> None:
    x = torch.zeros(1, 3, dtype=torch.float64)
    draws = torch.cat([Q.stochastic_gradient(x, k, [3]) for k in range(1, 400)])
    assert {abs(v) for v in draws[:, 1].tolist()} == {0.5}
    assert {abs(v) for v in draws[:, 2].tolist()} == {2.0}
    assert bool((draws[:, 0] == 0).all())
    assert abs(float(draws[:, 1].mean())) < 6 * 0.5 / 399**0.5


def test_rows_follow_their_seeds() -> None:
    x = torch.ones(3, 3, dtype=torch.float64)
    together = Q.stochastic_gradient(x, 9, [4, 5, 4])
    assert torch.equal(together[0], together[2])
    assert torch.equal(together[1:2], Q.stochastic_gradient(x[:1], 9, [5]))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"curvature": ()}, "0 coordinates"),
        ({"curvature": (Fraction(1),), "noise": (Fraction(1), Fraction(1))}, "noise has 2"),
        ({"curvature": (Fraction(-1),)}, "curvature must not be negative"),
        ({"curvature": (Fraction(1),), "noise": (Fraction(-1, 2),)}, "sigma must not be negative"),
        ({"curvature": (0.5,)}, "exact rationals, not 0.5"),
        ({"curvature": (Fraction(0),)}, "L would be 0"),
    ],
)
def test_refusals(arguments: dict[str, tuple[Fraction, ...]], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        quadratic(**arguments)


def test_wrong_shapes() -> None:
    with pytest.raises(ShapeError, match=r"floats \[B, 3\]"):
        Q.value(torch.zeros(2, 2))
    with pytest.raises(ValueError, match="1 seeds for 2 rows"):
        Q.stochastic_gradient(torch.zeros(2, 3), 1, [1])
    with pytest.raises(ShapeError, match="3 coordinates, not 1"):
        Q.exact_value([from_float(1.0)])
