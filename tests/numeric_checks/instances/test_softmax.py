"""Softmax regression: closed forms against autograd and mpmath, constants against brute force."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from ratecert.numeric_checks.exact import from_float, working_precision
from ratecert.numeric_checks.instances import SoftmaxRegression, digits, minibatch, minibatches
from ratecert.optimizers.batched import ShapeError


def _random(rows: int, d: int, scale: float = 0.3) -> Tensor:
    generator = torch.Generator().manual_seed(11)
    return scale * torch.randn(rows, d, generator=generator, dtype=torch.float64)


@pytest.fixture(scope="module")
def small() -> SoftmaxRegression:
    rng = np.random.default_rng(5)
    return SoftmaxRegression(rng.integers(0, 17, (12, 4)), rng.integers(0, 3, 12), 3, 16, "small")


def _peer(instance: SoftmaxRegression, x: Tensor) -> Tensor:
    """Mean cross entropy by torch's own function, one value a row."""
    data = torch.tensor(instance.pixels) / instance.scale
    labels = torch.tensor(instance.labels)
    weights = x.view(-1, instance.classes, instance.features)
    return torch.stack([cross_entropy(data.to(x) @ w.T, labels) for w in weights])


@pytest.mark.parametrize("which", ["small", "digits"])
def test_value_and_gradient_against_autograd(which: str, small: SoftmaxRegression) -> None:
    instance = small if which == "small" else digits().objective
    x = _random(20, instance.dimension).requires_grad_()
    value = _peer(instance, x)
    (gradient,) = torch.autograd.grad(value.sum(), x)
    assert torch.allclose(instance.value(x), value, rtol=1e-13, atol=0)
    assert torch.allclose(instance.gradient(x), gradient, rtol=1e-11, atol=1e-14)
    both = instance.value_and_gradient(x)
    assert torch.allclose(both[0], value, rtol=1e-13, atol=0)


def test_stochastic_gradient_against_autograd() -> None:
    instance = digits(batch=32)
    seeds = [3, 4, 5]
    x = _random(3, instance.dimension).requires_grad_()
    drawn = minibatch(instance.objective.size, 32, 17, seeds)
    objective = instance.objective
    data, labels = torch.tensor(objective.pixels) / 16.0, torch.tensor(objective.labels)
    weights = x.view(3, 10, 64)
    total = sum(
        cross_entropy(data[drawn[b]].to(x) @ weights[b].T, labels[drawn[b]]) for b in range(3)
    )
    (gradient,) = torch.autograd.grad(total, x)
    found = instance.stochastic_gradient(x.detach(), 17, seeds)
    assert torch.allclose(found, gradient, rtol=1e-11, atol=1e-14)


def test_rows_do_not_interact() -> None:
    instance, x = digits(), _random(6, 640)
    seeds = list(range(6))
    whole = instance.stochastic_gradient(x, 3, seeds)
    parts = [instance.stochastic_gradient(x[b : b + 1], 3, [seeds[b]]) for b in range(6)]
    assert torch.allclose(whole, torch.cat(parts), rtol=1e-12, atol=1e-15)


def test_float32() -> None:
    instance, x = digits(), _random(2, 640)
    low = instance.stochastic_gradient(x.to(torch.float32), 3, [1, 2])
    assert low.dtype == torch.float32
    assert torch.allclose(low.double(), instance.stochastic_gradient(x, 3, [1, 2]), atol=1e-6)


def test_exact_functions_against_mpmath(small: SoftmaxRegression) -> None:
    """An independent reading in mpmath at 50 digits."""
    x = _random(1, small.dimension, scale=2.0)
    with mpmath.workdps(50), working_precision(200):
        w = [[mpmath.mpf(float(x[0, 4 * c + j])) for j in range(4)] for c in range(3)]
        value, gradient = mpmath.mpf(0), [mpmath.mpf(0)] * 12
        for row, label in zip(small.pixels.tolist(), small.labels.tolist(), strict=True):
            z = [sum(a * b for a, b in zip(w[c], row, strict=True)) / 16 for c in range(3)]
            p = [mpmath.exp(v) for v in z]
            value += mpmath.log(sum(p)) - z[label]
            for c in range(3):
                for j in range(4):
                    slope = (p[c] / sum(p) - (c == label)) * row[j] / 16
                    gradient[4 * c + j] += slope
        point = [from_float(v) for v in x[0].tolist()]
        found = [small.exact_value(point), *small.exact_gradient(point)]
        for ball, peer in zip(found, [value, *gradient], strict=True):
            middle = mpmath.mpf(ball.mid().str(55, radius=False))
            assert abs(middle - peer / 12) < mpmath.mpf(10) ** -45


def test_exact_functions_agree_with_floats() -> None:
    instance, x = digits(), _random(1, 640)
    point = [from_float(v) for v in x[0].tolist()]
    with working_precision(200):
        assert float(instance.exact_value(point)) == pytest.approx(float(instance.value(x)), 1e-14)
        exact = [float(v) for v in instance.exact_gradient(point)]
    assert np.allclose(exact, instance.gradient(x)[0].numpy(), rtol=1e-11, atol=1e-15)


