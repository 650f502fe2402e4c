"""Wrong variants of the steps by which SGD descends: constants, signs, indices, assumptions."""

from __future__ import annotations

import pytest
import sympy

from ratecert.optimizers.recursions import Parameter, Recursion, Update
from ratecert.proofs.language import E, Rational, by, within

HALF = Rational(1, 2)
TWO_PERCENT_LESS = Rational(49, 50)


def descent(w, *, linear=1, quadratic=HALF, smooth=HALF, ends=(0, 1), steps=None):
    """f(x^{k+1}) <= f(x^k) - linear eta sum G g + quadratic L eta^2 sum g^2."""
    f, x, k, i, G, g = w.f, w.x, w.k, w.i, w.G, w.g
    claim = (
        f(x[k + 1]),
        "<=",
        f(x[k]) - linear * w.eta * w.over_i(G[k, i] * g[k, i])
        + quadratic * w.L * w.eta**2 * w.over_i(g[k, i] ** 2),
    )  # fmt: skip

    def script(p):
        move = x[k + 1, i] - x[k, i]
        return p.calc(
            claim[0],
            "<=", f(x[k]) + w.over_i(G[k, i] * move) + smooth * w.L * w.over_i(move**2),
            by.axiom("A1", p=x[k + ends[0]], y=x[k + ends[1]]),
            "==", claim[2], by.definition(x),
        )  # fmt: skip

    return w.claim(claim, script, given=[steps or w.step])


# --- descent on every path --------------------------------------------------------------------


@pytest.mark.parametrize("constant", [Rational(1, 4), HALF * TWO_PERCENT_LESS, 0])
def test_descent_with_a_smaller_constant_on_the_squares(world, planted, constant):
    claimed = descent(world, quadratic=planted.choose(HALF, constant))
    planted.judge(claimed, "undecided", "by definition of x: false at")


@pytest.mark.parametrize("constant", [-1, TWO_PERCENT_LESS, 2])
def test_descent_with_another_constant_on_the_inner_product(world, planted, constant):
    claimed = descent(world, linear=planted.choose(1, constant))
    planted.judge(claimed, "undecided", "by definition of x: false at")


def test_smoothness_with_a_quarter_of_L(world, planted):
    quarter = planted.choose(HALF, Rational(1, 4))
    claimed = descent(world, quadratic=quarter, smooth=quarter)
    planted.judge(claimed, "undecided", "/4 + f(x[k])", "by A1: false at")


def test_smoothness_between_the_points_exchanged(world, planted):
    claimed = descent(world, ends=planted.choose((0, 1), (1, 0)))
    planted.judge(claimed, "undecided", "by A1: false at")


def test_descent_after_the_last_step(world, planted):
    """The recursion defines x^{k+1} for k <= K only."""
    claimed = descent(world, steps=within(world.k, 1, planted.choose(world.K, world.K + 1)))
    planted.judge(claimed, "undecided", "by definition of x: false at", "x[k+1, i]")


def test_descent_before_the_first_step(world, planted):
    claimed = descent(world, steps=within(world.k, planted.choose(1, 0), world.K))
    planted.judge(claimed, "undecided", "by definition of x: false at", "x[k+1, i]")


@pytest.mark.parametrize("factor", [2, -1, TWO_PERCENT_LESS])
def test_descent_of_another_algorithm(make_world, planted, factor):
    x, eta, g = sympy.symbols("x eta g")
    recursion = Recursion(
        "other", "Another step size", "here", (Parameter("eta", "step size", "eta > 0"),), (),
        (Update("x", x - planted.choose(1, factor) * eta * g),),
    )  # fmt: skip
    planted.judge(descent(make_world(recursion)), "undecided", "by definition of x: false at")


# --- first moment -----------------------------------------------------------------------------


def unbiased(w, *, known_after=-1, reason=None, steps=None):
    k, i, G, g = w.k, w.i, w.G, w.g
    claim = (E(G[k, i] * g[k, i]), "==", E(G[k, i] ** 2))

    def script(p):
        return p.calc(
            claim[0],
            "==", E(G[k, i] * E(g[k, i], given=k + known_after)), by.tower(),
            "==", claim[2], reason or by.rewriting(p.axiom("A2")),
        )  # fmt: skip

    return w.claim(claim, script, given=[steps or w.step, w.coordinate])


