"""Recursions over many instances at once: eager torch, pure functions, frozen state.

``batched(SGD)`` compiles the one symbolic declaration of ``optimizers.recursions``; nothing about
an optimizer is written down here. The walker behind it (``compile_expression``) is generic in its
arithmetic, so that the exact replay of ``numeric_checks.evaluate`` runs the same declaration on
rationals.
"""

from .checks import NonFiniteError, ParameterError, ShapeError, nearest, require_finite
from .expressions import Arithmetic, Evaluate, UnsupportedExpressionError, compile_expression
from .rule import Batched, ParameterValue, State, Step, batched
from .torch_arithmetic import TorchArithmetic

__all__ = [
    "Arithmetic",
    "Batched",
    "Evaluate",
    "NonFiniteError",
    "ParameterError",
    "ParameterValue",
    "ShapeError",
    "State",
    "Step",
    "TorchArithmetic",
    "UnsupportedExpressionError",
    "batched",
    "compile_expression",
    "nearest",
    "require_finite",
]
