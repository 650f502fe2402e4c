"""Confrontations: an algorithm on a problem with certified constants, against its own theory.

A ``Setup`` names what is run and which claims are evaluated; one claim's hypotheses prescribe the
hyperparameters (``prescribe``), the others are evaluated at the same floats. ``tables`` lists the
setups of ``python -m ratecert.numeric_checks quick``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from ..optimizers.recursions import Recursion
from ..proofs.language import Claimed, Theory
from .evaluate import Check, Checker, Condition, Statement, conditions, unchecked
from .hypotheses import statement_of
from .instances import BoundedInstance
from .prescribe import Choice, Prescription, PrescriptionError, prescribe
from .simulate import simulate
from .simulate.progress import Progress
from .verdict import ErrorBudget, Judgement
from .verdict.checks import Estimates, with_verdict
from .verdict.statistic import root_above, round_up

Choices = Mapping[str, Choice]
FIRST_SEED = 1000
"""Of the runs, if nothing is said. Those before it were looked at when the betting strategy of
``verdict`` was chosen: their intervals would not be worth the error probability they state."""


@dataclass(frozen=True)
class Variant:
    """A choice of what the hypotheses leave open, such as the weight decay.

    Attributes:
        title: for the report; empty if there is one variant only.
        choices: beside those of the setup.
        claims: further claims that apply.
    """

    title: str = ""
    choices: Choices = field(default_factory=dict)
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setup:
    """A row of the table.

    Attributes:
        optimizer, problem: its name in two words.
        theory, recursion: whose claims (or those of a theory it extends), on the runs of what.
        instance: the problem, for a batch size (which problems without data ignore).
        prescribing: the claim that prescribes the hyperparameters.
        choices: where it leaves a choice.
        claims: the claims that are evaluated, with choices of their own constants.
        variants: each is run once.
        norm: the norm of the gradient whose average the rates bound.
        steps, seeds: K and the number of seeds, by default.
        chunk: iterations a window.
    """

    optimizer: str
    problem: str
    theory: Theory
    recursion: Recursion
    instance: Callable[[int | None], BoundedInstance]
    prescribing: str
    choices: Choices
    claims: Mapping[str, Choices]
    variants: tuple[Variant, ...]
    norm: Literal["l1", "l2"]
    steps: int
    seeds: int
    chunk: int = 64

    @property
    def name(self) -> str:
        """``optimizer.problem``."""
        return f"{self.optimizer}.{self.problem}"

    def claimed(self, name: str) -> Claimed:
        """A claim of the theory, or else of one it extends.

        Raises:
            DoorError: there is none.
        """
        return _claim(self.theory, name) or self.theory.claimed(name)


def _claim(theory: Theory, name: str) -> Claimed | None:
    found = (theory.claims.get(name), *(_claim(parent, name) for parent in theory.parents))
    return next((claim for claim in found if claim is not None), None)


@dataclass(frozen=True)
class Confrontation:
    """What was run, and what became of each statement.

    Attributes:
        prescription: the hyperparameters, and the constants of the prescribing claim.
        conditions: every hypothesis on constants of every claim, by claim.
        trivial_bound: what the norm of the gradient satisfies at every point whatever; a rate
            says something only where its bound is below.
        judgements: of each statement about an expectation, what its verdict rests on.
    """

    setup: Setup
    variant: Variant
    instance: BoundedInstance
    steps: int
    seeds: tuple[int, ...]
    prescription: Prescription
    conditions: Mapping[str, tuple[Condition, ...]]
    checks: tuple[Check, ...]
    trivial_bound: float
    judgements: Mapping[str, Judgement]

    @property
    def failing(self) -> tuple[tuple[str, Condition], ...]:
        """The hypotheses that do not hold at the floats, with their claims."""
        found = self.conditions.items()
        return tuple((claim, c) for claim, each in found for c in each if not c.holds)

    @property
    def deviation(self) -> float:
        """The largest relative deviation of an equation among the hypotheses."""
        return max((c.deviation for each in self.conditions.values() for c in each), default=0.0)

    @property
    def passed(self) -> bool:
        """All hypotheses hold, every pathwise statement too, and no estimate exceeds its bound."""
        return not self.failing and all(_passes(check) for check in self.checks)


def _passes(check: Check) -> bool:
    if check.estimated:
        return check.ratio < 1 and check.verdict != "violated"
    return check.verdict == "holds"


def trivial_bound(instance: BoundedInstance, norm: Literal["l1", "l2"]) -> float:
    """The instance's bound of the norm of its gradient over all points, rounded up."""
    if norm == "l1":
        return round_up(instance.gradient_l1_bound)
    return root_above(instance.gradient_l2_squared_bound)


def confront(
    setup: Setup,
    variant: Variant,
    *,
    steps: int | None = None,
    seeds: Sequence[int] | None = None,
    batch: int | None = None,
    budget: ErrorBudget | None = None,
    progress: Progress | None = None,
) -> Confrontation:
    """Run a setup with one of its variants and evaluate its claims.

    Args:
        setup, variant: what is confronted.
        steps, seeds, batch: instead of the setup's own.
        budget: the error probability of all verdicts of this confrontation together, by default
            1/100; equal shares go to the statements about expectations.
        progress: called as ``progress(iterations done, K)``.

    Raises:
        PrescriptionError: the prescribing claim admits no hyperparameters. (Where another claim
            admits no constants of its own at these, it is undecided, and says so.)
        DoorError: the theory has no such claim.
    """
    instance = setup.instance(batch)
    horizon = setup.steps if steps is None else steps
    rows = tuple(range(FIRST_SEED, FIRST_SEED + setup.seeds) if seeds is None else seeds)
    chosen = {**setup.choices, **variant.choices}
    claimed = setup.claimed
    prescription = prescribe(claimed(setup.prescribing), setup.recursion, instance, horizon, chosen)
    statements: list[Statement] = []
    refused: list[Check] = []
    for name in (*setup.claims, *(c for c in variant.claims if c not in setup.claims)):
        try:
            found = prescribe(
                claimed(name), setup.recursion, instance, horizon, setup.claims.get(name, {}),
                prescription.parameters,
            )  # fmt: skip
            statements.append(statement_of(claimed(name), found.constants, setup.recursion))
        except PrescriptionError as error:
            refused.append(unchecked(name, str(error)))
    checkers = [Checker(statement) for statement in statements]
    estimates = Estimates(statements, instance)
    table: dict[str, tuple[Condition, ...]] = {}
    for window in simulate(
        setup.recursion, instance, K=horizon, seeds=rows, parameters=prescription.parameters,
        chunk=setup.chunk, progress=progress,
    ):  # fmt: skip
        table = table or {s.name: conditions(s, window) for s in statements}
        for checker in checkers:
            checker.update(window)
        estimates.update(window)
    checks = [checker.result() for checker in checkers]
    total = ErrorBudget(Fraction(1, 100), setup.name) if budget is None else budget
    judgements = estimates.judgements(checks, total)
    return Confrontation(
        setup, variant, instance, horizon, rows, prescription, table,
        (*(with_verdict(check, judgements) for check in checks), *refused),
        trivial_bound(instance, setup.norm), judgements,
    )  # fmt: skip
