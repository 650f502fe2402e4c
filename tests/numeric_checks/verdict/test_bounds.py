"""What may be said of a statistic, and samples that contradict it."""

from __future__ import annotations

import math

import pytest
import torch

from ratecert.numeric_checks.verdict import BoundError, Range, Support, Unknown, Variance


def numbers(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize(("low", "top"), [(1.0, 0.0), (0.0, math.inf), (math.nan, 1.0)])
def test_a_range_is_finite_and_not_empty(low: float, top: float) -> None:
    with pytest.raises(BoundError, match="no range"):
        Range(low, top, "why not")


@pytest.mark.parametrize("variance", [0.0, -1.0, math.inf, math.nan])
def test_a_variance_is_positive_and_finite(variance: float) -> None:
    with pytest.raises(BoundError, match="no bound of a variance"):
        Variance(variance, "why not")


@pytest.mark.parametrize("values", [(1.0, 0.0), (0.0, 0.0), (0.0, math.inf)])
def test_a_support_increases(values: tuple[float, ...]) -> None:
    with pytest.raises(BoundError, match="increasing order"):
        Support(values, "why not")


def test_every_bound_says_where_it_comes_from() -> None:
    for make in (
        lambda: Range(0.0, 1.0, " "), lambda: Variance(1.0, ""), lambda: Support((0.0,), ""),
        lambda: Unknown(""),
    ):  # fmt: skip
        with pytest.raises(BoundError, match="says where it comes from"):
            make()


def test_samples_outside_contradict_the_source() -> None:
    bound = Range(0.0, 9.0, "||grad f||_1 <= 9 everywhere")
    assert bound.admitted(numbers(0, 9)).tolist() == [0, 9]
    rounded = bound.admitted(numbers(-1e-14, 9.00000000000001))
    assert rounded.tolist() == [0, 9]
    for wrong in (-1e-9, 9.000001):
        with pytest.raises(BoundError, match=r"contradicts \|\|grad f\|\|_1 <= 9 everywhere"):
            bound.admitted(numbers(1, wrong))


def test_samples_outside_the_support() -> None:
    bound = Support((-1.0, 3.0), "two points")
    assert bound.admitted(numbers(3 - 1e-13, -1)).tolist() == [3, -1]
    with pytest.raises(BoundError, match="none of -1, 3"):
        bound.admitted(numbers(2.9))
    same = Support((), "no noise")
    assert same.admitted(numbers(0.3, 0.3 + 1e-14)).tolist() == [0.3, 0.3]
    with pytest.raises(BoundError, match="contradicts no noise"):
        same.admitted(numbers(0.3, 0.30001))


@pytest.mark.parametrize(
    "bound", [Range(0.0, 1.0, "r"), Variance(1.0, "v"), Support((0.0, 1.0), "s")]
)
def test_samples_are_finite_numbers(bound: Range | Variance | Support) -> None:
    with pytest.raises(BoundError, match="not finite"):
        bound.admitted(numbers(0, math.nan))
    with pytest.raises(BoundError, match="no samples"):
        bound.admitted(numbers())
