"""Equality instances of the shipped lemmas (blueprint section 4), as data for ``limits``.

f(y) = sum_i c_i y_i^2/2 with 0 <= c_i <= L = 1 throughout, and noise that is tossed fairly between
two values of the same size, or none. One coordinate, and as few steps as will do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isqrt
from typing import Any

import sympy

from ..language import Outcome, Rational, ScenarioTree, Sum, Theory, symbols
from ..language.symbols import Process, coordinate
from ..library.setting import Setting
from ..theorems.adam import adam
from ..theorems.adamw import adamw
from ..theorems.adamw.setting import i, k
from ..theorems.adamw.setting import setting as adamw_setting
from ..theorems.norms import norms
from ..theorems.sgd import setting as sgd_setting
from ..theorems.sgd import sgd
from .limits import Instance

curvature, start, size, toss = (Process(n) for n in ("curvature", "start", "size", "toss"))
x, y = symbols("x y")
Numbers = Mapping[str, Any]
STILL = {"eta": 1, "theta": 0, "beta": 0, "mu": 1, "eps": 1, "lam": 0}
"""Parameters of NAdamW without any averaging: n = g and v = g^2."""


def world(
    setting: Setting,
    steps: int,
    parameters: Numbers,
    *,
    curved: Any = 1,
    at: Any = 1,
    noise: Sequence[Any] = (),
    below: int = 0,
) -> ScenarioTree:
    """One coordinate: f(y) = ``curved`` y^2/2 from x^1 = ``at``, with f* = -``below``.

    ``noise``: its size at the steps 1, 2, ..., tossed with either sign; empty: none, and sigma = 0.
    """
    s, step, i = setting, setting.k, setting.i
    sizes = tuple(noise) or (0,) * steps
    outcomes = [Outcome(1, {toss: (0,)})]
    if noise:
        half = Rational(1, 2)
        outcomes = [Outcome(half, {toss: (size[step],)}), Outcome(half, {toss: (-size[step],)})]
    return ScenarioTree(
        steps=steps,
        step=step,
        sizes={s.K: steps, s.d: 1},
        values={
            **{symbols(name)[0]: value for name, value in parameters.items()},
            s.L: 1, s.fstar: -below, s.sigma: (max(sizes),),
            curvature: (curved,), start: (at,), size: sizes,
        },
        functions={
            s.f(y): Sum(curvature[i] * coordinate(y, i) ** 2 / 2, (i, 1, s.d)),
            s.grad(y, i): curvature[i] * coordinate(y, i),
        },
        equations=[
            (s.x[1, i], start[i], [s.coordinates]),
            (s.g[step, i], s.G[step, i] + toss[step, i], [s.steps, s.coordinates]),
        ],
        outcomes=outcomes,
    )  # fmt: skip


def adamw_world(steps: int, changed: Numbers, **how: Any) -> ScenarioTree:
    """A world of NAdamW: what is ``changed`` in parameters without averaging."""
    return world(adamw_setting, steps, {**STILL, **changed}, **how)


half = Rational(1, 2)
rho, t, w, c = symbols("rho t w c")
last = {k: 1, i: 1}
plain = adamw_world(1, {})

# L1.sharp: g^j = (beta/theta)^j, tossed (f is constant); beta = r and theta = r^2.
r = Rational(4, 5)
LONG = 8
growing = adamw_world(
    LONG, {"theta": r**2, "beta": r}, curved=0, noise=[r ** (LONG - j) for j in range(LONG)]
)
late = Rational(999, 1000)
near_one = adamw_world(1, {"theta": late**2, "beta": late})

# L3, L6: D is almost eps^{1/2}, or is (nothing was ever tossed, and f is constant).
small = Rational(1, 1000)
pythagorean = {"eps": ((1 - small**2) / (1 + small**2)) ** 2, "eta": half}
flat = adamw_world(1, pythagorean, at=2 * small / (1 + small**2))
resting = adamw_world(2, {"lam": half}, curved=0, below=1)

# L4, L5: all that A3 allows, from where ||grad f(x^1)||^2 = 2 L Delta.
noisy = adamw_world(1, {"theta": half, "beta": half}, noise=(1,))
# g^1 is 2 or 0, and eps makes both denominators rational, on which x^2 rests.
forgetting = adamw_world(2, {"eps": Rational(9, 4), "eta": half}, noise=(1, 1))
standing = adamw_world(12, {"eta": 0, "theta": half, "beta": half})
mixing = adamw_world(1, {"theta": half, "beta": half, "mu": half}, noise=(1,))

# L7: only noise; or one gradient, after which the minimum is met: x^2 = 0, as eta = D^1.
bare = adamw_world(1, {"eps": Rational(1, 10**12)})
tossed = adamw_world(2, {}, curved=0, below=1, noise=(1, 1))


def spike(steps: int, kappa: sympy.Rational) -> ScenarioTree:
    """x^1 = 1 and D^1 = eta, so that x^2 = 0; then D^k falls as kappa^k, where beta = kappa^2."""
    weight = 1 - kappa**2
    eta = Rational(isqrt(10**12 * weight.p // weight.q) + 1, 10**6)  # a little above its root
    eps = eta**2 - weight
    return adamw_world(steps, {"beta": kappa**2, "eps": eps, "eta": eta})


halving = spike(16, half)
slow = spike(48, Rational(9, 10))

# C_P of the instances: its least value at mu = 1 as theta -> 1, and the largest gamma.
(gamma,) = symbols("gamma")
p0, s0, b0, y0, u0, w0 = symbols("p0 s0 b0 y0 u0 w0")
near_one_theta = adamw_world(1, {"theta": late})
adam_near_one_theta = world(
    adamw_setting, 1, {name: v for name, v in {**STILL, "theta": late}.items() if name != "lam"}
)


def floor(theory: Theory, name: str) -> dict[Any, Any]:
    """The largest gamma of an instance, where its constant depends on it."""
    stated = theory.claimed(f"{name}.constant")
    return {gamma: Rational(1, 10)} if gamma in stated.for_constants else {}


INSTANCES: tuple[Instance, ...] = (
    Instance(adamw.claimed("L1.momentum"), "theta = 0", plain, last),
    Instance(adamw.claimed("L1"), "theta = 0", plain, last),
    Instance(
        adamw.claimed("L1.unrolled"), "one step, theta = 0 < beta",
        adamw_world(1, {"beta": half}), last,
    ),
    Instance(
        adamw.claimed("L1.factor"), "theta = beta^2, beta = 999/1000", near_one,
        limit="beta -> 1",
    ),
    Instance(
        adamw.claimed("L1.sharp"),
        f"g^k = (beta/theta)^k, k = {LONG}, beta = {r}, theta = beta^2", growing, {k: LONG, i: 1},
        limit="k -> infinity, then beta -> 1",
    ),
    Instance(
        adamw.claimed("L3"), "quadratic, n = G, lam = 0, |G| = eps^{1/2}/500", flat,
        {k: 1, rho: 1}, limit="G -> 0",
    ),
    Instance(
        adamw.claimed("L3.adam"), "quadratic, n = G, |G| = eps^{1/2}/500", flat, {k: 1},
        limit="G -> 0",
    ),
    Instance(adamw.claimed("L4.first"), "||grad f(x^1)||^2 = 2 L Delta, theta = 1/2", noisy),
    Instance(adamw.claimed("L4.step"), "theta = 0", forgetting, {k: 2, t: 0}),
    Instance(adamw.claimed("L4"), "theta = 0, t = 0", forgetting, {t: 0}),
    Instance(
        adamw.claimed("L4"), "eta = 0, sigma = 0, theta = 1/2, t = 999/1000, K = 12", standing,
        {t: late}, limit="t -> 1, K -> infinity",
    ),
    Instance(adamw.claimed("L5"), "mu = 1, variance sigma^2", noisy, {k: 1}),
    Instance(adamw.claimed("L5"), "mu = 1/2, variance sigma^2", mixing, {k: 1}),
    Instance(adamw.claimed("L6"), "v = 0, b = lam x D", resting, {k: 1}),
    Instance(adamw.claimed("L6.sum"), "v = 0, b = lam x D", resting),
    Instance(adamw.claimed("L7"), "G = 0, g = +-sigma, beta = 0", tossed, {k: 2, i: 1, w: 1}),
    Instance(adamw.claimed("L7.mean"), "G = 0, g = +-sigma, beta = 0", tossed, {k: 2, i: 1}),
    *(
        Instance(adamw.claimed(name), "sigma = 0, beta = 0, eps = 10^-12", bare, at,
                 limit="eps -> 0")
        for name, at in (("L7", {k: 1, i: 1, w: 1}), ("L7.mean", last))
    ),
    Instance(adamw.claimed("L7.sum"), "G = 0, g = +-sigma, beta = 0", tossed, {i: 1}),
    Instance(adamw.claimed("L7.total"), "G = 0, g = +-sigma, beta = 0", tossed),
    Instance(
        adamw.claimed("L7.sum"), "sigma = 0, a spike, then G = 0; beta = 1/4, K = 16",
        halving, {i: 1}, limit="eps -> 0, then K -> infinity",
    ),
    Instance(
        adamw.claimed("L7.total"), "sigma = 0, a spike, then G = 0; beta = 81/100, K = 48",
        slow, limit="eps -> 0, K -> infinity, then beta -> 1",
    ),
    Instance(adamw.claimed("L8"), "sigma = 0: g = G", plain),
    Instance(adamw.claimed("L9"), "K = 1, c |G| = D", adamw_world(1, {"eps": 16}, at=3),
             {c: Rational(5, 3)}),
    Instance(adamw.claimed("noise"), "variance sigma^2", noisy, last),
    Instance(adamw.claimed("gradient-gap"), "quadratic of curvature L", plain, {k: 1}),
    Instance(adamw.claimed("L9.weight"), "p = b, s = y", plain, dict.fromkeys((p0, s0, b0, y0), 1)),
    Instance(adamw.claimed("root.split"), "w = 0", plain, {u0: 1, w0: 0}),
    Instance(adamw.claimed("root.split"), "w = 10^12 u", plain, {u0: 1, w0: 10**12},
             limit="w/u -> infinity"),
    *(
        Instance(theory.claimed(f"{name}.{part}"), "mu = 1, theta = 999/1000", place, at,
                 limit="theta -> 1")
        for theory, place, names in (
            (adamw, near_one_theta, ("canonical", "tuned", "weighted")),
            (adam, adam_near_one_theta, ("canonical", "tuned", "weighted")),
        )
        for name in names
        for part, at in (("weight", {}), ("constant", floor(theory, name)))
    ),
    Instance(
        sgd.claimed("rate"), "K = 1, quadratic, sigma = 0", world(sgd_setting, 1, {"eta": 1}),
    ),
    Instance(norms.claimed("N1.lower"), "one coordinate is not 0", points={x: (1, 0)}),
    Instance(norms.claimed("N1.upper"), "all |x_i| are equal", points={x: (1, -1)}),
)  # fmt: skip
"""In the order of the blueprint."""
