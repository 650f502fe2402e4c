"""How much a search may do before it gives up, counted in work and not in time.

A clock would make verdicts depend on the machine. What is counted is what the searches spend their
time on: columns made and entries of linear programs, and quantities eliminated.
"""

from __future__ import annotations

from dataclasses import dataclass

SEARCH = 25_000
"""For one step; no step of a shipped proof needs half of it."""

ENTRIES = 20
"""How many entries of a linear program are one unit of work."""
STATE = 5
"""The work of looking at one thing that is left when a quantity is eliminated."""


class SpentError(Exception):
    """A search has done all it may."""


@dataclass
class Budget:
    """The work that is left, of ``SEARCH`` units of about a tenth of a millisecond."""

    left: int = SEARCH

    def spend(self, work: int) -> None:
        """Count some work; raises ``SpentError`` if there was too little left."""
        self.left -= work
        if self.left < 0:
            raise SpentError
