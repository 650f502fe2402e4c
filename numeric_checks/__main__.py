"""``python -m ratecert.numeric_checks quick``: the short confrontation that ``make check`` runs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

EXIT_OK, EXIT_FINDING = 0, 1


def parser() -> argparse.ArgumentParser:
    """The arguments of ``python -m ratecert.numeric_checks``."""
    top = argparse.ArgumentParser(
        prog="python -m ratecert.numeric_checks",
        description="Confront proved statements with recorded runs.",
    )
    commands = top.add_subparsers(dest="command", required=True)
    quick = commands.add_parser(
        "quick",
        help="SGD on scikit-learn's digits, several seeds: descent on every step, and the rate",
        epilog="exit code 0 if every pathwise statement holds and no estimate exceeds its bound",
    )
    quick.add_argument("--steps", type=_positive, default=300, help="iterations K (default 300)")
    quick.add_argument("--seeds", type=_positive, default=4, help="number of seeds (default 4)")
    quick.add_argument("--batch", type=_positive, default=128, help="batch size (default 128)")
    quick.add_argument("--format", choices=("text", "json"), default="text")
    return top


def _positive(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not an integer: {text!r}") from None
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {value}")
    return value


def main(argv: Sequence[str] | None = None) -> int:
    """Run a confrontation and report it; returns the exit code."""
    args = parser().parse_args(argv)
    try:
        import sklearn  # noqa: F401
        import torch
    except ImportError as error:
        print(
            f"needs the extra [numeric]: pip install 'ratecert[numeric]' ({error})", file=sys.stderr
        )
        return 2
    torch.set_num_threads(1)
    from .confront import confront
    from .simulate.progress import stderr_progress

    done = confront(args.steps, range(args.seeds), args.batch, stderr_progress("SGD on digits"))
    if args.format == "json":
        report = {
            "schema": 1,
            "instance": done.instance.name,
            "d": done.instance.dimension,
            "K": done.steps,
            "seeds": list(done.seeds),
            "eta": done.step_size,
            "trivial_bound": done.trivial_bound,
            "statements": [
                {
                    "id": c.statement,
                    "verdict": c.verdict,
                    "ratio": c.ratio,
                    "left": c.left,
                    "right": c.right,
                    "checked": c.checked,
                    "alarms": c.alarms,
                    "estimated": c.estimated,
                    "evidence": c.evidence,
                }
                for c in done.checks
            ],
        }
        print(json.dumps(report, indent=2))
        return EXIT_OK if done.passed else EXIT_FINDING
    instance = done.instance
    print(f"\nSGD on {instance.name}, K = {done.steps}, {len(done.seeds)} seeds")
    print(
        f"  certified: L = {float(instance.L):.6g}, sigma_s^2 = {float(instance.sigma_s2):.6g}, "
        f"Delta = {float(instance.Delta):.6g}; prescribed: eta = {done.step_size:.6g}"
    )
    for c in done.checks:
        print(f"  {c.statement:<8} {c.verdict:<9} worst ratio {c.ratio:.6f}   {c.evidence}")
        if c.estimated:
            print(
                f"           left {c.left:.5f} (estimate), bound {c.right:.5f}; "
                f"at any point whatever ||grad f||_2 <= {done.trivial_bound:.5f}"
            )
    return EXIT_OK if done.passed else EXIT_FINDING


if __name__ == "__main__":
    sys.exit(main())
