"""One mistake of each kind, and what the message must tell: not only that the step fails."""

from __future__ import annotations

from fractions import Fraction

import pytest
from language_helpers import fails, proved

from helpers import check
from ratecert.proofs.kernel import terms as K
from ratecert.proofs.language import (
    DoorError,
    E,
    Rational,
    Sum,
    Theory,
    by,
    integrable,
    root,
    sqrt,
    square_integrable,
    symbols,
    within,
)
from ratecert.proofs.language.constants import better_constant, simplest
from ratecert.proofs.language.symbols import meant
from ratecert.proofs.library.inequalities import inequalities, root_tangent
from ratecert.proofs.theorems.sgd import descent, setting, sgd

x, y, c = symbols("x y c")
K_, d, k, i = setting.K, setting.d, setting.k, setting.i
f, g, G, z, L = setting.f, setting.g, setting.G, setting.x, setting.L
(eta,) = symbols("eta")
step, coordinate = within(k, 1, K_), within(i, 1, d)


@pytest.fixture
def later():
    """A theory that extends SGD's, and so has its axioms and its model."""
    return Theory("later", extends=(sgd,))


def step_of(theory, claim, reason, given=(), **more):
    """A claim whose proof is one step."""
    name = f"claim{len(theory.claims)}"
    return theory.lemma(name, title=name, claim=claim, given=given, **more)(
        lambda p: p.have(claim, reason)
    )


# --- false, and the smallest constant that holds ----------------------------------------------


def young(weight):
    return (x * y, "<=", weight * c * x**2 + y**2 / (2 * c))


def test_young_with_a_third_is_told_that_a_half_holds(theory, state):
    claim, right = young(Rational(1, 3)), young(Rational(1, 2))
    hint = by.algebra(hints=(c * x - y,))
    proved(state(theory, right, lambda p: p.have(right, hint), given=[(0, "<", c)]))
    fails(
        state(theory, claim, lambda p: p.have(claim, hint), given=[(0, "<", c)]),
        "c·x²/3", "by algebra: false at", "known: 0 < c",
        "with 1/2 in place of 1/3 it holds (proved); with 499/1000 it is false at",
        verdict="refuted",
    )  # fmt: skip


def test_the_constant_may_be_a_root(theory, state):
    claim = (x + y, "<=", Rational(7, 5) * sqrt(x**2 + y**2))
    fails(
        state(theory, claim, lambda p: p.have(claim, by.algebra(hints=(x - y,)))),
        "with sqrt(2) in place of 7/5 it holds (proved); with", verdict="refuted",
    )  # fmt: skip


def test_the_constant_may_be_on_the_left(theory, state):
    claim = (3 * x * y, "<=", x**2 + y**2)
    fails(state(theory, claim, lambda p: p.have(claim, by.algebra(hints=(x - y,)))),
          "with 2 in place of 3 it holds (proved); with 501/250 it is false at",
          verdict="refuted")  # fmt: skip


def test_no_constant_is_told_where_none_holds(theory, state):
    claim = (x**2, "<=", 3 * x)
    result = fails(state(theory, claim, lambda p: p.have(claim, by.algebra())), verdict="refuted")
    check("in place of" not in result.reason, result.reason)


def test_only_what_was_proved_is_told():
    """A prover that finds nothing: then nothing is said, however promising the numbers are."""
    t = K.Var("x", "any")
    goal = K.Rel(K.Mul((K.Rat(Fraction(3)), t)), "<=", t)
    asked = []

    def prove(goal):
        asked.append(goal)

    told = better_constant(goal, prove, lambda goal, _: None, lambda *_: "false")
    check(told == "", told)
    check(len(asked) > 0, "nothing was tried")


@pytest.mark.parametrize(
    ("low", "high", "is_"),
    [("1/3", "1/2", "1/2"), ("0.49", "0.51", "1/2"), ("3.1", "3.2", "16/5"),
     ("-1/2", "-1/3", "-1/2"), ("-1", "1", "0"), ("2", "2", "2"), ("7/5", "17/12", "7/5")],
)  # fmt: skip
def test_simplest_rational(low, high, is_):
    assert simplest(Fraction(low), Fraction(high)) == Fraction(is_)


