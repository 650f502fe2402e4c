"""Untrusted search: certificates and counterexamples, proposed here and decided by the kernel.

``prove`` returns a kernel theorem, an exact ``Counterexample``, or ``Undecided`` with what was
tried; never a bool. It stops after a fixed amount of work (``budget``). ``prove_sign`` returns a
sign as a theorem, ``refute`` a counterexample. Floats, linear and semidefinite programs and solvers
live here only; nothing here can make a theorem but by the kernel's rules.
"""

from .budget import SEARCH
from .context import Context
from .numeric import free_quantities
from .prove import prove, prove_sign, refute
from .results import Counterexample, Failure, FalseInModel, Undecided, show

__all__ = [
    "SEARCH", "Context", "Counterexample", "Failure", "FalseInModel", "Undecided",
    "free_quantities", "prove", "prove_sign", "refute", "show",
]  # fmt: skip
