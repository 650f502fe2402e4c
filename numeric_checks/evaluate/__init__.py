"""Kernel statements as functions of recorded runs. Nothing is typed twice.

A statement is read by two backends from the same frozen terms: tensors over all times,
coordinates and instances of a run (``torch_backend``), and exact numbers at one place
(``exact.exact_term`` over a ``replay``), which decides the alarms that floats raise.
"""

from .carried import Carried, TreeError, WindowError
from .checker import Alarm, Check, Checker, Location, check, check_all, unchecked
from .constants import NEARLY_EQUAL, Condition, conditions
from .evaluation import Evaluation, evaluate
from .ranges import UnboundedError
from .replay import Reexamination, reexamine
from .statement import Statement, first_of, theory_unfolding, unfolding

__all__ = [
    "NEARLY_EQUAL",
    "Alarm",
    "Carried",
    "Check",
    "Checker",
    "Condition",
    "Evaluation",
    "Location",
    "Reexamination",
    "Statement",
    "TreeError",
    "UnboundedError",
    "WindowError",
    "check",
    "check_all",
    "conditions",
    "evaluate",
    "first_of",
    "reexamine",
    "theory_unfolding",
    "unchecked",
    "unfolding",
]
