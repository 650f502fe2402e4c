"""Scenario trees: exact expectations of any kernel statement, differentiable, many worlds at once.

A world is an objective, a start, hyperparameters, and finitely many outcomes of the noise at each
step. All histories form a tree; F_k is what the first k outcomes tell. ``grow`` runs a recursion
on all histories of B worlds, level by level, ``evaluate_on`` reads a statement there: E and
E[. | F_k] are finite weighted sums, with no statistical error, so that a ratio above 1 by more than
rounding is a counterexample. Everything is differentiable in objective, noise, probabilities and
hyperparameters, which is what attacks ascend. Functions are total as in the kernel (1/0 = 0), with
gradients that are never NaN. Numbers are floats: what is found here is decided elsewhere, exactly.
"""

from .evaluation import Block, TreeEvaluation, evaluate_on
from .forest import Forest, Grown, Objective, bare, grow

__all__ = [
    "Block",
    "Forest",
    "Grown",
    "Objective",
    "TreeEvaluation",
    "bare",
    "evaluate_on",
    "grow",
]
