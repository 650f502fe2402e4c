"""Softmax regression on real data, with every constant of A0 to A3 certified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
import torch
from flint import arb, arb_mat
from torch import Tensor

from ..exact import Exact
from .certificates import largest_eigenvalue_above, log_above
from .model import check_point, check_points
from .philox import minibatch

_CHUNK = 2**18
"""Logits held at once, per intermediate tensor: 2 MB of float64 stay in the cache."""


@dataclass(frozen=True, eq=False)
class SoftmaxRegression:
    """f(W) = (1/n) sum_n [ log sum_c exp(w_c . x_n) - w_{y_n} . x_n ], d = classes * features.

    W has a row w_c a class and no bias; coordinate (c, j) is number ``c * features + j`` (from 0).
    The data are ``x_n = pixels_n / scale`` with integer pixels, so that the constants are exact
    (and so are the data as floats, if ``scale`` is a power of two).
    g is the mean gradient over ``batch`` indices drawn uniformly and independently, with
    replacement. With p = softmax(W x_n), summand n has dl_n/dw_c = (p_c - [c = y_n]) x_n.

    Why the constants are valid.

    * (A1) L. The Hessian of log-sum-exp is H = diag(p) - p p^T, and u^T H u is the variance of a
      variable with values u_c and probabilities p_c, at most ((max u - min u)/2)^2 by Popoviciu,
      at most (max u^2 + min u^2)/2 <= ||u||^2/2. So H <= I/2 (1/4 is the binary case), the Hessian
      of f is at most (1/2) I (x) (1/n) sum_n x_n x_n^T, and L = lambda_max(X^T X)/(2n) is valid.
      ``L`` is a rational, slightly above: an exact LDL^T in integers proves ``2 n L I - X^T X``
      positive definite (``certificates``). No float enters.
    * (A0) f_star = 0, as every l_n is the negative logarithm of a probability. (Where the classes
      are linearly separable, as the digits are, 0 is the infimum.) At W = 0 all logits are 0, so
      f = log(classes) there; ``Delta`` is a rational above it, certified by the exponential series.
    * (A2) exactly for uniform indices; those of ``philox.minibatch`` are uniform up to a total
      variation below n 2^-65, each independently: far below one rounding of the arithmetic.
    * (A3) For one drawn index, Var dl_n/dw_cj <= E (dl_n/dw_cj)^2 <= (1/n) sum_n x_nj^2, since
      |p_c - [c = y_n]| <= 1; the mean of ``batch`` independent ones divides by ``batch``. This is
      ``sigma2`` (zero where a pixel is blank in all data: three of the digits' 64 are).

    Attributes:
        pixels: integers [n, features].
        labels: integers [n] in {0, ..., classes - 1}.
        classes, scale, batch: integers >= 2, >= 1, >= 1.
        title: what the data are.

    Raises:
        ValueError: shapes, kinds or ranges are not as above, or all pixels are zero.
    """

    pixels: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    classes: int
    scale: int
    batch: int
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
        if self.classes < 2 or self.scale < 1 or self.batch < 1:
            raise ValueError("classes >= 2, scale >= 1 and batch >= 1 are needed")
        if self.labels.min() < 0 or self.labels.max() >= self.classes:
            raise ValueError(f"labels must lie in 0 .. {self.classes - 1}")
        if not self.pixels.any():
            raise ValueError("all pixels are zero: L would be 0")

    @property
    def name(self) -> str:
        return f"{self.title}, n = {self.size}, d = {self.dimension}, batch {self.batch}"

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
        gram = [[int(v) for v in row] for row in self.pixels.T @ self.pixels]
        return largest_eigenvalue_above(gram, Fraction(2 * self.size * self.scale**2), decimals=4)

    @property
    def f_star(self) -> Fraction:
        return Fraction(0)

    @cached_property
    def Delta(self) -> Fraction:  # noqa: N802 - its name in the field
        """log(classes), rounded up to 6 decimals and certified."""
        return log_above(self.classes, decimals=6)

    @cached_property
    def sigma2(self) -> tuple[Fraction, ...]:
        """(1/(n batch)) sum_n x_nj^2 at coordinate (c, j), exactly."""
        squares = [int(v) for v in (self.pixels**2).sum(0)]
        below = self.size * self.batch * self.scale**2
        return tuple(Fraction(s, below) for s in squares) * self.classes

    @cached_property
    def sigma_s2(self) -> Fraction:
        """The sum of ``sigma2``."""
        return sum(self.sigma2, Fraction(0))

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

    def start(
        self,
        rows: int,
        dtype: torch.dtype = torch.float64,
        device: torch.device | str = "cpu",
    ) -> Tensor:
        """W = 0, [rows, d]."""
        return torch.zeros(rows, self.dimension, dtype=dtype, device=device)

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

    def stochastic_gradient(
        self, x: Tensor, step: int, seeds: Sequence[int], instances: Sequence[int] | None = None
    ) -> Tensor:
        """The mean gradient over the minibatch of ``philox.minibatch``, [B, d].

        Args:
            x: a point a row, [B, d].
            step: k, from 1.
            seeds, instances: one of each a row; instances default to 0.

        Raises:
            ShapeError: x is not [B, d].
            ValueError: not one seed a row, or one out of range.
        """
        check_points(x, self.dimension, self.name)
        if len(seeds) != x.shape[0]:
            raise ValueError(f"{len(seeds)} seeds for {x.shape[0]} rows")
        drawn = minibatch(self.size, self.batch, step, seeds, instances, x.device)
        data, labels = self._data(x)
        inputs = data[drawn]
        weights = x.view(-1, self.classes, self.features)
        residual = torch.softmax(inputs @ weights.mT, dim=-1)
        ones = torch.ones((), dtype=x.dtype, device=x.device).expand(*drawn.shape, 1)
        residual = residual.scatter_add(-1, labels[drawn].unsqueeze(-1), -ones)
        return (residual.mT @ inputs / self.batch).flatten(1)

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


@lru_cache(maxsize=8)
def digits(batch: int = 128) -> SoftmaxRegression:
    """Softmax regression on scikit-learn's 1797 handwritten digits: d = 640, pixels 0..16 over 16.

    >>> instance = digits(batch=128)
    >>> instance.dimension, float(instance.L), round(float(instance.sigma_s2 * 128), 1)
    (640, 5.2277, 150.1)

    Source: E. Alpaydin, C. Kaynak, "Optical recognition of handwritten digits" (UCI, 1998), in
    the copy that scikit-learn ships; nothing is downloaded.

    Raises:
        ValueError: ``batch`` < 1.
    """
    from sklearn.datasets import load_digits  # late: half a second

    pixels, labels = load_digits(return_X_y=True)
    return SoftmaxRegression(pixels, labels, 10, 16, batch, "softmax regression on digits")
