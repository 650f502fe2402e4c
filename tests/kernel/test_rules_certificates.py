"""``certify``: what certificates prove, and that none of forty altered ones does."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace

import pytest
from finite_model import (
    DIM,
    OTHER,
    THEORY,
    K,
    W,
    X,
    Y,
    c,
    g,
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
from ratecert.proofs.kernel.certificates import GOAL, Leaf, Product, Split, certify
from ratecert.proofs.kernel.errors import (
    CertificateError,
    KernelError,
    LimitError,
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
    ONE,
    ZERO,
    Abs,
    E,
    Fin,
    Formula,
    Ix,
    IxVal,
    Le,
    Rel,
    Term,
    Var,
    add,
    div,
    maximum,
    minimum,
    mul,
    neg,
    power,
    rat,
    sqrt,
    sub,
)

Planted = dict[str, tuple[Callable[[], Theorem], type[KernelError], str]]
Z = Var("Z", "any")


def given(formula: Formula) -> Theorem:
    return assume(THEORY, formula)


def le(left: Term, right: Term) -> Rel:
    return Rel(left, "<=", right)


def lt(left: Term, right: Term) -> Rel:
    return Rel(left, "<", right)


def product(*facts: int, times: int | str = 1, squares: tuple[Term, ...] = ()) -> Product:
    return Product(Fraction(times), facts, squares)


def refuse(case: tuple[Callable[[], Theorem], type[KernelError], str]) -> None:
    inference, error, message = case
    with pytest.raises(error, match=message) as caught:
        inference()
    check(type(caught.value) is error, caught.value)


# --- accepted ---------------------------------------------------------------------------------


def young(times: int | str = 1, first: int | str = 1) -> Theorem:
    """``2 X Y <= X^2 + Y^2``, or a variant."""
    goal = le(mul(rat(2), X, Y), add(mul(rat(first), power(X, 2)), power(Y, 2)))
    return certify(THEORY, goal, Leaf((product(GOAL), product(times=times, squares=(sub(X, Y),)))))


def test_young() -> None:
    theorem = young()
    check(not theorem.hypotheses and not theorem.uses, theorem)


def test_products_of_facts() -> None:
    facts = (given(le(ZERO, X)), given(le(X, Y)))
    goal = le(power(X, 2), power(Y, 2))
    leaf = Leaf((product(GOAL), product(0, 1, times=2), product(1, 1)))
    theorem = certify(THEORY, goal, leaf, facts)
    check(theorem.hypotheses == {le(ZERO, X), le(X, Y)}, theorem)


def test_a_strict_goal() -> None:
    facts = (given(lt(ZERO, X)), given(lt(ZERO, Y)))
    theorem = certify(THEORY, lt(ZERO, mul(X, Y)), Leaf((product(GOAL), product(0, 1))), facts)
    check(theorem.rel.op == "<")


def test_a_contradiction_in_the_facts() -> None:
    facts = (given(lt(X, Y)), given(lt(Y, X)))
    theorem = certify(THEORY, le(ONE, ZERO), Leaf((product(0), product(1))), facts)
    check(theorem.hypotheses == {lt(X, Y), lt(Y, X)}, theorem)


def test_cofactors_of_equations() -> None:
    facts = (given(Rel(power(X, 2), "=", Y)), given(Rel(X, "=", rat(2))))
    leaf = Leaf((product(GOAL),), ((0, ONE), (1, neg(add(X, rat(2))))))
    theorem = certify(THEORY, le(rat(4), Y), leaf, facts)
    check(len(theorem.hypotheses) == 2, theorem)


def test_denominators_and_roots() -> None:
    """``0 < X |- 2 <= X + 1/X``, and ``0 <= X |- 2 sqrt(X) <= X + 1``."""
    positive = given(lt(ZERO, X))
    goal = le(rat(2), add(X, power(X, -1)))
    square = sub(sqrt(X), power(X, Fraction(-1, 2)))
    leaf = Leaf((product(GOAL), product(squares=(square,))))
    theorem = certify(THEORY, goal, leaf, sides=(positive,))
    check(theorem.hypotheses == {lt(ZERO, X)}, theorem)
    goal = le(mul(rat(2), sqrt(X)), add(X, ONE))
    leaf = Leaf((product(GOAL), product(squares=(sub(sqrt(X), ONE),))))
    check(certify(THEORY, goal, leaf, sides=(given(le(ZERO, X)),)).hypotheses == {le(ZERO, X)})
    for fact in (given(le(ZERO, X)), given(lt(ZERO, Y))):
        with pytest.raises(CertificateError, match="the identity fails"):
            certify(THEORY, le(rat(2), add(X, power(X, -1))),
                    Leaf((product(GOAL), product(squares=(square,)))), sides=(fact,))  # fmt: skip


def test_case_distinctions() -> None:
    leaf = Leaf((product(GOAL),))
    other = Leaf((product(GOAL), product(0, times=2)))
    theorem = certify(THEORY, le(X, Abs(X)), Split(X, leaf, other))
    check(not theorem.hypotheses, theorem)
    low = certify(THEORY, le(minimum(X, Y), X), Split(
        sub(X, Y), Leaf((product(GOAL), product(0))), Leaf((product(GOAL),))))  # fmt: skip
    check(not low.hypotheses, low)
    nested = Split(
        X, Split(Y, Leaf((product(GOAL),)), Leaf((product(GOAL),))), Leaf((product(GOAL),))
    )
    check(not certify(THEORY, le(mul(Abs(X), Abs(Y)), Abs(mul(X, Y))), nested).hypotheses)


def test_a_case_discharges_its_own_hypothesis_only() -> None:
    """A fact known for 0 <= X may be used in that case; its other hypotheses stay."""
    known = certify(THEORY, le(ZERO, mul(X, X, X)), Leaf((product(GOAL), product(0, 0, 0))),
                    (given(le(ZERO, X)),))  # fmt: skip
    known = weaken(known, le(Y, Z))
    goal = le(ZERO, Abs(mul(X, X, X)))
    theorem = certify(THEORY, goal, Split(
        X, Leaf((product(GOAL), product(0))), Leaf((product(GOAL), product(1, squares=(X,))))),
        (known,))  # fmt: skip
    check(theorem.hypotheses == {le(Y, Z)}, theorem)
    crossed = Split(neg(X), Leaf((product(GOAL), product(0), product(1, squares=(X,), times=2))),
                    Leaf((product(GOAL), product(0))))  # fmt: skip
    theorem = certify(THEORY, goal, crossed, (known,))
    check(theorem.hypotheses == {le(Y, Z), le(ZERO, X)}, theorem)


def test_only_facts_that_occur_are_kept() -> None:
    facts = (given(le(X, Y)), given(le(ZERO, Z)), given(le(Y, Z)))
    leaf = Leaf((product(GOAL), product(0), product(2)))
    theorem = certify(THEORY, le(X, Z), leaf, facts, (Le(one, k),))
    check(theorem.hypotheses == {le(X, Y), le(Y, Z)}, theorem)
    check(theorem.args["facts"] == (facts[0], facts[2]), theorem.args["facts"])
    again = certify(THEORY, **theorem.args)
    check(again.hypotheses == theorem.hypotheses and again.args == theorem.args)


def test_renumbering_in_cases() -> None:
    facts = (given(le(X, Y)), given(le(ZERO, Z)), given(le(Y, W)))
    chain = (product(GOAL), product(0), product(2))
    split = Split(X, Leaf(chain), Leaf((*chain, product(3, squares=(ZERO,)))))
    theorem = certify(THEORY, le(X, W), split, facts)
    check(theorem.args["facts"] == (facts[0], facts[2]))
    check(certify(THEORY, **theorem.args).hypotheses == theorem.hypotheses)


def test_certificates_unfold_and_average() -> None:
    unfolded = certify(THEORY, le(m(one, i), g(one, i)), Leaf((product(GOAL),)), (), (),
                       (("m", ()), ("m.0", ())))  # fmt: skip
    check(unfolded.uses >= {"definition:m", "definition:m.0"}, unfolded.uses)
    known = tuple(given(Fin(u, Fraction(1, 2))) for u in (X, Y))
    goal = le(E(mul(X, Y)), add(E(power(X, 2)), E(power(Y, 2)), neg(E(mul(X, Y)))))
    below = certify(
        THEORY, le(ZERO, power(sub(X, Y), 2)), Leaf((product(GOAL), product(squares=(sub(X, Y),))))
    )
    fin = tuple(
        integrability(THEORY, term, Fraction(1), (), known) for term in (power(sub(X, Y), 2), ZERO)
    )
    average = expect(below, facts=(*known, *fin))
    theorem = certify(
        THEORY, goal, Leaf((product(GOAL), product(0))), (average,), linear=True, sides=known
    )
    check(theorem.hypotheses == {t.conclusion for t in known}, theorem)


# --- refused ----------------------------------------------------------------------------------

FACTS = (given(le(ZERO, X)), given(le(X, Y)), given(Rel(Y, "=", mul(rat(2), Z))))
DIRECT = le(X, mul(rat(2), Z))


def direct(*products: Product, cofactor: Term = ONE, equation: int = 2, goal: Rel = DIRECT,
           facts: tuple[Theorem, ...] = FACTS) -> Theorem:  # fmt: skip
    return certify(THEORY, goal, Leaf(products, ((equation, cofactor),)), facts)


def test_direct() -> None:
    theorem = direct(product(GOAL), product(1))
    check(theorem.hypotheses == {le(X, Y), Rel(Y, "=", mul(rat(2), Z))}, theorem)


FAILS = "the identity fails"
NOT_CERTIFIED: Planted = {
    "a wrong constant in the goal": (
        lambda: direct(product(GOAL), product(1), goal=le(X, mul(rat("199/100"), Z))),
        CertificateError, FAILS),
    "a wrong constant in Young": (lambda: young(first="99/100"), CertificateError, FAILS),
    "a wrong multiplier": (lambda: young(times="99/100"), CertificateError, FAILS),
    "a wrong cofactor": (
        lambda: direct(product(GOAL), product(1), cofactor=rat(2)), CertificateError, FAILS),
    "a cofactor of the wrong sign": (
        lambda: direct(product(GOAL), product(1), cofactor=neg(ONE)), CertificateError, FAILS),
    "a strict goal from weak facts": (
        lambda: direct(product(GOAL), product(1), goal=lt(X, mul(rat(2), Z))),
        CertificateError, "no strict summand"),
    "a missing summand": (lambda: direct(product(GOAL)), CertificateError, FAILS),
    "a missing equation": (
        lambda: certify(THEORY, DIRECT, Leaf((product(GOAL), product(1))), FACTS),
        CertificateError, FAILS),
    "a summand too many": (
        lambda: direct(product(GOAL), product(1), product(times="1/1000000")),
        CertificateError, FAILS),
    "a negative coefficient": (
        lambda: direct(product(GOAL), product(1), product(0, times=-1)),
        CertificateError, "coefficient -1 is not positive"),
    "a coefficient zero": (
        lambda: direct(product(GOAL), product(1), product(0, times=0)),
        CertificateError, "coefficient 0 is not positive"),
    "a coefficient that is no rational": (
        lambda: direct(product(GOAL), Product(1, (1,))),  # type: ignore[arg-type]
        SortError, "not a product"),
    "a coefficient that is a float": (
        lambda: direct(product(GOAL), Product(1.0, (1,))),  # type: ignore[arg-type]
        SortError, "not a product"),
    "what only looks like a product": (
        lambda: certify(THEORY, le(X, X), Leaf((SimpleNamespace(  # type: ignore[arg-type]
            coefficient=Fraction(1), facts=(GOAL,), squares=()),))),
        SortError, "not a product"),
    "a leaf for a product": (
        lambda: certify(THEORY, le(X, X), Leaf((Leaf(()),))),  # type: ignore[arg-type]
        SortError, "not a product"),
    "no strict summand": (
        lambda: certify(THEORY, le(X, X), Leaf((product(0, squares=(ZERO,)),)), FACTS),
        CertificateError, "no strict summand"),
    "nothing at all": (
        lambda: certify(THEORY, le(X, X), Leaf(())), CertificateError, "no strict summand"),
    "the goal squared away": (
        lambda: certify(THEORY, le(X, Y), Leaf((product(GOAL, squares=(ZERO,)),))),
        CertificateError, "no strict summand"),
    "the goal times a weak fact": (
        lambda: certify(THEORY, le(ZERO, ONE), Leaf((product(GOAL, 0),)), FACTS),
        CertificateError, "no strict summand"),
    "the goal times a weak fact, which may be zero": (
        lambda: certify(THEORY, le(power(X, 2), ZERO), Leaf((product(GOAL, 0), product(0))),
                        (given(le(ZERO, X)),)),
        CertificateError, "no strict summand"),
    "an equation used as an inequality": (
        lambda: direct(product(GOAL), product(1), product(2)),
        CertificateError, "fact 2 is an equation"),
    "an inequality used as an equation": (
        lambda: direct(product(GOAL), equation=1), CertificateError, "fact 1 is no equation"),
    "the goal used as an equation": (
        lambda: direct(product(1), equation=GOAL), CertificateError, "fact -1 is no equation"),
    "a fact that is not there": (
        lambda: direct(product(GOAL), product(3)), CertificateError, "there is no fact 3"),
    "a fact counted from the end": (
        lambda: direct(product(GOAL), product(-2)), CertificateError, "there is no fact -2"),
    "a fact that is a truth value": (
        lambda: direct(product(GOAL), product(True)), CertificateError, "there is no fact True"),
    "an equation that is not there": (
        lambda: direct(product(GOAL), product(1), equation=7),
        CertificateError, "there is no fact 7"),
    "a fact without a relation": (
        lambda: direct(product(GOAL), product(3), facts=(*FACTS, given(Le(one, k)))),
        SideConditionError, "not a relation"),
    "integrability as a fact": (
        lambda: direct(product(GOAL), product(3), facts=(*FACTS, given(Fin(X, Fraction(1))))),
        SideConditionError, "not a relation"),
    "an equation as goal": (
        lambda: direct(product(GOAL), product(1), goal=Rel(X, "=", Y)),
        CertificateError, "an equation is proved by norm"),
    "a fact of another theory": (
        lambda: direct(product(GOAL), product(1),
                       facts=(*FACTS[:2], assume(OTHER, Rel(Y, "=", mul(rat(2), Z))))),
        TheoryError, "a theorem of other used in walk"),
    "a square of another theory": (
        lambda: certify(OTHER, le(ZERO, power(s(Ix(0)), 2)), Leaf((product(GOAL),))),
        SortError, "loose bound index"),
    "a loose square": (
        lambda: direct(product(GOAL), product(1), product(squares=(s(Ix(0)),))),
        SortError, "loose bound index"),
    "a loose cofactor": (
        lambda: direct(product(GOAL), product(1), cofactor=s(Ix(0))),
        SortError, "loose bound index"),
    "a loose case": (
        lambda: certify(THEORY, DIRECT, Split(s(Ix(0)), Leaf(()), Leaf(())), FACTS),
        SortError, "loose bound index"),
    "a case that is no term": (
        lambda: certify(THEORY, DIRECT, Split(k, Leaf(()), Leaf(())), FACTS),  # type: ignore[arg-type]
        SortError, "not a certificate"),
    "no certificate": (
        lambda: certify(THEORY, DIRECT, (), FACTS),  # type: ignore[arg-type]
        SortError, "not a certificate"),
    "only one case": (
        lambda: certify(THEORY, le(Abs(X), X),
                        Split(X, Leaf((product(GOAL),)), Leaf((product(GOAL),)))),
        CertificateError, FAILS),
    "the hypothesis of the other case": (
        lambda: certify(THEORY, le(ZERO, X),
                        Split(X, Leaf((product(GOAL), product(0))), Leaf((product(GOAL),)))),
        CertificateError, FAILS),
    "the hypothesis of a case, after it": (
        lambda: certify(THEORY, le(ZERO, X), Leaf((product(GOAL), product(0)))),
        CertificateError, "there is no fact 0"),
    "the larger of two": (
        lambda: certify(THEORY, le(maximum(X, Y), X), Split(
            sub(X, Y), Leaf((product(GOAL),)), Leaf((product(GOAL), product(0))))),
        CertificateError, FAILS),
    "a cancelled denominator": (
        lambda: certify(THEORY, le(div(mul(X, Y), X), Y), Leaf((product(GOAL),))),
        CertificateError, FAILS),
    "a denominator that may vanish": (
        lambda: certify(THEORY, le(div(mul(X, Y), X), Y), Leaf((product(GOAL),)), FACTS),
        CertificateError, FAILS),
    "a root of a square": (
        lambda: certify(THEORY, le(sqrt(power(X, 2)), X), Leaf((product(GOAL),))),
        CertificateError, FAILS),
    "the square of a root": (
        lambda: certify(THEORY, le(power(sqrt(X), 2), X), Leaf((product(GOAL),))),
        CertificateError, FAILS),
    "a random case under E": (
        lambda: certify(THEORY, le(E(Abs(X)), E(X)),
                        Split(X, Leaf((product(GOAL),)), Leaf((product(GOAL),)))),
        CertificateError, FAILS),
    "a random fact under a condition": (
        lambda: certify(THEORY, le(CE(k, Abs(X)), CE(k, X)), Leaf((product(GOAL),)), FACTS),
        CertificateError, FAILS),
    "a pointwise bound inside E": (
        lambda: certify(THEORY, le(E(X), E(Y)), Leaf((product(GOAL), product(1))), FACTS),
        CertificateError, FAILS),
    "a recursion out of its range": (
        lambda: certify(THEORY, le(m(k, i), add(mul(s(i), m(k.shift(-1), i)), g(k, i))),
                        Leaf((product(GOAL),)), (), (Le(zero, k),), (("m", ()),)),
        CertificateError, FAILS),
    "a schema out of its range": (
        lambda: certify(THEORY, le(Abs(s(j)), s(j)), Leaf((product(GOAL),)),
                        (axiom(THEORY, "s.positive"),), (Le(one, j), Le(j, K))),
        CertificateError, FAILS),
    "a summand's sign for the sum": (
        lambda: certify(THEORY, le(rat("1/10"), over_i(c(i))), Leaf((product(GOAL), product(0))),
                        (axiom(THEORY, "c.below"),)),
        CertificateError, FAILS),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_CERTIFIED)
def test_not_certified(name: str) -> None:
    refuse(NOT_CERTIFIED[name])


def test_too_many_cases() -> None:
    def tree(depth: int) -> Leaf | Split:
        leaf = Leaf((product(GOAL), product(squares=(X,))))
        return leaf if depth == 0 else Split(X, tree(depth - 1), tree(depth - 1))

    goal = le(ZERO, power(X, 2))
    certify(THEORY, goal, tree(4))
    with pytest.raises(CertificateError, match="too many case distinctions"):
        certify(THEORY, goal, tree(9))


def test_too_large() -> None:
    wide = add(*(Var(f"u{n}", "any") for n in range(600)))
    with pytest.raises(LimitError, match="more work"):
        certify(THEORY, le(ZERO, X), Leaf((product(GOAL, squares=(wide,)),)))
    with pytest.raises(LimitError, match="exponent 65"):
        certify(THEORY, le(ZERO, power(v(k, i), 65)), Leaf((product(GOAL),)))


def test_a_certificate_for_sums_needs_the_counted_range() -> None:
    """``d >= 0 |- d/10 <= Sum_i c[i]`` needs the range; without it the count is not known."""
    summed = sum_both(axiom(THEORY, "c.below"), "i", one, DIM)
    goal = le(mul(rat("1/10"), IxVal(DIM)), over_i(c(i)))
    leaf = Leaf((product(GOAL), product(0)))
    theorem = certify(THEORY, goal, leaf, (summed,), (Le(zero, DIM),))
    check(theorem.hypotheses == {Le(zero, DIM)}, theorem)
    with pytest.raises(CertificateError, match=FAILS):
        certify(THEORY, goal, leaf, (summed,), (Le(number(-1), DIM),))


def test_facts_used_by_look_up_are_kept_as_well() -> None:
    theorem = certify(
        THEORY, le(Abs(X), X), Leaf((product(GOAL),)), sides=(norm(THEORY, Y, Y), FACTS[0])
    )
    check(theorem.hypotheses == {le(ZERO, X)} and theorem.args["sides"] == (FACTS[0],), theorem)
    with pytest.raises(CertificateError, match="the identity fails"):
        certify(THEORY, le(Abs(X), X), Leaf((product(GOAL),)), (FACTS[0],))
