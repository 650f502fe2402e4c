"""What is kept of proofs: a cache of verdicts between runs, and the lock of a repository.

The cache: ``sources`` follows which top-level statements of the theory modules a proof can reach,
``keys`` turns that and the values of statements into the key of a claim, ``store`` holds marked
files, ``traces`` cuts traces to what is needed, and ``cache`` recalls and keeps.

The lock: ``foundation`` and ``entries`` say what a claim states and rests on, ``lockfile`` reads
and writes it, ``locking`` makes one of theories just proved. ``differences`` compares two,
``implications`` decides by proofs which of two statements is stronger, ``verify`` replays one with
the kernel alone, and ``zipapp`` makes a file of that. ``findings`` and ``formats`` tell it all.

Nothing here proves: what a new proof or a lock rests on is replayed by the kernel.
"""