class TestConstants:
    def test_of_the_digits(self) -> None:
        instance = digits(batch=128)
        assert (instance.dimension, instance.objective.size) == (640, 1797)
        assert Fraction(52277, 10000) == instance.L
        assert instance.f_star == 0
        assert 0 < instance.Delta - Fraction(np.log(10)) < Fraction(2, 10**12)
        assert float(instance.sigma_s2 * 128) == pytest.approx(150.14199, abs=1e-4)
        assert sum(instance.sigma2) == instance.sigma_s2
        assert sum(s == 0 for s in instance.sigma2) == 30  # three blank pixels, ten classes
        assert all(type(s) is Fraction for s in instance.sigma2)
        assert float(instance.gradient_l1_bound) == pytest.approx(39.1, abs=0.05)
        assert digits(batch=128) is instance

    def test_delta_is_the_gap_at_the_start(self, small: SoftmaxRegression) -> None:
        problem = minibatches(small, 2)
        start = float(small.value(problem.start(1)))
        assert start == pytest.approx(np.log(3), rel=1e-15)
        assert start <= problem.Delta <= start + 2e-12
        with working_precision(128):
            zero, near = [from_float(0.0)] * 12, [from_float(1e-30)] * 12
            gap = small.exact_value(zero) - small.exact_value(near)
            assert abs(float(gap)) < 1e-28  # the short cut at 0 is the limit

    def test_smoothness_is_attained_for_two_classes(self) -> None:
        """At W = 0 the Hessian's top eigenvalue is lambda_max(X^T X)/(2n): 1/2, not 1/4."""
        pixels = np.array([[3, 1], [2, 5], [0, 4]])
        instance = SoftmaxRegression(pixels, np.array([0, 1, 0]), 2, 4)
        hessian = torch.autograd.functional.hessian(
            lambda w: instance.value(w[None])[0], torch.zeros(4, dtype=torch.float64)
        )
        top = float(torch.linalg.eigvalsh(hessian)[-1])
        assert top <= float(instance.L) <= top + 2e-4
        assert top > float(instance.L) * 0.99  # the planted 1/4 would be violated

    def test_smoothness_bounds_every_hessian(self, small: SoftmaxRegression) -> None:
        for x in _random(8, small.dimension, scale=3.0):
            hessian = torch.autograd.functional.hessian(lambda w: small.value(w[None])[0], x)
            assert float(torch.linalg.eigvalsh(hessian)[-1]) <= float(small.L)

    def test_variance_bounds_the_exact_variance(self, small: SoftmaxRegression) -> None:
        """All n summands enumerated: the variance of one draw over the batch size."""
        problem = minibatches(small, 2)
        bound = torch.tensor([float(s) for s in problem.sigma2])
        for x in _random(8, small.dimension, scale=3.0):
            single = []
            for n in range(small.size):
                one = SoftmaxRegression(
                    small.pixels[n : n + 1] + (small.pixels[n : n + 1].sum() == 0),
                    small.labels[n : n + 1],
                    3,
                    16,
                )
                single.append(one.gradient(x[None])[0])
            variance = torch.stack(single).var(0, correction=0) / 2
            assert bool((variance <= bound).all())

    def test_a_planted_variance_is_violated(self) -> None:
        """Equal data with opposite labels: the variance is a quarter of the bound, not a fifth."""
        instance = minibatches(SoftmaxRegression(np.array([[1], [1]]), np.array([0, 1]), 2, 1), 1)
        x = torch.zeros(1, 2, dtype=torch.float64)
        draws = torch.cat([instance.stochastic_gradient(x, k, [1]) for k in range(1, 200)])
        assert {abs(v) for v in draws.flatten().tolist()} == {0.5}
        assert instance.sigma2 == (1, 1)
        assert float(instance.sigma2[0]) / 5 < 0.5**2

    def test_trivial_bounds_hold(self, small: SoftmaxRegression) -> None:
        gradient = small.gradient(_random(50, small.dimension, scale=10.0))
        assert float(gradient.abs().sum(1).max()) <= float(small.gradient_l1_bound)
        assert float((gradient**2).sum(1).max()) <= float(small.gradient_l2_squared_bound)


@pytest.mark.parametrize(
    ("pixels", "labels", "numbers", "reason"),
    [
        ([[0.5]], [0], (2, 1), "pixels must be integers"),
        ([[float("nan")]], [0], (2, 1), "pixels must be integers"),
        ([[1]], [0.5], (2, 1), "labels must be integers"),
        ([[1]], [2], (2, 1), "labels must lie in 0 .. 1"),
        ([[1]], [-1], (2, 1), "labels must lie in 0 .. 1"),
        ([[1], [2]], [0], (2, 1), "do not fit"),
        ([1], [0], (2, 1), "do not fit"),
        ([[0]], [0], (2, 1), "all pixels are zero"),
        ([[1]], [0], (1, 1), "classes >= 2"),
        ([[1]], [0], (2, 0), "scale >= 1"),
    ],
)
def test_refusals(pixels: object, labels: object, numbers: tuple[int, int], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        SoftmaxRegression(np.array(pixels), np.array(labels), *numbers)


def test_wrong_shapes(small: SoftmaxRegression) -> None:
    for function in (small.value, small.gradient, small.value_and_gradient):
        with pytest.raises(ShapeError, match=r"floats \[B, 12\]"):
            function(torch.zeros(2, 11))
    with pytest.raises(ValueError, match="1 seeds for 2 rows"):
        minibatches(small, 2).stochastic_gradient(torch.zeros(2, 12), 1, [1])
    with pytest.raises(ShapeError, match=r"floats \[B, 12\]"):
        small.sample_gradient(torch.zeros(2, 11), torch.zeros(2, 3, dtype=torch.int64))
    with pytest.raises(ShapeError, match="12 coordinates, not 2"):
        small.exact_value([from_float(0.0)] * 2)
