"""The finite models of the shipped theories: their numbers, and why these.

All have f(y) = sum_i c_i y_i^2/2 with different curvatures c_i <= L = 1, so that A1 is an identity
plus a sum of squares. ``ratecert check`` evaluates every axiom in them exactly.
"""

from dataclasses import replace
from itertools import product

from ..language import Expr, Outcome, Rational, ScenarioTree, Sum, symbols
from ..language.symbols import Process, coordinate
from ..library.convex import ConvexSetting
from ..library.setting import Setting

curvature, start, noise, toss = (Process(n) for n in ("curvature", "start", "noise", "toss"))
(y,) = symbols("y")


def _quadratic(setting: Setting | ConvexSetting) -> dict[Expr, Expr]:
    """f(y) = sum_i c_i y_i^2/2 and its gradient."""
    i, d = setting.i, setting.d
    half = curvature[i] * coordinate(y, i) ** 2 / 2
    return {
        setting.f(y): Sum(half, (i, 1, d)),
        setting.grad(y, i): curvature[i] * coordinate(y, i),
    }


def sgd_model(setting: Setting) -> ScenarioTree:
    """Two steps in R^2; noise with mean 0, skewed in one coordinate, below its level in the other.

    x^1 = (8/3, 4/3) gives Delta = 4, and sigma = (3, 4) gives sigma_s = 5, so that the step size of
    the rate is rational: eta = 1/max(1, 5 (2/8)^(1/2)) = 2/5 = min(1, (8/50)^(1/2)).
    """
    s, k, i = setting, setting.k, setting.i
    skewed = ((Rational(1, 5), 6), (Rational(4, 5), Rational(-3, 2)))  # mean 0, variance 9 = 3^2
    even = ((Rational(1, 2), 2), (Rational(1, 2), -2))  # mean 0, variance 4 < 4^2
    return ScenarioTree(
        steps=2,
        step=k,
        sizes={s.K: 2, s.d: 2},
        values={
            s.L: 1,
            s.fstar: 0,
            symbols("eta")[0]: Rational(2, 5),
            s.sigma: (3, 4),
            curvature: (1, Rational(1, 2)),
            start: (Rational(8, 3), Rational(4, 3)),
        },
        functions=_quadratic(s),
        equations=[
            (s.x[1, i], start[i], [s.coordinates]),
            (s.g[k, i], s.G[k, i] + noise[k, i], [s.steps, s.coordinates]),
        ],
        outcomes=[Outcome(p * q, {noise: (u, v)}) for (p, u), (q, v) in product(skewed, even)],
        satisfies={"rate": {}, "rate.min": {}},
    )


def signsgd_model(setting: Setting) -> ScenarioTree:
    """The noise of ``sgd_model``, from a start with Delta = 2.

    So the tuned step (2 Delta/(K d L))^(1/2) is 1. The noise turns signs.
    """
    eta, total = symbols("eta S")
    base, s, g = sgd_model(setting), Process("s"), setting.g[setting.k, setting.i]
    sign = (s[setting.k, setting.i], g / abs(g), [setting.steps, setting.coordinates])
    return replace(base, equations=(*base.equations, sign)).extended(
        values={eta: 1, start: (Rational(2, 3), Rational(-8, 3))},
        satisfies={"rate": {}, "rate.tuned": {}, "rate.batch": {total: 10}},
    )


def momentum_model(setting: Setting) -> ScenarioTree:
    """The noise of ``sgd_model`` and theta = 16/25, so that (1 - theta)^(1/2) = 3/5.

    s = (3/5) 5 = 3 and kappa = 41/9. The start makes Delta = 41/9, so that the step size of the
    rate is rational: eta = 1/max(41/9, 3 (2 (41/9)/(2 (41/9)))^(1/2)) = 9/41.
    """
    eta, theta = symbols("eta theta")
    return sgd_model(setting).extended(
        values={
            eta: Rational(9, 41),
            theta: Rational(16, 25),
            start: (Rational(8, 3), 2),
        },
        satisfies={"rate": {}, "rate.fixed": {}},
    )


def convex_model(setting: ConvexSetting) -> ScenarioTree:
    """Two steps in R^2 from (3, 4), so that R = 5; nothing is tossed.

    The curvatures are L = 1 and mu = 1/2. With eta = 1 the first coordinate is at the minimiser 0
    after one step, and the second is halved each time, as by q = 1/2.
    """
    s, k, i = setting, setting.k, setting.i
    return ScenarioTree(
        steps=2,
        step=k,
        sizes={s.K: 2, s.d: 2},
        values={
            s.L: 1,
            s.mu: Rational(1, 2),
            s.fstar: 0,
            symbols("eta")[0]: 1,
            s.xstar: (0, 0),
            curvature: (1, Rational(1, 2)),
            start: (3, 4),
        },
        functions=_quadratic(s),
        equations=[
            (s.x[1, i], start[i], [s.coordinates]),
            (s.g[k, i], s.G[k, i], [s.steps, s.coordinates]),
        ],
        outcomes=[Outcome(1, {})],
        satisfies={
            name: {}
            for name in ("rate", "rate.gradient", "rate.usual", "rate.strong", "rate.objective")
        },
    )


