"""Moments of noise: exact where the support is finite, else within an interval that is proved."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from ratecert.numeric_checks.exact import working_precision
from ratecert.numeric_checks.instances import (
    FiniteSupport,
    Gaussian,
    HeavyTailed,
    Rademacher,
    Spikes,
    TwoPoint,
)
from ratecert.numeric_checks.instances.noise import Additive

SIGMA = (Fraction(1), Fraction(1, 3), Fraction(0), Fraction(5, 2))
RARE = Fraction(1, 1000)
FINITE: tuple[FiniteSupport, ...] = (
    Rademacher(SIGMA),
    TwoPoint(SIGMA, RARE),
    TwoPoint(SIGMA, 1 - RARE),
    TwoPoint(SIGMA, Fraction(1, 3)),
    Spikes(SIGMA, RARE),
    Spikes(SIGMA, Fraction(1)),
    HeavyTailed(SIGMA),
)
UNLIKELY = math.log(2 / 1e-9)
"""Draws are deterministic: what had probability 1e-9 has been seen or has not."""


def _name(noise: object) -> str:
    return noise.name.replace(" ", "-") if isinstance(noise, Additive) else "as-recorded"


def _draws(noise: Additive, steps: int, rows: int = 1) -> torch.Tensor:
    seeds = list(range(rows))
    return torch.cat([noise.draw(k, seeds) for k in range(1, steps + 1)])


def _check_moments(noise: FiniteSupport) -> None:
    for i in range(noise.dimension):
        outcomes = noise.outcomes(i)
        assert sum(o.probability for o in outcomes) == 1
        assert sum(o.value * o.probability for o in outcomes) == 0
        variance = sum(o.value**2 * o.probability for o in outcomes)
        assert variance == noise.variance[i] <= noise.sigma2[i] == noise.sigma[i] ** 2
        assert variance >= noise.sigma2[i] * (1 - Fraction(1, 2**19))
        assert all(Fraction(float(o.value)) == o.value for o in outcomes)
        assert [o.value for o in outcomes] == sorted({o.value for o in outcomes})


@pytest.mark.parametrize("noise", FINITE, ids=_name)
def test_moments_are_exact(noise: FiniteSupport) -> None:
    _check_moments(noise)
    assert len(noise.outcomes(2)) == 1  # sigma = 0
    for i in (-1, 4):
        with pytest.raises(IndexError, match="no coordinate"):
            noise.outcomes(i)


@given(
    st.lists(st.fractions(0, 10**6), min_size=1, max_size=3),
    st.fractions(Fraction(1, 2**31), 1 - Fraction(1, 2**31)),
)
def test_moments_are_exact_whatever_the_skew(sigma: list[Fraction], p: Fraction) -> None:
    for noise in (TwoPoint(tuple(sigma), p), Spikes(tuple(sigma), p)):
        _check_moments(noise)
        assert abs(noise.probability - p) <= Fraction(1, 2**32)
        assert (noise.probability * 2**32).denominator == 1


def test_the_probability_drawn_is_stated() -> None:
    assert TwoPoint((Fraction(1),), RARE).probability == Fraction(4294967, 2**32)
    assert Spikes((Fraction(1),), RARE).probability == Fraction(4294968, 2**32)
    (low, high) = TwoPoint((Fraction(1),), RARE).outcomes(0)
    assert high.probability == Fraction(4294967, 2**32)
    assert high.value * high.probability == -low.value * low.probability
    assert HeavyTailed((Fraction(1),)).unit_variance == Fraction(7, 4) - Fraction(3, 2**42)


@pytest.mark.parametrize("noise", FINITE[1:6], ids=_name)
def test_each_outcome_has_as_many_words_as_its_probability_says(noise: FiniteSupport) -> None:
    """The words of an outcome are an interval: its ends are looked at, and 2^32 is reached."""
    below = 0
    for v, p in noise.law:
        above = below + int(p * 2**32)
        for w in (below, (below + above) // 2, above - 1):
            other = torch.full((1, 4), 2**32 - 1 - w)
            drawn = noise.from_words((other, torch.full((1, 4), w), other, other), 1)[0].tolist()
            assert [Fraction(x) for x in drawn] == [s * v for s in noise.scale]
        below = above
    assert below == 2**32


def test_the_heavy_tail_counts_octal_digits_to_its_end() -> None:
    noise = HeavyTailed((Fraction(1),))
    for words, power in (
        ((0, 0, 0, 0), 40),
        ((0, 0, 0, 1), 39),
        ((3 << 30, 0, 0, 7 << 27), 30),  # bits 30 and 31 are no digits
        ((1, 0, 0, 0), 9),
        ((8, 0, 0, 0), 8),
        ((7 << 27, 0, 0, 0), 0),
    ):
        w0, w1, w2, w3 = (torch.full((1, 1), w) for w in words)
        value = Fraction(float(noise.from_words((w0, w1, w2, w3), 0)))
        assert abs(value) == noise.scale[0] * 2**power
        assert (value > 0) == bool(words[0] >> 31)
    tail = {o.value / noise.scale[0]: o.probability for o in noise.outcomes(0)}
    for j in range(41):
        assert sum(p for v, p in tail.items() if abs(v) >= 2**j) == Fraction(1, 8**j)
    assert sum(p * v**4 for v, p in tail.items()) > 2**40


@pytest.mark.parametrize("noise", FINITE, ids=_name)
def test_frequencies(noise: FiniteSupport) -> None:
    """Bernstein's inequality: |count/n - p| > (2 p (1-p) t/n)^(1/2) + 2t/(3n): below 2 e^-t."""
    drawn = _draws(noise, 100, 300)[:, 0].tolist()
    n = len(drawn)
    for value, p in noise.outcomes(0):
        error = abs(drawn.count(float(value)) / n - float(p))
        assert error <= math.sqrt(2 * float(p * (1 - p)) * UNLIKELY / n) + 2 * UNLIKELY / (3 * n)


