"""Regions: what their constants satisfy, what they reach, and what is left to penalties."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
import torch
from torch import Tensor

from ratecert.numeric_checks.exact import as_float, closed_value
from ratecert.numeric_checks.hypotheses import Region, RegionError, holds, named, solve
from ratecert.numeric_checks.hypotheses.floats import Program
from ratecert.optimizers.recursions import NADAMW
from ratecert.proofs.kernel.terms import Rel, sub
from ratecert.proofs.language import Claimed, Rational, Theory, sqrt, symbols

from .conftest import D, K, World, library, normal, recursion_of, the

HALF_PI = math.pi / 2
x, y, z = symbols("x y z")
NOT_MISSED = {
    "adamw.L1.sharp": ["0 ≤ θ", "β < 1"],
    "adamw.L2": ["0 ≤ θ", "β < 1", "0 < ε", "0 ≤ R"],
    "adam.rate.canonical": [],
}
"""What follows from the rest (but for beta = theta = 1), is asked by the recursion where the claim
does not speak of it, or decides which part of a set in two parts is meant (2 <= R^2)."""


def _region(claim: Claimed, **more: object) -> Region:
    return Region(claim, recursion_of(claim), K=K, d=D, **more)  # type: ignore[arg-type]


def _row(values: dict[str, Tensor], row: int) -> dict[str, float]:
    return {name: float(value.detach()[row]) for name, value in values.items()}


def test_all_claims_of_the_library(world: World) -> None:
    """Random constants are admitted, with finite gradients; rounded, they satisfy all exactly."""
    count = 0
    for claim in library():
        at = replace(world, x1=(Fraction(0),) * D) if claim.id == "rate.origin" else world
        region = _region(claim)
        corners = torch.tensor([[0.0], [HALF_PI], [1e3], [-1e3]]).expand(4, region.width)
        raw = torch.cat([normal(40, region.width), corners]).requires_grad_()
        base = {name: value.clone().requires_grad_() for name, value in at.floats(44).items()}
        values, penalty = region.constants(raw, base)
        assert float((penalty[:40] == 0).to(torch.float64).mean()) > 0.95, claim.label
        total = penalty.sum() + sum(value.sum() for value in values.values())
        if total.requires_grad:
            total.backward()
        for leaf in (raw, *base.values()):
            assert leaf.grad is None or bool(leaf.grad.isfinite().all()), claim.label
        row = count % 40
        rounded = region.rounded(_row(values, row), at.exact)
        solved = solve(claim, recursion_of(claim), rounded, at.exact, K, D)
        held = holds(claim, solved, at.exact, K, D, recursion=recursion_of(claim))
        assert held, f"{claim.label}: {held}"
        assert rounded.keys() == set(region.names) and solved.keys() == values.keys()
        for name, value in solved.items():
            wanted = float(values[name].detach()[row])
            assert as_float(closed_value(value)) == pytest.approx(wanted, rel=1e-3, abs=1e-5), name
        count += 1
    assert count > 80


@pytest.mark.parametrize(
    ("label", "name", "raw", "value"),
    [
        ("adamw.L1", "theta", 0.0, 0),
        ("adamw.L1", "theta", HALF_PI, "beta"),
        ("adamw.L1", "beta", 0.0, 0),
        ("adamw.L5", "mu", HALF_PI, 1),
        ("adamw.L5", "mu", 0.0, 0),
        ("adamw.errors", "t", 0.0, 0),
        ("adamw.rate", "gamma", HALF_PI, 1),
        ("adamw.rate", "lam", 0.0, 0),
        ("adamw.rate", "beta", 0.0, "theta"),
        ("adamw.L1.root.sharp", "R", 0.0, 2 / math.sqrt(3)),
    ],
)
def test_ends_are_reached(
    label: str, name: str, raw: float, value: float | str, world: World
) -> None:
    """And are kept by rounding, where they are rational."""
    region = _region(the(label))
    at = normal(1, region.width)
    at[:, region.names.index(name)] = raw
    values, penalty = region.constants(at, world.floats(1))
    end = float(values[value]) if isinstance(value, str) else value
    assert float(values[name]) == pytest.approx(end, abs=1e-15)
    assert float(penalty) == 0
    rounded = region.rounded(_row(values, 0), world.exact)
    if value == "beta":
        assert rounded["theta"] == rounded["beta"]
    elif isinstance(value, int):
        assert rounded[name] == value


def test_ends_that_are_not_admitted_are_approached(world: World) -> None:
    region = _region(the("adamw.L3"))
    raw = torch.zeros(3, region.width, dtype=torch.float64)
    raw[1], raw[2] = -30, 30
    values, penalty = region.constants(raw, world.floats(3))
    for name in ("eps", "eta", "rho"):
        low, middle, high = (float(values[name][row]) for row in (1, 0, 2))
        assert 0 < low < 1e-17 and middle == pytest.approx(1) and high > 1e17
    assert not penalty.any()
    raw = torch.full((1, region.width), HALF_PI, dtype=torch.float64)
    below_one, _ = _region(the("adamw.L1")).constants(raw[:, :1].expand(1, 6), world.floats(1))
    assert 0.999999 < float(below_one["beta"]) < 1


@pytest.mark.parametrize("label", ["adamw.rate.tuned", "adamw.L2.decay"])
def test_derivatives(label: str, world: World) -> None:
    """Of all constants, in raw coordinates and in the world's constants."""
    region = _region(the(label))
    raw = normal(1, region.width, seed=3).requires_grad_()
    base = world.floats(1)
    chosen = {name: base[name].clone().requires_grad_() for name in sorted(region.needs)}

    def function(raw: Tensor, *given: Tensor) -> tuple[Tensor, ...]:
        values, penalty = region.constants(raw, {**base, **dict(zip(chosen, given, strict=True))})
        return (*values.values(), penalty)

    assert torch.autograd.gradcheck(function, (raw, *chosen.values()), atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("label", ["adamw.rate", "adamw.L2", "sgd.step-size", "adam.rate"])
def test_the_order_of_hypotheses_means_nothing(label: str, world: World) -> None:
    claim = the(label)
    turned = replace(claim, given=claim.given[::-1])
    regions = [_region(c) for c in (claim, turned)]
    raw = normal(8, regions[0].width)
    (one, _), (other, _) = (r.constants(raw, world.floats(8)) for r in regions)
    assert regions[0].names == regions[1].names
    assert all(bool((one[name] == other[name]).all()) for name in one)


def _claim(*given: object, id: str = "shape") -> Claimed:
    theory = Theory("shapes")
    return theory.lemma(
        id, title="a shape", for_constants=(x, y, z), given=given, claim=(x, "<=", x + y + z)
    )(lambda proof: None)


def _box(claim: Claimed, rows: int = 400) -> dict[str, tuple[float, float]]:
    region = Region(claim, K=1, d=1)
    raw = torch.rand(rows, region.width, generator=torch.Generator().manual_seed(1)) * HALF_PI
    values, penalty = region.constants(raw.to(torch.float64), World().floats(rows))
    kept = penalty == 0
    assert bool(kept.any())
    return {n: (float(v[kept].min()), float(v[kept].max())) for n, v in values.items()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # The same sets, written otherwise.
        (
            [(0, "<=", x), (x, "<=", y), (y, "<=", 1), (z, "==", x + y)],
            [(0, "<=", 3 * x), (0, "<=", y - x), (y / 2 + 1, "<=", 2 - y / 2), (z - x, "==", y)],
        ),
        (
            [(0, "<=", x), (x**2, "<=", y), (y, "<=", 1), (z, "==", 1)],
            [(0, "<=", x), (y, "<=", 1), (1, "==", z), (0, "<=", (y - x**2) / 7)],
        ),
        (
            [(0, "<", x), (1 / x, "<=", 4), (x, "<=", 1), (0, "<=", y), (y, "<=", x),
             (z**2, "==", x), (0, "<=", z)],
            [(Rational(1, 4), "<=", x), (x, "<=", 1), (0, "<=", y), (y / x, "<=", 1),
             (z, "==", sqrt(x)), (0, "<=", z)],
        ),
    ],
)  # fmt: skip
def test_re_encoded_hypotheses_give_the_same_set(one: list[object], other: list[object]) -> None:
    first, second = (_claim(*given) for given in (one, other))
    boxes = _box(first), _box(second)
    for name, (low, high) in boxes[0].items():
        assert boxes[1][name] == pytest.approx((low, high), abs=0.05), name
    for claim, judge in ((first, second), (second, first)):
        region = Region(claim, K=1, d=1)
        values, _ = region.constants(normal(6, region.width), World().floats(6))
        for row in range(6):
            rounded = region.rounded(_row(values, row), {})
            solved = solve(claim, None, rounded, {}, 1, 1)
            assert holds(judge, solved, {}, 1, 1), (rounded, str(holds(judge, solved, {}, 1, 1)))


