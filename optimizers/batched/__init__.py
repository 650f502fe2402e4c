"""Recursions over many instances at once: eager torch, pure functions, frozen state.

``batched(SGD)`` compiles the one symbolic declaration of ``optimizers.recursions``; nothing about
an optimizer is written down here. The walker behind it (``compile_expression``) is generic in its
arithmetic, so that the exact replay of ``numeric_checks.evaluate`` runs the same declaration on
rationals. ``fused`` gives the same recursion as a function to be traced, ``compiled`` compiles what
was traced, and ``tiles`` says how many instances it should take at a time.
"""

from .checks import NonFiniteError, ParameterError, ShapeError, nearest, require_finite
from .compiled import ByIdentity, Kernel, Mode, Notify, to_stderr
from .expressions import Arithmetic, Evaluate, UnsupportedExpressionError, compile_expression
from .fused import NEXT, Fused
from .rule import Batched, ParameterValue, State, Step, batched
from .tiles import Layout, Tiling, tiling
from .torch_arithmetic import TorchArithmetic

__all__ = [
    "NEXT",
    "Arithmetic",
    "Batched",
    "ByIdentity",
    "Evaluate",
    "Fused",
    "Kernel",
    "Layout",
    "Mode",
    "NonFiniteError",
    "Notify",
    "ParameterError",
    "ParameterValue",
    "ShapeError",
    "State",
    "Step",
    "Tiling",
    "TorchArithmetic",
    "UnsupportedExpressionError",
    "batched",
    "compile_expression",
    "nearest",
    "require_finite",
    "tiling",
    "to_stderr",
]
