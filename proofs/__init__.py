"""First floor: what is true, and why.

``kernel`` is the trusted core; ``finders`` propose certificates and counterexamples; ``language``
is what an author writes; ``library`` and ``theorems`` hold the mathematics; ``render`` shows it.
"""
