"""L0, and the two denominators: what is integrable, and how small D and tD get."""

from ...language import Expr, Proof, Theorem, by, integrable, sqrt, square_integrable
from ...library.inequalities import root_monotone
from ...library.moments import integrable_run
from .momentum import second_moment
from .setting import (
    D,
    adamw,
    averaging,
    coordinate,
    eps,
    floored,
    from_start,
    i,
    k,
    m,
    n,
    predicted,
    setting,
    step,
    tD,
    v,
)

# --- the denominators ---------------------------------------------------------------------------


adamw.section(
    "Integrability",
    "Terms are moved across inequalities between expectations, so these must be finite. "
    "The denominators are bounded below, the gradients bounded along the iterates.",
)


@adamw.lemma(
    "floor",
    title="The denominator is at least the root of eps",
    given=[step, coordinate, *floored],
    claim=(sqrt(eps), "<=", D[k, i]),
)
def floor(p: Proof) -> Theorem:
    p.know(p.use(second_moment))
    return p.calc(
        sqrt(eps),
        "<=", sqrt(v[k, i] + eps), by.lemma(root_monotone, x=eps, y=v[k, i] + eps),
        "==", D[k, i], by.definition(D),
    )  # fmt: skip


@adamw.lemma(
    "positive",
    title="The denominator is positive",
    given=[step, coordinate, *floored],
    claim=(0, "<", D[k, i]),
)
def positive(p: Proof) -> Theorem:
    return p.have((0, "<", D[k, i]), by.algebra(floor))


# --- L0: integrability --------------------------------------------------------------------------


def divide(p: Proof, k: Expr) -> None:
    """What step k divides by is at least eps^{1/2}."""
    at = p.within(coordinate)
    p.know(at.use(floor, k=k), at.use(positive, k=k), at.use(second_moment, k=k))


integrable_run(setting, [m], floored, unfold=[n], prepare=divide)


@adamw.lemma(
    "L0.v",
    title="The second moment is integrable",
    given=[from_start, coordinate, *floored],
    claim=integrable(v[k, i]),
    reference="blueprint L0",
)
def integrable_v(p: Proof) -> Theorem:
    def induction_step(p: Proof, before: Theorem) -> Theorem:
        p.know(before)
        return p.integrability(integrable(v[k, i]), v, k=k)

    return p.induction(
        integrable(v[k, i]),
        from_start,
        base=lambda p: p.integrability(integrable(v[0, i]), v),
        step=induction_step,
    )


@adamw.lemma(
    "L0.n",
    title="The mixed momentum is square integrable",
    given=[step, coordinate, *floored],
    claim=square_integrable(n[k, i]),
    reference="blueprint L0",
)
def integrable_n(p: Proof) -> Theorem:
    return p.integrability(square_integrable(n[k, i]), n, k=k)


@adamw.lemma(
    "L0.D",
    title="The denominator is square integrable",
    given=[step, coordinate, *floored],
    claim=square_integrable(D[k, i]),
    reference="blueprint L0",
)
def integrable_D(p: Proof) -> Theorem:
    p.know(p.use(second_moment))
    return p.integrability(square_integrable(D[k, i]), D, k=k)


def know_denominator(p: Proof) -> None:
    """D >= eps^{1/2} > 0, and v >= 0 under its root."""
    for claim in (second_moment, floor, positive):
        p.know(p.use(claim))


@adamw.lemma(
    "predicted",
    title="The predicted second moment is not negative",
    given=[step, coordinate, *averaging],
    claim=(0, "<=", predicted[k, i]),
)
def predicted_moment(p: Proof) -> Theorem:
    p.know(p.use(second_moment))
    return p.have((0, "<=", predicted[k, i]), by.algebra())


@adamw.lemma(
    "predicted.positive",
    title="What is under the predicted root is positive",
    given=[step, coordinate, *floored],
    claim=(0, "<", predicted[k, i] + eps),
)
def predicted_positive(p: Proof) -> Theorem:
    return p.have((0, "<", predicted[k, i] + eps), by.algebra(predicted_moment))


@adamw.lemma(
    "predicted.floor",
    title="The predicted denominator is at least the root of eps",
    given=[step, coordinate, *floored],
    claim=(sqrt(eps), "<=", tD[k, i]),
)
def predicted_floor(p: Proof) -> Theorem:
    p.know(p.use(predicted_moment), p.use(predicted_positive))
    return p.calc(
        sqrt(eps),
        "<=", sqrt(predicted[k, i] + eps), by.lemma(root_monotone, x=eps, y=predicted[k, i] + eps),
        "==", tD[k, i], by.definition(tD),
    )  # fmt: skip


@adamw.lemma(
    "predicted.root",
    title="The predicted denominator is positive",
    given=[step, coordinate, *floored],
    claim=(0, "<", tD[k, i]),
)
def predicted_root(p: Proof) -> Theorem:
    return p.have((0, "<", tD[k, i]), by.algebra(predicted_floor))


@adamw.lemma(
    "L0.tD",
    title="The predicted denominator is square integrable",
    given=[step, coordinate, *floored],
    claim=square_integrable(tD[k, i]),
    reference="blueprint L0",
)
def integrable_tD(p: Proof) -> Theorem:
    p.know(p.use(predicted_positive))
    return p.integrability(square_integrable(tD[k, i]), tD, k=k)


def know_prediction(p: Proof) -> None:
    """The root tD >= eps^{1/2} > 0, and what is under its root is positive."""
    shown = (second_moment, predicted_moment, predicted_positive, predicted_floor, predicted_root)
    for claim in shown:
        p.know(p.use(claim))