def test_a_dropped_hypothesis_is_not_built_in(world: World) -> None:
    claim = the("adamw.L1")
    region = _region(claim, without=[named(claim, "θ <= β")])
    values, penalty = region.constants(normal(200, region.width), world.floats(200))
    theta, beta = values["theta"], values["beta"]
    assert not penalty.any()
    assert 0.2 < float((theta > beta).to(torch.float64).mean()) < 0.8
    # What else the recursion asks of them is kept.
    assert float(theta.min()) >= 0 and float(beta.min()) >= 0 and float(beta.max()) < 1
    row = int((theta > beta + 0.1).nonzero()[0])
    rounded = region.rounded(_row(values, row), world.exact)
    solved = solve(claim, NADAMW, rounded, world.exact, K, D)
    held = holds(claim, solved, world.exact, K, D, recursion=NADAMW)
    assert not held and str(held) == "not θ ≤ β"
    assert holds(claim, solved, world.exact, K, D, recursion=NADAMW, without=region.without)


@pytest.mark.parametrize("label", NOT_MISSED)
def test_a_hypothesis_that_is_missing_is_noticed(label: str, world: World) -> None:
    """For each inequality that the others do not imply: without it, some constants violate it."""
    claim = the(label)
    own, missed = _region(claim).setting.inequalities, []
    for place, given in enumerate(claim.given):
        (formula, *more) = claim.scope().hypotheses((given,))
        if more or not isinstance(formula, Rel) or formula not in own:
            continue
        weaker = replace(claim, given=claim.given[:place] + claim.given[place + 1 :])
        region = _region(weaker)
        values, penalty = region.constants(normal(60, region.width), world.floats(60))
        gap = Program([sub(formula.right, formula.left)], K, D, region.setting.unfold, values)
        (room,) = gap({**world.floats(60), **values})
        if not bool(((room <= 0) & (penalty == 0)).any()):
            missed.append(region.show(formula))
    assert missed == NOT_MISSED[label]


