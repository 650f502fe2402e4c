"""Objectives with certified constants: L and a lower bound, exact rationals, valid everywhere.

The proof that they are valid is the class's docstring. Every objective has two readings, floats in
torch, a batch at once, and rationals or enclosing balls, one point at a time.
"""

from .chain import Chain
from .cosine import Cosine
from .data import digits_objective, mnist_objective
from .huber import Huber
from .log_cosh import LogCosh
from .quadratic import Quadratic
from .rotated import BoundedRotated, Rotated, cayley, givens, product
from .separable import BoundedSeparable, Separable
from .softmax import SoftmaxRegression

__all__ = [
    "BoundedRotated",
    "BoundedSeparable",
    "Chain",
    "Cosine",
    "Huber",
    "LogCosh",
    "Quadratic",
    "Rotated",
    "Separable",
    "SoftmaxRegression",
    "cayley",
    "digits_objective",
    "givens",
    "mnist_objective",
    "product",
]
