"""How theorems are shown: terminal text and JSON (LaTeX and HTML will join them here).

Everything is rendered from kernel objects; nothing is stated twice.
"""
