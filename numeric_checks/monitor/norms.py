"""``||g||_1``, ``||g||_2`` and ``||g||_1 / (sqrt(d) ||g||_2)`` of a gradient kept in many tensors.

The ratio lies in [1/sqrt(d), 1] by Cauchy and Schwarz, and is sqrt(2/pi) = 0.798 for Gaussian
vectors of large d (``norms.N2``). It says how much of sqrt(d) there is between a rate in
``||.||_1`` and one in ``||.||_2``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Norms:
    """The norms of n tensors, and of the vector of all their elements.

    Attributes:
        l1: ``||g_i||_1`` of each tensor, float64 [n] on the CPU.
        l2: ``||g_i||_2`` of each tensor, float64 [n] on the CPU.
        sizes: d_i, the number of elements of each tensor.
    """

    l1: Tensor
    l2: Tensor
    sizes: tuple[int, ...]

    @property
    def d(self) -> int:
        """The number of elements in all."""
        return sum(self.sizes)

    @property
    def whole_l1(self) -> float:
        """``||g||_1`` of the whole vector."""
        return float(self.l1.sum())

    @property
    def whole_l2(self) -> float:
        """``||g||_2`` of the whole vector."""
        return math.hypot(*self.l2.tolist())

    @property
    def ratios(self) -> Tensor:
        """``||g_i||_1 / (sqrt(d_i) ||g_i||_2)``, float64 [n]; NaN where g_i is zero or NaN."""
        roots = torch.tensor(self.sizes, dtype=torch.float64).sqrt()
        return (self.l1 / roots) / self.l2

    @property
    def ratio(self) -> float:
        """``||g||_1 / (sqrt(d) ||g||_2)`` of the whole; NaN where it is zero or not finite."""
        below = math.sqrt(self.d) * self.whole_l2
        return self.whole_l1 / below if 0 < below < math.inf else math.nan


def norms(tensors: Iterable[Tensor]) -> Norms:
    """The norms of ``tensors``, accumulated in float64, with one transfer to the CPU a device.

    An element is converted to float64 before anything is done with it, whatever its dtype, so that
    half precision neither overflows nor is added up coarsely. Sparse tensors count with their
    zeros. Where squares leave the range of float64 (elements beyond 1e154, or all below 1e-154)
    the tensor is scaled by its largest element first.

    Args:
        tensors: any shapes, floating dtypes and devices; one may be empty (its ratio is NaN).

    Raises:
        TypeError: a tensor is complex, or holds integers or booleans.

    >>> found = norms([torch.ones(2, 3), torch.tensor([3.0, 0.0, 0.0, -4.0])])
    >>> found.l1.tolist(), found.l2[1].item(), found.sizes, found.d
    ([6.0, 7.0], 5.0, (6, 4), 10)
    >>> [round(r, 12) for r in found.ratios.tolist()], round(found.ratio, 6)
    ([1.0, 0.7], 0.73835)
    """
    given = list(tensors)
    for number, tensor in enumerate(given):
        if not tensor.is_floating_point():
            raise TypeError(
                f"tensor {number} is {tensor.dtype}: norms are those of real vectors in floats"
            )
    sizes = tuple(tensor.numel() for tensor in given)
    dense = [_values(tensor.detach()) for tensor in given]
    l1 = torch.zeros(len(dense), dtype=torch.float64)
    l2 = torch.zeros_like(l1)
    places: dict[torch.device, list[int]] = {}
    for number, tensor in enumerate(dense):
        if tensor.numel():
            places.setdefault(tensor.device, []).append(number)
    for numbers in places.values():
        both = _both([dense[i] for i in numbers]).cpu()
        l1[numbers], l2[numbers] = both[0], both[1]
    tiny = torch.finfo(torch.float64).tiny ** 0.5
    for i in ((l2 < tiny) & (l1 > 0) | l2.isinf() & l1.isfinite()).nonzero().flatten().tolist():
        largest = float(dense[i].abs().amax())
        l2[i] = largest * torch.linalg.vector_norm(dense[i].double() / largest).cpu()
    return Norms(l1, l2, sizes)


def _values(tensor: Tensor) -> Tensor:
    if tensor.layout is torch.strided:
        return tensor
    # Norms do not see zeros; elements given twice must be added up first.
    return tensor.coalesce().values() if tensor.layout is torch.sparse_coo else tensor.to_dense()


def _both(tensors: Sequence[Tensor]) -> Tensor:
    """float64 [2, n] on the tensors' own device."""
    of = [torch._foreach_norm(list(tensors), order, dtype=torch.float64) for order in (1, 2)]
    return torch.stack([torch.stack(list(each)) for each in of])
