"""What an instance is, to the last number: by this a checkpoint knows the run that wrote it.

Names and constants do not do: two quadratics with their curvatures exchanged share all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction
from hashlib import sha256

import numpy as np
from torch import Tensor


class UnknownDataError(TypeError):
    """An instance holds something that has no exact form here."""


def exact_data(value: object, where: str = "instance") -> object:
    """``value`` as lists, strings and integers for JSON; equal only for equal types and data.

    Dataclasses are taken field by field (those given to ``__init__``; the others are caches),
    fractions and floats exactly, arrays and tensors as a digest of their bytes.

    Args:
        value: an instance, or a part of one.
        where: what ``value`` is, for the message.

    Raises:
        UnknownDataError: something is neither a dataclass nor data; names it. A subclass must be
            a dataclass itself, since what it adds would be overlooked.

    >>> exact_data((Fraction(1, 3), 0.5))
    ['tuple', ['Fraction', '1/3'], ['float', '0x1.0000000000000p-1']]
    """
    kind = type(value).__name__
    if value is None or isinstance(value, bool | str) or type(value) is int:
        return [kind, value]
    if isinstance(value, Fraction):
        return [kind, str(value)]
    if isinstance(value, float):
        return [kind, value.hex()]
    if isinstance(value, tuple | list):
        return [kind, *(exact_data(v, f"{where}[{n}]") for n, v in enumerate(value))]
    if isinstance(value, Mapping):
        pairs = [(exact_data(k, where), exact_data(v, f"{where}[{k!r}]")) for k, v in value.items()]
        return [kind, *sorted(pairs, key=repr)]
    if isinstance(value, Tensor):
        return [kind, exact_data(value.detach().cpu().numpy(), where)]
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biuf":
        data = np.ascontiguousarray(value)
        return [kind, data.dtype.str, [*np.shape(value)], sha256(data.tobytes()).hexdigest()]
    if "__dataclass_fields__" in vars(type(value)):
        parts = {
            f.name: exact_data(getattr(value, f.name), f"{where}.{f.name}")
            for f in fields(value)  # type: ignore[arg-type]
            if f.init
        }
        return [f"{type(value).__module__}.{type(value).__qualname__}", parts]
    raise UnknownDataError(
        f"{where} is a {kind}, whose exact data are unknown: make it a dataclass of numbers, "
        "fractions, tuples and arrays, or run without a checkpoint"
    )
