"""Every claim with its module, as Markdown: ``python -m ratecert.proofs.theorems.index``."""

from __future__ import annotations

from collections.abc import Iterator

from ..language import Claimed, Theory
from ..language.loader import load
from . import SHIPPED


def module_path(claimed: Claimed) -> str:
    """The file of the claim's proof, below the repository's root.

    >>> from ratecert.proofs.language.loader import statement
    >>> module_path(statement("adamw.L7"))
    'proofs/theorems/adamw/denominator.py'
    """
    _, _, below = claimed.script.__module__.partition("proofs.")
    return f"proofs/{below.replace('.', '/')}.py"


def lines(theories: list[Theory] | None = None) -> Iterator[str]:
    """One table a theory."""
    shipped = theories or [theory for name in SHIPPED for theory in load(name)]
    for theory in shipped:
        yield f"## `{theory.name}`: {theory.title}"
        yield ""
        yield "| claim | what it says | module |"
        yield "| --- | --- | --- |"
        for claimed in theory.claims.values():
            path = module_path(claimed)
            title = claimed.title.replace("|", r"\|")
            yield f"| `{claimed.label}` | {title} | [{path.split('/', 1)[1]}](../{path}) |"
        yield ""


if __name__ == "__main__":
    print("\n".join(lines()))
