from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import check
from ratecert.proofs.kernel.budget import Budget
from ratecert.proofs.kernel.errors import LimitError, SortError
from ratecert.proofs.kernel.exact import (
    MissingAtom,
    PrecisionError,
    evaluate,
    holds,
    is_constant,
)
from ratecert.proofs.kernel.terms import (
    CE,
    ONE,
    ZERO,
    Abs,
    Add,
    All,
    App,
    E,
    Fin,
    Ix,
    IxVal,
    Le,
    Mul,
    PointApp,
    Pow,
    Rat,
    Rel,
    Sum,
    Term,
    Var,
    add,
    coord,
    maximum,
    minimum,
    mul,
    neg,
    point_of,
    power,
    rat,
    sqrt,
    sub,
    sum_over,
)

x, y, r = Var("x", "det"), Var("y", "det"), Var("r", "any")
one, d = Ix(None, 1), Ix("d")


def sigma(i: Ix) -> App:
    return App("sigma", (i,))


def value(term: Term, at: int | str | Fraction = 0) -> Fraction:
    low, high = evaluate(term, {x: Fraction(at)})
    check(low == high, f"not exact: {low}, {high}")
    return low


rationals = st.fractions(min_value=-20, max_value=20, max_denominator=12)
leaves = st.one_of(rationals.map(Rat), st.just(x))
terms = st.recursive(
    leaves,
    lambda t: st.one_of(
        st.lists(t, max_size=3).map(lambda ts: Add(tuple(ts))),
        st.lists(t, max_size=3).map(lambda ts: Mul(tuple(ts))),
        st.tuples(t, st.integers(-2, 3)).map(lambda p: Pow(p[0], Fraction(p[1]))),
        t.map(Abs),
    ),
    max_leaves=8,
)


def by_hand(term: Term, at: Fraction) -> Fraction:
    if isinstance(term, Rat):
        return term.value
    if isinstance(term, Add):
        return sum((by_hand(t, at) for t in term.terms), Fraction(0))
    if isinstance(term, Mul):
        result = Fraction(1)
        for part in term.terms:
            result *= by_hand(part, at)
        return result
    if isinstance(term, Abs):
        return abs(by_hand(term.body, at))
    if isinstance(term, Pow):
        base, e = by_hand(term.base, at), int(term.exponent)
        return Fraction(0) if base == 0 and e < 0 else base**e
    return at


@given(terms, rationals)
def test_rational_terms_are_exact(term: Term, at: Fraction) -> None:
    try:
        found = evaluate(term, {x: at})
    except LimitError:
        return
    expected = by_hand(term, at)
    check(found == (expected, expected), found)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (power(ZERO, -1), 0),
        (power(ZERO, 0), 1),
        (power(rat(-3), -1), Fraction(-1, 3)),
        (Pow(rat(-4), Fraction(1, 2)), 0),
        (Pow(rat(-4), Fraction(-1, 2)), 0),
        (Pow(rat(-4), Fraction(2, 3)), 0),
        (Pow(ZERO, Fraction(-1, 2)), 0),
        (Pow(rat("4/9"), Fraction(-3, 2)), Fraction(27, 8)),
        (Pow(rat("8/27"), Fraction(1, 3)), Fraction(2, 3)),
        (Add(()), 0),
        (Mul(()), 1),
        (Sum(one, Ix(None, 0), ONE), 0),
        (Sum(one, Ix(None, -7), ONE), 0),
        (maximum(rat(2), rat(5)), 5),
        (minimum(rat(2), rat(5)), 2),
    ],
)
def test_total_semantics(term: Term, expected: Fraction) -> None:
    check(value(term) == expected, value(term))


@given(st.fractions(min_value=0, max_value=10**6, max_denominator=10**6), st.integers(2, 7))
def test_a_root_is_enclosed(at: Fraction, q: int) -> None:
    low, high = evaluate(Pow(x, Fraction(1, q)), {x: at})
    check(low**q <= at <= high**q, (low, high))
    check(high - low <= (1 + high) / 2**62, high - low)
    check(low > 0 or at == 0, "a root of a positive number is positive")
    exact = evaluate(Pow(x, Fraction(1, q)), {x: at**q})
    check(exact == (at, at), exact)


@given(st.fractions(min_value=-9, max_value=9, max_denominator=30), st.integers(1, 6))
def test_an_interval_contains_the_power(at: Fraction, n: int) -> None:
    near = sub(sqrt(rat(2)), x)  # of either sign, never exact
    low, high = evaluate(power(near, n), {x: at})
    finer = evaluate(power(near, n), {x: at}, bits=512)
    check(low <= finer[0] <= finer[1] <= high, (low, high))


