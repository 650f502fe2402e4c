"""The norm facts: proved, stated as the blueprint states them, resting on what they should."""

from __future__ import annotations

import random
import sys
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from mpmath import mpf, sqrt

from ratecert.proofs.kernel import terms as T
from ratecert.proofs.kernel.terms import App, Ix, IxVal, PointVar, coord, mul, power, rat
from ratecert.proofs.record.foundation import foundation
from ratecert.proofs.theorems.norms import norms

sys.path.insert(0, str(Path(__file__).parent))
from norms_numbers import Numbers, mean_radius, mean_size

ONE, d, i, n = Ix(None, 1), Ix("d"), Ix("i"), Ix("n")
GAMMA = ("gamma-log-convex", "gamma-positive", "gamma-recurrence")
RESTS_ON = {
    "N2.l1": ("gaussian-abs-mean", "pi-positive"),
    "N2.phi.lower": GAMMA,
    "N2.phi.mean": ("gaussian-norm-mean",),
    "N2.phi.product": GAMMA[1:],
    "N2.phi.upper": GAMMA,
    "N2.phi.two": GAMMA,
    "N2.omitting": (),
    "N2.phi.decreasing": (*GAMMA, "gaussian-abs-mean", "gaussian-norm-mean"),
    "N2.l2": (*GAMMA, "gaussian-norm-mean"),
    "N2.ratio": (*GAMMA, "gaussian-abs-mean", "gaussian-norm-mean", "pi-positive"),
    "N2": (*GAMMA, "gaussian-abs-mean", "gaussian-norm-mean", "pi-positive"),
    "N2.upper": ("gaussian-abs-mean",),
    "N2.half": ("gamma-positive", "gaussian-abs-mean", "gaussian-norm-mean", "pi-positive"),
}
N1 = [
    "N1.lower", "N1.upper", "N1", "N1.lower.gap", "N1.lower.pair", "N1.lower.equality",
    "N1.lower.equality.if", "N1.lower.equality.one", "N1.lower.attained", "N1.upper.gap",
    "N1.upper.equality.mean", "N1.upper.equality", "N1.upper.equality.if", "N1.upper.attained",
]  # fmt: skip


@pytest.mark.parametrize("name", list(norms.claims))
def test_proved(name):
    result = norms.claims[name].check()
    assert (result.verdict, result.reason) == ("proved", "")
    assert result.unused == ()
    assert norms.claims[name].theorem().conclusion == norms.claims[name].statement()


def test_claims():
    assert list(norms.claims) == [*N1, *RESTS_ON]
    theorems = {c.id for c in norms.claims.values() if c.kind == "theorem"}
    assert theorems == {"N1", "N2.ratio", "N2"}


# --- what it rests on -------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(norms.claims))
def test_rests_on(name):
    claim = norms.claims[name]
    base = foundation(claim.theorem(), claim.hypotheses())
    assert base.assumptions == base.oracles == ()
    assert base.axioms == RESTS_ON.get(name, ())


def test_the_axioms():
    axioms = norms.kernel().axiom_table
    assert {a.group for a in axioms.values()} == {
        "pi-positive", *GAMMA, "gaussian-abs-mean", "gaussian-norm-mean"
    }  # fmt: skip
    assert all(a.kind == "axiom" and a.source for a in axioms.values())
    g = App("g", (i,))
    mean = axioms["gaussian.abs.mean"]
    assert mean.conclusion == T.Rel(T.E(T.Abs(g)), "=", T.sqrt(mul(rat(2), power(pi(), -1))))
    assert mean.hypotheses == (T.Le(ONE, i), T.Le(i, d))
    assert axioms["gaussian.abs.mean.finite"].conclusion == T.Fin(g, Fraction(1))
    assert {a.group for a in axioms.values() if isinstance(a.conclusion, T.Fin)} == {
        "gaussian-abs-mean"
    }


@pytest.mark.parametrize("name", ["N2", "N2.ratio", "N2.l1"])
def test_which_means_it_uses(name):
    """Each mean is used where it has to be, the vector with a coordinate left out nowhere."""
    uses = {u for u in norms.claims[name].theorem().uses if u.startswith("axiom:gaussian")}
    assert "axiom:gaussian.norm.mean.omitting" not in uses
    assert "axiom:gaussian.abs.mean" in uses
    assert ("axiom:gaussian.norm.mean" in uses) == (name != "N2.l1")


# --- the statements are the blueprint's -------------------------------------------------------


def pi():
    return App("pi", ())


def l1(entry):
    return T.sum_over("i", ONE, d, T.Abs(entry))


def l2(entry):
    return T.sqrt(T.sum_over("i", ONE, d, power(entry, 2)))


