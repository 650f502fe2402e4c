"""The chain: the properties that its paper proves, and the constants that the docstring proves."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import mpmath
import pytest
import torch
from flint import arb, fmpq

from ratecert.numeric_checks.exact import from_fraction, working_precision
from ratecert.numeric_checks.instances import Chain
from ratecert.numeric_checks.instances.objectives.chain import (
    exact_phi,
    exact_psi,
    exact_psi_slope,
    unit_smoothness,
)

UNIT = Chain(6, unit_smoothness())
"""f_T itself: the factor is 1."""


def _points(rows: int, scale: float) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    return scale * torch.randn(rows, UNIT.T, generator=generator, dtype=torch.float64)


def _psi(y: mpmath.mpf) -> mpmath.mpf:
    return mpmath.exp(1 - 1 / (2 * y - 1) ** 2) if y > 0.5 else mpmath.mpf(0)


def _phi(y: mpmath.mpf) -> mpmath.mpf:
    return mpmath.sqrt(mpmath.e) * mpmath.quad(lambda t: mpmath.exp(-t * t / 2), [-mpmath.inf, y])


def test_the_function_is_the_papers() -> None:
    """By another library, with the integral as an integral."""
    assert UNIT.factor == 1
    with mpmath.workdps(25), working_precision(120):
        for row in (*_points(2, 1.0), *_points(2, 3.0)):
            y = [mpmath.mpf(v) for v in row.tolist()]
            value = -_psi(mpmath.mpf(1)) * _phi(y[0])
            for before, here in pairwise(y):
                value += _psi(-before) * _phi(-here) - _psi(before) * _phi(here)
            found = UNIT.exact_value([arb(v) for v in row.tolist()])
            assert (
                abs(mpmath.mpf(found.mid().str(30, radius=False)) - value) < mpmath.mpf(10) ** -15
            )


def test_one_coordinate_is_discovered_a_step() -> None:
    """Where x_j, x_(j+1), ... are 0, the gradient is 0 from coordinate j + 1 on."""
    for known in range(UNIT.T):
        x = torch.zeros(1, UNIT.T, dtype=torch.float64)
        x[0, :known] = 1.5
        gradient = UNIT.gradient(x)[0]
        assert bool((gradient[known + 1 :] == 0).all())
        assert abs(float(gradient[known])) > 1
    exact = UNIT.exact_gradient([fmpq(0)] * UNIT.T)
    assert exact[0] < -1 and all(v == 0 for v in exact[1:])


def test_the_gradient_is_large_until_all_are_known() -> None:
    """While some |y_i| < 1, some derivative exceeds 1."""
    for scale in (0.5, 1.0, 3.0):
        x = _points(300, scale)
        incomplete = (x.abs() < 1).any(1)
        assert int(incomplete.sum()) > 50
        assert float(UNIT.gradient(x[incomplete]).abs().amax(1).min()) > 1


def test_constants_are_within_the_papers() -> None:
    """152 for the gradient's Lipschitz constant, 23 for derivatives, 12 T for the gap."""
    assert 151 < unit_smoothness() < 152
    assert UNIT.slope_bound < 23
    with working_precision(128):
        start = UNIT.exact_value([fmpq(0)] * UNIT.T)
        assert start - from_fraction(UNIT.f_star) < 12 * UNIT.T


def test_the_smoothness_constant_is_not_far_from_attained() -> None:
    """Psi'' is largest at y = (1 + 1/u)/2, u^2 = (9 + 33^(1/2))/4: row 3 then has 0.88 of it."""
    y = (1 + 1 / ((9 + 33**0.5) / 4) ** 0.5) / 2
    x = torch.tensor([0.0, 0.0, y, 9.0, 0.0, 0.0], dtype=torch.float64)
    hessian = torch.autograd.functional.hessian(lambda v: UNIT.value(v[None])[0], x)
    top = float(torch.linalg.matrix_norm(hessian, 2))
    assert 0.88 * float(UNIT.L) < top <= float(UNIT.L)


def test_every_hessian_is_bounded() -> None:
    for scale in (0.3, 1.0, 3.0):
        for x in _points(15, scale):
            hessian = torch.autograd.functional.hessian(lambda v: UNIT.value(v[None])[0], x)
            assert float(torch.linalg.matrix_norm(hessian, 2)) <= float(UNIT.L)
            assert bool((torch.triu(hessian, 2) == 0).all())


def test_the_infimum_is_approached() -> None:
    far: list[arb] = [arb(10**6)] * UNIT.T
    with working_precision(160):
        gap = UNIT.exact_value(far) - from_fraction(UNIT.f_star)
        assert 0 < gap < arb(10) ** -9


def test_balls_at_the_edge_of_the_support() -> None:
    with working_precision(100):
        edge = fmpq(1, 2)
        for radius in ("1/1000", "1/4", "3"):
            r = from_fraction(Fraction(radius))
            wide = arb(edge, r)
            for share in range(1, 9):
                point = arb(edge + r * share / 8)
                assert exact_psi(wide).overlaps(exact_psi(point))
                assert exact_psi_slope(wide).overlaps(exact_psi_slope(point))
            assert exact_psi(wide).contains(0) and exact_psi_slope(wide).contains(0)
        assert exact_psi(arb(edge)) == 0 == exact_psi_slope(arb(edge))
        # Beyond the maximum of Psi' at (1 + (2/3)^(1/2))/2 = 0.908 the end of the ball is not it.
        largest = (54 / arb(1).exp()).sqrt()
        for wide in (arb(edge, from_fraction(Fraction(5))), arb(1, 0.25), arb(0.9, 0.01)):
            assert exact_psi_slope(wide).overlaps(largest)
        for narrow in (arb(0.8, 0.05), arb(1, 0.05)):
            assert exact_psi_slope(narrow) < largest
        assert exact_psi(arb(1)).contains(1)
        assert (exact_phi(arb(0)) * 2 - (2 * arb.pi() * arb(1).exp()).sqrt()).contains(0)


def test_scaling() -> None:
    chain = Chain(3, Fraction(2), Fraction(1, 4))
    y = torch.tensor([[0.7, 0.9, -0.2]], dtype=torch.float64)
    unit = Chain(3, unit_smoothness())
    factor = 2 / 16 / float(unit_smoothness())
    assert float(chain.value(y / 4)) == pytest.approx(factor * float(unit.value(y)), rel=1e-14)
    assert (chain.name, chain.L) == ("chain, d = 3, L = 2, width 1/4", 2)
    one = Chain(1)
    assert float(one.f_star) == pytest.approx(
        -((2 * torch.pi * torch.e) ** 0.5) / 151.2605, rel=1e-9
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((0,), "at least one coordinate"),
        ((2.0,), "at least one coordinate"),
        ((2, 0), "smoothness must be positive"),
        ((2, 1, -1), "width must not be negative"),
        ((2, 0.5), "smoothness must be exact"),
    ],
)
def test_refusals(arguments: tuple[int, ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Chain(*arguments)  # type: ignore[arg-type]
