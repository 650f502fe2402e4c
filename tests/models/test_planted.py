"""Contradictions and models that are none: each is found, for its own reason."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from ratecert.proofs.language import (
    E,
    Outcome,
    Rational,
    Sum,
    Theory,
    point,
    root,
    sqrt,
    symbols,
    within,
)
from ratecert.proofs.language.symbols import Process, coordinate
from ratecert.proofs.models import Tree, TreeError
from ratecert.proofs.theorems.sgd import sgd

HALF = Rational(1, 2)


def says(report, verdict, *texts):
    assert report.verdict == verdict, report.detail
    for text in texts:
        assert text in report.detail


def test_the_model_they_are_planted_in_holds(report, parts):
    says(report(parts.tree), "holds", "K = 2, d = 2, 16 scenarios: 6 axioms and 3 definitions")


# --- axioms that fail -------------------------------------------------------------------------


def test_sigma_too_small_for_the_noise(report, parts):
    tree = parts.tree.extended(values={parts.s.sigma: (2, 4)})
    says(report(tree), "fails", "A3 fails at i = 1, k = 1, at the root: 9 <= 4 is false")


def test_sigma_too_small_after_one_history_only(report, parts, outcomes):
    """The noise is large in the second step, if the first brought outcome 1."""
    large = 1 + parts.noise[parts.k - 1, 1]  # 2 after outcome 1, 0 after outcome 2, 1 at the root
    pairs = outcomes((HALF, (large, 1)), (HALF, (-large, -1)))
    tree = parts.tree.extended(outcomes=pairs, values={parts.s.sigma: (1, 1)})
    says(report(tree), "fails", "A3 fails at i = 1, k = 2, after the outcome 1: 4 <= 1 is false")


def test_biased_noise(report, parts, outcomes):
    tree = parts.tree.extended(outcomes=outcomes((HALF, (1, 1)), (HALF, (-1, 0))))
    says(report(tree), "fails", "A2 fails at i = 2, k = 1, at the root: 7/6 = 2/3 is false")


def test_f_is_not_as_smooth_as_L_says(report, parts):
    says(
        report(parts.tree.extended(values={parts.s.L: Rational(9, 10)})),
        "fails",
        "A1 fails for some points: false at coord[p, 1] = ",
        "A1.gradient fails for some points: ",
    )


def test_a_gradient_that_is_none(report, parts):
    i, y = parts.i, parts.y
    wrong = {parts.s.grad(y, i): -parts.curvature[i] * coordinate(y, i)}
    says(report(parts.tree.extended(functions=wrong)), "fails", "A1 fails for some points")


def test_fstar_above_f(report, parts):
    tree = parts.tree.extended(values={parts.s.fstar: 1})
    says(report(tree), "fails", "A0 fails for some points: false at coord[p, 1] = 0")


def test_f_is_not_bounded_below(report, parts):
    tree = parts.tree.extended(values={parts.curvature: (-1, 1)})
    says(report(tree), "fails", "A0 fails for some points: false at ")


def test_an_axiom_against_the_recursion(report, parts):
    s, k, i = parts.s, parts.k, parts.i

    def still(theory):
        theory.assume("still", (s.x[k + 1, i], "==", s.x[k, i]), [s.steps, s.coordinates])

    says(report(parts.tree, still), "fails",
         "still fails at i = 1, k = 1, after the outcome 1: -4/5 = 8/3 is false")  # fmt: skip


@pytest.mark.parametrize("value", [4, 5])
def test_closed_forms_at_points_that_are_given_by_coordinates(report, parts, value):
    """f at the gradient step from x^1; a gradient under a sum, at a point that depends on it."""
    s, i = parts.s, parts.i

    def declared(theory):
        descent = point(lambda j: s.x[1, j] - s.grad(s.x[1], j) / s.L)
        theory.assume("step", (s.f(descent), "==", Rational(1, 9)))
        multiple = point(lambda j: i * s.x[1, j])
        total = Sum(s.grad(multiple, i), (i, 1, s.d))  # 1 * 8/3 + 1/2 * 2 * 4/3
        theory.assume("total", (total, "==", value))

    found = {a.name: a for a in report(parts.tree, declared).axioms}
    assert found["step"].verdict == "holds"
    assert found["total"].verdict == ("holds" if value == 4 else "fails")
    if value == 5:
        assert found["total"].how == "total fails at the root: 4 = 5 is false"


def test_axioms_against_each_other(coin):
    def contrary(theory, K, k, c, w):
        theory.assume("up", (0, "<", c[k]), [within(k, 1, K)])
        theory.assume("down", (c[k], "<", 0), [within(k, 1, K)])

    theory, _ = coin(contrary)
    says(theory.consistency(), "fails", "up fails at k = 1, after the outcome 2: 0 < -1 is false",
         "down fails at k = 1, after the outcome 1: 1 < 0 is false")  # fmt: skip


def test_a_hypothesis_is_read_scenario_by_scenario(coin):
    def pointwise(theory, K, k, c, w):
        theory.assume("true", (w[k], "==", 2), [within(k, 2, K), (1, "<", w[k])])
        theory.assume("false", (w[k], "==", 2), [within(k, 2, K), (0, "<=", w[k])])

    theory, _ = coin(pointwise)
    results = {a.name: a for a in theory.consistency().axioms}
    assert results["true"].verdict == "holds"
    assert results["false"].how == ("false fails at k = 2, after the outcomes 1, 2: 0 = 2 is false")


def test_outside_its_range_a_definition_says_nothing(coin):
    """Where nothing is said a symbol is 0: w[3] is not w[2] + c[3]."""

    def beyond(theory, K, k, c, w):
        theory.assume("zero", (w[K + 1], "==", 0))
        theory.assume("recursion", (w[K + 1], "==", w[K] + c[K + 1]))

    theory, _ = coin(beyond)
    results = {a.name: a.verdict for a in theory.consistency().axioms}
    assert results == {"zero": "holds", "recursion": "fails"}
    says(theory.consistency(), "fails", "recursion fails after the outcomes 1, 1: 0 = 2 is false")


def test_bounds_travel_along_conditions(coin):
    (j,) = symbols("j")

    def ordered(theory, K, k, c, w):
        theory.indices("j")
        theory.assume("apart", (w[j] - w[k], "<=", 1), [within(k, 1, K), within(j, k + 1, K)])
        theory.assume("empty", (0, "==", 1), [within(k, 2, K), within(j, k + 1, K)])

    theory, _ = coin(ordered)
    report = theory.consistency()
    assert [(a.verdict, a.how) for a in report.axioms] == [
        ("holds", "evaluated at 1 instances, 4 scenarios"),
        ("holds", "no index is in its range"),
    ]


# --- what is not decided ----------------------------------------------------------------------


def test_an_axiom_without_bounds(coin):
    def unbounded(theory, K, k, c, w):
        theory.assume("sign", (-2, "<=", w[k]))

    theory, _ = coin(unbounded)
    says(theory.consistency(), "undecided", "sign is undecided: ")


def test_an_axiom_without_bounds_that_is_proved(coin):
    def unbounded(theory, K, k, c, w):
        theory.assume("square", (0, "<=", w[k] ** 2))

    theory, _ = coin(unbounded)
    report = theory.consistency()
    assert (report.verdict, report.axioms[0].how) == ("holds", "proved from the closed forms")


def test_an_equality_of_irrational_numbers_is_not_decided(coin):
    def irrational(theory, K, k, c, w):
        theory.assume("root", (root(2 * c[1] ** 2, 3) ** 3, "==", 2))
        theory.assume("near", (root(2 * c[1] ** 2, 3), "<=", Rational(3, 2)))

    theory, _ = coin(irrational)
    report = theory.consistency()
    assert [a.verdict for a in report.axioms] == ["undecided", "holds"]
    says(report, "undecided", "root is undecided: at the root: is ")


@pytest.mark.parametrize("right", [2, Rational(200000000001, 10**11)])
def test_an_equality_of_square_roots_is(coin, right):
    """(8 c^2)^(1/2)/2 - 2^(1/2)/2 squared is 1/2; and nothing near to it is."""

    def surds(theory, K, k, c, w):
        half = sqrt(8 * c[1] ** 2) / 2 - sqrt(2) / 2
        theory.assume("square", (4 * half**2, "==", right))

    theory, _ = coin(surds)
    report = theory.consistency()
    assert report.verdict == ("holds" if right == 2 else "fails")


# --- division by 0 ----------------------------------------------------------------------------


def test_an_axiom_that_divides_by_0(coin):
    def divides(theory, K, k, c, w):
        theory.assume("ratio", (c[k] / (c[k] - 1), "<=", 1), [within(k, 1, K)])

    theory, _ = coin(divides)
    says(theory.consistency(), "fails", "ratio is undefined: a denominator is 0 after the outcome")


@pytest.mark.parametrize(
    ("wrong", "what"),
    [(lambda w: 1 / w, "a denominator is 0"), (lambda w: sqrt(w), "a radicand is negative")],
)
def test_a_definition_that_is_undefined(coin, wrong, what):
    def defined(theory, K, k, c, w):
        r = theory.process("r", 1)
        theory.define("r", r[k], wrong(w[k]), [within(k, 1, K)])

    theory, _ = coin(defined)
    says(theory.consistency(), "error", f"the definition r at k = {'2' if 'den' in what else '1'}",
         what)  # fmt: skip


# --- levels -----------------------------------------------------------------------------------


def test_the_start_is_not_random(report, parts):
    s, i = parts.s, parts.i
    random = (s.x[1, i], parts.start[i] + parts.noise[1, i], [s.coordinates])
    tree = parts.tree.extended(equations=[random, parts.tree.equations[1]])
    says(report(tree), "error", "a level is violated", "given.x.eq1")


def test_the_iterate_does_not_know_its_own_step(report, parts):
    """Nor its gradient, which would be a circle as well."""
    s, k, i = parts.s, parts.k, parts.i
    for peek, what in ((parts.noise[k, i], "a level is violated"), (s.g[k, i], "refused: ")):
        start = (s.x[k, i], peek, [within(k, 1, 1), s.coordinates])
        tree = parts.tree.extended(equations=[start, parts.tree.equations[1]])
        says(report(tree), "error", what, "given.")


def test_a_constant_is_not_random(report, parts):
    tree = parts.tree.extended(values={parts.s.L: parts.noise[1, 1]})
    says(report(tree), "error", "a level is violated", "given.L")


def test_the_oracle_does_not_know_the_next_step(report, parts):
    s, k, i = parts.s, parts.k, parts.i
    early = (s.g[k, i], s.G[k, i] + parts.noise[k + 1, i], [s.steps, s.coordinates])
    tree = parts.tree.extended(equations=[parts.tree.equations[0], early])
    says(report(tree), "error", "a level is violated", "given.g")


def test_probabilities_know_the_past_only(report, parts, outcomes):
    tree = parts.tree.extended(outcomes=outcomes((parts.s.g[parts.k, 1], (1, 1)), (0, (1, 1))))
    says(report(tree), "error", "not known before step k: ")


def test_probabilities_rest_on_no_expectation(report, parts, outcomes):
    half = HALF + 0 * parts.k + E(parts.s.g[2, 1]) / 100
    tree = parts.tree.extended(outcomes=outcomes((half, (1, 1)), (1 - half, (-1, -1))))
    says(report(tree), "error", "may not rest on expectations")


# --- probabilities and numbers ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("pairs", "what"),
    [
        ([(HALF, (1, 1)), (Rational(1, 3), (-1, -1))], "at the root: the probabilities sum to 5/6"),
        ([(Rational(3, 2), (1, 1)), (-HALF, (-1, -1))], "outcome 2 has probability -1/2"),
        ([(1, (1, 1)), (0, (-1, -1))], "outcome 2 has probability 0"),
        ([(0.5, (1, 1)), (0.5, (-1, -1))], "not exact: 0.5"),
        ([(float("nan"), (1, 1)), (HALF, (-1, -1))], "not exact: nan"),
        ([(HALF, (1.0, 1)), (HALF, (-1, -1))], "not exact: 1.0"),
        ([(True, (1, 1))], "not exact: True"),
        ([("1", (1, 1))], "text is not parsed"),
        ([(sqrt(HALF), (1, 1)), (1 - sqrt(HALF), (-1, -1))], "a probability is not rational"),
    ],
)
def test_probabilities(report, parts, outcomes, pairs, what):
    says(report(parts.tree.extended(outcomes=outcomes(*pairs))), "error", what)


@pytest.mark.parametrize(
    ("chances", "what"),
    [
        ([[Fraction(1, 2)]], "sum to 1/2"),
        ([[0.5, 0.5]], "0.5 is no exact probability"),
        ([[float("nan")]], "nan is no exact probability"),
        ([[1]], "1 is no exact probability"),
        ([[Fraction(2), Fraction(-1)]], "probability -1"),
        ([[]], "sum to 0"),
        ([], "1 nodes, 0 distributions"),
        ([[Fraction(1, 5000)] * 5000], "more than 4096 scenarios"),
    ],
)
def test_trees_take_distributions(chances, what):
    with pytest.raises(TreeError, match=what):
        Tree().grown(chances)


@pytest.mark.parametrize("size", [2.0, True, "2", Rational(1, 2)])
def test_sizes_are_integers(report, parts, size):
    says(report(parts.tree.extended(sizes={parts.s.K: size})), "error", "is no integer")


def test_steps_are_a_number(report, parts):
    says(report(parts.tree.extended(steps=-1)), "error", "no natural number")
    says(report(parts.tree.extended(steps=7)), "error", "more than 4096 scenarios")


# --- closed forms and equations ---------------------------------------------------------------


def test_a_closed_form_is_a_function_of_its_arguments(report, parts):
    f, y, noise, s = parts.s.f, parts.y, parts.noise, parts.s
    for right, what in (
        (noise[1, 1], "depends on more than its arguments"),
        (E(noise[1, 1]), "may hold no expectation"),
        (f(y), "uses f, which has a closed form itself"),
        (coordinate(y, parts.i), "i is no argument"),
        (s.x[2, 1], "depends on more than its arguments"),
    ):
        says(report(parts.tree.extended(functions={f(y): right})), "error", what)


def test_equations_are_for_symbols_that_are_no_functions_of_points(report, parts):
    wrong = {parts.s.sigma[parts.i]: 1}
    says(report(parts.tree.extended(functions=wrong)), "error", "the closed form of sigma: give an")


def test_a_declaration_that_is_wrong_in_another_way(report, parts):
    says(report(parts.tree.extended(outcomes=[1])), "error", "AttributeError")
    says(report(parts.tree.extended(values={parts.s.sigma: 1})), "error", "sequence of values")
    says(report(parts.tree.extended(values={1: 1})), "error", "")


def test_only_index_constants_have_sizes(report, parts):
    """A size for k would look at one k only."""
    says(report(parts.tree.extended(sizes={parts.k: 1})), "error", "no index constants", "k")


def test_a_chain_of_definitions_that_is_too_long(coin):
    def long(theory, K, k, c, w):
        u = theory.process("u", 1, adapted=None)
        theory.define("u.0", u[0], 0)
        theory.define("u", u[k], u[k - 1] + 1, [within(k, 1)])
        theory.assume("far", (u[9999], "==", 9999))

    theory, _ = coin(long)
    says(theory.consistency(), "undecided", "far is undecided: it is nested too deeply")


def test_what_the_theory_defines_is_not_given(report, parts):
    tree = parts.tree.extended(values={parts.s.Delta: 1})
    says(report(tree), "error", "Delta: overlaps the definition given.Delta")


def test_everything_else_is_given(report, parts):
    says(report(parts.tree, lambda theory: theory.constants("c")), "error", "nothing is said of c")
    lacking = {key: v for key, v in parts.tree.values.items() if key != parts.s.sigma}
    says(report(replace(parts.tree, values=lacking)), "error", "nothing is said of sigma")
    says(report(replace(parts.tree, functions={})), "error", "nothing is said of f, grad")
    says(report(replace(parts.tree, sizes={})), "error", "no integer is given for K, d")
    says(report(replace(parts.tree, outcomes=[])), "error", "noise")


def test_equations_that_run_in_a_circle(report, parts):
    s, k, i = parts.s, parts.k, parts.i
    circle = (s.g[k, i], s.x[k + 1, i], [s.steps, s.coordinates])
    tree = parts.tree.extended(equations=[parts.tree.equations[0], circle])
    says(report(tree), "error", "refused: ")


def test_claims_whose_hypotheses_must_hold(report, parts):
    tree = parts.tree.extended(satisfies={"rate": {}})
    says(report(tree), "fails", "the hypotheses of rate in the model: there is no such claim")


# --- inheritance ------------------------------------------------------------------------------


def test_a_model_that_is_inherited_and_does_not_fit_is_none():
    theory = Theory("child", extends=(sgd,))
    theory.constants("c")
    says(theory.consistency(), "none", "the one inherited does not fit: nothing is said of c")


def test_no_model():
    theory = Theory("alone")
    assert (theory.consistency().verdict, theory.consistency().detail) == ("none", "")
    theory = Theory("believing")
    (c,) = theory.constants("c")
    theory.assume("positive", (0, "<", c))
    says(theory.consistency(), "none", "none is declared for the 1 axiom, so nobody")
    assert Theory("heir", extends=(theory, sgd)).tree is not None
    other = Theory("other", extends=(sgd,))
    assert Theory("heirs", extends=(sgd, other)).tree is None


def test_a_table_may_not_take_a_symbol_s_name(coin):
    toss = Process("c")

    def nothing(theory, K, k, c, w):
        return None

    theory, _ = coin(nothing, outcomes=[Outcome(1, {toss: (1,)})])
    says(theory.consistency(), "error", "coin: declared twice: ")
