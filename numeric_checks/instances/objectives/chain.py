"""The chain of the lower bounds for first-order methods: what is far is seen only from near."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

import torch
from flint import arb
from torch import Tensor

from ....optimizers.batched import require_finite
from ...exact import Exact, from_fraction, working_precision
from ..model import check_point, check_points
from ..rounding import above, below, rationals


@dataclass(frozen=True)
class Chain:
    """f(x) = (L w^2/l) f_T(x/w), a chain of T = d coordinates.

    l is ``unit_smoothness()``, w is ``width``, c = L w^2/l, and

        f_T(y) = sum_(i=1..T) [Psi(-y_(i-1)) Phi(-y_i) - Psi(y_(i-1)) Phi(y_i)],    y_0 = 1,
        Psi(y) = exp(1 - (2y - 1)^-2) for y > 1/2, else 0,
        Phi(y) = e^(1/2) int_(-inf)^y exp(-t^2/2) dt.

    (y_0 = 1 gives the paper's first term -Psi(1) Phi(y_1), as Psi(-1) = 0.) f is smooth and not
    convex. At y_(i-1) = y_i = 0 the derivative by y_i is 0: from 0, a method that moves only along
    gradients discovers one coordinate a step; and while |y_i| < 1 for some i, ||grad f_T|| > 1.

    Why the constants are valid. Nothing here is cited; the papers' numbers are these, rounded up.
    With u = 1/(2y - 1): Psi' = 4 u^3 exp(1 - u^2) and Psi'' = 8 u^4 (2u^2 - 3) exp(1 - u^2) for
    y > 1/2. All derivatives vanish toward 1/2, so f is C^2. As functions of z = u^2:

    * 0 <= Psi < e and 0 < Phi < (2 pi e)^(1/2) =: P; 0 < Phi' <= e^(1/2);
      |Phi''| = e^(1/2) |y| exp(-y^2/2) <= 1, with equality at |y| = 1.
    * Psi'^2 = 16 z^3 e^(2-2z) is largest at z = 3/2: 0 <= Psi' <= (54/e)^(1/2) =: Q.
    * (z^2 (2z - 3) e^-z)' = -z (2z^2 - 9z + 6) e^-z vanishes at z = 0 and (9 +- 33^(1/2))/4, so
      that |Psi''| <= S, the larger modulus at the last two; they are at most 32.4 and 8.8.

    (A1) Of Psi(y), Psi(-y) one is 0, and likewise of Psi', Psi''. So |d_i d_i f_T| <= e + S P (its
    own term and the next) and |d_i d_(i+1) f_T| <= Q e^(1/2) = 54^(1/2); the others are 0. The
    spectral norm of a symmetric matrix is at most its largest row sum: l >= e + S P + 2 54^(1/2),
    some 151.3, is a Lipschitz constant of grad f_T. That of f is c l/w^2 = L.

    (A0) f_T(y) > -Psi(1) P - (T - 1) e P = -P (1 + (T - 1) e), as every other summand is above
    -e P and Psi(1) = 1; for y_i -> infinity it is approached. So this is the infimum, not attained;
    ``f_star`` is c times it, rounded down to 12 decimals. f_T(0) = -P/2, so that
    f_T(0) - inf f_T < 12 T.

    The gradient is bounded: |d_i f_T| <= e e^(1/2) + Q P, below 23.

    Attributes:
        T: the length of the chain, at least 1.
        smoothness: L, a rational > 0.
        width: w, a rational > 0.

    Raises:
        ValueError: T < 1, or smoothness or width is no positive rational in the range of float32.

    Source: Y. Carmon, J. Duchi, O. Hinder, A. Sidford, "Lower bounds for finding stationary points
    I", Math. Program. 184 (2020), section 3. The literature's constants of f_T, 152, 12 T and 23,
    are collected in Y. Arjevani et al., "Lower bounds for non-convex stochastic optimization",
    Math. Program. 199 (2023).

    >>> chain = Chain(4)
    >>> chain.L, float(chain.f_star), float(unit_smoothness())
    (Fraction(1, 1), -0.250128202536, 151.2605)
    """

    T: int
    smoothness: Fraction = Fraction(1)
    width: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        if type(self.T) is not int or self.T < 1:
            raise ValueError(f"a chain has at least one coordinate, not {self.T!r}")
        for what in ("smoothness", "width"):
            (value,) = rationals(what, (getattr(self, what),), positive=True)
            object.__setattr__(self, what, value)

    @property
    def name(self) -> str:
        return f"chain, d = {self.T}, L = {self.smoothness}, width {self.width}"

    @property
    def dimension(self) -> int:
        return self.T

    @property
    def L(self) -> Fraction:  # noqa: N802 - its name in the field
        return self.smoothness

    @property
    def factor(self) -> Fraction:
        """C."""
        return self.smoothness * self.width**2 / unit_smoothness()

    @cached_property
    def f_star(self) -> Fraction:
        """-c (2 pi e)^(1/2) (1 + (T - 1) e), rounded down to 12 decimals."""
        with working_precision(128):
            unit = _phi_end() * (1 + (self.T - 1) * arb(1).exp())
            return below(-from_fraction(self.factor) * unit)

    @cached_property
    def slope_bound(self) -> Fraction:
        """A bound of every |d_i f|: (c/w) (e^(3/2) + Q P), rounded up to 12 decimals."""
        with working_precision(128):
            unit = arb(from_fraction(Fraction(3, 2))).exp() + _psi_slope_end() * _phi_end()
            return above(from_fraction(self.factor / self.width) * unit)

    @property
    def gradient_l1_bound(self) -> Fraction:
        """T times ``slope_bound``."""
        return self.T * self.slope_bound

    @property
    def gradient_l2_squared_bound(self) -> Fraction:
        """T times the square of ``slope_bound``."""
        return self.T * self.slope_bound**2

    # --- torch -------------------------------------------------------------------------------

    def value(self, x: Tensor) -> Tensor:
        """F at each row of x [B, d]: [B].

        Raises:
            ShapeError: x is not [B, d].
            NonFiniteError: x holds NaN or an infinity.
        """
        y, before = self._scaled(x)
        terms = _psi(-before) * _phi(-y) - _psi(before) * _phi(y)
        return float(self.factor) * terms.sum(-1)

    def gradient(self, x: Tensor) -> Tensor:
        """Grad f at each row of x: [B, d]; errors as for ``value``."""
        y, before = self._scaled(x)
        bell = (0.5 - y.square() / 2).exp()
        slope = -(_psi(-before) + _psi(before)) * bell
        here, after = y[:, :-1], y[:, 1:]
        following = _psi_slope(-here) * _phi(-after) + _psi_slope(here) * _phi(after)
        slope = torch.cat((slope[:, :-1] - following, slope[:, -1:]), dim=1)
        return float(self.factor / self.width) * slope

    def value_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.value(x), self.gradient(x)

    def _scaled(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Y [B, T], and y_(i-1) in place i."""
        check_points(x, self.dimension, self.name)
        require_finite(x, f"{self.name}: x")
        y = x / float(self.width)
        return y, torch.cat((torch.ones_like(y[:, :1]), y[:, :-1]), dim=1)

    # --- exact -------------------------------------------------------------------------------

    def exact_value(self, point: Sequence[Exact]) -> Exact:
        """An enclosure of f at ``point`` (d rationals or balls) at the current precision."""
        total, before = arb(0), arb(1)
        for y in self._exactly_scaled(point):
            total += exact_psi(-before) * exact_phi(-y) - exact_psi(before) * exact_phi(y)
            before = y
        return from_fraction(self.factor) * total

    def exact_gradient(self, point: Sequence[Exact]) -> list[Exact]:
        """An enclosure of grad f at ``point``."""
        ys = self._exactly_scaled(point)
        scale = from_fraction(self.factor / self.width)
        found: list[Exact] = []
        before = arb(1)
        for i, y in enumerate(ys):
            bell = ((1 - y * y) / 2).exp()
            slope = -(exact_psi(-before) + exact_psi(before)) * bell
            if i + 1 < self.T:
                after = ys[i + 1]
                slope -= exact_psi_slope(-y) * exact_phi(-after)
                slope -= exact_psi_slope(y) * exact_phi(after)
            found.append(scale * slope)
            before = y
        return found

    def _exactly_scaled(self, point: Sequence[Exact]) -> list[arb]:
        check_point(point, self.dimension, self.name)
        return [arb(v / from_fraction(self.width)) for v in point]


