"""The commands of ``ratecert``, one module each with ``run(args) -> exit code``.

A module is imported only when its command runs.
"""
