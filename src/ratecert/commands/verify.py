"""``ratecert verify``: replay a lock with the kernel alone."""

from __future__ import annotations

import argparse

from ..proofs.record.__main__ import run as run_verify


def run(args: argparse.Namespace) -> int:
    """Verify the lock named."""
    return run_verify(args)
