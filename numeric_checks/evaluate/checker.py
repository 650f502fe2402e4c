"""A statement against runs: verdict, worst ratio, and every alarm re-examined exactly."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Literal

import torch

from ..exact import EvaluationError
from ..simulate import Run
from .carried import Carried
from .evaluation import Evaluation, evaluate, owned_boxes, statement_ranges
from .origin import from_the_start
from .ranges import Range
from .replay import Reexamination, reexamine
from .statement import Statement
from .times import Span, span

Verdict = Literal["holds", "violated", "undecided"]

_PIECE = 2**21
"""Elements of one process evaluated at once; longer windows are cut into pieces of time."""


@dataclass(frozen=True)
class Location:
    """Where in the runs: index values, and the random stream of the row (None: all rows)."""

    indices: Mapping[str, int]
    row: int | None = None
    seed: int | None = None
    instance: int | None = None

    def __str__(self) -> str:
        parts = [f"{name} = {value}" for name, value in sorted(self.indices.items())]
        if self.seed is not None:
            parts.append(
                f"seed {self.seed}" + (f", instance {self.instance}" * bool(self.instance))
            )
        return ", ".join(parts) or "no index"


@dataclass(frozen=True)
class Alarm:
    """A place where the floats said "violated", and what exact arithmetic says."""

    location: Location
    ratio: float
    reexamination: Reexamination


@dataclass(frozen=True)
class Check:
    """The outcome of a statement over one or several runs.

    Attributes:
        statement: its name.
        verdict: ``violated`` needs an alarm confirmed exactly, on a path replayed from its start;
            ``holds`` that something was checked and every alarm was cleared; everything else, all
            estimates of expectations among it, is ``undecided``.
        ratio: the worst ratio in floats (NaN if there is none); ``location``: where it is;
            ``left``, ``right``: the two sides there.
        checked: how many (indices, instance) were evaluated within the hypotheses and gave a ratio.
        skipped: how many gave 0/0; ``excluded``: how many were outside the hypotheses.
        alarms: how many the floats raised; ``cleared``, ``confirmed``: of those re-examined.
        estimated: was a mean over instances taken for an expectation?
        evidence: the reason for the verdict, one sentence.
        details: the alarms that were re-examined, the worst first.
    """

    statement: str
    verdict: Verdict
    ratio: float
    location: Location | None
    left: float
    right: float
    checked: int
    skipped: int
    excluded: int
    alarms: int
    cleared: int
    confirmed: int
    estimated: bool
    evidence: str
    details: tuple[Alarm, ...]

    def __str__(self) -> str:
        return f"{self.statement}: {self.verdict}, ratio {self.ratio:.6g}; {self.evidence}"


def unchecked(statement: str, reason: str) -> Check:
    """A statement that nothing was checked of."""
    return Check(
        statement, "undecided", math.nan, None, math.nan, math.nan,
        checked=0, skipped=0, excluded=0, alarms=0, cleared=0, confirmed=0,
        estimated=False, evidence=reason, details=(),
    )  # fmt: skip


@dataclass(frozen=True)
class _Pending:
    """An alarm with the excerpt its re-examination needs, or the reason why there is none."""

    location: Location
    ratio: float
    excerpt: Run | None
    span: Span
    reason: str = ""


class Checker:
    """Collects a statement over windows of runs.

    Feed the windows of a run in order (then those of another run, if any), and ask for the
    ``result``. The worst ``confirm`` alarms are kept with a small excerpt of the run each, and
    re-examined at the end: from the float state before the step, or ``lead`` iterations earlier. An
    invariant of the whole path, such as L1's, may be broken by the rounding of that state: so the
    statement is violated only if a path breaks it that is replayed from its start (``origin``).

    >>> from fractions import Fraction
    >>> from ratecert.numeric_checks.instances import quadratic
    >>> from ratecert.numeric_checks.simulate import simulate
    >>> from ratecert.optimizers.recursions import SGD
    >>> from ratecert.proofs.kernel.terms import App, Ix, Le, PointApp, Rel
    >>> k, x = Ix("k"), lambda t: PointApp("x", (t,))
    >>> decrease = Rel(App("f", (x(k.shift(1)),)), "<=", App("f", (x(k),)))
    >>> ranges = (Le(Ix(None, 1), k), Le(k, Ix("K")))
    >>> checker = Checker(Statement("decrease", decrease, ranges))
    >>> steep = quadratic((Fraction(1), Fraction(2)))
    >>> for window in simulate(SGD, steep, K=20, seeds=[1], parameters={"eta": 0.25}):
    ...     checker.update(window)
    >>> result = checker.result()
    >>> result.verdict, result.checked, round(result.ratio, 4)
    ('holds', 20, 0.5625)
    """

    def __init__(self, statement: Statement, *, confirm: int = 8, lead: int = 0) -> None:
        if confirm < 1:
            raise ValueError(f"at least one alarm must be re-examined, not {confirm}")
        if lead < 0:
            raise ValueError(f"lead is a number of iterations, not {lead}")
        self.statement, self.confirm, self.lead = statement, confirm, lead
        self._carried = Carried()
        self._next = 1  # the iteration at which the next window must start
        self._worst, self._sides = -math.inf, (math.nan, math.nan)
        self._location: Location | None = None
        self._counts = dict.fromkeys(("checked", "skipped", "excluded", "alarms"), 0)
        self._estimated = False
        self._pending: list[tuple[float, int, _Pending]] = []
        self._order = count()

    def update(self, run: Run) -> None:
        """Evaluate the statement over what ``run`` owns.

        Raises:
            ValueError: the window does not follow the previous one.
            EvaluationError: the statement cannot be evaluated on such a run (see ``evaluate``).
        """
        if run.first != self._next:
            raise ValueError(f"a window from {run.first} on, where {self._next} was expected")
        self._next = 1 if run.last == run.K else run.last + 1
        where = statement_ranges(self.statement, run)
        boxes = owned_boxes(self.statement, run, where)
        if boxes is not None:
            for piece in _pieces(boxes, sorted(where.time), run):
                found = evaluate(self.statement, run, carried=self._carried, boxes=piece)
                # Without a free time there is one evaluation a run, once all of it is known.
                if found is not None and (where.time or self._next == 1):
                    self._take(found, run)
        if self._next == 1:
            self._carried = Carried()

    def _take(self, found: Evaluation, run: Run) -> None:
        self._estimated = self._estimated or found.estimated
        inside, skipped, alarms = found.within, found.skipped, found.alarms
        numbers = {
            "checked": inside & ~skipped,
            "skipped": skipped,
            "excluded": ~inside,
            "alarms": alarms,
        }
        for name, mask in numbers.items():
            self._counts[name] += int(mask.sum())
        # What is NaN although it is not 0/0 is an alarm, and ranks above every number.
        ratio = torch.where(found.ratio.isnan(), torch.inf, found.ratio)
        ratio = torch.where(numbers["checked"] | alarms, ratio, -torch.inf)
        worst = float(ratio.max()) if ratio.numel() else -math.inf
        if worst > self._worst:
            at = torch.unravel_index(ratio.argmax(), ratio.shape)
            self._worst = worst
            self._location = _location(found, run, tuple(int(t) for t in at))
            self._sides = float(found.left[at]), float(found.right[at])
        if not bool(alarms.any()):
            return
        ranked = torch.where(alarms, ratio, -torch.inf).flatten()
        kept = min(self.confirm, int(alarms.sum()))
        values, places = ranked.topk(kept)
        for value, place in zip(values.tolist(), places, strict=True):
            spot = tuple(int(t) for t in torch.unravel_index(place, ratio.shape))
            if len(self._pending) >= self.confirm and value <= self._pending[0][0]:
                continue
            entry = (value, -next(self._order), self._excerpt(found, run, spot, value))
            if len(self._pending) < self.confirm:
                heapq.heappush(self._pending, entry)
            else:
                heapq.heapreplace(self._pending, entry)

    def _excerpt(self, found: Evaluation, run: Run, at: tuple[int, ...], ratio: float) -> _Pending:
        location = _location(found, run, at)
        row = location.row or 0
        try:
            if found.estimated:
                raise EvaluationError("an estimate of an expectation is no function of one path")
            needed = span(self.statement, run, location.indices, self.lead)
            excerpt = run.excerpt(needed.first, needed.last, row)
        except EvaluationError as error:
            return _Pending(location, ratio, None, Span(1, 1, 1), str(error))
        return _Pending(location, ratio, excerpt, needed)

    def result(self) -> Check:
        """Re-examine the worst alarms and give the verdict."""
        details: list[Alarm] = []
        violated = False
        for _, _, pending in sorted(self._pending, key=lambda e: e[:2], reverse=True):
            found = self._examined(pending, violated)
            violated = violated or found.outcome == "confirmed"
            details.append(Alarm(pending.location, pending.ratio, found))
        outcomes = [alarm.reexamination.outcome for alarm in details]
        cleared = sum(o in ("cleared", "outside") for o in outcomes)
        confirmed = outcomes.count("confirmed")
        verdict, evidence = self._verdict(details, cleared, confirmed)
        return Check(
            statement=self.statement.name,
            verdict=verdict,
            ratio=self._worst if self._worst > -math.inf else math.nan,
            location=self._location,
            left=self._sides[0],
            right=self._sides[1],
            **self._counts,
            cleared=cleared,
            confirmed=confirmed,
            estimated=self._estimated,
            evidence=evidence,
            details=tuple(details),
        )

    def _examined(self, pending: _Pending, violated: bool) -> Reexamination:
        """From the state before the step; what fails, until one does, from the path's start."""
        if pending.excerpt is None:
            return Reexamination("undecided", method=pending.reason)
        run, indices, anchor = pending.excerpt, pending.location.indices, pending.span.anchor
        found = reexamine(self.statement, run, 0, indices, anchor)
        if found.outcome != "confirmed" or anchor == 1 or violated:
            return found
        return from_the_start(self.statement, run, indices, pending.span.last)

    def _verdict(self, details: list[Alarm], cleared: int, confirmed: int) -> tuple[Verdict, str]:
        alarms, checked = self._counts["alarms"], self._counts["checked"]
        if confirmed:
            first = next(a for a in details if a.reexamination.outcome == "confirmed")
            found = first.reexamination
            return "violated", (
                f"at {first.location}: left {found.left:.17g}, right {found.right:.17g}, "
                f"right - left = {found.margin} by {found.method}"
            )
        if self._next != 1:
            return "undecided", f"the run was not finished: iteration {self._next} was expected"
        if self._estimated:
            return "undecided", (
                "the expectation is estimated by a mean over instances, and no bound on the "
                "statistic's variance or range was given"
            )
        if cleared < alarms:
            left = [a for a in details if a.reexamination.outcome == "undecided"]
            why = left[0].reexamination.method if left else "only the worst were re-examined"
            return "undecided", f"{alarms - cleared} of {alarms} alarms remain: {why}"
        if not checked:
            return "undecided", "nothing was checked within the hypotheses"
        if alarms:
            methods = sorted({a.reexamination.method for a in details})
            return "holds", f"{checked} checked; all {alarms} alarms cleared by {methods[0]}"
        return "holds", f"{checked} checked in float64, no alarm"


