"""Falsehoods smuggled in by the statement, its hypotheses, its witness, or the proof script."""

from __future__ import annotations

import pytest
import sympy

from ratecert.proofs.kernel import rules
from ratecert.proofs.kernel.errors import LevelError, TheoryError
from ratecert.proofs.language import (
    DoorError,
    E,
    Rational,
    Theory,
    by,
    integrable,
    sqrt,
    symbols,
    within,
)

x, y, c = symbols("x y c")


def scalar(theory, claim, script=None, given=(), witness=None, **more):
    """A claim for all real x, y, c, by algebra unless a script says otherwise."""
    return theory.lemma(
        "scalar", title="scalar", claim=claim, given=given, for_all=(x, y, c),
        witness=witness or {x: 1, y: 1, c: 1}, **more,
    )(script or (lambda p: p.have(claim, by.algebra(hints=(x - y, c * x - y)))))  # fmt: skip


# --- scalar falsehoods: refuted at an exact point ---------------------------------------------


@pytest.mark.parametrize("quarter", [Rational(1, 4), Rational(49, 100)])
def test_young_with_a_smaller_constant(plain, planted, quarter):
    part = planted.choose(Rational(1, 2), quarter)
    claimed = scalar(plain, (x * y, "<=", part * c * x**2 + y**2 / (2 * c)), given=[(0, "<", c)])
    planted.judge(claimed, "refuted", "false at c = ", "the step that failed: x·y ≤")


@pytest.mark.parametrize("part", [Rational(1, 3), Rational(49, 100)])
def test_tangent_of_the_root_with_a_smaller_constant(plain, planted, part):
    half = planted.choose(Rational(1, 2), part)
    claimed = scalar(
        plain, (sqrt(x), "<=", half * y + x / (2 * y)), given=[(0, "<=", x), (0, "<", y)],
        script=lambda p: p.have(
            (sqrt(x), "<=", half * y + x / (2 * y)), by.algebra(hints=(sqrt(x) - y,))
        ),
    )  # fmt: skip
    planted.judge(claimed, "refuted", "false at x = ", "the step that failed: √(x) ≤")


def test_the_root_is_not_superadditive(plain, planted):
    sides = (sqrt(x + y), sqrt(x) + sqrt(y))
    claim = (sides[planted.choose(0, 1)], "<=", sides[planted.choose(1, 0)])
    claimed = scalar(plain, claim, given=[(0, "<=", x), (0, "<=", y)])
    planted.judge(claimed, "refuted", "false at x = ")


@pytest.mark.parametrize(
    ("given", "left", "right"),
    [
        ((x, "<=", 0), sqrt(x**2), -x),
        ((0, "<=", x), sqrt(x) ** 2, x),
        ((0, "<=", x), sympy.Abs(x, evaluate=False), x),
        ((0, "<", x), sympy.Mul(x, 1 / x, evaluate=False), 1),
    ],
    ids=["sqrt(x^2) = -x", "sqrt(x)^2 = x", "|x| = x", "x/x = 1"],
)
def test_identities_that_need_a_sign(plain, planted, given, left, right):
    claimed = scalar(
        plain, (left, "==", right), given=planted.choose([given], []), witness={
            x: -1 if given == (x, "<=", 0) else 1
        },
    )  # fmt: skip
    planted.judge(claimed, "refuted", "false at x = ")


def test_squares_of_ordered_numbers(plain, planted):
    signs = planted.choose([(0, "<=", x)], [])
    claimed = scalar(plain, (x**2, "<=", y**2), given=[(x, "<=", y), *signs])
    planted.judge(claimed, "refuted", "false at x = -")


def test_dividing_by_what_may_be_negative(plain, planted):
    sign = planted.choose([(0, "<", c)], [])
    claimed = scalar(plain, (x, "<=", y), given=[(c * x, "<=", c * y), *sign])
    planted.judge(claimed, "refuted", "false at")


# --- statements -------------------------------------------------------------------------------


