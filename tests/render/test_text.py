"""Terms as text: in the notation of the field, with the brackets needed, and never two for one."""

from __future__ import annotations

import itertools
import math
import random
import re
from fractions import Fraction

import pytest

from ratecert.proofs.kernel import terms as T
from ratecert.proofs.kernel.terms import (
    CE,
    Abs,
    Add,
    All,
    App,
    E,
    Fin,
    Ix,
    IxVal,
    Lambda,
    Le,
    Mul,
    PointApp,
    PointVar,
    Rel,
    Var,
    coord,
    div,
    maximum,
    minimum,
    mul,
    neg,
    power,
    rat,
    sqrt,
    sub,
    sum_over,
)
from ratecert.proofs.render.text import Printer, name_text

printer = Printer()
x, y, z = (Var(name, "any") for name in "xyz")
L, eta, Delta, sigma_s = (App(name, ()) for name in ("L", "eta", "Delta", "sigma_s"))
i, j, k, K, d, one = Ix("i"), Ix("j"), Ix("k"), Ix("K"), Ix("d"), Ix(None, 1)
xk = PointApp("x", (k,))


def a(*args):
    return App("a", args)


half = Fraction(1, 2)

SHOWN = [
    # numbers and names
    (rat(3), "3"),
    (rat(Fraction(-2, 3)), "-2/3"),
    (x, "x"),
    (eta, "η"),
    (sigma_s, "σ_s"),
    (IxVal(K), "K"),
    (IxVal(k.shift(-1)), "k-1"),
    (a(k, i.shift(2)), "a[k, i+2]"),
    (a(Ix(None, 3)), "a[3]"),
    (App("f", (xk,)), "f(x[k])"),
    (App("grad", (xk, i)), "∇f(x[k])_i"),
    (App("phi", (x,)), "φ(x)"),
    (coord(xk, i), "x[k, i]"),
    (coord(PointVar("p", "any"), i), "p_i"),
    (App("f", (Lambda(coord(xk, Ix(0))),)), "f((x[k, i])_i)"),
    # sums and products
    (Add((x, y)), "x + y"),
    (sub(x, y), "x - y"),
    (neg(x), "-x"),
    (sub(neg(x), y), "-x - y"),
    (sub(x, Add((y, z))), "x - (y + z)"),
    (sub(x, sub(y, z)), "x - (y - z)"),
    (Add((x, neg(mul(rat(2), y)))), "x - 2·y"),
    (Add((x, rat(-1))), "x - 1"),
    (Mul((x, Add((y, z)))), "x·(y + z)"),
    (Mul((rat(-2), x)), "-2·x"),
    (Mul((x, rat(-2))), "x·(-2)"),
    (Mul((x, neg(y))), "x·(-y)"),
    (div(x, y), "x/y"),
    (div(x, mul(y, z)), "x/(y·z)"),
    (mul(x, power(y, -1), power(z, -1)), "x/(y·z)"),
    (mul(x, power(y, -1), z), "x·z/y"),
    (div(Add((x, y)), z), "(x + y)/z"),
    (div(x, Add((y, z))), "x/(y + z)"),
    (div(x, div(y, z)), "x/(y/z)"),
    (mul(rat(half), x), "x/2"),
    (mul(rat(Fraction(3, 2)), x), "3·x/2"),
    (Add(()), "0"),
    (Mul(()), "1"),
    # powers
    (power(x, 2), "x²"),
    (power(x, 12), "x¹²"),
    (power(x, -1), "1/x"),
    (power(x, -2), "1/(x²)"),
    (power(neg(x), 2), "(-x)²"),
    (neg(power(x, 2)), "-x²"),
    (power(Add((x, y)), 2), "(x + y)²"),
    (power(mul(x, y), 2), "(x·y)²"),
    (mul(x, power(y, 2)), "x·y²"),
    (power(power(x, 2), 3), "(x²)³"),
    (power(rat(Fraction(1, 2)), 2), "(1/2)²"),
    (power(rat(-2), 2), "(-2)²"),
    (sqrt(x), "√(x)"),
    (sqrt(Add((x, y))), "√(x + y)"),
    (power(sqrt(x), 2), "√(x)²"),
    (power(rat(2), Fraction(1, 4)), "2^(1/4)"),
    (power(mul(x, y), Fraction(3, 4)), "(x·y)^(3/4)"),
    (power(x, Fraction(-1, 2)), "1/√(x)"),
    (Abs(sub(x, y)), "|x - y|"),
    # max and min
    (maximum(x, y), "max(x, y)"),
    (minimum(x, Add((y, z))), "min(x, y + z)"),
    (power(maximum(L, y), -1), "1/max(L, y)"),
    (maximum(x, maximum(y, z)), "max(x, max(y, z))"),
    (mul(rat(2), maximum(x, y)), "2·max(x, y)"),
    (mul(rat(half), Add((x, y, Abs(sub(x, z))))), "(x + y + |x - z|)/2"),
    # sums over indices
    (sum_over("i", one, d, a(i)), "Σ_{i=1..d} a[i]"),
    (sum_over("k", one, K, coord(xk, i)), "Σ_{k=1..K} x[k, i]"),
    (sum_over("k", one, K, a(k)), "Σ_{i=1..K} a[i]"),
    (Add((sum_over("i", one, d, a(i)), x)), "Σ_{i=1..d} a[i] + x"),
    (sum_over("i", one, d, Add((a(i), x))), "Σ_{i=1..d} (a[i] + x)"),
    (mul(sum_over("i", one, d, a(i)), x), "(Σ_{i=1..d} a[i])·x"),
    (sum_over("i", one, d, mul(a(i), x)), "Σ_{i=1..d} a[i]·x"),
    (power(sum_over("i", one, d, a(i)), 2), "(Σ_{i=1..d} a[i])²"),
    (sum_over("i", one, d, power(a(i), 2)), "Σ_{i=1..d} a[i]²"),
    (neg(sum_over("i", one, d, a(i))), "-(Σ_{i=1..d} a[i])"),
    (sum_over("k", one, K, sum_over("i", one, d, App("grad", (xk, i)))),
     "Σ_{k=1..K} Σ_{i=1..d} ∇f(x[k])_i"),
    # expectations
    (E(x), "E[x]"),
    (power(E(x), 2), "E[x]²"),
    (E(power(x, 2)), "E[x²]"),
    (CE(k, x), "E[x | F_k]"),
    (CE(k.shift(-1), Add((x, y))), "E[x + y | F_{k-1}]"),
    # formulas
    (Rel(x, "<=", y), "x ≤ y"),
    (Rel(x, "<", y), "x < y"),
    (Rel(x, "=", y), "x = y"),
    (Le(one, k), "1 ≤ k"),
    (Fin(x, half), "x ∈ L^2"),
    (Fin(x, Fraction(1)), "x ∈ L^1"),
    (Fin(x, Fraction(0)), "x is bounded"),
    (All((Var("w", "det"),), (Rel(rat(0), "<=", Var("w", "det")),), Rel(Var("w", "det"), "<=", x)),
     "for all w with 0 ≤ w: w ≤ x"),
]  # fmt: skip


