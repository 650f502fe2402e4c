"""Limits and rare refusals of the kernel, each for its own reason."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
import small_theory as small
from finite_model import AXIOMS, DEFINITIONS, SYMBOLS, THEORY, K, W, X, Y, g, i, k, one, s, v, zero

from helpers import check
from ratecert.proofs.kernel import polynomials as P
from ratecert.proofs.kernel.budget import MAX_WORK, Budget
from ratecert.proofs.kernel.certificates import GOAL, Leaf, Product, Split, certify
from ratecert.proofs.kernel.claims import canonical_bytes, publish
from ratecert.proofs.kernel.codec import MAX_BYTES, MAX_TOKENS, decode, dumps, encode, loads
from ratecert.proofs.kernel.errors import (
    LimitError,
    SideConditionError,
    SortError,
    TheoryError,
    TraceError,
)
from ratecert.proofs.kernel.exact import evaluate
from ratecert.proofs.kernel.indices import MAX_CONDITIONS, entails
from ratecert.proofs.kernel.judgment import MAX_HYPOTHESES
from ratecert.proofs.kernel.normal import MAX_EXCHANGED, Normaliser
from ratecert.proofs.kernel.rules import assume, axiom, expect, norm, weaken
from ratecert.proofs.kernel.terms import (
    CE,
    MAX_KEY,
    ZERO,
    Abs,
    Add,
    All,
    App,
    E,
    Eigen,
    Ix,
    IxVal,
    Lambda,
    Le,
    Mul,
    PointApp,
    PointVar,
    Pow,
    Rat,
    Rel,
    Sum,
    Term,
    Var,
    add,
    div,
    mul,
    open_body,
    power,
    rat,
    sum_over,
)
from ratecert.proofs.kernel.theory import MAX_DECLARATIONS, Axiom, Definition, Symbol, Theory
from ratecert.proofs.kernel.trace import MAX_STEPS, replay, trace

LONG = Fraction(1 << P.MAX_BITS)
TRUE = Rel(ZERO, "<=", W)


def names(count: int) -> list[Var]:
    return [Var(f"x{n}", "any") for n in range(count)]


# --- limits -----------------------------------------------------------------------------------


def test_a_budget_can_be_spent_to_the_last() -> None:
    budget = Budget(10)
    budget.spend(10)
    with pytest.raises(LimitError, match="more work"):
        budget.spend(1)
    with pytest.raises(LimitError, match="more work"):
        Budget().spend(MAX_WORK + 1)


def test_leaves_share_one_budget() -> None:
    """A leaf that is almost too much is too much twice."""
    heavy = power(add(*names(8)), 2)
    leaf = Leaf((Product(Fraction(1), (GOAL,)), Product(Fraction(1), (), (heavy,))))
    goal = Rel(mul(rat(-1), power(heavy, 2)), "<=", ZERO)
    certify(THEORY, goal, leaf)
    tree: Leaf | Split = leaf
    for _ in range(6):
        tree = Split(X, tree, tree)
    with pytest.raises(LimitError, match="more work"):
        certify(THEORY, goal, tree)


def test_long_rationals() -> None:
    for refused in (
        lambda: P.constant(LONG),
        lambda: P.scale(P.constant(LONG / 2), LONG),
        lambda: P.plus(P.constant(1 / LONG * 2), P.constant(Fraction(2, 3**900))),
        lambda: P.rational_power(LONG * 2, Fraction(1, 2)),
        lambda: P.rational_power(Fraction(2**2203 - 1), Fraction(61, 2)),
        lambda: Normaliser(THEORY).times(P.constant(LONG / 2), P.constant(LONG / 2)),
        lambda: P.content({((P.factor(P.ATOM, x), 1),): Fraction(1, 3**900 + 2 * n)
                           for n, x in enumerate(names(9))}),
    ):  # fmt: skip
        with pytest.raises(LimitError, match="rational constant exceeds"):
            refused()
    check(P.constant(LONG / 8) == {(): LONG / 8})


def test_long_polynomials() -> None:
    many = {((P.factor(P.ATOM, x), 1),): Fraction(1) for x in names(P.MAX_TERMS)}
    check(len(P.plus({}, many)) == P.MAX_TERMS)
    with pytest.raises(LimitError, match="polynomial exceeds"):
        P.plus(P.ONE, many)


def test_exponents() -> None:
    item, inside = P.factor(P.ATOM, X), P.factor(P.POS, X)
    fine = Fraction(1, P.MAX_DENOMINATOR)
    for exponents in (
        {item: 65},
        {item: -1},
        {item: Fraction(1, 2)},
        {inside: Fraction(-1, 2)},
        {inside: fine / 2},
    ):
        with pytest.raises(LimitError, match="out of range"):
            P.mono(exponents)
    check(P.mono({item: 64, inside: fine}))
    for e in (Fraction(131, 2), Fraction(-131, 2)):
        with pytest.raises(LimitError, match="out of range"):
            P.rational_power(Fraction(2), e)


def test_powers_of_one() -> None:
    """No factor grows: what counts is how often it would be multiplied."""
    with pytest.raises(LimitError, match="exponent 65 out of range"):
        norm(THEORY, power(rat(1), 65), rat(1))


def test_many_denominators() -> None:
    def total(count: int) -> Term:
        return add(*(div(Y, x) for x in names(count)))

    signs = tuple(assume(THEORY, Rel(ZERO, "<", x)) for x in names(66))
    norm(THEORY, total(12), total(12), facts=signs)
    with pytest.raises(LimitError, match="denominators nested too deeply"):
        norm(THEORY, total(66), ZERO, facts=signs)


def test_large_terms() -> None:
    wide = add(*[Y] * (MAX_KEY // len(f"{Y.key} ")))
    check(len(wide.key) > MAX_KEY * 99 // 100)
    with pytest.raises(LimitError, match="a term of more than"):
        norm(THEORY, add(wide, *[Y] * 10), ZERO)
    leaf = Leaf((Product(Fraction(1), (GOAL,)),))
    with pytest.raises(LimitError, match=r"^assume: a term of more than"):  # named once
        certify(THEORY, Rel(X, "<=", X), Split(wide, leaf, leaf))


def test_many_hypotheses() -> None:
    theorem = assume(THEORY, Le(one, k))
    for n in range(2, MAX_HYPOTHESES + 1):
        theorem = weaken(theorem, Le(Ix(None, -n), k))
    with pytest.raises(LimitError, match="more than 200 hypotheses"):
        weaken(theorem, Le(zero, k))


def test_many_index_conditions() -> None:
    chain = [Le(Ix(f"n{n}"), Ix(f"n{n + 1}")) for n in range(MAX_CONDITIONS + 1)]
    goal = Le(Ix("n0"), Ix(f"n{MAX_CONDITIONS}"))
    check(entails(frozenset(chain[:-1]), goal) == frozenset(chain[:-1]))
    with pytest.raises(LimitError, match="index conditions at once"):
        entails(frozenset(chain), goal)


def test_many_declarations() -> None:
    symbols = tuple(Symbol(f"s{n}", ()) for n in range(MAX_DECLARATIONS + 1))
    Theory("wide", symbols[1:])
    with pytest.raises(LimitError, match="declarations of a kind"):
        Theory("wide", symbols)


def test_many_sums_are_not_exchanged() -> None:
    """Up to 4 of equal ranges are put into one order, by trying all; more are left as they are."""
    names = [Ix(f"n{place}") for place in range(MAX_EXCHANGED + 1)]

    def nested(indices: list[Ix]) -> Term:
        body: Term = App("P", tuple(indices))
        for index in sorted(map(str, (ix.base for ix in indices)), reverse=True):
            body = sum_over(index, one, K, body)
        return body

    for count, known in ((MAX_EXCHANGED, True), (MAX_EXCHANGED + 1, False)):
        few = names[:count]
        theory = Theory("t", (Symbol("P", ("index",) * count),))
        try:
            norm(theory, nested(few), nested(few[::-1]))
            found = True
        except SideConditionError:
            found = False
        check(found == known, count)


def test_long_texts() -> None:
    with pytest.raises(TraceError, match="bytes"):
        dumps("x" * MAX_BYTES)
    with pytest.raises(TraceError, match="too many parts"):
        loads(b"[" + b"0," * MAX_TOKENS + b"0]")
    with pytest.raises(TraceError, match="rational number exceeds"):
        encode(Fraction(1 << 1400))
    check(encode(Fraction(1 << 1300)))


def test_many_steps() -> None:
    document = {"format": 1, "kernel": "1", "theories": [], "claims": [],
                "steps": [0] * (MAX_STEPS + 1)}  # fmt: skip
    with pytest.raises(TraceError, match="more than 100000 steps"):
        replay(dumps(document))


# --- what has no meaning ----------------------------------------------------------------------


def test_objects_of_the_wrong_kind() -> None:
    for wrong in (True, 0.5, None):
        with pytest.raises(SortError, match="not an exact rational"):
            rat(wrong)  # type: ignore[arg-type]
    with pytest.raises(SortError, match="not a number"):
        evaluate(IxVal(Ix(Eigen(0))), {})
    with pytest.raises(SortError, match="not a real term"):
        evaluate(PointVar("p", "any"), {})  # type: ignore[arg-type]
    with pytest.raises(SideConditionError, match="no normal form"):
        Normaliser(THEORY).poly(PointVar("p", "any"))  # type: ignore[arg-type]
    with pytest.raises(SortError, match="is no index"):
        THEORY.level(App("g", (X, i)), set())
    with pytest.raises(TheoryError, match="unknown kind of declaration"):
        canonical_bytes(assume(THEORY, Le(one, k)), frozenset({"oracle:truth"}))
    with pytest.raises(TraceError, match="no trace: AttributeError"):
        trace([object()])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("cls", "parts", "reason"),
    [
        (Ix, ("k", 10**9), "index offset"),
        (Ix, ("k", 1.0), "index offset"),
        (Ix, (-1, 0), "not an index base"),
        (Ix, (True, 0), "not an index base"),
        (Ix, (1.0, 0), "not an index base"),
        (Ix, ("0k", 0), "not a legal name"),
        (Rat, (1,), "not an exact rational"),
        (Rat, (0.5,), "not an exact rational"),
        (Var, ("x", "some"), "not a level"),
        (Var, (1, "any"), "not a legal name"),
        (Var, ("x y", "any"), "not a legal name"),
        (PointVar, ("p", "some"), "not a level"),
        (PointVar, ("1", "any"), "not a legal name"),
        (IxVal, ("k",), "takes an index"),
        (App, ("f", [X]), "must be a tuple"),
        (App, ("f", (1,)), "bad argument"),
        (App, ("f", (Le(one, k),)), "bad argument"),
        (App, ("", ()), "not a legal name"),
        (Add, ([X],), "operands"),
        (Mul, ((1,),), "operands"),
        (Pow, (k, Fraction(1)), "base of a power"),
        (Pow, (X, 2), "not a rational exponent"),
        (Abs, (k,), "operands"),
        (Sum, (1, k, X), "summation range"),
        (Sum, (k, 1, X), "summation range"),
        (Sum, (k, k, 1), "operands"),
        (E, (k,), "operands"),
        (CE, (1, X), "takes an index"),
        (CE, (k, 1), "operands"),
        (PointApp, ("1", (k,)), "not a legal name"),
        (PointApp, ("x", [k]), "takes indices"),
        (PointApp, ("x", (X,)), "takes indices"),
        (Lambda, (k,), "operands"),
        (Rel, (X, ">", X), "not a relation"),
        (Rel, (X, "", X), "not a relation"),
        (Le, (X, k), "compares indices"),
        (Le, (k, 1), "compares indices"),
        (All, ((W,), [TRUE], TRUE), "conditions"),
        (All, ((W,), (Le(k, k),), TRUE), "conditions"),
        (All, ((W,), (), Le(k, k)), "body"),
        (All, ([W], (), TRUE), "distinct"),
        (All, ((PointVar("p", "det"),), (), TRUE), "distinct deterministic"),
    ],
)
def test_syntax_of_the_wrong_sort(cls: Any, parts: tuple[Any, ...], reason: str) -> None:
    with pytest.raises(SortError, match=reason):
        cls(*parts)


def test_one_operand_is_itself() -> None:
    check(add(X) is X and mul(X) is X)


def test_opening_a_binder_replaces_its_own_index_only() -> None:
    own, outer = Ix(0), Ix(1, 2)
    check(open_body(App("f", (own, outer)), k) == App("f", (k, outer)))
    inner = Sum(own, outer, App("f", (Ix(0), Ix(1, -1), Ix(2))))
    opened = Sum(k, outer, App("f", (Ix(0), k.shift(-1), Ix(2))))
    check(open_body(inner, k) == opened, open_body(inner, k))


def test_theorems_are_printed() -> None:
    text = repr(weaken(assume(THEORY, Le(one, k)), Le(zero, k)))
    check(text == f"{Le(zero, k).key}, {Le(one, k).key} |- {Le(one, k).key}", text)


def test_a_claim_that_is_quantified() -> None:
    bound = All((W,), (), Rel(ZERO, "<=", power(W, 2)))
    theory = Theory("t", (), (), (Axiom("squares", "A", "axiom", (), bound, ""),))
    with pytest.raises(SideConditionError, match="no claim is"):
        publish(axiom(theory, "squares"), "c", "t", "lemma", (), ({}, {}))


def test_quantified_hypotheses_and_chance() -> None:
    """All is constant if its conditions and its body are."""
    uses: set[str] = set()
    relation = Rel(ZERO, "<=", W)
    check(THEORY.deterministic(All((W,), (relation,), relation), uses))
    check(not THEORY.deterministic(All((W,), (), Rel(W, "<=", X)), uses))
    check(not THEORY.deterministic(All((W,), (Rel(W, "<=", X),), relation), uses))
    theorem = weaken(norm(THEORY, X, X), All((W,), (), Rel(W, "<=", X)))
    with pytest.raises(SideConditionError, match="random hypotheses") as caught:
        expect(weaken(theorem, relation))
    check(caught.value.nodes == (All((W,), (), Rel(W, "<=", X)),), "the constant one is none")


def test_facts_about_numbers_only() -> None:
    size = Abs(IxVal(k))
    theorem = norm(THEORY, size, size, facts=(assume(THEORY, Rel(ZERO, "<", rat(1))),))
    check(not theorem.hypotheses, theorem)


# --- theories ---------------------------------------------------------------------------------


def law(name: str, left: App, right: Term, *ranges: Le) -> Definition:
    return Definition(name, "recursion", left, ranges, right)


def test_theories_that_are_refused() -> None:
    coordinate = Symbol("coord", ("point", "index"))
    for symbols, laws, reason in (
        ((coordinate,), (), "coord is built in"),
        (SYMBOLS, (law("v", v(k, k), ZERO),), "distinct indices"),
        (SYMBOLS, (law("h", App("h", (rat(1),)), ZERO),), "distinct indices"),
        (SYMBOLS, (law("s0", s(zero), ZERO), law("s1", s(zero), rat(1))), "overlaps"),
        (SYMBOLS, (law("s 0", s(zero), ZERO),), "illegal name"),
        ((Symbol("0f", ()),), (), "illegal name"),
        ((Symbol("f", ("index", "term"), adapted=(1, 0)),), (), "argument that is no index"),
        ((Symbol("f", ("index",), adapted=(1, 0)),), (), "argument that is no index"),
        ((Symbol("f", ("index",), adapted=(-1, 0)),), (), "argument that is no index"),
    ):
        with pytest.raises(TheoryError, match=reason):
            Theory("t", symbols, ("K", "d"), (), laws)
    Theory("t", SYMBOLS, ("K", "d"), (), (law("s0", s(zero), ZERO), law("s1", s(one), rat(1))))


def test_what_definitions_call_is_followed_to_the_end() -> None:
    """A circle through two others is seen."""
    symbols = tuple(Symbol(n, ("index",)) for n in "abc")

    def at(name: str) -> App:
        return App(name, (k,))

    circle = tuple(law(n, at(n), at(m), Le(one, k)) for n, m in ("ab", "bc", "ca"))
    with pytest.raises(TheoryError, match="not defined from earlier values"):
        Theory("t", symbols, (), (), circle)
    Theory("t", symbols, (), (), tuple(law(n, at(n), at(m)) for n, m in ("ab", "bc")))


# --- traces of more than one theory -----------------------------------------------------------


def test_equal_theories_are_written_once() -> None:
    claim = next(c for c in small.claims() if c.id == "mean")
    (again,) = replay(trace([claim]))
    check(again.theorem.theory is not claim.theorem.theory)
    document = json.loads(trace([claim, again]))
    check(len(document["theories"]) == 1 and len(document["claims"]) == 2)


def test_a_step_names_the_theory_of_its_theorem() -> None:
    claim = next(c for c in small.claims() if c.id == "lifted")
    document = json.loads(trace([claim]))
    moved = document["steps"][-1]
    check(moved["rule"] == "instantiate" and len(document["theories"]) == 2)
    moved["theory"] = 1 - moved["theory"]
    with pytest.raises(TraceError, match="a theorem of small, not of scalars"):
        replay(dumps(document) + b"\n")


def test_the_theory_of_the_models_is_read_back() -> None:
    theory = decode(Theory, encode(THEORY))
    check(theory == THEORY and (theory.axioms, theory.definitions) == (AXIOMS, DEFINITIONS))
    check(g(K, one) in {g(Ix("K"), one)})
