"""Rules applied where their side conditions fail: expectations, sums, definitions, instances."""

from __future__ import annotations

import pytest

from ratecert.proofs.kernel import rules
from ratecert.proofs.kernel import terms as T
from ratecert.proofs.kernel.errors import KernelError, LevelError, SideConditionError, SortError
from ratecert.proofs.kernel.terms import Ix, IxVal, Rel, Var, rat
from ratecert.proofs.language import E, Sum, Theory, by, point, sqrt, symbols, within
from ratecert.proofs.library.inequalities import root_tangent, young

x, y = symbols("x y")

# --- expectations -----------------------------------------------------------------------------


def test_expectation_of_a_relation_that_is_only_assumed(world, planted):
    """From {X <= Y} |- X <= Y never {X <= Y} |- E X <= E Y."""
    k, i, g = world.k, world.i, world.g
    below = (g[k, i], "<=", world.sigma[i])
    claim = (E(g[k, i]), "<=", world.sigma[i])
    assumed = (planted.choose(E(g[k, i]), g[k, i]), "<=", world.sigma[i])

    def script(p):
        if not planted.wrong:
            return p.assumption(assumed)
        return p.calc(
            E(g[k, i]), "<=", E(world.sigma[i]), by.expectation(below),
            "==", world.sigma[i], by.linearity(),
        )  # fmt: skip

    claimed = world.claim(
        claim, script, given=[world.step, world.coordinate, assumed],
        witness={g[1, 1]: 0, world.sigma[1]: 1},
    )  # fmt: skip
    planted.judge(claimed, "undecided", "random hypotheses", "E needs the relation almost surely")


def test_rewriting_inside_an_expectation_by_what_is_only_assumed(world, planted):
    k, i, g, G = world.k, world.i, world.g, world.G
    equal = (g[k, i], "==", G[k, i])
    left, right = planted.choose((g[k, i] ** 2, G[k, i] ** 2), (E(g[k, i] ** 2), E(G[k, i] ** 2)))
    claimed = world.claim(
        (left, "==", right),
        lambda p: p.have((left, "==", right), by.rewriting(equal)),
        given=[world.step, world.coordinate, equal],
        witness={g[1, 1]: 1, G[1, 1]: 1},
    )
    planted.judge(claimed, "undecided", "random hypotheses used under an expectation")


def test_expectation_of_a_sum_with_a_piece_that_is_not_integrable(world, planted):
    """g is square integrable; of g^3 nothing is known."""
    k, i, g = world.k, world.i, world.g
    odd = g[k, i] ** planted.choose(2, 3)
    claim = (E(odd + g[k, i]), "==", E(odd) + E(g[k, i]))
    claimed = world.claim(
        claim, lambda p: p.have(claim, by.linearity()), given=[world.step, world.coordinate]
    )
    planted.judge(claimed, "undecided", "by linearity of E: false at")


def test_expectation_of_an_inequality_that_is_not_integrable(world, planted):
    k, i, g = world.k, world.i, world.g
    power = planted.choose(1, 2)
    claim = (0, "<=", E(g[k, i] ** (2 * power)))

    def script(p):
        square = p.have((0, "<=", g[k, i] ** (2 * power)), by.algebra())
        return p.calc(
            0, "==", E(0), by.linearity(), "<=", claim[2], by.expectation(square)
        )  # fmt: skip

    claimed = world.claim(claim, script, given=[world.step, world.coordinate])
    planted.judge(claimed, "undecided", "expect: not known to be integrable")


def test_a_constant_is_pulled_out_a_random_variable_is_not(world, planted):
    k, i, g, G = world.k, world.i, world.g, world.G
    weight = planted.choose(world.sigma[i], G[k, i])
    claim = (E(weight * g[k, i]), "==", weight * E(g[k, i]))
    claimed = world.claim(
        claim, lambda p: p.have(claim, by.linearity()), given=[world.step, world.coordinate]
    )
    planted.judge(claimed, "undecided", "by linearity of E: false at")


def test_only_one_conditional_expectation_is_eaten(world, planted):
    """E[E[a|F] b] = E[a b] if b is known; E[E[a|F] E[b|F]] is not E[a b]."""
    k, i, g, G = world.k, world.i, world.g, world.G
    other, eaten = planted.choose((G[k, i], G[k, i]), (E(g[k, i], given=k - 1), g[k, i]))
    claim = (E(E(g[k, i], given=k - 1) * other), "==", E(g[k, i] * eaten))
    claimed = world.claim(
        claim, lambda p: p.have(claim, by.tower()), given=[world.step, world.coordinate]
    )
    planted.judge(claimed, "undecided", "by tower property: false at")


