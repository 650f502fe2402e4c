"""Each interval against its theorem, by another computation; and how the ends move."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product
from math import comb

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ratecert.numeric_checks.verdict import (
    Bound,
    BoundError,
    Range,
    Support,
    Unknown,
    Variance,
    betting,
    catoni,
    interval,
)  # fmt: skip
from ratecert.numeric_checks.verdict.exact import binomial_tail, clopper_pearson
from ratecert.numeric_checks.verdict.intervals import hoeffding, hoeffding_half_width

UNIT = Range(0.0, 1.0, "a share")
ALPHA = 0.05


def numbers(values: list[float]) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def tree(low: float, high: float, p: float, n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """All paths [2^n, n] of a two-point variable that is ``high`` with probability p; weights."""
    paths = torch.tensor(list(product([low, high], repeat=n)), dtype=torch.float64)
    chances = torch.tensor([1 - p, p], dtype=torch.float64)
    return paths, chances[(paths == high).long()].prod(-1)


# --- exact -------------------------------------------------------------------------------------


@given(st.integers(1, 40), st.data())
def test_binomial_tails_by_rationals(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    p = data.draw(st.integers(0, 64)) / 64
    q = Fraction(p)
    exact = sum(comb(n, j) * q**j * (1 - q) ** (n - j) for j in range(k, n + 1))
    low, high = binomial_tail(k, n, p)
    assert Fraction(low) <= exact <= Fraction(high)
    assert high - low <= 1e-14


@given(st.integers(1, 60), st.data())
@settings(max_examples=15)
def test_clopper_pearson_covers_exactly(n: int, data: st.DataObject) -> None:
    """The probability, over all counts, that the ends miss: at most alpha each, for any p."""
    p = data.draw(st.floats(0.001, 0.999))
    missed_low = missed_high = 0.0
    for k in range(n + 1):
        low, high = clopper_pearson(k, n, ALPHA)
        weight = comb(n, k) * p**k * (1 - p) ** (n - k)
        missed_low += weight * (low > p)
        missed_high += weight * (high < p)
    assert max(missed_low, missed_high) <= ALPHA + 1e-12


def test_arguments_of_binomial_counts() -> None:
    with pytest.raises(ValueError, match="5 successes among 4"):
        binomial_tail(5, 4, 0.5)
    with pytest.raises(ValueError, match="error probability"):
        clopper_pearson(1, 4, 0.0)


def test_two_values_and_one() -> None:
    runs = numbers([3.0] * 2 + [-1.0] * 8)
    found = interval(runs, Support((-1.0, 3.0), "two points"), ALPHA)
    assert found is not None
    low, high = clopper_pearson(2, 10, ALPHA)
    assert found.method == "Clopper-Pearson"
    assert found.low == pytest.approx(-1 + 4 * low, abs=1e-10)
    assert found.high == pytest.approx(-1 + 4 * high, abs=1e-10)
    same = interval(numbers([0.3] * 3), Support((), "no noise"), ALPHA)
    assert same is not None
    assert (same.method, same.mean) == ("constant", 0.3)
    assert 0 < same.high - same.low < 1e-11
    three = interval(numbers([0.0, 1.0, 2.0]), Support((0.0, 1.0, 2.0), "three points"), ALPHA)
    assert three is not None
    assert three.method == "betting"


# --- betting -----------------------------------------------------------------------------------


@pytest.mark.parametrize("m", [Fraction(1, 10), Fraction(1, 2), Fraction(4, 5)])
def test_the_capital_is_fair_whatever_the_bets(m: Fraction) -> None:
    """Over all 2^8 paths of a two-point x of mean m, the capital's mean is 1, exactly Ville's."""
    p = float(m)
    paths, weights = tree(0.0, 1.0, p, 8)
    capital = betting.log_capital(
        paths, torch.tensor(p, dtype=torch.float64), betting.variances(paths), ALPHA, (8, 2)
    ).exp()
    means = (weights[:, None] * capital).sum(0)
    assert means.tolist() == pytest.approx([1.0] * 8, abs=1e-12)
    reached = capital.amax(-1) >= 1 / ALPHA
    assert float(weights[reached].sum()) <= ALPHA


def test_bets_do_not_look_ahead() -> None:
    x = numbers([0.2, 0.9, 0.4, 0.7])
    for t in range(4):
        changed = x.clone()
        changed[t:] = 0.123
        assert torch.equal(betting.variances(changed)[: t + 1], betting.variances(x)[: t + 1])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.01, 0.3))
@settings(max_examples=30)
def test_betting_rejects_an_interval_and_no_sample_mean(values: list[float], alpha: float) -> None:
    x = numbers(values)
    low, high = (float(end) for end in betting.betting_interval(x, alpha))
    assert 0 <= low <= high <= 1
    grid = torch.linspace(0.01, 0.99, 33, dtype=torch.float64)
    capital = betting.log_capital(
        x.expand(33, -1), grid, betting.variances(x).expand(33, -1), alpha, (len(values),)
    ).amax(-1)
    assert bool((capital.diff() <= 1e-9).all())
    clear = (grid - low).abs() > 1e-9
    assert torch.equal((capital >= math.log(1 / alpha) + 1e-9)[clear], (grid <= low)[clear])
    mirrored_low, mirrored_high = betting.betting_interval(1 - x, alpha)
    assert float(mirrored_low) == pytest.approx(1 - high, abs=1e-9)
    assert float(mirrored_high) == pytest.approx(1 - low, abs=1e-9)


def test_betting_is_for_ever() -> None:
    """What is rejected stays so, also if later runs pull back."""
    x = numbers([0.9] * 60)
    more = torch.cat([x, torch.zeros(200, dtype=torch.float64)])
    early, _ = betting.betting_interval(x, ALPHA, (60,))
    late, _ = betting.betting_interval(more, ALPHA, (60,))
    assert float(late) >= float(early) > 0.7


def test_betting_is_narrower_than_hoeffding_where_little_varies() -> None:
    x = 0.02 + 0.01 * torch.linspace(0, 1, 64, dtype=torch.float64)
    found, plain = interval(x, UNIT, 1e-3), hoeffding(x, UNIT, 1e-3)
    assert found is not None
    assert found.high - found.low < 0.6 * (plain.high - plain.low)
    # No interval can do better than this one, which even the constant 0.025 leaves possible:
    # with probability (1 - q)^64 = 1/1000 a value 1 of probability q has not been seen.
    assert found.high > 0.025 + 0.975 * (1 - 1e-3 ** (1 / 64)) - 0.005


# --- Hoeffding ---------------------------------------------------------------------------------


def test_hoeffding() -> None:
    bound = Range(1.0, 3.0, "g in [1, 3]")
    half = hoeffding_half_width(bound, ALPHA, 50)
    assert half == pytest.approx(2 * math.sqrt(math.log(20) / 100))
    found = hoeffding(numbers([2.0] * 50), bound, ALPHA)
    assert (found.low, found.high) == (pytest.approx(2 - half), pytest.approx(2 + half))
    few = hoeffding(numbers([2.0]), bound, ALPHA)
    assert (few.low, few.high) == (1.0, 3.0)


# --- Catoni ------------------------------------------------------------------------------------


@given(st.floats(-50, 50))
def test_psi_is_catoni_s(t: float) -> None:
    value = float(catoni.psi(numbers([t])))
    assert value <= math.log(1 + t + t * t / 2) + 1e-12
    assert value >= -math.log(1 - t + t * t / 2) - 1e-12


@pytest.mark.parametrize("p", [0.001, 0.1, 0.5])
def test_catoni_s_capital_is_a_supermartingale(p: float) -> None:
    """Over all paths of a two-point x of mean 0 and variance 1, when the bound is 1 exactly."""
    low, high = -math.sqrt(p / (1 - p)), math.sqrt((1 - p) / p)
    paths, weights = tree(low, high, p, 7)
    zero = torch.tensor(0.0, dtype=torch.float64)
    for sign in (1, -1):
        capital = catoni.log_capital(sign * paths, zero, 1.0, ALPHA, (7, 3)).exp()
        means = (weights[:, None] * capital).sum(0)
        assert bool((means <= 1 + 1e-12).all())
        assert bool((means.diff() <= 1e-12).all())


def test_the_interval_lies_within_the_theorem_s_deviation() -> None:
    """Proposition 2.4 of Catoni (2012): our inversion is no wider, around the same estimator."""
    draws = torch.special.ndtri((torch.arange(400, dtype=torch.float64) + 0.5) / 400)
    draws = draws[torch.randperm(400, generator=torch.Generator().manual_seed(0))]
    centre, deviation = catoni.estimate(draws, 1.0, ALPHA)
    low, high = (float(e) for e in catoni.catoni_interval(draws, 1.0, ALPHA))
    assert abs(centre) < 1e-6
    assert deviation == pytest.approx(math.sqrt(2 * math.log(20) / (400 - 2 * math.log(20))))
    assert -deviation < low < centre < high < deviation
    assert high - low == pytest.approx(2 * math.sqrt(2 * math.log(20) / 400), rel=0.02)
    few, infinite = catoni.estimate(draws[:3], 1.0, ALPHA)
    assert infinite == math.inf
    assert few == pytest.approx(float(draws[:3].mean()), abs=0.5)


def test_catoni_shrugs_off_one_large_value() -> None:
    calm = torch.zeros(200, dtype=torch.float64)
    wild = calm.clone()
    wild[7] = 1e9
    low, high = (float(e) for e in catoni.catoni_interval(wild, 1.0, ALPHA))
    assert 0 < low < high < 1.5  # the mean of the samples is 5 million
    alone = interval(numbers([5.0]), Variance(1.0, "v"), 1e-9)
    assert alone is not None
    assert alone.low < -1000
    assert alone.high > 1000


@pytest.mark.parametrize("shift", [-1e3, 0.0, 17.0])
def test_catoni_moves_with_the_data(shift: float) -> None:
    x = numbers([0.3, -1.0, 2.0, 0.1] * 10)
    low, high = catoni.catoni_interval(x, 2.0, ALPHA)
    moved_low, moved_high = catoni.catoni_interval(x + shift, 2.0, ALPHA)
    assert float(moved_low) == pytest.approx(float(low) + shift, abs=1e-8)
    assert float(moved_high) == pytest.approx(float(high) + shift, abs=1e-8)


# --- arguments ---------------------------------------------------------------------------------


def test_without_a_bound_there_is_no_interval() -> None:
    assert interval(numbers([1.0, 2.0]), Unknown("nothing is known"), ALPHA) is None


@pytest.mark.parametrize("bound", [UNIT, Variance(1.0, "v"), Support((0.0, 1.0), "s")])
def test_arguments(bound: Bound) -> None:
    runs = numbers([0.0, 1.0])
    for alpha in (0.0, 1.0, math.nan):
        with pytest.raises(ValueError, match="error probability"):
            interval(runs, bound, alpha)
    with pytest.raises(BoundError, match="no samples"):
        interval(numbers([]), bound, ALPHA)
    for wrong in (runs[None], runs.float()):
        with pytest.raises(ValueError, match="a vector of float64"):
            interval(wrong, bound, ALPHA)