def test_more_bits_are_tried_until_decided() -> None:
    root, above = evaluate(sqrt(rat(2)), {}, bits=200)
    check(holds(Rel(sqrt(rat(2)), "<", x), {x: above}) is True)
    check(holds(Rel(x, "<", sqrt(rat(2))), {x: root}) is True)
    check(holds(Rel(sqrt(rat(2)), "<=", x), {x: root}) is False)


def test_equal_irrationals_stay_undecided() -> None:
    two = Rel(mul(rat(2), sqrt(rat(2))), "=", sqrt(rat(8)))
    check(holds(two, {}) is None)
    check(holds(Rel(two.left, "<=", two.right), {}) is None)
    check(holds(Rel(sqrt(rat(2)), "=", sqrt(rat(3))), {}) is False)
    vanishing = sub(two.left, two.right)
    check(holds(Rel(power(vanishing, -1), "<=", ONE), {}) is None, "its sign is never known")
    with pytest.raises(PrecisionError, match="denominator"):
        evaluate(power(vanishing, -1), {})


@pytest.mark.parametrize("op", ["<", "<=", "="])
@given(a=rationals, b=rationals)
def test_rationals_are_always_decided(op: str, a: Fraction, b: Fraction) -> None:
    expected = {"<": a < b, "<=": a <= b, "=": a == b}[op]
    check(holds(Rel(x, op, y), {x: a, y: b}) is expected)  # type: ignore[arg-type]


def test_sums_are_unrolled_at_numbers() -> None:
    total = sum_over("i", one, d, mul(IxVal(Ix("i")), sigma(Ix("i"))))
    env: dict[Term, Fraction] = {sigma(Ix(None, n)): Fraction(n) for n in (1, 2, 3)}
    check(evaluate(total, env, indices={"d": 3}) == (14, 14))
    shifted = sum_over("i", Ix("d", -1), d, sigma(Ix("i", -1)))
    check(evaluate(shifted, env, indices={"d": 3}) == (3, 3))
    nested = sum_over("i", one, d, sum_over("j", one, Ix("i"), sigma(Ix("j"))))
    check(evaluate(nested, env, indices={"d": 3}) == (10, 10))
    point = point_of("i", mul(IxVal(Ix("i")), x))
    check(value(coord(point, Ix(None, 5)), 2) == 10)


def test_a_missing_value_names_its_atom() -> None:
    with pytest.raises(MissingAtom) as caught:
        evaluate(sum_over("i", one, d, sigma(Ix("i"))), {sigma(one): Fraction(1)}, indices={"d": 2})
    check(caught.value.atom == sigma(Ix(None, 2)), caught.value.atom)
    with pytest.raises(MissingAtom, match="d"):
        evaluate(IxVal(d), {})
    with pytest.raises(MissingAtom):
        holds(Le(one, d), {})


def test_expectations_are_atoms_or_constants() -> None:
    mean = E(mul(r, r))
    check(evaluate(mean, {mean: Fraction(7)}) == (7, 7))
    check(evaluate(E(mul(x, x)), {x: Fraction(3)}) == (9, 9))
    check(evaluate(CE(one, x), {x: Fraction(3)}) == (3, 3))
    with pytest.raises(MissingAtom):
        evaluate(mean, {r: Fraction(2)})
    check(evaluate(mean, {r: Fraction(2)}, constant=lambda t: True) == (4, 4))


def test_definitions_are_unfolded_when_no_value_is_given() -> None:
    double = App("double", ())

    def unfold(atom: Term) -> Term | None:
        return mul(rat(2), x) if atom == double else None

    check(evaluate(double, {x: Fraction(3)}, unfold=unfold) == (6, 6))
    check(evaluate(double, {double: Fraction(1)}, unfold=unfold) == (1, 1))


def test_arguments_are_evaluated() -> None:
    gamma = App("Gamma", (rat("1/2"),))
    half = App("Gamma", (mul(IxVal(d), rat("1/2")),))
    check(evaluate(half, {gamma: Fraction(2)}, indices={"d": 1}) == (2, 2))


def test_index_conditions() -> None:
    check(holds(Le(one, d), {}, {"d": 1}) is True)
    check(holds(Le(d.shift(1), one), {}, {"d": 1}) is False)


def test_what_is_no_rational_point_is_refused() -> None:
    for given_value in (1, 1.0, True, "1"):
        with pytest.raises(SortError, match="no Fraction"):
            evaluate(x, {x: given_value})  # type: ignore[dict-item]
    with pytest.raises(SortError, match="loose"):
        evaluate(IxVal(Ix(0)), {})
    for formula in (Fin(x, Fraction(1)), All((x,), (), Rel(x, "<=", x))):
        with pytest.raises(SortError, match="not decidable"):
            holds(formula, {x: Fraction(0)})


