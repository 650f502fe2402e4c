"""Every objective: its constants at random points in balls, and its two readings, which agree."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch
from flint import arb, fmpq
from torch import Tensor

from ratecert.numeric_checks.exact import (
    Exact,
    as_float,
    from_float,
    from_fraction,
    working_precision,
)
from ratecert.numeric_checks.instances import (
    BoundedObjective,
    BoundedRotated,
    Chain,
    Cosine,
    Huber,
    LogCosh,
    Objective,
    Profile,
    Quadratic,
    Rotated,
    SoftmaxRegression,
    givens,
    product,
)
from ratecert.optimizers.batched import NonFiniteError, ShapeError

CURVATURE = (Fraction(3, 2), Fraction(1), Fraction(2, 3), Fraction(0))
WIDTH = (Fraction(1, 2), Fraction(1), Fraction(3), Fraction(1, 3))
TURN = product(givens(4, 0, 1, 2, 1), givens(4, 1, 3, 3, 2), givens(4, 2, 0, 4, 1))
BOUNDED: tuple[BoundedObjective, ...] = (
    Cosine(CURVATURE),
    LogCosh(CURVATURE, WIDTH),
    Huber(CURVATURE, WIDTH),
    Chain(4, Fraction(3), Fraction(2, 3)),
    BoundedRotated(Huber(CURVATURE, WIDTH), TURN),
    SoftmaxRegression(np.array([[4, 1], [0, 3], [2, 2]]), np.array([0, 1, 0]), 2, 4),
)
OBJECTIVES: tuple[Objective, ...] = (
    *BOUNDED,
    Quadratic(CURVATURE),
    Rotated(Quadratic(CURVATURE), TURN),
    Profile(
        ((Fraction(-1), Fraction(1)),) * 4,
        ((Fraction(1), Fraction(-2), Fraction(1)), *((Fraction(1, 2),) * 3,) * 3),
        (Fraction(1), Fraction(0), Fraction(-1), Fraction(1, 3)),
    ),
)


def _name(objective: Objective) -> str:
    return objective.name.replace(" ", "-")


def _points(rows: int, scale: float, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(rows, 4, generator=generator, dtype=torch.float64)


def _exactly(row: Tensor) -> list[Exact]:
    return [from_float(v) for v in row.tolist()]


def _ball(value: Exact) -> arb:
    return arb(value)


def _square(values: list[Exact]) -> Exact:
    total: Exact = fmpq(0)
    for v in values:
        total = total + v * v
    return total


@pytest.mark.parametrize("objective", OBJECTIVES, ids=_name)
def test_constants_hold_at_random_points_in_balls(objective: Objective) -> None:
    assert objective.dimension == 4
    squared = from_fraction(objective.L**2)
    with working_precision(160):
        for scale, apart in ((0.3, 1e-3), (1.0, 1.0), (5.0, 0.1), (1.0, 1e-9), (50.0, 10.0)):
            for x, move in zip(_points(6, scale), _points(6, apart, seed=1), strict=True):
                one, other = _exactly(x), _exactly(x + move)
                slopes = zip(
                    objective.exact_gradient(one), objective.exact_gradient(other), strict=True
                )
                rise = _square([a - b for a, b in slopes])
                run = _square([a - b for a, b in zip(one, other, strict=True)])
                assert rise <= squared * run
                assert objective.exact_value(one) >= from_fraction(objective.f_star)


TIGHT: tuple[Objective, ...] = (*OBJECTIVES[:3], OBJECTIVES[4], *OBJECTIVES[6:])


@pytest.mark.parametrize("objective", TIGHT, ids=_name)
def test_a_smoothness_constant_smaller_by_a_percent_is_violated(objective: Objective) -> None:
    """Along the coordinates of the base, from 0: there the curvature is L."""
    turn = getattr(objective, "matrix", None)
    direction = turn[0] if turn else (Fraction(1), *(Fraction(0),) * 3)
    step = [from_fraction(v / 1000) for v in direction]
    with working_precision(160):
        origin: list[Exact] = [fmpq(0)] * 4
        slopes = zip(objective.exact_gradient(step), objective.exact_gradient(origin), strict=True)
        planted = from_fraction((objective.L * Fraction(99, 100)) ** 2)
        assert _square([a - b for a, b in slopes]) > planted * _square(step)


@pytest.mark.parametrize("objective", OBJECTIVES[:3] + OBJECTIVES[4:5] + OBJECTIVES[6:8], ids=_name)
def test_the_lower_bound_is_attained(objective: Objective) -> None:
    with working_precision(160):
        assert float(as_float(objective.exact_value([fmpq(0)] * 4))) == 0 == objective.f_star


@pytest.mark.parametrize("objective", OBJECTIVES, ids=_name)
def test_gradient_is_the_derivative(objective: Objective) -> None:
    for scale in (0.3, 2.0, 20.0):
        x = _points(5, scale).requires_grad_()
        value, gradient = objective.value_and_gradient(x)
        (derivative,) = torch.autograd.grad(value.sum(), x)
        assert torch.allclose(gradient, derivative, rtol=1e-12, atol=1e-13)
        assert torch.equal(value, objective.value(x))
        assert torch.equal(gradient, objective.gradient(x))


@pytest.mark.parametrize("objective", OBJECTIVES, ids=_name)
def test_exact_agrees_with_floats(objective: Objective) -> None:
    with working_precision(160):
        for scale in (1e-6, 0.5, 3.0, 100.0):
            for x in _points(4, scale):
                value = as_float(objective.exact_value(_exactly(x)))
                assert float(objective.value(x[None])) == pytest.approx(value, rel=1e-12, abs=1e-18)
                exact = [as_float(v) for v in objective.exact_gradient(_exactly(x))]
                floats = objective.gradient(x[None])[0].tolist()
                assert floats == pytest.approx(exact, rel=1e-11, abs=1e-15)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=_name)
def test_balls_enclose(objective: Objective) -> None:
    """A wide ball's value holds the value at every point of it: knots and branches included."""
    places = ("-3/2", "-1", "-1/3", "0", "1/3", "1/2", "1", "3/2", "3")
    with working_precision(160):
        for place in places:
            centre = fmpq(*Fraction(place).as_integer_ratio())
            for radius in (Fraction(1, 10**6), Fraction(1, 8)):
                wide: list[Exact] = [arb(centre, from_fraction(radius))] * 4
                value, slopes = objective.exact_value(wide), objective.exact_gradient(wide)
                for share in (-1, 0, 1):
                    point: list[Exact] = [
                        centre + from_fraction(radius * Fraction(share * (i - 2), 2))
                        for i in range(4)
                    ]
                    assert _ball(value).overlaps(_ball(objective.exact_value(point)))
                    inner = objective.exact_gradient(point)
                    for slope, at in zip(slopes, inner, strict=True):
                        assert _ball(slope).overlaps(_ball(at))
                assert float(_ball(value).rad()) < 100 * float(radius) + 1e-9


