"""The best free parameters, in floating point: a proposal, which only a proof makes a result.

Minimise the objective over the parameters and C_P, subject to the theorem's hypotheses at a grid of
theta and mu: sequential quadratic programming from the best of many random points. An infimum that
is approached at the edge only is detected and refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from .floats import names
from .free import CONSTANT, LARGEST, SCALE, Freedom
from .objectives import Objective

Vector: TypeAlias = Any
"""A float64 array."""
Say: TypeAlias = Callable[[str], None]
DRAWN, STARTS, STEPS = 4000, 6, 80
"""Random points, how many of the best are starts, and the most steps from each."""
TOLERANCE = 1e-9
"""By how much a hypothesis may seem to fail in floating point."""
GAIN = 1e-5
"""A relative gain that counts, in telling an infimum at the edge from a flat direction."""
DEFAULTS: Mapping[str, tuple[float, float]] = {
    "gamma": (1e-4, 1), "a": (1e-6, 1), "a_mean": (1e-6, 1e3), "c_eps": (1e-3, 1e4),
    "t": (0, 0.995), "rho": (1e-4, 1e3), "c_theta": (1e-2, 1e2), "c_eta": (1e-3, 1e3),
}  # fmt: skip
"""Where to look, if nothing is said; wide enough that an optimum at its ends is none."""
ATTAINED = {("gamma", 1), ("a", 1), ("t", 0)}
"""The ends at which the hypotheses admit the parameter, and nothing degenerates: 1 = upper end."""
REASONS: Mapping[tuple[str, int], str] = {
    ("c_eps", 1): "a large floor makes the denominators constant: momentum SGD in the limit",
    ("gamma", 0): "a small gamma makes h large unless K is: C_1/gamma^(1/2) grows",
    ("a", 0): "a = 0 leaves no weight decay: adam.rate is the theorem for that",
    ("a_mean", 0): "a_mean = 0 leaves no weight decay: adam.rate is the theorem for that",
    ("rho", 0): "with a = 0, rho splits nothing off for weight decay; adam.rate has rho = 0",
    ("c_eta", 1): "large steps, which need a large floor",
}
"""Why an infimum lies there."""
LINEAR = frozenset({"t"})
"""Parameters that are searched as they are; the logarithm of the others is."""


class NothingAdmissibleError(ValueError):
    """No point of the boxes satisfies the hypotheses."""


class AtTheEdgeError(ValueError):
    """The infimum is approached at an edge only: of which parameters, and what is seen there."""

    def __init__(self, told: Mapping[str, str]) -> None:
        super().__init__("\n".join(f"  {line}" for line in told.values()))
        self.names = tuple(told)


@dataclass(frozen=True)
class Found:
    """A point, its least C_P and the objective there."""

    values: Mapping[str, float]
    constant: float
    objective: float


@dataclass
class Search:
    """A minimisation with some parameters fixed, and boxes for others.

    Args:
        freedom: the theorem's free parameters and hypotheses.
        objective: what to minimise.
        boxes: intervals given by the user; the other parameters are searched in ``DEFAULTS``.
        seed: of the random points.
        say: told of progress.
    """

    freedom: Freedom
    objective: Objective
    boxes: Mapping[str, tuple[Fraction, Fraction]]
    seed: int = 0
    say: Say = lambda text: None
    evaluations: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._value = self.objective.function
        single = [{SCALE, LARGEST}, {"mu"}, *({n} for n in self.freedom.names)]
        self._demands = [
            d for d in self.freedom.demands if set(names(d.formula) or ()) not in single
        ]
        if self.freedom.mixing == "theta":
            self._demands = [d for d in self._demands if "mu" not in (names(d.formula) or ())]

    def interval(self, name: str) -> tuple[float, float]:
        """Where a parameter is searched."""
        if name in self.boxes:
            low, high = self.boxes[name]
            return float(low), float(high)
        return DEFAULTS[name]

    # --- evaluation ---------------------------------------------------------------------------

    def _evaluate(self, values: Mapping[str, Any]) -> tuple[Vector, Vector]:
        """The greatest least C_P at each point, and the least slack of the hypotheses."""
        known = self.freedom.at(values)
        least = self.freedom.constants(known)
        slacks = [np.broadcast_to(d.slack(known), least.shape) for d in self._demands]
        self.evaluations += math.prod(least.shape[:-1])
        worst = np.min(np.stack(slacks), axis=(0, -1)) if slacks else np.zeros(least.shape[:-1])
        bad = ~np.isfinite(least) | (least <= 0)
        return np.max(np.where(bad, np.inf, least), axis=-1), np.where(np.isnan(worst), -1, worst)

    def at(self, values: Mapping[str, float]) -> Found | None:
        """The objective at a point, or None if a hypothesis fails there."""
        constant, slack = self._evaluate(values)
        if not np.isfinite(constant) or slack < -TOLERANCE:
            return None
        value = float(self._value({**values, CONSTANT: constant}))
        return Found(dict(values), float(constant), value) if math.isfinite(value) else None

    # --- minimisation -------------------------------------------------------------------------

    def minimise(self, fixed: Mapping[str, float], near: Found | None = None) -> Found:
        """The best point with the given values fixed; from ``near`` alone, if it is given.

        Raises:
            NothingAdmissibleError: no point that satisfies the hypotheses was found.
        """
        loose = [n for n in self.freedom.names if n not in fixed]
        if near is not None:
            start = np.array([self._inner(n, near.values[n]) for n in loose])
            found = self._descend(loose, fixed, start, near.constant)
            kept = self.at({**near.values, **fixed})
            return self._best([found, kept], fixed)
        starts = self._starts(loose, fixed)
        found_all = [self._descend(loose, fixed, z, c) for z, c in starts]
        return self._best([*found_all, *(self._found(loose, fixed, z) for z, _ in starts)], fixed)

    def _best(self, candidates: list[Found | None], fixed: Mapping[str, float]) -> Found:
        admissible = [c for c in candidates if c is not None]
        if not admissible:
            told = ", ".join(f"{n}={v:.6g}" for n, v in fixed.items()) or "nothing fixed"
            raise NothingAdmissibleError(
                f"no point of the boxes satisfies the hypotheses of {self.freedom.claimed.label} "
                f"({told}); those that bind: "
                + "; ".join(self.freedom.printer.show(d.formula) for d in self._demands)
            )
        return min(admissible, key=lambda c: c.objective)

    def _starts(self, loose: list[str], fixed: Mapping[str, float]) -> list[tuple[Vector, float]]:
        """The best of many random points."""
        draw = np.random.default_rng(self.seed)
        ends = np.array([[self._inner(n, e) for e in self.interval(n)] for n in loose])
        if not loose:
            return [(np.zeros(0), 1.0)]
        points = ends[:, 0] + (ends[:, 1] - ends[:, 0]) * draw.random((DRAWN, len(loose)))
        constant, slack = self._evaluate(self._values(loose, fixed, points))
        value = self._value({**self._values(loose, fixed, points), CONSTANT: constant})
        usable = np.isfinite(value) & (slack >= 0)
        order = np.argsort(np.where(usable, value, np.inf), kind="stable")
        chosen = [n for n in order[:STARTS] if usable[n]]
        return [(points[n], float(constant[n])) for n in chosen]

    def _found(self, loose: list[str], fixed: Mapping[str, float], z: Vector) -> Found | None:
        values = self._values(loose, fixed, z)
        return self.at({n: float(v) for n, v in values.items()})

    def _descend(
        self, loose: list[str], fixed: Mapping[str, float], start: Vector, constant: float
    ) -> Found | None:
        from scipy.optimize import minimize

        if not loose:
            return self.at(fixed)

        def problem_at(z: Vector) -> tuple[Vector, Vector]:
            """Log objective, and all that must not be negative, at rows (parameters, log C_P)."""
            values = self._values(loose, fixed, z[..., :-1])
            known = self.freedom.at(values)
            least = self.freedom.constants(known)
            good = np.isfinite(least) & (least > 0)
            room = z[..., -1:] - np.where(good, np.log(np.where(good, least, 1)), 50.0)
            slacks = [np.broadcast_to(d.slack(known), least.shape) for d in self._demands]
            self.evaluations += math.prod(least.shape[:-1])
            value = np.log(self._value({**values, CONSTANT: np.exp(z[..., -1])}))
            return value, np.nan_to_num(np.concatenate([room, *slacks], axis=-1), nan=-1.0)

        problem = _once(problem_at)
        half = len(loose) + 1
        step = 1e-7 * np.eye(half)

        @_once
        def slopes(z: Vector) -> tuple[Vector, Vector]:
            value, rest = problem_at(np.concatenate([z + step, z - step]))
            return (value[:half] - value[half:]) / 2e-7, ((rest[:half] - rest[half:]) / 2e-7).T

        ends = [tuple(self._inner(n, e) for e in self.interval(n)) for n in loose]
        with np.errstate(all="ignore"):
            done = minimize(
                lambda z: float(problem(z)[0]),
                np.append(start, math.log(constant)),
                jac=lambda z: slopes(z)[0],
                bounds=[*ends, (-20.0, 50.0)],
                constraints={
                    "type": "ineq",
                    "fun": lambda z: problem(z)[1],
                    "jac": lambda z: slopes(z)[1],
                },
                method="SLSQP",
                options={"maxiter": STEPS, "ftol": 1e-11},
            )
        z = np.clip(done.x[:-1], [e[0] for e in ends], [e[1] for e in ends])
        return self._found(loose, fixed, z) if np.all(np.isfinite(z)) else None

    def _inner(self, name: str, value: float) -> float:
        return value if name in LINEAR else math.log(value)

    def _values(self, loose: list[str], fixed: Mapping[str, float], z: Vector) -> dict[str, Any]:
        outer = {n: z[..., j] if n in LINEAR else np.exp(z[..., j]) for j, n in enumerate(loose)}
        shape = z.shape[:-1]
        return {n: np.full(shape, v) for n, v in fixed.items()} | outer

    # --- edges --------------------------------------------------------------------------------

    def interior(self, fixed: Mapping[str, float]) -> Found:
        """The best point, unless the infimum is only approached at an edge that nobody gave.

        Raises:
            AtTheEdgeError: going towards the edge keeps paying.
            NothingAdmissibleError: see ``minimise``.
        """
        best = self.minimise(fixed)
        told: dict[str, str] = {}
        for name in self.freedom.names:
            if name in fixed or name in self.boxes:
                continue
            low, high = (self._inner(name, e) for e in self.interval(name))
            share = (self._inner(name, best.values[name]) - low) / (high - low)
            if 0.02 < share < 0.98:
                continue
            upper = share >= 0.98
            if (name, int(upper)) in ATTAINED:
                continue
            line = self._towards(name, upper, fixed, best)
            if line:
                told[name] = line
        if told:
            raise AtTheEdgeError(told)
        return best

    def _towards(
        self, name: str, upper: bool, fixed: Mapping[str, float], best: Found
    ) -> str | None:
        """What the objective does on the way to the edge; None if it stays the same."""
        edge = self.interval(name)[upper]
        away = [edge / 100, edge / 10] if upper else [edge * 100, edge * 10]
        if name in LINEAR:
            away = [edge - 0.1, edge - 0.05] if upper else [edge + 0.1, edge + 0.05]
        seen = list[tuple[float, float]]()
        for value in away:
            try:
                seen.append((value, self.minimise({**fixed, name: value}).objective))
            except NothingAdmissibleError:
                continue
        seen.append((edge, best.objective))
        if len(seen) > 1 and seen[0][1] <= best.objective * (1 + GAIN):
            return None
        limit = "∞" if upper else "0"
        steps = ", ".join(f"{y:.6g} at {name}={x:.4g}" for x, y in seen)
        why = REASONS.get((name, int(upper)), "")
        return f"{name} → {limit}: {steps}" + (f"\n    ({why})" if why else "")


def _once(compute: Callable[[Vector], Any]) -> Callable[[Vector], Any]:
    """``compute``, remembering the last point: a solver asks for each part of a value by itself."""
    last: list[Any] = [None, None]

    def remembered(z: Vector) -> Any:
        if last[0] is None or not np.array_equal(z, last[0]):
            last[:] = [z.copy(), compute(z)]
        return last[1]

    return remembered
