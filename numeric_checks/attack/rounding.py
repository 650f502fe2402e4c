"""From the floats of a world to an exact scenario near it, in which all assumptions hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from flint import fmpq
from torch import Tensor

from ...proofs.kernel.terms import Rat, sqrt
from ...proofs.language import Claimed
from ..exact import from_fraction, to_fraction
from ..instances.profile import Profile
from ..scenarios import Scenario, Step
from ..simulate.run import ConstantValue
from .genome import Genome, Worlds
from .kinds import Kind

_ROOT_BITS = 40
_APART = Fraction(1, 1 << 20)
_FLAT = Fraction(1, 1 << 40)


def dyadic(value: float, bits: int) -> Fraction:
    """The nearest number with ``bits`` significant binary digits.

    >>> dyadic(0.1, 4)
    Fraction(13, 128)

    Raises:
        ValueError: ``value`` is not finite.
    """
    if not math.isfinite(value):
        raise ValueError(f"not a finite number: {value}")
    if value == 0:
        return Fraction(0)
    _, exponent = math.frexp(value)
    unit = Fraction(2) ** (exponent - bits)
    return round(Fraction(value) / unit) * unit


def root_above(square: Fraction) -> Fraction:
    """A rational at least the square root of ``square``, and equal to it where that is rational.

    >>> root_above(Fraction(9, 4)), root_above(Fraction(2)) ** 2 >= 2
    (Fraction(3, 2), True)
    """
    scale = 1 << (2 * _ROOT_BITS)
    product = square.numerator * square.denominator
    if math.isqrt(product) ** 2 == product:
        return Fraction(math.isqrt(product), square.denominator)
    scaled = Fraction(math.isqrt(product * scale) + 1, 1 << _ROOT_BITS)
    return scaled / square.denominator


def scenario_of(claim: Claimed, genome: Genome, raw: Tensor, bits: int) -> Scenario:
    """The world of one row [width], with numbers of ``bits`` significant binary digits.

    Raises:
        RegionError: no simple numbers near the row satisfy the hypotheses.
        ValueError: a number of the row is not finite.
    """
    worlds, shape = genome.worlds(raw.detach()[None]), genome.shape
    points = {
        name: tuple(dyadic(v, bits) for v in value[0].tolist())
        for name, value in worlds.points.items()
    }
    values = {name: float(value[0]) for name, value in worlds.values.items()}
    if worlds.objective is None:
        choices = genome.region.rounded(values, {})
        return Scenario(
            claim=claim.label, K=shape.K, d=shape.d, objective=None, start=(), steps=(),
            L=Fraction(1), f_star=Fraction(0), sigma=(Fraction(0),) * shape.d,
            choices=choices, points=points,
        )  # fmt: skip
    objective = _profile(worlds, bits)
    start = tuple(dyadic(v, bits) for v in worlds.start[0].tolist())
    steps = _steps(genome, worlds, bits) if genome.kind in (Kind.PATHS, Kind.TREES) else ()
    sigma = _sigma(genome, worlds, steps, raw, bits)
    lower = genome.part(raw[None], "below")
    below = dyadic(float(lower), bits) ** 2 if lower.numel() else Fraction(0)
    f_star = objective.f_star - below
    base = dict(_base(objective, start, f_star, sigma))
    if genome.convex:
        base["mu"] = objective.mu
    return Scenario(
        claim=claim.label, K=shape.K, d=shape.d, objective=objective, start=start, steps=steps,
        L=Fraction(1), f_star=f_star, sigma=sigma,
        choices=genome.region.rounded(values, base), points=points,
    )  # fmt: skip


def _profile(worlds: Worlds, bits: int) -> Profile:
    batch = worlds.objective
    if batch is None:
        raise ValueError("the worlds have no objective")

    def exact(rows: list[list[float]]) -> tuple[tuple[Fraction, ...], ...]:
        return tuple(tuple(dyadic(v, bits) for v in row) for row in rows)

    knots = tuple(_apart(row) for row in exact(batch.knots[0].tolist()))
    slope = tuple(dyadic(v, bits) for v in batch.slope[0].tolist())
    profile = Profile(knots, exact(batch.curvatures[0].tolist()), slope)
    if profile.minimum is not None:
        return profile
    # f falls for ever, which no claim notices that does not speak of f*: let it rise far out.
    ends = (((max(c[0], _FLAT), *c[1:-1], max(c[-1], _FLAT))) for c in profile.curvatures)
    return Profile(knots, tuple(ends), slope)


def _apart(knots: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    """Increasing numbers, where rounding made neighbours equal."""
    found: list[Fraction] = []
    for knot in knots:
        found.append(max(knot, found[-1] + _APART) if found else knot)
    return tuple(found)


def _base(
    objective: Profile, start: tuple[Fraction, ...], f_star: Fraction, sigma: tuple[Fraction, ...]
) -> Mapping[str, ConstantValue]:
    total = sum((s**2 for s in sigma), Fraction(0))
    return {
        "L": Fraction(1),
        "fstar": f_star,
        "Delta": _value(objective, start) - f_star,
        "sigma": sigma,
        "sigma_s": sqrt(Rat(total)),
        "x1": start,
    }


def _value(objective: Profile, point: tuple[Fraction, ...]) -> Fraction:
    exact = objective.exact_value([from_fraction(v) for v in point])
    if not isinstance(exact, fmpq):
        raise ValueError("a profile of rationals has rational values at rational points")
    return to_fraction(exact)


def _steps(genome: Genome, worlds: Worlds, bits: int) -> tuple[Step, ...]:
    centred = genome.kind is Kind.TREES and "A2" not in genome.without
    steps = []
    for k, step in enumerate(worlds.noise):
        chances = _chances(worlds.probabilities[0, k].tolist(), bits)
        nodes = []
        for node in step[0].tolist():
            values = [[dyadic(v, bits) for v in outcome] for outcome in node]
            if centred:
                _centre(values, chances)
            nodes.append(tuple(tuple(outcome) for outcome in values))
        steps.append(Step(chances, tuple(nodes)))
    return tuple(steps)


def _chances(floats: list[float], bits: int) -> tuple[Fraction, ...]:
    """Positive rationals of sum 1: the largest takes what the others leave."""
    chances = [max(dyadic(v, bits), Fraction(1, 1 << 40)) for v in floats]
    largest = floats.index(max(floats))
    chances[largest] = 1 - sum((c for j, c in enumerate(chances) if j != largest), Fraction(0))
    return tuple(chances)


def _centre(values: list[list[Fraction]], chances: tuple[Fraction, ...]) -> None:
    """Change the most probable outcome so that the mean is zero."""
    at = chances.index(max(chances))
    for i in range(len(values[0])):
        others = (c * v[i] for j, (c, v) in enumerate(zip(chances, values, strict=True)) if j != at)
        values[at][i] = -sum(others, Fraction(0)) / chances[at]


def _sigma(
    genome: Genome, worlds: Worlds, steps: tuple[Step, ...], raw: Tensor, bits: int
) -> tuple[Fraction, ...]:
    if genome.kind is not Kind.TREES or "A3" in genome.without or genome.convex:
        return tuple(dyadic(v, bits) for v in worlds.base["sigma"][0].tolist())
    found = []
    levels = genome.part(raw[None], "level")[0].tolist()
    for i, level in enumerate(levels):
        variances = [
            sum((c * v[i] ** 2 for c, v in zip(s.probabilities, node, strict=True)), Fraction(0))
            for s in steps
            for node in s.values
        ]
        found.append(root_above(max(variances, default=Fraction(0)) + dyadic(level, bits) ** 2))
    return tuple(found)