def _pieces(boxes: dict[str, Range], time: list[str], run: Run) -> Iterable[dict[str, Range]]:
    """Cut the one free time, if there is one, so that no process exceeds ``_PIECE`` elements."""
    if len(time) != 1:
        return [boxes]
    (name,) = time
    low, high = boxes[name]
    length = max(1, _PIECE // (run.rows * run.d))
    return [
        {**boxes, name: (start, min(start + length - 1, high))}
        for start in range(low, high + 1, length)
    ]


def _location(found: Evaluation, run: Run, at: tuple[int, ...]) -> Location:
    indices, row = found.place(at)
    if found.right.shape[-1] == 1 and run.rows > 1:
        return Location(indices)
    return Location(indices, row, run.seeds[row], run.instances[row])


def check(
    statement: Statement, windows: Run | Iterable[Run], *, confirm: int = 8, lead: int = 0
) -> Check:
    """``statement`` over a whole run or the windows of one; see ``Checker``."""
    return check_all([statement], windows, confirm=confirm, lead=lead)[0]


def check_all(
    statements: Iterable[Statement],
    windows: Run | Iterable[Run],
    *,
    confirm: int = 8,
    lead: int = 0,
) -> list[Check]:
    """Several statements in one pass over the windows."""
    checkers = [Checker(statement, confirm=confirm, lead=lead) for statement in statements]
    for window in [windows] if isinstance(windows, Run) else windows:
        for checker in checkers:
            checker.update(window)
    return [checker.result() for checker in checkers]
