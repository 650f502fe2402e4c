"""``ratecert report``: a theory as one self-contained HTML page."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ..cli import EXIT_FINDING, EXIT_OK, EXIT_USAGE
from ..proofs.render.page.whole import page
from .documents import ResultsError, assembled, experiment_in, only_theory, results_in
from .memory import uncollected
from .output import progress


def run(args: argparse.Namespace) -> int:
    """Prove the theory, and write its page."""
    target = Path(args.output)
    try:
        results = results_in(Path(args.campaign)) if args.campaign else {}
        if args.experiment:
            results["experiment"] = experiment_in(args.experiment)
    except ResultsError as error:
        print(f"ratecert: {error}", file=sys.stderr)
        return EXIT_USAGE
    theory = only_theory(args.theory)
    try:
        with uncollected():
            made = assembled(theory, Path(args.lock), results or None)
            text = page(made, theory.kernel())
    finally:
        progress("")
    try:
        _write(target, text)
    except OSError as error:
        print(f"ratecert: {target}: {error.strerror}", file=sys.stderr)
        return EXIT_USAGE
    unproved = [entry for entry in made.claims() if not entry.proved]
    count = len([*made.claims()])
    print(f"{target}: {count - len(unproved)} of {count} claims proved, {len(text.encode())} bytes")
    for entry in unproved:
        print(f"ratecert: {entry.label} is {entry.verdict}", file=sys.stderr)
    return EXIT_FINDING if unproved else EXIT_OK


def _write(target: Path, text: str) -> None:
    """Whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_text(text, "utf-8", newline="\n")
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