@pytest.mark.parametrize(
    ("term", "message"),
    [
        (Sum(one, Ix(None, 10**8), ONE), "more work"),
        (Sum(one, Ix(None, 400), Sum(one, Ix(None, 250), ONE)), "more work"),
        (Pow(rat(2), Fraction(10**9)), "power"),
        (Pow(rat(2), Fraction(1, 10**9)), "root"),
        (Mul((Pow(rat(3), Fraction(30_000)),) * 2), "value"),
    ],
)
def test_limits(term: Term, message: str) -> None:
    with pytest.raises(LimitError, match=message):
        evaluate(term, {})


def test_deep_terms_are_refused() -> None:
    term: Term = x
    for _ in range(300):
        term = Add((term,))
    check(value(term, 1) == 1)
    with pytest.raises(LimitError, match="deep"):
        evaluate(App("m", ()), {}, unfold=lambda atom: Add((atom,)))


# --- enclosures of what is not rational ---------------------------------------------------------

ROOT = sqrt(rat(2))
NEAR_ZERO = sub(mul(ROOT, ROOT), rat(2))
"""0, of which no precision shows more than that it is small."""


def enclosure(term: Term, low: Fraction | int, high: Fraction | int) -> tuple[Fraction, Fraction]:
    a, b = evaluate(term, {})
    check(a <= b and a <= high and low <= b, (a, b))
    check(b - a < Fraction(1, 10**9), "narrow")
    return a, b


def test_products_with_an_enclosure_are_enclosed() -> None:
    for term in (mul(ROOT, rat(3)), mul(rat(3), ROOT)):
        low, high = enclosure(term, Fraction(42426, 10**4), Fraction(42427, 10**4))
        check(low**2 < 18 < high**2, (low, high))


def test_powers_of_an_enclosure_are_enclosed() -> None:
    low, high = enclosure(power(neg(ROOT), 3), Fraction(-28285, 10**4), Fraction(-28284, 10**4))
    check(low < high and high**2 < 8 < low**2, (low, high))
    low, high = evaluate(NEAR_ZERO, {})
    check(low < 0 < high, "a sign that is not known")
    check(evaluate(power(NEAR_ZERO, 2), {})[0] == 0, "but a square is none below 0")
    check(evaluate(power(NEAR_ZERO, 0), {}) == (1, 1), "t^0 = 1 for all t")
    check(evaluate(power(rat(-2), 2), {}) == (4, 4) and evaluate(power(rat(-2), 3), {}) == (-8, -8))


@pytest.mark.parametrize("value", [Fraction(1, 2), Fraction(2), Fraction(4, 3), Fraction(3, 4)])
def test_roots_of_quotients_are_enclosed(value: Fraction) -> None:
    low, high = evaluate(sqrt(rat(value)), {})
    check(low < high and low**2 < value < high**2, (low, high))


def test_what_is_false_is_called_so() -> None:
    for left, op, right in ((2, "=", 1), (1, "=", 2), (1, "<", 1), (2, "<", 1), (2, "<=", 1)):
        check(holds(Rel(rat(left), op, rat(right)), {}) is False, (left, op, right))  # type: ignore[arg-type]


def test_what_touches_is_left_undecided() -> None:
    """|t| <= 0 for a t that is 0: its enclosure begins where the right side ends."""
    check(holds(Rel(Abs(NEAR_ZERO), "<=", ZERO), {}) is None)
    check(holds(Rel(ZERO, "<", Abs(NEAR_ZERO)), {}) is None)


def test_arguments_that_are_enclosed_only_are_not_looked_up() -> None:
    low, _ = evaluate(ROOT, {})
    with pytest.raises(MissingAtom):
        evaluate(App("h", (ROOT,)), {App("h", (Rat(low),)): Fraction(1)})


def test_points_are_looked_up_by_their_coordinates() -> None:
    atom = coord(PointApp("x", (one,)), one)
    check(evaluate(atom, {atom: Fraction(3)}) == (3, 3))
    with pytest.raises(MissingAtom):
        evaluate(App("coord", (point_of("i", x), x)), {x: Fraction(1)})


def test_symbols_are_no_constants_by_their_syntax() -> None:
    c = App("c", ())
    check(not is_constant(c) and not is_constant(r) and is_constant(x))
    with pytest.raises(MissingAtom):
        evaluate(E(c), {c: Fraction(1)})


def test_work_is_taken_off_the_budget_given() -> None:
    budget = Budget(100)
    evaluate(add(x, ONE), {x: Fraction(1)}, budget=budget)
    check(0 < budget.left < 100, budget.left)