@pytest.mark.parametrize(("node", "text"), SHOWN, ids=[text for _, text in SHOWN])
def test_shown(node, text):
    assert printer.show(node) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [("alpha", "α"), ("omega", "ω"), ("Delta", "Δ"), ("sigma", "σ"), ("fstar", "f*"), ("eps", "ε"),
     ("x", "x"), ("theta_max", "θ_max"), ("c_eta", "c_η"), ("lam", "λ"), ("etas", "etas")],
)  # fmt: skip
def test_names(name, text):
    assert name_text(name) == text


# --- bound indices ----------------------------------------------------------------------------


@pytest.mark.parametrize("free", [("i",), ("i", "j"), ("i", "j", "l", "n"), ("k", "i", "j", "l")])
def test_a_bound_index_is_not_called_as_a_free_one(free):
    body = mul(a(Ix("m"), *(Ix(name) for name in free)), *(a(Ix(name)) for name in free))
    text = printer.show(sum_over("m", one, d, body))
    bound = re.match(r"Σ_\{(\w+)=1..d\} ", text)
    assert bound and bound[1] not in free
    assert f"a[{bound[1]}, {', '.join(free)}]" in text


def test_nested_bound_indices_differ_where_both_occur():
    inner = sum_over("j", one, d, a(i, j))
    assert printer.show(sum_over("i", one, d, inner)) in (
        "Σ_{i=1..d} Σ_{j=1..d} a[i, j]", "Σ_{j=1..d} Σ_{i=1..d} a[j, i]",
    )  # fmt: skip


def test_time_is_called_k_and_axes_i():
    gradient = sum_over("u", one, d, power(App("grad", (PointApp("x", (Ix("t"),)), Ix("u"))), 2))
    total = sum_over("t", one, K, E(gradient))
    assert printer.show(total) == "Σ_{k=1..K} E[Σ_{i=1..d} ∇f(x[k])_i²]"


def test_a_bound_index_is_not_called_as_one_in_its_range():
    assert printer.show(sum_over("m", one, i, a(Ix("m")))) == "Σ_{j=1..i} a[j]"


