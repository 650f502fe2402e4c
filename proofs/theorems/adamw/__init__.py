"""AdamW and NAdamW in the l1 norm: (1/K) sum_k E||grad f(x^k)||_1 = O(d^{1/2} C/K^{1/4}).

Read in the blueprint's order, which these modules keep, as they keep its names: ``setting`` (the
algorithm, what is abbreviated), ``momentum`` (L1), ``integrability`` (L0, the denominators),
``iterates`` (L2), ``descent`` (L3, L6), ``noise`` (L4, L5), ``denominator`` (L7, L8), ``decay``
(what weight decay costs), ``balance``, ``parameters``, ``payment`` (P), ``rate`` (L9 and the main
theorem), ``choice`` and ``instances``.
"""

# Claims are listed in the order in which these are imported.
# ruff: noqa: F401
# isort: off
from . import momentum
from . import integrability
from . import iterates
from . import descent
from . import noise
from . import denominator
from . import decay
from . import balance
from . import parameters
from . import payment
from . import rate
from . import choice
from . import instances
from .setting import adamw

# isort: on

__all__ = ["adamw"]
