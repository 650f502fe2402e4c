"""Exponents of products: powers of one base are combined, and a base is known up to its sign."""

from __future__ import annotations

from fractions import Fraction

import pytest

from helpers import check
from ratecert.proofs.kernel.errors import KernelError
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import axiom, integrability
from ratecert.proofs.kernel.terms import (
    ONE,
    ZERO,
    Abs,
    App,
    Fin,
    Ix,
    Pow,
    Rel,
    Term,
    add,
    div,
    mul,
    power,
    rat,
    sqrt,
    sub,
)
from ratecert.proofs.kernel.theory import Axiom, Symbol, Theory

k, HALF = Ix("k"), Fraction(1, 2)
c, t, u, w = App("c", ()), App("t", (k,)), App("u", (k,)), App("w", (k,))
SYMBOLS = (Symbol("c", ()), *(Symbol(n, ("index",), "term", (0, 0)) for n in "tuw"))


def _axiom(name: str, conclusion: Rel | Fin) -> Axiom:
    return Axiom(name, name, "axiom", (), conclusion, "for these tests")


THEORY = Theory("bounded", SYMBOLS, axioms=(
    _axiom("positive", Rel(ZERO, "<", c)),
    _axiom("not_negative", Rel(ZERO, "<=", c)),
    _axiom("floor", Rel(c, "<=", t)),
    _axiom("above_zero", Rel(ZERO, "<", t)),
    _axiom("at_least_zero", Rel(ZERO, "<=", t)),
    _axiom("random_floor", Rel(u, "<=", t)),
    _axiom("random_floor_positive", Rel(ZERO, "<", u)),
    _axiom("floor_of_the_difference", Rel(c, "<=", sub(u, w))),
    _axiom("floor_of_the_other", Rel(c, "<=", w)),
    _axiom("square_integrable", Fin(t, HALF)),
    _axiom("floor_below_zero", Rel(rat(-1), "<=", t)),
    _axiom("bound_unknown", Rel(Abs(u), "<=", w)),
    _axiom("bound_known", Rel(Abs(u), "<=", t)),
))  # fmt: skip
floor = ("positive", "floor")


def exponent(term: Term, at: int | Fraction, *facts: str) -> Theorem:
    return integrability(THEORY, term, Fraction(at), (), tuple(axiom(THEORY, n) for n in facts))


def over(top: Term, bottom: Term) -> Term:
    return mul(top, Pow(bottom, Fraction(-1)))


BOUNDED = {
    "1/t": (div(ONE, t), floor),
    "t/t": (over(t, t), floor),
    "t^(1/2)/t": (over(sqrt(t), t), floor),
    "t^2/t^3": (over(power(t, 2), power(t, 3)), floor),
    "t^(1/2)/t, whose root is known to be one": (over(sqrt(t), t), (*floor, "above_zero")),
    "(u-w)^(1/2)/(u-w)": (
        over(sqrt(sub(u, w)), sub(u, w)),
        ("positive", "floor_of_the_difference"),
    ),
    "1/(w-u)": (div(ONE, sub(w, u)), ("positive", "floor_of_the_difference")),
    "(u-w)^(1/2)/(w-u)": (
        over(sqrt(sub(u, w)), sub(w, u)),
        ("positive", "floor_of_the_difference"),
    ),
    "(u-w)^(1/2)/(w-u)^(1/2), of which one is 0": (
        mul(sqrt(sub(u, w)), Pow(sub(w, u), -HALF)),
        (),
    ),
    "t/t, where t = 0 as well": (over(t, t), ("at_least_zero",)),
}


@pytest.mark.parametrize("name", BOUNDED)
def test_bounded(name: str) -> None:
    term, facts = BOUNDED[name]
    theorem = exponent(term, 0, *facts)
    check(theorem.conclusion == Fin(term, Fraction(0)) and not theorem.hypotheses, theorem)


def test_what_is_left_of_a_base_counts() -> None:
    both = (*floor, "square_integrable")
    exponent(over(power(t, 2), t), HALF, *both)
    exponent(over(power(t, 3), t), 1, *both)
    exponent(over(power(t, 2), sqrt(t)), Fraction(3, 4), *both)
    for term, at in ((over(power(t, 2), t), 0), (over(power(t, 3), t), HALF)):
        with pytest.raises(KernelError, match="exponent"):
            exponent(term, at, *both)


def test_one_of_two_bounds_may_be_known() -> None:
    for order in (("bound_unknown", "bound_known"), ("bound_known", "bound_unknown")):
        theorem = exponent(u, HALF, *order, "square_integrable")
        check(theorem.uses == {"axiom:bound_known", "axiom:square_integrable"}, theorem.uses)
    with pytest.raises(KernelError, match="exponent"):
        exponent(u, HALF, "bound_unknown", "square_integrable")


UNBOUNDED = {
    "1/t, t > 0 only": (div(ONE, t), ("above_zero",)),
    "t^(1/2)/t, t > 0 only": (over(sqrt(t), t), ("above_zero",)),
    "t^(1/2)/t, no sign": (over(sqrt(t), t), ()),
    "t^(1/2)/t, c <= t with c >= 0": (over(sqrt(t), t), ("not_negative", "floor")),
    "t^(1/2)/t, c <= t with no sign of c": (over(sqrt(t), t), ("floor",)),
    "t^(1/2)/t, a floor that is random": (
        over(sqrt(t), t),
        ("random_floor", "random_floor_positive"),
    ),
    "the floor of another": (over(sqrt(t), t), ("positive", "floor_of_the_other")),
    "t itself": (t, floor),
    "t^(3/2)/t": (over(mul(t, sqrt(t)), t), floor),
    "t/u": (over(t, u), floor),
    "1/(u+w), a floor of u-w": (div(ONE, add(u, w)), ("positive", "floor_of_the_difference")),
    "(u+w)^(1/2)/(u-w)": (
        over(sqrt(add(u, w)), sub(u, w)),
        ("positive", "floor_of_the_difference"),
    ),
    "1/t, 0 <= t": (div(ONE, t), ("at_least_zero",)),
    "1/t, -1 <= t": (div(ONE, t), ("floor_below_zero",)),
    "1/(t-c), c <= t": (div(ONE, sub(t, c)), floor),
    "1/(t - c/2), of whose floor nothing is said": (div(ONE, sub(t, mul(rat(HALF), c))), floor),
}


@pytest.mark.parametrize("name", UNBOUNDED)
def test_not_seen_to_be_bounded(name: str) -> None:
    term, facts = UNBOUNDED[name]
    with pytest.raises(KernelError, match="exponent"):
        exponent(term, 0, *facts)
