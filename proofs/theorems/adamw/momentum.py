"""L1: the momentum is dominated by the root of the second moment, on every path.

By induction on k, one step at a time: (theta m + (1-theta) g)^2 <= theta m^2 + (1-theta) g^2.
"""

from ...language import Proof, Rational, Theorem, by
from .setting import (
    adamw,
    averaging,
    beta,
    coordinate,
    decays,
    from_start,
    g,
    i,
    k,
    m,
    mixing,
    mu,
    n,
    q,
    step,
    theta,
    v,
)

ratio = (1 - theta) / (1 - beta)


adamw.section(
    "Momentum against the second moment",
    "The first lemmas hold on every path: the momentum is dominated by the root of the "
    "second moment, so that no coordinate of a step is large. The factor $q$ is what the "
    "second mixing costs.",
)


@adamw.lemma(
    "v",
    title="The second moment is not negative",
    given=[from_start, coordinate, *averaging],
    claim=(0, "<=", v[k, i]),
)
def second_moment(p: Proof) -> Theorem:
    def induction_step(p: Proof, before: Theorem) -> Theorem:
        return p.calc(
            0,
            "<=", beta * v[k - 1, i] + (1 - beta) * g[k, i] ** 2, by.algebra(before),
            "==", v[k, i], by.definition(v, k=k),
        )  # fmt: skip

    return p.induction(
        (0, "<=", v[k, i]),
        from_start,
        base=lambda p: p.have((0, "<=", v[0, i]), by.definition(v)),
        step=induction_step,
    )


@adamw.lemma(
    "L1.momentum",
    title="Momentum domination, before the second mixing",
    given=[from_start, coordinate, *decays],
    claim=(m[k, i] ** 2, "<=", ratio * v[k, i]),
    reference="blueprint L1",
)
def momentum(p: Proof) -> Theorem:
    def induction_step(p: Proof, before: Theorem) -> Theorem:
        old = m[k - 1, i]
        return p.calc(
            m[k, i] ** 2,
            "==", (theta * old + (1 - theta) * g[k, i]) ** 2, by.definition(m, k=k),
            "<=", theta * old**2 + (1 - theta) * g[k, i] ** 2, by.algebra(hints=(old - g[k, i],)),
            "<=", ratio * (beta * v[k - 1, i] + (1 - beta) * g[k, i] ** 2),
            by.algebra(before, p.use(second_moment, k=k - 1)),
            "==", ratio * v[k, i], by.definition(v, k=k),
        )  # fmt: skip

    return p.induction(
        (m[k, i] ** 2, "<=", ratio * v[k, i]),
        from_start,
        base=lambda p: p.have((m[0, i] ** 2, "<=", ratio * v[0, i]), by.definition(v, m)),
        step=induction_step,
    )


@adamw.lemma(
    "L1",
    title="Momentum domination",
    given=[step, coordinate, *decays],
    claim=(n[k, i] ** 2, "<=", q * ratio * v[k, i]),
    reference="blueprint L1",
)
def domination(p: Proof) -> Theorem:
    old = m[k - 1, i]
    mixed = p.calc(
        theta * old**2 + (1 - theta) * g[k, i] ** 2,
        "<=", ratio * (beta * v[k - 1, i] + (1 - beta) * g[k, i] ** 2),
        by.algebra(p.use(momentum, k=k - 1), p.use(second_moment, k=k - 1)),
        "==", ratio * v[k, i], by.definition(v, k=k),
    )  # fmt: skip
    p.know(p.have((0, "<=", q), by.algebra()))
    return p.calc(
        n[k, i] ** 2,
        "==", (mu * theta * old + (1 - mu * theta) * g[k, i]) ** 2, by.definition(n, m, k=k),
        "<=", q * (theta * old**2 + (1 - theta) * g[k, i] ** 2),
        by.algebra(hints=((1 - mu * theta) * old - mu * (1 - theta) * g[k, i],)),
        "<=", q * (ratio * v[k, i]), by.multiplying(mixed, q),
        "==", q * ratio * v[k, i], by.algebra(),
    )  # fmt: skip


