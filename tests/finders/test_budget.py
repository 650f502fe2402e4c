"""Searches stop after a fixed amount of work, counted and not timed."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from helpers import check
from ratecert.proofs.finders import SEARCH, Undecided, prove, refute, smt
from ratecert.proofs.finders.budget import Budget, SpentError
from ratecert.proofs.kernel import terms as K
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import assume
from ratecert.proofs.kernel.theory import Theory
from ratecert.proofs.language.loader import load

THEORY = Theory("scalars")
NAMES = [K.Var(f"a{n}", "any") for n in range(12)]


@pytest.fixture(autouse=True)
def without_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smt, "available", lambda: False)


def hypotheses() -> list[Theorem]:
    """Thirty relations, none of which says how large the first quantity is."""
    rels = [K.Rel(K.ZERO, "<", a) for a in NAMES]
    rels += [K.Rel(K.Mul((a, b)), "<=", K.rat(1)) for a, b in pairwise(NAMES)]
    rels += [K.Rel(K.Pow(a, Fraction(2)), "<=", b) for a, b in zip(NAMES, NAMES[5:], strict=False)]
    return [assume(THEORY, rel) for rel in rels]


def hard() -> K.Rel:
    """A relation about all of them that no few of the hypotheses decide."""
    return K.Rel(K.Mul(tuple(NAMES[:6])), "<=", K.add(K.rat(2), K.Mul(tuple(NAMES[6:]))))


def test_work_is_counted_down() -> None:
    budget = Budget(3)
    budget.spend(2)
    with pytest.raises(SpentError):
        budget.spend(2)


def test_a_search_without_work_left_is_undecided_and_says_so() -> None:
    found = prove(THEORY, hard(), hypotheses(), work=50)
    check(isinstance(found, Undecided), found)
    assert isinstance(found, Undecided)
    check(found.spent, found.text)
    check("until the search had done all it may" in found.text, found.text)


def test_little_work_is_enough_for_what_is_easy() -> None:
    goal = K.Rel(K.ZERO, "<=", K.Mul((NAMES[0], NAMES[1])))
    check(isinstance(prove(THEORY, goal, hypotheses()[:2], work=50), Theorem), "not found")


def test_what_a_search_spends_does_not_vary(monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[int] = []
    plain = Budget.spend

    def counted(self: Budget, work: int) -> None:
        spent[-1] += work
        plain(self, work)

    monkeypatch.setattr(Budget, "spend", counted)
    for _ in range(2):
        spent.append(0)
        prove(THEORY, hard(), hypotheses(), work=1000)
    check(spent[0] == spent[1] > 100, spent)


def test_refuting_only_finds_points_and_no_proofs() -> None:
    a, b = NAMES[:2]
    point = refute(THEORY, K.Rel(a, "<=", b), hypotheses()[:2])
    check(point is not None and point.point[a] > point.point[b], point)
    check(refute(THEORY, K.Rel(K.ZERO, "<=", a), hypotheses()[:2], rounds=0) is None, "false")


def test_no_step_of_sgd_needs_half_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    lowest = [SEARCH]
    plain = Budget.spend

    def watched(self: Budget, work: int) -> None:
        plain(self, work)
        lowest[0] = min(lowest[0], self.left)

    monkeypatch.setattr(Budget, "spend", watched)
    for theory in load("sgd"):
        for claimed in theory.claims.values():
            claimed.result = None
            check(claimed.check().verdict == "proved", claimed.result)
    check(SEARCH // 2 < lowest[0] < SEARCH, lowest)
