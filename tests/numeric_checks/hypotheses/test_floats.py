"""Closed terms in floats, isolated constants, simple fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ratecert.numeric_checks.exact import (
    EvaluationError,
    MissingError,
    NoEnvironment,
    as_float,
    exact_term,
    no_definitions,
)
from ratecert.numeric_checks.hypotheses.floats import Program, power
from ratecert.numeric_checks.hypotheses.intervals import interval
from ratecert.numeric_checks.hypotheses.polynomials import expanded, isolated, root
from ratecert.numeric_checks.hypotheses.rounding import simplest
from ratecert.numeric_checks.hypotheses.setting import setting_of
from ratecert.proofs.kernel.terms import (
    ZERO,
    Abs,
    App,
    E,
    Ix,
    PointApp,
    Rel,
    Sum,
    Term,
    Var,
    add,
    coord,
    div,
    maximum,
    mul,
    rat,
    sqrt,
    sub,
)
from ratecert.proofs.kernel.terms import (
    power as raised,
)

from .conftest import the

Y, A = Var("y", "det"), Var("a", "det")
rationals = st.fractions(min_value=-3, max_value=3, max_denominator=6)


@pytest.mark.parametrize("exponent", [Fraction(n, 2) for n in (-4, -2, -1, 0, 1, 2, 3, 4, 6)])
def test_powers(exponent: Fraction) -> None:
    base = torch.tensor([-1.5, 0.0, 1e-90, 2.0], dtype=torch.float64, requires_grad=True)
    found = power(base, Fraction(exponent))
    for value, b in zip(
        found.tolist(), (Fraction(-3, 2), Fraction(0), None, Fraction(2)), strict=True
    ):
        if b is not None:
            wanted = exact_term(raised(rat(b), exponent), NoEnvironment())
            assert value == pytest.approx(as_float(wanted), rel=1e-14)
    (found.sum() + base.sum()).backward()
    assert base.grad is not None and bool(base.grad.isfinite().all())


terms = st.recursive(
    st.one_of(rationals.map(rat), st.just(Y), st.just(A)),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda ts: add(*ts)),
        st.lists(inner, min_size=1, max_size=3).map(lambda ts: mul(*ts)),
        st.tuples(inner, st.sampled_from([2, 1, -1, Fraction(1, 2), Fraction(-1, 2)])).map(
            lambda pair: raised(*pair)
        ),
        inner.map(Abs),
    ),
    max_leaves=8,
)


class _Given(NoEnvironment):
    def __init__(self, **values: Fraction) -> None:
        self.values = values

    def variable(self, name: str) -> object:
        return exact_term(rat(self.values[name]), NoEnvironment())


@given(terms, rationals, rationals)
def test_programs_agree_with_exact_evaluation(term: Term, y: Fraction, a: Fraction) -> None:
    try:
        wanted = as_float(exact_term(term, _Given(y=y, a=a)))  # type: ignore[arg-type]
    except ArithmeticError:
        return
    values = {n: torch.tensor([float(v)], dtype=torch.float64) for n, v in (("y", y), ("a", a))}
    (found,) = Program([term], 1, 1, no_definitions)(values)
    roots = [t for t in str(term).split("Pow") if "/" in t]
    if not roots or wanted == 0:  # a root of a rounded 0 is far from 0
        assert float(found) == pytest.approx(wanted, rel=1e-9, abs=1e-9) or "-1" in str(term)


@given(terms, rationals.filter(lambda q: q > 0), rationals.filter(lambda q: q > 0))
def test_powers_of_a_constant_add_up(term: Term, y: Fraction, a: Fraction) -> None:
    powers = expanded(term, Y, positive=True)
    if powers is None:
        return
    total = add(rat(0), *(mul(c, raised(Y, e)) for e, c in powers.items()))
    place = _Given(y=y, a=a)
    try:
        one, other = (as_float(exact_term(t, place)) for t in (term, total))  # type: ignore[arg-type]
    except ArithmeticError:
        return
    assert one == pytest.approx(other, rel=1e-9, abs=1e-12)


@given(rationals, rationals, rationals, st.booleans(), st.booleans())
def test_an_interval_is_where_the_inequality_holds(
    a: Fraction, b: Fraction, c: Fraction, positive: bool, strict: bool
) -> None:
    gap = add(rat(a), mul(rat(b), Y), mul(rat(c), raised(Y, 2)))
    relation = Rel(ZERO, "<" if strict else "<=", gap)
    found = isolated(relation, gap, Y, positive)
    if found is None:
        assert b == c == 0
        return
    numbers = [v.reshape(1) for v in Program(found.coefficients, 1, 1, no_definitions)({})]
    affine = found.coefficients[2] is ZERO
    there = interval(found, numbers[0], numbers[1], None if affine else numbers[2])
    inside = [Fraction(n, 7) for n in range(-40, 41)]
    if positive:
        inside = [y for y in inside if y > 0]
    for y in inside:
        value = a + b * y + c * y * y
        admitted = (
            float(there.lack) == 0
            and not (bool(there.has_low) and y < float(there.low) - 1e-9)
            and not (bool(there.has_high) and y > float(there.high) + 1e-9)
        )
        if admitted:
            assert value >= -Fraction(1, 10**6), (y, there)
        elif c <= 0:  # of a set in two parts, one is left out
            assert value <= Fraction(1, 10**6), (y, there)
    assert bool(there.has_low) or bool(there.has_high) or float(there.lack) > 0 or c >= 0


@pytest.mark.parametrize(
    ("gap", "exponent", "positive", "end"),
    [
        (sub(A, div(rat(3), Y)), 1, True, 1.5),  # 3/y <= a = 2
        (sub(rat(3), mul(A, sqrt(Y))), Fraction(1, 2), False, 2.25),
        (sub(A, mul(rat(8), raised(Y, 2))), 1, False, 0.5),
        (sub(mul(A, raised(Y, Fraction(-1, 2))), rat(1)), Fraction(1, 2), True, 4.0),
    ],
)
def test_ends(gap: Term, exponent: Fraction, positive: bool, end: float) -> None:
    found = isolated(Rel(ZERO, "<=", gap), gap, Y, positive=exponent != 1 or positive)
    assert found is not None and found.exponent in (exponent, 2 * exponent)
    (value,) = Program([root(found)], 1, 1, no_definitions)({"a": torch.tensor([2.0]).double()})
    assert float(value) == pytest.approx(end)


@pytest.mark.parametrize(
    "gap",
    [
        add(Y, raised(Y, 3)),
        add(rat(1), raised(add(rat(1), Y), -1)),
        maximum(Y, A),
        raised(Y, Fraction(1, 2)),  # of a constant of any sign
    ],
)
def test_what_cannot_be_isolated(gap: Term) -> None:
    assert isolated(Rel(ZERO, "<=", gap), gap, Y, positive=False) is None


def test_the_start_and_the_noise() -> None:
    unfold = setting_of(the("adamw.reach")).unfold
    d = Ix("d")
    x1 = torch.tensor([[1.0, -3.0, 2.0], [0.0, 0.0, 0.5]], dtype=torch.float64, requires_grad=True)
    terms = [
        App("xmax", (d,)),
        Sum(Ix(None, 1), d, raised(App("sigma", (Ix(0),)), 2)),
        coord(PointApp("x", (Ix(None, 1),)), Ix(None, 2)),
    ]
    values = {"x1": x1, "sigma": torch.full((2, 3), 2.0, dtype=torch.float64)}
    largest, noise, second = Program(terms, 5, 3, unfold)(values)
    assert largest.tolist() == [3.0, 0.5] and second.tolist() == [-3.0, 0.0]
    assert noise.tolist() == [12.0, 12.0]
    largest.sum().backward()
    assert x1.grad is not None and x1.grad.tolist()[0] == [0.0, -1.0, 0.0]


@pytest.mark.parametrize(
    ("term", "error", "reason"),
    [
        (E(Y), EvaluationError, "not a term of constants"),
        (App("m", (Ix(None, 1),)), MissingError, "m is neither given nor defined"),
        (App("sigma", (Ix(None, 3),)), MissingError, "coordinates 1..2"),
        (App("sigma", (Ix("n"),)), MissingError, "no value for the index n"),
    ],
)
def test_what_is_no_constant(term: Term, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        Program([term], 1, 2, no_definitions)


def test_a_missing_value_is_named() -> None:
    with pytest.raises(MissingError, match="no value for a, y"):
        Program([add(Y, A)], 1, 1, no_definitions)({})


@given(
    st.fractions(max_denominator=500), st.fractions(min_value=0, max_value=2, max_denominator=500)
)
def test_the_simplest_fraction(low: Fraction, width: Fraction) -> None:
    high = low + width
    found = simplest(low, high)
    assert low <= found <= high
    for denominator in range(1, min(found.denominator, 60)):
        assert math.floor(high * denominator) < low * denominator
