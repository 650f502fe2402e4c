"""Intervals: their width, their verdicts, and how often they are wrong."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from ratecert.numeric_checks.estimates import Ranged, judged
from ratecert.numeric_checks.evaluate import Check

RANGE = Ranged(top=2.0, source="g <= 2 everywhere", alpha=0.05)


def _check(left: float, right: float, **more: Any) -> Check:
    fields: dict[str, Any] = {
        "statement": "rate", "verdict": "undecided", "ratio": left / right, "location": None,
        "left": left, "right": right, "checked": 1, "skipped": 0, "excluded": 0, "alarms": 0,
        "cleared": 0, "confirmed": 0, "estimated": True, "evidence": "none yet", "details": (),
    }  # fmt: skip
    return Check(**{**fields, **more})


def test_the_half_width() -> None:
    assert RANGE.half_width(50) == pytest.approx(2 * math.sqrt(math.log(20) / 100))
    assert RANGE.half_width(RANGE.runs_needed(0.3)) <= 0.3
    assert RANGE.half_width(RANGE.runs_needed(0.3) - 1) > 0.3


@pytest.mark.parametrize(
    ("left", "right", "runs", "verdict", "words"),
    [
        (0.5, 2.5, 1, "holds", "vacuously: g <= 2 everywhere, and the bound is above that"),
        (0.5, 1.0, 50, "holds", "below the bound"),
        (1.9, 1.0, 50, "violated", "above the bound"),
        (0.5, 1.0, 4, "undecided", "not clear; 24 runs would decide"),
        (1.1, 1.0, 50, "undecided", "not clear"),
        (1.0, 1.0, 50, "undecided", "not clear"),
    ],
)
def test_verdicts(left: float, right: float, runs: int, verdict: str, words: str) -> None:
    found = judged(_check(left, right), runs, RANGE)
    assert found.verdict == verdict
    assert words in found.evidence
    if not words.startswith("vac"):
        assert "(Hoeffding, error 0.05, g <= 2 everywhere)" in found.evidence


def test_only_estimates_are_judged() -> None:
    path = _check(0.5, 1.0, estimated=False)
    assert judged(path, 50, RANGE) is path
    nothing = _check(math.nan, math.nan, checked=0)
    assert judged(nothing, 50, RANGE) is nothing


def test_coverage_on_spikes() -> None:
    """Mean 1/100 from values 0 and 2, one in 200 of them 2: where normal intervals fail."""
    generator = torch.Generator().manual_seed(1)
    draws = 2.0 * (torch.rand(2000, 20, generator=generator, dtype=torch.float64) < 1 / 200)
    wrong = 0
    for mean in draws.mean(1).tolist():
        # A claim that is false by a hair: the expectation is above 0.00999.
        wrong += judged(_check(mean, 0.00999), 20, RANGE).verdict == "holds"
    assert wrong == 0
    normal = draws.mean(1) + 1.645 * draws.std(1) / 20**0.5 < 0.00999
    assert float(normal.double().mean()) > 0.5
