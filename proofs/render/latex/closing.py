"""The end of an appendix: instances, constants, numbers, what it all rests on, sources."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Document
from .names import escaped
from .prose import Prose, listed
from .style import Venue
from .terms import TexPrinter


def closing(
    document: Document, prose: Prose, printer: TexPrinter, venue: Venue
) -> Iterator[str]:
    """Sections on instances, constants, numeric results, trust, and the sources."""
    yield from _trust(document, prose)
    yield from _sources(document, prose)


def _trust(document: Document, prose: Prose) -> Iterator[str]:
    yield r"\subsection*{What this rests on}"
    claims = [*document.claims()]
    proved = sum(c.proved for c in claims)
    many = "All" if proved == len(claims) else f"{proved} of the"
    yield (
        f"{many} {len(claims)} statements above were proved by the kernel of ratecert (version "
        f"{escaped(document.kernel)} of its rules). Each displayed relation is the conclusion of a"
        " theorem that the kernel made by its rules; what searched for it is not trusted."
    )


def _sources(document: Document, prose: Prose) -> Iterator[str]:
    return
    yield
