"""AdamW's lemmas where an assumption is missing, weaker, or about the wrong step."""

from __future__ import annotations

from dataclasses import replace

import pytest
from adamw_twins import assume_moments, reworded, twin, varied, without_axioms

from ratecert.proofs.kernel.errors import LevelError
from ratecert.proofs.language import E, by, within
from ratecert.proofs.theorems.adamw import adamw
from ratecert.proofs.theorems.adamw.denominator import (
    conditional_moment,
    conditional_v,
    growth,
    predicted_pays,
    tangent,
)
from ratecert.proofs.theorems.adamw.descent import descent, total_descent
from ratecert.proofs.theorems.adamw.noise import (
    error_step,
    first_error,
    gradient_gap,
    mixed_error,
    split_error,
    uncorrelated,
    variance,
)
from ratecert.proofs.theorems.adamw.setting import (
    G,
    K,
    beta,
    coordinate,
    d,
    g,
    i,
    k,
    m,
    predicted,
    sigma,
    step,
    v,
)

integrable_m = adamw.claims["L0.m"]


def fails(claimed, *says, verdicts=("undecided", "error")):
    result = claimed.check()
    assert result.verdict in verdicts, result.reason
    assert result.claim is None
    for text in says:
        assert text in result.reason


@pytest.mark.parametrize(
    ("axiom", "claims"),
    [
        ("A0", (gradient_gap, first_error, total_descent)),
        ("A1", (descent, gradient_gap, first_error)),
        ("A1.gradient", (error_step,)),
        ("A2", (split_error, mixed_error, error_step, conditional_moment, tangent, predicted_pays)),
        ("A3", (variance, mixed_error, error_step, conditional_moment, tangent, predicted_pays)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_without_an_assumption(axiom, claims):
    """What rests on it fails, and says so, even where L0, which may rest on it too, is assumed."""
    elsewhere = without_axioms(axiom, moments=True)
    for claimed in claims:
        fails(elsewhere(claimed), axiom)


@pytest.mark.parametrize(
    ("axiom", "claims", "says"),
    [
        ("A0", ("objective.size", "f"), "A0"),
        ("A1", ("objective.size", "f"), "A1"),
        ("A1.gradient", ("gradient.size", "state", "x", "m", "G", "g"), "A1.gradient"),
        ("A1.gradient", ("v", "n"), "exponent of"),
        ("A3.integrable", ("state", "x", "m", "G", "g", "f", "v", "n"), "exponent of"),
    ],
)
def test_integrability_without_an_assumption(axiom, claims, says):
    elsewhere = without_axioms(axiom)
    for name in claims:
        fails(elsewhere(adamw.claims[f"L0.{name}"]), says)


@pytest.mark.parametrize(
    ("axiom", "claimed", "says"),
    [
        ("A0", adamw.claims["L3.expected"], "by linearity of E: false at"),
        ("A1.gradient", variance, "not known to be integrable"),
        ("A3.integrable", variance, "not known to be integrable"),
        ("A3.integrable", split_error, "by tower property: false at"),
    ],
)
def test_expectations_without_integrability(axiom, claimed, says):
    """Where L0 is not proved, E is not additive, and monotone no more."""
    fails(without_axioms(axiom)(claimed), says)


@pytest.mark.parametrize("axiom", ["A0", "A2"])
def test_what_does_not_rest_on_it(axiom):
    claims = {"A0": (variance, split_error), "A2": (variance, gradient_gap, integrable_m)}
    for claimed in claims[axiom]:
        assert without_axioms(axiom)(claimed).check().verdict == "proved"


def test_a_second_moment_with_a_negative_weight(planted):
    """For beta > 1, L0 being assumed: 1 - beta times a bound is no bound."""
    elsewhere = without_axioms(moments=True)
    conditional = elsewhere(conditional_moment, given=[step, coordinate])

    def script(p):
        return p.calc(
            E(v[k, i], given=k - 1),
            "==", E(beta * v[k - 1, i] + (1 - beta) * g[k, i] ** 2, given=k - 1),
            by.definition(v, k=k),
            "==", beta * v[k - 1, i] + (1 - beta) * E(g[k, i] ** 2, given=k - 1), by.linearity(),
            "<=", predicted[k, i], by.multiplying(p.use(conditional), 1 - beta),
        )  # fmt: skip

    weight = [(beta, "<=", 1)] if planted.choose(True, False) else []
    claimed = elsewhere(conditional_v, given=[step, coordinate, *weight], script=script)
    planted.judge(claimed, "undecided", "not known to be >= 0: 1 - β")


mean, spread = E(g[k, i], given=k - 1), E((g[k, i] - G[k, i]) ** 2, given=k - 1)


@pytest.mark.parametrize(
    ("name", "claim", "given", "claimed", "says"),
    [
        # unbiased in the mean only: the noise may be correlated with the past
        ("A2", (E(g[k, i]), "==", E(G[k, i])), [step, coordinate], split_error, "rewriting"),
        ("A2", (E(g[k, i], given=k), "==", G[k, i]), [step, coordinate], split_error, "F_k"),
        ("A2", (E(g[k, i], given=k - 2), "==", E(G[k, i], given=k - 2)), [step, coordinate],
         split_error, "F_{k-2}"),
        ("A2", (mean, "<=", G[k, i]), [step, coordinate], split_error, "rewriting"),
        ("A2", (mean, "==", 2 * G[k, i]), [step, coordinate], split_error, "false at"),
        ("A2", (mean, "==", G[k, i]), [within(k, 2, K), coordinate], split_error, "2 ≤ k"),
        ("A2", (mean, "==", G[k, i]), [step, within(i, 2, d)], split_error, "2 ≤ i"),
        ("A3", (spread, "<=", sigma[i]), [step, coordinate], variance, "false at"),
        ("A3", (spread, "<=", 2 * sigma[i] ** 2), [step, coordinate], variance, "false at"),
        ("A3", (sigma[i] ** 2, "<=", spread), [step, coordinate], variance, ""),
        ("A3", (spread, "<=", sigma[i] ** 2), [within(k, 2, K), coordinate], variance, "2 ≤ k"),
        ("A3", (spread, "<=", sigma[1] ** 2), [step, coordinate], conditional_moment, "false at"),
    ],
)  # fmt: skip
def test_with_a_weaker_assumption(name, claim, given, claimed, says):
    fails(reworded(name, claim, given)(claimed), says)


def test_the_same_wording_again():
    """The machinery of these tests: with A2 as it is, the lemma is proved in the other theory."""
    elsewhere = reworded("A2", (mean, "==", G[k, i]), [step, coordinate])
    for claimed in (split_error, conditional_v):
        assert elsewhere(claimed).check().verdict == "proved"


# --- iterates that know the present noise --------------------------------------------------------


def foresight(*names):
    """x^k may depend on g^k, and so may the symbols named."""

    def later(symbols):
        return [
            replace(s, adapted=(0, 0)) if s.name in ("x", *names) and s.adapted else s
            for s in symbols
        ]

    constant = ("Delta", "xmax", "xmax.0")  # what the theory defines as constants by x^1
    return varied(
        declare=assume_moments,
        symbols=later,
        definitions=lambda all_: [d for d in all_ if not names or d.name not in constant],
    )


@pytest.mark.parametrize(("names", "refused"), [((), "Delta"), (("f",), "tD")])
def test_the_theory_itself_is_refused(names, refused):
    """Delta = f(x^1) - f* would be random, and tD^k not known before step k."""
    with pytest.raises(LevelError, match=refused):
        foresight(*names).theory.kernel()


@pytest.mark.parametrize(
    ("claimed", "says"),
    [
        (split_error, "tower property"),
        (mixed_error, "tower property"),
        (conditional_moment, "linearity of E"),
        (predicted_pays, "it rests on varied.conditional"),
        (growth, "it rests on varied.conditional"),
    ],
    ids=lambda value: getattr(value, "id", ""),
)
def test_noise_correlated_with_the_state(claimed, says):
    """A2 is kept, but grad f(x^k) is not known before step k: nothing is pulled out of E."""
    fails(foresight("tD")(claimed), says)


@pytest.mark.parametrize("known", [g[k, i], m[k, i], G[k + 1, i]], ids=["g^k", "m^k", "grad^(k+1)"])
def test_what_is_not_yet_known_is_correlated_with_the_noise(planted, known):
    """E[h (g^k - grad f(x^k))] = 0 for an h known before step k, not for others."""
    weight = planted.choose(m[k - 1, i], known)

    def script(p):
        p.know(p.use(integrable_m))
        return uncorrelated(p, weight)

    claimed = twin(split_error, claim=(E(weight * (g[k, i] - G[k, i])), "==", 0), script=script)
    planted.judge(claimed, "undecided", "by tower property")
