"""What a statement must be shown to define, and the values by which hypotheses hold: rare cases.

Each test was written for a guard that no other test needed (tests/guards).
"""

from __future__ import annotations

from fractions import Fraction

import pytest
import small_theory as small

from helpers import check
from ratecert.proofs.kernel.claims import canonical_bytes, publish
from ratecert.proofs.kernel.errors import SideConditionError, TheoryError
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import axiom, norm, weaken
from ratecert.proofs.kernel.terms import (
    ONE,
    ZERO,
    App,
    Formula,
    Ix,
    IxVal,
    Le,
    PointApp,
    PointVar,
    Rel,
    Term,
    Var,
    add,
    coord,
    div,
    neg,
    point_of,
    power,
)
from ratecert.proofs.kernel.theory import Axiom, Definition, Symbol, Theory

K, k, i, n, first = Ix("K"), Ix("k"), Ix("i"), Ix("n"), Ix(None, 1)
u = Var("u", "det")
SYMBOLS = (Symbol("Y", ("index",)), Symbol("z", ("index",)), Symbol("x", ("index",), "point"))


def abbreviated(left: App, right: Term) -> Theory:
    return Theory("t", SYMBOLS, ("K",), (), (Definition("Y", "abbreviation", left, (), right),))


def stated(theory: Theory, term: Term, *hypotheses: Formula) -> Theorem:
    theorem = norm(theory, term, term)
    for hypothesis in hypotheses:
        theorem = weaken(theorem, hypothesis)
    return theorem


def claimed(theorem: Theorem, values: dict[Term, Fraction], numbers: dict[str, int]) -> None:
    publish(theorem, "c", "title", "lemma", (), (values, numbers))


@pytest.mark.parametrize("exponent", [Fraction(-1, 2), Fraction(-3, 2)])
def test_an_inverse_root_is_of_something_positive(exponent: Fraction) -> None:
    """1/sqrt(u) with u < 0: not 0 is not enough, but it is for 1/(-u)."""
    theorem = stated(small.SCALARS, power(u, exponent), Rel(u, "<", ZERO))
    with pytest.raises(SideConditionError, match="must be shown to be > 0"):
        claimed(theorem, {u: Fraction(-1)}, {})
    with pytest.raises(SideConditionError, match="must be shown to be not 0"):
        claimed(stated(small.SCALARS, power(neg(u), -1)), {}, {})
    claimed(stated(small.SCALARS, power(neg(u), -1), Rel(u, "<", ZERO)), {u: Fraction(-1)}, {})


def test_a_coordinate_of_a_process_is_that_coordinate_only() -> None:
    """With x[k,i] = 1/i, x[k,1] is defined, though x[k,0] divides by 0."""
    at = PointApp("x", (k,))
    theory = abbreviated(coord(at, i), power(IxVal(i), -1))
    claimed(stated(theory, coord(at, first)), {}, {"k": 1})
    with pytest.raises(SideConditionError, match="definedness"):
        claimed(stated(theory, coord(at, Ix(None, 0))), {}, {"k": 1})


def test_an_index_constant_in_an_abbreviation_is_no_pattern() -> None:
    """``Y[K] = 1/z[K]`` at another index n speaks of z[K], not of z[n]."""
    theory = abbreviated(App("Y", (K,)), power(App("z", (K,)), -1))
    mention, numbers = App("Y", (n,)), {"n": 1, "K": 1}
    values: dict[Term, Fraction] = {App("z", (first,)): Fraction(1)}
    claimed(stated(theory, mention, Rel(ZERO, "<", App("z", (K,)))), values, numbers)
    with pytest.raises(SideConditionError, match="definedness"):
        claimed(stated(theory, mention, Rel(ZERO, "<", App("z", (n,)))), values, numbers)


def test_a_value_is_given_at_numbers() -> None:
    """``z[n] = 1`` would be a value that nothing reads."""
    theory = Theory("t", SYMBOLS)
    hypotheses = (Rel(ZERO, "<=", ONE), Le(first, n))
    theorem = stated(theory, ONE, *hypotheses)
    claimed(theorem, {App("z", (first,)): Fraction(1)}, {"n": 1})
    with pytest.raises(SideConditionError, match="not the value of a variable or symbol"):
        claimed(theorem, {App("z", (n,)): Fraction(1)}, {"n": 1})


