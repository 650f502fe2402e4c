"""Sums of squares by semidefinite programs: what is true is proved, what is false is not."""

from __future__ import annotations

from fractions import Fraction

import flint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scalar_goals import eq, le, lifted, lt, var
from squares_goals import GOALS, Goal, cauchy_schwarz, motzkin

from helpers import check
from ratecert.proofs.finders import Counterexample, Undecided, gram, prove, semidefinite, smt
from ratecert.proofs.finders.context import Context
from ratecert.proofs.finders.gram import Squares, ldl
from ratecert.proofs.finders.positive import by_squares
from ratecert.proofs.finders.search import Search
from ratecert.proofs.finders.sides import establish
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import assume
from ratecert.proofs.kernel.terms import Rel
from ratecert.proofs.kernel.theory import Theory

THEORY = Theory("squares")
x, y, z = var("x", "y", "z")
FALSE = [
    pytest.param(statement, id=f"{goal.name}-{number}")
    for goal in GOALS
    for number, statement in enumerate(goal.false)
]
FORMS = ("Motzkin's form", "Robinson's form", "Choi and Lam's form", "Schur")
"""Proved after a case distinction at the origin only."""


@pytest.fixture(autouse=True)
def without_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smt, "available", lambda: False)


def by_squares_alone(goal: Rel, facts: tuple[Rel, ...]) -> Theorem | None:
    context = Context(THEORY, [assume(THEORY, h) for h in facts])
    establish(context, [goal, *facts])
    return by_squares(Search(context, [goal.left, goal.right]), goal)


def check_theorem(theorem: object, goal: Rel, facts: tuple[Rel, ...]) -> None:
    assert isinstance(theorem, Theorem), getattr(theorem, "text", theorem)
    check(theorem.conclusion == goal, "another conclusion")
    check(theorem.hypotheses <= set(facts), "more hypotheses than given")
    check(not theorem.uses, theorem.uses)


@pytest.mark.parametrize("goal", GOALS, ids=lambda g: g.name)
def test_true(goal: Goal) -> None:
    check_theorem(
        prove(THEORY, goal.goal, [assume(THEORY, h) for h in goal.given]), goal.goal, goal.given
    )


@pytest.mark.parametrize("goal", [g for g in GOALS if g.name not in FORMS], ids=lambda g: g.name)
def test_true_by_squares_alone(goal: Goal) -> None:
    check_theorem(by_squares_alone(goal.goal, goal.given), goal.goal, goal.given)


@pytest.mark.parametrize("statement", FALSE)
def test_false(statement: tuple[Rel, tuple[Rel, ...]]) -> None:
    goal, facts = statement
    check(by_squares_alone(goal, facts) is None, "a false goal was proved")
    result = prove(THEORY, goal, [assume(THEORY, h) for h in facts])
    check(isinstance(result, Counterexample | Undecided), "a false goal was proved")


def test_without_the_solver_the_failure_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(semidefinite, "available", lambda: False)
    result = prove(THEORY, le(0, motzkin("3")))
    assert isinstance(result, Undecided)
    check("install ratecert[sdp]" in result.text, result.text)


def test_the_failure_says_what_was_tried() -> None:
    vs = var(*(f"v{i}" for i in range(11)))
    pairs = [v * w for v, w in zip(vs, (*vs[1:], vs[0]), strict=True)]
    cubes = [v**2 * w for v, w in zip(vs, (*vs[1:], vs[0]), strict=True)]
    undecided = prove(THEORY, lt(0, motzkin("3")))  # false, by four points only
    assert isinstance(undecided, Undecided)
    check("sums of squares" in undecided.text, undecided.text)
    goal = le(sum(cubes[1:], cubes[0]) ** 2, sum((p**2 for p in pairs[1:]), pairs[0] ** 2))
    context = Context(THEORY, [])
    check(by_squares(Search(context, [goal.left, goal.right]), goal) is None, "too large")
    check(any("too large" in t for t in context.tried), context.tried)


def test_linear_steps_do_not_search_for_squares() -> None:
    result = prove(THEORY, le(0, motzkin("3")), degree=1)
    assert isinstance(result, Undecided)
    check("squares" not in result.text, result.text)


def test_what_the_search_says_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Squares that do not add up are refused by the kernel."""
    found = gram.certificate

    def off(problem: gram.Gram) -> Squares | None:
        squares = found(problem)
        if squares is not None:
            (d, q), *rest = squares.blocks[0]
            squares.blocks[0][:] = [(d + Fraction(1, 2**40), q), *rest]
        return squares

    goal = le(*cauchy_schwarz("1"))
    check(by_squares_alone(goal, ()) is not None, "not proved")
    monkeypatch.setattr("ratecert.proofs.finders.positive.certificate", off)
    check(by_squares_alone(goal, ()) is None, "a certificate that is off was accepted")


def test_a_contradiction_among_the_facts_is_found() -> None:
    facts = (le(x**2 + y**2, 1), le(3, x + y))
    check_theorem(by_squares_alone(le(z, 0), facts), le(z, 0), facts)


def test_an_equation_that_no_atom_solves() -> None:
    facts = (eq(x**2 + y**2 + x * y * z, 1), le(x * y * z, 0), le(0, z))
    goal = le(1, x**2 + y**2)
    check_theorem(by_squares_alone(goal, facts), goal, facts)


def entries(rows: list[list[int]]) -> list[object]:
    return [flint.fmpq(rows[i][j]) for j in range(len(rows)) for i in range(j + 1)]


def test_decomposition() -> None:
    singular = [[1, 2, 0], [2, 4, 0], [0, 0, 3]]
    found = ldl(3, entries(singular))
    assert found is not None
    for i in range(3):
        for j in range(3):
            total = sum((d * row[i] * row[j] for d, row in found), flint.fmpq(0))
            check(total == singular[i][j], (i, j, total))
    check(ldl(2, entries([[0, 1], [1, 5]])) is None, "a zero pivot with something left")
    check(ldl(2, entries([[1, 2], [2, 3]])) is None, "an indefinite matrix")
    check(ldl(1, entries([[-1]])) is None, "a negative matrix")
    check(ldl(2, entries([[0, 0], [0, 1]])) is not None, "a zero pivot with nothing left")


small = st.integers(-3, 3)
quadratic = st.lists(small, min_size=5, max_size=5)


@settings(max_examples=20)
@given(st.lists(quadratic, min_size=1, max_size=2), st.tuples(small, small))
def test_sums_of_squares_with_one_zero(parts: list[list[int]], zero: tuple[int, int]) -> None:
    """Equality is attained at ``zero``: proved, and not if anything is taken away."""
    u, v = x - zero[0], y - zero[1]
    total = u**2 + v**2
    for c in parts:
        total = total + (c[0] * u + c[1] * v + c[2] * u**2 + c[3] * u * v + c[4] * v**2) ** 2
    goal = le(0, total)
    check_theorem(by_squares_alone(goal, ()), goal, ())
    check(by_squares_alone(lt(0, total), ()) is None, "strict, though there is a zero")
    check(by_squares_alone(le(lifted(Fraction(1, 1000)), total), ()) is None, "more than it is")
