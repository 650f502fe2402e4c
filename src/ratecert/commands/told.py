"""A check as findings, from which every format but text and JSON is rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ..proofs.language.loader import LoadError
from ..proofs.language.theory import Claimed, Theory
from ..proofs.models import Report
from ..proofs.record.differences import Difference
from ..proofs.record.findings import (
    Finding,
    Seen,
    Told,
    of_claim,
    of_differences,
    unusable,
)

COMMAND = "ratecert check"


def told(
    chosen: Iterable[tuple[Theory, Sequence[Claimed]]],
    outcome: Callable[[Claimed], tuple[str, float, str]],
    model: Callable[[Theory], Report],
    lock: Path | None,
    differences: Iterable[Difference],
) -> Told:
    """The claims chosen, each with verdict, seconds and reason, and how they differ from a lock."""
    claims: list[Seen] = []
    findings: list[Finding] = []
    models: dict[str, str] = {}
    for theory, picked in chosen:
        for claim in picked:
            verdict, seconds, reason = outcome(claim)
            claims.append(Seen(theory.name, claim.id, verdict, seconds, *place(claim)))
            findings += of_claim(claims[-1], reason)
        report = model(theory)
        if report.verdict != "none":
            models[theory.name] = report.verdict
        if report.verdict not in ("holds", "none"):
            findings.append(_of_model(theory, report))
    stated = {claim.label: (claim.file, claim.line) for claim in claims}
    if lock is not None:
        findings += of_differences(differences, lock, stated)
    return Told(COMMAND, claims, findings, str(lock or ""), models)


def place(claim: Claimed) -> tuple[str, int]:
    """The file in which a claim is stated, and the line at which its statement begins."""
    code = getattr(claim.script, "__code__", None)
    return (code.co_filename, code.co_firstlineno) if code is not None else ("", 0)


def _of_model(theory: Theory, report: Report) -> Finding:
    file = next((file for file, _ in map(place, theory.claims.values()) if file), "")
    said = f"{report.verdict}: {report.detail}"
    summary, *more = said.splitlines()
    return Finding(
        "model", theory.name, summary, (*more, *report.failing), True, file, 1 if file else 0
    )


def not_loaded(error: LoadError, wanted: Iterable[str]) -> Told:
    """A theory that could not be loaded, and the line of its file at which that came out."""
    name = next((n for n in wanted if str(error).startswith(f"{Path(n)}: ")), "")
    if not name:
        return unusable(COMMAND, "theory", str(error))
    why = str(error).removeprefix(f"{Path(name)}: ")
    return unusable(COMMAND, name, why, name, raised_at(error.__cause__, Path(name)) or 1)


def raised_at(error: BaseException | None, file: Path) -> int:
    """Where in ``file`` an exception was raised; 0 if it was not."""
    if isinstance(error, SyntaxError) and _same(error.filename, file):
        return error.lineno or 0
    found, frame = 0, error.__traceback__ if error is not None else None
    while frame is not None:
        if _same(frame.tb_frame.f_code.co_filename, file):
            found = frame.tb_lineno
        frame = frame.tb_next
    return found


def _same(name: str | None, file: Path) -> bool:
    return name is not None and Path(name).resolve() == file.resolve()
