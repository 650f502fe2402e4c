"""Which indices are dimensions of tensors, and which are integers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch

from ...proofs.kernel.terms import Ix, Le
from ..evaluate.ranges import Range
from ..exact import EvaluationError, MissingError
from .values import Value, combine


class Dimensions:
    """The values of indices: a dimension runs over its range, everything else is one integer.

    Args:
        constants: the index constants, K and d.
        boxes: the ranges of the free indices that are dimensions.
        device: of what is returned.
    """

    def __init__(
        self, constants: Mapping[str, int], boxes: Mapping[str, Range], device: torch.device
    ) -> None:
        self.constants, self.device = constants, device
        self.boxes: dict[str, Range] = dict(boxes)

    def __contains__(self, base: object) -> bool:
        return base in self.boxes

    @contextmanager
    def bound(self, low: int, high: int) -> Iterator[Ix]:
        """The index of a binder, as one more dimension inside the ``with``.

        Its name says how deep it stands and what its range is: terms that hold it can be memoised.
        """
        name = f"bound.{len(self.boxes)}.{low}.{high}".replace("-", "m")
        self.boxes[name] = (low, high)
        try:
            yield Ix(name)
        finally:
            del self.boxes[name]

    def fixed(self, ix: Ix) -> int | None:
        """The value of an index; None if it is a dimension.

        Raises:
            MissingError: it is neither that nor known.
        """
        if ix.base is None:
            return ix.offset
        if not isinstance(ix.base, str):
            raise EvaluationError(f"a loose or kernel-made index: {ix}")
        if ix.base in self.boxes:
            return None
        value = self.constants.get(ix.base)
        if value is None:
            raise MissingError(f"no value and no range for the index {ix.base}")
        return value + ix.offset

    def settled(self, ix: Ix) -> Ix:
        """The index as a number, if it is one."""
        value = self.fixed(ix)
        return ix if value is None else Ix(None, value)

    def extent(self, ix: Ix) -> Range:
        """The smallest and the largest value of an index."""
        value = self.fixed(ix)
        if value is not None:
            return value, value
        low, high = self.boxes[str(ix.base)]
        return low + ix.offset, high + ix.offset

    def index(self, ix: Ix) -> Value:
        """The values of an index, as integers."""
        low, high = self.extent(ix)
        values = torch.arange(low, high + 1, device=self.device).view(1, 1, -1)
        if self.fixed(ix) is not None:
            return Value(values[..., 0], 0)
        return Value(values, 0, (str(ix.base),))

    def holds(self, le: Le) -> Value:
        """Where an index condition holds."""
        return combine(torch.le, self.index(le.left), self.index(le.right))

    def everywhere(self, le: Le) -> bool:
        """Does an index condition hold, whatever the values of the dimensions in it?"""
        if le.left.base == le.right.base:
            return le.left.offset <= le.right.offset
        return self.extent(le.left)[1] <= self.extent(le.right)[0]

    def varies(self, le: Le) -> bool:
        """Is an index condition one between two dimensions?"""
        return self.fixed(le.left) is None and self.fixed(le.right) is None
