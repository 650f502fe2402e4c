"""Softmax regression on integer data, with every constant certified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from flint import arb, arb_mat
from torch import Tensor

from ...exact import Exact
from ..certificates import gram, largest_eigenvalue_above
from ..model import check_point, check_points

_CHUNK = 2**18
"""Logits held at once, per intermediate tensor: 2 MB of float64 stay in the cache."""


@dataclass(frozen=True, eq=False)
class SoftmaxRegression:
    """f(W) = (1/n) sum_n [ log sum_c exp(w_c . x_n) - w_{y_n} . x_n ], d = classes * features.

    W has a row w_c a class and no bias; coordinate (c, j) is number ``c * features + j`` (from 0).
    The data are ``x_n = pixels_n / scale`` with integer pixels, so that the constants are exact
    (and so are the data as floats, if ``scale`` is a power of two).
    With p = softmax(W x_n), summand n has dl_n/dw_c = (p_c - [c = y_n]) x_n.

    Why the constants are valid.

    * (A1) L. The Hessian of log-sum-exp is H = diag(p) - p p^T, and u^T H u is the variance of a
      variable with values u_c and probabilities p_c, at most ((max u - min u)/2)^2 by Popoviciu,
      at most (max u^2 + min u^2)/2 <= ||u||^2/2. So H <= I/2 (1/4 is the binary case), the Hessian
      of f is at most (1/2) I (x) (1/n) sum_n x_n x_n^T, and L = lambda_max(X^T X)/(2n) is valid.
      ``L`` is a rational, slightly above, certified in integers (``certificates``).
    * (A0) f_star = 0, as every l_n is the negative logarithm of a probability. (Where the classes
      are linearly separable, as the digits are, 0 is the infimum.) At W = 0 all logits are 0, so
      f = log(classes) there.
    * (A3) For one drawn index, E (dl_n/dw_cj)^2 <= (1/n) sum_n x_nj^2, since
      |p_c - [c = y_n]| <= 1: ``second_moments`` (zero where a pixel is blank in all data: three of
      the digits' 64 are).

    Attributes:
        pixels: integers [n, features].
        labels: integers [n] in {0, ..., classes - 1}.
        classes, scale: integers >= 2, >= 1.
        title: what the data are.

    Raises:
        ValueError: shapes, kinds or ranges are not as above, or all pixels are zero.
    """

    pixels: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    classes: int
    scale: int
    title: str = "softmax regression"
    _tensors: dict[tuple[torch.dtype, str], tuple[Tensor, Tensor]] = field(
        default_factory=dict, init=False, repr=False
    )

    def __post_init__(self) -> None:
        for what in ("pixels", "labels"):
            given = np.asarray(getattr(self, what))
            whole = given.astype(np.int64) if np.isfinite(given).all() else None
            if whole is None or not np.array_equal(whole, given):
                raise ValueError(f"{what} must be integers")
            whole.setflags(write=False)
            object.__setattr__(self, what, whole)
        n = len(self.labels)
        if self.pixels.ndim != 2 or self.labels.ndim != 1 or len(self.pixels) != n or not n:
            raise ValueError(f"pixels {self.pixels.shape} do not fit labels {self.labels.shape}")
        if self.classes < 2 or self.scale < 1:
            raise ValueError("classes >= 2 and scale >= 1 are needed")
        if self.labels.min() < 0 or self.labels.max() >= self.classes:
            raise ValueError(f"labels must lie in 0 .. {self.classes - 1}")
        if not self.pixels.any():
            raise ValueError("all pixels are zero: L would be 0")

    @property
    def name(self) -> str:
        return f"{self.title}, n = {self.size}, d = {self.dimension}"

    @property
    def size(self) -> int:
        """n, the number of data."""
        return len(self.labels)

    @property
    def features(self) -> int:
        """The number of pixels of a datum."""
        return int(self.pixels.shape[1])

    @property
    def dimension(self) -> int:
        return self.classes * self.features

    # --- constants ---------------------------------------------------------------------------

    @cached_property
    def L(self) -> Fraction:  # noqa: N802 - its name in the field
        """lambda_max(X^T X)/(2n), rounded up to 4 decimals and certified."""
        unit = Fraction(2 * self.size * self.scale**2)
        return largest_eigenvalue_above(gram(self.pixels), unit, decimals=4)

    @property
    def f_star(self) -> Fraction:
        return Fraction(0)

    @cached_property
    def second_moments(self) -> tuple[Fraction, ...]:
        """(1/n) sum_n x_nj^2 at coordinate (c, j), exactly."""
        squares = [int(v) for v in (self.pixels**2).sum(0)]
        below = self.size * self.scale**2
        return tuple(Fraction(s, below) for s in squares) * self.classes

    @cached_property
    def gradient_l1_bound(self) -> Fraction:
        """The trivial bound ``||grad f||_1 <= (2/n) sum_n ||x_n||_1``, anywhere.

        Of one datum ``|dl/dw_cj| = |p_c - [c = y]| |x_j|``, and ``sum_c |p_c - [c = y]| <= 2``.
        """
        return Fraction(2 * int(abs(self.pixels).sum()), self.size * self.scale)

    @cached_property
    def gradient_l2_squared_bound(self) -> Fraction:
        """The trivial bound ``||grad f||_2^2 <= (2/n) sum_n ||x_n||_2^2``, anywhere.

        ``||p - e_y||_2^2 <= 2`` for each datum; the square of a mean is at most the mean square.
        """
        return Fraction(2 * int((self.pixels**2).sum()), self.size * self.scale**2)

    # --- torch -------------------------------------------------------------------------------

    def value(self, x: Tensor) -> Tensor:
        """F at each row of x: [B].

        Raises:
            ShapeError: x is not [B, d].
        """
        return torch.cat([self._chunk(part, gradient=False)[0] for part in self._parts(x)])

    def gradient(self, x: Tensor) -> Tensor:
        """Grad f at each row of x: [B, d].

        Raises:
            ShapeError: x is not [B, d].
        """
        return self.value_and_gradient(x)[1]

    def value_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """F and grad f at each row of x: [B] and [B, d].

        Raises:
            ShapeError: x is not [B, d].
        """
        pairs = [self._chunk(part, gradient=True) for part in self._parts(x)]
        return torch.cat([value for value, _ in pairs]), torch.cat([slope for _, slope in pairs])

    def sample_gradient(self, x: Tensor, drawn: Tensor) -> Tensor:
        """The mean gradient of the summands ``drawn`` [B, m] at each row of x: [B, d].

        Raises:
            ShapeError: x is not [B, d].
        """
        check_points(x, self.dimension, self.name)
        data, labels = self._data(x)
        inputs = data[drawn]
        weights = x.view(-1, self.classes, self.features)
        residual = torch.softmax(inputs @ weights.mT, dim=-1)
        ones = torch.ones((), dtype=x.dtype, device=x.device).expand(*drawn.shape, 1)
        residual = residual.scatter_add(-1, labels[drawn].unsqueeze(-1), -ones)
        return (residual.mT @ inputs / drawn.shape[1]).flatten(1)

    def _data(self, like: Tensor) -> tuple[Tensor, Tensor]:
        key = (like.dtype, str(like.device))
        if key not in self._tensors:
            pixels = torch.tensor(self.pixels, dtype=like.dtype, device=like.device)
            labels = torch.tensor(self.labels, device=like.device)
            self._tensors[key] = (pixels / self.scale, labels)
        return self._tensors[key]

    def _parts(self, x: Tensor) -> tuple[Tensor, ...]:
        check_points(x, self.dimension, self.name)
        return torch.split(x, max(1, _CHUNK // (self.classes * self.size)))

    def _chunk(self, x: Tensor, *, gradient: bool) -> tuple[Tensor, Tensor]:
        data, labels = self._data(x)
        logits = x.reshape(-1, self.features) @ data.T  # [rows * classes, n]
        logits = logits.view(-1, self.classes, self.size)
        chosen = labels.expand(len(x), 1, -1)
        log_sum = logits.logsumexp(1, keepdim=True)
        value = (log_sum - logits.gather(1, chosen)).mean((1, 2))
        if not gradient:
            return value, value
        residual = (logits - log_sum).exp()
        residual = residual.scatter_add(1, chosen, -torch.ones_like(log_sum))
        return value, (residual @ data / self.size).flatten(1)

    # --- exact -------------------------------------------------------------------------------

    @cached_property
    def _exact_pixels(self) -> arb_mat:
        # Small integers are exact at every precision.
        return arb_mat(self.size, self.features, [int(v) for v in self.pixels.ravel()])

    def _exact_logits(self, point: Sequence[Exact]) -> list[list[arb]]:
        check_point(point, self.dimension, self.name)
        weights = arb_mat(self.classes, self.features, [arb(v) / self.scale for v in point])
        return (self._exact_pixels * weights.transpose()).tolist()

    def exact_value(self, point: Sequence[Exact]) -> Exact:
        """An enclosure of f at ``point`` (d rationals or balls) at the current precision."""
        check_point(point, self.dimension, self.name)
        if not any(point):
            return arb(self.classes).log()
        total = arb(0)
        for logits, label in zip(self._exact_logits(point), self.labels.tolist(), strict=True):
            total += sum((z.exp() for z in logits), arb(0)).log() - logits[label]
        return total / self.size

    def exact_gradient(self, point: Sequence[Exact]) -> list[Exact]:
        """An enclosure of grad f at ``point``, coordinate (c, j) at c * features + j."""
        residual = []
        for logits, label in zip(self._exact_logits(point), self.labels.tolist(), strict=True):
            weights = [z.exp() for z in logits]
            total = sum(weights, arb(0))
            row = [w / total for w in weights]
            row[label] -= 1
            residual.append(row)
        gradient = arb_mat(residual).transpose() * self._exact_pixels
        return [v / (self.size * self.scale) for v in gradient.entries()]
