"""L3 and L6: the descent of one step, and its length, on every path; L3 over all steps."""

from ...language import Claimed, E, Expr, Proof, Theorem, by, sqrt, symbols, within
from .integrability import know_denominator
from .iterates import R, balanced, decaying, driven, growing_iterates, reach
from .setting import (
    D,
    Delta,
    G,
    K,
    L,
    P,
    Q,
    adamw,
    averaging,
    b,
    coordinate,
    displacement,
    eps,
    eta,
    f,
    fstar,
    i,
    k,
    lam,
    move,
    n,
    over_i,
    over_k,
    step,
    x,
)

rho, G0, n0, x0, D0, e = symbols("rho G0 n0 x0 D0 e")
b0 = n0 + lam * x0 * D0


adamw.section(
    "Descent",
    "We follow the usual descent of a smooth function along the preconditioned step, and "
    "complete squares so that both $(G_i^k)^2/D_i^k$ and $(b_i^k)^2/D_i^k$ are gained.",
)


@adamw.lemma(
    "L3.coordinate",
    title="One coordinate of the descent",
    for_all=(G0, n0, x0, D0),
    for_constants=(rho, e),
    given=[(0, "<", e), (e, "<=", D0), (0, "<", eta), (0, "<", rho), (0, "<", L)],
    claim=(
        -eta * G0 * b0 / D0 + L * eta**2 / 2 * b0**2 / D0**2,
        "<=",
        -eta / 2 * G0**2 / D0
        - eta / 2 * (1 - L * eta / e) * b0**2 / D0
        + eta / 2 * (1 + rho) * (G0 - n0) ** 2 / e
        + eta / 2 * (1 + 1 / rho) * lam**2 * x0**2 * D0,
    ),
    witness={G0: 1, n0: 1, x0: 1, D0: 1, rho: 1, e: 1},
    reference="blueprint L3 (b) to (e)",
)
def one_coordinate(p: Proof) -> Theorem:
    decay = (1 + 1 / rho) * lam**2 * x0**2 * D0
    curvature = p.have((b0**2 / D0**2, "<=", b0**2 / (e * D0)), by.algebra())
    apart = p.have(
        ((G0 - b0) ** 2 / D0, "<=", (1 + rho) * (G0 - n0) ** 2 / D0 + decay),
        by.algebra(hints=(rho * (G0 - n0) + lam * x0 * D0,)),
    )
    error = p.have(((G0 - n0) ** 2 / D0, "<=", (G0 - n0) ** 2 / e), by.algebra())
    bent = L * eta**2 / 2 * (b0**2 / (e * D0))
    return p.calc(
        -eta * G0 * b0 / D0 + L * eta**2 / 2 * b0**2 / D0**2,
        "==", -eta / 2 * (G0**2 + b0**2 - (G0 - b0) ** 2) / D0 + L * eta**2 / 2 * (b0**2 / D0**2),
        by.algebra(),
        "<=", -eta / 2 * (G0**2 + b0**2 - (G0 - b0) ** 2) / D0 + bent,
        by.multiplying(curvature, L * eta**2 / 2),
        "<=", -eta / 2 * (G0**2 + b0**2) / D0
        + eta / 2 * ((1 + rho) * (G0 - n0) ** 2 / D0 + decay) + bent,
        by.multiplying(apart, eta / 2),
        "<=", -eta / 2 * (G0**2 + b0**2) / D0
        + eta / 2 * ((1 + rho) * ((G0 - n0) ** 2 / e) + decay) + bent,
        by.multiplying(error, eta / 2 * (1 + rho)),
        "==", -eta / 2 * G0**2 / D0 - eta / 2 * (1 - L * eta / e) * b0**2 / D0
        + eta / 2 * (1 + rho) * (G0 - n0) ** 2 / e + eta / 2 * decay,
        by.algebra(),
    )  # fmt: skip