def unordered(node):
    def visit(part, _depth):
        if not isinstance(part, T.Add | T.Mul):
            return None
        flat = []
        for inner in (unordered(p) for p in part.terms):
            flat += inner.terms if type(inner) is type(part) else [inner]
        return type(part)(tuple(sorted(flat, key=lambda t: t.key)))

    return T.transform(node, visit)


X, G = coord(PointVar("x", "any"), i), App("g", (i,))
ROOT_D = T.sqrt(IxVal(d))
STATED = {
    "N1.lower": T.Rel(l2(X), "<=", l1(X)),
    "N1.upper": T.Rel(l1(X), "<=", mul(ROOT_D, l2(X))),
    "N2": T.Rel(mul(T.sqrt(mul(rat(2), IxVal(d), power(pi(), -1))), T.E(l2(G))), "<=", T.E(l1(G))),
    "N2.l1": T.Rel(T.E(l1(G)), "=", mul(IxVal(d), T.sqrt(mul(rat(2), power(pi(), -1))))),
    "N2.l2": T.Rel(T.E(l2(G)), "<=", ROOT_D),
}


@pytest.mark.parametrize("name", list(STATED))
def test_statement_is_the_blueprint_s(name):
    claim = norms.claims[name]
    assert unordered(claim.statement()) == unordered(STATED[name])
    assert claim.hypotheses() == (T.Le(ONE, d),)


def test_both_inequalities_at_once():
    stated = norms.claims["N1"].statement()
    gaps = (T.sub(l2(X), l1(X)), T.sub(l1(X), mul(ROOT_D, l2(X))))
    assert (stated.op, stated.right) == ("<=", rat(0))
    assert unordered(stated.left) in [
        unordered(T.maximum(a, b)) for a, b in (gaps, gaps[::-1])
    ]  # fmt: skip


def test_phi_is_the_blueprint_s():
    definition = norms.kernel().definition_table["phi"]
    assert definition.left == App("phi", (n,))
    for size in (1, 2, 7):
        numbers = Numbers({"n": size, "d": 9})
        gap = numbers.value(definition.right) - numbers.value(definition.left)
        assert abs(gap) < mpf(10) ** -50
        ratio = sqrt(mpf(size)) / mean_radius(size)
        assert abs(numbers.value(definition.left) - ratio) < mpf(10) ** -50


# --- they are true, and their constants cannot be improved ------------------------------------


def points(dimension):
    rng = random.Random(dimension)
    yield (mpf(0),) * dimension
    yield (mpf(-3),) * dimension
    yield (*(mpf(0),) * (dimension - 1), mpf(2))
    for _ in range(5):
        yield tuple(mpf(rng.randint(-9, 9)) / rng.randint(1, 9) for _ in range(dimension))


@pytest.mark.parametrize("name", N1)
def test_true_at_points(name):
    """At every point where the hypotheses hold, which happens for points of both kinds."""
    claim, seen = norms.claims[name], 0
    for size in (1, 2, 3, 5):
        for x, (k, m) in product(points(size), product(range(1, size + 1), repeat=2)):
            for t in {mpf(0), abs(x[0])}:
                numbers = Numbers({"d": size, "i": k, "j": m}, x, {"t": t})
                conditions = claim.hypotheses()
                if all(
                    numbers.index(h.left) <= numbers.index(h.right)
                    if isinstance(h, T.Le) else numbers.holds(h) for h in conditions
                ):  # fmt: skip
                    assert numbers.holds(claim.statement()), (name, x, k, m)
                    seen += any(x) or not isinstance(conditions[-1], T.Rel)
    assert seen > 3


@pytest.mark.parametrize("name", list(RESTS_ON))
def test_true_of_gaussians(name):
    claim = norms.claims[name]
    for size in (1, 2, 3, 6):
        for k in range(1, size + 2):
            numbers = Numbers({"d": size, "n": k, "j": 1})
            numbers.g = tuple(mpf((-1) ** m) / (m + 1) for m in range(size + 2))
            if all(numbers.index(h.left) <= numbers.index(h.right) for h in claim.hypotheses()):
                assert numbers.holds(claim.statement()), (name, size, k)


def test_the_constants_are_the_best():
    """phi(n) -> 1, and n (phi(n)^2 - 1) -> 1/2: N2 is sharp as d grows, 1 + 1/n is not sharp."""
    phi = [Numbers({}).value(App("phi", (Ix(None, size),))) for size in (1, 10, 1000, 100000)]
    assert phi == sorted(phi, reverse=True)
    assert 1 < phi[-1] < 1 + mpf(1) / 10**5
    assert abs(100000 * (phi[-1] ** 2 - 1) - mpf(1) / 2) < mpf(10) ** -5


def test_in_high_dimension_the_ratio_is_near_its_bound():
    d = 400
    ratio = d * mean_size() / mean_radius(d)
    bound = sqrt(2 * d / mpf("3.14159265358979323846264338327950288"))
    assert 1 < ratio / bound < 1 + mpf(1) / 1000
