"""Adam and NAdam: no weight decay, lam = 0, and with it no condition on beta.

    n^k = mu m^k + (1-mu) g^k,     x^{k+1} = x^k - eta n^k/(v^k + eps)^{1/2}

mu = 1 is Adam, mu = theta NAdam. L1 and L2 bound the iterates, which the weight decay pulls at;
here nothing does, so neither theta <= beta nor beta^2 <= theta is asked for: beta is any number in
[0, 1]. The lemmas on noise and denominators (L4, L5, L7, L8), the balance and the choice of
parameters are those of ``adamw``, with rho = 0.
"""

from typing import Any

from ..language import Claimed, E, Proof, Rational, Theorem, Theory, by, sqrt, within
from .adamw.balance import h
from .adamw.choice import Choice, know_numbers, stated_bracket, stated_constant, stated_weight
from .adamw.descent import N, descent_without_decay, over_all_steps, rho, signs, undecayed_term
from .adamw.integrability import know_denominator, know_prediction
from .adamw.noise import t, weight
from .adamw.parameters import (
    C_P,
    M,
    c_eps,
    c_eta,
    c_theta,
    choices,
    data,
    gamma,
    know_choice,
    positive_floor,
    positive_parameters,
    positive_payment,
    r,
    s,
)
from .adamw.parameters import bracket as general_bracket
from .adamw.parameters import paid as general_paid
from .adamw.payment import what_is_paid
from .adamw.rate import bound, bound_in_sigma, joint_bound, l1, measured, quiet, separate_roots
from .adamw.setting import (
    D,
    Delta,
    G,
    K,
    L,
    P,
    adamw,
    averaging,
    coordinate,
    displacement,
    eps,
    eta,
    f,
    i,
    k,
    lam,
    mixing,
    move,
    n,
    over_i,
    over_k,
    setting,
    sigma_s,
    step,
    theta,
    x,
)
from .models import adam_model

adam = Theory("adam", "Adam and NAdam", source="Kingma and Ba (2015)", extends=(adamw,))
adam.define("lam", lam, 0, source="Kingma and Ba (2015): no weight decay")
adam.witness.pop(lam)
adam.model(adam_model(setting))

Q = over_k(over_i(E(n[k, i] ** 2 / D[k, i])))
without_decay = {rho: Rational(0)}
bracket, paid = general_bracket.xreplace(without_decay), general_paid.xreplace(without_decay)

adam.introduce(
    r"Adam is AdamW without weight decay, NAdam the same with $\mu=\theta$. Nothing pulls at the "
    r"iterates, so they need not stay bounded, and $\beta$ is any number in $[0,1]$: no condition "
    r"ties it to $\theta$. What is proved for AdamW of noise and denominators is used as it is; "
    "the descent is shorter, and is proved anew. The main result is [rate]."
)
adam.section(
    "Descent without weight decay",
    r"The step is $-\eta n_i^k/D_i^k$, and all squares that are completed are gained.",
)


# --- the descent --------------------------------------------------------------------------------


@adam.lemma(
    "L3.expected",
    title="Descent in expectation",
    given=[step, *signs],
    claim=(
        eta / 2 * over_i(E(G[k, i] ** 2 / D[k, i]))
        + eta / 2 * (1 - L * eta / sqrt(eps)) * over_i(E(n[k, i] ** 2 / D[k, i])),
        "<=",
        E(f(x[k])) - E(f(x[k + 1])) + eta / 2 / sqrt(eps) * over_i(E((n[k, i] - G[k, i]) ** 2)),
    ),
    reference="blueprint L3 for lam = 0, where rho = 0 will do",
)
def expected_descent(p: Proof) -> Theorem:
    know_denominator(p)
    none = p.have((lam, "==", 0), by.definition(lam))
    paid = eta / 2 * over_i(E(G[k, i] ** 2 / D[k, i])) + eta / 2 * (
        1 - L * eta / sqrt(eps)
    ) * over_i(E(n[k, i] ** 2 / D[k, i]))
    error = eta / 2 / sqrt(eps) * over_i(E((n[k, i] - G[k, i]) ** 2))
    one_step = p.calc(
        E(f(x[k + 1])) - E(f(x[k])),
        "==", E(f(x[k + 1]) - f(x[k])), by.linearity(),
        "<=", E(over_i(undecayed_term)),
        by.expectation(p.use(descent_without_decay, none)),
        "==", -paid + error, by.linearity(),
    )  # fmt: skip
    return p.calc(paid, "<=", E(f(x[k])) - E(f(x[k + 1])) + error, by.adding(one_step))


