"""L2: how far the iterates go."""

from ...language import (
    Claimed,
    Max,
    Proof,
    Rational,
    Theorem,
    bounded,
    by,
    indices,
    sqrt,
    symbols,
    within,
)
from ...library.inequalities import square_monotone, triangle
from .integrability import know_denominator
from .momentum import dominance, double, mixed_domination, sharp_domination
from .setting import (
    D,
    K,
    adamw,
    beta,
    coordinate,
    d,
    decays,
    eps,
    eta,
    g,
    i,
    k,
    lam,
    m,
    mixing,
    mu,
    n,
    q,
    smoothing,
    step,
    theta,
    v,
    x,
    xmax,
)

# --- L2: iterates stay bounded ------------------------------------------------------------------

R, x0, n0, D0 = symbols("R x0 n0 D0")
(j,) = indices("j")
balanced = [*decays, (beta**2, "<=", theta), (0, "<", eps)]
dominated = [*balanced, (0, "<=", R), (2 * q, "<=", R**2)]
decaying = [(0, "<", eta), (0, "<=", lam), (lam * eta, "<=", 1)]


def rooted(p: Proof, square: Theorem) -> Theorem:
    """``|n| <= R D`` from ``n^2 <= (R D)^2``."""
    known = by.lemma(square_monotone, square, x=n[k, i], y=R * D[k, i])
    return p.have((abs(n[k, i]), "<=", R * D[k, i]), known)


adamw.section(
    "The iterates stay bounded",
    r"Weight decay pulls the iterates towards $0$, and a step is at most $R\eta$ in each "
    "coordinate.",
)


@adamw.lemma(
    "L1.root",
    title="Momentum domination, as |n| <= R D",
    for_constants=(R,),
    given=[step, coordinate, *dominated],
    claim=(abs(n[k, i]), "<=", R * D[k, i]),
    witness={R: 2},
    reference="blueprint L1: R = (2q)^{1/2} serves",
)
def dominated_momentum(p: Proof) -> Theorem:
    know_denominator(p)
    square = p.calc(
        n[k, i] ** 2,
        "<=", 2 * q * v[k, i], by.lemma(double),
        "<=", R**2 * (v[k, i] + eps), by.algebra(),
        "==", (R * D[k, i]) ** 2, by.definition(D),
    )  # fmt: skip
    return rooted(p, square)


sharply_dominated = [
    *decays, (beta**2, "<=", theta), (0, "<", eps), (0, "<=", R),
    (mu, "==", 1), (Rational(4, 3), "<=", R**2),
]  # fmt: skip


@adamw.lemma(
    "L1.root.sharp",
    title="AdamW's momentum domination, as |n| <= R D with R^2 >= 4/3",
    for_constants=(R,),
    given=[step, coordinate, *sharply_dominated],
    claim=(abs(n[k, i]), "<=", R * D[k, i]),
    witness={R: 2},
    reference="blueprint L1, sharper: R = 2/3^{1/2} serves for AdamW",
)
def sharply_dominated_momentum(p: Proof) -> Theorem:
    know_denominator(p)
    square = p.calc(
        n[k, i] ** 2,
        "==", (mu * m[k, i] + (1 - mu) * g[k, i]) ** 2, by.definition(n, k=k),
        "==", m[k, i] ** 2, by.algebra((mu, "==", 1), alone=True),
        "<=", Rational(4, 3) * v[k, i], by.lemma(sharp_domination),
        "<=", R**2 * (v[k, i] + eps), by.algebra(),
        "==", (R * D[k, i]) ** 2, by.definition(D),
    )  # fmt: skip
    return rooted(p, square)


driven = [*balanced, *mixing, (0, "<=", R), (dominance, "<=", R**2)]


@adamw.lemma(
    "L1.root.mixed",
    title="Momentum domination for 0 <= mu <= 1, as |n| <= R D with R^2 >= 2q - 2mu^2/3",
    for_constants=(R,),
    given=[step, coordinate, *driven],
    claim=(abs(n[k, i]), "<=", R * D[k, i]),
    witness={R: 2},
    reference="ours: R = 2/3^{1/2} for AdamW, and less than (2q)^{1/2} for NAdamW",
)
def driven_momentum(p: Proof) -> Theorem:
    know_denominator(p)
    square = p.calc(
        n[k, i] ** 2,
        "<=", dominance * v[k, i], by.lemma(mixed_domination),
        "<=", R**2 * v[k, i], by.multiplying((dominance, "<=", R**2), v[k, i]),
        "<=", R**2 * (v[k, i] + eps), by.algebra(),
        "==", (R * D[k, i]) ** 2, by.definition(D),
    )  # fmt: skip
    return rooted(p, square)


