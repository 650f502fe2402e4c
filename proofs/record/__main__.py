"""Verify a lock with the kernel alone: ``ratecert verify``, or this module, or the zipapp.

Exit code 0: the kernel proves what the lock says; 1: a difference; 2: the lock cannot be used;
3: an internal error.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ... import __version__
from ..kernel.trace import KERNEL
from . import findings as F
from .formats import tell
from .lockfile import LockError
from .options import FORMATS, HELP, add_verify
from .verify import Verified, verify

COMMAND = "ratecert verify"
DESCRIPTION = """\
Replay the proofs of a lock with the kernel alone, and compare what they prove with what the lock
says, to the letter, and the sources of the theories with those that were locked.

A lock is two files that `ratecert lock` writes: ratecert.lock says what each claim states, what it
rests on, and its constants; ratecert.lock.trace.gz holds the proofs. Nothing but a Python
interpreter is needed here: no package, no network, and none of the theories' code is run.
"""
EPILOG = """\
examples:
  python3 -I ratecert-verify.pyz                        ratecert.lock, in this folder
  python3 -I ratecert-verify.pyz other/ratecert.lock --format json

exit codes: 0 the kernel proves what the lock says; 1 a difference, or a source changed;
            2 the lock cannot be used, or usage; 3 internal error

A source that changed is not proved anew here: `ratecert check --locked` does that, and says
whether a statement became weaker or stronger; `ratecert lock` then writes the lock again.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="ratecert-verify", description=DESCRIPTION, epilog=f"{HELP}\n\n{EPILOG}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    version = f"ratecert-verify {__version__}, kernel {KERNEL}"
    parser.add_argument("--version", action="version", version=version)
    add_verify(parser)
    args = parser.parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):  # not every terminal can show a root sign
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = run(args)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("ratecert-verify: interrupted", file=sys.stderr)
        return 130
    except Exception as error:
        said = f"internal error: {type(error).__name__}: {error}"
        print(f"ratecert-verify: {said}", file=sys.stderr)
        return 3


def run(args: argparse.Namespace) -> int:
    """Verify, and tell."""
    path = Path(args.lock)
    gc.disable()  # what proofs make stays to the end
    try:
        result = verify(path, _progress)
    except LockError as error:
        _progress("")
        print(f"ratecert: {error}", file=sys.stderr)
        why = str(error)
        tell(args, lambda: F.unusable(COMMAND, str(path), why, str(path), 1))
        return 2
    finally:
        gc.enable()
    _progress("")
    findings = F.of_differences(result.differences, path)
    seen = [F.Seen(c.theorem.theory.name, c.id) for c in result.claims]
    tell(args, lambda: F.Told(COMMAND, seen, findings, str(path)))
    if args.format == "json":
        print(json.dumps(_report(path, result), indent=2, ensure_ascii=False))
    elif args.format not in FORMATS:
        shown = F.text(findings)
        print(f"{shown}\n" if shown else "", end="")
        said = "verified" if not shown else "replayed"
        sources = {name for t in result.lock.theories.values() for name in t["sources"]}
        files = f"{len(sources) or 'no'} source{'s' * (len(sources) != 1)}"
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
        "differences": [d.as_json() for d in result.differences],
    }  # fmt: skip


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[2K{text}")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
