"""What a claim's hypotheses make of constants: values, ranges, exact decisions.

Read off the kernel's formulas, for any claim of any theory. ``solve`` works out what equations
define; ``Region`` parametrises the set that inequalities leave, smoothly and differentiably, for a
search to move in; its ``rounded`` comes back from floats to simple rationals at which every
hypothesis holds, as ``holds`` decides by exact arithmetic.
"""

from .exactly import Held, decided, holds
from .region import Region
from .rounding import RegionError
from .setting import NamingError, Setting, listed, named, setting_of, statement_of
from .solving import SolvingError, solve

__all__ = [
    "Held",
    "NamingError",
    "Region",
    "RegionError",
    "Setting",
    "SolvingError",
    "decided",
    "holds",
    "listed",
    "named",
    "setting_of",
    "solve",
    "statement_of",
]
