"""Constants one can work with: what the theorems' closed forms amount to, in numbers.

``values`` encloses closed terms at exact values and decides hypotheses there, after ``surds`` has
worked out roots of rationals. Everything is read off the theorems: nothing in here proves, and
nothing states a constant of its own.
"""
