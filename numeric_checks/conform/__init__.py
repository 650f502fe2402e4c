"""Is this torch.optim.Optimizer the recursion that a theorem speaks of?

``conform`` feeds the same gradients to a class and to a recursion, step by step in float64, and
reports agreement or the first divergence. A divergence is explained by trying a table of known
``differences`` (bias correction, eps outside the root, coupled decay, ...), each a small symbolic
change of the recursion declared once: the smallest sets of them under which the class agrees are
reported, and so are the ``presets`` under which it agrees with the recursion as it stands.
Agreement is evidence on the runs made, not a proof.
"""

from .arguments import Mapping, parse_arguments, parse_constants, parse_values
from .classes import ConformError, find_class
from .compare import Divergence, Failure, Outcome
from .differences import DIFFERENCES, Difference
from .explain import Explanation
from .presets import PRESETS
from .problems import PROBLEMS
from .request import Report, Request, conform, find_recursion

__all__ = [
    "DIFFERENCES",
    "PRESETS",
    "PROBLEMS",
    "ConformError",
    "Difference",
    "Divergence",
    "Explanation",
    "Failure",
    "Mapping",
    "Outcome",
    "Report",
    "Request",
    "conform",
    "find_class",
    "find_recursion",
    "parse_arguments",
    "parse_constants",
    "parse_values",
]
