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
        judgement: the verdict, once it is reached or the budget is spent; None means "go on".

    >>> flips = Sequential(Range(0.0, 1.0, "a share"), Claim("<=", 0.5), 0.01, budget=400)
    >>> flips.feed(torch.full((4,), 0.2, dtype=torch.float64)), flips.outlook().needed
    (None, 14)
    >>> found = flips.feed(torch.full((90,), 0.2, dtype=torch.float64))
    >>> found.verdict, found.interval.runs
    ('holds', 14)
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

    def feed(self, batch: Tensor) -> Judgement | None:
        """Take a batch of runs, [n] in the order of drawing, the same order whatever the batches.

        Returns:
            The verdict, ``undecided`` only if the budget is spent; None: go on.

        Raises:
            ValueError: there is a verdict already, or the batch exceeds the budget.
            BoundError: a sample contradicts the bound.
        """
        if self.judgement is not None:
            raise ValueError("decided or given up: further runs would not count")
        if self.runs + len(batch) > self.budget:
            raise ValueError(f"{len(batch)} more runs than {self.runs} exceed {self.budget}")
        if not len(batch):
            raise BoundError("there are no samples")
        self._samples = torch.cat([self._samples, batch.to(torch.float64).cpu()])
        self._looks += 1
        self.judgement = self._decision()
        if self.judgement is None and self.runs == self.budget:
            self.judgement = self.outlook()
        return self.judgement

    def outlook(self) -> Judgement:
        """What is known so far, and how many runs in all would likely decide.

        Raises:
            BoundError: no run has been taken.
        """
        if self.judgement is not None:
            return self.judgement
        found = interval(self._samples, self.bound, self._end, self.horizons)
        share = self._share if isinstance(self.bound, Support) else self.alpha
        made = judged(_known(found), self._samples, self.bound, self.claim, share, self.horizons)
        return replace(made, alpha=self.alpha)

    @property
    def _share(self) -> float:
        """The error probability of this look, where looks are paid for."""
        return self.alpha * float(look_share(max(self._looks, 1)))

    @property
    def _end(self) -> float:
        share = self._share if isinstance(self.bound, Support) else self.alpha
        return self.claim.share(share)

    def _decision(self) -> Judgement | None:
        samples, bound, claim = self._samples, self.bound, self.claim
        if not isinstance(bound, Range | Variance):
            made = self.outlook()
            return made if made.verdict != "undecided" else None
        above, below = first_decisions(samples, bound, claim, self.alpha, self.horizons)
        first = min((t for t in (above, below) if t is not None), default=None)
        return self._decided(samples[:first], is_above=first == above) if first else None

    def _decided(self, samples: Tensor, *, is_above: bool) -> Judgement:
        """The interval at the run that decided; its end may lie a rounding short of the claim."""
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
