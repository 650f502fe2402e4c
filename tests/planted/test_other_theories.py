"""Wrong variants of gradient descent, signSGD and momentum: small constants, no hypotheses."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ratecert.proofs.language import E, Rational, Theory, by, root, sqrt, symbols, within
from ratecert.proofs.library.inequalities import inequalities
from ratecert.proofs.theorems import momentum as mo
from ratecert.proofs.theorems import signsgd as si
from ratecert.proofs.theorems.gradient_descent import convex, functions, gradient_descent, strong
from ratecert.proofs.theorems.gradient_descent import setting as gd


def later(theory: Theory):
    """A way to claim more where all claims of ``theory`` may be used."""
    world = Theory("later", extends=(theory,))

    def claim(relation, script, **statement):
        name = f"claim-{len(world.claims)}"
        return world.lemma(name, title=name, claim=relation, **statement)(script)

    return claim


# --- gradient descent ---------------------------------------------------------------------------


def test_interpolation_that_gains_too_much(planted):
    """The third point makes 1/(2 L), no more."""
    u, v, f, L, over = functions.u, functions.v, gd.f, gd.L, gd.over_i
    gain = over(functions.change**2) / (2 * L * planted.choose(1, Rational(99, 100)))
    relation = (functions.tangent + gain, "<=", f(v))
    claimed = later(gradient_descent)(
        relation, lambda p: p.have(relation, by.algebra(functions.interpolation)),
        for_points=(u, v), given=[gd.smooth],
    )  # fmt: skip
    planted.judge(claimed, "not proved", "by algebra")


def test_rate_with_a_smaller_constant(planted):
    """L R^2/(4 K h + 2) is attained, so 2 cannot be larger."""
    K, L, f, x = gd.K, gd.L, gd.f, gd.x
    bound = L * gd.R**2 / (4 * K * L * gd.eta + planted.choose(2, Rational(201, 100)))
    relation = (f(x[K + 1]) - gd.fstar, "<=", bound)
    claimed = later(gradient_descent)(
        relation, lambda p: p.have(relation, by.algebra(convex.rate)),
        given=[within(K, 1), gd.smooth, *gd.short],
    )  # fmt: skip
    planted.judge(claimed, "not proved", "by algebra")


@pytest.mark.parametrize(
    ("missing", "says"),
    [(0, "hypotheses the claim does not state: 1 ≤ K"), (1, "needs 0 < L"), (2, "needs 0 < η"),
     (3, "needs L²·η² ≤ 2")],
)  # fmt: skip
def test_rate_without_a_hypothesis(wrong, missing, says):
    given = [within(gd.K, 1), gd.smooth, *gd.short]
    del given[missing]
    claimed = later(gradient_descent)(convex.rate.claim, lambda p: p.use(convex.rate), given=given)
    wrong.judge(claimed, "undecided", says)


def test_the_coefficients_for_longer_steps(planted):
    """t^2 <= 2 is what they need, at n = 1."""
    names = symbols("P Q C t n")
    P, Q, C, t, n = names
    claimed = later(gradient_descent)(
        (convex.rest, "<=", 0),
        lambda p: p.use(convex.coefficients, P=P, Q=Q, C=C, t=t, n=n),
        for_constants=names, witness=dict.fromkeys(names, 1),
        given=[(0, "<", t), (t**2, "<=", planted.choose(2, Rational(201, 100))), (1, "<=", n),
               ((1 - t) * P + Q, "<=", (2 - t) * C), (2 * C, "<=", P + Q)],
    )  # fmt: skip
    planted.judge(claimed, "not proved", "gradient_descent.coefficients needs t² ≤ 2")


def test_contraction_by_less(planted):
    """The factor is attained by parabolas of curvature mu and L."""
    factor = planted.choose(1, Rational(99, 100))
    relation = (gd.next_apart, "<=", factor * gd.q**2 * gd.apart)
    claimed = later(gradient_descent)(
        relation, lambda p: p.have(relation, by.algebra(strong.contraction)),
        given=[gd.step, gd.smooth, gd.bent],
    )  # fmt: skip
    planted.judge(claimed, "not proved", "by algebra")


def test_contraction_where_the_curvatures_are_equal(wrong):
    """The third point divides by L - mu."""
    claimed = later(gradient_descent)(
        strong.contraction.claim, lambda p: p.use(strong.contraction), given=[gd.step, gd.smooth]
    )
    wrong.judge(claimed, "not proved", "needs μ < L")


# --- signSGD ------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [Rational(199, 100), 1])
def test_a_wrong_sign_costs_twice_the_gradient(planted, factor):
    y, z, t = symbols("y z t")
    relation = (abs(z) - planted.choose(2, factor) * abs(y - z), "<=", z * t)
    claimed = later(si.signsgd)(
        relation, lambda p: p.have(relation, by.lemma(si.right_or_far, t=t, y=y, z=z)),
        for_all=(t, y, z), given=[(t * abs(y), "==", y), (abs(t), "<=", 1)],
        witness={t: 1, y: 1, z: 1},
    )  # fmt: skip
    planted.judge(claimed, "not proved", "by A sign is right")


def test_tuned_rate_with_a_smaller_first_term(planted):
    K, d, L, Delta = si.K, si.d, si.L, si.Delta
    first = sqrt(planted.choose(2, Rational(99, 50)) * d * L * Delta / K)
    relation = (si.mean, "<=", first + 2 * si.sigma_1)
    statement = si.rate_tuned
    claimed = later(si.signsgd)(
        relation, lambda p: p.have(relation, by.adding(statement)),
        given=statement.given, witness=statement.witness,
    )  # fmt: skip
    planted.judge(claimed, "not proved", "by adding")


def test_rate_of_signs_without_their_dimension(wrong):
    given = [within(si.K, 1), (0, "<", si.L), (0, "<", si.eta)]
    claimed = later(si.signsgd)(si.rate.claim, lambda p: p.use(si.rate), given=given)
    wrong.judge(claimed, "undecided", "hypotheses the claim does not state: 1 ≤ d")


def test_a_statement_may_not_rest_on_the_sign_of_zero(wrong):
    """The recursion's g/|g| written out is refused: |g| may be 0."""
    (y,) = symbols("y")
    world = Theory("plain", extends=(inequalities,))
    relation = (y / abs(y), "<=", y / abs(y))
    claimed = world.lemma("sign", title="sign", claim=relation, for_all=(y,))(
        lambda p: p.have(relation, by.algebra())
    )
    wrong.judge(claimed, "error", "definedness: |y| must be shown to be not 0")