@pytest.mark.parametrize("objective", BOUNDED, ids=_name)
def test_gradients_are_bounded(objective: BoundedObjective) -> None:
    for scale in (1.0, 10.0, 1000.0):
        gradient = objective.gradient(_points(100, scale))
        assert float(gradient.abs().sum(1).max()) <= float(objective.gradient_l1_bound) * (
            1 + 1e-12
        )
        square = float(gradient.square().sum(1).max())
        assert square <= float(objective.gradient_l2_squared_bound) * (1 + 1e-12)


def test_bounds_of_the_gradient_are_attained() -> None:
    """A planted bound 1 % smaller is violated."""
    far = torch.full((1, 4), 50.0, dtype=torch.float64)
    for objective in (LogCosh(CURVATURE, WIDTH), Huber(CURVATURE, WIDTH)):
        gradient = objective.gradient(far)
        assert float(gradient.abs().sum()) > 0.99 * float(objective.gradient_l1_bound)
        square = float(gradient.square().sum())
        assert square > 0.99 * float(objective.gradient_l2_squared_bound)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=_name)
def test_shapes_are_checked(objective: Objective) -> None:
    for function in (objective.value, objective.gradient, objective.value_and_gradient):
        with pytest.raises(ShapeError):
            function(torch.zeros(2, 3, dtype=torch.float64))
        with pytest.raises(ShapeError):
            function(torch.zeros(2, 4, dtype=torch.int64))
    for exact in (objective.exact_value, objective.exact_gradient):
        with pytest.raises(ShapeError):
            exact([fmpq(0)] * 3)


@pytest.mark.parametrize("objective", BOUNDED[:5], ids=_name)
@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_points_that_are_not_finite(objective: Objective, bad: float) -> None:
    x = torch.tensor([[0.0, bad, 0.0, 0.0]], dtype=torch.float64)
    for function in (objective.value, objective.gradient):
        with pytest.raises(NonFiniteError, match="is not finite"):
            function(x)


@pytest.mark.parametrize("objective", OBJECTIVES, ids=_name)
def test_float32(objective: Objective) -> None:
    x = _points(3, 1.0)
    short, long = objective.gradient(x.to(torch.float32)), objective.gradient(x)
    assert short.dtype == torch.float32
    assert torch.allclose(short.double(), long, rtol=1e-4, atol=1e-5)


def test_log_cosh_neither_cancels_nor_overflows() -> None:
    one = LogCosh((Fraction(1),))
    x = torch.tensor([[1e-9], [1.0], [math_nextafter_1()], [1e300]], dtype=torch.float64)
    value = one.value(x).tolist()
    assert value[0] == pytest.approx(0.5e-18, rel=1e-14)
    assert value[1] == pytest.approx(value[2], rel=1e-15)
    assert value[3] == pytest.approx(1e300, rel=1e-15)
    near = torch.tensor([[0.0], [2000.0]], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(one.value(near).sum(), near)
    assert slope.flatten().tolist() == [0.0, 1.0]


def math_nextafter_1() -> float:
    return float(np.nextafter(1.0, 2.0))


@pytest.mark.parametrize(
    ("curvature", "width", "reason"),
    [
        ((), (), "curvature has 0 coordinates"),
        ((0,), (), "L would be 0"),
        ((1, 1), (1,), "width has 1 coordinates, curvature has 2"),
        ((1,), (0,), "width must be positive"),
        ((1,), (-1,), "width must not be negative"),
        ((1,), (0.5,), "width must be exact rationals"),
    ],
)
def test_refusals(curvature: tuple[int, ...], width: tuple[int, ...], reason: str) -> None:
    for kind in (LogCosh, Huber):
        with pytest.raises(ValueError, match=reason):
            kind(curvature, width)  # type: ignore[arg-type]