def test_of_many_values_only_those_of_the_step_are_listed(theory):
    (*many,) = symbols("a1 a2 a3 a4 a5 a6 a7 a8 a9")
    claimed = step_of(theory, (x, "<=", y), by.algebra(), [(0, "<=", a) for a in many],
                      for_all=(x, y, *many), witness=dict.fromkeys((x, y, *many), 1))  # fmt: skip
    fails(claimed, "more quantities have values that satisfy the hypotheses", verdict="refuted")
    check("a3 =" not in claimed.check().reason, claimed.check().reason)


# --- the model of the theory ------------------------------------------------------------------


def test_a_claim_false_in_the_model_is_refuted_there(later):
    second = Sum(g[k, i] ** 2, (i, 1, d))
    claim = (E(second), "<=", E(Sum(G[k, i] ** 2, (i, 1, d))))
    fails(
        step_of(later, claim, by.algebra(), [step]),
        "false in the model of the theory: K = 2, d = 2, k = 1, left = 185/9, right = 68/9",
        "by algebra: false in the model", verdict="refuted",
    )  # fmt: skip


def test_a_step_false_in_the_model_does_not_refute_a_claim_that_is_true(later):
    """The claim is true; on the way to it the proof says too much."""
    mean = E(G[k, i])
    claim = (0, "<=", E(Sum(g[k, i] ** 2, (i, 1, d))))
    wrong = (E(g[k, i]) + 1, "<=", mean)
    claimed = later.lemma("wrong-step", title="", claim=claim, given=[step, coordinate])(
        lambda p: p.have(wrong, by.algebra())
    )
    fails(claimed, "false in the model of the theory: K = 2, d = 2, i = 1, k = 1", "left = ",
          verdict="undecided")  # fmt: skip


def test_a_hypothesis_that_fails_in_the_model_refutes_nothing(later):
    claim = (E(g[k, i]), "==", 0)
    impossible = (E(G[k, i]), "==", 0)
    claimed = step_of(later, claim, by.algebra(), [step, coordinate, impossible],
                      witness={E(G[k, i]): 0})  # fmt: skip
    result = fails(claimed, verdict="undecided")
    check("in the model" not in result.reason, result.reason)


def test_a_step_that_is_true_but_does_not_follow(later):
    claim = (E(Sum(G[k, i] ** 2, (i, 1, d))), "<=", E(Sum(g[k, i] ** 2, (i, 1, d))))
    fails(
        step_of(later, claim, by.algebra(), [step]),
        "reading E, sums and processes as independent numbers",
        "in the model of the theory it is true: so it needs more facts than are named",
        "of its processes and functions also A1, A1.gradient, A2, A3",
    )  # fmt: skip


# --- expectations: integrability, levels, ranges ----------------------------------------------


def test_not_integrable_says_which_factor_has_which_exponent(later):
    t = g[k, i] ** 2 * G[k, i] ** 2 / L
    claimed = later.lemma("fin", title="", claim=integrable(t), given=[step, coordinate])(
        lambda p: p.integrability(integrable(t))
    )
    result = fails(
        claimed, "exponent of g[k, i]²·∇f(x[k])_i²/L: 2, wanted 1",
        "g[k, i]² is in L^1, ∇f(x[k])_i² is in L^1, which gives the product exponent 2, not 1",
        "a bound |t| <= b of g[k, i]²·∇f(x[k])_i², with b integrable, would do", verdict="error",
    )  # fmt: skip
    check("(Mul" not in result.reason and "(App" not in result.reason, result.reason)


def test_not_integrable_says_which_factor_is_unknown(later):
    claimed = later.lemma("inverse", title="", claim=integrable(g[k, i] / f(z[k])),
                          given=[step, coordinate])(
        lambda p: p.integrability(integrable(g[k, i] / f(z[k])))
    )  # fmt: skip
    fails(claimed, "g[k, i] is in L^2", "1/f(x[k]) is not known to be bounded (c <= f(x[k])",
          verdict="error")  # fmt: skip


def test_taking_expectations_of_what_is_not_integrable(world):
    w = world
    cube = (0, "<=", w.g[w.k, w.i] ** 4)

    def script(p):
        return p.have((0, "<=", E(w.g[w.k, w.i] ** 4)), by.expectation(p.have(cube, by.algebra())))

    claimed = w.theory.lemma("cube", title="", claim=(0, "<=", E(w.g[w.k, w.i] ** 4)),
                             given=[w.steps])(script)  # fmt: skip
    result = fails(claimed, "by taking expectations: expect: not known to be integrable: g[k, i]⁴",
                   "g[k, i]⁴ is in L^(1/2)")  # fmt: skip
    check("(Pow" not in result.reason, result.reason)


