"""AdamW and NAdamW in the l1 norm: (1/K) sum_k E||grad f(x^k)||_1 = O(d^{1/2} C/K^{1/4}).

Read in the order of the blueprint, which these modules number and name alike: ``setting`` (the
algorithm, abbreviations), ``momentum`` (L1), ``iterates`` (L0, L2), ``descent`` (L3, L6), ``noise``
(L4, L5), ``denominator`` (L7, L8), ``rate`` (L9 and the main theorem), ``instances``.
"""

from .momentum import adamw
from . import denominator, descent, instances, iterates, noise, rate

__all__ = ["adamw"]