signs = [*averaging, (0, "<", L), (0, "<", eta), (0, "<", eps)]
descent_term = (
    -eta / 2 * G[k, i] ** 2 / D[k, i]
    - eta / 2 * (1 - L * eta / sqrt(eps)) * b[k, i] ** 2 / D[k, i]
    + eta / 2 * (1 + rho) * (G[k, i] - n[k, i]) ** 2 / sqrt(eps)
    + eta / 2 * (1 + 1 / rho) * lam**2 * x[k, i] ** 2 * D[k, i]
)


@adamw.lemma(
    "L3",
    introduction="Summed over the coordinates, and with smoothness for the objective, this is "
    "the descent of one step.",
    title="Descent, on every path",
    for_constants=(rho,),
    given=[step, *signs, (0, "<", rho)],
    claim=(f(x[k + 1]) - f(x[k]), "<=", over_i(descent_term)),
    witness={rho: 1},
    reference="blueprint L3",
)
def descent(p: Proof) -> Theorem:
    at = p.within(coordinate)
    know_denominator(at)
    moved = at.have((move[k, i], "==", -eta * b[k, i] / D[k, i]), by.definition(x, k=k))
    each = at.calc(
        G[k, i] * move[k, i] + L / 2 * move[k, i] ** 2,
        "==", -eta * G[k, i] * b[k, i] / D[k, i] + L * eta**2 / 2 * b[k, i] ** 2 / D[k, i] ** 2,
        by.rewriting(moved),
        "<=", descent_term,
        by.lemma(one_coordinate, G0=G[k, i], n0=n[k, i], x0=x[k, i], D0=D[k, i], e=sqrt(eps)),
    )  # fmt: skip
    return p.calc(
        f(x[k + 1]) - f(x[k]),
        "<=", over_i(G[k, i] * move[k, i]) + L / 2 * over_i(move[k, i] ** 2),
        by.axiom("A1", p=x[k], y=x[k + 1]),
        "==", over_i(G[k, i] * move[k, i] + L / 2 * move[k, i] ** 2), by.algebra(),
        "<=", over_i(descent_term), by.summing(each, coordinate),
    )  # fmt: skip


undecayed_term = (
    -eta / 2 * G[k, i] ** 2 / D[k, i]
    - eta / 2 * (1 - L * eta / sqrt(eps)) * n[k, i] ** 2 / D[k, i]
    + eta / 2 * (G[k, i] - n[k, i]) ** 2 / sqrt(eps)
)


@adamw.lemma(
    "L3.adam",
    title="Descent without weight decay, on every path",
    given=[step, *signs, (lam, "==", 0)],
    claim=(f(x[k + 1]) - f(x[k]), "<=", over_i(undecayed_term)),
    reference="blueprint L3 for lam = 0, where rho = 0 will do",
)
def descent_without_decay(p: Proof) -> Theorem:
    at = p.within(coordinate)
    know_denominator(at)
    last = eta / 2 * (G[k, i] - n[k, i]) ** 2 / sqrt(eps)
    moved = at.have((move[k, i], "==", -eta * n[k, i] / D[k, i]), by.definition(x, k=k))
    floored = at.have((1 / D[k, i], "<=", 1 / sqrt(eps)), by.algebra())
    bent = L * eta**2 / 2 * n[k, i] ** 2 / D[k, i]
    each = at.calc(
        G[k, i] * move[k, i] + L / 2 * move[k, i] ** 2,
        "==", -eta * G[k, i] * n[k, i] / D[k, i] + bent / D[k, i], by.rewriting(moved),
        "<=", -eta * G[k, i] * n[k, i] / D[k, i] + bent / sqrt(eps), by.multiplying(floored, bent),
        "==",
        -eta / 2 * (G[k, i] ** 2 + n[k, i] ** 2 - (G[k, i] - n[k, i]) ** 2) / D[k, i]
        + bent / sqrt(eps),
        by.algebra(),
        "<=",
        -eta / 2 * (G[k, i] ** 2 + n[k, i] ** 2) / D[k, i] + last + bent / sqrt(eps),
        by.multiplying(floored, eta / 2 * (G[k, i] - n[k, i]) ** 2),
        "==", undecayed_term, by.algebra(),
    )  # fmt: skip
    return p.calc(
        f(x[k + 1]) - f(x[k]),
        "<=", over_i(G[k, i] * move[k, i]) + L / 2 * over_i(move[k, i] ** 2),
        by.axiom("A1", p=x[k], y=x[k + 1]),
        "==", over_i(G[k, i] * move[k, i] + L / 2 * move[k, i] ** 2), by.algebra(),
        "<=", over_i(undecayed_term), by.summing(each, coordinate),
    )  # fmt: skip


