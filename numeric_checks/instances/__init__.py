"""Objectives with certified constants, noise with certified variance, and the two together.

An instance (``Problem``) is an objective of ``objectives/``, a noise of ``noise/`` and a start; its
constants of assumptions A0 to A3 are exact rationals whose validity docstrings prove. Noise is
counter-based (``philox``): a function of seed, instance, coordinate and step, whatever the batch,
its split or the device.
"""

from .certificates import largest_eigenvalue_above, leading_minors
from .library import cosine, digits, minibatches, mnist, quadratic
from .model import BoundedInstance, BoundedObjective, FiniteSum, Instance, Noise, Objective
from .noise import (
    FiniteSupport,
    Gaussian,
    HeavyTailed,
    Minibatch,
    Outcome,
    Rademacher,
    Spikes,
    TwoPoint,
)
from .objectives import (
    BoundedRotated,
    Chain,
    Cosine,
    Huber,
    LogCosh,
    Quadratic,
    Rotated,
    SoftmaxRegression,
    cayley,
    givens,
    product,
)
from .philox import minibatch, philox, signs
from .problem import BoundedProblem, Problem
from .profile import Profile, ProfileBatch
from .rounding import round_down

__all__ = [
    "BoundedInstance",
    "BoundedObjective",
    "BoundedProblem",
    "BoundedRotated",
    "Chain",
    "Cosine",
    "FiniteSum",
    "FiniteSupport",
    "Gaussian",
    "HeavyTailed",
    "Huber",
    "Instance",
    "LogCosh",
    "Minibatch",
    "Noise",
    "Objective",
    "Outcome",
    "Problem",
    "Profile",
    "ProfileBatch",
    "Quadratic",
    "Rademacher",
    "Rotated",
    "SoftmaxRegression",
    "Spikes",
    "TwoPoint",
    "cayley",
    "cosine",
    "digits",
    "givens",
    "largest_eigenvalue_above",
    "leading_minors",
    "minibatch",
    "minibatches",
    "mnist",
    "philox",
    "product",
    "quadratic",
    "round_down",
    "signs",
]
