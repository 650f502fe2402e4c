"""Every speed comparison, as ratios measured in one run: ``python tests/benchmarks``.

CPU time of one process bound to one core, so that threads a library starts count and do not help.
The contenders of a comparison take turns; ratios are taken within a round, and their median is
reported. Nothing fails on a clock. Peers that cannot run are named.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from functools import partial
from typing import Any

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"
os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import monitor  # noqa: E402
import peers  # noqa: E402
import torch  # noqa: E402
from registry import Comparison, Contender, compare  # noqa: E402


def comparisons() -> list[Comparison]:
    """To add one, append it."""
    found = []
    for dtype in ("float64", "float32"):
        size = (1000, 1000)
        found.append(
            Comparison(
                f"B = 1000, d = 1000, {dtype}, signs",
                Contender("ours", partial(peers.ours, *size, 2048, dtype)),
                (
                    Contender("C tile", partial(peers.c_tile, *size, 256, dtype)),
                    Contender("jax scan", partial(peers.jax_scan, *size, 64, dtype)),
                    Contender(
                        "torch.optim.AdamW loop", partial(peers.torch_loop, 20, 1000, 100, dtype)
                    ),
                ),
                {
                    "C tile": ("at most", 3.0),
                    "jax scan": ("at least", 1.5),
                    "torch.optim.AdamW loop": ("at least", 8.0),
                },
            )
        )
        found.append(
            Comparison(
                f"B = 1000, d = 1000, {dtype}, Gaussian noise",
                Contender("ours", partial(peers.ours, *size, 512, dtype, "Gaussian")),
                (Contender("vmap of optax.adamw", partial(peers.optax_vmap, *size, 32, dtype)),),
                {"vmap of optax.adamw": ("at least", 2.0)},
            )
        )
    found.append(
        Comparison(
            "B = 100,000, d = 10, float64, signs",
            Contender("ours", partial(peers.ours, 100_000, 10, 2048, "float64")),
            (
                Contender(
                    "torch.optim.AdamW loop", partial(peers.torch_loop, 20, 10, 200, "float64")
                ),
            ),
            {"torch.optim.AdamW loop": ("at least", 1000.0)},
        )
    )
    found.append(
        Comparison(
            "B d = 1e5 to 1e8, d = 1000, float64, signs",
            Contender("B d = 1e5", partial(peers.ours, 100, 1000, 8192, "float64")),
            (
                Contender("B d = 1e6", partial(peers.ours, 1000, 1000, 1024, "float64")),
                Contender("B d = 1e7", partial(peers.ours, 10_000, 1000, 128, "float64")),
                Contender("B d = 1e8", partial(peers.ours, 100_000, 1000, 32, "float64")),
            ),
            # Within a factor of two, either way.
            {f"B d = 1e{n}": ("between", 2.0) for n in (6, 7, 8)},
        )
    )
    found.append(
        Comparison(
            "small GPT in training, torch.optim.AdamW",
            Contender("with ratecert.monitor", partial(monitor.training, True)),
            (Contender("without", partial(monitor.training, False)),),
            {"without": ("at most", 1.05)},
        )
    )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python tests/benchmarks", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--rounds", type=int, default=3, help="of each comparison (3)")
    parser.add_argument("--only", default="", help="comparisons whose title holds this text")
    args = parser.parse_args()
    torch.set_num_threads(1)

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    machine = {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
    results = []
    for comparison in comparisons():
        if args.only not in comparison.title:
            continue
        results.append(compare(comparison, args.rounds, say))
        if not args.json:
            show(results[-1])
    if args.json:
        print(json.dumps({"schema": 1, **machine, "comparisons": results}, indent=2))
    if not results:
        raise SystemExit(f"no comparison's title holds {args.only!r}")


def show(result: dict[str, Any]) -> None:
    """Print one comparison."""
    print(f"\n{result['comparison']}: CPU nanoseconds a coordinate-step")
    for row in result["rows"]:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:9.2f} x"
        reached = {None: "", True: "reached", False: "MISSED"}[row["reached"]]
        shown = f"{row['nanoseconds']:10.2f}{ratio}  {row['target']:14} {reached}"
        print(f"  {row['contender']:28}{shown}")
    for name, reason in result["not run"].items():
        print(f"  {name:28} not run: {reason}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