def test_jensen_in_the_wrong_direction(world, planted):
    """E sqrt(t) <= (y + E t/y)/2; not >= for any y."""
    k, i, G = world.k, world.i, world.G
    square, c = G[k, i] ** 2, symbols("c")[0]
    sides = E(sqrt(square)), c / 2 + E(square) / (2 * c)
    claim = (sides[planted.choose(0, 1)], "<=", sides[planted.choose(1, 0)])

    def script(p):
        tangent = p.use(root_tangent, t=square, y=c)
        return p.calc(
            claim[0],
            "<=", E(c / 2 + square / (2 * c)), by.expectation(tangent),
            "==", claim[2], by.linearity(),
        )  # fmt: skip

    claimed = world.claim(
        claim, script, for_constants=(c,), given=[world.step, world.coordinate, (0, "<", c)],
        witness={c: 1},
    )  # fmt: skip
    planted.judge(claimed, "undecided", "by linearity of E: false at")


def test_young_with_a_random_weight_in_place_of_a_constant(world, planted):
    """E[c] = c for constants c only."""
    k, i, g, G, c = world.k, world.i, world.g, world.G, symbols("c")[0]
    claim = (
        E(g[k, i] * G[k, i]), "<=", c / 2 * E(g[k, i] ** 2) + E(G[k, i] ** 2) / (2 * c)
    )  # fmt: skip

    def script(p):
        return p.calc(
            claim[0],
            "<=", E(c / 2 * g[k, i] ** 2 + G[k, i] ** 2 / (2 * c)),
            by.expectation(p.use(young, a=g[k, i], b=G[k, i], c=c)),
            "==", claim[2], by.linearity(),
        )  # fmt: skip

    quantifier = planted.choose("for_constants", "for_all")
    claimed = world.claim(
        claim, script, given=[world.step, world.coordinate, (0, "<", c)], witness={c: 1},
        **{quantifier: (c,)},
    )  # fmt: skip
    planted.judge(claimed, "undecided", "by taking expectations", "random hypotheses")


# --- sums -------------------------------------------------------------------------------------


def test_terms_compared_over_different_ranges(world, planted):
    k, i, g, d = world.k, world.i, world.g, world.d
    more = Sum(g[k, i] ** 2 + 1, (i, 1, planted.choose(d, d + 1)))
    claim = (Sum(g[k, i] ** 2, (i, 1, d)), "<=", more)
    claimed = world.claim(
        claim, lambda p: p.have(claim, by.termwise(i, by.algebra())), given=[world.step]
    )
    planted.judge(claimed, "undecided", "termwise: the sums have different ranges")


def test_summing_a_relation_assumed_at_one_index(world, planted):
    """The index of the sum may not be free in a hypothesis."""
    k, i, g = world.k, world.i, world.g
    claim = (0, "<=", Sum(g[k, i], (i, 1, world.d)))
    one = (0, "<=", planted.choose(claim[2], g[k, i]))
    script = planted.choose(
        lambda p: p.assumption(one), lambda p: p.have(claim, by.summing(one, world.coordinate))
    )
    claimed = world.claim(claim, script, given=[world.step, one], witness={g[1, 1]: 0, g[1, 2]: 0})
    planted.judge(claimed, "undecided", "sum_both", "mentions i")


def test_strictness_is_lost_in_a_sum_that_may_be_empty(world, planted):
    k, i, g = world.k, world.i, world.g
    low, high = Sum(g[k, i], (i, 1, world.d)), Sum(g[k, i] + 1, (i, 1, world.d))
    op = planted.choose("<=", "<")

    def script(p):
        one = p.within(world.coordinate).have((g[k, i], "<", g[k, i] + 1), by.algebra())
        return p.have((low, op, high), by.summing(one, world.coordinate))

    claimed = world.claim((low, op, high), script, given=[world.step])
    planted.judge(claimed, "undecided", "by summing up")


def test_first_term_of_a_sum_that_may_be_empty(world, planted):
    g, i, d, k = world.g, world.i, world.d, world.k
    left = Sum(g[k, i + 1] - g[k, i], (i, 1, d))
    claim = (left, "==", g[k, d + 1] - g[k, 1])
    claimed = world.claim(
        claim, lambda p: p.have(claim, by.telescoping(g[k, i], world.coordinate)),
        given=[world.step, within(d, planted.choose(0, -1))], witness={k: 1},
    )  # fmt: skip
    planted.judge(claimed, "undecided", "the range may be empty")


def test_number_of_terms_of_a_range_that_may_be_backwards(world, planted):
    i, d = world.i, world.d
    claim = (Sum(1, (i, 1, d)), "==", d)
    claimed = world.claim(
        claim, lambda p: p.have(claim, by.algebra()), given=[within(d, planted.choose(0, -1))]
    )
    planted.judge(claimed, "not proved", "by algebra")


