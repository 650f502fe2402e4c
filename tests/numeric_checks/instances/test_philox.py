"""Counter-based randomness: known answers, documented layout, independence of the batch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from ratecert.numeric_checks.instances import minibatch, philox, signs
from ratecert.numeric_checks.instances.philox import four_words, word

ONES, MASK = 0xFFFFFFFF, 0xFFFFFFFF


def _words(counter: tuple[int, ...], key: tuple[int, ...]) -> list[str]:
    c, k = ([torch.tensor(w) for w in words] for words in (counter, key))
    return [f"{int(w):08x}" for w in philox((c[0], c[1], c[2], c[3]), (k[0], k[1]))]


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ((ONES,) * 4, (ONES,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_known_answers(counter: tuple[int, ...], key: tuple[int, ...], answer: str) -> None:
    assert _words(counter, key) == answer.split()


Peer = Callable[[list[int], list[int]], list[int]]


@pytest.mark.parametrize("n", [1, 2, 10, 1797, 2**31 - 1])
def test_minibatch_is_the_documented_function(n: int, peer: Peer) -> None:
    seeds, instances, step, size = [5, 2**64 - 1, 2**33], [0, 3, 2**32 - 1], 70, 5
    drawn = minibatch(n, size, step, seeds, instances)
    for row, (seed, instance) in enumerate(zip(seeds, instances, strict=True)):
        for j in range(size):
            w = peer([j // 2, step, instance, 1], [seed & MASK, seed >> 32])
            low, high = w[2 * (j % 2)], w[2 * (j % 2) + 1]
            assert int(drawn[row, j]) == ((high << 32) + low) * n >> 64


def test_signs_are_the_documented_function(peer: Peer) -> None:
    seeds, d, step = [1, 2**40], 9, 128 * 3 + 77
    drawn = signs(d, step, seeds)
    for row, seed in enumerate(seeds):
        for i in range(d):
            w = peer([i, step // 128, 0, 2], [seed & MASK, seed >> 32])
            bit = w[77 // 32] >> (77 % 32) & 1
            assert int(drawn[row, i]) == 2 * bit - 1


def test_words_are_the_documented_function(peer: Peer) -> None:
    seeds, instances, d, step = [1, 2**40], [7, 2**32 - 1], 5, 4 * 9 + 3
    one, four = word(d, step, seeds, instances), four_words(d, step, 6, seeds, instances)
    for row, (seed, instance) in enumerate(zip(seeds, instances, strict=True)):
        for i in range(d):
            key = [seed & MASK, seed >> 32]
            assert int(one[row, i]) == peer([i, step // 4, instance, 3], key)[3]
            assert [int(w[row, i]) for w in four] == peer([i, step, instance, 6], key)


def test_nothing_depends_on_the_batch() -> None:
    seeds = list(range(20))
    for draw in (
        lambda s: minibatch(1797, 128, 900, s),
        lambda s: signs(33, 900, s),
        lambda s: word(33, 900, s),
        lambda s: four_words(33, 900, 5, s)[2],
    ):
        whole = draw(seeds)
        backwards = draw(seeds[::-1]).flip(0)
        parts = torch.cat([draw(seeds[:7]), draw(seeds[7:8]), draw(seeds[8:])])
        assert torch.equal(whole, backwards)
        assert torch.equal(whole, parts)


def test_every_coordinate_of_the_counter_matters() -> None:
    base = minibatch(1797, 64, 5, [1], [0])
    others = [(6, [1], [0]), (5, [2], [0]), (5, [1 + 2**32], [0]), (5, [1], [1])]
    for step, seeds, instances in others:
        assert (minibatch(1797, 64, step, seeds, instances) == base).float().mean() < 0.1


def test_uniform_and_fair() -> None:
    """Deterministic draws: six standard deviations are not a matter of luck."""
    counts = torch.zeros(10)
    for step in range(200):
        counts += torch.bincount(minibatch(10, 500, step, [7]).flatten(), minlength=10)
    assert float((counts - 1e4).abs().max()) < 6 * (1e5 * 0.09) ** 0.5
    total = sum(int(signs(100, step, [7]).sum()) for step in range(200))
    assert abs(total) < 6 * 20000**0.5


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((0, 1, 1, [1]), "cannot draw 1 indices from 0"),
        ((2**31, 1, 1, [1]), "cannot draw"),
        ((5, 0, 1, [1]), "cannot draw 0"),
        ((5, 1, -1, [1]), "a step is an integer"),
        ((5, 1, 2**32, [1]), "a step is an integer"),
        ((5, 1, 1, [-1]), "a seed is an integer"),
        ((5, 1, 1, [2**64]), "a seed is an integer"),
        ((5, 1, 1, [1.0]), "a seed is an integer"),
        ((5, 1, 1, [True]), "a seed is an integer"),
        ((5, 1, 1, []), "0 seeds"),
        ((5, 1, 1, [1], [1, 2]), "1 seeds for 2 instances"),
        ((5, 1, 1, [1], [2**32]), "an instance number is an integer"),
    ],
)
def test_refusals(arguments: tuple[object, ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        minibatch(*arguments)  # type: ignore[arg-type]
