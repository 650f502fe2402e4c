"""What L4, L5, L7, L8 and L9 cost on a tree of 2^K leaves, d = 1. Run by hand:

    python tests/benchmarks/trees.py [K]

Times are CPU seconds of one thread, and multiples of what one square root of 2^K numbers costs:
these are comparable between machines. The last line is the peak memory.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

import torch

from ratecert.numeric_checks.hypotheses import statement_of
from ratecert.numeric_checks.instances import ProfileBatch
from ratecert.numeric_checks.trees import Forest, evaluate_on, grow
from ratecert.optimizers.recursions import NADAMW
from ratecert.proofs.theorems.adamw import adamw

CLAIMS = ("L4", "L5", "L7", "L8", "L9")


def tensor(values: object) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def forest(K: int, *, gradients: bool = False) -> Forest:
    """A double well, noise of variance 1 with two skew outcomes."""
    curvatures, knots = tensor([[[1.0, 0.5, -0.25, 1.0]]]), tensor([[[-0.5, 0.25, 0.75]]])
    objective = ProfileBatch(knots, curvatures.requires_grad_(gradients), tensor([[0.1]]))
    start, least = tensor([[1.0]]), objective.minimum()
    noise = tensor([2.0, -0.5]).view(1, 1, 2, 1).requires_grad_(gradients)
    hyper = {"eta": 0.1, "theta": 0.8, "beta": 0.9, "mu": 1.0, "eps": 0.05, "lam": 0.01}
    gap = objective.value(start[:, None])[:, 0] - least
    return Forest(
        recursion=NADAMW,
        objective=objective,
        start=start,
        probabilities=tensor([[[0.2, 0.8]]]).expand(1, K, 2),
        noise=(noise,) * K,
        parameters={n: tensor([v]).requires_grad_(gradients) for n, v in hyper.items()},
        constants={
            "L": tensor([1.0]), "fstar": least, "Delta": gap,
            "sigma": tensor([[1.0]]), "sigma_s": tensor([1.0]),
        },
    )  # fmt: skip


def seconds(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def main(K: int, *, gradients: bool) -> None:
    torch.set_num_threads(1)
    numbers = torch.rand(2**K, dtype=torch.float64)
    unit = min(seconds(numbers.sqrt) for _ in range(5))
    print(f"one square root of 2^{K} numbers: {unit:.4f} s", "with gradients" * gradients)
    held = []
    total = spent = seconds(lambda: held.append(grow(forest(K, gradients=gradients))))
    print(f"  grow {spent:7.3f} s {spent / unit:7.0f}")
    for name in CLAIMS:
        statement = statement_of(adamw.claims[name], {}, NADAMW)
        own = {n: tensor(v) for n, v in {"w": 1.0, "c": 1.0, "t": 0.5, "rho": 1.0}.items()}

        def work(statement=statement, own=own):
            found = evaluate_on(statement, held[0], own)
            if gradients:
                found.log_ratio.amax().backward(retain_graph=True)

        total += (spent := seconds(work))
        print(f"  {name:4} {spent:7.3f} s {spent / unit:7.0f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"  all  {total:7.3f} s {total / unit:7.0f}; peak memory {peak:.2f} GiB")


if __name__ == "__main__":
    depth = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    main(depth, gradients=False)
    main(depth, gradients=True)
