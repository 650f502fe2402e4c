"""Replaying proofs in a fresh process that has nothing but the kernel."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..kernel.claims import Claim
from ..kernel.errors import KernelError
from ..kernel.trace import trace
from .theory import Claimed, Result, Theory

_PROGRAM = (
    "import gc, sys; gc.disable(); sys.path.insert(0, sys.argv.pop(1)); "
    "from {package}.replay import main; code = main(); gc.freeze(); sys.exit(code)"
)


def replay_elsewhere(
    claims: Sequence[Claimed],
    theories: Iterable[Theory] = (),
    replayed: list[tuple[bytes, Digests]] | None = None,
) -> None:
    """Replay the proofs of proved claims; one that does not come back equal becomes an error.

    So does a model of one of the ``theories``, in which axioms hold by theorems of the kernel. The
    trace goes to a new interpreter in isolated mode, whose answer must give, claim by claim, the
    canonical bytes' digest that this process holds. Theories share a trace, since what one proves
    with the theorems of another need not be proved twice; if it is refused, each has its own, so
    that what is sound is not blamed. Traces that were not refused are added to ``replayed``, with
    the digests they gave.
    """
    kept = [] if replayed is None else replayed
    parts = {id(c.theory): _Part(c.theory) for c in claims}
    parts |= {id(t): _Part(t) for t in theories if id(t) not in parts}
    for claim in claims:
        parts[id(claim.theory)].claims.append(claim)
    for theory in theories:
        parts[id(theory)].model = theory.consistency().claims
    for together in _of_different_names([p for p in parts.values() if p.claims or p.model]):
        digests, trouble = _digests(together, kept)
        if not trouble:
            for part in together:
                part.compare(digests, "")
        else:
            for part in together:
                again = len(together) > 1
                part.compare(*(_digests([part], kept) if again else (digests, trouble)))


Digests = dict[tuple[str, str], str]
"""What a replay arrives at: the digest of each claim, by theory and id."""


@dataclass
class _Part:
    """What is to be replayed of one theory: claims, and those its model rests on."""

    theory: Theory
    claims: list[Claimed] = field(default_factory=list)
    model: Sequence[Claim] = ()

    def published(self) -> list[Claim]:
        """All of it."""
        return [*(c.result.claim for c in self.claims if c.result and c.result.claim), *self.model]

    def compare(self, digests: Digests, trouble: str) -> None:
        """Turn into errors the verdicts on what did not come back as it was sent."""

        def differs(stated: Claim) -> str:
            got = digests.get((stated.theorem.theory.name, stated.id))
            reason = trouble or f"its replay gives {got}, not {stated.sha256}"
            return "" if got == stated.sha256 else f"the replay failed: {reason}"

        for claim in self.claims:
            result = claim.result
            if result is not None and result.claim is not None and differs(result.claim):
                claim.result = Result("error", result.seconds, reason=differs(result.claim))
        for stated in self.model:
            if differs(stated):
                self.theory.refuse_model(f"{stated.id}: {differs(stated)}")


def _of_different_names(parts: Iterable[_Part]) -> list[list[_Part]]:
    """The parts in groups in which no two have theories of one name."""
    groups: list[tuple[set[str], list[_Part]]] = []
    for part in parts:
        names = {claim.theorem.theory.name for claim in part.published()}
        for taken, group in groups:
            if taken.isdisjoint(names):
                taken |= names
                group.append(part)
                break
        else:
            groups.append((names, [part]))
    return [group for _, group in groups]


def _digests(parts: Sequence[_Part], kept: list[tuple[bytes, Digests]]) -> tuple[Digests, str]:
    try:
        data = trace([claim for part in parts for claim in part.published()])
    except KernelError as error:
        return {}, f"no trace could be written: {error}"
    digests, trouble = _replayed(data)
    if not trouble:
        kept.append((data, digests))
    return digests, trouble


def _replayed(data: bytes) -> tuple[Digests, str]:
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
    return {(c["theory"], c["id"]): c["sha256"] for c in answer["claims"]}, ""
