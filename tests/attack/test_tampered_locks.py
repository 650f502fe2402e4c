"""Locks and traces that are well-formed and do not belong together are told apart."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from locks import Files, changed, made, outcome, with_trace, written

from helpers import check
from ratecert.proofs.record.__main__ import main


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def files(home: Path) -> Files:
    return made(home)


def said(files: Files, claim: str, **changes: Any) -> Files:
    """The lock with something else said of a claim, well-formed, and its own trace."""
    data = changed(files, lambda _, theory: theory["claims"][claim].update(changes))
    return Files(data, files.packed)


def trace_without(files: Files, claim: str) -> bytes:
    document = json.loads(files.trace)
    document["claims"] = [c for c in document["claims"] if c["id"] != claim]
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode() + b"\n"


OTHER = "0123456789abcdef" * 4


def test_what_the_trace_does_not_prove_is_told(tmp_path: Path, home: Path, files: Files) -> None:
    other = made(tmp_path, "other", 2)
    stronger = made(tmp_path, "noise", 3)
    claims = files.document["theories"]["noise"]["claims"]
    without = deepcopy(files.document)
    del without["theories"]["noise"]["claims"]["size"]
    both = deepcopy(files.document)
    both["theories"] |= other.document["theories"]
    renamed = deepcopy(files.document)
    renamed["theories"] = {"other": renamed["theories"].pop("noise")}
    cases: dict[str, tuple[Files, str]] = {
        "a stronger conclusion": (said(files, "mean", conclusion="E[g[k]²] ≤ 2·H²"), "tampered"),
        "no hypothesis": (said(files, "square", hypotheses=[]), "tampered"),
        "a smaller constant": (said(files, "mean", constants=[{"closed": "2", "value": "2"}]),
                               "tampered"),
        "no constant": (said(files, "mean", constants=[]), "tampered"),
        "no assumption": (said(files, "mean", assumptions=[]), "tampered"),
        "no axiom": (said(files, "mean", declarations=[]), "tampered"),
        "no dependency": (said(files, "mean", depends_on=[]), "tampered"),
        "another proof": (said(files, "mean", proof=OTHER), "tampered"),
        "other bytes": (said(files, "mean", sha256=OTHER), "tampered"),
        "another title": (said(files, "mean", title="The third moment"), "tampered"),
        "a theorem": (said(files, "size", kind="theorem"), "tampered"),
        "an oracle": (said(files, "size", oracles=["oracle:me"]), "tampered"),
        "another's content": (said(files, "mean", **claims["size"]), "tampered"),
        "an axiom that says less": (Files(changed(files, lambda _, theory: theory[
            "declarations"].update({"axiom g.bound": "|g[k]| ≤ 2·G"})), files.packed), "tampered"),
        "an axiom that is not told": (Files(changed(files, lambda _, theory: theory[
            "declarations"].pop("axiom g.fin")), files.packed), "tampered"),
        "a claim that is not locked": (Files(written(without), files.packed), "tampered"),
        "a claim that is not in the trace": (
            with_trace(files.document, trace_without(files, "size")), "missing tampered"),
        "a claim that is in neither, and named": (
            with_trace(without, trace_without(files, "size")), "tampered"),
        "the trace of another library": (with_trace(files.document, other.trace),
                                         "missing tampered"),
        "the trace of a stronger library": (with_trace(files.document, stronger.trace),
                                            "tampered"),
        "a theory that is not in the trace": (with_trace(both, files.trace),
                                              "missing tampered stale"),
        "another theory's name": (Files(written(renamed), files.packed),
                                  "missing tampered"),
    }  # fmt: skip
    for name, (case, kinds) in cases.items():
        path = case.put(home / "ratecert.lock")
        found = outcome(path)
        check(found.startswith("differs: "), (name, found))
        told = found.removeprefix("differs: ").split()
        check(set(told) == set(kinds.split()), (name, found))


def test_the_files_of_another_library(tmp_path: Path, home: Path, files: Files) -> None:
    """Both of them: they fit together, and the sources show that they are not of this folder."""
    other = made(tmp_path, "noise", 2)
    check(outcome(other.put(home / "ratecert.lock")) == "differs: stale")
    mixed = Files(files.lock, other.packed).put(home / "ratecert.lock")
    check(outcome(mixed).endswith("write both with `ratecert lock`"))


def test_what_no_trace_says(home: Path, files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    """In which files a theory is cannot be proved; how many are compared is told."""

    def change(_: Any, theory: Any) -> None:
        theory.update(load="noise", sources={})

    path = files.put(home / "ratecert.lock")
    check(main([str(path)]) == 0)
    check(capsys.readouterr().out.endswith("; 1 source locked with them\n"))
    Files(changed(files, change), files.packed).put(path)
    check(main([str(path)]) == 0)
    check(capsys.readouterr().out.endswith("; no sources locked with them\n"))