@adamw.lemma(
    "L1.double",
    title="Momentum domination, with beta^2 <= theta",
    given=[step, coordinate, *decays, (beta**2, "<=", theta)],
    claim=(n[k, i] ** 2, "<=", 2 * q * v[k, i]),
    reference="blueprint L1: 2(1-beta) - (1-theta) = (1-beta)^2 + (theta - beta^2)",
)
def double(p: Proof) -> Theorem:
    p.know(p.have((0, "<=", q), by.algebra()), p.use(second_moment))
    twice = p.have((ratio, "<=", 2), by.algebra())
    return p.calc(
        n[k, i] ** 2,
        "<=", q * ratio * v[k, i], by.lemma(domination),
        "<=", 2 * q * v[k, i], by.multiplying(twice, q * v[k, i]),
    )  # fmt: skip


# --- the sharper factor, for AdamW: mu = 1 ------------------------------------------------------

sharp = (1 - theta) ** 2 / ((1 - beta) * (1 - theta**2 / beta))


@adamw.lemma(
    "L1.unrolled",
    title="Momentum domination with the sharper factor",
    given=[from_start, coordinate, *decays, (0, "<", beta)],
    claim=(m[k, i] ** 2, "<=", sharp * v[k, i]),
    witness={beta: Rational(1, 2)},
    reference="blueprint L1, sharper: what Cauchy-Schwarz gives on the unrolled sums",
)
def unrolled(p: Proof) -> Theorem:
    p.know(p.have((0, "<", 1 - theta**2 / beta), by.algebra()))
    p.know(p.have((0, "<=", sharp), by.algebra()))

    def induction_step(p: Proof, before: Theorem) -> Theorem:
        old, new = m[k - 1, i], g[k, i]
        return p.calc(
            m[k, i] ** 2,
            "==", (theta * old + (1 - theta) * new) ** 2, by.definition(m, k=k),
            "<=", beta * old**2 + sharp * (1 - beta) * new**2,
            by.algebra(hints=((beta - theta**2) * old - theta * (1 - theta) * new,)),
            "<=", beta * (sharp * v[k - 1, i]) + sharp * (1 - beta) * new**2,
            by.multiplying(before, beta),
            "==", sharp * v[k, i], by.definition(v, k=k),
        )  # fmt: skip

    return p.induction(
        (m[k, i] ** 2, "<=", sharp * v[k, i]),
        from_start,
        base=lambda p: p.have((m[0, i] ** 2, "<=", sharp * v[0, i]), by.definition(v, m)),
        step=induction_step,
    )


@adamw.lemma(
    "L1.factor",
    title="The sharper factor is at most 4/3",
    given=[(0, "<=", theta), (theta, "<=", beta), (0, "<", beta), (beta, "<", 1),
           (beta**2, "<=", theta)],
    claim=(sharp, "<=", Rational(4, 3)),
    witness={theta: Rational(1, 4), beta: Rational(1, 4)},
    reference="blueprint L1, sharper",
)  # fmt: skip
def sharp_factor(p: Proof) -> Theorem:
    return p.have((sharp, "<=", Rational(4, 3)), by.algebra())


@adamw.lemma(
    "L1.sharp",
    title="Momentum domination with 4/3",
    given=[from_start, coordinate, *decays, (beta**2, "<=", theta)],
    claim=(m[k, i] ** 2, "<=", Rational(4, 3) * v[k, i]),
    reference="blueprint L1, sharper: R = 2/3^{1/2} serves for AdamW",
)
def sharp_domination(p: Proof) -> Theorem:
    p.know(p.use(second_moment))

    def averaged(p: Proof) -> Theorem:
        return p.calc(
            m[k, i] ** 2,
            "<=", sharp * v[k, i], by.lemma(unrolled),
            "<=", Rational(4, 3) * v[k, i], by.multiplying(p.use(sharp_factor), v[k, i]),
        )  # fmt: skip

    def plain(p: Proof) -> Theorem:
        """Without averaging, m = g and v = g^2."""
        return p.calc(
            m[k, i] ** 2,
            "<=", ratio * v[k, i], by.lemma(momentum),
            "<=", Rational(4, 3) * v[k, i], by.algebra(),
        )  # fmt: skip

    return p.cases(-beta, negative=averaged, otherwise=plain)


# --- the sharper factor, for every mu in [0, 1] -------------------------------------------------

