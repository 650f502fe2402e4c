"""Second floor: is it so, and how tightly.

``instances`` are objectives and noise with certified constants, ``simulate`` runs a recursion on
them and records its processes, ``evaluate`` turns kernel statements into functions of such a run,
and ``exact`` settles what floats cannot. ``verdict`` decides about expectations. ``prescribe``
reads hyperparameters off a claim, ``confront`` runs a setup with them against its own theory, and
``tables`` lists the setups of the command ``quick``. Imports point downwards, to ``proofs`` and
``optimizers``.
"""
