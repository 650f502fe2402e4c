"""SARIF 2.1.0 (OASIS), for code scanning: a rule for each kind of finding, a result for each one.

The identity of a result is its fingerprint, made of kind and claim, so that it survives moved lines
and claims. ``primaryLocationLineHash`` is the name under which GitHub looks for it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .... import __version__
from ..differences import FAILING
from ..findings import KINDS, VERDICTS, Finding, Told, meaning
from .kinds import LONG
from .places import uri

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_OF_FILES = ("unusable", "stale")
FINGERPRINT = "ratecertFinding/v1"


def render(told: Told) -> str:
    """The log, with one run, in ASCII."""
    return json.dumps(log(told), indent=2) + "\n"


def log(told: Told) -> dict[str, Any]:
    """The log as data."""
    driver = {
        "name": "ratecert",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(kind) for kind in KINDS],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"{told.command.replace(' ', '/')}/"},
        "invocations": [{"executionSuccessful": not _unusable(told)}],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding) for finding in told.sorted()],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _unusable(told: Told) -> bool:
    return any(finding.kind == "unusable" for finding in told.findings)


def _rule(kind: str) -> dict[str, Any]:
    full, help = LONG[kind]
    fails = kind in VERDICTS or kind in FAILING
    return {
        "id": kind,
        "name": "".join(part.capitalize() for part in kind.split("-")),
        "shortDescription": {"text": meaning(kind)},
        "fullDescription": {"text": full},
        "help": {"text": help.replace("`", ""), "markdown": f"{full}\n\n{help}"},
        "defaultConfiguration": {"level": "error" if fails else "note"},
        "properties": {
            "tags": ["proof", "regression" if kind not in VERDICTS else "verdict"],
            "precision": "very-high",
            "problem.severity": "error" if fails else "recommendation",
        },
    }


def _result(finding: Finding) -> dict[str, Any]:
    fingerprint = finding.fingerprint
    return {
        "ruleId": finding.kind,
        "ruleIndex": KINDS.index(finding.kind),
        "level": "error" if finding.fails else "note",
        "message": {"text": _plain(f"{finding.claim}: {finding.body}")},
        "locations": [_location(finding)],
        "partialFingerprints": {
            FINGERPRINT: fingerprint,
            "primaryLocationLineHash": f"{fingerprint[:16]}:1",
        },
        "properties": {"claim": finding.claim},
    }


def _location(finding: Finding) -> dict[str, Any]:
    name = finding.claim
    kind = "resource" if finding.kind in _OF_FILES else "declaration"
    short = name.partition(".")[2] if kind == "declaration" else ""
    logical = {"name": short or name, "fullyQualifiedName": name, "kind": kind}
    found: dict[str, Any] = {"logicalLocations": [logical]}
    if finding.file:
        found["physicalLocation"] = {
            "artifactLocation": {"uri": uri(finding.file, Path.cwd())},
            "region": {"startLine": max(finding.line, 1)},
        }
    return found


def _plain(text: str) -> str:
    """A message without links and placeholders (3.11.6 and 3.11.5 of the standard)."""
    return text.replace("](", "] (").replace("{", "{{").replace("}", "}}")
