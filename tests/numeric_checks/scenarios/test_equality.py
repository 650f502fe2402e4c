"""Every equality case is reached exactly, and a constant 2% smaller is refuted there."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from ratecert.numeric_checks.scenarios import examine, stated
from ratecert.proofs.constants.limits import attained
from ratecert.proofs.kernel.terms import Mul, Rel, rat

from .worlds import EQUALITIES, encoded

SLACK = Fraction(98, 100)


def planted(label: str, factor: Fraction) -> Rel:
    """The conclusion with its right side multiplied."""
    conclusion = stated(label).statement.conclusion
    return Rel(conclusion.left, conclusion.op, Mul((rat(factor), conclusion.right)))


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


NOT_NEAR_ENOUGH = {"22-adamw.L7.total"}
"""Its ratio is 0.941: the limit needs beta -> 1 and many steps."""


@pytest.mark.parametrize("name", EQUALITIES)
def test_two_percent_better_than_proved_is_violated(name: str) -> None:
    scenario = encoded(EQUALITIES[name])
    before = examine(scenario)
    assert before.worst is not None and before.worst.right is not None
    # A right side that is negative claims a decrease: 2% more of it is better.
    better = SLACK if before.worst.right.low > 0 else 1 / SLACK
    statement = replace(
        stated(scenario.claim).statement, conclusion=planted(scenario.claim, better)
    )
    found = examine(scenario, statement)
    assert found.outcome == ("holds" if name in NOT_NEAR_ENOUGH else "violated"), str(found)
