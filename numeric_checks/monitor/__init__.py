"""What a user's own training says about the quantities the theorems speak of.

``norms`` measures ``||g||_1``, ``||g||_2`` and their ratio over lists of tensors.
"""

from .norms import Norms, norms

__all__ = ["Norms", "norms"]
