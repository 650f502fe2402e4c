"""Noise of finite support: values and probabilities are exact, and so are mean and variance."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import torch
from torch import Tensor

from ..philox import HEAVY_TAILED, SIGNS, WORD, Words, bit_sign
from ..rounding import root_below, toward_zero
from .additive import Additive

WORD_BITS = 32
_MANTISSA = 53


class Outcome(NamedTuple):
    """A value of the noise, exactly the float that is drawn, and its probability."""

    value: Fraction
    probability: Fraction


@dataclass(frozen=True)
class FiniteSupport(Additive):
    """xi_i = s_i V, where V has the integer values and the dyadic probabilities of ``law``.

    Why mean and variance are exact. E V = sum_j p_j v_j = 0 and U = E V^2 = sum_j p_j v_j^2 are
    rational sums (``law`` is checked when the noise is made). s_i is the largest float with
    s_i^2 U <= sigma_i^2 whose mantissa is short enough for every s_i v_j to be an exact float.
    So xi_i takes exactly the values s_i v_j, its mean is 0 and its variance ``s_i^2 U``, which is
    sigma_i^2 or less by a factor of at least (1 - 2^(1-b))^2, b = 53 minus the length in bits of
    the largest odd part of a value (b = 53 if all are powers of two, 21 at worst).
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if sum(p for _, p in self.law) != 1 or any(p <= 0 for _, p in self.law):
            raise ValueError(f"{self.name}: the probabilities are no distribution")
        if sum(v * p for v, p in self.law):
            raise ValueError(f"{self.name}: the mean is not 0")

    @property
    @abstractmethod
    def law(self) -> tuple[tuple[int, Fraction], ...]:
        """The values of V and their probabilities, positive with sum 1."""

    @cached_property
    def unit_variance(self) -> Fraction:
        """U = E V^2."""
        return sum((p * v * v for v, p in self.law), Fraction(0))

    @cached_property
    def scale(self) -> tuple[Fraction, ...]:
        """s, one float a coordinate."""
        odd = max(abs(v) // (v & -v) for v, _ in self.law if v)
        bits = _MANTISSA if odd == 1 else _MANTISSA - odd.bit_length()
        return tuple(root_below(s / self.unit_variance, bits) for s in self.sigma2)

    @cached_property
    def variance(self) -> tuple[Fraction, ...]:
        """The variance of what is drawn, exactly; at most ``sigma2``."""
        return tuple(s * s * self.unit_variance for s in self.scale)

    def outcomes(self, i: int) -> tuple[Outcome, ...]:
        """What coordinate i (from 0) can be, by increasing value; one outcome, 0, if sigma_i is 0.

        Raises:
            IndexError: there is no such coordinate.
        """
        if not 0 <= i < self.dimension:
            raise IndexError(f"there is no coordinate {i} of {self.dimension}")
        if not self.scale[i]:
            return (Outcome(Fraction(0), Fraction(1)),)
        return tuple(Outcome(self.scale[i] * v, p) for v, p in sorted(self.law))

    def _times_scale(self, value: int, dtype: torch.dtype, device: torch.device) -> Tensor:
        """s times a value of V, exactly, rounded toward zero to ``dtype``: [d]."""
        scale = (s * value for s in self.scale)
        exact = self._rows.get(f"scale {value}", scale, torch.float64, device)
        return toward_zero(exact, dtype)


@dataclass(frozen=True)
class Rademacher(FiniteSupport):
    """xi_i = -s_i or s_i, each with probability 1/2, by the bits of ``philox.signs``.

    s_i is sigma_i if that is a float, else sigma_i rounded down.

    >>> Rademacher((Fraction(1, 2),)).outcomes(0)[1]
    Outcome(value=Fraction(1, 2), probability=Fraction(1, 2))
    """

    @property
    def name(self) -> str:
        return "Rademacher noise" if any(self.sigma) else ""

    @property
    def law(self) -> tuple[tuple[int, Fraction], ...]:
        return ((-1, Fraction(1, 2)), (1, Fraction(1, 2)))

    purpose = SIGNS
    period = 128

    def from_words(
        self, words: Words, phase: int | Tensor, dtype: torch.dtype = torch.float64
    ) -> Tensor:
        return self.from_bit(words[int(phase) // 32], phase % 32, dtype)

    def from_bit(self, word: Tensor, bit: int | Tensor, dtype: torch.dtype) -> Tensor:
        """xi where a step's sign is the given bit, from 0, of ``word`` (int64 [B, d])."""
        return bit_sign(word, bit).to(dtype) * self._times_scale(1, dtype, word.device)


@dataclass(frozen=True)
class _ByWord(FiniteSupport):
    """A law whose probabilities are multiples of 2^-32, drawn by one word and thresholds.

    Outcome j of ``law`` is drawn where the word lies in [T_(j-1), T_j), T_j = 2^32 (p_1+...+p_j):
    2^32 p_j of the 2^32 words, which are equally probable.
    """

    purpose = WORD
    period = 4

    def from_words(
        self, words: Words, phase: int | Tensor, dtype: torch.dtype = torch.float64
    ) -> Tensor:
        word = words[int(phase)]
        values = [self._times_scale(v, dtype, word.device) for v, _ in self.law]
        drawn = values.pop()
        for value, threshold in zip(reversed(values), reversed(self._thresholds), strict=True):
            drawn = torch.where(word < threshold, value, drawn)
        return drawn

    @cached_property
    def _thresholds(self) -> tuple[int, ...]:
        """T_j of all outcomes but the last."""
        words = (int(p * 2**WORD_BITS) for _, p in self.law[:-1])
        return tuple(accumulate(words))


def _of_words(p: Fraction, least: int) -> int:
    """How many of 2^32 words to give to probability ``p``: a multiple of ``least`` > 0, nearest."""
    if isinstance(p, bool) or not isinstance(p, int | Fraction):
        raise ValueError(f"the probability must be an exact rational, not {p!r}")
    words: int = round(Fraction(p) * 2**WORD_BITS / least) * least
    if not 0 < p <= 1 or not words:
        raise ValueError(f"the probability must lie in [2^-32, 1], not {p}")
    return words


@dataclass(frozen=True)
class TwoPoint(_ByWord):
    """xi_i = a_i with probability q, else -b_i; a_i q = b_i (1 - q), a_i b_i = sigma_i^2.

    For q small a rare large value up, for q near 1 a rare one down. q is p rounded to a multiple
    m 2^-32; V takes the values 2^32 - m and -m over their greatest common divisor, so E V = 0.

    Attributes:
        p: the probability asked for, an exact rational in [2^-32, 1 - 2^-32].

    >>> rare = TwoPoint((Fraction(1),), Fraction(1, 1000))
    >>> [(float(o.value), float(o.probability)) for o in rare.outcomes(0)]  # doctest: +ELLIPSIS
    [(-0.03163..., 0.99900000006...), (31.6069..., 0.00099999993...)]
    """

    p: Fraction = Fraction(1, 2)

    def __post_init__(self) -> None:
        if _of_words(self.p, 1) == 2**WORD_BITS:
            raise ValueError(f"the probability must lie below 1 - 2^-33, not {self.p}")
        super().__post_init__()

    @property
    def name(self) -> str:
        return f"two-point noise of skew {float(self.p):.6g}"

    @property
    def probability(self) -> Fraction:
        """q, the probability of a_i that is really drawn."""
        return Fraction(_of_words(self.p, 1), 2**WORD_BITS)

    @cached_property
    def law(self) -> tuple[tuple[int, Fraction], ...]:
        m = _of_words(self.p, 1)
        rest = 2**WORD_BITS - m
        common = math.gcd(m, rest)
        q = self.probability
        return ((rest // common, q), (-m // common, 1 - q))


@dataclass(frozen=True)
class Spikes(_ByWord):
    """xi_i = -s_i or s_i with probability q/2 each, else 0; s_i^2 q = sigma_i^2.

    q is p rounded to a multiple of 2^-31, so that q/2 is one of 2^-32.

    Attributes:
        p: the probability asked for, an exact rational in [2^-31, 1].
    """

    p: Fraction = Fraction(1, 1000)

    @property
    def name(self) -> str:
        return f"spikes of probability {float(self.p):.6g}"

    @property
    def probability(self) -> Fraction:
        """q, the probability of a spike that is really drawn."""
        return Fraction(_of_words(self.p, 2), 2**WORD_BITS)

    @cached_property
    def law(self) -> tuple[tuple[int, Fraction], ...]:
        q = self.probability
        spikes = ((1, q / 2), (-1, q / 2))
        return spikes if q == 1 else (*spikes, (0, 1 - q))


@dataclass(frozen=True)
class HeavyTailed(FiniteSupport):
    """xi_i = -s_i 2^J or s_i 2^J, fair, with P(J >= j) = 8^-j for j = 0 .. 40, and J <= 40.

    So P(|xi_i| >= s_i 2^j) = (2^j)^-3: the tail of a Pareto law of index 3. Without the end at 40,
    E |xi|^3 = s^3 (7/8) sum_j (8/8)^j would be infinite, while the variance is finite:

        E V^2 = (7/8) sum_(j<40) (4/8)^j + (4/8)^40 = 7/4 - 3 2^-42.

    With the end, which has probability 2^-120, this is exact; E V^4 is above 2^40, and a sample
    of any size that is run shows the tail of index 3.

    J is the number of leading zeros among 40 octal digits: ten of each word's low 30 bits, w0
    first, the most significant digit first. The sign is the highest bit of w0, + if it is set.
    """

    @property
    def name(self) -> str:
        return "heavy-tailed noise"

    @cached_property
    def law(self) -> tuple[tuple[int, Fraction], ...]:
        end = _DIGITS * 4
        half = [(2**j, Fraction(7, 16) * Fraction(1, 8) ** j) for j in range(end)]
        half.append((2**end, Fraction(1, 2) * Fraction(1, 8) ** end))
        return tuple((sign * v, p) for v, p in half for sign in (-1, 1))

    purpose = HEAVY_TAILED
    period = 1

    def from_words(
        self, words: Words, phase: int | Tensor, dtype: torch.dtype = torch.float64
    ) -> Tensor:
        zeros = torch.zeros_like(words[0])
        for w in reversed(words):
            digits = w & (8**_DIGITS - 1)
            leading = sum((digits < 8**j).to(torch.int64) for j in range(_DIGITS))
            zeros = leading + torch.where(digits == 0, zeros, 0)
        power = (zeros + _BIAS << _MANTISSA - 1).view(torch.float64)  # 2^zeros, by its bits
        sign = bit_sign(words[0], WORD_BITS - 1)
        return toward_zero(sign * self._times_scale(1, torch.float64, sign.device) * power, dtype)


_DIGITS = 10
"""Octal digits of a word."""
_BIAS = 1023
"""Of the exponents of float64."""
