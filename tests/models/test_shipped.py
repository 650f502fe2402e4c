"""The shipped models hold, are no degenerate ones, and are inherited."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest

from ratecert.proofs.kernel import terms as T
from ratecert.proofs.kernel.terms import variables
from ratecert.proofs.kernel.trace import replay, trace
from ratecert.proofs.language import E, Max, Rational, Sum, Theory, sqrt, symbols, within
from ratecert.proofs.language.loader import load
from ratecert.proofs.language.models import unmet
from ratecert.proofs.language.symbols import Process
from ratecert.proofs.models import realised
from ratecert.proofs.models.numbers import is_exact
from ratecert.proofs.theorems import SHIPPED
from ratecert.proofs.theorems.adamw import adamw, setting
from ratecert.proofs.theorems.nadamw import nadamw
from ratecert.proofs.theorems.norms import norms
from ratecert.proofs.theorems.sgd import sgd

THEORIES = [theory for name in SHIPPED for theory in load(name)]
every_theory = pytest.mark.parametrize("theory", THEORIES, ids=lambda theory: theory.name)
OPTIMIZERS = [theory for theory in THEORIES if "K" in theory.kernel().index_constants]
WITHOUT_NOISE = {"gradient_descent"}
every_optimizer = pytest.mark.parametrize("theory", OPTIMIZERS, ids=lambda theory: theory.name)


@every_theory
def test_every_theory_with_axioms_has_a_model(theory):
    if not theory.kernel().axioms:
        return
    report = theory.consistency()
    assert report.verdict == "holds", report.detail
    assert [a.name for a in report.axioms] == [a.name for a in theory.kernel().axioms]
    assert all(a.verdict == "holds" for a in report.axioms)
    assert report.definitions == len(theory.kernel().definitions)


def test_all_but_the_norms_are_optimizers():
    assert [theory for theory in THEORIES if theory not in OPTIMIZERS] == [norms]


@every_optimizer
def test_it_is_not_degenerate(theory):
    report = theory.consistency()
    if report.verdict == "none":
        return
    model = report.model
    assert report.sizes["K"] >= 2 and report.sizes["d"] >= 2
    assert min(model.tree.weights) > 0 and sum(model.tree.weights) == 1
    for k in range(1, report.sizes["K"] + 1):
        for i in range(1, report.sizes["d"] + 1):
            g = model.symbol("g", (k, i))
            if theory.name in WITHOUT_NOISE:
                assert len(set(g)) == 1
            else:
                assert len(set(g)) > 1
                assert model.tree.node_of(0, g) == model.tree.paths[0][:k]
            assert all(is_exact(x) for x in model.symbol("x", (k + 1, i)))
    assert len(set(model.symbol("curvature", (1,)) + model.symbol("curvature", (2,)))) == 2
    given = ("L", "R") if theory.name in WITHOUT_NOISE else ("L", "Delta", "sigma_s")
    for name in (*given, "eta"):
        ((low, high),) = set(model.symbol(name, ()))
        assert low == high > 0
    for a in report.axioms:
        assert "no index" not in a.how


@every_optimizer
def test_axioms_for_all_points_are_theorems_that_replay(theory):
    report = theory.consistency()
    if report.verdict == "none":
        return
    proved = {a.name for a in report.axioms if a.claims}
    convex = {"A0", "A1", "convex", "convex.strongly"}
    assert proved == (convex if theory.name in WITHOUT_NOISE else {"A0", "A1", "A1.gradient"})
    assert all(not claim.theorem.theory.axioms for claim in report.claims)
    assert all(not claim.theorem.hypotheses for claim in report.claims)
    again = replay(trace(report.claims))
    assert [c.sha256 for c in again] == [c.sha256 for c in report.claims]


@every_theory
def test_integrability_is_free_and_nothing_else_is(theory):
    for a in theory.consistency().axioms:
        free = isinstance(theory.kernel().axiom_table[a.name].conclusion, T.Fin)
        assert (a.how == "the probability space is finite") == free


@every_theory
def test_what_is_claimed_is_true_in_the_model(theory):
    """A kernel that proves something false of the model would be seen here."""
    report = theory.consistency()
    seen, span = 0, {name: range(1, n + 1) for name, n in report.sizes.items()}
    for claim in (c for c in theory.claims.values() if c.id in report.hypotheses):
        at = theory.tree.satisfies.get(claim.id, {})
        values, indices = replace(claim, witness={**claim.witness, **at}).witness_point()
        numbers = {t: v for t, v in values.items() if isinstance(t, T.Var)}
        for k, i in product(span.get("K", (1,)), span.get("d", (1,))):
            at = {**indices, "k": k, "i": i}
            if variables(claim.statement()) - numbers.keys():
                continue  # it speaks of all points, of which the model names none
            said = realised(report, [claim.statement()], numbers, at)
            assert not said, f"{claim.label} at {at}: {said}"
            seen += 1
    assert seen or report.verdict == "none"


def test_the_model_of_the_norm_facts():
    """Two coordinates, random, of different sizes; Gamma and pi are not the real ones."""
    report = norms.consistency()
    assert (report.sizes, report.scenarios) == ({"d": 2}, 16)
    model, weights = report.model, report.model.tree.weights
    assert min(weights) > 0 and sum(weights) == 1
    g = [model.symbol("g", (i,)) for i in (1, 2)]
    assert [len(set(value)) for value in g] == [4, 7]
    assert all(is_exact(x) for value in g for x in value)
    assert model.tree.node_of(0, g[0]) == model.tree.paths[0][:1]
    assert model.tree.node_of(0, g[1]) == model.tree.paths[0]
    sizes = [sum(w * abs(x[0]) for w, x in zip(weights, value, strict=True)) for value in g]
    assert sizes == [Fraction(4, 5)] * 2
    assert model.symbol("pi", ()) == [(Fraction(25, 8),) * 2] * 16
    phi = [model.symbol("phi", (n,))[0] for n in (1, 2, 3)]
    assert [low == high for low, high in phi] == [True, False, False]  # 5/4, 32^(1/2)/5, 75^(1/2)/8
    assert phi[0][0] == Fraction(5, 4) and phi[0] > phi[1] > phi[2] > (1, 1)
    assert {"N1", "N2", "N2.ratio", "N2.phi.upper"} <= set(report.hypotheses)
    assert report.detail.endswith(
        "8 axioms and 3 definitions hold exactly, with the hypotheses of N2"
    )


def test_another_pi_does_not_fit_the_norm_facts():
    pi = symbols("pi")[0]
    theory = Theory("other", extends=(norms,))
    theory.model(norms.tree.extended(values={pi: Rational(22, 7)}, satisfies={}))
    report = theory.consistency()
    assert report.verdict == "fails"
    assert report.detail.startswith("gaussian.abs.mean fails at i = 1, at the root: 4/5 = 0.797")


def test_the_hypotheses_of_sgd_s_rate_hold_with_the_axioms():
    report = sgd.consistency()
    assert {"rate", "rate.min", "expected-descent", "telescoped"} <= set(report.hypotheses)
    assert report.model.symbol("eta", ())[0] == (Fraction(2, 5), Fraction(2, 5))
    assert report.detail.endswith("hold exactly, with the hypotheses of rate, rate.min")


@pytest.mark.parametrize("theory", [adamw, nadamw], ids=lambda theory: theory.name)
def test_the_hypotheses_of_the_rates_hold_with_the_axioms(theory):
    """With noise, weight decay and momentum: no rate is proved from what cannot be."""
    report = theory.consistency()
    assert {"rate", "rate.sigma", "rate.canonical"} <= set(report.hypotheses)
    symbol = report.model.symbol
    assert symbol("theta", ())[0] == (Fraction(2, 3), Fraction(2, 3))
    assert symbol("mu", ())[0] == ((1, 1) if theory is adamw else symbol("theta", ())[0])
    assert symbol("lam", ())[0][0] > 0
    assert len(set(symbol("g", (2, 1)))) > 2


# --- AdamW: what is to come -------------------------------------------------------------------

K, d, k, i = setting.K, setting.d, setting.k, setting.i
L, Delta, sigma_s, sigma, x, G = (
    setting.L, setting.Delta, setting.sigma_s, setting.sigma, setting.x, setting.G
)  # fmt: skip
eta, theta, beta, mu, eps, lam = symbols("eta theta beta mu eps lam")
v = Process("v")


def test_nadamw_by_definition_inherits_the_model():
    """mu = theta changes n, x and with them the probabilities, which are computed."""
    nadamw = Theory("nadamw", extends=(adamw,))
    nadamw.define("mu", mu, theta)
    report = nadamw.consistency()
    assert report.verdict == "holds", report.detail
    assert report.model.symbol("mu", ())[0] == (Fraction(2, 3), Fraction(2, 3))
    assert report.model.symbol("x", (3, 1)) != adamw.consistency().model.symbol("x", (3, 1))


def test_nadamw_by_an_axiom_extends_the_model():
    nadamw = Theory("nadamw", extends=(adamw,))
    nadamw.assume("mixing", (mu, "==", theta), kind="axiom")
    inherited = nadamw.consistency()
    assert inherited.verdict == "none"
    assert "mixing fails at the root: 1 = 2/3 is false" in inherited.detail
    nadamw.model(adamw.tree.extended(values={mu: Rational(2, 3)}, satisfies={}))
    assert nadamw.consistency().verdict == "holds"


def test_abbreviations_with_irrational_values():
    """Roots of what is no square are enclosed; a recursion over them and a maximum as well."""
    theory = Theory("abbreviated", extends=(adamw,))
    tE, U = theory.process("tE", adapted=-1), theory.process("U", adapted=None)
    ymax = theory.process("ymax", 1, adapted=None)
    theory.define(
        "tE", tE[k, i],
        sqrt(beta * v[k - 1, i] + (1 - beta) * (G[k, i] ** 2 + sigma[i] ** 2) + eps),
        [within(k, 1, K), within(i, 1, d)],
    )  # fmt: skip
    theory.define("U.0", U[0, i], 0, [within(i, 1, d)])
    theory.define(
        "U", U[k, i], sqrt(beta) * U[k - 1, i] + E(G[k, i] ** 2 / tE[k, i]),
        [within(k, 1, K), within(i, 1, d)],
    )  # fmt: skip
    theory.define("ymax.0", ymax[0], 0)
    theory.define("ymax", ymax[i], Max(ymax[i - 1], x[1, i]), [within(i, 1, d)])
    report = theory.consistency()
    assert report.verdict == "holds", report.detail
    assert report.definitions == len(adamw.kernel().definitions) + 5
    assert not is_exact(report.model.symbol("U", (2, 1))[0])
    assert report.model.symbol("ymax", (4,))[0] == (Fraction(4, 3), Fraction(4, 3))


def test_the_numbers_fit_the_canonical_rate():
    """A statement with variables of its own, at values given with it."""
    c_eta, c_theta, c_eps, a, s, hsigma, R = symbols("c_eta c_theta c_eps a s hsigma R")
    theory = Theory("canonical", extends=(adamw,))
    size = Rational(4, 3) + R * eta * K
    given = [
        within(K, 1), within(d, 1), (0, "<", L), (0, "<", Delta), (0, "<", hsigma),
        (sigma_s**2, "<=", hsigma**2),
        (L * Delta / K, "<=", hsigma**2),
        (s, "==", sqrt(L * Delta / (K * hsigma**2))),
        (eta, "==", c_eta * sqrt(Delta / (K * d * L))),
        (eps, "==", c_eps * hsigma**2 / d),
        (1 - theta, "==", c_theta * s),
        (theta, "<=", beta), (beta**2, "<=", theta), (0, "<", lam),
        (R**2, "<=", 2), (2 - Rational(1, 10**5), "<=", R**2),
        (lam**2 * size**2, "<=", a * s),
    ]  # fmt: skip

    @theory.lemma(
        "fits", title="Fits", given=given, claim=(0, "<", s),
        for_constants=(c_eta, c_theta, c_eps, a, s, hsigma, R), witness={s: 1},
    )  # fmt: skip
    def fits(p):
        return None

    values = {c_eta: Rational(1, 2), c_theta: 1, c_eps: 1, a: Rational(1, 8),
              s: Rational(1, 3), hsigma: 3, R: Rational(1414213, 10**6)}  # fmt: skip
    theory.model(adamw.tree.extended(satisfies={"fits": values}))
    report = theory.consistency()
    assert report.verdict == "holds", report.detail
    assert "fits" in report.hypotheses
    wrong = {**values, s: Rational(1, 4)}
    assert "at the root: 1/4 = 1/3 is false" in unmet(fits, report, wrong)
    theory.model(adamw.tree.extended(satisfies={"fits": wrong}))
    assert theory.consistency().verdict == "fails"
    assert "the hypotheses of fits in the model" in theory.consistency().detail


def test_expectations_are_not_typed_in():
    """E[g | F_(k-1)] is a sum over the outcomes: it is not the gradient if the noise is biased."""
    model = adamw.consistency().model
    tree = model.tree
    for at in ((1, 1), (2, 1), (2, 2)):
        term = T.E(adamw.scope().term(Process("g")[at]))
        by_hand = sum((w * g[0] for w, g in zip(tree.weights, model.symbol("g", at), strict=True)),
                      Fraction(0))  # fmt: skip
        assert set(model.value(term, {})) == {(by_hand, by_hand)}


def test_a_sum_in_a_statement_is_over_the_model_s_coordinates():
    report = adamw.consistency()
    total = adamw.scope().relation((Sum(sigma[i] ** 2, (i, 1, d)), "==", 9))
    assert realised(report, [total], {}, {}) == ""
