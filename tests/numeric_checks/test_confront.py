"""The table of confrontations, the report, and what makes it fail."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction
from types import ModuleType

import pytest
import sympy

from ratecert.numeric_checks import tables
from ratecert.numeric_checks.__main__ import main
from ratecert.numeric_checks.confront import Setup, Variant, confront, trivial_bound
from ratecert.numeric_checks.instances import cosine
from ratecert.numeric_checks.prescribe import Pick, prescribe
from ratecert.numeric_checks.report import as_json, lines
from ratecert.numeric_checks.tables import QUICK, selected
from ratecert.optimizers.recursions import NADAMW, Update
from ratecert.proofs.language import DoorError

SMALL = cosine((Fraction(1), Fraction(1, 2)), (Fraction(1, 4),) * 2)


@pytest.fixture(scope="module")
def rates() -> ModuleType:
    from . import rates

    return rates


@pytest.fixture(scope="module")
def setup(rates: ModuleType) -> Setup:
    """A theory of the tests' own, whose bound at K = 1000 lies below the trivial one."""
    return Setup(
        optimizer="test",
        problem="cosine",
        theory=rates.theory,
        recursion=NADAMW,
        instance=lambda batch: SMALL,
        prescribing="canonical",
        choices={"eta": Pick.DOWN, "theta": Pick.UP, "mu": 1, "beta": Pick.GREATEST},
        claims={"canonical": {}, "general": {}},
        variants=(
            Variant("lambda = 0", {"lam": 0}),
            Variant("largest lambda", {"lam": Pick.GREATEST}),
        ),
        norm="l1",
        steps=1000,
        seeds=512,
        chunk=250,
    )


DECAYING = tuple(setup for setup in QUICK if setup.optimizer in ("adamw", "nadamw"))


# --- the table --------------------------------------------------------------------------------


def test_the_table_is_complete() -> None:
    names = [s.name for s in QUICK]
    assert names == [
        "sgd.digits", "adamw.digits", "nadamw.digits", "adamw.cosine", "nadamw.cosine",
        "adam.digits", "adam.cosine",
    ]  # fmt: skip
    for setup in QUICK:
        for variant in setup.variants:
            for claim in (*setup.claims, *variant.claims, setup.prescribing):
                assert setup.claimed(claim).id == claim
    for setup in DECAYING:
        assert setup.variants[0].claims == ("L3.adam",)
        assert {v.choices["lam"] for v in setup.variants} == {0, Pick.GREATEST}
        assert {"L1", "L1.momentum", "L1.double", "L1.sharp", "L2", "L3", "L6", "rate"} <= set(
            setup.claims
        )


@pytest.mark.parametrize("setup", QUICK, ids=lambda s: s.name)
def test_every_row_on_a_short_run(setup: Setup) -> None:
    for variant in setup.variants:
        done = confront(setup, variant, steps=150, seeds=range(2))
        assert done.passed
        assert done.failing == ()
        assert done.deviation < 2**-50
        assert [c.statement for c in done.checks] == [*setup.claims, *variant.claims]
        for check in done.checks:
            assert check.checked > 0, check.statement
            assert check.excluded == 0, check.statement
            assert check.estimated or check.verdict == "holds"
            assert check.ratio <= 1
        if setup.optimizer != "sgd":
            found = done.prescription.parameters
            assert found["mu"] == (found["theta"] if setup.optimizer == "nadamw" else 1.0)
            assert (found["lam"] > 0) == (variant.title == "largest lambda")


def test_theta_is_interesting_in_every_row() -> None:
    for setup in DECAYING:
        claim, chosen = setup.claimed(setup.prescribing), setup.variants[0].choices
        found = prescribe(
            claim, setup.recursion, setup.instance(None), setup.steps, {**setup.choices, **chosen}
        ).parameters
        assert 0.85 < found["theta"] < found["beta"] < 0.96


@pytest.mark.parametrize("name", ["adam.digits", "adam.cosine"])
def test_adam_at_a_beta_that_adamw_s_theorem_does_not_cover(name: str) -> None:
    """beta^2 > theta; and its rate says nothing where lam is not 0."""
    (setup,) = selected(QUICK, [name])
    found = prescribe(
        setup.claimed("rate.tuned"), setup.recursion, setup.instance(None), setup.steps,
        setup.choices,
    ).parameters  # fmt: skip
    assert 0.75 < found["theta"] < found["beta"] ** 2
    assert found["lam"] == 0
    decayed = confront(setup, Variant("decay", {"lam": Fraction(1, 100)}), steps=150, seeds=[0])
    assert {claim for claim, _ in decayed.failing} >= {"rate", "rate.sigma", "rate.tuned"}