Tosses = tuple[tuple[Expr | int, Expr | int], tuple[Expr | int, Expr | int]]
"""The two values that are tossed, the higher ones of coordinates 1 and 2 first."""
_TOSSED: Tosses = (3, Rational(9, 4)), (Rational(5, 4), Rational(5, 4))


def adamw_model(setting: Setting, tosses: Tosses = _TOSSED) -> ScenarioTree:
    """Two steps in R^4, all roots rational; the hypotheses of the canonical instance in mind.

    With 1 - beta = 1/4 and c = beta v^{k-1} + eps, any t > 0 gives a rational point of
    D^2 = g^2/4 + c, namely g = t - c/t, D = (t + c/t)/2. So the oracle tosses t, two values for
    each coordinate, and the probabilities are those that make g unbiased. Coordinates 3 and 4 are
    copies of 1 and 2. At Delta = 2, L = 1, sigma_s = 3: s = (L Delta/(K sigma_s^2))^(1/2) = 1/3,
    1 - theta = s, eta = (1/2) (Delta/(K d L))^(1/2) = 1/4, eps = sigma_s^2/d = 9/4; beta^2 <= theta
    <= beta; and lam (||x^1||_inf + R eta K) < 0.18 for R = 2^(1/2), whose square is below s/8. The
    three roots are rational together only if d is a square.
    """
    s, k, i = setting, setting.k, setting.i
    eta, theta, beta, mu, eps, lam = symbols("eta theta beta mu eps lam")
    v = Process("v")
    high, low = tosses

    def oracle(t: Expr, i: Expr) -> Expr:
        return t - (beta * v[k - 1, i] + eps) / t

    def chance(up: bool, i: int) -> Expr:
        above, below = oracle(high[i - 1], i), oracle(low[i - 1], i)
        numerator = s.G[k, i] - below if up else above - s.G[k, i]
        return numerator / (above - below)

    def tossed(*ups: bool) -> tuple[Expr, ...]:
        return tuple((high if up else low)[n] for n, up in enumerate(ups)) * 2

    return ScenarioTree(
        steps=2,
        step=k,
        sizes={s.K: 2, s.d: 4},
        values={
            s.L: 1,
            s.fstar: 0,
            eta: Rational(1, 4),
            theta: Rational(2, 3),
            beta: Rational(3, 4),
            mu: 1,
            eps: Rational(9, 4),
            lam: Rational(1, 12),
            s.sigma: (Rational(3, 2),) * 4,
            curvature: (1, Rational(1, 2)) * 2,
            start: (Rational(4, 3), Rational(2, 3)) * 2,
        },
        functions=_quadratic(s),
        equations=[
            (s.x[1, i], start[i], [s.coordinates]),
            (s.g[k, i], oracle(toss[k, i], i), [s.steps, s.coordinates]),
        ],
        outcomes=[
            Outcome(chance(one, 1) * chance(two, 2), {toss: tossed(one, two)})
            for one, two in product((True, False), repeat=2)
        ],
        satisfies=canonical_choice(R=Rational(3, 2)),
    )


def adam_model(setting: Setting) -> ScenarioTree:
    """The same oracle without weight decay, at the numbers of Adam's tuned instance.

    sigma_s = 4 gives s = 1/4, so theta = 1 - 2 s = 1/2, eta = 2 (Delta/(K d L))^(1/2) = 1, and
    eps = sigma_s^2/d = 4; gamma = 1/2. At beta = 3/4, beta^2 > theta: L1 and L2 would not do.
    """
    eta, theta, eps = symbols("eta theta eps")
    names = symbols("c_eta c_theta c_eps t r h s C_P gamma")
    quarter, half = Rational(1, 4), Rational(1, 2)
    values = dict(zip(names, (2, 2, 1, 0, 1, 4, quarter, 4, half), strict=True))
    own = {name: values[name] for name in symbols("h s gamma")}
    wider = (Rational(7, 2), Rational(5, 2)), (Rational(3, 2), Rational(3, 2))
    return (
        adamw_model(setting, wider)
        .without(frozenset({"lam"}))
        .extended(
            values={eta: 1, theta: half, eps: 4, setting.sigma: (2,) * 4},
            satisfies={"rate": values, "rate.sigma": values, "rate.tuned": own},
        )
    )


def canonical_choice(R: Expr) -> dict[str, dict[Expr, Expr]]:
    """The rates' own constants at h = sigma_s = 3, s = 1/3; X lam < 0.18, as in the model."""
    names = symbols("c_eta c_theta c_eps a gamma rho t r h s R X C_P")
    half, eighth = Rational(1, 2), Rational(1, 8)
    chosen = (half, 1, 1, eighth, 1, 1, 0, half, 3, Rational(1, 3), R, Rational(43, 20), 21)
    values = dict(zip(names, chosen, strict=True))
    own = {name: values[name] for name in symbols("h s")}
    return {"rate": values, "rate.sigma": values, "rate.canonical": own}
