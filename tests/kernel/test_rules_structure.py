"""Structural rules: what each accepts, and each side condition refused for its own reason."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from finite_model import (
    DIM,
    EVERY,
    OTHER,
    P_,
    Q_,
    STEP,
    SYMBOLS,
    THEORY,
    K,
    W,
    X,
    Y,
    a,
    c,
    f,
    g,
    grad,
    h,
    i,
    j,
    k,
    m,
    number,
    one,
    s,
    t,
    v,
    x,
    zero,
)

from helpers import check
from ratecert.proofs.kernel.certificates import Leaf, Product, certify
from ratecert.proofs.kernel.errors import (
    KernelError,
    LevelError,
    RangeError,
    SideConditionError,
    SortError,
    TheoryError,
)
from ratecert.proofs.kernel.judgment import Theorem
from ratecert.proofs.kernel.rules import (
    RULES,
    antisymmetry,
    assume,
    axiom,
    cases,
    cut,
    cut_indices,
    index_value,
    induct,
    instantiate,
    lift,
    norm,
    specialise,
    takes_theory,
    weaken,
)
from ratecert.proofs.kernel.terms import (
    CE,
    ONE,
    ZERO,
    Abs,
    All,
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
    mul,
    neg,
    point_of,
    power,
    rat,
)
from ratecert.proofs.kernel.theory import Axiom, Symbol, Theory

Planted = dict[str, tuple[Callable[[], Theorem], type[KernelError], str]]
U = Var("u", "det")


def given(formula: Formula) -> Theorem:
    return assume(THEORY, formula)


def le(left: Term, right: Term) -> Rel:
    return Rel(left, "<=", right)


def true(formula: Formula, *hypotheses: Formula) -> Theorem:
    """``formula`` from itself and the rest; enough to feed a rule."""
    theorem = given(formula)
    for hypothesis in hypotheses:
        theorem = weaken(theorem, hypothesis)
    return theorem


def refuse(case: tuple[Callable[[], Theorem], type[KernelError], str]) -> None:
    inference, error, message = case
    with pytest.raises(error, match=message) as caught:
        inference()
    check(type(caught.value) is error, caught.value)


# --- the table of rules -----------------------------------------------------------------------


def test_the_rules_are_these() -> None:
    check(
        set(RULES)
        == {
            *("assume", "axiom", "lift", "weaken", "cut", "cut_indices", "index_value"),
            *("instantiate", "specialise", "induct", "cases", "norm", "antisymmetry", "rewrite"),
            *("sum_both", "split_sum", "expect", "integrability", "certify"),
        },
        sorted(RULES),
    )
    check(takes_theory(RULES["assume"]) and not takes_theory(RULES["cut"]))


def test_errors_name_the_rule() -> None:
    with pytest.raises(SideConditionError, match=r"^cut: "):
        cut(given(le(X, Y)), given(le(Y, X)))


def test_premises_are_found_in_the_arguments() -> None:
    left, right = given(le(X, Y)), given(le(Y, X))
    check(antisymmetry(left, right).premises == (left, right))
    check(left.premises == ())


# --- assume, axiom, weaken, cut ---------------------------------------------------------------


@pytest.mark.parametrize(
    "formula",
    [
        le(X, Y),
        Rel(g(k, i), "=", ZERO),
        Le(one, k),
        Fin(X, Fraction(1)),
        All((W,), (le(ZERO, W),), le(W, s(k))),
        le(f(point_of("i", coord(P_, i))), f(x(k))),
        le(ZERO, Var("u", k.shift(-1))),
    ],
    ids=str,
)
def test_assume(formula: Formula) -> None:
    theorem = assume(THEORY, formula)
    check(theorem.hypotheses == {formula} and theorem.conclusion == formula)
    check(not theorem.uses, theorem.uses)


ILL_SORTED: Planted = {
    "unknown symbol": (lambda: given(le(App("nope", ()), X)), SortError, "declares no symbol"),
    "too few arguments": (lambda: given(le(App("g", (k,)), X)), SortError, "takes 2 arguments"),
    "too many arguments": (lambda: given(le(App("s", (k, i)), X)), SortError, "takes 1 arguments"),
    "a number for an index": (lambda: given(le(App("s", (X,)), X)), SortError, "not of sort index"),
    "an index for a number": (lambda: given(le(App("h", (k,)), X)), SortError, "not of sort term"),
    "a number for a point": (lambda: given(le(App("f", (X,)), X)), SortError, "not of sort point"),
    "a point process as a number": (
        lambda: given(le(App("x", (k,)), X)), SortError, "takes 1 arguments to a point"),
    "a process as a point": (
        lambda: given(le(f(PointApp("s", (k,))), X)), SortError, "takes 1 arguments to a term"),
    "a loose index": (lambda: given(le(s(Ix(0)), X)), SortError, "loose bound index"),
    "a loose index in a level": (lambda: given(le(Var("u", Ix(0)), X)), SortError, "loose bound"),
    "a loose index condition": (lambda: given(Le(Ix(0), k)), SortError, "loose bound index"),
    "no such axiom": (lambda: axiom(THEORY, "A9"), TheoryError, "has no axiom 'A9'"),
    "weakened out of the theory": (
        lambda: weaken(given(le(X, Y)), le(App("nope", ()), X)), SortError, "declares no symbol"),
}  # fmt: skip


@pytest.mark.parametrize("name", ILL_SORTED)
def test_ill_sorted(name: str) -> None:
    refuse(ILL_SORTED[name])


def test_axiom() -> None:
    theorem = axiom(THEORY, "variance")
    declared = THEORY.axiom_table["variance"]
    check(theorem.hypotheses == {*STEP, *EVERY} and theorem.conclusion == declared.conclusion)
    check(theorem.uses == {"axiom:variance"}, theorem.uses)


def test_weaken_and_cut() -> None:
    minor = weaken(given(le(X, Y)), Le(one, k))
    major = weaken(given(le(X, Y)), le(ZERO, X))
    theorem = cut(minor, major)
    check(theorem.hypotheses == {le(X, Y), Le(one, k), le(ZERO, X)}, theorem)
    proved = norm(THEORY, X, X)
    discharged = cut(proved, weaken(major, proved.conclusion))
    check(discharged.hypotheses == major.hypotheses, discharged)


def test_cut_needs_the_hypothesis() -> None:
    refuse((lambda: cut(given(le(X, Y)), given(le(Y, X))), SideConditionError, "is no hypothesis"))
    strict = given(Rel(X, "<", Y))
    refuse((lambda: cut(strict, given(le(X, Y))), SideConditionError, "is no hypothesis"))


# --- index conditions -------------------------------------------------------------------------


def test_cut_indices_replaces_what_follows() -> None:
    theorem = true(le(X, Y), Le(one, k), Le(k, K), Le(zero, j))
    moved = cut_indices(theorem, (Le(number(2), k), Le(k, DIM), Le(DIM, K)))
    check(
        moved.hypotheses
        == {le(X, Y), Le(number(2), k), Le(k, DIM), Le(DIM, K), Le(zero, j)},
        moved,
    )  # fmt: skip
    trivial = cut_indices(true(le(X, Y), Le(k, k.shift(3)), Le(one, number(2))), ())
    check(trivial.hypotheses == {le(X, Y)}, trivial)


@pytest.mark.parametrize(
    ("condition", "ambient"),
    [
        (Le(one, k), (Le(zero, k),)),
        (Le(one, k), (Le(one, j),)),
        (Le(k, K), (Le(K, k),)),
        (Le(k, K), (Le(k.shift(-1), K),)),
        (Le(one, zero), (Le(one, k),)),
        (Le(k, j), (Le(k, DIM), Le(j, DIM))),
    ],
)
def test_cut_indices_keeps_what_does_not_follow(condition: Le, ambient: tuple[Le, ...]) -> None:
    moved = cut_indices(true(le(X, Y), condition), ambient)
    check(condition in moved.hypotheses, moved)


def test_index_value() -> None:
    theorem = index_value(THEORY, Le(k.shift(2), K))
    check(theorem.conclusion == le(IxVal(k.shift(2)), IxVal(K)))
    check(theorem.hypotheses == {Le(k.shift(2), K)})
    refuse((lambda: index_value(THEORY, Le(Ix(0), K)), SortError, "loose bound index"))


# --- lift -------------------------------------------------------------------------------------


def test_lift() -> None:
    larger = Theory("larger", (*SYMBOLS, Symbol("more", ())), ("K", "d", "n"), THEORY.axioms,
                    THEORY.definitions)  # fmt: skip
    theorem = lift(axiom(THEORY, "below"), larger)
    check(theorem.theory is larger and theorem.uses == {"axiom:below"})
    scalar = norm(Theory("scalars"), X, X)
    check(lift(scalar, THEORY).theory is THEORY)


def _changed_axiom() -> Theory:
    weaker = Axiom("below", "A0", "assumption", (), le(rat(-1), f(P_)), "")
    return Theory("changed", SYMBOLS, ("K", "d"), (weaker, *THEORY.axioms[1:]), THEORY.definitions)


NOT_LIFTED: Planted = {
    "an axiom is missing": (
        lambda: lift(axiom(THEORY, "below"), OTHER), TheoryError, "other does not extend walk"),
    "an axiom is changed": (
        lambda: lift(norm(THEORY, X, X), _changed_axiom()), TheoryError, "does not extend walk"),
    "a symbol is missing": (
        lambda: lift(norm(THEORY, X, X), Theory("none")), TheoryError, "does not extend walk"),
    "a level is changed": (
        lambda: lift(norm(Theory("t", (Symbol("g", ("index",), adapted=(0, 0)),)), X, X),
                     Theory("u", (Symbol("g", ("index",)),))),
        TheoryError, "u does not extend t"),
    "an index constant is missing": (
        lambda: lift(norm(Theory("t", (), ("n",)), X, X), Theory("u")), TheoryError, "extend"),
    "a free index becomes a constant": (
        lambda: lift(norm(Theory("t"), IxVal(Ix("n")), IxVal(Ix("n"))), Theory("u", (), ("n",))),
        TheoryError, "a free index of the theorem is a constant of the larger theory"),
    "a free index in a hypothesis becomes a constant": (
        lambda: lift(assume(Theory("t"), Le(one, Ix("n"))), Theory("u", (), ("n",))),
        TheoryError, "a free index of the theorem is a constant"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_LIFTED)
def test_not_lifted(name: str) -> None:
    refuse(NOT_LIFTED[name])


# --- instantiate ------------------------------------------------------------------------------


def test_instantiate_indices_and_variables_at_once() -> None:
    theorem = true(le(mul(X, s(k)), Y), Le(one, k))
    moved = instantiate(theorem, (("k", j.shift(1)), ("j", k)), ((X, Y), (Y, mul(X, s(j)))))
    check(moved.conclusion == le(mul(Y, s(j.shift(1))), mul(X, s(j))), moved)
    check(moved.hypotheses == {moved.conclusion, Le(one, j.shift(1))}, moved)


def test_instantiate_points() -> None:
    smooth = axiom(THEORY, "smooth")
    moved = instantiate(smooth, (), ((P_, x(k)), (Q_, point_of("i", coord(x(j), i)))))
    check(moved.rel.left == f(point_of("i", coord(x(j), i))), moved)
    det = PointVar("start", "det")
    fixed = norm(THEORY, f(det), f(det))
    check(instantiate(fixed, (), ((det, x(one)),)).rel.left == f(x(one)))


def test_instantiate_under_a_quantified_hypothesis() -> None:
    theorem = specialise(THEORY, All((W,), (), le(mul(W, U), s(k))), (ONE,), ())
    moved = instantiate(theorem, (("k", j),), ((U, t(j)),))
    check(All((W,), (), le(mul(W, t(j)), s(j))) in moved.hypotheses, moved)


PAST = Var("past", k)
NOT_INSTANTIATED: Planted = {
    "an index constant": (
        lambda: instantiate(norm(THEORY, s(K), s(K)), (("K", one),)),
        SideConditionError, "are constants of walk"),
    "an index constant among others": (
        lambda: instantiate(norm(THEORY, s(k), s(k)), (("k", one), ("d", one))),
        SideConditionError, "'d'\\] are constants of walk"),
    "a random value for a constant": (
        lambda: instantiate(given(le(W, X)), (), ((W, X),)), LevelError, "not known measurable"),
    "the future for the past": (
        lambda: instantiate(given(le(PAST, X)), (), ((PAST, g(k.shift(1), i)),)),
        LevelError, "not known measurable"),
    "another index for the past": (
        lambda: instantiate(given(le(PAST, X)), (), ((PAST, g(j, i)),)),
        LevelError, "not known measurable"),
    "the past of the old index": (
        lambda: instantiate(given(le(PAST, X)), (("k", one),), ((PAST, g(k, i)),)),
        LevelError, "not known measurable"),
    "a random point for a fixed one": (
        lambda: instantiate(norm(THEORY, f(PointVar("p", "det")), f(PointVar("p", "det"))), (),
                            ((PointVar("p", "det"), x(k)),)),
        LevelError, "not known measurable"),
    "random coordinates for a fixed point": (
        lambda: instantiate(norm(THEORY, f(PointVar("p", k)), f(PointVar("p", k))), (),
                            ((PointVar("p", k), point_of("i", g(i, i))),)),
        LevelError, "not known measurable"),
    "a point for a number": (
        lambda: instantiate(given(le(X, Y)), (), ((X, x(k)),)),
        SideConditionError, "a point for a number"),
    "a number for a point": (
        lambda: instantiate(axiom(THEORY, "below"), (), ((P_, X),)),
        SideConditionError, "a point for a number, or the reverse"),
    "a value of another theory": (
        lambda: instantiate(given(le(X, Y)), (), ((X, App("nope", ())),)),
        SortError, "declares no symbol"),
    "a loose value": (
        lambda: instantiate(given(le(X, Y)), (), ((X, s(Ix(0))),)), SortError, "loose bound index"),
    "a loose index": (
        lambda: instantiate(axiom(THEORY, "rows"), (("k", Ix(0)),)), SortError, "loose bound"),
    "capture of a free variable": (
        lambda: instantiate(specialise(THEORY, All((W,), (), le(W, X)), (ONE,), ()), (),
                            ((X, mul(W, Y)),)),
        SideConditionError, "would be captured"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_INSTANTIATED)
def test_not_instantiated(name: str) -> None:
    refuse(NOT_INSTANTIATED[name])


def test_instantiate_by_index_hypotheses_of_the_theorem() -> None:
    theorem = true(le(PAST, X), Le(j, k))
    moved = instantiate(theorem, (), ((PAST, g(j, i)),))
    check(Le(j, k) in moved.hypotheses and "level:g" in moved.uses, moved)


# --- specialise -------------------------------------------------------------------------------

BOUND = All((W, U), (le(ZERO, W), Rel(W, "<", U)), le(mul(W, c(k)), add(X, U)))


def test_specialise() -> None:
    conditions = (given(le(ZERO, c(j))), weaken(given(Rel(c(j), "<", t(k))), Le(one, k)))
    theorem = specialise(THEORY, BOUND, (c(j), t(k)), conditions)
    check(theorem.conclusion == le(mul(c(j), c(k)), add(X, t(k))), theorem)
    wanted = {BOUND, le(ZERO, c(j)), Rel(c(j), "<", t(k)), Le(one, k)}
    check(theorem.hypotheses == wanted, theorem)


def test_specialise_is_simultaneous() -> None:
    formula = All((W, U), (), le(W, U))
    theorem = specialise(THEORY, formula, (U, W), ())
    check(theorem.conclusion == le(U, W), theorem)


NOT_SPECIALISED: Planted = {
    "a random value": (
        lambda: specialise(THEORY, BOUND, (X, ONE), ()), LevelError, "not known to be constant"),
    "too few values": (
        lambda: specialise(THEORY, BOUND, (ONE,), ()),
        SideConditionError, "one value for each bound variable"),
    "a missing condition": (
        lambda: specialise(THEORY, BOUND, (ONE, t(k)), (given(le(ZERO, ONE)),)),
        SideConditionError, "conditions not proved"),
    "a weaker condition": (
        lambda: specialise(THEORY, BOUND, (ONE, t(k)),
                           (given(le(ZERO, ONE)), given(le(ONE, t(k))))),
        SideConditionError, "conditions not proved"),
    "a condition for another value": (
        lambda: specialise(THEORY, BOUND, (ONE, t(k)),
                           (given(le(ZERO, ONE)), given(Rel(ONE, "<", t(j))))),
        SideConditionError, "conditions not proved"),
    "a condition of another theory": (
        lambda: specialise(THEORY, BOUND, (ONE, ONE), (assume(OTHER, le(ZERO, ONE)),)),
        TheoryError, "a theorem of other used in walk"),
    "a loose value": (
        lambda: specialise(THEORY, BOUND, (s(Ix(0)), ONE), ()), SortError, "loose bound index"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_SPECIALISED)
def test_not_specialised(name: str) -> None:
    refuse(NOT_SPECIALISED[name])


def test_quantified_hypotheses_bind_distinct_constants() -> None:
    for variables in ((), (W, W), (X,), (Var("u", k),)):
        with pytest.raises(SortError, match="All binds distinct deterministic variables"):
            All(variables, (), le(X, Y))


# --- induction --------------------------------------------------------------------------------


def positive(at: Ix) -> Rel:
    return le(ZERO, m(at, i))


def step_of_m() -> Theorem:
    """``0 <= m[k-1,i], 0 <= g[k,i], 1 <= k, 1 <= i, i <= d |- 0 <= m[k,i]``."""
    facts = (given(positive(k.shift(-1))), given(le(ZERO, g(k, i))), axiom(THEORY, "s.positive"))
    leaf = Leaf((Product(Fraction(1), (-1,)), Product(Fraction(1), (0, 2)),
                 Product(Fraction(1), (1,))))  # fmt: skip
    return certify(THEORY, positive(k), leaf, facts, (Le(one, k),), (("m", ()),))


def base_of_m() -> Theorem:
    start = norm(THEORY, ZERO, m(zero, i), (), (("m.0", ()),))
    leaf = Leaf((Product(Fraction(1), (-1,)),), ((0, ONE),))
    return certify(THEORY, positive(zero), leaf, (start,))


def test_induction() -> None:
    base = base_of_m()
    check(not base.hypotheses, base)
    step = step_of_m()
    with pytest.raises(SideConditionError, match="mentions k"):
        induct(base, step, "k", zero, K)  # the sign of g is assumed at one k only
    squares = step_with_square()
    theorem = induct(base_of_square(), squares, "k", zero, K)
    check(theorem.hypotheses == {Le(zero, k), Le(k, K)}, theorem)
    endless = induct(base_of_square(), squares, "k", zero)
    check(endless.hypotheses == {Le(zero, k)}, endless)


def claim(at: Ix) -> Rel:
    """An invariant that needs its predecessor: ``0 <= k``, as a real number."""
    return le(ZERO, IxVal(at))


def base_of_square() -> Theorem:
    return certify(THEORY, claim(zero), Leaf((Product(Fraction(1), (-1,)),)))


def step_with_square() -> Theorem:
    leaf = Leaf((Product(Fraction(1), (-1,)), Product(Fraction(1), (0,)), Product(Fraction(1))))
    return certify(THEORY, claim(k), leaf, (given(claim(k.shift(-1))),))


def test_induction_over_a_quantified_hypothesis() -> None:
    """For all w in [0, 1]: w^k <= 1, using the hypothesis at w itself."""

    def bounded(at: Ix) -> Rel:
        return le(mul(W, IxVal(at)), add(IxVal(at), X))

    conditions = (le(ZERO, W), le(W, ONE))
    refuse((
        lambda: induct(given(bounded(zero)), given(bounded(k)), "k", zero, None, (W,), conditions),
        SideConditionError, "a quantified hypothesis must be deterministic",
    ))  # fmt: skip

    def sure(at: Ix) -> Rel:
        return le(mul(W, IxVal(at)), IxVal(at))

    before = All((W,), conditions, sure(k.shift(-1)))
    facts = tuple(given(c_) for c_ in conditions)
    known = specialise(THEORY, before, (W,), facts)
    leaf = Leaf(
        (Product(Fraction(1), (-1,)), Product(Fraction(1), (0,)), Product(Fraction(1), (1,)))
    )
    step = certify(THEORY, sure(k), leaf, (known, facts[1]))
    base = certify(THEORY, sure(zero), Leaf((Product(Fraction(1), (-1,)),)))
    theorem = induct(base, step, "k", zero, K, (W,), conditions)
    check(theorem.hypotheses == {*conditions, Le(zero, k), Le(k, K)}, theorem)
    refuse((
        lambda: induct(weaken(base, le(W, s(j))), step, "k", zero, K, (W,), conditions),
        SideConditionError, "a bound variable is free in a hypothesis",
    ))  # fmt: skip
    refuse((
        lambda: induct(base, step, "k", zero, K, (W,), conditions[1:]),
        SideConditionError, "mentions k",  # the step assumed the claim for fewer w than are proved
    ))  # fmt: skip


NOT_INDUCED: Planted = {
    "another base": (
        lambda: induct(given(claim(one)), step_with_square(), "k", zero),
        SideConditionError, "the base does not prove the claim at the first index"),
    "a base at another index": (
        lambda: induct(base_of_square(), step_with_square(), "k", one),
        SideConditionError, "the base does not prove the claim at the first index"),
    "the index is a constant": (
        lambda: induct(given(claim(zero)), given(claim(K)), "K", zero),
        SideConditionError, "is a constant, or occurs in its own range"),
    "the index starts at itself": (
        lambda: induct(given(claim(k)), step_with_square(), "k", k),
        SideConditionError, "occurs in its own range"),
    "the index ends at itself": (
        lambda: induct(base_of_square(), step_with_square(), "k", zero, k.shift(3)),
        SideConditionError, "occurs in its own range"),
    "the index is free in the context": (
        lambda: induct(base_of_square(), weaken(step_with_square(), le(X, s(k))), "k", zero),
        SideConditionError, "mentions k"),
    "the index is free in the context of the base": (
        lambda: induct(weaken(base_of_square(), Le(one, k)), step_with_square(), "k", zero),
        SideConditionError, "the base assumes .* which mentions k"),
    "the index is free in a level of the context": (
        lambda: induct(base_of_square(), weaken(step_with_square(), le(ZERO, PAST)), "k", zero),
        SideConditionError, "mentions k"),
    "a range that does not follow": (
        lambda: induct(base_of_square(), weaken(step_with_square(), Le(number(2), k)), "k", zero),
        RangeError, "does not follow from the range of k"),
    "an upper range that does not follow": (
        lambda: induct(base_of_square(), weaken(step_with_square(), Le(k, DIM)), "k", zero, K),
        RangeError, "does not follow from the range of k"),
    "a hypothesis two steps before": (
        lambda: induct(base_of_square(), given(claim(k)), "k", zero),
        SideConditionError, "mentions k"),
    "conditions without bound variables": (
        lambda: induct(base_of_square(), step_with_square(), "k", zero, None, (), (le(X, Y),)),
        SideConditionError, "conditions without bound variables"),
    "the index in a condition": (
        lambda: induct(base_of_square(), step_with_square(), "k", zero, None, (W,), (le(W, s(k)),)),
        SideConditionError, "k occurs in a condition"),
    "a random condition": (
        lambda: induct(base_of_square(), step_with_square(), "k", zero, None, (W,), (le(W, X),)),
        SideConditionError, "a quantified hypothesis must be deterministic"),
    "two theories": (
        lambda: induct(assume(OTHER, claim(zero)), step_with_square(), "k", zero),
        TheoryError, "a theorem of other used in walk"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_INDUCED)
def test_not_induced(name: str) -> None:
    refuse(NOT_INDUCED[name])


def test_induction_keeps_the_context() -> None:
    base = weaken(base_of_square(), le(X, Y))
    step = weaken(weaken(step_with_square(), Le(one, DIM)), Le(one, k))
    theorem = induct(base, step, "k", zero, DIM)
    check(theorem.hypotheses == {le(X, Y), Le(one, DIM), Le(zero, k), Le(k, DIM)}, theorem)


# --- cases ------------------------------------------------------------------------------------


def test_cases() -> None:
    size = [
        certify(THEORY, le(ZERO, Abs(W)), Leaf((Product(Fraction(1), (-1,)),
                                              Product(Fraction(1), (0,)))), (given(hypothesis),),
                sides=(given(hypothesis),))
        for hypothesis in (le(ZERO, W), le(W, ZERO))
    ]  # fmt: skip
    theorem = cases(W, *size)
    check(not theorem.hypotheses, theorem)
    for term in (E(X), s(k), IxVal(k), coord(x(one), i), CE(zero, X), t(j)):
        halves = [weaken(theorem, hypothesis) for hypothesis in (le(ZERO, term), le(term, ZERO))]
        check(not cases(term, *halves).hypotheses)


def both(term: Term) -> tuple[Theorem, Theorem]:
    proved = norm(THEORY, X, X)
    return weaken(proved, le(ZERO, term)), weaken(proved, le(term, ZERO))


NOT_SPLIT: Planted = {
    "a random variable": (lambda: cases(X, *both(X)), LevelError, "not known to be constant"),
    "a process": (
        lambda: cases(g(k, i), *both(g(k, i))), LevelError, "not known to be constant"),
    "a later iterate": (
        lambda: cases(grad(x(number(2)), i), *both(grad(x(number(2)), i))),
        LevelError, "not known to be constant"),
    "a function of it": (lambda: cases(h(v(k, i)), *both(X)), LevelError, "not known to be"),
    "different conclusions": (
        lambda: cases(W, norm(THEORY, X, X), norm(THEORY, Y, Y)),
        SideConditionError, "the two cases prove different things"),
    "two theories": (
        lambda: cases(W, norm(THEORY, X, X), norm(OTHER, X, X)), TheoryError, "used in walk"),
    "a loose term": (lambda: cases(s(Ix(0)), *both(W)), SortError, "loose bound index"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_SPLIT)
def test_not_split(name: str) -> None:
    refuse(NOT_SPLIT[name])


def test_cases_keep_what_is_not_the_case() -> None:
    wrong = weaken(norm(THEORY, X, X), Rel(ZERO, "<", W)), both(W)[1]
    check(cases(W, *wrong).hypotheses == {Rel(ZERO, "<", W)})
    swapped = cases(neg(W), *both(W))
    check(swapped.hypotheses == {le(ZERO, W), le(W, ZERO)}, swapped)
    crossed = cases(W, *reversed(both(W)))
    check(crossed.hypotheses == {le(ZERO, W), le(W, ZERO)}, crossed)


# --- antisymmetry -----------------------------------------------------------------------------


def test_antisymmetry() -> None:
    theorem = antisymmetry(given(le(X, Y)), given(le(Y, X)))
    check(theorem.conclusion == Rel(X, "=", Y) and theorem.hypotheses == {le(X, Y), le(Y, X)})


NOT_EQUAL: Planted = {
    "a strict premise": (
        lambda: antisymmetry(given(Rel(X, "<", Y)), given(le(Y, X))),
        SideConditionError, "the premises must be a <= b and b <= a"),
    "the same direction": (
        lambda: antisymmetry(given(le(X, Y)), given(le(X, Y))),
        SideConditionError, "the premises must be a <= b and b <= a"),
    "another term": (
        lambda: antisymmetry(given(le(X, Y)), given(le(Y, power(X, 1)))),
        SideConditionError, "the premises must be a <= b and b <= a"),
    "no relation": (
        lambda: antisymmetry(given(Le(one, k)), given(le(X, Y))),
        SideConditionError, "not a relation"),
    "two theories": (
        lambda: antisymmetry(given(le(X, Y)), assume(OTHER, le(Y, X))),
        TheoryError, "a theorem of other used in walk"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_EQUAL)
def test_not_equal(name: str) -> None:
    refuse(NOT_EQUAL[name])


def test_matrix_rows_are_as_declared() -> None:
    """The axiom on rows, at one row."""
    row = instantiate(axiom(THEORY, "rows"), (("k", one),))
    check(row.rel.right.key.count("App a [+1 0+0]") == 1, row)
    check(a(one, i) != a(i, one))
