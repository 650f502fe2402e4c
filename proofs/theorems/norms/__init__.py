"""What separates the l1 norm from the l2 norm (blueprint section 1).

For every x in R^d, ||x||_2 <= ||x||_1 <= d^{1/2} ||x||_2, with both cases of equality (``vectors``,
N1). For a standard Gaussian vector, E||g||_1 = phi(d) (2d/pi)^{1/2} E||g||_2 with phi(d) between 1
and (1 + 1/d)^{1/2}, decreasing (``gaussian``, N2): the l1 norm of a dense vector carries a d^{1/2}.
``setting`` has the symbols, what is assumed of Gamma, pi and g, and a finite model of that.
"""

# Claims are listed in the order in which these are imported.
# ruff: noqa: F401
# isort: off
from . import vectors
from . import gaussian
from .setting import norms

# isort: on

__all__ = ["norms"]
