"""The scratch repository's theory, what may happen to it, and programs on the PATH."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
THEORY = """\
from ratecert.proofs.language import Theory, by, symbols

mine = Theory("mine", "My theory")
x, y = symbols("x y")


@mine.lemma("square", title="Squares", for_all=(x, y), claim=(2 * x * y, "<=", x**2 + y**2))
def square(p):
    return p.have((2 * x * y, "<=", x**2 + y**2), by.algebra(hints=(x - y,)))
"""


def weaken(repository: Path) -> None:
    """The claim gets a worse constant; its proof is mended to fit."""
    path = repository / "mine.py"
    text = path.read_text("utf-8")
    assert text.count("x**2 + y**2") == 2
    path.write_text(text.replace("x**2 + y**2", "3 * x**2 + y**2"), "utf-8")


def command(folder: Path, name: str, line: str) -> None:
    """A program on the PATH."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{line}\n", "utf-8")
    path.chmod(0o755)
