"""``sum_both``, ``split_sum``, ``rewrite`` and ``norm``: rules for sums and for equal terms."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from finite_model import (
    DIM,
    EVERY,
    OTHER,
    THEORY,
    K,
    X,
    Y,
    a,
    c,
    f,
    g,
    h,
    i,
    j,
    k,
    m,
    number,
    one,
    over_i,
    s,
    v,
    zero,
)

from helpers import check
from ratecert.proofs.kernel.certificates import Leaf, Product, certify
from ratecert.proofs.kernel.errors import (
    KernelError,
    RangeError,
    SideConditionError,
    SortError,
    TheoryError,
)
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import (
    assume,
    axiom,
    instantiate,
    norm,
    rewrite,
    split_sum,
    sum_both,
    weaken,
)
from ratecert.proofs.kernel.terms import (
    CE,
    ONE,
    ZERO,
    Abs,
    E,
    Fin,
    Formula,
    Ix,
    Le,
    PointVar,
    Rel,
    Term,
    Var,
    add,
    mul,
    point_of,
    power,
    rat,
    sum_over,
)
from ratecert.proofs.kernel.theory import Theory

Planted = dict[str, tuple[Callable[[], Theorem], type[KernelError], str]]


def given(formula: Formula) -> Theorem:
    return assume(THEORY, formula)


def le(left: Term, right: Term) -> Rel:
    return Rel(left, "<=", right)


def refuse(case: tuple[Callable[[], Theorem], type[KernelError], str]) -> None:
    inference, error, message = case
    with pytest.raises(error, match=message) as caught:
        inference()
    check(type(caught.value) is error, caught.value)


def termwise() -> Theorem:
    """``1 <= i, i <= d |- 0 < s[i]``."""
    return axiom(THEORY, "s.positive")


# --- sum_both ---------------------------------------------------------------------------------


def test_sum_both() -> None:
    theorem = sum_both(termwise(), "i", one, DIM)
    check(not theorem.hypotheses, theorem)
    check(theorem.conclusion == le(over_i(ZERO), over_i(s(i))), theorem)
    narrower = sum_both(termwise(), "i", number(2), DIM.shift(-1))
    check(not narrower.hypotheses, narrower)
    equal = sum_both(norm(THEORY, power(Abs(g(k, i)), 2), power(g(k, i), 2)), "i", k, j)
    check(equal.rel.op == "=" and not equal.hypotheses, equal)


def test_sum_both_keeps_other_hypotheses() -> None:
    premise = weaken(weaken(termwise(), le(X, Y)), Le(one, k))
    check(sum_both(premise, "i", one, DIM).hypotheses == {le(X, Y), Le(one, k)})
    by_context = weaken(weaken(termwise(), Le(one, k)), Le(j, DIM))
    theorem = sum_both(by_context, "i", k, j)
    check(theorem.hypotheses == {Le(one, k), Le(j, DIM)}, theorem)


def test_sum_both_over_nested_binders() -> None:
    inner = sum_both(norm(THEORY, mul(a(i, j), ONE), a(i, j)), "j", one, i)
    outer = sum_both(inner, "i", one, DIM)
    check(outer.rel.right == sum_over("i", one, DIM, sum_over("j", one, i, a(i, j))), outer)


NOT_SUMMED: Planted = {
    "the index is free in a hypothesis": (
        lambda: sum_both(weaken(termwise(), le(X, s(i))), "i", one, DIM),
        SideConditionError, "mentions i"),
    "the hypothesis summed is the premise": (
        lambda: sum_both(given(le(X, s(i))), "i", one, DIM), SideConditionError, "mentions i"),
    "integrability of one summand": (
        lambda: sum_both(weaken(termwise(), Fin(g(k, i), Fraction(1))), "i", one, DIM),
        SideConditionError, "mentions i"),
    "a range too wide below": (
        lambda: sum_both(termwise(), "i", zero, DIM), RangeError, "from the range of i"),
    "a range too wide above": (
        lambda: sum_both(termwise(), "i", one, DIM.shift(1)), RangeError, "from the range of i"),
    "another range": (
        lambda: sum_both(termwise(), "i", one, K), RangeError, "from the range of i"),
    "the range mentions the index": (
        lambda: sum_both(termwise(), "i", one, i), SideConditionError, "occurs in its own range"),
    "an index constant": (
        lambda: sum_both(norm(THEORY, s(K), s(K)), "K", one, DIM),
        SideConditionError, "is a constant"),
    "the index is a level": (
        lambda: sum_both(norm(THEORY, Var("u", i), Var("u", i)), "i", one, DIM),
        SideConditionError, "i is the level of a variable"),
    "the index is a level, shifted": (
        lambda: sum_both(norm(THEORY, ZERO, mul(ZERO, Var("u", i.shift(-1)))), "i", one, DIM),
        SideConditionError, "i is the level of a variable"),
    "the index is the level of a point": (
        lambda: sum_both(norm(THEORY, f(PointVar("p", i)), f(PointVar("p", i))), "i", one, DIM),
        SideConditionError, "i is the level of a variable"),
    "no relation": (
        lambda: sum_both(given(Le(one, i)), "i", one, DIM), SideConditionError, "not a relation"),
    "a loose range": (
        lambda: sum_both(norm(THEORY, X, X), "i", one, Ix(0)), SortError, "loose bound index"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_SUMMED)
def test_not_summed(name: str) -> None:
    refuse(NOT_SUMMED[name])


# --- split_sum --------------------------------------------------------------------------------


def test_split_sum() -> None:
    total = sum_over("i", one, DIM, a(i, k))
    first = split_sum(THEORY, total, "first", (Le(one, DIM),))
    check(first.rel.right == add(a(one, k), sum_over("i", number(2), DIM, a(i, k))), first)
    check(first.hypotheses == {Le(one, DIM)})
    last = split_sum(THEORY, total, "last", (Le(number(3), DIM), Le(one, K)))
    check(last.rel.right == add(sum_over("i", one, DIM.shift(-1), a(i, k)), a(DIM, k)), last)
    check(last.hypotheses == {Le(number(3), DIM)}, last)
    constant = split_sum(THEORY, sum_over("i", one, number(2), s(i)), "first", ())
    check(not constant.hypotheses, constant)


def test_split_sum_under_inner_binders() -> None:
    total = sum_over("i", one, DIM, sum_over("j", one, i, a(i, j)))
    last = split_sum(THEORY, total, "last", (Le(one, DIM),))
    check(last.rel.right.key.endswith(sum_over("j", one, DIM, a(DIM, j)).key + "])"), last)


NOT_DIVIDED: Planted = {
    "possibly empty": (
        lambda: split_sum(THEORY, over_i(s(i)), "first", ()), RangeError, "may be empty"),
    "possibly empty by one": (
        lambda: split_sum(THEORY, over_i(s(i)), "last", (Le(zero, DIM),)),
        RangeError, "may be empty"),
    "non-empty elsewhere": (
        lambda: split_sum(THEORY, sum_over("i", one, k, s(i)), "last", (Le(one, DIM), Le(k, DIM))),
        RangeError, "may be empty"),
    "certainly empty": (
        lambda: split_sum(THEORY, sum_over("i", one, zero, s(i)), "first", ()),
        RangeError, "may be empty"),
    "a third end": (
        lambda: split_sum(THEORY, sum_over("i", one, one, s(i)), "middle", ()),  # type: ignore[arg-type]
        SideConditionError, "side is 'first' or 'last'"),
    "loose": (
        lambda: split_sum(THEORY, sum_over("i", one, one, s(Ix(2))), "first", ()),
        SortError, "loose bound index"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_DIVIDED)
def test_not_divided(name: str) -> None:
    refuse(NOT_DIVIDED[name])


# --- rewrite ----------------------------------------------------------------------------------


def test_rewrite_everywhere() -> None:
    equal = given(Rel(X, "=", mul(Y, Y)))
    term = add(power(X, -1), h(X), over_i(mul(X, s(i))), f(point_of("i", X)))
    theorem = rewrite(term, equal)
    square = mul(Y, Y)
    wanted = add(power(square, -1), h(square), over_i(mul(square, s(i))), f(point_of("i", square)))
    check(theorem.rel == Rel(term, "=", wanted) and theorem.hypotheses == equal.hypotheses)
    sure = weaken(norm(THEORY, power(Abs(X), 2), power(X, 2)), Le(one, k))
    average = rewrite(E(CE(k, power(Abs(X), 2))), sure)
    check(average.rel.right == E(CE(k, power(X, 2))), average)


def test_rewrite_does_not_touch_bound_indices() -> None:
    equal = given(Rel(s(i), "=", c(j)))
    theorem = rewrite(over_i(s(i)), equal)
    check(theorem.rel.left == theorem.rel.right, theorem)


def test_rewrite_brings_free_indices_under_binders_without_capture() -> None:
    equal = given(Rel(X, "=", s(i)))
    theorem = rewrite(over_i(mul(X, s(i))), equal)
    check(theorem.rel.right == sum_over("j", one, DIM, mul(s(i), s(j))), theorem)


RANDOM = "an equation with random hypotheses used under an expectation"
NOT_REWRITTEN: Planted = {
    "an inequality": (
        lambda: rewrite(X, given(le(X, Y))), SideConditionError, "must be an equation"),
    "under E": (
        lambda: rewrite(E(X), given(Rel(X, "=", Y))), SideConditionError, RANDOM),
    "under a condition": (
        lambda: rewrite(add(X, CE(k, mul(X, Y))), given(Rel(X, "=", Y))),
        SideConditionError, RANDOM),
    "deep under E": (
        lambda: rewrite(over_i(mul(s(i), E(f(point_of("j", mul(s(j), X)))))),
                        given(Rel(X, "=", Y))),
        SideConditionError, RANDOM),
    "under E, another hypothesis being random": (
        lambda: rewrite(E(Abs(X)), weaken(norm(THEORY, Abs(X), Abs(X)), le(ZERO, g(k, i)))),
        SideConditionError, RANDOM),
    "no relation": (
        lambda: rewrite(X, given(Le(one, k))), SideConditionError, "not a relation"),
    "a loose term": (
        lambda: rewrite(s(Ix(0)), norm(THEORY, X, X)), SortError, "loose bound index"),
    "a term of another theory": (
        lambda: rewrite(s(k), norm(Theory("empty"), X, X)), SortError, "declares no symbol"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_REWRITTEN)
def test_not_rewritten(name: str) -> None:
    refuse(NOT_REWRITTEN[name])


# --- norm -------------------------------------------------------------------------------------


def test_norm_records_what_it_used() -> None:
    facts = (axiom(THEORY, "c.below"), axiom(THEORY, "v.sign"), termwise())
    term, ambient = mul(v(k, i), s(j)), (Le(one, j), Le(j, DIM))
    theorem = norm(THEORY, Abs(term), term, ambient, facts=facts)
    check(theorem.hypotheses == {Le(one, j), Le(j, DIM)}, theorem)
    check(theorem.uses == {"axiom:v.sign", "axiom:s.positive"}, theorem.uses)
    check(len(theorem.args["facts"]) == 2)
    unfolded = norm(THEORY, m(one, i), add(mul(s(i), m(zero, i)), g(one, i)), (), (("m", ()),))
    check(unfolded.uses == {"definition:m", "level:g", "level:m"}, unfolded.uses)


NOT_NORMAL: Planted = {
    "different terms": (
        lambda: norm(THEORY, X, Y), SideConditionError, "not equal by normalisation"),
    "a wrong constant": (
        lambda: norm(THEORY, power(add(X, Y), 2), add(power(X, 2), mul(X, Y), power(Y, 2))),
        SideConditionError, "not equal by normalisation"),
    "a fact of another theory": (
        lambda: norm(THEORY, Abs(X), X, facts=(assume(OTHER, le(ZERO, X)),)),
        TheoryError, "a theorem of other used in walk"),
    "an unknown definition": (
        lambda: norm(THEORY, X, X, (), (("nope", ()),)), SideConditionError, "unknown definition"),
    "a loose left side": (
        lambda: norm(THEORY, s(Ix(0)), s(Ix(0))), SortError, "loose bound index"),
    "a loose index condition": (
        lambda: norm(THEORY, X, X, (Le(Ix(0), k),)), SortError, "loose bound index"),
    "a symbol of another theory": (
        lambda: norm(Theory("empty"), s(k), s(k)), SortError, "declares no symbol"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_NORMAL)
def test_not_normal(name: str) -> None:
    refuse(NOT_NORMAL[name])


# --- together: telescoping --------------------------------------------------------------------


def test_a_telescoping_sum() -> None:
    """``1 <= d |- Sum_i (s[i+1] - s[i]) = s[d+1] - s[1]``, by both splits and one certificate."""
    ambient = (Le(one, DIM),)
    later, now = over_i(s(i.shift(1))), over_i(s(i))
    shifted = norm(THEORY, later, sum_over("i", number(2), DIM.shift(1), s(i)))
    first = split_sum(THEORY, now, "first", ambient)
    whole = sum_over("i", number(2), DIM.shift(1), s(i))
    last = split_sum(THEORY, whole, "last", (Le(number(2), DIM.shift(1)),))
    goal = le(over_i(add(s(i.shift(1)), mul(rat(-1), s(i)))),
              add(s(DIM.shift(1)), mul(rat(-1), s(one))))  # fmt: skip
    leaf = Leaf((Product(Fraction(1), (-1,)),), ((0, ONE), (1, rat(-1)), (2, ONE)))
    theorem = certify(THEORY, goal, leaf, (shifted, first, last), ambient)
    check(theorem.hypotheses == {Le(one, DIM), Le(number(2), DIM.shift(1))}, theorem)
    wrong = le(goal.left, add(s(DIM.shift(1)), mul(rat(-1), s(number(2)))))
    with pytest.raises(KernelError, match="the identity fails"):
        certify(THEORY, wrong, leaf, (shifted, first, last), ambient)


def test_summing_then_instantiating() -> None:
    theorem = sum_both(norm(THEORY, mul(X, s(i), ONE), mul(X, s(i))), "i", one, DIM)
    moved = instantiate(theorem, (("k", j),), ((X, c(i)),))
    check(moved.rel.right == sum_over("j", one, DIM, mul(c(i), s(j))), moved)
    check(EVERY[0] not in moved.hypotheses)
