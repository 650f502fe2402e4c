"""Second floor: is it so, and how tightly.

``instances`` are objectives and noise with certified constants, ``simulate`` runs a recursion on
them and records its processes, ``evaluate`` turns kernel statements into functions of such a run,
and ``exact`` settles what floats cannot. Imports point downwards, to ``proofs`` and ``optimizers``.
"""
