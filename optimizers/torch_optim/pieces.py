"""Which tensors are advanced together: as many as a cache holds, or all at once on a device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor

Row = tuple[Tensor, ...]
"""A parameter, its gradient and its slots, of one shape and dtype."""

TILE = 131072
"""Elements a thread advances at a time on a CPU: five arrays of as many float32 fit the caches of a
core, and no temporary is larger (tests/benchmarks/torch_optim.py: 1.6 times as fast as without
tiles on a tensor of 10^7; with 32768 the calls weigh more than the cache gains)."""


def batches(rows: Iterable[Row], tile: int | None) -> Iterator[list[Row]]:
    """The rows cut and collected into batches of at most ``tile`` elements each.

    A row whose tensors are not all contiguous is not cut. Without ``tile`` all are one batch.
    """
    batch: list[Row] = []
    room = tile
    for row in rows:
        for piece in [row] if tile is None else _cut(row, tile):
            size = piece[0].numel()
            if room is not None and tile is not None:
                if batch and size > room:
                    yield batch
                    batch, room = [], tile
                room -= size
            batch.append(piece)
    if batch:
        yield batch


def _cut(row: Row, tile: int) -> Sequence[Row]:
    if row[0].numel() <= tile or not all(tensor.is_contiguous() for tensor in row):
        return [row]
    return list(zip(*(torch.split(tensor.view(-1), tile) for tensor in row), strict=True))


def tile_of(device: torch.device) -> int | None:
    """The elements to advance at a time on ``device``; None where there is no cache to fit."""
    return TILE * torch.get_num_threads() if device.type == "cpu" else None
