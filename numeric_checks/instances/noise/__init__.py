"""Noise with certified variance, drawn by counters.

A noise is a law for each coordinate, and a way to draw from it that is a function of (seed,
instance, coordinate, step) and of nothing else. Where the support is finite, its values and its
dyadic probabilities are known exactly, and so are mean and variance.
"""

from .additive import Additive
from .finite import FiniteSupport, HeavyTailed, Outcome, Rademacher, Spikes, TwoPoint
from .gaussian import Gaussian
from .minibatch import Minibatch

__all__ = [
    "Additive",
    "FiniteSupport",
    "Gaussian",
    "HeavyTailed",
    "Minibatch",
    "Outcome",
    "Rademacher",
    "Spikes",
    "TwoPoint",
]
