"""Random statements: what is proved is never violated, what is refuted is."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scalar_goals import X, eq, le, lt, mod, num, sqrt, var

from helpers import check
from ratecert.proofs.finders import Counterexample, Undecided, prove, smt
from ratecert.proofs.kernel.exact import holds
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import assume
from ratecert.proofs.kernel.terms import Rel, Term
from ratecert.proofs.kernel.theory import Theory

THEORY = Theory("random")
x, y, z = var("x", "y", "z")
VALUES = [Fraction(v) for v in ("-2", "-1/2", "0", "1/3", "1", "4")]
POINTS: list[dict[Term, Fraction]] = [
    {x.term: a, y.term: b, z.term: c} for a, b, c in product(VALUES, repeat=3)
]

leaves = st.sampled_from([x, y, z, num("1"), num("2"), num("1/2")])
terms = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: p[0] + p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] - p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] * p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] / p[1]),
        inner.map(lambda p: p**2),
        inner.map(mod),
        inner.map(sqrt),
    ),
    max_leaves=6,
)
relations = st.tuples(st.sampled_from([le, le, lt, eq]), terms, terms).map(
    lambda r: r[0](r[1], r[2])
)
signs = st.sampled_from([le(0, x), lt(0, y), le(z, 1), le(x, y), le(y, x**2), eq(z, x * y)])


def slack(goal: Rel) -> Rel:
    """A statement with a better chance: a square added to the larger side."""
    return Rel(goal.left, "<=", (X(goal.right) + (X(goal.left) - X(goal.right)) ** 2 + 1).term)


statements = st.one_of(relations, relations.map(slack))


@pytest.fixture(autouse=True, scope="module")
def without_solver() -> object:
    patch = pytest.MonkeyPatch()
    patch.setattr(smt, "available", lambda: False)
    yield
    patch.undo()


def judge(goal: Rel, facts: tuple[Rel, ...], result: object) -> None:
    if isinstance(result, Theorem):
        check(result.conclusion == goal, "another conclusion")
        check(result.hypotheses <= set(facts), "more hypotheses")
        for point in POINTS:
            if all(holds(h, point) is True for h in result.hypotheses):
                check(holds(goal, point) is not False, f"violated at {point}")
    elif isinstance(result, Counterexample):
        point = {**dict.fromkeys((x.term, y.term, z.term), Fraction(0)), **result.point}
        check(all(holds(h, point) is True for h in facts), result.text)
        check(holds(goal, point) is False, result.text)
    else:
        check(isinstance(result, Undecided), result)


@settings(max_examples=150)
@given(statements, st.lists(signs, max_size=3, unique=True).map(tuple))
def test_verdicts_agree_with_exact_evaluation(goal: Rel, facts: tuple[Rel, ...]) -> None:
    result = prove(THEORY, goal, [assume(THEORY, h) for h in facts], degree=2)
    judge(goal, facts, result)


@settings(max_examples=80)
@given(terms, terms, terms, st.lists(signs, max_size=2, unique=True).map(tuple))
def test_consequences_of_random_facts(a: X, b: X, c: X, facts: tuple[Rel, ...]) -> None:
    """a <= b gives a + c <= b + c^2 + 1, and what is proved by it holds where it does."""
    everything = (*facts, le(a, b))
    goal = le(a + c, b + c**2 + 1)
    result = prove(THEORY, goal, [assume(THEORY, h) for h in everything], degree=2)
    judge(goal, everything, result)