def test_exchange_of_ranges_that_depend_on_each_other(world, planted):
    k, i, g, K = world.k, world.i, world.g, world.K
    (j,) = symbols("j")
    last = planted.choose(K, j)
    left = Sum(Sum(g[k, i], (k, 1, last)), (j, 1, K))
    right = Sum(Sum(g[k, i], (j, 1, K)), (k, 1, last))
    claimed = world.claim(
        (left, "==", right), lambda p: p.have((left, "==", right), by.algebra()),
        given=[world.coordinate, within(K, 1)], for_indices=planted.choose((), (j,)),
        witness={j: 1},
    )  # fmt: skip
    planted.judge(claimed, "not proved", "by algebra")


# --- definitions and instances ----------------------------------------------------------------


def test_recursion_under_a_sum_that_leaves_its_range(world, planted):
    k, i, x, g, K = world.k, world.i, world.x, world.g, world.K
    low = planted.choose(1, 0)
    claim = (
        Sum(x[k + 1, i] - x[k, i], (k, low, K)), "==", -world.eta * Sum(g[k, i], (k, low, K))
    )  # fmt: skip
    claimed = world.claim(
        claim, lambda p: p.have(claim, by.definition(x)), given=[world.coordinate]
    )
    planted.judge(claimed, "undecided", "by definition of x: false at")


def test_smoothness_at_a_point_that_is_not_the_next(world, planted):
    """x - eta g is x^{k+1}; x - 2 eta g is not."""
    f, x, g, k, i, G = world.f, world.x, world.g, world.k, world.i, world.G
    factor = planted.choose(1, 2)
    there = point(lambda j: x[k, j] - factor * world.eta * g[k, j])
    move = -factor * world.eta * g[k, i]
    claim = (
        f(there), "<=",
        f(x[k]) - world.eta * world.over_i(G[k, i] * g[k, i])
        + world.L * world.eta**2 / 2 * world.over_i(g[k, i] ** 2),
    )  # fmt: skip

    def script(p):
        return p.calc(
            claim[0],
            "<=", f(x[k]) + world.over_i(G[k, i] * move) + world.L / 2 * world.over_i(move**2),
            by.axiom("A1", p=x[k], y=there),
            "==", claim[2], by.algebra(),
        )  # fmt: skip

    claimed = world.claim(claim, script, given=[world.step])
    planted.judge(claimed, "undecided", "by algebra: false at")


def test_lemma_without_its_hypothesis(world, planted):
    """Young's inequality needs 0 < c."""
    a, b, c = symbols("a b c")
    claim = (a * b, "<=", c / 2 * a**2 + b**2 / (2 * c))
    sign = (0, planted.choose("<", "<="), c)
    claimed = world.claim(
        claim, lambda p: p.use(young, a=a, b=b, c=c), for_all=(a, b, c), given=[sign],
        witness={a: 1, b: 1, c: 1},
    )  # fmt: skip
    planted.judge(claimed, "not proved", "inequalities.young needs 0 < c, which is not known here")


def test_a_random_variable_for_a_constant(world, planted):
    """What holds for all constants c holds for no random c: E[c g] = c E[g]."""
    k, i, g, G = world.k, world.i, world.g, world.G
    (c,) = symbols("c")
    claim = (E(c * g[k, i]), "==", c * E(g[k, i]))
    pull_out = world.claim(
        claim, lambda p: p.have(claim, by.linearity()), for_constants=(c,),
        given=[world.step, world.coordinate], witness={c: 1},
    )  # fmt: skip
    value = planted.choose(world.sigma[i], G[k, i])
    instance = (E(value * g[k, i]), "==", value * E(g[k, i]))
    claimed = world.claim(
        instance, lambda p: p.use(pull_out, c=value), given=[world.step, world.coordinate]
    )
    planted.judge(claimed, "error", "not known measurable at the level of")


def test_a_constant_index_is_no_variable(world):
    """The number of steps is not open to choice."""
    count = world.claim(
        (Sum(1, (world.k, 1, world.K)), "==", world.K),
        lambda p: p.have((Sum(1, (world.k, 1, world.K)), "==", world.K), by.algebra()),
        given=[within(world.K, 0)],
    )
    theorem = count.theorem()
    with pytest.raises(SideConditionError, match=r"\['K'\] are constants"):
        rules.instantiate(theorem, (("K", Ix(None, 5)),))
    with pytest.raises(SideConditionError, match="K is a constant"):
        rules.sum_both(theorem, "K", Ix(None, 1), Ix(None, 2))


