"""The instances: the free parameters of the main theorem at numbers, theorems of their own.

canonical   round numbers;            tuned      the best found with the plain L4, t = 0;
weighted    with L4's weight t = 2/3, for AdamW; weighted.mixed, the same for mu in [theta, 1];
searched    what ``ratecert optimise`` finds for AdamW, and searched.mixed for mu in [theta, 1];
origin      weighted from x^1 = 0, where weight decay counts a third.
"""

from collections.abc import Iterable
from typing import Any

from ...language import Claimed, Expr, Proof, Rational, Theorem, by, sqrt
from .choice import Choice, know_numbers, stated_bracket, stated_constant, stated_weight
from .decay import mean_square
from .integrability import know_denominator, know_prediction
from .iterates import least_dominance
from .momentum import dominance
from .parameters import a as general_a
from .parameters import a_mean, constant, know_beta, positive_floor, s
from .rate import l1, rate, refined_rate
from .setting import K, adamw, beta, d, eta, lam, theta, x, xmax

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
searched = Choice(
    "searched", least, c_eta=Rational(51, 32), c_theta=Rational(5, 2), gamma=Rational(1, 10),
    t=Rational(2, 3), rho=Rational(4, 11), a=eighth, weight=Rational(99, 40), mixed=False,
)  # fmt: skip
searched_mixed = Choice(
    "searched.mixed", least, c_eta=Rational(21, 17), c_theta=Rational(5, 3), gamma=Rational(1, 10),
    t=Rational(1, 2), rho=Rational(4, 11), a=eighth, weight=Rational(9025, 5508),
)  # fmt: skip
from_origin = (xmax[d], "==", 0)


def farthest(choice: Choice) -> tuple[Any, Any]:
    """R and X."""
    factor = sqrt(choice.at(dominance)) if choice.mixed else sqrt(Rational(4, 3))
    return factor, xmax[d] + factor * eta * K


def given(choice: Choice) -> list[Any]:
    """The hypotheses of an instance."""
    _, reach = farthest(choice)
    return [
        *choice.chosen,
        (theta, "<=", beta), (beta**2, "<=", theta), *choice.mixing,
        (0, "<=", lam), (lam**2 * reach**2, "<=", choice.a * s),
    ]  # fmt: skip


def given_refined(choice: Choice) -> list[Any]:
    """The hypotheses of an instance, where weight decay counts as far as the iterates have gone."""
    mean = mean_square(xmax[d], farthest(choice)[1])
    return [*given(choice), (lam**2 * mean, "<=", choice.a_mean * s)]


def given_from_origin(choice: Choice) -> list[Any]:
    """The hypotheses of an instance from x^1 = 0."""
    factor, _ = farthest(choice)
    return [
        *choice.chosen, from_origin,
        (theta, "<=", beta), (beta**2, "<=", theta), *choice.mixing,
        (0, "<=", lam), (lam**2 * (factor * eta * K) ** 2, "<=", choice.a * s),
    ]  # fmt: skip


def at_numbers(
    p: Proof, general: Claimed, choice: Choice, known: Iterable[Theorem], reach: Expr
) -> Theorem:
    """The general theorem at the numbers of an instance, with X = ``reach``."""
    p.know(p.use(positive_floor, c_eps=choice.c_eps))
    know_beta(p)
    know_denominator(p)
    know_prediction(p)
    factor, allowed = farthest(choice)[0], choice.at(dominance)
    if choice.mixed:
        sign = p.have((1, "<=", allowed), by.algebra()) if choice.double else p.use(least_dominance)
        enough = p.have((allowed, "<=", factor**2), by.algebra(sign, alone=True))
        known = (*known, enough, p.have((0, "<=", factor), by.algebra(sign, alone=True)))
    values = {str(z): value for z, value in choice.values.items() if z in general.for_constants}
    return p.use(general, *known, **values, R=factor, X=reach, C_P=choice.C_P)


def anywhere(
    p: Proof, general: Claimed, choice: Choice, constant: Claimed, bracket: Claimed
) -> Theorem:
    """An instance for every start, from the claims on its constant and on (B)."""
    known = know_numbers(p, choice, constant, bracket)
    return at_numbers(p, general, choice, known, farthest(choice)[1])


def at_origin(
    p: Proof, general: Claimed, choice: Choice, constant: Claimed, bracket: Claimed
) -> Theorem:
    """An instance of a refined theorem from x^1 = 0, where weight decay counts a third."""
    known = know_numbers(p, choice, constant, bracket)
    reach = farthest(choice)[0] * eta * K
    allowed = (lam**2 * reach**2, "<=", choice.a * s)
    far = p.have((xmax[d] + reach, "<=", reach), by.adding(from_origin))
    third = p.calc(
        lam**2 * mean_square(xmax[d], reach),
        "==", lam**2 * reach**2 / 3, by.algebra(from_origin, alone=True),
        "<=", choice.a_mean * s, by.algebra(allowed, alone=True),
    )  # fmt: skip
    return at_numbers(p, general, choice, (*known, far, third), reach)


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
        return anywhere(p, rate, choice, constant, bracket)

    return proof


adamw.section(
    "Instances",
    "Now numbers are put in for the free parameters. For each instance three things remain to be "
    "shown, all of them inequalities between polynomials: what the error of the momentum weighs, "
    "what this makes of $C_P$, and that what is left of $Q$ is not negative.",
)

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
    "The same for theta <= mu <= 1, with a constant of its own", "C_P = 6.19408",
)  # fmt: skip

searched_weight = stated_weight(adamw, searched)
searched_constant = stated_constant(adamw, searched, searched_weight)
searched_bracket = stated_bracket(adamw, searched)
rate_searched = state(
    searched, searched_constant, searched_bracket,
    "AdamW's rate with parameters found by search", "better than C_P = 5.21015",
)  # fmt: skip

searched_mixed_weight = stated_weight(adamw, searched_mixed)
searched_mixed_constant = stated_constant(adamw, searched_mixed, searched_mixed_weight)
searched_mixed_bracket = stated_bracket(adamw, searched_mixed)
rate_searched_mixed = state(
    searched_mixed, searched_mixed_constant, searched_mixed_bracket,
    "The rate for theta <= mu <= 1 with parameters found by search", "better than C_P = 6.19408",
)  # fmt: skip

# --- from x^1 = 0 -------------------------------------------------------------------------------

origin_constant = stated_constant(adamw, origin, weighted_weight)


@adamw.lemma(
    "rate.origin",
    title="AdamW's rate from x^1 = 0, t = 2/3",
    kind="instance",
    for_constants=origin.constants,
    given=given_from_origin(origin),
    claim=(l1 / K, "<=", origin.bound),
    witness={**origin.witness, x[1, 1]: 0},
    reference="blueprint, instances: C_1 = 2.53296",
)
def rate_origin(p: Proof) -> Theorem:
    return at_origin(p, refined_rate, origin, origin_constant, weighted_bracket)
