"""A finite model of what is assumed of Gamma, pi and g: two coordinates, four outcomes a step.

Nothing in it is Gaussian, nor is pi 3.14...: it shows that the axioms do not contradict each other.
(|g_1|, |g_2|) is (3/5, 4/5) or (4/5, 3/5) with probability 7/16 each, (3, 0) or (0, 3) with 1/16
each, and each step also tosses a sign. So E|g_1| = E|g_2| = 4/5 and E||g||_2 = 5/4, whence
pi = 25/8, Gamma(1)/Gamma(1/2) = 2^{3/2}/5, and Gamma(n/2) for n = 3, ..., 6 by the recurrence. All
are square roots of rationals, with which the evaluation is exact.
"""

import sympy

from ...language import Expr, Outcome, Rational, ScenarioTree, Theory, sqrt, symbols
from ...language.symbols import FunctionName, Process


def through(t: Expr, values: dict[Expr, Expr]) -> Expr:
    """Lagrange's polynomial in t with the given values."""
    total = sympy.Integer(0)
    for at, value in values.items():
        others = [b for b in values if b != at]
        total += value * sympy.Mul(*((t - b) / (at - b) for b in others))
    return total


def gaussian_model(
    theory: Theory, d: Expr, n: Expr, pi: Expr, Gamma: FunctionName, g: Process
) -> ScenarioTree:
    """The model described above; the first step tells g_1, the second g_2."""
    t = symbols("t")[0]
    size, sign = Process("size"), Process("sign")
    root = 2 * sqrt(2) / 5
    whole = {Rational(1, 2): 1, 1: 0, Rational(3, 2): Rational(1, 2), 2: 0,
             Rational(5, 2): Rational(3, 4), 3: 0}  # fmt: skip
    of_root = {at: 0 if value else 1 for at, value in whole.items()} | {3: 2}
    other = {Rational(3, 5): Rational(4, 5), Rational(4, 5): Rational(3, 5), 3: 0, 0: 3}
    chances = (Rational(7, 16), Rational(7, 16), Rational(1, 16), Rational(1, 16))
    return ScenarioTree(
        steps=2,
        step=n,
        sizes={d: 2},
        values={pi: Rational(25, 8)},
        functions={Gamma(t): through(t, whole) + root * through(t, of_root)},
        equations=[
            (g[1], sign[1, 1] * size[1, 1], []),
            (g[2], sign[2, 1] * through(size[1, 1], other), []),
        ],
        outcomes=[
            Outcome(chance, {size: (value,), sign: (s,)})
            for chance, value, s in zip(chances, other, (1, -1, 1, -1), strict=True)
        ],
        satisfies={"N2": {}},
    )
