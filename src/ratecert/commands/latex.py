"""``ratecert latex``: a theory as an appendix."""

from __future__ import annotations

import argparse
import json
import os
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..cli import EXIT_FINDING, EXIT_OK, EXIT_USAGE
from ..proofs.language.loader import LoadError, load
from ..proofs.language.theory import Theory
from ..proofs.render.assemble import document
from ..proofs.render.document import Document
from ..proofs.render.latex.style import VENUES
from ..proofs.render.latex.write import Options, files
from ..proofs.render.numbers import numbers
from .memory import uncollected
from .output import progress


class ResultsError(ValueError):
    """A file that is no campaign's JSON; the message says why."""


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


def only_theory(name: str) -> Theory:
    """The theory named; raises ``LoadError`` if a file defines several."""
    theories = load(name)
    if len(theories) != 1:
        listed = ", ".join(t.name for t in theories)
        raise LoadError(f"{name} defines {len(theories)} theories ({listed}): print one at a time")
    return theories[0]


def assembled(theory: Theory, lock: Path, results: dict[str, Any] | None) -> Document:
    """The document of a theory with its numbers, and the digest of the lock if there is one."""
    digest = sha256(lock.read_bytes()).hexdigest() if lock.is_file() else ""
    return document(theory, lock=digest, results=results, numbers=numbers(theory))


def read_results(data: bytes) -> dict[str, Any]:
    """The JSON of ``campaign status`` as results of a document.

    Raises:
        ResultsError: it is no JSON, or not of this shape.
    """
    try:
        campaign = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"no JSON: {error}") from error
    wanted = ("campaign", "tasks", "claims", "digest", "results")
    if not isinstance(campaign, dict) or campaign.get("schema") != 1:
        raise ResultsError("not what `ratecert campaign status --format json` writes (schema 1)")
    absent = [name for name in wanted if name not in campaign]
    if absent:
        raise ResultsError(f"it has no {', '.join(absent)}")
    return {"campaign": campaign}


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
