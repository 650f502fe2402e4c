"""N2 by closed forms and samples, N1's equality cases at points; false claims are noticed."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from flint import acb, arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from ratecert.numeric_checks.attack.kinds import AttackError, kind_of
from ratecert.numeric_checks.campaign.kinds import kind
from ratecert.numeric_checks.campaign.task import Task, TaskError
from ratecert.numeric_checks.evaluate import Statement
from ratecert.numeric_checks.exact import MissingError, sign, working_precision
from ratecert.numeric_checks.gaussian import (
    CLASSES,
    GaussianError,
    Root,
    at_points,
    decide,
    sampled,
)
from ratecert.numeric_checks.gaussian.exactly import gravest, places
from ratecert.numeric_checks.gaussian.law import Exactly, InBalls, variance_of
from ratecert.numeric_checks.gaussian.roots import root
from ratecert.numeric_checks.gaussian.sampling import draws
from ratecert.numeric_checks.hypotheses import statement_of
from ratecert.proofs.kernel.terms import Abs, App, E, Ix, Rel, add, mul, power, rat, sum_over
from ratecert.proofs.language import Claimed
from ratecert.proofs.theorems.norms import norms

N2 = [name for name in norms.claims if name.startswith("N2")]
EQUATIONS = ["N2.l1", "N2.phi.mean", "N2.phi.product", "N2.phi.two", "N2.ratio", "N2.half"]
ONE = Ix(None, 1)


def claim(name: str) -> Statement:
    return statement_of(norms.claims[name])


def planted(name: str, factor: str) -> Statement:
    """The right side multiplied."""
    found = claim(name)
    relation = found.conclusion
    return replace(
        found, conclusion=Rel(relation.left, relation.op, mul(rat(factor), relation.right))
    )


# --- closed forms ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(set(N2) - {"N2.omitting"}))
def test_every_claim_of_n2_is_decided_in_64_dimensions(name: str) -> None:
    found = decide(claim(name), 64)
    assert found.verdict == "holds"
    assert len(found.places) == {"N2.phi.lower": 65}.get(name, 63 if name in SHORTER else 64)
    assert all(place.exact for place in found.places) == (name in EQUATIONS)


SHORTER = ("N2.phi.two", "N2.phi.decreasing")


def test_all_that_attacks_refuse_is_confronted_here() -> None:
    refused = set()
    for name, each in norms.claims.items():
        try:
            kind_of(each)
        except AttackError:
            refused.add(name)
    assert refused <= set(N2)
    equations = {
        name
        for name, each in norms.claims.items()
        if any(isinstance(h, Rel) and h.op == "=" for h in each.hypotheses())
    }
    assert equations == set(CLASSES)


@pytest.mark.parametrize(
    ("name", "factor"),
    [(name, "1000001/1000000") for name in EQUATIONS]
    + [("N2.phi.upper", "99/100"), ("N2.l2", "99/100"), ("N2", "99/100"), ("N2.upper", "99/100"),
       ("N2.phi.decreasing", "99/100"), ("N2.phi.lower", "99/100")],
)  # fmt: skip
def test_a_false_claim_is_violated(name: str, factor: str) -> None:
    found = decide(planted(name, factor), 64)
    assert found.verdict == "violated"
    assert found.worst is not None and found.worst.holds is False


def test_strictness_counts() -> None:
    """E||g||_1 = d^{1/2} E||g||_2 at d = 1: exact numbers see it, no ball could."""
    found = claim("N2.upper")
    strict = replace(found, conclusion=replace(found.conclusion, op="<"))
    assert [place.holds for place in decide(strict, 3).places] == [False, True, True]
    assert decide(found, 1).places[0].exact


@pytest.mark.parametrize("n", [1, 2, 3, 8, 33])
def test_the_closed_forms_are_the_integrals(n: int) -> None:
    """E||g||_2 = I_n/I_{n-1} by quadrature with error bounds, on [0, R] and beyond.

    For r >= R, R^2 >= 2n: r^n exp(-r^2/4) decreases, so the rest is at most
    R^n exp(-R^2/4) times the integral of r exp(-r^2/4)/R, that is R^n exp(-R^2/2) 2/R.
    """
    end = arb(24)

    def integral(power: int) -> arb:
        inside = acb.integral(lambda r, _: r**power * (-r * r / 2).exp(), 0, end).real
        return inside + arb(0).union(end ** (power - 1) * 2 * (-end * end / 2).exp())

    with working_precision(80):
        found = integral(n) / integral(n - 1)
        assert found.rad() < 1e-15
        exact = Exactly().length(n)
        assert found.overlaps(exact.ball() if isinstance(exact, Root) else arb(exact))
        assert found.overlaps(InBalls().length(n))
        assert n - exact * exact <= 1  # Var ||g||_2


def test_readings_that_disagree_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InBalls, "size", lambda self: arb(2).sqrt())
    with pytest.raises(GaussianError, match=r"N2\.l1 at d = 1"):
        decide(claim("N2.l1"), 2)


def test_what_has_no_closed_form_is_refused() -> None:
    g = App("g", (ONE,))
    fourth = Statement("test", Rel(E(power(g, 4)), "<=", rat(3)))
    with pytest.raises(GaussianError, match="no closed form"):
        decide(fourth, 1)
    with pytest.raises(GaussianError, match="no bound of the variance"):
        sampled(fourth, 1, 10)
    shifted = sum_over("i", ONE, Ix(None, 3), Abs(App("g", (Ix("i", 1),))))
    with pytest.raises(GaussianError, match="no bound of the variance"):
        variance_of(shifted)
    with pytest.raises(GaussianError, match="halves of positive integers"):
        Exactly().gamma(fmpq(1, 3))
    with pytest.raises(GaussianError, match="counted from 1"):
        decide(claim("N2"), 0)
    with pytest.raises(MissingError):
        decide(claim("N2.omitting"), 1)


def test_places() -> None:
    assert [*places(claim("N2.l2"), 3)] == [(1, {}), (2, {}), (3, {})]
    assert [at["n"] for _, at in places(claim("N2.phi.two"), 4)] == [1, 2, 3]
    found = [(at["n"], at["j"]) for _, at in places(claim("N2.omitting"), 2)]
    assert found == [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3)]
    assert gravest([]) == "undecided"
    assert gravest(["holds", "undecided"]) == "undecided"
    assert gravest(["undecided", "violated"]) == "violated"


# --- roots ----------------------------------------------------------------------------------------

numbers = st.builds(
    lambda s, p, q, h: s * root(fmpq(p, q), h),
    st.sampled_from([-1, 1]), st.integers(0, 9), st.integers(1, 9), st.integers(-3, 3),
)  # fmt: skip


@given(numbers, numbers)
def test_roots_are_the_numbers_they_stand_for(a: object, b: object) -> None:
    def ball(value: object) -> arb:
        return value.ball() if isinstance(value, Root) else arb(value)

    with working_precision(200):
        assert ball(a + b).overlaps(ball(a) + ball(b))  # type: ignore[operator]
        assert ball(a - b).overlaps(ball(a) - ball(b))  # type: ignore[operator]
        assert ball(a * b).overlaps(ball(a) * ball(b))  # type: ignore[operator]
        if b != 0:
            assert ball(a / b).overlaps(ball(a) / ball(b))  # type: ignore[operator]
            assert ball(1 / b).overlaps(1 / ball(b))  # type: ignore[operator]
        assert (a == b) == bool((ball(a) - ball(b)).contains(0))
        assert sign(a) == sign(ball(a)) or a == 0
        if isinstance(a, Root) and a > 0:
            assert ball(a.sqrt()).overlaps(a.ball().sqrt())


# --- samples --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "d", "verdict"),
    [("N2.l2", 1, "holds"), ("N2", 2, "holds"), ("N2.upper", 16, "holds"),
     ("N2.upper", 1, "undecided"), ("N2.phi.mean", 6, "undecided"), ("N2.ratio", 3, "undecided"),
     ("N2.omitting", 5, "holds")],
)  # fmt: skip
def test_samples(name: str, d: int, verdict: str) -> None:
    found = sampled(claim(name), d, 4096)
    assert found is not None
    assert found.verdict == verdict
    assert found.deviation <= 0.5
    if name == "N2.omitting":
        assert found.places == 4096 * (2 + 3 + 4 + 5 + 6)


@pytest.mark.parametrize(
    ("name", "factor"),
    [("N2.l1", "9/10"), ("N2.phi.mean", "5/4"), ("N2.ratio", "5/4"), ("N2.l2", "3/4"),
     ("N2", "3/4"), ("N2.upper", "3/4")],
)  # fmt: skip
def test_samples_deny_a_false_claim(name: str, factor: str) -> None:
    found = sampled(planted(name, factor), 4, 4096)
    assert found is not None
    assert found.verdict == "violated"
    assert found.location.startswith("d = 4")


def test_a_false_claim_about_every_sample_is_denied_in_rationals() -> None:
    found = claim("N2.omitting")
    wrong = replace(found, conclusion=Rel(rat("1/1000"), "<=", found.conclusion.right))
    told = sampled(wrong, 2, 4096)
    assert told is not None
    assert told.verdict == "violated"
    assert "n = 1" in told.location
    never = replace(found, conclusion=replace(found.conclusion, op="<"))
    told = sampled(never, 2, 64)
    assert told is not None and told.verdict == "holds"  # almost surely


def test_what_speaks_of_no_vector_is_not_sampled() -> None:
    assert sampled(claim("N2.half"), 3, 10) is None


def test_draws_depend_on_no_tile() -> None:
    whole, pieces = (torch.cat([*draws(3, 10, 7, tile)]) for tile in (10, 4))
    assert torch.equal(whole, pieces)
    assert not torch.equal(whole, torch.cat([*draws(3, 10, 8, 10)]))
    with pytest.raises(GaussianError, match="from 1 to"):
        [*draws(3, 0, 7, 4)]


# --- points ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("d", [2, 5])
def test_equality_cases(name: str, d: int) -> None:
    found = at_points(norms.claims[name], d, 15)
    assert found.verdict == "holds", found
    assert found.inside + found.outside == 15
    assert min(found.inside, found.outside) >= 4


@pytest.mark.parametrize("name", CLASSES)
def test_a_false_equality_case_is_violated(name: str) -> None:
    found = at_points(norms.claims[name], 3, 15, statement=_off(norms.claims[name]))
    assert found.verdict == "violated"
    assert found.location.startswith("x = (")


def _off(about: Claimed) -> Statement:
    """Its conclusion says 1 more."""
    found = statement_of(about)
    relation = found.conclusion
    return replace(found, conclusion=Rel(relation.left, "=", add(relation.right, rat(1))))


@pytest.mark.parametrize("name", ["N1.lower.equality", "N1.upper.equality.if"])
def test_points_without_the_hypothesis_are_noticed(name: str) -> None:
    """A hypothesis that is always true lets in points off equality."""
    found = statement_of(norms.claims[name])
    loose = replace(found, conclusion=Rel(rat(0), "=", rat(0)), hypotheses=found.index_hypotheses)
    told = at_points(norms.claims[name], 3, 15, statement=loose)
    assert told.verdict == "undecided"
    assert told.location.startswith("holds at x = (")


def test_other_claims_have_no_points() -> None:
    with pytest.raises(GaussianError, match="no equality case"):
        at_points(norms.claims["N1"], 3, 5)
    with pytest.raises(GaussianError, match="d >= 2"):
        at_points(norms.claims["N1.upper.equality"], 1, 5)


# --- tasks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*N2, *CLASSES])
def test_every_task_passes(name: str) -> None:
    budget = 9 if name in CLASSES else 128
    task = Task("gaussian", f"norms.{name}", "d=4", budget=budget, tile=50)
    found = kind("gaussian").run(task)
    assert found.findings[0].passes
    assert found.verdict == "holds"
    assert found.evaluations == budget
    assert found.text == kind("gaussian").run(task).text


def test_samples_against_closed_forms_are_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    from ratecert.numeric_checks import gaussian

    monkeypatch.setattr(
        gaussian, "sampled", lambda _, d, *a, **k: sampled(planted("N2.l1", "9/10"), d, 4096)
    )
    found = kind("gaussian").run(Task("gaussian", "norms.N2.l1", "d=4", budget=5))
    assert found.verdict == "undecided"
    assert not found.findings[0].passes


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"dtype": "float32"}, "dtype must be float64"), ({"family": "K=3"}, "family must be like"),
     ({"subject": "norms.N1.lower"}, "subject must be"), ({"subject": "sgd.rate"}, "subject must")],
)  # fmt: skip
def test_no_task_of_this_kind(changes: dict[str, str], message: str) -> None:
    given = {"subject": "norms.N2", "family": "d=4", **changes}
    with pytest.raises(TaskError, match=message):
        kind("gaussian").run(Task("gaussian", **given))  # type: ignore[arg-type]
