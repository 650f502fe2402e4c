"""Nodes are made once, and consecutive inferences share a normaliser where that is safe."""

from __future__ import annotations

import copy
from fractions import Fraction

import pytest

from helpers import check
from ratecert.proofs.kernel.budget import Budget
from ratecert.proofs.kernel.errors import LimitError, SortError
from ratecert.proofs.kernel.normal import normaliser
from ratecert.proofs.kernel.polynomials import plus, single
from ratecert.proofs.kernel.rules import assume
from ratecert.proofs.kernel.terms import ZERO, Add, Ix, Le, Pow, Rat, Rel, Var, mul, power, rat
from ratecert.proofs.kernel.theory import Theory

X = Var("x", "any")
EMPTY = Theory("empty")


def test_equal_nodes_are_one_object() -> None:
    check(Add((X, rat(1))) is Add((Var("x", "any"), rat(1))))
    check(Ix("k") is Ix("k", 0) and Ix("k") is Ix(base="k", offset=0))
    check(Var("x", "any") is not Var("x", "det"))


def test_fields_given_by_name_are_not_forgotten() -> None:
    """``Ix("new", offset=1)`` and ``Ix("new")`` have the same positional arguments."""
    moved = Ix("new", offset=1)
    check(Ix("new").offset == 0 and Ix("new") is not moved)
    check(Ix("new", offset=2).offset == 2)
    check(Var("new", level="det") is not Var("new", level="any"))


@pytest.mark.parametrize("remade", [copy.copy, copy.deepcopy])
def test_a_copy_is_the_node_itself(remade) -> None:  # type: ignore[no-untyped-def]
    for node in (X, mul(X, Pow(X, Fraction(1, 2))), Ix("k", 3)):
        check(remade(node) is node, node)


def test_numbers_that_are_equal_but_no_numbers_of_ours_are_refused() -> None:
    """1, 1.0 and True are equal for Python; only one of them may make a node."""
    check(rat(1) is Rat(Fraction(1)) and Ix(None, 1) is Ix(None, 1))
    for value in (1.0, True, 1):
        with pytest.raises(SortError):
            Rat(value)  # type: ignore[arg-type]
    for offset in (1.0, True, Fraction(1)):
        with pytest.raises(SortError):
            Ix(None, offset)  # type: ignore[arg-type]
    with pytest.raises(SortError):
        Pow(X, 1)  # type: ignore[arg-type]


def test_what_is_not_hashable_is_refused() -> None:
    with pytest.raises(SortError):
        Add([X, X])  # type: ignore[arg-type]


def test_nothing_times_something_adds_nothing() -> None:
    item = (X.key, 0, X)
    check(plus({}, single(item), 0) == {})
    check(plus(single(item), single(item), -1) == {})


def test_a_normaliser_in_the_middle_of_a_computation_is_left_alone() -> None:
    first = normaliser(EMPTY, frozenset(), (), (), False)
    check(normaliser(EMPTY, frozenset(), (), (), False) is first)
    with first.binder(Ix(None, 1), Ix("n")):
        check(normaliser(EMPTY, frozenset(), (), (), False) is not first)
    with first.inside_average():
        check(normaliser(EMPTY, frozenset(), (), (), False) is not first)
    check(normaliser(EMPTY, frozenset(), (), (), False) is first)


BUSY = {"depth": 1, "averaging": 1, "reading": True, "_pending": {X},
        "ambient": frozenset((Le(Ix(None, 1), Ix("n")),))}  # fmt: skip


@pytest.mark.parametrize("state", BUSY)
def test_a_normaliser_is_busy_in_any_of_these_states(
    state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them alone would change what the next inference may look up, or what it means."""
    first = normaliser(EMPTY, frozenset(), (), (), False)
    monkeypatch.setattr(first, state, BUSY[state])
    budget = Budget(7)
    other = normaliser(EMPTY, frozenset(), (), (), False, budget)
    check(first.busy and other is not first and not other.busy, state)
    check(other.budget is budget, "what is left of the work goes along")


def test_what_one_inference_used_is_not_held_against_the_next() -> None:
    first = normaliser(EMPTY, frozenset(), (), (), False)
    first.used.uses.add("axiom:other")
    first.budget.left = 0
    budget = Budget(7)
    check(normaliser(EMPTY, frozenset(), (), (), False, budget).budget is budget)
    again = normaliser(EMPTY, frozenset(), (), (), False)
    check(not again.used.uses and again.budget.left > 0)


def test_what_stopped_for_want_of_work_is_no_loss_to_the_next() -> None:
    """A shared normaliser is as good after a refusal as before: at the top, and with its facts."""
    t = Add((X, power(X, 2), rat(1)))
    facts = (assume(EMPTY, Rel(ZERO, "<", t)),)
    first = normaliser(EMPTY, frozenset(), (), facts, False)
    for work in range(60):
        first.budget = Budget(work)
        try:
            first.sign_of(first.poly(t))
        except LimitError:
            check(not first.busy, work)
    again = normaliser(EMPTY, frozenset(), (), facts, False)
    check(again is first and again.sign_of(again.poly(t)) == (1, True))
