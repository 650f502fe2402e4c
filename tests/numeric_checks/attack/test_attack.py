"""Attacks: what must break breaks, what must hold holds, and all is a function of the seed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
import torch
from tests.helpers import check

from ratecert.numeric_checks.attack import Attack, Attacked, AttackError, Kind, Shape, kind_of
from ratecert.numeric_checks.attack.report import as_json, lines
from ratecert.numeric_checks.attack.rounding import dyadic, root_above
from ratecert.numeric_checks.attack.sampled import sampled
from ratecert.numeric_checks.scenarios import (
    ScenarioError,
    Store,
    examine,
    from_data,
    from_json,
    to_json,
)
from ratecert.proofs.language.loader import statement

pytestmark = pytest.mark.numeric


def attack(label: str, budget: int = 800, **how: object) -> Attacked:
    return Attack(statement(label), budget=budget, **how).run()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("label", "without"),
    [
        ("adamw.L1", "θ ≤ β"),
        ("adamw.L1", "6"),
        ("adamw.L4", "A2"),
        ("adamw.L4", "A3"),
        ("adamw.L5", "A2"),
        ("adamw.L5", "A3"),
        ("adamw.L7", "A2"),
        ("adamw.L7", "A3"),
    ],
)
def test_what_must_break_breaks(label: str, without: str) -> None:
    done = attack(label, 3000, without=(without,))
    check(done.verdict == "violated", done.verdict)
    # and what was left out is what fails: with it, the world is none of the claim's
    if done.counterexample is None or done.examination is None:
        raise AssertionError(done)
    check(bool(done.examination.broken), done.examination)
    check(examine(done.counterexample).outcome == "outside")


def test_a_planted_constant_is_found_and_shrunk() -> None:
    done = attack("adamw.L4", constant=1, factor=Fraction(49, 50), goals=(1,))
    scenario = done.counterexample
    if scenario is None:
        raise AssertionError(done)
    check((scenario.K, scenario.d) == (1, 1), scenario)
    check(examine(scenario).outcome == "holds", "the claim itself holds there")
    check("49/50" in "\n".join(lines(done)))
    check(as_json(done)["verdict"] == "violated")


def test_the_same_seed_gives_the_same() -> None:
    one, other = (attack("adamw.L7", 600, seed=5) for _ in range(2))
    check(as_json(one) == as_json(other))
    check(as_json(one) != as_json(attack("adamw.L7", 600, seed=6)))


def test_budgets_are_kept() -> None:
    for budget in (1, 47, 48, 500):
        done = attack("adamw.L4.first", budget)
        check(done.evaluations <= budget, (budget, done.evaluations))
    with pytest.raises(AttackError, match="at least 1"):
        attack("adamw.L4", 0)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("adamw.L1.factor", Kind.CONSTANTS),
        ("adamw.reach", Kind.CONSTANTS),
        ("norms.N1", Kind.POINTS),
        ("adamw.L3", Kind.PATHS),
        ("adamw.L2", Kind.PATHS),
        ("adamw.L7.sum", Kind.TREES),
        ("adamw.conditional", Kind.TREES),
        ("adamw.T", Kind.TREES),
        ("sgd.rate", Kind.TREES),
    ],
)
def test_kinds(label: str, kind: Kind) -> None:
    check(kind_of(statement(label)) is kind)


@pytest.mark.parametrize(
    ("label", "says"),
    [("adamw.L0.x", "integrable"), ("norms.N2", "nothing is left to choose")],
)
def test_what_cannot_be_attacked_says_why(label: str, says: str) -> None:
    with pytest.raises(AttackError, match=says):
        Attack(statement(label))


def test_unknown_names() -> None:
    with pytest.raises(ScenarioError, match="A9"):
        Attack(statement("adamw.L4"), without=("A9",))
    with pytest.raises(AttackError, match="no constant 7"):
        Attack(statement("adamw.L4"), goals=(7,)).run()


def test_false_alarms_are_cleared() -> None:
    """Of an equation, floats say "violated" about everywhere."""
    done = attack("adamw.chosen.scale", 300)
    check(done.verdict == "holds", done.evidence)


def test_a_stored_counterexample_is_tried_first(tmp_path: Path) -> None:
    planted = {"constant": 1, "factor": Fraction(49, 50), "goals": (1,)}
    found = attack("adamw.L4", **planted).counterexample
    if found is None:
        raise AssertionError("nothing found")
    store = Store(tmp_path)
    path = store.add(found)
    again = attack("adamw.L4", store=store, **planted)
    check((again.verdict, again.evaluations, again.replayed) == ("violated", 0, 1), again)
    check(attack("adamw.L4", 300, store=store).verdict == "holds", "it is none of the claim itself")
    path.write_text(path.read_text().replace("1", "2", 1))
    spoiled = attack("adamw.L4", 300, store=store)
    check(len(spoiled.unreadable) == 1 and path.name in spoiled.unreadable[0], spoiled.unreadable)


def test_random_worlds() -> None:
    found = sampled(statement("adamw.L4"), Shape(4, 2, 2), 24, seed=1, tile=8)
    check((found.verdict, found.checked, found.alarms) == ("holds", 24, 0), found)
    check(found.ratio is not None and 0 < found.ratio < 1)


def test_rounding() -> None:
    check(dyadic(0.0, 5) == 0 and dyadic(-1.0, 3) == -1)
    check(abs(dyadic(1 / 3, 30) - Fraction(1, 3)) < Fraction(1, 2**31))
    for bad in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="finite"):
            dyadic(bad, 5)
    for value in (Fraction(0), Fraction(2), Fraction(9, 4), Fraction(1, 3), Fraction(10**30, 7)):
        root = root_above(value)
        check(value <= root**2 <= value * (1 + Fraction(1, 10**9)), value)


def test_what_is_shown_claims_no_more_than_was_decided() -> None:
    """A factor is rounded away from 1, from below and, of a negative constant, from above."""
    for found in as_json(attack("adamw.L3", 1500))["found"]:
        if found["constant"] is None or found["attained"] is None:
            continue
        negative = found["proved"].startswith("-")
        shown = Fraction(found["attained"])
        check((shown > 1) if negative else (shown < 1), found)
        weaker = Attack(
            statement("adamw.L3"), factor=shown, constant=found["constant"], goals=(None,)
        )
        check(weaker.examined(from_data(found["scenario"])).outcome == "violated", found)


def test_best_worlds_go_through_json() -> None:
    done = attack("adamw.L7.sum", 600)
    for found in done.found:
        if found.scenario is not None:
            check(from_json(to_json(found.scenario)) == found.scenario)


@pytest.mark.gpu
def test_attacks_run_on_a_gpu() -> None:
    device = "cuda" if torch.cuda.is_available() else "mps"
    done = attack("adamw.L4", 600, device=device)
    check(done.verdict == "holds", done)
