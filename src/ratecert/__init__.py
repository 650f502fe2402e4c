"""Convergence rates of optimizers: proved step by step by a small kernel, then attacked.

The rooms of the house are the subpackages: ``ratecert.optimizers`` (what an optimizer is),
``ratecert.proofs`` (what is true, and why) and ``ratecert.numeric_checks`` (is it so, and how
tightly). Importing this package loads none of them, so that the command line starts quickly.
"""

import time as _time
from typing import Any as _Any

__version__ = "0.1.0"
IMPORTED_AT = _time.time_ns()
"""When this package was first imported: a source file changed later need not be what is loaded."""

__all__ = ["__version__"]


def __getattr__(name: str) -> _Any:
    """``ratecert.monitor``, imported (and torch with it) when it is first asked for."""
    if name != "monitor":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from .numeric_checks.monitor import monitor
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise ImportError(
            "ratecert.monitor needs the extra [numeric]: pip install 'ratecert[numeric]'"
        ) from error
    return monitor
