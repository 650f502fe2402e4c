"""``ratecert report``: a theory as one self-contained HTML page."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from ..cli import EXIT_FINDING, EXIT_OK, EXIT_USAGE
from ..proofs.record.store import default_directory
from ..proofs.render.page.whole import page
from .documents import gathered, one_theory
from .memory import uncollected
from .output import progress


class ResultsError(Exception):
    """Results that cannot be read; the message says why."""


def run(args: argparse.Namespace) -> int:
    """Prove the theory, and write its page."""
    target = Path(args.output)
    try:
        campaign = read_campaign(Path(args.campaign)) if args.campaign else None
    except ResultsError as error:
        print(f"ratecert: {error}", file=sys.stderr)
        return EXIT_USAGE
    theory = one_theory(args.theory)
    try:
        with uncollected():
            made = gathered(theory, Path(args.lock), campaign)
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


def read_campaign(path: Path) -> dict[str, Any]:
    """What a campaign found: from its file (or name, if it is in the cache), or as JSON.

    Raises:
        ResultsError: there is no such file, or it is neither.
    """
    if not path.exists() and path.name == str(path) and not path.suffix:  # a campaign's name
        path = default_directory() / "campaigns" / f"{path}.sqlite"
    if not path.is_file():
        raise ResultsError(f"{path}: no such file")
    with path.open("rb") as file:
        is_store = file.read(15) == b"SQLite format 3"
    return _from_store(path) if is_store else _from_json(path)


def _from_store(path: Path) -> dict[str, Any]:
    try:
        from ..numeric_checks.campaign.merging import settings_of
        from ..numeric_checks.campaign.named import CampaignError
        from ..numeric_checks.campaign.report import as_json, status
        from ..numeric_checks.campaign.running import keyed, split
        from ..numeric_checks.campaign.store import Store
        from ..numeric_checks.campaign.version import Versions
    except ImportError as error:
        raise ResultsError(
            f"{path}: a campaign's file needs the extra [numeric]: pip install 'ratecert[numeric]' "
            f"({error}); or give what `campaign status --format json` prints"
        ) from error
    try:
        with Store(path, write=False) as store:
            settings = settings_of(store)
            good, bad = split(store.rows())
        tasks = keyed(settings.own(), Versions())
    except CampaignError as error:
        raise ResultsError(str(error)) from error
    return as_json(status(settings, tasks, len(settings.tasks()), good, bad))


def _from_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: neither a campaign's file nor JSON: {error}") from error
    needed = {"schema", "campaign", "tasks", "verdicts", "claims", "results", "digest"}
    if not isinstance(found, dict) or not needed <= set(found) or found["schema"] != 1:
        raise ResultsError(f"{path}: not what `ratecert campaign status --format json` prints")
    return found
