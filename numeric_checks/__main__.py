"""``python -m ratecert.numeric_checks quick``: the confrontations that ``make check`` runs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from fractions import Fraction

EXIT_OK, EXIT_FINDING, EXIT_USAGE = 0, 1, 2
ALPHA = Fraction(1, 100)
"""The error probability of all verdicts of a report together."""


def parser() -> argparse.ArgumentParser:
    """The arguments of ``python -m ratecert.numeric_checks``."""
    top = argparse.ArgumentParser(
        prog="python -m ratecert.numeric_checks",
        description="Confront proved statements with recorded runs.",
    )
    commands = top.add_subparsers(dest="command", required=True)
    quick = commands.add_parser(
        "quick",
        help="SGD, AdamW, NAdamW and Adam on real digits and on cosines, against their theorems",
        description=(
            "Runs each algorithm with the hyperparameters its theorem prescribes and evaluates "
            "the theory's statements on the runs: the pathwise ones at every step and coordinate, "
            "the rates over several seeds."
        ),
        epilog=(
            "exit code 0 if all hypotheses and all pathwise statements hold and no estimate "
            "exceeds its bound, 1 otherwise"
        ),
    )
    quick.add_argument(
        "--only",
        action="append",
        metavar="NAME",
        help="an algorithm (sgd, adamw, nadamw, adam), a problem (digits, cosine), or both as "
        "adamw.digits; may be repeated",
    )
    quick.add_argument("--steps", type=_positive, help="iterations K, instead of each row's own")
    quick.add_argument("--seeds", type=_positive, help="number of seeds, instead of each row's own")
    quick.add_argument("--batch", type=_positive, help="batch size on the digits")
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
        return EXIT_USAGE
    torch.set_num_threads(1)
    from .confront import confront
    from .prescribe import PrescriptionError
    from .report import as_json, lines, summary
    from .simulate.progress import stderr_progress
    from .tables import QUICK, selected
    from .verdict import ErrorBudget

    try:
        rows = [(setup, v) for setup in selected(QUICK, args.only or ()) for v in setup.variants]
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_USAGE
    all_done = []
    labels = [f"{setup.name} {variant.title}".strip() for setup, variant in rows]
    shares = ErrorBudget(ALPHA, "the report").split(dict.fromkeys(labels, 1))
    for (setup, variant), label in zip(rows, labels, strict=True):
        try:
            done = confront(
                setup,
                variant,
                steps=args.steps,
                seeds=None if args.seeds is None else range(args.seeds),
                batch=args.batch,
                budget=shares[label],
                progress=stderr_progress(label),
            )
        except PrescriptionError as error:
            print(f"error: {label}: {error}", file=sys.stderr)
            return EXIT_FINDING
        all_done.append(done)
        if args.format == "text":
            print("\n".join(("", *lines(done))), flush=True)
    if args.format == "json":
        print(json.dumps(as_json(all_done, float(ALPHA)), indent=2, allow_nan=False))
    else:
        print(f"\n{summary(all_done)}")
    passed = all(done.passed for done in all_done)
    return EXIT_OK if passed else EXIT_FINDING


if __name__ == "__main__":
    sys.exit(main())
