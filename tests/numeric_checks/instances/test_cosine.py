"""Separable cosines: constants, exact functions, and noise that is exactly what it says."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import torch

from ratecert.numeric_checks.exact import as_float, from_float, from_fraction, working_precision
from ratecert.numeric_checks.instances import cosine
from ratecert.optimizers.batched import NonFiniteError, ShapeError

SIGMA = (Fraction(0), Fraction(1, 2), Fraction(2), Fraction(1, 3))
WAVES = cosine(
    curvature=(Fraction(1), Fraction(3, 4), Fraction(0), Fraction(2, 3)),
    noise=SIGMA,
    origin=(Fraction(1), Fraction(-2), Fraction(5), Fraction(1, 3)),
)


def _random(rows: int, scale: float = 1.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(rows)
    return scale * torch.randn(rows, 4, generator=generator, dtype=torch.float64)


def test_constants() -> None:
    assert (WAVES.dimension, WAVES.L, WAVES.f_star) == (4, 1, 0)
    assert WAVES.sigma2 == (0, Fraction(1, 4), 4, Fraction(1, 9))
    assert WAVES.sigma_s2 == Fraction(17, 4) + Fraction(1, 9)
    assert WAVES.gradient_l1_bound == 1 + Fraction(3, 4) + Fraction(2, 3)
    assert WAVES.gradient_l2_squared_bound == 1 + Fraction(9, 16) + Fraction(4, 9)
    assert WAVES.name == "cosine, d = 4, L = 1, Rademacher noise"
    assert cosine((Fraction(1),)).name == "cosine, d = 1, L = 1"


def test_delta_is_above_the_value_at_the_start_in_every_dtype() -> None:
    """1/3 is no float: x^1 as a run has it is not quite the rational."""
    with mpmath.workdps(40), working_precision(200):
        peer = sum(
            mpmath.mpf(a.numerator)
            / a.denominator
            * (1 - mpmath.cos(mpmath.mpf(x.numerator) / x.denominator))
            for a, x in zip(WAVES.objective.curvature, WAVES.origin, strict=True)
        )
        delta = mpmath.mpf(WAVES.Delta.numerator) / WAVES.Delta.denominator
        # Above at 1/3 itself, and no further than the rounding to float32 can move it.
        assert 0 < delta - peer < 1e-7
        for dtype in (torch.float32, torch.float64):
            start = [from_float(v) for v in WAVES.start(1, dtype)[0].tolist()]
            assert WAVES.exact_value(start) <= from_fraction(WAVES.Delta)
    exact = cosine((Fraction(1),), origin=(Fraction(1),))
    with working_precision(200):
        value = exact.exact_value([from_fraction(1)])
        assert value <= from_fraction(exact.Delta)
        assert not value <= from_fraction(exact.Delta - Fraction(1, 10**12))
    assert cosine((Fraction(1),), origin=(Fraction(0),)).Delta == 0


def test_gradient_is_the_derivative() -> None:
    x = _random(6, scale=4.0).requires_grad_()
    value, gradient = WAVES.value_and_gradient(x)
    (peer,) = torch.autograd.grad(value.sum(), x)
    assert torch.allclose(gradient, peer, rtol=1e-13, atol=1e-15)
    plain = torch.tensor([float(a) for a in WAVES.objective.curvature], dtype=x.dtype) * (
        1 - x.cos()
    )
    assert torch.allclose(value, plain.sum(-1), rtol=1e-13, atol=1e-14)


def test_values_near_the_minimum_do_not_cancel() -> None:
    x = torch.full((1, 4), 1e-9, dtype=torch.float64)
    assert float(WAVES.value(x)) == pytest.approx((1 + 3 / 4 + 2 / 3) * 1e-18 / 2, rel=1e-14)


def test_smoothness_and_trivial_bounds() -> None:
    x, y = _random(50, scale=10.0), _random(51, scale=10.0)[:50]
    one, other = WAVES.gradient(x), WAVES.gradient(y)
    assert bool(((one - other).norm(dim=1) <= (x - y).norm(dim=1)).all())
    assert float(one.abs().sum(1).max()) <= float(WAVES.gradient_l1_bound)
    assert float((one**2).sum(1).max()) <= float(WAVES.gradient_l2_squared_bound)
    near = torch.tensor([[1e-4, 0.0, 0.0, 0.0]], dtype=torch.float64)
    ratio = float(WAVES.gradient(near).norm() / near.norm())
    assert ratio > 1 - 1e-8  # a planted L 1 % smaller would be violated


def test_exact_functions_against_mpmath() -> None:
    x = _random(1, scale=3.0)
    point = [from_float(v) for v in x[0].tolist()]
    with mpmath.workdps(50), working_precision(200):
        value = WAVES.exact_value(point)
        peer = mpmath.mpf(0)
        for a, v, slope in zip(
            WAVES.objective.curvature, x[0].tolist(), WAVES.exact_gradient(point), strict=True
        ):
            weight = mpmath.mpf(a.numerator) / a.denominator
            peer += weight * (1 - mpmath.cos(mpmath.mpf(v)))
            middle = mpmath.mpf(slope.mid().str(55, radius=False))  # type: ignore[union-attr]
            assert abs(middle - weight * mpmath.sin(mpmath.mpf(v))) < mpmath.mpf(10) ** -45
        middle = mpmath.mpf(value.mid().str(55, radius=False))  # type: ignore[union-attr]
        assert abs(middle - peer) < mpmath.mpf(10) ** -45
        assert as_float(value) == pytest.approx(float(WAVES.value(x)), rel=1e-14)


def test_noise_takes_two_values_of_exactly_the_certified_variance() -> None:
    """At x = 0 the gradient is 0: what is drawn is the noise, -sigma_i or sigma_i, nothing else."""
    zero = torch.zeros(1, 4, dtype=torch.float64)
    draws = torch.cat([WAVES.stochastic_gradient(zero, k, [3]) for k in range(1, 400)])
    for i, sigma in enumerate(SIGMA):
        values = set(draws[:, i].tolist())
        assert {Fraction(v) ** 2 for v in values} == {Fraction(float(sigma)) ** 2}
        assert Fraction(max(values)) ** 2 <= WAVES.sigma2[i]
        assert values == {-v for v in values}
        assert abs(float(draws[:, i].mean())) <= 6 * float(sigma) / 399**0.5
    both = torch.corrcoef(draws[:, [1, 3]].T)[0, 1]
    assert abs(float(both)) < 6 / 399**0.5


def test_noise_is_added_to_the_gradient() -> None:
    x = _random(3)
    noise = WAVES.stochastic_gradient(x, 9, [4, 5, 6]) - WAVES.gradient(x)
    expected = torch.tensor([float(s) for s in SIGMA], dtype=torch.float64)
    assert torch.allclose(noise.abs(), expected.expand(3, -1), rtol=1e-14, atol=1e-15)


def test_rows_follow_their_seeds_whatever_the_batch() -> None:
    x, seeds = _random(5), [4, 5, 4, 9, 2**63]
    together = WAVES.stochastic_gradient(x, 130, seeds)
    for row, seed in enumerate(seeds):
        alone = WAVES.stochastic_gradient(x[row : row + 1], 130, [seed])
        assert torch.equal(together[row : row + 1], alone)
    same = WAVES.stochastic_gradient(x[:1].expand(2, -1), 130, [4, 4], [0, 1])
    assert not torch.equal(same[0], same[1])


def test_float32() -> None:
    x = _random(2).to(torch.float32)
    low = WAVES.stochastic_gradient(x, 3, [1, 2])
    assert low.dtype == WAVES.value(x).dtype == torch.float32
    assert torch.allclose(low.double(), WAVES.stochastic_gradient(x.double(), 3, [1, 2]), atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"curvature": ()}, "0 coordinates"),
        (
            {"curvature": (Fraction(1),), "noise": (Fraction(1), Fraction(1))},
            "noise has 2",
        ),
        ({"curvature": (Fraction(1),), "origin": (Fraction(1), Fraction(1))}, "origin has 2"),
        ({"curvature": (Fraction(-1),)}, "curvature must not be negative"),
        ({"curvature": (Fraction(1),), "noise": (Fraction(-1, 2),)}, "sigma must not be negative"),
        ({"curvature": (float("nan"),)}, "curvature must be exact rationals, not nan"),
        ({"curvature": (Fraction(1),), "noise": (float("nan"),)}, "exact rationals, not nan"),
        ({"curvature": (Fraction(1),), "noise": (float("inf"),)}, "exact rationals, not inf"),
        ({"curvature": (Fraction(1),), "origin": (float("inf"),)}, "exact rationals, not inf"),
        ({"curvature": (Fraction(1),), "origin": (Fraction(10**400),)}, "range of floats"),
        ({"curvature": (Fraction(0),)}, "L would be 0"),
    ],
)
def test_refusals(arguments: dict[str, tuple[Fraction, ...]], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        cosine(**arguments)


def test_wrong_points() -> None:
    for function in (WAVES.value, WAVES.gradient, WAVES.value_and_gradient):
        with pytest.raises(ShapeError, match=r"floats \[B, 4\]"):
            function(torch.zeros(2, 2))
        with pytest.raises(NonFiniteError, match="cosine, d = 4, L = 1: x is not finite: nan"):
            function(torch.tensor([[0.0, float("nan"), 0.0, 0.0]]))
        with pytest.raises(NonFiniteError, match="x is not finite: inf"):
            function(torch.tensor([[0.0, float("inf"), 0.0, 0.0]]))
    with pytest.raises(ShapeError, match=r"floats \[B, 4\]"):
        WAVES.stochastic_gradient(torch.zeros(4), 1, [1])
    with pytest.raises(ValueError, match="1 seeds for 2 rows"):
        WAVES.stochastic_gradient(torch.zeros(2, 4), 1, [1])
    with pytest.raises(ShapeError, match="4 coordinates, not 1"):
        WAVES.exact_value([from_float(1.0)])
