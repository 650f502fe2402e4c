"""Untrusted search: certificates and counterexamples, proposed here and decided by the kernel.

``prove`` returns a kernel theorem, an exact ``Counterexample``, or ``Undecided`` with what was
tried; never a bool. ``prove_sign`` returns a sign as a theorem. Floats, linear and semidefinite
programs and solvers live here only; nothing here can make a theorem but by the kernel's rules.
"""

from .context import Context
from .prove import prove, prove_sign
from .results import Counterexample, Failure, Undecided, show

__all__ = ["Context", "Counterexample", "Failure", "Undecided", "prove", "prove_sign", "show"]
