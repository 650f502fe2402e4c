"""N2: for g ~ N(0, I_d), E||g||_1 = phi(d) (2d/pi)^{1/2} E||g||_2, and phi(d) is nearly 1.

Gamma's recurrence makes phi(n) phi(n+1) = ((n+1)/n)^{1/2}; its logarithmic convexity makes
phi >= 1, so that phi(n) <= (1 + 1/n)^{1/2}. That phi decreases follows from these too, but only
with a limit: phi(n)/phi(n+1) >= phi(n+2j)/phi(n+2j+1) -> 1 as j grows. It follows without one from
n + 1 Gaussians of which one is left out: by N1 in R^{n+1}, the mean over j of ||(g_i)_{i != j}||_2
is at most (n/(n+1))^{1/2} ||(g_1, ..., g_{n+1})||_2.
"""

from ...language import E, Proof, Sum, Theorem, by, point, sqrt, within
from ...library.vectors import l1_below_l2, member
from .setting import (
    Gamma,
    d,
    dimension,
    first,
    g,
    half,
    i,
    j,
    mean_norm,
    n,
    next_dimension,
    norms,
    phi,
    pi,
)
from .vectors import upper

norm1 = Sum(abs(g[i]), (i, 1, d))
norm2 = sqrt(first(d))
in_dimension = within(d, 1)
with_next = within(n, 1, d + 1)


def know_gamma(p: Proof, *offsets: int) -> None:
    """Gamma((n + offset)/2) > 0."""
    for offset in offsets:
        p.know(p.axiom("gamma.positive", n=n + offset))


# --- the means ----------------------------------------------------------------------------------


norms.section(
    "The mean norms of a Gaussian vector",
    r"One mean is $d$ times that of $|g_i|$. The other is a quotient of values of $\Gamma$, "
    r"written with a factor $\phi$ that is at least $1$, decreases, and tends to $1$.",
)


@norms.lemma(
    "N2.l1",
    title="The mean l1 norm of a standard Gaussian vector",
    given=[in_dimension],
    claim=(E(norm1), "==", d * sqrt(2 / pi)),
    reference="blueprint N2",
)
def mean_l1(p: Proof) -> Theorem:
    p.know(p.axiom("pi.positive"))
    return p.calc(
        E(norm1),
        "==", Sum(E(abs(g[i])), (i, 1, d)), by.linearity(),
        "==", Sum(sqrt(2 / pi), (i, 1, d)), by.termwise(i, by.axiom("gaussian.abs.mean")),
        "==", d * sqrt(2 / pi), by.algebra(),
    )  # fmt: skip


# --- phi ----------------------------------------------------------------------------------------


@norms.lemma(
    "N2.phi.lower",
    title="phi is at least 1",
    given=[with_next],
    claim=(1, "<=", phi[n]),
    reference="blueprint N2",
)
def phi_lower(p: Proof) -> Theorem:
    know_gamma(p, 0, 1)
    convex, recurrence = p.axiom("gamma.log.convex"), p.axiom("gamma.recurrence")
    square = p.calc(
        half[n + 1] ** 2,
        "<=", half[n] * Gamma(n / 2 + 1), by.algebra(convex),
        "==", (sqrt(n) * half[n] / sqrt(2)) ** 2, by.algebra(recurrence),
    )  # fmt: skip
    root = p.have((half[n + 1], "<=", sqrt(n) * half[n] / sqrt(2)), by.algebra(square))
    return p.calc(
        1,
        "<=", sqrt(n) * half[n] / sqrt(2) / half[n + 1], by.multiplying(root, 1 / half[n + 1]),
        "==", phi[n], by.definition(phi),
    )  # fmt: skip


@norms.lemma(
    "N2.phi.mean",
    title="The mean l2 norm of a standard Gaussian vector, by phi",
    given=[dimension],
    claim=(E(sqrt(first(n))), "==", sqrt(n) / phi[n]),
    reference="blueprint N2",
)
def mean_l2(p: Proof) -> Theorem:
    know_gamma(p, 0, 1)
    p.know(p.use(phi_lower))
    return p.calc(
        E(sqrt(first(n))),
        "==", mean_norm[n], by.axiom("gaussian.norm.mean"),
        "==", sqrt(n) / phi[n], by.definition(phi),
    )  # fmt: skip


