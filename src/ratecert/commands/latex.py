"""``ratecert latex``: a theory as an appendix."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ..cli import EXIT_FINDING, EXIT_OK, EXIT_USAGE
from ..proofs.render.latex.style import VENUES
from ..proofs.render.latex.write import Options, files
from .documents import ResultsError, assembled, only_theory, read_results
from .memory import uncollected
from .output import progress


def run(args: argparse.Namespace) -> int:
    """Write the appendix of the theory named, or compare it with what is there."""
    try:
        results = None if args.results is None else read_results(args.results.read_bytes())
    except (ResultsError, OSError) as error:
        print(f"ratecert: {args.results}: {error}", file=sys.stderr)
        return EXIT_USAGE
    progress(f"proving {args.theory}")
    with uncollected():
        whole = assembled(only_theory(args.theory), Path(args.lock), results)
    progress("")
    options = Options(VENUES[args.venue], args.numbered, args.breqn)
    written = files(whole, options)
    folder = Path(args.output)
    code = _compare(folder, written) if args.check else _write(folder, written)
    for entry in whole.claims():
        if not entry.proved:
            print(f"ratecert: {entry.label} is {entry.verdict}: {entry.reason}", file=sys.stderr)
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