@adamw.lemma(
    "L6",
    title="The length of a step",
    given=[step, *signs],
    claim=(
        L**2 * over_i(move[k, i] ** 2),
        "<=",
        L**2 * eta**2 / sqrt(eps) * over_i(b[k, i] ** 2 / D[k, i]),
    ),
    reference="blueprint L6",
)
def step_length(p: Proof) -> Theorem:
    at = p.within(coordinate)
    know_denominator(at)
    moved = at.have((move[k, i], "==", -eta * b[k, i] / D[k, i]), by.definition(x, k=k))
    square = at.have(
        (b[k, i] ** 2 / D[k, i] ** 2, "<=", b[k, i] ** 2 / (sqrt(eps) * D[k, i])), by.algebra()
    )
    each = at.calc(
        L**2 * move[k, i] ** 2,
        "==", L**2 * eta**2 * (b[k, i] ** 2 / D[k, i] ** 2), by.rewriting(moved),
        "<=", L**2 * eta**2 * (b[k, i] ** 2 / (sqrt(eps) * D[k, i])),
        by.multiplying(square, L**2 * eta**2),
    )  # fmt: skip
    return p.have(
        (
            L**2 * over_i(move[k, i] ** 2),
            "<=",
            L**2 * eta**2 / sqrt(eps) * over_i(b[k, i] ** 2 / D[k, i]),
        ),
        by.summing(each, coordinate),
    )


@adamw.lemma(
    "L6.sum",
    title="The length of all steps",
    given=[*signs, *balanced, *decaying],
    claim=(over_k(displacement[k]), "<=", L**2 * eta**2 / sqrt(eps) * Q),
    reference="blueprint L6",
)
def total_length(p: Proof) -> Theorem:
    at = p.within(step)
    know_denominator(at)
    each = at.calc(
        displacement[k],
        "==", E(L**2 * over_i(move[k, i] ** 2)), by.linearity(),
        "<=", E(L**2 * eta**2 / sqrt(eps) * over_i(b[k, i] ** 2 / D[k, i])),
        by.expectation(step_length),
        "==", L**2 * eta**2 / sqrt(eps) * over_i(E(b[k, i] ** 2 / D[k, i])), by.linearity(),
    )  # fmt: skip
    return p.have(
        (over_k(displacement[k]), "<=", L**2 * eta**2 / sqrt(eps) * Q), by.summing(each, step)
    )


# --- over all steps, in expectation -------------------------------------------------------------

N = over_k(over_i(E((n[k, i] - G[k, i]) ** 2)))
reaching = [*driven, *decaying]
reached = over_k(reach**2 * over_i(E(D[k, i])))


