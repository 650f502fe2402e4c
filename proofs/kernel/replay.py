"""Replay a trace with the kernel alone: ``python -m ratecert.proofs.kernel.replay FILE``.

Prints one JSON object: the claims proved, with the digests of their canonical bytes (and with
``--bytes`` these themselves). Exit code 0; 1 if the trace is refused; 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from .codec import MAX_BYTES
from .errors import KernelError
from .trace import replay


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m ratecert.proofs.kernel.replay",
        description="Prove the claims of a trace again, with the kernel alone.",
    )
    parser.add_argument("file", help="a trace; - for standard input")
    parser.add_argument("--bytes", action="store_true", help="print the canonical bytes as well")
    options = parser.parse_args(argv)
    try:
        if options.file == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 2)
        else:
            with open(options.file, "rb") as stream:
                data = stream.read(MAX_BYTES + 2)
    except OSError as error:
        print(f"cannot read the trace: {error}", file=sys.stderr)
        return 2
    try:
        claims = replay(data)
    except KernelError as error:
        print(f"refused: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    found = [{"theory": c.theorem.theory.name, "id": c.id, "sha256": c.sha256} for c in claims]
    if options.bytes:
        for entry, claim in zip(found, claims, strict=True):
            entry["bytes"] = claim.canonical_bytes().decode("ascii")
    print(json.dumps({"schema": 1, "claims": found}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
