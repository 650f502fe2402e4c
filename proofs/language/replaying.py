"""Replaying proofs in a fresh process that has nothing but the kernel."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..kernel.claims import Claim
from ..kernel.errors import KernelError
from ..kernel.trace import trace
from .theory import Claimed, Result, Theory

_PROGRAM = (
    "import gc, sys; gc.disable(); sys.path.insert(0, sys.argv.pop(1)); "
    "from {package}.replay import main; sys.exit(main())"
)


def replay_elsewhere(claims: Sequence[Claimed], theories: Iterable[Theory] = ()) -> None:
    """Replay the proofs of proved claims; one that does not come back equal becomes an error.

    So does a model of one of the ``theories``, in which axioms hold by theorems of the kernel. The
    trace goes to a new interpreter in isolated mode, whose answer must give, claim by claim, the
    canonical bytes' digest that this process holds.
    """
    by_theory: dict[int, tuple[Theory, list[Claimed]]] = {}
    for claim in claims:
        by_theory.setdefault(id(claim.theory), (claim.theory, []))[1].append(claim)
    models = {id(theory) for theory in theories if theory.consistency().claims}
    for theory in theories:
        if id(theory) in models:
            by_theory.setdefault(id(theory), (theory, []))
    for key, (theory, group) in by_theory.items():
        of_model = theory.consistency().claims if key in models else ()
        published = [c.result.claim for c in group if c.result and c.result.claim]
        try:
            digests, trouble = _replayed(trace((*published, *of_model)))
        except KernelError as error:
            digests, trouble = {}, f"no trace could be written: {error}"

        def differs(stated: Claim, digests: dict[str, str] = digests, why: str = trouble) -> str:
            got = digests.get(stated.id)
            reason = why or f"its replay gives {got}, not {stated.sha256}"
            return "" if got == stated.sha256 else f"the replay failed: {reason}"

        for claim in group:
            result = claim.result
            if result is not None and result.claim is not None and differs(result.claim):
                claim.result = Result("error", result.seconds, reason=differs(result.claim))
        for stated in of_model:
            if differs(stated):
                theory.refuse_model(f"{stated.id}: {differs(stated)}")


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