@adamw.lemma(
    "L2.step",
    title="One step of decay",
    for_all=(x0, n0, D0),
    for_constants=(R,),
    given=[*decaying, (0, "<", D0), (abs(n0), "<=", R * D0)],
    claim=(abs((1 - lam * eta) * x0 - eta * n0 / D0), "<=", (1 - lam * eta) * abs(x0) + eta * R),
    witness={R: 1, x0: 1, n0: 1, D0: 1},
)
def decay_step(p: Proof) -> Theorem:
    kept_x = (1 - lam * eta) * x0
    kept = (1 - lam * eta) * abs(x0)
    return p.calc(
        abs((1 - lam * eta) * x0 - eta * n0 / D0),
        "<=", kept + eta / D0 * abs(n0), by.lemma(triangle, x=kept_x, y=-eta * n0 / D0),
        "<=", kept + eta * R, by.multiplying((abs(n0), "<=", R * D0), eta / D0),
    )  # fmt: skip


reach = xmax[d] + R * eta * (k - 1)


@adamw.lemma(
    "norm",
    title="The start, measured by its largest coordinate",
    for_indices=(j,),
    given=[coordinate, within(j, i, d)],
    claim=(abs(x[1, i]), "<=", xmax[j]),
    witness={j: 1},
)
def start_norm(p: Proof) -> Theorem:
    larger = Max(xmax[j - 1], abs(x[1, j]))
    return p.induction(
        (abs(x[1, i]), "<=", xmax[j]),
        within(j, i, d),
        base=lambda p: p.calc(
            abs(x[1, i]),
            "<=", Max(xmax[i - 1], abs(x[1, i])), by.algebra(),
            "==", xmax[i], by.definition(xmax),
        ),
        step=lambda p, before: p.calc(
            abs(x[1, i]),
            "<=", xmax[j - 1], by.algebra(before),
            "<=", larger, by.algebra(),
            "==", xmax[j], by.definition(xmax),
        ),
    )  # fmt: skip


def stay_within_reach(p: Proof, dominated: Claimed) -> Theorem:
    """By induction on k: a step decays the old x and adds at most eta R."""

    def induction_step(p: Proof, before: Theorem) -> Theorem:
        know_denominator(p)
        old = x[k - 1, i]
        domination = p.use(dominated, k=k - 1)
        return p.calc(
            abs(x[k, i]),
            "==", abs((1 - lam * eta) * old - eta * n[k - 1, i] / D[k - 1, i]), by.definition(x),
            "<=", (1 - lam * eta) * abs(old) + eta * R,
            by.lemma(decay_step, domination, x0=old, n0=n[k - 1, i], D0=D[k - 1, i]),
            "<=", reach, by.algebra(before),
        )  # fmt: skip

    return p.induction(
        (abs(x[k, i]), "<=", reach),
        within(k, 1, K + 1),
        base=lambda p: p.have((abs(x[1, i]), "<=", xmax[d]), by.lemma(start_norm, j=d)),
        step=induction_step,
    )


@adamw.lemma(
    "L2",
    title="Iterates stay bounded",
    for_constants=(R,),
    given=[within(k, 1, K + 1), coordinate, *dominated, *decaying],
    claim=(abs(x[k, i]), "<=", reach),
    witness={R: 2},
    reference="blueprint L2; at k = K + 1, X = ||x^1||_inf + R eta K",
)
def bounded_iterates(p: Proof) -> Theorem:
    return stay_within_reach(p, dominated_momentum)


@adamw.lemma(
    "L0.bounded",
    title="The iterates are bounded",
    given=[within(k, 1, K + 1), coordinate, *balanced, *decaying],
    claim=bounded(x[k, i]),
    reference="blueprint L0, by L2",
)
def essentially_bounded(p: Proof) -> Theorem:
    p.know(p.have((0, "<=", q), by.algebra()))
    root = p.have((2 * q, "<=", sqrt(2 * q) ** 2), by.algebra())
    p.know(p.use(bounded_iterates, root, R=sqrt(2 * q)))
    return p.integrability(bounded(x[k, i]))


