"""Every equality case of the blueprint's section 4 is reached, and what is planted is found out."""

from __future__ import annotations

from fractions import Fraction

import pytest
from tests.helpers import check

from ratecert.numeric_checks.attack import Attack, Attacked, Shape
from ratecert.numeric_checks.attack.power import Case, cases
from ratecert.proofs.language.loader import statement

pytestmark = pytest.mark.numeric

NEARLY = Fraction(99, 100)
EQUAL: tuple[tuple[str, int | None, int], ...] = (
    ("adamw.L1", None, 1500),  # theta = 0
    ("adamw.L3", 2, 1500),  # quadratic, n = G, v/eps -> 0
    ("adamw.L3", 3, 1500),
    ("adamw.L4.first", 0, 1000),  # ||grad f(x^1)||^2 = 2 L Delta
    ("adamw.L4.first", 1, 1000),
    ("adamw.L4", 1, 1000),  # the sum: theta = 0
    ("adamw.L5", 0, 1000),  # mu = 1
    ("adamw.L5", 1, 1000),
    ("adamw.L6", None, 1000),  # v = 0
    ("adamw.L7", 1, 1000),  # G = 0
    ("adamw.L7.sum", 1, 2500),  # 1 + kappa, in the limit: a spike, then no gradient
    ("adamw.L8", None, 1000),
    ("adamw.L9", 0, 1000),  # G constant
    ("adamw.L9", 1, 1000),
    ("sgd.rate", 1, 1500),  # K = 1, quadratic, sigma = 0
    ("norms.N1.lower", None, 500),
    ("norms.N1.upper", None, 500),
)
"""Claim, which of its constants (None: the ratio of the sides), worlds."""


def attacked(label: str, constant: int | None, budget: int, **how: object) -> Attacked:
    return Attack(statement(label), budget=budget, goals=(constant,), **how).run()  # type: ignore[arg-type]


@pytest.mark.parametrize(("label", "constant", "budget"), EQUAL)
def test_equality_cases_are_reached(label: str, constant: int | None, budget: int) -> None:
    """Within a minute: here within seconds, and exactly."""
    is_reached(label, constant, budget)


def test_the_supremum_of_the_momentum_is_reached() -> None:
    """|m|/v^(1/2) comes to 0.99 (4/3)^(1/2): its square, of which L1.sharp speaks, to 0.9801."""
    done = attacked("adamw.L1.sharp", None, 2000, shapes=(Shape(10, 1),))
    (found,) = done.found
    check(found.attained > Fraction(9801, 10000), float(found.attained))


def is_reached(label: str, constant: int | None, budget: int) -> None:
    done = attacked(label, constant, budget)
    check(done.verdict == "holds", done)
    (found,) = done.found
    reached = found.attained if not found.goal.gain else 1 / found.attained
    check(NEARLY <= reached <= 1, f"{label}: {float(found.attained)}")
    check(done.evaluations <= budget)


CASES = {f"{case.claim.label}-{case.constant}": case for case in cases()}
HERE = sorted(name for name in CASES if name.startswith(("adamw.L", "sgd.", "norms.")))
SLOW = {"adamw.L1.sharp-0", "adamw.L4-0", "adamw.L7.mean-0", "adamw.L7.mean-1", "adamw.L3.adam-1"}
"""What takes long, or is much the same as another."""


def test_the_cases_are_those_of_the_equality_instances() -> None:
    check({"adamw.L4-0", "adamw.L7.sum-1", "adamw.L3-3", "sgd.rate-1"} <= CASES.keys(), CASES)
    check(len(CASES) >= 50, len(CASES))


@pytest.mark.parametrize("name", [name for name in HERE if name not in SLOW])
def test_constants_too_small_by_two_per_cent_are_found_out(name: str) -> None:
    """One seed each; `python -m ratecert.numeric_checks.attack.power` runs ten."""
    case: Case = CASES[name]
    done = case.attack(seed=3, budget=3000)
    check(done.verdict == "violated", f"{name}: {done.verdict} after {done.evaluations}")
    check(done.examination is not None and done.examination.outcome == "violated")
    check(done.examination is not None and not done.examination.failing)
