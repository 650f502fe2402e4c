"""``ratecert plot``: the figures of a theory, by matplotlib."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..cli import EXIT_FINDING, EXIT_OK, EXIT_USAGE
from ..proofs.render.document import Document
from ..proofs.render.figures.data import FIGURES, Figure, FigureError, figure
from ..proofs.render.figures.draw import SUFFIXES, available, save
from .documents import ResultsError, assembled, only_theory, results_in
from .memory import uncollected
from .output import progress


def run(args: argparse.Namespace) -> int:
    """Draw the figure named, or all."""
    target, everything = Path(args.output), args.figure == "all"
    try:
        if why := available():  # before anything is proved
            raise FigureError(why)
        if not everything and target.suffix.lower() not in SUFFIXES:
            raise FigureError(f"-o {target}: a figure's file ends in {', '.join(SUFFIXES)}")
        results = results_in(Path(args.campaign)) if args.campaign else None
    except (ResultsError, FigureError) as error:
        print(f"ratecert: {error}", file=sys.stderr)
        return EXIT_USAGE
    theory = only_theory(args.theory)
    try:
        with uncollected():
            document = assembled(theory, Path(), results)
    finally:
        progress("")
    unproved = [entry for entry in document.claims() if not entry.proved]
    for entry in unproved:
        print(f"ratecert: {entry.label} is {entry.verdict}", file=sys.stderr)
    try:
        files = _all(document, target, args.type) if everything else {
            target: figure(args.figure, document)
        }  # fmt: skip
        for path, shown in files.items():
            save(shown, path)
            print(path)
    except FigureError as error:
        print(f"ratecert: {error}", file=sys.stderr)
        return EXIT_USAGE
    except OSError as error:
        print(f"ratecert: {target}: {error.strerror}", file=sys.stderr)
        return EXIT_USAGE
    return EXIT_FINDING if unproved else EXIT_OK


def _all(document: Document, folder: Path, suffix: str) -> dict[Path, Figure]:
    """The figures there are data for; of the others it is told why not."""
    found: dict[Path, Figure] = {}
    for name in FIGURES:
        try:
            found[folder / f"{document.id}-{name}.{suffix}"] = figure(name, document)
        except FigureError as error:
            print(f"ratecert: not drawn: {error}", file=sys.stderr)
    if not found:
        raise FigureError(f"there are no data for any figure of {document.id}")
    return found
