"""The scalar steps of the proofs are proved; what only looks like them is refuted exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest
from adamw_goals import GOALS as ADAMW
from scalar_goals import GOALS as SCALAR
from scalar_goals import Goal, Statement

from helpers import check
from ratecert.proofs.finders import Counterexample, prove, smt
from ratecert.proofs.kernel.exact import holds
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import assume
from ratecert.proofs.kernel.terms import Add, Mul, Node, Pow, Rat, Rel, Var, transform
from ratecert.proofs.kernel.theory import Theory

THEORY = Theory("scalars")


@pytest.fixture(autouse=True)
def without_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smt, "available", lambda: False)


GOALS = [*SCALAR, *ADAMW]
FALSE = [
    pytest.param(statement, id=f"{goal.name}-{number}")
    for goal in GOALS
    for number, statement in enumerate(goal.false)
]


def run(goal: Rel, given: tuple[Rel, ...]) -> object:
    return prove(THEORY, goal, [assume(THEORY, h) for h in given])


def check_proved(goal: Rel, given: tuple[Rel, ...]) -> None:
    result = run(goal, given)
    check(isinstance(result, Theorem), getattr(result, "text", result))
    assert isinstance(result, Theorem)
    check(result.conclusion == goal, "another conclusion")
    check(result.hypotheses <= set(given), "more hypotheses than given")
    check(not result.uses, result.uses)


def check_refuted(goal: Rel, given: tuple[Rel, ...]) -> None:
    result = run(goal, given)
    check(isinstance(result, Counterexample), getattr(result, "text", result))
    assert isinstance(result, Counterexample)
    point = result.point
    check(all(type(v) is Fraction for v in point.values()), "not rational")
    check(holds(goal, point) is False, result.text)
    check(all(holds(h, point) is True for h in given), result.text)
    check(not result.abstracted, result.abstracted)


@pytest.mark.parametrize("goal", GOALS, ids=lambda g: g.name)
def test_true(goal: Goal) -> None:
    check_proved(goal.goal, goal.given)


@pytest.mark.parametrize("statement", FALSE)
def test_false(statement: Statement) -> None:
    check_refuted(*statement)


def renamed(node: Node, _: int) -> Node | None:
    """Other names, so another canonical order."""
    return (
        Var(f"{'zyxwv'[len(node.name) % 5]}_{node.name}", "any") if isinstance(node, Var) else None
    )


def reordered(node: Node, depth: int) -> Node | None:
    """Sums and products backwards."""
    if isinstance(node, Add | Mul):
        return type(node)(tuple(transform(t, reordered, depth) for t in reversed(node.terms)))
    return None


def rewritten(node: Node, depth: int) -> Node | None:
    """Rationals as quotients, squares as products."""
    if isinstance(node, Rat):
        return Mul((Rat(node.value * 6), Pow(Rat(Fraction(3)), Fraction(-1)), Rat(Fraction(1, 2))))
    if isinstance(node, Pow) and node.exponent == 2:
        body = transform(node.base, rewritten, depth)
        return Mul((body, body))
    return None


@pytest.mark.parametrize("encode", [renamed, reordered, rewritten])
@pytest.mark.parametrize("goal", GOALS, ids=lambda g: g.name)
def test_true_in_other_words(goal: Goal, encode: object) -> None:
    given = tuple(transform(h, encode) for h in reversed(goal.given))  # type: ignore[arg-type]
    check_proved(transform(goal.goal, encode), given)  # type: ignore[arg-type]


@pytest.mark.parametrize("encode", [renamed, reordered, rewritten])
@pytest.mark.parametrize("statement", FALSE)
def test_false_in_other_words(statement: Statement, encode: object) -> None:
    goal, given = statement
    check_refuted(
        transform(goal, encode),  # type: ignore[arg-type]
        tuple(transform(h, encode) for h in reversed(given)),  # type: ignore[arg-type]
    )
