"""Runs: a recursion on an instance, its processes recorded as tensors, in windows of time.

``simulate`` yields windows of consecutive iterations, so that a long run never has to be held in
memory at once; ``record`` holds a short one whole. A ``Run`` is what ``evaluate`` evaluates
statements over, and carries what an exact replay of any of its steps needs.
"""

from .engine import record, simulate
from .progress import Progress, stderr_progress
from .run import Constant, Run, Series, constant, theory_constants

__all__ = [
    "Constant",
    "Progress",
    "Run",
    "Series",
    "constant",
    "record",
    "simulate",
    "stderr_progress",
    "theory_constants",
]
