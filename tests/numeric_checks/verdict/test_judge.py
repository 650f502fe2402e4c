"""Verdicts and their evidence; going on until it is decided."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ratecert.numeric_checks.verdict import (
    Bound,
    BoundError,
    Claim,
    Judgement,
    Range,
    Sequential,
    Support,
    Unknown,
    Variance,
    judge,
)  # fmt: skip
from ratecert.numeric_checks.verdict.judge import runs_needed

BOUND = Range(0.0, 2.0, "g <= 2 everywhere")
AT_MOST_ONE = Claim("<=", 1.0)
ALPHA = 0.05


def constant(value: float, n: int) -> torch.Tensor:
    return torch.full((n,), value, dtype=torch.float64)


def mixed(n: int, p: float, high: float = 2.0, seed: int = 0) -> torch.Tensor:
    """0 or ``high``, the latter with probability p."""
    generator = torch.Generator().manual_seed(seed)
    return high * (torch.rand(n, generator=generator, dtype=torch.float64) < p).double()


# --- claims ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "low", "high", "verdict"),
    [
        ("<=", 0.0, 1.0, "holds"), ("<", 0.0, 1.0, "undecided"), ("<", 0.0, 0.9, "holds"),
        ("<=", 1.0, 2.0, "undecided"), ("<", 1.0, 2.0, "violated"), ("<=", 1.1, 2.0, "violated"),
        ("<=", 0.9, 1.1, "undecided"), ("=", 0.9, 1.1, "undecided"), ("=", 1.0, 1.0, "undecided"),
        ("=", 1.1, 1.2, "violated"), ("=", 0.1, 0.2, "violated"),
    ],
)  # fmt: skip
def test_what_follows_from_an_interval(op: Any, low: float, high: float, verdict: str) -> None:
    assert Claim(op, 1.0).decided(low, high) == verdict


def test_an_equation_shares_its_error() -> None:
    found = judge(mixed(50, 0.5), BOUND, Claim("=", 1.0), ALPHA)
    assert found.interval is not None
    assert (found.alpha, found.interval.alpha) == (ALPHA, ALPHA / 2)
    assert "no sampling shows an equation to hold" in found.evidence
    assert judge(mixed(500, 0.1), BOUND, Claim("=", 1.0), ALPHA).verdict == "violated"


# --- verdicts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("samples", "right", "verdict", "words"),
    [
        (mixed(50, 0.1), 1.0, "holds", "below the bound"),
        (mixed(50, 0.9), 1.0, "violated", "above the bound"),
        (mixed(4, 0.1), 1.0, "undecided", "runs would likely decide"),
        (mixed(50, 0.5), 1.0, "undecided", "not clear"),
    ],
)
def test_verdicts(samples: torch.Tensor, right: float, verdict: str, words: str) -> None:
    found = judge(samples, BOUND, Claim("<=", right), ALPHA)
    assert found.verdict == verdict
    assert words in found.evidence
    assert f"mean of {len(samples)} runs" in found.evidence
    assert "(betting, error 0.05, g <= 2 everywhere)" in found.evidence
    assert found.interval is not None
    assert found.interval.low <= found.interval.mean <= found.interval.high
    assert not found.vacuous


def test_a_bound_may_decide_by_itself() -> None:
    found = judge(constant(1.5, 1), BOUND, Claim("<=", 2.0), ALPHA)
    assert (found.verdict, found.vacuous, found.interval) == ("holds", True, None)
    assert found.evidence == "vacuously: g <= 2 everywhere, and the bound is above that"
    above = judge(constant(1.5, 1), BOUND, Claim("<", 0.0), ALPHA)
    assert (above.verdict, above.vacuous) == ("violated", True)
    with pytest.raises(BoundError, match="contradicts g <= 2 everywhere"):
        judge(constant(2.5, 1), BOUND, Claim("<=", 3.0), ALPHA)


def test_without_a_bound_nothing_is_decided() -> None:
    found = judge(constant(0.0, 10_000), Unknown("A3 bounds the noise only"), AT_MOST_ONE, ALPHA)
    assert (found.verdict, found.interval) == ("undecided", None)
    assert found.evidence == "no interval is valid: A3 bounds the noise only"


def test_no_noise_no_error() -> None:
    same = Support((), "no noise, so that all runs are the same")
    assert judge(constant(0.999999, 1), same, AT_MOST_ONE, ALPHA).verdict == "holds"
    assert judge(constant(1.000001, 1), same, AT_MOST_ONE, ALPHA).verdict == "violated"
    assert judge(constant(1.0, 1), same, AT_MOST_ONE, ALPHA).verdict == "undecided"  # rounding


def test_ends_that_exclude_each_other_decide_nothing() -> None:
    """Runs in an order that independent ones do not come in."""
    trend = torch.cat([constant(2.0, 80), constant(0.0, 400)])
    found = judge(trend, BOUND, Claim("<=", 1.9), ALPHA)
    assert found.interval is not None
    assert found.interval.low > found.interval.high
    assert found.verdict == "undecided"
    assert "exclude each other" in found.evidence


def test_spikes_do_not_deceive() -> None:
    """Mean 1/100 from values 0 and 2, one in 200 of them 2: where normal intervals fail."""
    draws = torch.stack([mixed(20, 1 / 200, seed=seed) for seed in range(50)])
    # A claim that is false by a hair: the expectation is above 0.00999.
    claim = Claim("<=", 0.00999)
    assert not any(judge(x, BOUND, claim, ALPHA).verdict == "holds" for x in draws)
    normal = draws.mean(1) + 1.645 * draws.std(1) / 20**0.5 < claim.right
    assert float(normal.double().mean()) > 0.5


# --- how many runs would decide ------------------------------------------------------------------


@pytest.mark.parametrize("bound", [BOUND, Variance(1.0, "v"), Support((0.0, 2.0), "two values")])
def test_the_predicted_number_decides(bound: Bound) -> None:
    samples = torch.tensor([0.0, 2.0, 0.0, 0.0, 0.0], dtype=torch.float64)
    needed = runs_needed(samples, bound, AT_MOST_ONE, ALPHA)
    assert needed is not None
    assert needed > 5
    enough = samples.repeat(needed)[: needed + needed // 5]
    assert judge(enough, bound, AT_MOST_ONE, ALPHA).verdict == "holds"
    assert judge(enough[: needed // 2], bound, AT_MOST_ONE, ALPHA).verdict == "undecided"


def test_what_no_number_of_runs_decides() -> None:
    even = torch.tensor([0.0, 2.0], dtype=torch.float64)
    assert runs_needed(even, BOUND, AT_MOST_ONE, ALPHA) is None
    found = judge(even, BOUND, AT_MOST_ONE, ALPHA)
    assert found.needed is None
    assert found.evidence.endswith("not clear")


# --- sequential ----------------------------------------------------------------------------------


def fed(bound: Bound, samples: torch.Tensor, size: int, claim: Claim = AT_MOST_ONE) -> Judgement:
    running = Sequential(bound, claim, ALPHA, budget=len(samples))
    for batch in samples.split(size):
        found = running.feed(batch)
        if found is not None:
            return found
    raise RuntimeError("out of samples before the budget")


@pytest.mark.parametrize("bound", [BOUND, Variance(1.0, "v")])
@pytest.mark.parametrize(("p", "verdict"), [(0.2, "holds"), (0.8, "violated"), (0.5, "undecided")])
def test_the_batches_do_not_matter(bound: Bound, p: float, verdict: str) -> None:
    samples = mixed(300, p)
    by_one, by_seven, at_once = (fed(bound, samples, size) for size in (1, 7, 300))
    assert by_one == by_seven == at_once
    assert by_one.verdict == verdict
    assert by_one.interval is not None
    assert (by_one.interval.runs == 300) == (verdict == "undecided")
    if verdict != "undecided":
        assert "whenever one stops" in by_one.evidence
        assert AT_MOST_ONE.decided(by_one.interval.low, by_one.interval.high) == verdict


def test_a_known_support_pays_for_its_looks() -> None:
    bound = Support((0.0, 2.0), "two values")
    running = Sequential(bound, AT_MOST_ONE, ALPHA, budget=100)
    samples = mixed(100, 0.5)
    shares = []
    for batch in samples.split(25):
        found = running.feed(batch) or running.outlook()
        assert found.interval is not None
        shares.append(found.interval.alpha)
        assert found.alpha == ALPHA
    assert shares == pytest.approx([ALPHA / 2, ALPHA / 6, ALPHA / 12, ALPHA / 20])
    assert running.judgement is not None
    assert running.runs == 100


@pytest.mark.parametrize("bound", [BOUND, Variance(4 * 0.001 * 0.999, "p (1 - p) 4")])
def test_stopping_when_one_likes_is_no_cheating(bound: Bound) -> None:
    """A claim false by a hair, on spikes, watched after every run."""
    claim = Claim("<=", 2e-3 - 1e-9)
    draws = [mixed(400, 1e-3, seed=seed) for seed in range(40)]
    said = [fed(bound, x, 400, claim).verdict for x in draws]
    assert said.count("holds") <= 6
    assert "undecided" in said


def test_what_is_known_at_once_needs_no_run() -> None:
    vacuous = Sequential(BOUND, Claim("<=", 2.0), ALPHA, 10).judgement
    hopeless = Sequential(Unknown("nothing known"), AT_MOST_ONE, ALPHA, 10).judgement
    assert vacuous is not None
    assert hopeless is not None
    assert (vacuous.verdict, hopeless.verdict) == ("holds", "undecided")


def test_no_runs_beyond_the_end() -> None:
    running = Sequential(BOUND, AT_MOST_ONE, ALPHA, budget=60)
    with pytest.raises(BoundError, match="no samples"):
        running.feed(constant(0.0, 0))
    with pytest.raises(ValueError, match="exceed 60"):
        running.feed(constant(0.0, 61))
    with pytest.raises(BoundError, match="no samples"):
        running.outlook()
    found = running.feed(constant(0.1, 50))
    assert found is not None
    assert found.verdict == "holds"
    with pytest.raises(ValueError, match="decided or given up"):
        running.feed(constant(0.1, 1))
    for alpha, budget in ((0.0, 1), (ALPHA, 0), (math.nan, 1)):
        with pytest.raises(ValueError, match=r"error probability|number of runs"):
            Sequential(BOUND, AT_MOST_ONE, alpha, budget)


@given(st.lists(st.floats(0, 2), min_size=1, max_size=40), st.floats(0.05, 1.95))
@settings(max_examples=15)
def test_sequential_and_fixed_agree_on_their_interval(values: list[float], right: float) -> None:
    """Both never decide against the interval they show."""
    x, claim = torch.tensor(values, dtype=torch.float64), Claim("<=", right)
    for found in (judge(x, BOUND, claim, ALPHA), fed(BOUND, x, 3, claim)):
        assert found.interval is not None
        if found.interval.low <= found.interval.high:
            assert claim.decided(found.interval.low, found.interval.high) == found.verdict
