"""Convergence rates of optimizers: proved step by step by a small kernel, then attacked.

What is public is named in ``__all__`` and documented in docs/reference.md; all else may change in
any release. Two groups of names:

* to write a theory: ``Theory``, ``Proof``, ``by``, ``E``, ``Sum``, ``symbols``, ...;
* to use theories: ``load``, ``statement``, ``bound``, ``verify``.

``monitor`` is public too (docs/monitor.md), but not in ``__all__``: it needs torch (extra
[numeric]), which ``from ratecert import *`` must not.

The rooms of the house are the subpackages: ``ratecert.optimizers`` (what an optimizer is),
``ratecert.proofs`` (what is true, and why) and ``ratecert.numeric_checks`` (is it so, and how
tightly). Importing this package loads none of them, so that the command line starts quickly: a
name is looked up when it is first used.
"""

from __future__ import annotations

import time as _time
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

__version__ = "0.1.0"
IMPORTED_AT = _time.time_ns()
"""When this package was first imported: a source file changed later need not be what is loaded."""

if _TYPE_CHECKING:
    from .guarantees import BoundError, Guarantee, UnprovedError, bound
    from .numeric_checks.monitor import monitor as monitor
    from .proofs.language import (
        Claimed,
        DoorError,
        E,
        Max,
        Min,
        Outcome,
        Proof,
        Rational,
        Result,
        ScenarioTree,
        StepError,
        Sum,
        Theorem,
        Theory,
        bounded,
        by,
        indices,
        integrable,
        point,
        root,
        sqrt,
        square_integrable,
        symbols,
        within,
    )
    from .proofs.language.loader import LoadError, load, statement
    from .proofs.record.verify import verify

_LANGUAGE = (
    "Claimed", "DoorError", "E", "Max", "Min", "Outcome", "Proof", "Rational", "Result",
    "ScenarioTree", "StepError", "Sum", "Theorem", "Theory", "bounded", "by", "indices",
    "integrable", "point", "root", "sqrt", "square_integrable", "symbols", "within",
)  # fmt: skip
_HOMES = dict.fromkeys(_LANGUAGE, ".proofs.language") | {
    "BoundError": ".guarantees",
    "Guarantee": ".guarantees",
    "LoadError": ".proofs.language.loader",
    "UnprovedError": ".guarantees",
    "bound": ".guarantees",
    "load": ".proofs.language.loader",
    "monitor": ".numeric_checks.monitor",
    "statement": ".proofs.language.loader",
    "verify": ".proofs.record.verify",
}
"""Where each public name lives."""

__all__ = [
    "BoundError",
    "Claimed",
    "DoorError",
    "E",
    "Guarantee",
    "LoadError",
    "Max",
    "Min",
    "Outcome",
    "Proof",
    "Rational",
    "Result",
    "ScenarioTree",
    "StepError",
    "Sum",
    "Theorem",
    "Theory",
    "UnprovedError",
    "__version__",
    "bound",
    "bounded",
    "by",
    "indices",
    "integrable",
    "load",
    "point",
    "root",
    "sqrt",
    "square_integrable",
    "statement",
    "symbols",
    "verify",
    "within",
]


def __getattr__(name: str) -> _Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    try:
        found = getattr(import_module(_HOMES[name], __name__), name)
    except ModuleNotFoundError as error:
        if name != "monitor" or error.name != "torch":
            raise
        raise ImportError(
            "ratecert.monitor needs the extra [numeric]: pip install 'ratecert[numeric]'"
        ) from error
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
