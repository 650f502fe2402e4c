"""Wrong variants of what follows from descent: the telescoped sum, the step size, the rate."""

from __future__ import annotations

import pytest

from ratecert.proofs.language import E, Max, Min, Rational, by, root, sqrt, symbols, within
from ratecert.proofs.library.inequalities import root_subadditive, root_tangent
from ratecert.proofs.theorems.sgd import expected_descent, rate, step_size

HALF, TWO_PERCENT_LESS, ONE_PERCENT_LESS = Rational(1, 2), Rational(49, 50), Rational(99, 100)


# --- telescoping ------------------------------------------------------------------------------


def summed(w, *, last=1, high=0, noise=None, gap=-1, gain=HALF, many=True):
    """eta (1 - gain L eta) total <= (f(x^1) - f*) + K L eta^2 sigma_s^2 / 2."""
    K, k, L, eta, f, x = w.K, w.k, w.L, w.eta, w.f, w.x
    noise = K if noise is None else noise
    total = w.over_k(w.over_i(E(w.G[k, w.i] ** 2)))
    error = L * eta**2 * w.sigma_s**2 / 2
    claim = (eta * (1 - gain * L * eta) * total, "<=", f(x[1]) + gap * w.fstar + noise * error)

    def script(p):
        start, end = E(f(x[1])), E(f(x[K + last]))
        lower = p.calc(
            w.fstar, "==", E(w.fstar), by.linearity(),
            "<=", end, by.expectation(p.axiom("A0", p=x[K + last])),
        )  # fmt: skip
        return p.calc(
            claim[0],
            "<=", w.over_k(E(f(x[k])) - E(f(x[k + 1])) + error),
            by.summing(expected_descent, within(k, 1, K + high)),
            "==", start - end + noise * error, by.telescoping(E(f(x[k])), w.step),
            "<=", E(f(x[1])) + gap * w.fstar + noise * error, by.algebra(lower),
            "==", claim[2], by.linearity(),
        )  # fmt: skip

    given = [(0, "<", L), (0, "<", eta), *([within(K, 1)] if many else [])]
    return w.claim(claim, script, given=given)


def test_telescoping_ends_at_the_last_iterate(later, planted):
    """The sum over k <= K ends at x^{K+1}, not x^K."""
    claimed = summed(later, last=planted.choose(1, 0))
    planted.judge(claimed, "undecided", "by telescoping: false at")


def test_summing_one_step_too_many(later, planted):
    """Descent is known for k <= K."""
    claimed = summed(later, high=planted.choose(0, 1))
    planted.judge(claimed, "undecided", "by summing up", "does not follow from the range of k")


def test_telescoping_without_a_first_step(later, planted):
    claimed = summed(later, many=planted.choose(True, False))
    planted.judge(claimed, "undecided", "by taking expectations", "not known to be integrable")


def test_noise_counted_once(later, planted):
    claimed = summed(later, noise=planted.choose(later.K, 1))
    planted.judge(claimed, "undecided", "by telescoping: false at")


def test_the_gap_with_the_wrong_sign(later, planted):
    claimed = summed(later, gap=planted.choose(-1, 1))
    planted.judge(claimed, "undecided", "by algebra: false at")


@pytest.mark.parametrize("constant", [Rational(1, 4), TWO_PERCENT_LESS / 2])
def test_sum_that_gains_too_much(later, planted, constant):
    claimed = summed(later, gain=planted.choose(Rational(1, 2), constant))
    planted.judge(claimed, "undecided", "by summing up: false at")


# --- the step size ----------------------------------------------------------------------------


def balanced(w, *, factor=1, first=1, second=1, drop=None, gain=HALF):
    """The lemma step-size, with constants of the claim or hypotheses changed."""
    S, D, n, s = symbols("S D n s")
    L, eta = w.L, w.eta
    claim = (S, "<=", n * (first * s * sqrt(2 * L * D / n) + second * 2 * L * D / n))
    v = s * sqrt(n * L / (2 * D))
    h = Max(L, v)
    chosen = (eta, "==", factor / h)
    start = (eta * (1 - gain * L * eta) * S, "<=", D + n * L * eta**2 * s**2 / 2)
    given = {
        "L": (0, "<", L), "D": (0, "<", D), "n": (0, "<", n), "s": (0, "<=", s), "S": (0, "<=", S),
        "eta": chosen, "start": start,
    }  # fmt: skip

    def script(p):
        return p.have(claim, by.lemma(step_size, S=S, D=D, n=n, s=s))

    return w.claim(
        claim, script, for_constants=(S, D, n, s), witness={S: 0, D: 1, n: 2, s: 1, eta: factor},
        given=[g for name, g in given.items() if name != drop],
    )  # fmt: skip