@adamw.lemma(
    "L2.sharp",
    title="AdamW's iterates stay bounded, with the sharper factor",
    for_constants=(R,),
    given=[within(k, 1, K + 1), coordinate, *sharply_dominated, *decaying],
    claim=(abs(x[k, i]), "<=", reach),
    witness={R: 2},
    reference="blueprint L2 with R = 2/3^{1/2}",
)
def sharply_bounded_iterates(p: Proof) -> Theorem:
    return stay_within_reach(p, sharply_dominated_momentum)


@adamw.lemma(
    "L2.decay",
    title="With weight decay, iterates stay bounded for ever",
    for_constants=(R,),
    given=[within(k, 1, K + 1), coordinate, *dominated, *decaying, (0, "<", lam)],
    claim=(abs(x[k, i]), "<=", Max(abs(x[1, i]), R / lam)),
    witness={R: 2, lam: 1},
    reference="blueprint L2",
)
def decayed_iterates(p: Proof) -> Theorem:
    limit = Max(abs(x[1, i]), R / lam)

    def induction_step(p: Proof, before: Theorem) -> Theorem:
        know_denominator(p)
        old = x[k - 1, i]
        domination = p.use(dominated_momentum, k=k - 1)
        return p.calc(
            abs(x[k, i]),
            "==", abs((1 - lam * eta) * old - eta * n[k - 1, i] / D[k - 1, i]), by.definition(x),
            "<=", (1 - lam * eta) * abs(old) + eta * R,
            by.lemma(decay_step, domination, x0=old, n0=n[k - 1, i], D0=D[k - 1, i]),
            "<=", (1 - lam * eta) * limit + eta * R, by.multiplying(before, 1 - lam * eta),
            "<=", (1 - lam * eta) * limit + lam * eta * limit,
            by.multiplying(p.have((R / lam, "<=", limit), by.algebra()), lam * eta),
            "==", limit, by.algebra(),
        )  # fmt: skip

    return p.induction(
        (abs(x[k, i]), "<=", limit),
        within(k, 1, K + 1),
        base=lambda p: p.have((abs(x[1, i]), "<=", limit), by.algebra()),
        step=induction_step,
    )


@adamw.lemma(
    "L2.mixed",
    title="Iterates stay bounded, for 0 <= mu <= 1 with the sharper factor",
    for_constants=(R,),
    given=[within(k, 1, K + 1), coordinate, *driven, *decaying],
    claim=(abs(x[k, i]), "<=", reach),
    witness={R: 2},
    reference="blueprint L2, with the R of L1.root.mixed",
)
def driven_iterates(p: Proof) -> Theorem:
    return stay_within_reach(p, driven_momentum)


@adamw.lemma(
    "L2.growing",
    title="Iterates stay within what the steps so far reach",
    for_constants=(R,),
    given=[within(k, 1, K + 1), coordinate, *driven, *decaying],
    claim=(x[k, i] ** 2, "<=", reach**2),
    witness={R: 2},
    reference="blueprint L2",
)
def growing_iterates(p: Proof) -> Theorem:
    square = p.have((abs(x[k, i]), "<=", reach), by.lemma(driven_iterates))
    p.know(p.have((0, "<=", reach), by.algebra(square)))
    return p.calc(
        x[k, i] ** 2,
        "==", abs(x[k, i]) * abs(x[k, i]), by.algebra(),
        "<=", reach * abs(x[k, i]), by.multiplying(square, abs(x[k, i])),
        "<=", reach * reach, by.multiplying(square, reach),
    )  # fmt: skip


@adamw.lemma(
    "norm.sign",
    title="The norm of the start is not negative",
    given=[within(d, 1)],
    claim=(0, "<=", xmax[d]),
)
def norm_sign(p: Proof) -> Theorem:
    return p.calc(
        0, "<=", abs(x[1, 1]), by.algebra(), "<=", xmax[d], by.lemma(start_norm, i=1, j=d)
    )


