"""The statements about expectations of one confrontation: their samples, bounds and verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ...proofs.kernel.terms import Var, variables
from ..evaluate import Check, Statement
from ..exact import EvaluationError
from ..instances import BoundedInstance
from ..simulate import Run
from .bounds import Bound, Support, Unknown
from .budget import ErrorBudget
from .judge import Claim, Judgement, judge, without_bound
from .statistic import GradientBounds, Samples, holds_expectation, range_of

_AGREEMENT = 1e-9
"""Relative difference allowed between the mean of the samples and the estimate of the checker."""


@dataclass
class _Estimate:
    """A statement with what collects its statistic, or the reason why nothing does."""

    statement: Statement
    samples: Samples | None
    reason: str = ""


class Estimates:
    """Collects, beside the checkers, the values that single runs give to estimated expectations.

    Args:
        statements: all of a confrontation; those without an expectation are passed over.
        instance: what they are evaluated on; its certified bounds of the gradient give ranges, and
            if it has no noise, every run is the same.
    """

    def __init__(self, statements: Iterable[Statement], instance: BoundedInstance) -> None:
        self.instance = instance
        self.gradient = GradientBounds(
            instance.gradient_l1_bound, instance.gradient_l2_squared_bound
        )
        self._indices: Mapping[str, int] = {}
        self._collectors: dict[object, Samples] = {}
        self._estimates: list[_Estimate] = []
        for statement in statements:
            if holds_expectation(statement.conclusion):
                self._estimates.append(self._collected(statement))

    def _collected(self, statement: Statement) -> _Estimate:
        try:
            samples = Samples(statement)
        except EvaluationError as error:
            return _Estimate(statement, None, str(error))
        # Several rates bound the same average: it is computed once.
        names = sorted(v.name for v in variables(samples.term) if isinstance(v, Var))
        key = (samples.term, *((name, statement.variables.get(name)) for name in names))
        return _Estimate(statement, self._collectors.setdefault(key, samples))

    def update(self, run: Run) -> None:
        """Take a window of the runs."""
        self._indices = run.indices
        for key, collector in list(self._collectors.items()):
            try:
                collector.update(run)
            except EvaluationError as error:
                del self._collectors[key]
                for estimate in self._estimates:
                    if estimate.samples is collector:
                        estimate.samples, estimate.reason = None, str(error)

    def judgements(self, checks: Iterable[Check], budget: ErrorBudget) -> dict[str, Judgement]:
        """The verdicts on all estimates among ``checks``, by statement.

        Raises:
            BoundError: the samples contradict a bound.
            EvaluationError: their mean is not the checker's estimate.
        """
        made = {check.statement: check for check in checks if check.estimated and check.checked}
        if not made:
            return {}
        shares = budget.split(dict.fromkeys(made, 1))
        of_statement = {e.statement.name: e for e in self._estimates}
        return {
            name: self._judgement(check, of_statement.get(name), shares[name].all())
            for name, check in made.items()
        }

    def _judgement(self, check: Check, found: _Estimate | None, alpha: float) -> Judgement:
        if found is None or found.samples is None:
            reason = found.reason if found is not None else "its expectations are in definitions"
            return without_bound(Unknown(reason), alpha)
        samples, statement = found.samples.values, found.statement
        right = check.right if found.samples.compared else 0.0
        estimate = check.left if found.samples.compared else check.left - check.right
        size = max(abs(check.left), abs(check.right))
        if not abs(float(samples.mean()) - estimate) <= _AGREEMENT * size:
            raise EvaluationError(
                f"{check.statement}: the runs' own values have the mean {float(samples.mean())!r}, "
                f"the estimate {estimate!r}: it is no mean over runs"
            )
        claim = Claim(statement.conclusion.op, right)
        return judge(samples, self.bound(found.samples, statement), claim, alpha)

    def bound(self, samples: Samples, statement: Statement) -> Bound:
        """What is known of a statistic on this instance."""
        ranged = range_of(samples.term, self.gradient, self._indices, statement.unfold)
        if isinstance(ranged, Unknown) and self.instance.sigma_s2 == 0:
            return Support((), "no noise, so that all runs are the same")
        return ranged


def with_verdict(check: Check, judgements: Mapping[str, Judgement]) -> Check:
    """An estimated ``check`` with the verdict of its judgement; any other as it is."""
    found = judgements.get(check.statement)
    if found is None:
        return check
    return replace(check, verdict=found.verdict, evidence=found.evidence)
