"""What is remembered of earlier runs: verdicts, under digests of all that they depend on.

``sources`` follows which top-level statements of the theory modules a proof can reach, ``keys``
turns that and the values of statements into the key of a claim, ``store`` holds marked files,
``traces`` cuts traces to what is needed, and ``cache`` recalls and keeps. Nothing here proves: what
a new proof rests on is replayed by the kernel.
"""
