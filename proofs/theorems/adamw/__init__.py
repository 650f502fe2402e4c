"""AdamW and NAdamW in the l1 norm: (1/K) sum_k E||grad f(x^k)||_1 = O(d^{1/2} C/K^{1/4}).

Read in the blueprint's order, which these modules keep, as they keep its names: ``setting`` (the
algorithm, what is abbreviated), ``momentum`` (L1), ``integrability`` (L0, the denominators),
``iterates`` (L2), ``descent`` (L3, L6), ``noise`` (L4, L5), ``denominator`` (L7, L8), ``balance``,
``parameters``, ``rate`` (L9 and the main theorem), ``instances``.
"""

from . import (  # noqa: F401 - in the order in which claims are stated
    balance,
    denominator,
    descent,
    instances,
    integrability,
    iterates,
    momentum,
    noise,
    parameters,
    rate,
    setting,
)  # isort: skip
from .setting import adamw

__all__ = ["adamw"]