def test_the_gaussian_second_moment_lies_in_its_interval() -> None:
    """E R^2 = -(2/N) log((2N)!/(4^N N! N^N)), in balls: below 2, by less than 2^-52."""
    with working_precision(400):
        N = arb(2**52)
        total = (2 * N + 1).lgamma() - (N + 1).lgamma() - N * (arb(4).log() + N.log())
        second = -2 * total / N
        assert second < 2
        assert second > 2 - arb(2) ** -52
        # The platform's share and the margin, as the docstring adds them up.
        error = arb(2) ** -44
        below = (1 - arb(2) ** -40) ** 2 * (1 + arb(2).sqrt() * error) ** 2
        assert below < 1
    noise = Gaussian(SIGMA)
    for s, sigma in zip(noise.scale, SIGMA, strict=True):
        assert s == 0 == sigma or 0 <= 1 - s / sigma - Fraction(1, 2**40) < Fraction(1, 2**51)


def test_the_gaussian_sample() -> None:
    """Laurent and Massart: |sum (xi^2 - 1)| > 2 (n t)^(1/2) + 2 t has probability below 2 e^-t."""
    drawn = _draws(Gaussian((Fraction(1),) * 100), 10, 100).flatten()
    n = len(drawn)
    assert abs(float((drawn**2 - 1).sum())) <= 2 * math.sqrt(n * UNLIKELY) + 2 * UNLIKELY
    assert abs(float(drawn.sum())) <= math.sqrt(2 * n * UNLIKELY)  # Chernoff, sub-Gaussian
    for level in (0.5, 1.0, 2.0, 3.0):
        share = float((drawn.abs() > level).double().mean())
        assert abs(share - math.erfc(level / 2**0.5)) <= math.sqrt(UNLIKELY / (2 * n))  # Hoeffding
    assert not torch.equal(drawn[: n // 2], -drawn[n // 2 :])
