"""How many instances to advance together, and which index is the last in memory.

A step of an element-wise recursion reads and writes each coordinate's state once. If the state of a
tile of instances stays in or near the second-level cache from one step to the next, main memory is
out of the way; if the tile is too small, calling the kernel costs more than running it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

import torch

Layout = Literal["rows", "columns"]
SHORT = 64
"""Rows of fewer coordinates are laid out by columns."""
_CACHE = 1 << 20
_CACHES = 2
"""Second-level caches that a tile takes: longer calls are worth some misses (measured on x86)."""
_DEVICE_COORDINATES = 1 << 24
_LEAST = 1 << 13
"""Coordinates below which a call costs more than its work."""


def cache_size() -> int:
    """Bytes of second-level cache of one core, or 1 MiB where the system does not say."""
    try:
        found = os.sysconf("SC_LEVEL2_CACHE_SIZE")
    except (AttributeError, OSError, ValueError):
        return _CACHE
    return found if found > 0 else _CACHE


@dataclass(frozen=True)
class Tiling:
    """Tiles of ``rows`` instances; ``count`` of them, the last one filled up.

    ``layout`` "rows" has each instance's coordinates side by side ([B, d] in memory), "columns"
    each coordinate's instances ([d, B]): there sums over few coordinates are no short loops.
    """

    rows: int
    count: int
    layout: Layout

    def empty(self, d: int, dtype: torch.dtype, device: torch.device | str) -> torch.Tensor:
        """A tile [rows, d] in this layout; by columns it is the transpose of what is stored."""
        if self.layout == "columns":
            return torch.empty(d, self.rows, dtype=dtype, device=device).t()
        return torch.empty(self.rows, d, dtype=dtype, device=device)


def tiling(
    instances: int,
    d: int,
    bytes_per_coordinate: int,
    *,
    device: torch.device | str = "cpu",
    rows: int | None = None,
    layout: Layout | None = None,
    cache: int | None = None,
) -> Tiling:
    """Tiles that fit into the cache, equal up to rounding.

    Args:
        instances, d: B and d.
        bytes_per_coordinate: of all arrays that a step touches.
        device: on anything but a CPU, where no such cache is to be filled, tiles are large.
        rows, layout: instead of the choice made here.
        cache: bytes, instead of twice the second-level caches of the threads in use.

    Raises:
        ValueError: ``rows`` or ``cache`` is not positive, or ``layout`` is none.

    >>> tiling(1000, 1000, 32, cache=1 << 20)
    Tiling(rows=32, count=32, layout='rows')
    >>> tiling(100_000, 10, 32, cache=1 << 20).layout
    'columns'
    """
    if rows is not None and rows < 1:
        raise ValueError(f"a tile has at least one row, not {rows}")
    if cache is not None and cache < 1:
        raise ValueError(f"the size of a cache is positive, not {cache}")
    if layout not in (None, "rows", "columns"):
        raise ValueError(f"the layout is rows or columns, not {layout!r}")
    if torch.device(device).type == "cpu":
        available = _CACHES * cache_size() * torch.get_num_threads() if cache is None else cache
        coordinates = max(available // bytes_per_coordinate, _LEAST)
    else:
        coordinates = _DEVICE_COORDINATES
    most = max(coordinates // d, 1) if rows is None else rows
    count = -(-instances // most)
    even = -(-instances // count)
    return Tiling(even, count, layout or ("columns" if d < SHORT else "rows"))