@adam.lemma(
    "L3.total",
    title="Descent over all steps, in expectation",
    given=[within(K, 1), *signs],
    claim=(
        eta / 2 * P + eta / 2 * (1 - L * eta / sqrt(eps)) * Q,
        "<=",
        Delta + eta / 2 / sqrt(eps) * N,
    ),
    reference="blueprint section 3: L3 summed, with A0",
)
def total_descent(p: Proof) -> Theorem:
    know_denominator(p)
    return over_all_steps(p, expected_descent, Q, eta / 2 / sqrt(eps) * N)


@adam.lemma(
    "L6",
    title="The length of a step",
    given=[step, *averaging, (0, "<", eps)],
    claim=(
        L**2 * over_i(move[k, i] ** 2),
        "<=",
        L**2 * eta**2 / sqrt(eps) * over_i(n[k, i] ** 2 / D[k, i]),
    ),
    reference="blueprint L6",
)
def step_length(p: Proof) -> Theorem:
    at = p.within(coordinate)
    know_denominator(at)
    moved = at.have((move[k, i], "==", -eta * n[k, i] / D[k, i]), by.definition(x, lam, k=k))
    floored = at.have((1 / D[k, i], "<=", 1 / sqrt(eps)), by.algebra())
    each = at.calc(
        L**2 * move[k, i] ** 2,
        "==", L**2 * eta**2 * n[k, i] ** 2 / D[k, i] / D[k, i], by.rewriting(moved),
        "<=", L**2 * eta**2 * n[k, i] ** 2 / D[k, i] / sqrt(eps),
        by.multiplying(floored, L**2 * eta**2 * n[k, i] ** 2 / D[k, i]),
    )  # fmt: skip
    return p.have(
        (
            L**2 * over_i(move[k, i] ** 2),
            "<=",
            L**2 * eta**2 / sqrt(eps) * over_i(n[k, i] ** 2 / D[k, i]),
        ),
        by.summing(each, coordinate),
    )


@adam.lemma(
    "L6.sum",
    title="The length of all steps",
    given=[*averaging, (0, "<", eps)],
    claim=(over_k(displacement[k]), "<=", L**2 * eta**2 / sqrt(eps) * Q),
    reference="blueprint L6",
)
def total_length(p: Proof) -> Theorem:
    at = p.within(step)
    know_denominator(at)
    each = at.calc(
        displacement[k],
        "==", E(L**2 * over_i(move[k, i] ** 2)), by.linearity(),
        "<=", E(L**2 * eta**2 / sqrt(eps) * over_i(n[k, i] ** 2 / D[k, i])),
        by.expectation(step_length),
        "==", L**2 * eta**2 / sqrt(eps) * over_i(E(n[k, i] ** 2 / D[k, i])), by.linearity(),
    )  # fmt: skip
    return p.have(
        (over_k(displacement[k]), "<=", L**2 * eta**2 / sqrt(eps) * Q), by.summing(each, step)
    )


@adam.lemma(
    "Q.sign", title="Q is not negative", given=[*averaging, (0, "<", eps)], claim=(0, "<=", Q)
)
def sign_of_Q(p: Proof) -> Theorem:
    know_denominator(p)
    return p.nonnegative(Q)


adam.section(
    "The rate of Adam",
    "Descent, errors and denominators are put together as for AdamW. No term of weight decay is "
    r"left, so the descent bounds $P$ at once.",
)

# --- the rate -----------------------------------------------------------------------------------

