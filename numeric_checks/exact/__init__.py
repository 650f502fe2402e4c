"""Numbers that decide: rationals where possible, enclosing balls otherwise.

An alarm of the float code is settled here. A number is an exact rational (``flint.fmpq``) as long
as the operations allow it, and otherwise a ball (``flint.arb``: midpoint and radius, rigorously
enclosing the true value at the working precision). A comparison of balls has three answers.
Within ``roots_kept`` sums of square roots of rationals are exact as well (``Surd``).
``exact_term`` evaluates a kernel term in these numbers on one path, ``ExactTreeReading`` on a
scenario tree, where there are expectations.
"""

from .enclosure import Enclosure, enclosure
from .numbers import (
    Exact,
    ExactArithmetic,
    IndeterminateError,
    absolute,
    as_float,
    from_float,
    from_fraction,
    power,
    sign,
    to_fraction,
    working_precision,
)
from .surds import Surd, roots_kept
from .terms import (
    Argument,
    Environment,
    EvaluationError,
    ExactPoint,
    ExactReading,
    ExpectationError,
    MissingError,
    NoEnvironment,
    Unfold,
    closed_value,
    exact_term,
    no_definitions,
    recursion_steps,
)
from .trees import ExactTreeReading, FutureError, TreeNode, descendants, on_histories

__all__ = [
    "Argument",
    "Enclosure",
    "Environment",
    "EvaluationError",
    "Exact",
    "ExactArithmetic",
    "ExactPoint",
    "ExactReading",
    "ExactTreeReading",
    "ExpectationError",
    "FutureError",
    "IndeterminateError",
    "MissingError",
    "NoEnvironment",
    "Surd",
    "TreeNode",
    "Unfold",
    "absolute",
    "as_float",
    "closed_value",
    "descendants",
    "enclosure",
    "exact_term",
    "from_float",
    "from_fraction",
    "no_definitions",
    "on_histories",
    "power",
    "recursion_steps",
    "roots_kept",
    "sign",
    "to_fraction",
    "working_precision",
]
