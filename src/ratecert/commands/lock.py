"""``ratecert lock``: write down what is proved, so that nothing of it can be lost unnoticed."""

from __future__ import annotations

import argparse
import sys
from difflib import get_close_matches
from pathlib import Path

from ..cli import EXIT_FINDING, EXIT_OK, EXIT_USAGE
from ..proofs.record import findings as F
from ..proofs.record.differences import FREE, Difference
from ..proofs.record.lockfile import Lock, LockError, read, trace_path, write
from ..proofs.record.locking import differences, lock_of, unproved
from ..proofs.theorems import SHIPPED
from .checked import prove
from .locked import load_all, named, project_theories
from .memory import uncollected
from .output import emit_json, progress


def run(args: argparse.Namespace) -> int:
    """Prove, compare with the lock there is, and write it."""
    with uncollected(last=args.alone):
        return _run(args)


def _run(args: argparse.Namespace) -> int:
    path = Path(args.lock)
    try:
        locked = read(path) if path.exists() else None
    except LockError as error:
        if not args.replace:
            print(f"ratecert: {error}\n  (--replace writes it anew)", file=sys.stderr)
            return EXIT_USAGE
        locked = None
    if locked is None and not args.theories and not project_theories():
        print(
            "ratecert: no theory is named, and no lock says which: `ratecert lock my_theory.py`, "
            f"or the shipped ones: `ratecert lock {' '.join(SHIPPED)}`",
            file=sys.stderr,
        )
        return EXIT_USAGE
    loaded = load_all(named(args.theories, locked, path))
    prove([c for one in loaded for c in one.claims], [one.theory for one in loaded], None)
    progress("")
    failing = unproved(loaded)
    if failing:
        for label, verdict in failing.items():
            print(f"ratecert: {label} is {verdict}; see `ratecert check`", file=sys.stderr)
        print("ratecert: nothing was written: only what is proved is locked", file=sys.stderr)
        return EXIT_FINDING
    try:
        now, trace = lock_of(loaded, path.parent)
        found = differences(path, locked, now, loaded) if locked is not None else []
        unknown = _unknown(args.accept, found)
        if unknown:
            print(f"ratecert: {unknown}", file=sys.stderr)
            return EXIT_USAGE
        asked = [d for d in found if not (d.kind in FREE or accepted(d, args.accept))]
        if not asked:
            write(path, now, trace)
    except LockError as error:
        print(f"ratecert: {error}", file=sys.stderr)
        return EXIT_USAGE
    _tell(args, path, now, found, asked)
    return EXIT_FINDING if asked else EXIT_OK


def accepted(found: Difference, accept: list[str]) -> bool:
    """Is the difference of a claim (or of its whole theory) one that was accepted?"""
    theory, _, id = found.claim.partition(".")
    return bool({found.claim, theory, id, "all"} & {*accept})


def _unknown(accept: list[str], found: list[Difference]) -> str:
    """What was accepted and did not change."""
    changed = [d for d in found if d.kind not in FREE]
    for name in accept:
        if name != "all" and not any(accepted(d, [name]) for d in changed):
            labels = sorted({d.claim for d in changed})
            near = get_close_matches(name, labels, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            listed = ", ".join(labels) or "nothing"
            return f"--accept {name}: it did not change{hint} (what changed: {listed})"
    return ""


def _tell(
    args: argparse.Namespace, path: Path, now: Lock, found: list[Difference],
    asked: list[Difference],
) -> None:  # fmt: skip
    claims = sum(len(theory["claims"]) for theory in now.theories.values())
    if args.format == "json":
        emit_json(
            {
                "schema": 1,
                "lock": str(path),
                "written": not asked,
                "claims": claims,
                "differences": [d.as_json() for d in found],
                "to_accept": sorted({d.claim for d in asked}),
            }
        )
        return
    shown = F.text(F.of_differences(found, path))
    if shown:
        print(f"compared with {path}:\n{shown}\n")
    if asked:
        options = " ".join(f"--accept {c}" for c in sorted({d.claim for d in asked}))
        print(f"nothing was written. If this is meant: ratecert lock {options}")
    else:
        number = f"{claims} claim{'s' * (claims != 1)}"
        print(f"{path}: {number} locked, their proofs in {trace_path(path).name}")
