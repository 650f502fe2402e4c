"""Numbers that decide: rationals where possible, enclosing balls otherwise.

An alarm of the float code is settled here. A number is an exact rational (``flint.fmpq``) as long
as the operations allow it, and otherwise a ball (``flint.arb``: midpoint and radius, rigorously
enclosing the true value at the working precision). A comparison of balls has three answers.
``exact_term`` evaluates a kernel term in these numbers.
"""

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
    working_precision,
)
from .terms import (
    Argument,
    Environment,
    EvaluationError,
    ExactPoint,
    ExpectationError,
    MissingError,
    NoEnvironment,
    Unfold,
    closed_value,
    exact_term,
    no_definitions,
    recursion_steps,
)

__all__ = [
    "Argument",
    "Environment",
    "EvaluationError",
    "Exact",
    "ExactArithmetic",
    "ExactPoint",
    "ExpectationError",
    "IndeterminateError",
    "MissingError",
    "NoEnvironment",
    "Unfold",
    "absolute",
    "as_float",
    "closed_value",
    "exact_term",
    "from_float",
    "from_fraction",
    "no_definitions",
    "power",
    "recursion_steps",
    "sign",
    "working_precision",
]
