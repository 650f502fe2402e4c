"""Finite models: is there a world in which all axioms of a theory hold at once?

A model is a scenario tree with rational probabilities, numbers for the constants, closed forms for
functions of points, and the theory's own recursions and abbreviations evaluated by definition.
Expectations are finite sums; numbers are exact, or enclosed where a root is irrational. An axiom is
evaluated at every index in its range and on every scenario; one that speaks of all points is proved
by the kernel from the closed forms instead. This is a check beside the kernel, never part of a
proof: an error here could hide a contradiction between axioms, it could not make a theorem. It
shares the terms with the kernel, and neither the normaliser nor the evaluation at a point.
"""

from .check import AxiomResult, Report, check_model, realised
from .errors import ModelError, TreeError, Undecided, UndefinedError
from .interpretation import ClosedForm, Interpretation, NoiseOutcome
from .model import Model, build
from .refute import Looked, look
from .tree import Tree

__all__ = [
    "AxiomResult",
    "ClosedForm",
    "Interpretation",
    "Looked",
    "Model",
    "ModelError",
    "NoiseOutcome",
    "Report",
    "Tree",
    "TreeError",
    "Undecided",
    "UndefinedError",
    "build",
    "check_model",
    "look",
    "realised",
]
