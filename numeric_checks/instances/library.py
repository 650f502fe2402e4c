"""Problems by name, as the table of confrontations and the tests use them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from .noise import Minibatch, Rademacher
from .objectives import Cosine, Quadratic, SoftmaxRegression, digits_objective, mnist_objective
from .problem import BoundedProblem, Problem

Rationals = Sequence[Fraction]


def quadratic(
    curvature: Rationals, noise: Rationals = (), origin: Rationals = ()
) -> Problem[Quadratic]:
    """A quadratic with Rademacher noise (by default none) from ``origin`` (by default 1).

    Raises:
        ValueError: as for ``Quadratic``, ``Rademacher`` and ``Problem``.
    """
    objective = Quadratic(tuple(curvature))
    return Problem(objective, _rademacher(noise, objective.dimension), tuple(origin))


def cosine(
    curvature: Rationals, noise: Rationals = (), origin: Rationals = ()
) -> BoundedProblem[Cosine]:
    """Cosines with Rademacher noise, likewise.

    >>> waves = cosine((Fraction(1), Fraction(1, 2)), origin=(Fraction(1), Fraction(3)))
    >>> waves.L, float(waves.Delta), waves.gradient_l1_bound
    (Fraction(1, 1), 1.454693942433, Fraction(3, 2))
    """
    objective = Cosine(tuple(curvature))
    return BoundedProblem(objective, _rademacher(noise, objective.dimension), tuple(origin))


def _rademacher(sigma: Rationals, d: int) -> Rademacher:
    return Rademacher(tuple(sigma) or (Fraction(0),) * d)


def minibatches(objective: SoftmaxRegression, batch: int) -> BoundedProblem[SoftmaxRegression]:
    """Minibatches of ``batch`` summands, from W = 0.

    Raises:
        ValueError: ``batch`` < 1.
    """
    zero = (Fraction(0),) * objective.dimension
    return BoundedProblem(objective, Minibatch(objective, batch), zero)


@lru_cache(maxsize=8)
def digits(batch: int = 128) -> BoundedProblem[SoftmaxRegression]:
    """Softmax regression on 1797 real digits, in minibatches, from 0.

    >>> instance = digits(batch=128)
    >>> instance.dimension, float(instance.L), round(float(instance.sigma_s2 * 128), 1)
    (640, 5.2277, 150.1)

    Raises:
        ValueError: ``batch`` < 1.
    """
    return minibatches(digits_objective(), batch)


@lru_cache(maxsize=8)
def mnist(batch: int = 128) -> BoundedProblem[SoftmaxRegression]:
    """Softmax regression on 5000 images of MNIST, in minibatches, from 0: d = 7840.

    Raises:
        ModuleNotFoundError: the extra [data] is not installed.
        ValueError: ``batch`` < 1.
    """
    return minibatches(mnist_objective(), batch)
