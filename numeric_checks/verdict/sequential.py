"""Run until decided or until the budget is exhausted, with a verdict that is as valid as any."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from .bounds import Bound, BoundError, Range, Support, Variance
from .budget import look_share
from .intervals import Interval, interval
from .judge import Claim, Judgement, Verdict, at_once, describe, first_decisions, judged


class Sequential:
    """Takes batches of runs and says "decided" or "go on".

    For a ``Range`` or a ``Variance`` the capital of ``betting`` or ``catoni`` is watched after
    every single run: by Ville's inequality the first time it reaches 1/alpha may be waited for, and
    neither the batches nor the moment one stops change the verdict's error probability. Bets are
    tuned to the budget and to a sixteenth of it, in equal parts. For a ``Support`` the interval of
    look j has the error probability alpha/(j (j + 1)) (``look_share``): there batches are looks.

    Args:
        bound: what is known of the statistic.
        claim: what is said of its expectation.
        alpha: the error probability of the verdict, whenever it is reached.
        budget: the number of runs after which one gives up.

    Attributes:
        runs: how many have been taken; ``judgement``: the last one, None before the first batch.

    >>> flips = Sequential(Range(0.0, 1.0, "a share"), Claim("<=", 0.5), 0.01, budget=400)
    >>> flips.feed(torch.full((4,), 0.2, dtype=torch.float64)).verdict, flips.finished
    ('undecided', False)
    >>> found = flips.feed(torch.full((90,), 0.2, dtype=torch.float64))
    >>> found.verdict, flips.finished, found.interval.runs < 94
    ('holds', True, True)
    """

    def __init__(self, bound: Bound, claim: Claim, alpha: float, budget: int) -> None:
        if budget < 1:
            raise ValueError(f"a budget is a number of runs, not {budget}")
        if not 0 < alpha < 1:
            raise ValueError(f"an error probability is in (0, 1), not {alpha}")
        self.bound, self.claim, self.alpha, self.budget = bound, claim, alpha, budget
        self.horizons = tuple(dict.fromkeys((budget, max(budget // 16, 1))))
        self.judgement: Judgement | None = at_once(bound, claim, alpha)
        self._looks = 0
        self._samples = torch.empty(0, dtype=torch.float64)

    @property
    def runs(self) -> int:
        """How many runs have been taken."""
        return len(self._samples)

    @property
    def finished(self) -> bool:
        """Decided, hopeless, or out of budget."""
        known = self.judgement
        if known is None:
            return False
        hopeless = known.interval is None
        return known.verdict != "undecided" or hopeless or self.runs >= self.budget

    def feed(self, batch: Tensor) -> Judgement:
        """Take a batch of runs, [n] in the order of drawing, the same order whatever the batches.

        Raises:
            ValueError: it is finished already, or the batch exceeds the budget.
            BoundError: a sample contradicts the bound.
        """
        if self.finished:
            raise ValueError("decided or given up: further runs would not count")
        if self.runs + len(batch) > self.budget:
            raise ValueError(f"{len(batch)} more runs than {self.runs} exceed {self.budget}")
        if not len(batch):
            raise BoundError("there are no samples")
        self._samples = torch.cat([self._samples, batch.to(torch.float64).cpu()])
        self._looks += 1
        self.judgement = self._look()
        return self.judgement

    def _look(self) -> Judgement:
        samples, bound, claim = self._samples, self.bound, self.claim
        if isinstance(bound, Support) and len(bound.values) > 1:
            share = self.alpha * float(look_share(self._looks))
            found = interval(samples, bound, claim.share(share))
            return replace(judged(_known(found), samples, bound, claim, share), alpha=self.alpha)
        if isinstance(bound, Range | Variance):
            above, below = first_decisions(samples, bound, claim, self.alpha, self.horizons)
            first = min((t for t in (above, below) if t is not None), default=None)
            if first is not None:
                return self._decided(samples[:first], is_above=first == above)
        found = interval(samples, bound, claim.share(self.alpha), self.horizons)
        return judged(_known(found), samples, bound, claim, self.alpha)

    def _decided(self, samples: Tensor, *, is_above: bool) -> Judgement:
        """The interval at the run that decided: its end may lie short of the claim by a rounding."""
        bound, claim = self.bound, self.claim
        found = _known(interval(samples, bound, claim.share(self.alpha), self.horizons))
        low = max(found.low, claim.right) if is_above else found.low
        high = found.high if is_above else min(found.high, claim.right)
        found = replace(found, low=low, high=high)
        holds = claim.op != "=" and not is_above
        text = f"{describe(found, bound)}: {'above' if is_above else 'below'} the bound"
        verdict: Verdict = "holds" if holds else "violated"
        return Judgement(verdict, f"{text}, whenever one stops", bound, self.alpha, found)


def _known(found: Interval | None) -> Interval:
    if found is None:
        raise BoundError("no interval is valid without a bound")
    return found
