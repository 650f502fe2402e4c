"""Integrability from facts up to a rational factor, and from chains of bounds, which must end."""

from __future__ import annotations

from fractions import Fraction

import pytest

from helpers import check
from ratecert.proofs.kernel.errors import KernelError
from ratecert.proofs.kernel.integrability import MAX_BOUNDS
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import axiom, integrability
from ratecert.proofs.kernel.terms import (
    Abs,
    App,
    Fin,
    Formula,
    Ix,
    Le,
    Rel,
    Term,
    add,
    mul,
    neg,
    rat,
    sub,
    sum_over,
)
from ratecert.proofs.kernel.theory import Axiom, Symbol, Theory

h, i, k, first, d = Ix("h"), Ix("i"), Ix("k"), Ix(None, 1), Ix("d")
EVERY = (Le(first, i), Le(i, d))
HALF = Fraction(1, 2)
t, u, w, z = (App(name, (k,)) for name in "tuwz")
c = App("c", ())


def x(at: Ix) -> Term:
    return App("x", (at,))


TOTAL = sum_over("j", first, d, Abs(x(Ix("j"))))
SIGNED = sum_over("j", first, d, x(Ix("j")))


def _axiom(name: str, conclusion: Rel | Fin, hypotheses: tuple[Formula, ...] = ()) -> Axiom:
    return Axiom(name, name, "axiom", hypotheses, conclusion, "for these tests")


THEORY = Theory(
    "bounds",
    (Symbol("c", ()), *(Symbol(n, ("index",), "term", (0, 0)) for n in "tuwzx")),
    ("d",),
    (
        _axiom("difference", Fin(mul(rat(3), sub(t, u)), HALF)),
        _axiom("nothing", Fin(sub(t, t), Fraction(0))),
        _axiom("t", Fin(t, HALF)),
        _axiom("u", Fin(u, HALF)),
        _axiom("product", Fin(mul(w, t), HALF)),
        _axiom("difference_below_t", Rel(Abs(mul(rat(2), sub(u, w))), "<=", t)),
        _axiom("zero_below_c", Rel(Abs(sub(t, t)), "<=", c)),
        _axiom("z_below_t", Rel(Abs(z), "<=", t)),
        _axiom("z_at_most_t", Rel(z, "<=", t)),
        _axiom("z_below_product", Rel(Abs(z), "<=", mul(t, u))),
        _axiom("t_below_z", Rel(Abs(t), "<=", z)),
        _axiom("next", Rel(Abs(x(k)), "<=", x(k.shift(1)))),
        _axiom("end", Fin(x(first.shift(MAX_BOUNDS)), HALF)),
        _axiom("beyond", Fin(x(first.shift(MAX_BOUNDS + 1)), HALF)),
        _axiom("part", Rel(Abs(x(i)), "<=", TOTAL), EVERY),
        _axiom("total", Fin(TOTAL, HALF)),
        _axiom("first", Fin(x(first), HALF)),
    ),
)


def exponent(term: Term, at: int | Fraction, *facts: str, ambient: tuple[Le, ...] = ()) -> Theorem:
    return integrability(
        THEORY, term, Fraction(at), ambient, tuple(axiom(THEORY, n) for n in facts)
    )


