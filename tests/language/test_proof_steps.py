"""Integrability as a claim, signs of averages, ends of sums, cases, induction for all values."""

from __future__ import annotations

import pytest
from language_helpers import fails, proved

from ratecert.proofs.language import (
    E,
    Rational,
    Sum,
    bounded,
    by,
    integrable,
    square_integrable,
    symbols,
    within,
)

x, y, c, w = symbols("x y c w")


def stated(world, claim, script, **more):
    name = f"claim{len(world.theory.claims)}"
    more.setdefault("given", [world.steps])
    return world.theory.lemma(name, title=name, claim=claim, **more)(script)


# --- integrability ----------------------------------------------------------------------------


@pytest.mark.parametrize("of", [integrable, square_integrable])
def test_a_claim_that_a_term_is_integrable(world, of):
    m = world.m[world.k, world.i]
    claimed = stated(world, of(m), lambda p: p.integrability(of(m), world.m))
    assert "∈ L^" in proved(claimed).proof.show(claimed.statement())
    again = stated(world, of(2 * m), lambda p: p.know(p.use(claimed)) or p.integrability(of(2 * m)))
    proved(again)


def test_not_more_integrable_than_it_is(world):
    m = world.m[world.k, world.i]
    script = lambda of: lambda p: p.integrability(of, world.m)  # noqa: E731
    for of in (bounded(m), integrable(m**3)):
        fails(stated(world, of, script(of)), "exponent of", verdict="error")
    of = square_integrable(m)
    fails(stated(world, of, lambda p: p.integrability(of)), "exponent of", verdict="error")
    fails(stated(world, of, script(integrable(m))), "the proof ends with", "but the claim is")
    fails(stated(world, of, lambda p: p.integrability((0, "<=", m))), "write integrable(t)",
          verdict="error")  # fmt: skip


def test_integrability_is_no_hypothesis_of_a_claim(world):
    g = world.g[world.k, world.i]
    claimed = stated(world, (0, "<=", g**2), lambda p: p.have((0, "<=", g**2), by.algebra()),
                     given=[world.steps, integrable(g)])  # fmt: skip
    assert claimed.check().verdict == "error"


# --- signs, ends of sums ----------------------------------------------------------------------


def test_sums_and_expectations_of_squares_are_not_negative(world):
    total = Sum(E(world.g[world.k, world.i] ** 2), (world.k, 1, world.K))
    proved(stated(world, (0, "<=", 2 * total), lambda p: p.nonnegative(2 * total)))


def test_what_may_be_negative(world):
    g = world.g[world.k, world.i]
    for term in (Sum(E(g), (world.k, 1, world.K)), -E(g**2)):
        fails(stated(world, (0, "<=", term), lambda p, t=term: p.nonnegative(t)),
              "not seen to be >= 0")  # fmt: skip


def test_ends_of_a_sum(world):
    k, K, g = world.k, world.K, world.g
    body, steps = g[k, 1] ** 2, within(k, 1, K)
    whole = Sum(body, (k, 1, K))
    first = (whole, "==", g[1, 1] ** 2 + Sum(body, (k, 2, K)))
    last = (whole, "==", Sum(body, (k, 1, K - 1)) + g[K, 1] ** 2)
    for claim, end in ((first, "first"), (last, "last")):
        script = lambda p, e=end: getattr(p, e)(body, steps)  # noqa: E731
        proved(stated(world, claim, script, given=[within(K, 1)]))
        fails(stated(world, claim, script, given=[within(K, 0)]), "the range may be empty",
              verdict="error")  # fmt: skip


# --- cases ------------------------------------------------------------------------------------


def test_cases(theory, state):
    claim = (0, "<=", abs(x) + x)
    step = lambda p: p.have(claim, by.algebra())  # noqa: E731
    proved(state(theory, claim, lambda p: p.cases(x, negative=step, otherwise=step)))


def test_cases_that_prove_different_things(theory, state):
    claim = (0, "<=", abs(x) + x)
    script = lambda p: p.cases(  # noqa: E731
        x,
        negative=lambda p: p.have((0, "<=", abs(x)), by.algebra()),
        otherwise=lambda p: p.have(claim, by.algebra()),
    )
    fails(state(theory, claim, script), "the two cases must prove one inequality")


def test_a_random_case_does_not_enter_an_expectation(world):
    g = world.g[world.k, world.i]
    claim = (0, "<=", E(g))
    script = lambda p: p.cases(  # noqa: E731
        -g,
        negative=lambda p: p.have(claim, by.expectation(p.assumption((-g, "<", 0)))),
        otherwise=lambda p: p.have(claim, by.algebra()),
    )
    assert stated(world, claim, script).check().verdict != "proved"


