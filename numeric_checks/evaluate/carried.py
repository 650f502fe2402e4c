"""What crosses the border between two windows, and what cannot."""

from __future__ import annotations

import torch
from torch import Tensor

from ...proofs.kernel.terms import Sum
from ..exact import EvaluationError
from .labelled import Labelled


class WindowError(EvaluationError):
    """A statement reaches for times that a window does not hold."""


class TreeError(EvaluationError):
    """A statement conditions on the past, which needs a scenario tree, not paths."""


class Carried:
    """What a statement without a free time carries from window to window.

    A sum ``Sum_{k=a}^{K}`` is added up over the times each window owns, and a value at a fixed
    time (``x[1]``) is kept once a window has held it. What is not known yet is NaN meanwhile, and
    ``pending`` says so.
    """

    def __init__(self) -> None:
        self.sums: dict[tuple[Sum, tuple[str, ...]], Tensor] = {}
        self.fixed: dict[tuple[str, ...], Labelled] = {}
        self.pending = False

    def add(self, node: Sum, part: Labelled, *, final: bool) -> Labelled:
        """Add a window's part of ``node``; returns the total, or NaN as long as it is partial."""
        key = (node, part.names)
        self.sums[key] = total = self.sums[key] + part.data if key in self.sums else part.data
        return Labelled(total, part.names) if final else self.unknown(part)

    def unknown(self, like: Labelled) -> Labelled:
        """NaN, with the dimensions of ``like``."""
        self.pending = True
        return like.map(lambda t: torch.full_like(t, torch.nan))