KNOWN = {
    "t - u": (sub(t, u), HALF, ("difference",)),
    "u - t": (sub(u, t), HALF, ("difference",)),
    "(u - t)/5": (mul(rat(Fraction(1, 5)), sub(u, t)), HALF, ("difference",)),
    "|7 t - 7 u|": (Abs(mul(rat(7), sub(t, u))), HALF, ("difference",)),
    "u - w": (sub(u, w), HALF, ("difference_below_t", "t")),
    "3 w - 3 u": (mul(rat(3), sub(w, u)), HALF, ("difference_below_t", "t")),
    "-z": (neg(z), HALF, ("z_below_t", "t")),
    "z, by a product": (z, 1, ("z_below_product", "t", "u")),
    "x^1, by x^9": (x(first), HALF, ("next", "end")),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known(name: str) -> None:
    term, at, facts = KNOWN[name]
    theorem = exponent(term, at, *facts)
    check(theorem.conclusion == Fin(term, Fraction(at)) and not theorem.hypotheses, theorem)
    check(set(facts) <= {use.rpartition(":")[2] for use in theorem.uses}, theorem.uses)


UNKNOWN = {
    "t + u, of t - u": (add(t, u), 1, ("difference",)),
    "2 t - u, of t - u": (sub(mul(rat(2), t), u), 1, ("difference",)),
    "t alone, of t - u": (t, 1, ("difference",)),
    "t - u, bounded": (sub(t, u), 0, ("difference",)),
    "t, of 0": (t, 1, ("nothing",)),
    "t, of w t": (t, 1, ("product",)),
    "2 w t, bounded": (mul(rat(2), w, t), 0, ("product",)),
    "u + w, of a bound of u - w": (add(u, w), 1, ("difference_below_t", "t")),
    "u, of a bound of u - w": (u, 1, ("difference_below_t", "t")),
    "u - w, bounded": (sub(u, w), 0, ("difference_below_t", "t")),
    "t, of a bound of 0": (t, 1, ("zero_below_c",)),
    "z, by a bound of which nothing is known": (z, 1, ("z_below_t",)),
    "z, bounded from above only": (z, 1, ("z_at_most_t", "t")),
    "z, better than its bound": (z, HALF, ("z_below_product", "t", "u")),
    "z, one factor of its bound unknown": (z, 1, ("z_below_product", "t")),
    "the bound, by what it bounds": (z, 1, ("t_below_z", "t")),
    "each by the other": (z, 1, ("z_below_t", "t_below_z")),
    "x^k, without end": (x(k), 1, ("next",)),
    "x^1, by x^10": (x(first), 1, ("next", "beyond")),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_unknown(name: str) -> None:
    term, at, facts = UNKNOWN[name]
    with pytest.raises(KernelError, match="exponent"):
        exponent(term, at, *facts)


# --- a part of a sum, bounded by the sum ----------------------------------------------------------


def test_a_part_by_the_whole() -> None:
    theorem = exponent(x(i), HALF, "part", "total", ambient=EVERY)
    check(theorem.hypotheses == frozenset(EVERY), theorem)
    with pytest.raises(KernelError, match="exponent"):
        exponent(x(i), 0, "part", "total", ambient=EVERY)


@pytest.mark.parametrize("ambient", [(), EVERY[:1], EVERY[1:]])
def test_the_range_of_the_bound_becomes_a_hypothesis(ambient: tuple[Le, ...]) -> None:
    theorem = exponent(x(i), HALF, "part", "total", ambient=ambient)
    check(theorem.hypotheses == frozenset(EVERY), theorem)


@pytest.mark.parametrize("at", [h, h.shift(2), d.shift(1)])
def test_the_bound_says_nothing_where_its_range_is_not_known(at: Ix) -> None:
    """At h it is known for 1 <= h <= d; here 0 <= h < d. (x^0 is a constant, hence bounded.)"""
    with pytest.raises(KernelError, match="exponent"):
        exponent(x(at), 1, "part", "total", ambient=(Le(first.shift(-1), h), Le(h.shift(1), d)))


def test_the_bound_at_another_index() -> None:
    """It is h + 1 that is in the range."""
    ambient = (Le(first.shift(-1), h), Le(h.shift(1), d))
    theorem = exponent(x(h.shift(1)), HALF, "part", "total", ambient=ambient)
    check(theorem.hypotheses == frozenset(ambient), theorem)


@pytest.mark.parametrize("term", [x(i), TOTAL, SIGNED])
def test_parts_and_whole_bound_each_other_without_end(term: Term) -> None:
    """The sum is looked at part by part, each bounded by the sum: nothing follows, and it ends."""
    with pytest.raises(KernelError, match="exponent"):
        exponent(term, 1, "part", ambient=EVERY)
    with pytest.raises(KernelError, match="exponent"):
        exponent(term, 1, "part", "first", ambient=EVERY)
