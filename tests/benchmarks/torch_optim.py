"""Time of a step of our AdamW beside torch.optim.AdamW's, in one run, as ratios.

    OMP_NUM_THREADS=1 PYTHONPATH=src python tests/benchmarks/torch_optim.py [--device cuda]

Above 1 torch's is slower. Rounds alternate between the contenders, and each has the best of its
rounds, so that a busy machine slows all alike. Memory is the peak of temporaries of one step.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import torch

from ratecert.optimizers.torch_optim import AdamW

MODELS = {
    "one tensor of 10^7": [(10_000_000,)],
    "GPT 2 x 64: 117,376 in 28": [
        (96, 64), (64, 64),
        *[s for _ in range(2) for s in ((64,), (64,), (192, 64), (192,), (64, 64), (64,), (64,),
                                        (64,), (256, 64), (256,), (64, 256), (64,))],
        (64,), (64,),
    ],
    "1000 tensors of 100": [(100,)] * 1000,
    "GPT 12 x 768: 85,054,464 in 144": [
        s for _ in range(12) for s in ((768,), (768,), (2304, 768), (2304,), (768, 768), (768,),
                                       (768,), (768,), (3072, 768), (3072,), (768, 3072), (768,))
    ],
}  # fmt: skip
CONTENDERS: dict[str, Callable[[list[torch.nn.Parameter]], torch.optim.Optimizer]] = {
    "ours": lambda ps: AdamW(ps, eta=1e-3),
    "ours, one by one": lambda ps: AdamW(ps, eta=1e-3, foreach=False),
    "torch, foreach": lambda ps: torch.optim.AdamW(ps, lr=1e-3, foreach=True),
    "torch, one by one": lambda ps: torch.optim.AdamW(ps, lr=1e-3, foreach=False),
    "torch, fused": lambda ps: torch.optim.AdamW(ps, lr=1e-3, fused=True),
}


def seconds(step: Callable[[], object], device: str, target: float = 0.05) -> float:
    """Seconds of one step, over enough steps to last about ``target`` seconds."""
    done, began = 0, time.perf_counter()
    while True:
        step()
        done += 1
        if device != "cpu":
            torch.cuda.synchronize()
        elapsed = time.perf_counter() - began
        if elapsed > target:
            return elapsed / done


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--device", default="cpu")
    options.add_argument("--dtype", default="float32", choices=("float32", "float64", "bfloat16"))
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--largest", type=int, default=10**8, help="skip models of more elements")
    given = options.parse_args()
    dtype = getattr(torch, given.dtype)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {given.dtype}")
    for title, shapes in MODELS.items():
        if sum(torch.Size(shape).numel() for shape in shapes) > given.largest:
            continue
        parameters = [
            torch.nn.Parameter(torch.randn(shape, device=given.device, dtype=dtype))
            for shape in shapes
        ]
        for parameter in parameters:
            parameter.grad = torch.randn_like(parameter)
        best: dict[str, float] = {}
        optimizers = {name: make(parameters) for name, make in CONTENDERS.items()}
        for optimizer in optimizers.values():
            optimizer.step()
        for _ in range(given.rounds):
            for name, optimizer in optimizers.items():
                taken = seconds(optimizer.step, given.device)
                best[name] = min(taken, best.get(name, taken))
        count = sum(parameter.numel() for parameter in parameters)
        print(f"\n{title}")
        for name, taken in best.items():
            ratio, each = taken / best["ours"], 1e9 * taken / count
            print(f"  {name:<20}{ratio:8.2f} x ours {each:12.2f} ns a coordinate")
        del parameters, optimizers


if __name__ == "__main__":
    main()
