"""Claims of a given law: the Gaussian moments of ``norms``, which leave nothing to choose.

A search for counterexamples needs worlds; here there is one. So N2 is read from its kernel
statements and decided with the closed forms of the law (``law``: derived from the integrals, not
from the theory's axioms; ``roots``: the numbers they are), dimension by dimension (``exactly``),
and confronted with samples, independently of any formula for an expectation (``sampling``).
``points`` has the equality cases of N1, whose hypotheses are equations between points that a search
in floats never meets. Tasks of the kind ``gaussian`` of a campaign run both.
"""

from .exactly import Decided, Decision, decide
from .law import GaussianError
from .points import CLASSES, Points, at_points
from .roots import Root
from .sampling import Sampled, sampled

__all__ = [
    "CLASSES",
    "Decided",
    "Decision",
    "GaussianError",
    "Points",
    "Root",
    "Sampled",
    "at_points",
    "decide",
    "sampled",
]
