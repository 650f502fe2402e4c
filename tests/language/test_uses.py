"""Other claims at given values, facts kept for later, and induction."""

from __future__ import annotations

import pytest
from language_helpers import fails, proved

from ratecert.proofs.language import Rational, Theory, by, symbols, within

HALF = Rational(1, 2)
x, y, c = symbols("x y c")


# --- other claims -----------------------------------------------------------------------------


@pytest.fixture
def young(theory):
    claim = (x * y, "<=", c / 2 * x**2 + y**2 / (2 * c))
    return theory.lemma("young", title="Young", claim=claim, for_all=(x, y, c),
                        given=[(0, "<", c)], witness={c: 1})(
        lambda p: p.have(claim, by.algebra(hints=(c * x - y,)))
    )  # fmt: skip


def test_a_lemma_at_given_values(theory, state, young):
    claim = (x * y, "<=", x**2 + y**2 / 4)
    proved(state(theory, claim, lambda p: p.have(claim, by.lemma(young, c=2))))
    swapped = (x * y, "<=", y**2 + x**2 / 4)
    proved(state(theory, swapped, lambda p: p.use(young, x=y, y=x, c=2)))


def test_a_lemma_whose_hypothesis_follows(theory, state, young):
    proved(state(theory, young.claim, lambda p: p.use(young), given=[(1, "<=", c)]))
    known = state(theory, (0, "<", 1 + c**2), lambda p: p.have((0, "<", 1 + c**2), by.algebra()))
    d = 1 + c**2
    claim = (x * y, "<=", d / 2 * x**2 + y**2 / (2 * d))
    proved(state(theory, claim, lambda p: p.use(young, p.use(known), c=d)))


def test_a_lemma_whose_hypothesis_is_missing(theory, state, young):
    fails(state(theory, young.claim, lambda p: p.use(young)),
          "small.young needs 0 < c, which is not known here: false at c = ",
          verdict="refuted")  # fmt: skip
    fails(state(theory, (x * y, "<=", x**2 + y**2), lambda p: p.use(young, c=-1)),
          "small.young needs 0 < -1, which is not known here")  # fmt: skip


def test_a_lemma_at_a_name_it_does_not_have(theory, state, young):
    fails(state(theory, young.claim, lambda p: p.have(young.claim, by.lemma(young, d=1)),
                given=[(0, "<", c)]),
          "there is no 'd' to choose; the statement leaves open c, x, y")  # fmt: skip


def test_known_facts_are_used_later_on(theory, state):
    def script(p):
        p.know(p.have((0, "<=", (x - y) ** 2), by.algebra()))
        return p.have((2 * x * y, "<=", x**2 + y**2), by.algebra(degree=1))

    proved(state(theory, (2 * x * y, "<=", x**2 + y**2), script))


# --- induction --------------------------------------------------------------------------------


@pytest.fixture
def average():
    """v[k] = beta v[k-1] + (1 - beta) c, v[0] = 0, with 0 <= beta <= 1 and 0 <= c."""
    theory = Theory("average")
    (k,) = theory.indices("k")
    beta, c = theory.constants("beta c")
    v = theory.process("v", 1, adapted=None)
    theory.define("v.0", v[0], 0, kind="recursion")
    theory.define("v", v[k], beta * v[k - 1] + (1 - beta) * c, [within(k, 1)], kind="recursion")
    theory.witness |= {k: 2, beta: HALF, c: 1}
    given = [within(k, 0), (0, "<=", beta), (beta, "<=", 1), (0, "<=", c)]
    return theory, k, beta, c, v, given


def inductively(average, claim, low=0, high=None, base=None, step=None):
    theory, k, _, _, v, given = average

    def script(p):
        return p.induction(
            claim, within(k, low, high),
            base=base or (lambda q: q.have((claim[0].subs(k, low), claim[1], claim[2].subs(k, low)),
                                           by.definition(v))),
            step=step or (lambda q, before: q.have(claim, by.definition(v, facts=(before,), k=k))),
        )  # fmt: skip

    name = f"claim{len(theory.claims)}"
    return theory.lemma(name, title=name, claim=claim, given=given)(script)


def test_bounds_by_induction(average):
    theory, k, _, c, v, given = average
    zero = v[k] - v[k]
    low = inductively(average, (zero, "<=", v[k]),
                      base=lambda q: q.have((0, "<=", v[0]), by.definition(v)))  # fmt: skip
    proved(low)
    proved(inductively(average, (v[k], "<=", c + zero)))
    geometric = (v[k] - v[k], "<=", c - v[k])
    proved(inductively(average, geometric))
    claim = (v[k] ** 2, "<=", c**2)
    upper = theory.claims["claim1"]
    both = theory.lemma("both", title="", claim=claim, given=given)(
        lambda p: p.have(claim, by.algebra(p.use(low), p.use(upper)))
    )
    proved(both)


def test_the_base_is_proved_at_the_first_index(average):
    _, k, _, c, v, _ = average
    claim = (v[k], "<=", c)
    fails(inductively(average, claim, base=lambda q: q.have((0, "<=", c), by.algebra())),
          "the base must prove v[0] ≤ c")  # fmt: skip


def test_the_step_proves_the_claim(average):
    _, k, _, c, v, _ = average
    fails(inductively(average, (v[k], "<=", c), step=lambda q, before: before),
          "the step must prove v[k] ≤ c")  # fmt: skip


def test_an_induction_that_does_not_go_through(average):
    _, k, _, c, v, _ = average
    fails(inductively(average, (v[k], "<=", c / 2)), "v[k] ≤ c/2\n  by definition of v: false at")


def test_an_induction_up_to_a_bound_claims_no_more(average):
    _, k, _, c, v, _ = average
    fails(inductively(average, (v[k], "<=", c), high=5), "does not state: k ≤ 5")
