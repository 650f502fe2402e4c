"""The symbols of the norm facts, and what is assumed of Gamma, pi and a standard Gaussian vector.

    g ~ N(0, I_d),        phi(n) = n^{1/2} Gamma(n/2)/(2^{1/2} Gamma((n+1)/2))

The kernel knows no integrals, so the two means of a Gaussian vector are axioms. With the density
(2 pi)^{-1/2} exp(-t^2/2) of g_i, and the chi density of r = ||(g_1, ..., g_n)||_2,

    E|g_i| = 2 (2 pi)^{-1/2} int_0^oo t exp(-t^2/2) dt = (2/pi)^{1/2},
    E r    = 2^{1-n/2}/Gamma(n/2) int_0^oo r^n exp(-r^2/2) dr = 2^{1/2} Gamma((n+1)/2)/Gamma(n/2)

by int_0^oo t^{s-1} exp(-t^2/2) dt = 2^{s/2-1} Gamma(s/2). The tests do these integrals. Any n of
the coordinates g_1, ..., g_{n+1} are such a vector too: used once, to see that phi decreases.

Of Gamma three facts are used, and assumed at n/2 for n <= d + 2 only, which is where they are used:
it is positive, Gamma(x+1) = x Gamma(x), and it is logarithmically convex at midpoints. For all n
they would force Gamma(1/2)/Gamma(1) = pi^{1/2} (Wallis), which no model of exact numbers has.
"""

from collections.abc import Iterable
from typing import Any

import sympy

from ...language import E, Expr, Rational, Sum, Theory, integrable, sqrt, within
from ...language.symbols import Notation, Relation
from ...library.inequalities import inequalities
from ...library.vectors import vectors
from .model import gaussian_model

norms = Theory(
    "norms",
    "The l1 norm and the l2 norm",
    source="NIST Digital Library of Mathematical Functions, chapter 5 (2010)",
    extends=(inequalities, vectors),
)
(d,) = norms.index_constants("d", "dimension")
i, j, n = norms.indices("i j n")
(pi,) = norms.constants("pi", "the circle constant")
Gamma = norms.function("Gamma", "term", meaning="Euler's function")
g = norms.process("g", 1, meaning="a coordinate of a standard Gaussian vector; F_i: the first i")
half = Notation(lambda n: Gamma(sympy.Mul(Rational(1, 2), n, evaluate=False)))  # (n + 1)/2

coordinate, other = within(i, 1, d), within(j, 1, d)
dimension, next_dimension = within(n, 1, d), within(n, 1, d - 1)
halves = within(n, 1, d + 2)

# --- pi and Gamma -------------------------------------------------------------------------------


def fact(id: str, claim: Relation, given: Iterable[Any] = (), *, of: str = "", source: str) -> None:
    """An axiom; ``of``: the one under whose id it is listed."""
    name, group = id.replace("-", "."), of or id
    norms.assume(name, claim, given, group=group, kind="axiom", source=source)


fact("pi-positive", (0, "<", pi), source="pi = 4 arctan 1; NIST DLMF 3.12")
fact(
    "gamma-positive", (0, "<", half[n]), [halves],
    source="Gamma(x) is the integral of t^(x-1) exp(-t) over t > 0; NIST DLMF 5.2.1",
)  # fmt: skip
fact(
    "gamma-recurrence", (Gamma(n / 2 + 1), "==", n / 2 * half[n]), [halves],
    source="Gamma(x+1) = x Gamma(x), by parts; NIST DLMF 5.5.1",
)  # fmt: skip
fact(
    "gamma-log-convex",
    (Gamma(n / 2 + Rational(1, 2)) ** 2, "<=", half[n] * Gamma(n / 2 + 1)),
    [halves],
    source="Gamma(x+1/2)^2 <= Gamma(x) Gamma(x+1), by Cauchy-Schwarz; NIST DLMF 5.5(iv)",
)

# --- a standard Gaussian vector -------------------------------------------------------------------

fact(
    "gaussian-abs-mean", (E(abs(g[i])), "==", sqrt(2 / pi)), [coordinate],
    source="g_i ~ N(0, 1): the integral of |t| against its density",
)  # fmt: skip
norms.assume(
    "gaussian.abs.mean.finite", integrable(g[i]), [coordinate], group="gaussian-abs-mean",
    kind="axiom", source="g_i ~ N(0, 1): that integral is finite",
)  # fmt: skip


def first(n: Expr) -> Expr:
    """``g_1^2 + ... + g_n^2``."""
    return Sum(g[i] ** 2, (i, 1, n))


mean_norm = Notation(lambda n: sqrt(2) * half[n + 1] / half[n])

fact(
    "gaussian-norm-mean", (E(sqrt(first(n))), "==", mean_norm[n]), [dimension],
    source="(g_1, ..., g_n) ~ N(0, I_n): the mean of the chi distribution",
)  # fmt: skip
fact(
    "gaussian-norm-mean.omitting",
    (E(sqrt(first(n + 1) - g[j] ** 2)), "==", mean_norm[n]),
    [next_dimension, within(j, 1, n + 1)],
    of="gaussian-norm-mean",
    source="g_1, ..., g_(n+1) without g_j: also a vector ~ N(0, I_n)",
)

# --- abbreviations ------------------------------------------------------------------------------

phi = norms.process("phi", 1, adapted=None, meaning="in R^n, E||g||_1 over (2n/pi)^{1/2} E||g||_2")
norms.define("phi", phi[n], sqrt(n) * half[n] / (sqrt(2) * half[n + 1]), [within(n, 1, d + 1)])
axis = norms.process("axis", 1, adapted=None, meaning="the vector (1, 0, ..., 0)")
norms.define("axis.1", axis[1], 1)
norms.define("axis", axis[i], 0, [within(i, 2)])

norms.typeset(axis="u")
norms.introduce(
    r"How far apart are the $\ell_1$ norm and the $\ell_2$ norm in $d$ dimensions? At most by the "
    r"factor $\sqrt d$, and we say exactly which vectors attain each end. For a standard Gaussian "
    r"vector they are apart by nearly as much: the mean norms by at least $\sqrt{2d/\pi}$. So a "
    r"rate in $\ell_1$ with a factor $\sqrt d$ is no weaker than one in $\ell_2$ without it, where "
    "gradients are dense."
)
norms.witness |= {d: 2, n: 1, i: 1, j: 2}
norms.model(gaussian_model(norms, d, n, pi, Gamma, g))