(X,) = symbols("X")
farthest = (xmax[d] + R * eta * K, "<=", X)
within_reach = [*driven, *decaying, farthest]


@adamw.lemma(
    "reach",
    title="What the steps so far reach is within X",
    for_constants=(R, X),
    given=[within(k, 1, K + 1), within(d, 1), (0, "<=", R), (0, "<=", eta), farthest],
    claim=(reach**2, "<=", X**2),
    witness={R: 2, X: 5},
    reference="blueprint L2: X = ||x^1||_inf + R eta K",
)
def within_X(p: Proof) -> Theorem:
    first = p.have((0, "<=", k - 1), by.algebra())
    later = p.have((k - 1, "<=", K), by.algebra())
    p.know(p.have((0, "<=", R * eta * (k - 1)), by.multiplying(first, R * eta)))
    p.know(p.have((0, "<=", reach), by.adding(norm_sign, *p.local)))
    bound = p.calc(
        reach,
        "<=", xmax[d] + R * eta * K, by.multiplying(later, R * eta),
        "<=", X, by.adding(farthest),
    )  # fmt: skip
    p.know(p.have((0, "<=", X), by.adding(bound, p.local[-1])))
    return p.calc(
        reach**2,
        "<=", reach * X, by.multiplying(bound, reach),
        "<=", X**2, by.multiplying(bound, X),
    )  # fmt: skip


@adamw.lemma(
    "L2.square",
    title="Iterates stay within X",
    for_constants=(R, X),
    given=[within(k, 1, K + 1), coordinate, *within_reach],
    claim=(x[k, i] ** 2, "<=", X**2),
    witness={R: 2, X: 5},
    reference="blueprint L2: X = ||x^1||_inf + R eta K",
)
def squared_iterates(p: Proof) -> Theorem:
    return p.calc(
        x[k, i] ** 2,
        "<=", reach**2, by.lemma(growing_iterates),
        "<=", X**2, by.lemma(within_X),
    )  # fmt: skip


@adamw.lemma("q", title="q is at least 1", given=smoothing, claim=(1, "<=", q))
def least_q(p: Proof) -> Theorem:
    return p.have((1, "<=", q), by.algebra())


@adamw.lemma(
    "q.dominance",
    title="2q - 2mu^2/3 is at least 1",
    given=[*smoothing, *mixing],
    claim=(1, "<=", dominance),
)
def least_dominance(p: Proof) -> Theorem:
    square = p.have((mu**2, "<=", 1), by.algebra())
    return p.calc(
        1,
        "<=", 2 - Rational(2, 3) * mu**2, by.algebra(square, alone=True),
        "<=", dominance, by.multiplying(least_q, 2),
    )  # fmt: skip


@adamw.lemma(
    "decay",
    title="The decay of one step is at most the whole",
    for_constants=(R, X),
    given=[
        within(K, 1), within(d, 1), *smoothing, *mixing, (0, "<=", eta), (0, "<=", lam),
        (0, "<=", R), (dominance, "<=", R**2), (xmax[d] + R * eta * K, "<=", X),
        (lam**2 * X**2, "<=", 1),
    ],
    claim=(lam * eta, "<=", 1),
    witness={R: 2, X: 5},
    reference="blueprint section 3: (R K lam eta)^2 <= lam^2 X^2 <= 1 with R, K >= 1",
)  # fmt: skip
def small_decay(p: Proof) -> Theorem:
    p.know(p.use(norm_sign))
    large = p.use(least_dominance)
    p.know(
        p.have((1, "<=", R), by.algebra(large, (0, "<=", R), (dominance, "<=", R**2), alone=True))
    )
    reached = p.calc(
        eta,
        "<=", R * eta, by.algebra(degree=2),
        "<=", R * eta * K, by.algebra(degree=2),
        "<=", X, by.algebra(degree=1),
    )  # fmt: skip
    p.know(p.have((0, "<=", X), by.algebra(reached, (0, "<=", eta), alone=True)))
    whole = p.have(
        (lam * X, "<=", 1),
        by.algebra((lam**2 * X**2, "<=", 1), (0, "<=", lam), alone=True),
    )
    return p.calc(
        lam * eta, "<=", lam * X, by.multiplying(reached, lam), "<=", 1, by.algebra(whole)
    )
