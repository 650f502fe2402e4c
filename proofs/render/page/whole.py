"""The page: everything in one file, with its style and its script."""

from __future__ import annotations

from importlib.resources import files

from ...kernel.theory import Theory
from ..document import Document
from . import claims, front, numbers
from .markup import Html, tag
from .pen import Pen

# Refuses to load anything at all; data: is for the icon.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M3 9l3 3 7-9' fill='none' stroke='%23167a5b' stroke-width='2.5'/%3E%3C/svg%3E"  # noqa: E501


def page(document: Document, theory: Theory) -> str:
    """The HTML of a document; ``theory``: of its claims. The same document gives the same bytes."""
    pen = Pen(document, theory)
    sections = [(f"section-{n}", s.title) for n, s in enumerate(document.sections)]
    claimed = [claims.section(s, n, pen) for n, s in enumerate(document.sections)]
    after = [front.instances(pen), front.constants(pen)]
    places = [("overview", "Overview"), ("graph", "What rests on what"), ("setting", "Setting")]
    places += sections
    for place, title, body in zip(
        ("instances", "constants"), ("Instances", "Constants"), after, strict=True
    ):
        if body:
            places.append((place, title))
    places += [("runs", "Confronted with runs"), ("trust", "What one must believe")]
    main = tag(
        "main", front.overview(pen), front.dependencies(pen), front.setting(pen), claimed, after,
        numbers.confrontation(pen), front.trust(pen), id="main", tabindex="-1",
    )  # fmt: skip
    nav = tag("nav", _finder(pen), front.contents(pen, places), aria_label="Contents")
    whole = (tag("a", "Skip to the text", href="#main", class_="skip"), _head(pen), nav, main)
    script = Html(f"<script>{_resource('page.js')}</script>")
    return "<!doctype html>\n" + tag(
        "html", _meta(pen), tag("body", *whole, script), lang="en"
    ) + "\n"  # fmt: skip


def _meta(pen: Pen) -> Html:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("link", rel="icon", href=ICON),
        tag("title", f"{pen.document.title}: a checked proof"),
        Html(f"<style>{_resource('page.css')}</style>"),
    )


def _head(pen: Pen) -> Html:
    title = tag("h1", pen.document.title)
    source = tag("p", pen.prose(pen.document.source), class_="source")
    tools = tag(
        "div",
        tag("button", "Open all proofs", type="button", id="unfold", aria_pressed="false"),
        tag("button", "Dark", type="button", id="theme", aria_pressed="false"),
        class_="tools",
        hidden=True,
    )
    return tag("header", tag("div", title, source), tools, class_="top")


def _finder(pen: Pen) -> Html:
    label = tag("label", "Search claims", for_="search")
    field = tag(
        "input", id="search", type="search", spellcheck="false",
        aria_describedby="found", placeholder="title, id, symbol  ( / )",
    )  # fmt: skip
    found = tag("p", id="found", role="status")
    return tag("div", label, field, found, class_="finder", role="search", hidden=True)


def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