def test_unbiasedness_without_A2(world, planted):
    claimed = unbiased(world, reason=planted.choose(None, by.linearity()))
    planted.judge(claimed, "undecided", "E[∇f(x[k])_i²]\n", "by linearity of E: false at")


def test_conditioning_on_the_present(world, planted):
    """E[g^k | F_k] is g^k: A2 says nothing about it."""
    claimed = unbiased(world, known_after=planted.choose(-1, 0))
    planted.judge(claimed, "undecided", "E[g[k, i] | F_{k-1}] does not occur in", "| F_k]")


def test_unbiasedness_after_the_last_step(world, planted):
    k, K = world.k, world.K
    claimed = unbiased(world, steps=within(k, 1, planted.choose(K, K + 1)))
    planted.judge(claimed, "undecided", "hypotheses the claim does not state: k ≤ K")


def test_A2_one_step_ahead(world, planted):
    k, i, g, G = world.k, world.i, world.g, world.G
    claim = (E(g[k + 1, i], given=k), "==", G[k + 1, i])
    steps = within(k, 1, planted.choose(world.K - 1, world.K))
    claimed = world.claim(
        claim, lambda p: p.have(claim, by.axiom("A2", k=k + 1)), given=[steps, world.coordinate]
    )
    planted.judge(claimed, "undecided", "hypotheses the claim does not state: k+1 ≤ K")


def test_tower_pulls_out_what_is_not_yet_known(world, planted):
    """grad f(x^{k+1}) depends on g^k: it is not known after step k - 1."""
    k, i, g, G = world.k, world.i, world.g, world.G
    weight = G[planted.choose(k, k + 1), i]
    claim = (E(weight * g[k, i]), "==", E(weight * E(g[k, i], given=k - 1)))
    claimed = world.claim(
        claim, lambda p: p.have(claim, by.tower()), given=[world.step, world.coordinate]
    )
    planted.judge(claimed, "undecided", "by tower property: false at")


def test_expectation_of_a_product_is_no_product_of_expectations(world, planted):
    k, i, g, G = world.k, world.i, world.g, world.G
    product = planted.choose(E(G[k, i] * E(g[k, i], given=k - 1)), E(G[k, i]) * E(g[k, i]))
    claim = (E(G[k, i] * g[k, i]), "==", product)
    claimed = world.claim(
        claim, lambda p: p.have(claim, by.tower()), given=[world.step, world.coordinate]
    )
    planted.judge(claimed, "undecided", "by tower property: false at")


# --- second moment ----------------------------------------------------------------------------


def second_moment(w, *, variance=None, gradient=1, cross=2, use_A3=True):
    """E g^2 <= gradient E G^2 + variance."""
    k, i, G, g, sigma = w.k, w.i, w.G, w.g, w.sigma
    variance = sigma[i] ** 2 if variance is None else variance
    claim = (E(g[k, i] ** 2), "<=", gradient * E(G[k, i] ** 2) + variance)

    def script(p):
        noise = g[k, i] - G[k, i]
        equal = p.calc(
            E(G[k, i] * g[k, i]),
            "==", E(G[k, i] * E(g[k, i], given=k - 1)), by.tower(),
            "==", E(G[k, i] ** 2), by.rewriting(p.axiom("A2")),
        )  # fmt: skip
        inside = p.calc(
            E(noise**2), "==", E(E(noise**2, given=k - 1)), by.tower(),
            "<=", E(variance), by.expectation(p.axiom("A3")) if use_A3 else by.linearity(),
            "==", variance, by.linearity(),
        )  # fmt: skip
        return p.calc(
            claim[0],
            "==", E(noise**2) + cross * E(G[k, i] * g[k, i]) - E(G[k, i] ** 2), by.linearity(),
            "==", E(noise**2) + E(G[k, i] ** 2), by.algebra(equal),
            "<=", claim[2], by.algebra(inside),
        )  # fmt: skip

    return w.claim(claim, script, given=[w.step, w.coordinate])


@pytest.mark.parametrize("power", [1, 3])
def test_variance_is_a_square(world, planted, power):
    sigma = world.sigma[world.i]
    claimed = second_moment(world, variance=planted.choose(sigma**2, sigma**power))
    planted.judge(claimed, "undecided", "by taking expectations: false at")