@norms.lemma(
    "N2.phi.product",
    title="Two values of phi in a row",
    given=[dimension],
    claim=(phi[n] * phi[n + 1], "==", sqrt((n + 1) / n)),
    reference="blueprint N2",
)
def phi_product(p: Proof) -> Theorem:
    know_gamma(p, 0, 1, 2)
    after = p.have((half[n + 2], "==", n / 2 * half[n]), by.algebra(p.axiom("gamma.recurrence")))
    return p.calc(
        phi[n] * phi[n + 1],
        "==", sqrt(n) * sqrt(n + 1) * half[n] / (2 * half[n + 2]), by.definition(phi),
        "==", sqrt(n) * sqrt(n + 1) * half[n] / (2 * (n / 2 * half[n])), by.rewriting(after),
        "==", sqrt((n + 1) / n), by.algebra(),
    )  # fmt: skip


@norms.lemma(
    "N2.phi.upper",
    title="phi is at most sqrt(1 + 1/n)",
    given=[dimension],
    claim=(phi[n], "<=", sqrt(1 + 1 / n)),
    reference="blueprint N2",
)
def phi_upper(p: Proof) -> Theorem:
    above, here = p.use(phi_lower, n=n + 1), p.use(phi_lower)
    return p.calc(
        phi[n],
        "<=", phi[n] * phi[n + 1], by.algebra(above, here),
        "==", sqrt((n + 1) / n), by.lemma(phi_product),
        "==", sqrt(1 + 1 / n), by.algebra(),
    )  # fmt: skip


@norms.lemma(
    "N2.phi.two",
    title="phi two steps on",
    given=[within(n, 1, d - 1)],
    claim=(phi[n], "==", (n + 1) / sqrt((n + 1) ** 2 - 1) * phi[n + 2]),
    reference="blueprint N2, m = n + 1",
)
def phi_two(p: Proof) -> Theorem:
    r"""We divide $\phi_n\phi_{n+1}=\sqrt{(n+1)/n}$ by $\phi_{n+1}\phi_{n+2}=\sqrt{(n+2)/(n+1)}$."""
    p.know(p.use(phi_lower, n=n + 1))
    here, after = p.use(phi_product), p.use(phi_product, n=n + 1)
    return p.calc(
        phi[n],
        "==", sqrt((n + 1) / n) / phi[n + 1], by.multiplying(here, 1 / phi[n + 1]),
        "==", (n + 1) / sqrt((n + 1) ** 2 - 1) * sqrt((n + 2) / (n + 1)) / phi[n + 1],
        by.algebra(),
        "==", (n + 1) / sqrt((n + 1) ** 2 - 1) * phi[n + 2],
        by.multiplying(after, -(n + 1) / sqrt((n + 1) ** 2 - 1) / phi[n + 1]),
    )  # fmt: skip


whole = first(n + 1)
but_one = whole - g[j] ** 2
any_coordinate = within(j, 1, n + 1)


@norms.lemma(
    "N2.omitting",
    title="A square is at most the sum of squares",
    given=[any_coordinate],
    claim=(0, "<=", but_one),
)
def omitting(p: Proof) -> Theorem:
    squared = point(lambda i: g[i] ** 2)
    return p.have((0, "<=", but_one), by.algebra(p.use(member, x=squared, i=j, n=n + 1)))


@norms.lemma(
    "N2.phi.decreasing",
    title="phi decreases",
    given=[next_dimension],
    claim=(phi[n + 1], "<=", phi[n]),
    reference="blueprint N2",
)
def phi_decreasing(p: Proof) -> Theorem:
    """N1 for the n + 1 norms with one coordinate left out, whose squares sum to n ||g||_2^2."""
    know_gamma(p, 0, 1)
    for offset in (0, 1):
        p.know(p.use(phi_lower, n=n + offset))
    vector = point(lambda j: sqrt(whole - g[j] ** 2))
    squares = p.calc(
        Sum(sqrt(but_one) ** 2, (j, 1, n + 1)),
        "==", Sum(but_one, (j, 1, n + 1)), by.termwise(j, by.algebra(omitting)),
        "==", n * whole, by.algebra(),
    )  # fmt: skip
    norms_omitting = p.calc(
        Sum(sqrt(but_one), (j, 1, n + 1)),
        "==", Sum(abs(sqrt(but_one)), (j, 1, n + 1)), by.algebra(),
        "<=", sqrt(n + 1) * sqrt(Sum(sqrt(but_one) ** 2, (j, 1, n + 1))),
        by.lemma(l1_below_l2, x=vector, n=n + 1),
        "==", sqrt(n + 1) * sqrt(n * whole), by.rewriting(squares),
        "==", sqrt(n * (n + 1)) * sqrt(whole), by.algebra(),
    )  # fmt: skip
    all_of = p.use(mean_l2, n=n + 1)
    means = p.calc(
        (n + 1) * (sqrt(n) / phi[n]),
        "==", Sum(mean_norm[n], (j, 1, n + 1)),
        by.algebra(p.have((mean_norm[n], "==", sqrt(n) / phi[n]), by.definition(phi))),
        "==", Sum(E(sqrt(but_one)), (j, 1, n + 1)),
        by.termwise(j, by.axiom("gaussian.norm.mean.omitting")),
        "==", E(Sum(sqrt(but_one), (j, 1, n + 1))), by.linearity(),
        "<=", E(sqrt(n * (n + 1)) * sqrt(whole)), by.expectation(norms_omitting),
        "==", sqrt(n * (n + 1)) * E(sqrt(whole)), by.linearity(),
        "==", sqrt(n * (n + 1)) * (sqrt(n + 1) / phi[n + 1]), by.rewriting(all_of),
    )  # fmt: skip
    return p.have((phi[n + 1], "<=", phi[n]), by.algebra(means))


