"""The whole comparison: class against recursion, explanations, presets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TypeVar

import torch

from ...optimizers.batched import nearest
from ...optimizers.recursions import RECURSIONS, Recursion
from . import arguments
from .arguments import Literal, Mapping
from .classes import ConformError, construct, signature, title
from .compare import Divergence, Failure, Outcome, Trajectory, compare, follow
from .explain import Search, explain
from .presets import PRESETS, Preset
from .problems import PROBLEMS, Problem

T = TypeVar("T")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What is asked.

    Attributes:
        recursion: an id of ``RECURSIONS``.
        values: the recursion's parameters, as ``parse_values`` gives them.
        given, constants: arguments of the constructor, as ``parse_arguments`` and
            ``parse_constants`` give them.
        presets: ids of ``PRESETS`` under which the comparison is made.
        problems: ids of ``PROBLEMS``, by default all.
        steps, seed, tolerance: K, the noise's seed, and the relative difference allowed.
        at_most: the largest number of differences tried together.
    """

    recursion: str
    values: dict[str, float]
    given: dict[str, tuple[str, ...]] = field(default_factory=dict)
    constants: dict[str, Literal] = field(default_factory=dict)
    presets: tuple[str, ...] = ()
    problems: tuple[str, ...] = tuple(PROBLEMS)
    steps: int = 100
    seed: int = 0
    tolerance: float = 1e-10
    at_most: int = 3


@dataclass(frozen=True)
class Report:
    """What was found.

    Attributes:
        request: what was asked; ``class_name``, ``recursion``: of whom.
        mapping: how the constructor was called; ``call``: with which values.
        values: the recursion's parameters, presets included.
        outcomes: one a problem.
        search: the differences tried, if it diverges without failing.
        agrees_under: the smallest sets of presets under which it agrees, with the largest relative
            difference that remains.
    """

    request: Request
    class_name: str
    recursion: Recursion
    mapping: Mapping
    call: dict[str, object]
    values: dict[str, float]
    outcomes: tuple[Outcome, ...]
    search: Search | None
    agrees_under: tuple[tuple[tuple[Preset, ...], float], ...]

    @property
    def steps_compared(self) -> int:
        """Over all problems; 0 means that nothing was checked."""
        return sum(len(o.trajectory.gradients) for o in self.outcomes)

    @property
    def failure(self) -> tuple[Outcome, Failure] | None:
        """The first failure of the class, by step."""
        failed = [(o, o.failure) for o in self.outcomes if o.failure is not None]
        return min(failed, key=lambda pair: pair[1].step) if failed else None

    @property
    def divergence(self) -> Divergence | None:
        """The first divergence, by step."""
        found = [o.divergence for o in self.outcomes if o.divergence is not None]
        return min(found, key=lambda d: d.step) if found else None

    @property
    def verdict(self) -> str:
        """``agrees``, ``diverges``, or ``failed`` if the class went wrong by itself."""
        if self.failure is not None:
            return "failed"
        return "agrees" if self.divergence is None else "diverges"


def conform(
    cls: type[torch.optim.Optimizer], request: Request, progress: Progress = lambda text: None
) -> Report:
    """Compare ``cls`` with a recursion, and explain what differs.

    Deterministic: the noise is a function of the seed; torch's own generator is seeded for the
    class and put back afterwards. Meanwhile float64 is torch's default dtype, as optimizers keep
    scalars in it (``mu_product`` of torch.optim.NAdam).

    Raises:
        ConformError: an unknown recursion, preset, problem or argument, a value out of range, a
            constructor that refuses, or a recursion that overflows at the values given.

    >>> report = conform(torch.optim.SGD, Request("sgd", {"eta": 0.125}, steps=20))
    >>> report.verdict, report.call
    ('agrees', {'lr': 0.125, 'weight_decay': 0})
    """
    recursion = find_recursion(request.recursion)
    presets = [_known(id, PRESETS, "preset") for id in request.presets]
    problems = [_known(id, PROBLEMS, "problem") for id in request.problems]
    if not 0 <= request.seed < 2**64 or request.steps < 0 or not 0 < request.tolerance < 1:
        raise ConformError("seed in [0, 2^64), steps >= 0 and tolerance in (0, 1) are needed")
    mapping = arguments.deduce(
        signature(cls), recursion, request.given, request.constants, cls.__name__
    )
    runner = _Runner(cls, recursion, mapping, request, problems if request.steps else [])
    values = _preset_values(request.values, presets)
    with _double_precision(), torch.random.fork_rng(devices=[]):
        progress(f"running {cls.__name__} beside {recursion.id}")
        outcomes = runner.run(presets)
        report = Report(
            request, title(cls), recursion, mapping, mapping.call(values), values,
            outcomes, None, (),
        )  # fmt: skip
        if report.verdict == "diverges":
            progress("trying known differences")
            probe = construct(cls, [torch.nn.Parameter(torch.zeros(1))], report.call)
            search = explain(
                recursion, values, outcomes, request.tolerance, probe.defaults, request.at_most
            )
            progress("trying presets")
            under = runner.presets_that_help(presets)
            report = replace(report, search=search, agrees_under=under)
        progress("")
    return report


def find_recursion(id: str) -> Recursion:
    """The recursion of that id.

    Raises:
        ConformError: there is none; the message names the nearest.
    """
    return _known(id, RECURSIONS, "recursion")


@contextmanager
def _double_precision() -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def _known(id: str, table: dict[str, T], what: str) -> T:
    if id not in table:
        raise ConformError(f"no {what} {id!r}; {nearest(id, table)}")
    return table[id]


def _preset_values(values: dict[str, float], presets: Sequence[Preset]) -> dict[str, float]:
    changed = dict(values)
    for preset in presets:
        changed |= {name: value for name, value in preset.values.items() if name in values}
    return changed


@dataclass(frozen=True)
class _Runner:
    cls: type[torch.optim.Optimizer]
    recursion: Recursion
    mapping: Mapping
    request: Request
    problems: Sequence[Problem]

    def run(self, presets: Sequence[Preset]) -> tuple[Outcome, ...]:
        """All problems under the presets."""
        request = self.request
        values = _preset_values(request.values, presets)
        call, late = self.mapping.call(values), any(preset.late for preset in presets)
        outcomes = []
        for problem in self.problems:
            trajectory: Trajectory = follow(
                self.recursion, values, problem, request.steps, request.seed
            )
            torch.manual_seed(request.seed % 2**63)
            outcomes.append(
                compare(
                    lambda tensors: construct(self.cls, tensors, call),
                    trajectory,
                    request.tolerance,
                    late=late,
                )
            )
        return tuple(outcomes)

    def presets_that_help(
        self, already: Sequence[Preset]
    ) -> tuple[tuple[tuple[Preset, ...], float], ...]:
        """The smallest sets of further presets under which class and recursion agree."""
        further = [
            preset
            for preset in PRESETS.values()
            if preset not in already
            and (preset.late or preset.values.keys() <= self.request.values.keys())
        ]
        for size in range(1, len(further) + 1):
            found = []
            for chosen in combinations(further, size):
                try:
                    outcomes = self.run([*already, *chosen])
                except ConformError:
                    continue  # the preset does not apply to this class
                if all(o.failure is None and o.divergence is None for o in outcomes):
                    found.append((chosen, max(o.difference for o in outcomes)))
            if found:
                return tuple(found)
        return ()
