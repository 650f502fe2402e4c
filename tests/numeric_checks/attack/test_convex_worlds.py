"""Attacks on worlds of convex functions: what is tight is met; without an assumption it breaks."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from tests.helpers import check

from ratecert.numeric_checks.attack import Attack, Attacked
from ratecert.numeric_checks.instances.profile import Profile
from ratecert.numeric_checks.scenarios import Scenario, Step, examine
from ratecert.proofs.language.loader import statement

pytestmark = pytest.mark.numeric


def attack(label: str, budget: int = 600, **how: object) -> Attacked:
    return Attack(statement(label), budget=budget, goals=[None], **how).run()  # type: ignore[arg-type]


@pytest.mark.parametrize("claim", ["rate", "rate.strong", "potential.step"])
def test_what_is_tight_is_attained(claim: str) -> None:
    done = attack(f"gradient_descent.{claim}")
    check(done.verdict == "holds", done.evidence)
    check(done.ratio > Fraction(999, 1000), done.ratio)


def test_a_planted_constant_is_found() -> None:
    check(attack("gradient_descent.rate", factor=Fraction(49, 50)).verdict == "violated")


@pytest.mark.parametrize(
    ("claim", "without"), [("interpolation", "convex"), ("rate.gradient", "L²·η² ≤ 2")]
)
def test_what_must_break_breaks(claim: str, without: str) -> None:
    done = attack(f"gradient_descent.{claim}", 3000, without=(without,))
    check(done.verdict == "violated", done.evidence)
    if done.counterexample is None or done.examination is None:
        raise AssertionError(done)
    check(bool(done.examination.broken), done.examination)
    check(examine(done.counterexample).outcome == "outside")


HUBER = Scenario(
    claim="gradient_descent.rate.usual", K=1, d=1,
    objective=Profile(
        ((Fraction(-1, 3), Fraction(1, 3)),), ((Fraction(0), Fraction(1), Fraction(0)),)
    ),
    start=(Fraction(1),), steps=(Step((Fraction(1),), (((Fraction(0),),),)),),
    L=Fraction(1), f_star=Fraction(0), sigma=(Fraction(0),), choices={"eta": Fraction(1)},
)  # fmt: skip


def test_hubers_function_is_an_equality_case() -> None:
    found = examine(HUBER)
    check(found.outcome == "holds", found)
    check(found.ratio is not None and found.ratio.low == 1, found)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"steps": (Step((Fraction(1),), (((Fraction(1, 9),),),)),)}, "exact"),
        ({"f_star": Fraction(-1)}, "minimum"),
        ({"objective": Profile(((Fraction(3),),), ((Fraction(1), Fraction(-1, 9)),))}, "A0"),
        (
            {
                "objective": Profile(
                    ((Fraction(2), Fraction(3)),), ((Fraction(1), Fraction(-1, 9), Fraction(1)),)
                )
            },
            "convex",
        ),
    ],
)
def test_a_world_that_breaks_an_assumption_is_none(change: dict[str, object], says: str) -> None:
    found = examine(replace(HUBER, **change))  # type: ignore[arg-type]
    check(found.outcome == "outside", found)
    check(any(text.startswith(says) for text in found.failing), found.failing)
