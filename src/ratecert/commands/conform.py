"""``ratecert conform``: is this optimizer class the recursion that a theorem speaks of?"""

from __future__ import annotations

import argparse
import sys
from contextlib import redirect_stdout

from ..cli import EXIT_FINDING, EXIT_NOTHING, EXIT_OK, EXIT_USAGE
from .output import emit_json, progress


def run(args: argparse.Namespace) -> int:
    """Compare the class named with a recursion, and report."""
    try:
        import torch
    except ImportError as error:
        print(
            "ratecert: conform needs the extra [numeric]: pip install 'ratecert[numeric]' "
            f"({error})",
            file=sys.stderr,
        )
        return EXIT_USAGE
    torch.set_num_threads(1)
    from ..numeric_checks import conform
    from ..numeric_checks.conform.report import as_data, as_text

    try:
        with redirect_stdout(sys.stderr):  # standard output belongs to the command
            recursion = conform.find_recursion(args.recursion)
            request = conform.Request(
                recursion=recursion.id,
                values=conform.parse_values(args.at, recursion),
                given=conform.parse_arguments(args.arg, recursion),
                constants=conform.parse_constants(args.set),
                presets=tuple(dict.fromkeys(args.preset)),
                problems=tuple(dict.fromkeys(args.problem)) or tuple(conform.PROBLEMS),
                steps=args.steps,
                seed=args.seed,
                tolerance=args.tolerance,
                at_most=args.differences,
            )
            report = conform.conform(conform.find_class(args.cls), request, progress)
    except conform.ConformError as error:
        progress("")
        print(f"ratecert: {error}", file=sys.stderr)
        return EXIT_USAGE
    if args.format == "json":
        emit_json(as_data(report))
    else:
        for line in as_text(report):
            print(line)
    if not report.steps_compared:
        print("ratecert: nothing was checked", file=sys.stderr)
        return EXIT_NOTHING
    return EXIT_OK if report.verdict == "agrees" else EXIT_FINDING
