"""The setting of smooth stochastic optimization: the objective, the oracle, assumptions A0 to A3.

Symbols: f, grad f, x^k, g^k, L, f*, sigma_i, and the abbreviations Delta = f(x^1) - f* and
sigma_s = (sum_i sigma_i^2)^(1/2). Source: blueprint section 0; the assumptions are those of
Bottou, Curtis, Nocedal (2018), with the variance bounded coordinate by coordinate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from ...optimizers.recursions import Recursion
from ..language import E, Sum, Theory, sqrt, square_integrable, within
from ..language.symbols import FunctionName, Notation, PointProcess, Process, coordinate

Range = tuple[sympy.Symbol, Any, Any]


@dataclass(frozen=True)
class Setting:
    """The symbols of the setting, for use in statements."""

    theory: Theory
    K: sympy.Symbol
    d: sympy.Symbol
    k: sympy.Symbol
    i: sympy.Symbol
    L: sympy.Symbol
    fstar: sympy.Symbol
    Delta: sympy.Symbol
    sigma_s: sympy.Symbol
    f: FunctionName
    grad: FunctionName
    x: PointProcess
    g: Process
    G: Notation
    sigma: Process

    @property
    def steps(self) -> object:
        """``1 <= k <= K``."""
        return within(self.k, 1, self.K)

    @property
    def coordinates(self) -> object:
        """``1 <= i <= d``."""
        return within(self.i, 1, self.d)


def assume_lower_bound(theory: Theory, f: FunctionName, fstar: sympy.Symbol) -> None:
    """A0: f(p) >= f* at every point."""
    p = sympy.Symbol("p")
    theory.assume("A0", (fstar, "<=", f(p)), points=(p,), source="f is bounded below")


def assume_descent(
    theory: Theory, f: FunctionName, grad: FunctionName, L: sympy.Symbol, over: Range
) -> None:
    """A1: f(y) <= f(p) + <grad f(p), y - p> + L/2 ||y - p||_2^2 at all pairs of points.

    ``over``: the range (i, 1, d) of coordinates.
    """
    p, y = sympy.symbols("p y")
    i = over[0]
    move = coordinate(y, i) - coordinate(p, i)
    theory.assume(
        "A1",
        (f(y), "<=", f(p) + Sum(grad(p, i) * move, over) + L / 2 * Sum(move**2, over)),
        points=(p, y),
        source="f is L-smooth (the descent lemma; Nesterov 2018, Lemma 1.2.3)",
    )


def stochastic_setting(theory: Theory, recursion: Recursion) -> Setting:
    """Declare the setting in ``theory``, with the iterates produced by ``recursion``."""
    K, d = theory.index_constants("K d", "number of iterations, dimension")
    k, i, p, y = sympy.symbols("k i p y")
    theory.indices("k i")
    (L,) = theory.constants("L", "smoothness constant")
    (fstar,) = theory.constants("fstar", "lower bound of the objective")
    f = theory.function("f", "point", meaning="objective")
    grad = theory.function("grad", "point", "index", meaning="gradient of the objective")
    x = theory.point_process("x", -1, source="deterministic-start", meaning="iterate")
    g = theory.process("g", meaning="stochastic gradient")
    sigma = theory.process("sigma", 1, adapted=None, meaning="noise level of a coordinate")
    G = Notation(lambda k, i: grad(x[k], i))
    every, step = within(i, 1, d), within(k, 1, K)
    assume_lower_bound(theory, f, fstar)
    assume_descent(theory, f, grad, L, (i, 1, d))
    theory.assume(
        "A1.gradient",
        (
            Sum((grad(p, i) - grad(y, i)) ** 2, (i, 1, d)),
            "<=",
            L**2 * Sum((coordinate(p, i) - coordinate(y, i)) ** 2, (i, 1, d)),
        ),
        group="A1",
        points=(p, y),
        source="f is L-smooth: the gradient is L-Lipschitz",
    )
    theory.assume(
        "A2", (E(g[k, i], given=k - 1), "==", G[k, i]), [step, every],
        source="the stochastic gradient is unbiased",
    )  # fmt: skip
    theory.assume(
        "A3", (E((g[k, i] - G[k, i]) ** 2, given=k - 1), "<=", sigma[i] ** 2), [step, every],
        source="the noise has bounded variance, coordinate by coordinate",
    )  # fmt: skip
    theory.assume(
        "A3.integrable", square_integrable(g[k, i] - G[k, i]), [step, every], group="A3",
        source="the noise has a variance: else E, which is 0 then, would bound nothing",
    )  # fmt: skip
    theory.run(recursion, steps=K, dimension=d)
    (Delta,) = theory.constants("Delta", "initial gap f(x^1) - f*")
    theory.define("Delta", Delta, f(x[1]) - fstar)
    (sigma_s,) = theory.constants("sigma_s", "total noise level")
    theory.define("sigma_s", sigma_s, sqrt(Sum(sigma[i] ** 2, (i, 1, d))))
    theory.shorthand("G", G[k, i], k, i, meaning="gradient at the iterate")
    theory.witness |= {K: 2, d: 2, k: 1, i: 1, L: 1, fstar: 0, f(x[1]): 1, sigma[1]: 1, sigma[2]: 0}
    return Setting(theory, K, d, k, i, L, fstar, Delta, sigma_s, f, grad, x, g, G, sigma)
