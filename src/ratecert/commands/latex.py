"""``ratecert latex``: a theory as an appendix."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ..cli import EXIT_FINDING, EXIT_OK, EXIT_USAGE
from ..proofs.language.loader import load
from ..proofs.render.latex.style import VENUES
from ..proofs.render.latex.write import Options, files
from ..proofs.theorems import SHIPPED
from .documents import ResultsError, assembled, experiment_in, results_in
from .memory import uncollected
from .output import progress


def run(args: argparse.Namespace) -> int:
    """Write the appendix of the theory named, or compare it with what is there."""
    try:
        results = {} if args.results is None else results_in(args.results)
        if args.experiment is not None:
            results["experiment"] = experiment_in(args.experiment)
    except ResultsError as error:
        print(f"ratecert: {error}", file=sys.stderr)
        return EXIT_USAGE
    theories = [t for name in args.theories or SHIPPED for t in load(name)]
    options, code = Options(VENUES[args.venue], args.numbered, args.breqn), EXIT_OK
    for theory in theories:
        folder = Path(args.output) / (theory.name if len(theories) > 1 else "")
        progress(f"proving {theory.name}")
        with uncollected():
            whole = assembled(theory, Path(args.lock), results or None)
            written = files(whole, options)
        progress("")
        code = max(code, _compare(folder, written) if args.check else _write(folder, written))
        for entry in whole.claims():
            if not entry.proved:
                told = f"{entry.label} is {entry.verdict}: {entry.reason}"
                print(f"ratecert: {told}", file=sys.stderr)
                code = EXIT_FINDING
    return code


def _write(folder: Path, written: dict[str, str]) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in written.items():
        fresh = folder / f".{name}.{os.getpid()}"
        fresh.write_text(text, encoding="utf-8", newline="\n")
        fresh.replace(folder / name)
        print(folder / name)
    return EXIT_OK


def _compare(folder: Path, written: dict[str, str]) -> int:
    """Say which files are stale or absent."""
    code = EXIT_OK
    for name, text in written.items():
        path = folder / name
        there = path.read_bytes() if path.is_file() else None
        if there == text.encode():
            print(f"{path}: up to date")
            continue
        print(f"{path}: {'stale' if there is not None else 'absent'}")
        code = EXIT_FINDING
    return code
