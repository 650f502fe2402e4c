"""A budget of elementary operations, for each inference.

What is short to write may be long to check: a product of sums, definitions that double, sums in
sums. So one inference may do a fixed amount of work, counted in the same way on every machine.
Honest steps need a few thousand operations.
"""

from __future__ import annotations

from .errors import LimitError

MAX_WORK = 100_000


class Budget:
    """What is left of the work that an inference may do."""

    def __init__(self, work: int = MAX_WORK) -> None:
        self.left = work

    def spend(self, work: int) -> None:
        """Take ``work`` operations off; raises ``LimitError`` if so many are not left."""
        self.left -= work
        if self.left < 0:
            raise LimitError("more work than one inference may take")
