"""Witnesses, definedness, and the four verdicts."""

from __future__ import annotations

import re

import pytest
import sympy
from language_helpers import fails, proved

from ratecert.proofs.language import E, Rational, by, sqrt, symbols, within
from ratecert.proofs.language.symbols import coordinate

x, y, c = symbols("x y c")


# --- witnesses and definedness ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("witness", "says"),
    [
        ({}, "it has no value for x: add witness"),
        ({x: -1}, "not seen to hold at the point"),
        ({x: 0}, "not seen to hold at the point"),
        ({x: sqrt(2)}, "is not rational"),
        ({symbols("z")[0]: 1, x: 1}, None),
    ],
    ids=["none", "negative", "boundary", "irrational", "a name too many"],
)
def test_witnesses(theory, state, witness, says):
    claimed = theory.lemma(
        "w", title="", claim=(0, "<=", x), for_all=(x,), given=[(0, "<", x)], witness=witness
    )(lambda p: p.have((0, "<=", x), by.algebra()))
    if says is None:
        proved(claimed)
    else:
        fails(claimed, says, verdict="error")


def test_a_float_is_no_witness(theory):
    claimed = theory.lemma(
        "w", title="", claim=(0, "<=", x), for_all=(x,), given=[(0, "<", x)], witness={x: 0.1}
    )(lambda p: p.have((0, "<=", x), by.algebra()))
    fails(claimed, "0.1", verdict="error")


def test_indices_need_numbers(theory):
    (n,) = symbols("n")
    claimed = theory.lemma(
        "w", title="", claim=(0, "<=", n), for_indices=(n,), given=[within(n, 1)]
    )(lambda p: p.have((0, "<=", n), by.algebra()))
    fails(claimed, "no number is given for the indices ['n']", verdict="error")


@pytest.mark.parametrize(
    ("expression", "given", "says"),
    [
        (1 / x, [], "must be shown to be not 0"),
        (1 / x**2, [], "must be shown to be not 0"),
        (1 / (x - 1), [(0, "<", x)], "must be shown to be not 0"),
        (sqrt(x - y), [], "must be shown to be >= 0"),
        (1 / sqrt(x), [(0, "<=", x)], "must be shown to be not 0|must be shown to be > 0"),
        (x ** Rational(-1, 2), [(0, "<=", x)], "must be shown to be > 0"),
        (1 / x, [(0, "<", x)], None),
        (1 / x, [(x, "<", 0)], None),
        (1 / (x**2 + 1), [], None),
        (sqrt(x**2), [], None),
        (1 / sqrt(x**2 + y**2 + 1), [], None),
        (sqrt(x) / (1 + sqrt(x)), [(0, "<=", x)], None),
    ],
    ids=str,
)
def test_definedness(theory, expression, given, says):
    claimed = theory.lemma(
        "d", title="", claim=(expression, "==", expression), for_all=(x, y), given=given,
        witness={x: -1 if given == [(x, "<", 0)] else 2, y: 1},
    )(lambda p: p.have((expression, "==", expression), by.algebra()))  # fmt: skip
    if says is None:
        proved(claimed)
    else:
        result = claimed.check()
        assert result.verdict == "error"
        assert result.reason.startswith("definedness: ")
        assert any(text in result.reason for text in says.split("|"))


# --- verdicts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        ((x**2, "<=", x), []),
        ((x**2 * y, "<=", x), [(0, "<=", y)]),
        ((2 * x * y, "<", x**2 + y**2), []),
        ((x, "<=", y), [(x**2, "<=", y**2)]),
        ((sqrt(x + y), "==", sqrt(x) + sqrt(y)), [(0, "<=", x), (0, "<=", y)]),
        ((x / y, "<=", x), [(0, "<", y), (y, "<=", 1), (0, "<=", x)]),
        ((abs(x + y), "==", abs(x) + abs(y)), []),
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_a_false_claim_is_refuted_at_an_exact_point(theory, state, claim, given):
    """The point satisfies the hypotheses and violates the claim, in exact arithmetic by SymPy."""
    claimed = state(theory, claim, lambda p: p.have(claim, by.algebra()), given=given)
    result = fails(claimed, "false at ", verdict="refuted")
    listed = re.findall(r"(\w+) = (-?[\d/]+)", result.reason.splitlines()[0])
    point = {sympy.Symbol(name): sympy.Rational(value) for name, value in listed}

    def holds(relation):
        left, op, right = (
            sympy.sympify(side).replace(
                lambda e: type(e).__name__ == "Root", lambda e: e.args[0] ** (1 / e.args[1])
            ).subs({x: 0, y: 0, c: 0} | point) if not isinstance(side, str) else side
            for side in relation
        )  # fmt: skip
        return {"<=": left <= right, "<": left < right, "==": sympy.Eq(left, right)}[op]

    assert all(holds(g) for g in given)
    assert not holds(claim)


