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
from pydoc_data.topics import topics

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


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--every", type=int, default=20)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--batch", type=int, default=16)
    given = options.parse_args()
    text = "".join(topics.values())
    letters = {letter: number for number, letter in enumerate(sorted(set(text)))}
    data = torch.tensor([letters[letter] for letter in text])
    torch.manual_seed(0)
    model = GPT(len(letters))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    watch = None

    def block(steps: int) -> float:
        begin = time.process_time()
        for _ in range(steps):
            at = torch.randint(len(data) - 65, (given.batch, 1)) + torch.arange(65)
            batch = data[at]
            optimizer.zero_grad()
            logits = model(batch[:, :-1])
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
            loss.backward()
            if watch is not None:
                watch.loss(loss)
            optimizer.step()
        return time.process_time() - begin

    spent = [0.0]

    def timed(after):
        def hook(*args):
            begin = time.process_time()
            after(*args)
            spent[0] += time.process_time() - begin

        return hook

    count = sum(p.numel() for p in model.parameters())
    print(f"{count} parameters, batches of {given.batch} x 64, a look every {given.every} steps")
    steps = 2 * given.every
    block(steps)
    ratios, noise, own = [], [], []
    for _ in range(given.rounds):
        without = block(steps)
        watch = ratecert.monitor(optimizer, every=given.every)
        ratios.append(block(steps) / without)
        # Once more with a clock around the hook: what it takes itself, free of the machine's noise.
        (key,) = optimizer._optimizer_step_post_hooks
        optimizer._optimizer_step_post_hooks[key] = timed(optimizer._optimizer_step_post_hooks[key])
        spent[0] = 0.0
        whole = block(steps)
        own.append(whole / (whole - spent[0]))
        watch.detach()
        kept, watch = watch, None
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