@pytest.mark.parametrize("factor", [2, Rational(1, 2)])
def test_another_step_size(later, wrong, factor):
    claimed = balanced(later, factor=factor)
    wrong.judge(claimed, "not proved", "sgd.step-size needs η = 1/max(", "false at")


@pytest.mark.parametrize(("name", "needs"), [("L", "0 < L"), ("D", "0 < D"), ("n", "0 < n"),
                                             ("s", "0 ≤ s"), ("S", "0 ≤ S")])  # fmt: skip
def test_step_size_without_a_sign(later, wrong, name, needs):
    claimed = balanced(later, drop=name)
    wrong.judge(claimed, "not proved", f"sgd.step-size needs {needs}, which is not known here")


def test_step_size_without_descent(later, wrong):
    claimed = balanced(later, drop="start")
    wrong.judge(claimed, "not proved", "sgd.step-size needs S·η·(1 - L·η/2) ≤", "false at")


def test_step_size_as_it_is(later, planted):
    claimed = balanced(later, second=planted.choose(1, 0))
    planted.judge(claimed, "not proved", "by What the step size balances")


@pytest.mark.parametrize("piece", ["first", "second"])
@pytest.mark.parametrize("factor", [TWO_PERCENT_LESS, 0])
def test_bound_with_a_smaller_term(later, wrong, piece, factor):
    claimed = balanced(later, **{piece: factor})
    wrong.judge(claimed, "not proved", "by What the step size balances")


# --- from the mean square to the rate ---------------------------------------------------------


def averaged(w, *, constant=None, second=2, power=4, tangent=2, weight=None, last=0, given=3):
    """The end of the proof of sgd.rate: from the mean of the squares, by tangents of the root."""
    K, L, Delta, s, k, i, G = w.K, w.L, w.Delta, w.sigma_s, w.k, w.i, w.G
    norm2, total = w.over_i(G[k, i] ** 2), w.over_k(w.over_i(E(G[k, i] ** 2)))
    bound = s * sqrt(2 * L * Delta / K) + 2 * L * Delta / K
    constant = root(2, 4) if constant is None else constant
    claim = (
        w.over_k(E(sqrt(norm2))) / K,
        "<=",
        constant * root(s**2 * L * Delta / K, power) + sqrt(second * L * Delta / K),
    )
    mean = (total, "<=", K * bound)

    def script(p):
        p.know(p.have((0, "<=", s), by.definition(s)))
        y = sqrt(bound)
        below = y / tangent + norm2 / (2 * y)
        at = p.within(within(k, 1, K + last))
        one_step = at.calc(
            E(sqrt(norm2)),
            "<=", E(below), by.expectation(
                at.have((sqrt(norm2), "<=", below), by.lemma(root_tangent, t=norm2, y=y))
            ),
            "==", y / tangent + w.over_i(E(G[k, i] ** 2)) / (2 * y), by.linearity(),
        )  # fmt: skip
        return p.calc(
            claim[0],
            "<=", w.over_k(y / tangent + w.over_i(E(G[k, i] ** 2)) / (2 * y)) / K,
            by.multiplying(p.sum(one_step, w.step), 1 / K if weight is None else weight),
            "==", y / tangent + total / (2 * y * K), by.algebra(),
            "<=", y / tangent + bound / (2 * y), by.multiplying(mean, 1 / (2 * y * K)),
            "<=", y, by.algebra(),
            "<=", sqrt(s * sqrt(2 * L * Delta / K)) + sqrt(2 * L * Delta / K),
            by.lemma(root_subadditive, x=s * sqrt(2 * L * Delta / K), y=2 * L * Delta / K),
            "<=", claim[2], by.algebra(),
        )  # fmt: skip

    hypotheses = [(0, "<", L), (0, "<", Delta), mean][:given]
    flat = {G[time, axis]: 0 for time in (1, 2) for axis in (1, 2)}
    return w.claim(claim, script, given=[within(K, 1), *hypotheses], witness=flat)


def test_rate_as_it_is(later, planted):
    claimed = averaged(later, constant=planted.choose(None, 0), second=planted.choose(2, 0))
    planted.judge(claimed, "undecided", "√(σ_s·√(2·Δ·L/K)) + √(2·Δ·L/K) ≤", "by algebra")


@pytest.mark.parametrize(
    "constant", [root(2, 5), 1, ONE_PERCENT_LESS * root(2, 4), 0], ids=["2^(1/5)", "1", "-1%", "0"]
)
def test_rate_with_a_smaller_first_constant(later, wrong, constant):
    claimed = averaged(later, constant=constant)
    wrong.judge(claimed, "undecided", "√(σ_s·√(2·Δ·L/K)) + √(2·Δ·L/K) ≤", "by algebra")


