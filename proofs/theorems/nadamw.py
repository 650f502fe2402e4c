"""NAdamW: AdamW with the momentum mixed once more with the fresh gradient, mu = theta.

    n^k = theta m^k + (1-theta) g^k,     x^{k+1} = (1 - lam eta) x^k - eta n^k/(v^k + eps)^{1/2}

Its rate is the main theorem of ``adamw`` at mu = theta, where q = 1 + theta - theta^2 <= 5/4.
"""

from typing import Any

from ..language import Claimed, Proof, Rational, Theorem, Theory, by
from .adamw.choice import Choice, know_scale
from .adamw.instances import (
    canonical,
    farthest,
    rate_canonical,
    rate_mixed,
    rate_searched_mixed,
    rate_tuned,
    searched_mixed,
    tuned,
)
from .adamw.instances import mixed as mixed_choice
from .adamw.momentum import dominance
from .adamw.parameters import (
    a_mean,
    canonical_point,
    decay_below_one,
    everything,
    nonnegative_decay,
    s,
)
from .adamw.rate import (
    bound,
    bound_in_sigma,
    joint_bound,
    joint_rate,
    l1,
    rate,
    rate_in_sigma,
    refined_rate,
)
from .adamw.setting import K, adamw, lam, mixing, mu, setting, theta
from .models import adamw_model, canonical_choice

nadamw = Theory("nadamw", "NAdamW", source="Dozat (2016)", extends=(adamw,))
nadamw.define("mu", mu, theta, source="Dozat (2016): the momentum is mixed again")
nadamw.witness.pop(mu)
nadamw.model(
    adamw_model(setting)
    .without(frozenset({"mu"}))
    .extended(satisfies=canonical_choice(R=Rational(8, 5)))
)

nadamw.introduce(
    r"NAdamW mixes the momentum once more with the fresh gradient, with the weight $\mu=\theta$. "
    r"Its rate is that of AdamW with a general $\mu$, at $\mu=\theta$: what is proved for every "
    r"$\mu$ comes first, and the last section puts $\theta$ in. Here $q=1+\theta-\theta^2\le 5/4$. "
    "The main result is [rate]."
)
nadamw.section(
    "NAdamW",
    r"We put in $\mu=\theta$. Of the hypotheses, $0\le\mu\le 1$ then follows from the choice of "
    r"$\theta$; all others stay as they are.",
)


def mixed(stated: Any) -> Any:
    """A hypothesis with mu = theta put in."""
    if not isinstance(stated, tuple):
        return stated
    return tuple(
        part.xreplace({mu: theta}) if hasattr(part, "xreplace") else part for part in stated
    )


def given(general: Claimed) -> list[Any]:
    """The hypotheses of a theorem for every mu, at mu = theta; 0 <= mu <= 1 need no saying."""
    return [mixed(h) for h in general.given if h not in ((theta, "<=", mu), *mixing)]


def at_theta(p: Proof, general: Claimed, *known: Theorem) -> Theorem:
    """A theorem for every mu, at mu = theta; ``known``: what of its hypotheses needs more."""
    shown = {fact.conclusion for fact in known}
    stated = [h for h in general.given if mixed(h) != h and p.scope.relation(h) not in shown]
    facts = (p.have(h, by.definition(mu, facts=_facts(mixed(h), p, general))) for h in stated)
    return p.use(general, *known, *facts)


def _facts(hypothesis: Any, p: Proof, general: Claimed) -> tuple[Any, ...]:
    return (hypothesis,) if hypothesis in given(general) else ()


def know_theta(p: Proof) -> None:
    """0 <= theta < 1."""
    p.know(p.use(nonnegative_decay), p.use(decay_below_one))


@nadamw.theorem(
    "rate",
    title="NAdamW's rate, measured by the l1 norm",
    for_constants=everything,
    given=given(rate),
    claim=(l1 / K, "<=", bound),
    witness=canonical_point,
    reference="blueprint section 3",
)
def nadamw_rate(p: Proof) -> Theorem:
    know_theta(p)
    return at_theta(p, rate)


@nadamw.theorem(
    "rate.sigma",
    title="The rate in the noise level alone",
    for_constants=everything,
    given=given(rate_in_sigma),
    claim=(l1 / K, "<=", bound_in_sigma),
    witness=canonical_point,
    reference="blueprint section 3",
)
def nadamw_rate_in_sigma(p: Proof) -> Theorem:
    know_theta(p)
    return at_theta(p, rate_in_sigma)


@nadamw.theorem(
    "rate.refined",
    title="The rate, where weight decay counts as far as the iterates have gone",
    for_constants=(*everything, a_mean),
    given=given(refined_rate),
    claim=(l1 / K, "<=", bound),
    witness=canonical_point,
    reference="blueprint, instances",
)
def nadamw_refined_rate(p: Proof) -> Theorem:
    know_theta(p)
    return at_theta(p, refined_rate)


@nadamw.theorem(
    "rate.joint",
    title="NAdamW's rate with its root not split",
    for_constants=everything,
    given=given(joint_rate),
    claim=(l1 / K, "<=", joint_bound),
    witness=canonical_point,
    reference="blueprint section 3, before the last line: (A^2 + B^2)^{1/2} <= A + B",
)
def nadamw_joint_rate(p: Proof) -> Theorem:
    know_theta(p)
    return at_theta(p, joint_rate)


# --- instances ----------------------------------------------------------------------------------


nadamw.section(
    "Instances of NAdamW",
    r"These are the instances for $\theta\le\mu\le 1$, at $\mu=\theta$; only how far the iterates "
    "go has to be written with it.",
)


def state(id: str, title: str, choice: Choice, general: Claimed) -> Claimed:
    """An instance for every mu in [theta, 1], at mu = theta."""
    _, reach = farthest(choice)

    @nadamw.lemma(
        id,
        title=title,
        kind="instance",
        for_constants=choice.constants,
        given=given(general),
        claim=(l1 / K, "<=", choice.bound),
        witness={at: value for at, value in choice.witness.items() if at != mu},
        reference="blueprint, instances",
    )
    def proof(p: Proof) -> Theorem:
        know_scale(p, choice)
        factor = p.have((dominance, "==", mixed((dominance,))[0]), by.definition(mu))
        decay = p.have((lam**2 * reach**2, "<=", choice.a * s), by.rewriting(factor))
        return at_theta(p, general, decay)

    return proof


nadamw_rate_canonical = state(
    "rate.canonical", "NAdamW's rate with the canonical parameters", canonical, rate_canonical
)
nadamw_rate_tuned = state(
    "rate.tuned", "NAdamW's rate with tuned parameters, t = 0", tuned, rate_tuned
)
nadamw_rate_weighted = state(
    "rate.weighted", "NAdamW's rate with tuned parameters, t = 2/3", mixed_choice, rate_mixed
)
nadamw_rate_searched = state(
    "rate.searched",
    "NAdamW's rate with parameters found by search",
    searched_mixed,
    rate_searched_mixed,
)