# --- momentum -----------------------------------------------------------------------------------


@pytest.mark.parametrize("piece", ["noise", "rest"])
def test_rate_of_momentum_with_a_smaller_term(planted, piece):
    K, L, Delta, s, theta = mo.K, mo.L, mo.Delta, mo.sigma_s, mo.theta
    less = planted.choose(1, Fraction(98, 100))
    noise, rest = (less if piece == name else 1 for name in ("noise", "rest"))
    relation = (
        mo.rate.claim[0],
        "<=",
        Rational(noise) * root(2, 4) * root((1 + theta) * s**2 * L * Delta / K, 4)
        + Rational(rest) * sqrt(2 * mo.kappa * L * Delta / K),
    )
    claimed = later(mo.momentum)(
        relation, lambda p: p.have(relation, by.adding(mo.rate)), given=mo.chosen_step
    )
    planted.judge(claimed, "not proved", "by adding")


def test_momentum_that_never_forgets(wrong):
    """theta = 1: no gradient enters the momentum."""
    given = [g for g in mo.chosen_step if g != mo.decay[1]]
    claimed = later(mo.momentum)(mo.rate.claim, lambda p: p.use(mo.rate), given=given)
    wrong.judge(claimed, "undecided", "needs θ < 1")


def test_the_noise_of_the_momentum_is_not_smaller(planted):
    factor = planted.choose(2, 3)
    k, i, m, G, theta = mo.k, mo.i, mo.m, mo.G, mo.theta
    relation = (
        E(m[k, i] ** 2),
        "<=",
        theta * E(m[k - 1, i] ** 2) + (1 - theta) * E(G[k, i] ** 2)
        + (1 - theta) ** factor * mo.sigma[i] ** 2,
    )  # fmt: skip
    claimed = later(mo.momentum)(
        relation, lambda p: p.have(relation, by.algebra(mo.momentum_size)),
        given=[mo.step, mo.axis, *mo.decay],
    )  # fmt: skip
    planted.judge(claimed, "not proved", "by algebra")
