"""Free parameters by search: the values required, against an independent evaluation; refusals."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from ratecert.proofs.constants.floats import function
from ratecert.proofs.constants.free import Freedom, InadmissibleError
from ratecert.proofs.constants.kinds import KINDS, NoKindError, choice, heaviest, kind_of
from ratecert.proofs.constants.objectives import ObjectiveError, exact, objective
from ratecert.proofs.constants.optimise import OptionError, Proposal, propose
from ratecert.proofs.constants.rounding import NotRoundedError
from ratecert.proofs.constants.search import AtTheEdgeError, NothingAdmissibleError, Search
from ratecert.proofs.kernel import terms as k
from ratecert.proofs.kernel.exact import evaluate
from ratecert.proofs.language.loader import load
from ratecert.proofs.theorems.adamw.parameters import C_P, error_weight
from ratecert.proofs.theorems.adamw.rate import C_1, C_2, bound
from ratecert.proofs.theorems.adamw.setting import mu, theta

F = Fraction
COMMON = {"c_eps": F(1), "a": F(1, 8), "gamma": F(1, 10)}
FLOOR = {"c_eps": F(1)}
REQUIRED = [
    ("adamw.rate", COMMON, "2.72"),
    ("adamw.rate.refined", COMMON, "2.54"),
    ("adam.rate", FLOOR, "2.09"),
]
BOUND = "bound at d=1000,K=100000,L=1,Delta=10,sigma=1"


def blueprint_constant(p: Proposal, theta_: float, mu_: float) -> float:
    """The right side of blueprint section 3, written out here once more."""
    v = {name: float(value) for name, value in p.values.items()}
    rho, a, t = v.get("rho", 0.0), v.get("a", 0.0), v["t"]
    r = v["c_eta"] / (v["c_theta"] * math.sqrt(v["c_eps"]))
    q = 1 + t * theta_
    inner = mu_**2 * theta_**2 / q + v["c_theta"] ** 2 / 2 * (
        mu_**2 / q + (1 - mu_) * (1 - mu_ + 2 * mu_ * (1 - theta_)) / (1 - theta_)
    )
    payment = 2 / v["c_eta"] * (1 + (1 + rho) * r * inner)
    if not a:
        return payment
    share = a / 3 if p.kind.origin else v.get("a_mean", a)
    young = 1 + 1 / rho
    return (payment + young * share * math.sqrt(1 + v["c_eps"])) / (1 - 2 * young * a * v["gamma"])


def blueprint_bracket(p: Proposal, theta_: float) -> float:
    """(B)."""
    v = {name: float(value) for name, value in p.values.items()}
    t, r = v["t"], v["c_eta"] / (v["c_theta"] * math.sqrt(v["c_eps"]))
    k1 = 1 - t * (1 - theta_)
    lost = (1 + v.get("rho", 0.0)) * theta_**2 * k1 * r**2 / ((1 - t) * (1 + t * theta_))
    return 1 - r * (1 - theta_) - lost


@pytest.mark.parametrize(("label", "fixed", "limit"), REQUIRED, ids=lambda v: str(v)[:18])
def test_the_values_required(label: str, fixed: dict[str, F], limit: str, tmp_path: Path) -> None:
    """C_1 is small enough, the formula of the blueprint agrees, and the kernel proves it all."""
    found = propose(label, "C_1", fixed, {})
    assert found.number <= F(limit)
    assert found.number <= F(found.best.objective) * F(10006, 10000)
    lowest = 1 - float(found.values["c_theta"] * found.values["gamma"])
    thetas = np.linspace(lowest, 1 - 1e-9, 501)
    needed = max(blueprint_constant(found, th, 1.0) for th in thetas)
    assert needed <= float(found.constants["C_P"][1]) <= needed * (1 + 1e-6)
    level = math.sqrt(1 + float(found.values["c_eps"]))
    assert float(found.value) == pytest.approx(math.sqrt(needed * level), rel=1e-6)
    assert min(blueprint_bracket(found, th) for th in thetas) >= -1e-8
    path = tmp_path / "found.py"
    path.write_text(found.source, "utf-8")
    (theory,) = load(str(path))
    assert {c.id: c.check().verdict for c in theory.claims.values()} == {
        "numbers.weight": "proved", "numbers.constant": "proved", "numbers.bracket": "proved",
        "rate": "proved",
    }  # fmt: skip
    assert [s.number for s in found.shipped] == sorted(s.number for s in found.shipped)
    by_hand = [s.number for s in found.shipped if "searched" not in s.label]
    assert found.number < min(by_hand)


@pytest.mark.parametrize(
    ("number", "factor", "claim"),
    [
        ("weight", "Rational(99, 100)", "numbers.weight"),
        ("c_eta", "Rational(103, 100)", "numbers.bracket"),
        ("gamma", "4", "numbers.weight"),
    ],
)
def test_other_numbers_are_not_proved(number, factor, claim, tmp_path: Path) -> None:
    """A weight 1% too small, a step 3% too large, gamma too large: the claim on it fails."""
    found = propose("adam.rate", "C_1", {**FLOOR, "t": F(2, 3), "gamma": F(1, 10)}, {})
    old = re.search(rf"^    {number}=(Rational\(.*\)),$", found.source, re.MULTILINE)
    assert old is not None
    changed = found.source.replace(old.group(), f"    {number}={old.group(1)} * {factor},")
    path = tmp_path / "found.py"
    path.write_text(changed, "utf-8")
    (theory,) = load(str(path))
    assert theory.claims[claim].check().verdict in ("refuted", "undecided")
    assert theory.claims["rate"].check().verdict == "undecided"


def test_the_same_seed_gives_the_same_instance() -> None:
    first, again = (propose("nadamw.rate", "C_1", COMMON, {}, seed=3) for _ in range(2))
    assert first.source == again.source
    other = propose("nadamw.rate", "C_1", COMMON, {}, seed=4)
    assert other.best.objective == pytest.approx(first.best.objective, rel=1e-7)
    assert first.numbers.double
    assert first.number < F("2.79")


def test_no_point_nearby_is_better() -> None:
    """The point found is a minimum of what is searched, up to its precision."""
    kind = kind_of("adamw.rate")
    search = Search(kind.freedom("one"), objective("C_1", kind.claimed), {})
    fixed = {name: float(value) for name, value in COMMON.items()}
    best = search.interior(fixed)
    draw = np.random.default_rng(1)
    tried = 0
    for _ in range(400):
        moved = {n: v if n in fixed else v * (1 + 0.05 * draw.normal()) for n, v in
                 best.values.items()}  # fmt: skip
        there = search.at(moved)
        if there is not None:
            tried += 1
            assert there.objective >= best.objective * (1 - 1e-7)
    assert tried > 20


# --- the bound ----------------------------------------------------------------------------------


def test_a_bound_is_minimised_where_gamma_stops_to_matter() -> None:
    found = propose("adamw.rate", BOUND, {"a": F(1, 8), "c_eps": F(1)}, {})
    s = math.sqrt(10 / 100000)
    assert found.values["gamma"] == F(1, 100)  # h = sigma_s from there on
    h = max(1, s / float(found.values["gamma"]))
    C_1, C_2 = (float(found.constants[c][1]) for c in ("C_1", "C_2"))
    value = C_1 * math.sqrt(1000) * (h**2 * s**2) ** 0.25 + C_2 * math.sqrt(1000) * s
    assert float(found.value) == pytest.approx(value, rel=1e-9)
    assert found.number < found.shipped[0].number


def test_objectives_are_the_theorem_s() -> None:
    """The bound of the claim is C_1 and C_2, times what depends on the data."""
    kind = kind_of("adamw.rate")
    assert kind.claimed.claim[2] == bound  # type: ignore[index]
    first, second = (bound.coeff(C, 1) for C in (C_1, C_2))
    assert bound == C_1 * first + C_2 * second
    for text, form in (("C_1", C_1), ("C_P", C_P), ("C_2", C_2)):
        assert objective(text, kind.claimed).term == kind.claimed.scope().term(form)


# --- no minimum ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "fixed", "names"),
    [
        ("adam.rate", {}, ("c_eps",)),
        ("adamw.rate", {"a": F(1, 8), "c_eps": F(1)}, ("gamma",)),
        ("adamw.rate", {"gamma": F(1, 10), "c_eps": F(1)}, ("a", "rho")),
    ],
)
def test_an_infimum_at_the_edge_is_refused(label, fixed, names) -> None:
    with pytest.raises(AtTheEdgeError) as caught:
        propose(label, "C_1", fixed, {})
    assert set(caught.value.names) <= set(names)
    assert names[0] in caught.value.names
    assert "→" in str(caught.value)


def test_an_edge_that_is_asked_for_is_accepted() -> None:
    found = propose("adam.rate", "C_1", {}, {"c_eps": (F(1, 4), F(4))})
    assert found.values["c_eps"] == 4
    found = propose("adamw.rate", "C_1", FLOOR | {"a": F(1, 8)}, {"gamma": (F(1, 20), F(1))})
    assert found.values["gamma"] == F(1, 20)


def test_a_gamma_that_costs_nothing_is_as_large_as_it_can_be() -> None:
    found = propose("adam.rate", "C_1", {**FLOOR, "t": F(0)}, {})
    kind = found.kind.freedom("one")
    assert found.values["gamma"] == F(1, 2)  # c_theta = 2: theta reaches 0
    with pytest.raises(InadmissibleError, match="0 ≤ θ fails"):
        kind.check({**found.values, "gamma": F(51, 100)})


# --- requests at fault --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fixed", "boxes", "message"),
    [
        ({"c_epss": F(1)}, {}, "did you mean c_eps"),
        ({"c_eps": F(0)}, {}, r"hypothesis 0 < c_ε fails; c_eps lies in \(0, ∞\)"),
        ({"t": F(1)}, {}, r"hypothesis t < 1 fails; t lies in \[0, 1\)"),
        ({"gamma": F(0)}, {}, r"gamma in \(0, 1\]"),
        ({"a": F(-1)}, {}, r"0 ≤ a fails; a lies in \[0, 1\]"),
        ({"c_theta": F(20), "gamma": F(1, 10)}, {}, "c_θ·γ ≤ 1 fails; c_theta may go up to about"),
        ({"rho": F(1, 100), "gamma": F(1, 10), "a": F(1, 8)}, {}, "rho may go from about 0.02"),
        ({}, {"gamma": (F(1), F(1, 2))}, "is empty"),
        ({}, {"gamma": (F(1), F(1))}, "use --fix gamma=1"),
        ({}, {"gamma": (F(0), F(1))}, "begin above 0"),
        ({}, {"gamma": (F(1, 2), F(2))}, r"gamma lies in \(0, 1\]"),
        ({}, {"t": (F(0), F(1))}, r"t lies in \[0, 1\)"),
        ({"t": F(0)}, {"t": (F(0), F(1, 2))}, "both --fix and --box"),
    ],
)  # fmt: skip
def test_inadmissible_requests(fixed, boxes, message) -> None:
    with pytest.raises((OptionError, InadmissibleError), match=message):
        propose("adamw.rate", "C_1", fixed, boxes)


def test_all_fixed_and_the_condition_fails() -> None:
    """(B) is decided exactly where all of it is given, whether r is rational or not."""
    values = {**COMMON, "t": F(1, 2), "rho": F(1, 4), "c_theta": F(2), "c_eta": F(5)}
    for c_eps in (F(1), F(2)):
        with pytest.raises(InadmissibleError, match=r"c_eta may go up to about \d"):
            propose("adamw.rate", "C_1", {**values, "c_eps": c_eps}, {})
    del values["rho"]
    with pytest.raises(NothingAdmissibleError, match="no point of the boxes"):
        propose("adamw.rate", "C_1", values, {})


def test_what_has_no_free_parameters() -> None:
    with pytest.raises(NoKindError, match=r"did you mean adamw\.rate"):
        propose("adamw.rates", "C_1", {}, {})
    with pytest.raises(InadmissibleError, match="no hypothesis bounds C_P"):
        Freedom(load("sgd")[0].claims["rate"], "one")
    with pytest.raises(OptionError, match="μ = θ"):
        propose("nadamw.rate", "C_1", COMMON, {}, mixed=True)
    with pytest.raises(NotRoundedError, match="--tolerance"):
        propose("adam.rate", "C_1", {**FLOOR, "gamma": F(1, 10), "t": F(2, 3), "c_theta": F(5, 2)},
                {}, loss=F(1, 10**9))  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "nan", "inf", "1e999", "1/0", "0x10", "１", "1_000", "__import__('os')", "1" * 41, "1/2/3",
     "1e400000000"],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ObjectiveError):
        exact(text, "a")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("C1", "did you mean C_1"),
        ("bound", "bound at"),
        ("bound at d=10", "needs K, L, Delta, sigma too"),
        (BOUND.replace("K=100000", "K=0"), "1 ≤ K"),
        (BOUND.replace("K=100000", "K=3/2"), "integer"),
        (BOUND.replace("L=1", "L=0"), "0 < L"),
        (BOUND.replace("Delta=10", "Delta=-1"), "0 < Δ"),
        (BOUND.replace("sigma=1", "sigma=-1"), "sigma=-1"),
        (BOUND.replace("sigma=1", "sigm=1"), "did you mean sigma"),
        (BOUND + ",d=3", "d is given twice"),
    ],
)
def test_what_is_no_objective(text: str, message: str) -> None:
    with pytest.raises(ObjectiveError, match=re.escape(message)):
        objective(text, kind_of("adam.rate").claimed)


# --- parts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", KINDS)
def test_floats_agree_with_the_kernel(label: str) -> None:
    """The least C_P in floating point, at random points, against exact evaluation."""
    kind = kind_of(label)
    least = kind.freedom(kind.mixings[0]).least.left
    draw = np.random.default_rng(0)
    atoms = {n for n, _ in k.subterms(least) if isinstance(n, k.Var | k.App)}
    for _ in range(5):
        point = {atom: F(int(draw.integers(1, 40)), 41) for atom in atoms}
        low, high = evaluate(least, point)
        value = function(least)({a.name: float(v) for a, v in point.items()})  # type: ignore[attr-defined]
        assert float(value) == pytest.approx(float(low + high) / 2, rel=1e-12)


def test_what_the_momentum_error_weighs_at_most() -> None:
    """Also where the supremum is inside the range of theta."""
    inside = 0
    for t, c_theta, gamma in (
        (F(9, 10), F(1), F(9, 10)), (F(2, 3), F(5, 2), F(1, 10)), (F(1, 2), F(6, 5), F(4, 5)),
        (F(95, 100), F(8, 5), F(3, 5)),
    ):  # fmt: skip
        values = {"t": t, "c_theta": c_theta, "gamma": gamma, "c_eta": F(1), "c_eps": F(1)}
        for mixing in ("one", "any"):
            numbers = choice(kind_of("adam.rate"), mixing, values, "numbers")  # type: ignore[arg-type]
            weight = numbers.at(error_weight)
            top = 0.0
            for j in range(1, 31):
                at = F(j, 31) * c_theta * gamma
                for share in (0, 1) if mixing == "any" else (0,):
                    here = weight.xreplace({mu: 1 - share * at, theta: 1 - at})
                    top = max(top, float(here))
            bound_ = float(heaviest(numbers))
            assert top <= bound_ <= top * 1.05
            ends = [c_theta * gamma, F(1, 10**9)]
            at_ends = max(
                float(weight.xreplace({mu: 1 - u * e, theta: 1 - e})) for e in ends for u in (0, 1)
            )
            inside += bound_ > at_ends * (1 + 1e-4)
    assert inside