def recursive(right: Term) -> Theory:
    definition = Definition("Y", "abbreviation", App("Y", (k,)), (Le(first, k),), right)
    positive = Axiom("z", "z", "axiom", (), Rel(ZERO, "<", App("z", (k,))), "for these tests")
    return Theory("t", SYMBOLS, ("K",), (positive,), (definition,))


def test_a_recursive_abbreviation_is_in_order_at_all_indices() -> None:
    """Y[k] = Y[k-1]/z[k] divides by z[k], and by all z before."""
    theory = recursive(div(App("Y", (k.shift(-1),)), App("z", (k,))))
    values: dict[Term, Fraction] = {App("z", (first,)): Fraction(1)}
    here = stated(theory, App("Y", (k,)), Rel(ZERO, "<", App("z", (k,))))
    with pytest.raises(SideConditionError, match="definedness"):
        claimed(here, values, {"k": 1})
    everywhere = (axiom(theory, "z"),)
    publish(stated(theory, App("Y", (k,))), "c", "title", "lemma", everywhere, ({}, {"k": 1}))


def test_what_is_mentioned_twice_is_looked_at_once() -> None:
    """Y0 = 1/z, Y1 = Y0 + Y0, and so on: 2^40 occurrences of z, and as few steps as names."""
    names = [f"Y{place}" for place in range(40)]
    symbols = (Symbol("z", ()), *(Symbol(name, ()) for name in names))
    rights = [power(App("z", ()), -1), *(add(App(m, ()), App(m, ())) for m in names[:-1])]
    theory = Theory("doubled", symbols, (), (), tuple(
        Definition(name, "abbreviation", App(name, ()), (), right)
        for name, right in zip(names, rights, strict=True)))  # fmt: skip
    theorem = stated(theory, App(names[-1], ()), Rel(ZERO, "<", App("z", ())))
    claimed(theorem, {App("z", ()): Fraction(1)}, {})


def test_abbreviations_of_abbreviations_belong_to_the_bytes() -> None:
    def bytes_for(last: Term) -> bytes:
        symbols = tuple(Symbol(name, ()) for name in ("a", "b", "c", "z"))
        rights = {"a": App("b", ()), "b": App("c", ()), "c": last}
        theory = Theory("chain", symbols, (), (), tuple(
            Definition(name, "abbreviation", App(name, ()), (), right)
            for name, right in rights.items()))  # fmt: skip
        return canonical_bytes(stated(theory, App("a", ())), frozenset())

    check(bytes_for(App("z", ())) != bytes_for(power(App("z", ()), 2)))


def test_a_variable_point_with_the_name_of_a_process_is_no_process() -> None:
    theory = abbreviated(coord(PointApp("x", (k,)), i), power(App("z", (i,)), -1))
    claimed(stated(theory, coord(PointVar("x", "any"), first)), {}, {})


def test_values_of_functions_at_points_given_by_coordinates_are_not_chosen() -> None:
    """f(u, u, ..) and f(0, 0, ..) are one number where u = 0."""
    theory = Theory("t", (*SYMBOLS, Symbol("f", ("point",))))
    at_u, at_zero = (App("f", (point_of("i", t),)) for t in (u, ZERO))
    theorem = stated(theory, ONE, Rel(at_u, "=", ONE), Rel(at_zero, "=", ZERO), Rel(u, "=", ZERO))
    with pytest.raises(SideConditionError, match="not the value of a variable or symbol"):
        claimed(theorem, {at_u: Fraction(1), at_zero: Fraction(0), u: Fraction(0)}, {})


def test_definitions_at_points_given_by_coordinates_are_refused() -> None:
    for point in (point_of("i", ZERO), PointVar("p", "any")):
        with pytest.raises(TheoryError, match=r"distinct indices|free on the right"):
            abbreviated(coord(point, k), ZERO)
