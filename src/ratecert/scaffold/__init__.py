"""A theory of one's own to begin with: what ``ratecert new`` writes, and how it is written.

The templates stand beside this file as they will be, but for the name in ``$name`` and ``$title``.
Nothing that exists is touched: either all files are written, or none.
"""

from .write import NAMES, ScaffoldError, check_name, scaffold

__all__ = ["NAMES", "ScaffoldError", "check_name", "scaffold"]
