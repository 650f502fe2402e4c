"""Runs: a recursion on an instance, its processes recorded as tensors, in windows of time.

``simulate`` yields windows of consecutive iterations, so that a long run never has to be held in
memory at once; ``record`` holds a short one whole; ``accumulate`` keeps running statistics only,
and compiles. A ``Run`` is what ``evaluate`` evaluates statements over, and carries what an exact
replay of any of its steps needs.
"""

from .accumulate import accumulate
from .checkpoint import CheckpointError
from .engine import record, simulate
from .progress import Progress, stderr_progress
from .run import Constant, Run, Series, constant, theory_constants
from .statistics import GRADIENT_L1, Accumulated, Statistic

__all__ = [
    "GRADIENT_L1",
    "Accumulated",
    "CheckpointError",
    "Constant",
    "Progress",
    "Run",
    "Series",
    "Statistic",
    "accumulate",
    "constant",
    "record",
    "simulate",
    "stderr_progress",
    "theory_constants",
]
