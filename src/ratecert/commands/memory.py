"""Memory while claims are proved."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected(last: bool = False) -> Iterator[None]:
    """No garbage is collected: what proofs make stays, and looking through it takes a fifth.

    ``last``: the process ends after it, and need not collect any more.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting and not last:
            gc.enable()
