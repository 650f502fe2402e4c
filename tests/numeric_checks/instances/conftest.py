"""An independent Philox, for known answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

MASK = 0xFFFFFFFF
Peer = Callable[[list[int], list[int]], list[int]]


@pytest.fixture(scope="session")
def peer() -> Peer:
    """Philox4x32-10 in Python's unbounded integers: four words of a counter and a key."""

    def words(counter: list[int], key: list[int]) -> list[int]:
        c, k = list(counter), list(key)
        for _ in range(10):
            a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
            c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
            k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
        return c

    return words