def test_an_index_is_no_variable_that_takes_a_number(plain, planted):
    """IxVal is substituted with the index it is the value of, so Sum_{k<=n} 1 = n stays true."""
    (n, k) = symbols("n k")
    claim = (Sum(1, (k, 1, n)), "==", n)
    count = plain.lemma("count", title="count", claim=claim, given=[within(n, 0)],
                        for_indices=(n,), witness={n: 1})(
        lambda p: p.have(claim, by.algebra())
    )  # fmt: skip
    five = (Sum(1, (k, 1, planted.choose(5, 4))), "==", 5)
    claimed = plain.lemma("five", title="five", claim=five)(lambda p: p.use(count, n=5))
    planted.judge(claimed, "refuted", "the sides are 4 and 5", "ends with Σ_{i=1..5} 1 = 5")


def test_random_case_distinctions_are_refused(plain):
    """0 <= t |- E|t| = E t and its twin for t <= 0 may not be joined."""
    theory, t = plain.kernel(), Var("t", "any")
    yes = rules.assume(theory, Rel(rat(0), "<=", t))
    no = rules.assume(theory, Rel(t, "<=", rat(0)))
    same = Rel(T.E(t), "=", T.E(t))
    branches = [rules.norm(theory, same.left, same.right) for _ in (yes, no)]
    with pytest.raises(LevelError, match="is not known to be constant"):
        rules.cases(t, *branches)
    constant = Var("t", "det")
    rules.cases(constant, *branches)


def test_theorems_of_another_theory(world, planted):
    other = Theory("other")
    (c,) = other.constants("c")
    other.assume("c.positive", (0, "<", c))
    foreign = other.lemma("positive", title="positive", claim=(0, "<", c))(
        lambda p: p.axiom("c.positive")
    )
    theory = Theory("mine", extends=planted.choose((other,), ()))
    if planted.wrong:
        theory.constants("c")
    claimed = theory.lemma("mine", title="mine", claim=(0, "<", c))(lambda p: p.use(foreign))
    planted.judge(claimed, "error", "mine does not extend other")


def test_theorems_are_made_by_rules_only(world):
    from ratecert.proofs.kernel.judgment import Theorem

    falsehood = Rel(rat(1), "<=", rat(0))
    with pytest.raises(KernelError, match="theorems are made by rules only"):
        Theorem(world.theory.kernel(), frozenset(), falsehood, frozenset(), "magic", {})


def test_kernel_made_indices_cannot_be_written(world):
    from ratecert.proofs.kernel.terms import Eigen

    with pytest.raises(SortError, match="kernel-made index"):
        rules.assume(world.theory.kernel(), Rel(rat(0), "<=", IxVal(Ix(Eigen(0)))))


# --- induction --------------------------------------------------------------------------------


def average_theory():
    """v[k] = beta v[k-1] + (1 - beta) c for k >= 1, v[0] = 0."""
    theory = Theory("average")
    (k,) = theory.indices("k")
    beta, c = theory.constants("beta c")
    v = theory.process("v", 1, adapted=None)
    theory.define("v.0", v[0], 0, kind="recursion")
    theory.define("v", v[k], beta * v[k - 1] + (1 - beta) * c, [within(k, 1)], kind="recursion")
    theory.witness |= {k: 1, beta: 0, c: 1}
    return theory, k, beta, c, v


def bounded(*, part=1, outside=False, start=0, positive=True):
    """v[k] <= c/part, by induction from ``start``; the step taken from within, or from outside."""
    theory, k, beta, c, v = average_theory()
    bound = c / part
    claim = (v[k], "<=", bound)

    def script(p):
        def step(q, before):
            return (p if outside else q).calc(
                v[k], "==", beta * v[k - 1] + (1 - beta) * c, by.definition(v, k=k),
                "<=", bound, by.algebra(before),
            )  # fmt: skip

        return p.induction(
            claim, within(k, start), step=step,
            base=lambda q: q.have((v[start], "<=", bound), by.definition(v)),
        )  # fmt: skip

    signs = [(0, "<=", c), *([(0, "<=", beta)] if positive else [])]
    return theory.lemma("bound", title="bound", claim=claim, given=[within(k, 0), *signs])(script)


def test_induction_for_a_bound_that_is_too_small(planted):
    claimed = bounded(part=planted.choose(1, 2))
    planted.judge(claimed, "undecided", "≤ c/2\n  by algebra: false at")


def test_induction_whose_step_is_taken_outside_the_induction(planted):
    """There neither the range of k nor the hypothesis is known."""
    claimed = bounded(outside=planted.choose(False, True))
    planted.judge(claimed, "undecided", "by definition of v: false at")


def test_induction_without_a_sign(planted):
    claimed = bounded(positive=planted.choose(True, False))
    planted.judge(claimed, "undecided", "≤ c\n  by algebra: false at")


def test_induction_from_a_later_start(planted):
    """Proved from k = 1 on, it is not proved at k = 0."""
    claimed = bounded(start=planted.choose(0, 1))
    planted.judge(claimed, "undecided", "hypotheses the claim does not state: 1 ≤ k")
