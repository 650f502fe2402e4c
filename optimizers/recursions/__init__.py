"""The update rules, one declaration each: symbolic, coordinate-wise, torch-free.

A recursion is data. The theory of an optimizer takes its definitions from it
(``proofs.language``), the batched engine compiles it (``optimizers.batched``), and the printed
algorithm is rendered from it. ``RECURSIONS`` is the one table that generic tests walk; ``adamw``,
``adam`` and ``nadam`` in it are ``nadamw`` with parameters fixed. ``SIGNSGD`` is not in it: it
divides 0 by 0, which is 0 in exact arithmetic and on trees, and NaN in the batched engine.
"""

from .adam import ADAM, ADAMW, NADAM
from .model import Parameter, Recursion, Slot, Update, previous
from .momentum import MOMENTUM
from .nadamw import NADAMW
from .sgd import SGD
from .signsgd import SIGNSGD

RECURSIONS = {recursion.id: recursion for recursion in (SGD, MOMENTUM, ADAM, ADAMW, NADAM, NADAMW)}

__all__ = [
    "ADAM",
    "ADAMW",
    "MOMENTUM",
    "NADAM",
    "NADAMW",
    "RECURSIONS",
    "SGD",
    "SIGNSGD",
    "Parameter",
    "Recursion",
    "Slot",
    "Update",
    "previous",
]
