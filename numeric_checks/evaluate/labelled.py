"""Tensors whose dimensions have names, so that terms over different indices combine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import torch
from torch import Tensor

ROW = "#row"
"""The dimension of instances. No index can have this name."""


@dataclass(frozen=True)
class Labelled:
    """A tensor with one distinct name a dimension; absent names mean "does not depend on it"."""

    data: Tensor
    names: tuple[str, ...]

    def over(self, names: tuple[str, ...]) -> Tensor:
        """A view with dimensions ``names`` in this order, of size 1 where it does not depend."""
        if names == self.names:
            return self.data
        present = [name for name in names if name in self.names]
        view = self.data.permute([self.names.index(name) for name in present])
        for position, name in enumerate(names):
            if name not in self.names:
                view = view.unsqueeze(position)
        return view

    def map(self, function: Callable[[Tensor], Tensor]) -> Labelled:
        """The elementwise image."""
        return Labelled(function(self.data), self.names)

    def sum(self, name: str) -> Labelled:
        """The sum over a dimension that is there."""
        return self._reduce(torch.sum, name)

    def mean(self, name: str) -> Labelled:
        """The mean over a dimension that is there."""
        return self._reduce(torch.mean, name)

    def _reduce(self, function: Callable[..., Tensor], name: str) -> Labelled:
        kept = tuple(n for n in self.names if n != name)
        return Labelled(function(self.data, dim=self.names.index(name)), kept)


def combine(
    function: Callable[[Tensor, Tensor], Tensor], left: Labelled, right: Labelled
) -> Labelled:
    """``function`` elementwise, broadcasting by name."""
    names = (*left.names, *(name for name in right.names if name not in left.names))
    return Labelled(function(left.over(names), right.over(names)), names)


def total_power(base: Tensor, exponent: Fraction) -> Tensor:
    """``base ** exponent`` with the kernel's total semantics.

    ``t^0 = 1``; ``0^q = 0`` for q < 0; ``max(t, 0)^q`` if q is no integer. Where the value is 0 by
    these rules, so is the gradient, never NaN: the power is taken of 1 there.
    """
    if exponent == 0:
        return torch.ones_like(base)
    if exponent < 0:
        denominator = base if exponent == -1 else total_power(base, -exponent)
        return total_quotient(1.0, denominator)
    if exponent.denominator == 1:
        return base * base if exponent == 2 else base ** int(exponent)
    if not base.requires_grad:
        return _root(base.clamp(min=0), exponent)
    positive = base > 0
    return torch.where(positive, _root(torch.where(positive, base, 1.0), exponent), 0.0)


def _root(base: Tensor, exponent: Fraction) -> Tensor:
    return base.sqrt() if exponent == Fraction(1, 2) else base ** float(exponent)


def total_quotient(numerator: Tensor | float, denominator: Tensor) -> Tensor:
    """``numerator / denominator``, and 0, with gradient 0, where the denominator is 0."""
    zero = denominator == 0
    return torch.where(zero, 0.0, numerator / torch.where(zero, 1.0, denominator))
