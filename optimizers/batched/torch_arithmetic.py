"""The walker's arithmetic on tensors."""

from __future__ import annotations

from fractions import Fraction

import torch
from torch import Tensor


class TorchArithmetic:
    """Broadcasting arithmetic on floating-point tensors.

    Constants are float64 tensors without dimensions, which torch's promotion rules leave out of
    the result's dtype and device; they are correctly rounded. A root of a negative number is NaN
    here (the recursion left its domain), which ``Batched`` then refuses.
    """

    def rational(self, value: Fraction) -> Tensor:
        """``value``, rounded to the nearest float64."""
        return torch.tensor(float(value), dtype=torch.float64)

    def add(self, left: Tensor, right: Tensor) -> Tensor:
        """``left + right``."""
        return left + right

    def subtract(self, left: Tensor, right: Tensor) -> Tensor:
        """``left - right``."""
        return left - right

    def multiply(self, left: Tensor, right: Tensor) -> Tensor:
        """``left * right``."""
        return left * right

    def divide(self, left: Tensor, right: Tensor) -> Tensor:
        """``left / right``."""
        return left / right

    def power(self, base: Tensor, exponent: Fraction) -> Tensor:
        """``base ** exponent``; squares and square roots by kernels of their own.

        A square is correctly rounded. A square root need not be: where torch calls MKL for it, one
        in seventy float64 and one in five float32 roots are the next float.
        """
        if exponent == 2:
            return base * base
        if exponent == Fraction(1, 2):
            return base.sqrt()
        return base ** (int(exponent) if exponent.denominator == 1 else float(exponent))

    def absolute(self, value: Tensor) -> Tensor:
        """``|value|``."""
        return value.abs()
