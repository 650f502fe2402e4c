"""Exact decisions, and exact solutions of equations."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from ratecert.numeric_checks.exact import EvaluationError
from ratecert.numeric_checks.hypotheses import SolvingError, decided, holds, named, solve
from ratecert.numeric_checks.hypotheses.exactly import World as Exactly
from ratecert.numeric_checks.hypotheses.setting import setting_of
from ratecert.optimizers.recursions import NADAMW, SGD
from ratecert.proofs.kernel.terms import Op, Rel, Term, Var, add, div, mul, power, rat, sqrt, sub
from ratecert.proofs.language import Theory, symbols

from .conftest import D, K, World, the

CANONICAL = {n: Fraction(v) for n, v in {"beta": "3/5", "mu": "1", "lam": "0"}.items()}
Q = Var("q", "det")
GOLDEN = div(add(rat(1), sqrt(rat(5))), rat(2))


@pytest.mark.parametrize(
    ("left", "op", "right", "answer"),
    [
        (rat("1/3"), "=", div(rat(1), rat(3)), True),
        (rat("1/3"), "<", rat("1/3"), False),
        (mul(sqrt(rat(2)), sqrt(rat(3))), "=", sqrt(rat(6)), True),
        (sqrt(rat(8)), "<=", mul(rat(2), sqrt(rat(2))), True),
        (sqrt(rat(8)), "<", mul(rat(2), sqrt(rat(2))), False),
        (sub(rat(1), sqrt(rat(2))), "=", add(rat(1), mul(rat(-1), sqrt(rat(2)))), True),
        # Nearly equal is not equal.
        (sqrt(rat(2)), "=", rat(Fraction(14142135623730950488016887242097, 10**31)), False),
        (rat(0), "=", div(rat(1), rat(10**60)), False),
        (div(rat(1), rat(0)), "=", rat(0), True),
        (power(rat(-2), Fraction(1, 2)), "<", rat(1), True),
        # Equal, which neither roots of rationals nor balls can tell.
        (sqrt(GOLDEN), "=", sqrt(sqrt(div(add(rat(3), sqrt(rat(5))), rat(2)))), None),
        (Q, "<", rat(1), True),
    ],
)
def test_decisions(left: Term, op: Op, right: Term, answer: bool | None) -> None:
    world = Exactly({}, 1, 1, lambda app: None, {"q": Fraction(1, 2)})
    assert decided(Rel(left, op, right), world) is answer


def test_what_holds_and_what_does_not(world: World) -> None:
    claim = the("adamw.rate.canonical")
    solved = solve(claim, NADAMW, CANONICAL, world.exact, K, D)
    assert holds(claim, solved, world.exact, K, D, recursion=NADAMW)
    above = {**solved, "beta": Fraction(99, 100)}
    held = holds(claim, above, world.exact, K, D, recursion=NADAMW)
    assert not held and held.failing == (named(claim, "β² ≤ θ"),)
    assert holds(claim, above, world.exact, K, D, recursion=NADAMW, without=held.failing)
    off = {**solved, "eta": Fraction(1, 10)}
    assert str(holds(claim, off, world.exact, K, D)) == "not η = √(Δ/(K·L·d))/2"
    assert str(holds(claim, solved, {**world.exact, "L": Fraction(0)}, K, D)).startswith(
        "not 0 < L"
    )
    assert "not 1 ≤ K" in str(holds(claim, solved, world.exact, 0, D))


def test_what_is_undecided_does_not_hold() -> None:
    """The golden mean's root solves q^4 = q^2 + 1, which no precision shows."""
    (q,) = symbols("q")
    claim = Theory("undecided").lemma(
        "one", title="", for_constants=(q,), given=[(q**4, "==", q**2 + 1)], claim=(q, "<=", q)
    )(lambda proof: None)
    held = holds(claim, {"q": sqrt(GOLDEN)}, {}, 1, 1)
    assert not held and not held.failing and str(held) == "undecided: q⁴ = q² + 1"


def test_a_sampled_level_of_noise(world: World) -> None:
    """Without noise h is the floor, s = 1 and theta = 0, exactly."""
    claim = the("adamw.rate.canonical")
    quiet = replace(world, sigma=(Fraction(0), Fraction(0)))
    solved = solve(claim, NADAMW, {**CANONICAL, "beta": Fraction(0)}, quiet.exact, K, D)
    assert (solved["s"], solved["theta"]) == (1, 0)
    assert holds(claim, solved, quiet.exact, K, D, recursion=NADAMW)


def test_solutions_are_terms_where_they_are_no_rationals(world: World) -> None:
    solved = solve(the("sgd.rate"), SGD, {}, world.exact, 1, D)
    assert solved == {"eta": Fraction(2, 3)}
    solved = solve(the("sgd.rate"), SGD, {}, world.exact, 10, D)
    assert solved == {"eta": sqrt(rat("2/15"))}


@pytest.mark.parametrize(
    ("given", "found"), [("h", {"s": "1/2", "c_theta": "1"}), ("s", {"h": "1/2", "c_theta": "1/4"})]
)
def test_equations_are_solved_for_what_is_unknown(
    given: str, found: dict[str, str], world: World
) -> None:
    """With theta = 1 - c_theta s given, and s = 1/h."""
    base = {**world.exact, "Delta": Fraction(1), "L": Fraction(6)}
    choices = {"theta": Fraction(1, 2), given: Fraction(2)}
    solved = solve(the("adamw.chosen.below"), None, choices, base, K, D)
    assert {n: solved[n] for n in found} == {n: Fraction(v) for n, v in found.items()}


def test_squares_are_solved_for_the_root_above_zero() -> None:
    claim = the("adamw.L7.root")
    one = {name: Fraction(1) for name in ("w", "G0", "z0", "D0")}
    solved = solve(claim, None, {**one, "beta": Fraction(0)}, {}, 1, 1)
    assert solved["y0"] == sqrt(rat(2))
    assert holds(claim, solved, {}, 1, 1)


def test_a_dropped_equation_is_not_used(world: World) -> None:
    claim = the("sgd.rate")
    dropped = setting_of(claim, SGD).equations
    with pytest.raises(SolvingError, match=r"sgd\.rate: no equation determines eta"):
        solve(claim, SGD, {}, world.exact, 1, D, without=dropped)


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        ({}, r"adamw\.rate\.canonical: no equation determines beta, lam, mu"),
        ({**CANONICAL, "bta": Fraction(1)}, "has no constant bta; did you mean beta"),
    ],
)
def test_what_is_missing_is_named(choices: dict[str, Fraction], reason: str, world: World) -> None:
    with pytest.raises(SolvingError, match=reason):
        solve(the("adamw.rate.canonical"), NADAMW, choices, world.exact, K, D)


def test_a_world_that_lacks_a_constant(world: World) -> None:
    base = {name: value for name, value in world.exact.items() if name != "sigma_s"}
    with pytest.raises(EvaluationError, match="sigma"):
        solve(
            the("adamw.rate.canonical"), NADAMW, CANONICAL, {**base, "sigma": (Fraction(1),)}, K, D
        )
    with pytest.raises(EvaluationError, match="no value for beta"):
        holds(the("adamw.L1"), {}, {}, K, D)
