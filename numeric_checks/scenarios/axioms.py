"""Do the assumptions A0 to A3 hold of a scenario? Decided by rational arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from .convexity import broken_convexity, convexity
from .scenario import Scenario
from .stated import Stated


def broken_axioms(scenario: Scenario, stated: Stated) -> dict[str, str]:
    """The assumptions that do not hold, each with where and how.

    * A0: f >= f_star, that is f_star <= min f.
    * A1: |f_i''| <= L in every cell: both halves of A1 follow, and the bound is the best.
    * A2: at every node the noise g^k - grad f(x^k) has mean 0.
    * A3: its coordinate i has second moment at most sigma_i^2.
    * convexity, where a theory assumes it: no curvature is negative.

    A claim that holds no expectation speaks of each path alone. A single path is then looked at as
    part of a world in which a toss decides between it and a deviation in the other direction: if
    noise xi has probability p, and -xi p/(1-p) the rest, A2 holds, and A3 for small p as long as
    sigma_i > 0 where xi_i != 0. (If the claim does not speak of sigma, it may be raised.)
    """
    found: dict[str, str] = {}
    if scenario.L < 0:
        found["A1"] = f"L = {scenario.L} < 0"
    objective = scenario.objective
    if objective is None:
        return found
    least = objective.minimum
    if least is None:
        found["A0"] = "the objective is not bounded below"
    elif least < scenario.f_star:
        found["A0"] = f"min f = {least} < f_star = {scenario.f_star}"
    if objective.L > scenario.L:
        found["A1"] = f"a curvature of size {objective.L} exceeds L = {scenario.L}"
    found |= broken_convexity(objective, convexity(stated.claim.theory.kernel()))
    if stated.is_pathwise and scenario.is_path:
        if {"sigma", "sigma_s"} & stated.symbols:
            found |= _first(_path_noise(scenario))
    else:
        found |= _first(_means(scenario)) | _first(_variances(scenario))
    return found


def _first(found: Iterator[tuple[str, str]]) -> dict[str, str]:
    return dict(found_one for found_one in (next(found, None),) if found_one is not None)


def _path_noise(scenario: Scenario) -> Iterator[tuple[str, str]]:
    for k, step in enumerate(scenario.steps, 1):
        for i, noise in enumerate(step.at(0)[0]):
            if noise and not scenario.sigma[i]:
                yield "A3", f"step {k}: noise in coordinate {i + 1}, where sigma is 0"


def _moments(scenario: Scenario, power: int) -> Iterator[tuple[str, int, Fraction]]:
    """Where, the coordinate from 0, and the mean of a power of the noise."""
    for k, step in enumerate(scenario.steps, 1):
        for n, outcomes in enumerate(step.values, 1):
            where = f"step {k}" + f", node {n}" * (len(step.values) > 1)
            for i in range(scenario.d):
                parts = zip(step.probabilities, outcomes, strict=True)
                yield where, i, sum((p * row[i] ** power for p, row in parts), Fraction(0))


def _means(scenario: Scenario) -> Iterator[tuple[str, str]]:
    for where, i, mean in _moments(scenario, 1):
        if mean:
            yield "A2", f"{where}: the noise in coordinate {i + 1} has mean {mean}"


def _variances(scenario: Scenario) -> Iterator[tuple[str, str]]:
    for where, i, square in _moments(scenario, 2):
        bound = scenario.sigma[i] ** 2
        if square > bound:
            yield (
                "A3",
                (f"{where}: the noise in coordinate {i + 1} has second moment {square} > {bound}"),
            )
