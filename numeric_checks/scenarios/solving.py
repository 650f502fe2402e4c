"""The constants of a claim: the choices of a scenario, and what equations define."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from ...proofs.kernel.terms import Term
from .scenario import Scenario, ScenarioError
from .stated import Stated


def solved(scenario: Scenario, about: Stated) -> Mapping[str, Fraction | Term]:
    """Values of hyperparameters and of the claim's own constants.

    Raises:
        ScenarioError: a choice names none of them, or one has no value.
    """
    names = about.numbers
    unknown = sorted(set(scenario.choices) - names)
    if unknown:
        raise ScenarioError(
            f"choices.{unknown[0]}", f"{scenario.claim} has the constants {sorted(names)}"
        )
    return dict(scenario.choices)
