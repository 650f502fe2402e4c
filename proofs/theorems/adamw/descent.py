"""L3 and L6: the descent of one step, and its length, on every path."""

from ...language import Proof, Theorem, by, sqrt, symbols
from .iterates import know_denominator
from .setting import D, G, L, adamw, averaging, b, coordinate, eps, eta, f, k, i, lam, move, n
from .setting import over_i, step, x

rho, G0, n0, x0, D0, e = symbols("rho G0 n0 x0 D0 e")
b0 = n0 + lam * x0 * D0


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