def test_division_by_what_may_be_zero(plain, planted):
    sign = (0, planted.choose("<", "<="), c)
    claimed = scalar(plain, (x**2 / c, "==", x**2 / c), given=[sign])
    planted.judge(claimed, "error", "definedness", "must be shown to be not 0")


def test_root_of_what_may_be_negative(plain, planted):
    sign = planted.choose([(0, "<=", c)], [])
    claimed = scalar(plain, (sqrt(c), "<=", sqrt(c)), given=sign)
    planted.judge(claimed, "error", "definedness", "must be shown to be >= 0")


def test_hypotheses_that_exclude_each_other(plain, planted):
    upper = planted.choose((c, "<", 2), (c, "<", 0))
    claimed = scalar(plain, (0, "<=", c), given=[(0, "<", c), upper])
    planted.judge(claimed, "error", "not seen to hold at the point")


def test_hypotheses_that_hold_elsewhere_but_not_at_the_witness(plain, planted):
    claimed = scalar(
        plain, (0, "<=", c), given=[(0, "<", c)], witness={c: planted.choose(1, -1)}
    )  # fmt: skip
    planted.judge(claimed, "error", "not seen to hold at the point")


def test_index_ranges_that_exclude_each_other(world, planted):
    k = world.k
    last = planted.choose(world.K, 0)
    claimed = world.claim(
        (0, "<=", world.eta**2), lambda p: p.have((0, "<=", world.eta**2), by.algebra()),
        given=[within(k, 1, last)],
    )  # fmt: skip
    planted.judge(claimed, "error", "not seen to hold at the point")


def test_witness_for_what_is_defined(world, planted):
    """Delta is f(x^1) - f*: it cannot be chosen."""
    key = planted.choose(world.f(world.x[1]), world.Delta)
    claimed = world.claim(
        (0, "<=", world.Delta), lambda p: p.assumption((0, "<=", world.Delta)),
        given=[(0, "<=", world.Delta)], witness={key: 3},
    )  # fmt: skip
    planted.judge(claimed, "error", "is defined: give values to what defines it instead")


def test_a_float_for_a_constant(plain, planted):
    half = planted.choose(Rational(1, 2), 0.5)
    claimed = scalar(plain, (x * y, "<=", half * (x**2 + y**2)))
    planted.judge(claimed, "error", "a float in an exact statement: 0.5", "write Rational(1, 2)")


def test_a_relation_for_a_number(plain, planted):
    square = planted.choose(x**2, x <= y)
    claimed = scalar(plain, (0, "<=", square))
    planted.judge(claimed, "error", "x <= y is a relation, not a number")


def test_a_name_that_nothing_declares(world, planted):
    name = sympy.Symbol(planted.choose("sigma_s", "sigma_t"))
    claimed = world.claim(
        (0, "<=", name), lambda p: p.have((0, "<=", name), by.definition(world.sigma_s))
    )  # fmt: skip
    planted.judge(claimed, "error", "unknown name 'sigma_t'; did you mean sigma_s")


def test_a_process_that_nothing_declares(world, planted):
    name = sympy.Function(planted.choose("g", "h"))
    claimed = world.claim(
        (0, "<=", name(world.k, world.i) ** 2),
        lambda p: p.have((0, "<=", name(world.k, world.i) ** 2), by.algebra()),
        given=[world.step, world.coordinate],
    )
    planted.judge(claimed, "error", "planted declares no 'h'")


# --- scripts ----------------------------------------------------------------------------------


def test_a_proof_of_another_claim(plain, planted):
    other = planted.choose((x**2, "<=", x**2 + 1), (0, "<=", x**2))
    claimed = scalar(
        plain, (x**2, "<=", x**2 + 1), lambda p: p.have(other, by.algebra())
    )  # fmt: skip
    result = claimed.check()
    assert result.verdict == "proved"  # what follows linearly from what was proved is proved
    other = planted.choose((x * y, "<=", 1 + x**2 * y**2), (0, "<=", x**2))
    claimed = plain.lemma(
        "other", title="other", claim=(x * y, "<=", 1 + x**2 * y**2), for_all=(x, y)
    )(lambda p: p.have(other, by.algebra(hints=(x * y - 1, x * y - 2))))
    planted.judge(claimed, "undecided", "the proof ends with 0 ≤ x²", "but the claim is")