@pytest.mark.parametrize("second", [0, 2 * ONE_PERCENT_LESS**2], ids=["0", "-1%"])
def test_rate_with_a_smaller_second_term(later, wrong, second):
    claimed = averaged(later, second=second)
    wrong.judge(claimed, "undecided", "√(σ_s·√(2·Δ·L/K)) + √(2·Δ·L/K) ≤", "by algebra")


def test_rate_with_another_power_of_K(later, wrong):
    """K^(-1/2) in place of K^(-1/4)."""
    claimed = averaged(later, power=2)
    wrong.judge(claimed, "undecided", "√(σ_s·√(2·Δ·L/K)) + √(2·Δ·L/K) ≤", "by algebra")


def test_tangent_with_a_third(later, wrong):
    wrong.judge(averaged(later, tangent=3), "undecided", "by Tangent of the root: false at")


def test_multiplying_by_a_factor_of_unknown_sign(later, wrong):
    claimed = averaged(later, weight=later.fstar)
    wrong.judge(claimed, "undecided", "by multiplying: not known to be >= 0: f*")


def test_expectation_of_the_gradient_after_the_last_iterate(later, wrong):
    """L0 speaks of x^1 to x^{K+1} only."""
    wrong.judge(averaged(later, last=2), "undecided", "not known to be integrable")


def test_rate_without_the_bound_of_the_mean(later, wrong):
    wrong.judge(averaged(later, given=2), "undecided", "is no hypothesis of this claim")


# --- the whole --------------------------------------------------------------------------------


def test_rate_for_another_step_size(later, planted):
    K, L, Delta, eta, s = later.K, later.L, later.Delta, later.eta, later.sigma_s
    factor = planted.choose(1, 2)
    step = (eta, "==", factor / Max(L, s * sqrt(K * L / (2 * Delta))))
    claimed = later.claim(
        rate.claim, lambda p: p.use(rate), witness={eta: factor},
        given=[within(K, 1), (0, "<", L), (0, "<", Delta), step],
    )  # fmt: skip
    planted.judge(claimed, "undecided", "sgd.rate needs η = 1/max(", "false at")


@pytest.mark.parametrize(
    ("missing", "says"),
    [(0, "hypotheses the claim does not state: 1 ≤ K"), (1, "needs 0 < L, which is not known"),
     (2, "needs 0 < Δ, which is not known"), (3, "needs η = 1/max(")],
)  # fmt: skip
def test_rate_without_a_hypothesis(later, wrong, missing, says):
    K, L, Delta, eta, s = later.K, later.L, later.Delta, later.eta, later.sigma_s
    step = (eta, "==", 1 / Max(L, s * sqrt(K * L / (2 * Delta))))
    given = [within(K, 1), (0, "<", L), (0, "<", Delta), step]
    del given[missing]
    wrong.judge(later.claim(rate.claim, lambda p: p.use(rate), given=given), "undecided", says)


def test_usual_step_size_without_noise(later, planted):
    """min(1/L, sqrt(2 Delta/(K L sigma_s^2))) divides by sigma_s."""
    K, L, Delta, eta, s = later.K, later.L, later.Delta, later.eta, later.sigma_s
    same = (eta, "==", 1 / Max(L, s * sqrt(K * L / (2 * Delta))))
    usual = (eta, "==", Min(1 / L, sqrt(2 * Delta / (K * L * s**2))))
    noisy = [(0, "<", s)] if planted.choose(True, False) else []
    claimed = later.claim(
        rate.claim, lambda p: p.use(rate, p.have(same, by.algebra())),
        given=[within(K, 1), (0, "<", L), (0, "<", Delta), *noisy, usual],
    )  # fmt: skip
    planted.judge(claimed, "undecided", "η = 1/max(", "by algebra")


def test_definedness_of_the_usual_step_size(later, planted):
    """Nothing is claimed of a step size that divides by a noise level which may be 0."""
    K, L, Delta, eta, s = later.K, later.L, later.Delta, later.eta, later.sigma_s
    usual = (eta, "==", Min(1 / L, sqrt(2 * Delta / (K * L * s**2))))
    noisy = [(0, "<", s)] if planted.choose(True, False) else []
    claimed = later.claim(
        (eta, "<=", eta), lambda p: p.have((eta, "<=", eta), by.algebra()),
        given=[within(K, 1), (0, "<", L), (0, "<", Delta), *noisy, usual],
    )  # fmt: skip
    planted.judge(claimed, "error", "definedness", "must be shown to be not 0")
