"""The instances: the free parameters of the main theorem at numbers, theorems of their own.

canonical   round numbers;            tuned      the best found with the plain L4, t = 0;
weighted    with L4's weight t = 2/3, for AdamW; weighted.mixed, the same for mu in [theta, 1];
origin      weighted from x^1 = 0, where weight decay counts a third.
"""

from collections.abc import Iterable
from typing import Any

from ...language import Claimed, Expr, Proof, Rational, Theorem, by, sqrt
from .choice import Choice, know_scale, stated_bracket, stated_constant, stated_weight
from .decay import mean_square
from .integrability import know_denominator, know_prediction
from .iterates import least_q
from .parameters import a as general_a
from .parameters import a_mean, constant, know_beta, positive_floor, s
from .rate import l1, rate, refined_rate
from .setting import K, adamw, beta, d, eta, lam, q, theta, x, xmax

eighth = Rational(1, 8)
least = constant(general_a)

canonical = Choice(
    "canonical", least, c_eta=Rational(1, 2), c_theta=Rational(1), gamma=Rational(1), fixed=True,
    rho=Rational(1), a=eighth, weight=Rational(3, 2),
)  # fmt: skip
tuned = Choice(
    "tuned", least, c_eta=Rational(7, 4), c_theta=Rational(2), gamma=Rational(1, 10),
    rho=Rational(3, 10), a=eighth, weight=Rational(3),
)  # fmt: skip
numbers: dict[str, Any] = {
    "c_eta": Rational(5, 3), "c_theta": Rational(5, 2), "gamma": Rational(1, 10),
    "rho": Rational(1, 4), "a": eighth, "t": Rational(2, 3),
}  # fmt: skip
weighted = Choice("weighted", least, **numbers, weight=Rational(99, 40), mixed=False)
mixed = Choice("weighted.mixed", least, **numbers, weight=Rational(427, 128))
origin = Choice(
    "origin", constant(a_mean), **numbers, a_mean=eighth / 3, weight=Rational(99, 40), mixed=False
)


def farthest(choice: Choice) -> tuple[Any, Any]:
    """R and X."""
    factor = sqrt(2 * q) if choice.mixed else sqrt(2)
    return factor, xmax[d] + factor * eta * K


def given(choice: Choice) -> list[Any]:
    """The hypotheses of an instance."""
    _, reach = farthest(choice)
    return [
        *choice.chosen,
        (theta, "<=", beta), (beta**2, "<=", theta), *choice.mixing,
        (0, "<=", lam), (lam**2 * reach**2, "<=", choice.a * s),
    ]  # fmt: skip


def at_numbers(
    p: Proof, general: Claimed, choice: Choice, known: Iterable[Theorem], reach: Expr
) -> Theorem:
    """The general theorem at the numbers of an instance, with X = ``reach``."""
    p.know(p.use(positive_floor, c_eps=choice.c_eps))
    know_beta(p)
    know_denominator(p)
    know_prediction(p)
    if choice.mixed:
        p.know(p.use(least_q))
    values = {str(name): value for name, value in choice.values.items()}
    if general is rate:
        values.pop(str(a_mean))
    return p.use(general, *known, **values, R=farthest(choice)[0], X=reach, C_P=choice.C_P)


def state(
    choice: Choice, constant: Claimed, bracket: Claimed, title: str, reference: str
) -> Claimed:
    """The main theorem at the numbers of an instance."""

    @adamw.lemma(
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
        know_scale(p, choice)
        known = p.use(constant), p.use(bracket)
        return at_numbers(p, rate, choice, known, farthest(choice)[1])

    return proof


canonical_weight = stated_weight(adamw, canonical)
canonical_constant = stated_constant(adamw, canonical, canonical_weight)
canonical_bracket = stated_bracket(adamw, canonical)
rate_canonical = state(
    canonical, canonical_constant, canonical_bracket,
    "The rate with the canonical parameters", "C_P = 20 + 2^{1/2}/2",
)  # fmt: skip

tuned_weight = stated_weight(adamw, tuned)
tuned_constant = stated_constant(adamw, tuned, tuned_weight)
tuned_bracket = stated_bracket(adamw, tuned)
rate_tuned = state(
    tuned, tuned_constant, tuned_bracket, "The rate with tuned parameters, t = 0", "C_P = 6.51464"
)

weighted_weight = stated_weight(adamw, weighted)
weighted_constant = stated_constant(adamw, weighted, weighted_weight)
weighted_bracket = stated_bracket(adamw, weighted)
rate_weighted = state(
    weighted, weighted_constant, weighted_bracket,
    "AdamW's rate with tuned parameters, t = 2/3", "C_P = 5.21015",
)  # fmt: skip

mixed_weight = stated_weight(adamw, mixed)
mixed_constant = stated_constant(adamw, mixed, mixed_weight)
rate_mixed = state(
    mixed, mixed_constant, weighted_bracket,
    "The same for mu in [theta, 1], with a constant of its own", "C_P = 6.19408",
)  # fmt: skip

# --- from x^1 = 0 -------------------------------------------------------------------------------

origin_constant = stated_constant(adamw, origin, weighted_weight)
from_origin = (xmax[d], "==", 0)
origin_reach = sqrt(2) * eta * K


@adamw.lemma(
    "rate.origin",
    title="AdamW's rate from x^1 = 0, t = 2/3",
    kind="instance",
    for_constants=origin.constants,
    given=[
        *origin.chosen, from_origin,
        (theta, "<=", beta), (beta**2, "<=", theta), *origin.mixing,
        (0, "<=", lam), (lam**2 * origin_reach**2, "<=", origin.a * s),
    ],
    claim=(l1 / K, "<=", origin.bound),
    witness={**origin.witness, x[1, 1]: 0},
    reference="blueprint, instances: C_1 = 2.53296",
)  # fmt: skip
def rate_origin(p: Proof) -> Theorem:
    know_scale(p, origin)
    allowed = (lam**2 * origin_reach**2, "<=", origin.a * s)
    far = p.have((xmax[d] + origin_reach, "<=", origin_reach), by.adding(from_origin))
    third = p.calc(
        lam**2 * mean_square(xmax[d], origin_reach),
        "==", lam**2 * origin_reach**2 / 3, by.algebra(from_origin, alone=True),
        "<=", origin.a_mean * s, by.algebra(allowed, alone=True),
    )  # fmt: skip
    known = p.use(origin_constant), p.use(weighted_bracket), far, third
    return at_numbers(p, refined_rate, origin, known, origin_reach)