def test_bound_names_do_not_depend_on_the_author_s():
    for name in ("i", "q", "zz"):
        assert printer.show(sum_over(name, one, d, a(Ix(name)))) == "Σ_{i=1..d} a[i]"


# --- injective up to equality -----------------------------------------------------------------


def value(t, at):
    """The term at a point, by the kernel's semantics, in floats."""
    if isinstance(t, T.Rat):
        return float(t.value)
    if isinstance(t, Var):
        return at[t.name]
    if isinstance(t, IxVal):
        return (at[t.index.base] if t.index.base else 0.0) + t.index.offset
    if isinstance(t, Add):
        return sum(value(p, at) for p in t.terms)
    if isinstance(t, Mul):
        return math.prod(value(p, at) for p in t.terms)
    if isinstance(t, Abs):
        return abs(value(t.body, at))
    if isinstance(t, T.Sum):
        low, high = (int(value(IxVal(ix), at)) for ix in (t.low, t.high))
        return sum(value(T.open_body(t.body, Ix(None, n)), at) for n in range(low, high + 1))
    assert isinstance(t, T.Pow)
    base, exponent = value(t.base, at), t.exponent
    if exponent.denominator == 1:
        return base ** int(exponent) if base or exponent >= 0 else 0.0
    return base ** float(exponent) if base > 0 else 0.0


def sample():
    """Terms of all shapes: small ones all, larger ones drawn from them."""
    atoms = [x, y, IxVal(k.shift(1)), IxVal(k.shift(-1)),
             *(rat(Fraction(c)) for c in ("2", "-1", "1/2", "-2/3", "0"))]  # fmt: skip
    exponents = [Fraction(e) for e in ("2", "3", "-1", "-2", "1/2", "-1/2", "1/3", "0", "1")]

    def made_of(firsts, seconds):
        for t in firsts:
            yield from (power(t, e) for e in exponents)
            yield from (Abs(t), neg(t), Add((t,)), Mul((t,)), Mul((rat(2), neg(t))))
            yield sum_over("m", one, Ix("k"), t)
            yield sum_over("m", one, Ix("k"), Mul((t, IxVal(Ix("m")))))
        for s, t in itertools.product(firsts, seconds):
            yield from (Add((s, t)), Mul((s, t)), sub(s, t), div(s, t), neg(Mul((s, t))))
            yield from (maximum(s, t), minimum(s, t))

    rng = random.Random(1)
    small = list(made_of(atoms, atoms))
    some = rng.sample(small, 60)
    medium = rng.sample(list(made_of([*some, *atoms], some)), 4000)
    triples = [tuple(rng.sample(medium, 3)) for _ in range(1500)]
    large = [make(t) for t in triples for make in (Add, Mul)]
    large += [Mul((rat(-1), Add((s, t)), u)) for s, t, u in triples[:500]]
    return [*atoms, *small, *medium, *large]


def test_two_terms_of_one_text_are_equal():
    points = [{"x": 1.7, "y": 0.31, "k": 3.0}, {"x": -1.3, "y": 2.2, "k": 2.0}]
    known = {}
    for term in sample():
        try:
            values = [value(term, at) for at in points]
        except OverflowError:
            continue
        text = printer.show(term)
        other, before = known.setdefault(text, (term, values))
        for new, old in zip(values, before, strict=True):
            huge = abs(new) > 1e12
            assert huge or math.isclose(new, old, rel_tol=1e-9, abs_tol=1e-9), (text, term, other)
    assert len(known) > 5000


def test_brackets_balance():
    pairs = {")": "(", "]": "[", "}": "{"}
    for term in sample()[:3000]:
        stack = []
        for sign in printer.show(term):
            if sign in pairs.values():
                stack.append(sign)
            elif sign in pairs:
                assert stack and stack.pop() == pairs[sign]
        assert not stack


def test_a_bound_index_is_not_called_as_one_around_it():
    """The sum of squares without the one at hand: the inner index is another, though not needed."""
    inner = sum_over("j", one, d, power(a(Ix("j")), 2))
    total = sum_over("i", one, d, T.sub(inner, power(a(i), 2)))
    assert printer.show(total) == "Σ_{i=1..d} (Σ_{j=1..d} a[j]² - a[i]²)"
    given = T.point_of("i", T.sub(inner, power(a(i), 2)))
    assert printer.show(App("f", (given,))) == "f((Σ_{j=1..d} a[j]² - a[i]²)_i)"


def test_a_coordinate_of_a_point_given_by_coordinates_is_what_is_given():
    given = T.point_of("i", power(a(i), 2))
    assert printer.show(T.Abs(coord(given, Ix("m")))) == "|(a[m]²)|"
