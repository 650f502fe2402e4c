"""``expect`` and ``integrability``, and the levels they rest on."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from finite_model import (
    DIM,
    EVERY,
    OTHER,
    STEP,
    THEORY,
    K,
    W,
    X,
    Y,
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
    t,
    v,
    x,
    zero,
)

from helpers import check
from ratecert.proofs.kernel.certificates import GOAL, Leaf, Product, certify
from ratecert.proofs.kernel.errors import (
    KernelError,
    LevelError,
    SideConditionError,
    SortError,
    TheoryError,
)
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import (
    assume,
    axiom,
    expect,
    integrability,
    norm,
    sum_both,
    weaken,
)
from ratecert.proofs.kernel.terms import (
    CE,
    ZERO,
    Abs,
    App,
    E,
    Fin,
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
    mul,
    point_of,
    power,
    rat,
    sqrt,
    sum_over,
)
from ratecert.proofs.kernel.theory import Axiom, Definition, Symbol, Theory

Planted = dict[str, tuple[Callable[[], Theorem], type[KernelError], str]]
HALF, FULL, NONE = Fraction(1, 2), Fraction(1), Fraction(0)


def given(formula: Formula) -> Theorem:
    return assume(THEORY, formula)


def le(left: Term, right: Term) -> Rel:
    return Rel(left, "<=", right)


def fin(term: Term, exponent: Fraction) -> Theorem:
    return given(Fin(term, exponent))


def refuse(case: tuple[Callable[[], Theorem], type[KernelError], str]) -> None:
    inference, error, message = case
    with pytest.raises(error, match=message) as caught:
        inference()
    check(type(caught.value) is error, caught.value)


X1, Y1, X2, Y2 = fin(X, FULL), fin(Y, FULL), fin(X, HALF), fin(Y, HALF)


def young() -> Theorem:
    """``2 X Y <= X^2 + Y^2``."""
    goal = le(mul(rat(2), X, Y), add(power(X, 2), power(Y, 2)))
    square = Product(Fraction(1), (), (add(X, mul(rat(-1), Y)),))
    return certify(THEORY, goal, Leaf((Product(Fraction(1), (GOAL,)), square)))


def square(term: Term) -> Theorem:
    """``0 <= t^2``."""
    products = Product(Fraction(1), (GOAL,)), Product(Fraction(1), (), (term,))
    return certify(THEORY, le(ZERO, power(term, 2)), Leaf(products))


# --- expect -----------------------------------------------------------------------------------


def test_expectation_of_an_inequality() -> None:
    theorem = expect(young(), facts=(X2, Y2))
    check(theorem.rel == le(E(mul(rat(2), X, Y)), E(add(power(X, 2), power(Y, 2)))), theorem)
    check(theorem.hypotheses == {Fin(X, HALF), Fin(Y, HALF)}, theorem)
    conditional = expect(young(), k, facts=(X2, Y2))
    check(conditional.rel.left == CE(k, mul(rat(2), X, Y)), conditional)


def test_expectation_of_an_equation_needs_no_integrability() -> None:
    theorem = expect(norm(THEORY, power(Abs(X), 2), power(X, 2)))
    check(theorem.rel == Rel(E(power(Abs(X), 2)), "=", E(power(X, 2))), theorem)
    check(not theorem.hypotheses, theorem)


def test_deterministic_hypotheses_stay() -> None:
    premise = young()
    for hypothesis in (le(ZERO, W), le(E(X), t(k)), Le(one, k), Fin(X, FULL), le(s(k), c(k))):
        premise = weaken(premise, hypothesis)
    theorem = expect(premise, facts=(X2, Y2))
    check(premise.hypotheses <= theorem.hypotheses, theorem)


def test_facts_apply_within_their_ranges() -> None:
    theorem = expect(square(g(k, i)), None, (*STEP, *EVERY), (axiom(THEORY, "fin.g"),))
    check(theorem.hypotheses == set(EVERY) and "axiom:fin.g" in theorem.uses, theorem)
    there = expect(square(g(k, i)), None, (), (axiom(THEORY, "fin.g"),))
    check(there.hypotheses == set(EVERY), there)


ALMOST_SURELY = "random hypotheses .*: E needs the relation almost surely"
NOT_AVERAGED: Planted = {
    "the premise is the hypothesis": (
        lambda: expect(given(le(X, Y)), facts=(X1, Y1)), SideConditionError, ALMOST_SURELY),
    "one random hypothesis": (
        lambda: expect(weaken(young(), le(ZERO, g(k, i))), facts=(X2, Y2)),
        SideConditionError, ALMOST_SURELY),
    "a random equation": (
        lambda: expect(weaken(norm(THEORY, X, X), Rel(X, "=", Y))),
        SideConditionError, ALMOST_SURELY),
    "a hypothesis on the past": (
        lambda: expect(weaken(norm(THEORY, X, X), le(ZERO, Var("u", k))), k),
        SideConditionError, ALMOST_SURELY),
    "nothing integrable": (
        lambda: expect(young()), SideConditionError, "not known to be integrable"),
    "one side integrable": (
        lambda: expect(young(), facts=(X2,)), SideConditionError, "not known to be integrable"),
    "not integrable enough": (
        lambda: expect(young(), facts=(X1, Y1)), SideConditionError, "not known to be integrable"),
    "integrable at another index": (
        lambda: expect(square(g(k, zero)), facts=(axiom(THEORY, "fin.g"),)),
        SideConditionError, "not known to be integrable"),
    "integrable at another point": (
        lambda: expect(square(f(PointVar("p", "any"))), facts=(fin(f(x(k)), HALF),)),
        SideConditionError, "not known to be integrable"),
    "integrable on a random event": (
        lambda: expect(young(), facts=(weaken(X2, le(ZERO, Y)), Y2)),
        SideConditionError, "not known to be integrable"),
    "an index condition": (
        lambda: expect(given(Le(one, k))), SideConditionError, "not a relation"),
    "a fact of another theory": (
        lambda: expect(young(), facts=(assume(OTHER, Fin(X, HALF)), Y2)),
        TheoryError, "a theorem of other used in walk"),
    "a loose condition": (
        lambda: expect(norm(THEORY, X, X), Ix(0)), SortError, "loose bound index"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_AVERAGED)
def test_not_averaged(name: str) -> None:
    refuse(NOT_AVERAGED[name])


# --- integrability ----------------------------------------------------------------------------

Z = Var("Z", "any")
CALCULUS: dict[str, tuple[Term, Fraction, tuple[Theorem, ...]]] = {
    "a constant": (mul(W, E(X), s(k), IxVal(K)), NONE, ()),
    "a constant power": (power(E(X), -3), NONE, ()),
    "the start": (power(coord(x(one), i), 5), NONE, ()),
    "a fact": (X, FULL, (X1,)),
    "a fact is enough for more": (X, Fraction(3), (X1,)),
    "a multiple": (mul(W, X), FULL, (X1,)),
    "a sum": (add(X, mul(rat(3), Y)), FULL, (X1, Y2)),
    "a product": (mul(X, Y), FULL, (X2, Y2)),
    "a square": (power(X, 2), FULL, (X2,)),
    "a root": (sqrt(X), HALF, (X1,)),
    "a power": (power(X, Fraction(3, 2)), Fraction(3, 2), (X1,)),
    "a size": (Abs(X), FULL, (X1,)),
    "a finite sum": (over_i(mul(s(i), X)), FULL, (X1,)),
    "a sum of products": (over_i(mul(v(k, i), X)), Fraction(2), (X1, axiom(THEORY, "fin.v"))),
    "a conditional expectation": (CE(k, mul(X, Y)), FULL, (X2, Y2)),
    "its square": (power(CE(k, X), 2), FULL, (X2,)),
    "bounded": (mul(coord(x(k), i), X), FULL, (X1, axiom(THEORY, "fin.x"))),
}  # fmt: skip


@pytest.mark.parametrize("name", CALCULUS)
def test_calculus_of_exponents(name: str) -> None:
    term, exponent, facts = CALCULUS[name]
    theorem = integrability(THEORY, term, exponent, (), facts)
    check(theorem.conclusion == Fin(term, exponent), theorem)


def lower_bound() -> tuple[Term, Theorem]:
    """``1 + v[k,i]`` and ``|- 1 <= 1 + v[k,i]``."""
    term = add(rat(1), v(k, i))
    leaf = Leaf((Product(Fraction(1), (GOAL,)), Product(Fraction(1), (0,))))
    return term, certify(THEORY, le(rat(1), term), leaf, (axiom(THEORY, "v.sign"),))


def test_inverses_of_what_is_bounded_below() -> None:
    term, below = lower_bound()
    for inverse in (power(term, -1), power(term, -3), div(rat(2), term)):
        theorem = integrability(THEORY, inverse, NONE, (), (below,))
        check("axiom:v.sign" in theorem.uses and not theorem.hypotheses, theorem)
    ratio = div(X, term)
    check(integrability(THEORY, ratio, FULL, (), (below, X1)).hypotheses == {Fin(X, FULL)})


def test_domination() -> None:
    """``|a| <= b`` almost surely, with b integrable."""
    sure = le(Abs(g(k, i)), add(v(k, i), rat(1)))
    theory = Theory("dominated", THEORY.symbols, ("K", "d"), (
        THEORY.axiom_table["fin.v"], _axiom("dominated", sure)), ())  # fmt: skip
    facts = (axiom(theory, "dominated"), axiom(theory, "fin.v"))
    theorem = integrability(theory, g(k, i), FULL, (), facts)
    check(theorem.uses == {"axiom:dominated", "axiom:fin.v"}, theorem.uses)
    with pytest.raises(SideConditionError):
        integrability(theory, g(k, i), FULL, (), facts[:1])
    random = assume(theory, sure)
    with pytest.raises(SideConditionError):
        integrability(theory, g(k, i), FULL, (), (random, facts[1]))


def _axiom(name: str, conclusion: Formula) -> Axiom:
    return Axiom(name, name, "axiom", (), conclusion, "")


def test_domination_is_not_circular() -> None:
    """``|a| <= |b|`` and ``|b| <= |a|`` make neither integrable."""
    first, second = g(k, i), v(k, i)
    theory = Theory("circular", THEORY.symbols, ("K", "d"), (
        _axiom("one", le(Abs(first), Abs(second))), _axiom("two", le(Abs(second), Abs(first))),
    ), ())  # fmt: skip
    facts = (axiom(theory, "one"), axiom(theory, "two"))
    for term in (first, second, Abs(first)):
        with pytest.raises(SideConditionError, match=r"exponent of .*: None"):
            integrability(theory, term, FULL, (), facts)


TERM, LOW = lower_bound()
WANTED = r"exponent of .*: .*, wanted"
NOT_INTEGRABLE: Planted = {
    "unknown": (lambda: integrability(THEORY, X, FULL), SideConditionError, WANTED),
    "a product of three": (
        lambda: integrability(THEORY, power(X, 3), FULL, (), (X2,)),
        SideConditionError, "exponent of .*: 3/2, wanted 1"),
    "a product of one of two": (
        lambda: integrability(THEORY, mul(X, Y), FULL, (), (X2, Y1)),
        SideConditionError, "exponent of .*: 3/2, wanted 1"),
    "a sum with one unknown": (
        lambda: integrability(THEORY, add(X, Y), FULL, (), (X1,)), SideConditionError, WANTED),
    "an inverse": (
        lambda: integrability(THEORY, power(X, -1), FULL, (), (X1,)), SideConditionError, WANTED),
    "an inverse of a non-negative term": (
        lambda: integrability(THEORY, power(v(k, i), -1), FULL, (), (
            axiom(THEORY, "v.sign"), axiom(THEORY, "fin.v"))),
        SideConditionError, WANTED),
    "an inverse of what is positive, but not bounded below by a constant": (
        lambda: integrability(THEORY, power(TERM, -1), FULL, (), (
            certify(THEORY, Rel(v(k, i), "<", TERM), Leaf((
                Product(Fraction(1), (GOAL,)), Product(Fraction(1))))),)),
        SideConditionError, WANTED),
    "an inverse bounded below on a random event": (
        lambda: integrability(THEORY, power(Z, -1), NONE, (), (given(le(rat(1), Z)),)),
        SideConditionError, WANTED),
    "an inverse bounded below by a constant that may be zero": (
        lambda: integrability(THEORY, power(add(TERM, power(W, 2)), -1), NONE, (), (
            certify(THEORY, le(power(W, 2), add(TERM, power(W, 2))), Leaf((
                Product(Fraction(1), (GOAL,)), Product(Fraction(1), (0,)))), (
                certify(THEORY, le(ZERO, TERM), Leaf((
                    Product(Fraction(1), (GOAL,)), Product(Fraction(1), (0,)),
                    Product(Fraction(1)))), (axiom(THEORY, "v.sign"),)),)),)),
        SideConditionError, WANTED),
    "a conditional expectation of what is not integrable": (
        lambda: integrability(THEORY, CE(k, power(X, 3)), Fraction(3, 2), (), (X2,)),
        SideConditionError, WANTED),
    "a function": (
        lambda: integrability(THEORY, h(X), FULL, (), (fin(X, NONE),)), SideConditionError, WANTED),
    "a function of the iterates": (
        lambda: integrability(THEORY, f(x(k)), FULL, (), (axiom(THEORY, "fin.x"),)),
        SideConditionError, WANTED),
    "the function at another point": (
        lambda: integrability(THEORY, f(PointVar("p", "any")), FULL, (), (fin(f(x(k)), FULL),)),
        SideConditionError, WANTED),
    "a process out of its range": (
        lambda: integrability(THEORY, g(k, number(0)), HALF, (), (axiom(THEORY, "fin.g"),)),
        SideConditionError, WANTED),
    "a sum out of its range": (
        lambda: integrability(THEORY, sum_over("i", zero, DIM, g(k, i)), HALF, (), (
            axiom(THEORY, "fin.g"),)),
        SideConditionError, WANTED),
    "a smaller exponent": (
        lambda: integrability(THEORY, X, HALF, (), (X1,)), SideConditionError, "wanted 1/2"),
    "dominated by the unknown": (
        lambda: integrability(THEORY, X, FULL, (), (
            certify(THEORY, le(Abs(X), add(Abs(X), Abs(Y))), Leaf((
                Product(Fraction(1), (GOAL,)), Product(Fraction(1), (), (sqrt(Abs(Y)),))))),)),
        SideConditionError, WANTED),
    "a loose term": (
        lambda: integrability(THEORY, s(Ix(0)), FULL), SortError, "loose bound index"),
    "a fact of another theory": (
        lambda: integrability(THEORY, X, FULL, (), (assume(OTHER, Fin(X, FULL)),)),
        TheoryError, "a theorem of other used in walk"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_INTEGRABLE)
def test_not_integrable(name: str) -> None:
    refuse(NOT_INTEGRABLE[name])


def test_exponents_are_rationals_that_are_not_negative() -> None:
    for bad in (Fraction(-1), 1, 0.5):
        with pytest.raises(SortError):
            integrability(THEORY, X, bad)  # type: ignore[arg-type]


def test_integrability_by_unfolding() -> None:
    known = (axiom(THEORY, "fin.g"),)
    theorem = integrability(THEORY, m(one, i), HALF, EVERY, known, (("m", ()), ("m.0", ())))
    check("definition:m" in theorem.uses and theorem.hypotheses == set(EVERY), theorem)


# --- levels -----------------------------------------------------------------------------------


def levels(term: Term) -> object:
    return THEORY.level(term, set())


def test_levels() -> None:
    check(levels(add(s(k), W, E(X), IxVal(k))) == frozenset())
    check(levels(g(k, i)) == {k} and levels(coord(x(k), i)) == {k.shift(-1)})
    check(levels(coord(x(one), i)) == frozenset(), "F_0 is trivial")
    check(levels(g(number(-2), i)) == frozenset() and levels(g(one, i)) == {one})
    check(levels(X) is None and levels(mul(X, ZERO)) is None)
    check(levels(Var("u", k)) == {k} and levels(PointVar("p", "any")) is None)  # type: ignore[arg-type]
    check(levels(CE(k, X)) == {k} and levels(CE(zero, X)) == frozenset())
    check(levels(CE(k, s(i))) == frozenset())
    check(levels(sum_over("k", one, K, g(k, i))) == {K}, "the largest index")
    check(levels(sum_over("k", one, K, g(k.shift(-1), i))) == {K.shift(-1)})
    check(levels(sum_over("k", one, K, CE(k, X))) == {K})
    check(levels(sum_over("k", one, K, mul(g(k, i), g(j, i)))) == {K, j}, "and the others")
    check(levels(sum_over("i", one, DIM, g(k, i))) == {k})
    check(levels(f(point_of("i", g(k, i)))) == {k})
    check(levels(f(point_of("i", g(i, i)))) is None, "coordinates of every level")
    check(levels(h(mul(g(k, i), g(j, i)))) == {k, j})
    check(levels(sum_over("i", one, DIM, h(mul(X, s(i))))) is None, "as little known as X")


SYMBOLS = (Symbol("g", ("index",), adapted=(0, 0)), Symbol("y", ("index",), adapted=(0, 0)),
           Symbol("z", ("index",), "point", (0, -1)), Symbol("q", ("index",)),
           Symbol("f", ("point",)))  # fmt: skip


def at(name: str, ix: Ix) -> Term:
    return App(name, (ix,))


def declare(left: Term, right: Term, *ranges: Le) -> Theory:
    definition = Definition("new", "abbreviation", left, ranges, right)  # type: ignore[arg-type]
    return Theory("new", SYMBOLS, ("K",), (), (definition,))


def test_definitions_keep_their_level() -> None:
    theory = declare(at("y", k), mul(at("g", k), at("g", k.shift(-1))))
    check(theory.levels["new"] == {"level:y", "level:g"}, theory.levels)
    declare(at("q", k), E(at("g", k)))
    declare(at("y", k), sum_over("j", one, k, at("g", j)))
    z = coord(PointApp("z", (k.shift(1),)), i)
    declare(z, at("g", k))
    for left, right in (
        (at("y", k), at("g", k.shift(1))),
        (at("q", k), at("g", k)),
        (at("y", k), sum_over("j", one, K, at("g", j))),
        (z, at("g", k.shift(1))),
        (at("y", k), CE(k.shift(1), at("g", k.shift(1)))),
        (at("y", k), f(point_of("i", at("g", i)))),
    ):
        with pytest.raises(LevelError, match="defined at level"):
            declare(left, right)


def test_summing_then_averaging() -> None:
    """``|- E Sum_i v[k,i] >= 0``: SUM, then E, with a schema under the binder."""
    summed = sum_both(axiom(THEORY, "v.sign"), "i", one, DIM)
    theorem = expect(summed, facts=(axiom(THEORY, "fin.v"),))
    check(not theorem.hypotheses, theorem)
    split = norm(THEORY, theorem.rel.right, over_i(E(v(k, i))), facts=(axiom(THEORY, "fin.v"),),
                 linear=True)  # fmt: skip
    check(not split.hypotheses, split)
