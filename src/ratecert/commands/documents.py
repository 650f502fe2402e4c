"""What ``latex`` and ``report`` print: a theory's document with numbers, lock and results."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..proofs.language.loader import LoadError, load
from ..proofs.language.theory import Theory
from ..proofs.record.store import default_directory
from ..proofs.render.assemble import document
from ..proofs.render.document import Document
from ..proofs.render.numbers import numbers
from .output import progress

MAGIC = b"SQLite format 3"


class ResultsError(ValueError):
    """Results of a campaign that cannot be read; the message says why."""


def only_theory(name: str) -> Theory:
    """The theory named; raises ``LoadError`` if a file defines several."""
    theories = load(name)
    if len(theories) != 1:
        listed = ", ".join(t.name for t in theories)
        raise LoadError(f"{name} defines {len(theories)} theories ({listed}): print one at a time")
    return theories[0]


def assembled(theory: Theory, lock: Path, results: dict[str, Any] | None) -> Document:
    """The document of a theory with its numbers, and the digest of the lock if there is one.

    Everything is proved in this process first. What is not proved has no numbers.
    """
    count = len(theory.claims)
    for number, claim in enumerate(theory.claims.values(), 1):
        progress(f"proving {claim.label} ({number}/{count})")
        claim.check()
    progress("evaluating constants and instances")
    digest = sha256(lock.read_bytes()).hexdigest() if lock.is_file() else ""
    beneath = [c for c in theory.earlier(None) if c.theory is not theory]
    found = numbers(theory, beneath)
    return document(theory, lock=digest, results=results, numbers=found)


# --- experiments ----------------------------------------------------------------------------------


def experiment_in(text: str) -> dict[str, Any]:
    """What an experiment found, computed from the records of its report.

    Raises:
        ResultsError: there is no such file, or it is no report.
    """
    from ..numeric_checks.experiments.report import ReportError, read, report_file

    path = report_file(text)
    if not path.is_file():
        raise ResultsError(
            f"{path}: no such file; `ratecert experiments l1-ratio -o FILE` makes one"
        )
    try:
        report = read(path.read_bytes())
    except (OSError, ReportError) as error:
        raise ResultsError(f"{path}: {error}") from error
    found = report.to_json()
    found.pop("records")
    return found


# --- results --------------------------------------------------------------------------------------


def results_in(path: Path) -> dict[str, Any]:
    """What a campaign found: from its file (or name, if it is in the cache), or as JSON.

    Raises:
        ResultsError: there is no such file, or it is neither.
    """
    if not path.exists() and path.name == str(path) and not path.suffix:  # a campaign's name
        path = default_directory() / "campaigns" / f"{path}.sqlite"
    if not path.is_file():
        raise ResultsError(f"{path}: no such file")
    try:
        with path.open("rb") as file:
            is_store = file.read(len(MAGIC)) == MAGIC
        return {"campaign": _from_store(path)} if is_store else read_results(path.read_bytes())
    except (OSError, ResultsError) as error:
        raise ResultsError(f"{path}: {error}") from error


def read_results(data: bytes) -> dict[str, Any]:
    """The JSON of ``campaign status`` as results of a document.

    Raises:
        ResultsError: it is no JSON, or not of this shape.
    """
    try:
        campaign = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"neither a campaign's file nor JSON: {error}") from error
    wanted = ("campaign", "tasks", "verdicts", "claims", "digest", "results")
    if not isinstance(campaign, dict) or campaign.get("schema") != 1:
        raise ResultsError("not what `ratecert campaign status --format json` writes (schema 1)")
    absent = [name for name in wanted if name not in campaign]
    if absent:
        raise ResultsError(f"it has no {', '.join(absent)}")
    return {"campaign": campaign}


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
            f"a campaign's file needs the extra [numeric]: pip install 'ratecert[numeric]' "
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
