"""The problems a class is run on: small, seeded, and between them rich enough to tell terms apart.

Each has several parameter tensors, at least one coordinate whose gradient is always zero, and noise
that lets the second moment fall as well as rise (else AMSGrad could not be told from Adam).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from ..instances import SoftmaxRegression, minibatches, quadratic, signs


@dataclass(frozen=True)
class Problem:
    """A stochastic gradient on R^d, the coordinates shared out to tensors.

    Attributes:
        id, title: its name, and what it is.
        shapes: of the parameter tensors, whose elements are the coordinates in order.
        start: x^1, float64 [d].
        gradient: g^k at x [d] for iteration k and a seed; the noise depends on these two only.
    """

    id: str
    title: str
    shapes: tuple[tuple[int, ...], ...]
    start: Tensor
    gradient: Callable[[Tensor, int, int], Tensor]

    def split(self, x: Tensor) -> list[Tensor]:
        """The tensors that hold the coordinates of x [d], copied."""
        sizes = [int(np.prod(shape)) for shape in self.shapes]
        parts = zip(torch.split(x, sizes), self.shapes, strict=True)
        return [part.reshape(shape).clone() for part, shape in parts]

    def place(self, coordinate: int) -> tuple[int, tuple[int, ...]]:
        """The tensor's number and the index in it of a coordinate, all from 0."""
        for number, shape in enumerate(self.shapes):
            size = int(np.prod(shape))
            if coordinate < size:
                return number, tuple(int(i) for i in np.unravel_index(coordinate, shape))
            coordinate -= size
        raise IndexError(f"{self.id} has no such coordinate")


def _rationals(text: str) -> tuple[Fraction, ...]:
    return tuple(Fraction(word) for word in text.split())


def _quadratic() -> Problem:
    instance = quadratic(
        curvature=_rationals("1 1/2 2 0 3 1/4 1 3/2"),
        noise=_rationals("0 1/2 2 0 3 0 1/8 1"),
        origin=_rationals("1 -1 1 2 -1 4 -1/2 1"),
    )
    return Problem(
        "quadratic",
        "sum a_i x_i^2 / 2, two-point noise",
        ((2, 3), (2,)),
        instance.start(1)[0].clone(),
        lambda x, k, seed: instance.stochastic_gradient(x[None], k, [seed])[0],
    )


def _periodic() -> Problem:
    curvature = torch.tensor([1.0, 2.0, 0.0, 4.0, 0.5, 1.0], dtype=torch.float64)
    start = torch.tensor([1.5, -1.0, 1.0, 0.5, 2.0, -3.0], dtype=torch.float64)
    noise = torch.tensor([1.0, 1.5, 0.0, 2.0, 0.25, 0.0], dtype=torch.float64)

    def gradient(x: Tensor, k: int, seed: int) -> Tensor:
        return curvature * x.sin() + noise * signs(len(x), k, [seed])[0].to(x.dtype)

    title = "sum a_i (1 - cos x_i), two-point noise"
    return Problem("periodic", title, ((2, 2), (), (1,)), start, gradient)


def _softmax() -> Problem:
    pixels = [[4, 0, 1], [3, 0, 2], [0, 0, 4], [1, 0, 3], [2, 0, 0], [4, 0, 4]]  # one is blank
    data = SoftmaxRegression(np.array(pixels), np.array([0, 0, 1, 1, 2, 2]), classes=3, scale=4)
    instance = minibatches(data, batch=2)
    return Problem(
        "softmax",
        "softmax regression on six points, batches of two",
        ((2, 3), (3,)),
        torch.zeros(instance.dimension, dtype=torch.float64),
        lambda x, k, seed: instance.stochastic_gradient(x[None], k, [seed])[0],
    )


PROBLEMS = {problem.id: problem for problem in (_quadratic(), _periodic(), _softmax())}
