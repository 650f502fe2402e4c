"""From rationals to floats and back, on the side that keeps an inequality true."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

import torch
from flint import arb
from torch import Tensor

from ..exact import Exact, to_fraction, working_precision

_LARGEST: Fraction = Fraction(torch.finfo(torch.float32).max)
_PRECISION = 128
_BITS = {torch.float32: torch.int32, torch.float16: torch.int16, torch.bfloat16: torch.int16}


def rationals(
    what: str, values: Iterable[int | Fraction], *, positive: bool | None = None
) -> tuple[Fraction, ...]:
    """The values as fractions, within the range of float32 floats.

    Args:
        what: their name, for messages.
        values: exact rationals.
        positive: True: they must be; False: they must not be negative; None: either.

    Raises:
        ValueError: there are none; one is no exact rational (NaN and infinities are none), beyond
            the range of float32, or of the wrong sign.
    """
    found = tuple(values)
    if not found:
        raise ValueError(f"{what} has 0 coordinates")
    for value in found:
        if isinstance(value, bool) or not isinstance(value, int | Fraction):
            raise ValueError(f"{what} must be exact rationals, not {value!r}")
        if positive is not None and value < 0:
            raise ValueError(f"{what} must not be negative: {value}")
        if positive and not value:
            raise ValueError(f"{what} must be positive, not 0")
        if not -_LARGEST <= value <= _LARGEST:
            raise ValueError(f"{what} exceeds the range of floats")
    return tuple(Fraction(value) for value in found)


class Rows:
    """Rational vectors as float rows [d], made once for each dtype and device."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, torch.dtype, str], Tensor] = {}

    def get(
        self, what: str, values: Iterable[Fraction], dtype: torch.dtype, device: torch.device | str
    ) -> Tensor:
        """``values``, rounded to nearest; ``what`` names them in this store."""
        key = (what, dtype, str(device))
        if key not in self._made:
            floats = [float(v) for v in values]
            self._made[key] = torch.tensor(floats, dtype=dtype, device=device)
        return self._made[key]


def round_down(value: Fraction, dtype: torch.dtype = torch.float64) -> float:
    """The largest number of ``dtype`` that is at most ``value``.

    A step size that must satisfy ``eta <= 1/L`` has to satisfy it as the float it becomes.

    >>> round_down(Fraction(1, 3)) <= Fraction(1, 3)
    True

    Raises:
        ValueError: ``value`` is beyond the range of ``dtype``.
    """
    try:
        nearest = torch.tensor(float(value), dtype=dtype)
    except OverflowError:
        raise ValueError("beyond the range of floats") from None
    if not math.isfinite(float(nearest)):
        raise ValueError(f"{float(value)} is beyond the range of {dtype}")
    if Fraction(float(nearest)) > value:
        nearest = torch.nextafter(nearest, torch.tensor(-math.inf, dtype=dtype))
    return float(nearest)


def toward_zero(values: Tensor, dtype: torch.dtype) -> Tensor:
    """``values`` (float64) in ``dtype``, no modulus larger than it was: nor is any square.

    >>> toward_zero(torch.tensor([0.1, -0.1], dtype=torch.float64), torch.float32)
    tensor([ 0.1000, -0.1000])
    """
    if dtype == values.dtype:
        return values
    nearest = values.to(dtype)
    over = nearest.to(values.dtype).abs() > values.abs()
    # The floats of one sign are ordered as their bits are: one less is the next one toward zero.
    return torch.where(over, (nearest.view(_BITS[dtype]) - 1).view(dtype), nearest)


def root_below(square: Fraction, bits: int) -> Fraction:
    """The largest s = k 2^e with s^2 <= ``square``, k < 2^bits and e >= -1074.

    Its products with integers of at most 53 - bits binary digits are exact floats.

    >>> root_below(Fraction(2), 4), root_below(Fraction(9, 4), 53)
    (Fraction(11, 8), Fraction(3, 2))

    Raises:
        ValueError: ``square`` is negative or ``bits`` not positive.
    """
    if square < 0 or bits < 1:
        raise ValueError(f"no root of {square} with {bits} bits")
    if not square:
        return Fraction(0)
    top = square.numerator.bit_length() - square.denominator.bit_length()
    exponent = max(top // 2 - bits - 1, -1074)  # first too small, so that k is large enough
    while True:
        k = math.isqrt(math.floor(square * Fraction(4) ** -exponent))
        if k < 2**bits:
            return k * Fraction(2) ** exponent
        exponent += 1


def above(value: Exact, decimals: int = 12) -> Fraction:
    """A rational that is at least ``value``: itself, or the end of its ball, rounded up."""
    if not isinstance(value, arb):
        return to_fraction(value)
    scale = 10**decimals
    with working_precision(_PRECISION):
        return Fraction(int((value * scale).upper().ceil().unique_fmpz()), scale)


def below(value: Exact, decimals: int = 12) -> Fraction:
    """A rational that is at most ``value``, likewise."""
    return -above(-value, decimals)
