"""Looking facts up: which are read, what is said of none, and that reading ends.

Most tests were written for a guard that no other test needed (tests/guards).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import pytest
from finite_model import STEP, THEORY, K, W, X, Y, g, i, j, k, m, number, one, s, v

from helpers import check
from ratecert.proofs.kernel.errors import SideConditionError
from ratecert.proofs.kernel.facts import MAX_DEPTH, Table
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.normal import Normaliser
from ratecert.proofs.kernel.rules import assume, axiom, integrability, norm, weaken
from ratecert.proofs.kernel.terms import (
    ONE,
    ZERO,
    Abs,
    All,
    Fin,
    Formula,
    IxVal,
    Le,
    Rel,
    Term,
    Var,
    add,
    coord,
    mul,
    neg,
    point_of,
    power,
    rat,
    sqrt,
    sub,
)
from ratecert.proofs.kernel.theory import Axiom, Symbol, Theory

p, q = Var("p", "any"), Var("q", "any")
TABLES: tuple[Table, ...] = ("sign", "integrable", "dominated", "below")
HERE = (("m", (("k", k),)),)
"""Unfold m[k,.] at this k only."""


def facts(*formulas: Formula) -> tuple[Theorem, ...]:
    return tuple(assume(THEORY, formula) for formula in formulas)


def spent(table: Table, term: Term, *formulas: Formula) -> int:
    """The work of one look-up."""
    n = Normaliser(THEORY, facts=facts(*formulas))
    before = n.budget.left
    check(isinstance(found := n.facts.find(table, term), Iterator))
    list(found)
    return before - n.budget.left


SILENT: dict[str, tuple[Formula, tuple[Table, ...]]] = {
    "another's exponent": (Fin(q, Fraction(1)), TABLES),
    "another's sign": (Rel(ZERO, "<", q), TABLES),
    "another's bound": (Rel(Abs(q), "<=", p), ("integrable", "dominated")),
    "no bound from below": (Rel(p, "<=", q), ("sign", "integrable", "dominated", "below")),
    "a size is no bound from above": (Rel(p, "<=", Abs(q)), ("integrable", "dominated", "below")),
    "the sign of a product": (Rel(ZERO, "<", mul(p, q)), ("sign",)),
    "the sign of twice a product": (Rel(ZERO, "<", mul(rat(2), p, q)), ("sign",)),
    "the sign of a product with a process": (Rel(ZERO, "<", mul(p, g(k, i))), ("sign",)),
    "a bound is no exponent": (Rel(Abs(p), "<=", q), ("integrable", "below")),
    "an exponent is no sign": (Fin(p, Fraction(1)), ("sign", "dominated", "below")),
    "an equation": (Rel(Abs(p), "=", p), TABLES),
    "an index condition": (Le(one, k), TABLES),
    "a hypothesis for all numbers": (All((W,), (), Rel(W, "<=", W)), TABLES),
}


@pytest.mark.parametrize("name", SILENT)
def test_facts_that_say_nothing_of_a_term_take_no_work(name: str) -> None:
    formula, tables = SILENT[name]
    for table in tables:
        check(spent(table, p, formula) == 0, table)
    check(spent("sign", p, Rel(ZERO, "<", p)) > 0, "a fact that is read takes some")


def test_definitions_are_expanded_in_facts_too() -> None:
    """``0 < m[k,i]`` speaks of ``s[i] m[k-1,i] + g[k,i]`` where m is unfolded."""
    positive = facts(Rel(ZERO, "<", m(k, i)))
    unfolded = add(mul(s(i), m(k.shift(-1), i)), g(k, i))
    theorem = norm(THEORY, Abs(m(k, i)), unfolded, STEP, HERE, positive)
    check(theorem.hypotheses == {Le(one, k), Rel(ZERO, "<", m(k, i))}, theorem)
    with pytest.raises(SideConditionError, match="not equal by normalisation"):
        norm(THEORY, Abs(m(k, i)), unfolded, STEP, HERE)


@pytest.mark.parametrize("unfold", [(), HERE])
def test_equations_and_other_formulas_are_no_signs(unfold: tuple[tuple[str, object], ...]) -> None:
    """Where definitions are unfolded every fact is read; what it is no fact of is left alone."""
    spare = facts(Rel(sub(p, ONE), "=", ZERO), Le(one, k), Rel(ZERO, "<", q), Fin(p, Fraction(1)),
                  All((W,), (), Rel(W, "<=", W)))  # fmt: skip
    theorem = norm(THEORY, Abs(q), q, STEP, unfold, spare)  # type: ignore[arg-type]
    check(theorem.hypotheses == {Rel(ZERO, "<", q)}, theorem)
    for value in (sub(p, ONE), sub(ONE, p)):
        with pytest.raises(SideConditionError, match="not equal by normalisation"):
            norm(THEORY, Abs(value), value, STEP, unfold, spare)  # type: ignore[arg-type]


def test_reading_one_fact_for_the_sake_of_another_ends() -> None:
    """To read a fact about one variable, the sign of the next is asked, and so on."""
    names = [Var(f"u{n}", "any") for n in range(150)]

    def about(a: Term, b: Term) -> Rel:
        root = sqrt(mul(power(a, 2), b))
        return Rel(ZERO, "<=", add(a, root, neg(root)))

    chain = facts(*(about(a, b) for a, b in pairwise(names)))
    theorem = norm(THEORY, Abs(names[0]), names[0], facts=chain)
    check(0 < len(theorem.hypotheses) <= MAX_DEPTH, theorem)


def test_a_coordinate_of_a_point_given_by_coordinates_is_found() -> None:
    """``(lambda n. q)[i]`` is q, so a fact about the one is one about the other."""
    side = facts(Rel(ZERO, "<", coord(point_of("n", q), i)))
    theorem = norm(THEORY, Abs(q), q, facts=side)
    check(theorem.hypotheses == side[0].hypotheses, theorem)


def test_where_everything_is_read_signs_are_no_bounds() -> None:
    for side in (Rel(ZERO, "<", q), Rel(q, "<=", X)):
        with pytest.raises(SideConditionError, match="exponent of"):
            integrability(THEORY, X, Fraction(1), STEP, facts(side), HERE)


def test_a_sum_may_be_better_known_than_its_parts() -> None:
    """X^2 + Y^2 in L^1 is a fact; from X and Y in L^1 it does not follow."""
    total = add(power(X, 2), power(Y, 2))
    parts = (Fin(X, Fraction(1)), Fin(Y, Fraction(1)))
    integrability(THEORY, total, Fraction(1), facts=facts(*parts, Fin(total, Fraction(1))))
    with pytest.raises(SideConditionError, match="exponent of"):
        integrability(THEORY, total, Fraction(1), facts=facts(*parts))


def test_an_inverse_may_be_known_as_a_whole() -> None:
    integrability(THEORY, power(X, -1), Fraction(1), facts=facts(Fin(power(X, -1), Fraction(1))))
    with pytest.raises(SideConditionError, match="exponent of"):
        integrability(THEORY, power(X, -1), Fraction(1), facts=facts(Fin(X, Fraction(1))))


def test_the_root_of_a_product_has_half_the_exponents_of_its_factors() -> None:
    known = facts(Fin(X, Fraction(1)), Fin(Y, Fraction(1)))
    integrability(THEORY, sqrt(mul(X, Y)), Fraction(1), facts=known)
    for few in (known[:1], known[1:]):
        with pytest.raises(SideConditionError, match="exponent of"):
            integrability(THEORY, sqrt(mul(X, Y)), Fraction(1), facts=few)


def test_the_least_exponent_counts_in_whatever_order() -> None:
    half = Fraction(1, 2)
    known = facts(Fin(X, Fraction(1)), Fin(X, half), Fin(X, Fraction(3, 4)))
    for order in (known, known[::-1]):
        integrability(THEORY, X, half, facts=order)


def test_a_fact_that_says_nothing_is_passed_over() -> None:
    for idle in (Rel(ZERO, "<=", sub(p, p)), Rel(sub(p, p), "<", ONE)):
        theorem = norm(THEORY, Abs(p), p, facts=facts(idle, Rel(ZERO, "<=", p)))
        check(theorem.hypotheses == {Rel(ZERO, "<=", p)}, theorem)


def test_what_a_factor_zero_removes_need_not_be_looked_for() -> None:
    """0 <= p + 0 q, where the 0 is the value of an index, is a fact about p."""
    side = facts(Rel(ZERO, "<=", add(p, mul(IxVal(number(0)), q))))
    theorem = norm(THEORY, Abs(p), p, facts=side)
    check(theorem.hypotheses == side[0].hypotheses, theorem)


def test_index_conditions_of_an_instance_follow_where_it_is_used() -> None:
    """Also those that the instance does not change."""
    side = (weaken(axiom(THEORY, "v.sign"), Le(j, K)),)
    for at, ambient in ((v(one, i), (Le(j, K),)), (v(k, i), ())):
        theorem = norm(THEORY, Abs(at), at, ambient, facts=side)
        check(theorem.hypotheses == {Le(j, K)}, theorem)
    with pytest.raises(SideConditionError, match="not equal by normalisation"):
        norm(THEORY, Abs(v(one, i)), v(one, i), facts=side)


def test_an_instance_may_say_nothing() -> None:
    """``0 <= s[i] - s[j]`` at i = j = 1 is no fact about s[1]."""
    ordered = Axiom("s", "s", "axiom", (), Rel(ZERO, "<=", sub(s(i), s(j))), "for this test")
    theory = Theory("t", (Symbol("s", ("index",)),), (), (ordered,))
    side = (axiom(theory, "s"),)
    with pytest.raises(SideConditionError, match="not equal by normalisation"):
        norm(theory, Abs(s(one)), s(one), facts=side)
