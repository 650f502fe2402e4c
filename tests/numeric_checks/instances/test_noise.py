"""Noise: the documented functions of the words, other floats, and what must be refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import torch
from flint import arb

from ratecert.numeric_checks.exact import from_fraction, working_precision
from ratecert.numeric_checks.instances import (
    FiniteSupport,
    Gaussian,
    HeavyTailed,
    Minibatch,
    Problem,
    Quadratic,
    Rademacher,
    SoftmaxRegression,
    Spikes,
    TwoPoint,
)
from ratecert.numeric_checks.instances.noise import Additive
from ratecert.numeric_checks.instances.philox import GAUSSIAN, HEAVY_TAILED, SIGNS, WORD

MASK = 0xFFFFFFFF
Words = Callable[[list[int], list[int]], list[int]]
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
ALL: tuple[Additive, ...] = (*FINITE, Gaussian(SIGMA))


def _name(noise: object) -> str:
    return noise.name.replace(" ", "-") if isinstance(noise, Additive) else "as-recorded"


# --- what is drawn, word by word --------------------------------------------------------------


def _by_word(noise: FiniteSupport, i: int, step: int, words: list[int]) -> Fraction:
    below, value = 0, Fraction(0)
    for v, p in noise.law:
        below += int(p * 2**32)
        if words[step % 4] < below:
            return noise.scale[i] * v
    return value


def _octal(noise: FiniteSupport, i: int, words: list[int]) -> Fraction:
    digits = "".join(f"{w % 2**30:010o}" for w in words)
    zeros = len(digits) - len(digits.lstrip("0"))
    return noise.scale[i] * 2**zeros * (1 if words[0] >> 31 else -1)


@pytest.mark.parametrize("noise", FINITE, ids=_name)
def test_finite_noise_is_the_documented_function(noise: FiniteSupport, peer: Words) -> None:
    streams = ((5, 0), (2**63 + 9, 77), (2**33, 2**32 - 1))
    seeds, instances = zip(*streams, strict=True)
    for step in (1, 130, 2**31 + 3):
        drawn = noise.draw(step, seeds, instances)
        assert drawn.dtype == torch.float64
        for row, (seed, instance) in enumerate(streams):
            key = [seed & MASK, seed >> 32]
            for i in range(4):
                if isinstance(noise, Rademacher):
                    w = peer([i, step // 128, instance, SIGNS], key)
                    bit = w[step % 128 // 32] >> (step % 32) & 1
                    expected = noise.scale[i] * (2 * bit - 1)
                elif isinstance(noise, HeavyTailed):
                    expected = _octal(noise, i, peer([i, step, instance, HEAVY_TAILED], key))
                else:
                    w = peer([i, step // 4, instance, WORD], key)
                    expected = _by_word(noise, i, step, w)
                assert Fraction(float(drawn[row, i])) == expected
                assert expected in {o.value for o in noise.outcomes(i)}


def test_gaussian_is_the_documented_function_within_the_margin(peer: Words) -> None:
    """The error that the docstring grants the platform's functions, 2^-44 R, is not used up."""
    noise = Gaussian(SIGMA)
    with mpmath.workdps(40):
        for seed in range(150):
            drawn = noise.draw(seed + 3, [seed], [9])
            for i in range(4):
                w0, w1, w2, w3 = peer([i, seed + 3, 9, GAUSSIAN], [seed, 0])
                u = (mpmath.mpf(w0 + 2**32 * (w1 % 2**20)) + 0.5) / 2**52
                phi = mpmath.pi / 2 * (mpmath.mpf(w2 + 2**32 * (w3 % 2**20)) + 0.5) / 2**52
                radius = mpmath.sqrt(-2 * mpmath.log(u))
                sign = 1 if w1 >> 31 else -1
                scale = mpmath.mpf(noise.scale[i].numerator) / noise.scale[i].denominator
                error = mpmath.mpf(float(drawn[0, i])) - scale * sign * radius * mpmath.cos(phi)
                assert abs(error) <= scale * radius * mpmath.mpf(2) ** -50


