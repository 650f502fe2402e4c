"""Signs: what counts where a fact and the shape of a term, or two facts, say different things.

Each test was written for a guard that no other test needed (tests/guards).
"""

from __future__ import annotations

import pytest
from finite_model import THEORY, k, number, one, zero

from helpers import check
from ratecert.proofs.kernel.errors import SideConditionError
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.normal import Normaliser
from ratecert.proofs.kernel.polynomials import to_term
from ratecert.proofs.kernel.rules import assume, norm
from ratecert.proofs.kernel.terms import (
    ONE,
    ZERO,
    Abs,
    IxVal,
    Le,
    Op,
    Rel,
    Term,
    Var,
    add,
    div,
    mul,
    neg,
    power,
    rat,
    sqrt,
    sub,
)

p, q = Var("p", "any"), Var("q", "any")


def fact(left: Term, op: Op, right: Term) -> Theorem:
    return assume(THEORY, Rel(left, op, right))


def test_of_two_weak_facts_the_first_counts() -> None:
    """For p >= 0 and p <= 0, |p| is p, or -p: one normal form, and one hypothesis."""
    above, below = fact(ZERO, "<=", p), fact(p, "<=", ZERO)
    for facts, right in (((above, below), p), ((below, above), neg(p))):
        theorem = norm(THEORY, Abs(p), right, facts=facts)
        check(theorem.hypotheses == facts[0].hypotheses, theorem)


def test_a_strict_fact_counts_before_weak_ones() -> None:
    weak, strict = fact(ZERO, "<=", p), fact(ZERO, "<", p)
    for facts in ((weak, strict), (strict, weak)):
        theorem = norm(THEORY, div(p, p), ONE, facts=facts)
        check(theorem.hypotheses == strict.hypotheses, theorem)


def test_a_strict_shape_counts_before_a_weak_fact() -> None:
    weak = fact(ZERO, "<=", IxVal(k))
    theorem = norm(THEORY, div(IxVal(k), IxVal(k)), ONE, (Le(one, k),), facts=(weak,))
    check(theorem.hypotheses == {Le(one, k)}, theorem)


def test_a_weak_fact_counts_before_a_weak_shape() -> None:
    """|p| is >= 0 by its shape; told that it is <= 0, one may take the root of -|p|."""
    theorem = norm(THEORY, power(sqrt(neg(Abs(p))), 2), neg(Abs(p)),
                   facts=(fact(Abs(p), "<=", ZERO),))  # fmt: skip
    check(theorem.hypotheses == {Rel(Abs(p), "<=", ZERO)}, theorem)


def test_a_size_is_as_strict_as_what_it_is_of() -> None:
    for hypothesis, sign in ((Rel(ZERO, "<=", p), (1, False)), (Rel(p, "<", ZERO), (1, True))):
        check(Normaliser(THEORY, facts=(assume(THEORY, hypothesis),)).sign(Abs(p)) == sign)
    check(Normaliser(THEORY).sign(Abs(p)) == (1, False), "whatever p is")


def test_signs_of_products() -> None:
    """Factors < 0 count; a factor <= 0 or unknown only where its power is even."""
    for facts, exponents, sign in (
        ((Rel(p, "<", ZERO), Rel(q, "<", ZERO)), (1, 1), (1, True)),
        ((Rel(p, "<", ZERO), Rel(ZERO, "<=", q)), (1, 1), (-1, False)),
        ((Rel(p, "<", ZERO), Rel(ZERO, "<", q)), (3, 1), (-1, True)),
        ((Rel(p, "<=", ZERO), Rel(ZERO, "<", q)), (2, 1), (1, False)),
        ((Rel(ZERO, "<", q),), (2, 1), (1, False)),
        ((Rel(ZERO, "<=", p), Rel(ZERO, "<", q)), (1, 1), (1, False)),
        ((Rel(ZERO, "<", p), Rel(ZERO, "<=", q)), (1, 1), (1, False)),
        ((Rel(ZERO, "<=", p), Rel(ZERO, "<=", q)), (1, 1), (1, False)),
        ((Rel(p, "<=", ZERO), Rel(ZERO, "<", q)), (1, 1), None),
        ((Rel(ZERO, "<", q),), (1, 1), None),
    ):
        n = Normaliser(THEORY, facts=tuple(assume(THEORY, f) for f in facts))
        product = mul(power(p, exponents[0]), power(q, exponents[1]))
        check(n.sign(to_term(n.poly(product))) == sign, (facts, exponents))


def test_a_sum_of_what_may_vanish_may_vanish() -> None:
    """0 <= p and 0 <= q do not make p + q positive, nor p q + q, nor sums of their roots."""
    weak = (Rel(ZERO, "<=", p), Rel(ZERO, "<=", q))
    strict = (Rel(ZERO, "<", p), Rel(ZERO, "<", q))
    roots, sides = add(sqrt(p), sqrt(q)), (weak, strict[:1] + weak[1:], strict)
    for term, enough in (
        (add(p, q), 1),
        (roots, 1),
        (add(mul(p, q), q), 2),
        (add(mul(p, q), p), 1),
    ):
        for strength, formulas in enumerate(sides):
            facts = tuple(assume(THEORY, formula) for formula in formulas)
            if strength >= enough:
                norm(THEORY, div(term, term), ONE, facts=facts)
                continue
            with pytest.raises(SideConditionError, match="not equal by normalisation"):
                norm(THEORY, div(term, term), ONE, facts=facts)


def test_a_root_that_stays_a_root_needs_no_sign() -> None:
    side = fact(ZERO, "<=", add(p, q))
    theorem = norm(THEORY, sqrt(add(p, q)), sqrt(add(q, p)), facts=(side,))
    check(not theorem.hypotheses, theorem)
    theorem = norm(THEORY, power(sqrt(add(p, q)), 2), add(p, q), facts=(side,))
    check(theorem.hypotheses == side.hypotheses, theorem)


def test_signs_of_differences() -> None:
    for formulas, sign in (
        ((Rel(ZERO, "<", p), Rel(ZERO, "<", q)), None),
        ((Rel(ZERO, "<", p), Rel(q, "<", ZERO)), (1, True)),
        ((Rel(ZERO, "<=", p), Rel(q, "<=", ZERO)), None),
        ((Rel(p, "<", ZERO), Rel(ZERO, "<=", q)), (-1, True)),
    ):
        n = Normaliser(THEORY, facts=tuple(assume(THEORY, f) for f in formulas))
        check(n.sign_of(n.poly(sub(p, q))) == sign, formulas)


def test_signs_of_numbers_and_indices() -> None:
    n = Normaliser(THEORY)
    for value, sign in ((2, (1, True)), (0, (1, False)), (-2, (-1, True))):
        check(n.sign(rat(value)) == sign, value)
    theorem = norm(THEORY, Abs(IxVal(k)), IxVal(k), (Le(zero, k),))
    check(theorem.hypotheses == {Le(zero, k)}, theorem)
    for ambient in ((), (Le(number(-1), k),), (Le(k, zero),)):
        with pytest.raises(SideConditionError, match="not equal by normalisation"):
            norm(THEORY, Abs(IxVal(k)), IxVal(k), ambient)