@adamw.lemma(
    "L3.expected",
    title="Descent in expectation",
    for_constants=(rho, R),
    given=[step, *signs, (0, "<", rho), *reaching],
    claim=(
        eta / 2 * over_i(E(G[k, i] ** 2 / D[k, i]))
        + eta / 2 * (1 - L * eta / sqrt(eps)) * over_i(E(b[k, i] ** 2 / D[k, i])),
        "<=",
        E(f(x[k])) - E(f(x[k + 1]))
        + eta / 2 * (1 + rho) / sqrt(eps) * over_i(E((n[k, i] - G[k, i]) ** 2))
        + eta / 2 * (1 + 1 / rho) * lam**2 * reach**2 * over_i(E(D[k, i])),
    ),
    witness={rho: 1, R: 2},
)  # fmt: skip
def expected_descent(p: Proof) -> Theorem:
    know_denominator(p)
    at = p.within(coordinate)
    square = at.use(growing_iterates)
    decay = at.calc(
        E(x[k, i] ** 2 * D[k, i]),
        "<=", E(reach**2 * D[k, i]),
        by.expectation(
            at.have(
                (x[k, i] ** 2 * D[k, i], "<=", reach**2 * D[k, i]), by.multiplying(square, D[k, i])
            )
        ),
        "==", reach**2 * E(D[k, i]), by.linearity(),
    )  # fmt: skip
    paid = eta / 2 * over_i(E(G[k, i] ** 2 / D[k, i])) + eta / 2 * (
        1 - L * eta / sqrt(eps)
    ) * over_i(E(b[k, i] ** 2 / D[k, i]))
    error = eta / 2 * (1 + rho) / sqrt(eps) * over_i(E((n[k, i] - G[k, i]) ** 2))
    rate = eta / 2 * (1 + 1 / rho) * lam**2
    one_step = p.calc(
        E(f(x[k + 1])) - E(f(x[k])),
        "==", E(f(x[k + 1]) - f(x[k])), by.linearity(),
        "<=", E(over_i(descent_term)), by.expectation(descent),
        "==", -paid + error + rate * over_i(E(x[k, i] ** 2 * D[k, i])), by.linearity(),
    )  # fmt: skip
    return p.calc(
        paid,
        "<=", E(f(x[k])) - E(f(x[k + 1])) + error + rate * over_i(E(x[k, i] ** 2 * D[k, i])),
        by.adding(one_step),
        "<=", E(f(x[k])) - E(f(x[k + 1])) + error + rate * reach**2 * over_i(E(D[k, i])),
        by.multiplying(p.sum(decay, coordinate), rate),
    )  # fmt: skip


def over_all_steps(p: Proof, one_step: Claimed, moved: Expr, rest: Expr) -> Theorem:
    """One step's descent in expectation, summed: f(x^k) telescopes, and f* bounds the last."""
    last = p.calc(
        fstar, "==", E(fstar), by.linearity(),
        "<=", E(f(x[K + 1])), by.expectation(p.axiom("A0", p=x[K + 1])),
    )  # fmt: skip
    return p.calc(
        eta / 2 * P + eta / 2 * (1 - L * eta / sqrt(eps)) * moved,
        "<=", over_k(E(f(x[k])) - E(f(x[k + 1]))) + rest, by.summing(one_step, step),
        "==", E(f(x[1])) - E(f(x[K + 1])) + rest, by.telescoping(E(f(x[k])), step),
        "<=", E(f(x[1])) - fstar + rest, by.adding(last),
        "==", Delta + rest, by.definition(Delta),
    )  # fmt: skip


@adamw.lemma(
    "L3.total",
    title="Descent over all steps, in expectation",
    for_constants=(rho, R),
    given=[within(K, 1), *signs, (0, "<", rho), *reaching],
    claim=(
        eta / 2 * P + eta / 2 * (1 - L * eta / sqrt(eps)) * Q,
        "<=",
        Delta + eta / 2 * (1 + rho) / sqrt(eps) * N
        + eta / 2 * (1 + 1 / rho) * lam**2 * reached,
    ),
    witness={rho: 1, R: 2},
    reference="blueprint section 3: L3 summed, with A0 and L2",
)  # fmt: skip
def total_descent(p: Proof) -> Theorem:
    know_denominator(p)
    rest = eta / 2 * (1 + rho) / sqrt(eps) * N + eta / 2 * (1 + 1 / rho) * lam**2 * reached
    return over_all_steps(p, expected_descent, Q, rest)
