"""The words follow from the numbers: synthetic ratios of known slope get their own sentences."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import SIZES, noise, record, records

from ratecert.numeric_checks.experiments import analysis
from ratecert.numeric_checks.experiments.slopes import Slope, matched, slopes
from ratecert.numeric_checks.experiments.statement import statement


def law(slope: float, wobble: float = 0.02):
    """c d^slope, with noise of a few percent."""
    return lambda d, rate, seed: (
        0.6 * (d / SIZES[0 if slope <= 0 else -1]) ** slope
        * math.exp(wobble * noise(d, rate, seed))
    )  # fmt: skip


def late(found, family: str = "net") -> Slope:
    return next(
        s for s in slopes(found)
        if (s.family, s.gradient, s.phase, s.measure) == (family, "full", "late", "ratio")
    )  # fmt: skip


def said(found, topic: str) -> str:
    return " ".join(s.text for s in statement(found) if s.topic == topic)


SUPPORT, AGAINST = "these data support Theta(sqrt(d))", "do not support Theta(sqrt(d))"


@pytest.mark.parametrize(
    ("ratio", "conclusion", "verdict"),
    [
        (law(0.0), "level", SUPPORT),
        (law(-0.5), "half", "||g||_1 = Theta(||g||_2) is not excluded"),
        (law(-0.2), "between", AGAINST),
        (law(0.2), "rising", SUPPORT),
        (law(-0.9), "steeper", "it even fell"),
        (lambda d, r, s: 0.3 * math.exp(-6 * abs(noise(d, r, s))), "open",
         "do not tell Theta(sqrt(d)) from Theta(1)"),
    ],
)  # fmt: skip
def test_a_known_slope_gets_its_conclusion(ratio, conclusion: str, verdict: str) -> None:
    found = records(ratio)
    if conclusion == "open":  # noise of three orders of magnitude, slopes anywhere
        found = records(ratio, sizes=(1000, 3000, 10000), rates=("0.001",))
    slope = late(found)
    assert slope.conclusion == conclusion, slope
    assert verdict in said(found, "verdict")
    others = {SUPPORT, AGAINST} - {verdict}
    if conclusion in ("level", "rising", "open"):
        assert all(other not in said(found, "verdict") for other in others if other == AGAINST)
    else:
        assert SUPPORT not in said(found, "verdict")


@settings(max_examples=25)
@given(st.floats(-0.6, 0.0), st.integers(1, 6))
def test_the_slope_of_a_power_is_its_exponent(slope: float, seeds: int) -> None:
    found = late(records(law(slope, 0.0), seeds=seeds))
    assert found.mid == pytest.approx(slope, abs=1e-5)
    assert found.coverage == 1 - 2.0 ** (1 - seeds)
    assert found.factor == pytest.approx(64**slope, rel=1e-4)
    assert (found.conclusion == "few") == (seeds < 5)


@pytest.mark.parametrize(
    "few",
    [
        {"seeds": 4},
        {"sizes": (1000, 64000)},
        {"sizes": (1000, 2000, 4000)},
    ],
)
def test_too_little_concludes_nothing(few) -> None:
    found = records(law(-0.5), **few)
    assert late(found).conclusion == "few"
    assert "nothing is concluded" in said(found, "slopes")
    assert AGAINST not in said(found, "verdict")
    assert SUPPORT not in said(found, "verdict")


def test_a_slope_that_depends_on_the_learning_rate_concludes_nothing() -> None:
    found = records(lambda d, rate, seed: law(-0.3 if rate == "0.01" else 0.0)(d, rate, seed))
    assert late(found).conclusion == "between"
    assert late(found).mixed
    assert "depends on the learning rate" in said(found, "verdict")
    assert AGAINST not in said(found, "verdict")


def test_a_conclusion_that_hangs_on_one_size_says_so() -> None:
    found = records(lambda d, r, s: (0.5 if d < SIZES[-1] else 0.2) * (1 + 0.01 * noise(d, r, s)))
    slope = late(found)
    assert (slope.conclusion, slope.unless) == ("between", (SIZES[-1],))
    assert f"Without the size {SIZES[-1]}" in said(found, "slopes")
    assert "hangs on single sizes" in said(found, "verdict")


def test_families_are_told_apart() -> None:
    found = records(law(0.0), family="flat") + records(law(-0.2), family="steep")
    verdict = said(found, "verdict")
    assert "in steep ||g||_1 / ||g||_2 grew more slowly" in verdict
    assert "in flat ||g||_1 / ||g||_2 grew as sqrt(d)" in verdict


def test_a_seed_that_lacks_a_run_is_left_out() -> None:
    found = records(law(0.0))
    stopped = record(SIZES[0], "0.001", 5, 0.5, stopped=9)
    found = [r for r in found if (r.d, r.rate, r.seed) != (SIZES[0], "0.001", 5)] + [stopped]
    slope = late(found)
    assert (slope.seeds, slope.left_out, slope.conclusion) == (5, 1, "level")
    assert "1 seed left out" in said(found, "slopes")
    assert "1 run ended early" in said(found, "range")


def test_the_range_is_that_of_all_gradients() -> None:
    found = [*records(law(0.0), sizes=(1000,), seeds=2), record(1000, "0.1", 0, 0.12345)]
    assert "between 0.123 and" in said(found, "range")
    assert "with c = 0.123" in said(found, "range")


def test_zeros_are_taken_out_of_d() -> None:
    found = [
        record(d, "0.001", seed, 0.5 * (1 - z) ** 0.5, zeros=z)
        for d, z in zip(SIZES, (0.0, 0.5, 0.75, 0.9), strict=True) for seed in range(6)
    ]  # fmt: skip
    plain, other = (
        next(s for s in slopes(found) if (s.gradient, s.phase, s.measure) ==
             ("full", "late", measure)) for measure in analysis.MEASURES
    )  # fmt: skip
    assert plain.mid is not None and plain.mid < -0.2
    assert other.mid == pytest.approx(0, abs=1e-5)
    assert "0 % to 90 %" in said(found, "zeros")


def test_the_limits_are_counted() -> None:
    found = records(law(0.0))
    limits = said(found, "limits")
    assert "learning rates (0.001, 0.01)" in limits
    assert "at most 10 steps" in limits
    assert "Of the 7 intervals up to 0.2 are expected to miss" in limits
    assert "only in net is f's own gradient measured exactly" in limits


def test_of_nothing_nothing_is_said() -> None:
    assert statement([]) == []
    assert list(analysis.table([])) == []


def test_bands_are_quantiles_over_seeds() -> None:
    found = [record(1000, "0.001", seed, 0.1 * (seed + 1)) for seed in range(6)]
    band = next(b for b in analysis.bands(found) if b.gradient == "full")
    assert band.steps == (0, 2, 4, 6, 8, 10)
    assert set(band.mid) == {0.35}
    assert set(band.low) == {0.15}
    assert set(band.high) == {0.55}


def test_tensors_are_told_by_kind() -> None:
    found = [record(1000, "0.001", seed, 0.25) for seed in range(2)]
    linear, bias = analysis.by_kind(found)
    assert (linear.kind, linear.tensors, linear.late) == ("linear", 1, 0.25)
    assert (bias.kind, bias.late) == ("bias", None)  # always 0: it has no ratio


def test_sizes_are_compared_at_one_loss() -> None:
    """The ratio depends on the loss alone, and larger networks have come further."""
    found = []
    for d, speed in zip(SIZES, (0.1, 0.2, 0.3, 0.4), strict=True):
        for seed in range(6):
            plain = record(d, "0.001", seed, 0.5)
            losses = tuple(1 - 0.1 * speed * k for k in plain.stochastic.steps)
            series = replace(plain.stochastic, loss=losses, ratio=tuple(x**8 for x in losses))
            found.append(replace(plain, stochastic=series))
    level = 1 - 0.1 * 0.1 * 8  # the median of the slowest run's last window
    assert {s: pytest.approx(level**8, rel=0.2) for s in matched(found)} == matched(found)
    by_phase = {s.phase: s for s in slopes(found)
                if (s.gradient, s.measure) == ("stochastic", "ratio")}  # fmt: skip
    late, same = by_phase["late"].mid, by_phase["matched"].mid
    assert late is not None and same is not None
    assert late < -0.2
    assert abs(same) < 0.1 * abs(late)
    assert "Compared instead where the loss" in said(found, "limits")


def test_a_run_too_short_for_a_window_matches_nothing() -> None:
    found = [
        *records(law(0.0), rates=("0.001",), seeds=5),
        record(1000, "0.001", 5, 0.5, stopped=3),
    ]
    assert matched(found) == {}
