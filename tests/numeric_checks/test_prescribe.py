"""What hypotheses prescribe, and that it satisfies them as floats."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from types import ModuleType

import pytest

from ratecert.numeric_checks.evaluate import Condition, conditions
from ratecert.numeric_checks.instances import Instance, cosine, digits
from ratecert.numeric_checks.prescribe import (
    Choice,
    Pick,
    Prescription,
    PrescriptionError,
    Same,
    prescribe,
    statement_of,
)
from ratecert.numeric_checks.simulate import Run, record
from ratecert.optimizers.recursions import NADAMW
from ratecert.proofs.language import Claimed

K = 1000
NOISY = cosine((Fraction(1), Fraction(1, 3)), (Fraction(1), Fraction(1, 7)), (Fraction(-2, 3),) * 2)
QUIET = cosine((Fraction(1), Fraction(1, 3)), (), (Fraction(-2, 3),) * 2)
CHOICES: dict[str, Choice] = {
    "eta": Pick.DOWN,
    "theta": Pick.UP,
    "beta": Pick.GREATEST,
    "mu": 1,
    "lam": Pick.GREATEST,
}


@pytest.fixture(scope="module")
def rates() -> ModuleType:
    from . import rates

    return rates


def _found(claim: Claimed, instance: Instance = NOISY, **more: Choice) -> Prescription:
    return prescribe(claim, NADAMW, instance, K, {**CHOICES, **more})


def _run(parameters: Mapping[str, float], instance: Instance = NOISY) -> Run:
    """What a run of K iterations has as constants; one iteration of it is enough to know them."""
    run = record(NADAMW, instance, K=1, seeds=[1], parameters=parameters)
    return replace(run, indices={"K": K, "d": instance.dimension})


def _conditions(
    claim: Claimed, found: Prescription, instance: Instance = NOISY, **changed: float
) -> tuple[Condition, ...]:
    run = _run({**found.parameters, **changed}, instance)
    return conditions(statement_of(claim, found.constants), run)


def _float(found: Prescription, name: str) -> float:
    return found.parameters[name]


def test_the_values_are_those_of_the_formulas(rates: ModuleType) -> None:
    found = _found(rates.canonical)
    gap, noise = float(NOISY.Delta), math.sqrt(float(NOISY.sigma_s2))
    s = math.sqrt(gap / K) / noise
    assert s < 0.1
    assert _float(found, "eta") == pytest.approx(math.sqrt(gap / (2 * K)) / 2, rel=1e-14)
    assert _float(found, "eps") == pytest.approx(noise**2 / 2, rel=1e-14)
    assert _float(found, "theta") == pytest.approx(1 - s, rel=1e-14)
    assert _float(found, "beta") == pytest.approx(math.sqrt(1 - s), rel=1e-14)
    reach = 2 / 3 + math.sqrt(2) * _float(found, "eta") * K
    assert _float(found, "lam") == pytest.approx(math.sqrt(s / 8) / reach, rel=1e-14)
    assert set(found.constants) == {"hsigma", "s", "X"}


def test_every_hypothesis_holds_at_the_floats(rates: ModuleType) -> None:
    """Inequalities exactly, equations between hyperparameters up to one rounding."""
    found = _found(rates.canonical)
    listed = _conditions(rates.canonical, found)
    assert len(listed) == len(rates.canonical.hypotheses())
    assert all(c.holds for c in listed)
    equations = [c for c in listed if c.deviation]
    assert all(c.deviation < 2**-52 for c in equations)
    rounded = [c for c in equations if c.deviation > 2**-100]
    assert 0 < len(rounded) <= 3  # eta, eps, theta; hsigma, s and X are exact


@pytest.mark.parametrize("name", ["beta", "lam"])
def test_the_greatest_float_is_the_greatest(rates: ModuleType, name: str) -> None:
    found = _found(rates.canonical)
    above = math.nextafter(_float(found, name), math.inf)
    failing = [c for c in _conditions(rates.canonical, found, **{name: above}) if not c.holds]
    assert len(failing) == 1


def test_the_least_float_is_the_least(rates: ModuleType) -> None:
    given = _found(rates.canonical).parameters
    found = prescribe(rates.reach, NADAMW, NOISY, K, {"R": Pick.LEAST}, given)
    least = found.constants["R"]
    assert isinstance(least, float)
    assert Fraction(least) ** 2 >= 2 > Fraction(math.nextafter(least, 0.0)) ** 2


def test_a_level_that_only_has_to_be_large_enough(rates: ModuleType) -> None:
    """sigma_s <= h: the least float, upward; s and c_eps follow from it, not from the witness."""
    given = _found(rates.canonical).parameters
    found = prescribe(rates.floored, NADAMW, NOISY, K, {"hsigma": Pick.LEAST}, given)
    level = found.constants["hsigma"]
    assert isinstance(level, float)
    assert Fraction(level) ** 2 >= NOISY.sigma_s2 > Fraction(math.nextafter(level, 0.0)) ** 2
    listed = _conditions(rates.floored, found)
    assert all(c.holds for c in listed)
    assert max(c.deviation for c in listed) < 1e-100
    # Where s <= 1 asks for more than sigma_s <= h, that is said and not mended.
    quiet = prescribe(rates.floored, NADAMW, QUIET, K, {"hsigma": Fraction(1, 10**6)}, given)
    failing = [c for c in _conditions(rates.floored, quiet, QUIET) if not c.holds]
    assert len(failing) == 1


def test_rounding_goes_where_it_is_told(rates: ModuleType) -> None:
    values = [
        _float(_found(rates.canonical, eta=pick), "eta")
        for pick in (Pick.DOWN, Pick.NEAREST, Pick.UP)
    ]
    assert values[1] in (values[0], values[2])
    assert math.nextafter(values[0], math.inf) == values[2]


def test_mu_equal_to_theta(rates: ModuleType) -> None:
    found = _found(rates.canonical, mu=Same("theta"))
    assert _float(found, "mu") == _float(found, "theta")
    assert all(c.holds for c in _conditions(rates.canonical, found))
    assert _float(found, "lam") < _float(_found(rates.canonical), "lam")  # q > 1


def test_free_constants_are_solved_for_exactly(rates: ModuleType) -> None:
    """With c_eta := eta/(Delta/(K d L))^(1/2) and so on, equations hold at the floats exactly."""
    given = _found(rates.canonical).parameters
    found = prescribe(rates.general, NADAMW, NOISY, K, {}, given)
    assert found.constants["a"] == Fraction(1, 8)
    assert found.constants["gamma"] == 1
    assert found.parameters == given
    listed = _conditions(rates.general, found)
    assert all(c.holds for c in listed)
    assert max(c.deviation for c in listed) < 1e-100


def test_rounding_theta_down_breaks_an_inequality(rates: ModuleType) -> None:
    """c_theta gamma <= 1 with c_theta = (1 - theta)/s: safe is up, not down."""
    outcomes = []
    for pick in (Pick.UP, Pick.DOWN):
        given = _found(rates.canonical, theta=pick).parameters
        found = prescribe(rates.general, NADAMW, NOISY, K, {}, given)
        failing = [str(c.hypothesis) for c in _conditions(rates.general, found) if not c.holds]
        outcomes.append(failing)
    assert outcomes[0] == []
    assert "c_theta" in outcomes[1][0]


def test_without_noise_theta_and_beta_are_zero(rates: ModuleType) -> None:
    """sigma_s^2 <= L Delta/K: hsigma^2 = L Delta/K, s = 1."""
    found = _found(rates.canonical, QUIET)
    assert (_float(found, "theta"), _float(found, "beta")) == (0.0, 0.0)
    assert _float(found, "eps") == pytest.approx(float(QUIET.Delta) / K / 2, rel=1e-14)
    assert all(c.holds for c in _conditions(rates.canonical, found, QUIET))


def test_a_hypothesis_that_fails_is_named(rates: ModuleType) -> None:
    found = _found(rates.canonical)
    lam = 1000 * _float(found, "lam")
    (failing,) = [c for c in _conditions(rates.canonical, found, lam=lam) if not c.holds]
    assert "lam" in str(failing.hypothesis)
    eta = _float(found, "eta") * (1 + 1e-9)
    failing_too = [c for c in _conditions(rates.canonical, found, eta=eta) if not c.holds]
    assert all("eta" in str(c.hypothesis) for c in failing_too)
    # Relative to the absolute values of all terms, that is about |left| + |right|.
    assert max(c.deviation for c in failing_too) == pytest.approx(5e-10, rel=0.01)


def test_real_data(rates: ModuleType) -> None:
    """640 coordinates: ||x^1||_inf is defined by recursion over them."""
    instance = digits(32)
    found = prescribe(rates.canonical, NADAMW, instance, 300, CHOICES)
    assert 0.9 < _float(found, "theta") < 0.91
    run = record(NADAMW, instance, K=1, seeds=[1], parameters=found.parameters)
    run = replace(run, indices={"K": 300, "d": 640})
    assert all(c.holds for c in conditions(statement_of(rates.canonical, found.constants), run))


@pytest.mark.parametrize(
    ("claim", "choices", "reason"),
    [
        ("canonical", {"rho": 1}, "rates.canonical has no constant rho"),
        ("crossed", {"lam": Pick.GREATEST}, "rates.crossed admits no lam"),
        ("crossed", {"lam": Pick.LEAST}, "rates.crossed admits no lam"),
        ("reach", {"R": Pick.GREATEST, "theta": 0, "mu": 1}, "rates.reach bounds R nowhere"),
        ("canonical", {"beta": Pick.GREATEST, "mu": Same("lam")}, "does not determine mu"),
        ("reach", {"R": Pick.LEAST, "theta": Same("beta"), "mu": 1}, "does not determine theta"),
    ],
)
def test_refusals(rates: ModuleType, claim: str, choices: dict[str, Choice], reason: str) -> None:
    with pytest.raises(PrescriptionError, match=reason):
        prescribe(rates.theory.claims[claim], NADAMW, NOISY, K, choices)
