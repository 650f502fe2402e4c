"""Where gradients and noise come from inside a tile: traced into the graph, or called."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Protocol

import torch
from torch import Tensor

from ...optimizers.batched import ByIdentity, Kernel, Notify
from ...optimizers.batched.tiles import Tiling
from ..instances import Instance, Problem, Rademacher
from ..instances.noise import Additive
from ..instances.objectives import Separable
from ..instances.philox import philox, stream_words


class Oracle(Protocol):
    """Gradient and stochastic gradient for a tile of rows."""

    steps: int
    """Iterations that fit into one graph; a graph of more than one begins at a multiple of them."""
    any_phase: bool = False
    """May a graph have fewer of them, beginning anywhere?"""
    same: Hashable = None
    """All that ``gradients`` depends on besides its arguments, or None if that is not known."""

    def restart(self, seeds: Sequence[int], numbers: Sequence[int]) -> None:
        """Take the streams of another tile."""

    def tensors(self, k: int) -> tuple[Tensor, ...]:
        """What ``gradients`` needs at the iterations from k on."""

    def gradients(
        self, x: Tensor, tensors: Sequence[Tensor], offset: int, phase: int
    ) -> tuple[Tensor, Tensor]:
        """G and g at x = x^(k + offset) [B, d]; ``phase`` is that iteration modulo ``steps``."""


class Called(Oracle):
    """Any instance, by its own methods; runs eagerly."""

    steps = 1

    def __init__(self, instance: Instance, seeds: Sequence[int], numbers: Sequence[int]) -> None:
        self.instance, self.seeds, self.numbers, self._k = instance, seeds, numbers, 0

    def restart(self, seeds: Sequence[int], numbers: Sequence[int]) -> None:
        self.seeds, self.numbers = seeds, numbers

    def tensors(self, k: int) -> tuple[Tensor, ...]:
        self._k = k
        return ()

    def gradients(
        self, x: Tensor, tensors: Sequence[Tensor], offset: int, phase: int
    ) -> tuple[Tensor, Tensor]:
        step = self._k + offset
        g = self.instance.stochastic_gradient(x, step, self.seeds, self.numbers)
        return self.instance.gradient(x), g


class _Traced(Oracle):
    """A separable objective under additive noise, which is a function of counters' words."""

    def __init__(
        self, objective: Separable, noise: Additive, seeds: Sequence[int], numbers: Sequence[int],
        device: torch.device | str,
    ) -> None:  # fmt: skip
        self.objective, self.noise, self.device = objective, noise, device
        # The counters are made here: see the compiler's error in ``optimizers.batched.compiled``.
        position = torch.arange(noise.dimension, device=device)
        self.same = (type(self), ByIdentity(objective), ByIdentity(noise))
        self.counters = (position, *stream_words(seeds, numbers, device))

    def restart(self, seeds: Sequence[int], numbers: Sequence[int]) -> None:
        self.counters = (self.counters[0], *stream_words(seeds, numbers, self.device))

    def words(self, number: Tensor, counters: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """The four words at each coordinate of the counters' steps ``number``, [B, d]."""
        position, low, high, instance = counters
        purpose = torch.full_like(number, self.noise.purpose)
        return philox((position, number, instance, purpose), (low, high))


class ByCounter(_Traced):
    """Words are made in the graph."""

    def __init__(
        self, objective: Separable, noise: Additive, seeds: Sequence[int], numbers: Sequence[int],
        device: torch.device | str,
    ) -> None:  # fmt: skip
        super().__init__(objective, noise, seeds, numbers, device)
        self.steps = noise.period

    def tensors(self, k: int) -> tuple[Tensor, ...]:
        return torch.tensor(k // self.noise.period, device=self.device), *self.counters

    def gradients(
        self, x: Tensor, tensors: Sequence[Tensor], offset: int, phase: int
    ) -> tuple[Tensor, Tensor]:
        number, *counters = tensors
        w0, w1, w2, w3 = self.words(number, counters)
        gradient = self.objective.slopes(x)
        return gradient, gradient + self.noise.from_words((w0, w1, w2, w3), phase, x.dtype)


class BySigns(_Traced):
    """Words serve 128 iterations: they are kept, and the graph takes bits of them."""

    steps = 4
    any_phase = True
    noise: Rademacher

    def __init__(
        self, objective: Separable, noise: Rademacher, seeds: Sequence[int],
        numbers: Sequence[int], device: torch.device | str, tiles: Tiling, *, compile: bool,
        notify: Notify,
    ) -> None:  # fmt: skip
        super().__init__(objective, noise, seeds, numbers, device)
        d = noise.dimension
        self._kept = tuple(tiles.empty(d, torch.int32, device) for _ in range(4))
        self._bits = [torch.tensor(bit, device=device) for bit in range(32)]
        self._number = -1
        examples = (torch.tensor(0, device=device), *self.counters, *self._kept)
        title = f"noise words [{tiles.rows}, {d}]"
        same = ("noise words", noise.purpose)
        self._kernel = Kernel(
            self._fill, examples, title, same=same, compile=compile, notify=notify
        )

    def _fill(self, number: Tensor, *tensors: Tensor) -> None:
        made = self.words(number, tensors[:4])
        for kept, word in zip(tensors[4:], made, strict=True):
            # As many lanes as float32 has. In [-2^31, 2^31) before the conversion, the bits being
            # the same, since what a conversion does beyond is not the same everywhere.
            kept.copy_(word - ((word >> 31) << 32))

    def restart(self, seeds: Sequence[int], numbers: Sequence[int]) -> None:
        super().restart(seeds, numbers)
        self._number = -1

    def tensors(self, k: int) -> tuple[Tensor, ...]:
        number = k // self.noise.period
        if number != self._number:
            self._kernel(torch.tensor(number, device=self.device), *self.counters, *self._kept)
            self._number = number
        return self._kept[k % self.noise.period // 32], self._bits[k % 32]

    def gradients(
        self, x: Tensor, tensors: Sequence[Tensor], offset: int, phase: int
    ) -> tuple[Tensor, Tensor]:
        word, bit = tensors
        gradient = self.objective.slopes(x)
        return gradient, gradient + self.noise.from_bit(word, bit + offset, x.dtype)


def oracle(
    instance: Instance, seeds: Sequence[int], numbers: Sequence[int], tiles: Tiling,
    device: torch.device | str, *, compile: bool, notify: Notify,
) -> Oracle:  # fmt: skip
    """The fastest oracle there is for ``instance``."""
    if not traceable(instance):
        return Called(instance, seeds, numbers)
    objective, noise = instance.objective, instance.noise  # type: ignore[attr-defined]
    if isinstance(noise, Rademacher):
        return BySigns(
            objective, noise, seeds, numbers, device, tiles, compile=compile, notify=notify
        )
    return ByCounter(objective, noise, seeds, numbers, device)


def traceable(instance: Instance) -> bool:
    """Is it a separable objective under additive noise?"""
    return (
        isinstance(instance, Problem)
        and isinstance(instance.objective, Separable)
        and isinstance(instance.noise, Additive)
    )
