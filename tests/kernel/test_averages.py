"""What E and E[. | F_k] must not do, though each looks like something that they may.

Each test was written for a guard that no other test needed (tests/guards).
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from finite_model import DIM, EVERY, THEORY, K, X, Y, g, i, j, k, one, v

from helpers import check
from ratecert.proofs.kernel.errors import SideConditionError
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import assume, axiom, norm
from ratecert.proofs.kernel.terms import CE, E, Fin, Ix, Le, Term, Var, mul, power, sqrt, sum_over

H, n = Var("H", k), Ix("n")
"""F_k-measurable."""
TOTAL = sum_over("n", one, DIM, mul(X, g(k, i)))


def fin(term: Term, exponent: int | Fraction = 1) -> Theorem:
    return assume(THEORY, Fin(term, Fraction(exponent)))


def equal(left: Term, right: Term, *facts: Theorem, ambient: tuple[Le, ...] = ()) -> Theorem:
    return norm(THEORY, left, right, ambient, facts=facts, linear=True)


BOUNDED = tuple(fin(t, 0) for t in (X, Y, H, g(k, i), g(j, i)))


@pytest.mark.parametrize(
    "term",
    [power(CE(k, X), 2), power(CE(k, X), -1), sqrt(CE(k, X))],
    ids=["square", "inverse", "root"],
)
def test_the_tower_is_for_a_conditional_expectation_itself(term: Term) -> None:
    """E[E[X|F_k]] = E[X], but E[E[X|F_k]^2] is no such thing, nor E[1/E[X|F_k]]."""
    for facts in ((), BOUNDED):
        for whole, part in ((E(term), E(X)), (CE(k.shift(-1), term), CE(k.shift(-1), X))):
            with pytest.raises(SideConditionError, match="not equal by normalisation"):
                equal(whole, part, *facts)
            with pytest.raises(SideConditionError, match="not equal by normalisation"):
                norm(THEORY, whole, part, facts=facts)


@pytest.mark.parametrize("exponent", [2, -1])
def test_powers_of_a_conditional_expectation_are_not_eaten(exponent: int) -> None:
    """E[Y E[X|F_k]^n] is not E[Y X], nor E[X^n]; nor is a power of a sum a sum."""
    mean, facts = CE(k, X), (*BOUNDED, fin(power(CE(k, X), -1), 0))
    for left, right in (
        (mul(H, power(mean, exponent)), mul(H, X)),
        (power(mean, exponent), X),
        (mul(Y, power(TOTAL, exponent)), sum_over("n", one, DIM, mul(Y, X, g(k, i)))),
    ):
        with pytest.raises(SideConditionError, match="not equal by normalisation"):
            equal(E(left), E(right), *facts, fin(power(TOTAL, -1), 0))
    equal(E(mul(H, mean)), E(mul(H, X)), *facts)


def test_what_is_pulled_out_leaves_something_integrable() -> None:
    """If X is not in L^1, E[X | F_k] is 0, whatever E[H X | F_k] is."""
    left, right, product = CE(k, mul(H, X)), mul(H, CE(k, X)), fin(mul(H, X))
    equal(left, right, product, fin(X))
    for few in (product, fin(X)):
        with pytest.raises(SideConditionError, match="not equal by normalisation"):
            equal(left, right, few)


def test_what_is_eaten_is_integrable() -> None:
    """If X is not in L^1, E[H E[X | F_k]] is 0, whatever E[H X] is."""
    left, right, product = E(mul(H, CE(k, X))), E(mul(H, X)), fin(mul(H, X))
    equal(left, right, product, fin(X))
    for few in (product, fin(X)):
        with pytest.raises(SideConditionError, match="not equal by normalisation"):
            equal(left, right, few)


def test_a_conditional_expectation_is_eaten_by_an_earlier_one_only() -> None:
    """E[G E[X|F_j] | F_k] = E[G X | F_k] for k <= j; for k > j it is G E[X|F_j]."""
    left, right = CE(k, mul(g(j, i), CE(j, X))), CE(k, mul(g(j, i), X))
    theorem = equal(left, right, *BOUNDED, ambient=(Le(k, j),))
    check(Le(k, j) in theorem.hypotheses, theorem)
    for ambient in ((), (Le(j, k),), (Le(j, k.shift(-1)),)):
        with pytest.raises(SideConditionError, match="not equal by normalisation"):
            equal(left, right, *BOUNDED, ambient=ambient)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (CE(k, mul(H, X)), mul(H, CE(k, X))),
        (E(mul(H, CE(k, X))), E(mul(H, X))),
        (E(sum_over("n", one, DIM, v(n, i))), sum_over("n", one, DIM, E(v(n, i)))),
    ],
    ids=["pulled out", "eaten", "a sum"],
)
def test_what_needs_integrability_is_done_when_asked_only(left: Term, right: Term) -> None:
    known = (*BOUNDED, axiom(THEORY, "fin.v"))
    equal(left, right, *known)
    with pytest.raises(SideConditionError, match="not equal by normalisation"):
        norm(THEORY, left, right, facts=known)


def test_levels_within_a_sum_follow_from_its_range() -> None:
    """For n <= k, g[n,i] is F_k-measurable; nothing is left to assume outside of the sum."""
    left, right = CE(k, mul(g(n, i), X)), mul(g(n, i), CE(k, X))
    known = (axiom(THEORY, "fin.g"), fin(X, 0))

    def summed(high: Ix) -> Theorem:
        return equal(sum_over("n", one, high, left), sum_over("n", one, high, right), *known,
                     ambient=EVERY)  # fmt: skip

    theorem = summed(k)
    check(theorem.hypotheses == {*EVERY, Fin(X, Fraction(0))}, theorem)
    with pytest.raises(SideConditionError, match="not equal by normalisation"):
        summed(K)


def test_nothing_to_pull_out_needs_no_integrability() -> None:
    theorem = equal(CE(k, X), CE(k, X), *BOUNDED)
    check(not theorem.hypotheses and not theorem.args["facts"], theorem)