# --- induction for all values -----------------------------------------------------------------


@pytest.fixture
def halving(theory):
    """a[k] = a[k-1]: so w a[k] <= w for all w >= 0, if a[0] <= 1."""
    (K,) = theory.index_constants("K")
    (k,) = theory.indices("k")
    a = theory.process("a", 1, adapted=None)
    theory.assume("start", (a[0], "<=", 1))
    theory.assume("step", (a[k], "<=", a[k - 1] / 2 + Rational(1, 2)), [within(k, 1, K)])
    theory.witness |= {K: 1, k: 1}

    def claimed(value, where, given=((0, "<=", w),), name="w"):
        claim = (w * a[k], "<=", w)

        def step(p, before):
            return p.calc(
                w * a[k],
                "<=", w * (a[k - 1] / 2 + Rational(1, 2)), by.multiplying(p.axiom("step"), w),
                "<=", w, by.algebra(before(**{name: value})),
            )  # fmt: skip

        label = f"claim{len(theory.claims)}"
        return theory.lemma(label, title="a", claim=claim, for_constants=(w,),
                            given=[within(k, 0, K), *given], witness={w: 1})(
            lambda p: p.induction(
                claim, within(k, 0, K),
                base=lambda p: p.have((w * a[0], "<=", w), by.multiplying(p.axiom("start"), w)),
                step=step, for_all=(w,), where=where,
            ))  # fmt: skip

    return claimed


def test_induction_for_all_values_at_once(halving):
    proved(halving(w / 2, ((0, "<=", w),)))


def test_the_hypothesis_at_a_value_that_is_not_allowed(halving):
    fails(halving(-w, ((0, "<=", w),)), "the induction hypothesis needs 0 ≤ -w")
    fails(halving(w + 1, ((0, "<=", w), (w, "<=", 1)), ((0, "<=", w), (w, "<=", 1))),
          "the induction hypothesis needs w + 1 ≤ 1")  # fmt: skip


def test_the_hypothesis_for_another_name(halving):
    fails(halving(w, ((0, "<=", w),), name="k"), "needs values for w", verdict="error")


# --- reasons ----------------------------------------------------------------------------------


def test_adding_facts(theory, state):
    given = [(x, "<=", y), (y, "<=", c)]
    claim = (x + y, "<=", y + c)
    proved(state(theory, claim, lambda p: p.have(claim, by.adding(*given)), given=given))
    fails(state(theory, claim, lambda p: p.have(claim, by.adding(given[0])), given=given),
          "by adding: certify: the identity fails")  # fmt: skip


def test_algebra_alone_uses_the_named_facts_only(theory, state):
    given = [(x, "<=", y), (0, "<=", c)]
    claim = (x, "<=", y + c)
    proved(
        state(theory, claim, lambda p: p.have(claim, by.algebra(*given, alone=True)), given=given)
    )
    one = by.algebra(given[0], alone=True)
    fails(state(theory, claim, lambda p: p.have(claim, one), given=given),
          "by algebra: false at c = -")  # fmt: skip


def test_what_a_failure_rests_on_is_said_once(theory, state):
    wrong = state(theory, (x, "<=", x**2), lambda p: p.have((x, "<=", x**2), by.algebra()))
    first = state(theory, (2 * x, "<=", 2 * x**2), lambda p: p.use(wrong))
    second = state(theory, (3 * x, "<=", 3 * x**2), lambda p: p.use(first))
    for claimed in (first, second):
        result = fails(claimed, "it rests on small.claim0, which is refuted: false at x = ")
        assert result.rests_on is wrong
        assert result.reason.count("rests on") == 1
    assert wrong.check().rests_on is None


def test_definedness_is_inherited_from_what_is_used(theory, state):
    """1/(1 + x^2) is in order in the second claim because the first has shown it."""
    part = 1 / (1 + x**2 + y**2)
    positive = state(theory, (0, "<", 1 + x**2 + y**2),
                     lambda p: p.have((0, "<", 1 + x**2 + y**2), by.algebra()))  # fmt: skip
    first = state(theory, (part, "<=", 1),
                  lambda p: p.know(p.use(positive)) or p.have((part, "<=", 1), by.algebra())
                  )  # fmt: skip
    proved(state(theory, (part, "<=", 1), lambda p: p.use(first)))
    claim = (1 / (x + c), "<=", 1 / (x + c))
    fails(
        state(theory, claim, lambda p: p.have(claim, by.algebra())), "definedness", verdict="error"
    )
