"""The door: what comes in, as what; what is refused, with which words."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy

from ratecert.proofs.kernel import terms as K
from ratecert.proofs.kernel.terms import App, Ix, IxVal, Pow, Rat, Rel, Var, coord, rat
from ratecert.proofs.language import (
    DoorError,
    E,
    Max,
    Min,
    Rational,
    Sum,
    point,
    root,
    sqrt,
    symbols,
    within,
)
from ratecert.proofs.language.symbols import PointProcess, Process, coordinate

x, y, k, i, L = symbols("x y k i L")
KK = sympy.Symbol("K")
g, z, v = Process("g"), PointProcess("z"), Process("v")
f, phi = sympy.Function("f"), sympy.Function("phi")
X = Var("x", "any")

# --- refused ----------------------------------------------------------------------------------

NOT_EXACT = [
    (0.5, "not exact: 0.5; write Rational(1, 2)"),
    (float("nan"), "not exact: nan"),
    (float("inf"), "not exact: inf"),
    (np.float64(0.5), "not exact: np.float64(0.5)"),
    (np.float32(0.5), "not an expression: np.float32(0.5)"),
    (np.array([1, 2]), "not an expression: array([1, 2])"),
    (True, "not exact: True"),
    (np.True_, "not an expression: np.True_"),
    (1j, "not an expression: 1j"),
    (Decimal("0.5"), "not an expression: Decimal('0.5')"),
    (None, "not an expression: None"),
    ([x], "not an expression: [x]"),
    ({}, "not an expression: {}"),
    (0.5 * x, "a float in an exact statement: 0.5"),
    (sqrt(x + 0.1 * x**2), "a float in an exact statement: 0.1"),
    (Sum(0.1 * g[k, i], (i, 1, 3)), "a float in an exact statement: 0.1"),
    (E(0.25 * g[k, i], given=k), "a float in an exact statement: 0.25"),
    (phi(0.5), "a float in an exact statement: 0.5"),
    (x**0.5, "a float in an exact statement: x**0.5"),
    (np.float64(0.5) * x, "a float in an exact statement: 0.5"),
    (np.float32(0.5) * x, "a float in an exact statement: 0.5"),
    (Max(x, 0.5), "a float in an exact statement: 0.5"),
    (1j * x, "a float in an exact statement: 1.0"),
    (sympy.I * x, "outside the language of exact statements: I"),
    (sympy.sqrt(-1), "outside the language of exact statements: I"),
    (float("nan") * x, "nan is not a real number"),
    (float("inf") * x, "oo is not a real number"),
    (sympy.oo, "oo is not a real number"),
    (-sympy.oo * x, "oo is not a real number"),
    (sympy.Integer(1) / 0, "zoo is not a real number (a division by zero?)"),
    (x / (y - y), "zoo is not a real number (a division by zero?)"),
    (sympy.pi * x, "outside the language of exact statements: pi (Pi)"),
    (sympy.E, "outside the language of exact statements: E (Exp1)"),
    (sympy.exp(x), "outside the language of exact statements: exp(x) (exp)"),
    (sympy.log(x), "outside the language of exact statements: log(x) (log)"),
    (sympy.sign(x), "outside the language of exact statements: sign(x) (sign)"),
    (sympy.Piecewise((x, x > 0), (0, True)), "outside the language of exact statements: Piecewise"),
    (sympy.Sum(x, (i, 1, 3)), "outside the language of exact statements: Sum(x, (i, 1, 3)) (Sum)"),
    (sympy.Matrix([x]), "not an expression: Matrix([[x]])"),
    (x**y, "only rational exponents: x**y"),
    (x**k, "only rational exponents: x**k"),
    (2**x, "only rational exponents: 2**x"),
    (x <= 1, "x <= 1 is a relation, not a number; write relations as (left, '<=', right)"),
    (sympy.Eq(x, 1), "Eq(x, 1) is a relation, not a number"),
    (sympy.true, "True is a relation, not a number"),
    ("x**2", "text is not parsed: 'x**2'; build the expression from symbols"),
    ("0.5", "text is not parsed: '0.5'"),
]


@pytest.mark.parametrize(("given", "says"), NOT_EXACT, ids=lambda value: str(value)[:40])
def test_refused(scope, given, says):
    with pytest.raises(DoorError) as refusal:
        scope.term(given)
    assert says in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (sympy.Symbol("Ll"), "unknown name 'Ll'; did you mean L?"),
        (sympy.Symbol("sigma"), "unknown name 'sigma'; did you mean sigma_s?"),
        (sympy.Symbol("anything"), "unknown name 'anything'"),
        (sympy.Symbol("g"), "g is not a number|unknown name 'g'"),
        (sympy.Function("gg")(k, i), "words declares no 'gg'; did you mean g?"),
        (sympy.Function("nothing")(k), "words declares no 'nothing'"),
        (sympy.Symbol("p"), "p is a point, not a number"),
        (z[k], r"z\(k\) is a point, not a number"),
        (f(x), "not a point: x"),
        (f(g[k, i]), "not a point: g"),
        (g[k], r"g takes 2 arguments: g\(k\)"),
        (g[k, i, i], r"g takes 2 arguments: g\(k, i, i\)"),
        (g[2 * k, i], r"not an index \(a name plus an integer\): 2\*k"),
        (g[k / 2, i], r"not an index \(a name plus an integer\): k/2"),
        (g[k + i, i], "not an index"),
        (g[Rational(1, 2), i], "not an index"),
        (g[x, i], "not an index"),
        (g[L, i], "not an index"),
        (v[1.0], "a float in an exact statement: 1.0 in .*; write 1"),
        (E(x, given=x), "not an index"),
        (Sum(x, (i, 1, x)), "not an index"),
        (Sum(x, (i, 1, Rational(5, 2))), "not an index"),
    ],
    ids=str,
)
def test_names_and_sorts(scope, given, says):
    with pytest.raises(DoorError, match=says):
        scope.term(given)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (x <= 1, "write a relation as (left, '<=', right): x <= 1"),
        ("x <= 1", "write a relation as (left, '<=', right): 'x <= 1'"),
        ((x, 1), "write a relation as (left, '<=', right)"),
        ([x, "<=", 1], "write a relation as (left, '<=', right)"),
        ((x, "=", 1), "unknown relation '='; use one of <= < == >= >"),
        ((x, "!=", 1), "unknown relation '!='; use one of <= < == >= >"),
        ((x, "≤", 1), "unknown relation '≤'"),
        ((x, "<=", "1"), "text is not parsed: '1'"),
        ((0.5, "<=", x), "not exact: 0.5"),
        ((x, "<=", x < 1), "x < 1 is a relation, not a number"),
    ],
    ids=str,
)
def test_relations_refused(scope, given, says):
    with pytest.raises(DoorError) as refusal:
        scope.relation(given)
    assert says in str(refusal.value)


@pytest.mark.parametrize(
    "build",
    [
        lambda: E("x"), lambda: sqrt("x"), lambda: Sum("x", (i, 1, 3)), lambda: g["k", i],
        lambda: E(x, given="k"), lambda: Sum(x, (i, 1, "K")), lambda: point(lambda j: "x"),
    ],
    ids=["E", "sqrt", "Sum", "process", "given", "range", "point"],
)  # fmt: skip
def test_text_is_parsed_nowhere(build):
    with pytest.raises((DoorError, TypeError, ValueError)):
        build()


@pytest.mark.parametrize("degree", [2.5, Rational(5, 2), 0, -2, 1.0], ids=str)
def test_degree_of_a_root_is_a_positive_integer(scope, degree):
    with pytest.raises(DoorError):
        scope.term(root(x, degree))


# --- admitted ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "term"),
    [
        (3, rat(3)),
        (Fraction(2, 3), rat(Fraction(2, 3))),
        (Rational(-2, 3), rat(Fraction(-2, 3))),
        (x, X),
        (L, App("L", ())),
        (k, IxVal(Ix("k"))),
        (KK, IxVal(Ix("K"))),
        (x + 1, K.add(X, rat(1))),
        (1 - x, K.add(rat(1), K.neg(X))),
        (2 * x, K.mul(rat(2), X)),
        (x**2, K.power(X, 2)),
        (1 / x, K.power(X, -1)),
        (x ** Rational(-3, 2), K.power(X, Fraction(-3, 2))),
        (sqrt(x), K.sqrt(X)),
        (root(x, 4), K.power(X, Fraction(1, 4))),
        (sqrt(4), K.sqrt(rat(4))),  # left as it is written
        (sympy.sqrt(x), K.sqrt(X)),
        (abs(x), K.Abs(X)),
        (Max(1, x), K.maximum(rat(1), X)),
        (Min(1, x), K.minimum(rat(1), X)),
        (g[k, i], App("g", (Ix("k"), Ix("i")))),
        (g[k - 1, 3], App("g", (Ix("k", -1), Ix(None, 3)))),
        (z[k + 1, i], coord(K.PointApp("z", (Ix("k", 1),)), Ix("i"))),
        (f(z[k]), App("f", (K.PointApp("z", (Ix("k"),)),))),
        (f(sympy.Symbol("p")), App("f", (K.PointVar("p", "any"),))),
        (coordinate(sympy.Symbol("p"), i), coord(K.PointVar("p", "any"), Ix("i"))),
        (f(point(lambda j: g[k, j])), App("f", (K.Lambda(App("g", (Ix("k"), Ix(0)))),))),
        (phi(x), App("phi", (X,))),
        (E(x), K.E(X)),
        (E(x, given=k - 1), K.CE(Ix("k", -1), X)),
        (Sum(g[k, i], (i, 1, KK)), K.Sum(Ix(None, 1), Ix("K"), App("g", (Ix("k"), Ix(0))))),
        (
            Sum(g[k, i], (i, 1, 3), (k, 1, KK)),  # the innermost range first
            K.Sum(Ix(None, 1), Ix("K"),
                  K.Sum(Ix(None, 1), Ix(None, 3), App("g", (Ix(1), Ix(0))))),
        ),
    ],
    ids=str,
)  # fmt: skip
def test_terms(scope, given, term):
    assert scope.term(given) == term


@pytest.mark.parametrize(
    ("op", "relation"),
    [
        ("<=", Rel(X, "<=", rat(1))), ("<", Rel(X, "<", rat(1))), ("==", Rel(X, "=", rat(1))),
        (">=", Rel(rat(1), "<=", X)), (">", Rel(rat(1), "<", X)),
    ],
)  # fmt: skip
def test_relations(scope, op, relation):
    assert scope.relation((x, op, 1)) == relation


def test_ranges(scope):
    index, last = Ix("k"), Ix("K")
    assert scope.hypotheses([within(sympy.Symbol("k"), 1, KK)]) == (
        K.Le(Ix(None, 1), index), K.Le(index, last),
    )  # fmt: skip
    assert scope.hypotheses([within(KK, 1)]) == (K.Le(Ix(None, 1), last),)
    with pytest.raises(DoorError, match="not an index"):
        scope.hypotheses([within(x, 1)])


def test_relations_are_inert(scope):
    """SymPy decides nothing: 2 <= 1 is a statement, and a false one."""
    assert scope.relation((2, "<=", 1)) == Rel(rat(2), "<=", rat(1))
    assert scope.relation((x, "<=", x)) == Rel(X, "<=", X)


def test_a_bound_index_hides_the_free_one(scope):
    inner = Sum(g[k, i], (i, 1, 3)) * g[k, i]
    term = scope.term(inner)
    assert K.free_indices(term) == {"k", "i"}
    assert K.is_closed(term)


def test_a_point_within_a_point_captures_nothing(scope):
    """The map a -> (the point with coordinates z^1_a z^2_b, b free)_i."""
    nested = point(lambda a: coordinate(point(lambda b: z[1, a] * z[2, b]), i))
    (outer,) = scope.term(f(nested)).args
    opened = K.open_body(outer.body, Ix("a"))
    assert coord(K.PointApp("z", (Ix(None, 1),)), Ix("a")) in {n for n, _ in K.subterms(opened)}


def test_terms_do_not_depend_on_the_order_of_writing(scope):
    assert scope.term(x * L + g[k, i]) == scope.term(g[k, i] + L * x)


def test_only_rational_numbers_inside(scope):
    term = scope.term(Rational(1, 3) * x ** Rational(1, 2) / 7 + Fraction(1, 2))
    numbers = [n for n, _ in K.subterms(term) if isinstance(n, Rat | Pow)]
    assert all(type(n.value if isinstance(n, Rat) else n.exponent) is Fraction for n in numbers)
