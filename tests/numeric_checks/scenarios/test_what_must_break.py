"""Each assumption and hypothesis is needed: without it a world makes the claim false."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from ratecert.numeric_checks.instances.profile import Profile
from ratecert.numeric_checks.scenarios import Scenario, ScenarioError, Step, examine

HALF = Fraction(1, 2)
STILL = {"eta": 1, "theta": 0, "beta": 0, "mu": 1, "eps": 1, "lam": 0}


def world(
    claim: str,
    noise: Sequence[Sequence[Any]],
    changed: dict[str, Any],
    *,
    curved: Any = 1,
    at: Any = 1,
    sigma: Any = 1,
    f_star: Any = 0,
) -> Scenario:
    """One coordinate, f(y) = ``curved`` y^2/2; at each step the values tossed, equally likely."""
    steps = tuple(
        Step(
            (Fraction(1, len(row)),) * len(row), (tuple((Fraction(value),) for value in row),)
        )
        for row in noise
    )  # fmt: skip
    choices = {name: Fraction(value) for name, value in {**STILL, **changed}.items()}
    return Scenario(
        claim, len(steps), 1, Profile(((),), ((Fraction(curved),),)), (Fraction(at),), steps,
        Fraction(1), Fraction(f_star), (Fraction(sigma),), choices,
    )  # fmt: skip


BIASED, LOUD = [[1]], [[2, -2]]
BROKEN = {
    "L4.first, A2": ("A2", world("adamw.L4.first", BIASED, {"theta": HALF}, at=-1)),
    "L4, A2": ("A2", world("adamw.L4", BIASED * 4, {"theta": HALF, "t": 0, "eta": 0}, curved=0)),
    "L5, A2": ("A2", world("adamw.L5", [[-1]], {"theta": HALF, "mu": HALF}, at=2)),
    "L7, A2": ("A2", world("adamw.L7", BIASED, {"w": 1})),
    "L7.mean, A2": ("A2", world("adamw.L7.mean", BIASED, {})),
    "L8, A2": ("A2", world("adamw.L8", BIASED, {})),
    "L4.first, A3": ("A3", world("adamw.L4.first", LOUD, {"theta": HALF})),
    "L4, A3": ("A3", world("adamw.L4", LOUD * 2, {"t": 0})),
    "L5, A3": ("A3", world("adamw.L5", LOUD, {"theta": HALF, "mu": HALF})),
    "L7, A3": ("A3", world("adamw.L7", LOUD, {"w": 1}, curved=0)),
    "L7.total, A3": ("A3", world("adamw.L7.total", LOUD, {}, curved=0)),
    "L8, A3": ("A3", world("adamw.L8", LOUD, {})),
    "L4.first, A0": ("A0", world("adamw.L4.first", [[0]], {"theta": HALF}, f_star=HALF, sigma=0)),
    "L4.first, A1": ("A1", world("adamw.L4.first", [[0]], {"theta": HALF}, curved=2)),
    "L3, A1": ("A1", world("adamw.L3", [[0]], {"rho": 1, "eta": HALF}, curved=100, at="1/10")),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_an_axiom_that_is_broken(name: str) -> None:
    axiom, scenario = BROKEN[name]
    found = examine(scenario)
    assert found.outcome == "outside" and found.worst is None
    assert [text[:2] for text in found.failing] == [axiom]
    found = examine(scenario, without=[axiom])
    assert found.outcome == "violated", str(found)
    assert [text[:2] for text in found.broken] == [axiom] and not found.failing
    others = [other for other in ("A0", "A1", "A2", "A3") if other != axiom]
    assert examine(scenario, without=others).outcome == "outside"


@pytest.mark.parametrize("without", [6, "6", "θ ≤ β"])
def test_theta_above_beta_breaks_L1(without: int | str) -> None:
    spike = world(
        "adamw.L1", [[1], *[[0]] * 5], {"theta": HALF, "beta": Fraction(1, 100)}, curved=0
    )
    found = examine(spike)
    assert found.outcome == "outside" and found.failing == ("hypothesis fails: θ ≤ β",)
    found = examine(spike, without=[without])
    assert found.outcome == "violated" and found.broken == ("hypothesis fails: θ ≤ β",)
    assert found.worst is not None and found.worst.indices == {"k": 6, "i": 1}
    # m^6 = 2^-6, v^6 = 0.99 10^-10, and the bound is v/(2 (1 - beta)) at mu = 1
    assert found.ratio is not None and found.ratio.is_exact
    assert found.ratio.low == Fraction(1, 2**12) / (Fraction(1, 10**10) * HALF)


def test_what_is_no_axiom_and_no_hypothesis() -> None:
    _, scenario = BROKEN["L4.first, A2"]
    for name in ("A4", 9, "0", "θ < β", ""):
        with pytest.raises(ScenarioError, match="A0, A1, A2, A3; 1: 1 ≤ K; 2: 0 < L"):
            examine(scenario, without=[name])


def test_a_path_of_a_pathwise_claim_needs_no_mean_and_no_variance() -> None:
    noise = [[3], [-7], [HALF]]
    changed = {"theta": HALF, "beta": HALF}
    path = world("adamw.L1", noise, changed, sigma=0)
    assert examine(path).outcome == "holds"
    # L1 does not speak of sigma; an expectation does of all paths
    assert examine(replace(path, claim="adamw.L5", indices={"k": 1})).outcome == "outside"
    # with two outcomes a step it is a tree, and its probabilities are meant
    tree = world("adamw.L1", [[3, -7]] * 2, changed, sigma=10)
    assert examine(tree).failing[0].startswith("A2: step 1: the noise in coordinate 1 has mean -2")


def test_a_path_of_a_claim_that_speaks_of_sigma_has_no_noise_where_sigma_is_0() -> None:
    path = world("adamw.predicted.root", [[3], [-7]], {"beta": HALF})
    assert examine(path).outcome == "holds"
    silent = replace(path, sigma=(Fraction(0),))
    assert examine(silent).failing == ("A3: step 1: noise in coordinate 1, where sigma is 0",)
    assert examine(silent, without=["A3"]).outcome == "holds"