@pytest.mark.parametrize(
    ("noise", "answer"),
    [
        (
            Rademacher(SIGMA),
            "0x1.0000000000000p+0 0x1.5555555555555p-2 -0x0.0p+0 0x1.4000000000000p+1",
        ),
        (
            TwoPoint(SIGMA, Fraction(1, 3)),
            "0x1.6a09d5560a5a4p+0 -0x1.e2b7d553729d8p-3 0x0.0p+0 -0x1.c48c555390c90p+0",
        ),
        (Spikes(SIGMA, Fraction(1, 2)), "0x1.6a09e667f3bccp+0 0x0.0p+0 0x0.0p+0 0x0.0p+0"),
        (
            HeavyTailed(SIGMA),
            "-0x1.83091e6a7fd15p-1 0x1.02061446ffe0ep-2 0x0.0p+0 0x1.e3cb66051fc5ap+0",
        ),
    ],
    ids=_name,
)
def test_known_answers(noise: Additive, answer: str) -> None:
    assert [v.hex() for v in noise.draw(6, [2**40 + 5], [3])[0].tolist()] == answer.split()


def test_known_answers_of_the_gaussian() -> None:
    """Up to the platform's logarithm and cosine."""
    drawn = Gaussian(SIGMA).draw(6, [2**40 + 5], [3])[0].tolist()
    assert drawn == pytest.approx(
        [0.43542576942770234, -0.6574273444103367, -0.0, -0.09538237356902776], rel=1e-14
    )


@pytest.mark.parametrize("noise", ALL, ids=_name)
def test_nothing_depends_on_the_batch(noise: Additive) -> None:
    seeds = list(range(12))
    whole = noise.draw(77, seeds)
    assert torch.equal(whole, noise.draw(77, seeds[::-1]).flip(0))
    parts = torch.cat(
        [noise.draw(77, seeds[:5]), noise.draw(77, seeds[5:6]), noise.draw(77, seeds[6:])]
    )
    assert torch.equal(whole, parts)
    narrow = type(noise)(SIGMA[:2], *([noise.p] if hasattr(noise, "p") else []))
    assert torch.equal(narrow.draw(77, seeds), whole[:, :2])  # nor on the other coordinates


@pytest.mark.gpu
@pytest.mark.parametrize("noise", FINITE, ids=_name)
def test_nothing_depends_on_the_device(noise: Additive) -> None:
    assert torch.equal(noise.draw(7, [1, 2], device="cuda").cpu(), noise.draw(7, [1, 2]))


@pytest.mark.parametrize("noise", ALL, ids=_name)
def test_every_coordinate_of_the_counter_matters(noise: Additive) -> None:
    wide = type(noise)((Fraction(1),) * 400, *([Fraction(1, 2)] if hasattr(noise, "p") else []))
    base = wide.draw(128, [1], [0])
    for step, seed, instance in (
        (129, 1, 0),
        (256, 1, 0),
        (128, 2, 0),
        (128, 1 + 2**32, 0),
        (128, 1, 1),
    ):
        other = wide.draw(step, [seed], [instance])
        assert float((other == base).double().mean()) < 0.9
    assert not torch.equal(base[:, :200], base[:, 200:])


# --- floats of other kinds, and points ----------------------------------------------------------


@pytest.mark.parametrize("noise", ALL, ids=_name)
def test_short_floats_are_rounded_toward_zero(noise: Additive) -> None:
    problem = Problem(Quadratic((Fraction(1),) * 4), noise, (Fraction(0),) * 4)
    for step in range(1, 60):
        exact = noise.draw(step, [1, 2])
        short = problem.stochastic_gradient(problem.start(2, torch.float32), step, [1, 2])
        assert short.dtype == torch.float32
        assert bool((short.double().abs() <= exact.abs()).all())
        assert bool(((short.double() - exact).abs() <= exact.abs() * 2**-23).all())
        long = problem.stochastic_gradient(problem.start(2), step, [1, 2])
        assert torch.equal(long, exact)


