"""Points in a region: sampled in floats, and pushed towards a violation of the goal."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernel.terms import Rel, Term
from .numeric import Array
from .region import Coordinate, Region, relative_gap

SAMPLES = 2048
KEPT = 96
FEASIBLE_ROUNDS = 25


def draw(region: Region, rng: np.random.Generator, count: int = SAMPLES) -> dict[Term, Array]:
    """Random values of all quantities: many scales, ends of ranges, small integers, ties."""
    at: dict[Term, Array] = {}
    for c in region.coordinates:
        at[c.atom] = _draw(c, rng, count)
    return region.complete(at)


def _draw(c: Coordinate, rng: np.random.Generator, count: int) -> Array:
    kind = rng.random(count)
    wide = 10.0 ** rng.normal(0.0, 1.0, count)
    if c.integer:
        return np.floor(c.low + np.where(kind < 0.3, 0.0, wide))
    if np.isfinite(c.low) and np.isfinite(c.high):
        u = rng.random(count)
        near = 10.0 ** (-3.0 * rng.random(count))
        u = np.where(kind < 0.2, near, np.where(kind < 0.4, 1.0 - near, u))
        x = c.low + (c.high - c.low) * u
        return np.where(kind > 0.97, c.high, np.where(kind > 0.94, c.low, x))
    if np.isfinite(c.low) or np.isfinite(c.high):
        end, sign = (c.low, 1.0) if np.isfinite(c.low) else (c.high, -1.0)
        x = end + sign * np.where(kind < 0.5, wide, rng.random(count))
        return np.where(kind > 0.94, end, np.where(kind > 0.85, end + sign, x))
    x = wide * rng.choice([-1.0, 1.0], count)
    return np.where(kind > 0.95, 0.0, np.where(kind > 0.85, rng.integers(-3, 4, count), x))


def draw_simple(region: Region, rng: np.random.Generator, count: int = SAMPLES) -> Array:
    """Points with small coordinates, one a row, the simplest first; some may be out of range."""
    columns = []
    for c in region.coordinates:
        choices = [0.0, 1.0, 2.0, 3.0, 0.5, 0.25, 0.75, -1.0, -2.0]
        inside = [x for x in choices if c.low <= x <= c.high and (x == int(x) or not c.integer)]
        inside += [x for x in (c.low, c.high, c.low + 1.0, c.high - 1.0) if np.isfinite(x)]
        table = np.array(sorted(set(inside), key=_cost) or [0.0])
        pick = np.minimum(rng.geometric(0.35, count) - 1, len(table) - 1)
        columns.append(table[pick])
    if not columns:
        return np.zeros((1, 0))
    points = np.unique(np.stack(columns, axis=1), axis=0)
    order = np.argsort(sum(_cost(points[:, i]) for i in range(points.shape[1])), kind="stable")
    return points[order]


def _cost(x: Any) -> Any:
    return np.abs(x) + 2.0 * (x != np.round(x)) + 0.5 * (x < 0.0)


def score(region: Region, goal: Rel | None, at: dict[Term, Array]) -> Array:
    """Positive where the facts hold and the goal fails; below -1 where a fact fails."""
    if goal is None:
        feasible: Array = -1.0 - region.violation(at)
        return feasible
    gap = relative_gap(goal, at)
    if goal.op == "=":
        gap = np.abs(gap)
    gap = np.nan_to_num(gap, nan=-1.0, posinf=-1.0, neginf=-1.0)
    violation = region.violation(at)
    result: Array = np.where(violation > 0.0, -1.0 - violation, gap)
    return result


def scores_at(region: Region, goal: Rel | None, points: Array) -> Array:
    """The score of each row."""
    found = score(region, goal, _at(region, points))
    return np.broadcast_to(found, (len(points),))


def climb(
    region: Region, goal: Rel | None, rng: np.random.Generator, rounds: int
) -> tuple[Array, Array]:
    """The best points found, one a row, and their scores: random, then differential evolution."""
    atoms = [c.atom for c in region.coordinates]
    if not atoms:
        nothing = np.zeros((1, 0))
        return nothing, scores_at(region, goal, nothing)
    drawn = draw(region, rng)
    best = np.stack([drawn[a] for a in atoms], axis=1)
    scores = scores_at(region, goal, best)
    best, scores = _top(best, scores)
    integer = np.array([c.integer for c in region.coordinates])
    for turn in range(rounds):
        size = 10.0 ** rng.uniform(-4.0, 0.0, (len(best) * 4, 1))
        parents = best[rng.integers(0, len(best), len(best) * 4)]
        others = best[rng.integers(0, len(best), (2, len(best) * 4))]
        mask = rng.random(parents.shape) < (0.5 if turn % 2 else 0.25)
        noise = size * rng.normal(0.0, 1.0, parents.shape) * (np.abs(parents) + 1e-3)
        step = np.where(rng.random((len(parents), 1)) < 0.5, noise, 0.7 * (others[0] - others[1]))
        moved = parents + np.where(mask, step, 0.0)
        moved = np.where(integer, np.round(moved), moved)
        fresh = scores_at(region, goal, moved)
        best, scores = _top(np.concatenate([best, moved]), np.concatenate([scores, fresh]))
    return best, scores


def feasible(region: Region, rng: np.random.Generator) -> dict[Term, Array]:
    """Points that satisfy the facts, sought by reducing their violation."""
    points, scores = climb(region, None, rng, FEASIBLE_ROUNDS)
    return _at(region, points[scores >= -1.0])


def _top(points: Array, scores: Array) -> tuple[Array, Array]:
    order = np.argsort(-scores, kind="stable")[:KEPT]
    return points[order], scores[order]


def _at(region: Region, points: Array) -> dict[Term, Array]:
    at = {c.atom: points[:, i] for i, c in enumerate(region.coordinates)}
    return region.complete(at)
