"""Verdicts on expectations: intervals from independent runs, valid at every finite number of runs.

A verdict needs a bound on the *statistic* (``bounds``): its range, its variance, or its support,
with the reason why it holds. A3 bounds the noise only. From the bound follows the interval:
``betting`` for a range, ``catoni`` for a variance, ``exact`` for one or two known values; without a
bound the verdict is ``undecided``. ``budget`` divides the error probability among the checks of a
report and cannot be overspent, ``judge`` gives the verdict with its evidence, and ``sequential``
goes on drawing until it is decided or the budget of runs is spent. ``statistic`` reads the values
of single runs, and their range, off a kernel statement. ``coverage`` measures how often all of
these are wrong, beside what is in common use.
"""

from .bounds import Bound, BoundError, Range, Support, Unknown, Variance
from .budget import ErrorBudget, OverspentError, look_share
from .intervals import Interval, interval
from .judge import Claim, Judgement, judge
from .sequential import Sequential

__all__ = [
    "Bound",
    "BoundError",
    "Claim",
    "ErrorBudget",
    "Interval",
    "Judgement",
    "OverspentError",
    "Range",
    "Sequential",
    "Support",
    "Unknown",
    "Variance",
    "interval",
    "judge",
    "look_share",
]
