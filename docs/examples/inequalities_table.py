"""The table of docs/inequalities.md: what becomes of the claims of from_papers.py, and how fast.

    python docs/examples/inequalities_table.py

Each claim is proved anew (no cache), in the order of the file, in one process. A row has the
inequality as its hypotheses and claim, its source, the verdict and the seconds of CPU.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ratecert.proofs.language import Claimed
from ratecert.proofs.language.loader import load
from ratecert.proofs.render.text import Printer

FILE = Path(__file__).resolve().with_name("from_papers.py")
HEAD = ("claim", "inequality", "source", "verdict", "CPU")


def row(claim: Claimed) -> tuple[str, ...]:
    """The cells of one claim; it is proved for it."""
    show = Printer().show
    said = f"{show(claim.statement())}, if {', '.join(map(show, claim.hypotheses()))}"
    result = claim.check()
    return f"`{claim.id}`", said, claim.reference, result.verdict, f"{result.seconds:.3f} s"


def lines() -> Iterator[str]:
    """The table in Markdown, line by line, as the claims are proved."""
    (theory,) = load(str(FILE))
    yield _line(HEAD)
    yield _line(("---",) * len(HEAD))
    for claim in theory.claims.values():
        yield _line(row(claim))


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


if __name__ == "__main__":
    for line in lines():
        print(line, flush=True)