class TestMinibatch:
    DATA = SoftmaxRegression(
        np.array([[4, 0, 1], [3, 0, 2], [0, 0, 4], [1, 0, 3]]), np.array([0, 0, 1, 2]), 3, 4
    )

    def test_exact_moments_by_enumeration(self) -> None:
        """All n outcomes at a point, in balls: their mean is the gradient, the variance bounded."""
        data, n = self.DATA, self.DATA.size
        summands = [
            SoftmaxRegression(data.pixels[k : k + 1], data.labels[k : k + 1], 3, 4)
            for k in range(n)
        ]
        with working_precision(128):
            for point in ([Fraction(0)] * 9, [Fraction(k - 4, 3) for k in range(9)]):
                ball = [arb(from_fraction(v)) for v in point]
                slopes = [s.exact_gradient(ball) for s in summands]
                for batch in (1, 3):
                    sigma2 = Minibatch(data, batch).sigma2
                    for i, slope in enumerate(data.exact_gradient(ball)):
                        mean = sum((row[i] for row in slopes), arb(0)) / n
                        assert (mean - slope).contains(0) and float((mean - slope).rad()) < 1e-30
                        second = sum((row[i] * row[i] for row in slopes), arb(0)) / n
                        variance = (second - slope * slope) / batch
                        bound = arb(from_fraction(sigma2[i]))
                        assert variance < bound or bound == 0

    def test_refusals(self) -> None:
        noise = Minibatch(self.DATA, 2)
        for batch in (0, -1, 1.0, True):
            with pytest.raises(ValueError, match="batch >= 1"):
                Minibatch(self.DATA, batch)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="another objective, softmax regression"):
            Problem(Quadratic((Fraction(1),) * 9), noise)
        with pytest.raises(ValueError, match="another objective"):
            noise.stochastic_gradient(Quadratic((Fraction(1),)), torch.zeros(1, 1), 1, [1])


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "p", "reason"),
    [
        (TwoPoint, Fraction(0), r"\[2\^-32, 1\], not 0"),
        (TwoPoint, Fraction(1), "below 1"),
        (TwoPoint, 1 - Fraction(1, 2**40), "below 1"),
        (TwoPoint, Fraction(1, 2**40), r"\[2\^-32, 1\]"),
        (TwoPoint, Fraction(-1, 2), r"\[2\^-32, 1\]"),
        (TwoPoint, 0.5, "exact rational, not 0.5"),
        (Spikes, Fraction(3, 2), r"\[2\^-32, 1\]"),
        (Spikes, Fraction(0), r"\[2\^-32, 1\]"),
        (Spikes, Fraction(1, 2**33), r"\[2\^-32, 1\]"),
        (Spikes, True, "exact rational, not True"),
    ],
)
def test_probabilities_that_are_refused(kind: type[TwoPoint], p: Fraction, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        kind((Fraction(1),), p)


def test_sigmas_that_are_refused() -> None:
    for sigma, reason in (
        ((), "0 coordinates"),
        ((Fraction(-1),), "must not be negative"),
        ((0.5,), "exact rationals"),
        ((Fraction(10**40),), "range of floats"),
    ):
        for kind in (Rademacher, TwoPoint, Spikes, HeavyTailed, Gaussian):
            with pytest.raises(ValueError, match=reason):
                kind(sigma)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the noise has 4 coordinates, the objective 1"):
        Problem(Quadratic((Fraction(1),)), Rademacher(SIGMA))


def test_a_law_that_is_none_is_refused() -> None:
    half = Fraction(1, 2)

    @dataclass(frozen=True)
    class Biased(Rademacher):
        @property
        def law(self) -> tuple[tuple[int, Fraction], ...]:
            return ((-1, half), (2, half))

    @dataclass(frozen=True)
    class Short(Rademacher):
        @property
        def law(self) -> tuple[tuple[int, Fraction], ...]:
            return ((-1, half / 2), (1, half / 2))

    @dataclass(frozen=True)
    class Negative(Rademacher):
        @property
        def law(self) -> tuple[tuple[int, Fraction], ...]:
            return ((-1, half), (0, -half), (1, half), (0, half))

    for kind, reason in ((Biased, "mean is not 0"), (Short, "distribution"), (Negative, "distri")):
        with pytest.raises(ValueError, match=reason):
            kind((Fraction(1),))
