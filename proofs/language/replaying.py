"""Replaying proofs in a fresh process that has nothing but the kernel."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ..kernel.errors import KernelError
from ..kernel.trace import trace
from .theory import Claimed, Result

_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from {package}.replay import main; sys.exit(main())"
)


def replay_elsewhere(claims: Sequence[Claimed]) -> None:
    """Replay the proofs of proved claims; one that does not come back equal becomes an error.

    The trace goes to a new interpreter in isolated mode, whose answer must give, claim by claim,
    the canonical bytes' digest that this process holds.
    """
    by_theory: dict[int, list[Claimed]] = {}
    for claim in claims:
        by_theory.setdefault(id(claim.theory), []).append(claim)
    for group in by_theory.values():
        published = [c.result.claim for c in group if c.result and c.result.claim]
        try:
            digests, trouble = _replayed(trace(published))
        except KernelError as error:
            digests, trouble = {}, f"no trace could be written: {error}"
        for claim in group:
            if claim.result is None or claim.result.claim is None:
                continue
            got = digests.get(claim.id)
            if got != claim.result.claim.sha256:
                reason = trouble or f"its replay gives {got}, not {claim.result.claim.sha256}"
                claim.result = Result(
                    "error", claim.result.seconds, reason=f"the replay failed: {reason}"
                )


def _replayed(data: bytes) -> tuple[dict[str, str], str]:
    """The digests a fresh process computes, by claim; or why it refused."""
    package = __package__.rsplit(".", 1)[0] + ".kernel"
    root = str(Path(__file__).absolute().parents[2].parent)
    if package.startswith("ratecert."):
        import ratecert

        root = str(Path(ratecert.__file__).absolute().parents[1])
    program = _PROGRAM.format(package=package)
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, root, "-"], input=data, capture_output=True,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        return {}, done.stderr.decode("utf-8", "replace").strip() or f"exit {done.returncode}"
    answer = json.loads(done.stdout)
    return {c["id"]: c["sha256"] for c in answer["claims"]}, ""
