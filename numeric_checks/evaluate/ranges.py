"""Index hypotheses to integer ranges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...proofs.kernel.terms import Ix, Le
from ..exact import EvaluationError

Range = tuple[int, int]


class UnboundedError(EvaluationError):
    """The index hypotheses leave an index without a bound, so that it cannot be enumerated.

    Attributes: ``index``, and which ``side`` is open, "lower" or "upper".
    """

    def __init__(self, index: str, side: str) -> None:
        super().__init__(f"the hypotheses give the index {index} no {side} bound")
        self.index, self.side = index, side


@dataclass(frozen=True)
class Ranges:
    """Where the free indices of a statement run.

    Attributes:
        boxes: for each free index the smallest interval that the hypotheses imply.
        joint: the hypotheses between two free indices, which cut the box further.
        time: the free indices that are bounded in terms of the horizon.
        satisfiable: False if the hypotheses contradict each other or the constants' values.
    """

    boxes: Mapping[str, Range]
    joint: tuple[Le, ...]
    time: frozenset[str]
    satisfiable: bool


def ranges(
    names: Iterable[str],
    hypotheses: Iterable[Le],
    constants: Mapping[str, int],
    horizon: str = "K",
) -> Ranges:
    """Solve the hypotheses for the free indices ``names``, given the index constants.

    An index is one of time if raising the horizon raises its upper bound.

    Raises:
        UnboundedError: an index has no lower or no upper bound.
    """
    free, conditions = sorted(set(names)), tuple(hypotheses)
    boxes, satisfiable = _solve(free, conditions, constants)
    time: set[str] = set()
    if horizon in constants:
        later, _ = _solve(free, conditions, {**constants, horizon: constants[horizon] + 1})
        time = {name for name in free if later[name][1] != boxes[name][1]}
    joint = tuple(le for le in conditions if le.left.base in boxes and le.right.base in boxes)
    return Ranges(boxes, joint, frozenset(time), satisfiable)


def _solve(
    free: list[str], conditions: tuple[Le, ...], constants: Mapping[str, int]
) -> tuple[dict[str, Range], bool]:
    lows: dict[str, int] = {}
    highs: dict[str, int] = {}

    def known(ix: Ix, table: Mapping[str, int]) -> int | None:
        if ix.base is None:
            return ix.offset
        if not isinstance(ix.base, str):
            raise EvaluationError(f"a loose or kernel-made index: {ix}")
        value = constants.get(ix.base, table.get(ix.base))
        return None if value is None else value + ix.offset

    satisfiable = True
    for _ in range(len(free) + 2):
        changed = False
        for le in conditions:
            low, high = known(le.left, lows), known(le.right, highs)
            right, left = le.right.base, le.left.base
            if low is not None and right in free:
                bound = low - le.right.offset
                if isinstance(right, str) and bound > lows.get(right, bound - 1):
                    lows[right], changed = bound, True
            elif low is not None and high is not None and right not in free and left not in free:
                satisfiable = satisfiable and low <= high
            if high is not None and left in free:
                bound = high - le.left.offset
                if isinstance(left, str) and bound < highs.get(left, bound + 1):
                    highs[left], changed = bound, True
        if not changed:
            break
    else:
        satisfiable = False  # the bounds still move: a cycle such as k + 1 <= k
    for name in free:
        if name not in lows or name not in highs:
            side = "lower" if name not in lows else "upper"
            raise UnboundedError(name, side)
    boxes = {name: (lows[name], highs[name]) for name in free}
    return boxes, satisfiable and all(low <= high for low, high in boxes.values())
