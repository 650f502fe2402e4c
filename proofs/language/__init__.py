"""What an author writes: theories, symbols, sums, expectations, chains of steps, reasons.

SymPy expressions come in at one door (``door``), which refuses floats and anything else the kernel
has no exact meaning for. ``Theory`` collects declarations and claims; a claim's proof is a function
of a ``Proof``, in which ``calc`` chains and ``by`` reasons are turned into kernel theorems. A
``ScenarioTree`` is a finite model, in which a theory's axioms are shown to hold together.
"""

from ..kernel.judgment import Theorem
from .basis import StepError
from .models import Outcome, ScenarioTree
from .proof import ForAll, Proof
from .reasons import by
from .symbols import (
    DoorError,
    E,
    Expr,
    Max,
    Min,
    Rational,
    Sum,
    bounded,
    indices,
    integrable,
    point,
    root,
    sqrt,
    square_integrable,
    symbols,
    within,
)
from .theory import Claimed, Result, Theory

__all__ = [
    "Claimed",
    "DoorError",
    "E",
    "Expr",
    "ForAll",
    "Max",
    "Min",
    "Outcome",
    "Proof",
    "Rational",
    "Result",
    "ScenarioTree",
    "StepError",
    "Sum",
    "Theorem",
    "Theory",
    "bounded",
    "by",
    "indices",
    "integrable",
    "point",
    "root",
    "sqrt",
    "square_integrable",
    "symbols",
    "within",
]
