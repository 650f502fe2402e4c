"""What a scenario is: an explicit finite world of exact numbers, for one claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from types import MappingProxyType

from ..instances.profile import Profile
from .world import Step

Numbers = tuple[Fraction, ...]

MAX_K, MAX_D, MAX_LEAVES, MAX_NUMBERS, MAX_KNOTS = 256, 256, 1 << 12, 1 << 15, 64
"""Bounds on what is examined: exact numbers grow, and so does the tree."""
MAX_DIGITS = 400
"""Decimal digits of a numerator or denominator."""


class ScenarioError(ValueError):
    """A scenario that is none; ``where`` is the field, the message says what would do."""

    def __init__(self, where: str, trouble: str) -> None:
        super().__init__(f"{where}: {trouble}" if where else trouble)
        self.where = where


@dataclass(frozen=True)
class Scenario:
    """A finite experiment in exact numbers, and the claim it speaks of.

    Attributes:
        claim: its label, such as ``adamw.L4``.
        K, d: the number of iterations and the dimension; K = 0 for a claim without processes.
        objective: f; None for a claim without processes.
        start: x^1.
        steps: the outcomes of iterations 1, ..., K; none if the claim speaks of no process but x^1.
        L, f_star, sigma: what the theory's constants are. L may exceed the best one, f_star may
            lie below min f, sigma_i above the noise: A0, A1 and A3 are inequalities.
        choices: values of hyperparameters and of the claim's own constants, as far as its
            hypotheses do not define them.
        points: values of the claim's point variables.
        indices: the values of free indices at which the claim is examined, as far as the place is
            fixed; those that are left free take every value in their ranges.
        note: for the reader.

    Raises:
        ScenarioError: a field has the wrong shape, size or type; the probabilities of a step are
            not positive or do not add up to 1.
    """

    claim: str
    K: int
    d: int
    objective: Profile | None
    start: Numbers
    steps: tuple[Step, ...]
    L: Fraction
    f_star: Fraction
    sigma: Numbers
    choices: Mapping[str, Fraction] = field(default_factory=dict)
    points: Mapping[str, Numbers] = field(default_factory=dict)
    indices: Mapping[str, int] = field(default_factory=dict)
    note: str = ""

    def __post_init__(self) -> None:
        _require(type(self.claim) is str and "." in self.claim, "claim", "a label such as adamw.L4")
        highest = MAX_K if self.steps else 10**9
        for name, size, low, high in (("K", self.K, 0, highest), ("d", self.d, 1, MAX_D)):
            _require(
                type(size) is int and low <= size <= high, name, f"an integer, {low} to {high}"
            )
        for name in ("L", "f_star"):
            _rational(getattr(self, name), name)
        _vector(self.sigma, self.d, "sigma")
        for i, level in enumerate(self.sigma, 1):
            _require(level >= 0, f"sigma[{i}]", "a noise level is not negative")
        for what in ("choices", "points", "indices"):
            given = getattr(self, what)
            _require(isinstance(given, Mapping), what, "a mapping from names")
            object.__setattr__(self, what, MappingProxyType(dict(given)))
        for name, value in self.choices.items():
            _rational(value, f"choices.{name}")
        for name, point in self.points.items():
            _vector(point, self.d, f"points.{name}")
        for name, at in self.indices.items():
            _require(type(at) is int and abs(at) < 10**6, f"indices.{name}", "an integer")
        _require(type(self.note) is str, "note", "a text")
        self._check_world()

    def _check_world(self) -> None:
        if self.objective is None:
            _require(not self.steps and not self.start, "objective", "needed for steps and a start")
            return
        _require(isinstance(self.objective, Profile), "objective", "a curvature profile, or None")
        _require(self.objective.dimension == self.d, "objective", f"of {self.d} coordinates")
        for i, knots in enumerate(self.objective.knots, 1):
            _require(len(knots) <= MAX_KNOTS, f"objective.knots[{i}]", f"at most {MAX_KNOTS}")
        _vector(self.start, self.d, "start")
        _require(isinstance(self.steps, tuple), "steps", "a tuple of steps")
        _require(
            len(self.steps) in (0, self.K),
            "steps",
            f"one for each iteration, {self.K}, or none",
        )
        for k, step in enumerate(self.steps, 1):
            _require(isinstance(step, Step), f"steps[{k}]", "a step")
            self._check_step(step, f"steps[{k}]", self.nodes(k))
        _require(self.leaves <= MAX_LEAVES, "steps", f"at most {MAX_LEAVES} leaves")
        numbers = self.d * sum(self.nodes(k + 1) for k in range(1, len(self.steps) + 1))
        _require(numbers <= MAX_NUMBERS, "steps", f"at most {MAX_NUMBERS} coordinates of nodes")

    def _check_step(self, step: Step, where: str, nodes: int) -> None:
        _vector(step.probabilities, None, f"{where}.probabilities")
        _require(
            all(p > 0 for p in step.probabilities) and sum(step.probabilities) == 1,
            f"{where}.probabilities", "positive numbers that add up to 1",
        )  # fmt: skip
        values = step.values
        _require(
            isinstance(values, tuple) and len(values) in (1, nodes),
            f"{where}.values", f"for one node (the same at all) or for each of the {nodes}",
        )  # fmt: skip
        for n, outcomes in enumerate(values, 1):
            _require(
                isinstance(outcomes, tuple) and len(outcomes) == step.outcomes,
                f"{where}.values[{n}]", f"one row for each of the {step.outcomes} outcomes",
            )  # fmt: skip
            for o, row in enumerate(outcomes, 1):
                _vector(row, self.d, f"{where}.values[{n}][{o}]")

    def nodes(self, k: int) -> int:
        """The number of histories before iteration k."""
        return prod(step.outcomes for step in self.steps[: k - 1])

    @property
    def leaves(self) -> int:
        """The number of complete histories."""
        return prod(step.outcomes for step in self.steps)

    @property
    def is_path(self) -> bool:
        """Is there one history only?"""
        return self.leaves == 1


def _require(condition: bool, where: str, wanted: str) -> None:
    if not condition:
        raise ScenarioError(where, f"expected: {wanted}")


def _rational(value: object, where: str) -> None:
    _require(type(value) is Fraction, where, "an exact rational")
    if isinstance(value, Fraction):
        size = max(abs(value.numerator), value.denominator).bit_length()
        _require(size <= MAX_DIGITS * 10 // 3, where, f"a rational of at most {MAX_DIGITS} digits")


def _vector(values: object, length: int | None, where: str) -> None:
    _require(isinstance(values, tuple), where, "a tuple of exact rationals")
    if isinstance(values, tuple):
        wanted = "at least one number" if length is None else f"{length} numbers"
        _require(len(values) == length or (length is None and len(values) > 0), where, wanted)
        for i, value in enumerate(values, 1):
            _rational(value, f"{where}[{i}]")
