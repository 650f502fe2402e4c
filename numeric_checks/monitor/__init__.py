"""What a user's own training says about the quantities the theorems speak of.

    watch = ratecert.monitor(optimizer, model.named_parameters())
    ...                       # in the loop: watch.loss(loss), if Delta is to be estimated
    print(watch.summary())

``watch`` has the hook, ``history`` what is kept, ``subject`` which recursion an optimizer runs,
``lemmas`` pathwise lemmas from the kernel's statements, ``estimates`` L, Delta and sigma (bounds of
nothing) and what a theorem says with them; ``norms`` measures ``||g||_1``, ``||g||_2`` and their
ratio over lists of tensors.
"""

from .norms import Norms, norms
from .watch import Monitor, MonitorWarning, monitor

__all__ = ["Monitor", "MonitorWarning", "Norms", "monitor", "norms"]