everything = (c_eta, c_theta, c_eps, t, r, s, h, C_P)
hyperparameters = [
    *data,
    (sigma_s, "<=", h),
    *positive_parameters, *choices,
    (0, "<=", theta), *averaging, *mixing, *weight,
    (0, "<=", bracket), (paid, "<=", C_P),
]  # fmt: skip
half = Rational(1, 2)
point = {
    K: 1, h: 1, s: 1, c_eta: half, c_theta: 1, c_eps: 1, t: 0, r: half, C_P: 7, eta: half, gamma: 1,
    setting.d: 1,
}  # fmt: skip


@adam.lemma(
    "P",
    title="What the descent pays in all",
    for_constants=everything,
    given=hyperparameters,
    claim=(P, "<=", C_P * M),
    witness=point,
    reference="blueprint section 3, rho = a = 0",
)
def bound_on_P(p: Proof) -> Theorem:
    know_choice(p)
    know_denominator(p)
    p.know(p.use(sign_of_Q))
    zero = Rational(0)
    return p.calc(
        P,
        "<=", P + bracket * Q, by.multiplying((0, "<=", bracket), Q),
        "<=", paid * M,
        by.adding(what_is_paid(p, p.use(total_descent), p.use(total_length), Q, zero, rho=zero)),
        "<=", C_P * M, by.multiplying((paid, "<=", C_P), M),
    )  # fmt: skip


def know_constant(p: Proof) -> None:
    """C_P > 0."""
    payment = p.use(positive_payment, rho=Rational(0))
    p.know(p.have((0, "<", C_P), by.algebra(payment, (paid, "<=", C_P), alone=True)))


@adam.theorem(
    "rate",
    title="Adam's and NAdam's rate, measured by the l1 norm",
    for_constants=everything,
    given=hyperparameters,
    claim=(l1 / K, "<=", bound),
    witness=point,
    reference="blueprint section 3, Adam / NAdam",
)
def rate(p: Proof) -> Theorem:
    know_choice(p)
    know_denominator(p)
    know_prediction(p)
    know_constant(p)
    return measured(p, p.use(bound_on_P))


@adam.theorem(
    "rate.joint",
    title="Adam's and NAdam's rate with its root not split",
    for_constants=everything,
    given=hyperparameters,
    claim=(l1 / K, "<=", joint_bound),
    witness=point,
    reference="blueprint section 3, before the last line: (A^2 + B^2)^{1/2} <= A + B",
)
def joint_rate(p: Proof) -> Theorem:
    know_choice(p)
    know_denominator(p)
    know_prediction(p)
    know_constant(p)
    return measured(p, p.use(bound_on_P), joint=True)


@adam.theorem(
    "rate.sigma",
    title="The rate in the noise level alone",
    for_constants=(*everything, gamma),
    given=[*hyperparameters, (0, "<", gamma), quiet],
    claim=(l1 / K, "<=", bound_in_sigma),
    witness=point,
    reference="blueprint section 3, Adam / NAdam",
)
def rate_in_sigma(p: Proof) -> Theorem:
    know_constant(p)
    return p.calc(
        l1 / K, "<=", bound, by.lemma(rate),
        "<=", bound_in_sigma, by.lemma(separate_roots),
    )  # fmt: skip


adam.section(
    "Instances of Adam",
    "Numbers for the free parameters, and for each instance the inequalities between polynomials "
    r"in $\theta$ and $\mu$ that are left.",
)

# --- instances ----------------------------------------------------------------------------------

canonical = Choice(
    "canonical", paid, c_eta=half, c_theta=Rational(1), gamma=Rational(1), fixed=True,
    weight=Rational(3, 2),
)  # fmt: skip
tuned = Choice(
    "tuned", paid, c_eta=Rational(2), c_theta=Rational(2), gamma=half, weight=Rational(3)
)
numbers: dict[str, Any] = {
    "c_eta": Rational(2), "c_theta": Rational(5, 2), "gamma": Rational(9, 50), "t": Rational(3, 5),
}  # fmt: skip
weighted = Choice("weighted", paid, **numbers, weight=Rational(165, 64), mixed=False)
mixed = Choice("weighted.mixed", paid, **numbers, weight=Rational(198579, 53200))


