"""SGD's theory: proved, stated as the blueprint states it, on the optimizer's one recursion."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy

from ratecert.optimizers.recursions import SGD
from ratecert.proofs.kernel import terms as T
from ratecert.proofs.kernel.terms import App, Ix, IxVal, PointApp, add, coord, mul, power, rat
from ratecert.proofs.language import Theory, by, sqrt
from ratecert.proofs.record.foundation import foundation
from ratecert.proofs.theorems import sgd as module

sgd = module.sgd
K, d, k, i = Ix("K"), Ix("d"), Ix("k"), Ix("i")
one = Ix(None, 1)
L, eta, fstar, Delta, sigma_s = (App(n, ()) for n in ("L", "eta", "fstar", "Delta", "sigma_s"))


def unordered(node):
    """``node`` with the operands of sums and products in one order, nested ones flattened."""

    def visit(part, _depth):
        if not isinstance(part, T.Add | T.Mul):
            return None
        flat = []
        for inner in (unordered(p) for p in part.terms):
            flat += inner.terms if type(inner) is type(part) else [inner]
        return type(part)(tuple(sorted(flat, key=lambda t: t.key)))

    return T.transform(node, visit)


def x(at):
    return PointApp("x", (at,))


def gradient(at, of=i):
    return App("grad", (x(at), of))


def average_norm():
    """(1/K) sum_{k<=K} E||grad f(x^k)||_2."""
    norm = T.sqrt(T.sum_over("i", one, d, power(gradient(k), 2)))
    return mul(T.sum_over("k", one, K, T.E(norm)), power(IxVal(K), -1))


def blueprint_bound():
    """2^{1/4} (sigma_s^2 L Delta/K)^{1/4} + sqrt(2 L Delta/K)."""
    per_step = power(IxVal(K), -1)
    quarter = Fraction(1, 4)
    first = mul(power(rat(2), quarter), power(mul(power(sigma_s, 2), L, Delta, per_step), quarter))
    return add(first, T.sqrt(mul(rat(2), L, Delta, per_step)))


@pytest.mark.parametrize("name", list(sgd.claims))
def test_proved(name):
    result = sgd.claims[name].check()
    assert (result.verdict, result.reason) == ("proved", "")


def test_claims():
    assert set(sgd.claims) == {
        "L0.gradient.size", "L0.objective.size", "L0.state", "L0.x", "L0.G", "L0.g", "L0.f",
        "descent", "unbiased", "second-moment", "expected-descent", "telescoped", "step-size",
        "rate", "rate.min",
    }  # fmt: skip
    assert {c.id for c in sgd.claims.values() if c.kind == "theorem"} == {"rate", "rate.min"}


# --- the statement is the blueprint's ---------------------------------------------------------


@pytest.mark.parametrize("name", ["rate", "rate.min"])
def test_conclusion_is_the_blueprint_s(name):
    stated = sgd.claims[name].statement()
    assert stated.op == "<="
    assert unordered(stated.left) == unordered(average_norm())
    assert unordered(stated.right) == unordered(blueprint_bound())
    theorem = sgd.claims[name].theorem()
    assert theorem.conclusion == stated
    assert theorem.hypotheses == frozenset(sgd.claims[name].hypotheses())


def test_hypotheses_are_the_blueprint_s():
    half = rat(Fraction(1, 2))
    noise = mul(sigma_s, T.sqrt(mul(half, IxVal(K), L, power(Delta, -1))))
    step = power(T.maximum(L, noise), -1)
    usual = T.minimum(
        power(L, -1),
        T.sqrt(mul(rat(2), Delta, power(IxVal(K), -1), power(L, -1), power(sigma_s, -2))),
    )
    common = [T.Le(one, K), T.Rel(rat(0), "<", L), T.Rel(rat(0), "<", Delta)]
    for name, wanted in {
        "rate": [*common, T.Rel(eta, "=", step)],
        "rate.min": [*common, T.Rel(rat(0), "<", sigma_s), T.Rel(eta, "=", usual)],
    }.items():
        stated = sgd.claims[name].hypotheses()
        assert [unordered(h) for h in stated] == [unordered(h) for h in wanted], name


def test_abbreviations():
    table = sgd.kernel().definition_table
    assert table["Delta"].left == Delta
    start = App("f", (x(one),))
    assert unordered(table["Delta"].right) == unordered(T.sub(start, fstar))
    noise = T.sqrt(T.sum_over("i", one, d, power(App("sigma", (i,)), 2)))
    assert (table["sigma_s"].left, table["sigma_s"].right) == (sigma_s, noise)


def test_assumptions_are_those_of_the_blueprint():
    axioms = sgd.kernel().axiom_table
    groups = {a.group for a in axioms.values()}
    assert groups == {"A0", "A1", "A2", "A3"}
    assert {a.kind for a in axioms.values()} == {"assumption"}
    finite = axioms["A3.integrable"]
    assert finite.conclusion == T.Fin(T.sub(App("g", (k, i)), gradient(k)), Fraction(1, 2))
    g = App("g", (k, i))
    assert axioms["A2"].conclusion == T.Rel(T.CE(k.shift(-1), g), "=", gradient(k))
    noise = unordered(power(T.sub(g, gradient(k)), 2))
    variance = axioms["A3"].conclusion
    assert (variance.op, variance.right) == ("<=", power(App("sigma", (i,)), 2))
    assert unordered(variance.left) == T.CE(k.shift(-1), noise)
    ranges = {T.Le(one, k), T.Le(k, K), T.Le(one, i), T.Le(i, d)}
    assert set(axioms["A2"].hypotheses) == set(axioms["A3"].hypotheses) == ranges
    assert set(finite.hypotheses) == ranges
    assert all(a.source for a in axioms.values())


# --- what it rests on -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rate", "rate.min"])
def test_rests_on(name):
    claim = sgd.claims[name]
    base = foundation(claim.theorem(), claim.hypotheses())
    assert base.assumptions == ("A0", "A1", "A2", "A3")
    assert base.axioms == ("deterministic-start",)
    assert {"recursion x", "abbreviation Delta", "abbreviation sigma_s"} <= set(base.definitions)
    assert base.oracles == ()
    assert base.random_hypotheses == ()


@pytest.mark.parametrize(
    ("name", "assumptions"),
    [("L0.gradient.size", ("A1",)), ("L0.x", ("A1", "A3")), ("L0.f", ("A0", "A1", "A3")),
     ("descent", ("A1",)), ("unbiased", ("A1", "A2", "A3")), ("second-moment", ("A1", "A2", "A3")),
     ("expected-descent", ("A0", "A1", "A2", "A3")), ("telescoped", ("A0", "A1", "A2", "A3")),
     ("step-size", ())],
)  # fmt: skip
def test_lemmas_rest_on_no_more_than_they_need(name, assumptions):
    base = foundation(sgd.claims[name].theorem())
    assert base.assumptions == assumptions
    assert base.oracles == ()
    assert name != "step-size" or (base.axioms, base.definitions) == ((), ())


def test_no_hypothesis_is_left_unused():
    needless = {c.label: c.check().unused for c in sgd.claims.values() if c.check().unused}
    assert not {label for label in needless if label.startswith("sgd.rate")}


def test_noise_free_case_is_included():
    """Nothing in the rate divides by sigma_s; without noise it is sqrt(2 L Delta/K)."""
    rate = sgd.claims["rate"]
    for formula in (*rate.hypotheses(), rate.statement()):
        for node, _ in T.subterms(formula):
            if isinstance(node, T.Pow) and node.exponent < 0:
                heads = {n.name for n, _ in T.subterms(node.base) if isinstance(n, App)}
                assert "sigma_s" not in heads or "L" in heads  # max(L, sigma_s ...) >= L > 0
    quiet = Theory("quiet", extends=(sgd,))
    left, _, right = rate.claim
    noiseless = sqrt(2 * module.L * module.Delta / module.K)
    silent = {module.sigma[n]: 0 for n in (1, 2)}
    claimed = quiet.lemma(
        "rate", title="no noise", claim=(left, "<=", noiseless),
        given=[*rate.given, (module.sigma_s, "==", 0)], witness=silent,
    )(
        lambda p: p.calc(
            left, "<=", right, by.lemma(rate),
            "==", noiseless, by.algebra((module.sigma_s, "==", 0)),
        )
    )  # fmt: skip
    assert (claimed.check().verdict, claimed.check().reason) == ("proved", "")


# --- one recursion ----------------------------------------------------------------------------


def test_recursion_is_the_optimizer_s():
    kernel = sgd.kernel()
    recursions = [r for r in kernel.definitions if r.kind == "recursion"]
    assert [r.name for r in recursions] == [u.target for u in SGD.updates] == ["x"]
    (update,), (definition,) = SGD.updates, recursions
    assert definition.left == coord(x(k.shift(1)), i)
    assert set(definition.ranges) == {T.Le(one, k), T.Le(k, K), T.Le(one, i), T.Le(i, d)}
    assert definition.source == SGD.source
    table = {"x": module.x[module.k, module.i], "g": module.g[module.k, module.i]}
    symbols = {sympy.Symbol(name): value for name, value in table.items()}
    assert definition.right == sgd.scope().extended({"k": "index", "i": "index"}).term(
        update.value.xreplace(symbols)
    )
    by_hand = T.sub(coord(x(k), i), mul(eta, App("g", (k, i))))
    assert unordered(definition.right) == unordered(by_hand)
    assert {p.name for p in SGD.parameters} <= {s.name for s in kernel.symbols}


# --- and it is so: exact expectations on small scenario trees ---------------------------------


def within_range(claim, tree):
    """The values of k and i the claim speaks about."""
    names = sgd.kernel().names(claim.statement())
    return [
        {name: value for name, value in (("k", step), ("i", axis)) if name in names}
        for step in (range(1, tree.K + 1) if "k" in names else [0])
        for axis in (range(1, tree.d + 1) if "i" in names else [0])
    ]


@pytest.mark.parametrize(
    "name", ["descent", "unbiased", "second-moment", "expected-descent", "telescoped", "rate"]
)
def test_holds_on_scenario_trees(name, trees):
    claim = sgd.claims[name]
    rel = claim.statement()
    for tree in trees:
        for hypothesis in claim.hypotheses():
            if isinstance(hypothesis, T.Rel):
                left, right = tree.sides(hypothesis)
                holds = {"<": left < right, "<=": left <= right,
                         "=": np.isclose(left, right)}[hypothesis.op]  # fmt: skip
                assert np.all(holds), hypothesis
        for at in within_range(claim, tree):
            left, right = tree.sides(rel, at)
            tolerance = 1e-12 * (1 + np.abs(left) + np.abs(right))
            if rel.op == "=":
                assert np.all(np.abs(left - right) <= tolerance)
            else:
                assert np.all(left <= right + tolerance)


def test_assumptions_hold_on_scenario_trees(trees):
    """A2 and A3 with equality: the trees are no special case of less noise."""
    axioms = sgd.kernel().axiom_table
    for tree in trees:
        for step in range(1, tree.K + 1):
            for axis in range(1, tree.d + 1):
                for name in ("A2", "A3"):
                    left, right = tree.sides(axioms[name].conclusion, {"k": step, "i": axis})
                    assert np.allclose(left, right)


def test_rate_is_attained(make_tree):
    """K = 1, no noise, f = L x^2/2: the ratio is 1, so no constant of that term can be smaller."""
    tree = make_tree(1, 2, 3.0, (3.0, 3.0), (0.5, -2.0), (0.0, 0.0))
    left, right = tree.sides(sgd.claims["rate"].statement())
    assert left == pytest.approx(right, rel=1e-14)
    assert left > 0.99 * right


def test_descent_is_attained(make_tree):
    """f = L x^2/2: the quadratic upper bound is the function itself."""
    tree = make_tree(3, 2, 2.0, (2.0, 2.0), (1.0, -1.0), (0.5, 2.0))
    for step in (1, 2, 3):
        left, right = tree.sides(sgd.claims["descent"].statement(), {"k": step})
        np.testing.assert_allclose(left, right, rtol=1e-12)


def test_step_size_is_needed(make_tree):
    """A hundred times the step size, and the bound fails: the trees can tell."""
    tree = make_tree(4, 1, 1.0, (1.0,), (1.0,), (1.0,), eta=30.0)
    left, right = tree.sides(sgd.claims["rate"].statement())
    assert left > right
