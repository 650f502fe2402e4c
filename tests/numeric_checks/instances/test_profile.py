"""Curvature profiles: exact numbers against floats, the minimum, enclosures."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
import torch
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from ratecert.numeric_checks.exact import as_float, from_fraction, working_precision
from ratecert.numeric_checks.instances import Profile, ProfileBatch
from ratecert.optimizers.batched import ShapeError

numbers = st.integers(-24, 24).map(lambda n: Fraction(n, 6))
few = settings(max_examples=25, deadline=None)


@st.composite
def profiles(draw: Any, bounded: bool = False, d: int = 2) -> Profile:
    knots = tuple(tuple(sorted(draw(st.sets(numbers, max_size=3)))) for _ in range(d))
    ends = st.integers(1, 24).map(lambda n: Fraction(n, 6)) if bounded else numbers
    curvatures = []
    for row in knots:
        cells = [draw(numbers) for _ in range(len(row) + 1)]
        cells[0], cells[-1] = draw(ends), draw(ends)
        curvatures.append(tuple(cells))
    return Profile(knots, tuple(curvatures), tuple(draw(numbers) for _ in range(d)))


points = st.tuples(numbers, numbers)


def exactly(f: Profile, point: tuple[Fraction, ...]) -> tuple[fmpq, list[fmpq]]:
    at = [from_fraction(y) for y in point]
    return f.exact_value(at), f.exact_gradient(at)


@few
@given(profiles(), points)
def test_floats_are_the_exact_function(f: Profile, point: tuple[Fraction, ...]) -> None:
    value, gradient = exactly(f, point)
    x = torch.tensor([[float(y) for y in point]], dtype=torch.float64)
    assert float(f.value(x)) == pytest.approx(as_float(value), rel=1e-12, abs=1e-12)
    expected = [as_float(v) for v in gradient]
    assert f.gradient(x)[0].tolist() == pytest.approx(expected, rel=1e-12, abs=1e-12)
    both = f.value_and_gradient(x)
    assert torch.equal(both[0], f.value(x)) and torch.equal(both[1], f.gradient(x))


@few
@given(profiles(), numbers, numbers)
def test_it_is_what_the_profile_says(f: Profile, y: Fraction, z: Fraction) -> None:
    """f' is the integral of the curvatures, f that of f'; exactly."""
    low, high = min(y, z), max(y, z)
    value, gradient = exactly(f, (low, Fraction(0)))
    after, slope = exactly(f, (high, Fraction(0)))
    area, rise, at, ends = Fraction(0), Fraction(0), low, [*f.knots[0], high]
    start = Fraction(int(gradient[0].p), int(gradient[0].q))
    for end, c in zip(ends, f.curvatures[0], strict=True):
        width = min(end, high) - at
        if width > 0:
            area += (start + rise) * width + c * width**2 / 2
            rise += c * width
            at += width
    assert slope[0] - gradient[0] == from_fraction(rise)
    assert after - value == from_fraction(area)
    origin = exactly(f, (Fraction(0), Fraction(0)))
    assert origin == (0, [from_fraction(s) for s in f.slope])


@few
@given(profiles(bounded=True), st.lists(points, min_size=1, max_size=4))
def test_the_minimum_is_attained_and_not_undercut(
    f: Profile, tried: list[tuple[Fraction, Fraction]]
) -> None:
    batch = ProfileBatch.of([f])
    assert f.minimum is not None and f.f_star == f.minimum
    assert float(batch.minimum()) == pytest.approx(float(f.f_star), rel=1e-10, abs=1e-10)
    for point in [*tried, *((t, f.knots[1][0]) for t in f.knots[0] if f.knots[1])]:
        assert exactly(f, point)[0] >= from_fraction(f.f_star)
    at, bounded = batch._minimisers()
    assert bool(bounded)
    exact = exactly(f, tuple(Fraction(v) for v in at[0].tolist()))
    assert as_float(exact[0] - from_fraction(f.f_star)) == pytest.approx(0, abs=1e-10)


@pytest.mark.parametrize(
    ("knots", "curvatures", "slope", "minimum"),
    [
        ((), (2,), 2, -1),  # y^2 + 2 y
        ((), (0,), 0, 0),
        ((), (0,), 1, None),
        ((), (-1,), 0, None),
        ((1,), (1, 0), 0, 0),  # the slope 1 beyond 1: Huber's one half
        ((1,), (1, 0), -1, Fraction(-1, 2)),  # flat beyond 1
        ((1,), (1, 0), -2, None),
        ((-1,), (0, 1), 0, 0),
        ((-1,), (0, 1), 1, Fraction(-1, 2)),
        ((-1,), (0, 1), 2, None),
        ((-1, 1), (1, -1, 1), 0, -1),  # a double well, its minima at -2 and 2
        ((-1, 1), (1, -1, -1), 0, None),
        ((-1, 1), (-1, -1, 1), 0, None),
        ((1, 2), (1, -1, 1), 0, 0),  # only a saddle beyond
    ],
)  # fmt: skip
def test_bounded_below(knots: Any, curvatures: Any, slope: int, minimum: Any) -> None:
    f = Profile((knots,), (curvatures,), (Fraction(slope),))
    assert f.minimum == minimum
    assert float(ProfileBatch.of([f]).minimum()) == (-torch.inf if minimum is None else minimum)
    if minimum is None:
        with pytest.raises(ValueError, match="not bounded below"):
            _ = f.f_star


@few
@given(profiles())
def test_the_gradient_is_lipschitz_with_the_largest_curvature(f: Profile) -> None:
    assert max(abs(c) for row in f.curvatures for c in row) == f.L
    cells = [(low, high) for low, high in pairwise(f.knots[0])]
    steep = [abs(c) for c in f.curvatures[0][1:-1]]
    for (low, high), c in zip(cells, steep, strict=True):
        one, two = (exactly(f, (t, Fraction(0)))[1][0] for t in (low, high))
        assert (
            abs(two - one) == from_fraction(c * (high - low)) <= from_fraction(f.L * (high - low))
        )


@few
@given(profiles(), points, st.integers(0, 12).map(lambda n: Fraction(n, 6)))
def test_balls_enclose(f: Profile, point: tuple[Fraction, ...], radius: Fraction) -> None:
    """Also those that hold a knot."""
    with working_precision(100):
        balls = [arb(from_fraction(y), from_fraction(radius)) for y in point]
        value, gradient = f.exact_value(balls), f.exact_gradient(balls)
        for share in (-1, Fraction(-1, 3), 0, 1):
            inner = tuple(y + share * radius for y in point)
            exact = exactly(f, inner)
            assert arb(value).contains(exact[0])
            assert all(arb(b).contains(e) for b, e in zip(gradient, exact[1], strict=True))


@few
@given(profiles(bounded=True))
def test_derivatives_in_points_and_parameters(f: Profile) -> None:
    batch = ProfileBatch.of([f])
    parts = [p.clone().requires_grad_() for p in (batch.knots, batch.curvatures, batch.slope)]
    x = torch.tensor([[[0.3217, -1.7003], [2.0717, 0.1133]]], dtype=torch.float64).requires_grad_()
    made = ProfileBatch(*parts)
    (gradient,) = torch.autograd.grad(made.value(x).sum(), x, create_graph=True)
    assert torch.allclose(gradient, made.gradient(x), rtol=1e-12, atol=1e-12)
    check = torch.autograd.gradcheck
    assert check(lambda *p: ProfileBatch(*p).value(x.detach()), parts, eps=1e-7, atol=1e-5)


def test_the_minimum_is_differentiable() -> None:
    """By the envelope theorem: d(-s^2/(2c)) = (-s/c, s^2/(2 c^2))."""
    slope, curvature = torch.tensor([[3.0]], requires_grad=True), torch.tensor([[[2.0]]])
    curvature.requires_grad_()
    least = ProfileBatch(torch.zeros(1, 1, 0), curvature, slope).minimum()
    assert float(least.detach()) == -9 / 4
    found = torch.autograd.grad(least.sum(), (slope, curvature))
    assert [float(g) for g in found] == [-1.5, 9 / 8]


def test_a_knot_far_away_costs_no_digits() -> None:
    f = Profile(
        ((Fraction(-(2**40)), Fraction(2**40)),), ((Fraction(-1), Fraction(1), Fraction(2)),)
    )
    x = torch.tensor([[1e-6]], dtype=torch.float64)
    assert float(f.value(x)) == 1e-6 * 1e-6 / 2
    assert float(f.gradient(x)) == 1e-6


def test_profiles_of_different_sizes_make_one_batch() -> None:
    one = Profile(((Fraction(1),), ()), ((Fraction(1), Fraction(2)), (Fraction(1),)))
    two = Profile(((), ()), ((Fraction(3),), (Fraction(1),)), (Fraction(1), Fraction(0)))
    x = torch.tensor([[[3.0, 1.0], [-5.0, 40.0]]], dtype=torch.float64)
    batch = ProfileBatch.of([one, two])
    values = batch.value(x.expand(2, -1, -1))
    assert torch.equal(values, torch.stack([one.value(x[0]), two.value(x[0])]))
    assert batch.minimum().tolist() == [0, pytest.approx(-1 / 6)]
    assert torch.equal(batch.to(x.float()).value(x.float().expand(2, -1, -1)), values.float())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((), ()), "curvatures of 0 coordinates"),
        ((((),), ((Fraction(1),),), (Fraction(0), Fraction(0))), "2 slopes"),
        ((((), ()), ((Fraction(1),),)), "knots of 2"),
        ((((Fraction(1),),), ((Fraction(1),),)), "1 knots make 2 cells, not 1"),
        ((((Fraction(1), Fraction(1)),), ((Fraction(1),) * 3,)), "do not increase"),
        ((((0.5,),), ((Fraction(1),) * 2,)), "exact rationals, not 0.5"),
        ((((),), ((True,),)), "exact rationals, not True"),
        ((((),), ([Fraction(1)],)), "tuples of exact rationals"),
    ],
)
def test_what_is_no_profile(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Profile(*arguments)


def test_shapes_that_do_not_fit() -> None:
    two, three = torch.ones(1, 2), torch.ones(1, 2, 3)
    with pytest.raises(ShapeError, match=r"must be \[B, d\]"):
        ProfileBatch(three, three, two)
    with pytest.raises(ShapeError, match=r"must be \[B, d\]"):
        ProfileBatch(three[..., :2], three, three)
    batch = ProfileBatch(three[..., :2], three, two)
    with pytest.raises(ShapeError, match=r"points must be \[B, N, d\]"):
        batch.value(torch.ones(2, 2))
    with pytest.raises(ShapeError, match=r"points must be \[B, N, d\]"):
        batch.gradient(torch.ones(2, 1, 2))
    with pytest.raises(ShapeError, match="one dimension"):
        ProfileBatch.of([])
    f = Profile(((),), ((Fraction(1),),))
    with pytest.raises(ShapeError, match="points must be floats"):
        f.value(torch.ones(2))
    with pytest.raises(ShapeError, match="1 coordinates, not 2"):
        f.exact_value([fmpq(1), fmpq(2)])