# --- what cannot be isolated --------------------------------------------------------------------


def _cubic(values: dict[str, Tensor]) -> Tensor:
    a, b = values["x"], values["y"]
    return 1 - (a**3 + a + b**3 + b)


def test_what_cannot_be_isolated_is_a_penalty() -> None:
    claim = _claim((x**3 + x + y**3 + y, "<=", 1), (z, "==", 0))
    region = Region(claim, K=1, d=1)
    assert len(region.elimination.penalties) == 1
    values, penalty = region.constants(normal(300, 2), World().floats(300))
    assert bool(((penalty == 0) == (_cubic(values) >= 0)).all())
    assert bool((penalty == 0).any()) and bool((penalty > 0).any())
    row = int((penalty > 0).nonzero()[0])
    with pytest.raises(RegionError, match="not x³ \\+ x"):
        region.rounded(_row(values, row), {})
    kept = region.rounded(_row(values, int((penalty == 0).nonzero()[0])), {})
    assert kept["x"] ** 3 + kept["x"] + kept["y"] ** 3 + kept["y"] <= 1


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ((x**3 + x, "==", y**3 + 2 * y + 1), 0.1),
        ((x**3 + x, "<", -(y**2) * (y**2 + 1) - 1), 0),
    ],
)
def test_a_penalty_leads_to_what_is_admitted(given: object, left: float) -> None:
    region = Region(_claim(given, (z, "==", 0)), K=1, d=1)
    raw = torch.tensor([[1.2, 0.3]], dtype=torch.float64, requires_grad=True)
    descent, penalties = torch.optim.Adam([raw], lr=0.05), []
    for _ in range(100):
        _, penalty = region.constants(raw, World().floats(1))
        penalties.append(float(penalty.detach()))
        descent.zero_grad()
        penalty.sum().backward()
        descent.step()
    assert penalties[0] > 0.5
    assert penalties[-1] <= left


