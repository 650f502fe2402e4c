"""Objectives with certified constants, and noise with certified variance.

An instance is an objective, its stochastic gradient and the constants of assumptions A0 to A3,
exact rationals whose validity the class's docstring proves. Noise is counter-based (``philox``):
a function of seed, instance and step, whatever the batch, its split or the device.
"""

from .certificates import largest_eigenvalue_above, leading_minors, log_above
from .cosine import Cosine
from .model import BoundedInstance, Instance, round_down
from .philox import minibatch, philox, signs
from .profile import Profile, ProfileBatch
from .quadratic import Quadratic
from .separable import Separable
from .softmax import SoftmaxRegression, digits

__all__ = [
    "BoundedInstance",
    "Cosine",
    "Instance",
    "Profile",
    "ProfileBatch",
    "Quadratic",
    "Separable",
    "SoftmaxRegression",
    "digits",
    "largest_eigenvalue_above",
    "leading_minors",
    "log_above",
    "minibatch",
    "philox",
    "round_down",
    "signs",
]
