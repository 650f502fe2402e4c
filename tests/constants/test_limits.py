"""Equality instances: what they attain, and that what is no instance is refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest

from ratecert.proofs.constants import equality
from ratecert.proofs.constants.equality import INSTANCES, adamw_world
from ratecert.proofs.constants.limits import (
    Instance,
    InstanceError,
    attained,
    coefficient,
    limit_of,
    numeric,
    summands,
)
from ratecert.proofs.kernel import terms as K
from ratecert.proofs.language import Rational
from ratecert.proofs.models.numbers import is_exact
from ratecert.proofs.theorems.adamw import adamw
from ratecert.proofs.theorems.adamw.setting import i, k, m, v

CLAIMS = list(dict.fromkeys(i.claim for i in INSTANCES))
LIMITS = {claim.label: limit_of(claim, INSTANCES) for claim in CLAIMS}

# Blueprint section 4: "ratio 1 for L1 (theta = 0; sharp: geometric g), L3 (...), ..., SGD (...)".
ATTAINED = ["L1.momentum", "L1", "L4.first", "L4", "L5", "L6", "L7", "L8", "L9"]
APPROACHED = {"L1.factor": "1", "L1.sharp": "0.99", "L3": "0.999999", "L7.total": "0.94"}


def test_every_lemma_that_the_blueprint_names_has_an_instance():
    named = {f"adamw.{name}" for name in (*ATTAINED, *APPROACHED)}
    assert named | {"sgd.rate", "norms.N1.lower", "norms.N1.upper"} <= set(LIMITS)


@pytest.mark.parametrize("name", [f"adamw.{name}" for name in ATTAINED] + ["sgd.rate"])
def test_the_two_sides_are_equal(name):
    limit = LIMITS[name]
    assert limit.tightness == "attained"
    assert any(c.best_possible for c in limit.constants)


@pytest.mark.parametrize("name", APPROACHED)
def test_the_two_sides_come_close(name):
    found = [a for a in LIMITS[f"adamw.{name}"].found if a.instance.limit]
    low, high = max(a.ratio for a in found)
    assert Fraction(APPROACHED[name]) - Fraction(1, 10**6) < low <= high < 1


@pytest.mark.parametrize("label", LIMITS)
def test_no_ratio_is_above_1_and_no_constant_beats_the_one_proved(label):
    limit = LIMITS[label]
    assert all(0 < a.ratio[0] <= a.ratio[1] <= 1 for a in limit.found)
    for constant in limit.constants:
        assert constant.factor is None or 0 < constant.factor[0] <= constant.factor[1] <= 1
    assert all(a.hypotheses == len(limit.claim.hypotheses()) for a in limit.found)


def test_the_ratio_of_the_sharp_bound_is_that_of_the_sums():
    """Evaluated once more, from the unrolled sums, in rationals."""
    s, n = Fraction(4, 5), equality.LONG
    beta_, theta_ = s, s**2
    g = [(beta_ / theta_) ** t for t in range(1, n + 1)]
    moment = sum((1 - theta_) * theta_ ** (n - t) * g[t - 1] for t in range(1, n + 1))
    second = sum((1 - beta_) * beta_ ** (n - t) * g[t - 1] ** 2 for t in range(1, n + 1))
    found = LIMITS["adamw.L1.sharp"].best
    assert is_exact(found.ratio) and found.scenarios == 2**n
    assert found.ratio[0] == moment**2 / (Fraction(4, 3) * second)


def test_the_ratio_of_the_spike_is_that_of_fifty_digits():
    """sum_k D^k against K eps^{1/2} + (1 + kappa) G^2/tD, for L7.sum at kappa = 1/2, K = 16."""
    with localcontext() as context:
        context.prec = 50
        kappa, steps = Decimal(1) / 2, 16
        root = Decimal(866026) / 10**6  # eta = D^1, a little above (3/4)^{1/2}
        eps = root**2 - (1 - kappa**2)
        D = [(kappa ** (2 * (n - 1)) * (1 - kappa**2) + eps).sqrt() for n in range(1, steps + 1)]
        ratio = sum(D) / (steps * eps.sqrt() + (1 + kappa) / D[0])
    found = next(a for a in LIMITS["adamw.L7.sum"].found if a.instance.limit)
    low, high = found.ratio
    assert abs(Fraction(ratio) - low) < Fraction(1, 10**30) and high - low < Fraction(1, 10**30)


def test_each_constant_alone():
    """2 in L7.total: what is left of the left side after the first summand, over the second."""
    claim = adamw.claimed("L7.total")
    found = attained(Instance(claim, "a spike", equality.slow))
    first, second = found.factors
    assert first is None or first[0] <= 0  # the second summand alone exceeds the left side
    assert Fraction("0.94") < second[0] <= second[1] < 1
    assert second[0] < found.ratio[1]  # less than the ratio: the first summand helps


# --- what is refused --------------------------------------------------------------------------


def test_a_violated_hypothesis_is_named():
    early = adamw_world(1, {"theta": Rational(1, 2), "mu": 1})  # theta > beta = 0
    with pytest.raises(InstanceError, match=r"adamw\.L1: a hypothesis does not hold"):
        attained(Instance(adamw.claimed("L1"), "theta > beta", early, {k: 1, i: 1}))


@pytest.mark.parametrize(
    ("values", "named"),
    [({"sigma": (Rational(1, 2),)}, "A3"), ({"L": Rational(1, 2)}, "A1"), ({"fstar": 1}, "A0")],
)
def test_what_is_no_model_is_no_instance(values, named):
    tree = equality.noisy
    changed = {
        key: values.get(str(getattr(key, "name", key)), at) for key, at in tree.values.items()
    }
    wrong = replace(tree, values=changed)
    with pytest.raises(InstanceError, match=f"no model of adamw: {named}"):
        attained(Instance(adamw.claimed("L4.first"), "noise above its level", wrong))


def test_biased_noise_is_refused():
    tree = equality.noisy
    one, _ = tree.outcomes
    biased = replace(tree, outcomes=[one, replace(one)])
    with pytest.raises(InstanceError, match="A2"):
        attained(Instance(adamw.claimed("L4.first"), "both outcomes up", biased))


def test_every_variable_needs_a_value():
    claim = adamw.claimed("L9")
    with pytest.raises(InstanceError, match="gives no value to c"):
        attained(Instance(claim, "c is missing", equality.plain))
    with pytest.raises(InstanceError, match="gives no value to i, k"):
        attained(Instance(adamw.claimed("L1"), "k and i are missing", equality.plain))


def test_an_instance_in_which_the_claim_is_false_is_refused():
    """4/3 made smaller than what the geometric gradients attain."""
    sharp = adamw.claimed("L1.sharp")
    wrong = replace(sharp, claim=(m[k, i] ** 2, "<=", Rational(13, 10) * v[k, i]), result=None)
    (instance,) = (x for x in INSTANCES if x.claim is sharp)
    with pytest.raises(InstanceError, match=r"false in this instance.*above 1"):
        attained(replace(instance, claim=wrong))
    right = replace(wrong, claim=(m[k, i] ** 2, "<=", Rational(133, 100) * v[k, i]))
    assert attained(replace(instance, claim=right)).ratio[0] > Fraction("0.99")


def test_an_instance_says_something():
    nothing = adamw_world(1, {}, at=0)  # g = 0, v = 0
    with pytest.raises(InstanceError, match="both sides are 0"):
        attained(Instance(adamw.claimed("L1"), "nothing moves", nothing, {k: 1, i: 1}))
    with pytest.raises(InstanceError, match="no inequality"):
        attained(Instance(adamw.claimed("L4.coordinate"), "an equation", equality.plain, {k: 1}))


# --- summands ---------------------------------------------------------------------------------


def test_summands_within_sums_and_means():
    a, b = K.Var("a", "any"), K.Var("b", "any")
    inner = K.Add((K.Mul((K.rat(2), a)), K.Mul((K.rat(-3), b))))
    term = K.Mul((K.rat(Fraction(1, 2)), K.sum_over("j", K.Ix(None, 1), K.Ix("d"), K.E(inner))))
    found = [coefficient(part) for part in summands(term)]
    assert [c for c, _ in found] == [1, Fraction(-3, 2)]
    assert [rest for _, rest in found] == [
        K.sum_over("j", K.Ix(None, 1), K.Ix("d"), K.E(x)) for x in (a, b)
    ]


def test_roots_of_rationals_are_numbers():
    L, d = K.Var("L", "det"), K.Var("d", "det")
    root = K.sqrt(K.mul(K.rat(2), L))
    number, rest = numeric(K.mul(K.rat(3), root, d))
    assert number is K.mul(K.rat(3), K.sqrt(K.rat(2))) and rest is K.mul(K.sqrt(L), d)
    assert numeric(K.sqrt(K.rat(2))) == (K.sqrt(K.rat(2)), K.ONE)
    assert numeric(L) == (K.ONE, L) and numeric(K.rat(5)) == (K.rat(5), K.ONE)
    two = LIMITS["sgd.rate"].constants[1]
    assert two.at_least(two.factor) == "1.41421356237" and two.best_possible