def test_nadamw_is_held_to_its_own_theorems() -> None:
    """Its theory defines mu = theta, and takes the lemmas from AdamW's."""
    (cosine,) = selected(QUICK, ["nadamw.cosine"])
    assert cosine.claimed("rate").theory.name == "nadamw"
    assert cosine.claimed("L3").theory.name == "adamw"
    with pytest.raises(DoorError, match="no claim 'L99'"):
        cosine.claimed("L99")
    other = Variant("another mu", {"lam": 0, "mu": 1, "theta": Fraction(9, 10)})
    done = confront(cosine, other, steps=150, seeds=range(2))
    assert not done.passed
    assert {claim for claim, _ in done.failing} == {"rate", "rate.sigma", "rate.canonical"}
    assert "μ = θ" in "\n".join(lines(done))


def test_selection() -> None:
    assert [s.name for s in selected(QUICK, ["adamw"])] == ["adamw.digits", "adamw.cosine"]
    assert [s.name for s in selected(QUICK, ["sgd", "nadamw.cosine"])] == [
        "sgd.digits",
        "nadamw.cosine",
    ]
    assert selected(QUICK, []) == QUICK
    assert [s.name for s in selected(QUICK, ["adam"])] == ["adam.digits", "adam.cosine"]
    with pytest.raises(ValueError, match="'nadam' selects nothing; there are adam, "):
        selected(QUICK, ["nadam"])


# --- verdicts ---------------------------------------------------------------------------------


def test_an_interval_decides_where_the_bound_says_something(setup: Setup) -> None:
    done = confront(setup, setup.variants[0])
    assert done.trivial_bound == 1.5
    for check in done.checks:
        assert check.left < check.right < done.trivial_bound
        assert check.verdict == "holds"
        assert "(betting, error 0.005, ||grad f||_1 <= 1.5 everywhere)" in check.evidence
    assert done.passed
    few = confront(setup, setup.variants[0], seeds=range(2))
    assert [c.verdict for c in few.checks] == ["undecided", "undecided"]
    assert few.passed  # what is not decided is no finding
    short = confront(setup, setup.variants[0], steps=9)
    assert all("vacuously" in c.evidence for c in short.checks)


def test_an_estimate_above_its_bound_fails(setup: Setup) -> None:
    planted = replace(setup, claims={"too-small": {}}, steps=500)
    done = confront(planted, setup.variants[1])
    (check,) = done.checks
    assert check.estimated
    assert check.ratio > 1
    assert check.verdict == "violated"
    assert not done.passed
    assert done.failing == ()
    (found,) = as_json([done], 0.01)["confrontations"][0]["statements"]
    estimate = found["estimate"]
    assert estimate["interval"]["low"] > found["right"]
    assert estimate["interval"]["mean"] == pytest.approx(found["left"])
    assert (estimate["interval"]["runs"], estimate["interval"]["method"]) == (512, "betting")
    assert estimate["alpha"] == pytest.approx(0.01, rel=1e-15)


@pytest.mark.parametrize("planted", ["eps outside the root", "a step twice as long"])
def test_another_recursion_is_noticed(planted: str) -> None:
    """The theory is AdamW's, the runs are not."""
    x, n, v, D, eta, lam, eps = sympy.symbols("x n v D eta lam eps")
    changed = {
        "eps outside the root": {"D": sympy.sqrt(v) + eps},
        "a step twice as long": {"x": (1 - lam * eta) * x - 2 * eta * n / D},
    }[planted]
    updates = tuple(Update(u.target, changed.get(u.target, u.value)) for u in NADAMW.updates)
    (cosine,) = selected(QUICK, ["adamw.cosine"])
    wrong = replace(cosine, recursion=replace(NADAMW, id="planted", updates=updates))
    for variant in wrong.variants:
        done = confront(wrong, variant, steps=200, seeds=range(2))
        assert not done.passed
        assert "L6" in {c.statement for c in done.checks if c.verdict == "violated"}
        assert done.failing == ()
        text = "\n".join(lines(done))
        assert "L6              violated" in text
        assert "replayed from x[1]" in text


def test_a_hypothesis_that_fails_is_reported(setup: Setup) -> None:
    far = Variant("a thousand times too large", {"lam": 5})
    done = confront(replace(setup, steps=50), far)
    assert {claim for claim, _ in done.failing} == {"canonical", "general"}
    assert not done.passed
    assert all((c.verdict, c.checked) == ("undecided", 0) for c in done.checks)
    text = "\n".join(lines(done))
    assert "DOES NOT HOLD, a hypothesis of canonical: " in text
    assert "λ" in text