@pytest.mark.parametrize("factor", [HALF, TWO_PERCENT_LESS])
def test_variance_with_a_smaller_constant(world, planted, factor):
    claimed = second_moment(world, variance=planted.choose(1, factor) * world.sigma[world.i] ** 2)
    planted.judge(claimed, "undecided", "by taking expectations: false at")


def test_second_moment_without_A3(world, planted):
    claimed = second_moment(world, use_A3=planted.choose(True, False))
    planted.judge(claimed, "undecided", "E[σ[i]²]\n", "by linearity of E: false at")


@pytest.mark.parametrize("factor", [0, TWO_PERCENT_LESS])
def test_second_moment_without_all_of_the_gradient(world, planted, factor):
    claimed = second_moment(world, gradient=planted.choose(1, factor))
    planted.judge(claimed, "undecided", "by algebra: false at")


def test_second_moment_with_the_cross_term_of_the_wrong_sign(world, planted):
    claimed = second_moment(world, cross=planted.choose(2, -2))
    planted.judge(claimed, "undecided", "by linearity of E: false at")


# --- descent in expectation -------------------------------------------------------------------


def expected_descent(w, *, gain=HALF, noise=HALF, power=2, given=None):
    """E f(x^{k+1}) <= E f(x^k) - eta (1 - gain L eta) sum E G^2 + noise L eta^2 sigma_s^power."""
    f, x, k, i, G, g, eta, L = w.f, w.x, w.k, w.i, w.G, w.g, w.eta, w.L
    over_i, sigma, sigma_s = w.over_i, w.sigma, w.sigma_s
    claim = (
        E(f(x[k + 1])),
        "<=",
        E(f(x[k])) - eta * (1 - gain * L * eta) * over_i(E(G[k, i] ** 2))
        + noise * L * eta**2 * sigma_s**power,
    )  # fmt: skip
    moment, path, first = second_moment(w), descent(w), unbiased(w)

    def script(p):
        moments = p.calc(
            over_i(E(g[k, i] ** 2)),
            "<=", over_i(E(G[k, i] ** 2) + sigma[i] ** 2), by.termwise(i, by.lemma(moment)),
            "==", over_i(E(G[k, i] ** 2)) + sigma_s**power, by.definition(sigma_s),
        )  # fmt: skip
        cross = p.have(
            (over_i(E(G[k, i] * g[k, i])), "==", over_i(E(G[k, i] ** 2))),
            by.termwise(i, by.lemma(first)),
        )
        squares = L * eta**2 / 2 * over_i(g[k, i] ** 2)
        return p.calc(
            claim[0],
            "<=", E(f(x[k]) - eta * over_i(G[k, i] * g[k, i]) + squares), by.expectation(path),
            "==", E(f(x[k])) - eta * over_i(E(G[k, i] * g[k, i]))
            + L * eta**2 / 2 * over_i(E(g[k, i] ** 2)), by.linearity(),
            "<=", claim[2], by.algebra(moments, cross, degree=3),
        )  # fmt: skip

    return w.claim(claim, script, given=given or [w.step, (0, "<", L), (0, "<", eta)])


@pytest.mark.parametrize("constant", [Rational(1, 4), HALF * TWO_PERCENT_LESS, 0])
def test_expected_descent_that_gains_too_much(world, planted, constant):
    claimed = expected_descent(world, gain=planted.choose(HALF, constant))
    planted.judge(claimed, "undecided", "by algebra: false at")


@pytest.mark.parametrize("constant", [Rational(1, 4), HALF * TWO_PERCENT_LESS])
def test_expected_descent_with_too_little_noise(world, planted, constant):
    claimed = expected_descent(world, noise=planted.choose(HALF, constant))
    planted.judge(claimed, "undecided", "by algebra: false at")


def test_noise_level_not_squared(world, planted):
    claimed = expected_descent(world, power=planted.choose(2, 1))
    planted.judge(claimed, "undecided", "by definition of sigma_s: false at")


def test_expected_descent_for_negative_L(world, planted):
    """Without 0 < L the second moment may not be multiplied by L eta^2/2."""
    positive = [(0, "<", world.L)] if planted.choose(True, False) else []
    claimed = expected_descent(world, given=[world.step, (0, "<", world.eta), *positive])
    planted.judge(claimed, "undecided", "by algebra: false at L = -")
