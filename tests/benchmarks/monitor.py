"""What ratecert.monitor costs: CPU time of training with it, over training without, in one run.

    OMP_NUM_THREADS=1 PYTHONPATH=src python tests/benchmarks/monitor.py [--every N]

A GPT of 2 layers x 64 on the characters of pydoc_data.topics, AdamW of torch. Blocks of steps with
and without alternate; what is printed is the median of the ratios of neighbouring blocks, and their
quartiles, beside the same for two blocks without (what the machine's noise alone makes).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pydoc_data.topics import topics
from typing import Any

import torch
from torch import Tensor, nn

import ratecert


class GPT(nn.Module):
    """Characters in, logits of the next character out."""

    def __init__(self, letters: int, width: int = 64, layers: int = 2, context: int = 64) -> None:
        super().__init__()
        self.letters, self.places = nn.Embedding(letters, width), nn.Embedding(context, width)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width, 4, 4 * width, dropout=0.0, batch_first=True, norm_first=True
            )
            for _ in range(layers)
        )
        self.head = nn.Linear(width, letters)
        self.mask = nn.Transformer.generate_square_subsequent_mask(context)

    def forward(self, text: Tensor) -> Tensor:
        x = self.letters(text) + self.places.weight
        for layer in self.layers:
            x = layer(x, src_mask=self.mask, is_causal=True)
        return self.head(x)


class Training:
    """The small GPT in training; ``block`` takes some steps."""

    def __init__(self, batch: int = 16) -> None:
        text = "".join(topics.values())
        letters = {letter: number for number, letter in enumerate(sorted(set(text)))}
        self.data = torch.tensor([letters[letter] for letter in text])
        self.batch = batch
        torch.manual_seed(0)
        self.model = GPT(len(letters))
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3)
        self.watch: Any = None
        self.count = sum(p.numel() for p in self.model.parameters())

    def block(self, steps: int) -> float:
        """CPU seconds of so many steps."""
        begin = time.process_time()
        for _ in range(steps):
            at = torch.randint(len(self.data) - 65, (self.batch, 1)) + torch.arange(65)
            batch = self.data[at]
            self.optimizer.zero_grad()
            logits = self.model(batch[:, :-1])
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
            loss.backward()
            if self.watch is not None:
                self.watch.loss(loss)
            self.optimizer.step()
        return time.process_time() - begin


def training(watched: bool, every: int = 20) -> Callable[[], int]:
    """A contender of ``python tests/benchmarks``: steps with the monitor, or without."""
    run = Training()
    if watched:
        run.watch = ratecert.monitor(run.optimizer, every=every)
    run.block(2 * every)

    def work() -> int:
        run.block(4 * every)
        return 4 * every * run.count

    return work


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--every", type=int, default=20)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--batch", type=int, default=16)
    given = options.parse_args()
    run = Training(given.batch)
    optimizer, block = run.optimizer, run.block
    spent = [0.0]

    def timed(after):
        def hook(*args):
            begin = time.process_time()
            after(*args)
            spent[0] += time.process_time() - begin

        return hook

    print(
        f"{run.count} parameters, batches of {given.batch} x 64, a look every {given.every} steps"
    )
    steps = 2 * given.every
    block(steps)
    ratios, noise, own = [], [], []
    for _ in range(given.rounds):
        without = block(steps)
        run.watch = watch = ratecert.monitor(optimizer, every=given.every)
        ratios.append(block(steps) / without)
        # Once more with a clock around the hook: what it takes itself, free of the machine's noise.
        (key,) = optimizer._optimizer_step_post_hooks
        optimizer._optimizer_step_post_hooks[key] = timed(optimizer._optimizer_step_post_hooks[key])
        spent[0] = 0.0
        whole = block(steps)
        own.append(whole / (whole - spent[0]))
        watch.detach()
        kept, run.watch = watch, None
        noise.append(block(steps) / without)
    for title, found in (
        ("with the monitor", ratios),
        ("by a clock within", own),
        ("without, again", noise),
    ):
        low, middle, high = statistics.quantiles(found, n=4)
        print(f"  {title:<18} {middle:.3f} x without   (quartiles {low:.3f} to {high:.3f})")
    print()
    print(kept.summary())


if __name__ == "__main__":
    main()
