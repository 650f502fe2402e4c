"""From a kernel statement to one number a run, and to its range."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import torch

from ratecert.numeric_checks.evaluate import Check, Statement, check_all, unfolding
from ratecert.numeric_checks.exact import EvaluationError, no_definitions
from ratecert.numeric_checks.instances import BoundedInstance, cosine
from ratecert.numeric_checks.simulate import simulate
from ratecert.numeric_checks.verdict import ErrorBudget, Range, Unknown
from ratecert.numeric_checks.verdict.checks import Estimates, with_verdict
from ratecert.numeric_checks.verdict.statistic import (
    GradientBounds,
    Samples,
    StatisticError,
    range_of,
    root_above,
    round_up,
    statistic_of,
    without_expectation,
)
from ratecert.optimizers.recursions import SGD
from ratecert.proofs.kernel.terms import (
    Abs,
    App,
    E,
    Ix,
    IxVal,
    Rel,
    Term,
    add,
    div,
    mul,
    power,
    rat,
    sqrt,
    sub,
    sum_over,
)  # fmt: skip

NOISY = cosine((Fraction(1), Fraction(1, 2)), (Fraction(1, 4),) * 2)
QUIET = cosine((Fraction(1), Fraction(1, 2)))
BOUNDS = GradientBounds(Fraction(3, 2), Fraction(5, 4))
SIZES = {"K": 10, "d": 2}


@pytest.fixture
def norm(words: Any) -> Term:
    """||grad f(x^k)||_1."""
    return words.over_i(Abs(words.G(words.k, words.i)))


@pytest.fixture
def average(words: Any, norm: Term) -> Term:
    return div(words.over_k(E(norm)), IxVal(words.K))


def runs(instance: BoundedInstance = NOISY, **more: Any) -> Any:
    given = {"K": 10, "seeds": range(4), "parameters": {"eta": 0.25}, "chunk": 4, **more}
    return simulate(SGD, instance, **given)


# --- without expectations ------------------------------------------------------------------------


def test_expectations_go_where_they_are_linear(words: Any, norm: Term) -> None:
    inside = div(words.over_k(norm), IxVal(words.K))
    each = words.over_i(E(Abs(words.G(words.k, words.i))))
    for left in (words.over_k(E(norm)), E(words.over_k(norm)), words.over_k(each)):
        assert without_expectation(div(left, IxVal(words.K))) == inside
    both = Rel(E(norm), "<=", add(E(power(norm, 2)), rat(1)))
    assert statistic_of(both) == (sub(norm, add(power(norm, 2), rat(1))), False)


def test_where_they_are_not_linear_there_is_no_statistic(norm: Term) -> None:
    for term, words_ in (
        (power(E(norm), 2), "not linear"), (Abs(E(norm)), "not linear"),
        (mul(E(norm), E(power(norm, 2))), "a product of expectations"),
        (E(add(norm, E(norm))), "inside another"),
    ):  # fmt: skip
        with pytest.raises(StatisticError, match=words_):
            without_expectation(term)
    with pytest.raises(StatisticError, match="no expectation"):
        statistic_of(Rel(norm, "<=", rat(1)))


# --- ranges --------------------------------------------------------------------------------------


def test_the_range_of_an_average_gradient_norm(words: Any, average: Term, norm: Term) -> None:
    found = range_of(without_expectation(average), BOUNDS, SIZES, no_definitions)
    assert found == Range(0.0, 1.5, "||grad f||_1 <= 1.5 everywhere")
    two = sqrt(words.over_i(power(words.G(words.k, words.i), 2)))
    at_one = words.over_k(two)
    found = range_of(at_one, BOUNDS, SIZES, no_definitions)
    assert isinstance(found, Range)
    assert found.source.startswith("||grad f||_2 <= 1.1180")
    assert Fraction(found.top) ** 2 >= 100 * Fraction(5, 4)
    assert found.top == pytest.approx(10 * math.sqrt(1.25), rel=1e-14)
    mixed = sub(words.over_k(norm), mul(rat(2), at_one))
    found = range_of(mixed, BOUNDS, SIZES, no_definitions)
    assert isinstance(found, Range)
    assert (found.low, found.top) == (pytest.approx(-20 * math.sqrt(1.25)), 15.0)


def test_definitions_are_unfolded(words: Any) -> None:
    G = App("G", (words.k, words.i))
    unfold = unfolding({G: words.G(words.k, words.i)})
    statistic = words.over_k(words.over_i(Abs(G)))
    assert range_of(statistic, BOUNDS, SIZES, unfold) == Range(
        0.0, 15.0, "||grad f||_1 <= 1.5 everywhere"
    )
    assert isinstance(range_of(statistic, BOUNDS, SIZES, no_definitions), Unknown)


def test_what_is_no_gradient_norm_has_no_range(words: Any) -> None:
    k, i, g = words.k, words.i, words.g
    noise = words.over_k(words.over_i(Abs(g(k, i))))  # not bounded by A3, nor by the gradient's
    from_two = words.over_k(sum_over("i", Ix(None, 2), words.d, Abs(words.G(k, i))))
    moving = words.over_i(Abs(words.G(i, i)))  # another point for each coordinate
    one = words.over_k(words.over_i(Abs(words.G(k, Ix(None, 1)))))
    bare = words.over_i(words.G(k, i))
    for statistic in (noise, from_two, moving, one, bare):
        found = range_of(statistic, BOUNDS, SIZES, no_definitions)
        assert isinstance(found, Unknown)
        assert "no range and no variance of the statistic is known" in found.reason
    open_sum = sum_over("k", words.one, Ix("n"), rat(1))
    assert isinstance(range_of(open_sum, BOUNDS, SIZES, no_definitions), Unknown)


def test_rounding_is_upwards() -> None:
    for value in (Fraction(1, 3), Fraction(2), Fraction(5, 4), Fraction(1, 10)):
        assert 0 <= Fraction(round_up(value)) - value < value * Fraction(1, 2**51)
        root = Fraction(root_above(value))
        assert 0 <= root**2 - value < value * Fraction(1, 2**50)


# --- samples -------------------------------------------------------------------------------------


def test_samples_are_the_runs_own_values(average: Term) -> None:
    samples = Samples(Statement("rate", Rel(average, "<=", rat(1))))
    for window in runs():
        samples.update(window)
    (whole,) = runs(chunk=10)
    x = whole.points["x"].data[:10]
    expected = torch.stack([NOISY.gradient(t).abs().sum(-1) for t in x]).mean(0)
    assert samples.values.tolist() == pytest.approx(expected.tolist(), rel=1e-12)
    assert len(set(samples.values.tolist())) == 4
    for window in runs(seeds=range(4, 6)):
        samples.update(window)
    assert len(samples.values) == 6


def test_a_stream_counts_once(average: Term) -> None:
    statement = Statement("rate", Rel(average, "<=", rat(1)))
    with pytest.raises(StatisticError, match="no independent replicates"):
        Samples(statement).update(next(iter(runs(seeds=[3, 3]))))
    samples = Samples(statement)
    for window in runs():
        samples.update(window)
    with pytest.raises(StatisticError, match="occurs twice"):
        samples.update(next(iter(runs(seeds=[3]))))


def test_one_number_a_run(words: Any, norm: Term) -> None:
    each_time = Statement("each", Rel(E(norm), "<=", rat(1)), words.steps)
    window = next(iter(runs()))
    with pytest.raises(EvaluationError):
        Samples(each_time).update(window)


# --- a confrontation's estimates --------------------------------------------------------------


def decided(
    statements: list[Statement], instance: BoundedInstance = NOISY, **more: Any
) -> list[Check]:
    estimates, windows = Estimates(statements, instance), list(runs(instance, **more))
    for window in windows:
        estimates.update(window)
    checks = check_all(statements, windows)
    judgements = estimates.judgements(checks, ErrorBudget(Fraction(1, 100)))
    return [with_verdict(check, judgements) for check in checks]


def test_estimates_share_samples_and_error(words: Any, average: Term) -> None:
    bounds = ("1/10000", "1", "2")
    statements = [Statement(b, Rel(average, "<=", rat(b)), ()) for b in bounds]
    statements.append(Statement("descent", words.descent(), words.steps))
    below, between, above, descent = decided(statements, seeds=range(60))
    assert (below.verdict, above.verdict, descent.verdict) == ("violated", "holds", "holds")
    assert "vacuously" in above.evidence
    assert "error 0.0033" in between.evidence


def test_the_same_statement_without_a_bound_is_undecided(words: Any) -> None:
    noise = div(words.over_k(E(words.over_i(Abs(words.g(words.k, words.i))))), IxVal(words.K))
    statement = Statement("noise", Rel(noise, "<=", rat(1000)))
    (found,) = decided([statement])
    assert found.verdict == "undecided"
    assert "no interval is valid: no range and no variance of the statistic" in found.evidence
    (quiet,) = decided([statement], QUIET)
    assert quiet.verdict == "holds"
    assert "no noise, so that all runs are the same" in quiet.evidence


def test_what_is_not_linear_is_undecided(words: Any, average: Term) -> None:
    (found,) = decided([Statement("square", Rel(power(average, 2), "<=", rat(1000)))])
    assert (found.verdict, found.estimated) == ("undecided", True)
    assert "not linear in its expectations" in found.evidence


def test_the_mean_of_the_samples_is_the_estimate(average: Term) -> None:
    statement = Statement("rate", Rel(average, "<=", rat(1)))
    estimates, windows = Estimates([statement], NOISY), list(runs())
    for window in windows:
        estimates.update(window)
    (check,) = check_all([statement], windows)
    with pytest.raises(EvaluationError, match="it is no mean over runs"):
        estimates.judgements([replace(check, left=2 * check.left)], ErrorBudget(Fraction(1, 9)))