def test_without_noise_nothing_is_averaged(setup: Setup) -> None:
    """The degenerate case: s = 1, so theta = beta = 0, and AdamW is a sign method with a floor."""
    quiet = replace(
        setup, instance=lambda batch: cosine((Fraction(1), Fraction(1, 2))),
        claims={"canonical": {}}, steps=200, seeds=2,
    )  # fmt: skip
    for variant in setup.variants:
        done = confront(quiet, variant)
        found = done.prescription.parameters
        assert (found["theta"], found["beta"]) == (0.0, 0.0)
        assert found["eta"] > 0
        assert done.failing == ()
        assert done.checks[0].ratio < 1


def test_a_claim_that_admits_no_constants_is_undecided(setup: Setup) -> None:
    claims = {"reach": {"R": Pick.GREATEST}, "canonical": {}}
    done = confront(replace(setup, claims=claims, steps=9, seeds=2), setup.variants[0])
    assert [(c.statement, c.verdict, c.checked) for c in done.checks] == [
        ("canonical", "holds", 1),
        ("reach", "undecided", 0),
    ]
    assert done.checks[1].evidence == "rates.reach bounds R nowhere"
    assert not done.passed


def test_short_runs_of_the_table_say_what_is_missing() -> None:
    """K so small that L Delta/K > sigma_s^2: the general theorem has no constants among floats."""
    (cosine,) = selected(QUICK, ["adamw.cosine"])
    done = confront(cosine, cosine.variants[0], steps=20, seeds=range(2))
    assert done.prescription.parameters["theta"] == 0.0
    verdicts = {c.statement: (c.verdict, c.evidence) for c in done.checks}
    assert verdicts["rate.canonical"][0] == "holds"
    assert verdicts["rate"] == ("undecided", verdicts["rate"][1])
    assert "admits no gamma" in verdicts["rate"][1]
    assert verdicts["L1"][0] == verdicts["L6"][0] == "holds"
    assert not done.passed
    assert "admits no gamma" in "\n".join(lines(done))


def test_trivial_bounds_are_rounded_up() -> None:
    third = cosine((Fraction(1, 3), Fraction(1, 3)))
    assert Fraction(trivial_bound(third, "l1")) >= Fraction(2, 3)
    assert Fraction(trivial_bound(third, "l2")) ** 2 >= Fraction(2, 9)
    assert trivial_bound(third, "l2") == pytest.approx(math.sqrt(2) / 3, rel=1e-15)


# --- the command ------------------------------------------------------------------------------


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["quick", "--only", "adamw.cosine", "--steps", "150", "--seeds", "2"]
    assert main([*arguments, "--format", "json"]) == 0
    printed = capsys.readouterr()
    report = json.loads(printed.out)
    assert (report["schema"], len(report["confrontations"])) == (3, 2)
    first = report["confrontations"][0]
    assert (first["id"], first["variant"], first["K"]) == ("adamw.cosine", "lambda = 0", 150)
    assert first["passed"] is True
    assert first["seeds"] == [0, 1]
    assert first["hypotheses"]["failing"] == []
    assert Fraction(first["constants"]["L"]) == 2
    statements = {s["id"]: s for s in first["statements"]}
    assert statements["L3"]["verdict"] == "holds"
    assert statements["L3"]["checked"] == 300
    assert statements["L3"]["estimate"] is None
    assert statements["rate.canonical"]["estimated"] is True
    assert statements["rate.canonical"]["estimate"] == {
        "bound": {"kind": "range", "source": "||grad f||_1 <= 9 everywhere"},
        "alpha": pytest.approx(0.01 / 2 / 3), "vacuous": True, "interval": None, "needed": None,
    }  # fmt: skip


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quick", "--only", "nadamw.cosine", "--steps", "150", "--seeds", "2"]) == 0
    text = capsys.readouterr().out
    title = "nadamw on cosine, d = 8, L = 2, Rademacher noise, K = 150, 2 seeds, largest lambda"
    assert title in text
    assert (
        "hypotheses on constants hold, exactly but for the equations of rate.canonical: up to"
        in text
    )
    assert "trivial 9\n" in text


def test_a_finding_is_the_exit_code(
    setup: Setup, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planted = replace(setup, claims={"too-small": {}}, steps=500, seeds=2)
    monkeypatch.setattr(tables, "QUICK", (planted,))
    assert main(["quick", "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [c["passed"] for c in report["confrontations"]] == [False, False]
    inadmissible = replace(
        setup, prescribing="crossed", claims={}, choices={}, variants=setup.variants[1:]
    )
    monkeypatch.setattr(tables, "QUICK", (inadmissible,))
    assert main(["quick"]) == 1
    assert "rates.crossed admits no lam" in capsys.readouterr().err


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quick", "--only", "momentum"]) == 2
    assert "'momentum' selects nothing" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        main(["quick", "--steps", "0"])
    assert stop.value.code == 2