def test_a_factor_known_too_late(later):
    claim = (E(z[k + 1, i] * g[k, i], given=k - 1), "==", z[k + 1, i] * E(g[k, i], given=k - 1))
    fails(
        step_of(later, claim, by.tower(), [step, coordinate]),
        "inside E[. | F_{k-1}]: x[k+1, i] is known after step k",
        "false in the model", verdict="refuted",
    )  # fmt: skip


def test_a_random_value_for_a_constant(later):
    weight = later.lemma("weight", title="", for_constants=(c,), claim=(0, "<=", c**2),
                         witness={c: 1})(
        lambda p: p.have((0, "<=", c**2), by.algebra())
    )  # fmt: skip
    claim = (0, "<=", g[k, i] ** 2)
    claimed = step_of(later, claim, by.lemma(weight, c=g[k, i]), [step, coordinate])
    fails(claimed, "instantiate: g[k, i] is not known measurable at the level of c",
          "g[k, i] is known after step k")  # fmt: skip


def test_an_index_out_of_range(later):
    claim = (z[k + 1, i], "==", z[k, i] - eta * g[k, i])
    fails(
        step_of(later, claim, by.definition("x", k=k), [within(k, 1), coordinate]),
        "the definition of x[k+1, i] needs k ≤ K", "known of the indices: 1 ≤ i, 1 ≤ k, i ≤ d",
    )  # fmt: skip


def test_a_sum_that_may_be_empty(later):
    claimed = later.lemma("empty", title="", claim=(0, "<=", 1))(
        lambda p: p.first(G[k, i] ** 2, within(k, 1, K_ - 1))
    )
    claimed.given = (coordinate,)
    fails(claimed, "the range may be empty: 1 ≤ K-1 is not known",
          "; known of the indices: 1 ≤ i, i ≤ d", verdict="error")  # fmt: skip


def test_a_lemma_at_an_index_out_of_range(later):
    """The descent lemma speaks of steps 1 to K; here nothing says that k is one."""
    claim = descent.claim
    claimed = later.lemma("no-range", title="", claim=claim, given=[within(k, 1)])(
        lambda p: p.use(descent)
    )
    fails(claimed, "does not state: k ≤ K (known of the indices: 1 ≤ k)")


def test_random_hypotheses_are_printed(later):
    claim = (E(x), "<=", E(y))
    fails(step_of(later, claim, by.expectation((x, "<=", y)), [(x, "<=", y)], for_all=(x, y),
                  witness={x: 1, y: 1}),
          "expect: random hypotheses x ≤ y: E needs the relation almost surely")  # fmt: skip


# --- lemmas and hypotheses --------------------------------------------------------------------


def test_a_lemma_says_which_hypothesis_is_missing_and_what_is_known_of_it():
    theory = Theory("uses", extends=(inequalities,))
    claim = (sqrt(x), "<=", y / 2 + x / (2 * y))
    fails(
        step_of(theory, claim, by.lemma(root_tangent, t=x, y=y), [(0, "<=", x), (0, "<=", y)],
                for_all=(x, y), witness={x: 1, y: 1}),
        "needs 0 < y, which is not known here", "known of it: 0 ≤ y", verdict="refuted",
    )  # fmt: skip


def test_a_hypothesis_that_the_claim_does_not_have(theory):
    claimed = step_of(theory, (x, "<=", y), by.algebra((x, "<=", 2 * y)), [(x, "<=", y)],
                      for_all=(x, y), witness={x: 1, y: 1})  # fmt: skip
    fails(claimed, "x ≤ 2·y is no hypothesis of this claim; known: x ≤ y")


def test_multiplying_by_what_has_no_sign(theory):
    claimed = step_of(theory, (x * y, "<=", x), by.multiplying((y, "<=", 1), x),
                      [(y, "<=", 1), (-1, "<=", x)], for_all=(x, y),
                      witness={x: 1, y: 1})  # fmt: skip
    fails(claimed, "not known to be >= 0: x: false at x = -1", "known of it: -1 ≤ x",
          verdict="refuted")  # fmt: skip


