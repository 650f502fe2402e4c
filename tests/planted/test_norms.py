"""Wrong variants of the norm facts: constants, powers of d, equality cases, Gamma, axioms."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ratecert.proofs.language import (
    E,
    Rational,
    Sum,
    Theory,
    by,
    integrable,
    point,
    sqrt,
    symbols,
    within,
)
from ratecert.proofs.language.symbols import coordinate as at
from ratecert.proofs.library.vectors import l1, l1_below_l2, l2, l2_below_l1, pairs, vectors
from ratecert.proofs.theorems.norms import gaussian, norms, setting
from ratecert.proofs.theorems.norms import vectors as n1

TWO_PERCENT_LESS, TWO_PERCENT_MORE = Rational(49, 50), Rational(51, 50)
x, t, a, b = symbols("x t a b")
d, g, pi, phi, half = setting.d, setting.g, setting.pi, setting.phi, setting.half
i, j, n = setting.i, setting.j, setting.n
L1, L2 = l1(x, d), l2(x, d)
IN_DIMENSION = (within(d, 1),)
norm1, norm2 = gaussian.norm1, gaussian.norm2


@pytest.fixture
def world():
    """A theory with all norm facts, to claim more in."""
    theory = Theory("planted", extends=(norms,))

    def claim(relation, script, given=IN_DIMENSION, **more):
        name = f"claim-{len(theory.claims)}"
        more.setdefault("for_points", (x,))
        return theory.lemma(name, title=name, claim=relation, given=given, **more)(script)

    return SimpleNamespace(theory=theory, claim=claim)


def algebra(relation, *facts):
    """A script that has the facts at hand, and nothing else to say."""
    return lambda p: p.have(relation, by.algebra(*facts))


# --- N1: constants ------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [TWO_PERCENT_LESS, Rational(1, 2), -1])
def test_the_upper_constant_in_every_dimension(world, planted, factor):
    claim = (L1, "<=", sqrt(d) * planted.choose(1, factor) * L2)
    planted.judge(world.claim(claim, algebra(claim, n1.upper)), "undecided", "by algebra: false at")


@pytest.mark.parametrize("factor", [TWO_PERCENT_MORE, 2])
def test_the_lower_constant_in_every_dimension(world, planted, factor):
    claim = (planted.choose(1, factor) * L2, "<=", L1)
    planted.judge(world.claim(claim, algebra(claim, n1.lower)), "undecided", "by algebra: false at")


def in_the_plane(world, claim):
    return world.claim(claim, algebra(claim), given=())


one, two = at(x, 1), at(x, 2)
plane1, plane2 = abs(one) + abs(two), sqrt(one**2 + two**2)


def test_the_upper_constant_in_the_plane(world, planted):
    """Refuted at an exact point of R^2."""
    square = 2 * planted.choose(1, TWO_PERCENT_LESS)
    claimed = in_the_plane(world, (plane1, "<=", sqrt(square) * plane2))
    planted.judge(claimed, "refuted", "false at x_1 = ")


def test_the_lower_constant_in_the_plane(world, planted):
    factor = planted.choose(1, TWO_PERCENT_MORE)
    claimed = in_the_plane(world, (factor * plane2, "<=", plane1))
    planted.judge(claimed, "refuted", "false at x_1 = ")


def test_no_dimension_in_the_upper_constant(world, planted):
    factor = planted.choose(sqrt(2), 1)
    claimed = in_the_plane(world, (plane1, "<=", factor * plane2))
    planted.judge(claimed, "refuted", "false at x_1 = ")


def test_the_dimension_to_the_wrong_power(world, planted):
    """||x||_1 <= d^{1/4} ||x||_2: true for d = 1 only."""
    claim = (L1, "<=", planted.choose(sqrt(d), sqrt(sqrt(d))) * L2)
    planted.judge(world.claim(claim, algebra(claim, n1.upper)), "undecided", "by algebra: false at")


def test_the_two_sides_exchanged(world, planted):
    claim = planted.choose((L2, "<=", L1), (L1, "<=", L2))
    planted.judge(world.claim(claim, algebra(claim, n1.lower)), "undecided", "by algebra: false at")


def test_one_coordinate_too_few(world, planted):
    """The sum of d coordinates against the root of d - 1."""
    claim = (L1, "<=", sqrt(d - planted.choose(0, 1)) * L2)
    planted.judge(world.claim(claim, algebra(claim, n1.upper)), "undecided", "by algebra: false at")


# --- N1: hypotheses -----------------------------------------------------------------------------


def test_upper_in_no_dimension(world, planted):
    """Without 1 <= d: the lemma does not apply (and the root of d is not defined)."""
    given = planted.choose((within(d, 1),), ())
    claimed = world.claim((L1, "<=", sqrt(d) * L2), lambda p: p.use(l1_below_l2, n=d), given=given)
    planted.judge(claimed, "undecided", "hypotheses the claim does not state: 1 ≤ d")


def test_lower_for_another_number_of_coordinates(world, planted):
    """||(x_1, ..., x_{d+1})||_2 <= ||(x_1, ..., x_d)||_1."""
    count = planted.choose(d, d + 1)
    claimed = world.claim((l2(x, count), "<=", L1), lambda p: p.use(l2_below_l1, n=d))
    planted.judge(claimed, "undecided", "but the claim is")


# --- N1: equality -------------------------------------------------------------------------------

zero = {at(x, 1): 0, at(x, 2): 0}
ordered = (within(i, 1), within(j, i + 1, d))


def test_what_equality_on_the_left_says(world, planted):
    """With ||x||_1 = ||x||_2 the coordinates are not equal in size; their products are 0."""
    claim = planted.choose((at(x, i) * at(x, j), "==", 0), (abs(at(x, i)), "==", abs(at(x, j))))
    claimed = world.claim(
        claim, algebra(claim, n1.lower_equality), given=(*ordered, (L1, "==", L2)), witness=zero
    )
    planted.judge(claimed, "undecided", "by algebra: false at")


def test_what_equality_on_the_right_says(world, planted):
    claim = planted.choose((abs(at(x, i)), "==", abs(at(x, j))), (at(x, i) * at(x, j), "==", 0))
    given = (within(i, 1, d), within(j, 1, d), (L1, "==", sqrt(d) * L2))
    script = algebra(claim, n1.upper_equality, n1.upper_equality_mean)
    claimed = world.claim(claim, script, given=given, witness=zero)
    planted.judge(claimed, "undecided", "by algebra: false at")


def test_equal_sizes_are_not_equal_signs(world, planted):
    left, right = at(x, i), at(x, j)
    claim = planted.choose((abs(left), "==", abs(right)), (left, "==", right))
    given = (within(i, 1, d), within(j, 1, d), (L1, "==", sqrt(d) * L2))
    claimed = world.claim(claim, algebra(claim, n1.upper_equality), given=given, witness=zero)
    planted.judge(claimed, "undecided", "by algebra: false at")


def test_one_coordinate_is_no_pair(world, planted):
    """For i = j the product need not be 0."""
    given = (within(i, 1), within(j, planted.choose(i + 1, i), d), (L1, "==", L2))
    claim = (at(x, i) * at(x, j), "==", 0)
    claimed = world.claim(claim, lambda p: p.use(n1.lower_equality), given=given, witness=zero)
    planted.judge(claimed, "undecided", "hypotheses the claim does not state: i+1 ≤ j")


def test_equality_if_each_converse_had_the_other_s_hypothesis(world, planted):
    """No two coordinates other than 0: then the left inequality is an equation, not the right."""
    claim = (L1, "==", planted.choose(1, sqrt(d)) * L2)
    given = (within(d, 1), (pairs(x, d), "==", 0))
    script = algebra(claim, n1.lower_equality_if, n1.upper)
    planted.judge(
        world.claim(claim, script, given=given, witness=zero), "undecided", "by algebra: false at"
    )


# --- N2: the means ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [sqrt(2 * d / pi), d * sqrt(1 / pi), d * sqrt(2 / pi) * TWO_PERCENT_LESS, d * sqrt(pi / 2)],
    ids=["root of d", "2 dropped", "two percent less", "inverse"],
)
def test_another_mean_l1_norm(world, planted, wrong):
    claim = (E(norm1), "==", planted.choose(d * sqrt(2 / pi), wrong))

    def script(p):
        p.know(p.axiom("pi.positive"))
        return p.have(claim, by.algebra(gaussian.mean_l1))

    planted.judge(world.claim(claim, script), "undecided", "by algebra: undecided")


@pytest.mark.parametrize(
    ("above", "below"), [(0, 1), (2, 1), (1, -1), (2, 0)], ids=["inverse", "up", "down", "by one"]
)
def test_another_argument_of_gamma(world, planted, above, below):
    """E||g||_2 is 2^{1/2} Gamma((d+1)/2)/Gamma(d/2), and no neighbour of it."""
    p1, p0 = planted.choose((1, 0), (above, below))
    claim = (E(norm2), "==", sqrt(2) * half[d + p1] / half[d + p0])

    def script(p):
        for offset in (0, 1, 2):
            p.know(p.axiom("gamma.positive", n=d + offset))
        return p.have(claim, by.algebra(p.axiom("gaussian.norm.mean", n=d)))

    planted.judge(
        world.claim(claim, script, given=(within(d, 2),)), "undecided", "by algebra: undecided"
    )


def test_mean_l2_norm_two_percent_below(world, planted):
    claim = (E(norm2), "<=", planted.choose(1, TWO_PERCENT_LESS) * sqrt(d))
    claimed = world.claim(claim, algebra(claim, gaussian.mean_l2_bound))
    planted.judge(claimed, "undecided", "by algebra: false at")


@pytest.mark.parametrize(
    "wrong", [sqrt(2 / pi) * d, sqrt(2 * d / pi) * TWO_PERCENT_MORE, sqrt(2 * d), sqrt(d)],
    ids=["d for its root", "two percent more", "pi dropped", "2/pi dropped"],
)  # fmt: skip
def test_another_separation(world, planted, wrong):
    claim = (planted.choose(sqrt(2 * d / pi), wrong) * E(norm2), "<=", E(norm1))

    def script(p):
        p.know(p.axiom("pi.positive"))
        return p.have(claim, by.algebra(gaussian.separation))

    planted.judge(world.claim(claim, script), "undecided", "by algebra: false at")


def test_the_separation_the_other_way(world, planted):
    sides = (sqrt(2 * d / pi) * E(norm2), E(norm1))
    left, right = planted.choose(sides, sides[::-1])

    def script(p):
        p.know(p.axiom("pi.positive"))
        return p.have((left, "<=", right), by.algebra(gaussian.separation))

    planted.judge(world.claim((left, "<=", right), script), "undecided", "by algebra: false at")


# --- N2: phi ------------------------------------------------------------------------------------

inside = (within(n, 1, d - 1),)


def about_phi(world, claim, *facts, given=inside):
    return world.claim(claim, algebra(claim, *facts), given=given)


def test_phi_two_percent_above_1(world, planted):
    claim = (planted.choose(1, TWO_PERCENT_MORE), "<=", phi[n])
    planted.judge(about_phi(world, claim, gaussian.phi_lower), "undecided", "by algebra: false at")


@pytest.mark.parametrize("below", [1, TWO_PERCENT_LESS * sqrt(1 + 1 / n), sqrt(1 + 1 / (2 * n))])
def test_a_bound_on_phi_that_is_too_small(world, planted, below):
    """(phi(n))^2 = 1 + 1/(2n) + 1/(8n^2) + ...: the first two terms are too little already."""
    claim = (phi[n], "<=", planted.choose(sqrt(1 + 1 / n), below))
    claimed = about_phi(world, claim, gaussian.phi_upper, gaussian.phi_lower)
    planted.judge(claimed, "undecided", "by algebra: false at")


@pytest.mark.parametrize("wrong", [sqrt(n / (n + 1)), (n + 1) / n, 1])
def test_another_product(world, planted, wrong):
    claim = (phi[n] * phi[n + 1], "==", planted.choose(sqrt((n + 1) / n), wrong))
    claimed = about_phi(world, claim, gaussian.phi_product)
    planted.judge(claimed, "undecided", "by algebra: false at")


def test_phi_increases(world, planted):
    left, right = planted.choose((phi[n + 1], phi[n]), (phi[n], phi[n + 1]))
    claimed = about_phi(world, (left, "<=", right), gaussian.phi_decreasing, gaussian.phi_product)
    planted.judge(claimed, "undecided", "by algebra: false at")


def test_two_steps_with_another_m(world, planted):
    m = planted.choose(n + 1, n + 2)
    claim = (phi[n], "==", m / sqrt(m**2 - 1) * phi[n + 2])
    claimed = about_phi(world, claim, gaussian.phi_two)
    planted.judge(claimed, "undecided", "by algebra: undecided")


# --- what is assumed, and where -----------------------------------------------------------------


@pytest.mark.parametrize("last", [1, 2])
def test_phi_beyond_its_definition(world, planted, last):
    """phi is defined for n <= d + 1, which phi(n + 1) needs n <= d for."""
    given = (within(n, 1, planted.choose(d, d + last)),)
    claim = (phi[n] * phi[n + 1], "==", sqrt((n + 1) / n))
    claimed = world.claim(claim, lambda p: p.use(gaussian.phi_product), given=given)
    planted.judge(claimed, "undecided", "hypotheses the claim does not state: n ≤ d")


def test_phi_at_0(world, planted):
    given = (within(n, planted.choose(1, 0), d),)
    claimed = world.claim((1, "<=", phi[n]), lambda p: p.use(gaussian.phi_lower), given=given)
    planted.judge(claimed, "undecided", "hypotheses the claim does not state: 1 ≤ n")


def small(*, convex=True, finite=True):
    """The axioms again, in a theory of their own, with one left out."""
    theory = Theory("small", extends=(vectors,))
    (D,) = theory.index_constants("d")
    theory.indices("i n")
    gamma, h = theory.function("Gamma", "term"), theory.process("g", 1)
    theory.assume("positive", (0, "<", gamma(n / 2)), [within(n, 1, D + 2)], kind="axiom")
    theory.assume(
        "recurrence", (gamma(n / 2 + 1), "==", n / 2 * gamma(n / 2)), [within(n, 1, D + 2)],
        kind="axiom",
    )  # fmt: skip
    if convex:
        theory.assume(
            "convex", (gamma((n + 1) / 2) ** 2, "<=", gamma(n / 2) * gamma(n / 2 + 1)),
            [within(n, 1, D + 2)], kind="axiom",
        )  # fmt: skip
    if finite:
        theory.assume(
            "finite", integrable(h[i]), [within(i, 1, D)], group="gaussian-abs-mean", kind="axiom"
        )
    theory.witness |= {D: 1, n: 1, i: 1}
    return theory, D, gamma, h


def test_without_log_convexity(planted):
    """Gamma((n+1)/2) <= (n/2)^{1/2} Gamma(n/2) is not in the recurrence."""
    theory, D, gamma, _ = small(convex=planted.choose(True, False))
    claim = (gamma((n + 1) / 2) ** 2, "<=", n / 2 * gamma(n / 2) ** 2)

    @theory.lemma("below", title="Below", claim=claim, given=[within(n, 1, D)])
    def below(p):
        names = [a.name for a in theory.kernel().axioms]
        p.know(p.axiom("positive", n=n), p.axiom("positive", n=n + 1))
        return p.have(claim, by.algebra(*(p.axiom(name) for name in names if name != "positive")))

    planted.judge(below, "undecided", "by algebra: false at")


def test_without_integrability(planted):
    """Additivity and monotonicity of E need the Gaussian's mean to exist."""
    theory, D, _, h = small(finite=planted.choose(True, False))
    size, norm = Sum(abs(h[i]), (i, 1, D)), sqrt(Sum(h[i] ** 2, (i, 1, D)))

    @theory.lemma(
        "mean", title="Mean", claim=(E(size), "<=", E(sqrt(D) * norm)), given=[within(D, 1)]
    )
    def mean(p):
        return p.have(
            (E(size), "<=", E(sqrt(D) * norm)),
            by.expectation(p.use(l1_below_l2, n=D, x=point(lambda i: h[i]))),
        )

    planted.judge(mean, "undecided", "not known to be integrable")


def test_coordinates_are_not_uncorrelated_by_assumption(world, planted):
    """Only the means of |g_i| and of the norms are assumed, nothing of two coordinates together."""
    body, value = planted.choose((abs(g[1]), sqrt(2 / pi)), (g[1] * g[2], 0))

    def script(p):
        p.know(p.axiom("pi.positive"))
        return p.have((E(body), "==", value), by.linearity(p.axiom("gaussian.abs.mean", i=1)))

    claimed = world.claim((E(body), "==", value), script, given=(within(d, 2),), witness={d: 2})
    planted.judge(claimed, "undecided", "E[g[1]·g[2]] = 0\n  by linearity of E: ")
