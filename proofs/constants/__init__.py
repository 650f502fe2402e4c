"""Constants one can work with: what the theorems' closed forms amount to, in numbers.

``values`` encloses closed terms at exact values and decides hypotheses there, after ``surds`` has
worked out roots of rationals; ``instance`` evaluates a claim at given d, K, L, Delta and sigma_s,
``admissible`` says what its hypotheses leave open, ``bound``, ``target`` and ``answer`` are what
``ratecert bound`` shows, and ``inputs`` reads the numbers that are typed. Everything is read off
the theorems: nothing in here proves, and nothing states a constant of its own.
"""
