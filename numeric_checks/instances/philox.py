"""Counter-based random numbers: Philox4x32-10, and what is drawn from it.

A draw is a function of ``(seed, instance, step, position, purpose)`` and of nothing else, so that
a run is reproducible whatever the batch, its split, its order or the device. The layout is

    key     = (seed mod 2^32, seed div 2^32)                 a seed is an integer in [0, 2^64)
    counter = (position, step, instance, purpose)            each in [0, 2^32)

and one evaluation gives four words w0..w3 of 32 bits. Two purposes can never share a word.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_WEYL = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10
_MASK = 0xFFFFFFFF

MINIBATCH, SIGNS, WORD, GAUSSIAN, HEAVY_TAILED = 1, 2, 3, 4, 5
"""Purposes. A new kind of draw takes a new number; a number is never given a second meaning."""

Words = tuple[Tensor, Tensor, Tensor, Tensor]


def _wide_product(a: Tensor, multiplier: int) -> tuple[Tensor, Tensor]:
    """High and low words of ``a * multiplier``, by the multiplier's complement c = 2^32 - it.

    Both multipliers exceed 2^32 - 2^30, so a c < 2^62: int64 does not overflow, which a compiler
    may take to be impossible. And a (2^32 - c) has the high word a - ceil(a c / 2^32) and the low
    word -a c mod 2^32.
    """
    rest = a * ((1 << 32) - multiplier)
    return a - ((rest + _MASK) >> 32), -rest & _MASK


def philox(counter: Words, key: tuple[Tensor, Tensor]) -> Words:
    """Philox4x32-10.

    Args:
        counter: four int64 tensors of words in [0, 2^32), broadcast against each other.
        key: two such tensors.

    Returns:
        Four int64 tensors of words in [0, 2^32).

    >>> zero = torch.tensor(0)
    >>> [f"{int(w):08x}" for w in philox((zero,) * 4, (zero,) * 2)]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(_ROUNDS):
        high0, low0 = _wide_product(c0, _MULTIPLIERS[0])
        high1, low1 = _wide_product(c2, _MULTIPLIERS[1])
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + _WEYL[0]) & _MASK, (k1 + _WEYL[1]) & _MASK
    return c0, c1, c2, c3


