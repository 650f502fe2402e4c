"""Verify a lock with the kernel alone: ``ratecert verify``, or this module, or the zipapp.

Exit code 0: the kernel proves what the lock says; 1: a difference; 2: the lock cannot be used.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from . import findings as F
from .formats import emit
from .lockfile import NAME, LockError
from .options import FORMATS, HELP, add_format
from .verify import Verified, verify

COMMAND = "ratecert verify"
EXIT_CODES = """\
exit codes: 0 the lock is proved; 1 a difference, or a source changed; 2 the lock cannot be used"""


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="ratecert-verify",
        description="Replay the proofs of a lock with the kernel alone, and compare what they\n"
        "prove with what the lock says, and the sources with what was locked.",
        epilog=f"{HELP}\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments(parser)
    return run(parser.parse_args(argv))


def arguments(parser: argparse.ArgumentParser) -> None:
    """What ``verify`` takes, here and in ``ratecert``."""
    parser.add_argument("lock", nargs="?", default=NAME, help=f"the lock (default: {NAME})")
    add_format(parser)


def run(args: argparse.Namespace) -> int:
    """Verify, and tell."""
    path = Path(args.lock)
    gc.disable()  # what proofs make stays to the end
    try:
        result = verify(path, _progress)
    except LockError as error:
        _progress("")
        print(f"ratecert: {error}", file=sys.stderr)
        if args.format in FORMATS:
            emit(args.format, F.unusable(COMMAND, str(path), str(error), str(path), 1))
        return 2
    finally:
        gc.enable()
    _progress("")
    findings = F.of_differences(result.differences, path)
    if args.format == "json":
        print(json.dumps(_report(path, result), indent=2, ensure_ascii=False))
    elif args.format in FORMATS:
        seen = [F.Seen(c.theorem.theory.name, c.id) for c in result.claims]
        emit(args.format, F.Told(COMMAND, seen, findings, str(path)))
    else:
        shown = F.text(findings)
        print(f"{shown}\n" if shown else "", end="")
        said = "verified" if not shown else "replayed"
        sources = {name for t in result.lock.theories.values() for name in t["sources"]}
        files = "no source is" if not sources else f"{len(sources)} source(s)"
        stated = f"{len(result.claims)} claims {said} by the kernel alone"
        print(f"{path}: {stated}; {files} locked with them")
    return 1 if any(f.fails for f in findings) else 0


def _report(path: Path, result: Verified) -> dict[str, object]:
    return {
        "schema": 1,
        "lock": str(path),
        "claims": [
            {"theory": c.theorem.theory.name, "id": c.id, "sha256": c.sha256}
            for c in result.claims
        ],
        "differences": [
            {"kind": d.kind, "claim": d.claim, "fails": d.fails, "summary": d.summary,
             "details": list(d.details)}
            for d in result.differences
        ],
    }  # fmt: skip


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[2K{text}")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