# --- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        (lambda: by.axiom("A22"), "later has no axiom 'A22'; did you mean A2?"),
        (lambda: by.definition("xs"), "later defines no 'xs'; did you mean x?"),
        (lambda: by.lemma(root_tangent, tt=1),
         "there is no 'tt' to choose; the statement leaves open t, y; did you mean t?"),
    ],
    ids=["axiom", "definition", "value"],
)  # fmt: skip
def test_misspelt_names_suggest_the_nearest(reason, says):
    theory = Theory("later", extends=(sgd, inequalities))
    fails(step_of(theory, (0, "<=", G[k, i] ** 2), reason()), says)


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        (symbols("sigma_z")[0], "unknown name 'sigma_z'; did you mean sigma_s, sigma?"),
        (setting.f(symbols("xx")[0]), "unknown name 'xx'; did you mean x?"),
    ],
    ids=str,
)
def test_misspelt_symbols_suggest_the_nearest(expression, says):
    with pytest.raises(DoorError) as caught:
        sgd.scope().extended({"x": K.PointVar("x", "any")}).term(expression)
    assert says in str(caught.value)


# --- floats -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "exact"),
    [(0.1, "Rational(1, 10)"), (1 / 3, "Rational(1, 3)"), (0.5, "Rational(1, 2)"), (2.0, "2"),
     (-0.25, "Rational(-1, 4)"), (1e-8, "Rational(1, 100000000)"), (0.999, "Rational(999, 1000)"),
     (3.14159, "Rational(314159, 100000)"), (float("nan"), "an int or a Rational"),
     (float("inf"), "an int or a Rational")],
)  # fmt: skip
def test_what_a_float_most_likely_meant(value, exact):
    assert meant(value) == exact


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (0.1 * x * y, "a float in an exact statement: 0.1 in 0.1*x*y; write Rational(1, 10)"),
        (0.1, "not exact: 0.1; write Rational(1, 10)"),
        (x**0.5, "a float in an exact statement: x**0.5; write Rational(1, 2)"),
    ],
    ids=str,
)
def test_floats_are_refused_with_what_was_meant(theory, left, says):
    claimed = step_of(theory, (left, "<=", x), by.algebra(), for_all=(x, y))
    fails(claimed, says, verdict="error")


def test_a_ratio_of_floats():
    with pytest.raises(DoorError, match=r"not an exact ratio: 0.1/1; write Rational\(1, 10\)"):
        Rational(0.1)


def test_a_missing_witness_says_what_to_add():
    own = Theory("own")
    claimed = step_of(own, (0, "<=", sqrt(y)), by.algebra(), [(0, "<", y)], for_all=(y,))
    fails(claimed, "it has no value for y: add witness={y: ...} to the claim", verdict="error")
    wrong = {"for_all": (y,), "witness": {y: -1}}
    claimed = step_of(own, (0, "<=", sqrt(y)), by.algebra(), [(0, "<", y)], **wrong)
    fails(claimed, "0 < y; choose a witness", verdict="error")


def test_the_tower_property_says_what_is_not_known_to_be_integrable():
    own = Theory("own")
    n, (t,) = own.index_constants("n")[0], own.indices("t")
    a, b = own.process("a", arity=1), own.process("b", arity=1)
    own.assume("mean", (E(b[t], given=t - 1), "==", 0), [within(t, 1, n)])
    own.assume("b.L2", square_integrable(b[t]), [within(t, 1, n)])
    own.witness |= {n: 1, t: 1}
    goal = (E(a[t - 1] * b[t]), "==", E(a[t - 1] * E(b[t], given=t - 1)))
    claimed = step_of(own, goal, by.tower(), [within(t, 1, n)])
    fails(claimed, "b[t] is in L^2, a[t-1] is not known to be in any L^p")


def test_a_misspelt_reason_suggests_the_nearest():
    with pytest.raises(AttributeError, match=r"no reason by\.algbra; did you mean by\.algebra\?"):
        by.algbra  # noqa: B018
    check(not hasattr(by, "__deepcopy__"))


def test_an_irrational_exponent_is_no_crash(theory):
    claimed = step_of(theory, (x ** symbols("y")[0], "<=", x), by.algebra(), for_all=(x, y))
    fails(claimed, "only rational exponents", verdict="error")
    assert str(root(x, 3))
