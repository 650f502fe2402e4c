"""Rates at values: against formulas written by hand, at random points, with 50 digits."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import by_hand
import mpmath
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ratecert.proofs.constants.answer import answer, code, eta, fixed, theta
from ratecert.proofs.constants.bound import (
    at_the_start,
    beside_sgd,
    chosen,
    constants,
    evaluate,
    instances,
    norm,
)
from ratecert.proofs.constants.instance import BoundError, Instance
from ratecert.proofs.constants.target import STEPS, direction, first_steps
from ratecert.proofs.constants.values import Value, digits, down, up, verdict
from ratecert.proofs.kernel import terms as k
from ratecert.proofs.language.loader import LoadError, statement

DATA: Mapping[str, Value] = {"d": 1000, "K": 10**5, "L": 1, "Delta": 10, "sigma_s": 1}
CANONICAL = statement("adamw.rate.canonical")

positive = st.fractions(Fraction(1, 10**6), 10**6, max_denominator=10**6)
sizes = st.integers(1, 10**12)


def near(ours: str, wanted: object, places: int) -> bool:
    """Do a decimal and an mpmath number agree, relative to their size?"""
    scale = max(1, abs(wanted)) if wanted == 0 else abs(wanted)  # type: ignore[arg-type, call-overload]
    return bool(abs(mpmath.mpf(ours) - wanted) <= scale * mpmath.mpf(10) ** -places)


@pytest.mark.parametrize("label", by_hand.BLUEPRINT)
@settings(max_examples=8)
@example(d=1000, K=10**5, L=Fraction(1), Delta=Fraction(10), sigma=Fraction(1), start=Fraction(0))
@example(d=10**11, K=10**7, L=Fraction(3), Delta=Fraction(7), sigma=Fraction(0), start=Fraction(1))
@given(d=sizes, K=sizes, L=positive, Delta=positive, sigma=st.just(0) | positive, start=positive)
def test_against_the_blueprint(
    label: str, d: int, K: int, L: Fraction, Delta: Fraction, sigma: Fraction, start: Fraction
) -> None:
    row = by_hand.BLUEPRINT[label]
    data: dict[str, Value] = {"d": d, "K": K, "L": L, "Delta": Delta, "sigma_s": Fraction(sigma)}
    if label.startswith(("adamw", "nadamw")) and not label.endswith("origin"):
        data["xmax"] = start
    at = Instance(statement(label), data)
    assert at.holds
    with mpmath.workdps(60):
        wanted = by_hand.bound(row, d, K, L, Delta, Fraction(sigma))
        assert near(digits(at.right, at.point, 50), wanted, 48)
        low, high = (mpmath.mpf(f(at.right, at.point, 20)) for f in (down, up))
        assert low <= wanted <= high and high - low <= wanted * mpmath.mpf(10) ** -18
        by_name = by_hand.hyperparameters(
            row, d, K, L, Delta, Fraction(sigma), data.get("xmax", Fraction(0))
        )
        assert near(digits(at.atoms["eta"], at.point, 30), by_name["eta"], 28)
        assert near(digits(at.atoms["eps"], at.point, 30), by_name["eps"], 28)
        assert abs(mpmath.mpf(theta(at)) - by_name["theta"]) <= mpmath.mpf(10) ** -18
        if row.a and not row.mixed:
            ends = at.ranges["beta"]
            assert ends.low is not None and ends.high is not None
            if by_name["theta"] > 0.01:
                assert near(digits(ends.high.term, at.point, 30), by_name["beta high"], 28)
            most = at.ranges["lam"].high
            assert most is not None
            assert near(digits(most.term, at.point, 30), by_name["lambda max"], 28)


@given(K=sizes, L=positive, Delta=positive, sigma=st.just(0) | positive)
@settings(max_examples=20)
def test_sgd_against_the_blueprint(K: int, L: Fraction, Delta: Fraction, sigma: Fraction) -> None:
    data = {**DATA, "K": K, "L": L, "Delta": Delta, "sigma_s": Fraction(sigma)}
    _, value = beside_sgd(CANONICAL, data)
    assert value is not None
    with mpmath.workdps(40):
        wanted = mpmath.sqrt(1000) * by_hand.sgd(K, L, Delta, Fraction(sigma))
        low, high = (mpmath.mpf(end.numerator) / end.denominator for end in value)
        assert low * (1 - mpmath.mpf(10) ** -38) <= wanted <= high * (1 + mpmath.mpf(10) ** -38)


def test_the_constants_of_the_canonical_instance() -> None:
    at = Instance(CANONICAL, DATA)
    found = {name: fixed(term, at) for name, term in constants(at).items()}
    assert found == {
        "C_P": "20.707106781187", "C_1": "5.411494363617", "C_2": "29.284271247462",
    }  # fmt: skip


@pytest.mark.parametrize("label", by_hand.BLUEPRINT)
def test_constants_and_terms_make_the_bound(label: str) -> None:
    row = by_hand.BLUEPRINT[label]
    at = Instance(statement(label), DATA)
    with mpmath.workdps(40):
        C_P = by_hand.constant(row)
        found = {n: digits(term, at.point, 35) for n, term in constants(at).items()}
        assert near(found["C_P"], C_P, 33)
        assert near(found["C_1"], mpmath.sqrt(C_P * mpmath.sqrt(2)), 33)
        assert near(found["C_2"], mpmath.sqrt(2) * C_P, 33)


def test_sgd_has_no_C_P() -> None:
    at = Instance(statement("sgd.rate"), DATA)
    found = {n: fixed(term, at, 5) for n, term in constants(at).items()}
    assert found == {"C_1": "1.18921", "C_2": "1.41421"}


# --- choosing an instance -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["adamw.rate", "nadamw.rate", "adam.rate"])
def test_best_is_the_smallest_of_all_that_hold(name: str) -> None:
    theorem = statement(name)
    for given_mu in ({}, {"mu": k.App("theta", ())}):
        best, *others = evaluate(chosen(theorem, "best"), {**DATA, **given_mu})
        assert best.value is not None and {b.instance.claim for b in (best, *others)} == set(
            instances(theorem)
        )
        for other in others:
            assert other.value is None or best.value[1] <= other.value[0]
            assert (other.value is None) == bool(other.instance.violations)


def test_weights_of_the_momentum_decide_which_instances_hold() -> None:
    theorem = statement("adamw.rate")
    assert answer(theorem, "best", DATA).instance.claim.id == "rate.origin"
    assert answer(theorem, "best", {**DATA, "xmax": 1}).instance.claim.id == "rate.searched"
    mixed = answer(theorem, "best", {**DATA, "mu": Fraction(99, 100)})
    assert mixed.instance.claim.id == "rate.searched.mixed"
    decayed = answer(theorem, "best", {**DATA, "lam": Fraction(1, 1000)})
    assert decayed.instance.claim.id == "rate.canonical"  # the only one that admits so much


@pytest.mark.parametrize("name", ["canonical", "rate.canonical", "adamw.rate.canonical"])
def test_names_of_instances(name: str) -> None:
    assert chosen(statement("adamw.rate"), name) == (CANONICAL,)


def test_an_instance_stands_for_itself() -> None:
    weighted = statement("adamw.rate.weighted")
    assert chosen(weighted, "best") == (weighted,)
    assert weighted in instances(statement("adamw.rate"))


def test_an_unknown_instance_is_refused_with_the_nearest() -> None:
    with pytest.raises(LoadError, match="no instance 'canonicl'; nearest: canonical"):
        chosen(statement("adamw.rate"), "canonicl")
    with pytest.raises(LoadError, match=r"sgd\.rate is evaluated itself"):
        chosen(statement("sgd.rate"), "canonical")


# --- hypotheses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "hypothesis", "constant", "nearest"),
    [
        ({"K": 0}, "1 ≤ K", "K", 1),
        ({"d": -3}, "1 ≤ d", "d", 1),
        ({"L": 0}, "0 < L", "L", None),
        ({"Delta": Fraction(-1)}, "0 < Δ", "Delta", None),
        ({"sigma_s": -1}, "0 ≤ σ_s", "sigma_s", 0),
        ({"xmax": -1}, "0 ≤ xmax[d]", "xmax", 0),
        ({"mu": 2}, "μ ≤ 1", "mu", 1),
        ({"mu": Fraction(1, 2)}, "θ ≤ μ", "mu", Fraction(99, 100)),
        ({"beta": Fraction(1, 2)}, "θ ≤ β", "beta", Fraction(99, 100)),
        ({"lam": -1}, "0 ≤ λ", "lam", 0),
        ({"theta": Fraction(1, 2)}, "θ = 1 - s", "theta", Fraction(99, 100)),
        ({"eps": Fraction(1, 10**8)}, "ε = h²/d", "eps", Fraction(1, 1000)),
    ],
    ids=str,
)
def test_a_violation_names_hypothesis_constant_and_nearest(
    values: dict[str, Value], hypothesis: str, constant: str, nearest: object
) -> None:
    at = Instance(CANONICAL, {**DATA, **values})
    first = at.violations[0]
    assert at.show(first.check.formula) == hypothesis
    assert (first.name, first.nearest, first.decided) == (constant, nearest, True)
    assert first.value is k.rat(Fraction(values[constant]))  # type: ignore[arg-type]


def test_more_than_one_hypothesis_may_fail() -> None:
    at = Instance(CANONICAL, {**DATA, "theta": Fraction(3, 2), "beta": Fraction(3, 2)})
    assert [at.show(v.check.formula) for v in at.violations] == [
        "θ = 1 - s", "β² ≤ θ", "θ < 1", "β < 1",
    ]  # fmt: skip


@settings(max_examples=10)
@given(
    d=sizes, K=sizes, L=positive, Delta=positive, sigma=positive,
    lam=st.fractions(0, 2, max_denominator=1000), mu=st.fractions(0, 2, max_denominator=100),
    beta=st.fractions(-1, 2, max_denominator=100),
)  # fmt: skip
def test_what_is_nearest_is_admitted(
    d: int, K: int, L: Fraction, Delta: Fraction, sigma: Fraction, lam: Fraction, mu: Fraction,
    beta: Fraction,
) -> None:  # fmt: skip
    data: dict[str, Value] = {"d": d, "K": K, "L": L, "Delta": Delta, "sigma_s": sigma}
    data |= {"lam": lam, "mu": mu, "beta": beta, "xmax": 1}
    for _ in range(4):  # a change of mu changes what is admitted for lambda, so one by one
        at = Instance(CANONICAL, data)
        if at.holds:
            break
        violation = at.violations[0]
        assume(
            violation.nearest is not None
        )  # of a range with theta = beta there may be no decimal
        assert violation.nearest is not None and violation.nearest != data[violation.name]
        data[violation.name] = violation.nearest
    assert at.holds


def test_a_rounded_prescription_is_taken_for_the_exact_one() -> None:
    plain = Instance(CANONICAL, {**DATA, "K": 777})
    rounded = {"eta": Fraction(float(Fraction(eta(plain)))), "theta": Fraction(theta(plain))}
    at = Instance(CANONICAL, {**DATA, "K": 777, **rounded})
    assert at.holds and up(at.right, at.point) == up(plain.right, plain.point)
    off = {"eta": rounded["eta"] * (1 + Fraction(1, 10**9))}
    assert [v.name for v in Instance(CANONICAL, {**DATA, "K": 777, **off}).violations] == ["eta"]


def test_what_the_theory_defines_is_a_condition() -> None:
    adam = Instance(statement("adam.rate.tuned"), {**DATA, "lam": Fraction(1, 10)})
    assert [(v.name, v.check.origin) for v in adam.violations] == [("lam", "definition")]
    nadamw = Instance(statement("nadamw.rate.tuned"), {**DATA, "mu": 1})
    assert [(v.name, v.check.origin) for v in nadamw.violations] == [("mu", "definition")]
    assert Instance(statement("nadamw.rate.tuned"), {**DATA, "mu": Fraction(49, 50)}).holds


@pytest.mark.parametrize(
    ("label", "values", "message"),
    [
        ("sgd.rate", {"lam": 1}, "sgd.rate has no constant lam"),
        ("adamw.rate", {}, "leaves c_eps open"),
        ("adamw.L6", {}, "no rate"),
        ("adamw.L1", {}, "no rate"),
    ],
)
def test_what_is_no_rate(label: str, values: dict[str, Value], message: str) -> None:
    with pytest.raises(BoundError, match=message):
        Instance(statement(label), {**DATA, **values})


@pytest.mark.parametrize("label", by_hand.BLUEPRINT)
@pytest.mark.parametrize("steps", [1, 10, 10**7, 10**30])
def test_the_decays_proposed_are_admitted(label: str, steps: int) -> None:
    at = Instance(statement(label), {**DATA, "K": steps})
    assert at.holds
    for check in at.checks:
        assert verdict(check.formula, at.point) is True


def test_decays_that_are_nearly_one() -> None:
    """K = 10^40: 1 - theta is 10^-26, and no end of a range is rounded past the other."""
    at = Instance(CANONICAL, {"d": 7, "K": 10**40, "L": 1, "Delta": 1, "sigma_s": 10**6})
    ends = at.ranges["beta"]
    for digits_asked in (3, 12, 20):
        low, high = ends.up_from_low(digits_asked), ends.down_from_high(digits_asked)
        assert low is not None and high is not None
        s = Fraction(1, 10**26)
        assert 1 - s <= low < high < 1 - s / 2
        assert abs(1 - low - s) < s / 10**digits_asked
        assert abs(1 - high - s / 2) < s / 10 ** (digits_asked - 1)
    assert Fraction(theta(at)) == 1 - s
    assert at.holds


# --- what stands beside -------------------------------------------------------------------------


def test_norms() -> None:
    assert norm(CANONICAL) == "l1"
    assert norm(statement("sgd.rate")) == "l2"


def test_before_any_step() -> None:
    _, value = at_the_start(CANONICAL, DATA)
    assert value[0] ** 2 <= 2 * 1 * 10 * 1000 <= value[1] ** 2
    _, plain = at_the_start(statement("sgd.rate"), DATA)
    assert plain[0] ** 2 <= 20 <= plain[1] ** 2


# --- from which K on ----------------------------------------------------------------------------


@settings(max_examples=6)
@given(
    level=st.fractions(Fraction(1, 1000), 1000), sigma=st.just(0) | positive, d=st.integers(1, 99)
)
def test_the_smallest_number_of_steps(level: Fraction, sigma: Fraction, d: int) -> None:
    assume(level > 0)
    data = {**DATA, "d": d, "sigma_s": Fraction(sigma)}
    found = first_steps(CANONICAL, data, level)
    assert found is not None and found.smallest
    row = by_hand.BLUEPRINT[CANONICAL.label]
    with mpmath.workdps(150):
        at, before = (
            by_hand.bound(row, d, steps, Fraction(1), Fraction(10), Fraction(sigma))
            for steps in (found.K, max(found.K - 1, 1))
        )
        assert at <= by_hand.real(level)
        assert found.K == 1 or before > by_hand.real(level)


def test_a_decay_may_be_too_much_at_that_K() -> None:
    found = first_steps(CANONICAL, {**DATA, "lam": Fraction(1, 1000)}, Fraction(1))
    assert found is not None and not found.instance.holds
    assert [v.name for v in found.instance.violations] == ["lam"]


def test_a_level_out_of_reach() -> None:
    assert first_steps(CANONICAL, DATA, Fraction(1, 10**60)) is None


positive_two, negative = k.rat(2), k.rat(-1)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (k.div(positive_two, STEPS), -1),
        (STEPS, 1),
        (k.power(STEPS, Fraction(-1, 4)), -1),
        (k.mul(k.power(STEPS, -1), STEPS), None),
        (k.add(positive_two, k.power(STEPS, -1)), -1),
        (k.sub(positive_two, k.power(STEPS, -1)), None),
        (k.power(k.add(k.rat(0), k.power(STEPS, -1)), -1), 1),
        (k.sqrt(k.maximum(k.power(k.rat(0), 2), k.power(STEPS, -1))), -1),
        (k.sqrt(k.maximum(positive_two, k.power(STEPS, -1))), -1),
        (k.maximum(STEPS, k.power(STEPS, -1)), None),
        (k.Abs(k.sub(positive_two, STEPS)), None),
        (k.mul(k.rat(0), STEPS), 0),
        (k.power(k.rat(0), -1), None),
        (positive_two, 0),
        (negative, None),
    ],
    ids=str,
)
def test_direction(term: k.Term, expected: int | None) -> None:
    assert direction(term) == expected


# --- code ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "values", "call"),
    [
        ("adamw.rate.canonical", {}, "torch.optim.AdamW("),
        ("adamw.rate.canonical", {"mu": k.App("theta", ())}, "torch.optim.NAdam("),
        ("adamw.rate.canonical", {"mu": Fraction(999, 1000)}, "# no class"),
        ("nadamw.rate.canonical", {}, "torch.optim.NAdam("),
        ("adam.rate.tuned", {}, "torch.optim.Adam("),
        ("sgd.rate", {}, "torch.optim.SGD("),
    ],
)
def test_the_class_of_torch(label: str, values: dict[str, Value], call: str) -> None:
    assert code(Instance(statement(label), {**DATA, **values}))[0].startswith(call)


def test_the_doubles_in_the_code_are_admitted() -> None:
    """At the exact values of the doubles every inequality still holds."""
    at = Instance(CANONICAL, {**DATA, "K": 777, "xmax": 1})
    names: dict[str, object] = {}
    line = code(at)[0].removeprefix("torch.optim.AdamW(params, ").removesuffix(")")
    exec(f"values = dict({line})", names)  # noqa: S102 - our own output, as a user would run it
    values = names["values"]
    assert isinstance(values, dict)
    decay, second = values["betas"]
    assert Fraction(values["lr"]) <= Fraction(up(at.atoms["eta"], at.point, 30))
    assert Fraction(decay) >= Fraction(down(at.atoms["theta"], at.point, 30))
    trial = at.point.with_values(
        {at.atoms["beta"]: Fraction(second), at.atoms["lam"]: Fraction(values["weight_decay"])}
    )
    assert all(verdict(c.formula, trial) for c in at.checks)
    assert values["weight_decay"] > 0
