"""Constants one can work with: what the theorems' closed forms amount to, in numbers.

Everything is read off the theorems: nothing in here proves, and nothing states a constant of its
own. ``values`` encloses closed terms at exact values and decides hypotheses there, after ``surds``
has worked out roots of rationals; ``atoms`` tells which constants a term speaks of, ``inputs``
reads the numbers that are typed, and ``instance`` evaluates a claim at given d, K, L, Delta and
sigma_s, where ``admissible`` says what its hypotheses leave open. On these rest

- ``ratecert bound``: ``bound``, ``target`` (the K that is enough) and ``answer``;
- ``ratecert constants``: ``ledger``, with ``origins`` (claims and lines of proofs), ``elasticity``,
  ``prices`` (what a lemma is worth, from the certificates) and ``gains`` (the same in numbers);
- ``ratecert limits``: ``limits``, and the instances of ``equality``;
- ``ratecert optimise``: ``optimise``, with ``kinds`` (of theorems), ``free`` (their parameters),
  ``objectives``, ``floats`` and ``search``, ``rounding``, and ``writing``.
"""
