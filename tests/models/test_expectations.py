"""Expectations on trees against an independent computation, and the laws they obey."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from ratecert.proofs.kernel.terms import (
    CE,
    E,
    Ix,
    IxVal,
    Rat,
    Var,
    add,
    is_closed,
    mul,
    power,
    sum_over,
)
from ratecert.proofs.models.evaluation import Evaluation
from ratecert.proofs.models.interpretation import sums_expanded
from ratecert.proofs.models.numbers import compared, exact, raised
from ratecert.proofs.models.tree import Tree

X, Y = Var("X", "any"), Var("Y", "any")
rationals = st.fractions(min_value=-4, max_value=4, max_denominator=6)


class Given(Evaluation):
    """Random variables given scenario by scenario."""

    def __init__(self, tree, values):
        super().__init__(tree, {})
        self.values = values

    def symbol(self, name, at):
        raise NotImplementedError

    def function(self, term, env):
        raise NotImplementedError

    def variable(self, variable, env):
        return [exact(v) for v in self.values[variable.name]]

    def point_variable(self, variable, env):
        raise NotImplementedError


@st.composite
def models(draw):
    """A tree whose probabilities depend on the history, and two random variables."""
    tree = Tree()
    for _ in range(draw(st.integers(0, 3))):
        chances = []
        for _ in tree.paths:
            weights = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
            chances.append([Fraction(w, sum(weights)) for w in weights])
        tree = tree.grown(chances)
    n = len(tree.paths)
    values = {name: draw(st.lists(rationals, min_size=n, max_size=n)) for name in "XY"}
    return Given(tree, values)


def numbers(model, term):
    return [low for low, high in model.value(term, {}) if low == high]


def by_hand(model, values, level):
    """The mean over the scenarios that share the first ``level`` outcomes, from the definition."""
    tree, result = model.tree, []
    for path in tree.paths:
        same = [n for n, q in enumerate(tree.paths) if q[: max(level, 0)] == path[: max(level, 0)]]
        mass = sum(tree.weights[n] for n in same)
        result.append(sum(tree.weights[n] * values[n] for n in same) / mass)
    return result


@settings(max_examples=60)
@given(models(), st.integers(-1, 4))
def test_conditional_expectations(model, level):
    mean = numbers(model, CE(Ix(None, level), X))
    assert mean == by_hand(model, model.values["X"], level)
    assert numbers(model, E(X)) == by_hand(model, model.values["X"], 0)
    assert sum(model.tree.weights) == 1


@settings(max_examples=60)
@given(models(), st.integers(0, 3), st.integers(0, 3), rationals)
def test_tower_linearity_pull_out(model, k, l, c):  # noqa: E741
    inner, outer = Ix(None, max(k, l)), Ix(None, min(k, l))
    assert numbers(model, CE(outer, CE(inner, X))) == numbers(model, CE(outer, X))
    combined = CE(inner, add(mul(Rat(c), X), Y))
    assert numbers(model, combined) == numbers(model, add(mul(Rat(c), CE(inner, X)), CE(inner, Y)))
    known = CE(inner, Y)
    assert numbers(model, CE(inner, mul(known, X))) == numbers(model, mul(known, CE(inner, X)))
    residual = add(X, mul(Rat(Fraction(-1)), CE(inner, X)))
    assert set(numbers(model, CE(inner, residual))) == {0}


@settings(max_examples=60)
@given(models())
def test_jensen_is_no_equality(model):
    variance = add(E(power(X, 2)), mul(Rat(Fraction(-1)), power(E(X), 2)))
    values = numbers(model, variance)
    assert all(v >= 0 for v in values)
    assert (values[0] == 0) == (len(set(model.values["X"])) == 1)


@settings(max_examples=60)
@given(models())
def test_the_node_of_a_value_is_where_it_is_decided(model):
    value = [exact(v) for v in model.values["X"]]
    for scenario, path in enumerate(model.tree.paths):
        history = model.tree.node_of(scenario, value)
        assert path[: len(history)] == history
        past = model.tree.past(len(history))
        seen = {}
        for h, v in zip(past, value, strict=True):
            assert seen.setdefault(h, v) == v


def test_loose_indices_and_sums():
    model = Given(Tree(), {"X": [Fraction(3)], "Y": [Fraction(1)]})
    inner = sum_over("j", Ix(None, 1), Ix("i"), mul(IxVal(Ix("i")), IxVal(Ix("j")), X))
    term = sum_over("i", Ix(None, 1), Ix(None, 3), inner)
    expected = sum(3 * i * j for i, j in product((1, 2, 3), repeat=2) if j <= i)
    assert numbers(model, term) == [expected]


INDICES = st.sampled_from(["a", "b", "c"])
BOUNDS = st.one_of(st.integers(-1, 3).map(lambda n: Ix(None, n)), INDICES.map(Ix))


def nested(body):
    """Sums over a, b, c, whose bounds may be numbers or other indices."""
    summed = st.builds(
        sum_over, INDICES, st.integers(0, 1).map(lambda n: Ix(None, n)), BOUNDS, body
    )
    return st.one_of(summed, st.builds(add, body, body), st.builds(mul, body, body))


LEAVES = st.one_of(INDICES.map(lambda n: IxVal(Ix(n))), st.just(X), st.just(Rat(Fraction(1, 2))))
TERMS = st.recursive(LEAVES, nested, max_leaves=12)


@settings(max_examples=300)
@given(TERMS, st.integers(0, 2), st.integers(0, 2))
def test_writing_sums_out_changes_no_value(term, a, b):
    model = Given(Tree(), {"X": [Fraction(3)], "Y": [Fraction(1)]})
    env = {"a": a, "b": b, "c": 2}
    written = sums_expanded(term)
    assert is_closed(written)
    assert model.value(written, env) == model.value(term, env)


@settings(max_examples=200)
@given(st.fractions(min_value=0, max_value=50, max_denominator=40), st.integers(2, 4))
def test_roots_are_exact_or_enclosed(value, q):
    low, high = raised(exact(value), Fraction(1, q))
    assert low**q <= value <= high**q
    assert high - low < Fraction(1, 10**30)
    assert raised(exact(value**q), Fraction(1, q)) == exact(value)
    assert compared((low, high), "=", (low, high)) is (True if low == high else None)