def test_a_proof_of_a_falsehood_by_a_truth(plain, planted):
    claim = (planted.choose(x - 1, x), "<=", x - 1)
    claimed = scalar(
        plain, claim,
        lambda p: p.have((x - 1, "<=", x), by.algebra()) and p.have(claim, by.algebra()),
    )  # fmt: skip
    planted.judge(claimed, "refuted", "false at x =")


def test_a_proof_that_returns_nothing(plain, planted):
    claim = (0, "<=", x**2 * y**2)
    script = planted.choose(
        lambda p: p.have(claim, by.algebra()), lambda p: p.have(claim, by.algebra()) and None
    )
    planted.judge(scalar(plain, claim, script), "undecided", "the proof returns no theorem")


def test_a_proof_that_uses_itself(plain, planted):
    claim = (x * y, "<=", x**2 + y**2)
    claims = []
    script = planted.choose(
        lambda p: p.have(claim, by.algebra(hints=(x - y, x + y))), lambda p: p.use(claims[0])
    )
    claims.append(scalar(plain, claim, script))
    planted.judge(claims[0], "undecided", "plain.scalar: the proof uses itself")


def test_two_proofs_that_use_each_other(plain, planted):
    claim = (x * y, "<=", x**2 + y**2)
    claims = {}
    claims["a"] = plain.lemma("a", title="a", claim=claim, for_all=(x, y))(
        lambda p: p.use(claims["b"])
    )
    claims["b"] = plain.lemma("b", title="b", claim=claim, for_all=(x, y))(
        planted.choose(
            lambda p: p.have(claim, by.algebra(hints=(x - y, x + y))),
            lambda p: p.use(claims["a"]),
        )
    )
    planted.judge(claims["a"], "undecided", "it rests on plain.b", "the proof uses itself")


def test_a_proof_that_uses_a_falsehood(plain, planted):
    low = plain.lemma("low", title="low", claim=(planted.choose(0, 1), "<=", x**2), for_all=(x,))(
        lambda p: p.have((planted.choose(0, 1), "<=", x**2), by.algebra())
    )
    claimed = plain.lemma("high", title="high", claim=(0, "<=", 2 * x**2 + y**2), for_all=(x, y))(
        lambda p: p.have((0, "<=", 2 * x**2 + y**2), by.algebra(p.use(low)))
    )
    planted.judge(claimed, "undecided", "it rests on plain.low, which is refuted", "false at x")


def test_a_hypothesis_of_the_script_s_own(plain, planted):
    """The kernel lets anybody assume anything; the claim then has to state it."""
    claim, more = (x, "<=", 2 * x), (0, "<=", x)
    given = planted.choose([more], [])

    def script(p):
        known = rules.assume(p.theory, p.scope.relation(more))
        return p.have(claim, by.algebra(known))

    claimed = scalar(plain, claim, script, given=given)
    planted.judge(claimed, "not proved", "false at x = -")


def test_a_hypothesis_that_is_none(plain, planted):
    given = planted.choose([(0, "<=", x)], [(0, "<=", y)])
    claimed = scalar(
        plain, (0, "<=", x), lambda p: p.assumption((0, "<=", x)), given=given
    )  # fmt: skip
    planted.judge(claimed, "refuted", "0 ≤ x is no hypothesis of this claim")


