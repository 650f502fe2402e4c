"""The setting of convex optimization by exact gradients: f, its minimiser, and what is assumed.

Symbols: f, grad f, x^k, L, f*, x* and R = ||x^1 - x*||_2. Nothing is random. Smoothness is A1 of
``setting``; convexity is the same statement with the other sign, at arbitrary pairs of points, so
that whatever smooth convex functions satisfy at finitely many points can be derived by choosing a
third one. That the oracle is exact is an assumption of its own, on the recursion of SGD.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from ...optimizers.recursions import Recursion
from ..language import Expr, Sum, Theory, point, sqrt, within
from ..language.symbols import FunctionName, Notation, PointProcess, Process, coordinate
from .setting import assume_descent, assume_lower_bound


@dataclass(frozen=True)
class ConvexSetting:
    """The symbols of the setting, for use in statements; ``minimiser`` is the point x*."""

    theory: Theory
    K: sympy.Symbol
    d: sympy.Symbol
    k: sympy.Symbol
    i: sympy.Symbol
    L: sympy.Symbol
    mu: sympy.Symbol
    fstar: sympy.Symbol
    R: sympy.Symbol
    f: FunctionName
    grad: FunctionName
    x: PointProcess
    g: Process
    G: Notation
    xstar: Process
    minimiser: Expr

    @property
    def steps(self) -> object:
        """``1 <= k <= K``."""
        return within(self.k, 1, self.K)

    @property
    def coordinates(self) -> object:
        """``1 <= i <= d``."""
        return within(self.i, 1, self.d)


def convex_setting(theory: Theory, recursion: Recursion) -> ConvexSetting:
    """Declare the setting in ``theory``; ``recursion`` gets g^k = grad f(x^k)."""
    K, d = theory.index_constants("K d", "number of iterations, dimension")
    k, i, p, y = sympy.symbols("k i p y")
    theory.indices("k i")
    (L,) = theory.constants("L", "smoothness constant")
    (mu,) = theory.constants("mu", "constant of strong convexity")
    (fstar,) = theory.constants("fstar", "least value of the objective")
    f = theory.function("f", "point", meaning="objective")
    grad = theory.function("grad", "point", "index", meaning="gradient of the objective")
    x = theory.point_process("x", None, meaning="iterate")
    g = theory.process("g", adapted=None, meaning="what the oracle answers")
    xstar = theory.process("xstar", 1, adapted=None, meaning="coordinate of a minimiser")
    G = Notation(lambda k, i: grad(x[k], i))
    minimiser = point(lambda j: xstar[j])
    every, step, over = within(i, 1, d), within(k, 1, K), (i, 1, d)
    move = coordinate(y, i) - coordinate(p, i)
    tangent = f(p) + Sum(grad(p, i) * move, over)

    assume_lower_bound(theory, f, fstar)
    assume_descent(theory, f, grad, L, over)
    theory.assume(
        "exact", (g[k, i], "==", G[k, i]), [step, every], source="the oracle answers the gradient"
    )
    theory.assume(
        "minimum", (f(minimiser), "==", fstar), source="f has a minimiser x*, f(x*) = f*"
    )  # fmt: skip
    theory.assume(
        "convex", (tangent, "<=", f(y)), points=(p, y),
        source="f is convex (Nesterov 2018, Definition 2.1.1)",
    )  # fmt: skip
    theory.assume(
        "convex.strongly",
        (tangent + mu / 2 * Sum(move**2, over), "<=", f(y)),
        group="strongly-convex",
        points=(p, y),
        source="f is mu-strongly convex (Nesterov 2018, Definition 2.1.3)",
    )
    theory.run(recursion, steps=K, dimension=d)
    (R,) = theory.constants("R", "distance of the start from the minimiser")
    theory.define("R", R, sqrt(Sum((x[1, i] - xstar[i]) ** 2, over)))
    theory.shorthand("G", G[k, i], k, i, meaning="gradient at the iterate")
    theory.witness |= {K: 2, d: 2, k: 1, i: 1, L: 1, mu: 0, fstar: 0, f(x[1]): 1}
    return ConvexSetting(
        theory, K, d, k, i, L, mu, fstar, R, f, grad, x, g, G, xstar, minimiser
    )  # fmt: skip