# --- the theorem --------------------------------------------------------------------------------


norms.section(
    "Gaussian vectors separate the norms",
    r"With what is known of $\phi$ the ratio of the mean norms follows, and its bounds.",
)


@norms.lemma(
    "N2.l2",
    title="The mean l2 norm of a standard Gaussian vector is at most sqrt(d)",
    given=[in_dimension],
    claim=(E(norm2), "<=", sqrt(d)),
    reference="blueprint N2",
)
def mean_l2_bound(p: Proof) -> Theorem:
    p.know(p.use(phi_lower, n=d))
    return p.calc(
        E(norm2),
        "==", sqrt(d) / phi[d], by.lemma(mean_l2, n=d),
        "<=", sqrt(d), by.algebra(),
    )  # fmt: skip


@norms.theorem(
    "N2.ratio",
    title="The ratio of the mean norms, exactly",
    given=[in_dimension],
    claim=(E(norm1), "==", phi[d] * sqrt(2 * d / pi) * E(norm2)),
    reference="blueprint N2",
)
def ratio(p: Proof) -> Theorem:
    p.know(p.axiom("pi.positive"), p.use(phi_lower, n=d))
    return p.calc(
        E(norm1),
        "==", d * sqrt(2 / pi), by.lemma(mean_l1),
        "==", phi[d] * sqrt(2 * d / pi) * (sqrt(d) / phi[d]), by.algebra(),
        "==", phi[d] * sqrt(2 * d / pi) * E(norm2),
        by.multiplying(p.use(mean_l2, n=d), -phi[d] * sqrt(2 * d / pi)),
    )  # fmt: skip


@norms.theorem(
    "N2",
    title="The mean l1 norm of a standard Gaussian vector is at least sqrt(2d/pi) mean l2 norms",
    given=[in_dimension],
    claim=(sqrt(2 * d / pi) * E(norm2), "<=", E(norm1)),
    reference="blueprint N2; the abstract of arXiv 2505.11840",
)
def separation(p: Proof) -> Theorem:
    p.know(p.axiom("pi.positive"))
    return p.calc(
        sqrt(2 * d / pi) * E(norm2),
        "<=", sqrt(2 * d / pi) * sqrt(d), by.multiplying(mean_l2_bound, sqrt(2 * d / pi)),
        "==", d * sqrt(2 / pi), by.algebra(),
        "==", E(norm1), by.algebra(mean_l1),
    )  # fmt: skip


@norms.lemma(
    "N2.upper",
    title="The mean l1 norm is at most sqrt(d) mean l2 norms: N1, in expectation",
    given=[in_dimension],
    claim=(E(norm1), "<=", sqrt(d) * E(norm2)),
)
def upper_in_expectation(p: Proof) -> Theorem:
    vector = point(lambda i: g[i])
    return p.calc(
        E(norm1),
        "<=", E(sqrt(d) * norm2), by.expectation(p.use(upper, x=vector)),
        "==", sqrt(d) * E(norm2), by.linearity(),
    )  # fmt: skip


@norms.lemma(
    "N2.half",
    title="Gamma(1/2), from a Gaussian vector of one coordinate",
    given=[in_dimension],
    claim=(half[1], "==", sqrt(pi) * half[2]),
)
def gamma_half(p: Proof) -> Theorem:
    p.know(p.axiom("pi.positive"), p.axiom("gamma.positive", n=1))
    only = p.have((first(1), "==", g[1] ** 2), by.algebra(p.last(g[i] ** 2, within(i, 1, 1))))
    one = p.calc(
        sqrt(2) * half[2] / half[1],
        "==", E(sqrt(first(1))), by.algebra(p.axiom("gaussian.norm.mean", n=1)),
        "==", E(abs(g[1])), by.rewriting(only),
        "==", sqrt(2 / pi), by.axiom("gaussian.abs.mean", i=1),
    )  # fmt: skip
    return p.have((half[1], "==", sqrt(pi) * half[2]), by.multiplying(one, -half[1] * sqrt(pi / 2)))