def test_what_is_not_established_is_undecided(theory, state):
    hard = (x**2 * y**2 * (x**2 + y**2 - 3) + 1, ">=", 0)  # Motzkin: true, but no sum of squares
    claimed = state(theory, hard, lambda p: p.have(hard, by.algebra(degree=1)))
    fails(claimed, "undecided; tried ")


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (lambda p: p.nothing(), "AttributeError: 'Proof' object has no attribute 'nothing'"),
        (lambda p: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda p: p.have((0, "<=", x**2)), "TypeError"),
        (lambda p: p.have((0, "<=", symbols("zz")[0] ** 2), by.algebra()), "unknown name 'zz'"),
        (lambda: None, "TypeError"),
    ],
    ids=["attribute", "arithmetic", "arguments", "name", "signature"],
)
def test_scripts_that_break(theory, state, script, says):
    fails(state(theory, (0, "<=", x**2), script), says, verdict="error")


@pytest.mark.parametrize("returned", [True, 0, "proved", object()], ids=lambda r: type(r).__name__)
def test_only_theorems_prove(theory, state, returned):
    claimed = state(theory, (0, "<=", x**2), lambda p: returned)
    fails(claimed, "the proof returns no theorem")


def test_a_point_that_violates_an_axiom_refutes_nothing(theory):
    """0 < L is an axiom: L = -1 is no counterexample to 0 < 2 L."""
    (L,) = theory.constants("L")
    theory.assume("positive", (0, "<", L))
    claimed = theory.lemma("l", title="", claim=(0, "<", 2 * L))(
        lambda p: p.have((0, "<", 2 * L), by.algebra())
    )
    fails(claimed, "by algebra", verdict="undecided")


def test_a_point_is_of_the_claim_s_own_variables(world):
    """A step false for independent numbers says nothing about E, sums and processes."""
    g = world.g[world.k, world.i]
    claim = (E(g) ** 2, "<=", E(g**2))
    claimed = world.theory.lemma("variance", title="", claim=claim, given=[world.steps])(
        lambda p: p.have(claim, by.algebra())
    )
    fails(claimed, "false at", verdict="undecided")


def test_an_index_is_refuted_at_an_integer(theory):
    """(n - 1)(n - 2) >= 0 holds for integers, if not for reals."""
    (n,) = symbols("n")

    def state(name, claim):
        return theory.lemma(name, title="", claim=claim, for_indices=(n,), given=[within(n, 1)],
                            witness={n: 1})(lambda p: p.have(claim, by.algebra()))  # fmt: skip

    fails(state("true", (0, "<=", (n - 1) * (n - 2))), verdict="undecided")
    result = fails(state("false", (n, "<=", 5)), "false at n = ", verdict="refuted")
    assert "/" not in result.reason.splitlines()[0]


def test_time_is_taken(theory, state):
    result = proved(state(theory, (0, "<=", x**2), lambda p: p.have((0, "<=", x**2), by.algebra())))
    assert 0 <= result.seconds < 10


def test_a_claim_is_elaborated_once(theory, state):
    calls = []

    def script(p):
        calls.append(p)
        return p.have((0, "<=", x**2), by.algebra())

    claimed = state(theory, (0, "<=", x**2), script)
    assert claimed.check() is claimed.check()
    assert len(calls) == 1


# --- claims about points ----------------------------------------------------------------------


def about_a_point(theory, claim, given=()):
    p = symbols("p")[0]

    @theory.lemma("point", title="Of a point", claim=claim(p), given=given, for_points=(p,))
    def claimed(proof):
        return proof.have(claim(p), by.algebra())

    return claimed


def test_a_claim_about_all_points_is_proved(theory):
    one, two = (lambda p, n=n: coordinate(p, n) for n in (1, 2))
    claimed = about_a_point(
        theory, lambda p: (2 * one(p) * two(p), "<=", one(p) ** 2 + two(p) ** 2)
    )
    assert claimed.check().verdict == "proved"


def test_a_claim_about_all_points_is_refuted_at_one(theory):
    one, two = (lambda p, n=n: coordinate(p, n) for n in (1, 2))
    claimed = about_a_point(
        theory, lambda p: (3 * one(p) * two(p), "<=", one(p) ** 2 + two(p) ** 2)
    )
    result = claimed.check()
    assert result.verdict == "refuted"
    assert "p_1 = " in result.reason and "p_2 = " in result.reason


def test_coordinates_at_names_may_be_the_same(theory):
    """p_i and p_j are not independent if i = j: values for both are no counterexample."""
    i, j = theory.indices("i j")
    claimed = about_a_point(theory, lambda p: (coordinate(p, i), "<=", coordinate(p, j)))
    assert claimed.check().verdict == "undecided"