@lru_cache(maxsize=1)
def unit_smoothness() -> Fraction:
    """l: e + S P + 2 54^(1/2) as in ``Chain``, rounded up to 4 decimals by rigorous balls."""
    with working_precision(128):
        stationary = [(9 + sign * arb(33).sqrt()) / 4 for sign in (1, -1)]
        one, other = [8 * z * z * (2 * z - 3) * (1 - z).exp() for z in stationary]
        curvature = one.__abs__().max(other.__abs__())
        return above(arb(1).exp() + curvature * _phi_end() + 2 * arb(54).sqrt(), decimals=4)


def _phi_end() -> arb:
    """P = (2 pi e)^(1/2), the limit of Phi."""
    return (2 * arb.pi() * arb(1).exp()).sqrt()


def _psi_slope_end() -> arb:
    """Q = (54/e)^(1/2), the largest value of Psi'."""
    return (54 / arb(1).exp()).sqrt()


# Below 0.51 Psi is less than exp(-2499), which no float can tell from 0: so the reciprocal is taken
# of nothing smaller than 1/50, and neither infinities nor 0 infinity arise.
_LEAST = 0.02


def _psi(y: Tensor) -> Tensor:
    return (1 - (2 * y - 1).clamp(min=_LEAST).reciprocal().square()).exp()


def _psi_slope(y: Tensor) -> Tensor:
    u = (2 * y - 1).clamp(min=_LEAST).reciprocal()
    return 4 * u**3 * (1 - u.square()).exp()


def _phi(y: Tensor) -> Tensor:
    tail: Tensor = torch.special.erfc(-y / 2**0.5)
    return math.sqrt(math.pi * math.e / 2) * tail


def exact_phi(y: arb) -> arb:
    """Phi at a ball."""
    return _phi_end() / 2 * (-y / arb(2).sqrt()).erfc()


def exact_psi(y: arb) -> arb:
    """Psi at a ball: between its values at the ends, as it does not fall."""
    return _psi_at(y.lower()).union(_psi_at(y.upper()))


def exact_psi_slope(y: arb) -> arb:
    """Psi' at a ball: between its values at the ends, and the maximum if that may be inside."""
    low, high = y.lower(), y.upper()
    ends = _psi_slope_at(low).union(_psi_slope_at(high))
    peak = (1 + (arb(2) / 3).sqrt()) / 2
    return ends if high < peak or low > peak else ends.union(_psi_slope_end())


# At a ball wide beside its distance from 1/2, u^2 would be enclosed by numbers of either sign.
def _psi_at(end: arb) -> arb:
    from_half = 2 * end - 1
    if from_half <= 0:
        return arb(0)
    u = 1 / from_half
    return (1 - u * u).exp()


def _psi_slope_at(end: arb) -> arb:
    from_half = 2 * end - 1
    if from_half <= 0:
        return arb(0)
    u = 1 / from_half
    return 4 * u * u * u * (1 - u * u).exp()
