"""What is refused, and how it is said."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import torch


class ParameterError(ValueError):
    """A hyperparameter or name is unknown, missing, or not a number."""


class ShapeError(ValueError):
    """A tensor has the wrong shape, dtype or device."""


class NonFiniteError(ValueError):
    """A tensor holds NaN or an infinity."""


def nearest(name: str, known: Iterable[str]) -> str:
    """A suggestion to end an error message with.

    >>> nearest("etta", ["eta", "theta"])
    'did you mean eta? (known: eta, theta)'
    >>> nearest("q", [])
    '(nothing is known)'
    """
    names = sorted(known)
    if not names:
        return "(nothing is known)"
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    listed = f"(known: {', '.join(names)})"
    return f"did you mean {close[0]}? {listed}" if close else listed


def require_finite(tensor: torch.Tensor, what: str) -> None:
    """Raise ``NonFiniteError`` naming the first entry of ``tensor`` that is NaN or infinite."""
    finite = torch.isfinite(tensor)
    if bool(finite.all()):
        return
    place = tuple(int(i) for i in (~finite).nonzero()[0])
    value = float(tensor[place])
    raise NonFiniteError(f"{what} is not finite: {value} at index {list(place)} (from 0)")