dominance = 2 * q - Rational(2, 3) * mu**2
excess = (1 - mu * theta) ** 2 - mu**2 * (1 - theta) ** 2
adamw.shorthand("q.sharp", dominance, tex=r"q_*")
adamw.shorthand("excess", excess, tex=r"\nu")
factor = Rational(4, 3) * theta**2 / beta + (1 - theta) ** 2 / (1 - beta)
mixed_factor = Rational(4, 3) * mu**2 * theta**2 / beta + (1 - mu * theta) ** 2 / (1 - beta)
decaying_slowly = [(theta, "<=", beta), (0, "<", beta), (beta, "<", 1), (beta**2, "<=", theta)]


@adamw.lemma(
    "L1.factor.step",
    title="One more step does not exceed 4/3",
    given=decaying_slowly,
    claim=(factor, "<=", Rational(4, 3)),
    witness={theta: Rational(1, 4), beta: Rational(1, 4)},
    reference="ours: convex in beta, 1 + theta/3 at beta = theta and 4/3 - (1-s)^3/3 at "
    "beta = s = theta^{1/2}",
)
def step_factor(p: Proof) -> Theorem:
    return p.have((factor, "<=", Rational(4, 3)), by.algebra())


@adamw.lemma(
    "L1.factor.mixed",
    title="The sharper factor for every mu",
    given=[*decaying_slowly, *mixing],
    claim=(mixed_factor, "<=", dominance),
    witness={theta: Rational(1, 4), beta: Rational(1, 4)},
    reference="ours: mu^2 (1-theta) + excess = q (1-theta), 1-theta <= 2 (1-beta)",
)
def mixed_factor_bound(p: Proof) -> Theorem:
    p.know(p.have((0, "<=", excess), by.algebra()))
    freshly = p.calc(
        excess / (1 - beta),
        "<=", 2 * excess / (1 - theta), by.algebra(),
        "==", 2 * (q - mu**2), by.algebra(),
    )  # fmt: skip
    return p.calc(
        mixed_factor,
        "==", mu**2 * factor + excess / (1 - beta), by.algebra(),
        "<=", mu**2 * Rational(4, 3) + excess / (1 - beta), by.multiplying(step_factor, mu**2),
        "<=", dominance, by.adding(freshly),
    )  # fmt: skip


@adamw.lemma(
    "L1.mixed",
    title="Momentum domination with 2q - 2mu^2/3",
    given=[step, coordinate, *decays, (beta**2, "<=", theta), *mixing],
    claim=(n[k, i] ** 2, "<=", dominance * v[k, i]),
    reference="ours: 4/3 for mu = 1, where the blueprint has it, and below 2 q for mu > 0",
)
def mixed_domination(p: Proof) -> Theorem:
    old, new, before = m[k - 1, i], g[k, i], v[k - 1, i]
    fresh = mu * theta * old + (1 - mu * theta) * new
    equal = beta * (1 - mu * theta) * old - Rational(4, 3) * mu * theta * (1 - beta) * new
    p.know(p.use(second_moment), p.use(second_moment, k=k - 1))

    def averaged(p: Proof) -> Theorem:
        p.know(p.have((0, "<=", mixed_factor), by.algebra()))
        past = p.use(sharp_domination, k=k - 1)
        kept = p.have((Rational(3, 4) * old**2, "<=", before), by.multiplying(past, Rational(3, 4)))
        return p.calc(
            n[k, i] ** 2,
            "==", fresh**2, by.definition(n, m, k=k),
            "<=", mixed_factor * (beta * (Rational(3, 4) * old**2) + (1 - beta) * new**2),
            by.algebra(hints=(equal,)),
            "<=", mixed_factor * (beta * before + (1 - beta) * new**2),
            by.multiplying(kept, mixed_factor * beta),
            "==", mixed_factor * v[k, i], by.definition(v, k=k),
            "<=", dominance * v[k, i], by.multiplying(mixed_factor_bound, v[k, i]),
        )  # fmt: skip

    def plain(p: Proof) -> Theorem:
        """Without averaging, n = g and v = g^2."""
        still = p.have((theta, "==", 0), by.algebra())
        none = p.have((beta, "==", 0), by.algebra())
        p.know(p.have((1, "<=", dominance), by.algebra()))
        return p.calc(
            n[k, i] ** 2,
            "==", fresh**2, by.definition(n, m, k=k),
            "==", new**2, by.algebra(still),
            "<=", dominance * new**2, by.algebra(),
            "==", dominance * (beta * before + (1 - beta) * new**2), by.algebra(none),
            "==", dominance * v[k, i], by.definition(v, k=k),
        )  # fmt: skip

    return p.cases(-beta, negative=averaged, otherwise=plain)