def test_an_empty_interval_is_a_penalty() -> None:
    region = Region(_claim((1, "<=", x), (x, "<=", 0), (z, "==", 0)), K=1, d=1)
    values, penalty = region.constants(normal(3, region.width), World().floats(3))
    assert bool((penalty > 0.5).all())
    with pytest.raises(RegionError, match=r"shapes\.shape"):
        region.rounded(_row(values, 0), {})


def test_what_the_world_must_be(world: World) -> None:
    """x^1 = 0 is nothing that a constant could mend."""
    region = _region(the("adamw.rate.origin"))
    asked = {region.show(relation) for relation in region.setting.about_base}
    assert asked == {"0 < L", "0 < Δ", "xmax[d] = 0"}
    values, penalty = region.constants(normal(2, region.width), world.floats(2))
    assert bool((penalty > 0.5).all())
    with pytest.raises(RegionError, match="xmax"):
        region.rounded(_row(values, 0), world.exact)


def test_floats_on_the_wrong_side_of_an_end_move_to_it() -> None:
    """As happens where terms cancel: x <= y is asked, and the floats say otherwise."""
    region = Region(_claim((x**2, "==", 2), (x, "<=", y), (z, "==", 0)), K=1, d=1)
    assert region.names == ("y",) and set(region.defined) == {"x", "z"}
    rounded = region.rounded({"y": 1.25}, {})
    assert 2 <= rounded["y"] ** 2 < 2 + Fraction(1, 10**5)
    crossed = Region(_claim((x, "<=", y), (y, "<=", x), (x**2, "==", 2), (z, "==", 0)), K=1, d=1)
    with pytest.raises(RegionError, match="no rational y near"):  # only the root of 2 would do
        crossed.rounded({"y": 2**0.5}, {})


# --- coordinates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label", ["adamw.rate", "adamw.L1", "adamw.L4", "adamw.balance", "sgd.step-size"]
)
def test_coordinates_of_constants(label: str, world: World) -> None:
    region = _region(the(label))
    base = world.floats(30)
    values, _ = region.constants(normal(30, region.width), base)
    again, penalty = region.constants(region.coordinates(values, base), base)
    assert not penalty.any()
    for name, value in values.items():
        torch.testing.assert_close(again[name], value, rtol=1e-6, atol=1e-9)


def test_single_precision(world: World) -> None:
    region = _region(the("adamw.rate"))
    base = {name: value.float() for name, value in world.floats(5).items()}
    values, penalty = region.constants(normal(5, region.width).float(), base)
    assert {v.dtype for v in (*values.values(), penalty)} == {torch.float32}
    exact, _ = region.constants(normal(5, region.width), world.floats(5))
    assert all(torch.allclose(values[n].double(), exact[n], rtol=1e-2, atol=1e-4) for n in exact)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda r, w: r.constants(normal(2, r.width), {"L": w["L"]}), "no value for Delta"),
        (lambda r, w: r.coordinates({}, w), "no value for C_P, R, X"),
        (lambda r, w: r.rounded({}, World().exact), "no value for C_P, R, X"),
    ],
)
def test_what_is_missing_is_named(
    call: Callable[[Region, dict[str, Tensor]], object], reason: str, world: World
) -> None:
    with pytest.raises(ValueError, match=reason):
        call(_region(the("adamw.rate")), world.floats(2))


def test_needs(world: World) -> None:
    assert _region(the("adamw.rate")).needs == {"L", "Delta", "sigma_s", "x1"}
    assert _region(the("adamw.L1")).needs == frozenset()
