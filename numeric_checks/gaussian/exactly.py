"""Claims of the law, decided dimension by dimension."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

from flint import arb

from ...proofs.kernel.terms import Le, free_indices
from ..evaluate import Statement
from ..evaluate.constants import PRECISIONS
from ..evaluate.ranges import ranges
from ..exact import working_precision
from .law import Exactly, GaussianError, InBalls, Reading
from .roots import Root

Verdict = Literal["holds", "violated", "undecided"]
_SMALL = 100
"""An equation that only balls speak of holds if the difference is 0 up to so many bits."""


def gravest(verdicts: Collection[Verdict]) -> Verdict:
    """``violated`` if one is, ``holds`` if all are and there are some, or neither."""
    if "violated" in verdicts:
        return "violated"
    return "holds" if set(verdicts) == {"holds"} else "undecided"


@dataclass(frozen=True)
class Decided:
    """One place: the dimension and the free indices.

    Attributes:
        holds: None if no precision tells.
        exact: is it decided by exact numbers? Otherwise by balls, which decide a strict
            inequality; of an equation they say that no digit is against it.
        ratio: left over right as a float, of an equation the larger of it and its inverse; None if
            a side is not positive.
    """

    d: int
    indices: Mapping[str, int]
    holds: bool | None
    exact: bool
    ratio: float | None

    def __str__(self) -> str:
        parts = [f"d = {self.d}", *(f"{n} = {v}" for n, v in sorted(self.indices.items()))]
        return ", ".join(parts)


@dataclass(frozen=True)
class Decision:
    """A claim at all its places."""

    places: tuple[Decided, ...]

    @property
    def verdict(self) -> Verdict:
        """``holds`` everywhere, ``violated`` somewhere, or neither."""
        told: dict[bool | None, Verdict] = {True: "holds", False: "violated", None: "undecided"}
        return gravest([told[place.holds] for place in self.places])

    @property
    def worst(self) -> Decided | None:
        """The place of the largest ratio, among those that fail if there are any."""
        failing = [p for p in self.places if p.holds is False] or [*self.places]
        return max(failing, key=lambda p: p.ratio or 0.0, default=None)


def decide(statement: Statement, dimensions: int) -> Decision:
    """Decide a statement of the law for every dimension, and every free index, up to a bound.

    Args:
        statement: its conclusion speaks of pi, Gamma, phi and expectations of g.
        dimensions: d runs from 1 to this; if the conclusion has free indices and no d, it is true
            or false whatever d, and they take all values that the largest d admits.

    Raises:
        GaussianError: there is no closed form; or the two readings disagree.
        EvaluationError: a term cannot be read.
    """
    if not isinstance(dimensions, int) or dimensions < 1:
        raise GaussianError(f"dimensions are counted from 1, not {dimensions!r}")
    return Decision(tuple(_decided(statement, d, at) for d, at in places(statement, dimensions)))


def places(statement: Statement, dimensions: int) -> Iterator[tuple[int, dict[str, int]]]:
    """D and the values of the free indices, each place once."""
    names = sorted(statement.free({"d"}))
    whatever = names and "d" not in free_indices(statement.conclusion)
    for d in [dimensions] if whatever else range(1, dimensions + 1):
        conditions = statement.index_hypotheses
        open_ended = [n for n in names if not _bounded(n, conditions)]
        for chosen in product(range(1, d + 1), repeat=len(open_ended)):
            known = {"d": d, **dict(zip(open_ended, chosen, strict=True))}
            boxes = ranges(set(names) - known.keys(), conditions, known).boxes
            for values in product(*(range(low, high + 1) for low, high in boxes.values())):
                at = {**known, **dict(zip(boxes, values, strict=True))}
                if all(_holds(le, at) for le in conditions):
                    yield d, {name: at[name] for name in names}


def _bounded(name: str, conditions: tuple[Le, ...]) -> bool:
    """Has it an upper bound? If not (the length n of a vector), it takes the values 1, ..., d."""
    return any(le.left.base == name for le in conditions)


def _holds(le: Le, values: Mapping[str, int]) -> bool:
    left, right = ((values[str(x.base)] if x.base is not None else 0) + x.offset
                   for x in (le.left, le.right))  # fmt: skip
    return left <= right


def _decided(statement: Statement, d: int, at: dict[str, int]) -> Decided:
    relation = statement.conclusion
    equation = relation.op == "="
    exact = sides(statement, Reading(Exactly(), d, statement.unfold), at)
    same = _same(*exact)
    holds: bool | None = None
    ratio = None
    for bits in PRECISIONS:
        with working_precision(bits):
            balls = [arb(b) for b in sides(statement, Reading(InBalls(), d, statement.unfold), at)]
            for kept, ball in zip(exact, balls, strict=True):
                if not _ball(kept).overlaps(ball):
                    raise GaussianError(f"{statement.name} at d = {d}, {at}: {kept} is not {ball}")
            ratio = _ratio(*balls, equation=equation)
            gap = balls[1] - balls[0]
            if same:
                holds = relation.op != "<"
            elif same is False and equation:
                holds = False
            elif gap > 0 or gap < 0:
                holds = bool(gap > 0) and not equation
            elif equation and gap.rad() <= arb(2) ** -_SMALL * balls[0].abs_upper():
                holds = True
        if holds is not None:
            break
    return Decided(d, at, holds, bool(same) or (same is False and equation), ratio)


def sides(statement: Statement, reading: Reading, at: Mapping[str, int]) -> tuple[Any, Any]:
    """Both sides of the conclusion."""
    relation = statement.conclusion
    return reading.term(relation.left, dict(at), 0), reading.term(relation.right, dict(at), 0)


def _same(left: Any, right: Any) -> bool | None:
    """Are two exact numbers equal? None if one of them is a ball."""
    if isinstance(left, arb) or isinstance(right, arb):
        return None
    if isinstance(left, Root) != isinstance(right, Root):
        return False
    return bool(left == right)


def _ball(value: Any) -> arb:
    return value.ball() if isinstance(value, Root) else arb(value)


def _ratio(left: arb, right: arb, *, equation: bool) -> float | None:
    if not (left > 0 and right > 0):
        return None
    ratio = float(left / right)
    return max(ratio, 1 / ratio) if equation else ratio


__all__ = ["Decided", "Decision", "decide", "places", "sides"]