def check_streams(
    seeds: Sequence[int], instances: Sequence[int] | None
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Seeds and instance numbers, one of each a row (instances default to 0).

    Raises:
        ValueError: a seed is no integer in [0, 2^64), an instance none in [0, 2^32), or their
            numbers differ.
    """
    rows = tuple(seeds)
    numbers = (0,) * len(rows) if instances is None else tuple(instances)
    if len(rows) != len(numbers) or not rows:
        raise ValueError(f"{len(rows)} seeds for {len(numbers)} instances")
    for article, what, values, bits in (
        ("a", "seed", rows, 64),
        ("an", "instance number", numbers, 32),
    ):
        for value in values:
            if type(value) is not int or not 0 <= value < 2**bits:
                raise ValueError(f"{article} {what} is an integer in [0, 2^{bits}), not {value!r}")
    return rows, numbers


def _words(
    position: Tensor,
    step: Tensor,
    seeds: tuple[int, ...],
    instances: tuple[int, ...],
    purpose: int,
) -> Words:
    """Words of shape [S, B, P] for steps [S], B streams and positions [P]."""
    device = position.device
    low, high, instance = stream_words(seeds, instances, device)
    purposes = torch.tensor(purpose, dtype=torch.int64, device=device)
    return philox((position, step[:, None, None], instance, purposes), (low, high))


def stream_words(
    seeds: Sequence[int], instances: Sequence[int], device: torch.device | str
) -> tuple[Tensor, Tensor, Tensor]:
    """Of each stream the two words of its key and its instance: int64 [B, 1] each."""
    table = [[[s & _MASK] for s in seeds], [[s >> 32] for s in seeds], [[n] for n in instances]]
    low, high, instance = torch.tensor(table, dtype=torch.int64, device=device)
    return low, high, instance


def _check_step(step: int) -> None:
    if type(step) is not int or not 0 <= step < 2**32:
        raise ValueError(f"a step is an integer in [0, 2^32), not {step!r}")


def minibatch(
    n: int,
    size: int,
    step: int,
    seeds: Sequence[int],
    instances: Sequence[int] | None = None,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Indices drawn with replacement from {0, ..., n-1}: int64 [B, size].

    Draw j of a row takes words (w0, w1) of position j/2 if j is even, (w2, w3) of position
    (j-1)/2 if it is odd, and is ``floor(u n / 2^64)`` with ``u = w1 2^32 + w0``, computed exactly.
    For a uniform u each index then has a probability within 2^-64 of 1/n: the total variation
    distance from the uniform draw is below n 2^-65, that is below 2^-54 for n <= 2048. No rejection
    is used, so that the number of words of a draw is fixed.

    Raises:
        ValueError: n is not in [1, 2^31), size < 1, or a seed, instance or step is out of range.
    """
    if not 1 <= n < 2**31 or size < 1:
        raise ValueError(f"cannot draw {size} indices from {n}")
    _check_step(step)
    rows, numbers = check_streams(seeds, instances)
    # Many steps at once: a single step is all overhead. The block's length changes no value.
    length = max(1, min(64, 2**16 // (len(rows) * size)))
    block = _minibatch_block(n, size, step // length, length, rows, numbers, str(device))
    return block[step % length]


@lru_cache(maxsize=4)
def _minibatch_block(
    n: int,
    size: int,
    number: int,
    length: int,
    seeds: tuple[int, ...],
    instances: tuple[int, ...],
    device: str,
) -> Tensor:
    step = torch.arange(number * length, (number + 1) * length, device=device) & _MASK
    position = torch.arange((size + 1) // 2, device=device)
    w0, w1, w2, w3 = _words(position, step, seeds, instances, MINIBATCH)
    even, odd = ((high * n + (low * n >> 32)) >> 32 for low, high in ((w0, w1), (w2, w3)))
    return torch.stack((even, odd), dim=-1).flatten(-2)[..., :size]


def signs(
    d: int,
    step: int,
    seeds: Sequence[int],
    instances: Sequence[int] | None = None,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Independent signs, -1 or +1 with probability 1/2 each: int64 [B, d].

    Coordinate i (from 0) at a step is bit ``step mod 128`` of the 128 bits w0 w1 w2 w3 (least
    significant first) at position i and step ``step div 128``.

    Raises:
        ValueError: d is not in [1, 2^32), or a seed, instance or step is out of range.
    """
    words = coordinate_words(d, step, 128, SIGNS, seeds, instances, device)
    return bit_sign(words[step % 128 // 32], step % 32)


def bit_sign(word: Tensor, bit: int | Tensor) -> Tensor:
    """-1 where ``bit`` of an int64 word (0 is the least significant) is 0, and 1 where it is 1."""
    return (word >> bit & 1) * 2 - 1


def word(
    d: int,
    step: int,
    seeds: Sequence[int],
    instances: Sequence[int] | None = None,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Independent uniform integers in [0, 2^32): int64 [B, d].

    Coordinate i at a step is word ``step mod 4`` at position i and step ``step div 4``. Two noises
    that draw by it from one stream are functions of the same word: give them different streams.

    Raises:
        ValueError: d is not in [1, 2^32), or a seed, instance or step is out of range.
    """
    return coordinate_words(d, step, 4, WORD, seeds, instances, device)[step % 4]


def four_words(
    d: int,
    step: int,
    purpose: int,
    seeds: Sequence[int],
    instances: Sequence[int] | None = None,
    device: torch.device | str = "cpu",
) -> Words:
    """All of w0..w3 at position i and the step itself, for each coordinate i: four int64 [B, d].

    Raises:
        ValueError: d is not in [1, 2^32), or a seed, instance or step is out of range.
    """
    return coordinate_words(d, step, 1, purpose, seeds, instances, device)


def coordinate_words(
    d: int,
    step: int,
    steps: int,
    purpose: int,
    seeds: Sequence[int],
    instances: Sequence[int] | None,
    device: torch.device | str,
) -> Words:
    """The words at positions 0 .. d-1 that ``steps`` consecutive steps share: four int64 [B, d].

    Raises:
        ValueError: d is not in [1, 2^32), or a seed, instance or step is out of range.
    """
    if not 1 <= d < 2**32:
        raise ValueError(f"cannot draw for {d} coordinates")
    _check_step(step)
    rows, numbers = check_streams(seeds, instances)
    return _word_block(d, step // steps, purpose, rows, numbers, str(device))


@lru_cache(maxsize=4)
def _word_block(
    d: int,
    number: int,
    purpose: int,
    seeds: tuple[int, ...],
    instances: tuple[int, ...],
    device: str,
) -> Words:
    position = torch.arange(d, device=device)
    step = torch.tensor([number], device=device)
    w0, w1, w2, w3 = (w[0] for w in _words(position, step, seeds, instances, purpose))
    return w0, w1, w2, w3