def test_a_chain_whose_links_do_not_meet(plain, planted):
    """<, <= and == are joined; what is lost on the way stays lost."""
    op = planted.choose("<=", "<")
    claimed = scalar(
        plain, (x, op, y), given=[(x, "<=", c), (c, "<=", y)],
        script=lambda p: p.calc(x, "<=", c, by.algebra(), "<=", y, by.algebra()),
    )  # fmt: skip
    planted.judge(claimed, "not proved", "the proof ends with x ≤ y")


def test_a_chain_that_goes_down(plain, planted):
    claimed = scalar(
        plain, (0, "<=", x**2), script=lambda p: p.calc(
            planted.choose(0, x**2), planted.choose("<=", ">="), planted.choose(x**2, 0),
            by.algebra(),
        ),
    )  # fmt: skip
    planted.judge(claimed, "error", "a chain goes upwards: '>='")


# --- theories ---------------------------------------------------------------------------------


def test_a_theory_changed_after_its_first_claim(plain, planted):
    (a,) = plain.constants("a")
    if planted.wrong:
        scalar(plain, (0, "<=", x**2))
        with pytest.raises(DoorError, match="plain is frozen: declare 'late' before the first"):
            plain.assume("late", (a, "<=", 0))
        with pytest.raises(DoorError, match="frozen"):
            plain.constants("b")
        with pytest.raises(DoorError, match="frozen"):
            plain.assume("late", integrable(a))
        assert "late" not in plain.kernel().axiom_table
    else:
        plain.assume("late", (a, "<=", 0))
        assert "late" in plain.kernel().axiom_table


def test_an_axiom_slipped_in_behind_the_theory_s_back(plain, planted):
    """What the lists of a frozen theory hold is not what its kernel theory holds."""
    (a,) = plain.constants("a")
    claim = (a, "<=", 0)
    if not planted.wrong:
        plain.assume("late", claim)
    claimed = plain.lemma("slipped", title="slipped", claim=claim)(lambda p: p.axiom("late"))
    if planted.wrong:
        other = Theory("other")
        other.constants("a")
        other.assume("late", claim)
        plain._axioms += other.kernel().axioms
    planted.judge(claimed, "error", "plain has no axiom 'late'")


def test_a_definition_by_itself(planted):
    theory = Theory("loop")
    (k,) = theory.indices("k")
    v = theory.process("v", 1, adapted=None)
    theory.define("v", v[k], v[planted.choose(k - 1, k)] + 1, [within(k, 1)], kind="recursion")
    if planted.wrong:
        with pytest.raises(TheoryError, match="not defined from earlier values"):
            theory.kernel()
    else:
        theory.kernel()


def test_a_definition_from_what_is_not_yet_known(planted):
    """A process adapted at k - 1 cannot be defined from the gradient of step k."""
    theory = Theory("early")
    k, i = theory.indices("k i")
    g = theory.process("g")
    w = theory.process("w", adapted=planted.choose(0, -1))
    theory.define("w", w[k, i], g[k, i], [within(k, 1)])
    if planted.wrong:
        with pytest.raises(LevelError, match="defined at level"):
            theory.kernel()
    else:
        theory.kernel()


def test_two_definitions_of_one_symbol(planted):
    theory = Theory("twice")
    (k,) = theory.indices("k")
    v = theory.process("v", 1, adapted=None)
    theory.define("v.0", v[0], 0, kind="recursion")
    theory.define("v", v[k], 1, [within(k, planted.choose(1, 0))], kind="recursion")
    if planted.wrong:
        with pytest.raises(TheoryError, match=r"overlaps the definition v\.0"):
            theory.kernel()
    else:
        theory.kernel()


def test_an_expectation_is_no_bound_of_its_variable(plain, planted):
    """E x <= y does not give x <= y."""
    claim = (planted.choose(E(x), x), "<=", c)
    claimed = plain.lemma(
        "mean", title="mean", claim=claim, for_all=(x,), for_constants=(c,),
        given=[(E(x), "<=", c)], witness={x: 0, c: 0},
    )(lambda p: p.have(claim, by.algebra()))  # fmt: skip
    planted.judge(claimed, "undecided", "by algebra: false at")