def given(choice: Choice) -> list[Any]:
    """The hypotheses of an instance."""
    return [*choice.chosen, *averaging, *choice.mixing]


def anywhere(
    p: Proof, general: Claimed, choice: Choice, constant: Claimed, bracket: Claimed
) -> Theorem:
    """An instance of ``general``, from the claims on its constant and on (B)."""
    known = know_numbers(p, choice, constant, bracket)
    p.know(p.use(positive_floor, c_eps=choice.c_eps))
    know_denominator(p)
    know_prediction(p)
    values = {str(z): choice.values[z] for z in everything if z in choice.values}
    return p.use(general, *known, **values, C_P=choice.C_P)


def state(
    choice: Choice, constant: Claimed, bracket: Claimed, title: str, reference: str
) -> Claimed:
    """The main theorem at the numbers of an instance."""

    @adam.lemma(
        f"rate.{choice.name}",
        title=title,
        kind="instance",
        for_constants=choice.constants,
        given=given(choice),
        claim=(l1 / K, "<=", choice.bound),
        witness=choice.witness,
        reference=f"blueprint, instances: {reference}",
    )
    def proof(p: Proof) -> Theorem:
        return anywhere(p, rate, choice, constant, bracket)

    return proof


canonical_weight = stated_weight(adam, canonical)
canonical_constant = stated_constant(adam, canonical, canonical_weight)
canonical_bracket = stated_bracket(adam, canonical)
rate_canonical = state(
    canonical, canonical_constant, canonical_bracket,
    "The rate with AdamW's canonical parameters", "C_P = 7",
)  # fmt: skip

tuned_weight = stated_weight(adam, tuned)
tuned_constant = stated_constant(adam, tuned, tuned_weight)
tuned_bracket = stated_bracket(adam, tuned)
rate_tuned = state(
    tuned, tuned_constant, tuned_bracket, "The rate with tuned parameters, t = 0", "C_P = 4"
)

weighted_weight = stated_weight(adam, weighted)
weighted_constant = stated_constant(adam, weighted, weighted_weight)
weighted_bracket = stated_bracket(adam, weighted)
rate_weighted = state(
    weighted, weighted_constant, weighted_bracket,
    "Adam's rate with tuned parameters, t = 3/5", "C_P = 49/16",
)  # fmt: skip

mixed_weight = stated_weight(adam, mixed)
mixed_constant = stated_constant(adam, mixed, mixed_weight)
rate_mixed = state(
    mixed, mixed_constant, weighted_bracket,
    "The same for theta <= mu <= 1, with a constant of its own", "C_P = 3.98615",
)  # fmt: skip

searched = Choice(
    "searched", paid, c_eta=Rational(54, 29), c_theta=Rational(5, 2), gamma=Rational(13, 100),
    t=Rational(2, 3), weight=Rational(99, 40), mixed=False,
)  # fmt: skip
searched_weight = stated_weight(adam, searched)
searched_constant = stated_constant(adam, searched, searched_weight)
searched_bracket = stated_bracket(adam, searched)
rate_searched = state(
    searched, searched_constant, searched_bracket,
    "Adam's rate with parameters found by search", "better than C_P = 49/16",
)  # fmt: skip

searched_mixed = Choice(
    "searched.mixed", paid, c_eta=Rational(80, 53), c_theta=Rational(28, 17),
    gamma=Rational(9, 50), t=Rational(2, 5), weight=Rational(3405, 2023),
)  # fmt: skip
searched_mixed_weight = stated_weight(adam, searched_mixed)
searched_mixed_constant = stated_constant(adam, searched_mixed, searched_mixed_weight)
searched_mixed_bracket = stated_bracket(adam, searched_mixed)
rate_searched_mixed = state(
    searched_mixed, searched_mixed_constant, searched_mixed_bracket,
    "The rate for theta <= mu <= 1 with parameters found by search", "better than C_P = 3.98615",
)  # fmt: skip
