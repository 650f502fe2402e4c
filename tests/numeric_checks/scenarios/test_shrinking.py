"""Counterexamples get small, keep their margin, and come out the same every time."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratecert.numeric_checks.evaluate import Statement
from ratecert.numeric_checks.instances.profile import Profile
from ratecert.numeric_checks.scenarios import (
    Scenario,
    ScenarioError,
    Step,
    examine,
    shrink,
    stated,
    still_violated,
    to_json,
)
from ratecert.numeric_checks.scenarios.numbers import cost, rebuilt, simpler, slots
from ratecert.numeric_checks.scenarios.shrinking import PASSES, complexity
from ratecert.proofs.kernel.terms import Mul, Rel, rat

from .strategies import scenarios

HALF = Fraction(1, 2)


def weaker(label: str, factor: Fraction) -> Statement:
    """The statement with its right side multiplied."""
    statement = stated(label).statement
    conclusion = statement.conclusion
    return replace(
        statement,
        conclusion=Rel(conclusion.left, conclusion.op, Mul((rat(factor), conclusion.right))),
    )


def messy(label: str, K: int, d: int, b: int, **own: Any) -> Scenario:
    """Six decimals everywhere, every node its own noise, A0 to A3 with room to spare."""
    random = Random(7)

    def number(low: float, high: float) -> Fraction:
        return Fraction(random.randint(int(low * 10**6), int(high * 10**6)), 10**6)

    f = Profile(
        tuple((number(-1, -0.5), number(0.5, 1)) for _ in range(d)),
        tuple((number(0.2, 1), number(-0.5, 1), number(0.2, 1)) for _ in range(d)),
        tuple(number(-0.3, 0.3) for _ in range(d)),
    )
    steps = []
    for k in range(K):
        p = number(0.4, 0.6) if b == 2 else Fraction(1)
        nodes = []
        for _ in range(b**k):
            first = tuple(number(0.9, 1) for _ in range(d))
            rest = (tuple(-p / (1 - p) * v for v in first),) if b == 2 else ()
            nodes.append((first, *rest))
        steps.append(Step((p, 1 - p) if b == 2 else (p,), tuple(nodes)))
    choices = {"eta": "0.1", "theta": "0.713", "beta": "0.912", "mu": "0.9", "eps": "0.0137",
               "lam": "0.01", **own}  # fmt: skip
    return Scenario(
        label, K, d, f, tuple(number(-2, 2) for _ in range(d)), tuple(steps), Fraction(1),
        f.f_star - number(0, 0.1), (Fraction("1.3"),) * d,
        {name: Fraction(value) for name, value in choices.items()},
    )  # fmt: skip


CASES = {
    "L1": (messy("adamw.L1", 6, 3, 1), Fraction(1, 10)),
    "L4": (messy("adamw.L4", 3, 3, 2, t="0.3"), Fraction(1, 5)),
    "L5": (messy("adamw.L5", 2, 2, 2), Fraction(3, 4)),
    "L7.total": (messy("adamw.L7.total", 2, 2, 2, beta="0.012"), Fraction(1, 2)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_messy_counterexample_becomes_a_simple_one(name: str) -> None:
    scenario, factor = CASES[name]
    statement = weaker(scenario.claim, factor)
    before = examine(scenario, statement)
    assert before.outcome == "violated", str(before)
    asked = []
    keeps = still_violated(scenario, statement=statement)

    def counted(candidate: Scenario) -> bool:
        asked.append(to_json(candidate))
        return keeps(candidate)

    small = shrink(scenario, counted)
    after = examine(small, statement)
    assert after.outcome == "violated" and after.log_ratio >= before.log_ratio / 2
    assert (small.d, small.K, small.leaves) == (1, 1, 1)
    numbers = [v for v in slots(small).values() if v]
    assert len(numbers) <= 9 and max(v.denominator for v in numbers) <= 4
    assert len(asked) == len(set(asked)) < 300
    # deterministic, and a fixed point
    assert to_json(shrink(scenario, keeps)) == to_json(small)
    assert to_json(shrink(small, keeps)) == to_json(small)
    assert examine(small).outcome != "violated"  # nothing but the planted constant is wrong


def test_noise_that_is_needed_stays_and_so_does_its_mean() -> None:
    # of L5 at G = 0 only the noise is left: sigma^2/4 against 2/3 of it
    scenario = messy("adamw.L5", 2, 2, 2, mu=HALF, theta=HALF)
    scenario = replace(
        scenario, objective=Profile(((), ()), ((Fraction(0),), (Fraction(0),))), f_star=Fraction(0),
        sigma=(Fraction("1.1"), Fraction("1.1")),
    )  # fmt: skip
    statement = weaker("adamw.L5", HALF)
    small = shrink(scenario, still_violated(scenario, statement=statement))
    (step,) = small.steps
    assert step.outcomes == 2 and step.probabilities == (HALF, HALF)
    ((above,), (below,)) = step.values[0]
    assert above == -below and abs(above) == small.sigma[0]
    assert examine(small, statement).outcome == "violated"


def test_what_is_dropped_may_fail_all_along() -> None:
    scenario = messy("adamw.L7.mean", 2, 2, 2, beta="0.012")
    loud = replace(scenario, sigma=(Fraction(1, 10),) * 2)
    with pytest.raises(ScenarioError, match=r"nothing to shrink: adamw\.L7\.mean: outside, A3"):
        still_violated(loud)
    small = shrink(loud, still_violated(loud, without=["A3"]))
    found = examine(small, without=["A3"])
    assert found.outcome == "violated" and found.broken and complexity(small)[:3] == (1, 1, 2)


def test_the_budget_is_kept() -> None:
    scenario, factor = CASES["L4"]
    asked = []
    keeps = still_violated(scenario, statement=weaker(scenario.claim, factor))

    def counted(candidate: Scenario) -> bool:
        asked.append(candidate)
        return keeps(candidate)

    some = shrink(scenario, counted, budget=7)
    assert len(asked) == 7 and complexity(some) < complexity(scenario)
    assert shrink(scenario, counted, budget=0) is scenario
    assert shrink(scenario, lambda _: False, budget=40) is scenario


def test_with_a_share_of_1_nothing_is_given_away() -> None:
    scenario, factor = CASES["L5"]
    statement = weaker(scenario.claim, factor)
    keeps = still_violated(scenario, statement=statement, share=Fraction(1))
    small = shrink(scenario, keeps, budget=60)
    before, after = examine(scenario, statement), examine(small, statement)
    assert after.log_ratio >= before.log_ratio


@settings(max_examples=40, deadline=None)
@given(scenarios(b=2), st.data())
def test_candidates_are_scenarios_with_their_axioms_intact(
    scenario: Scenario, data: st.DataObject
) -> None:
    one = data.draw(st.sampled_from(PASSES))
    for candidate in one(scenario):
        if candidate is None:
            continue
        for step in candidate.steps:
            assert sum(step.probabilities) == 1
            if one.__name__ != "_fewer_outcomes":  # one outcome alone is biased, and is tried
                for node in step.values:
                    for i in range(candidate.d):
                        pairs = zip(step.probabilities, node, strict=True)
                        assert sum(p * row[i] for p, row in pairs) == 0


@given(st.fractions(-100, 100, max_denominator=1000))
def test_simpler_numbers_are_simpler_and_in_order(value: Fraction) -> None:
    found = simpler(value)
    costs = [cost(v) for v in found]
    assert costs == sorted(costs) and all(c < cost(value) for c in costs)
    assert value not in found and (not value or found[0] == 0)


def test_a_change_that_makes_no_scenario() -> None:
    scenario, _ = CASES["L5"]
    first = scenario.objective.knots[0][1] if scenario.objective is not None else Fraction(0)
    assert rebuilt(scenario, {("knots", 0, 0): first}) is None  # knots increase
    assert rebuilt(scenario, {("probabilities", 0, 0): Fraction(1)}) is None
    same = rebuilt(scenario, {})
    assert same is not None and to_json(same) == to_json(scenario)
