"""The recursions as ``torch.optim.Optimizer``s, for real training.

    from ratecert.optimizers.torch_optim import AdamW
    optimizer = AdamW(model.parameters(), eta=1e-3, lam=0.1)

Each class runs the one symbolic declaration of ``optimizers.recursions``, through the same walker
as ``optimizers.batched``, in an arithmetic on lists of tensors (``lists``): terms are kept until
something needs them, so that the kernels are those one would write by hand, in place. ``base``
makes an optimizer of any recursion; ``classes`` says how each differs from torch's own of that
name.
"""

from .base import RecursionOptimizer
from .classes import SGD, Adam, AdamW, Momentum, NAdamW

__all__ = ["SGD", "Adam", "AdamW", "Momentum", "NAdamW", "RecursionOptimizer"]
