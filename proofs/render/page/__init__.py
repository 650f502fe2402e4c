"""One self-contained HTML page of a document: statements, proofs, what they rest on, the graph.

It opens from a file, loads nothing, and needs no script for reading; the script adds search, the
choice of light and dark, and opening all proofs. ``whole.page`` writes it.
"""
