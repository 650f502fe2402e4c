"""Claims as pytest items: what ``ratecert.pytest_plugin`` does in projects that use it.

``settings`` reads what is to be checked, ``library`` loads, proves and replays it, ``items`` are
pytest's nodes, and ``hooks`` hands them to pytest. Loading a theory loads SymPy; nothing else does.
"""
