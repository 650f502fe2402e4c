"""The trusted core: terms, judgments, rules, the exact certificate checker, traces and replay.

Standard library only; it imports nothing else of ratecert. Search, SymPy and floats live outside
and can only propose. Read it in the order
``budget``, ``terms``, ``indices``, ``theory``, ``judgment``, ``polynomials``, ``facts``,
``normal``, ``integrability``, ``expectation``, ``rules``, ``certificates``, ``claims``, ``codec``,
``trace``; docs/trust.md gives the semantics and the soundness argument of every rule.
"""
