"""Error probability: divided exactly, never overspent."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratecert.numeric_checks.verdict import ErrorBudget, OverspentError, look_share
from ratecert.numeric_checks.verdict.budget import float_below

CENT = Fraction(1, 100)


@pytest.mark.parametrize("alpha", [0.01, Fraction(0), Fraction(1), Fraction(-1, 2)])
def test_a_budget_is_an_exact_probability(alpha: Fraction) -> None:
    with pytest.raises(ValueError, match="is a Fraction in"):
        ErrorBudget(alpha)


def test_no_more_than_there_is() -> None:
    budget = ErrorBudget(CENT, "quick")
    budget.spend("a", CENT * Fraction(2, 3))
    with pytest.raises(OverspentError, match="b asks for 1/200, quick has 1/300 left of 1/100"):
        budget.spend("b", CENT / 2)
    with pytest.raises(OverspentError, match="a has had its share"):
        budget.spend("a", CENT / 1000)
    budget.spend("b", CENT / 3)
    assert budget.left == 0
    assert budget.spent == {"a": Fraction(1, 150), "b": Fraction(1, 300)}
    with pytest.raises(OverspentError, match="nothing is left of quick"):
        budget.split({"c": 1})


def test_a_share_is_positive_and_exact() -> None:
    for share in (Fraction(0), Fraction(-1, 9), 0.001):
        with pytest.raises(ValueError, match="a share is a positive Fraction"):
            ErrorBudget(CENT).spend("a", share)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="weights are positive"):
        ErrorBudget(CENT).split({"a": 1, "b": 0})


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 1000), min_size=1, max_size=9))
def test_shares_add_up(weights: dict[str, int]) -> None:
    budget = ErrorBudget(CENT)
    shares = budget.split(weights)
    assert sum(share.alpha for share in shares.values()) == CENT
    assert budget.left == 0
    for name, weight in weights.items():
        assert shares[name].alpha / weight == CENT / sum(weights.values())


def test_all_of_it_once() -> None:
    budget = ErrorBudget(CENT)
    assert Fraction(budget.all()) <= CENT
    with pytest.raises(OverspentError, match="has been spent"):
        budget.all()


def test_looks_exhaust_alpha_and_no_more() -> None:
    assert sum(look_share(j) for j in range(1, 1000)) == 1 - Fraction(1, 1000)
    with pytest.raises(ValueError, match="counted from 1"):
        look_share(0)


@given(st.fractions(min_value=Fraction(1, 10**9), max_value=1))
def test_floats_below(value: Fraction) -> None:
    found = float_below(value)
    assert 0 <= value - Fraction(found) <= value * Fraction(1, 2**51)
